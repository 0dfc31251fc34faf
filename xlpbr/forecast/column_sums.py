"""What drawn scenarios add up to, month by month, as columns.

Savings, carers, outcomes and break-downs: all start from what the plan knows. A break-down of a
known placement takes away what comes after it; the children to come are added up by the loops of
``portfolio.settlement``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xlpbr.forecast.payments import Steps
from xlpbr.forecast.plan import ScenarioPlan
from xlpbr.periods import FAR
from xlpbr.portfolio.numpy_loops import I64, Flags, rounded
from xlpbr.portfolio.settlement import MonthColumns, PlacementColumns, saving_columns
from xlpbr.settlement import rules

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnColumns:
    """Some scenarios, drawn.

    Attributes:
        ended: by scenario and uncertain known placement, the day of its break-down; FAR where
            there is none.
        placements: the children to come, those of each scenario one after the other.
        scenario: of each child to come, the scenario.
        month: of each, the month of the move.
        households: of each, the carer households that it brings.
    """

    ended: I64
    placements: PlacementColumns
    scenario: I64
    month: I64
    households: I64


@dataclass(frozen=True, slots=True, eq=False)
class SumColumns:
    """What some scenarios add up to, in pence.

    Attributes:
        saved: the saving to date, by scenario and month.
        run_rate: on the day of the bonus, by scenario.
        accumulated: of what counts for the bonus, by scenario.
        carer_fees: by scenario and month.
        outcome_fees: by scenario and month; None without outcomes.
        paid_back: what break-downs are worth, by scenario and month; None where none is.
    """

    saved: I64
    run_rate: I64
    accumulated: I64
    carer_fees: I64
    outcome_fees: I64 | None
    paid_back: I64 | None


def compiled_sums_of(plan: ScenarioPlan, loops: Any, of: Any, draws: F64) -> SumColumns:
    """The same of scenarios that the compiled loop draws as well.

    Args:
        plan: what is the same in every scenario.
        loops: the module ``numba_draws``.
        of: the plan as its arrays.
        draws: the uniform numbers, a row for each scenario.
    """
    shape, payments = (len(draws), len(plan.ends)), plan.payments
    saved, carer_fees, outcome_fees, paid_back = (np.empty(shape, np.int64) for _ in range(4))
    in_place, accumulated = (np.empty(len(draws), np.int64) for _ in range(2))
    loops.add_scenarios(
        of, draws, saved, in_place, accumulated, carer_fees, outcome_fees, paid_back
    )
    return SumColumns(
        saved,
        _run_rates(plan, in_place),
        accumulated,
        rounded(carer_fees, payments.carer_fee.parts),
        rounded(outcome_fees, payments.outcome_parts) if payments.outcomes else None,
        None if payments.break_down_amount is None else paid_back,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _BreakDowns:
    """The break-downs of known placements that are drawn: scenario, which of them, day, month."""

    scenario: I64
    known: I64
    day: I64
    month: I64


def sums_of(
    plan: ScenarioPlan,
    months: MonthColumns,
    foster_only: Flags,
    drawn: DrawnColumns,
    *,
    compiled: bool | None = None,
) -> SumColumns:
    """What some drawn scenarios add up to."""
    count, width = len(drawn.ended), len(plan.ends)
    children = drawn.placements
    found = saving_columns(children, months, foster_only, compiled=compiled)
    saved = found.saving_to_date.reshape(count, width) + np.array(plan.saved, np.int64)
    scenario, known = np.nonzero(drawn.ended < FAR)
    day = drawn.ended[scenario, known]
    broken = _BreakDowns(scenario, known, day, np.searchsorted(np.array(plan.ends), day))
    saved_by = _Saved(plan)
    _take_savings(plan, broken, saved_by, saved)
    in_place, accumulated = np.zeros(count, np.int64), np.zeros(count, np.int64)
    if plan.bonus.month is not None:
        in_place, accumulated = _measures(plan, drawn)
        _take_measures(plan, broken, saved_by, in_place, accumulated)
    return SumColumns(
        saved,
        _run_rates(plan, in_place),
        accumulated,
        _carer_fees(plan, drawn),
        _outcome_fees(plan, drawn, broken),
        _paid_back(plan, drawn, broken),
    )


# -- the savings of known placements that break down --------------------------------------------


class _Saved:
    """What the uncertain known placements save before a day: their prices as columns."""

    def __init__(self, plan: ScenarioPlan) -> None:
        known = plan.uncertain
        widest = max((len(one.span_starts) for one in known), default=1)
        self.starts = _padded([one.span_starts for one in known], widest, FAR)
        self.weekly = _padded([one.span_weekly for one in known], widest, 0)
        self.saved = _padded([one.span_saved for one in known], widest, 0)
        self.parts = np.array([one.parts for one in known], np.int64)

    def before(self, known: I64, day: I64) -> I64:
        """The saving of all days before a day, of each of some placements."""
        starts = self.starts[known]
        span = np.maximum((starts <= day[:, None]).sum(axis=1) - 1, 0)
        since = np.maximum(day - self.starts[known, span], 0)
        sevenths = self.saved[known, span] + self.weekly[known, span] * since
        return rounded(sevenths, rules.DAYS_IN_WEEK * self.parts[known])


def _padded(rows: list[tuple[int, ...]], width: int, filling: int) -> I64:
    found = np.full((len(rows), width), filling, np.int64)
    for row, values in zip(found, rows, strict=True):
        row[: len(values)] = values
    return found


def _take_savings(plan: ScenarioPlan, broken: _BreakDowns, saved_by: _Saved, saved: I64) -> None:
    """What the broken down placements do not save any more."""
    if not len(broken.day):
        return
    totals = np.array([one.totals for one in plan.uncertain], np.int64)
    less = saved_by.before(broken.known, broken.day)[:, None] - totals[broken.known]
    less[np.arange(len(plan.ends)) < broken.month[:, None]] = 0
    # They stand in the order of the scenarios: each one's are added up in one piece.
    scenario, first = np.unique(broken.scenario, return_index=True)
    saved[scenario] += np.add.reduceat(less, first, axis=0)


def _measures(plan: ScenarioPlan, drawn: DrawnColumns) -> tuple[I64, I64]:
    """What is in place on the day of the bonus, in parts of a penny, and what is accumulated."""
    bonus, children, count = plan.bonus, drawn.placements, len(drawn.ended)
    weekly = np.where(children.foster | (not plan.foster_only), children.weekly_saving, 0)
    there = (children.start <= bonus.day) & (children.ended > bonus.day)
    until = np.minimum(children.ended, bonus.day + 1)
    accrued = _children_saved(weekly, children.start, until)
    accrued -= _children_saved(weekly, children.start, np.minimum(until, bonus.phase))
    first_row = children.first_row
    in_place = bonus.in_place + bonus.parts * _by_scenario(np.where(there, weekly, 0), first_row)
    accumulated = bonus.accumulated + _by_scenario(accrued, first_row)
    assert len(in_place) == count
    return in_place, accumulated


def _by_scenario(values: I64, first_row: I64) -> I64:
    total = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=total[1:])
    found: I64 = np.diff(total[first_row])
    return found


def _children_saved(weekly: I64, start: I64, day: I64) -> I64:
    """What the days before a day save; seven is odd, so there is no half."""
    found: I64 = (weekly * np.maximum(day - start, 0) + 3) // 7
    return found


def _take_measures(
    plan: ScenarioPlan, broken: _BreakDowns, saved_by: _Saved, in_place: I64, accumulated: I64
) -> None:
    bonus = plan.bonus
    counts = np.array([plan.counts_for_bonus(one) for one in plan.uncertain], np.bool_)
    some = np.flatnonzero((broken.day <= bonus.day) & counts[broken.known])
    if not len(some):
        return
    scenario, known, day = broken.scenario[some], broken.known[some], broken.day[some]
    weekly = np.array(
        [one.weekly_on(bonus.day) * (bonus.parts // one.parts) for one in plan.uncertain], np.int64
    )
    np.subtract.at(in_place, scenario, weekly[known])
    ended = np.array([one.ended for one in plan.uncertain], np.int64)
    for days, sign in ((day, 1), (ended[known], -1)):
        until = np.minimum(days, bonus.day + 1)
        accrued = saved_by.before(known, until)
        accrued -= saved_by.before(known, np.minimum(until, bonus.phase))
        np.add.at(accumulated, scenario, sign * accrued)


def _run_rates(plan: ScenarioPlan, in_place: I64) -> I64:
    """The yearly saving of weekly ones in parts of a penny."""
    if plan.terms.run_rate_year == "weeks_52":
        return rounded(in_place * rules.WEEKS_IN_YEAR, plan.bonus.parts)
    return rounded(in_place * rules.DAYS_IN_YEAR, plan.bonus.parts * rules.DAYS_IN_WEEK)


# -- what is paid besides the fee ---------------------------------------------------------------


def _on(steps: Steps, days: I64) -> I64:
    """An amount in force on each of some days."""
    values = np.array(steps.values, np.int64)
    return values[np.searchsorted(np.array(steps.days, np.int64), days, side="right")]


def _by_month(plan: ScenarioPlan, count: int, scenario: I64, month: I64, amounts: I64) -> I64:
    """Amounts added up by scenario and month."""
    width = len(plan.ends)
    found = np.zeros(count * width, np.int64)
    np.add.at(found, scenario * width + month, amounts)
    return found.reshape(count, width)


def _carer_fees(plan: ScenarioPlan, drawn: DrawnColumns) -> I64:
    payments = plan.payments
    fees = drawn.households * _on(payments.carer_fee, drawn.placements.start)
    due = _by_month(plan, len(drawn.ended), drawn.scenario, drawn.month, fees)
    return rounded(due + np.array(payments.carer_fees, np.int64), payments.carer_fee.parts)


def _outcome_fees(plan: ScenarioPlan, drawn: DrawnColumns, broken: _BreakDowns) -> I64 | None:
    payments, children, count = plan.payments, drawn.placements, len(drawn.ended)
    if not payments.outcomes:
        return None
    due = np.tile(np.array(payments.outcome_fees, np.int64), (count, 1))
    for outcome in payments.outcomes:
        day = children.start + outcome.days - 1
        some = np.flatnonzero((day < children.ended) & (day <= plan.last_day))
        day = day[some]
        month = np.searchsorted(np.array(plan.ends), day)
        prices = _on(outcome.price, day)
        due += _by_month(plan, count, drawn.scenario[some], month, prices)
    for known, one in enumerate(plan.uncertain):
        for late in one.outcomes:
            lost = broken.scenario[(broken.known == known) & (broken.day <= late.day)]
            due[lost, late.month] -= late.price
    return rounded(due, payments.outcome_parts)


def _paid_back(plan: ScenarioPlan, drawn: DrawnColumns, broken: _BreakDowns) -> I64 | None:
    payments, children, count = plan.payments, drawn.placements, len(drawn.ended)
    if payments.break_down_amount is None:
        return None
    due = np.tile(np.array(payments.paid_back, np.int64), (count, 1))
    some = np.flatnonzero(children.ended < FAR)
    moved, day = children.start[some], children.ended[some]
    first, last = moved, np.full(len(some), payments.phase[1])
    if payments.windows:
        last = np.array(payments.windows, np.int64)[moved - plan.first_day]
    else:
        first = np.full(len(some), payments.phase[0])
    amounts = _worth(plan, day, first, last, np.zeros(len(some), np.int64))
    month = np.searchsorted(np.array(plan.ends), day)
    due += _by_month(plan, count, drawn.scenario[some], month, amounts)
    windows = np.array([one.window for one in plan.uncertain], np.int64).reshape(-1, 2)
    before = np.array([one.paid_back_before for one in plan.uncertain], np.int64)
    first, last = windows[broken.known].T
    amounts = _worth(plan, broken.day, first, last, before[broken.known])
    due += _by_month(plan, count, broken.scenario, broken.month, amounts)
    return due


def _worth(plan: ScenarioPlan, day: I64, first: I64, last: I64, before: I64) -> I64:
    """What break-downs are worth; see ``payments.reimbursed_on``."""
    steps = plan.payments.break_down_amount
    assert steps is not None, "something is paid back"
    amount = _on(steps, day)
    whole = rounded(amount, steps.parts)
    owed = whole
    if plan.terms.break_down_reimbursement == "straight_line":
        owed = rounded(amount * (last - day + 1), steps.parts * np.maximum(last - first + 1, 1))
    inside = (first <= day) & (day <= last) & (day >= plan.first_day)
    return np.where(inside, np.minimum(owed, np.maximum(whole - before, 0)), 0)
