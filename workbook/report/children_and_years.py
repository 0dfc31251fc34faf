"""The sheets Children and Years: savings child by child, and the financial years.

The figures are those of PBR_CHILDREN and PBR_YEARS.
"""

from __future__ import annotations

from xlpbr.money import Pence
from xlpbr.settlement.lines import savings_by_child
from xlpbr.settlement.years import financial_years, year_in_words
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, ReportColumn, Value

CHILDREN_SHEET = "Children"
YEARS_SHEET = "Years"


def children_columns(report: Report) -> list[ReportColumn]:
    """The children's column, their totals and a column for each month."""
    return [
        ReportColumn("Child", 14),
        ReportColumn("Total", 14, "money"),
        *(ReportColumn(f"{month.month:%b %Y}", 13.2, "money") for month in report.statement.months),
    ]


def children_lines(_: Report) -> list[str]:
    """How to read the table."""
    return [
        "What each child saved in each month, further costs of the move taken off. The row Total is"
        " the column Saving of the sheet Statement.",
        "This sheet is about single children: it is never part of a public version.",
    ]


def children_rows(report: Report) -> list[list[Value]]:
    """Children down, months across, with their totals."""
    rows: list[list[Value]] = [
        [child.child, sum(child.months), *child.months]
        for child in savings_by_child(report.statement)
    ]
    months = [month.saving for month in report.statement.months]
    return [*rows, ["Total", sum(months), *months]]


def years_lines(report: Report) -> list[str]:
    """What the columns mean."""
    lines = [
        "A financial year runs from 1 April to 31 March; the first and the last may be parts of"
        " one. Accrual is payable to date less invoiced to date at the end of the year, or of the"
        " statement: what is owed and not invoiced. Full-year effect is the yearly saving of all"
        " placements in place on that day, at that day's prices.",
    ]
    if not report.evidence.budget:
        lines.append(
            f"There is no table Budget, so the columns of the budget hold {NOT_APPLICABLE}."
        )
    return lines


def years_rows(report: Report) -> list[list[Value]]:
    """A row for each financial year of the statement, beside its budget."""
    return [
        [
            year_in_words(year.first_day), year.saving, year.payable, year.invoiced, year.accrual,
            year.full_year_effect, _or_none(year.budget_saving), _or_none(year.budget_cost),
            _less(year.saving, year.budget_saving), _less(year.payable, year.budget_cost),
        ]
        for year in financial_years(report.statement)
    ]  # fmt: skip


def _or_none(amount: Pence | None) -> Value:
    return NOT_APPLICABLE if amount is None else amount


def _less(amount: Pence, budget: Pence | None) -> Value:
    return NOT_APPLICABLE if budget is None else amount - budget
