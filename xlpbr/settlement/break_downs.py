"""Break-downs that are paid back: the window, the amount, and its two limits.

Plymouth L04 25/26, section 7 paragraph 7: the provider reimburses "an element".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, to_pence
from xlpbr.periods import Period, last_day_of_term
from xlpbr.settlement import rules
from xlpbr.settlement.counted import CountedPlacement, name_key
from xlpbr.settlement.fee import without_vat


@dataclass(frozen=True, slots=True)
class BreakDown:
    """A break-down inside its window.

    Attributes:
        child: the child.
        ended_on: the day.
        window: the days in which a break-down is paid back.
        amount: what a break-down is worth on that day, in exact pounds.
        reimbursed: what is paid back, in pence, before the limit of the month.
    """

    child: str
    ended_on: date
    window: Period
    amount: Fraction
    reimbursed: Pence


def break_downs(terms: ContractTerms, counted: Iterable[CountedPlacement]) -> tuple[BreakDown, ...]:
    """The break-downs that are paid back, in the order of time.

    For one child never more than the amount is paid back in all. One before the programme or
    after its last day counts for nothing.
    """
    if terms.break_down_reimbursement == "none":
        return ()
    shape = terms.break_down_reimbursement
    programme = Period(terms.starts_on, terms.last_day)
    ended = [
        (one.placement.ended_on, one)
        for one in counted
        if one.placement.ended_on is not None
        and one.placement.ended_because == "broke down"
        and one.placement.ended_on in programme
    ]
    paid_back: dict[str, Pence] = {}
    found = []
    for ended_on, one in sorted(ended, key=lambda pair: (pair[0], pair[1].moved_on)):
        window = window_of(terms, one.moved_on)
        if ended_on not in window:
            continue
        child, amount = name_key(one.placement.child), break_down_amount(terms, ended_on)
        before = paid_back.get(child, 0)
        owed = min(
            rules.reimbursement(amount, window, ended_on, shape), max(0, to_pence(amount) - before)
        )
        paid_back[child] = before + owed
        found.append(BreakDown(one.placement.child, ended_on, window, amount, owed))
    return tuple(found)


def window_of(terms: ContractTerms, moved_on: date) -> Period:
    """The days in which a break-down of a placement is paid back."""
    match terms.break_down_window:
        case "move":
            try:
                last = last_day_of_term(moved_on, terms.break_down_months)
            except OverflowError:
                last = date.max
            return Period(moved_on, last)
        case "phase":
            return Period(terms.phase_starts_on or terms.starts_on, terms.ends_on)
        case other:
            assert_never(other)


def break_down_amount(terms: ContractTerms, day: date) -> Fraction:
    """What a break-down on a day is worth, in exact pounds; by default the fee for each child."""
    amount: Fraction | None = terms.in_force("break_down_amount", day)
    if amount is not None:
        return amount
    if not terms.cohort_size:
        raise ValueError("neither a break-down amount nor a cohort size")
    return without_vat(terms, terms.in_force("fee", day)) / terms.cohort_size
