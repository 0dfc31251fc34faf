"""The As at of a workbook of ours, as every command takes it, says it and leaves it for another."""

from __future__ import annotations

import json
from datetime import date, datetime

import click
import openpyxl
import pytest

from tests.support.templates import template
from xlpbr.commands.main import commands
from xlpbr.settlement.statement import settle
from xlpbr.workbook.read.contract_tables import read_records, read_tables

OWN = date(2026, 3, 31)
SAID = "As at 31 Mar 2026, as Statement!D4 says; --as-at takes another day."
OVERRULED = "Statement!D4 says As at 31 Mar 2026; here it is 31 May 2026, as --as-at says."
DEFAULT = (
    "As at 30 Apr 2026, the end of the last month that was claimed or agreed; --as-at takes"
    " another day."
)


def with_a_day():
    """The commands that take --as-at, with their parameters."""
    context = click.Context(commands)
    listed = {name: commands.get_command(context, name) for name in commands.list_commands(context)}
    found = {name: {one.name: one for one in command.params} for name, command in listed.items()}
    return {name: given for name, given in found.items() if "as_at" in given}


OF_THEIR_OWN = {"changes", "forecast", "portfolio", "report"}
"""Those that go by more than one workbook, by another sheet, or write what they show."""

COMMANDS = {
    name: ("--month", "Mar 2026") if "month" in given else ()
    for name, given in with_a_day().items()
    if name not in OF_THEIR_OWN
}
MONTHLY = [name for name, words in COMMANDS.items() if words]


def test_the_commands_are_found():
    assert with_a_day().keys() >= OF_THEIR_OWN
    assert len(COMMANDS) >= 7
    assert {"explain", "invoice", "lines"} <= set(MONTHLY) < set(COMMANDS)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The template with sample rows, and an As at on its sheets Statement and Forecast."""
    path = tmp_path_factory.mktemp("as-at") / "contract.xlsx"
    workbook = openpyxl.load_workbook(template(tmp_path_factory, "plymouth-l04-2526"))
    workbook["Statement"]["D4"] = OWN
    workbook["Forecast"]["B4"] = date(2026, 6, 30)
    workbook.save(path)
    return path


def payable(path, as_at):
    records = read_records(read_tables(path, {}))
    return settle(records.terms.record, records.evidence.record, as_at).payable


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_goes_to_the_workbooks_own_as_at_and_says_so(xlpbr, book, command):
    words = (command, book, *COMMANDS[command], "--json")
    status, out, err = xlpbr(*words)
    assert (status, json.loads(out)["as_at"]) == (0, "2026-03-31")
    assert err.startswith(SAID)
    given = xlpbr(*words, "--as-at", "31/03/2026")
    assert given[1] == out
    assert "As at" not in given[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_another_day_is_taken_and_the_difference_is_said(xlpbr, book, command):
    status, out, err = xlpbr(command, book, *COMMANDS[command], "--json", "--as-at", "31/05/2026")
    assert (status, json.loads(out)["as_at"]) == (0, "2026-05-31")
    assert err.startswith(OVERRULED)


def test_the_statement_to_the_own_as_at_is_not_that_of_the_programme(xlpbr, book):
    rows = json.loads(xlpbr("statement", book, "--json")[1])["rows"]
    assert round(rows[-1]["Payable to date"] * 100) == payable(book, OWN)
    assert payable(book, OWN) != payable(book, None)


def test_a_report_goes_to_the_own_as_at(xlpbr, book, tmp_path):
    status, _, err = xlpbr("report", book, "-o", tmp_path / "report.xlsx")
    assert (status, err.startswith(SAID)) == (0, True)
    status, _, err = xlpbr("report", book, "-o", tmp_path / "other.xlsx", "--as-at", "31/05/2026")
    assert (status, err.startswith(OVERRULED)) == (0, True)
    shown = [
        "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
        for sheet in (
            openpyxl.load_workbook(tmp_path / name).worksheets[0]
            for name in ("report.xlsx", "other.xlsx")
        )
    ]
    assert ["31 March 2026" in text or "31 Mar 2026" in text for text in shown] == [True, False]


def test_a_report_without_an_as_at_goes_to_the_last_month_claimed_or_agreed(xlpbr, book, tmp_path):
    workbook = openpyxl.load_workbook(book)
    workbook["Statement"]["D4"] = None
    workbook.save(tmp_path / "blank.xlsx")
    words = ("report", tmp_path / "blank.xlsx", "-o")
    status, _, err = xlpbr(*words, tmp_path / "report.xlsx")
    assert (status, err.startswith(DEFAULT)) == (0, True)
    given = xlpbr(*words, tmp_path / "given.xlsx", "--as-at", "30/04/2026")
    assert "As at" not in given[2]
    both = [(tmp_path / name).read_bytes() for name in ("report.xlsx", "given.xlsx")]
    assert both[0] == both[1]


@pytest.fixture(scope="module")
def blank(book, tmp_path_factory):
    """The same workbook without an As at."""
    path = tmp_path_factory.mktemp("blank") / "blank.xlsx"
    workbook = openpyxl.load_workbook(book)
    workbook["Statement"]["D4"] = None
    workbook.save(path)
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_goes_to_the_last_month_claimed_or_agreed(xlpbr, blank, command):
    words = (command, blank, "--json", *COMMANDS[command])
    status, out, err = xlpbr(*words)
    assert (status, json.loads(out)["as_at"]) == (0, "2026-04-30")
    assert err.startswith(DEFAULT)
    given = xlpbr(*words, "--as-at", "30/04/2026")
    assert given[1] == out
    assert "As at" not in given[2]


@pytest.mark.parametrize("command", MONTHLY)
def test_a_later_month_that_is_asked_for_is_the_last_that_counts(xlpbr, blank, command):
    status, out, err = xlpbr(command, blank, "--json", "--month", "Jun 2026")
    assert (status, json.loads(out)["as_at"]) == (0, "2026-06-30")
    said = "As at 30 Jun 2026, the end of the month asked for; --as-at takes another day."
    assert err.startswith(said)


def test_what_changed_goes_to_the_as_at_of_the_newer_workbook(xlpbr, book, blank):
    for old, new, day, said in (
        (blank, book, "2026-03-31", SAID), (book, blank, "2026-04-30", DEFAULT),
    ):  # fmt: skip
        status, out, err = xlpbr("changes", old, new, "--json")
        assert (status, json.loads(out)["as_at"]) == (0, day)
        assert err.startswith(said)
    out, err = xlpbr("changes", blank, book, "--json", "--as-at", "31/05/2026")[1:]
    assert json.loads(out)["as_at"] == "2026-05-31"
    assert err.startswith(OVERRULED)


def test_a_forecast_goes_to_the_as_at_of_its_own_sheet(xlpbr, book):
    words = ("forecast", book, "--scenarios", "20", "--json")
    status, out, err = xlpbr(*words)
    assert (status, json.loads(out)["as_at"]) == (0, "2026-06-30")
    assert err.startswith("As at 30 Jun 2026, as Forecast!B4 says; --as-at takes another day.")


def test_a_portfolio_goes_to_the_as_at_of_each_workbook(xlpbr, book, tmp_path):
    folder, out = tmp_path / "contracts", tmp_path / "out.xlsx"
    folder.mkdir()
    (folder / "own.xlsx").write_bytes(book.read_bytes())
    status, said, err = xlpbr("portfolio", folder, "-o", out)
    assert status == 0
    assert "Its figures go to 31 Mar 2026, the As at in Statement!D4." in said + err
    row = contracts(out)[0]
    assert round(row["Payable"] * 100) == payable(book, OWN)
    assert OWN in [cell.date() for cell in row.values() if isinstance(cell, datetime)]

    status, said, err = xlpbr("portfolio", folder, "-o", out, "--replace", "--as-at", "31/05/2026")
    assert status == 0
    assert "Its As at, 31 Mar 2026 in Statement!D4, is not used: --as-at was given." in said + err
    row = contracts(out)[0]
    assert round(row["Payable"] * 100) == payable(book, date(2026, 5, 31))


def contracts(path):
    rows = [list(row) for row in openpyxl.load_workbook(path)["Contracts"].values]
    first = next(index for index, row in enumerate(rows) if None not in row)
    return [dict(zip(rows[first], row, strict=True)) for row in rows[first + 1 :]]


@pytest.mark.parametrize("command", ["statement", "portfolio"])
def test_an_as_at_that_is_no_day_is_refused_by_its_cell(xlpbr, book, tmp_path, command):
    folder = tmp_path / "contracts"
    folder.mkdir()
    workbook = openpyxl.load_workbook(book)
    workbook["Statement"]["D4"] = "end of March"
    workbook.save(folder / "own.xlsx")
    given = (
        (folder, "-o", tmp_path / "out.xlsx") if command == "portfolio" else (folder / "own.xlsx",)
    )
    status, out, err = xlpbr(command, *given)
    assert status != 0
    assert 'Statement!D4 (As at): found "end of March"' in out + err
    assert "Correct it, or clear the cell." in out + err
