"""The first row of every sheet: back to About, and how the workbook stands; its tab's colour."""

from __future__ import annotations

from xlpbr.workbook.look.styles import TABS
from xlpbr.workbook.look.text_width import text_width
from xlpbr.workbook.ooxml.addresses import quoted_sheet
from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import MONTH_COLUMNS, TABLE_NAMES, TemplatePlan
from xlpbr.workbook.template.state import STATE, STATE_NAME, mark_state

_TITLE_SIZE = 16 / 11
"""How much larger a sheet's title is written than a cell."""
_STATE_WIDTH = 130
"""What the longest sentence of the state takes."""
_RESULTS = (
    "Month", "Statement", "Invoice", "Lines", "Children", "Years", "Readings", "Reconcile",
    "Changes", "Explain", "Forecast",
)  # fmt: skip
"""The sheets that say how the workbook stands; Checks says it at its head."""


def kind_of_sheet(sheet: str) -> str:
    """What a sheet is for: input, output, check or guide; its tab has the colour of that."""
    if sheet in TABLE_NAMES:
        return "input"
    if sheet == "Checks":
        return "check"
    return "output" if sheet in (*_RESULTS, "As agreed") else "guide"


def write_top_line(page: TemplatePage, plan: TemplatePlan, sheet: str) -> None:
    """Write the way back to About and the sentence of the state, and colour the tab."""
    page.sheet.set_tab_color(TABS[kind_of_sheet(sheet)])
    if sheet == "About":
        return
    shows_state = sheet in _RESULTS and "Checks" in plan.sheets
    first = _first_column_from(page, text_width(sheet, bold=True) * _TITLE_SIZE)
    back = first
    if shows_state:
        back = _first_column_from(page, page.left_edge(first) + _STATE_WIDTH)
        back = MONTH_COLUMNS if sheet == "Month" else back
        _write_state_line(page, plan, (1, first), back - 1, wrapped=sheet == "Month")
    about = plan.name_of("About")
    page.sheet.write_url(
        0, back - 1, f"internal:{quoted_sheet(about)}!A1", page.styles.back, string="About",
        tip=f"Back to the sheet {about}",
    )  # fmt: skip


def _write_state_line(
    page: TemplatePage, plan: TemplatePlan, place: Position, last_column: int, *, wrapped: bool
) -> None:
    state = plan.on_sheet("Checks", *STATE) if plan.book else STATE_NAME
    style = page.styles.make(bold=True, text_wrap=wrapped)
    if wrapped:
        page.join(place[0], place[1], last_column, style)
    page.put_formula(*place, f"={state}", style)
    mark_state(page, place, last_column)


def _first_column_from(page: TemplatePage, edge: float) -> int:
    """The first column whose left edge is so far to the right."""
    column = 2
    while page.left_edge(column) < edge:
        column += 1
    return column
