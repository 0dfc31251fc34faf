"""The saving of a month line by line, and child by child over the months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr.money import Pence
from xlpbr.periods import ONE_DAY, Period
from xlpbr.settlement.counted import (
    CountedCost,
    CountedPlacement,
    PriceSpan,
    counted_costs,
    counted_placements,
    name_key,
)
from xlpbr.settlement.statement import MonthStatement, Statement


@dataclass(frozen=True, slots=True)
class SavingLine:
    """What one span of price, or one cost, saves in a month.

    Attributes:
        child: the child.
        what: what it is: the kind of placement, or what the cost is for.
        days: its days in the month, both included.
        prices: the prices of a placement; None of a cost.
        weekly: what a week saves, in exact pounds; below 0 for a cost.
        amount: what the days save, in pence.
        day_count: how many days its weekly saving counts; 0 for a single cost.
    """

    child: str
    what: str
    days: Period
    prices: PriceSpan | None
    weekly: Fraction
    amount: Pence
    day_count: int


def saving_lines(statement: Statement, month: MonthStatement) -> list[SavingLine]:
    """The lines of a month's saving: placements in the order of their rows, then costs.

    Amounts are differences of each row's rounded running total, so that they add up to the month's
    saving.
    """
    terms, evidence = statement.terms, statement.evidence
    lines: list[SavingLine] = []
    for placement in counted_placements(terms, evidence):
        lines.extend(lines_of_placement(placement, month.period))
    for cost in counted_costs(terms, evidence):
        lines.extend(lines_of_cost(cost, month.period))
    return lines


def lines_of_placement(placement: CountedPlacement, period: Period) -> Iterator[SavingLine]:
    """One line for each price of a placement that held on days of the period."""
    for span, all_days in placement.spans_until(period.last):
        if all_days.last < period.first:
            continue
        days = Period(max(all_days.first, period.first), all_days.last)
        before = placement.saving_to_date(days.first - ONE_DAY)
        row = placement.placement
        yield SavingLine(
            row.child,
            f"{row.type} placement" if row.type != "reunified" else "reunified",
            days,
            span,
            span.weekly_saving,
            placement.saving_to_date(days.last) - before,
            days.days,
        )


def lines_of_cost(cost: CountedCost, period: Period) -> Iterator[SavingLine]:
    """The line of a cost that falls in the period, if it does."""
    row = cost.cost
    weekly = row.weekly or Fraction(0)
    days = cost.weekly_days(period.last)
    days = Period(max(days.first, period.first), days.last)
    once = bool(cost.once) and cost.counts_once_by(period.last) and row.starts_on >= period.first
    if not weekly or not days.days:
        if not once:
            return
        # A single cost stands on its day; its weekly days, if it has any, lie elsewhere.
        days = Period(row.starts_on, row.starts_on)
    amount = cost.cost_to_date(period.last) - cost.cost_to_date(period.first - ONE_DAY)
    yield SavingLine(
        row.child, row.what or "further cost", days, None, -weekly, -amount,
        days.days if weekly else 0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChildSavings:
    """What one child saved in each month of a statement, in pence."""

    child: str
    months: tuple[Pence, ...]


def savings_by_child(statement: Statement) -> list[ChildSavings]:
    """The savings of each child with a placement that counts, in the order of the placements."""
    terms, evidence = statement.terms, statement.evidence
    names: dict[str, str] = {}
    for placement in evidence.agreed:
        names.setdefault(name_key(placement.child), placement.child)
    totals = {name: [0] * (len(statement.months) + 1) for name in names}
    ends: list[date] = [month.period.last for month in statement.months]
    for counted in counted_placements(terms, evidence):
        of_child = totals[name_key(counted.placement.child)]
        for number, day in enumerate(ends, start=1):
            of_child[number] += counted.saving_to_date(day)
    for cost in counted_costs(terms, evidence):
        of_child = totals[name_key(cost.cost.child)]
        for number, day in enumerate(ends, start=1):
            of_child[number] -= cost.cost_to_date(day)
    return [
        ChildSavings(
            child,
            tuple(
                after - before
                for before, after in zip(totals[name][:-1], totals[name][1:], strict=True)
            ),
        )
        for name, child in names.items()
    ]
