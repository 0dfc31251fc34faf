"""Where the workings of the Checks sheet stand: one block of columns each, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from xlpbr.contract.terms import TERMS
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.page import TemplatePage, put, put_row
from xlpbr.workbook.template.plan import SPARE_TABLE_ROWS, TemplatePlan, fixed

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

MONTH_HEADINGS = (
    "First day", "Last day", "Earned by", "Share earned", "Fee entitlement to date",
    "Saving (Statement)", "Drawn from", "Ceiling", "Fee", "Fee to date", "Households",
    "Carer fees", "Bonus", "Owed", "Payable", "Payable to date",
)  # fmt: skip
PLACEMENT_HEADINGS = (
    "Child", "Agreed", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
    "Saving a week", "Counts from", "Counts until", "Days before the month",
    "Days to month end", "Saved before", "Saved to month end", "Saved in the month",
    "Days to the last day", "Saved to the last day", "Counts for the bonus",
    "A week in place at the end", "Saved, for the bonus",
)  # fmt: skip
HOUSEHOLD_HEADINGS = ("Household", "Approved on", "Child in cohort", "Counts on")
CLAIM_HEADINGS = ("Month", "Invoiced")

HOUSEHOLD_COLUMN = PLACEMENT_COLUMN + len(PLACEMENT_HEADINGS) + 1
CLAIM_COLUMN = HOUSEHOLD_COLUMN + len(HOUSEHOLD_HEADINGS) + 1
LAST_COLUMN = CLAIM_COLUMN + len(CLAIM_HEADINGS) - 1


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
        return fixed(row, MONTH_COLUMN + MONTH_HEADINGS.index(heading))


def places_of_workings(plan: TemplatePlan) -> Workings:
    """Where the workings of a contract's workbook stand."""
    names = [*(term.label for term in READ_TERMS), *DERIVED_TERMS]
    last_month = HEADING_ROW + plan.month_rows
    return Workings(
        terms={name: fixed(row, TERM_COLUMN + 1) for row, name in enumerate(names, FIRST_ROW)},
        month_rows=(FIRST_ROW, last_month),
        months=_ranges(MONTH_COLUMN, MONTH_HEADINGS, last_month),
        placements=_ranges(
            PLACEMENT_COLUMN, PLACEMENT_HEADINGS, HEADING_ROW + prepared_rows(plan, "Placements")
        ),
        households=_ranges(
            HOUSEHOLD_COLUMN, HOUSEHOLD_HEADINGS, HEADING_ROW + prepared_rows(plan, "Carers")
        ),
        claims=_ranges(CLAIM_COLUMN, CLAIM_HEADINGS, HEADING_ROW + prepared_rows(plan, "Claims")),
    )


def prepared_rows(plan: TemplatePlan, table: str) -> int:
    """How many rows of an input table the workings read."""
    return plan.table_rows[table] + SPARE_TABLE_ROWS


def _ranges(column: int, headings: tuple[str, ...], last_row: int) -> dict[str, str]:
    return {
        heading: f"{fixed(FIRST_ROW, found)}:{fixed(last_row, found)}"
        for found, heading in enumerate(headings, start=column)
    }


def columns_in_words(column: int, headings: tuple[str, ...]) -> str:
    """The columns of a block as a person writes them: ``AB to AT``."""
    return f"{column_letter(column)} to {column_letter(column + len(headings) - 1)}"


def write_title(page: TemplatePage, column: int, text: str, headings: tuple[str, ...]) -> None:
    """Write the title of a block of workings and its headings."""
    put(page, HEADING_ROW - 1, column, f"Working: {text}", page.styles.subtitle)
    put_row(page, HEADING_ROW, column, headings, page.styles.heading)
