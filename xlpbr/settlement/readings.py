"""What each open reading of a contract is worth: every option tried alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import READINGS, ContractTerms, Term
from xlpbr.money import Pence
from xlpbr.settlement.bonus import has_bonus
from xlpbr.settlement.counted import count
from xlpbr.settlement.statement import settle_counted


@dataclass(frozen=True, slots=True)
class ReadingValue:
    """What the contract pays in all under one option of one reading, in pence."""

    term: Term
    option: str
    in_use: bool
    payable: Pence
    difference: Pence


def value_readings(
    terms: ContractTerms, evidence: Evidence, as_at: date | None = None
) -> list[ReadingValue]:
    """The total payable under each option of each reading, the other terms as given.

    Only readings that the contract's clauses can reach, and of those the options that can be
    tried: see ``options_to_try``.
    """
    # No reading moves a saving, so what counts is counted once.
    counted = count(terms, evidence, as_at)
    as_given = settle_counted(terms, evidence, counted).payable
    values = []
    for term in READINGS:
        for option in options_to_try(term, terms, evidence):
            in_use = getattr(terms, term.field_name) == option
            change: dict[str, Any] = {term.field_name: option}
            tried = replace(terms, **change)
            payable = as_given if in_use else settle_counted(tried, evidence, counted).payable
            values.append(ReadingValue(term, option, in_use, payable, payable - as_given))
    return values


def options_to_try(term: Term, terms: ContractTerms, evidence: Evidence) -> list[str]:
    """The options of a reading that some terms can be settled under; none where it has no effect.

    An option that needs a term that is not given is left out.
    """
    if not _is_reached(term.field_name, terms, evidence):
        return []
    return [option for option in term.options if missing_for(term.field_name, option, terms) == ""]


def _is_reached(reading: str, terms: ContractTerms, evidence: Evidence) -> bool:
    """Whether a reading is about a clause that the contract has."""
    if reading == "unused_fee":
        return terms.fee_reading != "no_catch_up"
    if reading in _OF_THE_CARERS:
        return _has(terms, "carer_fee")
    if reading in _OF_THE_BONUS:
        return has_bonus(terms)
    if reading == "break_down_window":
        return terms.break_down_reimbursement != "none"
    if reading == "outcome_clock":
        return bool(evidence.rates)
    return True


_OF_THE_CARERS = frozenset({"carer_fee_counts", "carer_fee_due"})
_OF_THE_BONUS = frozenset(
    {"bonus_measure", "bonus_shape", "bonus_counts", "bonus_savings", "run_rate_year"}
)


def _has(terms: ContractTerms, field_name: str) -> bool:
    return bool(getattr(terms, field_name)) or any(one.value for one in terms.varied(field_name))


def options_that_need_a_term(terms: ContractTerms) -> Iterator[tuple[Term, list[str], str]]:
    """Each reading with its options that cannot be tried, and the label of the term they need."""
    for term in READINGS:
        if _is_reached(term.field_name, terms, Evidence()):
            needed = {one: missing_for(term.field_name, one, terms) for one in term.options}
            options = [one for one, label in needed.items() if label]
            if options:
                yield term, options, needed[options[0]]


def missing_for(reading: str, option: str, terms: ContractTerms) -> str:
    """The label of the term without which an option cannot be tried; empty where it can be."""
    phase = "" if terms.phase_starts_on is not None else "Phase starts on"
    match reading, option:
        case "bonus_savings", "phase":
            if terms.phase_starts_on is not None and terms.phase_starts_on > terms.bonus_day:
                return "Bonus measured on"
            return phase
        case "break_down_window", "phase":
            return phase
        case "break_down_reimbursement", "straight_line" | "whole":
            has_amount = terms.in_force("break_down_amount", terms.starts_on) is not None
            return "" if has_amount or terms.cohort_size else "Break-down amount"
        case _:
            return ""
