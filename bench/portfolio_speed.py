"""Settling many placements at once: the fast way against the ways that come to mind first.

    python -m bench --only portfolio_speed

Everything runs in one thread of this process, each way in its turn. Said are medians of five
runs or more of the processor's time, which leaves out what else the machine does; on a machine
that does nothing else it is the time that passes. Every result is asserted to be equal.
Without numba the same function runs on numpy alone.

- totals: monthly saving totals of 10,000 contracts with 1,000,000 placements over 36 months.
  Against pandas (placements merged with the months of their contract to a long frame of a row a
  placement and month, grouped by contract and month and added up), against plain numpy (the
  matrix of placements and months in int64, then ``add.reduceat``), and against one pass that
  does nothing but read and add up the columns;
- growth: the time for 1, 10 and 100 times the placements, months, contracts and scenarios.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pandas as pd

from bench.rows import RUNS, Row, at_least, at_most
from xlpbr.contract.terms import ContractTerms
from xlpbr.periods import FAR, ONE_DAY, edate
from xlpbr.portfolio import settlement as fast
from xlpbr.portfolio.settlement import MonthColumns, PlacementColumns, RuleColumns, SettledColumns

ALONE = "numpy without numba"


# -- the work ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """Groups of placements with their months; in every fifth only foster placements count."""

    placements: PlacementColumns
    months: MonthColumns
    foster_only: np.ndarray

    def savings(self, compiled: bool) -> fast.SavingColumns:
        return fast.saving_columns(
            self.placements, self.months, self.foster_only, compiled=compiled
        )


def work(placements: int, contracts: int, months: int, *, one_term: bool = False) -> Work:
    """Placements spread evenly over contracts; with ``one_term`` all contracts start alike."""
    random = np.random.default_rng(months + contracts)
    first_row = np.linspace(0, placements, contracts + 1).astype(np.int64)
    later = [0] * contracts if one_term else random.integers(0, 24, contracts).tolist()
    starts = [edate(date(2024, 1, 1), number) for number in later]
    lasts = [edate(day, months) - ONE_DAY for day in starts]
    opens = np.repeat([day.toordinal() for day in starts], np.diff(first_row))
    days = np.repeat([(b - a).days for a, b in zip(starts, lasts, strict=True)], np.diff(first_row))
    start = opens + (random.random(placements) * days * 0.9).astype(np.int64)
    ended = start + (random.random(placements) * days).astype(np.int64)
    ended[random.random(placements) < 0.6] = FAR
    return Work(
        PlacementColumns(
            first_row,
            random.integers(-20_000, 700_000, placements),
            start,
            ended,
            random.random(placements) < 0.8,
        ),
        fast.month_columns(list(zip(starts, lasts, strict=True))),
        np.arange(contracts) % 5 == 0,
    )


TERMS = ContractTerms(
    starts_on=date(2024, 1, 1),
    ends_on=date(2025, 12, 31),
    bonus_threshold=Fraction(3_000_000),
    bonus_rate=Fraction(1, 10),
)


def rules_of(given: Work) -> RuleColumns:
    """A fee of £600,000 in even steps, some carer fees, and a maximum that binds in part."""
    groups, periods = len(given.foster_only), len(given.months.period_end)
    random = np.random.default_rng(groups)
    each = periods // groups
    return RuleColumns(
        np.tile(60_000_000 * np.arange(1, each + 1) // each, groups),
        1_000_000 * random.integers(0, 2, periods),
        np.zeros(groups, np.int64),
        np.zeros(groups, np.bool_),
        np.ones(groups, np.bool_),
        random.integers(50_000_000, 100_000_000, groups),
    )


def scenarios(given: Work, rules: RuleColumns, compiled: bool) -> SettledColumns:
    """Everything that a batch of scenarios needs once it is drawn."""
    savings = given.savings(compiled)
    measured = fast.measured_savings(TERMS, savings.run_rate, savings.accumulated)
    with_bonus = RuleColumns(
        rules.entitlement, rules.carer_fees, fast.threshold_bonuses(TERMS, measured),
        rules.no_catch_up, rules.cumulative, rules.maximum,
    )  # fmt: skip
    return fast.settle_columns(given.months, savings.saving_to_date, with_bonus, compiled=compiled)


# -- the ways that come to mind first ---------------------------------------------------------


def totals_by_pandas(placements: pd.DataFrame, months: pd.DataFrame) -> pd.Series:
    long = placements.merge(months, on="contract")
    until = np.minimum(long["ended"], long["period_end"] + 1)
    days = (until - long["start"]).clip(lower=0)
    long["to_date"] = (long["weekly_saving"] * days + 3) // 7
    to_date = long.groupby(["contract", "period_end"])["to_date"].sum()
    return to_date - to_date.groupby(level="contract").shift(fill_value=0)


def totals_by_numpy(given: Work) -> np.ndarray:
    placements = given.placements
    groups = len(given.foster_only)
    ends = given.months.period_end.reshape(groups, -1)
    of_row = np.repeat(ends, np.diff(placements.first_row), axis=0)
    until = np.minimum(of_row + 1, placements.ended[:, None])
    days = np.maximum(until - placements.start[:, None], 0)
    to_date = (placements.weekly_saving[:, None] * days + 3) // 7
    totals = np.add.reduceat(to_date, placements.first_row[:-1], axis=0)
    return np.diff(totals, axis=1, prepend=0).ravel()


def totals(given: Work, compiled: bool) -> np.ndarray:
    """What is asked for: the saving of each contract and month, whatever counts for a bonus."""
    all_count = np.zeros(len(given.foster_only), np.bool_)
    found = fast.saving_columns(given.placements, given.months, all_count, compiled=compiled)
    to_date = found.saving_to_date
    saving = np.empty_like(to_date)
    saving[0] = to_date[0]
    np.subtract(to_date[1:], to_date[:-1], out=saving[1:])
    first = given.months.first_month[:-1]
    saving[first] = to_date[first]
    return saving


@numba.njit
def one_pass(weekly: Any, start: Any, ended: Any, foster: Any, ends: Any) -> Any:
    weeks = starts = endings = fosters = days = 0
    for row in range(len(weekly)):
        weeks += weekly[row]
        starts += start[row]
        endings += ended[row]
        fosters += foster[row]
    for period in range(len(ends)):
        days += ends[period]
    return weeks, starts, endings, fosters, days


def columns(given: Work) -> tuple[np.ndarray, ...]:
    rows = given.placements
    return rows.weekly_saving, rows.start, rows.ended, rows.foster, given.months.period_end


def medians(runs: int, *ways: Callable[[], Any]) -> list[float]:
    """The median seconds of each way, each in its turn after a first run that does not count."""
    took: list[list[float]] = [[] for _ in ways]
    for way in ways:
        way()
    for _ in range(runs):
        for times, way in zip(took, ways, strict=True):
            started = time.process_time()
            way()
            times.append(time.process_time() - started)
    return [statistics.median(times) for times in took]


def measure_totals(placements: int, contracts: int) -> list[Row]:
    given = work(placements, contracts, 36)
    rows, each = given.placements, np.diff(given.placements.first_row)
    frame = pd.DataFrame(
        {
            "contract": np.repeat(np.arange(contracts), each),
            "weekly_saving": rows.weekly_saving,
            "start": rows.start,
            "ended": rows.ended,
        }
    )
    months = pd.DataFrame(
        {
            "contract": np.repeat(np.arange(contracts), 36),
            "period_end": given.months.period_end,
        }
    )
    expected = totals(given, compiled=True)
    assert (totals(given, compiled=False) == expected).all()
    assert (totals_by_numpy(given) == expected).all()
    assert (totals_by_pandas(frame, months).to_numpy() == expected).all()
    quick, plain, reading, sums = medians(
        31,
        lambda: totals(given, compiled=True),
        lambda: totals(given, compiled=False),
        lambda: one_pass(*columns(given)),
        lambda: [column.sum() for column in columns(given)],
    )
    numpy_way, pandas_way = medians(
        RUNS, lambda: totals_by_numpy(given), lambda: totals_by_pandas(frame, months)
    )
    what = f"monthly totals, {placements:,} placements x 36 months, {contracts:,} contracts"
    rows = [
        at_least(what, "against pandas, merged and grouped", pandas_way / quick, 300),
        at_least(what, "against plain numpy broadcasting", numpy_way / quick, 30),
        at_most(what, "against one pass that reads the columns", quick / reading, 6, "x"),
        Row(what, "against numpy's sums of the columns", f"{quick / sums:.1f} x"),
        Row(what, "time", f"{quick * 1000:.1f} ms"),
    ]
    alone = {
        "against pandas": f"{pandas_way / plain:.0f} x",
        "against plain numpy": f"{numpy_way / plain:.1f} x",
        "against one pass": f"{plain / reading:.0f} x",
        "time": f"{plain * 1000:.0f} ms",
    }
    return rows + [Row(what, f"{way}, {ALONE}", figure) for way, figure in alone.items()]


def measure_growth(base: int) -> list[Row]:
    """Seconds at 1, 10 and 100 times; the work of a contract has settling in it too."""
    cases: dict[str, Callable[[int], Work]] = {
        "placements, 100 contracts x 36 months": lambda n: work(100 * base * n, 100, 36),
        "months, 10 contracts of 1,000 placements": lambda n: work(10_000, 10, 12 * n),
        "contracts of 40 placements x 36 months": lambda n: work(40 * base * n, base * n, 36),
        "scenarios of 40 children x 24 months": lambda n: work(
            40 * base * n, base * n, 24, one_term=True
        ),
    }
    rows = []
    for what, made in cases.items():
        quick, plain = [], []
        for times in (1, 10, 100):
            given = made(times)
            rules = rules_of(given)
            pair = medians(
                RUNS,
                lambda given=given, rules=rules: scenarios(given, rules, True),
                lambda given=given, rules=rules: scenarios(given, rules, False),
            )
            quick.append(pair[0])
            plain.append(pair[1])
        for way, found in (("compiled", quick), (ALONE, plain)):
            rows.append(growth(what, way, found))
    return rows


def growth(what: str, way: str, seconds: list[float]) -> Row:
    """The times at 1, 10 and 100 times the work; worse than linear is not reached."""
    in_times = " : ".join(f"{one / seconds[0]:.1f}" for one in seconds)
    linear = seconds[1] <= 10 * seconds[0] and seconds[2] <= 100 * seconds[0]
    return Row(f"growth with {what}", f"{way}, from {seconds[0] * 1000:.2f} ms", in_times,
               "1 : 10 : 100 or less", linear)  # fmt: skip


def measure(*, quick: bool = False) -> list[Row]:
    """All rows of the table; ``quick`` takes a tenth of the placements."""
    part = 10 if quick else 1
    placements, contracts = 1_000_000 // part, 10_000 // part
    return [
        *measure_totals(placements, contracts),
        *measure_growth(100 // part),
    ]
