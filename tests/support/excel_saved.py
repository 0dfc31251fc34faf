"""Workbooks of formulas with the values that Excel shows, made from ``tests/data/excel_saved``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.bad_books import edit_part
from xlpbr.errors import CellError
from xlpbr.workbook.calculate.changed_copy import Recalculation
from xlpbr.workbook.calculate.keeping import same_value
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import cells_of, open_book

_ERROR = "#ERROR"
FOLDER = Path(__file__).parents[1] / "data" / "excel_saved"


@dataclass(frozen=True)
class SavedBook:
    """A workbook in words: what it holds, and the formulas that an engine must be able to do."""

    name: str
    content: dict[str, Any]
    taken: frozenset[str]


def saved_books() -> list[SavedBook]:
    """Every workbook of the folder."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(SavedBook(path.stem, content, frozenset(content.pop("taken"))))
    return found


def write_saved(saved: SavedBook, path: Path) -> Path:
    """Make the workbook."""
    with xlsxwriter.Workbook(path) as book:
        for name, cells in saved.content["sheets"].items():
            sheet = book.add_worksheet(name)
            for table, about in saved.content.get("tables", {}).items():
                if about["sheet"] == name:
                    columns = [{"header": heading} for heading in about["columns"]]
                    sheet.add_table(
                        about["area"],
                        {"name": table, "total_row": about["totals"], "columns": columns},
                    )
            for address, cell in cells.items():
                _write(sheet, address, cell)
    if "array" in str(saved.content) and "#N/A" in str(saved.content):
        # XlsxWriter writes an error only as the value of a formula; within an array there is none.
        edit_part(path, "xl/worksheets/sheet1.xml", f"<f>{_ERROR}</f>".encode(), b"")
    return path


def _write(sheet: Any, address: str, cell: Any) -> None:
    if not isinstance(cell, dict):
        sheet.write(address, cell)
    elif "array" in cell:
        sheet.write_array_formula(cell["array"], f"={cell['formula']}", None, cell["value"][0][0])
        row, column = xlsxwriter.utility.xl_cell_to_rowcol(address)
        for down, values in enumerate(cell["value"]):
            for across, value in enumerate(values):
                if (down, across) != (0, 0):
                    _write_last(sheet, row + down, column + across, value)
    else:
        sheet.write_formula(address, f"={cell['formula']}", None, cell["value"])


def _write_last(sheet: Any, row: int, column: int, value: Any) -> None:
    """The last value of a further cell of an array."""
    if isinstance(value, str) and value.startswith("#"):
        sheet.write_formula(row, column, f"={_ERROR}", None, value)
    else:
        sheet.write(row, column, value)


def changed(before: Path, after: Path, done: Recalculation) -> tuple[dict[str, Any], set[str]]:
    """The cells that show another value, and the formulas that were kept."""
    old, new = open_book(before), open_book(after)
    found = {}
    for sheet in old.sheets:
        first, second = cells_of(old, sheet.name), cells_of(new, sheet.name)
        for place in first.keys() | second.keys():
            values = [of[place].value if place in of else None for of in (first, second)]
            if not same_value(values[0], values[1]):
                shown = [one.code if isinstance(one, CellError) else one for one in values]
                found[cell_address(sheet.name, *place)] = shown
    return found, {kept.address for kept in done.kept}
