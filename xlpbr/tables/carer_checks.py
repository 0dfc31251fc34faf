"""What a person should look at in the table Carers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from xlpbr import cells
from xlpbr.contract.evidence import Evidence, Household
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.tables.headings import ReadRecord
from xlpbr.tables.name_checks import names_of_persons


def about_carers(
    terms: ReadRecord[ContractTerms], evidence: Evidence, blocking: Iterable[Problem]
) -> Iterable[Problem]:
    """Households twice, without a child of the cohort, or approved outside the programme."""
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
    yield from names_of_persons("Carers", evidence.households)
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
