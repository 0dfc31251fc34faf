"""The rows of an edited sheet read again, and what in them is not as it was asked for.

Shares nothing with the reading that the edit was made from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from xlpbr.errors import CellError
from xlpbr.workbook.ooxml.addresses import Position, split_area, split_cell, within
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.read import StoredValue
from xlpbr.workbook.ooxml.sheet.scan import SheetScan, style_of
from xlpbr.workbook.ooxml.sheet.shared_formulas import formula_at, shared_formula

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row: its number, its attributes, and its cells by column."""

    number: int
    attributes: Mapping[str, str]
    cells: Mapping[int, ET.Element]


def read_rows(root: bytes, data: bytes, known: int = 0) -> list[ReadRow]:
    """The rows in a piece of a sheet.

    Args:
        root: the opening tag of the sheet.
        data: rows, or sheetData with rows in it.
        known: the number of the row where neither it nor its cells say it.

    Raises:
        ParseError: the piece is not well-formed.
        ValueError: a cell stands twice in a row or in another row than it says.
    """
    name = root[1:].split(None, 1)[0].rstrip(b">")
    sheet = ET.fromstring(b"%b%b</%b>" % (root, data, name))
    namespace = sheet.tag.rpartition("}")[0] + "}"
    rows = []
    for row in sheet.iter(f"{namespace}row"):
        cells: dict[int, ET.Element] = {}
        number = int(row.get("r", 0))
        column = 0
        for cell in row.findall(f"{namespace}c"):
            reference = cell.get("r")
            column += 1
            if reference is not None:
                cell_row, column = split_cell(reference)
                number = number or cell_row
                if cell_row != number:
                    raise ValueError(f"{reference} stands in row {number}")
            if column in cells:
                raise ValueError(f"column {column} of row {number} twice")
            cells[column] = cell
        rows.append(ReadRow(number or known, row.attrib, cells))
    return rows


def first_difference(
    scan: SheetScan,
    rows_before: Mapping[int, ReadRow],
    number: int,
    old: ReadRow | None,
    new: ReadRow | None,
    changes: Mapping[Position, CellChange],
    changing: Collection[int],
) -> int | None:
    """The column in which a row is not as it should be; None when it is right.

    Args:
        scan: the sheet before.
        rows_before: the rows of it that were read, to find where shared formulas start.
        number: the number of the row.
        old: the row before; None when there was none.
        new: the row now; None when there is none.
        changes: what was to change.
        changing: the columns of the row in which something was to change.
    """
    old_cells = old.cells if old else {}
    new_cells = new.cells if new else {}
    if new is not None:
        attributes = dict(old.attributes) if old else {"r": str(number)}
        if "spans" not in new.attributes:
            attributes.pop("spans", None)
        if dict(new.attributes) != attributes:
            return 1
    columns = {*old_cells, *new_cells, *changing}
    for column in sorted(columns):
        position = (number, column)
        before, after = old_cells.get(column), new_cells.get(column)
        if position in changes:
            right = _changed(scan, position, before, after, changes[position])
        elif before is None or after is None:
            right = False
        else:
            right = _figures(before) == _figures(after) or _same_formula(
                rows_before, position, before, after, changes
            )
        if not right:
            return column
    return None


def _changed(
    scan: SheetScan,
    position: Position,
    before: ET.Element | None,
    after: ET.Element | None,
    change: CellChange,
) -> bool:
    """Whether a cell is as it was asked for."""
    if after is None:
        empty = change.value is None or change.value is KEEP
        return before is None and empty and not isinstance(change.formula, str)
    old = dict(before.attrib) if before is not None else {}
    new = dict(after.attrib)
    style = style_of(scan, position)
    new_style = new.pop("s", "0")
    old.pop("s", None)
    if new_style != style or not _is_reference(new.pop("r", None), old.pop("r", None), position):
        return False
    if change.formula is not KEEP or change.cell_mark is not None:
        old.pop("cm", None)
    if change.cell_mark is not None:
        old["cm"] = str(change.cell_mark)
    if change.value is KEEP:
        shown = _shown(before) == _shown(after)
    else:
        old.pop("vm", None)
        old.pop("t", None)
        shown = _has_value(after, new.pop("t", "n"), change.value)
    return shown and old == new and _formula_right(before, after, change)


def _is_reference(new: str | None, old: str | None, position: Position) -> bool:
    return new == old if old is not None or new is None else split_cell(new) == position


def _formula_right(before: ET.Element | None, after: ET.Element, change: CellChange) -> bool:
    formula = _child(after, "f")
    if change.formula is None:
        return formula is None
    if isinstance(change.formula, str):
        array = {"t": "array", "ref": change.array_range} if change.array_range else {}
        return formula is not None and formula.text == change.formula and formula.attrib == array
    old = None if before is None else _child(before, "f")
    if old is None or formula is None:
        return old is None and formula is None
    attributes = dict(old.attrib)
    if change.array_range is not None:
        attributes["ref"] = change.array_range
    return formula.attrib == attributes and formula.text == old.text


def _same_formula(
    rows_before: Mapping[int, ReadRow],
    position: Position,
    before: ET.Element,
    after: ET.Element,
    changes: Mapping[Position, CellChange],
) -> bool:
    """Whether a cell that shared a formula now writes it out, and is else as it was."""
    old, new = _child(before, "f"), _child(after, "f")
    if old is None or new is None or old.get("t") != "shared" or old.text:
        return False
    if before.attrib != after.attrib or _shown(before) != _shown(after):
        return False
    if new.get("t") != "shared" or new.get("si") != old.get("si"):
        return False
    for row, column in changes:
        read = rows_before.get(row)
        cell = read.cells.get(column) if read else None
        first = None if cell is None else _child(cell, "f")
        if first is None or not first.text or first.get("si") != old.get("si"):
            continue
        expected = formula_at(shared_formula(first.text, row, column), *position)
        return new.text == expected and within(position, split_area(new.get("ref", "")))
    return False


def _has_value(cell: ET.Element, kind: str, value: StoredValue) -> bool:
    """Whether a cell shows a value, of the same type."""
    stored = _child(cell, "v")
    inline = _child(cell, "is")
    text = None if stored is None else stored.text or ""
    if value is None:
        return stored is None and inline is None and kind == "n"
    if isinstance(value, bool):
        return kind == "b" and text == str(int(value))
    if isinstance(value, CellError):
        return kind == "e" and text == value.code
    if isinstance(value, float):
        # The same to the last bit, and with the same sign.
        return kind == "n" and text is not None and repr(float(text)) == repr(value + 0.0)
    if kind == "inlineStr" and inline is not None:
        run = _child(inline, "t")
        text = None if run is None else run.text or ""
    elif kind != "str":
        return False
    return text is not None and _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) == value


def _shown(cell: ET.Element | None) -> object:
    """What a cell shows, as it is written."""
    if cell is None:
        return []
    return [_figures(child) for child in cell if child.tag.rpartition("}")[2] in {"v", "is"}]


def _figures(element: ET.Element) -> tuple[object, ...]:
    """All that an element says, to be compared."""
    return (
        element.tag,
        dict(element.attrib),
        (element.text or "").strip() if len(element) else element.text or "",
        [(child.tag.rpartition("}")[2], _figures(child)) for child in element],
    )


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next((child for child in element if child.tag.rpartition("}")[2] == name), None)
