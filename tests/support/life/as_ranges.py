"""A life as the ranges of cells that the functions take: a heading row, then a row each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.support.life.tables import Life

Cell = object
Range = list[list[Cell]]

FIELDS: dict[str, dict[str, str]] = {
    "placements": {
        "Child": "child",
        "Type": "kind",
        "Residential weekly cost": "residential",
        "Family weekly cost": "family",
        "Moved on": "moved_on",
        "Ended on": "ended_on",
        "Agreed": "agreed",
        "Ended because": "because",
    },
    "carers": {"Household": "household", "Approved on": "approved_on", "Child": "child"},
    "claims": {"Month": "month", "Invoiced": "invoiced"},
    "cohort": {"Child": "child", "Leaves care on": "leaves_on"},
    "prices": {
        "Child": "child",
        "From": "starts",
        "Residential weekly cost": "residential",
        "Family weekly cost": "family",
    },
    "costs": {
        "Child": "child",
        "From": "starts",
        "To": "ends",
        "Weekly": "weekly",
        "Once": "once",
        "What": "what",
        "Agreed": "agreed",
    },
    "rates": {
        "Outcome": "outcome",
        "Weeks": "weeks",
        "Price": "price",
        "From": "starts",
        "To": "ends",
    },
    "agreed": {"Month": "month", "Payable": "payable", "Adjustment": "adjustment"},
    "budget": {"Year": "year", "Saving": "saving", "Cost": "cost"},
}
"""The headings of each table, and the fields of its records that they show."""


def terms_range(life: Life) -> Range:
    """The Terms table: the plain rows with a blank From, then the variations."""
    rows: Range = [["Term", "Value", "From"]]
    rows += [[term, value, None] for term, value in life.terms.values.items()]
    rows += [[row.term, row.value, row.starts] for row in life.terms.variations]
    return rows


def table_range(life: Life, table: str) -> Range:
    fields = FIELDS[table]
    records: Sequence[object] = getattr(life, table)
    return [list(fields), *([getattr(row, name) for name in fields.values()] for row in records)]


def optional(life: Life, *, headings_only: bool = False) -> dict[str, Range | None]:
    """The tables that may be left out; an empty one is blank, or a heading row alone."""
    return {
        table: table_range(life, table) if headings_only or getattr(life, table) else None
        for table in FIELDS
        if table != "placements"
    }


def given(life: Life) -> tuple[Range, Range]:
    return terms_range(life), table_range(life, "placements")


def for_statement(life: Life, *, headings_only: bool = False) -> list[object]:
    """The arguments of PBR_STATEMENT in their order."""
    t = optional(life, headings_only=headings_only)
    before = [*given(life), t["carers"], t["claims"], life.as_at]
    return [*before, t["cohort"], t["prices"], t["costs"], t["rates"], t["agreed"]]


def for_invoice(life: Life, month: date, *, headings_only: bool = False) -> list[object]:
    """The arguments of PBR_INVOICE in their order."""
    terms, placements, *others = for_statement(life, headings_only=headings_only)
    return [terms, placements, month, *others]


def for_children(life: Life, *, headings_only: bool = False) -> list[object]:
    """The arguments of PBR_CHILDREN in their order."""
    t = optional(life, headings_only=headings_only)
    return [*given(life), life.as_at, t["cohort"], t["prices"], t["costs"]]


def for_lines(life: Life, month: date, *, headings_only: bool = False) -> list[object]:
    """The arguments of PBR_LINES in their order."""
    terms, placements, *others = for_children(life, headings_only=headings_only)
    return [terms, placements, month, *others]


def for_years(life: Life, *, headings_only: bool = False) -> list[object]:
    """The arguments of PBR_YEARS in their order."""
    budget = optional(life, headings_only=headings_only)["budget"]
    return [*for_statement(life, headings_only=headings_only), budget]
