"""The sheets of the report in their order: the committee's pages, then the annex."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest
from typing import Any, Literal

from xlsxwriter import Workbook

from xlpbr.errors import all_of
from xlpbr.periods import month_in_words
from xlpbr.settlement.bonus import has_bonus
from xlpbr.workbook.look.styles import (
    OUTPUT_FILL,
    TABS,
    WARNED_FILL,
    WARNED_INK,
    WORKING_FILL,
    WRONG_FILL,
    WRONG_INK,
    Styles,
)
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.report.changes import CHANGES_SHEET, COLUMNS, changes_lines, changes_rows
from xlpbr.workbook.report.charts import (
    CHARTS_SHEET,
    DATA_SHEET,
    add_charts,
    add_worth_chart,
    chart_columns,
    charts_of,
    drawing_columns,
    drawing_lines,
    drawing_rows,
)
from xlpbr.workbook.report.checks import check_lines, check_rows, mark_checks
from xlpbr.workbook.report.children_and_years import (
    CHILDREN_SHEET,
    YEARS_COLUMNS,
    YEARS_TABLE,
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
from xlpbr.workbook.report.invoices import (
    RECONCILIATION_COLUMNS,
    RECONCILIATION_TABLE,
    reconciliation_lines,
    reconciliation_rows,
)
from xlpbr.workbook.report.notes import note_rows
from xlpbr.workbook.report.one_month import (
    INVOICE_COLUMNS,
    INVOICE_TABLE,
    LINES_SHEET,
    SHARED_SHEET,
    invoice_rows,
    invoice_sheet_lines,
    saving_rows,
    saving_sheet_lines,
)
from xlpbr.workbook.report.page import (
    NOT_APPLICABLE,
    PAGE_LYING,
    PAGE_UPRIGHT,
    PIXELS_A_POINT,
    PIXELS_LYING,
    SUPPRESSED,
    PageFrame,
    ReportColumn,
    ReportPage,
    Value,
    new_page,
    points_of_rows,
    width_on_screen,
)
from xlpbr.workbook.report.readings import (
    ALL_READINGS_SHEET,
    WORTH_SHEET,
    options_not_tried,
    reading_rows,
    worth_columns,
    worth_lines,
    worth_rows,
)
from xlpbr.workbook.report.state import Level, state_of
from xlpbr.workbook.report.summary import (
    ILLUSTRATION,
    day_in_full,
    measure_in_words,
    notices,
    summary_rows,
)
from xlpbr.workbook.report.tables import (
    drawn_rows,
    figures_left_out,
    statement_columns,
    statement_rows,
    term_rows,
)
from xlpbr.workbook.report.workings import WORKING_COLUMNS, has_workings, working_rows

PUBLIC_WORDS = "PUBLIC VERSION"
ANNEX = "Annex"
"""The sheet that divides the committee's pages from the annex, and lists every sheet."""

_SHORTHAND = f"{SUPPRESSED} means suppressed to protect single children; see Notes."
"""Stands above every table of the public version but the one that says it at length."""

_ACROSS_A_PAGE = 170
"""The characters beside each other that print on one page lying down and can be read."""

_NEARLY_EMPTY, _LITTLE_SMALLER = 0.35, 0.15
"""How little a last page holds that is saved, and by what part the others are made smaller."""
_NARROW, _WIDE = (46, 52, 58), 64
"""How wide the sentences of the Summary may be, in characters."""
_LINES_OF_HEAD = 7
"""Lines of text that stand over the table of the Summary, as a rule."""
_MOST_ON_ONE = 1.45
"""How many pages of short tables are made one page lying down; more go on a page that stands."""

_MONTHS_WITH_CHARTS = 24
"""Months of a forecast that print on one page with its charts."""

Kind = Literal["committee", "figures", "checks", "words"]

_KINDS: Mapping[Kind, tuple[str, str]] = {
    "committee": (TABS["output"], "for the committee"),
    "figures": ("#2F6DB5", "annex: figures"),
    "checks": (TABS["check"], "annex: checks"),
    "words": (TABS["guide"], "annex: words and terms"),
}
"""The colour of the tab of each kind of sheet, and what the kind is called."""

_STATES: Mapping[Level, Mapping[str, Any]] = {
    "clear": {"bg_color": OUTPUT_FILL},
    "open": {"bg_color": WARNED_FILL, "font_color": WARNED_INK},
    "wrong": {"bg_color": WRONG_FILL, "font_color": WRONG_INK},
    "untold": {"bg_color": WORKING_FILL},
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its title, what it shows and what fills it.

    Attributes:
        name: its name.
        title: what stands in A1.
        shows: what it shows, for the list of the sheets.
        columns: the columns of its table.
        lines: the running text above the table.
        rows: the rows of the table.
        kind: what it is for.
        filters: whether the headings have filter buttons.
        stays: columns that stay in sight, and on every page.
        on: the sheet that short tables share, one under another; empty for a sheet of its own.
    """

    name: str
    title: str
    shows: str
    columns: Callable[[Report], Sequence[ReportColumn]]
    lines: Callable[[Report], list[str]]
    rows: Callable[[Report], list[list[Value]]]
    kind: Kind = "figures"
    filters: bool = False
    stays: int = 0
    on: str = ""

    @property
    def tab(self) -> str:
        """What the tab says."""
        return self.on or self.name


def write_sheets(workbook: Workbook, report: Report) -> None:
    """All sheets of the report: the committee's pages, then the annex."""
    styles, sheets = Styles(workbook), _sheets_of(report)
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
    charts: tuple[ReportPage, int] | None = None
    for _, tables in groupby(sheets, key=lambda sheet: sheet.tab):
        sheet, *others = tables
        if others:
            _write_shared(workbook, styles, frame, report, [sheet, *others])
            continue
        if sheet.name == _FIRST_OF_ANNEX:
            _write_annex(workbook, styles, frame, report)
        foot = of_forecast if sheet.name in (FORECAST_SHEET, ASSUMPTIONS_SHEET) else frame
        page, row, after = _write_sheet(workbook, styles, foot, report, sheet)
        if sheet.name == FORECAST_SHEET:
            add_fan_charts(report, page, row)
            if after - row <= _MONTHS_WITH_CHARTS:
                page.sheet.fit_to_pages(1, 1)
        if sheet.name == CHARTS_SHEET:
            charts = page, after
        if sheet.name == WORTH_SHEET:
            add_worth_chart(report, page, row, after)
        if sheet.name == DATA_SHEET and charts:
            add_charts(report, *charts, data_row=row)


def _write_sheet(
    workbook: Workbook, styles: Styles, frame: PageFrame, report: Report, sheet: Sheet
) -> tuple[ReportPage, int, int]:
    """A sheet with its lines and its table; the page, the heading row and the row under it."""
    is_front = sheet.kind == "committee"
    title = report.title if sheet.name == SUMMARY_SHEET else sheet.title
    title = sheet.name if sheet.stays else title
    columns, rows = sheet.columns(report), sheet.rows(report)
    if sheet.name == SUMMARY_SHEET:
        columns = _as_large_as_fits(rows)
    width = sum(column.width for column in columns)
    page = new_page(
        workbook, styles, sheet.name, title, columns, frame,
        upright=sheet.name in (SUMMARY_SHEET, CHARTS_SHEET),
        called=sheet.name if is_front else f"{ANNEX}: {sheet.name}",
        pages_across=math.ceil(width / _ACROSS_A_PAGE) if sheet.stays else 1,
    )  # fmt: skip
    page.sheet.set_tab_color(_KINDS[sheet.kind][0])
    words = "Contents: every sheet of this report" if is_front else "Back to the contents"
    # What stays in sight stands on every page: a line that runs out of it would be cut there.
    row = page.write_link(1, "Contents" if sheet.stays else words, ANNEX)
    if sheet.name == SUMMARY_SHEET:
        row = _write_head(page, row, report)
    row = page.write_lines(row, sheet.lines(report), column=sheet.stays)
    if report.is_public and sheet.name != "Notes":
        row = page.write_lines(row, [_SHORTHAND], column=sheet.stays)
    after = page.write_table(row, _table_name(sheet.name), rows, filters=sheet.filters)
    if sheet.name == "Checks":
        mark_checks(page, row + 1, after - 1)
    if is_front:
        page.sheet.fit_to_pages(1, 1)
    else:
        page.sheet.freeze_panes(row + 1, sheet.stays)
        page.sheet.fit_to_pages(page.pages_across, _pages_down(page, after))
        if sheet.stays:
            page.sheet.repeat_columns(0, sheet.stays - 1)
    return page, row, after


def _as_large_as_fits(rows: Sequence[Sequence[Value]]) -> Sequence[ReportColumn]:
    """The columns of the Summary, its sentences as narrow as one page that stands lets them be.

    A narrower table is printed larger: a short one fills its page and is easier to read.
    """
    fitting = (
        columns for columns in map(_summary_columns, _NARROW) if _fits_upright(columns, rows)
    )
    return next(fitting, _summary_columns(_WIDE))


def _fits_upright(columns: Sequence[ReportColumn], rows: Sequence[Sequence[Value]]) -> bool:
    points = LINE_HEIGHT * _LINES_OF_HEAD + points_of_rows(columns, rows)
    return points <= PAGE_UPRIGHT * width_on_screen(columns) / PIXELS_A_POINT


def _write_shared(
    workbook: Workbook,
    styles: Styles,
    frame: PageFrame,
    report: Report,
    tables: Sequence[Sheet],
) -> None:
    """Short tables one under another, so that they share a page; the one that grows is last."""
    of_each = [table.columns(report) for table in tables]
    grid = tuple(
        ReportColumn("", max(column.width for column in columns if column))
        for columns in zip_longest(*of_each)
    )
    names = all_of(table.name for table in tables)
    page = new_page(
        workbook, styles, SHARED_SHEET, SHARED_SHEET, grid, frame,
        called=f"{ANNEX}: {SHARED_SHEET}",
    )  # fmt: skip
    page.sheet.set_tab_color(_KINDS[tables[0].kind][0])
    row = page.write_link(1, "Back to the contents", ANNEX)
    row = page.write_lines(row, [f"Tables of this sheet, from top to bottom: {names}."])
    if report.is_public:
        row = page.write_lines(row, [_SHORTHAND])
    page.sheet.freeze_panes(row, 0)
    for table, columns in zip(tables, of_each, strict=True):
        row = page.write_lines(row + 1, [table.title], strong=True)
        row = page.write_lines(row, table.lines(report))
        fitted = tuple(
            replace(column, width=wide.width) for column, wide in zip(columns, grid, strict=False)
        )
        part = replace(page, columns=fitted)
        row = part.write_table(row, _table_name(table.name), table.rows(report))
    down = _pages_needed(page, row)
    if down > _MOST_ON_ONE:
        page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 1 if down <= _MOST_ON_ONE else 0)


def _pages_down(page: ReportPage, after: int) -> int:
    """Over how many pages a sheet of the annex goes downwards; 0: as many as need be.

    A last page with a few rows is saved: the others become a little smaller.
    """
    down = _pages_needed(page, after)
    is_saved = down > 1 and down % 1 < min(_NEARLY_EMPTY, _LITTLE_SMALLER * down)
    return math.floor(down) if is_saved else 0


def _pages_needed(page: ReportPage, after: int) -> float:
    """How many pages lying down a sheet goes over downwards, at the size that its width gives."""
    across = max(page.pixels / page.pages_across, PIXELS_LYING)
    return page.pixels_above(after) / (PAGE_LYING * across)


def _write_head(page: ReportPage, row: int, report: Report) -> int:
    """What stands over the Summary: how things stand, what must be known, and whose it is."""
    state = state_of(report)
    row = page.write_banner(row, state.words, _STATES[state.level])
    public = [f"{PUBLIC_WORDS}: {_public_line(report)}"] if report.is_public else []
    return page.write_lines(row, [*public, *notices(report)], strong=True)


def _sheets_of(report: Report) -> list[Sheet]:
    """The sheets of a report: some have nothing to show, as the public version's workings may."""
    in_full = bool(report.statement.months) and not report.is_public
    shown = {
        **dict.fromkeys((INVOICE_TABLE, LINES_SHEET, CHILDREN_SHEET), in_full),
        YEARS_TABLE: bool(report.statement.months) and has_years(report),
        CHANGES_SHEET: report.since is not None and not report.is_public,
        CHARTS_SHEET: bool(charts_of(report)),
        "Workings": has_workings(report),
        FORECAST_SHEET: report.forecast is not None,
        ASSUMPTIONS_SHEET: report.forecast is not None,
    }
    sheets = [sheet for sheet in SHEETS if shown.get(sheet.name, True)]
    if len([sheet for sheet in sheets if sheet.on]) == 1:
        return [replace(sheet, on="") for sheet in sheets]
    return sheets


def _table_name(sheet_name: str) -> str:
    return f"{sheet_name.title().replace(' ', '')}Table"


def _write_annex(workbook: Workbook, styles: Styles, frame: PageFrame, report: Report) -> None:
    """The divider: what is before it and behind it, and what the report is about."""
    columns = (
        ReportColumn("Sheet", 24, "text"),
        ReportColumn("Colour of its tab", 26),
        ReportColumn("What it shows", 82),
    )
    title = "Annex: what stands behind the committee's pages"
    page = new_page(workbook, styles, ANNEX, title, columns, frame)
    page.sheet.set_tab_color(_KINDS["words"][0])
    page.sheet.fit_to_pages(1, 1)
    row = page.write_link(1, "Back to the Summary", SUMMARY_SHEET)
    for label, text in _details(report):
        row = page.write_labelled(row, label, text)
    sheets = _sheets_of(report)
    shares = any(sheet.on for sheet in sheets)
    several = f", but for {SHARED_SHEET}, which has short ones one under another" if shares else ""
    row = page.write_lines(
        row,
        [
            "The table below lists the sheets of this report: the pages for the committee, then"
            f" the annex. Each sheet has one table{several}. The bar beside a kind has its tab's"
            " colour."
        ],
    )
    listed = _listed(sheets)
    contents: list[list[Value]] = [[tab, _KINDS[kind][1], shows] for tab, kind, shows in listed]
    page.write_table(row, "ContentsTable", contents)
    marks = {
        kind: styles.cell("wrapped", align="left", indent=1, left=5, left_color=colour)
        for kind, (colour, _) in _KINDS.items()
    }
    for below, (tab, kind, _) in enumerate(listed, start=1):
        page.sheet.write_url(row + below, 0, f"internal:'{tab}'!A1", styles.link, string=tab)
        page.sheet.write_string(row + below, 1, _KINDS[kind][1], marks[kind])


def _listed(sheets: Iterable[Sheet]) -> list[tuple[str, Kind, str]]:
    """Each tab with its kind and what it shows; of a sheet with several tables, each of them."""
    listed: list[tuple[str, Kind, str]] = []
    for tab, tables in groupby(sheets, key=lambda sheet: sheet.tab):
        sheet, *others = tables
        shows = [f"{one.name}: {one.shows}" if one.on else one.shows for one in (sheet, *others)]
        listed.append((tab, sheet.kind, " ".join(shows)))
    return listed


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
    day = day_in_full(report.last_shown.statement.as_at)
    lines = [
        f"Totals are those payable to {day}. Each row tries one option with all other terms as"
        " given. Difference is against the total of the options in use."
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


def _summary_lines(report: Report) -> list[str]:
    """Whose contract it is, and to which day the figures go."""
    terms = report.terms
    parties = " and ".join(
        report.text(name) for name in (terms.commissioner, terms.provider) if name
    )
    programme = f"{day_in_full(terms.starts_on)} to {day_in_full(terms.ends_on)}"
    whose = f"{parties}; programme {programme}" if parties else f"Programme {programme}"
    if not report.statement.months:
        return [f"{whose}."]
    day = day_in_full(report.last_shown.statement.as_at)
    return [f"{whose}. Figures to date go to {day}; an outlook is called one."]


def _statement_lines(report: Report) -> list[str]:
    lines = [
        "Each row is a calendar month, in pounds and pence. Figures to date include all months up"
        " to that row. What each column means is on the sheet Notes.",
        *_left_out(report),
        *_where_it_is_cut(report, "What is payable is not shown for months after {}."),
    ]
    if has_bonus(report.terms):
        lines.append(f"The bonus is measured by {measure_in_words(report.terms)}.")
    return lines


def _left_out(report: Report) -> Iterator[str]:
    """Which columns of the statement are left out, as their clauses are not in the contract."""
    headings = [figure.heading for figure in figures_left_out(report)]
    if headings:
        names = f"{', '.join(headings[:-1])} and {headings[-1]}" if headings[1:] else headings[0]
        yield (
            f"Left out, as the contract has no such clause or table: {names}. They are £0 in"
            " every month, and To invoice is what is payable."
            if "To invoice" in headings
            else f"Left out, as the contract has no such clause or table: {names}. They are £0"
            " in every month."
        )


def _chart_lines(report: Report) -> list[str]:
    if not charts_of(report):
        return ["No chart is drawn: it would have fewer than two months."]
    lines = [f"These are the points of the charts on the sheet {CHARTS_SHEET}."]
    if report.is_public:
        lines.append(
            "A blank cell is a figure that is suppressed; as a text it would be drawn as 0."
        )
    return lines


def _fixed(*columns: ReportColumn) -> Callable[[Report], Sequence[ReportColumn]]:
    return lambda _: columns


def _working_lines(report: Report) -> list[str]:
    months, period = report.statement.months, "There is no month yet."
    if months:
        first, last = (month_in_words(months[index].month) for index in (0, -1))
        period = f"Months: {first} to {last}."
    return [
        f"{period} One line for each step of a figure, in the order of the statement's columns; the"
        " line that carries the figure is called in all. One line for a month in which nothing"
        " happened."
    ]


def _summary_columns(in_words: float) -> Sequence[ReportColumn]:
    """The columns of the Summary, its sentences so many characters wide."""
    return (
        ReportColumn("Measure", 35),
        ReportColumn("Value", 16, "money"),
        ReportColumn("In words", in_words),
        ReportColumn("Clause or table", 16),
    )


SUMMARY_SHEET = "Summary"
_FIRST_OF_ANNEX = "Statement"

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        SUMMARY_SHEET,
        "Summary: where the contract stands",
        "How things stand, and each figure of the position beside what it means.",
        _fixed(*_summary_columns(_WIDE)),
        _summary_lines,
        summary_rows,
        "committee",
    ),
    Sheet(
        CHARTS_SHEET,
        "Charts: what was saved and what is payable",
        "What was saved, what is payable and what the bonus is measured by, month by month.",
        drawing_columns,
        drawing_lines,
        drawing_rows,
        "committee",
    ),
    Sheet(
        WORTH_SHEET,
        "Readings: the open wording that matters most",
        "What each reading of the contract is worth that changes what is payable.",
        worth_columns,
        worth_lines,
        worth_rows,
        "committee",
    ),
    Sheet(
        "Statement",
        "Statement: savings, fee and what is payable, month by month",
        "Every month's figures.",
        statement_columns,
        _statement_lines,
        statement_rows,
        stays=1,
    ),
    Sheet(
        INVOICE_TABLE,
        "Invoice: what is to be invoiced for a month",
        "The lines of one month's invoice, with VAT.",
        _fixed(*INVOICE_COLUMNS),
        invoice_sheet_lines,
        invoice_rows,
        on=SHARED_SHEET,
    ),
    Sheet(
        YEARS_TABLE,
        "Years: the financial years beside the budget",
        "Saving, payable, accrual and full-year effect of each financial year.",
        _fixed(*YEARS_COLUMNS),
        years_lines,
        years_rows,
        on=SHARED_SHEET,
    ),
    Sheet(
        RECONCILIATION_TABLE,
        "Reconciliation: what is payable against what was invoiced",
        "Each month's amount payable beside the claims.",
        _fixed(*RECONCILIATION_COLUMNS),
        reconciliation_lines,
        reconciliation_rows,
        on=SHARED_SHEET,
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
        stays=1,
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
        stays=1,
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
        ALL_READINGS_SHEET,
        "Readings in full: every option of the open wording",
        "The total payable under each option of each reading of the contract.",
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
        "Workings",
        "Workings: how each figure came about",
        "Every figure of every month with its clause and its arithmetic.",
        _fixed(*WORKING_COLUMNS),
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
        kind="words",
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
        kind="checks",
    ),
    Sheet(
        "Notes",
        "Notes: words, rules and shorthand",
        "What the figures mean, how they are rounded and what the shorthand stands for.",
        _fixed(ReportColumn("Note", 30), ReportColumn("What it says", 100)),
        lambda _: [],
        note_rows,
        kind="words",
    ),
    Sheet(
        DATA_SHEET,
        "Chart data: the points of the charts",
        "What the charts are drawn from.",
        chart_columns,
        _chart_lines,
        drawn_rows,
        stays=1,
    ),
)
"""The sheets in their order; the divider stands before the first of the annex."""
