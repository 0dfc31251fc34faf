"""Every problem in the data, those that stop the figures and those a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from xlpbr import cells
from xlpbr.contract.assumptions import ASSUMPTIONS, Assumptions
from xlpbr.contract.evidence import Claim, Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.money import in_words, to_pence
from xlpbr.periods import month_of
from xlpbr.settlement.statement import settle
from xlpbr.tables.assumptions import outside_the_programme
from xlpbr.tables.declared import TABLES
from xlpbr.tables.headings import ReadRecord

_Row = TypeVar("_Row")

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
            problems.extend(_unlikely_price("Assumptions", None, assumption.label, price))
    if not terms.blocking:
        problems.extend(outside_the_programme(assumptions.record, terms.record))
    return sorted(problems, key=lambda problem: problem.row or 0)


def _about_placements(terms: ReadRecord[ContractTerms], evidence: Evidence) -> Iterable[Problem]:
    placements = evidence.placements
    yield from _duplicates(
        "Placements",
        "Child",
        # A copy of an agreed move stops the figures, and is a problem of its table already.
        [row for row in placements if row.moved_on is None or not row.agreed],
        lambda row: cells.shown(row.child),
    )
    dates_known = not terms.blocking
    for placement in placements:
        if _looks_like_a_name(placement.child):
            yield _name("Placements", placement.row, "Child", placement.child)
        yield from _unlikely_prices(placement)
        if placement.moved_on is None:
            if placement.ended_on is not None:
                yield Problem(
                    "Placements",
                    placement.row,
                    "Moved on",
                    "nothing, though Ended on is given",
                    "the day of the move",
                    "Give Moved on: without it nothing is saved.",
                )
            continue
        if (
            placement.residential_weekly is not None
            and placement.family_weekly is not None
            and placement.weekly_saving < 0
        ):
            yield Problem(
                "Placements",
                placement.row,
                "Family weekly cost",
                in_words(to_pence(placement.family_weekly)),
                "a price below the residential one",
                "Check both prices: this placement costs more than it replaced.",
            )
        if dates_known and placement.moved_on > terms.record.ends_on:
            yield Problem(
                "Placements",
                placement.row,
                "Moved on",
                f"{placement.moved_on:%d/%m/%Y}",
                f"a day up to Ends on, {terms.record.ends_on:%d/%m/%Y}",
                "The move is after the programme: it saves nothing here.",
            )
        elif dates_known and placement.moved_on < terms.record.starts_on:
            yield Problem(
                "Placements",
                placement.row,
                "Moved on",
                f"{placement.moved_on:%d/%m/%Y}",
                f"a day from Starts on, {terms.record.starts_on:%d/%m/%Y}",
                "Only days from Starts on are counted. Check that the child is of the cohort.",
            )
    children = {cells.key(placement.child) for placement in evidence.agreed}
    size = terms.record.cohort_size
    if size is not None and len(children) > size:
        yield Problem(
            "Placements",
            None,
            "Child",
            f"{len(children)} children",
            f"at most the {size} of Cohort size",
            "Check which children are of the cohort, or correct Cohort size.",
        )


def _unlikely_prices(placement: Placement) -> Iterable[Problem]:
    """Prices that are more likely a year's, as decisions state them, or no pounds at all."""
    for heading, price in (
        ("Residential weekly cost", placement.residential_weekly),
        ("Family weekly cost", placement.family_weekly),
    ):
        yield from _unlikely_price("Placements", placement.row, heading, price)


def _unlikely_price(
    table: str, row: int | None, heading: str, price: Fraction | None
) -> Iterable[Problem]:
    if price is not None and price > _MOST_POUNDS_A_WEEK:
        yield Problem(
            table,
            row,
            heading,
            in_words(to_pence(price)),
            f"a price of a week, rarely above {in_words(_MOST_POUNDS_A_WEEK * 100)}",
            "Check that it is not the price of a year.",
        )
    elif price is not None and 0 < price < _FEWEST_POUNDS_A_WEEK:
        yield Problem(
            table,
            row,
            heading,
            in_words(to_pence(price)),
            f"a price of a week, rarely below {in_words(_FEWEST_POUNDS_A_WEEK * 100)}",
            "Check that it is in pounds, not a time or thousands of pounds.",
        )


def _about_carers(
    terms: ReadRecord[ContractTerms], evidence: Evidence, blocking: Iterable[Problem]
) -> Iterable[Problem]:
    households = evidence.households
    cohort = {cells.key(placement.child) for placement in evidence.placements}
    agreed = {cells.key(placement.child) for placement in evidence.agreed}
    # A child may be missing because its row could not be read: that is its own problem.
    all_rows_read = not any(problem.table == "Placements" for problem in blocking)
    seen: dict[str, int] = {}
    for household in households:
        if _looks_like_a_name(household.household):
            yield _name("Carers", household.row, "Household", household.household)
        if _looks_like_a_name(household.child):
            yield _name("Carers", household.row, "Child", household.child)
        name = cells.key(household.household)
        if name in seen:
            yield Problem(
                "Carers",
                household.row,
                "Household",
                cells.shown(household.household),
                f"each household once; it is in row {seen[name]} as well",
                "A household is paid for once, at its first approval.",
                other_row=seen[name],
            )
        seen.setdefault(name, household.row)
        child = cells.key(household.child)
        if child not in agreed and all_rows_read:
            found = cells.shown(household.child) if household.child else "nothing"
            yield Problem(
                "Carers",
                household.row,
                "Child",
                found,
                "a child with an agreed row in Placements",
                "Its row in Placements is not agreed: nothing is paid for the household."
                if child in cohort
                else "Link the household to a child of the cohort: nothing is paid for it now.",
            )
        approved = household.approved_on
        if approved is None or terms.blocking:
            continue
        if not terms.record.starts_on <= approved <= terms.record.ends_on:
            yield Problem(
                "Carers",
                household.row,
                "Approved on",
                f"{approved:%d/%m/%Y}",
                f"a day of the programme, {terms.record.starts_on:%d/%m/%Y} to"
                f" {terms.record.ends_on:%d/%m/%Y}",
                "Nothing is paid for it. Check the date.",
            )


def _about_claims(terms: ReadRecord[ContractTerms], evidence: Evidence) -> Iterable[Problem]:
    yield from _second_claims(evidence.claims)
    if terms.blocking:
        return
    first, last = month_of(terms.record.starts_on), month_of(terms.record.ends_on)
    for claim in evidence.claims:
        if not first <= claim.month <= last:
            yield Problem(
                "Claims",
                claim.row,
                "Month",
                f"{claim.month:%B %Y}",
                f"a month of the programme, {first:%B %Y} to {last:%B %Y}",
                "Check the month. A claim before the programme counts from its first month,"
                " one after it is never reached.",
            )


def _second_claims(claims: Iterable[Claim]) -> Iterable[Problem]:
    """Claims for a month that has one already: a copy, or a second invoice."""
    first: dict[date, Claim] = {}
    for claim in claims:
        other = first.setdefault(claim.month, claim)
        if other is claim:
            continue
        same = "the same amount" if other.invoiced == claim.invoiced else "another amount"
        yield Problem(
            "Claims",
            claim.row,
            "Month",
            f"{claim.month:%B %Y} a second time, with {same}",
            f"one claim for the month; row {other.row} has it",
            "Both are added up. Check that neither is a copy of the other.",
            other_row=other.row,
        )


def _about_the_maximum(terms: ContractTerms, evidence: Evidence) -> Iterable[Problem]:
    if terms.contract_maximum is None or terms.maximum_reading != "warn":
        return
    over = settle(terms, evidence).payable - to_pence(terms.contract_maximum)
    if over > 0:
        yield Problem(
            "Terms",
            None,
            "Contract maximum",
            f"{in_words(over)} more payable",
            f"at most {in_words(to_pence(terms.contract_maximum))}",
            "Agree with the provider what happens above the maximum.",
        )


def _looks_like_a_name(text: str) -> bool:
    """Two to four capitalised words: Jane Smith or Zoë O'Brien, not Child 7 or AB1."""
    words = [word.translate(_MARKS_IN_A_NAME) for word in text.split()]
    return 2 <= len(words) <= _MOST_WORDS_OF_A_NAME and all(
        len(word) > 1 and word.isalpha() and word[0].isupper() and not word.isupper()
        for word in words
    )


def _name(table: str, row: int, column: str, found: str) -> Problem:
    return Problem(
        table,
        row,
        column,
        cells.shown(found),
        "a pseudonym such as C01",
        "This looks like a person's name: replace it with a pseudonym.",
    )


def _duplicates(
    table: str, column: str, rows: Iterable[_Row], name: Callable[[Any], str]
) -> Iterable[Problem]:
    """Rows that say the same in every column as an earlier one."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        content = (
            cells.key(name(row)),
            *(
                getattr(row, field)
                for field in row.__dataclass_fields__  # type: ignore[attr-defined]
                if field not in ("row", "child", "household", "month")
            ),
        )
        number: int = row.row  # type: ignore[attr-defined]
        if content in seen:
            yield Problem(
                table,
                number,
                column,
                name(row),
                f"each row once; row {seen[content]} says the same",
                "Delete the row if it was entered twice.",
                other_row=seen[content],
            )
        seen.setdefault(content, number)
