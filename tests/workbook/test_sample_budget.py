"""The sample budget book: an officer's own, and every command of README.md works on it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import openpyxl
import pytest

from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.sample_budget import write_sample_budget

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def budget(tmp_path, monkeypatch):
    """The book of the contract that the examples of the pages use, in the folder of work."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "budget.xlsx"
    write_sample_budget(load_contract("plymouth-l04-2526"), path)
    return path


def commands_of(page: str, *names: str) -> list[list[str]]:
    """The commands on a page that work on the budget book, in their order."""
    joined = re.sub(r"\n {8,}", " ", (ROOT / page).read_text(encoding="utf-8"))
    found = re.findall(rf"^    xlpbr ((?:{'|'.join(names)}) .*)$", joined, flags=re.MULTILINE)
    return [shlex.split(line.partition("   ")[0]) for line in found]


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_the_book_is_the_same_each_time_and_shows_what_its_formulas_give(tmp_path, name):
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    for path in (first, second):
        write_sample_budget(load_contract(name), path)
    assert first.read_bytes() == second.read_bytes()
    shown, typed = (openpyxl.load_workbook(first, data_only=values) for values in (True, False))
    formulas = [
        (shown[sheet.title][cell.coordinate].value, cell.value)
        for sheet in typed
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert len(formulas) > 200
    assert not [text for value, text in formulas if not isinstance(value, int | float)]
    assert not any(function in text for _, text in formulas for function in FUNCTIONS)
    # Each sum on the summary adds up, and the months of the budget are those of the year.
    (_, *rows) = shown["Summary"].iter_rows(min_row=3, max_row=7, max_col=4, values_only=True)
    for column in (1, 2, 3):
        assert round(sum(row[column] for row in rows[:-1]), 2) == round(rows[-1][column], 2)
    assert [round(row[2] - row[1], 2) for row in rows] == [round(row[3], 2) for row in rows]


def test_the_placements_are_those_of_the_contract_under_the_headings_of_the_officer(budget):
    sheet = openpyxl.load_workbook(budget, data_only=True)["Placements 26-27"]
    headings, *rows = sheet.iter_rows(min_row=4, max_col=8, values_only=True)
    assert "Weekly rate" in headings
    contract = load_contract("plymouth-l04-2526")
    expected = [
        (row["Child"], row["Residential weekly cost"]) for row in contract.sample["Placements"]
    ]
    assert [(row[0], row[2]) for row in rows] == expected


@pytest.mark.slow
def test_the_commands_of_the_readme_work_one_after_the_other(xlpbr, budget, tmp_path):
    before = budget.read_bytes()
    commands = [
        words
        for words in commands_of("README.md", "attach", "insert", "recalc", "detach")
        if words[1] in ("budget.xlsx", "with-pbr.xlsx")
    ]
    assert [words[0] for words in commands] == ["attach", "insert", "recalc", "detach"]
    for words in commands:
        status, _, err = xlpbr(*words)
        assert status == 0, err
    assert budget.read_bytes() == before == (tmp_path / "budget-again.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "new.xlsx", data_only=True)
    row = [cell.value for cell in book["Forecast"][12]]
    assert row[3] == min(row[2], round(row[4] - row[5], 2)) > 0
    # What the month now invoices stands in the officer's own formulas behind it.
    assert book["Forecast"]["F13"].value == round(row[5] + row[3], 2)
    assert book["Budget 26-27"]["D15"].value == row[3]


@pytest.mark.slow
def test_its_own_table_is_read_as_the_page_of_budget_books_says(xlpbr, budget):
    words = next(
        words
        for words in commands_of("docs/guide/budget-books.md", "attach")
        if "--placements" in words
    )
    status, _, err = xlpbr(*words)
    assert status == 0, err
    assert "15 rows read from 'Placements 26-27'!A4:H60" in err
    assert "Weekly rate as Residential weekly cost" in err
