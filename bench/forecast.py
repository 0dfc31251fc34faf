"""Scenarios a second: a forecast against the ways that come to mind first.

    python -m bench --only forecast

A contract over 24 months with a fee, carer fees, a bonus and a maximum; 40 children, of whom 10
have moved and may break down and 30 are to come at three a month. Said are medians of five runs
or more of the processor's time in one thread, each way in its turn; on two cores, of the time that
passes. Every result is asserted to be equal, scenario by scenario.

- drawn and settled: from the seed to savings, run rate, bonus, fees month after month and the
  maximum; compiled, with numpy alone, in plain Python, and against what comes to mind first: drawn
  with numpy, and settled with an array of three dimensions (scenario, child, month);
- a whole forecast: percentiles, chances and what moves the result, as a cell waits for it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from multiprocessing import get_context
from typing import Any

import numpy as np

from bench.rows import RUNS, Row, at_least
from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.forecast import columns as scenario_columns
from xlpbr.forecast import scenarios
from xlpbr.forecast.column_sums import DrawnColumns
from xlpbr.forecast.columns import OutcomeColumns
from xlpbr.forecast.plan import ScenarioPlan
from xlpbr.forecast.run import checked_plan, forecast
from xlpbr.periods import FAR

BLOCK = scenarios.BLOCK
WORK = "forecast, 40 children x 24 months"
ALONE = "numpy without numba"

TERMS = ContractTerms(
    starts_on=date(2025, 1, 1),
    ends_on=date(2026, 12, 31),
    fee=Fraction(600_000),
    carer_fee=Fraction(10_000),
    bonus_threshold=Fraction(3_000_000),
    bonus_rate=Fraction(1, 10),
    contract_maximum=Fraction(1_200_000),
)
KNOWN = Evidence(
    tuple(
        Placement(
            f"C{number:02}", "foster", Fraction(7_076_92 + 13 * number, 100), Fraction(1_425),
            date(2025, 1, 2) + timedelta(days=8 * number), None, agreed=True,
        )
        for number in range(10)
    )
)  # fmt: skip
ASSUMPTIONS = Assumptions(
    children=30,
    first_month=date(2025, 4, 1),
    moves_a_month=Fraction(3),
    residential_low=Fraction(6_000),
    residential_likely=Fraction(7_000),
    residential_high=Fraction(8_200),
    family_low=Fraction(1_200),
    family_likely=Fraction(1_400),
    family_high=Fraction(2_000),
    break_down_early=Fraction(3, 100),
    break_down_middle=Fraction(2, 100),
    break_down_late=Fraction(1, 100),
    share_reunified=Fraction(3, 20),
    households=Fraction(3, 5),
)


# -- the way that comes to mind first ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grid:
    """Drawn scenarios as a row of 40 children each; who does not come starts FAR away."""

    weekly: np.ndarray
    start: np.ndarray
    ended: np.ndarray
    approved: np.ndarray


def grid_of(plan: ScenarioPlan, drawn: DrawnColumns) -> Grid:
    """The known placements first, each to its break-down, then the children to come."""
    given = drawn.placements
    count, known = len(drawn.ended), len(plan.known)
    width = known + plan.assumptions.children
    rows = np.diff(given.first_row)
    place = np.arange(len(drawn.scenario)) - np.repeat(given.first_row[:-1], rows) + known
    grid = Grid(
        np.zeros((count, width), np.int64),
        np.full((count, width), FAR),
        np.full((count, width), FAR),
        np.zeros((count, len(plan.ends)), np.int64),
    )
    grid.weekly[:, :known] = [one.span_weekly[0] for one in plan.known]
    grid.start[:, :known] = [one.start for one in plan.known]
    grid.ended[:, :known] = drawn.ended
    grid.weekly[drawn.scenario, place] = given.weekly_saving
    grid.start[drawn.scenario, place] = given.start
    grid.ended[drawn.scenario, place] = given.ended
    np.add.at(grid.approved, (drawn.scenario, drawn.month), drawn.households)
    return grid


def by_three_dimensions(plan: ScenarioPlan, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Saving and payable to date, by scenario and month."""
    ends = np.array(plan.ends)
    until = np.minimum(ends, grid.ended[:, :, None] - 1)
    days = np.maximum(until - grid.start[:, :, None] + 1, 0)
    saved = ((grid.weekly[:, :, None] * days + 3) // 7).sum(axis=1)
    in_place = (grid.start <= ends[-1]) & (grid.ended > ends[-1])
    run_rate = ((grid.weekly * in_place).sum(axis=1) * 365 + 3) // 7
    bonus = (np.maximum(run_rate - 300_000_000, 0) * 2 + 10) // 20
    fees, owed = np.zeros(len(saved), np.int64), np.zeros(len(saved), np.int64)
    paid = np.empty_like(saved)
    before = np.zeros(len(saved), np.int64)
    for month, entitled in enumerate(plan.payments.entitlement):
        fee = np.maximum(np.minimum(saved[:, month] - before, entitled - fees), 0)
        fees += fee
        owed += fee + 1_000_000 * grid.approved[:, month]
        if month == len(ends) - 1:
            owed += bonus
        paid[:, month] = np.minimum(owed, 120_000_000)
        before = saved[:, month]
    return saved, paid


# -- time --------------------------------------------------------------------------------------


def seconds(call: Callable[[], Any], runs: int) -> float:
    call()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def equal(one: OutcomeColumns, other: OutcomeColumns) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("saving_to_date", "payable_to_date", "fee_earned", "threshold_passed",
                     "maximum_binds")
    )  # fmt: skip


def by_the_first_way(plan: ScenarioPlan, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Drawn with numpy, a block at a time, and settled in three dimensions."""
    found = []
    for draws in scenario_columns.blocks_of_draws(plan.width, 1, 0, count):
        grid = grid_of(plan, scenario_columns.drawn_columns(plan, draws))
        found.append(by_three_dimensions(plan, grid))
    return found


def assert_all_the_same(plan: ScenarioPlan, count: int) -> None:
    """Every way gives the same scenarios."""
    fast = scenario_columns.settle_range_on_columns(plan, 1, 0, count, compiled=True)
    alone = scenario_columns.settle_range_on_columns(plan, 1, 0, count, compiled=False)
    assert equal(fast, alone)
    saved, paid = map(np.concatenate, zip(*by_the_first_way(plan, count), strict=True))
    assert np.array_equal(saved, fast.saving_to_date)
    assert np.array_equal(paid, fast.payable_to_date)
    plain = scenarios.settle_range(plan, 1, 0, BLOCK)
    assert fast.saving_to_date[:BLOCK].tolist() == [one.saving_to_date for one in plain]
    assert fast.payable_to_date[:BLOCK].tolist() == [one.payable_to_date for one in plain]


def _of_one_core(given: tuple[ScenarioPlan, int, int]) -> int:
    plan, first, last = given
    settled = scenario_columns.settle_range_on_columns(plan, 1, first, last, compiled=True)
    return len(settled.fee_earned)


def on_two_cores(plan: ScenarioPlan, count: int, runs: int) -> float:
    """Scenarios that pass in a second, half of them in each of two processes."""
    halves = [(plan, 0, count // 2), (plan, count // 2, count)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        list(executor.map(_of_one_core, halves))  # what is loaded and compiled does not count
        taken = []
        for _ in range(runs):
            start = time.perf_counter()
            assert sum(executor.map(_of_one_core, halves)) == count
            taken.append(time.perf_counter() - start)
    return count / statistics.median(taken)


def with_draws(plan: ScenarioPlan, blocks: int, runs: int) -> list[Row]:
    """From the seed on."""
    count = blocks * BLOCK
    assert_all_the_same(plan, count)
    fast, alone, first = (
        seconds(call, runs)
        for call in (
            lambda: scenario_columns.settle_range_on_columns(plan, 1, 0, count, compiled=True),
            lambda: scenario_columns.settle_range_on_columns(plan, 1, 0, count, compiled=False),
            lambda: by_the_first_way(plan, count),
        )
    )
    plain = seconds(lambda: scenarios.settle_range(plan, 1, 0, BLOCK), runs)
    two = on_two_cores(plan, 10 * count, runs)
    return [
        at_least(WORK, "against plain numpy in three dimensions", first / fast, 2),
        Row(
            WORK, "drawn and settled in a second on two cores", f"{two:,.0f}",
            "400,000 or more", two >= 400_000,
        ),
        Row(WORK, "drawn and settled in a second", f"{count / fast:,.0f}"),
        Row(WORK, f"drawn and settled in a second, {ALONE}", f"{count / alone:,.0f}"),
        Row(WORK, "drawn and settled in a second, without numpy", f"{BLOCK / plain:,.0f}"),
    ]  # fmt: skip


def whole(runs: int) -> list[Row]:
    """The default of a cell, 1,000 scenarios, with all that it shows."""
    found = {way: forecast(TERMS, KNOWN, ASSUMPTIONS, way=way) for way in ("plain", "columns")}
    assert found["plain"] == found["columns"]
    return [
        Row(
            "a cell's forecast of 1,000 scenarios", name,
            f"{seconds(lambda way=way: forecast(TERMS, KNOWN, ASSUMPTIONS, way=way), runs):.2f} s",
        )
        for way, name in (("columns", "time"), ("plain", "time without numpy"))
    ]  # fmt: skip


def measure(*, quick: bool = False) -> list[Row]:
    """Every line of the table, with everything asserted to be equal; ``quick`` does a tenth."""
    runs, blocks = (2, 2) if quick else (RUNS, 20)
    plan = checked_plan(TERMS, KNOWN, ASSUMPTIONS, date(2025, 3, 31))
    return [*with_draws(plan, blocks, runs), *whole(runs)]
