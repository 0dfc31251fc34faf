"""Where sheets of one formula each put it, and how many cells are prepared for what it fills."""

from __future__ import annotations

from xlpbr.workbook.template.plan import TemplatePlan

INVOICE_ROW = 6
LINES_ROW = 6
CHILDREN_ROW = 5
YEARS_ROW = 5

_SPARE_INVOICE_ROWS = 30
"""Lines beside one for each household: fee, outcomes, bonus, reimbursements and adjustments."""

_MONTHS_OF_A_YEAR = 12


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
