"""A sheet of a workbook that is being made, in openpyxl or XlsxWriter: cells are put into it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.errors import NUM, CellError, FileProblem
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.page import NoCharacters

_FORMULA_STARTS = ("=", "+", "-", "@")
"""What a person's program may take for the start of a formula when a text is edited."""

_MONEY, _DAY, _MONTH = "#,##0.00", "dd/mm/yyyy", "mmm yyyy"

Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet to write on; rows and columns count from 1.

    Attributes:
        name: the sheet's name.
        needs_size: whether a formula that fills cells must be told which.
        holds: whether a cell holds something.
        put: writes a value, by row, column, value and the heading that it stands under.
        put_formula: writes a formula, by its cells, text, last values and whether arrays arise in
            it; says whether the last values were stored.
    """

    name: str
    needs_size: bool
    holds: Callable[[int, int], bool]
    put: Callable[[int, int, Cell, Cell], None]
    put_formula: Callable[[Area, str, Rows | None, bool], bool]


def open_sheet(book: Any, name: str) -> OpenSheet:
    """A sheet of a workbook, added where it is not there.

    Raises:
        FileProblem: the workbook is of neither library, or cannot be written.
    """
    if hasattr(book, "worksheets") and hasattr(book, "create_sheet"):
        if book.read_only or book.write_only:
            raise FileProblem(
                "The workbook is open in openpyxl read-only or write-only; open it without that."
            )
        return _openpyxl_sheet(book, name)
    if hasattr(book, "add_worksheet") and hasattr(book, "get_worksheet_by_name"):
        return _xlsxwriter_sheet(book, name)
    raise FileProblem(
        f"into: found a {type(book).__name__}; expected an openpyxl workbook, an XlsxWriter"
        " workbook, or a pandas ExcelWriter with one of these engines."
    )


def _known(names: list[str], name: str) -> str | None:
    """The name as the workbook has it: Excel takes no regard to capitals."""
    return next((known for known in names if known.casefold() == name.casefold()), None)


def _as_cell_value(value: Cell) -> Cell:
    """A value as both libraries take it; a merged one stands in its first cell."""
    if isinstance(value, cells.SharedCell):
        value = value.value if value.is_first else None
    if isinstance(value, Fraction):
        return float(value)
    if hasattr(value, "item") and not isinstance(value, date):  # numpy's numbers
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise CellError(NUM, "what: found a number that is not finite")
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    known = (bool, int, float, Decimal, str, date, CellError)
    return value if value is None or isinstance(value, known) else str(value)


def _number_format(value: Cell, heading: Cell) -> str | None:
    if isinstance(value, Decimal):
        return _MONEY if value.as_tuple().exponent == -2 else None
    if isinstance(value, date):
        return _MONTH if heading == "Month" else _DAY
    return None


def _openpyxl_sheet(book: Any, name: str) -> OpenSheet:
    from openpyxl.styles import Font  # noqa: PLC0415 - XlsxWriter's sheets need no openpyxl
    from openpyxl.worksheet.formula import ArrayFormula  # noqa: PLC0415

    known = _known(book.sheetnames, name)
    sheet = book[known] if known else book.create_sheet(name)

    def put(row: int, column: int, value: Cell, heading: Cell) -> None:
        value = _as_cell_value(value)
        cell = sheet.cell(row, column)
        cell.value = value.code if isinstance(value, CellError) else value
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = value.startswith(_FORMULA_STARTS)
        if heading is None:
            cell.font = Font(bold=True)
        found = _number_format(value, heading)
        if found:
            cell.number_format = found

    def put_formula(area: Area, formula: str, _: Rows | None, arrays: bool) -> bool:
        top, left, bottom, right = area
        first, last = f"{column_letter(left)}{top}", f"{column_letter(right)}{bottom}"
        cells_filled = first if first == last else f"{first}:{last}"
        sheet.cell(top, left).value = ArrayFormula(cells_filled, formula) if arrays else formula
        return False

    return OpenSheet(
        sheet.title, True,
        lambda row, column: sheet.cell(row, column).value is not None, put, put_formula,
    )  # fmt: skip


def _xlsxwriter_sheet(book: Any, name: str) -> OpenSheet:
    known = _known([sheet.get_name() for sheet in book.worksheets()], name)
    sheet = book.get_worksheet_by_name(known) if known else book.add_worksheet(name)
    formats: dict[tuple[bool, str | None, bool], Any] = {}

    def looks(bold: bool, number_format: str | None, quoted: bool) -> Any:
        wanted = (bold, number_format, quoted)
        if wanted not in formats:
            asked = {"bold": bold, "quote_prefix": quoted}
            formats[wanted] = book.add_format(
                asked | ({"num_format": number_format} if number_format else {})
            )
        return formats[wanted]

    def put(row: int, column: int, value: Cell, heading: Cell) -> None:
        value = _as_cell_value(value)
        place = (row - 1, column - 1)
        quoted = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
        look = looks(heading is None, _number_format(value, heading), quoted)
        if value is None:
            sheet.write_blank(*place, None, look)
        elif isinstance(value, bool):
            sheet.write_boolean(*place, value, look)
        elif isinstance(value, str):
            sheet.write_string(*place, value, look)
        elif isinstance(value, date):
            sheet.write_datetime(*place, value, look)
        elif isinstance(value, CellError):
            sheet.write_formula(*place, f"={value.code}", look, value.code)
        else:
            sheet.write_number(*place, float(value), look)

    def put_formula(area: Area, formula: str, last: Rows | None, _: bool) -> bool:
        top, left, bottom, right = area
        first = None if last is None else _as_cell_value(last[0][0])
        look = looks(bool(last and len(last) > 1), _number_format(first, None), False)
        shown = "" if last is None else _last(first)
        # Excel marks every formula with a function of an add-in so; else it takes one of many.
        sheet.write_dynamic_array_formula(
            top - 1, left - 1, bottom - 1, right - 1, formula, look, shown
        )
        # XlsxWriter fills the rest of an array's cells with 0; last values take its place.
        for down in range(bottom - top + 1):
            for across in range(right - left + 1):
                if (down, across) != (0, 0):
                    value = None if last is None else last[down][across]
                    heading = last[0][across] if last and down else None
                    put(top + down, left + across, value, heading)
        return last is not None

    def _last(value: Cell) -> Any:
        if value is None or value == "":
            return NoCharacters()
        if isinstance(value, CellError):
            return value.code
        if isinstance(value, bool):
            # XlsxWriter has no truth for an array formula; the text is what the cell shows.
            return str(value).upper()
        if isinstance(value, date):
            with cells.dates_from_1904(on=bool(book.date_1904)):
                return cells.serial_of(value.date() if isinstance(value, datetime) else value)
        return float(value) if isinstance(value, Decimal) else value

    def holds(row: int, column: int) -> bool:
        found = sheet.table.get(row - 1, {}).get(column - 1)
        return found is not None and type(found).__name__ != "Blank"

    return OpenSheet(sheet.get_name(), False, holds, put, put_formula)
