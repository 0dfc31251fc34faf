"""The sheets Children and Years: the saving of each child by month, and the financial years."""

from __future__ import annotations

from xlpbr.functions.spills import YEAR_HEADINGS
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan
from xlpbr.workbook.template.result_places import (
    CHILDREN_ROW,
    YEARS_ROW,
    children_rows,
    children_width,
    year_rows,
)
from xlpbr.workbook.template.statement import under_heading, write_last_day

_CHILD_WIDTH, _TOTAL_WIDTH, _MONTH_WIDTH = 13, 12, 8.7
_YEAR_WIDTH = 17

_WHAT_IS_WHAT = (
    "Accrual: payable to date less invoiced to date on the year's last day: what is owed and not"
    " invoiced. Below 0, more was invoiced than is payable.",
    "Full-year effect: what the placements in place on the year's last day save in a whole year.",
    "Against budget: the figure less the budget (sheet {budget}). Blank for a year without a row.",
)


def write_children(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Children sheet: children down, months across."""
    styles = page.styles
    page.introduce_results(
        "Children",
        "Result (calculated, do not type here): what each child's placement saved in each month."
        " Whole pounds are shown; the cells hold the pence.",
    )
    write_last_day(page, plan, (CHILDREN_ROW - 1, 1))
    width = children_width(plan)
    page.set_widths((_CHILD_WIDTH, _TOTAL_WIDTH, *[_MONTH_WIDTH] * (width - 2)))
    # A month has a heading's look once the statement reaches it.
    month = styles.bare("month", align="right", bold=True)
    amount = under_heading(month, styles.bare("whole_pounds"))
    total = under_heading(styles.heading_right, styles.bare("whole_pounds", bold=True))
    page.spill(
        CHILDREN_ROW, 1,
        plan.call(
            "PBR_CHILDREN", "Terms", "Placements", plan.as_at_cell, "Cohort", "Prices", "Costs"
        ),
        children_rows(plan),
        [
            under_heading(styles.heading, styles.bare("text")), total,
            *[amount] * (width - 2),
        ],
    )  # fmt: skip
    page.mark(
        (CHILDREN_ROW, 3), (CHILDREN_ROW, width), f'C${CHILDREN_ROW}&""<>""', styles.heading_row
    )  # fmt: skip
    first, last = CHILDREN_ROW + 1, CHILDREN_ROW + children_rows(plan) - 1
    in_use = f'A${CHILDREN_ROW}&""<>""'
    for condition, look in (
        (f'AND($A{first}&""="Total",{in_use})', styles.total_row),
        (f'AND($A{first}&""<>"",{in_use})', styles.filled_row),
    ):
        page.mark((first, 1), (last, width), condition, look, alone=True)
    page.sheet.freeze_panes(CHILDREN_ROW, 2)
    page.print_on_a4(
        plan.title, heading_row=CHILDREN_ROW, last_column=2 + (len(plan.months) or width - 2)
    )


def write_years(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Years sheet: the statement by financial years, beside the budget."""
    styles = page.styles
    page.introduce_results(
        "Years",
        "Result (calculated, do not type here): the statement by financial years, 1 April to 31"
        " March, for the accounts and the budget report.",
    )
    page.set_widths([_YEAR_WIDTH] * len(YEAR_HEADINGS))
    write_last_day(page, plan, (YEARS_ROW - 1, 1))
    money = under_heading(styles.heading_right, styles.bare("money"))
    page.spill(
        YEARS_ROW, 1,
        plan.call(
            "PBR_YEARS", "Terms", "Placements", "Carers", "Claims", plan.as_at_cell,
            "Cohort", "Prices", "Costs", "Rates", "Agreed", "Budget",
        ),
        year_rows(plan),
        [
            under_heading(styles.heading, styles.bare("text", bold=True)),
            *[money] * (len(YEAR_HEADINGS) - 1),
        ],
    )  # fmt: skip
    page.sheet.set_row(YEARS_ROW - 1, 2 * LINE_HEIGHT + 2)
    first, last = YEARS_ROW + 1, YEARS_ROW + year_rows(plan) - 1
    page.mark(
        (first, 1), (last, len(YEAR_HEADINGS)), f'$A{first}&""<>""', styles.filled_row
    )  # fmt: skip
    for row, sentence in enumerate(_WHAT_IS_WHAT, start=last + 2):
        page.put(row, 1, sentence.format(budget=plan.name_of("Budget")), styles.plain)
    page.sheet.freeze_panes(YEARS_ROW, 1)
    page.print_on_a4(plan.title, heading_row=YEARS_ROW)
