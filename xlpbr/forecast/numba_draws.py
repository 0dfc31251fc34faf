"""Scenarios drawn and added up by a loop that numba compiles once and keeps.

It gives what ``columns.drawn_columns`` and ``column_sums.sums_of`` give, scenario after scenario,
as ``scenarios`` has it: the same comparisons and the same arithmetic on the same uniform numbers,
so the figures are the same bit for bit. Nothing runs in parallel: the other requests of a server
need the other cores.
"""
# A loop that numba compiles takes plain arrays and numbers, and is fastest in one piece.
# ruff: noqa: PLR0912, PLR0915

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from xlpbr.forecast.plan import DRAWS_OF_A_CHILD, ScenarioPlan
from xlpbr.periods import FAR

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

# What the loop knows of the break-downs that are paid back.
NOTHING, STRAIGHT_LINE, WHOLE = 0, 1, 2


class CompiledPlan(NamedTuple):
    """A plan as arrays; the names are those of ``plan``, ``known`` and ``payments``.

    What a known placement or an outcome has several of stands one after the other, with offsets.
    """

    children: int
    households: int
    foster_only: bool
    first_day: int
    last_day: int
    far: int
    share_reunified: float
    household_more: float
    residential: F64
    family: F64
    month_at: I64
    ends: I64
    month_firsts: I64
    month_lengths: I64
    break_downs: F64
    open_index: I64
    open_first: I64
    open_length: I64
    open_reached: F64
    saved: I64
    bonus_day: int
    bonus_phase: int
    bonus_parts: int
    bonus_in_place: int
    bonus_accumulated: int
    reach_first: I64
    reached: F64
    reach_days: I64
    reach_lengths: I64
    leaves: I64
    parts: I64
    span_first: I64
    span_starts: I64
    span_weekly: I64
    span_saved: I64
    totals: I64
    counts: I64
    weekly_on_bonus_day: I64
    ended: I64
    windows_known: I64
    paid_back_before: I64
    late_first: I64
    late_day: I64
    late_month: I64
    late_price: I64
    carer_fees: I64
    carer_days: I64
    carer_values: I64
    outcome_fees: I64
    outcome_days: I64
    price_first: I64
    price_days: I64
    prices: I64
    shape: int
    paid_back: I64
    amount_days: I64
    amounts: I64
    amount_parts: int
    windows: I64
    phase: I64


def compiled_plan_of(plan: ScenarioPlan) -> CompiledPlan:
    """What the loop takes of a plan."""
    known, paid, bonus, ends = plan.uncertain, plan.payments, plan.bonus, plan.ends
    first_day = plan.first_day
    tables = [one.break_downs for one in known]
    amount = paid.break_down_amount
    lengths = [period.days for period in plan.periods]
    shapes = {"none": NOTHING, "straight_line": STRAIGHT_LINE, "whole": WHOLE}
    return CompiledPlan(
        children=plan.assumptions.children,
        households=plan.households,
        foster_only=plan.foster_only,
        first_day=first_day,
        last_day=plan.last_day,
        far=FAR,
        share_reunified=plan.share_reunified,
        household_more=plan.household_more,
        residential=_price(plan.residential),
        family=_price(plan.family),
        month_at=np.repeat(np.arange(len(ends)), lengths),
        ends=_whole(ends),
        month_firsts=_whole(plan.month_firsts),
        month_lengths=_whole(plan.month_lengths),
        break_downs=np.array(plan.break_downs, np.float64),
        open_index=_whole(one.index for one in plan.open_months),
        open_first=_whole(one.first_day for one in plan.open_months),
        open_length=_whole(one.length for one in plan.open_months),
        open_reached=np.array([one.reached for one in plan.open_months], np.float64).reshape(
            len(plan.open_months), plan.assumptions.children
        ),
        saved=_whole(plan.saved),
        bonus_day=-1 if bonus.month is None else bonus.day,
        bonus_phase=bonus.phase,
        bonus_parts=bonus.parts,
        bonus_in_place=bonus.in_place if bonus.month is not None else 0,
        bonus_accumulated=bonus.accumulated if bonus.month is not None else 0,
        reach_first=_offsets(len(one.reached) for one in tables if one),
        reached=np.array([share for one in tables if one for share in one.reached], np.float64),
        reach_days=_whole(day for one in tables if one for day in one.first_days),
        reach_lengths=_whole(days for one in tables if one for days in one.lengths),
        leaves=_whole(one.leaves for one in known),
        parts=_whole(one.parts for one in known),
        span_first=_offsets(len(one.span_starts) for one in known),
        span_starts=_whole(day for one in known for day in one.span_starts),
        span_weekly=_whole(pence for one in known for pence in one.span_weekly),
        span_saved=_whole(pence for one in known for pence in one.span_saved),
        totals=np.array([one.totals for one in known], np.int64).reshape(len(known), len(ends)),
        counts=_whole(plan.counts_for_bonus(one) for one in known),
        weekly_on_bonus_day=_whole(
            one.weekly_on(bonus.day) * (bonus.parts // one.parts)
            if plan.counts_for_bonus(one)
            else 0
            for one in known
        ),
        ended=_whole(one.ended for one in known),
        windows_known=np.array([one.window for one in known], np.int64).reshape(len(known), 2),
        paid_back_before=_whole(one.paid_back_before for one in known),
        late_first=_offsets(len(one.outcomes) for one in known),
        late_day=_whole(late.day for one in known for late in one.outcomes),
        late_month=_whole(late.month for one in known for late in one.outcomes),
        late_price=_whole(late.price for one in known for late in one.outcomes),
        carer_fees=_whole(paid.carer_fees),
        carer_days=_whole(paid.carer_fee.days),
        carer_values=_whole(paid.carer_fee.values),
        outcome_fees=_whole(paid.outcome_fees),
        outcome_days=_whole(one.days for one in paid.outcomes),
        price_first=_offsets(len(one.price.days) for one in paid.outcomes),
        price_days=_whole(day for one in paid.outcomes for day in one.price.days),
        prices=_whole(price for one in paid.outcomes for price in one.price.values),
        shape=shapes[plan.terms.break_down_reimbursement],
        paid_back=_whole(paid.paid_back),
        amount_days=_whole(() if amount is None else amount.days),
        amounts=_whole((0,) if amount is None else amount.values),
        amount_parts=1 if amount is None else amount.parts,
        windows=_whole(paid.windows),
        phase=_whole(paid.phase),
    )


def _whole(numbers: Any) -> I64:
    return np.array(list(numbers), np.int64)


def _offsets(counts: Any) -> I64:
    return np.cumsum(np.array([0, *counts], np.int64))


def _price(price: Any) -> F64:
    return np.array([price.low, price.high, price.turn, price.rise, price.fall], np.float64)


def _compiled(loop: Any) -> Any:
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(loop)
    except RuntimeError:
        # No folder may be written to: it is compiled each time the program starts.
        return numba.njit(nogil=True, error_model="numpy")(loop)


@_compiled
def _after(values: Any, first: int, stop: int, found: Any) -> int:
    """The first place of some in order whose value is above another."""
    while first < stop:
        middle = (first + stop) // 2
        if found < values[middle]:
            stop = middle
        else:
            first = middle + 1
    return first


@_compiled
def _rounded(parts: int, of: int) -> int:
    if parts < 0:
        return -((of - 2 * parts) // (2 * of))
    return (2 * parts + of) // (2 * of)


@_compiled
def _price_at(price: Any, u: float) -> int:
    if u < price[2]:
        return int(price[0] + math.sqrt(u * price[3]) + 0.5)
    return int(price[1] - math.sqrt((1.0 - u) * price[4]) + 0.5)


@_compiled
def _saved_by_known(starts: I64, weekly: I64, saved: I64, spans: Any, parts: int, day: int) -> int:
    """What a known placement saves before a day; ``spans`` are the places of its prices."""
    first, stop = spans
    if day <= starts[first]:
        return 0
    span = _after(starts, first, stop, day) - 1
    found: int = _rounded(saved[span] + weekly[span] * (day - starts[span]), 7 * parts)
    return found


@_compiled
def _paid_back_of(
    shape: int, amount: int, parts: int, day: int, first: int, last: int, before: int
) -> int:
    if not first <= day <= last:
        return 0
    whole = _rounded(amount, parts)
    owed = whole
    if shape == STRAIGHT_LINE:
        owed = _rounded(amount * (last - day + 1), parts * (last - first + 1))
    left: int = min(owed, max(0, whole - before))
    return left


@_compiled
def _saved_by_child(weekly: int, moved_on: int, day: int) -> int:
    return (weekly * max(0, day - moved_on) + 3) // 7


@_compiled
def add_scenarios(
    plan: Any,
    draws: F64,
    saved: I64,
    in_place: I64,
    accumulated: I64,
    carer_fees: I64,
    outcome_fees: I64,
    paid_back: I64,
) -> None:
    """Fill what some scenarios add up to.

    Args:
        plan: the plan as arrays.
        draws: the uniform numbers, a row for each scenario.
        saved: pence to date, by scenario and month.
        in_place: parts of a penny a week on the day of the bonus, by scenario.
        accumulated: pence of what counts for the bonus, by scenario.
        carer_fees: parts of a penny, by scenario and month.
        outcome_fees: the same.
        paid_back: pence, by scenario and month.
    """
    ends = plan.ends
    saved_known = plan.saved
    carer_known = plan.carer_fees
    outcome_known = plan.outcome_fees
    back_known = plan.paid_back
    reach_first = plan.reach_first
    reach = plan.reached
    reach_lengths = plan.reach_lengths
    reach_days = plan.reach_days
    leaves = plan.leaves
    month_at = plan.month_at
    totals = plan.totals
    counts = plan.counts
    weekly_on_bonus_day = plan.weekly_on_bonus_day
    ended_known = plan.ended
    late_first = plan.late_first
    late_day = plan.late_day
    late_month = plan.late_month
    late_price = plan.late_price
    windows_known = plan.windows_known
    paid_back_before = plan.paid_back_before
    open_index = plan.open_index
    open_first = plan.open_first
    open_length = plan.open_length
    open_reached = plan.open_reached
    residential = plan.residential
    family = plan.family
    break_downs = plan.break_downs
    month_firsts = plan.month_firsts
    month_lengths = plan.month_lengths
    carer_days = plan.carer_days
    carer_values = plan.carer_values
    outcome_days = plan.outcome_days
    price_first = plan.price_first
    price_days = plan.price_days
    prices = plan.prices
    windows = plan.windows
    phase = plan.phase
    last_day = plan.last_day
    bonus_day = plan.bonus_day
    bonus_phase = plan.bonus_phase
    bonus_in_place = plan.bonus_in_place
    bonus_accumulated = plan.bonus_accumulated
    bonus_parts = plan.bonus_parts
    first_day = plan.first_day
    children = plan.children
    far = plan.far
    share_reunified = plan.share_reunified
    households_each = plan.households
    household_more = plan.household_more
    foster_only = plan.foster_only
    shape = plan.shape
    amounts = plan.amounts
    amount_days = plan.amount_days
    amount_parts = plan.amount_parts
    span_first = plan.span_first
    span_starts = plan.span_starts
    span_weekly = plan.span_weekly
    span_saved = plan.span_saved
    parts_known = plan.parts
    months, uncertain, opened = len(ends), len(leaves), len(open_index)
    outcomes, reached_new = len(outcome_days), len(break_downs)
    has_bonus = bonus_day >= 0
    for scenario in range(len(draws)):
        row, own = draws[scenario], saved[scenario]
        for month in range(months):
            own[month] = saved_known[month]
            carer_fees[scenario, month] = carer_known[month]
            outcome_fees[scenario, month] = outcome_known[month]
            paid_back[scenario, month] = back_known[month]
        weekly_there, accrued = bonus_in_place, bonus_accumulated
        for known in range(uncertain):
            u = row[known]
            first, stop = reach_first[known], reach_first[known + 1]
            at = _after(reach, first, stop, u)
            if at == stop:
                continue
            before = reach[at - 1] if at > first else 0.0
            length = reach_lengths[at]
            within = int((u - before) / (reach[at] - before) * length)
            day = reach_days[at] + min(within, length - 1) + 1
            if day > last_day or day >= leaves[known]:
                continue
            # One before the programme takes it all away from the first month on.
            since = month_at[max(0, day - first_day)]
            spans, parts = (span_first[known], span_first[known + 1]), parts_known[known]
            total = _saved_by_known(span_starts, span_weekly, span_saved, spans, parts, day)
            for month in range(since, months):
                own[month] += total - totals[known, month]
            if has_bonus and counts[known] and day <= bonus_day:
                weekly_there -= weekly_on_bonus_day[known]
                for sign, ended in ((1, day), (-1, ended_known[known])):
                    until = min(ended, bonus_day + 1)
                    accrued += sign * _saved_by_known(
                        span_starts, span_weekly, span_saved, spans, parts, until
                    )
                    accrued -= sign * _saved_by_known(
                        span_starts, span_weekly, span_saved, spans, parts,
                        min(until, bonus_phase),
                    )  # fmt: skip
            for late in range(late_first[known], late_first[known + 1]):
                if day <= late_day[late]:
                    outcome_fees[scenario, late_month[late]] -= late_price[late]
            if shape != NOTHING and day >= first_day:
                amount = amounts[_after(amount_days, 0, len(amount_days), day)]
                first, last = windows_known[known, 0], windows_known[known, 1]
                paid_back[scenario, since] += _paid_back_of(
                    shape, amount, amount_parts, day, first, last, paid_back_before[known]
                )
        left, base = children, uncertain + opened
        for opening in range(opened):
            if left == 0:
                break
            reached = open_reached[opening]
            moves = min(left, _after(reached, 0, len(reached), row[uncertain + opening]))
            left -= moves
            index, length = open_index[opening], open_length[opening]
            for _ in range(moves):
                moved_on = open_first[opening] + min(int(row[base] * length), length - 1)
                weekly = _price_at(residential, row[base + 1])
                weekly -= _price_at(family, row[base + 2])
                ended, u = far, row[base + 3]
                lasted = _after(break_downs, 0, reached_new, u)
                if index + lasted < reached_new:
                    before = break_downs[lasted - 1] if lasted else 0.0
                    day = moved_on - month_firsts[index] + 1
                    of = index + lasted
                    first = month_firsts[of] + min(day, month_lengths[of]) - 1
                    of += 1
                    after = month_firsts[of] + min(day, month_lengths[of]) - 1
                    share = (u - before) / (break_downs[lasted] - before)
                    within = int(share * (after - first))
                    day = first + min(within, after - first - 1) + 1
                    if day <= last_day:
                        ended = day
                foster = row[base + 4] >= share_reunified
                households = households_each + (1 if row[base + 5] < household_more else 0)
                base += DRAWS_OF_A_CHILD
                constant = weekly * (1 - moved_on) + 3
                month = index
                while month < months and ends[month] < ended - 1:
                    own[month] += (weekly * ends[month] + constant) // 7
                    month += 1
                if month < months:
                    total = (weekly * (ended - moved_on) + 3) // 7
                    while month < months:
                        own[month] += total
                        month += 1
                if has_bonus and (foster or not foster_only):
                    if moved_on <= bonus_day < ended:
                        weekly_there += weekly * bonus_parts
                    until = min(ended, bonus_day + 1)
                    accrued += _saved_by_child(weekly, moved_on, until)
                    accrued -= _saved_by_child(weekly, moved_on, min(until, bonus_phase))
                if households:
                    fee = carer_values[_after(carer_days, 0, len(carer_days), moved_on)]
                    carer_fees[scenario, index] += fee * households
                for outcome in range(outcomes):
                    day = moved_on + outcome_days[outcome] - 1
                    if day < ended and day <= last_day:
                        first, stop = price_first[outcome], price_first[outcome + 1]
                        price = prices[_after(price_days, first, stop, day) + outcome]
                        outcome_fees[scenario, month_at[day - first_day]] += price
                if ended != far and shape != NOTHING:
                    first, last = phase[0], phase[1]
                    if len(windows):
                        first, last = moved_on, windows[moved_on - first_day]
                    since = month_at[ended - first_day]
                    amount = amounts[_after(amount_days, 0, len(amount_days), ended)]
                    paid_back[scenario, since] += _paid_back_of(
                        shape, amount, amount_parts, ended, first, last, 0
                    )
        in_place[scenario], accumulated[scenario] = weekly_there, accrued
