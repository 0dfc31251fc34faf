"""One call over a column or a row gives what filling down or right would give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.properties import DAYS, FEW, MANY, month_ends, pence, placements
from tests.support.strategies import OPTIONS, pounds, serial, start_days, weekly_prices
from xlpbr import functions
from xlpbr.errors import CellError


def outcome(function: Callable[..., Any], *args: Any) -> Any:
    """The result, or the code of the error, alone or in a cell, as filling down would show."""
    try:
        result = function(*args)
    except CellError as error:
        return error.code
    if isinstance(result, list):
        return [[c.code if isinstance(c, CellError) else c for c in row] for row in result]
    return result


CELLS = {
    "price": st.one_of(
        weekly_prices(),
        weekly_prices(),
        st.none(),
        st.sampled_from(["£1,234.50", "tbc", -1, True, CellError("#N/A", "as it was")]),
    ),
    "day": st.one_of(
        DAYS,
        DAYS,
        st.none(),
        DAYS.map(serial),
        st.sampled_from(["soon", -3, CellError("#REF!", "as it was")]),
    ),
}


def columns(kind: str, length: int) -> st.SearchStrategy[list[list]]:
    return st.lists(CELLS[kind], min_size=length, max_size=length).map(
        lambda cells: [[cell] for cell in cells]
    )


@pytest.mark.slow
@MANY
@given(st.data(), st.integers(2, 5))
def test_savings_over_columns_are_filled_down(data: st.DataObject, length: int) -> None:
    kinds = ["price", "price", "day", "day", "day", "day"]
    args = [
        data.draw(st.one_of(columns(kind, length), CELLS[kind]), label=f"argument {n}")
        for n, kind in enumerate(kinds, start=1)
    ]
    assume(any(isinstance(arg, list) for arg in args))
    got = outcome(functions.pbr_saving, *args)
    for n in range(length):
        one = [arg[n][0] if isinstance(arg, list) else arg for arg in args]
        assert got[n] == [outcome(functions.pbr_saving, *one)]


@pytest.mark.slow
@MANY
@given(st.data(), st.integers(2, 4), st.integers(2, 4))
def test_pro_rata_over_a_column_and_a_row_is_filled_down_and_right(
    data: st.DataObject, height: int, width: int
) -> None:
    amounts = data.draw(columns("price", height))
    months = data.draw(
        st.lists(st.sampled_from([1, 7, 12, "24", 0, "x", None]), min_size=height, max_size=height)
    )
    as_at = data.draw(st.lists(CELLS["day"], min_size=width, max_size=width))
    starts_on = data.draw(start_days())
    basis = data.draw(st.sampled_from([*OPTIONS["Pro rata basis"], None]))
    got = outcome(functions.pbr_pro_rata, amounts, starts_on, [[m] for m in months], [as_at], basis)
    assert [len(row) for row in got] == [width] * height
    for i in range(height):
        for j in range(width):
            one = outcome(
                functions.pbr_pro_rata, amounts[i][0], starts_on, months[i], as_at[j], basis
            )
            assert got[i][j] == one


@FEW
@given(placements(), placements(), DAYS)
def test_placements_by_months_is_a_table(one: tuple, two: tuple, first: date) -> None:
    ends = month_ends(first, first + timedelta(days=100))
    starts = [first, *(end + timedelta(days=1) for end in ends[:-1])]
    cols = [[[a], [b]] for a, b in zip(one, two, strict=True)]
    got = functions.pbr_saving(*cols, [starts], [ends])
    assert got == [
        [functions.pbr_saving(*p, s, e) for s, e in zip(starts, ends, strict=True)]
        for p in (one, two)
    ]


@FEW
@given(st.lists(st.tuples(pounds(10_000), pounds(50_000)), min_size=2, max_size=8), pounds(9_000))
def test_a_fee_cap_column_is_filled_down_with_a_running_total(
    months: list[tuple[float, float]], invoiced_before: float
) -> None:
    got = functions.pbr_fee_cap(
        [[saving] for saving, _ in months], [[due] for _, due in months], invoiced_before
    )
    invoiced = pence(invoiced_before)
    for (saving, due), row in zip(months, got, strict=True):
        one = functions.pbr_fee_cap(saving, due, invoiced / 100)
        assert row == [one]
        invoiced += pence(one)


@MANY
@given(
    st.lists(st.integers(-20_000, 50_000), min_size=2, max_size=8),
    st.integers(0, 100_000),
    st.integers(0, 120_000),
)
def test_the_contract_cap_with_credits_is_filled_down(
    amounts: list[int], maximum: int, paid_before: int
) -> None:
    got = functions.pbr_contract_cap([[a / 100] for a in amounts], maximum / 100, paid_before / 100)
    total = paid_before
    for amount, row in zip(amounts, got, strict=True):
        assert row == [functions.pbr_contract_cap(amount / 100, maximum / 100, total / 100)]
        assert amount > 0 or row == [amount / 100]
        total += pence(row[0])


@FEW
@given(st.lists(pounds(9_000_000), min_size=2, max_size=9), pounds(5_000_000))
def test_bonuses_of_a_range_are_those_of_its_cells(savings: list[float], threshold: float) -> None:
    rates, thresholds = [[0.1, 0.2]], [[threshold, threshold + 1_000_000]]
    for shape in OPTIONS["Bonus shape"]:
        one_by_one = [
            functions.pbr_threshold_bonus(s, thresholds, rates, None, shape) for s in savings
        ]
        column = [[s] for s in savings]
        got = functions.pbr_threshold_bonus(column, thresholds, rates, None, shape)
        assert got == [[bonus] for bonus in one_by_one]
        got = functions.pbr_threshold_bonus([savings], thresholds, rates, None, shape)
        assert got == [one_by_one]
