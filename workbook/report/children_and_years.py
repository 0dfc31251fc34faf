"""The sheets Children and Years: savings child by child, and the financial years.

The figures are those of PBR_CHILDREN and PBR_YEARS.
"""

from __future__ import annotations

from xlpbr.money import Pence
from xlpbr.settlement.lines import savings_by_child
from xlpbr.settlement.years import year_in_words
from xlpbr.workbook.disclosure.years import ShownYear, has_a_shown_year, shown_years
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, ReportColumn, Value
from xlpbr.workbook.report.summary import day_in_full

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


def has_years(report: Report) -> bool:
    """Whether there is a year to show: in a public version one that may be shown."""
    return has_a_shown_year(report.last_shown)


def years_lines(report: Report) -> list[str]:
    """What the columns mean."""
    lines = [
        "A financial year runs from 1 April to 31 March; the first and the last may be parts of"
        " one. Accrual is payable to date less invoiced to date at the end of the year, or of the"
        " statement: what is owed and not invoiced. Full-year effect is the yearly saving of all"
        " placements in place on that day, at that day's prices.",
    ]
    if report.is_public:
        last = report.last_shown.statement.months[-1].period.last
        lines.append(
            f"The last year is to {day_in_full(last)}. A year is shown where it follows from"
            " figures to date of the sheet Statement."
        )
    if not report.evidence.budget:
        lines.append(
            f"There is no table Budget, so the columns of the budget hold {NOT_APPLICABLE}."
        )
    return lines


def years_rows(report: Report) -> list[list[Value]]:
    """A row for each financial year of the statement, beside its budget."""
    shown = report.last_shown if report.is_public else report.shown
    return [_years_row(year) for year in shown_years(shown)]


def _years_row(year: ShownYear) -> list[Value]:
    saving, payable = year.figure("saving"), year.figure("payable")
    return [
        year_in_words(year.year.first_day), saving, payable, year.figure("invoiced"),
        year.figure("accrual"), year.figure("full_year_effect"),
        _of_budget(year, "budget_saving"), _of_budget(year, "budget_cost"),
        _less(saving, year.year.budget_saving), _less(payable, year.year.budget_cost),
    ]  # fmt: skip


def _of_budget(year: ShownYear, name: str) -> Value:
    is_there = getattr(year.year, name) is not None
    return year.figure(name) if is_there else NOT_APPLICABLE


def _less(amount: Pence | None, budget: Pence | None) -> Value:
    if budget is None:
        return NOT_APPLICABLE
    return None if amount is None else amount - budget
