"""Where the workings of the Checks sheet stand: one block of columns each, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass

from xlpbr.contract.terms import TERMS
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan, fixed

HEADING_ROW = 56
"""The heading row of all workings, and of the months that are checked beside them."""
FIRST_ROW = HEADING_ROW + 1

TERM_COLUMN = 8
MONTH_COLUMN = 11

READ_TERMS = tuple(
    term for term in TERMS if term.kind != "text" and term.label != "Programme months"
)
"""The terms that a figure comes from."""

DERIVED_TERMS = {
    "Fee without VAT": "money",
    "Last day of the contract": "date",
    "Last day known": "date",
    "Last day of the fee term": "date",
    "Months in the fee term": "count",
    "Start as months": "text",
    "Fee term as months": "text",
    "Month checked, first day": "date",
    "Month checked, last day": "date",
    "Day of the bonus": "date",
    "Day before the bonus counts": "date",
    "Weeks in a year": "text",
    "Children in Cohort": "count",
    "Amount of a break-down": "money",
    "Run rate on that day": "money",
    "Saved to that day": "money",
    "Measured saving": "money",
    "Bonus due": "money",
}
"""What follows from the terms, and the kind of each."""

DAYS = (
    "before the month",
    "to month end",
    "to the last day",
    "to the bonus",
    "before the bonus counts",
)
"""The days up to which the saving of each row is worked out."""

MONTHS = {
    "First day": "date", "Last day": "date", "Earned by": "date",
    "Complete months": "count", "Contract year began": "date", "Share earned": "text",
    "Fee entitlement to date": "money", "Saving (Statement)": "money", "Drawn from": "money",
    "Year before ended": "date", "Complete months then": "count",
    "Contract year then began": "date", "Lapsed": "money", "Ceiling": "money", "Fee": "money",
    "Fee to date": "money", "Households": "count", "Carer fees": "money", "Bonus": "money",
    "Break-downs": "money", "Reimbursed": "money", "Reimbursed to date": "money",
    "Owed": "money", "Payable": "money", "Payable to date": "money", "Adjustment": "money",
    "To invoice": "money", "Run rate": "money", "Measured for the bonus": "money",
    "Differs from agreed": "count",
}  # fmt: skip
PLACEMENTS = {
    "Row": "count", "Child": "text", "Agreed": "count", "Residential weekly cost": "money",
    "Family weekly cost": "money", "Moved on, in parts": "date", "Moved on": "date",
    "Leaves care on": "date", "Ended on, in parts": "date", "Ended on, as entered": "date",
    "Ended on": "date", "Broke down": "count", "First move": "count", "Saving a week": "money",
    "Counts from": "date", "Counts until": "date", "Counts for the bonus": "count",
    **{f"Days {day}": "count" for day in DAYS},
    **{f"7 x {day}": "money" for day in DAYS},
    **{f"Saved {day}": "money" for day in DAYS},
    "Saved in the month": "money", "Saved, for the bonus": "money",
    "Window from": "date", "Window until": "date", "Pays back": "money", "Reimbursed": "money",
}  # fmt: skip
HOUSEHOLDS = {
    "Household": "text", "Child": "text", "Approved on, in parts": "date",
    "Approved on": "date", "Child in cohort": "count", "Due on": "date",
    "Counts on": "date",
}  # fmt: skip
CLAIMS = {"Month, in parts": "month", "Month": "month", "Invoiced": "money"}
COHORT = {
    "Child": "text", "Leaves care on, in parts": "date", "Leaves care on": "date", "First": "count",
}  # fmt: skip
PRICES = {
    "Child": "text", "From, in parts": "date", "From": "date", "Placement": "count",
    "Residential weekly cost": "money", "Family weekly cost": "money",
    "Residential changes before": "count",
    "Family changes before": "count", "More saved a week": "money", "Counts from": "date",
    "Counts until": "date", "Counts for the bonus": "count",
    **{f"7 x {day}": "money" for day in DAYS},
}  # fmt: skip
COSTS = {
    "Child": "text", "Counts": "count", "From, in parts": "date", "From": "date",
    "To, in parts": "date", "To": "date", "Weekly": "money",
    "Once": "money", "Counts for the bonus": "count", "Open, a week": "money",
    **{f"7 x {day}": "money" for day in DAYS},
    **{f"Cost {day}": "money" for day in DAYS},
    "Cost of the month": "money", "Cost, for the bonus": "money",
}  # fmt: skip
AGREED = {"Month, in parts": "month", "Month": "month", "Payable": "money", "Adjustment": "money"}
"""The columns of each block of workings, by their kind."""

BLOCKS: Mapping[str, Mapping[str, str]] = {
    "Placements": PLACEMENTS, "Carers": HOUSEHOLDS, "Claims": CLAIMS, "Cohort": COHORT,
    "Prices": PRICES, "Costs": COSTS, "Agreed": AGREED,
}  # fmt: skip
"""The columns of the workings of each input table, in the order in which they stand."""


def _first_columns() -> dict[str, int]:
    column, found = MONTH_COLUMN + len(MONTHS) + 1, {}
    for table, headings in BLOCKS.items():
        found[table] = column
        column += len(headings) + 1
    return found


COLUMN_OF = _first_columns()
"""The first column of the workings of each input table."""

LAST_COLUMN = COLUMN_OF["Agreed"] + len(AGREED) - 1

_MORE = {"Share earned": {"num_format": "0.000000"}, "Row": {"num_format": "0"}}
"""What more a column's format has."""


@dataclass(frozen=True, slots=True)
class Workings:
    """Where the results of the workings stand.

    Attributes:
        terms: the cell of each term as read, and of what follows from the terms.
        month_rows: the rows of the months, first and last.
        months: the range of each column of the months.
        rows: by input table the range of each column of its workings.
    """

    terms: dict[str, str]
    month_rows: tuple[int, int]
    months: dict[str, str]
    rows: dict[str, dict[str, str]]

    def month(self, heading: str, row: int) -> str:
        """A cell of the months."""
        return fixed(row, MONTH_COLUMN + list(MONTHS).index(heading))


def cell_of(table: str, heading: str, row: int) -> str:
    """A cell of the workings of an input table."""
    return fixed(row, COLUMN_OF[table] + list(BLOCKS[table]).index(heading))


def cells_above(table: str, heading: str, row: int) -> str:
    """The cells over one of the workings of an input table, from the heading on."""
    return f"{cell_of(table, heading, HEADING_ROW)}:{cell_of(table, heading, row - 1)}"


def place_of_term(name: str) -> Position:
    """Where a term as read stands, or what follows from the terms."""
    names = [*(term.label for term in READ_TERMS), *DERIVED_TERMS]
    return FIRST_ROW + names.index(name), TERM_COLUMN + 1


def places_of_workings(plan: TemplatePlan) -> Workings:
    """Where the workings of a contract's workbook stand."""
    names = [*(term.label for term in READ_TERMS), *DERIVED_TERMS]
    return Workings(
        terms={name: fixed(row, TERM_COLUMN + 1) for row, name in enumerate(names, FIRST_ROW)},
        month_rows=(FIRST_ROW, HEADING_ROW + plan.month_rows),
        months=_ranges(MONTH_COLUMN, MONTHS, plan.month_rows),
        rows={
            table: _ranges(COLUMN_OF[table], headings, plan.prepared_rows(table))
            for table, headings in BLOCKS.items()
        },
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
