"""Whose placements stand behind the figures of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import chain

from xlpbr.contract.evidence import Placement
from xlpbr.periods import ONE_DAY, Period
from xlpbr.settlement import rules
from xlpbr.settlement.counted import counted_from, name_key
from xlpbr.settlement.statement import Statement

Names = frozenset[str]
Types = tuple[str, ...]

Days = Mapping[int, int]
"""How many days each placement saved, by the placement's number."""

ALL_TYPES: Types = ("foster", "reunified")


def counted_types(statement: Statement) -> Types:
    """The types of placement that the bonus counts."""
    return ("foster",) if statement.terms.bonus_counts == "foster" else ALL_TYPES


def together(by_month: Sequence[Names], run: range) -> Names:
    """The children of any month of a run."""
    return frozenset(chain.from_iterable(by_month[index] for index in run))


def children_by_month(statement: Statement) -> tuple[list[Names], list[Names], list[Names]]:
    """For each month who saved, whose saving a day changed, and who came into or left a family."""
    of_child: dict[str, list[Placement]] = {}
    for placement in statement.evidence.agreed:
        if placement.moved_on is not None:
            of_child.setdefault(name_key(placement.child), []).append(placement)
    savers: list[Names] = []
    changes: list[Names] = []
    moves: list[Names] = []
    for month in statement.months:
        states = {
            child: _states(statement, placements, month.period)
            for child, placements in of_child.items()
        }
        savers.append(frozenset(c for c, found in states.items() if any(s for _, s in found[1:])))
        changes.append(frozenset(c for c, found in states.items() if _varies(s for _, s in found)))
        moves.append(frozenset(c for c, found in states.items() if _varies(p for p, _ in found)))
    return savers, changes, moves


def _states(
    statement: Statement, placements: Sequence[Placement], period: Period
) -> list[tuple[int, object]]:
    """Placements in place and weekly saving on the day before a period and after each change."""
    days = {period.first}
    for placement in placements:
        turns = (counted_from(statement.terms, placement), placement.ended_on)
        days.update(day for day in turns if day is not None and day in period)
    states = [_state(placements, day) for day in sorted(days)]
    if period.first == statement.terms.starts_on:
        return [(0, 0), *states]
    return [_state(placements, period.first - ONE_DAY), *states]


def _state(placements: Sequence[Placement], day: date) -> tuple[int, object]:
    here = [p for p in placements if rules.in_place(p.moved_on, p.ended_on, day)]
    return len(here), sum(placement.weekly_saving for placement in here)


def _varies(values: Iterable[object]) -> bool:
    found = list(values)
    return any(value != found[0] for value in found[1:])


def days_saved(statement: Statement, period: Period, types: Types = ALL_TYPES) -> Days:
    """The days of each agreed placement in a period, by its number; those that save only."""
    found = {}
    for number, placement in enumerate(statement.evidence.agreed):
        if placement.moved_on is None or not placement.weekly_saving or placement.type not in types:
            continue
        start = counted_from(statement.terms, placement)
        days = rules.days_in_placement(start, placement.ended_on, period.last)
        if period.first > statement.terms.starts_on:
            before = period.first - ONE_DAY
            days -= rules.days_in_placement(start, placement.ended_on, before)
        if days:
            found[number] = days
    return found


def saved_by_child(statement: Statement, days: Days) -> dict[str, Fraction]:
    """What each child saved in so many days of each placement, in pounds; no child at nought."""
    found: dict[str, Fraction] = {}
    for number, count in days.items():
        placement = statement.evidence.agreed[number]
        child = name_key(placement.child)
        saved = placement.weekly_saving * count / rules.DAYS_IN_WEEK
        found[child] = found.get(child, Fraction(0)) + saved
    return {child: saved for child, saved in found.items() if saved}


def saving_on(statement: Statement, day: date, types: Types = ALL_TYPES) -> frozenset[int]:
    """The agreed placements that save on a day, by their numbers."""
    return frozenset(
        number
        for number, placement in enumerate(statement.evidence.agreed)
        if placement.type in types
        and placement.weekly_saving
        and rules.in_place(placement.moved_on, placement.ended_on, day)
    )
