"""Outcomes that last: so much for each child whose family placement has lasted so many weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import assert_never

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import OutcomeRate
from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, to_pence
from xlpbr.settlement import rules
from xlpbr.settlement.counted import CountedPlacement, name_key


@dataclass(frozen=True, slots=True)
class AchievedOutcome:
    """A child that reached an outcome for the first time, on a day on which a price held."""

    child: str
    outcome: str
    weeks: int
    achieved_on: date
    price: Fraction


def achieved_outcomes(
    terms: ContractTerms, evidence: Evidence, counted: Iterable[CountedPlacement]
) -> tuple[AchievedOutcome, ...]:
    """What is paid for, in the order of the days; an outcome reached before Starts on is not."""
    if not evidence.rates:
        return ()
    of_child: dict[str, list[CountedPlacement]] = {}
    for placement in counted:
        of_child.setdefault(name_key(placement.placement.child), []).append(placement)
    rates: dict[str, list[OutcomeRate]] = {}
    for rate in evidence.rates:
        rates.setdefault(name_key(rate.outcome), []).append(rate)
    achieved = []
    for placements in of_child.values():
        for rows in rates.values():
            day = _first_reached(terms, placements, rows[0].weeks)
            holding = next((row for row in rows if day is not None and _holds(row, day)), None)
            if day is None or day < terms.starts_on or holding is None:
                continue
            child = placements[0].placement.child
            achieved.append(
                AchievedOutcome(child, holding.outcome, holding.weeks, day, holding.price)
            )
    return tuple(sorted(achieved, key=lambda one: one.achieved_on))


def _holds(rate: OutcomeRate, day: date) -> bool:
    after_start = rate.starts_on is None or rate.starts_on <= day
    return after_start and (rate.last_day is None or day <= rate.last_day)


def _first_reached(
    terms: ContractTerms, placements: Sequence[CountedPlacement], weeks: int
) -> date | None:
    """The first day on which a child has been in a family for so many weeks."""
    match terms.outcome_clock:
        case "placement":
            reached = (
                rules.milestone_day(one.moved_on, weeks, one.placement.ended_on)
                for one in placements
            )
            return min((day for day in reached if day is not None), default=None)
        case "child":
            return _reached_together(placements, weeks)
        case other:
            assert_never(other)


def _reached_together(placements: Sequence[CountedPlacement], weeks: int) -> date | None:
    """The same on the days of all placements of the child, one after the other."""
    wanted = weeks * rules.DAYS_IN_WEEK
    for one in sorted(placements, key=lambda one: one.moved_on):
        ended_on = one.placement.ended_on
        days = None if ended_on is None else (ended_on - one.moved_on).days
        if days is None or wanted <= days:
            try:
                return one.moved_on + timedelta(days=wanted - 1)
            except OverflowError:
                return None
        wanted -= days
    return None


def outcome_fees(achieved: Iterable[AchievedOutcome]) -> Pence:
    """The fees of some outcomes, rounded once."""
    return to_pence(sum((one.price for one in achieved), Fraction(0)))
