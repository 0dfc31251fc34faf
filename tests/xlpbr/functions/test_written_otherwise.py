"""How a value is written, the order of rows and columns, and blank rows change nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.properties import DAYS, FEW, MANY, Case, placements
from tests.support.strategies import cases, serial, tables
from xlpbr import functions


@MANY
@given(placements(), DAYS, st.integers(0, 400))
def test_prices_and_dates_written_in_other_ways(placement: tuple, first: date, length: int) -> None:
    before, after, moved_on, ended_on = placement
    last = first + timedelta(days=length)
    plain = functions.pbr_saving(before, after, moved_on, ended_on, first, last)

    def on(day: date | None, write: Callable[[date], Any]) -> Any:
        return None if day is None else write(day)

    as_text = [f"£{Decimal(repr(price)):,f}" for price in (before, after)]
    as_decimals = [Decimal(repr(price)) for price in (before, after)]
    for prices in (as_text, as_decimals, [f"  {text} " for text in as_text]):
        assert functions.pbr_saving(*prices, moved_on, ended_on, first, last) == plain
    for write in (
        serial,
        lambda day: float(serial(day)),
        lambda day: serial(day) + 0.75,
        lambda day: datetime.combine(day, time(17, 30)),
    ):
        dates = [on(day, write) for day in (moved_on, ended_on, first, last)]
        assert functions.pbr_saving(before, after, *dates) == plain


def test_a_price_as_text_is_the_number() -> None:
    day = date(2026, 3, 1)
    assert functions.pbr_saving("£1,234.50", 0, day, None, day, date(2026, 3, 7)) == 1234.50


@pytest.mark.slow
@FEW
@given(cases())
def test_a_statement_of_texts_and_serials(case: Case) -> None:
    contract, evidence, as_at = case
    given_tables = tables(contract, evidence)

    def rewritten(cell: Any) -> Any:
        if isinstance(cell, date):
            return serial(cell)
        if isinstance(cell, float):
            return f"£{Decimal(repr(cell)):,f}"
        return f"\u00a0{cell.upper()} " if isinstance(cell, str) else cell

    other = [[[rewritten(cell) for cell in row] for row in table] for table in given_tables]
    last = None if as_at is None else serial(as_at)
    assert functions.pbr_statement(*other, last) == functions.pbr_statement(*given_tables, as_at)


def stirred(table: list[list], order: random.Random) -> list[list]:
    """The rows in another order, with blank rows among them and the columns shuffled."""
    heading, *rows = table
    order.shuffle(rows)
    for _ in range(order.randint(0, 3)):
        blank = order.choice([None, ""])
        rows.insert(order.randint(0, len(rows)), [blank] * len(heading))
    columns_in_order = list(range(len(heading)))
    order.shuffle(columns_in_order)
    return [[row[n] for n in columns_in_order] for row in [heading, *rows]]


@pytest.mark.slow
@MANY
@given(cases(), st.integers(0, 10_000))
def test_order_of_rows_and_blank_rows_change_nothing_in_the_statement(
    case: Case, seed: int
) -> None:
    contract, evidence, as_at = case
    given_tables = tables(contract, evidence)
    order = random.Random(seed)
    other = [stirred(table, order) for table in given_tables]
    assert functions.pbr_statement(*other, as_at) == functions.pbr_statement(*given_tables, as_at)


@pytest.mark.slow
@FEW
@given(cases(most_children=3), st.integers(0, 10_000))
def test_order_of_rows_and_blank_rows_change_nothing_in_the_readings(case: Case, seed: int) -> None:
    contract, evidence, as_at = case
    terms, rows, carers, _ = tables(contract, evidence)
    order = random.Random(seed)
    other = [stirred(table, order) for table in (terms, rows, carers)]
    got = functions.pbr_readings(*other, as_at)
    assert got == functions.pbr_readings(terms, rows, carers, as_at)


@pytest.mark.slow
@FEW
@given(st.lists(placements(), min_size=2, max_size=6), DAYS, st.integers(0, 10_000))
def test_order_of_rows_and_blank_rows_change_nothing_in_the_run_rate(
    rows: list[tuple], as_at: date, seed: int
) -> None:
    def run_rate(table: list[Any]) -> float:
        return functions.pbr_run_rate(*([[row[n]] for row in table] for n in range(4)), as_at)

    other: list[Any] = [*rows, (None, None, None, None)]
    random.Random(seed).shuffle(other)
    assert run_rate(other) == run_rate(rows)
