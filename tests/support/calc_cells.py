"""The cases of the matrix in cells of a sheet, as Calc calculates them when it opens the book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.host_matrix import cases, expected
from tests.support.written import write_case
from xlpbr.errors import CellError
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.ooxml.addresses import area_address

SHEET = "Result"


def matrix_book(path: Path) -> dict[str, int]:
    """Write every case: its cells on Inputs, its formula on Result; each case's row there.

    Beside the result stand its rows and columns, as Calc fills no more cells than the book says.
    """
    book = xlsxwriter.Workbook(path)
    inputs, results = book.add_worksheet("Inputs"), book.add_worksheet(SHEET)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    down = at = 0
    places = {}
    for case in cases():
        call, height = write_case(inputs, case, down, day)
        wanted = expected(case)
        last_row, last_column = at + len(wanted) - 1, 2 + len(wanted[0]) - 1
        results.write_array_formula(at, 0, at, 0, f"=ROWS({call})")
        results.write_array_formula(at, 1, at, 1, f"=COLUMNS({call})")
        results.write_dynamic_array_formula(at, 2, last_row, last_column, f"={call}")
        places[case.name] = at + 1
        down += height + 1
        at += len(wanted) + 1
    book.close()
    return places


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
