"""The table Invoice and the sheet Lines: one month's invoice, and its saving line by line.

The lines are those of PBR_INVOICE and PBR_LINES.
"""

from __future__ import annotations

from xlpbr.money import in_words
from xlpbr.periods import month_in_words
from xlpbr.settlement.as_at import claimed_or_agreed, month_to_agree
from xlpbr.settlement.invoice import invoice_lines, vat_rate
from xlpbr.settlement.lines import SavingLine, saving_lines
from xlpbr.settlement.statement import MonthStatement
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, Of, ReportColumn, Value

SHARED_SHEET = "Invoices and years"
"""The sheet that the short tables Invoice, Years and Reconciliation share."""

INVOICE_TABLE = "Invoice"
INVOICE_COLUMNS = (
    ReportColumn("Line", 28),
    ReportColumn("For month", 17, "month"),
    ReportColumn("Net", 17, "money"),
    ReportColumn("VAT", 17, "money"),
    ReportColumn("Gross", 17, "money"),
    ReportColumn("Working", 64),
)
"""Working is last, so that the amounts stand in the columns of the other tables' amounts."""

LINES_SHEET = "Lines"


def month_of_detail(report: Report) -> int:
    """Which month the two sheets show: the one after the last claimed or agreed, else the last."""
    months = [month.month for month in report.statement.months]
    wanted = month_to_agree(report.evidence, months)
    return len(months) - 1 if wanted is None else months.index(wanted)


def _month(report: Report) -> MonthStatement:
    return report.statement.months[month_of_detail(report)]


def _which_month(report: Report) -> str:
    month = _month(report).month
    done = max(claimed_or_agreed(report.evidence), default=None)
    why = "the last month of this report"
    if done is not None and month > done:
        why = f"the first after {month_in_words(done)}, the last that was claimed or agreed"
    elif done == month:
        why = "the last month that was claimed or agreed"
    return f"{month_in_words(month)}, {why}."


def invoice_sheet_lines(report: Report) -> list[str]:
    """Which month the invoice is for, what it comes to, and how its VAT is rounded."""
    month, rate = _month(report), vat_rate(report.terms)
    vat = "No VAT applies under the VAT reading exempt."
    if rate:
        percent = f"{float(rate * 100):.6g}%"
        vat = (
            f"VAT is {percent} of the total, rounded once; that of the lines are differences of"
            " rounded totals, so that they add up."
        )
    agreed = ""
    if month.agreed is not None:
        agreed = " The month is agreed, so exactly what was signed is to be invoiced."
    return [
        f"Month: {_which_month(report)} To invoice: {in_words(month.to_invoice)} without VAT."
        f"{agreed}",
        vat,
    ]


def invoice_rows(report: Report) -> list[list[Value]]:
    """The lines of the month's invoice, the total last."""
    return [
        [line.line, line.month, line.net, line.vat, line.gross, line.working]
        for line in invoice_lines(report.statement, month_of_detail(report))
    ]


def saving_sheet_lines(report: Report) -> list[str]:
    """Which month is shown, and how the lines add up."""
    return [
        f"Month: {_which_month(report)}",
        "A line for each placement and price in the month, and for each further cost of a move. A"
        " cost takes off: its weekly saving and amount are below £0. Amounts are differences"
        " of rounded totals to date, so that they add up to the saving of the month.",
    ]


def saving_rows(report: Report) -> list[list[Value]]:
    """The saving of the month line by line, the total last."""
    month = _month(report)
    rows = [_row_of_line(line) for line in saving_lines(report.statement, month)]
    return [*rows, ["Total", *[NOT_APPLICABLE] * 7, month.saving]]


def _row_of_line(line: SavingLine) -> list[Value]:
    prices: list[Value] = [NOT_APPLICABLE, NOT_APPLICABLE]
    if line.prices is not None:
        prices = [
            Of("pounds", line.prices.residential_weekly),
            Of("pounds", line.prices.family_weekly),
        ]
    return [
        line.child, line.what, line.days.first, line.days.last, line.day_count, *prices,
        Of("pounds", line.weekly), line.amount,
    ]  # fmt: skip
