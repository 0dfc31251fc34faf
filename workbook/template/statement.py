"""The Statement sheet: key figures, two charts and the statement itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.look.styles import (
    FEE_COLOUR,
    FONT,
    MAXIMUM_COLOUR,
    MUTED,
    PAYABLE_COLOUR,
    RULE,
    SAVING_COLOUR,
    THRESHOLD_COLOUR,
)
from xlpbr.workbook.template.native_reads import day_in, number_in
from xlpbr.workbook.template.page import (
    TemplatePage,
    introduce_results,
    print_on_a4,
    protect,
    put,
    put_formula,
    put_row,
    set_widths,
    spill,
)
from xlpbr.workbook.template.plan import (
    ALL_TABLES,
    AS_AT,
    CONTRACT_TABLES,
    FIRST_MONTH_ROW,
    STATEMENT_COLUMNS,
    STATEMENT_HEADING_ROW,
    TemplatePlan,
    all_statement_months,
    as_at_cell,
    column_of,
    fixed,
    on_sheet,
    statement_column,
    statement_corner,
    term_cell,
    term_if_there,
)

_MONEY_WIDTH = 14
_CHART_ROW = 6
_CHART_SIZE = {"width": 508, "height": 302}
_CHARTS = ((6, "savings"), (11, "payable"))
"""The column at which each chart stands."""

WORKING_COLUMN = len(FIGURES) + 2
"""The first column of the workings that the charts draw their level lines from."""

_STILL_TO_COME = (
    "Months still to come are worked out as if every placement in place stays as it is and nothing"
    " else happens."
)
"""Always shown: which months are to come would depend on the day on which the book is opened."""

KEY_FIGURES_ROW = 7
_VALUE_COLUMN = 4

_TOTALS = (
    # What is shown, the figure of the statement, whether its months are added up.
    ("Children in family placements", "Children in family placements", False),
    ("Saving to date", "Saving", True),
    ("Fee to date", "Fee", True),
    ("Carer fees to date", "Carer fees", True),
    ("Bonus", "Bonus", True),
    ("Held back at the maximum", "Held back", True),
    ("Payable to date", "Payable", True),
    ("Invoiced to date", "Invoiced to date", False),
    ("Balance: below 0 is due back", "Balance", False),
    ("Net saving to date", "Net saving to date", False),
)
_HEADROOM = "Left of the contract maximum"


def key_figure(plan: TemplatePlan, label: str) -> str:
    """The cell of a key figure."""
    number = [total for total, _, _ in _TOTALS].index(label)
    return on_sheet(plan, "Statement", KEY_FIGURES_ROW + number, _VALUE_COLUMN)


def write_statement(page: TemplatePage, plan: TemplatePlan, workbook: Workbook) -> None:
    """Write the Statement sheet."""
    styles = page.styles
    introduce_results(
        page,
        "Statement",
        f"Result (calculated, do not type here): worked out from {_input_sheets(plan)}. The one"
        " input on this sheet is As at.",
    )
    put(page, 1, 3, plan.title, styles.subtitle)
    set_widths(page, [_width(figure.kind) for figure in FIGURES])
    set_widths(page, (4, 12, 16, 16), WORKING_COLUMN - 1)
    put(page, AS_AT[0], 1, "As at (Input)", styles.strong)
    put(page, *AS_AT, None, styles.cell("date", "input", bold=True))
    hint = "Blank: the whole programme. A date: only what is known up to the end of that day."
    put(page, AS_AT[0], 5, hint, styles.remark)
    put(page, AS_AT[0] + 1, 5, _STILL_TO_COME, styles.make(bold=True, indent=1))
    page.sheet.data_validation(
        AS_AT[0] - 1, AS_AT[1] - 1, AS_AT[0] - 1, AS_AT[1] - 1,
        {
            "validate": "date", "criteria": ">=", "value": f"={term_cell(plan, 'Starts on')}",
            "input_title": "As at",
            "input_message": "The last day to count. Blank: the whole programme.",
            "error_title": "This cannot be used",
            "error_message": f"Give a date on or after Starts on ({plan.name_of('Terms')}), or"
            " clear the cell.",
        },
    )  # fmt: skip
    workbook.define_name(plan.as_at_name, f"={as_at_cell(plan)}")
    _write_statement_key_figures(page, plan)
    _write_statement_table(page, plan)
    lines = _write_chart_workings(page, plan)
    for column, which in _CHARTS:
        _insert_chart(page, plan, workbook, column, which, lines)
    _write_remarks(page, plan)
    page.sheet.freeze_panes(0, 1)
    print_on_a4(
        page, plan.title,
        last_column=len(FIGURES), heading_row=STATEMENT_HEADING_ROW,
    )  # fmt: skip
    protect(page)


def _input_sheets(plan: TemplatePlan) -> str:
    *others, last = map(plan.name_of, CONTRACT_TABLES)
    return f"the sheets {', '.join(others)} and {last}"


def shown_or_blank(plan: TemplatePlan, formula: str, *headings: str) -> str:
    """A formula that is a figure only if every month's cell of these columns is one.

    An error in the statement comes through as it is; a month without a number gives #N/A, so
    nothing can be left out of a sum without being seen.
    """
    months = all_statement_months(plan)
    complete = ",".join(
        f"COUNT({statement_column(plan, heading)})=COUNT({months})" for heading in headings
    )
    corner = statement_corner(plan)
    return f"=IF(ISERROR({corner}),{corner},IF(AND(ISTEXT({corner}),{complete}),{formula},NA()))"


def _write_statement_key_figures(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    put(page, KEY_FIGURES_ROW - 1, 1, "Key figures (Output)", styles.subtitle)
    row = KEY_FIGURES_ROW
    for label, heading, added_up in _TOTALS:
        cells = statement_column(plan, heading)
        months = statement_column(plan, "Month")
        last = f"IF(COUNT({months})=0,0,INDEX({cells},COUNT({months})))"
        formula = f"ROUND(SUM({cells}),2)" if added_up else last
        kind = "count" if heading == "Children in family placements" else "money"
        _write_key_figure(page, row, label, shown_or_blank(plan, formula, heading), kind)
        row += 1
    if plan.terms.contract_maximum is not None:
        maximum = term_if_there(plan, "Contract maximum")
        payable = key_figure(plan, "Payable to date")
        formula = f'=IF({maximum}="","no maximum",ROUND({number_in(maximum)}-{payable},2))'
        _write_key_figure(page, row, _HEADROOM, formula, "money")


def _write_key_figure(page: TemplatePage, row: int, label: str, formula: str, kind: str) -> None:
    # The label may run over the two columns beside it: it is longer than a month is wide.
    styles = page.styles
    edge: dict[str, Any] = {"bottom": 1, "bottom_color": RULE}
    put(page, row, 1, label, styles.bare("text", **edge))
    for column in (2, 3):
        put(page, row, column, None, styles.bare("text", **edge))
    strong = label in ("Saving to date", "Payable to date", "Net saving to date")
    put_formula(page, row, _VALUE_COLUMN, formula, styles.cell(kind, "output", bold=strong))


def _write_statement_table(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    put(page, STATEMENT_HEADING_ROW - 1, 1, "Month by month (Output)", styles.subtitle)
    page.sheet.set_row(STATEMENT_HEADING_ROW - 1, 48)
    spill(
        page, STATEMENT_HEADING_ROW, 1, f"=PBR_STATEMENT({ALL_TABLES},{fixed(*AS_AT)})",
        plan.month_rows + 1,
        [
            under_heading(
                styles.heading if figure.kind == "month" else styles.heading_right,
                styles.bare(figure.kind),
            )
            for figure in FIGURES
        ],
    )  # fmt: skip
    page.sheet.conditional_format(
        FIRST_MONTH_ROW - 1, 0, plan.last_month_row - 1, len(FIGURES) - 1,
        {
            "type": "formula", "criteria": f'=$A{FIRST_MONTH_ROW}<>""',
            "format": styles.filled_row,
        },
    )  # fmt: skip


def under_heading(heading: Format, figure: Format) -> Callable[[int], Format]:
    """The style of a column that starts with a heading."""
    return lambda down: heading if down == 0 else figure


def _write_chart_workings(page: TemplatePage, plan: TemplatePlan) -> dict[str, str]:
    """Write the level lines of the charts, and give the range of each."""
    styles = page.styles
    levels = [
        label
        for label, value in (
            ("Bonus threshold", plan.terms.bonus_threshold),
            ("Contract maximum", plan.terms.contract_maximum),
        )
        if value is not None
    ]
    put(page, STATEMENT_HEADING_ROW - 1, WORKING_COLUMN,
        "Working: months and level lines of the charts", styles.subtitle)  # fmt: skip
    put(page, STATEMENT_HEADING_ROW, WORKING_COLUMN, "Month", styles.heading)
    put_row(page, STATEMENT_HEADING_ROW, WORKING_COLUMN + 1, levels, styles.heading_right)
    month, money = styles.cell("month", "working"), styles.cell("money", "working")
    last_row = FIRST_MONTH_ROW + len(plan.months) - 1
    start = day_in(term_cell(plan, "Starts on"))
    for number, row in enumerate(range(FIRST_MONTH_ROW, last_row + 1)):
        formula = f"=EDATE({start}-DAY({start})+1,{number})"
        put_formula(page, row, WORKING_COLUMN, formula, month)
        for column, label in enumerate(levels, start=WORKING_COLUMN + 1):
            value = number_in(term_cell(plan, label))
            put_formula(page, row, column, f"=IFERROR({value},NA())", money)
    ranges = {"Month": column_of(plan, "Statement", WORKING_COLUMN, FIRST_MONTH_ROW, last_row)}
    for column, label in enumerate(levels, start=WORKING_COLUMN + 1):
        ranges[label] = column_of(plan, "Statement", column, FIRST_MONTH_ROW, last_row)
    for heading in ("Saving to date", "Fee to date", "Payable to date", "Invoiced to date"):
        column = STATEMENT_COLUMNS[heading]
        ranges[heading] = column_of(plan, "Statement", column, FIRST_MONTH_ROW, last_row)
    return ranges


_LINES: dict[str, list[tuple[str, str, str, str]]] = {
    # The figure, its colour, its dash, its marker: each line is known without its colour.
    "savings": [
        ("Saving to date", SAVING_COLOUR, "solid", "circle"),
        ("Fee to date", FEE_COLOUR, "solid", "square"),
        ("Bonus threshold", THRESHOLD_COLOUR, "dash", "none"),
    ],
    "payable": [
        ("Payable to date", PAYABLE_COLOUR, "solid", "diamond"),
        ("Invoiced to date", FEE_COLOUR, "round_dot", "triangle"),
        ("Contract maximum", MAXIMUM_COLOUR, "dash", "none"),
    ],
}


def _insert_chart(
    page: TemplatePage,
    plan: TemplatePlan,
    workbook: Workbook,
    column: int,
    which: str,
    lines: dict[str, str],
) -> None:
    if not plan.months:
        return
    chart = workbook.add_chart({"type": "line"})
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
    title = f"{', '.join(names[:-1])} and {names[-1]}".capitalize()
    font = {"name": FONT, "size": 10, "color": MUTED, "bold": False}
    chart.set_title(
        {"name": title, "name_font": {"name": FONT, "size": 13, "bold": True}, "overlay": False}
    )
    chart.set_x_axis(
        {
            "name": "Month", "name_font": font, "num_font": font, "date_axis": True,
            "num_format": "mmm yy", "major_unit": max(1, round(len(plan.months) / 9)),
            "major_unit_type": "months", "line": {"color": RULE},
            "label_position": "low",
        }
    )  # fmt: skip
    chart.set_y_axis(
        {
            "name": "£ million", "name_font": font, "num_font": font,
            "num_format": '"£"0.0,,"m"', "major_gridlines": {"visible": True,
            "line": {"color": RULE, "width": 0.5}}, "line": {"none": True},
        }
    )  # fmt: skip
    chart.set_legend({"position": "bottom", "font": {"name": FONT, "size": 10}})
    chart.show_blanks_as("gap")
    chart.set_size(_CHART_SIZE)
    chart.set_chartarea({"border": {"color": RULE}})
    described = (
        f"Line chart, month by month: {', '.join(names)}, in pounds."
        " The figures are in the table below."
    )
    page.sheet.insert_chart(
        _CHART_ROW - 1, column - 1, chart,
        {"description": described, "object_position": 2, "x_offset": 2, "y_offset": 2},
    )  # fmt: skip


def _write_remarks(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write what a reader of the charts has to know, beside them."""
    row = STATEMENT_HEADING_ROW - 1
    made_for = len(plan.months)
    months = f"COUNT({all_statement_months(plan)})"
    longer = f"The charts show {made_for} months; the programme is longer now."
    remark = ""
    if plan.terms.bonus_threshold is not None:
        measure = term_if_there(plan, "Bonus measure")
        remark = (
            f'IF({measure}="accumulated","",'
            '"The bonus is measured by the yearly run rate on the last day, not by this line'
            f' alone: see {plan.name_of("Terms")}, Bonus measure.")'
        )
    put_formula(
        page, row, 6, f'=IF({months}>{made_for},"{longer}",{remark or chr(34) * 2})',
        page.styles.muted,
    )  # fmt: skip


def _width(kind: str) -> float:
    return {"month": 11, "count": 12}.get(kind, _MONEY_WIDTH)
