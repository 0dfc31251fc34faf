"""The template in LibreOffice Calc: after a hard recalculation every cell shows what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.host_matrix import sheet_form
from tests.support.templates import template
from tests.workbook.attach.test_attach import ADDRESS, MAP, made
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.errors import EXCEL_ERRORS
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.template.write import new_workbook

EXPECTED = {
    "plymouth-l04-2526": ("NOT CLEAR: the figures agree, but 4 findings, 2 disputed", 4),
    "cheshire-east-2026": ("All checks agree", 0),
}
"""What the samples say of themselves, and how many problems they list."""


def _compare(
    calc: calc_engine.Calc, path: Path, *, prefix: str = ""
) -> dict[str, dict[tuple[int, int], Any]]:
    """Let Calc calculate a book anew; every formula must show what is stored, which is returned.

    Where an error is stored, Calc may show another kind: Err:504, as it refuses a range that holds
    an error, Err:502 for a text that is no date, or the second of two errors that meet.

    Args:
        calc: the private Calc.
        path: the book.
        prefix: how the names of the sheets that are compared start.
    """
    book = open_book(path)
    number = calc_engine.open_in(calc, path)
    calc_engine.calculate_cells(calc, number)
    values: dict[str, dict[tuple[int, int], Any]] = {}
    wrong: list[str] = []
    for sheet in (sheet.name for sheet in book.sheets if sheet.name.startswith(prefix)):
        stored = cells_of(book, sheet)
        last_row, last_column = (max(position[index] for position in stored) for index in (0, 1))
        area = f"A1:{column_letter(last_column)}{last_row}"
        found = sheet_form(calc_engine.read(calc, number, [(sheet, area)])[0])
        values[sheet] = {position: cell.value for position, cell in stored.items()}
        for (row, column), cell in stored.items():
            ((wanted,),), got = sheet_form(cell.value), found[row - 1][column - 1]
            both_errors = wanted in EXCEL_ERRORS and got in {*EXCEL_ERRORS, "Err:502", "Err:504"}
            if cell.formula is not None and got != wanted and not both_errors:
                wrong.append(f"{sheet}!{column_letter(column)}{row}: {got!r}, not {wanted!r}")
    calc_engine.close(calc, number)
    assert wrong == []
    return values


def _statuses(of_sheet: Mapping[tuple[int, int], Any]) -> dict[str, tuple[float, float]]:
    """How many months have each status on Reconcile, and by how much they differ."""
    return {of_sheet[row, 7]: (of_sheet[row, 8], of_sheet[row, 9]) for row in range(8, 15)}


def test_every_formula_of_the_template_shows_in_calc_what_is_stored(
    calc: calc_engine.Calc, tmp_path_factory: pytest.TempPathFactory
):
    for name in CONTRACT_NAMES:
        path = template(tmp_path_factory, name)
        values = _compare(calc, path)
        formulas = [
            cell.formula
            for sheet in values
            for cell in cells_of(open_book(path), sheet).values()
            if cell.formula is not None
        ]
        assert len(formulas) > 1900
        assert values["Readings"][9, 2]
        assert values["Readings"][9, 3]
        state, problems = EXPECTED[name]
        assert values["Checks"][6, 2].startswith(state)
        assert values["Month"][1, 2] == values["Checks"][6, 2]
        assert values["Checks"][10, 2] == f"{problems} listed at the foot of this sheet"


def test_every_status_of_a_reconciliation_is_counted_in_calc(
    calc: calc_engine.Calc, tmp_path: Path
):
    contract = load_contract("plymouth-l04-2526")
    stray = {"Month": date(2030, 1, 1), "Invoiced": 12.5}
    path = tmp_path / "template.xlsx"
    claims = (*contract.sample["Claims"], stray)
    new_workbook(replace(contract, sample={**contract.sample, "Claims": claims}), path, sample=True)
    assert _statuses(_compare(calc, path)["Reconcile"]) == {
        "over-claimed": (1, 2729.75),
        "under-claimed": (2, -16187.92),
        "not claimed": (0, 0),
        "nothing due": (4, 0),
        "not expected": (1, 12.5),
        "agreed": (1, 0),
        # The claim for 2030 is none of the contract's months: April is the last claimed one.
        "not claimed yet": (1, -166269.98),
    }


def test_problems_in_the_data_are_counted_in_calc(calc: calc_engine.Calc, tmp_path: Path):
    contract = load_contract("plymouth-l04-2526")
    wrong = tuple({"Month": month, "Invoiced": "a lot"} for month in ("soon", date(2026, 4, 1)))
    path = tmp_path / "template.xlsx"
    claims = (*contract.sample["Claims"], *wrong)
    new_workbook(replace(contract, sample={**contract.sample, "Claims": claims}), path, sample=True)
    values = _compare(calc, path)
    assert values["Checks"][10, 2] == "5 listed at the foot of this sheet"
    assert values["Reconcile"][8, 8].code == "#VALUE!"


def test_every_formula_of_attached_sheets_shows_in_calc_what_is_stored(
    calc: calc_engine.Calc, tmp_path: Path
):
    source, target = tmp_path / "budget.xlsx", tmp_path / "attached.xlsx"
    made(source)
    attach(
        source,
        target,
        contract=load_contract("plymouth-l04-2526"),
        places={"Placements": ADDRESS, "Claims": "Bills"},
        headings=MAP,
    )
    values = _compare(calc, target, prefix="PBR ")
    # More is invoiced than is payable.
    assert values["PBR Checks"][10, 2] == "1 listed at the foot of this sheet"
    assert _statuses(values["PBR Reconcile"]) == {
        "over-claimed": (0, 0),
        "under-claimed": (2, -15480.38),
        "not claimed": (0, 0),
        "nothing due": (0, 0),
        "not expected": (0, 0),
        "agreed": (0, 0),
        "not claimed yet": (16, -551973.95),
    }
