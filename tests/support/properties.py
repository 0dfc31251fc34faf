"""What property tests of the functions share: how many examples, days, placements, whole pence."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tests.support.brute_force import Contract, Evidence
from tests.support.strategies import days, weekly_prices

FEW = settings(max_examples=40, deadline=None)
MANY = settings(max_examples=100, deadline=None)

Case = tuple[Contract, Evidence, date | None]

DAYS = days(date(2024, 1, 1), date(2027, 12, 31))


def pence(cell: float) -> int:
    """A figure of the result as whole pence; it must be whole pence exactly."""
    whole = Decimal(repr(cell)) * 100
    assert whole == whole.to_integral_value(), cell
    return int(whole)


def column_of(table: list[list], heading: str) -> list[Any]:
    n = table[0].index(heading)
    return [row[n] for row in table[1:]]


def column_pence(table: list[list], heading: str) -> list[int]:
    return [pence(cell) for cell in column_of(table, heading)]


@st.composite
def placements(draw: st.DrawFn) -> tuple[float, float, date | None, date | None]:
    """before, after, moved on, ended on of one placement."""
    moved_on = draw(st.none() | DAYS)
    ended_on = None
    if moved_on is not None and draw(st.booleans()):
        ended_on = moved_on + timedelta(days=draw(st.integers(0, 500)))
    return draw(weekly_prices()), draw(weekly_prices()), moved_on, ended_on


def month_ends(first: date, last: date) -> list[date]:
    """The last day of each month of a period, and the period's own last day."""
    ends = []
    day = first
    while day <= last:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        ends.append(min(following - timedelta(days=1), last))
        day = following
    return ends
