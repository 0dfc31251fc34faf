"""The sheet Changes: what changed in the tables since an earlier state, and what that is worth."""

from __future__ import annotations

from xlpbr.contract.table_rows import TableRow, in_words
from xlpbr.functions.changed_tables import all_in_words, with_pounds
from xlpbr.settlement.changes import Amounts
from xlpbr.workbook.agreed.since import Since
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, ReportColumn, Value
from xlpbr.workbook.report.summary import day_in_full

CHANGES_SHEET = "Changes"

COLUMNS = (
    ReportColumn("Table", 13),
    ReportColumn("Row", 27),
    ReportColumn("What", 10),
    ReportColumn("Column", 20),
    ReportColumn("Before", 18),
    ReportColumn("After", 18),
    ReportColumn("Saving", 16, "money"),
    ReportColumn("Payable", 16, "money"),
    ReportColumn("To invoice", 16, "money"),
)
"""The columns of its table."""

_BLANK = "blank"


def changes_lines(report: Report) -> list[str]:
    """Since when, up to which day, what all changes come to, and what of it is carried on."""
    since = _since(report)
    return [
        f"Since: {since.name}. Amounts are those to {day_in_full(report.day)}.",
        "A row for each cell that says something else. The changes are made row by row, in the"
        " order of the tables, and the contract is settled after each; the amounts stand at the"
        " first cell of a row. Before and all changes add up to After.",
        f"All changes together: {all_in_words(since.changes)}",
    ]


def changes_rows(report: Report) -> list[list[Value]]:
    """What the tables came to before, every cell that changed, and what they come to now."""
    changes = _since(report).changes
    rows = with_pounds(
        changes,
        lambda cell: [_said(row, cell.heading) for row in (cell.before, cell.after)],
        lambda cause: _amounts(cause.amounts),
        [NOT_APPLICABLE] * 3,
    )
    before, after = (
        _of_a_state(name, amounts)
        for name, amounts in (("Before", changes.before), ("After", changes.after))
    )
    return [before, *rows, after]


def _since(report: Report) -> Since:
    if report.since is None:
        raise ValueError("the report is not drawn up against an earlier state")
    return report.since


def _of_a_state(name: str, amounts: Amounts) -> list[Value]:
    return [name, *[NOT_APPLICABLE] * 5, *_amounts(amounts)]


def _amounts(amounts: Amounts) -> list[Value]:
    return [amounts.saving, amounts.payable, amounts.to_invoice]


def _said(row: TableRow | None, heading: str) -> str:
    return NOT_APPLICABLE if row is None else in_words(row, heading) or _BLANK
