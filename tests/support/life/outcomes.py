"""Outcomes: on which day a child's placements have lasted so many weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.support.life.amounts import exact, same
from tests.support.life.days import DAY
from tests.support.life.savings import counted, first_day_out
from tests.support.life.tables import Life
from tests.support.life.terms import days_shown, last_day, option


@dataclass(frozen=True)
class Outcome:
    day: date
    child: str
    outcome: str
    price: Fraction


def first_reached(life: Life, child: str, weeks: int) -> date | None:
    """The first day at whose end the child has reached the weeks."""
    spells = sorted(
        (row.moved_on, first_day_out(life, row))
        for row in counted(life)
        if row.moved_on is not None and same(row.child) == child
    )
    end = last_day(life)
    if option(life, "Outcome clock") == "child":
        days = 0
        for moved_on, out in spells:
            day = moved_on
            while day < out and day <= end:
                days += 1
                if days == 7 * weeks:
                    return day
                day += DAY
        return None
    complete = [(moved_on + timedelta(days=7 * weeks - 1), out) for moved_on, out in spells]
    reached = [day for day, out in complete if day < out]
    return min(reached) if reached else None


def outcomes(life: Life) -> list[Outcome]:
    """Every outcome that is paid within the statement, in the order of days."""
    shown = set(days_shown(life))
    found = []
    weeks_of = {same(rate.outcome): rate.weeks for rate in life.rates}
    for child in {same(row.child) for row in counted(life)}:
        for outcome, weeks in weeks_of.items():
            day = first_reached(life, child, weeks)
            if day is None or day not in shown:
                continue
            for rate in life.rates:
                holds = (rate.starts or date.min) <= day <= (rate.ends or date.max)
                if same(rate.outcome) == outcome and holds:
                    found.append(Outcome(day, child, outcome, exact(rate.price)))
    return sorted(found, key=lambda one: (one.day, one.child, one.outcome))


def milestone_fee(
    price: float, weeks: int, moved_on: date | None, ended_on: date | None, first: date, last: date
) -> Fraction:
    """PBR_MILESTONE_FEE: the price, if so many weeks are complete within the period."""
    if moved_on is None:
        return Fraction(0)
    complete = moved_on + timedelta(days=7 * weeks - 1)
    stayed = ended_on is None or complete < ended_on
    return exact(price) if stayed and first <= complete <= last else Fraction(0)
