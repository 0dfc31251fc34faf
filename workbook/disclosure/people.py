"""Whose placements and costs stand behind the figures of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain

from xlpbr.contract.terms import ContractTerms
from xlpbr.periods import ONE_DAY, Period
from xlpbr.settlement import rules
from xlpbr.settlement.counted import (
    CountedCost,
    CountedPlacement,
    counted_costs,
    counted_placements,
    name_key,
)
from xlpbr.settlement.statement import Statement
from xlpbr.workbook.disclosure.other_prices import CostsOf, Part, Parts

Names = frozenset[str]
Types = tuple[str, ...]

ALL_TYPES: Types = ("foster", "kinship", "reunified")


@dataclass(frozen=True, slots=True)
class Counted:
    """The placements and the costs that count in a statement."""

    terms: ContractTerms
    placements: tuple[CountedPlacement, ...]
    costs: tuple[CountedCost, ...]

    @classmethod
    def of(cls, statement: Statement) -> Counted:
        """Those of a statement."""
        terms, evidence = statement.terms, statement.evidence
        placements = counted_placements(terms, evidence)
        return cls(terms, placements, counted_costs(terms, evidence))

    def of_types(self, types: Types) -> Counted:
        """Those of some types of placement, and the costs of their children."""
        if types == ALL_TYPES:
            return self
        placements = tuple(one for one in self.placements if one.placement.type in types)
        children = {name_key(one.placement.child) for one in placements}
        costs = tuple(one for one in self.costs if name_key(one.cost.child) in children)
        return Counted(self.terms, placements, costs)


def counted_types(terms: ContractTerms) -> Types:
    """The types of placement that the bonus counts."""
    return ("foster",) if terms.bonus_counts == "foster" else ALL_TYPES


def together(by_month: Sequence[Names], run: range) -> Names:
    """The children of any month of a run."""
    return frozenset(chain.from_iterable(by_month[index] for index in run))


def children_by_month(
    statement: Statement, counted: Counted
) -> tuple[list[Names], list[Names], list[Names]]:
    """For each month who saved, whose saving a day changed, and who came into or left a family.

    A change of price changes what a day saves; so does a cost that begins or ends, or comes once.
    """
    of_child: dict[str, Counted] = {}
    children = [
        *(name_key(one.placement.child) for one in counted.placements),
        *(name_key(one.cost.child) for one in counted.costs),
    ]
    for child in dict.fromkeys(children):
        of_child[child] = Counted(
            counted.terms,
            tuple(one for one in counted.placements if name_key(one.placement.child) == child),
            tuple(one for one in counted.costs if name_key(one.cost.child) == child),
        )
    savers: list[Names] = []
    changes: list[Names] = []
    moves: list[Names] = []
    for month in statement.months:
        states = {child: _states(one, month.period) for child, one in of_child.items()}
        once = {
            child
            for child, one in of_child.items()
            if any(cost.once and cost.cost.starts_on in month.period for cost in one.costs)
        }
        saved = {c for c, found in states.items() if any(any(s) for _, s in found[1:])}
        changed = {c for c, found in states.items() if _varies(s for _, s in found)}
        savers.append(frozenset(saved | once))
        changes.append(frozenset(changed | once))
        moves.append(frozenset(c for c, found in states.items() if _varies(p for p, _ in found)))
    return savers, changes, moves


_State = tuple[int, tuple[Fraction, Fraction]]
"""How many placements are in place, and what a week saves and costs."""


def _states(of_child: Counted, period: Period) -> list[_State]:
    """The state on the day before a period and after each change in it."""
    days = {period.first}
    for one in of_child.placements:
        turns = [one.counts_from, one.placement.ended_on, *(s.starts_on for s in one.spans[1:])]
        days.update(day for day in turns if day is not None and day in period)
    for cost in of_child.costs:
        days.update(day for day in _turns_of(cost) if day in period)
    states = [_state(of_child, day) for day in sorted(days)]
    if period.first == of_child.terms.starts_on:
        return [(0, (Fraction(0), Fraction(0))), *states]
    return [_state(of_child, period.first - ONE_DAY), *states]


def _turns_of(cost: CountedCost) -> Iterable[date]:
    yield cost.cost.starts_on
    if cost.cost.last_day is not None and cost.cost.last_day < date.max:
        yield cost.cost.last_day + ONE_DAY


def _state(of_child: Counted, day: date) -> _State:
    here = [one for one in of_child.placements if one.in_place(day)]
    saved = sum((one.weekly_saving_on(day) for one in here), Fraction(0))
    costs = sum(
        (
            cost.cost.weekly or Fraction(0)
            for cost in of_child.costs
            if cost.cost.starts_on <= day <= (cost.cost.last_day or date.max)
        ),
        Fraction(0),
    )
    return len(here), (saved, costs)


def _varies(values: Iterable[object]) -> bool:
    found = list(values)
    return any(value != found[0] for value in found[1:])


def amounts(counted: Counted, period: Period) -> list[tuple[Part, Fraction]]:
    """What each placement saved in a period and each cost took off, in exact pounds.

    Every price counts for its own days, so a placement is one amount whatever prices it had.
    """
    found: list[tuple[Part, Fraction]] = []
    for one in counted.placements:
        saved = sum(
            (
                span.weekly_saving * Period(max(days.first, period.first), days.last).days
                for span, days in one.spans_until(period.last)
                if days.last >= period.first
            ),
            Fraction(0),
        )
        found.append((name_key(one.placement.child), saved / rules.DAYS_IN_WEEK))
    for cost in counted.costs:
        days = cost.weekly_days(period.last)
        days = Period(max(days.first, period.first), days.last)
        weekly = (cost.cost.weekly or Fraction(0)) * days.days / rules.DAYS_IN_WEEK
        came = cost.counts_once_by(period.last) and cost.cost.starts_on >= period.first
        spent = weekly + (cost.once if came else 0)
        found.append((CostsOf(name_key(cost.cost.child)), -spent))
    return [(part, amount) for part, amount in found if amount]


def saved_by_child(counted: Counted, period: Period) -> Parts:
    """What each child saved in a period, and what its costs took off, in exact pounds."""
    return _added_up(amounts(counted, period))


def yearly_by_child(counted: Counted, day: date) -> Parts:
    """What each child in place saves a week on a day, and its open weekly costs."""
    found: list[tuple[Part, Fraction]] = [
        (name_key(one.placement.child), one.weekly_saving_on(day))
        for one in counted.placements
        if one.in_place(day)
    ]
    found += [
        (CostsOf(name_key(cost.cost.child)), -cost.open_weekly_on(day)) for cost in counted.costs
    ]
    return _added_up(found)


def _added_up(found: Iterable[tuple[Part, Fraction]]) -> Parts:
    """Amounts added up by part; none at 0."""
    sums: dict[Part, Fraction] = {}
    for part, amount in found:
        sums[part] = sums.get(part, Fraction(0)) + amount
    return {part: amount for part, amount in sums.items() if amount}
