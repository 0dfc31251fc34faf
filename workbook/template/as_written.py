"""A workbook that XlsxWriter has not put into a file yet, as the reader of workbooks will see it.

So it can be calculated before it is written, and is written once, with its values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xlpbr.workbook.ooxml.addresses import Position, cell_name, split_area
from xlpbr.workbook.ooxml.book import Book, DefinedName, TableArea, book_without_package
from xlpbr.workbook.ooxml.sheet.stored_cells import Kind, StoredCell, StoredValue


def book_as_written(workbook: Workbook, path: Path) -> Book:
    """What a workbook holds that is being written: its cells, tables and names.

    Args:
        workbook: the workbook, not closed yet.
        path: the file that it will be, for messages.
    """
    texts = {index: text for text, index in workbook.str_table.string_table.items()}
    sheets = workbook.worksheets()
    return book_without_package(
        path,
        {sheet.name: _cells(sheet, texts) for sheet in sheets},
        [_table(sheet, made) for sheet in sheets for made in sheet.tables],
        [
            DefinedName(name, text, None if number < 0 else sheets[number].name)
            for name, number, text, _ in workbook.defined_names
        ],
        date_1904=bool(workbook.date_1904),
    )


def _cells(sheet: Worksheet, texts: dict[int, str]) -> dict[Position, StoredCell]:
    found = {}
    for row, columns in sheet.table.items():
        for column, cell in columns.items():
            stored = _stored(cell, (row + 1, column + 1), texts)
            if stored is not None:
                found[row + 1, column + 1] = stored
    return found


def _stored(cell: Any, position: Position, texts: dict[int, str]) -> StoredCell | None:
    """A cell as the reader has it; None for one that is blank."""
    kind = type(cell).__name__
    if kind == "Blank":
        return None
    if kind == "Formula":
        return StoredCell(None, cell.formula, None, "blank", never_calculated=True)
    if kind == "ArrayFormula":
        area = cell.range if ":" in cell.range else cell_name(position)
        dynamic = cell.atype == "dynamic"
        return StoredCell(None, cell.formula, area, "blank", never_calculated=True, dynamic=dynamic)
    value, told = _value(kind, cell, texts)
    return StoredCell(value, None, None, told, never_calculated=False)


def _value(kind: str, cell: Any, texts: dict[int, str]) -> tuple[StoredValue, Kind]:
    if kind == "String":
        return texts[cell.string], "text"
    if kind == "Boolean":
        return bool(cell.boolean), "boolean"
    # XlsxWriter stores so many digits.
    return float(f"{cell.number:.16G}"), "number"


def _table(sheet: Worksheet, made: dict[str, Any]) -> TableArea:
    area = split_area(made["range"])
    has_heading = bool(made["header_row_count"])
    return TableArea(made["name"], sheet.name, *area, has_heading, int(made["totals_row_shown"]))
