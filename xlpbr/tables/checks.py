"""Every problem in the data, those that stop the figures and those a person should look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial

from xlpbr import cells
from xlpbr.contract.assumptions import ASSUMPTIONS, Assumptions
from xlpbr.contract.evidence import (
    COLUMNS,
    PRICES,
    Claim,
    Evidence,
    EvidenceRecord,
    Household,
    Placement,
)
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.money import in_words, to_pence
from xlpbr.periods import month_in_words, month_of
from xlpbr.settlement.statement import settle
from xlpbr.tables.assumptions import outside_the_programme
from xlpbr.tables.declared import TABLES
from xlpbr.tables.headings import ReadRecord

_MOST_WORDS_OF_A_NAME = 4
_MOST_POUNDS_A_WEEK = 20_000
"""The published averages are £368,000 and £74,100 a year: £7,077 and £1,425 a week."""
_FEWEST_POUNDS_A_WEEK = 20
"""Below it stands a time of day, thousands of pounds or a price of an hour."""
_MARKS_IN_A_NAME = str.maketrans("", "", "'’-.")


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
    problems.extend(_about_placements(terms, evidence.record))
    problems.extend(_about_carers(terms, evidence.record, evidence.blocking))
    problems.extend(_about_claims(terms, evidence.record))
    if not (terms.blocking or evidence.blocking):
        problems.extend(_about_the_maximum(terms.record, evidence.record))
    return sorted(problems, key=lambda one: (TABLES.index(one.table), one.row or 0))


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
            problems.extend(_unlikely_price(here, price))
    if not terms.blocking:
        problems.extend(outside_the_programme(assumptions.record, terms.record))
    return sorted(problems, key=lambda problem: problem.row or 0)


def _about_placements(terms: ReadRecord[ContractTerms], evidence: Evidence) -> Iterable[Problem]:
    yield from _duplicates(evidence.placements)
    yield from _names("Placements", evidence.placements)
    for placement in evidence.placements:
        for column in PRICES:
            here = partial(Problem, table="Placements", row=placement.row, column=column.heading)
            yield from _unlikely_price(here, getattr(placement, column.field_name))
        yield from _about_the_move(placement, None if terms.blocking else terms.record)
    children = {cells.key(placement.child) for placement in evidence.agreed}
    size = terms.record.cohort_size
    if size is not None and len(children) > size:
        yield Problem(
            table="Placements",
            column="Child",
            found=f"{len(children)} children",
            expected=f"at most the {size} of Cohort size",
            remedy="Check which children belong to the cohort, or correct Cohort size.",
        )


def _about_the_move(placement: Placement, terms: ContractTerms | None) -> Iterable[Problem]:
    """What a move does not save; its day is held to the programme where the terms can be read."""
    here = partial(Problem, table="Placements", row=placement.row)
    moved = partial(here, column="Moved on")
    if placement.moved_on is None:
        if placement.ended_on is not None:
            yield moved(
                found="nothing, though Ended on is given",
                expected="the day of the move",
                remedy="Enter Moved on: without it there is no saving.",
            )
        return
    residential, family = placement.residential_weekly, placement.family_weekly
    if residential is not None and family is not None and family > residential:
        yield here(
            column="Family weekly cost",
            found=in_words(to_pence(family)),
            expected="a price below the residential one",
            remedy="Check both prices: this placement costs more than it replaced.",
        )
    if terms is None:
        return
    moved = partial(moved, found=f"{placement.moved_on:%d/%m/%Y}")
    if placement.moved_on > terms.ends_on:
        yield moved(
            expected=f"a day on or before Ends on, {terms.ends_on:%d/%m/%Y}",
            remedy="The move is after the programme, so it saves nothing here.",
        )
    elif placement.moved_on < terms.starts_on:
        yield moved(
            expected=f"a day on or after Starts on, {terms.starts_on:%d/%m/%Y}",
            remedy="Only days from Starts on are counted."
            " Check that the child belongs to the cohort.",
        )


def _unlikely_price(here: partial[Problem], price: Fraction | None) -> Iterable[Problem]:
    """A price that is more likely a year's, as decisions state them, or no pounds at all."""
    if price is None:
        return
    here = partial(here, found=in_words(to_pence(price)))
    if price > _MOST_POUNDS_A_WEEK:
        yield here(
            expected=f"a weekly price, rarely above {in_words(_MOST_POUNDS_A_WEEK * 100)}",
            remedy="Check that it is not a yearly price.",
        )
    elif 0 < price < _FEWEST_POUNDS_A_WEEK:
        yield here(
            expected=f"a weekly price, rarely below {in_words(_FEWEST_POUNDS_A_WEEK * 100)}",
            remedy="Check that it is in pounds, not in hours or thousands of pounds.",
        )


def _about_carers(
    terms: ReadRecord[ContractTerms], evidence: Evidence, blocking: Iterable[Problem]
) -> Iterable[Problem]:
    cohort = {cells.key(placement.child) for placement in evidence.placements}
    agreed = {cells.key(placement.child) for placement in evidence.agreed}
    # A child may be missing because its row could not be read: that is its own problem.
    all_rows_read = not any(problem.table == "Placements" for problem in blocking)
    first: dict[str, Household] = {}
    yield from _names("Carers", evidence.households)
    for household in evidence.households:
        here = partial(Problem, table="Carers", row=household.row)
        other = first.setdefault(cells.key(household.household), household)
        if other is not household:
            yield here(
                column="Household",
                found=cells.shown(household.household),
                expected=f"each household once; it is also in row {other.row}",
                remedy="A household is paid for once, at its first approval.",
                other_row=other.row,
            )
        child = cells.key(household.child)
        if child not in agreed and all_rows_read:
            yield here(
                column="Child",
                found=cells.shown(household.child) if household.child else "nothing",
                expected="a child with an agreed row in Placements",
                remedy="Its row in Placements is not agreed: nothing is paid for the household."
                if child in cohort
                else "Link the household to a child of the cohort: nothing is paid for it now.",
            )
        approved = household.approved_on
        if approved is None or terms.blocking:
            continue
        starts, ends = terms.record.starts_on, terms.record.ends_on
        if not starts <= approved <= ends:
            yield here(
                column="Approved on",
                found=f"{approved:%d/%m/%Y}",
                expected=f"a day of the programme, {starts:%d/%m/%Y} to {ends:%d/%m/%Y}",
                remedy="Nothing is paid for it. Check the date.",
            )


def _about_claims(terms: ReadRecord[ContractTerms], evidence: Evidence) -> Iterable[Problem]:
    """Claims outside the programme, and those for a month that has one: a copy, or a second."""
    first_of: dict[date, Claim] = {}
    starts, ends = month_of(terms.record.starts_on), month_of(terms.record.ends_on)
    for claim in evidence.claims:
        here = partial(Problem, table="Claims", row=claim.row, column="Month")
        other = first_of.setdefault(claim.month, claim)
        if other is not claim:
            same = "the same amount" if other.invoiced == claim.invoiced else "another amount"
            yield here(
                found=f"{month_in_words(claim.month)} a second time, with {same}",
                expected=f"one claim for the month; row {other.row} has it",
                remedy="Both are added up. Check that neither is a copy of the other.",
                other_row=other.row,
            )
        if not terms.blocking and not starts <= claim.month <= ends:
            yield here(
                found=month_in_words(claim.month),
                expected=f"a month of the programme, {month_in_words(starts)} to"
                f" {month_in_words(ends)}",
                remedy="Check the month. A claim before the programme counts from its first month;"
                " a claim after it never counts.",
            )


def _about_the_maximum(terms: ContractTerms, evidence: Evidence) -> Iterable[Problem]:
    if terms.contract_maximum is None or terms.maximum_reading == "hard_stop":
        return
    over = settle(terms, evidence).payable - to_pence(terms.contract_maximum)
    if over > 0:
        yield Problem(
            table="Terms",
            column="Contract maximum",
            found=f"{in_words(over)} more payable",
            expected=f"at most {in_words(to_pence(terms.contract_maximum))}",
            remedy="Agree with the provider what happens above the maximum.",
        )


def _names(table: str, records: Iterable[EvidenceRecord]) -> Iterable[Problem]:
    """Names of persons where a pseudonym is wanted."""
    named = [column for column in COLUMNS[table] if column.unit == "pseudonym"]
    for record in records:
        for column in named:
            found = getattr(record, column.field_name)
            if _looks_like_a_name(found):
                yield Problem(
                    table=table,
                    row=record.row,
                    column=column.heading,
                    found=cells.shown(found),
                    expected="a pseudonym such as C01",
                    remedy="This looks like a person's name: replace it with a pseudonym.",
                )


def _looks_like_a_name(text: str) -> bool:
    """Two to four capitalised words: Jane Smith or Zoë O'Brien, not Child 7 or AB1."""
    words = [word.translate(_MARKS_IN_A_NAME) for word in text.split()]
    return 2 <= len(words) <= _MOST_WORDS_OF_A_NAME and all(
        len(word) > 1 and word.isalpha() and word[0].isupper() and not word.isupper()
        for word in words
    )


def _duplicates(placements: Iterable[Placement]) -> Iterable[Problem]:
    """Rows that say the same in every column as an earlier one."""
    seen: dict[Placement, int] = {}
    for placement in placements:
        if placement.moved_on is not None and placement.agreed:
            continue  # a copy of an agreed move stops the figures, and is a problem of its table
        other = seen.setdefault(
            replace(placement, child=cells.key(placement.child), row=0), placement.row
        )
        if other != placement.row:
            yield Problem(
                table="Placements",
                row=placement.row,
                column="Child",
                found=cells.shown(placement.child),
                expected=f"each row once; row {other} says the same",
                remedy="Delete the row if it was entered twice.",
                other_row=other,
            )
