"""What a place knows: a term that bears on nothing beside the others stops no place."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from xlpbr.contract.known_rules import known_rules
from xlpbr.contract.terms import ContractTerms, Variation

FIRST = known_rules()
SAID = {
    "break_down_window": "phase",
    "break_down_months": 6,
    "break_down_amount": Fraction(5_000),
    "phase_starts_on": date(2026, 3, 1),
}
"""The terms that say how a break-down is paid back."""


def test_how_a_break_down_is_paid_back_bears_on_nothing_where_nothing_is():
    varied = Variation("break_down_amount", date(2026, 4, 1), Fraction(6_000))
    assert FIRST.unknown_in(ContractTerms(**SAID, variations=(varied,))) == []
    assert FIRST.cover(ContractTerms(**SAID, variations=(varied,)))


@pytest.mark.parametrize("how", ["straight_line", "whole"])
def test_it_does_where_something_is(how):
    terms = ContractTerms(**SAID, break_down_reimbursement=how)
    assert FIRST.unknown_in(terms) == [
        f'Break-down reimbursement "{how}"',
        'Break-down window "phase"',
        "Break-down months 6",
        "Break-down amount 5000",
        "Phase starts on the date 01/03/2026",
    ]


def test_a_phase_bears_on_the_savings_of_a_bonus():
    terms = ContractTerms(bonus_savings="phase", phase_starts_on=date(2026, 3, 1))
    assert FIRST.unknown_in(terms) == [
        'Bonus savings "phase"',
        "Phase starts on the date 01/03/2026",
    ]


def test_an_amount_that_varies_is_said_where_it_counts():
    varied = Variation("break_down_amount", date(2026, 4, 1), Fraction(6_000))
    known = known_rules(break_down_reimbursement=("whole",))
    terms = ContractTerms(break_down_reimbursement="whole", variations=(varied,))
    assert known.unknown_in(terms) == ["Break-down amount from 1 Apr 2026"]
