"""A portfolio with prices that change and further costs for every child, against one without.

    python -m bench --only portfolio_life

1,000,000 placements of 10,000 contracts over 36 months, as data frames: once by themselves, once
with a new price of each child and a weekly cost of each. Everything runs in one thread of this
process, each in its turn; said are medians of the processor's time.

- the whole call: what ``settle_many`` takes, from data frames to statements;
- savings alone: the same placements, prices and costs as columns.

Every figure of the two kinds of loops is asserted to be equal, and contracts are picked and
asserted to be those of ``settle``, to the penny.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from bench.rows import Row, at_most
from xlpbr.contract.terms import ContractTerms
from xlpbr.portfolio import rows as portfolio_rows
from xlpbr.portfolio import settlement as fast
from xlpbr.portfolio.settle import settle_many
from xlpbr.settlement.statement import FIGURES, settle
from xlpbr.tables.evidence import read_evidence

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
PICKED = 5

Frames = dict[str, pd.DataFrame]


def terms_of(contracts: int) -> dict[str, ContractTerms]:
    """A fee, a bonus and a maximum each, all over the same 36 months."""
    return {
        f"K{number}": ContractTerms(
            contract=f"K{number}", starts_on=FIRST, ends_on=LAST,
            fee=Fraction(500_000 + number), bonus_threshold=Fraction(3_000_000),
            bonus_rate=Fraction(1, 10), contract_maximum=Fraction(1_000_000),
        )
        for number in range(contracts)
    }  # fmt: skip


def frames_of(placements: int, contracts: int) -> Frames:
    """Placements, and for every child a later price and a weekly cost of some weeks."""
    numbers = np.random.default_rng(placements)
    contract = np.array([f"K{number}" for number in range(contracts)], dtype=object)
    contract = contract[np.arange(placements) % contracts]
    child = np.array([f"C{number}" for number in range(placements)], dtype=object)
    moved = pd.Timestamp(FIRST) + pd.to_timedelta(numbers.integers(0, 900, placements), "D")
    stays = pd.to_timedelta(numbers.integers(1, 700, placements), "D")
    ended = pd.Series(moved + stays).where(numbers.random(placements) < 0.4)

    def pence(low: int, high: int) -> np.ndarray:
        return numbers.integers(low, high, placements) / 100

    own = {"Contract": contract, "Child": child}
    return {
        "placements": pd.DataFrame(
            {**own, "Residential weekly cost": pence(400_000, 900_000),
             "Family weekly cost": pence(50_000, 200_000), "Moved on": moved, "Ended on": ended}
        ),
        "prices": pd.DataFrame(
            {**own, "From": moved + pd.to_timedelta(numbers.integers(1, 300, placements), "D"),
             "Residential weekly cost": pence(400_000, 900_000),
             "Family weekly cost": pence(50_000, 200_000)}
        ),
        "costs": pd.DataFrame(
            {**own, "From": moved, "To": moved + pd.to_timedelta(27, "D"),
             "Weekly": pence(100_000, 700_000)}
        ),
    }  # fmt: skip


def with_numpy(call: Callable[[], Any]) -> Callable[[], Any]:
    """The same call without the compiled loops."""

    def without_compiled() -> Any:
        with ExitStack() as stack:
            for name in ("saving_columns", "settle_columns", "add_chains"):
                loop = partial(getattr(fast, name), compiled=False)
                stack.enter_context(mock.patch.object(portfolio_rows, name, loop))
            return call()

    return without_compiled


def assert_as_settle(terms: dict[str, ContractTerms], frames: Frames, found: pd.DataFrame) -> None:
    """Some contracts, each by itself."""
    for name in list(terms)[:: max(1, len(terms) // PICKED)]:
        tables = {
            table: [list(frame.columns[1:]), *frame[frame["Contract"] == name].iloc[:, 1:]
                    .astype(object).where(lambda cells: cells.notna(), None).to_numpy().tolist()]
            for table, frame in frames.items()
        }  # fmt: skip
        evidence = read_evidence(**tables)[0].record
        own = found[found["contract"] == name]
        for figure in FIGURES[1:]:
            expected = [
                getattr(one, figure.field_name) for one in settle(terms[name], evidence).months
            ]
            assert own[figure.field_name].tolist() == expected, figure.heading


def medians(runs: int, *ways: Callable[[], Any]) -> list[float]:
    took: list[list[float]] = [[] for _ in ways]
    for _ in range(runs):
        for times, way in zip(took, ways, strict=True):
            started = time.process_time()
            way()
            times.append(time.process_time() - started)
    return [statistics.median(times) for times in took]


def measure(*, quick: bool = False) -> list[Row]:
    """The rows of the table; ``quick`` takes a tenth of the placements."""
    part, runs = (10, 1) if quick else (1, 3)
    placements, contracts = 1_000_000 // part, 10_000 // part
    terms, frames = terms_of(contracts), frames_of(placements, contracts)
    plain = {"placements": frames["placements"]}

    def without() -> pd.DataFrame:
        return settle_many(terms, **plain)

    def with_life() -> pd.DataFrame:
        return settle_many(terms, **frames)

    found = with_life()
    pd.testing.assert_frame_equal(found, with_numpy(with_life)())
    assert_as_settle(terms, frames, found)
    assert_as_settle(terms, plain, without())
    what = f"{placements:,} placements x 36 months, a new price and a cost for every child"
    rows = []
    for way, made in (("", lambda call: call), (", numpy without numba", with_numpy)):
        base, life = medians(runs, made(without), made(with_life))
        rows += [
            at_most(what, f"settle_many against one without them{way}", life / base, 3, "x"),
            Row(what, f"time{way}", f"{life:.2f} s"),
        ]
    return rows
