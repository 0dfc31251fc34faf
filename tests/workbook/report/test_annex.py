"""The annex: the invoice, the reconciliation, the checks, the terms and the notes."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.golden import AS_AT, sample_source
from tests.support.opened import opened
from tests.support.report_book import (
    ON_SHARED,
    SHARED,
    lines_of,
    parts_of,
    report_of,
    table_of,
    table_row,
    tables_of,
)
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report import facts as report_facts
from xlpbr.workbook.report.checks import check_rows
from xlpbr.workbook.report.facts import gather
from xlpbr.workbook.report.write import MADE_WITH


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
