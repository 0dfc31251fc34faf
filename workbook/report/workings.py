"""The rows of the sheet Workings: how each figure of each month came about."""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.money import Pence, in_words, to_pence
from xlpbr.settlement import workings
from xlpbr.settlement.carers import pays_carer_fees
from xlpbr.settlement.lines import saving_lines
from xlpbr.settlement.statement import Statement
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Of, ReportColumn, Value

IN_ALL = "in all"
"""The item of the line that carries the figure itself."""
WORKING_COLUMNS = (
    ReportColumn("Month", 10.5, "month"),
    ReportColumn("Figure", 30),
    ReportColumn("Item", 26),
    ReportColumn("Clause", 15),
    ReportColumn("The sum", 76),
    ReportColumn("Amount", 15.5, "money"),
)

_OF_THE_MONTH = (
    "children", "saving", "fee", "carer_fees", "outcome_fees", "bonus", "reimbursed", "held_back",
    "payable", "adjustment", "to_invoice",
)  # fmt: skip

_LEAST_SHOWN = 2
"""Months that the public version must be able to show, or else the sheet is left out."""


def has_workings(report: Report) -> bool:
    """Whether there is enough to show for a sheet of workings."""
    shown = [
        index
        for index in range(len(report.statement.months))
        if report.shown.is_complete(index) and not _is_quiet(report, index)
    ]
    return not report.is_public or len(shown) >= _LEAST_SHOWN


def working_rows(report: Report) -> list[list[Value]]:
    """How each figure of each month came about; one row for a month in which nothing happened."""
    rows: list[list[Value]] = []
    for index, month in enumerate(report.statement.months):
        if not report.shown.is_complete(index):
            rows.append([month.month, "All figures", IN_ALL, SUPPRESSED, SUPPRESSED, SUPPRESSED])
            continue
        if _is_quiet(report, index):
            rows.append(_quiet_row(report, index))
            continue
        figures = report.shown.figures[index]
        for line in workings.explain(report.statement, index):
            amount = figures[line.figure.field_name]
            clause, heading = report.text(line.clause), line.figure.heading
            shown = Of(line.figure.kind, amount)
            for item, text, part in _steps(report, index, line, _working(report, index, line)):
                value = shown if item == IN_ALL else part
                rows.append([month.month, heading, item, clause, text, value])
    return rows or [[Of("text", "no month yet"), *[NOT_APPLICABLE] * 5]]


def _is_quiet(report: Report, index: int) -> bool:
    """Whether no child was in a family and all amounts of a month are £0."""
    months = report.statement.months
    invoiced_before = months[index - 1].invoiced_to_date if index else 0
    return (
        months[index].invoiced_to_date == invoiced_before
        and not any(getattr(months[index], name) for name in _OF_THE_MONTH)
        and None not in report.shown.figures[index].values()
    )


def _quiet_row(report: Report, index: int) -> list[Value]:
    month = report.statement.months[index]
    entitlement = in_words(month.entitlement_to_date)
    return [
        month.month,
        "Whole month",
        IN_ALL,
        report.text(report.terms.clause_of("Fee")),
        f"nothing saved, payable or invoiced; fee entitlement to date {entitlement}",
        NOT_APPLICABLE,
    ]


def _steps(
    report: Report, index: int, line: workings.WorkingLine, working: str
) -> Iterator[tuple[str, str, Value]]:
    """A working in steps of one line each: item, sum, amount; the last one has the figure."""
    *steps, last = working.split("; ")
    amounts = _amounts_of_items(report, index, line.figure.field_name)
    if working == line.working and len(amounts) == len(steps) > 0:
        for step, amount in zip(steps, amounts, strict=True):
            item, _, text = step.partition(": ")
            yield item, text, amount
    else:
        for number, step in enumerate(steps, start=1):
            yield f"step {number}", step, NOT_APPLICABLE
    yield IN_ALL, last, None


def _amounts_of_items(report: Report, index: int, field_name: str) -> list[Pence]:
    """What each item of a figure comes to, where the figure is the sum of several."""
    statement = report.statement
    month = statement.months[index]
    if report.is_public:
        return []
    if field_name == "saving":
        return [line.amount for line in saving_lines(statement, month)]
    if field_name == "outcome_fees":
        return [to_pence(one.price) for one in month.outcomes]
    if field_name == "reimbursed":
        return [one.reimbursed for one in month.break_downs]
    return []


def _working(report: Report, index: int, line: workings.WorkingLine) -> str:
    if not report.is_public:
        return line.working
    name = line.figure.field_name
    amount = report.shown.figures[index][name]
    if amount is None or (name == "bonus" and report.shown.run_rate is None):
        return SUPPRESSED
    if name == "carer_fees" and not pays_carer_fees(report.terms):
        # The same whether households were approved or not: the rules do not count those.
        return "the contract pays no carer fee"
    if name in _ONE_BY_ONE and _names_someone(report.statement, index, name):
        return f"not shown {_ONE_BY_ONE[name]} in the public version"
    return line.working


def _names_someone(statement: Statement, index: int, name: str) -> bool:
    """Whether a working tells of single children, households or claims; £0 is worked out too."""
    month = statement.months[index]
    match name:
        case "carer_fees":
            return bool(month.households)
        case "outcome_fees":
            return bool(month.outcomes)
        case "reimbursed":
            return bool(month.break_downs)
        case "invoiced_to_date":
            return bool(statement.evidence.claims)
        case _:
            return True


_ONE_BY_ONE = {
    "children": "child by child",
    "saving": "child by child",
    "carer_fees": "household by household",
    "outcome_fees": "child by child",
    "reimbursed": "child by child",
    "invoiced_to_date": "claim by claim",
}
"""The workings that name children, households and invoices."""
