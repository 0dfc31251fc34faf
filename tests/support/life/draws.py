"""What random lives are drawn from: amounts, prices, and days that matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.support.life.days import DAY


def pounds(least: int, most: int) -> st.SearchStrategy[float]:
    """Whole pence, as the float that a cell holds."""
    return st.integers(least * 100, most * 100).map(lambda pence: pence / 100)


def some_pounds(most: int) -> st.SearchStrategy[float]:
    """Whole pence above 0."""
    return st.integers(1, most * 100).map(lambda pence: pence / 100)


def weekly_prices() -> st.SearchStrategy[float]:
    """Weekly prices; some carry fractions of a penny, some have sevenths that round to a half."""
    return st.one_of(
        st.integers(200_000, 900_000).map(lambda pence: pence / 100),
        st.integers(200_000, 900_000).map(lambda pence: pence / 100),
        st.integers(0, 90_000_000).map(lambda parts: parts / 10_000),
        st.integers(0, 2_000).map(lambda steps: round(steps * 0.035, 3)),
    )


def family_prices() -> st.SearchStrategy[float]:
    return st.one_of(pounds(200, 2_000), st.integers(0, 20_000_000).map(lambda n: n / 10_000))


def days(first: date, last: date) -> st.SearchStrategy[date]:
    return st.dates(min_value=first, max_value=max(first, last))


def one_in(
    times: int, rare: st.SearchStrategy[Any], usual: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """The rare one once in so many times."""
    return st.sampled_from([usual] * (times - 1) + [rare]).flatmap(lambda chosen: chosen)


def mostly(usual: object, *others: object) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual, usual, usual, *others])


def near(marks: Sequence[date], first: date, last: date) -> st.SearchStrategy[date]:
    """A day of a span: as often as not one of the marks within it, a day before or a day after."""
    about = {mark + n * DAY for mark in marks for n in (-1, 0, 1)}
    close = sorted(day for day in about if first <= day <= last)
    return st.sampled_from(close) | days(first, last) if close else days(first, last)
