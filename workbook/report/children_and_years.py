"""The sheet Children and the table Years: savings child by child, and the financial years.

The figures are those of PBR_CHILDREN and PBR_YEARS.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.money import Pence
from xlpbr.settlement.lines import savings_by_child
from xlpbr.settlement.years import year_in_words
from xlpbr.workbook.disclosure.years import ShownYear, has_a_shown_year, shown_years
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, ReportColumn, Value
from xlpbr.workbook.report.summary import day_in_full

CHILDREN_SHEET = "Children"
YEARS_TABLE = "Years"
YEARS_COLUMNS = (
    ReportColumn("Financial year", 28),
    ReportColumn("Figure", 17),
    ReportColumn("Amount", 17, "money"),
    ReportColumn("Budget", 17, "money"),
    ReportColumn("Against budget", 17, "money"),
)

_WITHOUT_BUDGET = {
    "Invoiced": "invoiced", "Accrual": "accrual", "Full-year effect": "full_year_effect",
}  # fmt: skip
"""The figures of a year that no budget is made for, by their headings."""


def children_columns(report: Report) -> list[ReportColumn]:
    """The children's column, their totals and a column for each month."""
    return [
        ReportColumn("Child", 14),
        ReportColumn("Total", 14, "money"),
        *(ReportColumn(f"{month.month:%b %Y}", 13.2, "money") for month in report.statement.months),
    ]


def children_lines(report: Report) -> list[str]:
    """To which day, and how to read the table."""
    return [
        f"Figures go to {day_in_full(report.statement.as_at)}.",
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
        f"Figures go to {day_in_full(report.last_shown.statement.as_at)}; a budget is for the whole"
        " year.",
        "A financial year runs from 1 April to 31 March; the first and the last may be parts of"
        " one. Accrual is payable to date less invoiced to date at the end of the year, or of the"
        " statement: what is owed and not invoiced. Full-year effect is the yearly saving of all"
        " placements in place on that day, at that day's prices.",
    ]
    if report.is_public:
        lines.append(
            "A year is shown where it follows from figures to date of the sheet Statement."
        )
    if not report.evidence.budget:
        lines.append(
            f"There is no table Budget, so the two columns of the budget hold {NOT_APPLICABLE}."
        )
    return lines


def years_rows(report: Report) -> list[list[Value]]:
    """Five figures of each financial year of the statement, the first two beside its budget."""
    shown = report.last_shown if report.is_public else report.shown
    return [row for year in shown_years(shown) for row in _rows_of_year(year)]


def _rows_of_year(year: ShownYear) -> Iterator[list[Value]]:
    name, budget = year_in_words(year.year.first_day), year.year
    saving, payable = year.figure("saving"), year.figure("payable")
    yield [
        name, "Saving", saving, _of_budget(year, "budget_saving"),
        _less(saving, budget.budget_saving),
    ]  # fmt: skip
    yield [
        name, "Payable", payable, _of_budget(year, "budget_cost"),
        _less(payable, budget.budget_cost),
    ]  # fmt: skip
    for heading, figure in _WITHOUT_BUDGET.items():
        yield [name, heading, year.figure(figure), NOT_APPLICABLE, NOT_APPLICABLE]


def _of_budget(year: ShownYear, name: str) -> Value:
    is_there = getattr(year.year, name) is not None
    return year.figure(name) if is_there else NOT_APPLICABLE


def _less(amount: Pence | None, budget: Pence | None) -> Value:
    if budget is None:
        return NOT_APPLICABLE
    return None if amount is None else amount - budget
