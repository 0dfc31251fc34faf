"""The sheets of the report, one function each, in the order in which they stand.

What they say comes from ``report_facts``, ``report_summary`` and ``workings``; how it is written
from ``report_page``. Imports those, ``reconcile`` and ``readings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook

from xlpbr import cells, readings, workings
from xlpbr.errors import Problem
from xlpbr.money import in_words
from xlpbr.periods import month_in_words
from xlpbr.statement import FIGURES
from xlpbr.terms import TERMS, Term
from xlpbr.workbook.report_charts import (
    DATA_SHEET,
    add_charts,
    chart_columns,
    chart_rows,
    charts_of,
)
from xlpbr.workbook.report_facts import Report
from xlpbr.workbook.report_invoices import reconciliation_lines, reconciliation_rows
from xlpbr.workbook.report_notes import note_rows
from xlpbr.workbook.report_page import (
    NOT_APPLICABLE,
    SUPPRESSED,
    Column,
    Frame,
    Of,
    Page,
    Value,
    new_page,
    on_one_page,
    write_labelled,
    write_lines,
    write_table,
    write_title,
)
from xlpbr.workbook.report_summary import day_in_full, key_figures, sentences
from xlpbr.workbook.styles import Styles

PUBLIC_WORDS = "PUBLIC VERSION"

_ON_A_PAGE = 24
"""Months of a statement that print on one page with its charts."""

_MOST_WORKING = 1500
"""Characters of a working in one row: a row has a greatest height."""


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
        footer=f"As at {day_in_full(report.statement.as_at)}."
        f" Prepared {day_in_full(report.prepared_on)}.",
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
        day_in_full(report.as_at or terms.ends_on)
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


def _statement_rows(report: Report) -> list[list[Value]]:
    rows: list[list[Value]] = [
        [month.month, *figures.values()]
        for month, figures in zip(report.statement.months, report.shown.figures, strict=True)
    ]
    return rows or [[Of("text", "no month yet"), *[NOT_APPLICABLE] * (len(FIGURES) - 1)]]


def _statement_columns(_: Report) -> list[Column]:
    widths = {"month": 10.5, "count": 11.5, "money": 13.7}
    return [Column(figure.heading, widths[figure.kind], figure.kind) for figure in FIGURES]


def _statement_lines(report: Report) -> list[str]:
    number = len(charts_of(report))
    charts = "No chart is drawn: it would have fewer than two months."
    if number:
        stand = "chart stands" if number == 1 else "charts stand"
        charts = f"{number} {stand} under the table; the points are on the sheet {DATA_SHEET}."
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


def _chart_rows(report: Report) -> list[list[Value]]:
    rows = chart_rows(report)
    width = len(chart_columns(report)) - 1
    return rows or [[Of("text", "none"), *[NOT_APPLICABLE] * width]]


def _reading_rows(report: Report) -> list[list[Value]]:
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


def _working_rows(report: Report) -> list[list[Value]]:
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


def _term_rows(report: Report) -> list[list[Value]]:
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


def _check_rows(report: Report) -> list[list[Value]]:
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
            "yes" if adds_up else "no: report this as a fault",
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
    for part, total in (
        ("saving", "saving_to_date"),
        ("fee", "fee_to_date"),
        ("payable", "payable_to_date"),
    ):
        added = sum(getattr(month, part) for month in months)
        stated = getattr(months[-1], total)
        words = SUPPRESSED if shown.latest(total) is None else in_words(added)
        heading = next(figure.heading for figure in FIGURES if figure.field_name == total)
        yield [
            "Months add up",
            heading,
            f"{words} over {len(months)} months",
            SUPPRESSED if shown.latest(total) is None else in_words(stated),
            "yes" if added == stated else "no: report this as a fault",
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
        "yes" if kept else "no: report this as a fault",
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
        _statement_columns,
        _statement_lines,
        _statement_rows,
    ),
    Sheet(
        DATA_SHEET,
        "Chart data: the points of the two charts",
        "What the charts on the sheet Statement are drawn from.",
        chart_columns,
        _chart_lines,
        _chart_rows,
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
        _reading_rows,
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
        _working_rows,
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
        _term_rows,
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
        _check_rows,
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
