"""The sheets Changes and As agreed: what changed since a month was agreed, and what it was then.

As agreed holds the text of the tables as they were, a line a cell, which ``xlpbr agree`` writes
there. On Changes PBR_CHANGES compares it with the tables of now.
"""

from __future__ import annotations

from xlpbr.functions.changed_tables import CHANGES_HEADINGS
from xlpbr.workbook.read.own_sheets import AS_AGREED_NAME
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan, fixed
from xlpbr.workbook.template.result_places import (
    AS_AGREED_ROW,
    CHANGES_ROW,
    MOST_CHANGED_CELLS,
    changes_rows,
    kept_lines,
)
from xlpbr.workbook.template.statement import under_heading, write_last_day

_WIDTHS = (14, 44, 10, 24, 20, 20, 16, 16, 16, 90)
_PRINTED = len(CHANGES_HEADINGS) - 1
"""The last column that is printed; the change in words stands to the right of it."""
_LINE_WIDTH = 130
_TOO_MANY = "More changed than has room here. All of it, with the total: xlpbr changes."


def write_changes(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Changes sheet: what changed since a month was agreed, with the pounds by cause."""
    styles = page.styles
    page.introduce_results(
        "Changes",
        "Result (calculated, do not type here): what changed in the tables since a month was agreed"
        " with xlpbr agree, cell by cell. The pounds of a change stand beside its first cell.",
    )
    page.set_widths(_WIDTHS)
    write_last_day(page, plan, (CHANGES_ROW - 2, 1))
    first, last = CHANGES_ROW + 1, CHANGES_ROW + changes_rows(plan) - 1
    page.put_formula(CHANGES_ROW - 1, 1, f"={_all_told()}", styles.strong)
    money = under_heading(styles.heading_right, styles.bare("money"))
    text = under_heading(styles.heading, styles.bare("text"))
    page.spill(
        CHANGES_ROW, 1,
        plan.call(
            "PBR_CHANGES", "Terms", "Placements",
            plan.column_of("As agreed", 1, AS_AGREED_ROW, AS_AGREED_ROW + kept_lines(plan) - 1),
            "Carers", "Claims", plan.as_at_cell, "Cohort", "Prices", "Costs", "Rates", "Agreed",
            "Budget",
        ),
        changes_rows(plan), [*[text] * 6, *[money] * 3, text],
    )  # fmt: skip
    for condition, look in (
        (f'$A{first}&""="Total"', styles.total_row), (f'$A{first}&""<>""', styles.filled_row),
    ):  # fmt: skip
        page.mark((first, 1), (last, len(CHANGES_HEADINGS)), condition, look, alone=True)
    page.sheet.freeze_panes(CHANGES_ROW, 0)
    page.print_on_a4(plan.title, heading_row=CHANGES_ROW, last_column=_PRINTED)


def _all_told() -> str:
    """What the last row says of all changes, or that there are too many to find it."""
    first, last = CHANGES_ROW + 1, CHANGES_ROW + MOST_CHANGED_CELLS
    tables, words = (
        f"{fixed(first, column)}:{fixed(last, column)}" for column in (1, len(CHANGES_HEADINGS))
    )
    corner = fixed(CHANGES_ROW, 1)
    last_words = f'INDEX({words},MAX(1,SUMPRODUCT(({tables}&""<>"")*1)))&""'
    told = f'IF({last_words}="","{_TOO_MANY}",{last_words})'
    return f"IF(ISERROR({corner}),{corner},{told})"


def write_as_agreed(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the sheet As agreed: room for the text of the tables as they were."""
    styles = page.styles
    first, last = AS_AGREED_ROW, AS_AGREED_ROW + kept_lines(plan) - 1
    page.introduce(
        "As agreed",
        "The tables as they were when a month was agreed, written by xlpbr agree and kept to say"
        " what changed since, on the sheet Changes. Do not type here.",
    )
    month, day = (f"MID({fixed(first + down, 1)},{start},10)" for down, start in ((1, 8), (2, 12)))
    kept = f'"Kept is the month "&{month}&", agreed on "&{day}&"."'
    none = '"Nothing is kept yet: no month was agreed in this workbook with xlpbr agree."'
    page.put_formula(3, 1, f'=IF({fixed(first, 1)}="",{none},{kept})', styles.plain)
    page.put(first - 1, 1, "Line", styles.heading)
    page.set_widths((_LINE_WIDTH,))
    page.workbook.define_name(
        AS_AGREED_NAME, f"={plan.column_of('As agreed', 1, first, last)}"
    )  # fmt: skip
    page.sheet.freeze_panes(first - 1, 0)
    page.print_on_a4(plan.title, heading_row=first - 1)
