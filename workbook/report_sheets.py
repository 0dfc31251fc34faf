"""The sheets of the report in the order in which they stand, and the cover before them.

What they say comes from ``report_summary``, ``report_tables``, ``report_charts``,
``report_invoices``, ``report_checks`` and ``report_notes``; how it is written from
``report_page``. Imports those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook

from xlpbr.periods import month_in_words
from xlpbr.workbook.report_charts import (
    DATA_SHEET,
    add_charts,
    chart_columns,
    charts_of,
)
from xlpbr.workbook.report_checks import check_rows
from xlpbr.workbook.report_facts import Report
from xlpbr.workbook.report_invoices import reconciliation_lines, reconciliation_rows
from xlpbr.workbook.report_notes import note_rows
from xlpbr.workbook.report_page import (
    NOT_APPLICABLE,
    SUPPRESSED,
    Column,
    Frame,
    Page,
    Value,
    new_page,
    on_one_page,
    write_labelled,
    write_lines,
    write_table,
    write_title,
)
from xlpbr.workbook.report_summary import (
    MEASURE_WORDS,
    day_in_full,
    key_figures,
    sentences,
)
from xlpbr.workbook.report_tables import (
    drawn_rows,
    reading_rows,
    statement_columns,
    statement_rows,
    term_rows,
    working_rows,
)
from xlpbr.workbook.styles import Styles

PUBLIC_WORDS = "PUBLIC VERSION"

_ON_A_PAGE = 24
"""Months of a statement that print on one page with its charts."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its title, what it shows and what fills it."""

    name: str
    title: str
    shows: str
    columns: Callable[[Report], Sequence[Column]]
    lines: Callable[[Report], list[str]]
    rows: Callable[[Report], list[list[Value]]]
    filters: bool = False


def write_sheets(workbook: Workbook, report: Report) -> None:
    """All sheets of the report."""
    styles = Styles(workbook)
    version = f"{PUBLIC_WORDS} - " if report.is_public else ""
    frame = Frame(
        header=f"{version}{report.title}",
        footer=f"As at {day_in_full(report.day)}. Prepared {day_in_full(report.prepared_on)}.",
    )
    _write_cover(workbook, styles, frame, report)
    statement: tuple[Page, int] | None = None
    for sheet in SHEETS:
        rows = sheet.rows(report)
        page = new_page(workbook, styles, sheet.name, sheet.columns(report), frame)
        row = write_title(page, sheet.title)
        row = write_lines(page, row, sheet.lines(report))
        after = write_table(page, row, _table_name(sheet.name), rows, filters=sheet.filters)
        if sheet.name == "Summary" or (sheet.name == "Statement" and len(rows) <= _ON_A_PAGE):
            on_one_page(page)
        if sheet.name == "Statement":
            statement = page, after
        if sheet.name == DATA_SHEET and statement:
            add_charts(report, *statement, data_row=row)


def _table_name(sheet_name: str) -> str:
    return f"{sheet_name.title().replace(' ', '')}Table"


def _write_cover(workbook: Workbook, styles: Styles, frame: Frame, report: Report) -> None:
    columns = (Column("Sheet", 24, "text"), Column("What it shows", 96))
    page = new_page(workbook, styles, "Cover", columns, frame)
    row = write_title(page, report.title)
    if report.is_public:
        page.sheet.write_string(row, 0, f"{PUBLIC_WORDS}: {_public_line(report)}", styles.strong)
        row += 1
    for label, text in _details(report):
        row = write_labelled(page, row, label, text)
    row = write_lines(page, row, ["The table below lists the sheets of this report."])
    contents: list[list[Value]] = [[sheet.name, sheet.shows] for sheet in SHEETS]
    write_table(page, row, "ContentsTable", contents)
    for below, sheet in enumerate(SHEETS, start=1):
        page.sheet.write_url(
            row + below, 0, f"internal:'{sheet.name}'!A1", styles.link, string=sheet.name
        )


def _public_line(report: Report) -> str:
    return (
        f"counts from 1 to {report.shown.cut_off}, and what would give them away, are shown as"
        f" {SUPPRESSED}."
    )


def _details(report: Report) -> Iterator[tuple[str, str]]:
    terms, months = report.terms, report.statement.months
    yield "Contract", report.text(terms.contract)
    yield "Commissioner", report.text(terms.commissioner)
    yield "Provider", report.text(terms.provider)
    yield "Decision reference", report.text(terms.decision_reference)
    yield "Programme", f"{day_in_full(terms.starts_on)} to {day_in_full(terms.ends_on)}"
    yield (
        "Period of this report",
        (
            f"{day_in_full(terms.starts_on)} to {day_in_full(report.statement.as_at)}"
            if months
            else "no month yet"
        ),
    )
    yield (
        "As at",
        day_in_full(report.day)
        + ("" if report.as_at else ", the end of the programme; no other day was given"),
    )
    yield "Prepared by", report.text(report.prepared_by)
    yield "Prepared on", day_in_full(report.prepared_on)
    yield "Source file", report.text(report.source.file_name)
    yield "SHA-256 of the source file", report.source.sha256
    yield "Made with", report.made_with


def _how_many(report: Report, *lines: str) -> list[str]:
    """The lines above a table, beginning with how many tables there are."""
    shorthand = (
        [f"{SUPPRESSED} means suppressed to protect single children; see Notes."]
        if report.is_public
        else []
    )
    return ["This sheet has one table.", *lines, *shorthand]


def _statement_lines(report: Report) -> list[str]:
    number = len(charts_of(report))
    charts = "No chart is drawn: it would have fewer than two months."
    if number:
        stand = "chart stands" if number == 1 else "charts stand"
        charts = f"{number} {stand} under the table; the points are on the sheet {DATA_SHEET}."
        if report.terms.bonus_threshold is not None:
            measure = MEASURE_WORDS[report.terms.bonus_measure]
            charts += f" The bonus threshold is measured by {measure}."
    return _how_many(
        report,
        "Each row is a calendar month, in pounds and pence. Figures to date include all months up"
        " to that row. What each column means is on the sheet Notes.",
        charts,
    )


def _chart_lines(report: Report) -> list[str]:
    if report.is_public:
        return _how_many(
            report,
            "Only the months for which savings may be shown are listed. In the charts straight"
            " lines join the months that are shown.",
            "A blank cell is a figure that is suppressed; as a text it would be drawn as nought.",
        )
    return _how_many(report, "These are the points of the two charts on the sheet Statement.")


def _fixed(*columns: Column) -> Callable[[Report], Sequence[Column]]:
    return lambda _: columns


def _period(report: Report) -> str:
    months = report.statement.months
    if not months:
        return "There is no month yet."
    return f"Months: {month_in_words(months[0].month)} to {month_in_words(months[-1].month)}."


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "Summary",
        "Summary: where the contract stands",
        "The position in sentences and the key figures.",
        _fixed(
            Column("Measure", 30),
            Column("Value", 18, "money"),
            Column("In words", 52),
            Column("Clause", 26),
        ),
        lambda report: [*sentences(report), *_how_many(report)],
        key_figures,
    ),
    Sheet(
        "Statement",
        "Statement: savings, fee and what is payable, month by month",
        "Every month's figures, and two charts.",
        statement_columns,
        _statement_lines,
        statement_rows,
    ),
    Sheet(
        DATA_SHEET,
        "Chart data: the points of the two charts",
        "What the charts on the sheet Statement are drawn from.",
        chart_columns,
        _chart_lines,
        drawn_rows,
    ),
    Sheet(
        "Readings",
        "Readings: what the open wording is worth",
        "The total payable under each reading of the contract.",
        _fixed(
            Column("Term", 18),
            Column("Option", 15),
            Column("What it means", 56),
            Column("In use", 9),
            Column("Total payable", 16, "money"),
            Column("Difference", 16, "money"),
        ),
        lambda report: _how_many(
            report,
            "Each row tries one option with all other terms as given. Difference is against the"
            " total of the options in use.",
        ),
        reading_rows,
    ),
    Sheet(
        "Reconciliation",
        "Reconciliation: what is payable against what was invoiced",
        "Each month's amount payable beside the claims.",
        lambda report: (
            Column("Month", 36 if report.is_public else 16, "month"),
            Column("Payable", 17, "money"),
            Column("Invoiced", 17, "money"),
            Column("Invoiced less payable", 17, "money"),
            Column("Status", 26),
        ),
        lambda report: _how_many(report, *reconciliation_lines(report)),
        reconciliation_rows,
    ),
    Sheet(
        "Workings",
        "Workings: how each figure came about",
        "Every figure of every month with its clause and its arithmetic.",
        _fixed(
            Column("Month", 10.5, "month"),
            Column("Clause", 16),
            Column("Figure", 22),
            Column("Working", 82),
            Column("Amount", 15.5, "money"),
        ),
        lambda report: _how_many(
            report,
            f"{_period(report)} One row for each figure of a month, in the order of the"
            " statement's columns.",
        ),
        working_rows,
        filters=True,
    ),
    Sheet(
        "Terms",
        "Terms: the contract's terms with their clauses",
        "Every term that bears on a figure, its clause and how it is read.",
        _fixed(
            Column("Term", 19),
            Column("Value", 22),
            Column("Unit", 13),
            Column("Clause", 20),
            Column("What it means", 46),
            Column("Why it is read so", 46),
        ),
        lambda report: _how_many(
            report, f"{NOT_APPLICABLE} means not applicable: no reason is given or needed."
        ),
        term_rows,
    ),
    Sheet(
        "Checks",
        "Checks: rows, sums and problems in the data",
        "That every row is accounted for, and what a person should look at.",
        _fixed(
            Column("Check", 22),
            Column("Where", 30),
            Column("Found", 38),
            Column("Expected", 38),
            Column("Result or what to do", 38),
        ),
        lambda report: _how_many(
            report, "Rows of a table are counted from the first row under its heading row."
        ),
        check_rows,
    ),
    Sheet(
        "Notes",
        "Notes: words, rules and shorthand",
        "What the figures mean, how they are rounded and what the shorthand stands for.",
        _fixed(Column("Note", 30), Column("What it says", 100)),
        lambda _: ["This sheet has one table."],
        note_rows,
    ),
)
"""The sheets after the cover, in their order."""
