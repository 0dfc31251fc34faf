"""The page of charts and the table that they are drawn from, which stands last in the annex.

Each line has a dash and a marker of its own, so that the charts can be read without colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from xlsxwriter.chart import Chart

from xlpbr import cells
from xlpbr.contract.terms import BonusMeasure, ContractTerms
from xlpbr.money import Pence, in_words, to_pence, to_pounds
from xlpbr.periods import day_in_words, month_in_words
from xlpbr.settlement.bonus import bonus_measures, has_bonus, measured, threshold_and_rate
from xlpbr.settlement.counted import counted_costs, counted_placements
from xlpbr.settlement.statement import FIGURE_BY_HEADING, MonthStatement
from xlpbr.workbook.look import styles
from xlpbr.workbook.look.months_chart import dress_months_chart
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import BLANK, PAGE_LYING, ReportColumn, ReportPage, Value
from xlpbr.workbook.report.readings import worths
from xlpbr.workbook.report.summary import day_in_full, measure_in_words, pounds_in_words

CHARTS_SHEET = "Charts"
DATA_SHEET = "Chart data"
_PAGE_HEIGHT = 1.45
"""What a page upright is high, of its width between the margins."""
_GAP = 12
_BAR, _TALL_BAR = 24, 64
"""How high the bars of a reading are with the space between them, at least and at most."""
_HIGHEST = 0.62
"""A chart alone on its page is not higher than this part of its width."""


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line of a chart: its column in the data and how it is drawn."""

    heading: str
    colour: str
    dash: str
    marker: str
    width: float = 2.25
    named: str = ""
    """Where its last point says its figure; a level line says it near its beginning."""

    @property
    def field_name(self) -> str:
        """The figure of the statement that it shows, for lines that are not level."""
        return FIGURE_BY_HEADING[self.heading].field_name


_SAVING = ChartLine("Saving to date", styles.SAVING_COLOUR, "solid", "circle", named="above")
_FEE = ChartLine("Fee to date", styles.FEE_COLOUR, "dash", "square", named="below")
_ENTITLEMENT = ChartLine("Fee entitlement to date", styles.INK, "round_dot", "none", 1.75)
_THRESHOLD = ChartLine(
    "Bonus threshold", styles.THRESHOLD_COLOUR, "long_dash_dot", "none", 1.75, "above"
)
_MEASURES: Mapping[BonusMeasure, ChartLine] = {
    "run_rate": ChartLine(
        "Yearly saving", styles.SAVING_COLOUR, "solid", "triangle", named="above"
    ),
    "accumulated": ChartLine(
        "Saving counted for the bonus", styles.SAVING_COLOUR, "solid", "triangle", named="above"
    ),
    "lower": ChartLine(
        "Lower of yearly saving and saving counted",
        styles.SAVING_COLOUR,
        "solid",
        "triangle",
        named="above",
    ),
}
"""What the bonus may be measured by: the threshold is drawn against that alone."""
_PAYABLE = ChartLine("Payable to date", styles.PAYABLE_COLOUR, "solid", "circle", named="above")
_INVOICED = ChartLine("Invoiced to date", styles.FEE_COLOUR, "dash", "diamond", named="below")
_MAXIMUM = ChartLine("Contract maximum", styles.MAXIMUM_COLOUR, "long_dash", "none", 1.75, "above")
_BESIDE_HEIGHT = 400
_STEPS_ON_AXIS = 6
_FLAT = 2
"""Charts of sums have the same axis where the highest is at most so many times the lowest."""
_ROOM = 1.08
"""An axis goes a little above its highest point, so that its figure has room."""
_CLOSE = 0.25
"""A level line is close above a point where it is higher by less than this part of itself."""
_LOW, _APART = 0.1, 0.15
"""A figure under a point as low as this part of its chart would stand on the axis: it goes over the
point, where the other line is so far off."""
_LEVEL = (_THRESHOLD, _MAXIMUM)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart: its title, its lines, what it shows, and the same for who cannot see it."""

    title: str
    lines: tuple[ChartLine, ...]
    said: str
    words: str


def chart_columns(report: Report) -> tuple[ReportColumn, ...]:
    """The columns of the chart data; a contract without a bonus or maximum has no such line."""
    return (
        ReportColumn("Month", 15, "month"),
        *(ReportColumn(line.heading, 16, "money") for line in _lines_of_charts(report)),
    )


def _lines_of_charts(report: Report) -> list[ChartLine]:
    return [line for drawing in _drawings(report) for line in drawing.lines]


def _drawings(report: Report) -> list[Drawing]:
    bonus = _bonus_drawing(report)
    return [_savings(report), _payable(report), *([] if bonus is None else [bonus])]


def _months_and_figures(report: Report) -> list[tuple[MonthStatement, Mapping[str, Pence | None]]]:
    """Every month with its figures: in one that is suppressed a line is broken."""
    return list(zip(report.statement.months, report.shown.figures, strict=True))


def chart_rows(report: Report) -> list[list[Value]]:
    """The points of every month; an empty cell where there is none."""
    lines = _lines_of_charts(report)
    return [
        [
            month.month,
            *(
                BLANK if (point := _point(report, line, month, figures)) is None else point
                for line in lines
            ),
        ]
        for month, figures in _months_and_figures(report)
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
        # In a public version it is drawn only where it is the saving to date.
        if figures["saving_to_date"] is None:
            return None
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
    points = (
        _point(report, line, month, figures) for month, figures in _months_and_figures(report)
    )
    return sum(point is not None for point in points)


def drawing_columns(_: Report) -> list[ReportColumn]:
    """The columns of the table over the charts."""
    return [ReportColumn("Chart", 34), ReportColumn("What it shows", 92)]


def drawing_lines(report: Report) -> list[str]:
    """To which day the figures go, and what a broken line means."""
    lines = [
        f"Figures to date go to {day_in_full(report.last_shown.statement.as_at)}. The points of"
        f" each chart are in the annex, on the sheet {DATA_SHEET}."
    ]
    if report.is_public:
        lines.append(
            "A line is broken over the months that are suppressed: a point alone stands for the end"
            " of a run of months."
        )
    return lines


def drawing_rows(report: Report) -> list[list[Value]]:
    """What each chart shows, in words."""
    return [[drawing.title, drawing.said] for drawing in charts_of(report)]


def add_charts(report: Report, page: ReportPage, row: int, data_row: int) -> None:
    """The charts under each other, as large as one page upright lets them be.

    Args:
        report: what is drawn.
        page: the sheet of the charts.
        row: the row under its table.
        data_row: the heading row of the chart data.
    """
    drawings = charts_of(report)
    width = page.pixels
    left = _PAGE_HEIGHT * page.pixels - page.pixels_above(row)
    height = min(int(left / len(drawings)) - _GAP, int(_HIGHEST * width))
    highest = _highest_of_sums(report, drawings)
    for place, drawing in enumerate(drawings):
        chart = _chart(report, page, drawing, data_row, highest)
        chart.set_size({"width": width, "height": height})
        page.sheet.insert_chart(
            row, 0, chart,
            {
                "y_offset": _GAP + place * (height + _GAP), "object_position": 1,
                "description": drawing.words,
            },
        )  # fmt: skip


def add_worth_chart(report: Report, page: ReportPage, heading_row: int, row: int) -> None:
    """Bars of what each reading would change, under their table where there is room on the page.

    Args:
        report: what is drawn.
        page: the sheet of the readings that matter.
        heading_row: the heading row of its table.
        row: the row under it.
    """
    found = worths(report)
    height = int(PAGE_LYING * page.pixels) - page.pixels_above(row) - 2 * _GAP
    if not found or height < _BAR * (len(found) + 3):
        return
    chart = page.workbook.add_chart({"type": "bar"})
    font = {"name": styles.FONT, "size": 11, "color": styles.INK, "bold": False}
    sheet, first, last = page.sheet.get_name(), heading_row + 1, row - 1
    of_day = [column.kind for column in page.columns].index("money")
    of_end = of_day + 1 if report.readings_to_the_end else of_day
    for column, colour in zip(
        range(of_day, of_end + 1), (styles.SAVING_COLOUR, styles.FEE_COLOUR), strict=False
    ):
        chart.add_series(
            {
                "name": [sheet, heading_row, column],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, column, last, column],
                "fill": {"color": colour}, "gap": 60,
            }
        )  # fmt: skip
    title = "What each reading would change of what is payable"
    chart.set_title({"name": title, "name_font": {**font, "size": 13, "bold": True}})
    # The first row of the table stands at the top, and names beside bars that go to the left.
    chart.set_y_axis({"reverse": True, "num_font": font, "label_position": "low"})
    chart.set_x_axis(
        {
            "num_format": styles.WHOLE_POUNDS, "num_font": font, "label_position": "high",
            "major_gridlines": {"visible": True, "line": {"color": styles.RULE, "width": 0.5}},
        }
    )  # fmt: skip
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_chartarea({"border": {"color": styles.RULE}})
    chart.set_size({"width": page.pixels, "height": min(height, _TALL_BAR * (len(found) + 3))})
    words = "; ".join(
        f"{one.term.label} as {one.option}: {in_words(one.to_date)}"
        + ("" if one.in_outlook is None else f", in outlook {in_words(one.in_outlook)}")
        for one in found
    )
    page.sheet.insert_chart(
        row, 0, chart,
        {"y_offset": _GAP, "object_position": 1, "description": f"Bar chart. {title}: {words}."},
    )  # fmt: skip


def insert_chart(page: ReportPage, row: int, place: int, chart: Chart, words: str) -> None:
    """Put a chart under a table: the first or the second of two beside each other."""
    width = page.pixels // 2 - 10
    chart.set_size({"width": width, "height": _BESIDE_HEIGHT})
    page.sheet.insert_chart(
        row, 0, chart,
        {"x_offset": place * (width + 20), "object_position": 3, "description": words},
    )  # fmt: skip


def _chart(
    report: Report, page: ReportPage, drawing: Drawing, data_row: int, highest: int | None
) -> Chart:
    chart = page.workbook.add_chart({"type": "line"})
    headings = [column.heading for column in chart_columns(report)]
    rows = chart_rows(report)
    first, last = data_row + 1, data_row + len(rows)
    font = {"name": styles.FONT, "size": 11, "color": styles.INK, "bold": False}
    for line in drawing.lines:
        column = headings.index(line.heading)
        drawn: dict[str, Any] = {
            "name": [DATA_SHEET, data_row, column],
            "categories": [DATA_SHEET, first, 0, last, 0],
            "values": [DATA_SHEET, first, column, last, column],
            # What a reader that does not look at the sheet draws: no point where a cell is empty.
            "values_data": [_in_pounds(row[column]) for row in rows],
            "line": {"color": line.colour, "width": line.width, "dash_type": line.dash},
            "marker": {"type": line.marker},
        }
        if line.marker != "none":
            drawn["marker"].update(
                size=6, fill={"color": line.colour}, border={"color": line.colour}
            )
        if line.named:
            points = [row[column] for row in rows]
            levels = [rows[-1][headings.index(level.heading)] for level in drawing.lines[1:]]
            others = [
                [row[headings.index(other.heading)] for row in rows]
                for other in drawing.lines[: drawing.lines.index(line)]
                if other.named and other not in _LEVEL
            ]
            top = max(_values(report, drawing.lines), default=0)
            drawn["data_labels"] = _label(line, points, others, levels, top, font)
        chart.add_series(drawn)
    dress_months_chart(chart, drawing.title, len(rows), font, title_ink=styles.INK)
    bounds = {"min": _lowest(report, drawing.lines)}
    if highest is not None and _is_of_sums(drawing):
        bounds["max"] = highest
    chart.y_axis.update({name: bound for name, bound in bounds.items() if bound is not None})
    # The same for every chart, so that the months stand under each other; room for the last figure.
    chart.set_plotarea({"layout": {"x": 0.13, "y": 0.14, "width": 0.84, "height": 0.57}})
    chart.set_legend({"position": "bottom", "font": font})
    return chart


def _in_pounds(point: Value) -> float | None:
    return cells.plain_number(to_pounds(point)) if isinstance(point, int) else None


def _label(
    line: ChartLine,
    points: Sequence[Value],
    others: Sequence[Sequence[Value]],
    levels: Sequence[Value],
    top: Pence,
    font: Mapping[str, Any],
) -> dict[str, Any]:
    """The figure at one point of a line: its last one, of a level line one near its beginning.

    Args:
        line: the line.
        points: its points.
        others: the points of the lines before it that say a figure.
        levels: where level lines of the chart stand.
        top: the highest point of the chart.
        font: the font of the figure.
    """
    there = [number for number, point in enumerate(points) if point is not BLANK]
    # Not the first: there the figure would stand on those of the axis.
    named = (there[-(-len(there) // 9)] if line in _LEVEL else there[-1]) if there[1:] else -1
    point, beside = points[named], [other[named] for other in others]
    position = line.named
    if line in _MEASURES.values() and _just_under(point, levels):
        position = "below"
    elif position == "below" and _low_and_apart(point, beside, top):
        position = "above"
    # Two lines that end in the same point have one figure there.
    is_said = line not in _LEVEL and point in beside
    return {
        "value": True, "position": position,
        "num_format": styles.WHOLE_POUNDS,
        "font": {**font, "bold": True},
        "custom": [
            {} if number == named and not is_said else {"delete": True}
            for number in range(len(points))
        ],
    }  # fmt: skip


def _low_and_apart(point: Value, beside: Sequence[Value], top: Pence) -> bool:
    """Whether a figure under a point would stand on the axis, and over it on no other line."""
    return (
        isinstance(point, int)
        and 0 <= point < top * _LOW
        and all(isinstance(other, int) and other - point > top * _APART for other in beside)
    )


def _just_under(point: Value, levels: Sequence[Value]) -> bool:
    """Whether a level line runs so close above a point that it would strike its figure through."""
    return isinstance(point, int) and any(
        isinstance(level, int) and 0 <= level - point < level * _CLOSE for level in levels
    )


def _lowest(report: Report, lines: Sequence[ChartLine]) -> int | None:
    """An axis begins at £0 unless a placement that costs more brings a line below it."""
    return None if any(value < 0 for value in _values(report, lines)) else 0


def _is_of_sums(drawing: Drawing) -> bool:
    """Whether a chart is of sums to date, which can be held beside those of another."""
    return drawing.lines[0] in (_SAVING, _PAYABLE)


def _highest_of_sums(report: Report, drawings: Sequence[Drawing]) -> int | None:
    """Where the axes of the charts of sums to date end, in pounds: the same for both.

    None where one would be pressed flat, and where a line goes below £0: each has its own then.
    """
    charts = [drawing.lines for drawing in drawings if _is_of_sums(drawing)]
    tops = [max(_values(report, lines), default=0) for lines in charts]
    highest, lowest = max(tops, default=0), min(tops, default=0)
    if lowest * _FLAT < highest or any(_lowest(report, lines) is None for lines in charts):
        return None
    wanted = int(highest * _ROOM) // 100
    step = next(step for step in _round_steps() if wanted <= _STEPS_ON_AXIS * step)
    return -(-wanted // step) * step or None


def _round_steps() -> Iterator[int]:
    """Round amounts that an axis may count in: 1, 2, 5, 10, 20 and so on."""
    unit = 1
    while True:
        yield from (unit, 2 * unit, 5 * unit)
        unit *= 10


def _values(report: Report, lines: Sequence[ChartLine]) -> list[int]:
    """All points of some lines."""
    headings = [column.heading for column in chart_columns(report)]
    wanted = [headings.index(line.heading) for line in lines]
    values = [row[column] for row in chart_rows(report) for column in wanted]
    return [value for value in values if isinstance(value, int)]


def _savings(report: Report) -> Drawing:
    saving, fee, entitlement = (
        pounds_in_words(report.last_shown.latest(line.field_name))
        for line in (_SAVING, _FEE, _ENTITLEMENT)
    )
    words = (
        f"the saving to date is {saving}, the fee to date {fee} and the fee entitlement to date"
        f" {entitlement}."
    )
    return _drawing(
        report,
        f"Savings and fee to {_last_day(report)}",
        [_SAVING, _FEE, _ENTITLEMENT],
        words,
    )


def _payable(report: Report) -> Drawing:
    lines, invoiced = [_PAYABLE], report.last_shown.latest("invoiced_to_date")
    words = f"{pounds_in_words(report.last_shown.latest('payable_to_date'))} is payable to date"
    if report.source.rows["Claims"] is not None and invoiced is not None:
        lines.append(_INVOICED)
        words += f" and {in_words(invoiced)} invoiced to date"
    terms = report.terms
    maximum = _pence(terms.in_force("contract_maximum", report.last_shown.statement.as_at))
    if maximum is None:
        return _drawing(report, f"Payable to {_last_day(report)}", lines, f"{words}.")
    lines.append(_MAXIMUM)
    level = "A line" if terms.varied("contract_maximum") else "A level line"
    words += f". {level} stands at the contract maximum of {in_words(maximum)}."
    return _drawing(
        report,
        f"Payable to {_last_day(report)} against the contract maximum",
        lines,
        words,
    )


def _last_day(report: Report) -> str:
    """The day to which the figures go that may be shown."""
    return day_in_words(report.last_shown.statement.as_at)


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
    said = f"{end} {words}"
    spoken = f"Line chart {_months_in_words(report)}. {said}"
    return Drawing(
        title,
        tuple(lines),
        said,
        f"{spoken} The figures are in the table on the sheet {DATA_SHEET}.",
    )


def _months_in_words(report: Report) -> str:
    months = [
        month_in_words(month.month)
        for month, figures in _months_and_figures(report)
        if figures["saving_to_date"] is not None
    ]
    return f"from {months[0]} to {months[-1]}" if months else "without a month"
