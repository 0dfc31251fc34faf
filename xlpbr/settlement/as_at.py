"""To which day a contract is drawn up where nobody says: figures to date are never those to come.

The whole programme would count placements that are in place now to its end, as if nothing more
happened to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.periods import month_end, month_of


@dataclass(frozen=True, slots=True)
class DefaultDay:
    """The last day to count, and why it is that one, in words that follow the day."""

    day: date
    reason: str


def claimed_or_agreed(evidence: Evidence) -> set[date]:
    """The months for which a claim or a signed month is known."""
    return {claim.month for claim in evidence.claims} | {row.month for row in evidence.signed}


def last_month_of(months: Iterable[date], terms: ContractTerms) -> date | None:
    """The latest of some months that lies within the contract; None where none does."""
    first, last = month_of(terms.starts_on), month_of(terms.last_day)
    return max((month for month in months if first <= month <= last), default=None)


def default_as_at(terms: ContractTerms, evidence: Evidence) -> DefaultDay:
    """The end of the last month that was claimed or agreed.

    Before anything is claimed it is the end of the month in which a placement or a household last
    changed; without one, the end of the first month.
    """
    if done := last_month_of(claimed_or_agreed(evidence), terms):
        return _end_of(done, terms, "the end of the last month that was claimed or agreed")
    if changed := last_month_of(map(month_of, _days_of(evidence)), terms):
        return _end_of(
            changed, terms, "the end of the last month with a change, as nothing is claimed yet"
        )
    return _end_of(terms.starts_on, terms, "the end of the first month, as nothing is known yet")


def month_to_agree(evidence: Evidence, months: Iterable[date]) -> date | None:
    """Of some months in their order the one after the last claimed or agreed, else the last."""
    in_order = list(months)
    done = max(claimed_or_agreed(evidence), default=date.min)
    return next((month for month in in_order if month > done), in_order[-1] if in_order else None)


def _end_of(month: date, terms: ContractTerms, reason: str) -> DefaultDay:
    return DefaultDay(min(month_end(month), terms.last_day), reason)


def _days_of(evidence: Evidence) -> list[date]:
    days = [day for row in evidence.placements for day in (row.moved_on, row.ended_on)]
    days += [row.approved_on for row in evidence.households]
    return [day for day in days if day is not None]
