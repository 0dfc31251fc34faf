"""The marks of spilling formulas in one sheet: put on what calls a PBR_ function, taken off again.

An Office add-in's function stands in a cell that is marked as spilling, also where it gives one
value; a plain function needs no mark.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xlpbr.udfs.hosts import OFFICE_JS
from xlpbr.workbook.ooxml.addresses import Area, Position, within
from xlpbr.workbook.ooxml.sheet.formula_cells import FormulaCell, formula_cells
from xlpbr.workbook.ooxml.sheet.shared_formulas import SharedFormula, formula_at, shared_formula
from xlpbr.workbook.ooxml.xml.escaping import escape
from xlpbr.workbook.ooxml.xml.splice import Splice, raw_attributes, tag_at
from xlpbr.workbook.port.host_names import calls, in_host_form, plain


@dataclass(frozen=True, slots=True)
class SharedCalls:
    """A formula that calls a PBR_ function, with the cells that share it: the first writes it."""

    formula: SharedFormula
    cells: list[FormulaCell]


@dataclass(slots=True)
class SheetCalls:
    """The cells of a sheet that call a PBR_ function.

    Attributes:
        single: cells with a formula of their own, arrays and spilling ones included.
        shared: by number, formulas that cells share.
        unclear: numbers of shared formulas that are written out twice, or after their use.
        merged: the merged areas.
        marked: other cells that have the mark asked for.
    """

    single: list[FormulaCell] = field(default_factory=list)
    shared: dict[str, SharedCalls] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    marked: list[FormulaCell] = field(default_factory=list)

    def cells(self) -> Iterator[FormulaCell]:
        """All of them, in no order."""
        yield from self.single
        for sharing in self.shared.values():
            yield from sharing.cells


@dataclass(slots=True)
class Marking:
    """What marks the cells of a sheet.

    Attributes:
        splices: the pieces of its XML.
        marked: the cells that get the mark.
        shared: the formulas that cells shared, as they were written, by cell.
        left: the cells that stay without the mark, by why: ``merged``; ``spilling``, where they
            would fill other cells; ``unclear``, stored in a way that is left alone.
    """

    splices: list[Splice] = field(default_factory=list)
    marked: list[Position] = field(default_factory=list)
    shared: dict[Position, bytes] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class Unmarking:
    """What takes the marks of a port off the cells of a sheet.

    Attributes:
        splices: the pieces of its XML.
        unmarked: the cells that lose the mark.
        usual: how many get the book's usual mark, because they fill several cells by now.
        left: cells that keep a mark which may have been there before.
    """

    splices: list[Splice] = field(default_factory=list)
    unmarked: list[Position] = field(default_factory=list)
    usual: int = 0
    left: int = 0


def read_calls(chunks: Iterable[bytes], mark: int = 0) -> SheetCalls:
    """The cells of a sheet that call a PBR_ function, however it is stored.

    Args:
        chunks: the sheet's part in UTF-8, in pieces.
        mark: the mark of which every cell with a formula is wanted as well; 0 for none.

    Raises:
        expat.ExpatError: the part is not well-formed.
        ValueError: a cell has an address that is none.
    """
    found = SheetCalls()
    masters: set[str] = set()
    early: set[str] = set()
    for cell in formula_cells(chunks, found.merged):
        index = cell.formula_attributes.get("si", "")
        is_shared = cell.formula_attributes.get("t") == "shared"
        writes_out = is_shared and bool(cell.text) and "ref" in cell.formula_attributes
        if is_shared and not cell.text:
            if index in found.shared:
                found.shared[index].cells.append(cell)
            elif index not in masters:
                early.add(index)
        elif writes_out and index in masters:
            found.unclear.add(index)
        elif writes_out and calls(cell.text):
            formula = shared_formula(cell.text, cell.row, cell.column)
            found.shared[index] = SharedCalls(formula, [cell])
        elif calls(cell.text):
            found.single.append(cell)
        elif mark and cell.attributes.get("cm") == str(mark):
            found.marked.append(cell)
        if writes_out:
            masters.add(index)
    found.unclear |= early & masters
    return found


def formulas_without_mark(found: SheetCalls) -> dict[Position, str]:
    """The formulas that are in no array and have no mark, with plain names."""
    formulas = {
        (cell.row, cell.column): plain(cell.text) for cell in found.single if _may_be_marked(cell)
    }
    for sharing in found.shared.values():
        for cell in sharing.cells:
            place = (cell.row, cell.column)
            formulas[place] = plain(formula_at(sharing.formula, *place))
    return formulas


def mark_cells(found: SheetCalls, mark: int, spilling: Collection[Position]) -> Marking:
    """Mark the cells of a sheet as those of an Office add-in.

    Args:
        found: the cells that call a PBR_ function.
        mark: the number of the mark.
        spilling: cells that would fill others with the mark, and stay as they are.
    """
    done = Marking()
    for cell in found.single:
        if cell.formula_attributes.get("t") == "array":
            continue
        if not _may_be_marked(cell):
            done.left["unclear"].append(cell.address)
        elif not _stays(cell, found, spilling, done):
            done.marked.append((cell.row, cell.column))
            done.splices.append(_cell_splice(cell, mark))
            place = cell.formula_start + tag_at(cell.formula_tag, 0).end(2)
            done.splices.append((place, place, b' t="array" ref="%b"' % cell.address.encode()))
    for index, sharing in found.shared.items():
        if index in found.unclear or any("cm" in cell.attributes for cell in sharing.cells):
            done.left["unclear"].extend(cell.address for cell in sharing.cells)
        elif not [cell for cell in sharing.cells if _stays(cell, found, spilling, done)]:
            _write_out(sharing, mark, done)
    return done


def unmark_cells(
    found: SheetCalls, mark: int, usual: int, shared: Mapping[Position, bytes]
) -> Unmarking:
    """Take the marks of a port off the cells of a sheet.

    Args:
        found: the cells that call a PBR_ function or have the mark.
        mark: the mark of the port; 0 where the workbook has none.
        usual: the book's own mark.
        shared: the formulas that cells shared before the port, as they were written.
    """
    done = Unmarking()
    back = _shared_again(found.single, mark, shared)
    for cell in [*found.cells(), *found.marked]:
        if not mark or cell.attributes.get("cm") != str(mark):
            alone = cell.formula_attributes.get("ref") == cell.address
            done.left += "cm" in cell.attributes and alone
        elif _marked_by_port(cell, mark):
            done.unmarked.append((cell.row, cell.column))
            done.splices.append(_without(cell.tag, cell.start, {b"cm"}))
            raw = back.get((cell.row, cell.column))
            if raw is None:
                done.splices.append(_without(cell.formula_tag, cell.formula_start, {b"t", b"ref"}))
            else:
                opening_ends = cell.formula_start + len(cell.formula_tag)
                end = opening_ends if _writes_out(raw) else cell.formula_end
                done.splices.append((cell.formula_start, end, raw))
        else:
            done.usual += 1
            done.splices.append(_cell_splice(cell, usual))
    return done


def without_covered(names: Iterable[Splice], marks: Iterable[Splice]) -> list[Splice]:
    """All splices in their order, less those of names in a piece that is replaced as a whole."""
    covered = sorted((start, end) for start, end, _ in marks if end > start)
    kept: list[Splice] = []
    waiting = iter(covered)
    piece = next(waiting, None)
    for splice in names:
        while piece is not None and piece[1] <= splice[0]:
            piece = next(waiting, None)
        if piece is None or splice[0] < piece[0]:
            kept.append(splice)
    return sorted([*kept, *marks], key=lambda splice: splice[:2])


def _may_be_marked(cell: FormulaCell) -> bool:
    return "t" not in cell.formula_attributes and "cm" not in cell.attributes


def _stays(
    cell: FormulaCell, found: SheetCalls, spilling: Collection[Position], done: Marking
) -> bool:
    position = (cell.row, cell.column)
    merged = any(within(position, area) for area in found.merged)
    if merged or position in spilling:
        done.left["merged" if merged else "spilling"].append(cell.address)
        return True
    return False


def _write_out(sharing: SharedCalls, mark: int, done: Marking) -> None:
    """Write a shared formula out in each of its cells: what spills cannot be shared."""
    for cell in sharing.cells:
        done.marked.append((cell.row, cell.column))
        done.splices.append(_cell_splice(cell, mark))
        tag = tag_at(cell.formula_tag, 0)
        others = raw_attributes(tag, leave_out={b"t", b"ref", b"si"})
        opening = b'<%b%b t="array" ref="%b">' % (tag[1], others, cell.address.encode())
        end = cell.formula_start + len(cell.formula_tag)
        done.shared[cell.row, cell.column] = cell.formula_tag
        if cell is not sharing.cells[0]:
            text = in_host_form(formula_at(sharing.formula, cell.row, cell.column), OFFICE_JS)
            opening += b"%b</%b>" % (escape(text, {"\r": "&#13;"}).encode(), tag[1])
            end = cell.formula_end
            done.shared[cell.row, cell.column] = cell.raw
        done.splices.append((cell.formula_start, end, opening))


def _shared_again(
    cells: Iterable[FormulaCell], mark: int, shared: Mapping[Position, bytes]
) -> dict[Position, bytes]:
    """The formulas that can be shared again, because none of them was changed since."""
    groups: dict[bytes, list[tuple[FormulaCell, bytes]]] = {}
    masters: dict[bytes, tuple[FormulaCell, bytes]] = {}
    for cell in cells:
        raw = shared.get((cell.row, cell.column))
        if raw is None or not _marked_by_port(cell, mark):
            continue
        index = _index(raw)
        if _writes_out(raw):
            masters[index] = (cell, raw)
        else:
            groups.setdefault(index, []).append((cell, raw))
    back: dict[Position, bytes] = {}
    for index, (master, raw) in masters.items():
        formula = shared_formula(plain(master.text), master.row, master.column)
        back[master.row, master.column] = raw
        for cell, own in groups.get(index, ()):
            if plain(cell.text) == formula_at(formula, cell.row, cell.column):
                back[cell.row, cell.column] = own
    return back


def _writes_out(raw: bytes) -> bool:
    """Whether a tag is of a formula written out for others, rather than of one that shares it."""
    return re.search(rb"\sref\s*=", raw) is not None


def _index(raw: bytes) -> bytes:
    found = re.search(rb"""\ssi\s*=\s*["']([^"']*)["']""", raw)
    return found[1] if found else b""


def _marked_by_port(cell: FormulaCell, mark: int) -> bool:
    return (
        bool(mark)
        and cell.attributes.get("cm") == str(mark)
        and cell.formula_attributes.get("t") == "array"
        and cell.formula_attributes.get("ref") == cell.address
    )


def _cell_splice(cell: FormulaCell, mark: int) -> Splice:
    """Give a cell a mark, in place of one that it has."""
    tag = tag_at(cell.tag, 0)
    known = re.search(rb"""(?<=\s)cm\s*=\s*(?:"[^"]*"|'[^']*')""", tag[2])
    if known is not None:
        place = cell.start + tag.start(2)
        return (place + known.start(), place + known.end(), b'cm="%d"' % mark)
    place = cell.start + tag.end(2)
    return (place, place, b' cm="%d"' % mark)


def _without(raw: bytes, start: int, names: Collection[bytes]) -> Splice:
    """A tag without some of its attributes and the spaces before them."""
    tag = tag_at(raw, 0)
    others = raw_attributes(tag, leave_out=names)
    return (start + tag.start(2), start + tag.end(2), others)
