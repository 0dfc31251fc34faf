"""The two charts of the Statement sheet and the table that they are drawn from.

Each line has a dash and a marker of its own, so that the charts can be read without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter.chart import Chart

from xlpbr.money import Pence, in_words, to_pence
from xlpbr.periods import month_in_words
from xlpbr.settlement.statement import FIGURE_BY_HEADING
from xlpbr.workbook.look import styles
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import BLANK, SUPPRESSED, ReportColumn, ReportPage, Value

DATA_SHEET = "Chart data"
CHART_HEIGHT = 400


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line of a chart: its column in the data and how it is drawn."""

    heading: str
    colour: str
    dash: str
    marker: str
    width: float = 2.25

    @property
    def field_name(self) -> str:
        """The figure of the statement that it shows, for lines that are not level."""
        return FIGURE_BY_HEADING[self.heading].field_name


_SAVING = ChartLine("Saving to date", styles.SAVING_COLOUR, "solid", "circle")
_FEE = ChartLine("Fee to date", styles.FEE_COLOUR, "dash", "square")
_ENTITLEMENT = ChartLine("Fee entitlement to date", styles.INK, "round_dot", "none", 1.75)
_THRESHOLD = ChartLine("Bonus threshold", styles.THRESHOLD_COLOUR, "long_dash_dot", "none", 1.75)
_PAYABLE = ChartLine("Payable to date", styles.PAYABLE_COLOUR, "solid", "circle")
_INVOICED = ChartLine("Invoiced to date", styles.FEE_COLOUR, "dash", "diamond")
_MAXIMUM = ChartLine("Contract maximum", styles.MAXIMUM_COLOUR, "long_dash", "none", 1.75)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart: its title, its lines and what it shows in words."""

    title: str
    lines: tuple[ChartLine, ...]
    words: str


def chart_columns(report: Report) -> tuple[ReportColumn, ...]:
    """The columns of the chart data; a contract without a bonus or maximum has no such line."""
    return (
        ReportColumn("Month", 12, "month"),
        *(ReportColumn(line.heading, 16, "money") for line in _lines_of_charts(report)),
    )


def _lines_of_charts(report: Report) -> list[ChartLine]:
    return [*_savings_lines(report), *_payable_lines(report)]


def _savings_lines(report: Report) -> list[ChartLine]:
    lines = [_SAVING, _FEE, _ENTITLEMENT]
    return lines if report.terms.bonus_threshold is None else [*lines, _THRESHOLD]


def _payable_lines(report: Report) -> list[ChartLine]:
    lines = [_PAYABLE]
    invoiced = report.last_shown.latest("invoiced_to_date")
    if report.source.rows["Claims"] is not None and invoiced is not None:
        lines.append(_INVOICED)
    return lines if report.terms.contract_maximum is None else [*lines, _MAXIMUM]


def chart_rows(report: Report) -> list[list[Value]]:
    """The points: the months for which the saving to date is shown."""
    terms, shown = report.terms, report.shown
    level = {
        "Bonus threshold": terms.bonus_threshold,
        "Contract maximum": terms.contract_maximum,
    }
    rows: list[list[Value]] = []
    for month, figures in zip(report.statement.months, shown.figures, strict=True):
        if figures["saving_to_date"] is None:
            continue
        row: list[Value] = [month.month]
        for line in _lines_of_charts(report):
            fixed = level.get(line.heading)
            point = figures[line.field_name] if fixed is None else to_pence(fixed)
            row.append(BLANK if point is None else point)
        rows.append(row)
    return rows


def charts_of(report: Report) -> list[Drawing]:
    """The charts that have at least two points to join."""
    drawings = (
        Drawing(_savings_title(report), tuple(_savings_lines(report)), _savings_words(report)),
        Drawing(_payable_title(report), tuple(_payable_lines(report)), _payable_words(report)),
    )
    return [drawing for drawing in drawings if _points(report, drawing.lines[0]) > 1]


def _points(report: Report, line: ChartLine) -> int:
    return sum(figures[line.field_name] is not None for figures in report.shown.figures)


def add_charts(report: Report, page: ReportPage, row: int, data_row: int) -> None:
    """The charts beside each other under the statement.

    Args:
        report: what is drawn.
        page: the Statement sheet.
        row: the row under the table.
        data_row: the heading row of the chart data.
    """
    width = page.pixels // 2 - 10
    for place, drawing in enumerate(charts_of(report)):
        chart = _chart(report, page, drawing, data_row)
        chart.set_size({"width": width, "height": CHART_HEIGHT})
        page.sheet.insert_chart(
            row + 1, 0, chart,
            {
                "x_offset": place * (width + 20), "object_position": 3,
                "description": drawing.words,
            },
        )  # fmt: skip


def _chart(report: Report, page: ReportPage, drawing: Drawing, data_row: int) -> Chart:
    chart = page.workbook.add_chart({"type": "line"})
    headings = [column.heading for column in chart_columns(report)]
    first, last = data_row + 1, data_row + len(chart_rows(report))
    for line in drawing.lines:
        column = headings.index(line.heading)
        drawn: dict[str, Any] = {
            "name": [DATA_SHEET, data_row, column],
            "categories": [DATA_SHEET, first, 0, last, 0],
            "values": [DATA_SHEET, first, column, last, column],
            "line": {"color": line.colour, "width": line.width, "dash_type": line.dash},
            "marker": {"type": line.marker},
        }
        if line.marker != "none":
            drawn["marker"].update(
                size=6, fill={"color": line.colour}, border={"color": line.colour}
            )
        chart.add_series(drawn)
    font = {"name": styles.FONT, "size": 11, "color": styles.INK}
    chart.set_title({"name": drawing.title, "name_font": {**font, "size": 14, "bold": True}})
    chart.set_x_axis(
        {
            "date_axis": True, "num_format": "mmm yy", "num_font": {**font, "rotation": -45},
            "major_unit": 1 + len(report.statement.months) // 19, "major_unit_type": "months",
            "line": {"color": styles.RULE}, "position_axis": "on_tick",
        }
    )  # fmt: skip
    lowest = _lowest(report, drawing.lines)
    chart.set_y_axis(
        {
            "num_format": styles.WHOLE_POUNDS, "num_font": font, "min": lowest,
            "major_gridlines": {"visible": True, "line": {"color": styles.RULE, "width": 0.5}},
            "line": {"none": True},
        }
    )  # fmt: skip
    chart.set_legend({"position": "bottom", "font": font})
    chart.show_blanks_as("span")
    return chart


def _lowest(report: Report, lines: Sequence[ChartLine]) -> int | None:
    """An axis begins at £0 unless a placement that costs more brings a line below it."""
    headings = [column.heading for column in chart_columns(report)]
    wanted = [headings.index(line.heading) for line in lines]
    values = [row[column] for row in chart_rows(report) for column in wanted]
    return None if any(isinstance(value, int) and value < 0 for value in values) else 0


def _savings_title(report: Report) -> str:
    if report.terms.bonus_threshold is None:
        return "Savings and fee over time"
    return "Savings, fee and threshold over time"


def _payable_title(report: Report) -> str:
    if report.terms.contract_maximum is None:
        return "Payable over time"
    return "Payable against the contract maximum"


def _words(pence: Pence | None) -> str:
    return SUPPRESSED if pence is None else in_words(pence)


def _months_in_words(report: Report) -> str:
    months = [row[0] for row in chart_rows(report) if isinstance(row[0], date)]
    if not months:
        return "without a month"
    return f"from {month_in_words(months[0])} to {month_in_words(months[-1])}"


def _when_it_ends(report: Report) -> str:
    months = report.last_shown.statement.months
    return f"At the end of {month_in_words(months[-1].month)}" if months else "At the end"


def _savings_words(report: Report) -> str:
    shown, terms = report.last_shown, report.terms
    words = (
        f"Line chart {_months_in_words(report)}. {_when_it_ends(report)} the saving to date is"
        f" {_words(shown.latest('saving_to_date'))}, the fee to date"
        f" {_words(shown.latest('fee_to_date'))} and the fee entitlement to date"
        f" {_words(shown.latest('entitlement_to_date'))}."
    )
    if terms.bonus_threshold is not None:
        threshold = in_words(to_pence(terms.bonus_threshold))
        words += f" A level line stands at the bonus threshold of {threshold}."
    return f"{words} The figures are in the table on the sheet {DATA_SHEET}."


def _payable_words(report: Report) -> str:
    shown, terms = report.last_shown, report.terms
    words = (
        f"Line chart {_months_in_words(report)}. {_when_it_ends(report)}"
        f" {_words(shown.latest('payable_to_date'))} is payable to date"
    )
    if _INVOICED in _payable_lines(report):
        words += f" and {_words(shown.latest('invoiced_to_date'))} invoiced to date"
    words += "."
    if terms.contract_maximum is not None:
        words += (
            " A level line stands at the contract maximum of"
            f" {in_words(to_pence(terms.contract_maximum))}."
        )
    return f"{words} The figures are in the table on the sheet {DATA_SHEET}."
