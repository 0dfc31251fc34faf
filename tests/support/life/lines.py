"""PBR_LINES and PBR_CHILDREN: the saving of a month line by line, and child by child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from tests.support.life.amounts import exact, same, total
from tests.support.life.days import each_day
from tests.support.life.savings import (
    Running,
    counted,
    in_place,
    prices_on,
    running_totals,
)
from tests.support.life.statement import period_end, statement
from tests.support.life.tables import Cost, Life, Placement
from tests.support.life.terms import starts_on


@dataclass(frozen=True)
class Span:
    """A line of PBR_LINES: exact prices a week, and an amount of whole pence."""

    child: str
    first: date
    last: date
    days: int
    residential: Fraction | None
    family: Fraction | None
    weekly: Fraction
    amount: Fraction


def days_of(life: Life, month: date) -> list[date]:
    """The days of a month that the statement shows."""
    return each_day(max(month, starts_on(life)), period_end(life, month))


def placement_spans(life: Life, running: Running, month: date) -> list[Span]:
    row = running.row
    assert isinstance(row, Placement)
    days = [day for day in days_of(life, month) if in_place(life, row, day)]
    made = []
    for (residential, family), spell in groupby(days, key=lambda day: prices_on(life, row, day)):
        span = list(spell)
        amount = running.between(span[0], span[-1])
        weekly = residential - family
        made.append(
            Span(row.child, span[0], span[-1], len(span), residential, family, weekly, amount)
        )
    return made


def cost_spans(life: Life, running: Running, month: date) -> list[Span]:
    """One line of a cost in the month; a cost without a weekly part stands on its day alone."""
    row = running.row
    assert isinstance(row, Cost)
    shown = days_of(life, month)
    if row.weekly is None:
        days = [day for day in shown if day == row.starts]
    else:
        days = [day for day in shown if row.starts <= day and (row.ends is None or day <= row.ends)]
    if not days:
        return []
    amount = running.between(shown[0], shown[-1])
    weekly = -exact(row.weekly)
    return [Span(row.child, days[0], days[-1], len(days), None, None, weekly, amount)]


def lines(life: Life, month: date) -> list[Span]:
    """The lines of a month of the statement, without the Total."""
    made = []
    for running in running_totals(life):
        of_placement = isinstance(running.row, Placement)
        made += (placement_spans if of_placement else cost_spans)(life, running, month)
    return made


def children(life: Life) -> dict[str, list[Fraction]]:
    """What each child with a counted placement saved: in all, then month by month.

    The children stand in the order of Placements; the last, "", is the Total.
    """
    totals = running_totals(life)
    months = [row.month for row in statement(life)]
    table: dict[str, list[Fraction]] = {}
    for child in [same(row.child) for row in counted(life)]:
        own = [one for one in totals if same(one.row.child) == child]
        by_month = []
        for month in months:
            days = days_of(life, month)
            by_month.append(total([one.between(days[0], days[-1]) for one in own]))
        table[child] = [total(by_month), *by_month]
    down = [total([row[n] for row in table.values()]) for n in range(len(months) + 1)]
    return table | {"": down}
