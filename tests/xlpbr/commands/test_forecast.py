"""``xlpbr forecast`` as it is typed, and the Assumptions table of a workbook in other commands."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from xlpbr import functions
from xlpbr.commands import forecast as forecast_commands
from xlpbr.commands import terminal
from xlpbr.contract.library import assumptions_table, load_contract
from xlpbr.workbook.read.contract_tables import read_records, read_tables, where

SCENARIOS = ("--scenarios", "150", "--seed", "3")


@pytest.fixture
def tables(sample):
    contract = load_contract("plymouth-l04-2526")
    return {**sample, "Assumptions": assumptions_table(contract)}


@pytest.fixture
def book(make_workbook, tables):
    return make_workbook(tables)


def spilled(tables, scenarios=150, seed=3, as_at=None):
    return functions.pbr_forecast(
        tables["Terms"], tables["Placements"], tables["Assumptions"], as_at, scenarios, seed,
        tables["Carers"],
    )  # fmt: skip


def printed(cell):
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat()


@pytest.mark.slow
def test_csv_is_what_the_function_spills(xlpbr, book, tables):
    status, out, err = xlpbr("forecast", book, *SCENARIOS, "--csv")
    assert (status, err) == (0, "")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows == [[printed(cell) for cell in row] for row in spilled(tables)]
    again = xlpbr("forecast", book, *SCENARIOS, "--csv", "--as-at", "30/09/2026")
    assert again == (0, out, "")
    assert xlpbr("forecast", book, *SCENARIOS, "--csv", "--workers", "2")[1] == out
    other = xlpbr("forecast", book, "--scenarios", "150", "--seed", "4", "--csv")[1]
    assert other != out


def test_json_says_what_it_rests_on(xlpbr, book, tables):
    status, out, _ = xlpbr("forecast", book, *SCENARIOS, "--json")
    assert status == 0
    found, table = json.loads(out), spilled(tables)
    assert found["headings"] == table[0]
    assert (found["scenarios"], found["seed"], found["as_at"]) == (150, 3, "2026-09-30")
    assert [list(row.values())[1:] for row in found["rows"]] == [row[1:] for row in table[1:20]]
    assert found["chances"] == {row[0]: row[1] for row in table[20:23]}
    assert [list(one.values()) for one in found["sensitivities"]] == [r[:6] for r in table[24:]]
    assert found["rows_read"][-1] == {
        "table": "Assumptions", "found": 14, "used": 14, "refused": 0, "blank": 0,
    }  # fmt: skip


def test_a_person_sees_months_chances_and_what_moves_the_result(xlpbr, book, tables):
    status, out, err = xlpbr("forecast", book, *SCENARIOS)
    assert (status, err) == (0, "")
    for part in (
        "the whole programme, to 28 Feb 2027",
        "150 scenarios from seed 3, known to 30 Sep 2026",
        "in 1 scenario of 10 the figure was this or less",
        "Net saving is saving less payable.",
        "mean net saving of 150 scenarios",
        "Chance that the maximum binds",
        "Moves a month",
    ):
        assert part in out
    total = spilled(tables)[19]
    for first in (1, 5, 9):
        for pounds in total[first : first + 4]:
            assert f" £{pounds:,.2f} " in out
    trials = {
        cells[1].strip(): [one.strip() for one in cells[2:4]]
        for line in out.splitlines()
        if len(cells := line.split("│")) == 8
    }
    assert trials["Residential weekly cost"] == ["£6,500.00", "£8,200.00"]
    assert trials["Break-down chance a month, months 1 to 3"] == ["2.25%", "3.75%"]
    assert trials["Children still to move"] == ["6", "10"]
    assert trials["Moves a month"] == ["1.5", "2.5"]


def test_on_a_narrow_terminal_nothing_is_cut_off(xlpbr, book, tables, monkeypatch):
    monkeypatch.setattr(terminal, "_WIDTH_OF_A_FILE", 80)
    status, out, err = xlpbr("forecast", book, *SCENARIOS)
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for line in out.splitlines():
        assert line[:1] not in ("│", "┃") or line.rstrip()[-1] in "│┃", line
    total, last = spilled(tables)[19], spilled(tables)[18]
    for pounds in (*total[1:13], *last[17:20], last[22]):
        assert f" £{pounds:,.2f} " in out
    assert "£6,500.00 │ £8,200.00 │" in out


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.0, "0.0%"),
        (0.0004, "under 0.1%"),
        (0.195, "19.5%"),
        (0.9996, "over 99.9%"),
        (1.0, "100.0%"),
    ],
)
def test_a_chance_is_none_or_all_only_where_it_is(chance, said):
    assert forecast_commands._share(chance) == said


def test_where_nothing_is_uncertain(xlpbr, make_workbook, tables):
    tables["Assumptions"] = [["Assumption", "Value"], ["Children still to move", 0]]
    book = make_workbook(tables)
    status, _, err = xlpbr("forecast", book)
    assert status == 0
    assert err == (
        "Nothing is uncertain: the figures are those of the statement. To forecast, fill in the"
        " table Assumptions.\n"
    )
    assert json.loads(xlpbr("forecast", book, "--json")[1])["sensitivities"] == []


def test_a_workbook_without_the_table(xlpbr, make_workbook, sample):
    book = make_workbook(sample)
    status, out, err = xlpbr("forecast", book)
    assert (status, out) == (2, "")
    assert "no table, name or range called 'PbrAssumptions'" in err
    assert "--assumptions 'Sheet!A4:H40'" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scenarios", "0"), "0 is not in the range"),
        (("--scenarios", "1000001"), "1000001 is not in the range"),
        (("--seed", "-1"), "-1 is not in the range"),
        (("--as-at", "31/10/2026"), "#NUM! Assumptions, First month of moves: found October 2026"),
        (
            ("--workers", "2", "--scheduler", "tcp://127.0.0.1:1"),
            "Give --workers for this computer, or --scheduler",
        ),
    ],
)
def test_a_wrong_call(xlpbr, book, options, said):
    status, out, err = xlpbr("forecast", book, *options)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_every_wrong_assumption_is_listed_with_its_cell(xlpbr, make_workbook, tables):
    rows = [list(row) for row in tables["Assumptions"]]
    rows[3][1], rows[10][1], rows[13] = -2, 5, ["Share reunifed", 0.2, "", ""]
    book = make_workbook({**tables, "Assumptions": rows})
    status, out, err = xlpbr("forecast", book)
    assert (status, out) == (1, "")
    assert "Assumptions!B4 (Moves a month): found -2; expected a number from 0 to 1,000." in err
    assert (
        "Assumptions!B11 (Break-down chance a month, months 1 to 3): found 5; expected a share"
        " from 0 to 1, such as 0.05 or 5%. Write it as a fraction or a percentage: 5%." in err
    )
    assert (
        'Assumptions!A14 (Assumption): found "Share reunifed"; expected "Share reunified".' in err
    )
    assert "3 problems stop the figures." in err


def test_other_commands_pass_over_wrong_assumptions_and_check_lists_them(
    xlpbr, make_workbook, sample, tables
):
    plain = xlpbr("statement", make_workbook(sample, "plain.xlsx"), "--csv")
    rows = [list(row) for row in tables["Assumptions"]]
    rows[2][1] = "Mar 2030"
    book = make_workbook({**tables, "Assumptions": rows})
    assert xlpbr("statement", book, "--csv") == plain
    status, out, _ = xlpbr("check", book, "--json")
    assert status == 1
    (problem,) = json.loads(out)["rows"]
    assert problem["Table"] == "Assumptions"
    assert problem["Found"] == "March 2030"
    assert [count["table"] for count in json.loads(out)["rows_read"]][-1] == "Assumptions"


def test_an_assumptions_table_that_cannot_be_read_stops_only_the_forecast(
    xlpbr, make_workbook, sample
):
    path = make_workbook(sample)
    plain = xlpbr("statement", path, "--csv")
    book = openpyxl.load_workbook(path)
    gone = DefinedName("PbrAssumptions", attr_text="#REF!")
    book.defined_names["PbrAssumptions"] = gone
    book.save(path)
    assert xlpbr("statement", path, "--csv") == plain
    records = read_records(read_tables(path, {}))
    assert (records.assumptions, records.problems) == (None, ())
    (note,) = records.assumption_problems
    assert note.sentence.startswith(
        "found a table that cannot be read; expected assumptions of a forecast. "
    )
    assert "points to cells that were deleted (#REF!)" in note.sentence
    status, out, err = xlpbr("forecast", path)
    assert (status, out) == (2, "")
    assert "points to cells that were deleted (#REF!)" in err


def test_titles_above_and_merged_names_are_read_as_in_terms(xlpbr, make_workbook, tables):
    rows = [["What we expect", None, None, None], [None] * 4, *tables["Assumptions"]]
    book = make_workbook({**tables, "Assumptions": rows}, tables_named=False)
    places = [f"--{name.lower()}={name}!A1:H40" for name in tables]
    status, out, err = xlpbr("forecast", book, *SCENARIOS, "--csv", *places)
    assert status == 0
    assert list(csv.reader(io.StringIO(out)))[1:4] == [
        [printed(cell) for cell in row] for row in spilled(tables)[1:4]
    ]
    assert "treated as titles and not read" in err
    found = read_tables(book, {name: f"{name}!A1:H40" for name in tables})
    assert found.places["Assumptions"].first_row == 3
    note = found.assumption_notes[0]
    assert where(found, note).startswith("Assumptions, Assumptions!A1:H40")
