"""The rows of the report's tables: statement, chart data, readings, workings and terms.

Imports ``readings``, ``workings``, ``statement``, ``terms``, ``report_charts``, ``report_facts``
and ``report_page``.
"""

from __future__ import annotations

from xlpbr import cells, readings, workings
from xlpbr.statement import FIGURES
from xlpbr.terms import TERMS, Term
from xlpbr.workbook.report_charts import chart_columns, chart_rows
from xlpbr.workbook.report_facts import Report
from xlpbr.workbook.report_page import NOT_APPLICABLE, SUPPRESSED, Column, Of, Value

_MOST_WORKING = 1500
"""Characters of a working in one row: a row has a greatest height."""


def statement_columns(_: Report) -> list[Column]:
    """The statement's columns, as wide as their figures."""
    widths = {"month": 10.5, "count": 11.5, "money": 13.7}
    return [Column(figure.heading, widths[figure.kind], figure.kind) for figure in FIGURES]


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


def reading_rows(report: Report) -> list[list[Value]]:
    """What each option of the open wording would pay."""
    shown, statement = report.shown, report.statement
    rows: list[list[Value]] = []
    for value in readings.value_readings(statement.terms, statement.evidence, statement.as_at):
        open_to_all = shown.other_readings
        payable = value.payable if open_to_all else None
        difference = value.difference if open_to_all else None
        if value.in_use:
            payable, difference = shown.latest("payable_to_date"), 0
        rows.append(
            [
                value.term.label,
                value.option,
                value.term.options[value.option],
                "yes" if value.in_use else "no",
                payable,
                difference,
            ]
        )
    return rows


def working_rows(report: Report) -> list[list[Value]]:
    """How each figure of each month came about."""
    rows: list[list[Value]] = []
    for index, month in enumerate(report.statement.months):
        if not report.shown.is_complete(index):
            rows.append([month.month, SUPPRESSED, "All figures", SUPPRESSED, SUPPRESSED])
            continue
        figures = report.shown.figures[index]
        for line in workings.explain(report.statement, index):
            amount = figures[line.figure.field_name]
            clause, heading = report.text(line.clause), line.figure.heading
            *parts, last = _parts(_working(report, line, amount))
            for part in parts:
                rows.append([month.month, clause, heading, part, NOT_APPLICABLE])
            rows.append([month.month, clause, heading, last, Of(line.figure.kind, amount)])
    return rows or [[Of("text", "no month yet"), *[NOT_APPLICABLE] * 4]]


def _parts(working: str) -> list[str]:
    """A working in parts that a row can show whole; all but the last end in an ellipsis."""
    parts = [""]
    for step in working.split("; "):
        if parts[-1] and len(parts[-1]) + len(step) > _MOST_WORKING:
            parts[-1] += "; …"
            parts.append(step)
        else:
            parts[-1] += f"; {step}" if parts[-1] else step
    return parts


def _working(report: Report, line: workings.Line, amount: int | None) -> str:
    if not report.is_public:
        return line.working
    name = line.figure.field_name
    if amount is None or (name == "bonus" and report.shown.run_rate is None):
        return SUPPRESSED
    if name in ("children", "saving"):
        return "not shown child by child in the public version"
    return line.working


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
