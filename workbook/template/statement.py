"""The Statement sheet: key figures, two charts and the statement itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from xlsxwriter.format import Format

from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import all_of
from xlpbr.functions.spills import YEAR_HEADINGS
from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.look.months_chart import dress_months_chart
from xlpbr.workbook.look.styles import (
    DATE,
    FEE_COLOUR,
    FONT,
    MAXIMUM_COLOUR,
    MUTED,
    PAYABLE_COLOUR,
    RULE,
    SAVING_COLOUR,
    THRESHOLD_COLOUR,
)
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template.native_reads import day_in, number_in
from xlpbr.workbook.template.outlook import (
    NOT_AHEAD,
    SAID_OF_THE_OUTLOOK,
    last_day_shown,
    last_day_to_come,
    outlook_figure,
    write_outlook,
)
from xlpbr.workbook.template.page import TemplatePage, refusal
from xlpbr.workbook.template.plan import (
    AS_AT,
    FIRST_MONTH_ROW,
    STATEMENT_COLUMNS,
    STATEMENT_HEADING_ROW,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.result_places import YEARS_ROW, year_rows
from xlpbr.workbook.template.working_places import FIRST_ROW, MONTH_COLUMN, MONTHS

_MONEY_WIDTH = 14
_CHART_ROW = 6
_CHART_WIDTH, _CHART_HEIGHT = 640, 302
"""Pixels; a chart is narrower where many columns of the statement are hidden."""
_CHART_COLUMN = 6
_PIXELS_OF_A_MONEY_COLUMN = 103
_PLOT = {"x": 0.13, "y": 0.14, "width": 0.84, "height": 0.57}
"""Where the lines are drawn within a chart."""

WORKING_COLUMN = len(FIGURES) + 2
"""The first column of the workings that the charts draw their level lines from."""

_STILL_TO_COME = (
    "Months still to come are worked out as if every placement in place stays as it is and nothing"
    " else happens."
)
"""Always shown: which months are to come would depend on the day on which the book is opened."""

_POUNDS_IN_SHORT = '[>=1000000]"£"0.0,,"m";"£"#,##0,"k"'
"""The labels of an axis, for a contract of thousands or of millions."""

KEY_FIGURES_ROW = 7
_VALUE_COLUMN = 4

RUN_RATE = "Run rate: saving in a whole year"

_TOTALS = (
    # What is shown, the figure of the statement, whether its months are added up. A figure that
    # the contract does not have is left out.
    ("Children in family placements", "Children in family placements", False),
    ("Saving to date", "Saving", True),
    ("Fee to date", "Fee", True),
    ("Carer fees to date", "Carer fees", True),
    ("Outcome fees to date", "Outcome fees", True),
    ("Bonus", "Bonus", True),
    (RUN_RATE, "", False),
    ("Reimbursed to date", "Reimbursed", True),
    ("Held back at the maximum", "Held back", True),
    ("Payable to date", "Payable", True),
    ("To invoice to date", "To invoice", True),
    ("Invoiced to date", "Invoiced to date", False),
    ("Balance: below 0 is due back", "Balance", False),
    ("Net saving to date", "Net saving to date", False),
)
_NAMES = {
    "Saving to date": "SavingToDate", "Fee to date": "FeeToDate",
    "Payable to date": "PayableToDate", "Invoiced to date": "InvoicedToDate",
    "Balance: below 0 is due back": "BalanceToDate", "Net saving to date": "NetSavingToDate",
    RUN_RATE: "RunRate",
}  # fmt: skip
"""The defined names of key figures, for formulas of one's own."""

_HEADROOM = "Left of the contract maximum"


def _totals(plan: TemplatePlan) -> list[tuple[str, str, bool]]:
    """The key figures of a contract. What it may never have stays, where a check needs it."""
    left_out = {"Outcome fees", "Reimbursed"}.intersection(plan.idle_figures)
    if "Adjustment" in plan.idle_figures:
        # What is to be invoiced is what is payable, until a month is agreed.
        left_out.add("To invoice")
    if "Years" not in plan.sheets:
        left_out.add(RUN_RATE)
    return [total for total in _TOTALS if not left_out.intersection(total[:2])]


def key_figure(plan: TemplatePlan, label: str) -> str:
    """The cell of a key figure."""
    number = [total for total, _, _ in _totals(plan)].index(label)
    return plan.on_sheet("Statement", KEY_FIGURES_ROW + number, _VALUE_COLUMN)


def write_statement(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Statement sheet."""
    styles = page.styles
    inputs = all_of(
        plan.name_of(table)
        for table in ("Terms", *plan.evidence_tables)
        if table not in (*plan.hidden_sheets, "Budget")
    )
    page.introduce_results(
        "Statement",
        f"Result (calculated, do not type here): worked out from the sheets {inputs}."
        + ("" if plan.chosen_month else " The one input on this sheet is As at."),
    )
    page.put(2, 7, plan.title, styles.strong)
    page.set_widths([_width(figure.kind) for figure in FIGURES])
    page.set_widths((4, 12, 16, 16, 16), WORKING_COLUMN - 1)
    _write_as_at(page, plan)
    page.workbook.define_name(plan.as_at_name, f"={plan.as_at_cell}")
    _write_statement_key_figures(page, plan)
    _write_statement_table(page, plan)
    lines = _write_chart_workings(page, plan)
    for number, which in enumerate(_LINES):
        _insert_chart(page, plan, number, which, lines)
    _write_remarks(page, plan)
    page.sheet.freeze_panes(1, 1)
    page.print_on_a4(
        plan.title,
        last_column=len(FIGURES), heading_row=STATEMENT_HEADING_ROW,
    )  # fmt: skip


def _write_as_at(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the last day to count: the end of the month that is chosen, or an input."""
    styles = page.styles
    if plan.chosen_month:
        month = plan.chosen_month
        page.put(AS_AT[0], 1, "As at", styles.strong)
        look = styles.cell("date", "working", bold=True)
        page.put_formula(*AS_AT, f'=IF({month}="","",EOMONTH({month},0))', look)
        whose = f"The end of the month that is chosen on the sheet {plan.name_of('Month')}."
        page.put(AS_AT[0], AS_AT[1] + 1, whose, styles.remark)
        page.put(AS_AT[0] + 1, 6, SAID_OF_THE_OUTLOOK, styles.remark)
        write_outlook(page, plan)
        return
    page.put_input(
        AS_AT, "As at", "date", None,
        a_day_of_the_programme(plan, "The last day to count. Blank: the whole programme."),
        hint="Blank: the whole programme. A date: only what is known up to the end of that day.",
    )  # fmt: skip
    page.put(AS_AT[0] + 1, 5, _STILL_TO_COME, styles.make(bold=True, indent=1))


def write_last_day(page: TemplatePage, plan: TemplatePlan, place: Position) -> None:
    """Write to which day the figures of a sheet go."""
    page.put(*place, "Figures to", page.styles.strong)
    look = page.styles.bare("date", bold=True)
    page.put_formula(place[0], place[1] + 1, f"={last_day_shown(plan)}", look)


def a_day_of_the_programme(plan: TemplatePlan, message: str) -> dict[str, str]:
    """The validation of an As at."""
    return {
        "validate": "date", "criteria": ">=", "value": f"={plan.term_cell('Starts on')}",
        "input_message": message,
        **refusal(
            f"Give a date on or after Starts on ({plan.name_of('Terms')}), or clear the cell."
        ),
    }  # fmt: skip


def shown_or_blank(plan: TemplatePlan, formula: str, *headings: str) -> str:
    """A formula that is a figure only if every month's cell of these columns is one.

    An error in the statement comes through as it is; a month without a number gives #N/A, so
    nothing can be left out of a sum without being seen.
    """
    months = plan.all_statement_months
    complete = ",".join(
        f"COUNT({plan.statement_column(heading)})=COUNT({months})" for heading in headings
    )
    corner = plan.statement_corner
    return f"=IF(ISERROR({corner}),{corner},IF(AND(ISTEXT({corner}),{complete}),{formula},NA()))"


def _write_statement_key_figures(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    row = KEY_FIGURES_ROW
    page.put(row - 1, 1, "Key figures (Output)", styles.subtitle)
    day = styles.column_heading(num_format=DATE, align="right")
    page.put(row - 2, _VALUE_COLUMN, "To date", styles.heading_right)
    page.put_formula(row - 1, _VALUE_COLUMN, f"={last_day_shown(plan)}", day)
    if plan.chosen_month:
        page.put(row - 2, _VALUE_COLUMN + 1, "Outlook to", styles.heading_right)
        page.put_formula(row - 1, _VALUE_COLUMN + 1, f"={last_day_to_come(plan)}", day)
    for label, heading, added_up in _totals(plan):
        ahead = ""
        if label == RUN_RATE:
            formula = f"={_run_rate_of_years(plan)}"
        else:
            cells = plan.statement_column(heading)
            months = plan.statement_column("Month")
            last = f"IF(COUNT({months})=0,0,INDEX({cells},COUNT({months})))"
            formula = shown_or_blank(plan, f"ROUND(SUM({cells}),2)" if added_up else last, heading)
            if heading not in NOT_AHEAD:
                ahead = outlook_figure(plan, heading, added_up=added_up)
        kind = "count" if heading == "Children in family placements" else "money"
        _write_key_figure(page, plan, row, label, formula, ahead, kind)
        row += 1
    if plan.terms.contract_maximum is not None:
        maximum = plan.term_if_there("Contract maximum")
        payable = key_figure(plan, "Payable to date")
        in_all = fixed(int(payable.rpartition("$")[2]), _VALUE_COLUMN + 1)
        left, ahead = (
            f'IF({maximum}="","no maximum",ROUND({number_in(maximum)}-{paid},2))'
            for paid in (payable, in_all)
        )
        _write_key_figure(page, plan, row, _HEADROOM, f"={left}", ahead, "money")


def _run_rate_of_years(plan: TemplatePlan) -> str:
    """What the placements in place save in a year, from the last row of Years."""
    column = YEAR_HEADINGS.index("Full-year effect") + 1
    corner = plan.on_sheet("Years", YEARS_ROW, 1)
    years = plan.column_of("Years", column, YEARS_ROW + 1, YEARS_ROW + year_rows(plan) - 1)
    last = f"IF(COUNT({years})=0,0,INDEX({years},COUNT({years})))"
    return f"IF(ISERROR({corner}),{corner},{last})"


def _write_key_figure(
    page: TemplatePage, plan: TemplatePlan, row: int, label: str, formula: str, ahead: str,
    kind: str,
) -> None:  # fmt: skip
    # The label may run over the two columns beside it: it is longer than a month is wide.
    styles = page.styles
    edge: dict[str, Any] = {"bottom": 1, "bottom_color": RULE}
    page.put(row, 1, label, styles.bare("text", **edge))
    for column in (2, 3):
        page.put(row, column, None, styles.bare("text", **edge))
    strong = label in ("Saving to date", "Payable to date", "Net saving to date")
    page.put_formula(row, _VALUE_COLUMN, formula, styles.cell(kind, "output", bold=strong))
    if not plan.chosen_month:
        return
    if label in _NAMES:
        cell = plan.on_sheet("Statement", row, _VALUE_COLUMN)
        page.workbook.define_name(_NAMES[label], f"={cell}")
    if ahead:
        page.put_formula(row, _VALUE_COLUMN + 1, f"={ahead}", styles.cell(kind, "output"))
    else:
        page.put(row, _VALUE_COLUMN + 1, None, styles.cell("text", "plain"))


def _write_statement_table(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    page.put(STATEMENT_HEADING_ROW - 1, 1, "Month by month (Output)", styles.subtitle)
    page.sheet.set_row(STATEMENT_HEADING_ROW - 1, 48)
    page.spill(
        STATEMENT_HEADING_ROW, 1, plan.call(
            "PBR_STATEMENT", "Terms", "Placements", "Carers", "Claims", fixed(*AS_AT),
            "Cohort", "Prices", "Costs", "Rates", "Agreed",
        ),
        plan.month_rows + 1,
        [
            under_heading(
                styles.heading if figure.kind == "month" else styles.heading_right,
                styles.bare(figure.kind),
            )
            for figure in FIGURES
        ],
    )  # fmt: skip
    for heading in plan.idle_figures:
        column = STATEMENT_COLUMNS[heading]
        page.sheet.set_column(column - 1, column - 1, _MONEY_WIDTH, None, {"hidden": True})
        page.widths[column] = 0
    last = (plan.last_month_row, len(FIGURES))
    page.mark((FIRST_MONTH_ROW, 1), last, f'$A{FIRST_MONTH_ROW}<>""', styles.filled_row)


def under_heading(heading: Format, figure: Format) -> Callable[[int], Format]:
    """The style of a column that starts with a heading."""
    return lambda down: heading if down == 0 else figure


def _write_chart_workings(page: TemplatePage, plan: TemplatePlan) -> dict[str, str]:
    """Write the level lines of the charts, and give the range of each."""
    levels = {
        label: level_line(plan, label)
        for label, value in (
            ("Bonus threshold", plan.terms.bonus_threshold),
            ("Contract maximum", plan.terms.contract_maximum),
        )
        if value is not None
    }
    if "Bonus threshold" in levels and not _is_the_saving_to_date(plan.terms):
        # Without what the bonus is measured by, its threshold would stand beside other figures.
        if "Checks" in plan.sheets:
            levels = {MEASURED: "", **levels}
        else:
            del levels["Bonus threshold"]
    place = (STATEMENT_HEADING_ROW, WORKING_COLUMN)

    def formulas_of(row: int) -> Iterator[str]:
        for label, formula in levels.items():
            yield _measured(plan, row) if label == MEASURED else formula

    write_months(
        page, plan, place, "what else the charts are drawn from", list(levels), formulas_of
    )
    columns = {
        **STATEMENT_COLUMNS,
        **{heading: number for number, heading in enumerate(["Month", *levels], WORKING_COLUMN)},
    }
    last_row = FIRST_MONTH_ROW + len(plan.months) - 1
    return {
        heading: plan.column_of("Statement", column, FIRST_MONTH_ROW, last_row)
        for heading, column in columns.items()
    }


def _is_the_saving_to_date(terms: ContractTerms) -> bool:
    """Whether the bonus is measured by the line that is drawn anyhow."""
    return (terms.bonus_measure, terms.bonus_counts, terms.bonus_savings) == (
        "accumulated", "family", "programme",
    )  # fmt: skip


def _measured(plan: TemplatePlan, row: int) -> str:
    """What the bonus is measured by at the end of a month, from the workings of Checks."""
    column = MONTH_COLUMN + list(MONTHS).index(MEASURED)
    measured = plan.on_sheet("Checks", FIRST_ROW + row - FIRST_MONTH_ROW, column)
    return f"IF(ISNUMBER({measured}),{measured},NA())"


def write_months(
    page: TemplatePage,
    plan: TemplatePlan,
    place: Position,
    title: str,
    headings: Sequence[str],
    formulas_of: Callable[[int], Iterable[str]],
) -> None:
    """Write what charts are drawn from: the months of the programme, and amounts of each.

    Args:
        page: the sheet.
        plan: the sizes.
        place: where the heading of the months stands.
        title: what is drawn.
        headings: those of the amounts.
        formulas_of: the formulas of the amounts, by their row.
    """
    styles, (row, column) = page.styles, place
    page.put(row - 1, column, f"Working: {title}", styles.subtitle)
    page.put(row, column, "Month", styles.heading)
    page.put_row(row, column + 1, headings, styles.heading_right)
    month, money = styles.cell("month", "working"), styles.cell("money", "working")
    start = day_in(plan.term_cell("Starts on"))
    for number in range(len(plan.months)):
        row += 1
        page.put_formula(row, column, f"=EDATE({start}-DAY({start})+1,{number})", month)
        for across, formula in enumerate(formulas_of(row), start=column + 1):
            page.put_formula(row, across, f"={formula}", money)


def level_line(plan: TemplatePlan, label: str) -> str:
    """The formula of a line at the amount of a term."""
    return f"IFERROR({number_in(plan.term_cell(label))},NA())"


MEASURED = "Measured for the bonus"
"""The line that the threshold of the bonus is held against."""

_LINES: dict[str, list[tuple[str, str, str, str]]] = {
    # The figure, its colour, its dash, its marker: each line is known without its colour.
    "savings": [
        ("Saving to date", SAVING_COLOUR, "solid", "circle"),
        ("Fee to date", FEE_COLOUR, "solid", "square"),
        (MEASURED, PAYABLE_COLOUR, "solid", "diamond"),
        ("Bonus threshold", THRESHOLD_COLOUR, "dash", "none"),
    ],
    "payable": [
        ("Payable to date", PAYABLE_COLOUR, "solid", "diamond"),
        ("Invoiced to date", FEE_COLOUR, "round_dot", "triangle"),
        ("Contract maximum", MAXIMUM_COLOUR, "dash", "none"),
    ],
}


def _chart_width(plan: TemplatePlan) -> int:
    """How wide each chart is, so that both stand side by side over the columns that are seen."""
    seen = len(FIGURES) - _CHART_COLUMN + 1 - len(plan.idle_figures)
    return min(_CHART_WIDTH, seen * _PIXELS_OF_A_MONEY_COLUMN // 2 - 6)


def _insert_chart(
    page: TemplatePage, plan: TemplatePlan, number: int, which: str, lines: dict[str, str]
) -> None:
    if not plan.months:
        return
    chart = page.workbook.add_chart({"type": "line"})
    shown = [line for line in _LINES[which] if line[0] in lines]
    for heading, colour, dash, marker in shown:
        chart.add_series(
            {
                "name": heading,
                "categories": f"={lines['Month']}",
                "values": f"={lines[heading]}",
                "line": {"color": colour, "width": 2.25, "dash_type": dash},
                "marker": {
                    "type": marker, "size": 6,
                    "fill": {"color": colour}, "border": {"color": colour},
                },
            }
        )  # fmt: skip
    names = [heading for heading, *_ in shown]
    # The legend says which of them are to date; the title stays on one line.
    title = all_of(name.removesuffix(" to date") for name in names).capitalize()
    font = {"name": FONT, "size": 10, "color": MUTED, "bold": False}
    dress_months_chart(
        chart, title, len(plan.months), font, unit="£ (k thousand, m million)",
        unit_format=_POUNDS_IN_SHORT,
    )  # fmt: skip
    chart.set_legend({"position": "bottom", "font": {"name": FONT, "size": 10}})
    # Both charts have their months under each other, whatever takes room beside them.
    chart.set_plotarea({"layout": _PLOT})
    width = _chart_width(plan)
    chart.set_size({"width": width, "height": _CHART_HEIGHT})
    described = (
        f"Line chart, month by month: {', '.join(names)}, in pounds."
        " The figures are in the table below."
    )
    page.sheet.insert_chart(
        _CHART_ROW - 1, _CHART_COLUMN - 1, chart,
        {"description": described, "object_position": 2,
         "x_offset": 2 + number * (width + 7), "y_offset": 2},
    )  # fmt: skip


def _write_remarks(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write what a reader of the charts has to know, beside them."""
    made_for = len(plan.months)
    months = f"COUNT({plan.all_statement_months})"
    longer = f"The charts show {made_for} months; the programme is longer now."
    remark = '""'
    if plan.terms.bonus_threshold is not None and _is_the_saving_to_date(plan.terms):
        measure = plan.term_if_there("Bonus measure")
        remark = (
            f'IF({measure}="accumulated","",'
            '"The bonus is no longer measured by the saving to date: see'
            f' {plan.name_of("Terms")}, Bonus measure. ")'
        )
    remark = f"{remark}&{_said_of_hidden_columns(plan)}"
    formula = f'=IF({months}>{made_for},"{longer}",{remark})'
    page.put_formula(STATEMENT_HEADING_ROW - 1, 3, formula, page.styles.muted)


def _said_of_hidden_columns(plan: TemplatePlan) -> str:
    """Which columns are hidden and how they are shown; that they hold figures, once they do."""
    if not plan.idle_figures:
        return '""'
    names = [
        f"{heading} ({column_letter(STATEMENT_COLUMNS[heading])})" for heading in plan.idle_figures
    ]
    listed = all_of(names)
    how = "To show them: select the columns beside them, right-click, Unhide."
    figures = "+".join(
        f'COUNTIF({cells},">0")+COUNTIF({cells},"<0")'
        for cells in map(plan.statement_column, plan.idle_figures)
    )
    return (
        f'IF({figures}>0,"Hidden columns hold figures now: {listed}. {how}",'
        f'"Hidden, as the contract has no such clause: {listed}. {how}")'
    )


def _width(kind: str) -> float:
    return {"month": 11, "count": 12}.get(kind, _MONEY_WIDTH)
