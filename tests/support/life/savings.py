"""Which rows count, and what each has saved by the end of each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.support.life.amounts import NOTHING, exact, penny, same, total
from tests.support.life.days import DAY
from tests.support.life.tables import Cost, Life, Placement
from tests.support.life.terms import days_shown, option


def leaves_on(life: Life, child: str) -> date | None:
    """The day on which the child leaves care, by the Cohort."""
    for row in life.cohort:
        if same(row.child) == same(child):
            return row.leaves_on
    return None


def counted(life: Life) -> list[Placement]:
    """The agreed placements, of the children of the Cohort where one is given."""
    cohort = {same(row.child) for row in life.cohort}
    return [
        row
        for row in life.placements
        if row.agreed == "yes" and (not life.cohort or same(row.child) in cohort)
    ]


def counted_costs(life: Life) -> list[Cost]:
    """The agreed costs of the children that have moved in a counted placement."""
    moved = {same(row.child) for row in counted(life) if row.moved_on is not None}
    return [row for row in life.costs if row.agreed == "yes" and same(row.child) in moved]


def first_day_out(life: Life, row: Placement) -> date:
    """The day that is no longer counted: the earlier of Ended on and Leaves care on."""
    ends = [row.ended_on, leaves_on(life, row.child), date.max]
    return min(day for day in ends if day is not None)


def in_place(life: Life, row: Placement, day: date) -> bool:
    return row.moved_on is not None and row.moved_on <= day < first_day_out(life, row)


def prices_on(life: Life, row: Placement, day: date) -> tuple[Fraction, Fraction]:
    """Residential and family weekly price of a placement on a day."""
    assert row.moved_on is not None
    residential, family = row.residential, row.family
    for change in sorted(life.prices, key=lambda change: change.starts):
        if same(change.child) == same(row.child) and row.moved_on < change.starts <= day:
            residential = residential if change.residential is None else change.residential
            family = family if change.family is None else change.family
    return exact(residential), exact(family)


def weekly_cost_on(row: Cost, day: date) -> Fraction:
    in_force = row.starts <= day and (row.ends is None or day <= row.ends)
    return exact(row.weekly) if in_force else NOTHING


@dataclass(frozen=True)
class Running:
    """A row's exact saving up to and including each day of the statement; a cost's is negative."""

    row: Placement | Cost
    by_day: dict[date, Fraction]

    def at(self, day: date) -> Fraction:
        """The running total at the end of a day, rounded; nothing before the start."""
        return penny(self.by_day.get(day, NOTHING))

    def between(self, first: date, last: date) -> Fraction:
        """What of it falls on the days from first to last."""
        return self.at(last) - self.at(first - DAY)


def running_totals(life: Life) -> list[Running]:
    """The running total of every counted placement and cost, in the order of the tables."""
    made = []
    for row in counted(life):
        weeks, by_day = NOTHING, {}
        changes = {p.starts for p in life.prices if same(p.child) == same(row.child)}
        weekly, out = None, first_day_out(life, row)
        for day in days_shown(life):
            if row.moved_on is not None and row.moved_on <= day < out:
                if weekly is None or day in changes:
                    residential, family = prices_on(life, row, day)
                    weekly = residential - family
                weeks += weekly
            by_day[day] = weeks / 7
        made.append(Running(row, by_day))
    for cost in counted_costs(life):
        weeks, once, by_day = NOTHING, NOTHING, {}
        for day in days_shown(life):
            weeks += weekly_cost_on(cost, day)
            if day == cost.starts:
                once = exact(cost.once)
            by_day[day] = -weeks / 7 - once
        made.append(Running(cost, by_day))
    return made


def saved_between(totals: list[Running], first: date, last: date) -> Fraction:
    return total([running.between(first, last) for running in totals])


def of_foster_care(life: Life, row: Placement | Cost) -> bool:
    """Whether a row enters the measure where only foster care counts."""
    if isinstance(row, Placement):
        return row.kind == "foster"
    fostered = {same(one.child) for one in counted(life) if one.kind == "foster"}
    return same(row.child) in fostered


def run_rate(life: Life, day: date, *, foster_only: bool = False) -> Fraction:
    """What a year saves at the prices of the day, less the open weekly costs; rounded once."""
    weekly = NOTHING
    for row in counted(life):
        if in_place(life, row, day) and (not foster_only or of_foster_care(life, row)):
            residential, family = prices_on(life, row, day)
            weekly += residential - family
    for cost in counted_costs(life):
        if cost.ends is None and (not foster_only or of_foster_care(life, cost)):
            weekly -= weekly_cost_on(cost, day)
    weeks = Fraction(52) if option(life, "Run rate year") == "weeks_52" else Fraction(365, 7)
    return penny(weekly * weeks)
