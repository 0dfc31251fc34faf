"""The carer households whose fee falls due, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from xlpbr.contract.evidence import Evidence, Household
from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, to_pence
from xlpbr.settlement.counted import name_key


@dataclass(frozen=True, slots=True)
class DueHousehold:
    """A household and the day on which its fee falls due."""

    household: str
    due_on: date


def due_households(terms: ContractTerms, evidence: Evidence) -> tuple[DueHousehold, ...]:
    """Each household whose fee falls due, in the order of its day.

    A household that was first approved before the programme is never paid for.
    """
    counting: dict[str, list[tuple[date, Household]]] = {}
    linked = _linked_children(terms, evidence)
    for household in evidence.households:
        if household.approved_on is None:
            continue
        if linked is None or name_key(household.child) in linked:
            rows = counting.setdefault(name_key(household.household), [])
            rows.append((household.approved_on, household))
    moves = _first_moves(evidence) if terms.carer_fee_due == "moved" else {}
    due = []
    for rows in counting.values():
        first = min(approved_on for approved_on, _ in rows)
        days = [_due_on(terms, approved_on, row, moves) for approved_on, row in rows]
        known = [day for day in days if day is not None]
        if first >= terms.starts_on and known:
            due.append(DueHousehold(rows[0][1].household, min(known)))
    return tuple(sorted(due, key=lambda one: one.due_on))


def _linked_children(terms: ContractTerms, evidence: Evidence) -> set[str] | None:
    """The children whose households count; None where every household does.

    A row in Placements need not be agreed: the household was approved whatever becomes of the
    child's move.
    """
    match terms.carer_fee_counts:
        case "linked":
            if evidence.cohort:
                return set(evidence.leaving_days)
            return {name_key(placement.child) for placement in evidence.placements}
        case "any":
            return None
        case other:
            assert_never(other)


def _first_moves(evidence: Evidence) -> dict[str, date]:
    moves: dict[str, date] = {}
    for placement in evidence.agreed:
        if placement.moved_on is not None:
            name = name_key(placement.child)
            moves[name] = min(moves.get(name, date.max), placement.moved_on)
    return moves


def _due_on(
    terms: ContractTerms, approved_on: date, household: Household, moves: dict[str, date]
) -> date | None:
    """The day that one row makes the fee due; None where its child has not moved."""
    match terms.carer_fee_due:
        case "approved":
            return approved_on
        case "moved":
            moved_on = moves.get(name_key(household.child)) if household.child else None
            return None if moved_on is None else max(approved_on, moved_on)
        case other:
            assert_never(other)


def pays_carer_fees(terms: ContractTerms) -> bool:
    """Whether a fee for a household is in force on any day."""
    return bool(terms.carer_fee) or any(one.value for one in terms.varied("carer_fee"))


def carer_fees(terms: ContractTerms, due: Iterable[DueHousehold]) -> Pence:
    """The fees of some households, each at the fee in force on its day, rounded once."""
    return to_pence(sum((carer_fee_on(terms, one.due_on) for one in due), Fraction(0)))


def carer_fee_on(terms: ContractTerms, day: date) -> Fraction:
    """The fee for one household on a day, in exact pounds."""
    fee: Fraction = terms.in_force("carer_fee", day)
    return fee
