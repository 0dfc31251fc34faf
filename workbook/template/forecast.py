"""The sheet Forecast: what may come, as PBR_FORECAST draws it; key figures and two fan charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.forecast.run import SENSITIVITY_SCENARIOS
from xlpbr.functions.spills import (
    FORECAST_CHANCES,
    FORECAST_FIGURES,
    FORECAST_HEADINGS,
    NOTHING_UNCERTAIN,
    SENSITIVITY_HEADINGS,
)
from xlpbr.workbook.look.fan_chart import BAND, COLOURS, MAXIMUM, Fan, fan_chart
from xlpbr.workbook.look.styles import (
    CHANCE,
    COUNT,
    FILLED_ROW,
    HEADING_FILL,
    HEADING_INK,
    NUMBER,
    RATE,
    TOTAL_ROW,
)
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template.page import TemplatePage, refusal
from xlpbr.workbook.template.plan import (
    FAR_BELOW,
    FORECAST_AS_AT,
    FORECAST_HEADING_ROW,
    FORECAST_SCENARIOS,
    FORECAST_SEED,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.statement import (
    a_day_of_the_programme,
    level_line,
    under_heading,
    write_months,
)

FIGURES = tuple(heading for heading, _ in FORECAST_FIGURES)
MEASURES = ("10th percentile", "50th percentile", "90th percentile", "mean")
CHANCES = tuple(label for label, _, _ in FORECAST_CHANCES)
MOVES_MOST = SENSITIVITY_HEADINGS[0]
TOTAL = "Total"

_DRAWN = "What comes after As at is drawn, scenario by scenario, from the sheet {assumptions}."
_CERTAIN = (
    "Nothing is uncertain: these are the statement's figures. Fill in the sheet {assumptions} to"
    " forecast."
)

WIDTH = len(FORECAST_HEADINGS)
"""Columns of the forecast."""

KEY_FIGURES_ROW = 10
"""The row of the first key figure; the chances stand under them."""
CHANCES_ROW = 15
NOTICE_ROW = 7
_CHART_ROW = 19
_CHART_SIZE = {"width": 645, "height": 480}
_CHART_OFFSETS = {"Saving to date": 2, "Payable to date": 660}
_READING_COLUMN = 7

WORKING_COLUMN = WIDTH + 2
"""The first column of the workings that the charts are drawn from."""
_PRINTED = 1 + 3 * len(MEASURES)
"""The columns that are printed: the months' own figures; those to date stand to the right."""

_LABEL_WIDTH, _MONEY_WIDTH = 40, 11.5
_BELOW_THE_MONTHS = 1 + len(CHANCES) + 1
"""Rows of the forecast between its months and the assumptions that move it."""

_HOW_TO_READ = (
    "10th percentile: in 1 scenario of 10 the figure was this or less.",
    "50th percentile: in 5 scenarios of 10 it was this or less: the middle.",
    "90th percentile: in 9 scenarios of 10 it was this or less.",
    "Mean: the average of all scenarios. Means add up, percentiles do not.",
    "Net saving: saving less payable. The maximum binds: more is owed than the maximum.",
    "Charts: the shaded band goes from the 10th to the 90th percentile. Whole pounds are shown.",
    "Figures to date stand to the right of the months' own, from column N.",
    f"What moves it: the mean of the first {SENSITIVITY_SCENARIOS} scenarios, low against high.",
)

_HINTS = {
    FORECAST_AS_AT: "Blank: the day before First month of moves; without one, the latest date"
    " entered. What comes after this day is drawn.",
    FORECAST_SCENARIOS: "How often the future is drawn, 1 to 100,000. More take longer, and chance"
    " moves the figures less.",
    FORECAST_SEED: "Any whole number. The same seed gives the same figures; another one shows what"
    " chance does to them.",
}


def write_forecast(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Forecast sheet."""
    styles = page.styles
    page.introduce_results(
        "Forecast",
        "Result (calculated, do not type here): what may come, each scenario settled by the"
        " contract's own rules. The inputs on this sheet are As at, Scenarios and Seed.",
        tables=("Assumptions",),
    )
    page.put(2, 7, plan.title, styles.strong)
    page.set_widths([_LABEL_WIDTH, *[_MONEY_WIDTH] * (WIDTH - 1)])
    page.set_widths((4, 12, 14, 14, 14), WORKING_COLUMN - 1)
    _write_inputs(page, plan)
    _write_forecast_key_figures(page, plan)
    _write_how_to_read(page)
    _write_table(page, plan)
    _write_charts(page, plan)
    page.sheet.freeze_panes(1, 1)
    page.print_on_a4(plan.title, last_column=_PRINTED, heading_row=FORECAST_HEADING_ROW)


def last_forecast_row(plan: TemplatePlan) -> int:
    """The last row that is prepared for the forecast."""
    return FORECAST_HEADING_ROW + plan.month_rows + _BELOW_THE_MONTHS + len(ASSUMPTIONS)


def _write_inputs(page: TemplatePage, plan: TemplatePlan) -> None:
    known = "The last day that is known. Blank: the day before First month of moves."
    inputs: tuple[tuple[Position, str, str, object, dict[str, Any]], ...] = (
        (FORECAST_AS_AT, "As at", "date", None, a_day_of_the_programme(plan, known)),
        (FORECAST_SCENARIOS, "Scenarios", "count", 1000, {
            "validate": "integer", "criteria": "between", "minimum": 1, "maximum": 100_000,
            "input_message": "How often the future is drawn. Usually 1,000.",
            **refusal("Give a whole number from 1 to 100,000."),
        }),
        (FORECAST_SEED, "Seed", "count", 1, {
            "validate": "integer", "criteria": "between", "minimum": 0, "maximum": 2**53 - 1,
            "input_message": "The same seed gives the same figures.",
            **refusal("Give a whole number, 0 or more."),
        }),
    )  # fmt: skip
    for place, label, kind, value, rule in inputs:
        page.put_input(place, label, kind, value, rule, hint=_HINTS[place], align="left")


def _filled(column: int) -> str:
    """The cells under the heading of a column of the forecast, and those far below."""
    return f"{fixed(FORECAST_HEADING_ROW + 1, column)}:{fixed(FAR_BELOW, column)}"


def _below_the_months(column: int, number: int, label: str) -> str:
    """The cell of a row under the months, found by how many months there are.

    A row that does not hold what is expected there gives #N/A, an error of the forecast itself.
    """
    corner = fixed(FORECAST_HEADING_ROW, 1)
    row = f"COUNT({_filled(1)})+{number}"
    found = f"INDEX({_filled(column)},{row})"
    is_it = f'INDEX({_filled(1)},{row})&""="{label}"'
    return f"IF(ISERROR({corner}),{corner},IF({is_it},{found},NA()))"


def _column(figure: str, measure: str) -> int:
    """The column of the forecast in which a percentile or the mean of a figure stands."""
    return 1 + FORECAST_HEADINGS.index(f"{figure}, {measure}")


def _write_forecast_key_figures(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    row = KEY_FIGURES_ROW
    page.put(row - 2, 1, "At the end of the programme (Output)", styles.subtitle)
    page.put(row - 1, 1, "Figure", styles.heading)
    page.put_row(row - 1, 2, [name.capitalize() for name in MEASURES], styles.heading_right)
    page.sheet.set_row(row - 2, 2 * LINE_HEIGHT + 2)
    for number, figure in enumerate(FIGURES[:3]):
        page.put(row + number, 1, figure, styles.cell("text", bold=True))
        for across, measure in enumerate(MEASURES, start=2):
            formula = _below_the_months(_column(figure, measure), 1, TOTAL)
            style = styles.cell("whole_pounds", "output", bold=measure == MEASURES[1])
            page.put_formula(row + number, across, f"={formula}", style)
    page.put(CHANCES_ROW - 1, 1, "Chances (Output)", styles.subtitle)
    for number, label in enumerate(CHANCES):
        page.put(CHANCES_ROW + number, 1, label.removeprefix("Chance that ").capitalize(),
            styles.cell("text"))  # fmt: skip
        found = _below_the_months(2, 2 + number, label)
        # Where the terms have no bonus or no maximum, a text says so; it runs over to the right.
        style = styles.cell("rate", "output", bold=True, align="left", num_format=CHANCE)
        page.put_formula(CHANCES_ROW + number, 2, f"={found}", style)
    notice = _below_the_months(1, _BELOW_THE_MONTHS + 1, NOTHING_UNCERTAIN)
    page.put_formula(
        NOTICE_ROW, 1,
        f'=IF(ISTEXT({notice}),"{_CERTAIN}","{_DRAWN}")'.replace(
            "{assumptions}", plan.name_of("Assumptions")
        ),
        styles.muted,
    )  # fmt: skip


def _write_how_to_read(page: TemplatePage) -> None:
    styles = page.styles
    page.put(KEY_FIGURES_ROW - 1, _READING_COLUMN, "How to read this", styles.subtitle)
    for row, sentence in enumerate(_HOW_TO_READ, start=KEY_FIGURES_ROW):
        page.put(row, _READING_COLUMN, sentence, styles.plain)


def _write_table(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    row = FORECAST_HEADING_ROW
    page.put(row - 1, 1, "Month by month, and what moves it (Output)", styles.subtitle)
    page.sheet.set_row(row - 1, 4 * LINE_HEIGHT + 2)
    rows = last_forecast_row(plan) - row
    inputs = [fixed(*place) for place in (FORECAST_AS_AT, FORECAST_SCENARIOS, FORECAST_SEED)]
    first = under_heading(styles.heading, styles.bare("month", text_wrap=True))
    other = under_heading(styles.heading_right, styles.bare("whole_pounds", text_wrap=True))
    page.spill(
        row, 1,
        plan.call("PBR_FORECAST", "Terms", "Placements", "Assumptions", *inputs, "Carers",
                  "Cohort", "Prices", "Costs", "Rates"),
        rows + 1, [first, *[other] * (WIDTH - 1)],
    )  # fmt: skip
    # A chance may say that the terms have no bonus, and a heading over an amount is long.
    for number in range(2, _BELOW_THE_MONTHS + 1):
        page.sheet.set_row(row + len(plan.months) + number - 1, 2 * LINE_HEIGHT + 2)
    _dress_rows(page, row + 1, row + rows)


def _dress_rows(page: TemplatePage, first: int, last: int) -> None:
    """Give each row its look by what comes to stand in it: months come and go with the terms.

    A cell takes one look only, as LibreOffice Calc applies no second one.
    """
    label = f'$A{first}&""'
    is_month, is_total = f"ISNUMBER($A{first})", f'{label}="{TOTAL}"'
    is_heading, is_chance = f'{label}="{MOVES_MOST}"', f'LEFT({label},6)="Chance"'
    is_assumption = (
        f'AND({label}<>"",NOT({is_month}),NOT({is_total}),NOT({is_heading}),NOT({is_chance}))'
    )
    is_share = f'OR(LEFT({label},10)="Break-down",LEFT({label},5)="Share")'
    is_count = f'LEFT({label},8)="Children"'
    is_price = f'ISNUMBER(SEARCH("cost",{label}))'
    heading = {"bold": True, "bg_color": HEADING_FILL, "font_color": HEADING_INK}
    looks = (
        (1, WIDTH, is_month, FILLED_ROW),
        (1, WIDTH, is_total, TOTAL_ROW),
        (1, 2, is_chance, {**FILLED_ROW, "num_format": CHANCE}),
        (1, 6, is_heading, heading),
        (1, 3, f"AND({is_assumption},{is_share})", {**FILLED_ROW, "num_format": RATE}),
        (1, 3, f"AND({is_assumption},{is_price})", FILLED_ROW),
        (1, 3, f"AND({is_assumption},{is_count})", {**FILLED_ROW, "num_format": COUNT}),
        (1, 3, is_assumption, {**FILLED_ROW, "num_format": NUMBER}),
        (4, 6, is_assumption, FILLED_ROW),
    )
    for left, right, condition, look in looks:
        made = page.workbook.add_format(look)
        page.mark((first, left), (last, right), condition, made, alone=True)


def _write_charts(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write what the charts are drawn from beside the forecast, and the charts over it."""
    if not plan.months:
        return
    has_maximum = plan.terms.contract_maximum is not None
    headings = [f"{figure}, {BAND}" for figure in COLOURS] + [MAXIMUM] * has_maximum

    def formulas_of(row: int) -> Iterator[str]:
        for figure in COLOURS:
            high, low = (fixed(row, _column(figure, MEASURES[index])) for index in (2, 0))
            yield f"IF(ISNUMBER({fixed(row, 1)}),ROUND({high}-{low},2),NA())"
        if has_maximum:
            yield level_line(plan, MAXIMUM)

    place = (FORECAST_HEADING_ROW, WORKING_COLUMN)
    write_months(page, plan, place, "what the charts are drawn from", headings, formulas_of)

    def cells_of(column: int) -> str:
        last_row = FORECAST_HEADING_ROW + len(plan.months)
        return plan.column_of("Forecast", column, FORECAST_HEADING_ROW + 1, last_row)

    for number, figure in enumerate(COLOURS):
        with_maximum = has_maximum and figure == "Payable to date"
        chart = fan_chart(
            page.workbook,
            Fan(
                figure=figure,
                months=cells_of(WORKING_COLUMN),
                lowest=cells_of(_column(figure, MEASURES[0])),
                spread=cells_of(WORKING_COLUMN + 1 + number),
                middle=cells_of(_column(figure, MEASURES[1])),
                maximum=cells_of(WORKING_COLUMN + len(headings)) if with_maximum else "",
                count=len(plan.months),
            ),
            font_size=10,
        )
        chart.set_size(_CHART_SIZE)
        level = " and a level line at the contract maximum" if with_maximum else ""
        described = (
            f"Fan chart, month by month: {figure}, a line for the 50th percentile in a band from"
            f" the 10th to the 90th{level}, in pounds. The figures are in the table below."
        )
        page.sheet.insert_chart(
            _CHART_ROW - 1, 0, chart,
            {"description": described, "object_position": 2,
             "x_offset": _CHART_OFFSETS[figure], "y_offset": 2},
        )  # fmt: skip
