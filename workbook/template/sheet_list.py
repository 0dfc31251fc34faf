"""The list of sheets on About: a way to each, what it is for, and the colour of its tab."""

from __future__ import annotations

from collections.abc import Mapping

from xlpbr.workbook.look.styles import TABS
from xlpbr.workbook.ooxml.addresses import quoted_sheet
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan
from xlpbr.workbook.template.top_line import kind_of_sheet

_KINDS = {
    "guide": "Blue tab: to read first",
    "input": "Yellow tab: to fill in",
    "output": "Green tab: results (calculated)",
    "check": "Purple tab: are they right?",
}

_WHAT_FOR: Mapping[str, str] = {
    "Month": "one month to agree, on one page; the month is chosen here",
    "Terms": "what the contract says, and how it is read",
    "Placements": "each child's placement with a family",
    "Carers": "foster carer households and their approval",
    "Claims": "the provider's invoices",
    "Cohort": "the children whom the contract is for",
    "Prices": "prices that change after the move",
    "Costs": "further costs of a move",
    "Rates": "prices of outcomes",
    "Agreed": "the months that both have signed",
    "Budget": "the council's budget by financial year",
    "Assumptions": "what the forecast assumes",
    "Statement": "savings and payments month by month",
    "Invoice": "what is to be invoiced, line by line",
    "Lines": "where a month's saving comes from",
    "Children": "each child's saving by month",
    "Years": "financial years, accrual and budget",
    "Readings": "what each open reading is worth",
    "Reconcile": "invoices against what is payable",
    "Explain": "how each figure of a month came about",
    "Forecast": "what may still come",
    "Checks": "every figure worked out twice, and every problem",
    "Functions": "the functions and how they are called",
}


def write_sheet_list(page: TemplatePage, plan: TemplatePlan, row: int, column: int) -> None:
    """Write the legend of the tabs, and under it a link to each sheet that is not hidden.

    Args:
        page: the sheet About.
        plan: the sizes.
        row: where the title comes to stand.
        column: the first of three columns: the tab's colour, the link, what the sheet is for.
    """
    styles = page.styles
    page.set_widths((3, 18, 50), column)
    page.put(row, column, "The sheets", styles.subtitle)
    row += 1
    for kind, meaning in _KINDS.items():
        page.put(row, column, None, styles.make(bg_color=TABS[kind]))
        page.put(row, column + 1, meaning, styles.plain)
        row += 1
    row += 1
    for sheet in plan.sheets:
        if sheet == "About":
            continue
        name = plan.name_of(sheet)
        page.put(row, column, None, styles.make(bg_color=TABS[kind_of_sheet(sheet)]))
        page.sheet.write_url(
            row - 1, column, f"internal:{quoted_sheet(name)}!A1", styles.back, string=name
        )
        hidden = " (hidden: see How to use it)" if sheet in plan.hidden_sheets else ""
        page.put(row, column + 2, f"{_WHAT_FOR[sheet]}{hidden}", styles.plain)
        row += 1
