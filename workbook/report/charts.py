"""The charts of the Statement sheet and the table that they are drawn from.

Each line has a dash and a marker of its own, so that the charts can be read without colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from xlsxwriter.chart import Chart

from xlpbr.contract.terms import BonusMeasure, ContractTerms
from xlpbr.money import Pence, in_words, to_pence
from xlpbr.periods import month_in_words
from xlpbr.settlement.bonus import bonus_measures, has_bonus, measured, threshold_and_rate
from xlpbr.settlement.counted import counted_costs, counted_placements
from xlpbr.settlement.statement import FIGURE_BY_HEADING, MonthStatement
from xlpbr.workbook.look import styles
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import BLANK, ReportColumn, ReportPage, Value
from xlpbr.workbook.report.summary import day_in_full, measure_in_words, pounds_in_words

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
_MEASURES: Mapping[BonusMeasure, ChartLine] = {
    "run_rate": ChartLine("Yearly saving", styles.SAVING_COLOUR, "solid", "triangle"),
    "accumulated": ChartLine(
        "Saving counted for the bonus", styles.SAVING_COLOUR, "solid", "triangle"
    ),
    "lower": ChartLine(
        "Lower of yearly saving and saving counted", styles.SAVING_COLOUR, "solid", "triangle"
    ),
}
"""What the bonus may be measured by: the threshold is drawn against that alone."""
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
    return [line for drawing in _drawings(report) for line in drawing.lines]


def _drawings(report: Report) -> list[Drawing]:
    bonus = _bonus_drawing(report)
    return [_savings(report), _payable(report), *([] if bonus is None else [bonus])]


def _drawn_months(report: Report) -> list[tuple[MonthStatement, Mapping[str, Pence | None]]]:
    """The months for which the saving to date is shown, with their figures."""
    return [
        (month, figures)
        for month, figures in zip(report.statement.months, report.shown.figures, strict=True)
        if figures["saving_to_date"] is not None
    ]


def chart_rows(report: Report) -> list[list[Value]]:
    """The points: the months for which the saving to date is shown."""
    lines = _lines_of_charts(report)
    return [
        [
            month.month,
            *(
                BLANK if (point := _point(report, line, month, figures)) is None else point
                for line in lines
            ),
        ]
        for month, figures in _drawn_months(report)
    ]


def _point(
    report: Report, line: ChartLine, month: MonthStatement, figures: Mapping[str, Pence | None]
) -> Pence | None:
    """Where a line stands in a month; None where it has no point."""
    terms = report.terms
    if line is _MAXIMUM:
        return _pence(terms.in_force("contract_maximum", month.period.last))
    if line is _THRESHOLD:
        return _pence(threshold_and_rate(terms)[0])
    if line in _MEASURES.values():
        return _measured_by(report, month)
    return figures[line.field_name]


def _pence(amount: Fraction | None) -> Pence | None:
    return None if amount is None else to_pence(amount)


def _measured_by(report: Report, month: MonthStatement) -> Pence | None:
    """What the bonus would be measured by at the end of a month, or on its day in that month.

    None after that day, and before the phase that it counts from.
    """
    terms, evidence = report.terms, report.evidence
    day = min(month.period.last, terms.bonus_day)
    if day < month.period.first or day < _counts_from(terms):
        return None
    measures = bonus_measures(
        replace(terms, bonus_measured_on=day),
        counted_placements(terms, evidence),
        counted_costs(terms, evidence),
    )
    return measured(terms, measures)


def _counts_from(terms: ContractTerms) -> date:
    by_phase = terms.bonus_savings == "phase" and terms.bonus_measure != "run_rate"
    return terms.phase_starts_on or terms.starts_on if by_phase else terms.starts_on


def charts_of(report: Report) -> list[Drawing]:
    """The charts that have at least two points to join."""
    return [drawing for drawing in _drawings(report) if _points(report, drawing.lines[0]) > 1]


def _points(report: Report, line: ChartLine) -> int:
    points = (_point(report, line, month, figures) for month, figures in _drawn_months(report))
    return sum(point is not None for point in points)


def add_charts(report: Report, page: ReportPage, row: int, data_row: int) -> None:
    """The charts beside each other under the statement.

    Args:
        report: what is drawn.
        page: the Statement sheet.
        row: the row under the table.
        data_row: the heading row of the chart data.
    """
    drawings = charts_of(report)
    beside = max(2, len(drawings))
    for place, drawing in enumerate(drawings):
        chart = _chart(report, page, drawing, data_row)
        insert_chart(page, row + 1, place, chart, drawing.words, beside)


def insert_chart(
    page: ReportPage, row: int, place: int, chart: Chart, words: str, beside: int = 2
) -> None:
    """Put a chart into a row: the first, the second or another of so many beside each other."""
    width = page.pixels // beside - 10
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
    return _drawing(report, "Savings and fee over time", [_SAVING, _FEE, _ENTITLEMENT], words)


def _payable(report: Report) -> Drawing:
    lines, invoiced = [_PAYABLE], report.last_shown.latest("invoiced_to_date")
    words = f"{pounds_in_words(report.last_shown.latest('payable_to_date'))} is payable to date"
    if report.source.rows["Claims"] is not None and invoiced is not None:
        lines.append(_INVOICED)
        words += f" and {in_words(invoiced)} invoiced to date"
    terms = report.terms
    maximum = _pence(terms.in_force("contract_maximum", report.last_shown.statement.as_at))
    if maximum is None:
        return _drawing(report, "Payable over time", lines, f"{words}.")
    lines.append(_MAXIMUM)
    level = "A line" if terms.varied("contract_maximum") else "A level line"
    words += f". {level} stands at the contract maximum of {in_words(maximum)}."
    return _drawing(report, "Payable against the contract maximum", lines, words)


def _bonus_drawing(report: Report) -> Drawing | None:
    """What the bonus is measured by, against its threshold.

    None without a bonus, and in a public version where that is more than the saving to date.
    """
    terms, last = report.terms, report.last_shown.statement
    threshold, _ = threshold_and_rate(terms)
    if threshold is None or not has_bonus(terms) or not last.months:
        return None
    if report.is_public and not _measured_by_what_is_shown(terms):
        return None
    line = _MEASURES[terms.bonus_measure]
    index = len(last.months) - 1
    while index > 0 and last.months[index].period.first > terms.bonus_day:
        index -= 1
    point = _measured_by(report, last.months[index])
    measure = measure_in_words(terms)
    words = "nothing is counted yet" if point is None else f"{measure} is {in_words(point)}"
    if index < len(last.months) - 1:
        words = f"the bonus has been measured: {words}"
    words += (
        f". A level line stands at the bonus threshold of {in_words(to_pence(threshold))}; the"
        f" bonus is measured on {day_in_full(terms.bonus_day)}."
    )
    return _drawing(report, "Bonus: what it is measured by", [line, _THRESHOLD], words)


def _measured_by_what_is_shown(terms: ContractTerms) -> bool:
    """Whether the bonus is measured by the column Saving to date."""
    return (
        terms.bonus_measure == "accumulated"
        and terms.bonus_counts == "family"
        and terms.bonus_savings == "programme"
        and terms.bonus_day == terms.ends_on
    )


def _drawing(report: Report, title: str, lines: list[ChartLine], words: str) -> Drawing:
    """A chart; its words are about the last month that is shown."""
    months = report.last_shown.statement.months
    end = f"At the end of {month_in_words(months[-1].month)}" if months else "At the end"
    words = f"Line chart {_months_in_words(report)}. {end} {words}"
    words += f" The figures are in the table on the sheet {DATA_SHEET}."
    return Drawing(title, tuple(lines), words)


def _months_in_words(report: Report) -> str:
    months = [month_in_words(month.month) for month, _ in _drawn_months(report)]
    return f"from {months[0]} to {months[-1]}" if months else "without a month"
