"""The fee of months taken together: shown only where it tells nothing of the single months."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.disclosure.fees import fee_keeps_savings
from xlpbr.workbook.disclosure.people import Counted
from xlpbr.workbook.disclosure.rules import show_publicly

BLOCK = range(2)
"""January and February: £120,000 was saved in the one, £224,000 in the other."""


def five_and_five(fee: int, **readings: str) -> Statement:
    """Ten children at £800 a day: five came on 2 January, five on 1 February."""
    terms = ContractTerms(
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), fee=Fraction(fee), **readings
    )
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000), Fraction(1_400),
            date(2026, 1, 2) if n < 5 else date(2026, 2, 1), None, True, n + 1,
        )
        for n in range(10)
    )  # fmt: skip
    return settle(terms, Evidence(placements), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("fee", "reading", "keeps"),
    [
        # Limited to £50,000 a month: even half of what was saved in January would reach it.
        (600_000, "no_catch_up", True),
        # Limited to £119,000: that both months reach it says that January saved as much.
        (1_428_000, "no_catch_up", False),
        # Limited in February only: what is left of the fee is January's saving.
        (1_800_000, "no_catch_up", False),
        # Just not limited, at £225,000: that says that February saved no more.
        (2_700_000, "no_catch_up", False),
        # Far from limited: the fee is the saving, whichever month it was saved in.
        (4_800_000, "no_catch_up", True),
        # Caught up: the fee is what is earned to date, as February alone would cover it.
        (600_000, "catch_up", True),
        # £119,000 a month: that the fee is earned in full says that February saved as much.
        (1_000_000, "catch_up", True),
        (1_428_000, "catch_up", False),
        # The whole fee at once: it is the saving to date or the fee, whichever is less.
        (600_000, "up_to_cap", True),
        (300_000, "up_to_cap", True),
    ],
)
def test_the_fee_of_two_months_is_shown_where_it_tells_nothing_of_each(
    fee: int, reading: str, keeps: bool
) -> None:
    statement = five_and_five(fee, fee_reading=reading)
    assert fee_keeps_savings(statement, Counted.of(statement), BLOCK) == keeps
    shown = show_publicly(statement, 5)
    assert shown.latest("saving_to_date") == 34_400_000
    assert (shown.latest("fee_to_date") is not None) == keeps


@pytest.mark.parametrize("fee", [600_000, 1_428_000, 2_700_000, 4_800_000])
def test_a_fee_drawn_from_all_savings_to_date_tells_only_their_sum(fee: int) -> None:
    statement = five_and_five(fee, savings_reading="cumulative")
    assert fee_keeps_savings(statement, Counted.of(statement), BLOCK)
    assert fee_keeps_savings(statement, Counted.of(statement), range(1))
