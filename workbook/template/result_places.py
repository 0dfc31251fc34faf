"""Where sheets of one formula each put it, and how many cells are prepared for what it fills."""

from __future__ import annotations

from xlpbr.workbook.template.plan import TemplatePlan

INVOICE_ROW = 6
LINES_ROW = 6
CHILDREN_ROW = 5
YEARS_ROW = 5
CHANGES_ROW = 7
AS_AGREED_ROW = 6

_SPARE_INVOICE_ROWS = 30
"""Lines beside one for each household: fee, outcomes, bonus, reimbursements and adjustments."""

_MONTHS_OF_A_YEAR = 12

_LINES_AROUND_A_TABLE = 3
"""Its name, its headings and the blank line under it."""
_LINES_ABOVE_THE_TABLES = 10
"""What the text of the tables says of itself, and some to spare."""
_RESERVE = 2
"""How many times the rows of the input tables the text of the tables has room for."""


def invoice_rows(plan: TemplatePlan) -> int:
    """The rows that are prepared for the lines of an invoice, the heading row included."""
    return 1 + plan.table_rows["Carers"] + _SPARE_INVOICE_ROWS


def lines_rows(plan: TemplatePlan) -> int:
    """The rows that are prepared for the lines of a month's saving, the heading row included."""
    rows = plan.table_rows
    return 2 + rows["Placements"] + rows["Prices"] + rows["Costs"]


def children_rows(plan: TemplatePlan) -> int:
    """The rows that are prepared for the children, headings and total included."""
    return 2 + plan.table_rows["Placements"]


def children_width(plan: TemplatePlan) -> int:
    """The columns that are prepared for the children: name, total and months."""
    return 2 + plan.month_rows


def year_rows(plan: TemplatePlan) -> int:
    """The rows that are prepared for the financial years, the heading row included."""
    return 3 + plan.month_rows // _MONTHS_OF_A_YEAR


MOST_CHANGED_CELLS = 400
"""How many rows of what changed the sheets Month and Changes look through."""


def changes_rows(plan: TemplatePlan) -> int:
    """The rows that are prepared for what changed, the heading row included.

    A change of every table would take more; what has no row prepared is shown without its look.
    """
    return 2 + plan.table_rows["Placements"] + plan.table_rows["Claims"]


def kept_lines(plan: TemplatePlan) -> int:
    """The cells that are prepared for the text of the tables as they were, a line each."""
    tables = ("Terms", *plan.evidence_tables)
    rows = sum(plan.table_rows[table] + _LINES_AROUND_A_TABLE for table in tables)
    return _LINES_ABOVE_THE_TABLES + _RESERVE * rows
