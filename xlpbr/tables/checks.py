"""Every problem in the data, those that stop the figures and those a person should look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial

from xlpbr import cells
from xlpbr.contract.assumptions import ASSUMPTIONS, Assumptions
from xlpbr.contract.evidence import (
    ALL_COLUMNS,
    PRICES,
    Claim,
    Evidence,
    EvidenceRecord,
    Household,
    Placement,
)
from xlpbr.contract.life import LifeRecord
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.money import in_words, price_in_words, to_pence, to_pounds
from xlpbr.periods import ONE_DAY, month_in_words, month_of
from xlpbr.settlement.statement import settle
from xlpbr.tables.assumptions import outside_the_programme
from xlpbr.tables.declared import TABLES
from xlpbr.tables.headings import ReadRecord
from xlpbr.tables.life_checks import about_the_life, other_spellings

_MOST_WORDS_OF_A_NAME = 4
_MOST_POUNDS_A_WEEK = 20_000
"""The published averages are £368,000 and £74,100 a year: £7,077 and £1,425 a week."""
_FEWEST_POUNDS_A_WEEK = 20
"""Below it stands a time of day, thousands of pounds or a price of an hour."""
_MOST_YEARS_AFTER = 10
"""An end longer after the programme is more likely a slip of the year."""
_A_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_MARKS_IN_A_NAME = str.maketrans("", "", "'’-.,")


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
    for table, records in _life_of(evidence.record):
        problems.extend(_names(table, records))
        problems.extend(other_spellings(table, records, evidence.record))
    if not (terms.blocking or evidence.blocking):
        problems.extend(about_the_life(terms.record, evidence.record))
        problems.extend(_about_the_maximum(terms.record, evidence.record))
        problems.extend(_about_what_is_invoiced(terms.record, evidence.record))
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
            problems.extend(_unlikely_price(here, price))
    if not terms.blocking:
        problems.extend(outside_the_programme(assumptions.record, terms.record))
    return sorted(problems, key=lambda problem: problem.row or 0)


def _about_placements(terms: ReadRecord[ContractTerms], evidence: Evidence) -> Iterable[Problem]:
    yield from _duplicates(evidence.placements)
    yield from _names("Placements", evidence.placements)
    yield from _days_between(evidence.placements)
    for placement in evidence.placements:
        for column in PRICES:
            here = partial(Problem, table="Placements", row=placement.row, column=column.heading)
            price = getattr(placement, column.field_name)
            yield from _unlikely_price(here, price)
            yield from _parts_of_a_penny(here, price)
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


def _days_between(placements: Iterable[Placement]) -> Iterable[Problem]:
    """A day between two rows of a child: a change of price that is written as an end and a start.

    The day on which a placement ended is not counted, so that a row that starts on the day after
    loses it.
    """
    by_end: dict[tuple[str, date], Placement] = {}
    for placement in placements:
        if placement.ended_on is not None:
            by_end[cells.key(placement.child), placement.ended_on] = placement
    for placement in placements:
        moved = placement.moved_on
        if moved is None or moved == date.min:
            continue
        before = by_end.get((cells.key(placement.child), moved - ONE_DAY))
        if before is None or before.ended_on is None or before is placement:
            continue
        yield Problem(
            table="Placements",
            row=placement.row,
            column="Moved on",
            found=f"{moved:%d/%m/%Y}",
            expected=f"{before.ended_on:%d/%m/%Y}, the day on which row {before.row} ended",
            remedy=f"{before.ended_on:%d/%m/%Y} counts in neither row: the day on which a placement"
            " ended is not counted. Start the row on that day if only the price changed.",
            other_row=before.row,
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
    yield from _far_away(placement, terms)
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


def _far_away(placement: Placement, terms: ContractTerms) -> Iterable[Problem]:
    """An end so long after the programme that its year is more likely a slip."""
    ended = placement.ended_on
    if ended is not None and ended.year - terms.ends_on.year > _MOST_YEARS_AFTER:
        yield Problem(
            table="Placements",
            row=placement.row,
            column="Ended on",
            found=f"{ended:%d/%m/%Y}",
            expected=f"a day within {_MOST_YEARS_AFTER} years of Ends on, {terms.ends_on:%d/%m/%Y}",
            remedy="Check the year, or leave it blank while the placement lasts.",
        )


def _parts_of_a_penny(here: partial[Problem], price: Fraction | None) -> Iterable[Problem]:
    if price is not None and (price * 100).denominator != 1:
        yield here(
            found=price_in_words(price),
            expected="a price in whole pence",
            remedy="It is used as it is. Check that it is the price that was agreed.",
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
    where = "Placements"
    if evidence.cohort:
        cohort, where = set(evidence.leaving_days), "Cohort"
    needs_a_child = terms.record.carer_fee_counts == "linked"
    waits_for_the_move = terms.record.carer_fee_due == "moved"
    spelt: dict[str, dict[str, str]] = {}
    for placement in evidence.placements:
        spellings = spelt.setdefault(cells.key(placement.child), {})
        spellings.setdefault(placement.child.casefold(), placement.child)
    moved = {
        cells.key(placement.child)
        for placement in evidence.agreed
        if placement.moved_on is not None
    }
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
        if child not in cohort and all_rows_read and needs_a_child:
            yield here(
                column="Child",
                found=cells.shown(household.child) if household.child else "nothing",
                expected=f"a child with a row in {where}",
                remedy="Link the household to a child of the cohort: nothing is paid for it now.",
            )
        elif child in spelt and household.child.casefold() not in spelt[child]:
            yield here(
                column="Child",
                found=cells.spelling(household.child),
                expected=f"{cells.spelling(next(iter(spelt[child].values())))} as in Placements",
                remedy="They are treated as the same. Correct the one that is misspelt.",
            )
        elif household.approved_on is not None and child not in moved and all_rows_read:
            yield here(
                column="Child",
                found=f"{cells.shown(household.child)}, who has not moved in an agreed row"
                if household.child
                else "nothing",
                expected="a child who has moved",
                remedy="Nothing is paid for the household until the child has moved."
                if waits_for_the_move
                else "The household is paid for all the same, because it is approved."
                " Check the child's row in Placements.",
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
    numbered: dict[str, Claim] = {}
    starts, ends = month_of(terms.record.starts_on), month_of(terms.record.ends_on)
    for claim in evidence.claims:
        here = partial(Problem, table="Claims", row=claim.row, column="Month")
        other = first_of.setdefault(claim.month, claim)
        of_number = numbered.setdefault(cells.key(claim.number), claim) if claim.number else claim
        if of_number is not claim:
            yield here(
                column="Invoice number",
                found=f"{cells.shown(claim.number)} a second time",
                expected=f"each invoice once; row {of_number.row} has that number",
                remedy="Both are added up. Delete the row that was entered twice, or correct the"
                " number.",
                other_row=of_number.row,
            )
        elif other is not claim and _may_be_a_copy(claim, other):
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
                " a claim after it counts in its last.",
            )


def _may_be_a_copy(claim: Claim, other: Claim) -> bool:
    """Whether nothing tells a claim from another one of its month: a credit has its own number."""
    if claim.number and other.number:
        return False
    return claim.invoiced == other.invoiced or not (claim.number or other.number)


def _about_the_maximum(terms: ContractTerms, evidence: Evidence) -> Iterable[Problem]:
    maximum = terms.in_force("contract_maximum", terms.last_day)
    if maximum is None or terms.maximum_reading == "hard_stop":
        return
    over = settle(terms, evidence).payable - to_pence(maximum)
    if over > 0:
        yield Problem(
            table="Terms",
            column="Contract maximum",
            found=f"{in_words(over)} more payable",
            expected=f"at most {in_words(to_pence(maximum))}",
            remedy="Agree with the provider what happens above the maximum.",
        )


def _about_what_is_invoiced(terms: ContractTerms, evidence: Evidence) -> Iterable[Problem]:
    """More than is payable, and a claim that looks as if VAT were in it."""
    if not evidence.claims:
        return
    months = settle(terms, evidence).months
    by_month = {month.month: month for month in months}
    in_order = sorted(evidence.claims, key=lambda claim: (claim.month, claim.row))
    if terms.vat_reading != "exempt":
        before = Fraction(0)
        for claim in in_order:
            found = by_month.get(claim.month)
            if found is not None:
                open_to_it = to_pounds(found.payable_to_date) - before
                net = (open_to_it, to_pounds(found.payable), to_pounds(found.to_invoice))
                yield from _looks_gross(terms, claim, net)
            before += claim.invoiced
    last = in_order[-1].month
    reached = [month for month in months if month.month <= last] or list(months[:1])
    if reached and reached[-1].balance < 0:
        yield Problem(
            table="Claims",
            row=in_order[-1].row,
            column="Invoiced",
            found=f"{in_words(reached[-1].invoiced_to_date)} invoiced to the end of"
            f" {month_in_words(reached[-1].month)}",
            expected=f"at most {in_words(reached[-1].payable_to_date)}, what is payable to then",
            remedy=f"{in_words(-reached[-1].balance)} more is invoiced than is payable. Check the"
            " claims, or ask the provider for a credit.",
        )


def _looks_gross(terms: ContractTerms, claim: Claim, net: Iterable[Fraction]) -> Iterable[Problem]:
    """A claim that is what was to be invoiced plus VAT, to the penny."""
    for amount in net:
        gross = to_pence(amount * (1 + terms.vat_rate))
        if amount > 0 and gross != to_pence(amount) and to_pence(claim.invoiced) == gross:
            yield Problem(
                table="Claims",
                row=claim.row,
                column="Invoiced",
                found=f"{in_words(gross)}, which is {in_words(to_pence(amount))} plus VAT",
                expected="the amount without VAT",
                remedy="This looks like a gross amount: enter what the invoice says without VAT.",
            )
            return


def _names(table: str, records: Iterable[EvidenceRecord | LifeRecord]) -> Iterable[Problem]:
    """Names of persons where a pseudonym is wanted."""
    named = [column for column in ALL_COLUMNS[table] if column.unit == "pseudonym"]
    for record in records:
        for column in named:
            found = getattr(record, column.field_name)
            if _looks_like_a_name(found) or (column.heading == "Child" and _may_be_a_name(found)):
                yield Problem(
                    table=table,
                    row=record.row,
                    column=column.heading,
                    found=cells.shown(found),
                    expected="a pseudonym such as C01",
                    remedy="This looks like a person: replace it with a pseudonym.",
                )


def _looks_like_a_name(text: str) -> bool:
    """Two to four capitalised words: Jane Smith or Zoë O'Brien, not Child 7 or AB1."""
    words = [word.translate(_MARKS_IN_A_NAME) for word in text.split()]
    return 2 <= len(words) <= _MOST_WORDS_OF_A_NAME and all(
        len(word) > 1 and word.isalpha() and word[0].isupper() and not word.isupper()
        for word in words
    )


def _may_be_a_name(child: str) -> bool:
    """A text without a digit, with two words of letters, or with a date: no pseudonym has those."""
    if not child:
        return False
    words = [word for word in child.split() if word.translate(_MARKS_IN_A_NAME).isalpha()]
    no_digit = not any(letter.isdigit() for letter in child)
    return no_digit or len(words) > 1 or _A_DATE.search(child) is not None


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
