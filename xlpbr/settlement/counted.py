"""What of the evidence counts: placements with their spans of price, and the costs of a move.

Every saving is one running total a row, rounded once: a change of price moves no penny of the days
before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr import cells
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.life import FurtherCost, PriceChange
from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, to_pence
from xlpbr.periods import ONE_DAY, Period, months_of
from xlpbr.settlement import rules


def name_key(name: str) -> str:
    """What children and households are matched by: see ``xlpbr.cells.key``."""
    return cells.key(name)


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """The prices of a placement from a day until the next span, in exact pounds a week."""

    starts_on: date
    residential_weekly: Fraction
    family_weekly: Fraction

    @property
    def weekly_saving(self) -> Fraction:
        """What a week saves; below 0 where the family costs more."""
        return self.residential_weekly - self.family_weekly


@dataclass(frozen=True, slots=True)
class CountedPlacement:
    """A placement that counts and has moved.

    Attributes:
        placement: its row, which ends where its child leaves care.
        moved_on: the day of the move.
        counts_from: the first day whose saving counts.
        spans: its prices in the order of time; the first is that of its own row.
    """

    placement: Placement
    moved_on: date
    counts_from: date
    spans: tuple[PriceSpan, ...]

    def saving_to_date(self, day: date) -> Pence:
        """The rounded saving of all its days up to and including ``day``."""
        if len(self.spans) == 1:
            days = rules.days_in_placement(self.counts_from, self.placement.ended_on, day)
            return rules.saving_to_date(self.spans[0].weekly_saving, days)
        return rules.saving_to_date(
            sum(
                (span.weekly_saving * period.days for span, period in self.spans_until(day)),
                Fraction(0),
            ),
            1,
        )

    def spans_until(self, day: date) -> Iterable[tuple[PriceSpan, Period]]:
        """Each span of price with its days that count, up to and including ``day``."""
        ended_on = self.placement.ended_on
        last = day if ended_on is None else min(day, ended_on - ONE_DAY)
        following = [*(span.starts_on for span in self.spans[1:]), None]
        for span, next_one in zip(self.spans, following, strict=True):
            first = max(span.starts_on, self.counts_from)
            until = last if next_one is None else min(last, next_one - ONE_DAY)
            if first <= until:
                yield span, Period(first, until)

    def weekly_saving_on(self, day: date) -> Fraction:
        """The weekly saving at the prices in force on a day."""
        return self.span_on(day).weekly_saving

    def span_on(self, day: date) -> PriceSpan:
        """The prices in force on a day; before the move those of its own row."""
        found = self.spans[0]
        for span in self.spans[1:]:
            if span.starts_on <= day:
                found = span
        return found

    def in_place(self, day: date) -> bool:
        """Whether it is in place at the end of a day."""
        return rules.in_place(self.moved_on, self.placement.ended_on, day)


def counted_from(terms: ContractTerms, placement: Placement) -> date:
    """The first day that a placement's saving counts; it must have moved."""
    if placement.moved_on is None:
        raise ValueError("the child has not moved")
    return max(placement.moved_on, terms.starts_on)


def counted_placements(terms: ContractTerms, evidence: Evidence) -> tuple[CountedPlacement, ...]:
    """The placements that count and have moved, in the order of their rows."""
    changes: dict[str, list[PriceChange]] = {}
    for change in sorted(evidence.prices, key=lambda change: change.starts_on):
        changes.setdefault(name_key(change.child), []).append(change)
    return tuple(
        CountedPlacement(
            placement,
            placement.moved_on,
            counted_from(terms, placement),
            _spans(placement, placement.moved_on, changes),
        )
        for placement in evidence.agreed
        if placement.moved_on is not None
    )


def _spans(
    placement: Placement, moved_on: date, changes: dict[str, list[PriceChange]]
) -> tuple[PriceSpan, ...]:
    """The prices of its own row, and each later change of its child's prices."""
    span = PriceSpan(
        moved_on,
        placement.residential_weekly or Fraction(0),
        placement.family_weekly or Fraction(0),
    )
    spans = [span]
    if not changes:
        return (span,)
    for change in changes.get(name_key(placement.child), ()):
        # What is dated on or before the move was overtaken by the prices of the placement itself.
        if change.starts_on > moved_on:
            span = PriceSpan(
                change.starts_on,
                _price(change.residential_weekly, span.residential_weekly),
                _price(change.family_weekly, span.family_weekly),
            )
            spans.append(span)
    return tuple(spans)


def _price(changed: Fraction | None, before: Fraction) -> Fraction:
    return before if changed is None else changed


@dataclass(frozen=True, slots=True)
class CountedCost:
    """A cost that counts: both parties agree it, and its child has moved."""

    cost: FurtherCost
    terms: ContractTerms

    def cost_to_date(self, day: date) -> Pence:
        """The rounded cost of all days up to and including ``day``."""
        weekly = (self.cost.weekly or Fraction(0)) * self.weekly_days(day).days / rules.DAYS_IN_WEEK
        return to_pence(weekly + (self.once if self.counts_once_by(day) else 0))

    @property
    def once(self) -> Fraction:
        """What it costs on its first day."""
        return self.cost.once or Fraction(0)

    def weekly_days(self, day: date) -> Period:
        """The days of its weekly cost up to and including ``day``."""
        last = self.cost.last_day
        until = day if last is None else min(day, last)
        return Period(max(self.cost.starts_on, self.terms.starts_on), until)

    def counts_once_by(self, day: date) -> bool:
        """Whether its first day is one of the programme and has come."""
        programme = Period(self.terms.starts_on, min(self.terms.last_day, day))
        return self.cost.starts_on in programme

    def open_weekly_on(self, day: date) -> Fraction:
        """The weekly cost in force on a day that has no end; it lowers the run rate."""
        is_open = self.cost.last_day is None and self.cost.starts_on <= day
        return (self.cost.weekly or Fraction(0)) if is_open else Fraction(0)


def counted_costs(terms: ContractTerms, evidence: Evidence) -> tuple[CountedCost, ...]:
    """The costs that count: agreed, and of a child that has moved in a placement that counts."""
    if not evidence.costs:
        return ()
    moved = {
        name_key(placement.child) for placement in evidence.agreed if placement.moved_on is not None
    }
    return tuple(
        CountedCost(cost, terms)
        for cost in evidence.costs
        if cost.agreed and name_key(cost.child) in moved
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts of a programme up to a day, whatever the readings of its clauses say.

    Attributes:
        last_day: the earliest of Ends on, Terminated on and the day.
        periods: the months of the programme up to it.
        placements: the placements that count and have moved.
        costs: the costs that count.
        savings: the saving of each month, in pence.
    """

    last_day: date
    periods: tuple[Period, ...]
    placements: tuple[CountedPlacement, ...]
    costs: tuple[CountedCost, ...]
    savings: tuple[Pence, ...]


def count(terms: ContractTerms, evidence: Evidence, as_at: date | None = None) -> Counted:
    """What counts up to a day; of the terms only the days of the programme matter.

    Args:
        terms: the contract's terms.
        evidence: what happened, as far as it is known.
        as_at: the last day; None for the whole programme.
    """
    last_day = terms.last_day if as_at is None else min(as_at, terms.last_day)
    periods = tuple(months_of(Period(terms.starts_on, last_day)))
    placements, costs = counted_placements(terms, evidence), counted_costs(terms, evidence)
    savings = _monthly_savings(placements, costs, periods)
    return Counted(last_day, periods, placements, costs, tuple(savings))


def _monthly_savings(
    counted: Iterable[CountedPlacement], costs: Iterable[CountedCost], periods: Sequence[Period]
) -> list[Pence]:
    """The saving of each month: differences of the running totals of placements and of costs."""
    savings = [0] * len(periods)
    for one in counted:
        before, ended_on = 0, one.placement.ended_on
        for index, period in enumerate(periods):
            if period.last < one.counts_from:
                continue
            to_date = one.saving_to_date(period.last)
            savings[index] += to_date - before
            before = to_date
            if ended_on is not None and ended_on <= period.last:
                break
    for cost in costs:
        before = 0
        for index, period in enumerate(periods):
            to_date = cost.cost_to_date(period.last)
            savings[index] -= to_date - before
            before = to_date
    return savings
