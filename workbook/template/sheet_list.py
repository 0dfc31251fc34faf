"""The list of sheets on About: a way to each, what it is for, and the colour of its tab."""

from __future__ import annotations

from collections.abc import Mapping

from xlpbr.workbook.look.styles import LINK_INK, TABS
from xlpbr.workbook.ooxml.addresses import quoted_sheet
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan
from xlpbr.workbook.template.top_line import kind_of_sheet

_KINDS = {
    "guide": ("Blue tab", "to read first"),
    "input": ("Yellow tab", "to fill in"),
    "output": ("Green tab", "results, which are calculated"),
    "check": ("Purple tab", "says whether the figures are right"),
}

_WHAT_FOR: Mapping[str, str] = {
    "Month": "one month to agree, on one page; the month that all results show is chosen here",
    "Terms": "what the contract says, and how its open wording is read",
    "Placements": "each child's placement with a family",
    "Carers": "foster carer households and when each was approved",
    "Claims": "the provider's invoices",
    "Cohort": "the children whom the contract is for, and when each leaves care",
    "Prices": "prices that change after a move, from which day on",
    "Costs": "further costs of a move, such as notice weeks",
    "Rates": "prices of outcomes, where the contract pays for them",
    "Agreed": "the months that both have signed",
    "Budget": "the council's budget by financial year",
    "Assumptions": "what the forecast assumes",
    "Statement": "savings and payments month by month, to date and in outlook",
    "Invoice": "what is to be invoiced for the month, line by line, with VAT",
    "Lines": "the days and prices that the month's saving comes from",
    "Children": "each child's saving by month",
    "Years": "financial years, accrual and budget",
    "Readings": "what each open reading of the contract is worth",
    "Reconcile": "the provider's invoices against what was to be invoiced, month by month",
    "Changes": "what changed since a month was agreed, and what each change is worth",
    "Explain": "how each figure of the month came about",
    "Forecast": "how far savings and payments may range, by what is assumed to come",
    "Checks": "the figures worked out twice, and every problem in the data",
    "As agreed": "the tables as they were when a month was agreed, kept by xlpbr agree",
    "Functions": "the functions and how they are called",
}


def write_sheet_list(page: TemplatePage, plan: TemplatePlan, row: int) -> int:
    """Write a link to each sheet and what it is for, and give the next row.

    Beside each link stands the colour of its tab.
    """
    for sheet in plan.sheets:
        if sheet == "About":
            continue
        name, colour = plan.name_of(sheet), TABS[kind_of_sheet(sheet)]
        hidden = " (hidden until it is used)" if sheet in plan.hidden_sheets else ""
        link = page.styles.make(font_color=LINK_INK, underline=1, left=5, left_color=colour,
                                indent=1)  # fmt: skip
        page.sheet.write_url(
            row - 1, 0, f"internal:{quoted_sheet(name)}!A1", link, string=name,
            tip=f"Go to the sheet {name}",
        )  # fmt: skip
        page.put(row, 2, f"{_WHAT_FOR[sheet]}{hidden}", page.styles.plain)
        row += 1
    return row


def write_tab_colours(page: TemplatePage, row: int) -> int:
    """Write what the colours of the tabs mean, and give the next row."""
    for kind, (colour, meaning) in _KINDS.items():
        look = page.styles.make(bold=True, left=5, left_color=TABS[kind], indent=1)
        page.put(row, 1, colour, look)
        page.put(row, 2, meaning, page.styles.plain)
        row += 1
    return row
