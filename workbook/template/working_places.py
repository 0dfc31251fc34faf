"""Where the workings of the Checks sheet stand: one block of columns each, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass

from xlpbr.contract.terms import TERMS
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan, fixed

HEADING_ROW = 40
"""The heading row of all workings, and of the months that are checked beside them."""
FIRST_ROW = HEADING_ROW + 1

TERM_COLUMN = 8
MONTH_COLUMN = 11
PLACEMENT_COLUMN = 28

READ_TERMS = tuple(term for term in TERMS if term.kind != "text" and term.label != "Cohort size")
"""The terms that a figure comes from."""

DERIVED_TERMS = {
    "Fee without VAT": "money",
    "Last day known": "date",
    "Last day of the fee term": "date",
    "Months in the fee term": "count",
    "Start as months": "text",
    "Fee term as months": "text",
    "Month checked, first day": "date",
    "Month checked, last day": "date",
    "Run rate at the end": "money",
    "Saved to the end": "money",
    "Measured saving": "money",
    "Bonus due": "money",
}
"""What follows from the terms, and the kind of each."""

MONTHS = {
    "First day": "date", "Last day": "date", "Earned by": "date", "Share earned": "text",
    "Fee entitlement to date": "money", "Saving (Statement)": "money", "Drawn from": "money",
    "Ceiling": "money", "Fee": "money", "Fee to date": "money", "Households": "count",
    "Carer fees": "money", "Bonus": "money", "Owed": "money", "Payable": "money",
    "Payable to date": "money",
}  # fmt: skip
PLACEMENTS = {
    "Child": "text", "Agreed": "count", "Residential weekly cost": "money",
    "Family weekly cost": "money", "Moved on": "date", "Ended on": "date",
    "Saving a week": "money", "Counts from": "date", "Counts until": "date",
    "Days before the month": "count", "Days to month end": "count",
    "Saved before": "money", "Saved to month end": "money", "Saved in the month": "money",
    "Days to the last day": "count", "Saved to the last day": "money",
    "Counts for the bonus": "count", "A week in place at the end": "money",
    "Saved, for the bonus": "money",
}  # fmt: skip
HOUSEHOLDS = {
    "Household": "text", "Approved on": "date", "Child in cohort": "count", "Counts on": "date",
}  # fmt: skip
CLAIMS = {"Month": "month", "Invoiced": "money"}
"""The columns of the workings of the months, placements, households and claims, by their kind."""

HOUSEHOLD_COLUMN = PLACEMENT_COLUMN + len(PLACEMENTS) + 1
CLAIM_COLUMN = HOUSEHOLD_COLUMN + len(HOUSEHOLDS) + 1
LAST_COLUMN = CLAIM_COLUMN + len(CLAIMS) - 1

_MORE = {"Share earned": {"num_format": "0.000000"}}
"""What more a column's format has."""


@dataclass(frozen=True, slots=True)
class Workings:
    """Where the results of the workings stand.

    Attributes:
        terms: the cell of each term as read, and of what follows from the terms.
        month_rows: the rows of the months, first and last.
        months: the range of each column of the months.
        placements: the range of each column of the placements.
        households: the range of each column of the households.
        claims: the range of each column of the claims.
    """

    terms: dict[str, str]
    month_rows: tuple[int, int]
    months: dict[str, str]
    placements: dict[str, str]
    households: dict[str, str]
    claims: dict[str, str]

    def month(self, heading: str, row: int) -> str:
        """A cell of the months."""
        return fixed(row, MONTH_COLUMN + list(MONTHS).index(heading))


def places_of_workings(plan: TemplatePlan) -> Workings:
    """Where the workings of a contract's workbook stand."""
    names = [*(term.label for term in READ_TERMS), *DERIVED_TERMS]
    return Workings(
        terms={name: fixed(row, TERM_COLUMN + 1) for row, name in enumerate(names, FIRST_ROW)},
        month_rows=(FIRST_ROW, HEADING_ROW + plan.month_rows),
        months=_ranges(MONTH_COLUMN, MONTHS, plan.month_rows),
        placements=_ranges(PLACEMENT_COLUMN, PLACEMENTS, plan.prepared_rows("Placements")),
        households=_ranges(HOUSEHOLD_COLUMN, HOUSEHOLDS, plan.prepared_rows("Carers")),
        claims=_ranges(CLAIM_COLUMN, CLAIMS, plan.prepared_rows("Claims")),
    )


def _ranges(column: int, headings: Iterable[str], rows: int) -> dict[str, str]:
    return {
        heading: f"{fixed(FIRST_ROW, found)}:{fixed(HEADING_ROW + rows, found)}"
        for found, heading in enumerate(headings, start=column)
    }


def columns_in_words(column: int, headings: Sized) -> str:
    """The columns of a block as a person writes them: ``AB to AT``."""
    return f"{column_letter(column)} to {column_letter(column + len(headings) - 1)}"


def write_title(page: TemplatePage, column: int, text: str, headings: Sequence[str]) -> None:
    """Write the title of a block of workings and its headings."""
    page.put(HEADING_ROW - 1, column, f"Working: {text}", page.styles.subtitle)
    page.put_row(HEADING_ROW, column, headings, page.styles.heading)


def write_block(
    page: TemplatePage,
    column: int,
    text: str,
    kinds: Mapping[str, str],
    rows: int,
    formulas_of: Callable[[int], Mapping[str, str]],
) -> None:
    """Write a block of workings.

    Args:
        page: the sheet.
        column: its first column.
        text: its title.
        kinds: the kind of each of its columns, by the heading.
        rows: how many rows it has.
        formulas_of: the formulas of a row of the sheet, by the heading.
    """
    write_title(page, column, text, list(kinds))
    looks = {
        heading: page.styles.cell(kind, "working", **_MORE.get(heading, {}))
        for heading, kind in kinds.items()
    }
    for row in range(FIRST_ROW, FIRST_ROW + rows):
        formulas = formulas_of(row)
        for offset, (heading, look) in enumerate(looks.items()):
            page.put_formula(row, column + offset, f"={formulas[heading]}", look)
