"""The page on the life of a contract shows what the functions give."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from xlpbr import functions

PAGE = (Path(__file__).resolve().parents[1] / "docs/guide/life.md").read_text(encoding="utf-8")
TERMS: list[list[Any]] = [
    ["Term", "Value"],
    ["Starts on", date(2025, 9, 1)],
    ["Ends on", date(2027, 2, 28)],
]
PLACEMENTS: list[list[Any]] = [
    ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
    ["C01", 5307.69, 1425.00, date(2026, 2, 16), None],
]
COHORT = [["Child", "Leaves care on"], ["C01", date(2026, 8, 10)]]
PRICES = [
    ["Child", "From", "Residential weekly cost", "Family weekly cost"],
    ["C01", date(2026, 4, 1), 5573.0775, 1496.25],
]
COSTS = [
    ["Child", "From", "To", "Weekly", "Once"],
    ["C01", date(2026, 2, 16), date(2026, 3, 15), 5307.69, None],
    ["C01", date(2026, 6, 14), date(2026, 6, 20), 2100, None],
    ["C01", date(2026, 2, 16), None, None, 1500],
]


def test_the_childs_savings_are_those_of_the_page():
    shown = re.findall(r"^\| (?:\w+ ?\d*|In all) \| (-?[\d,]+\.\d\d) \|$", PAGE, re.MULTILINE)
    table = functions.pbr_children(TERMS, PLACEMENTS, "31 Aug 2026", COHORT, PRICES, COSTS)
    _, total, *months = table[1]
    assert shown == [f"{amount:,.2f}" for amount in (*months[5:], total)]


def test_what_placements_alone_would_say_is_that_of_the_page():
    rows = functions.pbr_statement(TERMS, PLACEMENTS, None, None, "31 Aug 2026")
    assert f"£{rows[-1][3]:,.2f} by 31 August" in PAGE


def test_the_varied_fee_and_the_break_down_are_those_of_the_page():
    terms = [
        ["Term", "Value", "From"],
        *([*row, None] for row in TERMS[1:]),
        ["Fee", 599800, None],
        ["Fee months", 12, None],
        ["Fee", 700000, date(2026, 6, 1)],
    ]
    rows = functions.pbr_statement(terms, PLACEMENTS)
    earned = {row[0]: row[rows[0].index("Fee entitlement to date")] for row in rows[1:]}
    for month in (date(2026, 5, 1), date(2026, 6, 1)):
        assert f"£{earned[month]:,.2f} at" in PAGE
    back = functions.pbr_reimbursement(28561.90, "23 Mar 2026", "22 Mar 2027", "15 Jun 2026")
    assert f"gives £{back:,.2f}" in PAGE.replace("\n", " ")
