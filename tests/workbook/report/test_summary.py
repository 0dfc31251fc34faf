"""What the Summary and the cover say in words, whatever the day, the terms and the rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.golden import AS_AT, sample_source
from tests.support.opened import opened
from tests.support.report_book import (
    AFTERWARDS,
    as_at_line,
    lines_of,
    parts_of,
    report_of,
    said_on,
    sentences_at,
    table_of,
    with_terms,
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


def test_a_report_before_the_programme_starts(tmp_path: Path) -> None:
    for public in (False, True):
        target = report_of(tmp_path / "r.xlsx", None, date(2025, 8, 31), public=public)
        assert "The programme starts on 1 September 2025" in said_on(target, "Summary")
        assert table_of(target, "Statement")[1] == ["no month yet", *["[z]"] * 14]
        assert not [part for part in parts_of(target) if "chart" in part]
        assert "Charts" not in opened(target).sheetnames
        assert "No chart is drawn" in lines_of(target, "Chart data")[1]
