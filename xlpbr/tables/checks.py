"""Every problem in the data, those that stop the figures and those a person should look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from xlpbr.contract.assumptions import ASSUMPTIONS, Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import LifeRecord
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.tables.assumptions import outside_the_programme
from xlpbr.tables.carer_checks import about_carers
from xlpbr.tables.claim_checks import about_claims, about_the_maximum, about_what_is_invoiced
from xlpbr.tables.declared import TABLES
from xlpbr.tables.headings import ReadRecord
from xlpbr.tables.life_checks import about_the_life, other_spellings
from xlpbr.tables.name_checks import names_of_persons
from xlpbr.tables.placement_checks import about_placements
from xlpbr.tables.price_checks import unlikely_price


def problems_of(
    terms: ReadRecord[ContractTerms], evidence: ReadRecord[Evidence], notes: Iterable[Problem] = ()
) -> list[Problem]:
    """All problems of a contract's data, in the order of its tables and rows.

    Args:
        terms: the terms, read.
        evidence: what happened, read.
        notes: what is known besides of where the tables stand.
    """
    problems = [*notes, *terms.problems, *evidence.problems]
    problems.extend(about_placements(terms, evidence.record))
    problems.extend(about_carers(terms, evidence.record, evidence.blocking))
    problems.extend(about_claims(terms, evidence.record))
    for table, records in _life_of(evidence.record):
        problems.extend(names_of_persons(table, records))
        problems.extend(other_spellings(table, records, evidence.record))
    if not (terms.blocking or evidence.blocking):
        problems.extend(about_the_life(terms.record, evidence.record))
        problems.extend(about_the_maximum(terms.record, evidence.record))
        problems.extend(about_what_is_invoiced(terms.record, evidence.record))
    return sorted(problems, key=lambda one: (TABLES.index(one.table), one.row or 0))


def _life_of(evidence: Evidence) -> Iterable[tuple[str, Sequence[LifeRecord]]]:
    """The optional tables that name children, with their rows."""
    yield "Cohort", evidence.cohort
    yield "Prices", evidence.prices
    yield "Costs", evidence.costs


def problems_of_assumptions(
    terms: ReadRecord[ContractTerms], assumptions: ReadRecord[Assumptions]
) -> list[Problem]:
    """All problems of a forecast's assumptions, in the order of their rows.

    Args:
        terms: the terms, read.
        assumptions: the assumptions, read.
    """
    problems = [*assumptions.problems]
    for assumption in ASSUMPTIONS:
        if assumption.kind == "money":
            price = getattr(assumptions.record, assumption.field_name)
            here = partial(Problem, table="Assumptions", column=assumption.label)
            problems.extend(unlikely_price(here, price))
    if not terms.blocking:
        problems.extend(outside_the_programme(assumptions.record, terms.record))
    return sorted(problems, key=lambda problem: problem.row or 0)
