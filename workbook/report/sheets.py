"""The sheets of the report in the order in which they stand, and the cover before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from xlsxwriter import Workbook

from xlpbr.periods import month_in_words
from xlpbr.settlement.bonus import has_bonus
from xlpbr.workbook.look.styles import Styles
from xlpbr.workbook.report.changes import CHANGES_SHEET, COLUMNS, changes_lines, changes_rows
from xlpbr.workbook.report.charts import DATA_SHEET, add_charts, chart_columns, charts_of
from xlpbr.workbook.report.checks import check_lines, check_rows
from xlpbr.workbook.report.children_and_years import (
    CHILDREN_SHEET,
    YEARS_SHEET,
    children_columns,
    children_lines,
    children_rows,
    has_years,
    years_lines,
    years_rows,
)
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.forecast import (
    ASSUMPTIONS_SHEET,
    FORECAST_SHEET,
    add_fan_charts,
    assumption_lines,
    assumption_rows,
    forecast_columns,
    forecast_lines,
    forecast_rows,
)
from xlpbr.workbook.report.invoices import reconciliation_lines, reconciliation_rows
from xlpbr.workbook.report.notes import note_rows
from xlpbr.workbook.report.one_month import (
    INVOICE_SHEET,
    LINES_SHEET,
    invoice_rows,
    invoice_sheet_lines,
    saving_rows,
    saving_sheet_lines,
)
from xlpbr.workbook.report.page import (
    NOT_APPLICABLE,
    SUPPRESSED,
    PageFrame,
    ReportColumn,
    ReportPage,
    Value,
    new_page,
)
from xlpbr.workbook.report.readings import options_not_tried, reading_rows
from xlpbr.workbook.report.summary import (
    ILLUSTRATION,
    day_in_full,
    key_figures,
    measure_in_words,
    notices,
    sentences,
)
from xlpbr.workbook.report.tables import (
    drawn_rows,
    figures_left_out,
    statement_columns,
    statement_rows,
    term_rows,
)
from xlpbr.workbook.report.workings import has_workings, working_rows

PUBLIC_WORDS = "PUBLIC VERSION"

_SHORTHAND = f"{SUPPRESSED} means suppressed to protect single children; see Notes."
"""Stands above every table of the public version but the one that says it at length."""

_ON_A_PAGE = 24
"""Months of a statement that print on one page with its charts."""


_ACROSS_A_PAGE = 18
"""Months beside each other that print on one page and can be read."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its title, what it shows and what fills it."""

    name: str
    title: str
    shows: str
    columns: Callable[[Report], Sequence[ReportColumn]]
    lines: Callable[[Report], list[str]]
    rows: Callable[[Report], list[list[Value]]]
    filters: bool = False


def write_sheets(workbook: Workbook, report: Report) -> None:
    """All sheets of the report."""
    styles = Styles(workbook)
    version = f"{PUBLIC_WORDS} - " if report.is_public else ""
    prepared = f"Prepared {day_in_full(report.prepared_on)}."
    frame = PageFrame(
        notice=ILLUSTRATION if report.is_illustration else "",
        header=f"{version}{report.title}",
        footer=f"As at {day_in_full(report.day)}. {prepared}",
    )
    of_forecast = frame
    if report.forecast is not None:
        known = f"What may come after {day_in_full(report.forecast.as_at)}."
        of_forecast = replace(frame, footer=f"{known} {prepared}")
    _write_cover(workbook, styles, frame, report)
    statement: tuple[ReportPage, int] | None = None
    for sheet in _sheets_of(report):
        rows = sheet.rows(report)
        foot = of_forecast if sheet.name in (FORECAST_SHEET, ASSUMPTIONS_SHEET) else frame
        page = new_page(workbook, styles, sheet.name, sheet.title, sheet.columns(report), foot)
        row = page.write_lines(1, sheet.lines(report))
        if report.is_public and sheet.name != "Notes":
            row = page.write_lines(row, [_SHORTHAND])
        after = page.write_table(row, _table_name(sheet.name), rows, filters=sheet.filters)
        has_charts = sheet.name in ("Statement", FORECAST_SHEET)
        if sheet.name == "Summary" or (has_charts and len(rows) <= _ON_A_PAGE):
            page.sheet.fit_to_pages(1, 1)
        if sheet.name == CHILDREN_SHEET and len(report.statement.months) > _ACROSS_A_PAGE:
            page.sheet.fit_to_pages(-(-len(report.statement.months) // _ACROSS_A_PAGE), 0)
            page.sheet.repeat_columns(0, 1)
        if sheet.name == FORECAST_SHEET:
            add_fan_charts(report, page, row)
        if sheet.name == "Statement":
            statement = page, after
        if sheet.name == DATA_SHEET and statement:
            add_charts(report, *statement, data_row=row)


def _sheets_of(report: Report) -> list[Sheet]:
    """The sheets of a report: some have nothing to show, as the public version's workings may."""
    in_full = bool(report.statement.months) and not report.is_public
    shown = {
        **dict.fromkeys((INVOICE_SHEET, LINES_SHEET, CHILDREN_SHEET), in_full),
        YEARS_SHEET: bool(report.statement.months) and has_years(report),
        CHANGES_SHEET: report.since is not None and not report.is_public,
        "Workings": has_workings(report),
        FORECAST_SHEET: report.forecast is not None,
        ASSUMPTIONS_SHEET: report.forecast is not None,
    }
    return [sheet for sheet in SHEETS if shown.get(sheet.name, True)]


def _table_name(sheet_name: str) -> str:
    return f"{sheet_name.title().replace(' ', '')}Table"


def _write_cover(workbook: Workbook, styles: Styles, frame: PageFrame, report: Report) -> None:
    columns = (ReportColumn("Sheet", 24, "text"), ReportColumn("What it shows", 96))
    page = new_page(workbook, styles, "Cover", report.title, columns, frame)
    page.sheet.fit_to_pages(1, 1)
    public = [f"{PUBLIC_WORDS}: {_public_line(report)}"] if report.is_public else []
    row = page.write_lines(1, [*public, *notices(report)], strong=True)
    for label, text in _details(report):
        row = page.write_labelled(row, label, text)
    row = page.write_lines(
        row, ["The table below lists the sheets of this report. Each sheet has one table."]
    )
    sheets = _sheets_of(report)
    contents: list[list[Value]] = [[sheet.name, sheet.shows] for sheet in sheets]
    page.write_table(row, "ContentsTable", contents)
    for below, sheet in enumerate(sheets, start=1):
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
    ended = (
        ""
        if terms.terminated_on is None
        else f"; ended early, on {day_in_full(terms.terminated_on)}"
    )
    yield "Programme", f"{day_in_full(terms.starts_on)} to {day_in_full(terms.ends_on)}{ended}"
    yield (
        "Period of this report",
        (
            f"{day_in_full(terms.starts_on)} to {day_in_full(report.statement.as_at)}"
            if months
            else "no month yet"
        ),
    )
    yield "As at", _as_at(report)
    yield "Prepared by", report.text(report.prepared_by)
    yield "Prepared on", day_in_full(report.prepared_on)
    # A file's name may hold a person's; the SHA-256 tells the file as well.
    if not report.is_public:
        yield "Source file", report.source.file_name
    yield "SHA-256 of the source file", report.source.sha256
    yield "Made with", report.made_with


def _as_at(report: Report) -> str:
    """The day of the report, with what is to be said about it."""
    terms, day = report.terms, day_in_full(report.day)
    if report.as_at is None:
        return f"{day}, the end of the programme; no other day was given"
    if report.as_at > terms.last_day:
        last = day_in_full(terms.last_day)
        return f"{day}, after the programme; the figures are those of {last}"
    if report.as_at < terms.starts_on:
        return f"{day}, before the programme starts; there are no figures yet"
    if report.statement.as_at == report.as_at:
        return day
    months = report.statement.months
    ends = f"ends with {month_in_words(months[-1].month)}" if months else "has no month yet"
    return f"{day}; that month is not over, so the public version {ends}"


def _reading_lines(report: Report) -> list[str]:
    lines = [
        "Each row tries one option with all other terms as given. Difference is against the"
        " total of the options in use."
    ]
    if report.is_public and not report.last_shown.other_readings:
        lines = [
            "Only the options in use are listed. The totals under the other options are left out:"
            " with them, suppressed figures could be worked back."
        ]
    elif missing := options_not_tried(report):
        lines.append(f"Not tried, as a term is missing: {'; '.join(missing)}.")
    return [*lines, *_where_it_is_cut(report, "Totals are those to {}.")]


def _where_it_is_cut(report: Report, sentence: str) -> list[str]:
    """A sentence about the last month that is shown, where that is not the last of the report."""
    last = month_in_words(report.last_shown.statement.as_at)
    return [sentence.format(last)] if report.is_cut else []


def _statement_lines(report: Report) -> list[str]:
    number = len(charts_of(report))
    charts = "No chart is drawn: it would have fewer than two months."
    if number:
        stand = "chart stands" if number == 1 else "charts stand"
        charts = f"{number} {stand} under the table; the points are on the sheet {DATA_SHEET}."
        if has_bonus(report.terms):
            measure = measure_in_words(report.terms)
            charts += f" The bonus is measured by {measure}."
    return [
        "Each row is a calendar month, in pounds and pence. Figures to date include all months up"
        " to that row. What each column means is on the sheet Notes.",
        *_left_out(report),
        *_where_it_is_cut(report, "What is payable is not shown for months after {}."),
        charts,
    ]


def _left_out(report: Report) -> Iterator[str]:
    """Which columns of the statement are left out, as their clauses are not in the contract."""
    headings = [figure.heading for figure in figures_left_out(report)]
    if headings:
        names = f"{', '.join(headings[:-1])} and {headings[-1]}" if headings[1:] else headings[0]
        yield (
            f"Left out, as the contract has no such clause or table: {names}. They are nought in"
            " every month, and To invoice is what is payable."
            if "To invoice" in headings
            else f"Left out, as the contract has no such clause or table: {names}. They are nought"
            " in every month."
        )


def _chart_lines(report: Report) -> list[str]:
    if report.is_public:
        return [
            "Only the months for which savings may be shown are listed. In the charts straight"
            " lines join the months that are shown.",
            "A blank cell is a figure that is suppressed; as a text it would be drawn as nought.",
        ]
    return ["These are the points of the charts on the sheet Statement."]


def _fixed(*columns: ReportColumn) -> Callable[[Report], Sequence[ReportColumn]]:
    return lambda _: columns


def _working_lines(report: Report) -> list[str]:
    months, period = report.statement.months, "There is no month yet."
    if months:
        first, last = (month_in_words(months[index].month) for index in (0, -1))
        period = f"Months: {first} to {last}."
    return [
        f"{period} One row for each figure of a month, in the order of the statement's columns;"
        " one row for a month in which nothing happened."
    ]


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "Summary",
        "Summary: where the contract stands",
        "The position in sentences and the key figures.",
        _fixed(
            ReportColumn("Measure", 30),
            ReportColumn("Value", 18, "money"),
            ReportColumn("In words", 52),
            ReportColumn("Clause", 26),
        ),
        sentences,
        key_figures,
    ),
    Sheet(
        "Statement",
        "Statement: savings, fee and what is payable, month by month",
        "Every month's figures, and charts.",
        statement_columns,
        _statement_lines,
        statement_rows,
    ),
    Sheet(
        DATA_SHEET,
        "Chart data: the points of the charts",
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
            ReportColumn("Term", 18),
            ReportColumn("Option", 15),
            ReportColumn("What it means", 56),
            ReportColumn("In use", 9),
            ReportColumn("Total payable", 16, "money"),
            ReportColumn("Difference", 16, "money"),
            ReportColumn("Clause", 18),
        ),
        _reading_lines,
        reading_rows,
    ),
    Sheet(
        "Reconciliation",
        "Reconciliation: what is payable against what was invoiced",
        "Each month's amount payable beside the claims.",
        lambda report: (
            ReportColumn("Month", 36 if report.is_public else 16, "month"),
            ReportColumn("Payable", 17, "money"),
            ReportColumn("Invoiced", 17, "money"),
            ReportColumn("Invoiced less payable", 17, "money"),
            ReportColumn("Status", 26),
        ),
        reconciliation_lines,
        reconciliation_rows,
    ),
    Sheet(
        INVOICE_SHEET,
        "Invoice: what is to be invoiced for a month",
        "The lines of one month's invoice, with VAT.",
        _fixed(
            ReportColumn("Line", 28),
            ReportColumn("For month", 12, "month"),
            ReportColumn("Working", 64),
            ReportColumn("Net", 15, "money"),
            ReportColumn("VAT", 15, "money"),
            ReportColumn("Gross", 15, "money"),
        ),
        invoice_sheet_lines,
        invoice_rows,
    ),
    Sheet(
        LINES_SHEET,
        "Lines: the saving of a month line by line",
        "One month's saving: each placement, each price, each further cost.",
        _fixed(
            ReportColumn("Child", 14),
            ReportColumn("What", 26),
            ReportColumn("From", 12, "date"),
            ReportColumn("To", 12, "date"),
            ReportColumn("Days", 8, "count"),
            ReportColumn("Residential weekly cost", 15, "money"),
            ReportColumn("Family weekly cost", 15, "money"),
            ReportColumn("Weekly", 15, "money"),
            ReportColumn("Amount", 15, "money"),
        ),
        saving_sheet_lines,
        saving_rows,
    ),
    Sheet(
        CHILDREN_SHEET,
        "Children: the saving of each child in each month",
        "Children down, months across.",
        children_columns,
        children_lines,
        children_rows,
    ),
    Sheet(
        YEARS_SHEET,
        "Years: the financial years beside the budget",
        "Saving, payable, accrual and full-year effect of each financial year.",
        _fixed(
            ReportColumn("Financial year", 12),
            *(
                ReportColumn(heading, 15, "money")
                for heading in (
                    "Saving",
                    "Payable",
                    "Invoiced",
                    "Accrual",
                    "Full-year effect",
                    "Budget saving",
                    "Budget cost",
                    "Saving against budget",
                    "Cost against budget",
                )
            ),
        ),
        years_lines,
        years_rows,
    ),
    Sheet(
        CHANGES_SHEET,
        "Changes: what changed in the tables, and what it is worth",
        "Every cell that changed since an earlier state, and the pounds by cause.",
        _fixed(*COLUMNS),
        changes_lines,
        changes_rows,
    ),
    Sheet(
        FORECAST_SHEET,
        "Forecast: what may come, and how likely",
        "The range of savings and payments over many scenarios, and two charts.",
        forecast_columns,
        forecast_lines,
        forecast_rows,
    ),
    Sheet(
        ASSUMPTIONS_SHEET,
        "Assumptions: what the forecast rests on",
        "Every assumption of the forecast, and what it would change if it were lower or higher.",
        _fixed(
            ReportColumn("Assumption", 30),
            ReportColumn("Value", 12, "number"),
            ReportColumn("Unit", 13),
            ReportColumn("What it means", 38),
            ReportColumn("Low tried", 12, "number"),
            ReportColumn("High tried", 12, "number"),
            ReportColumn("Net saving at low", 15.5, "money"),
            ReportColumn("Net saving at high", 15.5, "money"),
            ReportColumn("Difference", 15.5, "money"),
        ),
        assumption_lines,
        assumption_rows,
    ),
    Sheet(
        "Workings",
        "Workings: how each figure came about",
        "Every figure of every month with its clause and its arithmetic.",
        _fixed(
            ReportColumn("Month", 10.5, "month"),
            ReportColumn("Clause", 16),
            ReportColumn("Figure", 22),
            ReportColumn("Working", 82),
            ReportColumn("Amount", 15.5, "money"),
        ),
        _working_lines,
        working_rows,
        filters=True,
    ),
    Sheet(
        "Terms",
        "Terms: the contract's terms with their clauses",
        "Every term that bears on a figure, its clause and how it is read.",
        _fixed(
            ReportColumn("Term", 19),
            ReportColumn("Value", 22),
            ReportColumn("Unit", 13),
            ReportColumn("Clause", 20),
            ReportColumn("What it means", 46),
            ReportColumn("Why it is read so", 46),
        ),
        lambda _: [f"{NOT_APPLICABLE} means not applicable: no reason is given or needed."],
        term_rows,
    ),
    Sheet(
        "Checks",
        "Checks: rows, sums and problems in the data",
        "That every row is accounted for, and what a person should look at.",
        _fixed(
            ReportColumn("Check", 22),
            ReportColumn("Where", 30),
            ReportColumn("Found", 38),
            ReportColumn("Expected", 38),
            ReportColumn("Result or what to do", 38),
        ),
        check_lines,
        check_rows,
    ),
    Sheet(
        "Notes",
        "Notes: words, rules and shorthand",
        "What the figures mean, how they are rounded and what the shorthand stands for.",
        _fixed(ReportColumn("Note", 30), ReportColumn("What it says", 100)),
        lambda _: [],
        note_rows,
    ),
)
"""The sheets after the cover, in their order."""
