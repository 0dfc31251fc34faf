"""LibreOffice Calc as the real spreadsheet: books opened in it, against the core to the penny."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.budget_books import BUDGETS, Budget, Check
from tests.support.calc_cells import matrix_book, results_in
from tests.support.host_matrix import (
    BLANK_CELL,
    ERROR_IN_A_RANGE,
    KEYS,
    Case,
    cases,
    expected,
    problems,
    sheet_form,
)
from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.copy import copy_for_calc
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.book import cells_of, open_book

# -- the matrix ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    path = tmp_path_factory.mktemp("matrix") / "matrix.xlsx"
    return path, matrix_book(path)


def test_a_book_opened_in_calc_gives_the_core_in_every_case_but_those_that_are_declared(
    calc: calc_engine.Calc,
    matrix: tuple[Path, dict[str, int]],
):
    path, places = matrix
    results = results_in(calc, path, places)
    assert problems("calc", lambda case: results[case.name]) == []
    # Where Calc cannot tell, an error stands and no figure.
    for case in cases():
        got = sheet_form(results[case.name])
        if _may_only_be_an_error(case) and got != expected(case):
            assert got[0][0] in {*EXCEL_ERRORS, "Err:504"}, case.name


def _may_only_be_an_error(case: Case) -> bool:
    is_unclear = bool(case.marks & {ERROR_IN_A_RANGE, BLANK_CELL}) or case.name.endswith(": 0")
    return is_unclear and not KEYS.applies(case)


def test_a_book_that_is_recalculated_gives_the_core_in_every_case(
    calc: calc_engine.Calc, matrix: tuple[Path, dict[str, int]], tmp_path: Path
):
    path, places = matrix
    copy = tmp_path / "copy.xlsx"
    copy_for_calc(open_book(path), copy)
    results = results_in(calc, copy, places)
    wrong = [case.name for case in cases() if sheet_form(results[case.name]) != expected(case)]
    assert wrong == []
    assert len(cases()) > 1400


# -- budget books ----------------------------------------------------------------------------


@pytest.mark.parametrize("budget", BUDGETS, ids=lambda budget: budget.name)
def test_a_budget_book_shows_what_the_core_gives_and_follows_a_change(
    calc: calc_engine.Calc, budget: Budget, tmp_path: Path
):
    path = tmp_path / "budget.xlsx"
    checks = budget.build(path, budget.figures)
    after = budget.build(tmp_path / "after.xlsx", budget.changed)
    copy = tmp_path / "copy.xlsx"
    copy_for_calc(open_book(path), copy)
    for opened, as_opened in ((path, True), (copy, False)):
        if as_opened and not budget.as_opened:
            continue
        book = calc_engine.open_in(calc, opened)
        assert _wrong(calc, book, checks, as_opened=as_opened) == []
        sheet, cell, value = budget.change
        calc_engine.put(calc, book, [(sheet, cell, [[value]])])
        assert _wrong(calc, book, after, as_opened=as_opened) == []
        calc_engine.close(calc, book)
    figures = [(check.rows, other.rows) for check, other in zip(checks, after, strict=True)]
    assert any(before != behind for before, behind in figures)


def _wrong(
    calc: calc_engine.Calc, book: int, checks: list[Check], *, as_opened: bool
) -> list[tuple[str, Any, Any]]:
    checks = [check for check in checks if check.as_opened or not as_opened]
    found = calc_engine.read(calc, book, [(check.sheet, check.area) for check in checks])
    return [
        (f"{check.sheet}!{check.area}", sheet_form(rows), check.rows)
        for check, rows in zip(checks, found, strict=True)
        if sheet_form(rows) != check.rows
    ]


# -- the template ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_the_template_shows_in_calc_what_the_embedded_engine_stored(
    calc: calc_engine.Calc, name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
):
    path, copy = template(tmp_path_factory, name), tmp_path / "copy.xlsx"
    book = open_book(path)
    copy_for_calc(book, copy)
    for opened in (path, copy):
        number = calc_engine.open_in(calc, opened)
        functions = compared = 0
        for sheet in book.sheets:
            stored = {
                position: cell
                for position, cell in cells_of(book, sheet.name).items()
                if cell.formula is not None and cell.formula.startswith("PBR_")
            }
            for (row, column), cell in stored.items():
                area = cell.array_range or f"{column_letter(column)}{row}"
                functions += 1
                found = calc_engine.read(calc, number, [(sheet.name, area)])[0]
                for down, of_row in enumerate(found):
                    for across, value in enumerate(of_row):
                        of_book = cells_of(book, sheet.name).get((row + down, column + across))
                        compared += 1
                        assert sheet_form(value) == sheet_form(of_book and of_book.value)
        assert functions >= 4
        assert compared > 300
        calc_engine.close(calc, number)


# -- errors ----------------------------------------------------------------------------------


def test_errors_are_errors_of_calc_with_a_reason_that_can_be_asked_for(calc: calc_engine.Calc):
    book = calc_engine.open_new(calc)
    formulas = ["PBR_PRO_RATA(1;2;0;3)", 'PBR_TERMS("x")', "PBR_FEE_CAP(1;2;3;4)"]
    calc_engine.put(
        calc,
        book,
        [("Sheet1", f"A{at}", [[{"formula": one}]]) for at, one in enumerate(formulas, 1)],
    )
    shown = calc_engine.read(calc, book, [("Sheet1", "A1:A3")])[0]
    codes = [value.code for (value,) in shown if isinstance(value, CellError)]
    assert codes == ["#VALUE!", "#N/A", "Err:504"]
    assert [error.code for error in calc_engine.errors_given(calc, book, ("Sheet1", (2, 1)))] == [
        "#N/A"
    ]
    (error,) = calc_engine.errors_given(calc, book, ("Sheet1", (1, 1)))
    assert "B5:B5" in error.message
    calc_engine.close(calc, book)
