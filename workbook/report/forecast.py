"""The forecast of the report: its months in percentiles, two fan charts, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from xlsxwriter.utility import xl_range_abs

from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.contract.terms import Term
from xlpbr.forecast.run import SENSITIVITY_SCENARIOS, Forecast, ForecastMonth, Sensitivity
from xlpbr.forecast.scenarios import Spread
from xlpbr.money import in_words, round_half_away, to_pence
from xlpbr.periods import month_end, month_in_words
from xlpbr.workbook.look.fan_chart import COLOURS, MAXIMUM, Fan, fan_chart
from xlpbr.workbook.report.charts import insert_chart
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import BLANK, NOT_APPLICABLE, Of, ReportColumn, ReportPage, Value
from xlpbr.workbook.report.summary import day_in_full

FORECAST_SHEET = "Forecast"
ASSUMPTIONS_SHEET = "Assumptions"

_DRAWN = tuple(COLOURS)
"""The figures of the charts; each has the width of its band beside its percentiles."""
_NET = "Net saving to date"
_MOST_NAMED = 3
_FONT_SIZE = 11


def forecast_columns(report: Report) -> list[ReportColumn]:
    """The months' columns: percentiles to date, and what the charts are drawn from."""
    columns = [ReportColumn("Month", 14, "month")]
    for figure in (*_DRAWN, _NET):
        columns += [
            ReportColumn(f"{figure}, {rank} percentile", 12.7, "money")
            for rank in ("10th", "50th", "90th")
        ]
        if figure in _DRAWN:
            columns.append(ReportColumn(f"{figure}, 90th less 10th", 12.7, "money"))
    if _has_maximum(report):
        columns.append(ReportColumn(MAXIMUM, 13.2, "money"))
    return columns


def forecast_rows(report: Report) -> list[list[Value]]:
    """A row for each month of the programme."""
    rows: list[list[Value]] = []
    for month in _forecast(report).months:
        row: list[Value] = [month.month]
        for figure in (*_DRAWN, _NET):
            spread = _spread(month, figure)
            row += [spread.p10, spread.p50, spread.p90]
            if figure in _DRAWN:
                row.append(spread.p90 - spread.p10)
        if _has_maximum(report):
            maximum = report.terms.in_force("contract_maximum", month_end(month.month))
            row.append(BLANK if maximum is None else to_pence(maximum))
        rows.append(row)
    return rows


def _has_maximum(report: Report) -> bool:
    terms = report.terms
    return terms.contract_maximum is not None or bool(terms.varied("contract_maximum"))


def forecast_lines(report: Report) -> list[str]:
    """How the forecast was made, how it is read, and what it says of the end."""
    found = _forecast(report)
    return [
        f"A forecast, not a statement: {found.scenarios:,} scenarios of what may come after"
        f" {day_in_full(found.as_at)}, each settled by the contract's own rules. They rest on the"
        f" sheet {ASSUMPTIONS_SHEET}. Seed: {found.seed}; the same seed gives the same figures.",
        "How to read a percentile: in 1 scenario of 10 a figure was its 10th percentile or less, in"
        " 5 of 10 its 50th or less, in 9 of 10 its 90th or less. The 50th is the middle; the band"
        " in the charts goes from the 10th to the 90th. Percentiles do not add up.",
        *_outcome_in_words(found),
        _chances(found),
        *_moved_most(found),
        "Two charts stand under the table.",
    ]


def _outcome_in_words(found: Forecast) -> Iterator[str]:
    last = found.months[-1]
    net = last.net_saving_to_date
    yield (
        f"By the end of {month_in_words(last.month)}, in the middle of the scenarios, the council"
        f" saves {in_words(last.saving_to_date.p50)}, {in_words(last.payable_to_date.p50)} is"
        f" payable, and the council keeps {in_words(net.p50)}: between {in_words(net.p10)} and"
        f" {in_words(net.p90)} in 8 scenarios of 10, {in_words(net.mean)} on average. What it keeps"
        " is the net saving: saving less payable. Each middle is found by itself, so what is kept"
        " in the middle need not be the one less the other."
    )


def _chances(found: Forecast) -> str:
    fee = "there is no fee"
    if found.fee_earned is not None:
        fee = f"the fee is fully earned in {percent(found.fee_earned)} of the scenarios"
    bonus = "there is no bonus"
    if found.threshold_passed is not None:
        bonus = f"the bonus threshold is passed in {percent(found.threshold_passed)}"
    maximum = "there is no contract maximum"
    if found.maximum_binds is not None:
        maximum = (
            f"more is owed than the contract maximum in {percent(found.maximum_binds)}, so that it"
            " binds"
        )
    return f"Chances: {fee}, {bonus}, {maximum}."


def percent(share: Fraction) -> str:
    """A share as a person writes it: ``12.5%``; 0% and 100% only where it is none and all."""
    tenths = round_half_away(share.numerator * 1000, share.denominator)
    if tenths == 0 < share:
        return "under 0.1%"
    if tenths == 1000 and share < 1:
        return "over 99.9%"
    return f"{tenths // 10}.{tenths % 10}%"


def _moved_most(found: Forecast) -> Iterator[str]:
    if not found.sensitivities:
        return
    named = [
        f"{one.label}, {_in_words(one, one.low)} or {_in_words(one, one.high)}"
        f" ({in_words(abs(one.difference))} apart)"
        for one in found.sensitivities[:_MOST_NAMED]
    ]
    yield (
        f"What moves the net saving most, one at a time: {'; '.join(named)}. All are on the sheet"
        f" {ASSUMPTIONS_SHEET}."
    )


def _in_words(one: Sensitivity, value: Fraction) -> str:
    if one.kind == "money":
        return in_words(to_pence(value))
    return f"{float(value):.2%}" if one.kind == "share" else f"{float(value):g}"


def add_fan_charts(report: Report, page: ReportPage, heading_row: int) -> None:
    """The charts beside each other under the months.

    Args:
        report: what is drawn.
        page: the sheet of the forecast.
        heading_row: the heading row of its table, counted from 0.
    """
    found = _forecast(report)
    headings = [column.heading for column in forecast_columns(report)]
    first, last = heading_row + 1, heading_row + len(found.months)

    def cells_of(heading: str) -> str:
        column = headings.index(heading)
        return f"{FORECAST_SHEET}!{xl_range_abs(first, column, last, column)}"

    for place, figure in enumerate(_DRAWN):
        has_maximum = MAXIMUM in headings and figure == "Payable to date"
        chart = fan_chart(
            page.workbook,
            Fan(
                figure=figure,
                months=cells_of("Month"),
                lowest=cells_of(f"{figure}, 10th percentile"),
                spread=cells_of(f"{figure}, 90th less 10th"),
                middle=cells_of(f"{figure}, 50th percentile"),
                maximum=cells_of(MAXIMUM) if has_maximum else "",
                count=len(found.months),
            ),
            font_size=_FONT_SIZE,
        )
        words = _chart_words(report, figure, with_maximum=has_maximum)
        insert_chart(page, last + 2, place, chart, words)


def _chart_words(report: Report, figure: str, *, with_maximum: bool) -> str:
    months = _forecast(report).months
    spread = _spread(months[-1], figure)
    words = (
        f"Fan chart from {month_in_words(months[0].month)} to {month_in_words(months[-1].month)}."
        f" At the end the middle of the scenarios has a {figure[0].lower()}{figure[1:]} of"
        f" {in_words(spread.p50)}; the band goes from {in_words(spread.p10)} to"
        f" {in_words(spread.p90)}."
    )
    maximum = report.terms.contract_maximum
    if with_maximum and maximum is not None:
        words += f" A level line stands at the contract maximum of {in_words(to_pence(maximum))}."
    return f"{words} The figures are in the table above."


def assumption_lines(report: Report) -> list[str]:
    """How the trials beside the assumptions are read."""
    found = _forecast(report)
    return [
        f"What the sheet {FORECAST_SHEET} rests on, as the workbook has it. Low and high are what"
        " was tried, one assumption at a time: a price certain at its low and its high, anything"
        " else a quarter less and a quarter more. The three prices of a cost are tried together;"
        " this stands beside the likely one.",
        "Net saving at low and at high: saving less payable at the end of"
        f" {month_in_words(found.months[-1].month)}, the mean of the first"
        f" {min(found.scenarios, SENSITIVITY_SCENARIOS):,} scenarios. Compare the two with each"
        f" other: the mean on the sheet {FORECAST_SHEET} is of all {found.scenarios:,}.",
        f"{NOT_APPLICABLE} means that nothing was tried, or that it changed nothing.",
    ]


def assumption_rows(report: Report) -> list[list[Value]]:
    """Each assumption with its value and what the net saving is where it is lower or higher."""
    found = _forecast(report)
    tried = {one.label: one for one in found.sensitivities}
    rows = []
    for assumption in ASSUMPTIONS:
        value = getattr(found.assumptions, assumption.field_name)
        # The three prices of one cost are tried together; they stand at the likely one.
        one = tried.get(assumption.label.removesuffix(", likely"))
        rows.append(
            [
                assumption.label,
                "not given" if value is None else _shown(assumption, value),
                assumption.unit,
                assumption.meaning,
                *(_trial(assumption, one) if one else [NOT_APPLICABLE] * 5),
            ]
        )
    return rows


def _trial(assumption: Term, one: Sensitivity) -> list[Value]:
    return [
        _shown(assumption, one.low),
        _shown(assumption, one.high),
        Of("money", one.net_at_low),
        Of("money", one.net_at_high),
        Of("money", one.difference),
    ]


_KINDS = {
    "money": "pounds",
    "share": "rate",
    "number": "number",
    "count": "count",
    "month": "month",
}


def _shown(assumption: Term, value: object) -> Of:
    return Of(_KINDS[assumption.kind], value)  # type: ignore[arg-type]


def _forecast(report: Report) -> Forecast:
    assert report.forecast is not None, "its sheets are written only where there is a forecast"
    return report.forecast


def _spread(month: ForecastMonth, figure: str) -> Spread:
    spread: Spread = getattr(month, figure.lower().replace(" ", "_"))
    return spread
