"""For which runs of months savings may be published, decided month by month going forward.

Each decision uses only what happened up to the month that it is about, so that a report for a later
day repeats the decisions of an earlier one. A published saving is a sum of prices, each times its
days; so many of them are so many equations, which a reader who knows every date could solve: they
are solved here exactly, as such a reader would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr.periods import Period
from xlpbr.settlement.statement import Statement
from xlpbr.workbook.disclosure.people import (
    ALL_TYPES,
    Names,
    Types,
    Weights,
    bonus_groups,
    children_by_month,
    children_of,
    counted_types,
    days_saved,
    groups_by_type,
    saving_on,
    together,
)


@dataclass(frozen=True, slots=True)
class SavingRuns:
    """What may be published of the savings.

    Attributes:
        runs: the runs of months whose savings may be shown, one after the other from the start.
        savers: for each month the children who saved.
        rates: the months at whose end the run rate may be shown.
        bonus: whether the bonus and what it is measured by may be shown.
        bonus_readings: whether the other readings of the bonus may be shown.
    """

    runs: tuple[range, ...]
    savers: tuple[Names, ...]
    rates: frozenset[int]
    bonus: bool
    bonus_readings: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What the published figures tell: sums of prices, and sets whose saving a day follows."""

    sums: Solved
    sets: tuple[frozenset[int], ...]


def runs_forward(units: Iterable[range], may_close: Callable[[range], bool]) -> list[range]:
    """Neighbouring units put together into runs, each closed at the first unit where it may be.

    Units at the end that close no run are left out.

    Args:
        units: runs of months that follow each other.
        may_close: whether a run of months may be shown, from what happened up to its end.
    """
    found: list[range] = []
    start: int | None = None
    for unit in units:
        start = unit.start if start is None else start
        run = range(start, unit.stop)
        if may_close(run):
            found.append(run)
            start = None
    return found


def saving_runs(statement: Statement, enough: Callable[[int], bool]) -> SavingRuns:
    """The runs of months whose savings may be published.

    Args:
        statement: a settled contract, up to the end of a month.
        enough: whether so many children are enough to be shown together.
    """
    months, terms = statement.months, statement.terms
    savers, changes, moves = children_by_month(statement)
    known = _Known({}, ())
    rates: set[int] = set()

    def may_close(run: range) -> bool:
        nonlocal known
        counts = (len(together(by_month, run)) for by_month in (savers, changes, moves))
        if not all(map(enough, counts)):
            return False
        period = Period(months[run[0]].period.first, months[run[-1]].period.last)
        told = _told(
            statement, known, enough, [days_saved(statement, period)], _level(statement, period)
        )
        if told is None:
            return False
        known = told
        if terms.bonus_threshold is not None:
            told = _with_run_rate(statement, known, enough, period.last)
            if told is not None:
                known = told
                rates.add(run[-1])
        return True

    runs = runs_forward((range(index, index + 1) for index in range(len(months))), may_close)
    whole = bool(runs) and runs[-1].stop == len(months)
    bonus = whole and _bonus_may_show(statement, known, enough, len(months) - 1 in rates)
    return SavingRuns(
        tuple(runs), tuple(savers), frozenset(rates), bonus,
        bonus and _readings_may_show(statement, known, enough),
    )  # fmt: skip


def _told(
    statement: Statement,
    known: _Known,
    enough: Callable[[int], bool],
    sums: Sequence[Weights],
    sets: Sequence[frozenset[int]],
) -> _Known | None:
    """What is known with further figures; None where they would give few children away."""
    solved = solve(known.sums, sums)
    for placements in prices_given_away(solved):
        if not enough(len(children_of(statement, placements))):
            return None
    all_sets = known.sets
    for one in sets:
        if not all(enough(len(children_of(statement, one ^ other))) for other in all_sets):
            return None
        all_sets = (*all_sets, one)
    return _Known(solved, all_sets)


def _level(statement: Statement, period: Period) -> list[frozenset[int]]:
    """The placements whose saving a day follows, where it was the same on every day."""
    days = days_saved(statement, period)
    return [frozenset(days)] if all(found == period.days for found in days.values()) else []


def _one_day(placements: Iterable[int]) -> Weights:
    return dict.fromkeys(placements, Fraction(1))


def _with_run_rate(
    statement: Statement, known: _Known, enough: Callable[[int], bool], day: date
) -> _Known | None:
    if not all(enough(len(group)) for group in bonus_groups(statement, "run_rate", day)):
        return None
    counted, _ = counted_types(statement)
    saving = saving_on(statement, day, counted)
    return _told(statement, known, enough, [_one_day(saving)], [saving])


def _bonus_may_show(
    statement: Statement, known: _Known, enough: Callable[[int], bool], rate_is_known: bool
) -> bool:
    measure = statement.terms.bonus_measure
    if not all(enough(len(g)) for g in bonus_groups(statement, measure, statement.as_at)):
        return False
    if measure != "accumulated" and not rate_is_known:
        return False
    counted, _ = counted_types(statement)
    sums = [] if measure == "run_rate" else [_accumulated(statement, counted)]
    return _told(statement, known, enough, sums, []) is not None


def _readings_may_show(statement: Statement, known: _Known, enough: Callable[[int], bool]) -> bool:
    """Whether all that the readings of the bonus are measured by may be known together."""
    if not all(enough(len(group)) for group in groups_by_type(statement)):
        return False
    groups: tuple[Types, ...] = (("foster",), ALL_TYPES)
    sets = [saving_on(statement, statement.as_at, types) for types in groups]
    sums = [_accumulated(statement, types) for types in groups]
    return _told(statement, known, enough, [*map(_one_day, sets), *sums], sets) is not None


def _accumulated(statement: Statement, types: Types) -> Weights:
    whole = Period(statement.terms.starts_on, statement.as_at)
    return days_saved(statement, whole, types)


Solved = Mapping[int, Weights]
"""Sums solved for as many prices as can be; a price that is solved for stands in its sum only."""


def solve(known: Solved, sums: Iterable[Weights]) -> Solved:
    """What is known once further sums are published."""
    solved = {price: dict(row) for price, row in known.items()}
    for weights in sums:
        row = {price: weight for price, weight in weights.items() if weight}
        for price in [price for price in row if price in solved]:
            _take_off(row, solved[price], row[price])
        if not row:
            continue
        pivot = min(row)
        row = {price: weight / row[pivot] for price, weight in row.items()}
        for other in solved.values():
            if pivot in other:
                _take_off(other, row, other[pivot])
        solved[pivot] = row
    return solved


def _take_off(row: dict[int, Fraction], other: Weights, times: Fraction) -> None:
    for price, weight in other.items():
        left = row.get(price, Fraction(0)) - times * weight
        if left:
            row[price] = left
        else:
            del row[price]


def prices_given_away(solved: Solved) -> list[frozenset[int]]:
    """The placements whose price follows: alone, or summed with those of the very same days."""
    uses: dict[int, int] = {}
    for row in solved.values():
        for price in row:
            uses[price] = uses.get(price, 0) + 1
    return [
        frozenset(row)
        for row in solved.values()
        if all(weight == 1 and uses[price] == 1 for price, weight in row.items())
    ]
