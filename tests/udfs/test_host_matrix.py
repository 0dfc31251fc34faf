"""The matrix of the hosts is whole, and the embedded engine gives the core's results in cells."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.support import host_matrix
from tests.support.host_matrix import (
    CALLS,
    COLUMNS,
    DIFFERENCES,
    KINDS,
    LEFT_OUT,
    MARKS,
    Case,
    cases,
    duplicates,
    expected,
    problems,
)
from tests.support.written import write_case
from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.hosts import HOSTS
from xlpbr.workbook.calculate.engine import filled_by, load, values_of
from xlpbr.workbook.ooxml.book import open_book

# -- the matrix -------------------------------------------------------------------------------


def test_every_function_has_a_good_call_of_all_its_arguments():
    assert CALLS.keys() == FUNCTIONS.keys()
    for name, function in FUNCTIONS.items():
        declared = [argument.name for argument in function.arguments]
        assert list(CALLS[name]) == declared
        assert set(COLUMNS.get(name, {})) <= set(declared)
        # A column of lines is given as one; figures that go together are given as columns besides.
        columns = [
            a.name
            for a in function.arguments
            if a.declared.shape in ("column", "cells") and not isinstance(CALLS[name][a.name], list)
        ]
        assert bool(COLUMNS.get(name)) == bool(columns)


def test_every_argument_is_given_every_kind_of_input():
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case in cases():
        found[case.function, case.argument][case.kind] += 1
    for name, function in FUNCTIONS.items():
        for argument in function.arguments:
            assert set(found[name, argument.name]) == set(KINDS), f"{name}, {argument.name}"
    assert all(found[name, ""] for name in FUNCTIONS)


def test_names_are_unique_and_arguments_as_a_sheet_holds_them():
    assert not duplicates()
    assert len(cases()) > 1000
    for case in cases():
        assert case.kind in KINDS
        assert case.marks <= set(MARKS)
        assert len(case.arguments) == len(FUNCTIONS[case.function].arguments)
        for argument in case.arguments:
            for cell in cells_of(argument):
                known = cell is None or isinstance(cell, float | bool | str | CellError)
                assert known or type(cell) is dt.date, f"{case.name}: {cell!r}"
            if isinstance(argument, list):
                assert len({len(row) for row in argument}) == 1, case.name


@pytest.mark.slow
def test_a_good_call_gives_figures_and_every_function_gives_its_errors():
    shown: dict[str, set[str]] = defaultdict(set)
    figures: Counter[str] = Counter()
    for case in cases():
        rows = expected(case)
        assert rows
        assert len({len(row) for row in rows}) == 1
        if len(rows) == len(rows[0]) == 1 and rows[0][0] in EXCEL_ERRORS:
            shown[case.function].add(rows[0][0])
        else:
            figures[case.function] += 1
        if "the first" in case.name:
            assert rows[0][0] not in EXCEL_ERRORS, case.name
    assert figures.keys() == FUNCTIONS.keys()
    for name, function in FUNCTIONS.items():
        # PBR_CHECK lists what is wrong instead of showing it.
        if function.arguments and name != "PBR_CHECK":
            assert {"#VALUE!", "#N/A", "#DIV/0!"} <= shown[name], name


@pytest.mark.slow
def test_figures_of_the_matrix_that_were_worked_out_by_hand():
    """Some of what the other hosts are compared with, from the specification and not the core."""
    by_name = {case.name: expected(case) for case in cases()}
    # The saving is more than what is left of 349,883.33 after 310,000.06.
    assert by_name["PBR_FEE_CAP: the first 3 arguments"] == [[39883.27]]
    # A week saves 5,600.99, and the 1st to the 19th are 19 days.
    assert by_name["PBR_SAVING: the first 6 arguments"] == [[15202.69]]
    # A tenth of all the 4,000,000.35, and at most 250,000.
    assert by_name["PBR_THRESHOLD_BONUS: the first 5 arguments"] == [[250000.0]]
    assert by_name["PBR_THRESHOLD_BONUS, maximum: left out"] == [[400000.04]]
    # Moved on 2 March, 13 weeks are complete on 31 May; on that day the first of the columns ended.
    assert by_name["PBR_MILESTONE_FEE: the first 6 arguments"] == [[6000.55]]
    assert by_name["PBR_MILESTONE_FEE, columns: together as columns"] == [
        [0.0], [0.0], [0.0], [6000.55],
    ]  # fmt: skip
    # From 15 June to 22 March are 281 of the 365 days.
    assert by_name["PBR_REIMBURSEMENT, shape: left out"] == [[21988.75]]
    assert by_name["PBR_REIMBURSEMENT, shape: a number"] == [["#VALUE!"]]
    # What of 1,000,000 is left after 900,000.17.
    assert by_name["PBR_CONTRACT_CAP: the first 3 arguments"] == [[99999.83]]
    assert by_name["PBR_OUTCOME_FEE: the first 5 arguments"] == [[10000.55]]
    # 1,234.565 rounds away from zero
    assert by_name["PBR_FEE_CAP, savings: half a penny"] == [[1234.57]]


# -- the differences --------------------------------------------------------------------------


def test_differences_are_of_known_hosts_and_of_some_cases_each():
    assert DIFFERENCES.keys() == set(HOSTS)
    for differences in DIFFERENCES.values():
        names = [one.cases for one in differences]
        assert len(set(names)) == len(names)
        for one in differences:
            assert one.cases
            assert one.reason.endswith(".")
            assert any(one.applies(case) for case in cases())
            assert not all(one.applies(case) for case in cases())


def test_a_wrong_host_is_found_out(monkeypatch: pytest.MonkeyPatch):
    wrong = next(case for case in cases() if case.name == "PBR_FEE_CAP, savings: half a penny")

    def run(case: Case) -> Any:
        return 0.0 if case is wrong else expected(case)

    found = [text for text in problems("embedded", run) if "differs no more" not in text]
    assert len(found) == 1
    assert "PBR_FEE_CAP, savings: half a penny" in found[0]
    difference = host_matrix.Difference("half pennies", "A reason.", lambda case: case is wrong)
    monkeypatch.setitem(DIFFERENCES, "embedded", (difference,))
    assert "half a penny" not in " ".join(problems("embedded", run))
    assert any("differs no more" in text for text in problems("embedded", expected))


# -- the embedded engine ----------------------------------------------------------------------


@pytest.mark.slow
def test_the_embedded_engine_gives_the_same_in_every_cell_of_a_sheet(tmp_path: Path):
    path, places = matrix_book(tmp_path / "matrix.xlsx")
    calculation = load(open_book(path))
    formulas = {("Result", (row, 1)): None for row in places.values()}
    values = values_of(calculation, formulas)["Result"]

    def run(case: Case) -> Any:
        row = places[case.name]
        filled = filled_by(calculation, ("Result", (row, 1)))
        width = max(column for _, column in filled)
        cells = [values[position] for position in filled]
        return [cells[start : start + width] for start in range(0, len(cells), width)]

    assert problems("embedded", run) == []


def matrix_book(path: Path) -> tuple[Path, dict[str, int]]:
    """A workbook with every case: its cells on Inputs, its formula on Result, and in which row."""
    book = xlsxwriter.Workbook(path)
    inputs, results = book.add_worksheet("Inputs"), book.add_worksheet("Result")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    down = at = 0
    places = {}
    for case in cases():
        call, height = write_case(inputs, case, down, day)
        results.write_dynamic_array_formula(at, 0, at, 0, f"={call}")
        places[case.name] = at + 1
        down += height + 1
        at += len(expected(case)) + 2
    book.close()
    return path, places


def cells_of(argument: Any) -> Iterator[Any]:
    """The cells of an argument; none where it is left out."""
    if isinstance(argument, list):
        for row in argument:
            yield from row
    elif argument is not LEFT_OUT:
        yield argument
