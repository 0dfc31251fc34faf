"""What may come, drawn and settled as columns: the figures of ``scenarios``, many at a time.

The same uniform numbers as there, the same comparisons and the same arithmetic on them, so the
scenarios are the same bit for bit. Day numbers are those of ``date.toordinal``, money is int64
pence. Only a plan that ``fits_columns`` comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

import numpy as np
import numpy.typing as npt

from xlpbr.forecast.chances import Price
from xlpbr.forecast.column_sums import DrawnColumns, SumColumns, compiled_sums_of, sums_of
from xlpbr.forecast.plan import DRAWS_OF_A_CHILD, ScenarioPlan
from xlpbr.forecast.scenarios import BLOCK, PERCENTILES, Spread, Summary, block_seed, rank
from xlpbr.money import Pence, round_half_away
from xlpbr.periods import FAR
from xlpbr.portfolio.numpy_loops import I64, Flags
from xlpbr.portfolio.settlement import (
    NO_MAXIMUM,
    MonthColumns,
    PlacementColumns,
    RuleColumns,
    measured_savings,
    settle_columns,
    threshold_bonuses,
)

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeColumns:
    """Some scenarios, settled; the fields of ``scenarios.Outcome`` by scenario, and by month."""

    saving_to_date: I64
    payable_to_date: I64
    fee_earned: Flags
    threshold_passed: Flags
    maximum_binds: Flags


def settle_range_on_columns(
    plan: ScenarioPlan, seed: int, first: int, last: int, *, compiled: bool | None = None
) -> OutcomeColumns:
    """The scenarios from ``first`` up to but not including ``last``, settled.

    Args:
        plan: what is the same in every scenario.
        seed: what the random numbers start from.
        first: the first scenario, counted from 0.
        last: the one after the last.
        compiled: True for the compiled loops, False for numpy; None for what is installed.
    """
    parts = []
    frames: dict[int, ScenarioFrame] = {}
    loops = None if compiled is False else _compiled_loops()
    if compiled and loops is None:
        raise ImportError('the compiled loops need numba: pip install "xlpbr[fast]"')
    of_loops = None if loops is None else loops.compiled_plan_of(plan)
    for draws in blocks_of_draws(plan.width, seed, first, last):
        count = len(draws)
        frame = frames[count] = frames.get(count) or frame_of(plan, count)
        if loops is None:
            drawn = drawn_columns(plan, draws)
            sums = sums_of(plan, frame.months, frame.foster_only, drawn, compiled=False)
        else:
            sums = compiled_sums_of(plan, loops, of_loops, draws)
        parts.append(settle_sums(plan, frame, sums, compiled=compiled))
    return OutcomeColumns(
        np.concatenate([part.saving_to_date for part in parts]),
        np.concatenate([part.payable_to_date for part in parts]),
        np.concatenate([part.fee_earned for part in parts]),
        np.concatenate([part.threshold_passed for part in parts]),
        np.concatenate([part.maximum_binds for part in parts]),
    )


@cache
def _compiled_loops() -> ModuleType | None:
    try:
        from xlpbr.forecast import numba_draws  # noqa: PLC0415 - numba is an extra
    except ImportError:
        return None
    return numba_draws


# -- the uniform numbers -----------------------------------------------------------------------


def blocks_of_draws(width: int, seed: int, first: int, last: int) -> Iterator[F64]:
    """The uniform numbers of some scenarios, a row for each, block by block."""
    for block in range(first // BLOCK, (last - 1) // BLOCK + 1):
        stream = np.random.RandomState(words_of(block_seed(seed, block)))
        skipped = max(0, first - block * BLOCK)
        rows = min(BLOCK, last - block * BLOCK)
        yield stream.random_sample((rows, width))[skipped:]


def words_of(number: int) -> list[int]:
    """A whole number in words of 32 bits, the lowest first, as ``random.Random`` takes it in.

    A list: of an array of one word numpy would make a number, and start otherwise.
    """
    words = [number & 0xFFFFFFFF]
    while number := number >> 32:
        words.append(number & 0xFFFFFFFF)
    return words


# -- drawn -------------------------------------------------------------------------------------


def drawn_columns(plan: ScenarioPlan, draws: F64) -> DrawnColumns:
    """What some scenarios draw, from their rows of uniform numbers."""
    count = len(draws)
    moves = _moves(plan, draws[:, len(plan.uncertain) :])
    children = moves.sum(axis=1)
    first_row = np.zeros(count + 1, np.int64)
    np.cumsum(children, out=first_row[1:])
    comes = np.arange(plan.assumptions.children) < children[:, None]
    months = np.repeat(np.tile(np.arange(len(plan.open_months)), count), moves.ravel())
    own = _own_draws(plan, draws, comes)
    month = np.array([one.index for one in plan.open_months], np.int64)[months]
    length = np.array([one.length for one in plan.open_months], np.int64)[months]
    first_day = np.array([one.first_day for one in plan.open_months], np.int64)[months]
    moved_on = first_day + np.minimum((own[0] * length).astype(np.int64), length - 1)
    return DrawnColumns(
        _known_ends(plan, draws),
        PlacementColumns(
            first_row,
            _prices(plan.residential, own[1]) - _prices(plan.family, own[2]),
            moved_on,
            _ends(plan, month, moved_on, own[3]),
            own[4] >= plan.share_reunified,
        ),
        np.repeat(np.arange(count), children),
        month,
        plan.households + (own[5] < plan.household_more),
    )


def _moves(plan: ScenarioPlan, draws: F64) -> I64:
    """How many children move, by scenario and open month."""
    to_date = np.zeros((len(draws), len(plan.open_months) + 1), np.int64)
    for number, month in enumerate(plan.open_months):
        to_date[:, number + 1] = np.searchsorted(month.reached, draws[:, number], side="right")
    np.cumsum(to_date, axis=1, out=to_date)
    moves: I64 = np.diff(np.minimum(to_date, plan.assumptions.children), axis=1)
    return moves


def _own_draws(plan: ScenarioPlan, draws: F64, comes: Flags) -> F64:
    """The uniform numbers of each child to come, a row for each of the six."""
    first = len(plan.uncertain) + len(plan.open_months)
    last = first + DRAWS_OF_A_CHILD * plan.assumptions.children
    of_child = draws[:, first:last].reshape(*comes.shape, DRAWS_OF_A_CHILD)
    return np.ascontiguousarray(of_child[comes].T)


def _known_ends(plan: ScenarioPlan, draws: F64) -> I64:
    """The day on which each uncertain known placement breaks down, by scenario."""
    ends = np.full((len(draws), len(plan.uncertain)), FAR, np.int64)
    for at, known in enumerate(plan.uncertain):
        break_downs = known.break_downs
        assert break_downs is not None, "it is uncertain"
        u = draws[:, at]
        reached = np.array(break_downs.reached)
        month = np.searchsorted(reached, u, side="right")
        some = np.flatnonzero(month < len(reached))
        month = month[some]
        lengths = np.array(break_downs.lengths, np.int64)[month]
        first_days = np.array(break_downs.first_days, np.int64)[month]
        day = _day_within(plan, reached, month, u[some], first_days, lengths)
        ends[some, at] = np.where(day < known.leaves, day, FAR)
    return ends


def _ends(plan: ScenarioPlan, month: I64, moved_on: I64, u: F64) -> I64:
    """The day on which each placement that began on a day of a month ended."""
    ends = np.full(len(u), FAR, np.int64)
    reached = np.array(plan.break_downs)
    lasted = np.searchsorted(reached, u, side="right")
    some = np.flatnonzero(month + lasted < len(reached))
    firsts = np.array(plan.month_firsts, np.int64)
    lengths = np.array(plan.month_lengths, np.int64)
    month, lasted, moved_on, u = month[some], lasted[some], moved_on[some], u[some]
    day = moved_on - firsts[month] + 1
    first, after = (
        firsts[of] + np.minimum(day, lengths[of]) - 1 for of in (month + lasted, month + lasted + 1)
    )
    ends[some] = _day_within(plan, reached, lasted, u, first, after - first)
    return ends


def _day_within(
    plan: ScenarioPlan, reached: F64, month: I64, u: F64, first: I64, length: I64
) -> I64:
    """The day after a day within a month of a placement; FAR after the programme."""
    before = np.where(month > 0, reached[month - 1], 0.0)
    within = ((u - before) / (reached[month] - before) * length).astype(np.int64)
    ended = first + np.minimum(within, length - 1) + 1
    return np.where(ended <= plan.last_day, ended, FAR)


def _prices(price: Price, u: F64) -> I64:
    """Prices to the penny, from a triangle whose peak is the likely one."""
    rising = price.low + np.sqrt(u * price.rise) + 0.5
    falling = price.high - np.sqrt((1.0 - u) * price.fall) + 0.5
    return np.where(u < price.turn, rising, falling).astype(np.int64)


# -- settled -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class ScenarioFrame:
    """What the settlement of so many scenarios needs besides what they draw."""

    months: MonthColumns
    foster_only: Flags
    rules: RuleColumns


def frame_of(plan: ScenarioPlan, count: int) -> ScenarioFrame:
    """The months and the terms of a plan, once for each of some scenarios."""
    terms, payments, width = plan.terms, plan.payments, len(plan.ends)
    nothing = np.zeros(0, np.int64)
    limits = payments.limits if payments.holds_back else (NO_MAXIMUM,) * width
    earned_before, lapses = payments.earned_before, payments.earned_before is not None
    bonus_month = -1 if plan.bonus.month is None else plan.bonus.month
    return ScenarioFrame(
        MonthColumns(np.arange(count + 1) * width, np.tile(np.array(plan.ends, np.int64), count)),
        np.full(count, plan.foster_only),
        RuleColumns(
            entitlement=np.tile(np.array(payments.entitlement, np.int64), count),
            carer_fees=nothing,
            bonus=nothing,
            no_catch_up=np.full(count, terms.fee_reading == "no_catch_up"),
            cumulative=np.full(count, terms.savings_reading == "cumulative"),
            maximum=nothing,
            bonus_month=np.full(count, bonus_month),
            maximum_by_period=np.tile(np.array(limits, np.int64), count),
            earned_before=np.tile(np.array(earned_before, np.int64), count) if lapses else None,
            lapses=np.full(count, lapses),
            share=np.full(count, terms.fee_share.numerator),
            share_parts=np.full(count, terms.fee_share.denominator),
        ),
    )


def settle_drawn(
    plan: ScenarioPlan, frame: ScenarioFrame, drawn: DrawnColumns, *, compiled: bool | None = None
) -> OutcomeColumns:
    """Some drawn scenarios, settled by the contract's rules."""
    sums = sums_of(plan, frame.months, frame.foster_only, drawn, compiled=compiled)
    return settle_sums(plan, frame, sums, compiled=compiled)


def settle_sums(
    plan: ScenarioPlan, frame: ScenarioFrame, found: SumColumns, *, compiled: bool | None = None
) -> OutcomeColumns:
    """The same of what the scenarios add up to."""
    payments, (count, width) = plan.payments, found.saved.shape
    measured, bonus = np.zeros(count, np.int64), np.zeros(count, np.int64)
    if plan.bonus.month is not None:
        measured = measured_savings(plan.terms, found.run_rate, found.accumulated)
        bonus = threshold_bonuses(plan.terms, measured)
    rules = replace(
        frame.rules,
        carer_fees=found.carer_fees.ravel(),
        outcome_fees=None if found.outcome_fees is None else found.outcome_fees.ravel(),
        paid_back=None if found.paid_back is None else found.paid_back.ravel(),
        bonus=bonus,
    )
    settled = settle_columns(frame.months, found.saved.ravel(), rules, compiled=compiled)
    payable = settled.payable_to_date.reshape(count, width)
    nowhere = np.zeros(count, np.bool_)
    binds: Flags = nowhere
    if payments.holds_back:
        binds = np.any(settled.held_back.reshape(count, width) > 0, axis=1)
    elif payments.has_maximum:
        binds = np.any(payable > np.array(payments.limits, np.int64), axis=1)
    passes = nowhere if plan.bonus.month is None else measured >= (plan.bonus.least_passing or 0)
    return OutcomeColumns(
        saving_to_date=found.saved,
        payable_to_date=payable,
        fee_earned=settled.fee_to_date[width - 1 :: width] == payments.entitlement[-1],
        threshold_passed=passes,
        maximum_binds=binds,
    )


# -- many scenarios ----------------------------------------------------------------------------


def summary_of_columns(parts: Iterable[OutcomeColumns], count: int, width: int) -> Summary:
    """The spread of every figure over all scenarios; 16 bytes for each scenario and month.

    Args:
        parts: chunks of settled scenarios, in their order.
        count: scenarios in all.
        width: months.
    """
    saved, paid = np.empty((width, count), np.int64), np.empty((width, count), np.int64)
    done = fee_earned = threshold_passed = maximum_binds = 0
    for part in parts:
        here = slice(done, done + len(part.fee_earned))
        saved[:, here], paid[:, here] = part.saving_to_date.T, part.payable_to_date.T
        fee_earned += int(part.fee_earned.sum())
        threshold_passed += int(part.threshold_passed.sum())
        maximum_binds += int(part.maximum_binds.sum())
        done = here.stop
    months = []
    for month in range(width):
        saving, payable = saved[month], paid[month]
        if month:
            saving, payable = saving - saved[month - 1], payable - paid[month - 1]
        figures = (
            saving, payable, saving - payable,
            saved[month], paid[month], saved[month] - paid[month],
        )  # fmt: skip
        months.append(tuple(map(_spread_of_column, figures)))
    return Summary(tuple(months), fee_earned, threshold_passed, maximum_binds)


def net_in_all(settled: OutcomeColumns) -> Pence:
    """What all scenarios of a chunk save in the programme, less what is payable, added up."""
    return _sum(settled.saving_to_date[:, -1] - settled.payable_to_date[:, -1])


def _spread_of_column(values: I64) -> Spread:
    places = [rank(percent, len(values)) for percent in PERCENTILES]
    found = np.partition(values, places)
    low, middle, high = found[places].tolist()
    return Spread(low, middle, high, round_half_away(_sum(values), len(values)))


def _sum(values: I64) -> Pence:
    # Two sums of half the bits each: together they are exact, where one could pass int64.
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())
