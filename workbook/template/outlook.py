"""The outlook of the Statement sheet: the same statement to the end, whatever its As at.

It says what comes if every placement in place stays as it is and nothing else happens, and stands
beside the figures to date under a heading of its own, so that neither is taken for the other.
"""

from __future__ import annotations

from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import (
    FAR_BELOW,
    FIRST_MONTH_ROW,
    STATEMENT_COLUMNS,
    STATEMENT_HEADING_ROW,
    TemplatePlan,
)
from xlpbr.workbook.template.working_places import place_of_term

OUTLOOK_COLUMN = len(FIGURES) + 8
"""The first column of the statement to the end, to the right of what the charts are drawn from."""

SAID_OF_THE_OUTLOOK = (
    "Outlook: as if every placement in place stays as it is and nothing else happens."
)
NOT_AHEAD = ("To invoice", "Invoiced to date", "Balance")
"""Figures that say how things stand, and nothing of what is to come."""


def write_outlook(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the statement to the end of the programme beside the one to date."""
    styles = page.styles
    page.set_widths([12] * len(FIGURES), OUTLOOK_COLUMN)
    title = "Working: the outlook, the statement without an As at"
    page.put(STATEMENT_HEADING_ROW - 1, OUTLOOK_COLUMN, title, styles.subtitle)
    looks = []
    for figure in FIGURES:
        heading = styles.heading if figure.kind == "month" else styles.heading_right
        looks.append((heading, styles.cell(figure.kind, "working")))
    page.spill(
        STATEMENT_HEADING_ROW, OUTLOOK_COLUMN,
        plan.call(
            "PBR_STATEMENT", "Terms", "Placements", "Carers", "Claims", "", "Cohort", "Prices",
            "Costs", "Rates", "Agreed",
        ),
        plan.month_rows + 1,
        [
            lambda down, both=both: both[0] if down == 0 else both[1]  # type: ignore[misc]
            for both in looks
        ],
    )  # fmt: skip


def outlook_figure(plan: TemplatePlan, heading: str, *, added_up: bool) -> str:
    """A figure at the end of the programme; the error where the statement is one."""
    corner = plan.on_sheet("Statement", STATEMENT_HEADING_ROW, OUTLOOK_COLUMN)
    months, figures = outlook_column(plan, "Month"), outlook_column(plan, heading)
    shown = f"IF(COUNT({months})=0,0,INDEX({figures},COUNT({months})))"
    if added_up:
        shown = f"ROUND(SUM({figures}),2)"
    # A longer programme than the rows prepared is noticed, not cut.
    all_months = plan.column_of("Statement", OUTLOOK_COLUMN, FIRST_MONTH_ROW, FAR_BELOW)
    return f"IF(ISERROR({corner}),{corner},IF(COUNT({figures})=COUNT({all_months}),{shown},NA()))"


def last_day_to_come(plan: TemplatePlan) -> str:
    """The day on which the contract ends or was ended, as a formula reads it."""
    if "Checks" in plan.sheets:
        return term_on_checks(plan, "Last day of the contract")
    return plan.term_cell("Ends on")


def last_day_shown(plan: TemplatePlan) -> str:
    """The day to which figures to date go, as a formula reads it."""
    if "Checks" in plan.sheets:
        return term_on_checks(plan, "Last day known")
    as_at, months = plan.as_at_cell, plan.statement_column("Month")
    return f'IF({as_at}="",EOMONTH(INDEX({months},MAX(1,COUNT({months}))),0),{as_at})'


def term_on_checks(plan: TemplatePlan, name: str) -> str:
    """A term as the workings of Checks read it, or what follows from the terms."""
    row, column = place_of_term(name)
    return plan.on_sheet("Checks", row, column)


def outlook_column(plan: TemplatePlan, heading: str) -> str:
    """The cells of Statement that a figure may fill to the end of the programme."""
    column = OUTLOOK_COLUMN + STATEMENT_COLUMNS[heading] - 1
    return plan.column_of("Statement", column, FIRST_MONTH_ROW, plan.last_month_row)
