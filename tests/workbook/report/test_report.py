"""The report workbook: what it says, that it is values only, and that everyone can read it."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from tests.support.golden import (
    AS_AT,
    FOLDER,
    VERSIONS,
    sample_assumptions,
    sample_source,
    write_golden,
)
from tests.support.opened import opened
from xlpbr import functions
from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.errors import CellError, FileProblem
from xlpbr.forecast.run import Forecast, forecast
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.assumptions import read_assumptions
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report import facts as report_facts
from xlpbr.workbook.report.checks import check_rows
from xlpbr.workbook.report.facts import ReportSource, gather
from xlpbr.workbook.report.write import MADE_WITH, write_report

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FRONT = ["Summary", "Charts", "Readings"]
"""The pages for the committee, which come before the annex."""
SHEETS = [
    *FRONT, "Annex", "Statement", "Invoices and years", "Lines", "Children",
    "Readings in full", "Workings", "Terms", "Checks", "Notes", "Chart data",
]  # fmt: skip
SHARED = "Invoices and years"
ON_SHARED = ["Invoice", "Years", "Reconciliation"]
"""The short tables that share a sheet, from top to bottom."""
TITLES = {"Invoice": "Invoice: what is to be invoiced for a month"}
"""The first table's title, under that of the sheet."""
WITH_FORECAST = [*SHEETS[:8], "Forecast", "Assumptions", *SHEETS[8:]]
NEVER_PUBLIC = ("Invoice", "Lines", "Children")
PUBLIC_SHEETS = [
    "Reconciliation" if name == SHARED else name
    for name in SHEETS
    if name not in ("Workings", *NEVER_PUBLIC)
]
"""Of the sample's months too few can be shown to show how they came about, and no year."""


def report_of(
    target: Path, source: ReportSource | None = None, as_at: date | None = AS_AT, **more: Any
) -> Path:
    given = {"prepared_by": "A. Accountant", "prepared_on": date(2026, 11, 21), **more}
    source = source or sample_source()
    write_report(records_of(source.rows), source, target, as_at=as_at, **given)
    return target


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_of(tmp_path_factory.mktemp("full") / "report.xlsx")


@pytest.fixture(scope="module")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = sample_source(assumptions=sample_assumptions())
    return report_of(tmp_path_factory.mktemp("ahead") / "forecast.xlsx", source)


@pytest.fixture(scope="module", params=["full", "forecast", "public"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = None if request.param == "full" else sample_source(assumptions=sample_assumptions())
    target = tmp_path_factory.mktemp("any") / f"{request.param}.xlsx"
    return report_of(target, source, public=request.param == "public")


def sheets_of(path: Path) -> list[str]:
    return {"public": PUBLIC_SHEETS, "forecast": WITH_FORECAST}.get(path.stem, SHEETS)


def tables_of(sheet: Any) -> list[Any]:
    """The marked tables of a sheet, from top to bottom: one, but where short ones share it."""
    found = sorted(sheet.tables.values(), key=lambda table: sheet[table.ref][0][0].row)
    assert len(found) == (1 if sheet.title != SHARED else len(found))
    return found


def place_of(path: Path, name: str) -> tuple[Any, Any]:
    """The sheet and the marked table of a name: a sheet's own one, or one that shares a sheet."""
    book = opened(path)
    if name in book.sheetnames:
        (table,) = tables_of(book[name])
        return book[name], table
    (table,) = (one for one in tables_of(book[SHARED]) if one.displayName == f"{name}Table")
    return book[SHARED], table


def table_of(path: Path, name: str) -> list[list[Any]]:
    """The cells of a marked table, heading row first, dates as dates."""
    worksheet, table = place_of(path, name)
    return [
        [cell.value.date() if isinstance(cell.value, datetime) else cell.value for cell in row]
        for row in worksheet[table.ref]
    ]


def lines_of(path: Path, name: str) -> list[str]:
    """The running text above a table, without the link to the contents and what is above others."""
    worksheet, table = place_of(path, name)
    heading_row = worksheet[table.ref][0][0].row
    ends = [worksheet[other.ref][-1][0].row for other in tables_of(worksheet)]
    after = max((end for end in ends if end < heading_row), default=0)
    above = list(worksheet.iter_rows(min_row=after + 1, max_row=heading_row - 1, max_col=2))
    lines = [
        str(first.value or second.value)
        for first, second in above
        if not first.hyperlink and (first.value or second.value)
    ]
    return lines[lines.index(title) :] if (title := TITLES.get(name)) in lines else lines


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


# What it says.


def given_tables() -> tuple[list, list, list, list]:
    rows = sample_source().rows
    terms, placements, carers, claims = (
        rows[table] or [] for table in ("Terms", "Placements", "Carers", "Claims")
    )
    return terms, placements, carers, claims


LEFT_OUT = ("Outcome fees", "Reimbursed", "Adjustment", "To invoice")


def without(table: list, headings: tuple[str, ...] = LEFT_OUT) -> list:
    """A table without the columns of some headings."""
    kept = [number for number, heading in enumerate(table[0]) if heading not in headings]
    return [[row[number] for number in kept] for row in table]


def test_the_statement_is_that_of_the_function(full: Path) -> None:
    terms, placements, carers, claims = given_tables()
    expected = functions.pbr_statement(terms, placements, carers, claims, AS_AT)
    assert table_of(full, "Statement") == without(expected)
    assert all(row[number] in (0, row[12]) for row in expected[1:] for number in (8, 10, 14, 15))
    assert len(expected) == 15
    assert (
        "Left out, as the contract has no such clause or table: Outcome fees, Reimbursed,"
        " Adjustment and To invoice. They are nought in every month, and To invoice is what is"
        " payable." in " ".join(lines_of(full, "Statement"))
    )


def test_the_readings_are_those_of_the_function(full: Path) -> None:
    terms, placements, carers, _ = given_tables()
    expected = functions.pbr_readings(terms, placements, carers, AS_AT)
    got = [row[:2] + row[3:6] for row in table_of(full, "Readings in full")]
    assert got == expected


def joined_again(rows: list[list[Any]]) -> list[list[Any]]:
    """The lines of a month, a figure's steps put together: clause, figure, working, amount."""
    figures: dict[str, list[Any]] = {}
    for _, figure, item, clause, text, amount in rows:
        is_named = item != "in all" and not item.startswith("step ")
        step = f"{item}: {text}" if is_named else text
        found = figures.setdefault(figure, [clause, figure, "", None])
        found[2] = f"{found[2]}; {step}" if found[2] else step
        if item == "in all":
            found[3] = amount
    return list(figures.values())


def test_the_workings_are_those_of_the_function_for_every_month(full: Path) -> None:
    terms, placements, carers, claims = given_tables()
    rows = table_of(full, "Workings")[1:]
    months = sorted({row[0] for row in rows})
    assert len(months) == 14
    for month in months:
        expected = functions.pbr_explain(terms, placements, month, carers, claims, AS_AT)[1:]
        if month < date(2026, 1, 1):
            entitlement = next(row for row in expected if row[1] == "Fee entitlement to date")
            assert all(row[3] == 0 for row in expected if row is not entitlement)
            amount = f"£{entitlement[3]:,.2f}"
            nothing = f"nothing saved, payable or invoiced; fee entitlement to date {amount}"
            expected = [["7 para 2, 3", "Whole month", nothing, "[z]"]]
        assert joined_again([row for row in rows if row[0] == month]) == expected


def test_each_line_of_the_workings_has_its_item_and_its_own_amount(alive: Path) -> None:
    rows = [row for row in table_of(alive, "Workings") if row[0] == date(2026, 4, 1)]
    saving = [row[2:] for row in rows if row[1] == "Saving"]
    assert saving[0] == ["C01", "7 para 3", "£5,821.48 / 7 x 30 days = £24,949.20", 24_949.20]
    assert saving[6][0] == "C05, Notice of the old home"
    assert saving[7] == [
        "C06, Setting up the room, once on 27 Apr 2026",
        "7 para 3",
        "-£1,500.00",
        -1500,
    ]
    assert saving[-1] == ["in all", "7 para 3", "together £104,344.31", 104_344.31]
    items = [row[3] for row in saving[:-1]]
    assert round(sum(items) * 100) == round(saving[-1][3] * 100)
    # One line each: no sum goes over more than two lines of its column.
    assert max(len(row[4]) for row in rows) < 160


# A contract with a life: prices, costs, a cohort, agreed months, a budget.


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_of(
        tmp_path_factory.mktemp("alive") / "report.xlsx", sample_source(with_life=True)
    )


def shown_as(table: list[list[Any]]) -> list[list[Any]]:
    """A function's table as the report shows it: not applicable where a cell is blank."""
    return [["[z]" if cell == "" else cell for cell in row] for row in table]


BUDGET_OF = {
    "Saving": ("Budget saving", "Saving against budget"),
    "Payable": ("Budget cost", "Cost against budget"),
}


def years_of(path: Path) -> list[dict[str, Any]]:
    """The financial years of the report, each with its figures under the headings of PBR_YEARS."""
    heading, *rows = table_of(path, "Years")
    assert heading == ["Financial year", "Figure", "Amount", "Budget", "Against budget"]
    years: dict[str, dict[str, Any]] = {}
    for name, figure, amount, *beside in rows:
        year = years.setdefault(name, {"Financial year": name})
        year[figure] = amount
        if figure in BUDGET_OF:
            year |= dict(zip(BUDGET_OF[figure], beside, strict=True))
        else:
            assert beside == ["[z]", "[z]"]
    return list(years.values())


def test_the_life_s_sheets_are_those_of_the_functions(alive: Path) -> None:
    terms, placements, carers, claims = given_tables()
    life = sample_source(with_life=True).rows
    cohort, prices, costs, rates, agreed, budget = (life[table] for table in LIFE_COLUMNS)
    may, counted = date(2026, 5, 1), (cohort, prices, costs)
    statement = functions.pbr_statement(
        terms, placements, carers, claims, AS_AT, *counted, rates, agreed
    )
    assert table_of(alive, "Statement") == without(statement, ("Outcome fees", "Reimbursed"))
    invoice = functions.pbr_invoice(
        terms, placements, may, carers, claims, AS_AT, *counted, rates, agreed
    )
    # Working is last in the report.
    invoice = [[*row[:2], *row[3:], row[2]] for row in invoice]
    assert table_of(alive, "Invoice") == shown_as(invoice)
    lines = functions.pbr_lines(terms, placements, may, AS_AT, *counted)
    assert table_of(alive, "Lines") == shown_as(lines)
    children = functions.pbr_children(terms, placements, AS_AT, *counted)
    got = table_of(alive, "Children")
    assert got[0][2:] == [f"{month:%b %Y}" for month in children[0][2:]]
    assert got[1:] == children[1:]
    years = functions.pbr_years(
        terms, placements, carers, claims, AS_AT, *counted, rates, agreed, budget
    )
    heading, *rows = shown_as(years)
    assert years_of(alive) == [dict(zip(heading, row, strict=True)) for row in rows]


def test_the_invoice_is_of_the_month_to_agree_next(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", sample_source(claims=None))
    assert lines_of(target, "Invoice")[1].startswith("Month: September 2025, the last month of")
    target = report_of(tmp_path / "r.xlsx")
    assert lines_of(target, "Lines")[1] == (
        "Month: May 2026, the first after April 2026, the last that was claimed or agreed."
    )
    target = report_of(tmp_path / "r.xlsx", as_at=date(2026, 4, 30))
    assert lines_of(target, "Lines")[1] == (
        "Month: April 2026, the last month that was claimed or agreed."
    )


def test_the_summary_says_how_the_life_s_figures_came_about(alive: Path) -> None:
    words = said_on(alive, "Summary")
    assert (
        "The prices of 4 children changed on 1 Apr 2026: C01, C02, C03, C04. Days before a change"
        " keep their prices." in words
    )
    assert (
        "Further costs of moves, £30,100.00 so far, are taken off the saving: C05, Notice of the"
        " old home: £26,200.00; C06, Setting up the room: £1,500.00; C08, Respite: £2,400.00."
        in words
    )
    assert "4 months are agreed, the last April 2026: £260,953.84 was agreed to be" in words
    checks = table_of(alive, "Checks")
    again = [row for row in checks if row[0] == "Worked out another way"]
    assert [row[1] for row in again] == [
        "Statement, Saving to date", "Statement, Payable to date", "Statement, To invoice, in all",
    ]  # fmt: skip
    assert {row[4] for row in again} == {"yes"}
    counted = {row[1]: row[2] for row in checks if row[0] == "Rows accounted for"}
    assert counted["Cohort"] == "14 rows: 14 used, 0 refused, 0 blank"
    assert counted["Rates"] == "0 rows: 0 used, 0 refused, 0 blank"
    assert counted["Budget"] == "2 rows: 2 used, 0 refused, 0 blank"


def test_money_back_after_break_downs_is_said_with_its_numbers(tmp_path: Path) -> None:
    terms = [
        [row[0], "straight_line", *row[2:]] if row[0] == "Break-down reimbursement" else row
        for row in with_terms()
    ]
    words = sentences_at(tmp_path, AS_AT, terms=terms)
    assert (
        "For break-downs £20,267.21 is paid back: C04 broke down on 15 Jun 2026, in the window"
        " 1 Mar 2026 to 28 Feb 2027: £20,267.21." in words
    )
    assert "Reimbursed" in table_of(tmp_path / "r.xlsx", "Statement")[0]
    again = [row[1] for row in table_of(tmp_path / "r.xlsx", "Checks") if "another" in row[0]]
    assert again[1] == "Statement, Reimbursed, in all"


def test_the_reconciliation_holds_each_month_up_to_the_last_claimed_against_its_claim(
    full: Path,
) -> None:
    assert table_of(full, "Reconciliation") == [
        ["Month", "Payable", "Invoiced", "Invoiced less payable", "Status"],
        [date(2026, 1, 1), 10_000, 10_000, 0, "agreed"],
        [date(2026, 2, 1), 30_496.42, 30_495.67, -0.75, "under-claimed"],
        [date(2026, 3, 1), 89_270.25, 92_000, 2_729.75, "over-claimed"],
        [date(2026, 4, 1), 129_611.33, 115_000, -14_611.33, "under-claimed"],
        ["Total", 259_378, 247_495.67, -11_882.33, "under-claimed"],
    ]
    assert (
        "Months go to the last that was claimed, April 2026. Payable and not claimed yet, for May"
        " 2026 to October 2026: £410,422.00." in " ".join(lines_of(full, "Reconciliation"))
    )


def test_nothing_is_called_agreed_where_no_month_is_claimed(tmp_path: Path) -> None:
    source = sample_source(claims=[["Month", "Invoiced"]])
    for public in (False, True):
        target = report_of(tmp_path / "r.xlsx", source, public=public)
        assert table_of(target, "Reconciliation")[1:] == [["no month is claimed", *["[z]"] * 4]]


def test_the_sentences_at_the_end_of_october(full: Path) -> None:
    assert lines_of(full, "Summary") == [
        "Step-down from residential homes to families, Plymouth City Council",
        "NOT CLEAR: the figures agree, but 1 finding, 1 disputed: see the sheet Checks",
        "Plymouth City Council and Reconnect; programme 1 September 2025 to 28 February 2027."
        " Figures to date go to 31 October 2026; an outlook is",
        "called one.",
    ]
    assert [row[2] for row in table_of(full, "Summary")[1:]] == [
        "By 31 October 2026, 12 children were living in families (of the 21 agreed).",
        "The council saved £1,712,887.46.",
        "£669,800.00 is payable in all: £247,495.67 has been invoiced, £422,304.33 is still to be"
        " invoiced.",
        "Claims for months up to that day.",
        "Still to invoice.",
        "After paying that, the council keeps £1,043,087.46 of what was saved.",
        "£189,291.58 without VAT, VAT £37,858.32, together £227,149.90; its lines are on the sheet"
        " Invoices and years.",
        "Outlook for all of 2026/27, if every placement in place stays as it is and nothing else"
        " happens: £2,837,382.46. There is no budget for the year.",
        "Outlook for all of 2026/27, if every placement in place stays as it is and nothing else"
        " happens: £609,371.25. There is no budget for the year. Accrual on 31 Oct 2026:"
        " £422,304.33.",
        "1 row is disputed and does not count (Placements 1). If it did, to 31 Oct 2026: £0.00 more"
        " payable and £66,696.43 more saved. By 28 Feb 2027, if every placement in place stays as"
        " it is and nothing else happens: £29,330.36 more payable and £163,125.00 more saved.",
        "An outlook, not a figure to date: if every placement in place stays as it is and nothing"
        " else happens, £2,927,149.13 is saved, £739,137.92 is payable and the council keeps"
        " £2,188,011.21.",
        "What of the fee is earned by the period's end.",
        "The fee of £599,800.00 is earned in full, and all of it is covered by savings and"
        " payable.",
        "For all carer households that have fallen due so far.",
        "The bonus is measured once, on 28 February 2027, by the yearly saving of the placements"
        " in place; the threshold is £3,000,000.00.",
        "The placements in place on 31 October 2026 save £3,693,379.21 a year, £693,379.21 above"
        " the threshold.",
        "Break-down reimbursement is none: when a placement breaks down, its saving stops on that"
        " day and nothing is paid back. The savings of other children can fill the fee's schedule"
        " again, so that a break-down may cost the provider nothing. 1 placement has broken down"
        " so far.",
        "The contract maximum of £1,000,000.00 holds nothing back; £330,200.00 of it is left.",
        "6 other readings of the open wording would change the total payable on this day. Most of"
        ' all "Fee reading" as no_catch_up (what is earned in the month itself): £289,403.58 less.'
        " See the sheet Readings.",
    ]


def test_the_key_figures_at_the_end_of_october_say_to_which_day(full: Path) -> None:
    figures = {row[0]: row[1] for row in table_of(full, "Summary")[1:]}
    assert figures == {
        "Children in families on 31 Oct 2026": 12,
        "Saving to 31 Oct 2026": 1_712_887.46,
        "Payable to 31 Oct 2026": 669_800,
        "Invoiced to 31 Oct 2026": 247_495.67,
        "Payable less invoiced on 31 Oct 2026": 422_304.33,
        "Net saving to 31 Oct 2026": 1_043_087.46,
        "Invoice for May 2026": 189_291.58,
        "2026/27, saving to 31 Oct 2026": 1_623_120.79,
        "2026/27, payable to 31 Oct 2026": 540_033.33,
        "Disputed, at stake": 0,
        "Outlook to 28 Feb 2027: payable": 739_137.92,
        "Fee entitlement to 31 Oct 2026": 599_800,
        "Fee to 31 Oct 2026": 599_800,
        "Carer fees to 31 Oct 2026": 70_000,
        "Bonus": 0,
        "Run rate on 31 Oct 2026": 3_693_379.21,
        "Paid back to 31 Oct 2026": 0,
        "Held back to 31 Oct 2026": 0,
        "What readings may change": -289_403.58,
    }


def sentences_at(tmp_path: Path, day: date | None, **changes: Any) -> str:
    report = {key: changes.pop(key) for key in ("public", "prepared_on") if key in changes}
    source = sample_source(**changes)
    return said_on(report_of(tmp_path / "r.xlsx", source, day, **report), "Summary")


def said_on(path: Path, sheet: str) -> str:
    """What a sheet says above its table, and in the column In words."""
    heading, *rows = table_of(path, sheet)
    words = heading.index("In words")
    return " ".join([*lines_of(path, sheet)[1:], *(str(row[words]) for row in rows)])


AFTERWARDS = date(2027, 3, 1)
"""A day after the programme, when nothing lies ahead."""


def with_terms(**values: Any) -> list[list[Any]]:
    terms = sample_source().rows["Terms"]
    return [[row[0], values.get(row[0].replace(" ", "_"), row[1]), *row[2:]] for row in terms]


def test_one_child_is_not_children(tmp_path: Path) -> None:
    words = sentences_at(tmp_path, date(2026, 2, 28))
    assert "By 28 February 2026, 1 child was living in families (of the 21 agreed)." in words
    assert (
        "£40,496.42 is payable in all: £40,495.67 has been invoiced, £0.75 is still to be invoiced."
        in words
    )
    assert "So far the contract costs £30,000.00 more than it has saved." in words
    assert (
        "Of the fee of £599,800.00, £299,900.00 is earned by time, but savings cover only"
        " £10,496.42 of it, which is payable." in words
    )


def test_no_child_no_saving_and_nothing_owed(tmp_path: Path) -> None:
    words = sentences_at(tmp_path, date(2025, 12, 31))
    assert "By 31 December 2025, no child was living in families" in words
    assert (
        "The council has saved nothing yet. Nothing is payable, and nothing has been"
        " invoiced." in words
    )


def test_too_much_invoiced_is_to_be_reimbursed(tmp_path: Path) -> None:
    words = sentences_at(tmp_path, date(2026, 3, 31))
    assert (
        "£129,766.67 is payable in all: £132,495.67 has been invoiced, £2,729.00 too much, which"
        " is to be reimbursed." in words
    )


@pytest.mark.slow
def test_all_invoiced_and_none_invoiced(tmp_path: Path) -> None:
    claims = [["Month", "Invoiced"], [date(2026, 1, 1), 10_000]]
    day = date(2026, 1, 31)
    assert "£10,000.00 is payable in all, and all of it has been invoiced." in sentences_at(
        tmp_path, day, claims=claims
    )
    assert "£10,000.00 is payable in all; none of it has been invoiced yet." in sentences_at(
        tmp_path, day, claims=claims[:1]
    )
    assert (
        "Nothing is payable: £5.00 has been invoiced, £5.00 too much, which is to be"
        " reimbursed."
        in sentences_at(tmp_path, date(2025, 12, 31), claims=[claims[0], [date(2025, 12, 1), 5]])
    )


def test_the_sentences_at_the_end_of_the_programme(tmp_path: Path) -> None:
    words = sentences_at(tmp_path, None, prepared_on=AFTERWARDS)
    assert (
        "A bonus of £69,337.92 is due: measured on 28 February 2027, the yearly saving of the"
        " placements in place passes the threshold of £3,000,000.00." in words
    )
    assert (
        "The council saved £2,927,149.13. £739,137.92 is payable in all: £247,495.67 has been"
        " invoiced, £491,642.25 is still to be invoiced." in words
    )
    assert "looks ahead" not in words


AHEAD = (
    "This report looks ahead. Figures after 21 November 2026 assume that the placements in place"
    " stay as they are and that nothing else happens."
)


@pytest.mark.slow
def test_what_lies_ahead_is_not_told_as_a_fact(tmp_path: Path) -> None:
    words = sentences_at(tmp_path, None)
    assert " ".join(lines_of(tmp_path / "r.xlsx", "Summary")[2:4]).startswith(AHEAD)
    for told in (
        "By 28 February 2027, 12 children will be living in families",
        "The council will have saved £2,927,149.13. £739,137.92 will be payable in all:"
        " £247,495.67 has been invoiced, £491,642.25 will remain to be invoiced.",
        "the council would keep £2,188,011.21 of what will have been saved.",
        "will have been earned in full, and all of it will be covered by savings and payable.",
        "A bonus of £69,337.92 would be due: to be measured on 28 February 2027, the yearly saving"
        " of the placements in place would pass the threshold",
        "in place on 28 February 2027 would save £3,693,379.21 a year",
        "would hold nothing back; £260,862.08 of it would be left.",
    ):
        assert told in words, told
    assert words.count("looks ahead") == 1
    assert AHEAD not in sentences_at(tmp_path, date(2026, 11, 21))
    assert AHEAD in sentences_at(tmp_path, date(2026, 11, 22))


def as_at_line(target: Path) -> str:
    (line,) = [line for line in lines_of(target, "Annex") if line.startswith("As at: ")]
    return line


@pytest.mark.slow
def test_the_cover_says_how_the_day_lies_to_the_programme(tmp_path: Path) -> None:
    def said(day: date | None, **more: Any) -> str:
        return as_at_line(report_of(tmp_path / "r.xlsx", None, day, **more))

    assert said(date(2026, 10, 15)) == "As at: 15 October 2026"
    assert said(None) == "As at: 28 February 2027, the end of the programme; no other day was given"
    assert said(date(2027, 6, 30)) == (
        "As at: 30 June 2027, after the programme; the figures are those of 28 February 2027"
    )
    assert said(date(2025, 8, 31)) == (
        "As at: 31 August 2025, before the programme starts; there are no figures yet"
    )
    assert said(date(2026, 10, 15), public=True) == (
        "As at: 15 October 2026; that month is not over, so the public version ends with"
        " September 2026"
    )
    assert said(date(2025, 9, 15), public=True) == (
        "As at: 15 September 2025; that month is not over, so the public version has no month yet"
    )
    assert "The first month of the programme is not over yet." in said_on(
        tmp_path / "r.xlsx", "Summary"
    )


def illustrated(table: str, note: str, heading: str = "Note") -> ReportSource:
    """The sample with a column of its own in one table, filled in its last row."""
    source = sample_source()
    rows = [list(row) for row in source.rows[table.capitalize()]]
    rows = [[*rows[0], heading], *([*row, None] for row in rows[1:])]
    rows[-1][-1] = note
    return sample_source(**{table: rows})


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("table", ["placements", "carers", "claims"])
def test_a_report_of_sample_rows_says_so(tmp_path: Path, table: str, public: bool) -> None:
    source = illustrated(table, " ILLUSTRATION, not a real child")
    target = report_of(tmp_path / "r.xlsx", source, public=public)
    words = "ILLUSTRATION: made from sample rows, not from real children"
    assert words in lines_of(target, "Summary")[2:5]
    for sheet in opened(target):
        assert (sheet.oddHeader.left.text or "").startswith(words), sheet.title


def test_a_report_of_real_rows_does_not_call_them_an_illustration(tmp_path: Path) -> None:
    blank = sample_source()
    blank.rows["Placements"][0] = [*blank.rows["Placements"][0], "Note"]
    blank.rows["Placements"][1:] = [[*row, None] for row in blank.rows["Placements"][1:]]
    blank.rows["Placements"].append([*[None] * 8, "Illustration"])
    for source in (sample_source(), illustrated("claims", "No illustration"), blank):
        target = report_of(tmp_path / "r.xlsx", source)
        assert b"ILLUSTRATION" not in b"".join(parts_of(target).values())


def test_a_total_that_the_maximum_stops_is_given_without_it_too(tmp_path: Path) -> None:
    rows = {tuple(row[:2]): row[2:] for row in table_of(
        report_of(tmp_path / "r.xlsx", None, None), "Readings in full"
    )}  # fmt: skip
    assert rows["Fee period", "annual"] == [
        "each year; stopped at the contract maximum, without it £1,039,037.92",
        "no", 1_000_000, 260_862.08, "7 para 3, 8",
    ]  # fmt: skip
    assert rows["Fee period", "programme"][0] == "the whole programme"
    hard = sample_source(terms=with_terms(Contract_maximum=650_000))
    rows = {tuple(row[:2]): row[2:] for row in table_of(
        report_of(tmp_path / "r.xlsx", hard, None), "Readings in full"
    )}  # fmt: skip
    assert rows["Maximum reading", "hard_stop"][0].endswith("without it £739,137.92")
    assert rows["Maximum reading", "warn"] == [
        "nothing is held back; the checks say by how much it is passed",
        "no", 739_137.92, 89_137.92, "4.1, 7 para 8",
    ]  # fmt: skip


def test_the_readings_that_matter_stand_dearest_first(full: Path) -> None:
    heading, *rows = table_of(full, "Readings")
    assert heading == [
        "Reading", "As it is read now", "If it is read instead", "Code", "Change to 31 Oct 2026",
        "Change in outlook to 28 Feb 2027", "Clause",
    ]  # fmt: skip
    terms, placements, carers, _ = given_tables()
    worth: dict[tuple[str, str], list[float]] = {}
    for day in (AS_AT, None):
        for row in functions.pbr_readings(terms, placements, carers, day)[1:]:
            worth.setdefault((row[0], row[1]), []).append(row[4])
    changing = {key: both for key, both in worth.items() if any(both)}
    assert {(row[0], row[3]): row[4:6] for row in rows} == changing
    most = [max(map(abs, row[4:6])) for row in rows]
    assert most == sorted(most, reverse=True)
    assert rows[0][:4] == [
        "Fee reading", "What is earned to date and not invoiced yet",
        "What is earned in the month itself", "no_catch_up",
    ]  # fmt: skip
    without = {key[0] for key in worth} - {key[0] for key in changing}
    (line,) = [line for line in lines_of(full, "Readings") if line.startswith("Without effect")]
    assert set(line.removeprefix("Without effect: ").rstrip(".").split(", ")) == without
    words = " ".join(lines_of(full, "Readings"))
    assert "To 31 Oct 2026: £669,800.00 as read now, at least £380,396.42 and at most" in words
    assert "In outlook to 28 Feb 2027, if every placement in place stays as it is" in words


def test_at_the_end_of_the_programme_there_is_no_outlook(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", None, None, prepared_on=AFTERWARDS)
    assert table_of(target, "Readings")[0][4:] == ["Change to 28 Feb 2027", "Clause"]
    assert "utlook" not in " ".join(row[0] for row in table_of(target, "Summary"))


def test_the_public_version_gives_the_position_of_the_last_month_that_it_shows(
    tmp_path: Path,
) -> None:
    target = report_of(tmp_path / "r.xlsx", public=True)
    lines = lines_of(target, "Summary")
    assert lines[1] == (
        "The figures agree with their checks. What is open between the parties is not part of the"
        " public version."
    )
    assert any(
        line.startswith("The last month for which figures may be shown is July 2026:")
        for line in lines
    )
    words = said_on(target, "Summary")
    assert "By 31 July 2026, 10 children were living in families" in words
    assert "The council saved £847,087.27. £619,816.67 is payable in all;" in words
    figures = {row[0]: row[1] for row in table_of(target, "Summary")[1:]}
    assert figures["Saving to 31 Jul 2026"] == 847_087.27
    assert figures["Carer fees to 31 Jul 2026"] == 70_000
    statement = {row[0]: row for row in table_of(target, "Statement")[1:]}
    for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        shown = [value for value in statement[month][1:] if value != "[c]"]
        # What the contract itself tells: the entitlement, no bonus and nothing held back.
        assert set(shown) <= {599_800, 0}
    assert table_of(target, "Reconciliation")[-1][:2] == ["Total to July 2026", 619_816.67]


def test_the_public_readings_list_only_what_they_can_show(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", public=True)
    rows = table_of(target, "Readings in full")[1:]
    assert len(rows) == 15
    assert {(row[3], row[4], row[5]) for row in rows} == {("yes", 619_816.67, 0)}
    assert lines_of(target, "Readings in full")[1].startswith("Only the options in use are listed.")
    page = table_of(target, "Readings")
    assert page[0] == ["Reading", "As it is read now", "Code", "Clause"]
    assert len(page) == 16
    assert "suppressed figures could be worked back" in " ".join(lines_of(target, "Readings"))
    source = sample_source()
    source.rows["Placements"][1:] = [
        ["C01", "foster", 7_000, 1_400, date(2025, 9, 2), None, "yes", None]
    ]
    nothing = report_of(tmp_path / "r.xlsx", source, date(2025, 9, 30), public=True)
    assert [row[3:6] for row in table_of(nothing, "Readings in full")[1:]] == [
        ["yes", "[c]", "[z]"]
    ]
    assert "There is no month yet for which figures" in " ".join(lines_of(nothing, "Summary"))


def test_the_public_version_has_the_years_that_follow_from_what_it_shows(tmp_path: Path) -> None:
    budget = [["Year", "Saving", "Cost"], ["2025/26", 5_000_000, 700_000]]
    source = sample_source(carers=None, claims=None, budget=budget)
    source.rows["Placements"][1:] = [
        [f"C{n}", "foster", 7_000, 1_400, date(2025, 9, 2 + n % 12), None, "yes", None]
        for n in range(24)
    ]
    target = report_of(tmp_path / "r.xlsx", source, date(2026, 6, 15), public=True)
    lines = lines_of(target, "Years")
    assert "Figures go to 31 May 2026; a budget is for the whole year." in " ".join(lines)
    first, last = years_of(target)
    columns, *months = table_of(target, "Statement")
    statement = {row[0]: dict(zip(columns, row, strict=True)) for row in months}
    march, may = statement[date(2026, 3, 1)], statement[date(2026, 5, 1)]
    assert first["Financial year"] == "2025/26"
    assert first["Saving"] == march["Saving to date"] > 3_000_000
    assert first["Saving against budget"] == march["Saving to date"] - 5_000_000
    assert round(last["Saving"], 2) == round(may["Saving to date"] - march["Saving to date"], 2)
    assert round(last["Payable"], 2) == round(may["Payable to date"] - march["Payable to date"], 2)
    assert first["Full-year effect"] == last["Full-year effect"] == 24 * 292_000
    assert last["Budget saving"] == "[z]"
    assert "the financial years, and" not in " ".join(texts_of_notes(target))
    # Of the sample's children no year can be told apart.
    other = report_of(tmp_path / "other.xlsx", public=True)
    assert not {"Years", SHARED} & set(opened(other).sheetnames)
    assert "the invoice, the financial years, and the problems" in " ".join(texts_of_notes(other))


def texts_of_notes(target: Path) -> list[str]:
    return [str(row[1]) for row in table_of(target, "Notes")]


def test_public_workings_need_two_months_that_can_be_shown(tmp_path: Path) -> None:
    source = sample_source(carers=None, claims=None)
    source.rows["Placements"][1:] = [
        [f"C{n}", "foster", 7_000, 1_400, date(2025, 9, 2 + n % 12), None, "yes", None]
        for n in range(24)
    ]
    # All come in September; October is level, and there are enough for a second sum.
    for day, there in ((date(2025, 9, 30), False), (date(2025, 10, 31), True)):
        target = report_of(tmp_path / "r.xlsx", source, day, public=True)
        book = opened(target)
        assert ("Workings" in book.sheetnames) == there
        links = {cell.value for (cell, *_) in book["Annex"].iter_rows(max_col=1) if cell.hyperlink}
        assert ("Workings" in links) == there


def test_the_checks_work_the_totals_out_another_way(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx")
    independent = [row[1:] for row in table_of(target, "Checks") if "another way" in row[0]]
    assert [row[:2] for row in independent] == [
        ["Statement, Saving to date", "£1,712,887.46"],
        ["Statement, Payable to date", "£669,800.00"],
    ]
    assert [row[2].split(":")[0] for row in independent] == [row[1] for row in independent]
    assert [row[3] for row in independent] == ["yes", "yes"]
    assert '"Worked out another way" are independent of' in " ".join(lines_of(target, "Checks"))


@pytest.mark.parametrize("field", ["saving_to_date", "payable_to_date"])
def test_a_wrong_statement_fails_the_checks(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """Months that add up wrongly by a penny are found, as nothing of them is used."""
    given = {
        "as_at": AS_AT, "prepared_by": "-", "prepared_on": date(2026, 11, 21), "made_with": "-",
        "public": False, "cut_off": 5,
    }  # fmt: skip

    def wrong(*args: Any) -> Statement:
        right = settle(*args)
        *before, last = right.months
        last = dataclasses.replace(last, **{field: getattr(last, field) + 1})
        return dataclasses.replace(right, months=(*before, last))

    source = sample_source()
    records = records_of(source.rows)
    assert [row[4] for row in check_rows(gather(records, source, **given))][4:8] == ["yes"] * 4
    monkeypatch.setattr(report_facts, "settle", wrong)
    results = [row[4] for row in check_rows(gather(records, source, **given))]
    assert results.count("no: report this as a fault") == 1


def test_that_each_sheet_has_one_table_is_said_once(either: Path) -> None:
    texts = parts_of(either)["xl/sharedStrings.xml"].decode()
    assert texts.count("one table") == 1
    several = f", but for {SHARED}, which has short ones one under another"
    if either.stem == "public":
        several = ""
    assert f"Each sheet has one table{several}." in " ".join(lines_of(either, "Annex"))


def test_a_maximum_that_binds_and_one_that_only_warns(tmp_path: Path) -> None:
    hard = with_terms(Contract_maximum=650_000)
    assert (
        "The contract maximum of £650,000.00 is reached: £89,137.92 is held back."
        in sentences_at(tmp_path, None, terms=hard, prepared_on=AFTERWARDS)
    )
    warn = with_terms(Contract_maximum=650_000, Maximum_reading="warn")
    assert (
        "The contract maximum of £650,000.00 is passed by £89,137.92; nothing is held back"
        in sentences_at(tmp_path, None, terms=warn, prepared_on=AFTERWARDS)
    )
    checks = table_of(tmp_path / "r.xlsx", "Checks")
    problems = [row for row in checks if "Problem" in row[0] and "Agreed" not in row[1]]
    assert problems == [
        [
            "Problem in the data", "Terms, Contract maximum", "£89,137.92 more payable",
            "at most £650,000.00", "Agree with the provider what happens above the maximum.",
        ]
    ]  # fmt: skip


def test_a_bonus_that_is_not_reached(tmp_path: Path) -> None:
    terms = with_terms(Bonus_threshold=4_000_000)
    words = sentences_at(tmp_path, None, terms=terms, prepared_on=AFTERWARDS)
    assert "No bonus is due: measured on 28 February 2027" in words
    assert "save £3,693,379.21 a year, £306,620.79 below the threshold." in words


def test_placements_that_cost_more_are_not_a_saving(tmp_path: Path) -> None:
    placements = sample_source().rows["Placements"]
    placements[1:] = [["C01", "foster", 1_000, 1_700, date(2026, 10, 1), None, "yes", None]]
    words = sentences_at(tmp_path, AS_AT, placements=placements, carers=None, claims=None)
    assert (
        "So far the placements cost £3,100.00 more than the residential homes did. Nothing is"
        " payable. No invoices were given." in words
    )
    assert "So far the contract costs £3,100.00 more than it has saved." in words


def test_a_day_after_the_programme_is_named_and_changes_no_figure(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", None, date(2027, 6, 30))
    assert as_at_line(target).startswith("As at: 30 June 2027, after the programme;")
    assert "Period of this report: 1 September 2025 to 28 February 2027" in lines_of(
        target, "Annex"
    )
    other = report_of(tmp_path / "other.xlsx", None, None)
    assert table_of(target, "Statement") == table_of(other, "Statement")


def test_a_claim_before_the_programme_is_not_expected_and_a_later_one_is_left_out(
    tmp_path: Path,
) -> None:
    source = sample_source()
    assert source.rows["Claims"] is not None
    source.rows["Claims"].extend(
        [[date(2025, 8, 1), 100.0, "", None], [date(2026, 12, 1), 75.5, "", None]]
    )
    target = report_of(tmp_path / "r.xlsx", source)
    rows = table_of(target, "Reconciliation")
    assert rows[-2:] == [
        [date(2025, 8, 1), 0, 100, 100, "not expected"],
        ["Total", 259_378, 247_595.67, -11_782.33, "under-claimed"],
    ]
    assert "are left out: £75.50." in " ".join(lines_of(target, "Reconciliation"))


def test_without_claims_and_carers(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", sample_source(carers=None, claims=None))
    assert "No invoices were given." in said_on(target, "Summary")
    assert "No claims were given" in " ".join(lines_of(target, "Reconciliation"))
    assert table_of(target, "Reconciliation")[1:] == [
        ["no claims were given", "[z]", "[z]", "[z]", "[z]"]
    ]
    assert ["Rows accounted for", "Carers", "no table", "the table is optional", "yes"] in (
        table_of(target, "Checks")
    )
    assert "Invoiced to date" not in table_of(target, "Chart data")[0]


def test_the_annex_names_everything(full: Path) -> None:
    lines = lines_of(full, "Annex")
    assert lines == [
        "Annex: what stands behind the committee's pages",
        "Contract: plymouth-l04-2526",
        "Commissioner: Plymouth City Council",
        "Provider: Reconnect",
        "Decision reference: L04 25/26",
        "Programme: 1 September 2025 to 28 February 2027",
        "Period of this report: 1 September 2025 to 31 October 2026",
        "As at: 31 October 2026",
        "Prepared by: A. Accountant",
        "Prepared on: 21 November 2026",
        "Source file: plymouth-sample.xlsx",
        "SHA-256 of the source file: " + "5d41402abc4b2a76b9719d911017c592" * 2,
        f"Made with: {MADE_WITH}",
        "The table below lists the sheets of this report: the pages for the committee, then the"
        " annex. Each sheet has one table, but for Invoices and years, which has short",
        "ones one under another. The bar beside a kind has its tab's colour.",
    ]


def test_the_public_version_says_so_in_words(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", public=True, cut_off=7)
    assert lines_of(target, "Summary")[2] == (
        "PUBLIC VERSION: counts from 1 to 7, and what would give them away, are shown as [c]."
    )
    assert "[c]" in [row[0] for row in table_of(target, "Notes")]
    assert b"PUBLIC VERSION" in parts_of(target)["docProps/core.xml"]
    for sheet in PUBLIC_SHEETS:
        if sheet in ("Annex", "Notes"):
            continue
        # Under this cut-off a year can be shown; it stands first on the sheet of the short tables.
        top = "Years" if sheet == "Reconciliation" else sheet
        assert any(line.startswith("[c] means") for line in lines_of(target, top)), sheet


def test_the_checks_account_for_every_row(tmp_path: Path) -> None:
    source = sample_source(places={"Placements": "sheet Plan, cells A4:G20"})
    source.rows["Placements"].insert(3, [None] * 8)
    source.rows["Terms"].append(["Remarks", "agreed in June", "", "", ""])
    checks = table_of(report_of(tmp_path / "r.xlsx", source), "Checks")
    assert checks[1:5] == [
        [
            "Rows accounted for", "Terms", "39 rows: 38 used, 1 refused, 0 blank",
            "found = used + refused + blank", "yes",
        ],
        [
            "Rows accounted for", "Placements (sheet Plan, cells A4:G20)",
            "16 rows: 15 used, 0 refused, 1 blank", "found = used + refused + blank", "yes",
        ],
        [
            "Rows accounted for", "Carers", "7 rows: 7 used, 0 refused, 0 blank",
            "found = used + refused + blank", "yes",
        ],
        [
            "Rows accounted for", "Claims", "4 rows: 4 used, 0 refused, 0 blank",
            "found = used + refused + blank", "yes",
        ],
    ]  # fmt: skip
    assert ["Problem in the data", "Terms, row 39, Term", '"Remarks"'] in [
        row[:3] for row in checks
    ]


def test_every_term_stands_with_its_clause(full: Path) -> None:
    rows = {row[0]: row[1:] for row in table_of(full, "Terms")[1:]}
    assert len(rows) == 38
    assert rows["Fee"][:3] == [599_800, "£", "7 para 2, 3"]
    assert rows["Bonus rate"][0] == 0.1
    assert rows["Starts on"][0] == date(2025, 9, 1)
    assert rows["Fee reading"][3].endswith("Here: what is earned to date and not invoiced yet.")
    assert rows["Maximum reading"][4] == "It is called a maximum, though an estimated one."


def test_the_notes_hold_what_the_decision_states_and_no_figure_uses(full: Path) -> None:
    stated = [row[1] for row in table_of(full, "Notes") if row[0] == "Stated in the decision"]
    assert [re.findall(r"£[\d,]+", line)[-1] for line in stated] == [
        "£5,080,000", "£5,800,000", "£6,171,900",
    ]  # fmt: skip


def test_a_report_before_the_programme_starts(tmp_path: Path) -> None:
    for public in (False, True):
        target = report_of(tmp_path / "r.xlsx", None, date(2025, 8, 31), public=public)
        assert "The programme starts on 1 September 2025" in said_on(target, "Summary")
        assert table_of(target, "Statement")[1] == ["no month yet", *["[z]"] * 14]
        assert not [part for part in parts_of(target) if "chart" in part]
        assert "Charts" not in opened(target).sheetnames
        assert "No chart is drawn" in lines_of(target, "Chart data")[1]


def test_many_children_s_workings_have_a_line_each(tmp_path: Path) -> None:
    source = sample_source()
    first = source.rows["Placements"][1]
    source.rows["Placements"].extend([f"D{n:02}", *first[1:]] for n in range(60))
    rows = table_of(report_of(tmp_path / "r.xlsx", source), "Workings")
    savings = [row for row in rows if row[0] == date(2026, 10, 1) and row[1] == "Saving"]
    assert [row[2] for row in savings[-61:-1]] == [f"D{n:02}" for n in range(60)]
    terms, placements, carers, claims = (
        source.rows["Terms"],
        source.rows["Placements"],
        source.rows["Carers"],
        source.rows["Claims"],
    )
    expected = functions.pbr_explain(terms, placements, AS_AT, carers, claims, AS_AT)[2]
    assert joined_again(savings) == [expected]


# The forecast.


def expected_forecast(**changes: object) -> Forecast:
    terms, placements, carers, claims = given_tables()
    assumptions = read_assumptions(sample_assumptions(**changes)).record
    return forecast(*read_contract(terms, placements, carers, claims), assumptions, as_at=AS_AT)


def pounds(pence: int) -> float:
    return pence / 100


def test_the_forecast_is_that_of_the_function(ahead: Path) -> None:
    assert opened(ahead).sheetnames == WITH_FORECAST
    heading, *rows = table_of(ahead, "Forecast")
    found = expected_forecast()
    assert [row[0] for row in rows] == [month.month for month in found.months]
    assert len(rows) == 18
    for row, month in zip(rows, found.months, strict=True):
        by_heading = dict(zip(heading, row, strict=True))
        for figure in ("saving", "payable", "net_saving"):
            spread = getattr(month, f"{figure}_to_date")
            name = f"{figure.capitalize().replace('_', ' ')} to date"
            got = [by_heading[f"{name}, {rank} percentile"] for rank in ("10th", "50th", "90th")]
            assert got == [pounds(spread.p10), pounds(spread.p50), pounds(spread.p90)]
            if figure != "net_saving":
                assert by_heading[f"{name}, 90th less 10th"] == pounds(spread.p90 - spread.p10)
        assert by_heading["Contract maximum"] == 1_000_000
    assert rows[-1][4] > 100_000


def test_the_forecast_says_how_it_was_made_and_how_it_is_read(ahead: Path) -> None:
    words = " ".join(lines_of(ahead, "Forecast"))
    found = expected_forecast()
    assert (
        "1,000 scenarios of what may come after 31 October 2026, each settled by the contract's own"
        " rules." in words
    )
    assert "Seed: 1; the same seed gives the same figures." in words
    assert "in 1 scenario of 10 a figure was its 10th percentile or less" in words
    last = found.months[-1]
    assert f"the council saves £{last.saving_to_date.p50 / 100:,.2f}" in words
    assert f"between £{last.net_saving_to_date.p10 / 100:,.2f} and" in words
    chances = (found.fee_earned, found.threshold_passed, found.maximum_binds)
    assert all(chance is not None for chance in chances)
    fee, bonus, maximum = (f"{float(chance or 0):.1%}" for chance in chances)
    assert (
        f"Chances: the fee is fully earned in {fee} of the scenarios, the bonus threshold is passed"
        f" in {bonus}, more is owed than the contract maximum in {maximum}, so that it binds."
        in words
    )
    most = found.sensitivities[0]
    assert f"What moves the net saving most, one at a time: {most.label}, " in words
    assert f"(£{abs(most.difference) / 100:,.2f} apart)" in words


def test_a_contract_without_bonus_or_maximum_says_so(tmp_path: Path) -> None:
    name = "cheshire-east-2026"
    source = sample_source(name, assumptions=sample_assumptions(name))
    target = report_of(tmp_path / "r.xlsx", source)
    words = " ".join(lines_of(target, "Forecast"))
    assert "there is no bonus, there is no contract maximum." in words
    assert "Contract maximum" not in table_of(target, "Forecast")[0]


def test_every_assumption_stands_with_what_it_moves(ahead: Path) -> None:
    rows = {row[0]: row[1:] for row in table_of(ahead, "Assumptions")[1:]}
    assert list(rows) == [assumption.label for assumption in ASSUMPTIONS]
    given = {row[0]: row[1] for row in sample_assumptions()[1:]}
    assert {label: row[0] for label, row in rows.items()} == given
    found = expected_forecast()
    assert len(found.sensitivities) > 4
    tried = {one.label: one for one in found.sensitivities}
    for label, row in rows.items():
        one = tried.pop(label.removesuffix(", likely"), None)
        trial = ["[z]"] * 5
        if one is not None:
            trial = [
                float(one.low), float(one.high),
                *map(pounds, (one.net_at_low, one.net_at_high, one.difference)),
            ]  # fmt: skip
        assert row[3:] == trial
    assert tried == {}


def test_the_fan_charts_of_the_report_say_what_they_show(ahead: Path) -> None:
    parts = parts_of(ahead)
    words = re.findall(r'descr="([^"]*)"', parts["xl/drawings/drawing2.xml"].decode())
    last = expected_forecast().months[-1]
    assert len(words) == 2
    assert f"a saving to date of £{last.saving_to_date.p50 / 100:,.2f}; the band goes" in words[0]
    assert f"to £{last.payable_to_date.p90 / 100:,.2f}. A level line" in words[1]
    sheet = opened(ahead)["Forecast"]
    (table,) = sheet.tables.values()
    first, end = sheet[table.ref][1][0].row, sheet[table.ref][-1][0].row
    for part in ("xl/charts/chart4.xml", "xl/charts/chart5.xml"):
        places = re.findall(r"<c:f>Forecast!([^<]+)</c:f>", parts[part].decode())
        assert len(places) >= 6
        for place in places:
            values = [cell.value for (cell,) in sheet[place.replace("$", "")]]
            assert [sheet[place][0][0].row, sheet[place][-1][0].row] == [first, end]
            assert all(isinstance(value, int | float | datetime) for value in values)


def test_the_public_version_has_no_forecast(tmp_path: Path) -> None:
    source = sample_source(assumptions=sample_assumptions())
    one = report_of(tmp_path / "one.xlsx", source, public=True)
    other = report_of(tmp_path / "other.xlsx", public=True)
    assert one.read_bytes() == other.read_bytes()


def test_with_nothing_to_forecast_there_is_no_forecast(tmp_path: Path) -> None:
    whens = ("months_1_to_3", "months_4_to_12", "after_month_12")
    changes: dict[str, object] = {f"Break-down_chance_a_month,_{when}": None for when in whens}
    changes["Children_still_to_move"] = None
    source = sample_source(assumptions=sample_assumptions(**changes))
    target = report_of(tmp_path / "r.xlsx", source)
    assert opened(target).sheetnames == SHEETS
    counted = [row for row in table_of(target, "Checks") if row[1] == "Assumptions"]
    assert [row[0] for row in counted] == ["Rows accounted for"]


@pytest.mark.slow
def test_a_chance_of_a_break_down_alone_is_a_forecast(tmp_path: Path) -> None:
    source = sample_source(assumptions=sample_assumptions(Children_still_to_move=0))
    target = report_of(tmp_path / "r.xlsx", source)
    assert opened(target).sheetnames == WITH_FORECAST


def test_what_is_wrong_with_the_assumptions_stops_the_forecast_alone(tmp_path: Path) -> None:
    source = sample_source(assumptions=sample_assumptions(Share_reunified=5))
    target = report_of(tmp_path / "r.xlsx", source)
    assert opened(target).sheetnames == SHEETS
    problem = table_of(target, "Checks")[-1]
    assert problem[0] == "Problem in the data"
    assert problem[1] == "Assumptions, row 13, Share reunified"
    assert problem[2] == "5"
    early = sample_assumptions(First_month_of_moves=date(2026, 10, 1))
    report_of(target, sample_source(assumptions=early))
    assert opened(target).sheetnames == SHEETS
    (refused,) = (row for row in table_of(target, "Checks") if row[0] == "No forecast")
    assert "found October 2026; expected a month that ends after As at" in refused[2]


def test_illustrative_assumptions_make_the_report_an_illustration(tmp_path: Path) -> None:
    heading, *rows = sample_assumptions()
    marked = [[*heading, "Note"], *([*row, "Illustration, not a forecast"] for row in rows)]
    report_of(tmp_path / "r.xlsx", sample_source(assumptions=marked))
    words = "ILLUSTRATION: made from sample rows, not from real children"
    assert lines_of(tmp_path / "r.xlsx", "Summary")[2] == words
    blank = [[row[0], None, *row[2:]] for row in marked[1:]]
    report_of(tmp_path / "r.xlsx", sample_source(assumptions=[marked[0], *blank]))
    assert words not in lines_of(tmp_path / "r.xlsx", "Summary")


# What goes wrong.


def test_a_blocking_problem_stops_the_report(tmp_path: Path) -> None:
    source = sample_source()
    source.rows["Placements"][2][3] = "n/a"
    with pytest.raises(CellError, match="Placements, row 2, Family weekly cost"):
        report_of(tmp_path / "r.xlsx", source)
    assert list(tmp_path.iterdir()) == []


def test_a_cut_off_below_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="The cut-off is 1; give 2 or more"):
        report_of(tmp_path / "r.xlsx", public=True, cut_off=1)
    assert list(tmp_path.iterdir()) == []


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "budget.xlsx"
    source.write_bytes(b"the council's own")
    with pytest.raises(FileProblem, match="is the file that is being read"):
        report_of(source, inputs=[source])
    assert source.read_bytes() == b"the council's own"


def test_a_report_that_stands_there_is_replaced_only_when_the_new_one_is_whole(
    tmp_path: Path,
) -> None:
    target = report_of(tmp_path / "r.xlsx")
    before = target.read_bytes()
    source = sample_source()
    source.rows["Placements"][1][5] = "31/02/2026"
    with pytest.raises(CellError):
        report_of(target, source)
    assert target.read_bytes() == before


# Text from the source stays text.


def test_text_from_the_source_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    source = sample_source(
        file_name="=cmd|' /C calc'!A0.xlsx", places={"Placements": "@SUM(1+1)*cmd|x"}
    )
    hostile = ["=1+1", "+1+1", "-1+1", "@A1", "https://example.org/x", "<b>&amp;</b>", "{=A1}"]
    labels = ["Commissioner", "Provider", "Decision reference"]
    for row in source.rows["Terms"]:
        if row[0] in labels:
            row[1] = hostile[labels.index(row[0])]
        if row[0] == "Fee":
            row[3], row[4] = hostile[3:5]
        if row[0] == "Carer fee":
            row[3], row[4] = hostile[5:7]
    source.rows["Placements"][1][0] = '=HYPERLINK("http://x")'
    target = report_of(tmp_path / "r.xlsx", source, prepared_by="=A1")
    assert_values_only(target)
    rows = {row[0]: row for row in table_of(target, "Terms")}
    assert [rows[label][1] for label in labels] == hostile[:3]
    assert [rows["Fee"][3], rows["Fee"][5]] == hostile[3:5]
    assert [rows["Carer fee"][3], rows["Carer fee"][5]] == hostile[5:7]
    assert "Prepared by: =A1" in lines_of(target, "Annex")
    assert any(row[2] == '=HYPERLINK("http://x")' for row in table_of(target, "Workings"))


def test_control_characters_and_very_long_texts(tmp_path: Path) -> None:
    source = sample_source()
    for row in source.rows["Terms"]:
        if row[0] == "Provider":
            row[1] = "Recon\x00nect\x07\ud800 & Co"
        if row[0] == "Fee":
            row[4] = "long " * 8_000
        if row[0] == "Carer fee":
            row[4] = "\N{GRINNING FACE}" * 20_000
    target = report_of(tmp_path / "r.xlsx", source)
    rows = {row[0]: row for row in table_of(target, "Terms")}
    assert rows["Provider"][1] == "Recon\ufffdnect\ufffd\ufffd & Co"
    for label in ("Fee", "Carer fee"):
        assert rows[label][5].endswith("[the rest is cut: a cell holds no more]")
        assert 32_760 <= len(rows[label][5].encode("utf-16-le")) // 2 <= 32_767
    for content in parts_of(target).values():
        ET.fromstring(content)


# Values only, and readable by everyone.


def assert_values_only(path: Path) -> None:
    parts = parts_of(path)
    assert not [part for part in parts if "vba" in part.lower() or "external" in part.lower()]
    for part, content in parts.items():
        if part.startswith("xl/worksheets/sheet"):
            assert not ET.fromstring(content).findall(f".//{MAIN}f"), part
        if part.endswith(".rels"):
            assert b"TargetMode" not in content, part
        if part.startswith("xl/tables/"):
            assert b"calculatedColumnFormula" not in content
            assert b"totalsRowFunction" not in content


def test_it_holds_values_only(either: Path) -> None:
    assert_values_only(either)


def test_each_sheet_has_a_title_in_a1_and_its_marked_tables_without_gaps(either: Path) -> None:
    book = opened(either)
    assert book.sheetnames == sheets_of(either)
    names = set()
    for sheet in book:
        assert isinstance(sheet["A1"].value, str)
        assert not sheet.merged_cells.ranges
        end = 0
        for table in tables_of(sheet):
            names.add(table.displayName)
            cells = list(sheet[table.ref])
            assert all(isinstance(cell.value, str) for cell in cells[0])
            assert len({cell.value for cell in cells[0]}) == len(cells[0])
            assert all(any(cell.value not in (None, "") for cell in row) for row in cells)
            if sheet.title != "Chart data":
                assert all(cell.value not in (None, "") for row in cells for cell in row), (
                    sheet.title
                )
            # On the sheet that tables share, a blank row parts each from what is above it.
            parted = 0
            for row in range(end + 1, cells[0][0].row):
                parted += not (sheet.cell(row, 1).value or sheet.cell(row, 2).value)
            assert parted == (sheet.title == SHARED), f"{sheet.title} has an empty row too much"
            end = cells[-1][0].row
    shared = len(ON_SHARED) - 1 if SHARED in book.sheetnames else 0
    assert len(names) == len(sheets_of(either)) + shared


def test_short_tables_share_a_sheet_that_names_them(either: Path) -> None:
    book = opened(either)
    if either.stem == "public":
        # Of the sample's public version one is left: it has a sheet of its own.
        assert "Reconciliation" in book.sheetnames
        assert SHARED not in book.sheetnames
        return
    sheet = book[SHARED]
    tables = tables_of(sheet)
    assert [table.displayName for table in tables] == [f"{name}Table" for name in ON_SHARED]
    assert sheet["A3"].value == (
        "Tables of this sheet, from top to bottom: Invoice, Years and Reconciliation."
    )
    for name, table in zip(ON_SHARED, tables, strict=True):
        title = lines_of(either, name)[0]
        assert title.startswith(f"{name}: ")
        rows = [
            row for row in range(1, table_row(sheet, table)) if sheet.cell(row, 1).value == title
        ]
        assert sheet.cell(rows[-1], 1).font.bold
    (row,) = [row for row in table_of(either, "Annex") if row[0] == SHARED]
    assert all(f"{name}: " in row[2] for name in ON_SHARED)
    # One page of paper.
    assert {sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight} <= {None, 1}


def test_many_short_tables_go_on_a_page_that_stands(tmp_path: Path) -> None:
    source = sample_source(with_life=True)
    first = (source.rows["Claims"] or [])[1]
    later = [date(2026 + month // 12, month % 12 + 1, 1) for month in range(4, 14)]
    source.rows["Claims"] = [
        *(source.rows["Claims"] or []), *([month, *first[1:]] for month in later)
    ]  # fmt: skip
    target = report_of(tmp_path / "r.xlsx", source, date(2027, 2, 28))
    setup = opened(target)[SHARED].page_setup
    assert (setup.orientation, setup.fitToWidth or 1, setup.fitToHeight) == ("portrait", 1, 0)


def table_row(sheet: Any, table: Any) -> int:
    """The heading row of a marked table."""
    return sheet[table.ref][0][0].row


def test_the_cursor_is_in_a1_and_the_summary_is_open(either: Path) -> None:
    book = opened(either)
    assert book.active.title == "Summary"
    for sheet in book:
        # Of a sheet with headings that stay each pane has a cell that is its first.
        frozen = sheet.freeze_panes
        firsts = {"A1", frozen, "B1", f"A{frozen[1:]}"} if frozen else {"A1"}
        assert {found.activeCell or "A1" for found in sheet.sheet_view.selection} <= firsts
        assert bool(sheet.sheet_view.tabSelected) == (sheet.title == "Summary")


def test_headings_of_the_annex_stay_in_sight(either: Path) -> None:
    for sheet in opened(either):
        table = tables_of(sheet)[0]
        first = sheet[table.ref][0][0].row + 1
        wanted = None if sheet.title in (*FRONT, "Annex") else f"A{first}"
        if sheet.title == SHARED:
            # No heading is that of all its tables: its title and its link stay.
            wanted = "A4"
        if sheet.title in ("Statement", "Children", "Forecast", "Chart data"):
            wanted = f"B{first}"
        assert sheet.freeze_panes == wanted, sheet.title


def test_the_contents_lead_to_every_sheet_and_back(either: Path) -> None:
    book = opened(either)
    sheet = book["Annex"]
    links = [cell.hyperlink.location for (cell, *_) in sheet.iter_rows(max_col=1) if cell.hyperlink]
    others = [name for name in sheets_of(either) if name != "Annex"]
    assert links == [f"'{name}'!A1" for name in ("Summary", *others)]
    for name in others:
        assert book[name]["A2"].hyperlink.location == "'Annex'!A1", name


def test_the_committee_s_pages_come_first_a_page_each_and_the_annex_is_called_one(
    either: Path,
) -> None:
    book = openpyxl.load_workbook(either)
    assert book.sheetnames[:4] == [*FRONT, "Annex"]
    assert book.sheetnames[-1] == "Chart data"
    for sheet in book:
        is_front = sheet.title in FRONT
        if is_front:
            # One page: where nothing is written, Excel fits to one across and one down.
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.page_setup.fitToWidth in (None, 1)
            assert sheet.page_setup.fitToHeight in (None, 1)
        is_called = sheet.title if is_front or sheet.title == "Annex" else f"Annex: {sheet.title}"
        assert sheet.oddHeader.right.text == is_called


def test_tabs_have_the_colour_of_their_kind_and_the_contents_say_it(either: Path) -> None:
    book = opened(either)
    heading, *rows = table_of(either, "Annex")
    assert heading == ["Sheet", "Colour of its tab", "What it shows"]
    tabs = {row[0]: (row[1], book[row[0]].sheet_properties.tabColor.rgb) for row in rows}
    assert len({colour for _, colour in tabs.values()}) == len(set(tabs.values())) == 4
    (table,) = book["Annex"].tables.values()
    for name, kind, _ in list(book["Annex"][table.ref])[1:]:
        assert kind.border.left.style == "thick"
        assert kind.border.left.color.rgb == tabs[name.value][1]


def test_letters_are_large_enough_and_without_serifs(either: Path) -> None:
    fonts = ET.fromstring(parts_of(either)["xl/styles.xml"]).find(f"{MAIN}fonts")
    assert fonts is not None
    assert {font.find(f"{MAIN}name").get("val") for font in fonts} == {"Calibri"}
    assert min(float(font.find(f"{MAIN}sz").get("val")) for font in fonts) >= 11


def test_text_stands_left_and_wraps_and_numbers_stand_right(either: Path) -> None:
    book = opened(either)
    for sheet in book:
        for row in [row for table in tables_of(sheet) for row in list(sheet[table.ref])[1:]]:
            for cell in row:
                if isinstance(cell.value, int | float):
                    assert cell.alignment.horizontal == "right"
                elif isinstance(cell.value, datetime) or cell.hyperlink:
                    assert cell.alignment.horizontal in ("left", None)
                elif cell.value is not None:
                    assert cell.alignment.wrap_text
                    short = cell.value in ("[c]", "[z]")
                    assert cell.alignment.horizontal == "left" or short


def test_every_sheet_prints_on_a4_with_its_heading_repeated(either: Path) -> None:
    book = openpyxl.load_workbook(either)  # its own: asking for a width makes a column
    for sheet in book:
        table = tables_of(sheet)[-1]
        heading = table_row(sheet, table)
        assert sheet.print_title_rows == f"${heading}:${heading}"
        stays = sheet.title in ("Statement", "Children", "Forecast", "Chart data")
        assert sheet.print_title_cols == ("$A:$A" if stays else None)
        assert sheet.page_setup.paperSize == 9
        upright = sheet.title in ("Summary", "Charts")
        assert sheet.page_setup.orientation == ("portrait" if upright else "landscape")
        across = 2 if sheet.title == "Statement" else 1
        assert (sheet.page_setup.fitToWidth or 1) == across or sheet.title == "Children"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "Page &P of &N" in (sheet.oddFooter.right.text or "").replace("&[Page]", "&P")
        assert all(sheet.column_dimensions[c.column_letter].width for c in sheet[table.ref][0])


def test_the_document_has_a_title_and_a_language(either: Path) -> None:
    parts = parts_of(either)
    core = parts["docProps/core.xml"].decode()
    assert "<dc:language>en-GB</dc:language>" in core
    assert "<dc:title>Step-down from residential homes to families" in core
    assert "2026-11-21T00:00:00Z" in core
    assert not [part for part, content in parts.items() if b"en-US" in content]


def test_rows_are_high_enough_for_their_text(either: Path) -> None:
    """Fifteen points a line, for a text that surely does not fit into fewer lines."""
    book = opened(either)
    for sheet in book:
        widths = {
            column: group.width
            for group in sheet.column_dimensions.values()
            for column in range(group.min, group.max + 1)
        }
        for row in [row for table in tables_of(sheet) for row in list(sheet[table.ref])[1:]]:
            for cell in row:
                width = widths[cell.column]
                length = len(cell.value) if isinstance(cell.value, str) else 0
                assert sheet.row_dimensions[cell.row].height >= 15 * (0.75 * length / width)


def test_the_charts_say_what_they_show_and_differ_without_colour(either: Path) -> None:
    parts = parts_of(either)
    drawing = parts["xl/drawings/drawing1.xml"].decode()
    words = re.findall(r'descr="([^"]*)"', drawing)
    public = either.stem == "public"
    assert len(words) == (2 if public else 3)
    month, saving = ("July", "£847,087.27") if public else ("October", "£1,712,887.46")
    assert f"At the end of {month} 2026 the saving to date is {saving}, the fee" in words[0]
    assert "bonus threshold" not in words[0]
    payable = "£619,816.67" if public else "£669,800.00"
    assert f"At the end of {month} 2026 {payable} is payable to date" in words[1]
    assert "contract maximum of £1,000,000.00" in words[1]
    if not public:
        assert (
            "the yearly saving of the placements in place is £3,693,379.21. A level line stands at"
            " the bonus threshold of £3,000,000.00; the bonus is measured on 28 February 2027."
        ) in words[2]
    for number in range(1, len(words) + 1):
        part = f"xl/charts/chart{number}.xml"
        chart = ET.fromstring(parts[part])
        drawn = "{http://schemas.openxmlformats.org/drawingml/2006/"
        looks = [
            (
                found.find(f".//{drawn}main}}prstDash").get("val"),
                found.find(f".//{drawn}chart}}marker/{drawn}chart}}symbol").get("val"),
            )
            for found in chart.iter(f"{drawn}chart}}ser")
        ]
        assert len(looks) == len(set(looks)) >= 2


@pytest.mark.parametrize(
    ("measure", "heading"),
    [
        ("run_rate", "Yearly saving"),
        ("accumulated", "Saving counted for the bonus"),
        ("lower", "Lower of yearly saving and saving counted"),
    ],
)
def test_the_bonus_is_what_its_chart_says(tmp_path: Path, measure: str, heading: str) -> None:
    """The threshold stands beside what it is held against, and nothing else."""
    terms = with_terms(Bonus_measure=measure, Bonus_threshold=2_500_000)
    target = report_of(tmp_path / "r.xlsx", sample_source(terms=terms), None)
    headings, *rows = table_of(target, "Chart data")
    assert headings[-2:] == [heading, "Bonus threshold"]
    measured, threshold = rows[-1][-2:]
    statement = table_of(target, "Statement")
    bonus = statement[-1][statement[0].index("Bonus")]
    assert threshold == 2_500_000
    assert round((measured - threshold) * 10) == round(bonus * 100) > 0


CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def test_a_public_chart_is_broken_over_suppressed_months(tmp_path: Path) -> None:
    """Each month has its place, a suppressed one an empty cell; no line joins what is around it."""
    target = report_of(tmp_path / "r.xlsx", public=True)
    heading, *rows = table_of(target, "Chart data")
    statement = table_of(target, "Statement")
    assert [row[0] for row in rows] == [row[0] for row in statement[1:]]
    for name in ("Saving to date", "Fee to date", "Payable to date"):
        drawn = [row[heading.index(name)] for row in rows]
        said = [row[statement[0].index(name)] for row in statement[1:]]
        assert drawn == [None if value == "[c]" else value for value in said]
        assert None in drawn[:-3], "no month within the line is suppressed"
    parts = parts_of(target)
    last = f"xl/worksheets/sheet{len(PUBLIC_SHEETS)}.xml"
    for cell in ET.fromstring(parts[last]).iter(f"{MAIN}c"):
        assert (cell.find(f"{MAIN}v") is None) == (len(cell) == 0)
    for part in sorted(part for part in parts if part.startswith("xl/charts/chart")):
        chart = ET.fromstring(parts[part])
        (blanks,) = chart.iter(f"{CHART}dispBlanksAs")
        assert blanks.get("val") == "gap"
        series = next(chart.iter(f"{CHART}ser")).find(f"{CHART}val/{CHART}numRef/{CHART}numCache")
        assert series is not None
        count = series.find(f"{CHART}ptCount")
        assert count is not None
        assert int(count.get("val") or 0) == len(rows)
        assert 0 < len(series.findall(f"{CHART}pt")) < len(rows)


def test_a_public_measure_of_the_bonus_is_broken_too(tmp_path: Path) -> None:
    terms = with_terms(Bonus_measure="accumulated", Bonus_counts="family")
    target = report_of(tmp_path / "r.xlsx", sample_source(terms=terms), public=True)
    heading, *rows = table_of(target, "Chart data")
    measured, saved = (
        [row[heading.index(name)] for row in rows]
        for name in ("Saving counted for the bonus", "Saving to date")
    )
    assert measured == saved
    assert None in saved


def test_the_charts_have_titles_the_same_months_and_their_last_figures(full: Path) -> None:
    parts = parts_of(full)
    found = [ET.fromstring(parts[f"xl/charts/chart{number}.xml"]) for number in (1, 2, 3)]
    titles = [
        "".join(text.text or "" for text in chart.find(f".//{CHART}title").iter())
        for chart in found
    ]
    assert titles == [
        "Savings and fee to 31 Oct 2026",
        "Payable to 31 Oct 2026 against the contract maximum",
        "Bonus: what it is measured by",
    ]
    for chart in found:
        months = {found.text for found in chart.findall(f".//{CHART}cat//{CHART}f")}
        assert len(months) == 1
        axes = [axis for axis in chart.find(f".//{CHART}plotArea") if axis.tag.endswith("Ax")]
        assert [axis.find(f"{CHART}numFmt").get("formatCode") for axis in axes] == [
            "mmm yy", '"£"#,##0;-"£"#,##0',
        ]  # fmt: skip
        shown = [
            len(series.findall(f".//{CHART}dLbl")) - len(series.findall(f".//{CHART}delete"))
            for series in chart.iter(f"{CHART}ser")
            if series.find(f"{CHART}dLbls") is not None
        ]
        assert shown
        layout = chart.find(f".//{CHART}plotArea/{CHART}layout//{CHART}w")
        assert layout is not None
        assert float(layout.get("val") or 0) == 0.84
    tops = [chart.find(f".//{CHART}valAx//{CHART}max").get("val") for chart in found[:2]]
    assert tops[0] == tops[1]


def figures_of_lines(path: Path, number: int) -> dict[str, str]:
    """Which lines of a chart say a figure, and on which side of the point."""
    chart = ET.fromstring(parts_of(path)[f"xl/charts/chart{number}.xml"])
    found = {}
    for series in chart.iter(f"{CHART}ser"):
        labels = series.find(f"{CHART}dLbls")
        if labels is None:
            continue
        points = int(series.find(f"{CHART}val//{CHART}ptCount").get("val"))
        if len(labels.findall(f".//{CHART}delete")) < points:
            name = series.find(f"{CHART}tx//{CHART}v").text
            found[name] = labels.find(f"{CHART}dLblPos").get("val")
    return found


def test_two_lines_that_end_in_one_point_say_one_figure_and_none_stands_on_the_axis(
    tmp_path: Path,
) -> None:
    # Catching up, the fee is what was saved; of what is payable little was invoiced so far.
    source = sample_source("cheshire-east-2026")
    source.rows["Claims"] = (source.rows["Claims"] or [])[:2]
    target = report_of(tmp_path / "r.xlsx", source, date(2026, 9, 30))
    heading, *rows = table_of(target, "Chart data")
    last = dict(zip(heading, rows[-1], strict=True))
    assert last["Saving to date"] == last["Fee to date"] > 0
    assert figures_of_lines(target, 1) == {"Saving to date": "t"}
    assert 0 < last["Invoiced to date"] < last["Payable to date"] / 10
    assert figures_of_lines(target, 2) == {"Payable to date": "t", "Invoiced to date": "t"}
    apart = report_of(tmp_path / "apart.xlsx")
    assert figures_of_lines(apart, 1) == {"Saving to date": "t", "Fee to date": "b"}


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    one = report_of(tmp_path / "one.xlsx").read_bytes()
    assert report_of(tmp_path / "other.xlsx").read_bytes() == one


# The golden reports.


@pytest.mark.parametrize(("name", "public"), VERSIONS.items())
def test_the_report_is_the_golden_one_part_by_part(tmp_path: Path, name: str, public: bool) -> None:
    """Every part byte for byte; there are no exclusions."""
    write_golden(tmp_path / name, public=public)
    got, expected = parts_of(tmp_path / name), parts_of(FOLDER / name)
    assert list(got) == list(expected)
    different = [part for part in expected if got[part] != expected[part]]
    assert not different, f"{different} differ; if that is meant: python -m tests.support.golden"
