"""The rows of the report's tables: statement, chart data and terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlpbr import cells
from xlpbr.contract.terms import TERMS, Term
from xlpbr.periods import day_in_words
from xlpbr.settlement.statement import FIGURES, Figure, FigureKind
from xlpbr.workbook.report.charts import chart_columns, chart_rows
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, Of, ReportColumn, Value

_WIDTHS: Mapping[FigureKind, float] = {"month": 14, "count": 11.5, "money": 13.7}


def statement_columns(report: Report) -> list[ReportColumn]:
    """The statement's columns, as wide as their figures."""
    return [
        ReportColumn(figure.heading, _WIDTHS[figure.kind], figure.kind)
        for figure in figures_of(report)
    ]


def figures_of(report: Report) -> list[Figure]:
    """The figures of the statement without those of clauses that the contract does not have."""
    left_out = {figure.field_name for figure in figures_left_out(report)}
    return [figure for figure in FIGURES if figure.field_name not in left_out]


def figures_left_out(report: Report) -> list[Figure]:
    """The figures that are 0 in every month because the contract has no such clause."""
    terms, evidence = report.terms, report.evidence
    absent = {
        "outcome_fees": not evidence.rates,
        "reimbursed": terms.break_down_reimbursement == "none",
        "adjustment": not evidence.signed,
        "to_invoice": not evidence.signed,
    }
    return [figure for figure in FIGURES if absent.get(figure.field_name, False)]


def statement_rows(report: Report) -> list[list[Value]]:
    """Every month's figures."""
    names = [figure.field_name for figure in figures_of(report)[1:]]
    rows: list[list[Value]] = [
        [month.month, *(figures[name] for name in names)]
        for month, figures in zip(report.statement.months, report.shown.figures, strict=True)
    ]
    return rows or [[Of("text", "no month yet"), *[NOT_APPLICABLE] * len(names)]]


def drawn_rows(report: Report) -> list[list[Value]]:
    """The points of the charts."""
    rows = chart_rows(report)
    width = len(chart_columns(report)) - 1
    return rows or [[Of("text", "none"), *[NOT_APPLICABLE] * width]]


def term_rows(report: Report) -> list[list[Value]]:
    """Every term with its clause and why it is read so."""
    rows: list[list[Value]] = []
    for term in TERMS:
        clause = report.text(report.terms.clauses.get(term.label, "")) or "none named"
        note = report.text(report.reading_notes.get(cells.key(term.label), "")) or NOT_APPLICABLE
        value = _term_value(report, term, getattr(report.terms, term.field_name))
        rows.append([term.label, value, term.unit, clause, _term_meaning(report, term), note])
        for one in report.terms.varied(term.field_name):
            value = _term_value(report, term, one.value)
            since = f"From {day_in_words(one.starts_on)} on."
            rows.append([term.label, value, term.unit, clause, since, NOT_APPLICABLE])
    return rows


def _term_value(report: Report, term: Term, value: Any) -> Value:
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
