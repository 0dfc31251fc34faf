"""What is the same in every scenario of what is paid: fee, carers, outcomes, break-downs, maximum.

Amounts are whole pence, or whole numbers of parts of a penny. Day numbers are those of
``date.toordinal``.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import OutcomeRate
from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, round_half_away, to_pence
from xlpbr.periods import ONE_DAY, Period, financial_year_end
from xlpbr.settlement import rules
from xlpbr.settlement.break_downs import BreakDown, break_down_amount, window_of
from xlpbr.settlement.carers import carer_fee_on, due_households
from xlpbr.settlement.counted import name_key
from xlpbr.settlement.fee import fee_entitlement, fee_without_vat, scheduled
from xlpbr.settlement.outcomes import AchievedOutcome

NO_LIMIT: Pence = 2**62
"""A maximum above every amount."""


@dataclass(frozen=True, slots=True)
class Steps:
    """An amount that changes from days on.

    Attributes:
        days: the days on which it changes, in the order of time.
        values: the amount before the first of them, and from each of them on, in parts.
        parts: so many parts make a penny.
    """

    days: tuple[int, ...]
    values: tuple[int, ...]
    parts: int

    def on(self, day: int) -> int:
        """The amount in force on a day."""
        return self.values[bisect_right(self.days, day)]


def steps_of(days: Iterable[date], pounds_on: Callable[[date], Fraction], first: date) -> Steps:
    """An amount in pounds on the days of a programme.

    Args:
        days: the days on which it may change.
        pounds_on: the amount on a day.
        first: the first day of the programme.
    """
    changes = sorted({day for day in days if day > first})
    pence = [pounds_on(day) * 100 for day in (first, *changes)]
    parts = math.lcm(*(amount.denominator for amount in pence))
    return Steps(
        tuple(day.toordinal() for day in changes), tuple(int(one * parts) for one in pence), parts
    )


@dataclass(frozen=True, slots=True)
class OutcomePlan:
    """An outcome: the days of its weeks, and its price by the day on which it is reached."""

    days: int
    price: Steps


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """What is paid whatever is drawn, month by month of the programme.

    Attributes:
        entitlement: the fee that is earned by the end of each month.
        earned_before: what was earned by the 31 March before each month; None where no fee lapses.
        year_begins: whether a financial year begins with the month.
        limits: the contract maximum in force at the end of each month; NO_LIMIT without one.
        holds_back: whether something is held back at the maximum.
        approved: known households that fall due in each month.
        carer_fees: what is due for them in each month, in parts.
        carer_fee: the fee for one household by the day on which it falls due.
        outcome_fees: what is due for the outcomes that are known, in parts.
        outcome_parts: so many parts make a penny.
        outcomes: the outcomes.
        paid_back: what the known break-downs of each month are worth.
        break_down_amount: what a break-down is worth by its day; None where nothing is paid back.
        windows: the last day of the window of a placement by the day of its move, counted from the
            first of the programme; none where the window is that of the phase.
        phase: the first and the last day of the window of the phase.
    """

    entitlement: tuple[Pence, ...]
    earned_before: tuple[Pence, ...] | None
    year_begins: tuple[bool, ...]
    limits: tuple[Pence, ...]
    holds_back: bool
    approved: tuple[int, ...]
    carer_fees: tuple[int, ...]
    carer_fee: Steps
    outcome_fees: tuple[int, ...]
    outcome_parts: int
    outcomes: tuple[OutcomePlan, ...]
    paid_back: tuple[Pence, ...]
    break_down_amount: Steps | None
    windows: tuple[int, ...]
    phase: tuple[int, int]

    @property
    def has_maximum(self) -> bool:
        """Whether the contract has a maximum in a month of the programme."""
        return min(self.limits) < NO_LIMIT


def payment_plan_of(
    terms: ContractTerms,
    evidence: Evidence,
    periods: Sequence[Period],
    achieved: Iterable[AchievedOutcome],
    broken: Iterable[BreakDown],
) -> PaymentPlan:
    """What is paid whatever is drawn.

    Args:
        terms: the contract's terms.
        evidence: what is known.
        periods: the months of the programme.
        achieved: the outcomes that are reached if everything lasts that is in place.
        broken: the break-downs that are known and paid back.
    """
    fee, first = fee_without_vat(terms), terms.starts_on
    due = due_households(terms, evidence)
    carer_fee = steps_of(
        [one.starts_on for one in terms.varied("carer_fee")],
        lambda day: carer_fee_on(terms, day),
        first,
    )
    outcomes = outcome_plans(evidence.rates, first)
    outcome_parts = outcomes[0].price.parts if outcomes else 1
    varied = [one.starts_on for one in terms.variations]
    pays_back = terms.break_down_reimbursement != "none"
    by_move = pays_back and terms.break_down_window == "move"
    days = range(first.toordinal(), periods[-1].last.toordinal() + 1) if by_move else ()
    broken = tuple(broken)
    achieved = tuple(achieved)
    phase = Period(terms.phase_starts_on or first, terms.ends_on)
    return PaymentPlan(
        entitlement=tuple(fee_entitlement(terms, fee, period.last) for period in periods),
        earned_before=tuple(
            to_pence(scheduled(terms, fee, _year_end_before(period.last))) for period in periods
        )
        if terms.unused_fee == "lapses" and terms.fee_reading != "no_catch_up"
        else None,
        year_begins=tuple(period.first.month == 4 for period in periods),
        limits=tuple(_limit(terms, period.last) for period in periods),
        holds_back=terms.maximum_reading == "hard_stop",
        approved=tuple(sum(one.due_on in period for one in due) for period in periods),
        carer_fees=tuple(
            sum(carer_fee.on(one.due_on.toordinal()) for one in due if one.due_on in period)
            for period in periods
        ),
        carer_fee=carer_fee,
        outcome_fees=tuple(
            int(
                sum((one.price for one in achieved if one.achieved_on in period), Fraction(0))
                * 100
                * outcome_parts
            )
            for period in periods
        ),
        outcome_parts=outcome_parts,
        outcomes=outcomes,
        paid_back=tuple(
            sum(one.reimbursed for one in broken if one.ended_on in period) for period in periods
        ),
        break_down_amount=steps_of(varied, lambda day: break_down_amount(terms, day), first)
        if pays_back
        else None,
        windows=tuple(window_of(terms, date.fromordinal(day)).last.toordinal() for day in days),
        phase=(phase.first.toordinal(), phase.last.toordinal()),
    )


def _year_end_before(day: date) -> date:
    ends = financial_year_end(day)
    return ends.replace(year=ends.year - 1)


def _limit(terms: ContractTerms, day: date) -> Pence:
    maximum: Fraction | None = terms.in_force("contract_maximum", day)
    return NO_LIMIT if maximum is None else to_pence(maximum)


def outcome_plans(rates: Iterable[OutcomeRate], first: date) -> tuple[OutcomePlan, ...]:
    """Each outcome with its prices, all in the same parts of a penny."""
    rows_of: dict[str, list[OutcomeRate]] = {}
    for rate in rates:
        rows_of.setdefault(name_key(rate.outcome), []).append(rate)
    found = []
    for rows in rows_of.values():
        changes = [row.starts_on for row in rows if row.starts_on is not None]
        changes += [
            row.last_day + ONE_DAY
            for row in rows
            if row.last_day is not None and row.last_day < date.max
        ]
        found.append((rows[0].weeks, steps_of(changes, _price_of(rows), first)))
    parts = math.lcm(*(price.parts for _, price in found))
    return tuple(
        OutcomePlan(
            weeks * rules.DAYS_IN_WEEK,
            Steps(price.days, tuple(one * (parts // price.parts) for one in price.values), parts),
        )
        for weeks, price in found
    )


def _price_of(rows: Sequence[OutcomeRate]) -> Callable[[date], Fraction]:
    def on(day: date) -> Fraction:
        for row in rows:
            if (row.starts_on or date.min) <= day <= (row.last_day or date.max):
                return row.price
        return Fraction(0)

    return on


def reimbursed_on(
    payments: PaymentPlan, shape: str, day: int, window: tuple[int, int], before: Pence
) -> Pence:
    """What is paid back for a break-down on a day of the programme.

    Args:
        payments: what is the same in every scenario.
        shape: ``straight_line`` or ``whole``.
        day: the day number of the break-down.
        window: the first and the last day on which one is paid back.
        before: what was paid back for the child before.
    """
    first, last = window
    steps = payments.break_down_amount
    if steps is None or not first <= day <= last:
        return 0
    amount = steps.on(day)
    whole = round_half_away(amount, steps.parts)
    owed = whole
    if shape == "straight_line":
        owed = round_half_away(amount * (last - day + 1), steps.parts * (last - first + 1))
    return min(owed, max(0, whole - before))
