"""What PBR_EXPLAIN and PBR_INVOICE say of the life of a contract, with the actual numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xlpbr import functions

TERMS: list[list[Any]] = [
    ["Term", "Value", "From"],
    ["Starts on", date(2026, 1, 1), None],
    ["Ends on", date(2026, 12, 31), None],
    ["Fee", 120000, None],
    ["Fee", 240000, date(2026, 7, 1)],
    ["Carer fee", 1000, None],
    ["Carer fee", 2000, date(2026, 2, 15)],
    ["Fee share", 0.5, None],
    ["Break-down reimbursement", "straight_line", None],
    ["Break-down amount", 3650, None],
]
PLACEMENTS: list[list[Any]] = [
    ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
    ["C01", 7000, 1400, date(2026, 2, 2), None],
    ["C02", 7000, 1400, date(2026, 1, 1), date(2026, 3, 2)],
]
CARERS = [
    ["Household", "Approved on", "Child"],
    ["H01", date(2026, 2, 10), "C01"],
    ["H02", date(2026, 2, 20), "C02"],
]
CLAIMS = [["Month", "Invoiced", "Invoice number"], ["Feb 2026", 100, "A-17"]]
PRICES = [
    ["Child", "From", "Residential weekly cost", "Family weekly cost"],
    ["C01", date(2026, 4, 16), 7700, None],
]
COSTS = [
    ["Child", "From", "To", "Weekly", "Once", "What"],
    ["C01", date(2026, 2, 2), date(2026, 2, 15), 700, 50, "notice"],
    ["C01", date(2026, 4, 2), None, None, 99.5, "set-up"],
]
RATES = [["Outcome", "Weeks", "Price"], ["Eight weeks", 8, 500]]
AGREED = [["Month", "Payable"], ["Jan 2026", 12000]]


def explained(month: str, figure: str, **terms: Any) -> str:
    """The working of one figure of a month."""
    changed = [[row[0], terms.get(row[0], row[1]), row[2]] for row in TERMS]
    known = {row[0] for row in TERMS}
    changed += [[label, value, None] for label, value in terms.items() if label not in known]
    rows = functions.pbr_explain(
        changed, PLACEMENTS, month, CARERS, CLAIMS, None, None, PRICES, COSTS, RATES, AGREED
    )
    return next(row[2] for row in rows if row[1] == figure)


@pytest.mark.parametrize(
    ("month", "figure", "working"),
    [
        ("Apr 2026", "Saving",
         "C01: £5,600.00 / 7 x 15 days from 1 Apr 2026 = £12,000.00;"
         " C01: £6,300.00 / 7 x 15 days from 16 Apr 2026 = £13,500.00;"
         " C01, set-up, once on 2 Apr 2026: -£99.50; together £25,400.50"),
        ("Feb 2026", "Saving",
         "C01: £5,600.00 / 7 x 27 days = £21,600.00; C02: £5,600.00 / 7 x 28 days = £22,400.00;"
         " C01, notice: -£700.00 / 7 x 14 days and -£50.00 once = -£1,450.00;"
         " together £42,550.00"),
        ("Aug 2026", "Fee entitlement to date",
         "£120,000.00 x 6 of 12 months + £240,000.00 from 1 Jul 2026 x (8 of 12 months less 6 of"
         " 12 months) = £100,000.00"),
        ("Jan 2026", "Fee",
         "the lower of saving of the month £24,800.00 x 50% = £12,400.00 and entitlement to date"
         " £10,000.00 less fee before £0.00 = £10,000.00: £10,000.00"),
        ("Feb 2026", "Carer fees",
         "H01 on 10 Feb 2026, H02 on 20 Feb 2026: £1,000.00 + £2,000.00 = £3,000.00"),
        ("Mar 2026", "Outcome fees",
         "C01, Eight weeks: 8 weeks complete on 29 Mar 2026: £500.00"),
        ("Jan 2026", "Outcome fees",
         "no child completed the weeks of an outcome in the month"),
        ("Mar 2026", "Reimbursed",
         "C02 broke down on 2 Mar 2026: £3,650.00 x 305 of 365 days left of the window 1 Jan 2026"
         " to 31 Dec 2026 = £3,050.00"),
        ("Jan 2026", "Reimbursed", "no placement broke down in the month within its window"),
        ("Feb 2026", "Adjustment",
         "month before: payable £10,000.00 + adjustment £0.00 - to invoice £12,000.00"
         " = -£2,000.00"),
        ("Jan 2026", "To invoice", "agreed: payable £12,000.00 + adjustment £0.00 = £12,000.00"),
        ("Feb 2026", "Invoiced to date",
         "1 claim for this month or an earlier one; for this month: A-17 £100.00"),
        ("Mar 2026", "Payable",
         "fee £10,000.00 + carer fees £0.00 + outcome fees £500.00 + bonus £0.00 - reimbursed"
         " £3,050.00 = £7,450.00; less held back £0.00"),
    ],
)  # fmt: skip
def test_how_a_figure_came_about(month, figure, working):
    assert explained(month, figure) == working


def test_what_lapsed_is_said():
    working = explained(
        "May 2026", "Fee", **{"Unused fee": "lapses", "Fee share": 0.05, "Fee": 120000}
    )
    assert "that lapsed on 31 March" in working


def test_a_reimbursement_of_all_is_said():
    assert explained("Mar 2026", "Reimbursed", **{"Break-down reimbursement": "whole"}) == (
        "C02 broke down on 2 Mar 2026: the whole amount of £3,650.00, in the window 1 Jan 2026 to"
        " 31 Dec 2026 = £3,650.00"
    )


def test_an_invoice_names_what_each_line_is_for():
    rows = functions.pbr_invoice(
        TERMS, PLACEMENTS, "Mar 2026", CARERS, CLAIMS, None, None, PRICES, COSTS, RATES, AGREED
    )
    assert [[row[0], row[3], row[4]] for row in rows[1:]] == [
        ["Fee", 10000.0, 2000.0],
        ["Outcome fee", 500.0, 100.0],
        ["Reimbursement", -3050.0, -610.0],
        ["Total", 7450.0, 1490.0],
    ]
    assert "C01, Eight weeks" in rows[2][2]
    assert "C02 broke down on 2 Mar 2026" in rows[3][2]


def test_no_more_is_paid_back_than_the_fee_to_date():
    terms = [[row[0], 120 if row[0] == "Fee" else row[1], row[2]] for row in TERMS]
    terms.append(["VAT reading", "exempt", None])
    rows = functions.pbr_invoice(terms, PLACEMENTS, "Mar 2026")
    assert [[row[0], row[3], row[4]] for row in rows[1:]] == [
        ["Fee", 10.0, 0.0],
        ["Reimbursement", -3050.0, 0.0],
        ["Reimbursement above the fee to date", 3020.0, 0.0],
        ["Total", -20.0, 0.0],
    ]
