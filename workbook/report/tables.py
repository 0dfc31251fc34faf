"""The rows of the report's tables: statement, chart data and terms."""

from __future__ import annotations

from xlpbr import cells
from xlpbr.contract.terms import TERMS, Term
from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.report.charts import chart_columns, chart_rows
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, Of, ReportColumn, Value


def statement_columns(_: Report) -> list[ReportColumn]:
    """The statement's columns, as wide as their figures."""
    widths = {"month": 10.5, "count": 11.5, "money": 13.7}
    return [ReportColumn(figure.heading, widths[figure.kind], figure.kind) for figure in FIGURES]


def statement_rows(report: Report) -> list[list[Value]]:
    """Every month's figures."""
    rows: list[list[Value]] = [
        [month.month, *figures.values()]
        for month, figures in zip(report.statement.months, report.shown.figures, strict=True)
    ]
    return rows or [[Of("text", "no month yet"), *[NOT_APPLICABLE] * (len(FIGURES) - 1)]]


def drawn_rows(report: Report) -> list[list[Value]]:
    """The points of the charts."""
    rows = chart_rows(report)
    width = len(chart_columns(report)) - 1
    return rows or [[Of("text", "none"), *[NOT_APPLICABLE] * width]]


def term_rows(report: Report) -> list[list[Value]]:
    """Every term with its clause and why it is read so."""
    return [
        [
            term.label,
            _term_value(report, term),
            term.unit,
            report.text(report.terms.clauses.get(term.label, "")) or "none named",
            _term_meaning(report, term),
            report.text(report.reading_notes.get(cells.key(term.label), "")) or NOT_APPLICABLE,
        ]
        for term in TERMS
    ]


def _term_value(report: Report, term: Term) -> Value:
    value = getattr(report.terms, term.field_name)
    if value is None or value == "":
        return "not given"
    if term.kind == "money":
        return Of("pounds", value)
    if term.label == "Cohort size" and report.cohort_size is None:
        return Of("count", None)
    if term.kind in ("rate", "count", "date"):
        return Of(term.kind, value)
    return report.text(value)


def _term_meaning(report: Report, term: Term) -> str:
    if not term.options:
        return term.meaning
    chosen = getattr(report.terms, term.field_name)
    return f"{term.meaning} Here: {term.options[chosen]}."
