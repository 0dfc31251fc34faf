"""Which rules of a contract a second way of working it out was written for.

``settlement.statement`` is the rule. Other places say it again: whole columns and scenarios for
speed, plain Excel formulas and the report's checks to hold against it, sentences to explain it.
Each declares what it knows; a contract with anything else goes to ``settle``, or is said not to be
known there. So a new option or a new term never falls into the default of a place that has not
heard of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xlpbr import cells
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import DEFAULTS, TERMS, ContractTerms, Term
from xlpbr.periods import day_in_words

_FIRST: Mapping[str, tuple[str, ...]] = {
    "cohort_size": (),
    "starts_on": (),
    "ends_on": (),
    "fee": (),
    "fee_months": (),
    "pro_rata_basis": ("months", "days", "whole_months"),
    "fee_reading": ("catch_up", "no_catch_up", "up_to_cap"),
    "savings_reading": ("month", "cumulative"),
    "fee_period": ("programme", "annual"),
    "carer_fee": (),
    "bonus_threshold": (),
    "bonus_rate": (),
    "bonus_measure": ("run_rate", "accumulated", "lower"),
    "bonus_shape": ("excess", "whole"),
    "bonus_counts": ("family", "foster"),
    "contract_maximum": (),
    "maximum_reading": ("hard_stop", "warn"),
    "vat_reading": ("net", "inclusive", "exempt"),
    "vat_rate": (),
}
"""The terms and options that every place was written for.

A later one is not added here but to the ``known_rules`` of each place that has learnt it.
"""


_CHECKED_ONLY = ("programme_months",)
"""Terms that no figure comes from."""


def _pays_back(terms: ContractTerms) -> bool:
    return terms.break_down_reimbursement != "none"


def _has_a_phase(terms: ContractTerms) -> bool:
    by_window = _pays_back(terms) and terms.break_down_window == "phase"
    return by_window or terms.bonus_savings == "phase"


_BEARS: Mapping[str, Callable[[ContractTerms], bool]] = {
    "break_down_window": _pays_back,
    "break_down_months": _pays_back,
    "break_down_amount": _pays_back,
    "phase_starts_on": _has_a_phase,
}
"""Whether a term bears on a figure beside some others; a term that is not here always does."""


def _bears(name: str, terms: ContractTerms) -> bool:
    asked = _BEARS.get(name)
    return asked is None or asked(terms)


LIFE_TERMS = (
    "fee_share",
    "bonus_measured_on",
    "break_down_months",
    "break_down_amount",
    "phase_starts_on",
    "terminated_on",
    "variations",
    "cohort",
    "prices",
    "costs",
    "rates",
    "signed",
)
"""The terms, and the optional tables, of a contract's life, for the places that know them."""

LIFE_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "unused_fee": ("carries", "lapses"),
    "carer_fee_counts": ("linked", "any"),
    "carer_fee_due": ("approved", "moved"),
    "bonus_savings": ("programme", "phase"),
    "run_rate_year": ("days_365", "weeks_52"),
    "break_down_reimbursement": ("none", "straight_line", "whole"),
    "break_down_window": ("move", "phase"),
    "outcome_clock": ("placement", "child"),
}
"""The options of its readings, likewise; a later option is told to each place by itself."""


@dataclass(frozen=True, slots=True)
class KnownRules:
    """What one place knows.

    Attributes:
        allowed: by field name the values that it can work with: of a reading its options, of a
            term that it has not heard of the default alone. A term that is not here may be
            anything.
        varies: whether it knows terms that change from a day on.
        tables: the optional tables that it knows, as the fields of ``Evidence``.
    """

    allowed: Mapping[str, frozenset[Any]]
    varies: bool = False
    tables: frozenset[str] = frozenset()

    def cover(self, terms: ContractTerms, evidence: Evidence | None = None) -> bool:
        """Whether everything in some terms, and of what happened, is known."""
        return not self.unknown_in(terms, evidence)

    def unknown_in(self, terms: ContractTerms, evidence: Evidence | None = None) -> list[str]:
        """What of some terms and of what happened is not known, as ``Fee period "annual"``."""
        unknown = [
            f"{_TERM_OF[name].label} {_shown(getattr(terms, name))}"
            for name, values in self.allowed.items()
            if getattr(terms, name) not in values and _bears(name, terms)
        ]
        if not self.varies:
            unknown += [
                f"{_TERM_OF[one.field_name].label} from {day_in_words(one.starts_on)}"
                for one in terms.variations
                if _bears(one.field_name, terms)
            ]
        tables = () if evidence is None else self._unknown_tables(evidence)
        return [*unknown, *(f"the table {table}" for table in tables)]

    def _unknown_tables(self, evidence: Evidence) -> Iterator[str]:
        for field_name, table in _TABLES.items():
            if field_name not in self.tables and getattr(evidence, field_name):
                yield table

    @property
    def unknown_tables(self) -> tuple[str, ...]:
        """The optional tables that bear on a statement and are not known."""
        return tuple(table for name, table in _TABLES.items() if name not in self.tables)

    @property
    def unknown(self) -> list[tuple[Term, list[str]]]:
        """The terms of which something is not known, with their options that are not.

        Empty while everything that is declared is known. Of a term without options any value but
        its default is not known.
        """
        found = []
        for term in TERMS:
            values = self.allowed.get(term.field_name)
            if values is not None:
                options = [option for option in term.options if option not in values]
                if options or not term.options:
                    found.append((term, options))
        return found


_TABLES: Mapping[str, str] = {
    "cohort": "Cohort",
    "prices": "Prices",
    "costs": "Costs",
    "rates": "Rates",
    "signed": "Agreed",
}
"""The optional tables that bear on a statement, by their fields of ``Evidence``."""

_TERM_OF: Mapping[str, Term] = {term.field_name: term for term in TERMS}


def _shown(value: Any) -> str:
    return cells.shown(cells.plain_number(value) if isinstance(value, Fraction) else value)


def known_rules(*terms: str, **options: tuple[str, ...]) -> KnownRules:
    """What every place knows, and what one place has learnt since.

    Args:
        terms: field names of later terms, ``variations``, and of ``Evidence`` the optional
            tables.
        options: by field name of a reading, its later options.
    """
    allowed: dict[str, frozenset[Any]] = {}
    for term in TERMS:
        name = term.field_name
        known = (*_FIRST.get(name, ()), *options.get(name, ()))
        if known:
            allowed[name] = frozenset(known)
        elif term.kind != "text" and name not in (*_FIRST, *_CHECKED_ONLY) and name not in terms:
            # A text bears on no figure. A term that must be given has no default to be known by.
            allowed[name] = frozenset() if term.required else frozenset({DEFAULTS[term.label]})
    return KnownRules(allowed, "variations" in terms, frozenset(terms) & frozenset(_TABLES))
