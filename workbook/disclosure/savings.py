"""For which runs of months savings may be published, decided month by month going forward.

Each decision uses only what happened up to the month that it is about, so that a report for a later
day repeats the decisions of an earlier one. A published saving is a sum of prices, each times its
days. A sum that follows from those published before it tells nothing more; any other must leave the
prices open (``other_prices``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from xlpbr.contract.terms import BonusMeasure
from xlpbr.periods import Period
from xlpbr.settlement.statement import Statement
from xlpbr.workbook.disclosure.other_prices import Known, Parts, leaves_prices_open, with_further
from xlpbr.workbook.disclosure.people import (
    ALL_TYPES,
    Types,
    children_by_month,
    counted_types,
    days_saved,
    saved_by_child,
    saving_on,
    together,
)


@dataclass(frozen=True, slots=True)
class SavingRuns:
    """What may be published of the savings.

    Attributes:
        runs: the runs of months whose savings may be shown, one after the other from the start.
        rates: the months at whose end the run rate may be shown.
        bonus: whether the bonus and what it is measured by may be shown.
        bonus_readings: whether the other readings of the bonus may be shown.
    """

    runs: tuple[range, ...]
    rates: frozenset[int]
    bonus: bool
    bonus_readings: bool


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


def saving_runs(statement: Statement, cut_off: int, enough: Callable[[int], bool]) -> SavingRuns:
    """The runs of months whose savings may be published.

    Args:
        statement: a settled contract, up to the end of a month.
        cut_off: groups of up to so many children are protected.
        enough: whether so many children may be counted.
    """
    months, terms = statement.months, statement.terms
    by_month = children_by_month(statement)
    known: Known = ()
    rates: set[int] = set()

    def may_close(run: range) -> bool:
        nonlocal known
        if not all(enough(len(together(children, run))) for children in by_month):
            return False
        period = Period(months[run[0]].period.first, months[run[-1]].period.last)
        told = _told(known, [saved_by_child(statement, days_saved(statement, period))], cut_off)
        if told is None:
            return False
        known = told
        # A run rate would use up what later savings need, but for one that follows from these.
        rate = _measures(statement, counted_types(statement), period.last)["run_rate"]
        if with_further(known, [rate]) == known:
            rates.add(run[-1])
        return True

    runs = runs_forward((range(index, index + 1) for index in range(len(months))), may_close)
    # The bonus is measured once, in the last report of all: no later one can be held beside it.
    is_measured = terms.bonus_threshold is not None and statement.as_at == terms.ends_on
    bonus = readings = not is_measured
    if is_measured and runs and runs[-1].stop == len(months):
        measures = _measures(statement, counted_types(statement), statement.as_at)
        told = _told(known, _used(measures, terms.bonus_measure), cut_off)
        if told is not None:
            bonus, known = True, told
            if terms.bonus_measure != "accumulated":
                rates.add(len(months) - 1)
        every = [
            row
            for types in (("foster",), ALL_TYPES)
            for row in _measures(statement, types, statement.as_at).values()
        ]
        readings = bonus and _told(known, every, cut_off) is not None
    return SavingRuns(tuple(runs), frozenset(rates), bonus, readings)


def _told(known: Known, sums: Iterable[Parts], cut_off: int) -> Known | None:
    """What is known with further sums; None where they would narrow a price down too far."""
    told = with_further(known, sums)
    return told if told == known or leaves_prices_open(told, cut_off) else None


def _measures(statement: Statement, types: Types, day: date) -> dict[BonusMeasure, Parts]:
    """What the bonus may be measured by, as sums over the children."""
    whole = Period(statement.terms.starts_on, day)
    one_day = dict.fromkeys(saving_on(statement, day, types), 1)
    return {
        "run_rate": saved_by_child(statement, one_day),
        "accumulated": saved_by_child(statement, days_saved(statement, whole, types)),
    }


def _used(measures: Mapping[BonusMeasure, Parts], measure: BonusMeasure) -> list[Parts]:
    return list(measures.values()) if measure == "lower" else [measures[measure]]
