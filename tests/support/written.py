"""Cells put into a sheet of XlsxWriter as a person or a formula leaves them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from tests.support.host_matrix import LEFT_OUT, Case
from xlpbr.errors import CellError
from xlpbr.workbook.ooxml.addresses import area_address, cell_address

ERROR_FORMULAS = {"#N/A": "=NA()"}


def write_cell(sheet: Any, row: int, column: int, value: Any, style: Any = None) -> None:
    """A text as a text, an error as a formula that shows it; nothing for None."""
    if isinstance(value, CellError):
        sheet.write_formula(row, column, ERROR_FORMULAS.get(value.code, "=1/0"), None, value.code)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time()), style)
    elif value == "":
        sheet.write_formula(row, column, '=""', None, "")
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)


def write_rows(
    sheet: Any, rows: list[list[Any]], first: tuple[int, int] = (0, 0), style: Any = None
) -> None:
    """Rows of cells from one on; an empty text is a blank cell."""
    for down, row in enumerate(rows, start=first[0]):
        for across, value in enumerate(row, start=first[1]):
            if value != "":
                write_cell(sheet, down, across, value, style)


def write_case(sheet: Any, case: Case, down: int, style: Any) -> tuple[str, int]:
    """The cells of a case side by side on a sheet: its call, and the rows that they take."""
    arguments = list(case.arguments)
    while arguments and arguments[-1] is LEFT_OUT:
        arguments.pop()
    references, across, height = [], 0, 1
    for argument in arguments:
        if argument is LEFT_OUT:
            references.append("")
            continue
        rows = argument if isinstance(argument, list) else [[argument]]
        for row, cells in enumerate(rows, start=down):
            for column, cell in enumerate(cells, start=across):
                write_cell(sheet, row, column, cell, style)
        area = (down + 1, across + 1, down + len(rows), across + len(rows[0]))
        first = cell_address(sheet.name, *area[:2])
        references.append(area_address(sheet.name, area) if rows is argument else first)
        across += len(rows[0]) + 1
        height = max(height, len(rows))
    return f"{case.function}({','.join(references)})", height
