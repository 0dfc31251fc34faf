"""What each open reading of a contract is worth: every option tried alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import READINGS, ContractTerms, Term
from xlpbr.money import Pence
from xlpbr.settlement.statement import settle


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
    """The total payable under each option of each reading, the other terms as given."""
    as_given = settle(terms, evidence, as_at).payable
    values = []
    for term in READINGS:
        for option in term.options:
            in_use = getattr(terms, term.field_name) == option
            change: dict[str, Any] = {term.field_name: option}
            tried = replace(terms, **change)
            payable = as_given if in_use else settle(tried, evidence, as_at).payable
            values.append(ReadingValue(term, option, in_use, payable, payable - as_given))
    return values
