"""The chances that scenarios are drawn from: break-downs, months of moves, prices.

They are worked out exactly and rounded once to the nearest float, so that they are the same bits
everywhere. Day numbers are those of ``date.toordinal``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import accumulate

from xlpbr.contract.assumptions import Assumptions
from xlpbr.periods import FAR, ONE_DAY, Period, days_in_month, edate, month_of

_DIGITS = 60


@dataclass(frozen=True, slots=True)
class BreakDowns:
    """When a placement breaks down: one uniform number picks the month and the day in it.

    Attributes:
        reached: the chance that it has broken down by the end of each month of the placement.
        first_days: the first day of each of these months.
        lengths: the days of each.
    """

    reached: tuple[float, ...]
    first_days: tuple[int, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A month in which children may move.

    Attributes:
        index: which month of the programme.
        first_day: the first day on which one may.
        length: so many days.
        reached: the chance of at most 0, 1, 2 ... moves.
    """

    index: int
    first_day: int
    length: int
    reached: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """A weekly price between a low and a high one, in pence.

    Attributes:
        low: the lowest.
        high: the highest.
        turn: the chance of less than the likely one.
        rise: (high - low) x (likely - low).
        fall: (high - low) x (high - likely).
    """

    low: float
    high: float
    turn: float
    rise: float
    fall: float


def known_break_downs(
    assumptions: Assumptions, moved_on: date, as_at: date, last_day: int
) -> BreakDowns:
    """When a placement that has lasted to ``as_at`` may break down, up to the programme's end.

    Of the running month of the placement only the days after ``as_at`` are left: with the chance
    p for the whole month, of which the share f is over, p(1 - f) / (1 - pf) is left.
    """
    open_day = max(as_at.toordinal() + 1, moved_on.toordinal())
    first_days: list[int] = []
    lengths: list[int] = []
    chances: list[Fraction] = []
    month, after = 0, moved_on.toordinal()
    while True:
        month += 1
        first, after = after, _day_after_month(moved_on, month)
        if after == FAR or max(first, open_day) > last_day:
            break
        if after <= open_day:
            continue
        chance = assumptions.break_down_chance(month)
        over = max(0, open_day - first)
        if over:
            share = Fraction(over, after - first)
            chance = chance * (1 - share) / (1 - chance * share)
        chances.append(chance)
        first_days.append(first + over)
        lengths.append(after - first - over)
    return BreakDowns(_reached_by(chances), tuple(first_days), tuple(lengths))


def _day_after_month(moved_on: date, month: int) -> int:
    """The day after a month of a placement."""
    try:
        return edate(moved_on, month).toordinal()
    except OverflowError:  # the calendar ends with the year 9999
        return FAR


def reached_by_new(assumptions: Assumptions, months: int) -> tuple[float, ...]:
    """The chance of a break-down by the end of each month of a new placement."""
    return _reached_by([assumptions.break_down_chance(month + 1) for month in range(months)])


def _reached_by(chances: Sequence[Fraction]) -> tuple[float, ...]:
    """The chance that it has happened by the end of each month, from the chance of each."""
    with localcontext() as exactly:
        exactly.prec = _DIGITS
        # Most months have the chance of the month before.
        stays = {chance: 1 - _decimal(chance) for chance in set(chances)}
        lasts = accumulate((stays[chance] for chance in chances), lambda a, b: a * b)
        return tuple(float(1 - lasting) for lasting in lasts)


def open_months_of(
    assumptions: Assumptions, periods: Sequence[Period], as_at: date
) -> Iterator[OpenMonth]:
    """The months in which children may move; in a part of one, as many fewer."""
    mean, first_month = assumptions.moves_a_month, assumptions.first_month
    if mean is None or first_month is None:
        return
    for index, period in enumerate(periods):
        first = max(period.first, as_at + ONE_DAY) if as_at < date.max else date.max
        length = (period.last - first).days + 1
        if month_of(period.first) < first_month or length < 1:
            continue
        share = Fraction(length, days_in_month(first))
        yield OpenMonth(
            index, first.toordinal(), length, _at_most(mean * share, assumptions.children)
        )


def _at_most(mean: Fraction, most: int) -> tuple[float, ...]:
    """The chances of at most 0, 1, 2 ... of a Poisson number, below ``most``."""
    with localcontext() as exactly:
        exactly.prec = _DIGITS
        average = _decimal(mean)
        term = total = (-average).exp()
        found = []
        for count in range(1, most + 1):
            found.append(float(total))
            term = term * average / count
            total += term
        return tuple(found)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def price_of(spread: tuple[Fraction, Fraction, Fraction]) -> Price:
    """A price to draw, from the pounds of its low, likely and high one."""
    low, likely, high = (pounds * 100 for pounds in spread)
    return Price(
        float(low),
        float(high),
        float((likely - low) / (high - low)) if high > low else 0.0,
        float((high - low) * (likely - low)),
        float((high - low) * (high - likely)),
    )
