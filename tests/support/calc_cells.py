"""The cases of the matrix in cells of a sheet, and what Calc makes of them when it opens it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.host_matrix import LEFT_OUT, Case, cases, expected
from xlpbr.errors import CellError
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.ooxml.addresses import area_address, column_letter

ERROR_FORMULAS = {"#N/A": "=NA()", "#DIV/0!": "=1/0"}
SHEET = "Result"


def cases_in_cells(book: Any, inputs: Any) -> Iterator[tuple[Case, str]]:
    """Every case with its call, once the cells of its arguments are written on Inputs."""
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    down = 0
    for case in cases():
        references, across, height = [], 0, 1
        arguments = list(case.arguments)
        while arguments and arguments[-1] is LEFT_OUT:
            arguments.pop()
        for argument in arguments:
            if argument is LEFT_OUT:
                references.append("")
                continue
            rows = argument if isinstance(argument, list) else [[argument]]
            for row, of_row in enumerate(rows):
                for column, cell in enumerate(of_row):
                    _write(inputs, down + row, across + column, cell, day)
            area = (down + 1, across + 1, down + len(rows), across + len(rows[0]))
            is_range = isinstance(argument, list)
            first = f"Inputs!{column_letter(across + 1)}{down + 1}"
            references.append(area_address("Inputs", area) if is_range else first)
            across += len(rows[0]) + 1
            height = max(height, len(rows))
        yield case, f"{case.function}({','.join(references)})"
        down += height + 1


def matrix_book(path: Path) -> dict[str, int]:
    """Write every case: its cells on Inputs, its formula on Result; each case's row there.

    Beside the result stand its rows and columns, as Calc fills no more cells than the book says.
    """
    book = xlsxwriter.Workbook(path)
    inputs, results = book.add_worksheet("Inputs"), book.add_worksheet(SHEET)
    at = 0
    places = {}
    for case, call in cases_in_cells(book, inputs):
        wanted = expected(case)
        last_row, last_column = at + len(wanted) - 1, 2 + len(wanted[0]) - 1
        results.write_array_formula(at, 0, at, 0, f"=ROWS({call})")
        results.write_array_formula(at, 1, at, 1, f"=COLUMNS({call})")
        results.write_dynamic_array_formula(at, 2, last_row, last_column, f"={call}")
        places[case.name] = at + 1
        at += len(wanted) + 1
    book.close()
    return places


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    """A cell as a person or a formula leaves it."""
    if isinstance(cell, CellError):
        sheet.write_formula(row, column, ERROR_FORMULAS[cell.code], None, cell.code)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), day)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif cell == "":
        sheet.write_formula(row, column, '=""', None, "")
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write_number(row, column, cell)


def results_in(
    calc: calc_engine.Calc, path: Path, places: dict[str, int]
) -> dict[str, list[list[Any]]]:
    """What every case shows in Calc; an error alone where it has no size, else all its cells."""
    book = calc_engine.open_in(calc, path)
    areas = []
    for case in cases():
        row, wanted = places[case.name], expected(case)
        last = (row, 1, row + len(wanted) - 1, 2 + len(wanted[0]))
        areas.append((SHEET, area_address("S", last).rpartition("!")[2]))
    found = calc_engine.read(calc, book, areas)
    calc_engine.close(calc, book)
    return {case.name: _of_case(rows) for case, rows in zip(cases(), found, strict=True)}


def _of_case(rows: list[list[Any]]) -> list[list[Any]]:
    size, shown = rows[0][:2], [row[2:] for row in rows]
    if any(isinstance(one, CellError) for one in size):
        return [[shown[0][0]]]
    height, width = map(int, size)
    if (height, width) == (1, 1):
        # Calc repeats a single value in all the cells that the book says.
        return [[shown[0][0]]]
    if (height, width) != (len(shown), len(shown[0])):
        return [[f"{height} x {width} cells"]]
    return shown
