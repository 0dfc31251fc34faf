"""A workbook of xlpbr's own is calculated at once, to the same values as formula by formula."""

from __future__ import annotations

import formualizer
import pytest

from tests.support.edits import edit
from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.workbook.calculate.engine import load, values_of
from xlpbr.workbook.calculate.keeping import formulas_of
from xlpbr.workbook.calculate.own_books import calculated_at_once
from xlpbr.workbook.calculate.refresh import refreshed
from xlpbr.workbook.calculate.taken_branches import constants_shown
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.edit.program import PROTECTED_SHEET
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.read.own_sheets import own_sheets


def at_once(book):
    return calculated_at_once(book, formulas_of(book), own_sheets(book))


def changed(path, target, cells):
    """A copy with other values or formulas in cells, in which every formula shows its old value."""
    edit(open_book(path), Changes(cells=cells), target, allow={PROTECTED_SHEET})
    return open_book(target)


def value(of):
    return CellChange(of, None)


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACT_NAMES)
def test_what_was_typed_gives_the_values_that_each_formula_looked_at_gives(
    contract, tmp_path_factory, tmp_path
):
    path = template(tmp_path_factory, contract)
    first = {column: cells_of(open_book(path), "Placements")[6, column].value for column in (1, 3)}
    typed = {
        # A new row with a price and days in words, another price, and a child who is taken out.
        (60, 1): value(f"{first[1]} (2)"), (60, 3): value("£7,000.50"), (60, 4): value(1400.0),
        (60, 5): value("2026-04-03"), (60, 6): value("1 May 2026"), (60, 7): value("yes"),
        (6, 3): value(first[3] + 100), (7, 1): value(None),
    }  # fmt: skip
    book = changed(path, tmp_path / "typed.xlsx", {"Placements": typed})
    own = own_sheets(book)
    found = at_once(book)
    assert found == refreshed(book, formulas_of(book), own=own)[0]
    assert sum(map(len, found.values.values())) > 100
    assert found.kept == ()
    assert set(found.ranges) >= {"Children"}


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACT_NAMES)
@pytest.mark.parametrize("sample", [True, False])
def test_the_formulas_that_are_not_read_show_what_the_engine_makes_of_them(
    contract, sample, tmp_path_factory
):
    book = open_book(template(tmp_path_factory, contract, sample=sample))
    calculation = load(book)
    values = values_of(calculation, calculation.formulas)

    calls = []

    def known(formulas, sheets):
        calls.append((set(formulas), sheets))
        return {(sheet, position): values[sheet][position] for sheet, position in formulas}

    constants = constants_shown(book, formulas_of(book), known)
    assert len(constants) > 4000
    (names, of_names), (days, of_days) = calls
    assert of_names >= {"Placements", "Carers", "Claims"}
    # The second time the days of months are asked for, with the terms that they come from.
    assert of_days >= {"Terms", "Month"}
    assert not names & days
    shows_nothing = {
        cell for cell in days if cell[0] == "Checks" and values["Checks"][cell[1]] == ""
    }
    assert shows_nothing <= constants.keys()
    assert len(shows_nothing) > 20
    assert '""' in constants.values()
    trial = formualizer.Workbook()
    trial.add_sheet("Trial")
    for (sheet, position), constant in constants.items():
        trial.set_formula("Trial", 1, 1, f"={constant}")
        assert trial.evaluate_cell("Trial", 1, 1) == values[sheet][position]
    assert any(len(constants[place]) > 2 for place in names & constants.keys()) == sample


@pytest.mark.slow
def test_a_formula_that_reads_a_formula_is_not_taken_for_known(tmp_path_factory, tmp_path):
    # The child of the last row comes from a formula: its workings are calculated from it.
    path = template(tmp_path_factory, CONTRACT_NAMES[0])
    book = changed(
        path,
        tmp_path / "typed.xlsx",
        {"Placements": {(85, 1): CellChange("", '"C"&"99"'), (85, 5): value("03/04/2026")}},
    )
    asked = []

    def known(formulas, sheets):
        asked.extend(formulas)
        assert "Placements" not in sheets
        return {}

    constants_shown(book, formulas_of(book), known)
    assert asked
    found = at_once(book)
    assert "C99" in found.values["Checks"].values()
    assert found == refreshed(book, formulas_of(book), own=own_sheets(book))[0]


@pytest.mark.slow
@pytest.mark.parametrize("formula", ["EDATE(B11,18)-1", 'IF(Explain!Z400="",46446,0)'])
def test_days_that_come_from_formulas_of_the_terms_are_calculated_with_all(
    formula, tmp_path_factory, tmp_path
):
    """Ends on from a formula: of other terms, and of a cell that a result may fill."""
    path = template(tmp_path_factory, CONTRACT_NAMES[0])
    terms = cells_of(open_book(path), "Terms")
    row_of = {cell.value: row for (row, column), cell in terms.items() if column == 1}
    assert row_of["Starts on"] == 11
    ends_on = {(row_of["Ends on"], 2): CellChange(46446.0, formula)}
    book = changed(path, tmp_path / "typed.xlsx", {"Terms": ends_on})
    calls = []
    constants_shown(book, formulas_of(book), lambda *asked: calls.append(asked) or {})
    assert len(calls) == 1
    found = at_once(book)
    assert found == refreshed(book, formulas_of(book), own=own_sheets(book))[0]


@pytest.mark.slow
def test_a_formula_that_spills_is_not_taken_for_one_value(tmp_path_factory, tmp_path):
    # As if somebody had put it into the workings, where others ask it.
    path = template(tmp_path_factory, CONTRACT_NAMES[0])
    asked = next(
        position
        for (sheet, position), formula in formulas_of(open_book(path)).items()
        if sheet == "Checks" and formula.startswith("IF(ROWS(Claims!")
    )
    below = (asked[0] + 1, asked[1])
    book = changed(
        path, tmp_path / "typed.xlsx",
        {"Checks": {asked: CellChange("x", "Placements!$A$6:$A$7"), below: value(None)}},
    )  # fmt: skip
    found = at_once(book)
    assert found == refreshed(book, formulas_of(book), own=own_sheets(book))[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "formula",
    [
        "Placements!K90+1",  # depends on itself
        'INDIRECT("A1")',
        "NOT_KNOWN(A1)",
        "IFERROR(NOT_KNOWN(A1),0)",
        "'Not there'!A1",
        "[1]Sheet1!A1",
    ],
)
def test_a_formula_that_keeps_its_value_is_looked_at(formula, tmp_path_factory, tmp_path):
    path = template(tmp_path_factory, CONTRACT_NAMES[0], sample=False)
    book = changed(
        path, tmp_path / "typed.xlsx", {"Placements": {(90, 11): CellChange(5.0, formula)}}
    )
    assert at_once(book) is None
    done = refreshed(book, formulas_of(book), own=own_sheets(book))[0]
    assert "Placements!K90" in {kept.address for kept in done.kept}


@pytest.mark.slow
def test_a_formula_of_somebody_else_is_looked_at(tmp_path_factory, tmp_path):
    path = template(tmp_path_factory, CONTRACT_NAMES[0], sample=False)
    book = open_book(path)
    formulas = {**formulas_of(book), ("Mine", (1, 1)): "1+1"}
    assert calculated_at_once(book, formulas, own_sheets(book)) is None
