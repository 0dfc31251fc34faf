"""A known placement as whole numbers: its saving to any day, and what its break-down changes.

Day numbers are those of ``date.toordinal``.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.forecast.chances import BreakDowns, known_break_downs
from xlpbr.money import Pence, round_half_away
from xlpbr.periods import FAR, Period
from xlpbr.settlement import rules
from xlpbr.settlement.break_downs import BreakDown, window_of
from xlpbr.settlement.counted import CountedPlacement, name_key
from xlpbr.settlement.outcomes import AchievedOutcome


@dataclass(frozen=True, slots=True)
class LateOutcome:
    """An outcome that the placement reaches if it lasts.

    Attributes:
        day: the day at whose end it is reached.
        month: which month of the programme that is.
        price: what is paid for it, in parts of a penny.
    """

    day: int
    month: int
    price: int


@dataclass(frozen=True, slots=True)
class Known:
    """A placement that counts and has moved.

    Attributes:
        index: where it stands among the placements of the evidence.
        child: what its child is matched by.
        foster: whether it is a foster placement.
        moved_on: the day of the move.
        start: the first day that counts.
        ended: the day on which it ended, or on which its child leaves care; FAR while in place.
        leaves: the day on which its child leaves care; FAR where none is known.
        parts: its prices are whole numbers of so many parts of a penny.
        span_starts: the first day of each of its prices; the first is ``start``.
        span_weekly: what a week saves at each of them, in parts.
        span_saved: what all days before each of them save, in sevenths of parts.
        totals: its saving to the end of each month, as it is known.
        break_downs: when it may break down; None where its end is known.
        window: the first and the last day on which a break-down is paid back.
        paid_back_before: what is paid back for earlier break-downs of the child.
        outcomes: the outcomes that it reaches if it lasts.
    """

    index: int
    child: str
    foster: bool
    moved_on: int
    start: int
    ended: int
    leaves: int
    parts: int
    span_starts: tuple[int, ...]
    span_weekly: tuple[int, ...]
    span_saved: tuple[int, ...]
    totals: tuple[Pence, ...]
    break_downs: BreakDowns | None
    window: tuple[int, int]
    paid_back_before: Pence
    outcomes: tuple[LateOutcome, ...]

    def saved_before(self, day: int) -> Pence:
        """What all its days before a day save, if it lasts until then."""
        return _saved_before(self.parts, self.span_starts, self.span_weekly, self.span_saved, day)

    def weekly_on(self, day: int) -> int:
        """What a week saves at the prices of a day, in parts; 0 where it is not in place."""
        if not self.moved_on <= day < self.ended:
            return 0
        return self.span_weekly[max(0, bisect_right(self.span_starts, day) - 1)]


def _saved_before(
    parts: int, starts: Sequence[int], weekly: Sequence[int], saved: Sequence[int], day: int
) -> Pence:
    if day <= starts[0]:
        return 0
    span = bisect_right(starts, day) - 1
    sevenths = saved[span] + weekly[span] * (day - starts[span])
    return round_half_away(sevenths, rules.DAYS_IN_WEEK * parts)


def known_placements(
    terms: ContractTerms,
    evidence: Evidence,
    counted: Sequence[CountedPlacement],
    assumptions: Assumptions,
    as_at: date,
    periods: Sequence[Period],
    *,
    achieved: Iterable[AchievedOutcome] = (),
    outcome_parts: int = 1,
    broken: Iterable[BreakDown] = (),
) -> tuple[Known, ...]:
    """The placements that count and have moved by the last day of the programme.

    Args:
        terms: the contract's terms.
        evidence: what is known.
        counted: the placements of it that count, as ``counted_placements`` has them.
        assumptions: what is assumed.
        as_at: the last day that is known.
        periods: the months of the programme.
        achieved: the outcomes that are reached if everything lasts that is in place.
        outcome_parts: their prices are whole numbers of so many parts of a penny.
        broken: the break-downs that are known and paid back.
    """
    ends = [period.last.toordinal() for period in periods]
    found = []
    achieved, broken, leaving = tuple(achieved), tuple(broken), evidence.leaving_days
    for index, one in zip(_places_of_counted(evidence), counted, strict=True):
        if one.moved_on > periods[-1].last:
            continue
        original = evidence.placements[index]
        child = name_key(original.child)
        leaves_on = leaving.get(child)
        last = None if leaves_on is None else leaves_on.toordinal()
        uncertain = original.ended_on is None and _can_break_down(one, as_at, last)
        late = (
            LateOutcome(
                outcome.achieved_on.toordinal(),
                next(at for at, period in enumerate(periods) if outcome.achieved_on in period),
                int(outcome.price * 100 * outcome_parts),
            )
            for outcome in achieved
            if uncertain
            and name_key(outcome.child) == child
            and one.moved_on <= outcome.achieved_on <= periods[-1].last
        )
        window = window_of(terms, one.moved_on)
        found.append(
            _known(
                index,
                one,
                ends,
                leaves=FAR if last is None else last,
                break_downs=known_break_downs(
                    assumptions,
                    one.moved_on,
                    as_at,
                    last_day_to_break_down(ends[-1], FAR if last is None else last),
                )
                if uncertain
                else None,
                window=(window.first.toordinal(), window.last.toordinal()),
                paid_back_before=sum(
                    before.reimbursed for before in broken if name_key(before.child) == child
                ),
                outcomes=tuple(late),
            )
        )
    return tuple(found)


def last_day_to_break_down(last_day: int, leaves: int) -> int:
    """The last day on which a placement may break down.

    Args:
        last_day: the last day of the programme.
        leaves: the day on which its child leaves care.
    """
    # A break-down on its last possible day ends it on the day after.
    return min(last_day, leaves - 2)


def _places_of_counted(evidence: Evidence) -> list[int]:
    """Where the placements that count and have moved stand among all."""
    leaving = evidence.leaving_days
    return [
        index
        for index, placement in enumerate(evidence.placements)
        if placement.agreed
        and placement.moved_on is not None
        and (not evidence.cohort or name_key(placement.child) in leaving)
    ]


def _can_break_down(one: CountedPlacement, as_at: date, leaves: int | None) -> bool:
    """Whether there is a day on which it can end before its child leaves care."""
    first = max(as_at.toordinal() + 1, one.moved_on.toordinal())
    return leaves is None or first + 1 < leaves


def _known(
    index: int,
    one: CountedPlacement,
    ends: Sequence[int],
    *,
    leaves: int,
    break_downs: BreakDowns | None,
    window: tuple[int, int],
    paid_back_before: Pence,
    outcomes: tuple[LateOutcome, ...],
) -> Known:
    later = [span for span in one.spans[1:] if span.starts_on > one.counts_from]
    prices = [one.weekly_saving_on(one.counts_from), *(span.weekly_saving for span in later)]
    parts = math.lcm(*((price * 100).denominator for price in prices))
    starts = [one.counts_from.toordinal(), *(span.starts_on.toordinal() for span in later)]
    weekly = [int(price * 100 * parts) for price in prices]
    saved = [0]
    for span in range(len(later)):
        saved.append(saved[-1] + weekly[span] * (starts[span + 1] - starts[span]))
    ended_on = one.placement.ended_on
    ended = FAR if ended_on is None else ended_on.toordinal()
    return Known(
        index=index,
        child=name_key(one.placement.child),
        foster=one.placement.type == "foster",
        moved_on=one.moved_on.toordinal(),
        start=starts[0],
        ended=ended,
        leaves=leaves,
        parts=parts,
        span_starts=tuple(starts),
        span_weekly=tuple(weekly),
        span_saved=tuple(saved),
        totals=tuple(
            _saved_before(parts, starts, weekly, saved, min(end + 1, ended)) for end in ends
        ),
        break_downs=break_downs,
        window=window,
        paid_back_before=paid_back_before,
        outcomes=outcomes,
    )


def follow_each_other(known: Sequence[Known]) -> bool:
    """Whether no child has a placement beside or after one that may still break down."""
    uncertain = {one.child: one for one in known if one.break_downs is not None}
    return all(
        one is uncertain.get(one.child, one) or one.ended <= uncertain[one.child].moved_on
        for one in known
    ) and len(uncertain) == sum(one.break_downs is not None for one in known)
