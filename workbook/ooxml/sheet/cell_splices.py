"""The pieces of XML that change one cell of a sheet, or put new cells into one row."""

from __future__ import annotations

from collections.abc import Collection

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import Position, cell_name
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.cell_xml import attributes_xml, formula_xml, value_xml
from xlpbr.workbook.ooxml.sheet.row_cells import ScannedCell, ScannedFormula, ScannedRow
from xlpbr.workbook.ooxml.sheet.scan import SheetScan, style_of
from xlpbr.workbook.ooxml.xml.splice import Splice, raw_attributes, tag_at


def cell_splices(
    scan: SheetScan,
    row: ScannedRow,
    cell: ScannedCell,
    change: CellChange,
    position: Position,
    *,
    filled: bool,
) -> list[Splice]:
    """Change a cell that stands in the sheet."""
    tag = tag_at(row.data, cell.start - row.start)
    element = _formula_element(scan.frame.prefix, change, position)
    new, left_out, value = _attributes_and_value(scan, cell, change, filled=filled)
    opening = tag[0]
    if left_out or new:
        others = raw_attributes(tag, leave_out=left_out)
        opening = b"<%b%b%b%b>" % (tag[1], others, attributes_xml(new), tag[3])
    kind = cell.formula.attributes.get("t") if cell.formula else None
    if change.array_range is not None and change.formula is KEEP and kind != "array":
        raise no_array(position)
    if tag[3]:
        if element or value:
            opening = b"%b>%b%b</%b>" % (opening.removesuffix(b"/>"), element, value, tag[1])
        return [(cell.start, cell.end, opening)]
    splices: list[Splice] = []
    if opening != tag[0]:
        splices.append((cell.start, cell.inside, opening))
    formula = cell.formula
    place = formula.end if formula else cell.inside
    if change.formula is not KEEP and formula is not None:
        splices.append((formula.start, formula.end, element))
    elif change.formula is not KEEP:
        value = element + value
    elif change.array_range is not None and formula is not None:
        splices.append(_range_splice(row, formula, change.array_range))
    if value:
        splices.append((place, place, value))
    if change.value is not KEEP:
        splices += [(start, end, b"") for start, end in cell.values]
    return splices


def _attributes_and_value(
    scan: SheetScan, cell: ScannedCell, change: CellChange, *, filled: bool
) -> tuple[dict[str, str], set[bytes], bytes]:
    """The attributes that a cell gets, those that it loses, and the element of its value."""
    new: dict[str, str] = {}
    left_out: set[bytes] = set()
    value = b""
    if change.value is not KEEP:
        stays = change.formula is KEEP and cell.formula is not None
        inline = not (stays or isinstance(change.formula, str) or filled)
        kind, value = value_xml(scan.frame.prefix, change.value, inline=inline)
        # vm points to a rich value that would be shown instead of the new one.
        left_out |= {b"t", b"vm"}
        if kind is not None:
            new["t"] = kind
    if change.formula is not KEEP or change.cell_mark is not None:
        left_out.add(b"cm")
    if change.cell_mark is not None:
        new["cm"] = str(change.cell_mark)
    return new, left_out, value


def _formula_element(prefix: bytes, change: CellChange, position: Position) -> bytes:
    if not isinstance(change.formula, str):
        return b""
    attributes = {"t": "array", "ref": change.array_range} if change.array_range else {}
    try:
        return formula_xml(prefix, change.formula, attributes)
    except ValueError as error:
        raise FileProblem(
            f"The formula for {cell_name(position)} cannot stand in a cell: {error}."
        ) from error


def _range_splice(row: ScannedRow, formula: ScannedFormula, new_range: str) -> Splice:
    """Give an array formula another range of cells to fill."""
    tag = tag_at(row.data, formula.start - row.start)
    others = raw_attributes(tag, leave_out={b"ref"})
    opening = b"<%b%b%b%b>" % (tag[1], others, attributes_xml({"ref": new_range}), tag[3])
    return (formula.start, formula.start + len(tag[0]), opening)


def no_array(position: Position) -> FileProblem:
    """The problem of a range for a cell that fills none."""
    return FileProblem(f"Cell {cell_name(position)} has no array formula whose range could change.")


def new_cell(
    scan: SheetScan, change: CellChange, position: Position, *, filled: bool
) -> bytes | None:
    """A cell that does not stand in the sheet; None when there is nothing to write."""
    prefix = scan.frame.prefix
    if change.array_range is not None and not isinstance(change.formula, str):
        raise no_array(position)
    element = _formula_element(prefix, change, position)
    shown = None if change.value is KEEP else change.value
    kind, value = value_xml(prefix, shown, inline=not element and not filled)
    if not (element or value):
        return None
    attributes = {"r": cell_name(position)}
    style = style_of(scan, position)
    if style != "0":
        attributes["s"] = style
    if kind is not None:
        attributes["t"] = kind
    if change.cell_mark is not None:
        attributes["cm"] = str(change.cell_mark)
    tag = prefix + b"c"
    return b"<%b%b>%b%b</%b>" % (tag, attributes_xml(attributes), element, value, tag)


def cells_into(row: ScannedRow, added: list[tuple[int, bytes]]) -> list[Splice]:
    """Put new cells into a row that stands in the sheet, in the order of the columns."""
    tag = tag_at(row.data, 0)
    # The columns that a row spans are a hint, and may be left out where it would be wrong.
    columns = [*row.cells, *(column for column, _ in added)]
    left_out = set() if _spans(row.attributes.get("spans"), columns) else {b"spans"}
    opening = b"<%b%b>" % (tag[1], raw_attributes(tag, leave_out=left_out))
    if tag[3]:
        inside = b"".join(new for _, new in added)
        return [(row.start, row.end, b"%b%b</%b>" % (opening, inside, tag[1]))]
    splices: list[Splice] = []
    if left_out and b"spans" in tag[2]:
        splices.append((row.start, row.start + len(tag[0]), opening))
    for column, new in added:
        after = [cell.start for other, cell in row.cells.items() if other > column]
        place = min(after, default=row.close)
        splices.append((place, place, new))
    return splices


def _spans(spans: str | None, columns: Collection[int]) -> bool:
    """Whether all columns of a row lie in what it says that it spans."""
    try:
        listed = [tuple(map(int, span.split(":"))) for span in (spans or "").split()]
        return all(any(first <= column <= last for first, last in listed) for column in columns)
    except ValueError:
        return False
