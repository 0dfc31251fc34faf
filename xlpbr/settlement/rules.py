"""The clauses as pure functions, in the order of a contract: exact pounds in, pence out.

Amounts are ``Fraction`` pounds unless a name says pence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from xlpbr.contract.terms import Basis, ReimbursementShape, RunRateYear, Shape
from xlpbr.money import Pence, round_half_away, to_pence, to_pounds
from xlpbr.periods import (
    ONE_DAY,
    Period,
    complete_months,
    edate,
    last_day_of_term,
    months_counted,
    months_to_reach,
)

DAYS_IN_WEEK = 7
DAYS_IN_YEAR = 365
MONTHS_IN_YEAR = 12
WEEKS_IN_YEAR = 52


def days_in_placement(moved_on: date, ended_on: date | None, day: date) -> int:
    """Days of a placement up to and including ``day``; the day it ended on is not counted."""
    last = day if ended_on is None else min(day, ended_on - ONE_DAY)
    return max(0, (last - moved_on).days + 1)


def saving_to_date(weekly_saving: Fraction, days: int) -> Pence:
    """The rounded saving of so many days at a weekly saving."""
    pounds, whole = weekly_saving.as_integer_ratio()
    return round_half_away(pounds * days * 100, whole * DAYS_IN_WEEK)


def saving(weekly_saving: Fraction, moved_on: date, ended_on: date | None, period: Period) -> Pence:
    """What one placement saved in a period.

    The difference of two rounded running totals, so that months add up to the whole
    (Plymouth L04 25/26, section 7 paragraph 7: savings count from the move to the break-down).
    """
    until = days_in_placement(moved_on, ended_on, period.last)
    if period.first == date.min:
        return saving_to_date(weekly_saving, until)
    before = days_in_placement(moved_on, ended_on, period.first - ONE_DAY)
    return saving_to_date(weekly_saving, until) - saving_to_date(weekly_saving, before)


def earned_share(
    starts_on: date, last_day: date, months: int, as_at: date, basis: Basis
) -> Fraction:
    """The share of a term that is earned at the end of a day: 0 before it, 1 after it.

    Args:
        starts_on: first day of the term.
        last_day: last day of the term.
        months: whole months of the term; read under ``whole_months`` only.
        as_at: the day.
        basis: how the term is counted.
    """
    if as_at < starts_on:
        return Fraction(0)
    if as_at >= last_day:
        return Fraction(1)
    so_far = Period(starts_on, as_at)
    term = Period(starts_on, last_day)
    match basis:
        case "months":
            return months_counted(so_far) / months_counted(term)
        case "days":
            return Fraction(so_far.days, term.days)
        case "whole_months":
            return Fraction(complete_months(starts_on, as_at), months)
        case other:
            assert_never(other)


def pro_rata(
    amount: Fraction, starts_on: date, months: int, as_at: date, basis: Basis = "months"
) -> Pence:
    """The part of an amount that is earned at the end of ``as_at``, evenly over so many months.

    Plymouth L04 25/26, section 7 paragraph 3: a schedule of the pro-rata amount from the start.

    Raises:
        OverflowError: the term ends after the year 9999.
    """
    return to_pence(amount * share_over_months(starts_on, months, as_at, basis))


def share_over_months(starts_on: date, months: int, as_at: date, basis: Basis) -> Fraction:
    """The share that is earned of a term of so many months.

    Raises:
        OverflowError: the term ends after the year 9999.
    """
    return earned_share(starts_on, last_day_of_term(starts_on, months), months, as_at, basis)


def share_between(starts_on: date, ends_on: date, as_at: date, basis: Basis) -> Fraction:
    """The same for a term that is given by its first and last day."""
    months = months_to_reach(starts_on, ends_on) if basis == "whole_months" else 0
    return earned_share(starts_on, ends_on, months, as_at, basis)


def years_earned(starts_on: date, ends_on: date, as_at: date) -> Fraction:
    """How many years of a term are earned at the end of a day.

    The complete years since the start, and of the year begun the share of its twelve months, so
    that each year earns exactly one.
    """
    last_day = min(as_at, ends_on)
    if last_day < starts_on:
        return Fraction(0)
    complete, begun_on = year_begun(starts_on, last_day)
    return complete + share_over_months(begun_on, MONTHS_IN_YEAR, last_day, "months")


def year_begun(starts_on: date, day: date) -> tuple[int, date]:
    """The complete years since a start at the end of a day, and the first day of the next one."""
    complete = complete_months(starts_on, day) // MONTHS_IN_YEAR
    return complete, edate(starts_on, complete * MONTHS_IN_YEAR)


def fee_cap(savings: Fraction, fee_to_date: Fraction, invoiced_before: Fraction) -> Pence:
    """The fee that may be invoiced for a period.

    At most the savings of the period, and at most what is earned and not invoiced yet
    (Plymouth L04 25/26, section 7 paragraph 3).
    """
    return max(0, to_pence(min(savings, fee_to_date - invoiced_before)))


def fee_cap_schedule(
    savings: Sequence[Fraction], fee_to_date: Sequence[Fraction], invoiced_before: Fraction
) -> list[Pence]:
    """The fee of each period in the order of time, each after those before it."""
    fees: list[Pence] = []
    for saved, entitled in zip(savings, fee_to_date, strict=True):
        fees.append(fee_cap(saved, entitled, invoiced_before + to_pounds(sum(fees))))
    return fees


def clawback(
    invoiced: Iterable[Fraction], savings: Sequence[Fraction], fee_to_date: Sequence[Fraction]
) -> Pence:
    """What is due back when placements broke down after they were invoiced.

    Plymouth L04 25/26, section 7 paragraph 7.
    """
    due = to_pounds(sum(fee_cap_schedule(savings, fee_to_date, Fraction(0))))
    return max(0, to_pence(sum(invoiced, Fraction(0)) - due))


def threshold_bonus(
    savings: Fraction,
    bands: Sequence[tuple[Fraction, Fraction]],
    maximum: Fraction | None = None,
    shape: Shape = "excess",
) -> Pence:
    """The bonus on savings above a threshold.

    Plymouth L04 25/26, section 7 paragraph 5: a tenth of what is saved above £3m.

    Args:
        savings: pounds.
        bands: (threshold, rate) with thresholds rising.
        maximum: the most that is paid; None for no limit.
        shape: ``excess`` pays each band's rate on the savings within it, ``whole`` the rate of
            the highest band reached on all the savings.
    """
    bonus = Fraction(0)
    match shape:
        case "excess":
            tops = [threshold for threshold, _ in bands[1:]]
            for (threshold, rate), top in zip(bands, [*tops, None], strict=True):
                reach = savings if top is None else min(savings, top)
                bonus += rate * max(Fraction(0), reach - threshold)
        case "whole":
            reached = [rate for threshold, rate in bands if savings >= threshold]
            if reached and savings > 0:
                bonus = reached[-1] * savings
        case other:
            assert_never(other)
    if maximum is not None:
        bonus = min(bonus, maximum)
    return max(0, to_pence(bonus))


def thresholds_rise(thresholds: Iterable[Fraction]) -> bool:
    """Whether each threshold is above the one before it."""
    return all(low < high for low, high in pairwise(thresholds))


def run_rate(weekly_savings_in_place: Iterable[Fraction], year: RunRateYear = "days_365") -> Pence:
    """The yearly saving of the placements in place, rounded once.

    A year has 365 sevenths of a weekly saving, or 52 of them.
    """
    total = sum(weekly_savings_in_place, Fraction(0))
    match year:
        case "days_365":
            return to_pence(total * DAYS_IN_YEAR / DAYS_IN_WEEK)
        case "weeks_52":
            return to_pence(total * WEEKS_IN_YEAR)
        case other:
            assert_never(other)


def in_place(moved_on: date | None, ended_on: date | None, day: date) -> bool:
    """Whether a placement is in place at the end of a day."""
    return moved_on is not None and moved_on <= day and (ended_on is None or ended_on > day)


def outcome_fee(
    price: Fraction, achieved_on: Iterable[date], period: Period, limit: int | None = None
) -> Pence:
    """The fee for the outcomes of a period at a price each, at most ``limit`` of them.

    Plymouth L04 25/26, section 7 paragraph 6; Cheshire East, 16 February 2026: £10,000 for
    each carer household approved.
    """
    achieved = sum(day in period for day in achieved_on)
    return to_pence(price * (achieved if limit is None else min(achieved, limit)))


def reimbursement(
    amount: Fraction, window: Period, ended_on: date | None, shape: ReimbursementShape
) -> Pence:
    """What of an amount is paid back when a placement broke down inside a window.

    Plymouth L04 25/26, section 7 paragraph 7: "an element", which the decision does not define.

    Args:
        amount: pounds for one child.
        window: the days in which a break-down is paid back.
        ended_on: the day of the break-down; None: there was none.
        shape: ``straight_line`` pays the part for the days from the break-down to the window's
            last day, both included; ``whole`` pays all of it.
    """
    if ended_on is None or ended_on not in window:
        return 0
    match shape:
        case "straight_line":
            left = Period(ended_on, window.last)
            return to_pence(amount * left.days / window.days)
        case "whole":
            return to_pence(amount)
        case other:
            assert_never(other)


def milestone_day(moved_on: date, weeks: int, ended_on: date | None) -> date | None:
    """The day at whose end a placement has lasted so many weeks; None where it did not.

    The day on which it ended is not counted. A day after the year 9999 is never reached.
    """
    day = moved_on.toordinal() + DAYS_IN_WEEK * weeks - 1
    if day > date.max.toordinal():
        return None
    reached = date.fromordinal(day)
    return reached if ended_on is None or reached < ended_on else None


def contract_cap(
    amounts: Iterable[Fraction], maximum: Fraction | None, paid_before: Fraction
) -> list[Pence]:
    """How much of each amount can be paid before the total reaches the contract maximum.

    A negative amount is a credit: it passes whole and frees headroom for those after it
    (Plymouth L04 25/26, sections 4.1 and 7 paragraph 8).
    """
    headroom = None
    if maximum is not None:
        # Headroom below 0 comes back above it by a credit, so it is rounded as it is above 0.
        pounds_over = max(0, math.ceil(paid_before - maximum))
        headroom = to_pence(maximum - paid_before + pounds_over) - 100 * pounds_over
    return within_headroom(map(to_pence, amounts), headroom)


def within_headroom(owed: Iterable[Pence], headroom: Pence | None) -> list[Pence]:
    """What of each amount in turn passes while there is headroom; None: all of it."""
    passed: list[Pence] = []
    for amount in owed:
        allowed = amount
        if headroom is not None:
            allowed = amount if amount <= 0 else min(amount, max(0, headroom))
            headroom -= allowed
        passed.append(allowed)
    return passed
