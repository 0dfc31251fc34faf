"""Whose placements stand behind the figures of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import chain

from xlpbr.contract.evidence import Placement
from xlpbr.contract.terms import BonusMeasure
from xlpbr.periods import ONE_DAY, Period
from xlpbr.settlement import rules
from xlpbr.settlement.statement import Statement, counted_from, name_key

Names = frozenset[str]
Types = tuple[str, ...]

Weights = Mapping[int, Fraction]
"""A published sum: how often each placement's price stands in it, by the placement's number."""

ALL_TYPES: Types = ("foster", "reunified")


def counted_types(statement: Statement) -> tuple[Types, Types]:
    """The types of placement that the bonus counts, and those that it leaves out."""
    if statement.terms.bonus_counts == "foster":
        return ("foster",), ("reunified",)
    return ALL_TYPES, ()


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


def children_of(statement: Statement, placements: Iterable[int]) -> Names:
    """The children of some of the agreed placements."""
    agreed = statement.evidence.agreed
    return frozenset(name_key(agreed[number].child) for number in placements)


def days_saved(statement: Statement, period: Period, types: Types = ALL_TYPES) -> Weights:
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
            found[number] = Fraction(days)
    return found


def saving_on(statement: Statement, day: date, types: Types = ALL_TYPES) -> frozenset[int]:
    """The agreed placements that save on a day, by their numbers."""
    return frozenset(
        number
        for number, placement in enumerate(statement.evidence.agreed)
        if placement.type in types
        and placement.weekly_saving
        and rules.in_place(placement.moved_on, placement.ended_on, day)
    )


def bonus_groups(statement: Statement, measure: BonusMeasure, day: date) -> list[Names]:
    """Whose savings up to a day a measure of the bonus counts, and whose it leaves out."""
    counted = counted_types(statement)
    in_place = [_in_place(statement, types, day) for types in counted]
    have_saved = [_have_saved(statement, types, day) for types in counted]
    return {
        "run_rate": in_place,
        "accumulated": have_saved,
        "lower": [*in_place, *have_saved],
    }[measure]


def groups_by_type(statement: Statement) -> list[Names]:
    """The children whom the readings of the bonus tell apart."""
    day = statement.as_at
    return [group(statement, (of,), day) for group in (_in_place, _have_saved) for of in ALL_TYPES]


def _in_place(statement: Statement, types: Types, day: date) -> Names:
    return children_of(statement, saving_on(statement, day, types))


def _have_saved(statement: Statement, types: Types, day: date) -> Names:
    whole = Period(statement.terms.starts_on, day)
    return children_of(statement, days_saved(statement, whole, types))
