"""The Checks sheet: rows accounted for, sums re-performed, problems in the data.

Imports ``errors``, ``money``, ``statement``, ``report_facts`` and ``report_page``.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.errors import Problem
from xlpbr.money import in_words
from xlpbr.statement import FIGURE_BY_HEADING
from xlpbr.workbook.report_facts import Report
from xlpbr.workbook.report_page import SUPPRESSED, Value

_FAULT = "no: report this as a fault"


def check_rows(report: Report) -> list[list[Value]]:
    """Each check: what, where, found, expected, the result or what to do."""
    return [*_row_count_rows(report), *_agreement_rows(report), *_problem_rows(report)]


def _row_count_rows(report: Report) -> Iterator[list[Value]]:
    for count in report.row_counts:
        hidden = report.is_public and count.table != "Terms"
        place = "" if report.is_public else report.source.places.get(count.table, "")
        found = (
            f"{SUPPRESSED} rows"
            if hidden
            else f"{count.found} rows: {count.used} used, {count.refused} refused,"
            f" {count.blank} blank"
        )
        adds_up = count.found == count.used + count.refused + count.blank
        yield [
            "Rows accounted for",
            f"{count.table} ({place})" if place else count.table,
            found,
            "found = used + refused + blank",
            "yes" if adds_up else _FAULT,
        ]
    given = {count.table for count in report.row_counts}
    for table in ("Carers", "Claims"):
        if table not in given:
            yield ["Rows accounted for", table, "no table", "the table is optional", "yes"]


def _agreement_rows(report: Report) -> Iterator[list[Value]]:
    """The statement held against itself: parts add up, limits are kept."""
    months, shown = report.statement.months, report.shown
    if not months:
        return
    for part in ("Saving", "Fee", "Payable"):
        heading = f"{part} to date"
        each, total = (FIGURE_BY_HEADING[name].field_name for name in (part, heading))
        added = sum(getattr(month, each) for month in months)
        stated = getattr(months[-1], total)
        words = SUPPRESSED if shown.latest(total) is None else in_words(added)
        yield [
            "Months add up",
            heading,
            f"{words} over {len(months)} months",
            SUPPRESSED if shown.latest(total) is None else in_words(stated),
            "yes" if added == stated else _FAULT,
        ]
    kept = all(
        month.fee_to_date <= max(month.entitlement_to_date, 0) and month.fee >= 0
        for month in months
    )
    yield [
        "Limits kept",
        "Fee to date",
        "every month",
        "never above the fee entitlement to date",
        "yes" if kept else _FAULT,
    ]


def _problem_rows(report: Report) -> Iterator[list[Value]]:
    if report.is_public:
        for table in ("Terms", "Placements", "Carers", "Claims"):
            yield [
                "Problems in the data", table, "not shown in the public version",
                "see the full report", "see the full report",
            ]  # fmt: skip
        return
    for problem in report.problems:
        yield [
            "Problem in the data",
            _where(problem),
            problem.found,
            problem.expected,
            problem.remedy,
        ]
    if not report.problems:
        yield ["Problems in the data", "All tables", "no problems", "no problems", "Nothing to do."]


def _where(problem: Problem) -> str:
    row = "" if problem.row is None else f", row {problem.row}"
    return f"{problem.table}{row}, {problem.column}" if problem.column else f"{problem.table}{row}"
