"""The sheet Assumptions of the template: what a forecast assumes of what is still to come."""

from __future__ import annotations

from typing import Any

from xlpbr.contract.assumptions import ASSUMPTION_HEADINGS, ASSUMPTIONS
from xlpbr.contract.library import SAMPLE_NOTE_HEADING, assumptions_table
from xlpbr.contract.terms import Term
from xlpbr.workbook.template.inputs import (
    LONGEST_TITLE,
    a_date,
    a_number,
    a_weekly_price,
    add_input_table,
    messages,
)
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import FIRST_TABLE_ROW, TABLE_HEADING_ROW, TemplatePlan

HEADINGS = (*ASSUMPTION_HEADINGS, SAMPLE_NOTE_HEADING)

ILLUSTRATION = "Illustration, not a forecast"
"""What the Note of every sample row says."""

_WIDTHS = (44, 16, 22, 84, 30)

_KINDS = {"count": "count", "month": "month", "number": "number", "money": "money", "share": "rate"}
"""What kind of cell holds each kind of value."""


def write_assumptions(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Assumptions sheet: every assumption with its unit and what it means."""
    page.introduce(
        "Assumptions",
        "Input: what a forecast assumes of what is still to come. Fill in the column Value. The"
        " names in the column Assumption are how the functions find a value: leave them as they"
        " are.",
        "With no value nothing is uncertain, and the forecast is the statement. They change no"
        " figure of any other sheet.",
    )
    styles = page.styles
    rows = assumptions_table(plan.contract)[1:]
    if not plan.sample:
        rows = [[name, None, *others] for name, _, *others in rows]
    if any(value is not None for _, value, *_ in rows):
        notice = "The values below are illustrations, as the column Note says. Clear them first."
        page.put(TABLE_HEADING_ROW - 1, 1, notice, styles.strong)
    page.set_widths(_WIDTHS)
    add_input_table(page, plan, "Assumptions", HEADINGS, len(ASSUMPTIONS), pages_tall=1)
    label = styles.cell("text", bold=True, indent=1)
    wrapped = styles.cell("wrapped", valign="vcenter", indent=1)
    note = styles.cell("text", "input", indent=1)
    for row, (assumption, (name, value, unit, meaning)) in enumerate(
        zip(ASSUMPTIONS, rows, strict=True), start=FIRST_TABLE_ROW
    ):
        style = styles.cell(_KINDS[assumption.kind], "input", align="left", indent=1)
        page.put(row, 1, name, label)
        page.put(row, 2, value, style)
        page.put(row, 3, unit, wrapped)
        page.put(row, 4, meaning, wrapped)
        page.put(row, 5, ILLUSTRATION if value is not None else None, note)
        page.check_entry((row, 2), _rule(assumption))
        page.fit_row(row, (unit, _WIDTHS[2]), (meaning, _WIDTHS[3]))


def _rule(assumption: Term) -> dict[str, Any]:
    """The validation of a value."""
    label = assumption.label
    title = label if len(label) <= LONGEST_TITLE else label.partition(",")[0]
    rule = messages(title, assumption.meaning)
    if assumption.kind == "month":
        return {**rule, **a_date()}
    if assumption.kind == "money":
        return {**rule, **a_weekly_price(assumption.meaning)}
    share = "a share from 0 to 1, such as 0.05 or 5%"
    return {**rule, **a_number(assumption, bounds=share if assumption.kind == "share" else "")}
