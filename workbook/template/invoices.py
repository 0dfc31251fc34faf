"""The sheets Invoice and Lines: what one month comes to, and where its saving comes from.

The month of both is the one of the sheet Month; without it, that of the sheet Explain, until
another is chosen on them.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlpbr.functions.spills import INVOICE_HEADINGS, LINE_HEADINGS
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.template.outputs import pick_month, whose_month
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import (
    EXPLAIN_MONTH,
    INVOICE_MONTH,
    LINES_MONTH,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.result_places import (
    INVOICE_ROW,
    LINES_ROW,
    invoice_rows,
    lines_rows,
)
from xlpbr.workbook.template.statement import under_heading

_INVOICE_WIDTHS = (34, 13, 88, 17, 16, 17)
_LINES_WIDTHS = (16, 40, 15, 15, 9, 18, 18, 16, 17)
_LINE_KINDS = ("text", "text", "date", "date", "count", "money", "money", "money", "money")


def write_invoice(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Invoice sheet: what is to be invoiced for a month, with VAT."""
    styles = page.styles
    page.introduce_results(
        "Invoice",
        "Result (calculated, do not type here): what is to be invoiced for one month, line by line."
        f" {whose_month(plan)}",
    )
    page.set_widths(_INVOICE_WIDTHS)
    _pick_month(page, plan, INVOICE_MONTH)
    money = under_heading(styles.heading_right, styles.bare("money", valign="top"))
    wrapped = styles.bare("wrapped", indent=1, align="left")
    page.spill(
        INVOICE_ROW, 1,
        plan.call(
            "PBR_INVOICE", "Terms", "Placements", fixed(*INVOICE_MONTH), "Carers", "Claims",
            plan.as_at_cell, "Cohort", "Prices", "Costs", "Rates", "Agreed",
        ),
        invoice_rows(plan),
        [
            under_heading(styles.heading, styles.bare("wrapped")),
            under_heading(styles.heading, styles.bare("month", valign="top")),
            under_heading(styles.column_heading(indent=1), wrapped),
            money, money, money,
        ],
    )  # fmt: skip
    _dress_lines(page, INVOICE_ROW, invoice_rows(plan), INVOICE_HEADINGS)
    page.sheet.freeze_panes(INVOICE_ROW, 0)
    page.print_on_a4(plan.title, heading_row=INVOICE_ROW)


def write_lines(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Lines sheet: the saving of a month, a line for each child, price and cost."""
    styles = page.styles
    page.introduce_results(
        "Lines",
        "Result (calculated, do not type here): where the saving of one month comes from, line by"
        f" line. A cost takes off. {whose_month(plan)}",
    )
    page.set_widths(_LINES_WIDTHS)
    _pick_month(page, plan, LINES_MONTH)
    page.spill(
        LINES_ROW, 1,
        plan.call(
            "PBR_LINES", "Terms", "Placements", fixed(*LINES_MONTH), plan.as_at_cell,
            "Cohort", "Prices", "Costs",
        ),
        lines_rows(plan),
        [
            under_heading(
                styles.heading_right if kind in ("count", "money") else styles.heading,
                styles.bare(kind),
            )
            for kind in _LINE_KINDS
        ],
    )  # fmt: skip
    page.sheet.set_row(LINES_ROW - 1, 2 * LINE_HEIGHT + 2)
    _dress_lines(page, LINES_ROW, lines_rows(plan), LINE_HEADINGS)
    page.sheet.freeze_panes(LINES_ROW, 0)
    page.print_on_a4(plan.title, heading_row=LINES_ROW)


def _pick_month(page: TemplatePage, plan: TemplatePlan, place: tuple[int, int]) -> None:
    follows = plan.on_sheet("Explain", *EXPLAIN_MONTH) if "Explain" in plan.sheets else ""
    hint = "Choose a month of the statement from the list."
    if follows:
        hint = f"As on the sheet {plan.name_of('Explain')}, until you choose another month here."
    pick_month(page, plan, place, "Month", hint, follows=follows)


def _dress_lines(page: TemplatePage, heading_row: int, rows: int, headings: Sequence[str]) -> None:
    first, width = heading_row + 1, len(headings)
    for condition, look in (
        (f'$A{first}&""="Total"', page.styles.total_row),
        (f'$A{first}&""<>""', page.styles.filled_row),
    ):
        page.mark((first, 1), (heading_row + rows - 1, width), condition, look, alone=True)
