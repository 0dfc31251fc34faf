"""For which runs of months savings may be published, decided month by month going forward.

Each decision uses only what happened up to the month that it is about, so that a report for a later
day repeats the decisions of an earlier one. A published saving is a sum of prices, each times its
days, less what the further costs of moves took off. A sum that follows from those published before
it tells nothing more; any other must leave the prices open (``other_prices``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from xlpbr.contract.terms import BonusMeasure, ContractTerms
from xlpbr.periods import Period
from xlpbr.settlement.bonus import has_bonus
from xlpbr.settlement.statement import Statement
from xlpbr.workbook.disclosure.other_prices import (
    CostsOf,
    Known,
    Parts,
    leaves_prices_open,
    with_further,
)
from xlpbr.workbook.disclosure.people import (
    ALL_TYPES,
    Counted,
    children_by_month,
    counted_types,
    saved_by_child,
    together,
    yearly_by_child,
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


@dataclass(frozen=True, slots=True)
class Told:
    """What the published sums tell.

    Attributes:
        with_costs: to a reader who knows neither the prices nor the costs.
        prices_alone: to one who knows every cost; what is left of a sum is of the prices alone.
    """

    with_costs: Known = ()
    prices_alone: Known = ()

    def and_further(self, sums: Iterable[Parts]) -> Told:
        """The same once further sums are published."""
        sums = list(sums)
        alone: list[Parts] = [
            {part: amount for part, amount in one.items() if not isinstance(part, CostsOf)}
            for one in sums
        ]
        told = with_further(self.with_costs, sums)
        if self.with_costs == self.prices_alone and alone == sums:
            return Told(told, told)
        return Told(told, with_further(self.prices_alone, alone))

    def leaves_open(self, cut_off: int) -> bool:
        """Whether every child's price and costs stay open, to either reader."""
        if not leaves_prices_open(self.with_costs, cut_off):
            return False
        same = self.with_costs == self.prices_alone
        return same or leaves_prices_open(self.prices_alone, cut_off)


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


def saving_runs(
    statement: Statement, counted: Counted, cut_off: int, enough: Callable[[int], bool]
) -> SavingRuns:
    """The runs of months whose savings may be published.

    Args:
        statement: a settled contract, up to the end of a month.
        counted: the placements and costs that count in it.
        cut_off: groups of up to so many children are protected.
        enough: whether so many children may be counted.
    """
    months, terms = statement.months, statement.terms
    by_month = children_by_month(statement, counted)
    for_bonus = counted.of_types(counted_types(terms))
    measured_in = _month_of_the_bonus(statement)
    known = Told()
    rates: set[int] = set()
    bonus = measured_in is None

    def may_close(run: range) -> bool:
        nonlocal known, bonus
        if not all(enough(len(together(children, run))) for children in by_month):
            return False
        period = Period(months[run[0]].period.first, months[run[-1]].period.last)
        told = _told(known, [saved_by_child(counted, period)], cut_off)
        if told is None:
            return False
        known = told
        # A run rate would use up what later savings need, but for one that follows from these.
        if known.and_further([yearly_by_child(for_bonus, period.last)]) == known:
            rates.add(run[-1])
        if measured_in is not None and measured_in in run:
            measures = _measures(terms, for_bonus)
            told = _told(known, _used(measures, terms.bonus_measure), cut_off)
            if told is not None:
                bonus, known = True, told
                is_last_day = months[measured_in].period.last == terms.bonus_day
                if terms.bonus_measure != "accumulated" and is_last_day:
                    rates.add(measured_in)
        return True

    runs = runs_forward((range(index, index + 1) for index in range(len(months))), may_close)
    return SavingRuns(
        tuple(runs),
        frozenset(rates),
        bonus,
        measured_in is None
        or (bonus and _leaves_other_measures(statement, counted, known, cut_off)),
    )


def _month_of_the_bonus(statement: Statement) -> int | None:
    """The month in which the bonus is measured; None where it is not, or not yet."""
    if not has_bonus(statement.terms):
        return None
    day = statement.terms.bonus_day
    found = (index for index, month in enumerate(statement.months) if day in month.period)
    return next(found, None)


def _leaves_other_measures(
    statement: Statement, counted: Counted, known: Told, cut_off: int
) -> bool:
    """Whether what every other reading of the bonus measures would leave the prices open.

    Only in the last report of all: no later one can be held beside it.
    """
    terms = statement.terms
    if not terms.bonus_day == statement.as_at == terms.last_day:
        return False
    every = [
        row
        for types in (("foster",), ALL_TYPES)
        for first in {terms.starts_on, terms.phase_starts_on or terms.starts_on}
        for row in _measures_from(terms, counted.of_types(types), first).values()
    ]
    return _told(known, every, cut_off) is not None


def _told(known: Told, sums: Iterable[Parts], cut_off: int) -> Told | None:
    """What is known with further sums; None where they would narrow a price down too far."""
    told = known.and_further(sums)
    return told if told == known or told.leaves_open(cut_off) else None


def _measures(terms: ContractTerms, counted: Counted) -> dict[BonusMeasure, Parts]:
    """What the bonus may be measured by, as sums over the children."""
    first = terms.starts_on
    if terms.bonus_savings == "phase" and terms.phase_starts_on is not None:
        first = max(first, terms.phase_starts_on)
    return _measures_from(terms, counted, first)


def _measures_from(
    terms: ContractTerms, counted: Counted, first: date
) -> dict[BonusMeasure, Parts]:
    return {
        "run_rate": yearly_by_child(counted, terms.bonus_day),
        "accumulated": saved_by_child(counted, Period(first, terms.bonus_day)),
    }


def _used(measures: Mapping[BonusMeasure, Parts], measure: BonusMeasure) -> list[Parts]:
    return list(measures.values()) if measure == "lower" else [measures[measure]]
