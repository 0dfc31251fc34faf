"""Rules over several rows: the years of a yearly fee, carers, the claims of the last month."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.support.bad_books import PLACEMENTS
from xlpbr import functions
from xlpbr.settlement import rules

TERMS = [
    ["Term", "Value"],
    ["Starts on", date(2025, 9, 1)],
    ["Ends on", date(2026, 8, 31)],
    ["Carer fee", 10000],
]


def column(table, heading):
    place = table[0].index(heading)
    return [row[place] for row in table[1:]]


def test_each_year_of_a_yearly_fee_earns_exactly_one_year():
    # From 15 February 2027 to 14 February 2028: 14/28 + 11 + 14/29 months are no 12.
    starts_on, ends_on = date(2027, 2, 15), date(2030, 2, 14)
    for years, day in enumerate((date(2028, 2, 14), date(2029, 2, 14), date(2030, 2, 14)), start=1):
        assert rules.years_earned(starts_on, ends_on, day) == years
    begun = rules.years_earned(starts_on, ends_on, date(2028, 2, 29))
    assert begun == 1 + Fraction(15, 29) / (Fraction(15, 29) + 11 + Fraction(14, 28))


def test_a_household_is_paid_for_where_its_child_has_a_row_agreed_or_not():
    rows = [PLACEMENTS, ["C\u201101", "foster", 7000, 1400, date(2026, 3, 1), None, "no"]]
    carers = [
        ["Household", "Approved on", "Child"],
        ["H1", date(2026, 3, 5), "C-01"],
        ["H1\ufeff", date(2026, 4, 5), "C-01"],
        ["H2", date(2025, 8, 1), "C-01"],
        ["H2", date(2026, 5, 1), "C-01"],
        ["H3", date(2026, 6, 1), "C09"],
    ]
    statement = functions.pbr_statement(TERMS, rows, carers)
    paid = dict(zip(column(statement, "Month"), column(statement, "Carer fees"), strict=True))
    # H1 once; H2 was first approved before the programme; H3's child has no row.
    assert {month: fee for month, fee in paid.items() if fee} == {date(2026, 3, 1): 10000.0}


def test_the_last_month_of_the_programme_holds_every_claim():
    rows = [PLACEMENTS, ["C01", "foster", 7000, 1400, date(2026, 3, 1), None, "yes"]]
    claims = [["Month", "Invoiced"], [date(2026, 7, 1), 100], [date(2026, 11, 1), 20]]
    statement = functions.pbr_statement(TERMS, rows, None, claims)
    assert column(statement, "Invoiced to date")[-3:] == [0.0, 100.0, 120.0]
    # Up to a day before the end the later claim waits.
    earlier = functions.pbr_statement(TERMS, rows, None, claims, date(2026, 8, 30))
    assert column(earlier, "Invoiced to date")[-1] == 100.0


def test_a_sum_that_is_stored_a_hair_below_the_threshold_reaches_it():
    assert functions.pbr_threshold_bonus(2999999.9999999995, 3_000_000, 0.1, None, "whole") == (
        300_000.0
    )
