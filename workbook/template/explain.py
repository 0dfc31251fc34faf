"""The sheet Explain: how each figure of a month came about, a line each.

PBR_EXPLAIN stands to the right as it comes. The lines of the page are plain formulas on it: a
working that would be a paragraph says how many lines it has and on which sheet they stand.

Formulas take a text that a PBR_ formula gives as ``A2&""``: see ``outputs``.
"""

from __future__ import annotations

from xlpbr.settlement.statement import FIGURES, Figure
from xlpbr.settlement.workings import clause_of
from xlpbr.workbook.look.text_width import lines_needed
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.outputs import pick_month, whose_month
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import EXPLAIN_MONTH, TemplatePlan, fixed
from xlpbr.workbook.template.statement import under_heading

EXPLAIN_ROW = 6
EXPLAIN_COLUMN = 6
"""Where PBR_EXPLAIN stands."""
_LINES = FIGURES[1:]
LAST_EXPLAIN_ROW = EXPLAIN_ROW + len(_LINES)

_WIDTHS = (29, 22, 108, 16)
_HEADINGS = ("Figure", "Clause", "Working")
_WORKING_WIDTH = _WIDTHS[2]
_IN_A_LINE = 100
"""Characters that a line of a working has room for, whatever they are."""
_WORKING_COLUMN = EXPLAIN_COLUMN + 2

_PARTS = "; "
"""What stands between the lines of a working."""
_LINES_OF = {"Fee": 2, "Carer fees": 2, "Outcome fees": 2, "Bonus": 2, "Reimbursed": 2,
             "Held back": 2, "Payable": 2, "Adjustment": 2, "Balance": 2}  # fmt: skip
"""How many lines the workings take that name each household, child or limit."""
_A_CHILD = "C01, "
_MOST_LINES_OF_CHILDREN = 5


def write_explain(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Explain sheet: how the figures of the month that is chosen came about."""
    styles = page.styles
    page.introduce_results(
        "Explain",
        "Result (calculated, do not type here): how each figure of one month came about, with its"
        f" clause, in numbers that can be checked by hand. {whose_month(plan)}",
    )
    page.set_widths((*_WIDTHS, 4, 24, 28, 60, 16))
    hint = "Choose a month of the statement from the list, or type a day of that month."
    pick_month(page, plan, EXPLAIN_MONTH, "Month", hint)
    _write_lines(page, plan)
    page.put(
        EXPLAIN_ROW - 1, EXPLAIN_COLUMN, "Working: as PBR_EXPLAIN gives it, each working in full",
        styles.subtitle,
    )  # fmt: skip
    text = under_heading(styles.heading, styles.bare("text"))
    page.spill(
        EXPLAIN_ROW, EXPLAIN_COLUMN,
        plan.call(
            "PBR_EXPLAIN", "Terms", "Placements", fixed(*EXPLAIN_MONTH), "Carers", "Claims",
            plan.as_at_cell, "Cohort", "Prices", "Costs", "Rates", "Agreed",
        ),
        len(FIGURES), [text, text, text, under_heading(styles.heading_right, styles.bare("money"))],
    )  # fmt: skip
    area = ((EXPLAIN_ROW + 1, EXPLAIN_COLUMN), (LAST_EXPLAIN_ROW, EXPLAIN_COLUMN + 3))
    holds = f'${column_letter(EXPLAIN_COLUMN)}{EXPLAIN_ROW + 1}&""<>""'
    page.mark(*area, holds, styles.filled_row)
    page.sheet.freeze_panes(EXPLAIN_ROW, 1)
    page.print_on_a4(
        plan.title, heading_row=EXPLAIN_ROW, last_column=len(_WIDTHS), last_row=LAST_EXPLAIN_ROW
    )


def _write_lines(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    page.put_row(EXPLAIN_ROW, 1, _HEADINGS, styles.column_heading(indent=1))
    page.put(EXPLAIN_ROW, 4, "Amount", styles.heading_right)
    corner = fixed(EXPLAIN_ROW, EXPLAIN_COLUMN)
    wrapped = {"valign": "vcenter", "indent": 1, "align": "left"}
    for row, figure in enumerate(_LINES, start=EXPLAIN_ROW + 1):
        clause, name, working, amount = (fixed(row, EXPLAIN_COLUMN + offset) for offset in range(4))
        lines = _lines_of(plan, figure)
        kind = "count" if figure.kind == "count" else "money"
        first = f'IF(ISERROR({corner}),{corner},{name}&"")'
        shown = {
            1: (first if row == EXPLAIN_ROW + 1 else f'{name}&""',
                styles.cell("wrapped", "output", bold=True, **wrapped)),
            2: (f'{clause}&""', styles.cell("wrapped", "output", **wrapped)),
            3: (_shown(plan, figure, f'({working}&"")', amount, lines),
                styles.cell("wrapped", "output", **wrapped)),
            4: (f'IF(ISNUMBER({amount}),{amount},"")', styles.cell(kind, "output")),
        }  # fmt: skip
        for column, (formula, style) in shown.items():
            page.put_formula(row, column, f"={formula}", style)
        in_words = clause_of(plan.terms, figure)
        page.fit_row(row, ("\n" * (lines - 1), _WORKING_WIDTH), (in_words, _WIDTHS[1] - 1))


def _lines_of(plan: TemplatePlan, figure: Figure) -> int:
    """How many lines of the page a working has room for."""
    if figure.heading in plan.idle_figures:
        return 1
    if figure.field_name != "children":
        return _LINES_OF.get(figure.heading, 1)
    names = _A_CHILD * (plan.table_rows["Placements"] - 10)
    begins = "in place at the end of 30 Sep 2026: "
    return min(_MOST_LINES_OF_CHILDREN, lines_needed(begins + names, _WORKING_WIDTH - 3))


def _shown(plan: TemplatePlan, figure: Figure, working: str, amount: str, lines: int) -> str:
    """A working that has room as it is, another as what to look at; nothing is cut unseen."""
    room = _IN_A_LINE * lines
    in_full = f"in full in column {column_letter(_WORKING_COLUMN)}"
    longer = f'LEFT({working},{room - len(in_full) - 8})&" ... ({in_full})"'
    if figure.field_name == "saving":
        parts = f'(LEN({working})-LEN(SUBSTITUTE({working},"{_PARTS}","")))/{len(_PARTS)}'
        where = f"on the sheet {plan.name_of('Lines')}" if "Lines" in plan.sheets else in_full
        together = f'", together "&TEXT({amount},"£#,##0.00")'
        longer = f'{parts}&" lines, {where}"&{together}'
    elif figure.field_name == "children" and "Children" in plan.sheets:
        longer = f'{amount}&" placements: see the sheet {plan.name_of("Children")}"'
    return f"IF(LEN({working})<={room},{working},{longer})"
