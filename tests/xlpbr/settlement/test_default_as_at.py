"""The day to which a contract is drawn up where nobody says one."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from xlpbr.contract.evidence import Claim, Evidence, Household, Placement
from xlpbr.contract.life import AgreedMonth
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.as_at import default_as_at

TERMS = ContractTerms(starts_on=date(2025, 9, 1), ends_on=date(2027, 5, 17))


def placement(moved_on=None, ended_on=None):
    return Placement("C01", "foster", Fraction(6000), Fraction(900), moved_on, ended_on, True)


MOVED = placement(date(2025, 10, 6))


def claims(*months):
    return tuple(Claim(month, Fraction(100)) for month in months)


def signed(*months):
    return tuple(AgreedMonth(month, Fraction(100)) for month in months)


MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
END_OF_APRIL = date(2026, 4, 30)
NO_CLAIM = "the end of the last month with a change, as nothing is claimed yet"
CLAIMED = "the end of the last month that was claimed or agreed"


@pytest.mark.parametrize(
    ("evidence", "day", "reason"),
    [
        (Evidence((MOVED,), claims=claims(APRIL, MARCH)), END_OF_APRIL, CLAIMED),
        (Evidence((MOVED,), claims=claims(MARCH), signed=signed(APRIL)), END_OF_APRIL, CLAIMED),
        (Evidence((MOVED,), claims=claims(APRIL), signed=signed(MARCH)), END_OF_APRIL, CLAIMED),
        # What lies outside of the contract is a mistake, or the last invoice.
        (
            Evidence((MOVED,), claims=claims(date(2025, 8, 1), MAY, date(2027, 6, 1))),
            date(2026, 5, 31),
            CLAIMED,
        ),
        (Evidence((MOVED,), claims=claims(date(2027, 5, 1))), date(2027, 5, 17), CLAIMED),
        (Evidence((MOVED,)), date(2025, 10, 31), NO_CLAIM),
        (
            Evidence((placement(MOVED.moved_on, date(2026, 2, 2)),)),
            date(2026, 2, 28),
            NO_CLAIM,
        ),
        (
            Evidence((MOVED,), (Household("H1", date(2025, 12, 3), "C01"),)),
            date(2025, 12, 31),
            NO_CLAIM,
        ),
        (
            Evidence((placement(),)),
            date(2025, 9, 30),
            "the end of the first month, as nothing is known yet",
        ),
    ],
)  # fmt: skip
def test_the_default_day(evidence, day, reason):
    found = default_as_at(TERMS, evidence)
    assert (found.day, found.reason) == (day, reason)


def test_a_contract_that_was_ended_early_ends_the_figures():
    terms = ContractTerms(
        starts_on=date(2025, 9, 1), ends_on=date(2027, 5, 31), terminated_on=date(2026, 3, 10)
    )
    evidence = Evidence((MOVED,), claims=claims(MARCH, MAY))
    assert default_as_at(terms, evidence).day == date(2026, 3, 10)
