"""The two charts of the Statement sheet and the table that they are drawn from.

Each line has a dash and a marker of its own, so that the charts can be read without colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter.chart import Chart

from xlpbr.money import Pence, in_words, to_pence
from xlpbr.periods import month_in_words
from xlpbr.settlement.statement import FIGURE_BY_HEADING
from xlpbr.workbook.look import styles
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import BLANK, ReportColumn, ReportPage, Value
from xlpbr.workbook.report.summary import pounds_in_words

DATA_SHEET = "Chart data"
_CHART_HEIGHT = 400


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
    return [*_savings(report).lines, *_payable(report).lines]


def _drawn_months(report: Report) -> list[tuple[date, Mapping[str, Pence | None]]]:
    """The months for which the saving to date is shown, with their figures."""
    return [
        (month.month, figures)
        for month, figures in zip(report.statement.months, report.shown.figures, strict=True)
        if figures["saving_to_date"] is not None
    ]


def chart_rows(report: Report) -> list[list[Value]]:
    """The points: the months for which the saving to date is shown."""
    lines = _lines_of_charts(report)
    rows: list[list[Value]] = []
    for month, figures in _drawn_months(report):
        row: list[Value] = [month]
        for line in lines:
            level = _level(report, line)
            point = figures[line.field_name] if level is None else level
            row.append(BLANK if point is None else point)
        rows.append(row)
    return rows


def _level(report: Report, line: ChartLine) -> Pence | None:
    """The amount of a level line; None for any other, and where the terms have none."""
    terms = report.terms
    amount = {_THRESHOLD: terms.bonus_threshold, _MAXIMUM: terms.contract_maximum}.get(line)
    return None if amount is None else to_pence(amount)


def charts_of(report: Report) -> list[Drawing]:
    """The charts that have at least two points to join."""
    drawings = (_savings(report), _payable(report))
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
    for place, drawing in enumerate(charts_of(report)):
        insert_chart(page, row + 1, place, _chart(report, page, drawing, data_row), drawing.words)


def insert_chart(page: ReportPage, row: int, place: int, chart: Chart, words: str) -> None:
    """Put a chart into a row: the first or the second of two beside each other."""
    width = page.pixels // 2 - 10
    chart.set_size({"width": width, "height": _CHART_HEIGHT})
    page.sheet.insert_chart(
        row, 0, chart,
        {"x_offset": place * (width + 20), "object_position": 3, "description": words},
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


def _savings(report: Report) -> Drawing:
    saving, fee, entitlement = (
        pounds_in_words(report.last_shown.latest(line.field_name))
        for line in (_SAVING, _FEE, _ENTITLEMENT)
    )
    words = (
        f"the saving to date is {saving}, the fee to date {fee} and the fee entitlement to date"
        f" {entitlement}."
    )
    titles = ("Savings and fee over time", "Savings, fee and threshold over time")
    return _drawing(report, titles, [_SAVING, _FEE, _ENTITLEMENT], _THRESHOLD, words)


def _payable(report: Report) -> Drawing:
    lines, invoiced = [_PAYABLE], report.last_shown.latest("invoiced_to_date")
    words = f"{pounds_in_words(report.last_shown.latest('payable_to_date'))} is payable to date"
    if report.source.rows["Claims"] is not None and invoiced is not None:
        lines.append(_INVOICED)
        words += f" and {in_words(invoiced)} invoiced to date"
    titles = ("Payable over time", "Payable against the contract maximum")
    return _drawing(report, titles, lines, _MAXIMUM, f"{words}.")


def _drawing(
    report: Report, titles: tuple[str, str], lines: list[ChartLine], level: ChartLine, words: str
) -> Drawing:
    """A chart, with a level line where the terms have its amount; its titles without and with it.

    The words are about the last month that is shown.
    """
    amount, months = _level(report, level), report.last_shown.statement.months
    end = f"At the end of {month_in_words(months[-1].month)}" if months else "At the end"
    words = f"Line chart {_months_in_words(report)}. {end} {words}"
    if amount is not None:
        lines = [*lines, level]
        words += f" A level line stands at the {level.heading.lower()} of {in_words(amount)}."
    words += f" The figures are in the table on the sheet {DATA_SHEET}."
    return Drawing(titles[amount is not None], tuple(lines), words)


def _months_in_words(report: Report) -> str:
    months = [month_in_words(month) for month, _ in _drawn_months(report)]
    return f"from {months[0]} to {months[-1]}" if months else "without a month"
