"""Records to tables of cells: what a function spills and what a command prints.

Imports ``errors``, ``money``, ``periods``, ``cells``, ``statement``, ``workings``, ``readings`` and
``reconcile``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from xlpbr import cells, readings, reconcile, workings
from xlpbr.cells import Cell, Rows
from xlpbr.errors import Problem
from xlpbr.periods import month_in_words
from xlpbr.statement import FIGURES, Figure, MonthStatement, Statement


def statement_table(statement: Statement) -> Rows:
    """The statement under its headings, a row for each month."""
    return [
        [figure.heading for figure in FIGURES],
        *([_figure_cell(figure, month) for figure in FIGURES] for month in statement.months),
    ]


def _figure_cell(figure: Figure, month: MonthStatement) -> Cell:
    value = getattr(month, figure.field_name)
    if figure.kind == "money":
        return cells.pounds(value)
    return float(value) if figure.kind == "count" else value


def readings_table(statement: Statement) -> Rows:
    """What each open reading is worth at the statement's day."""
    values = readings.value_readings(statement.terms, statement.evidence, statement.as_at)
    return [
        ["Term", "Option", "In use", "Total payable", "Difference"],
        *(
            [
                value.term.label,
                value.option,
                "yes" if value.in_use else "no",
                cells.pounds(value.payable),
                cells.pounds(value.difference),
            ]
            for value in values
        ),
    ]


def reconciliation_table(found: Iterable[reconcile.Difference]) -> Rows:
    """The rows of a reconciliation under their headings."""
    return [
        ["Key", "Ours", "Theirs", "Difference", "Status"],
        *(
            [
                row.key,
                cells.pounds(row.ours),
                cells.pounds(row.theirs),
                cells.pounds(row.difference),
                row.status,
            ]
            for row in found
        ),
    ]


def explain_month(statement: Statement, month: date) -> Rows:
    """The lines of one month of a statement under their headings.

    Args:
        statement: a settled contract.
        month: the first day of the month.

    Raises:
        CellError: ``#N/A`` for a month outside the statement.
    """
    for index, found in enumerate(statement.months):
        if found.month == month:
            return explanation_table(statement, index)
    raise cells.unknown(
        f"month: found {month_in_words(month)}; expected a month of the statement{_span(statement)}"
    )


def _span(statement: Statement) -> str:
    if not statement.months:
        return ", which has no month yet"
    first, last = statement.months[0].month, statement.months[-1].month
    return f", {month_in_words(first)} to {month_in_words(last)}"


def explanation_table(statement: Statement, index: int) -> Rows:
    """The lines of one month of a statement under their headings."""
    return [
        ["Clause", "Figure", "Working", "Amount"],
        *(
            [
                line.clause,
                line.figure.heading,
                line.working,
                float(line.amount) if line.figure.kind == "count" else cells.pounds(line.amount),
            ]
            for line in workings.explain(statement, index)
        ),
    ]


def problems_table(found: Iterable[Problem]) -> Rows:
    """The problems under their headings; one row says so where there are none."""
    rows: Rows = [
        [
            problem.table,
            "" if problem.row is None else float(problem.row),
            problem.column,
            problem.found,
            problem.expected,
            problem.remedy,
        ]
        for problem in found
    ]
    if not rows:
        rows = [["All tables", "", "", "no problems", "no problems", "Nothing to do."]]
    return [["Table", "Row", "Column", "Found", "Expected", "What to do"], *rows]
