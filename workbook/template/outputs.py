"""The sheets Reconcile and Explain: one PBR_ formula each, with what helps to read it.

Formulas compare a text that a PBR_ formula gives as ``A2&""``: LibreOffice Calc takes the texts of
an add-in's table wrongly as they stand, with ``=`` as with COUNTIFS and SUMIFS.
"""

from __future__ import annotations

from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template.page import TemplatePage, refusal
from xlpbr.workbook.template.plan import (
    EXPLAIN_MONTH,
    FIRST_MONTH_ROW,
    STATEMENT_COLUMNS,
    TABLE_HEADING_ROW,
    TOLERANCE,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.statement import under_heading, write_last_day

RECONCILE_ROW = 7
SIGN_OFF_ROW = 18
EXPLAIN_ROW = 6

STATUSES = ("over-claimed", "under-claimed", "not claimed", "not expected", "agreed")
"""Every status of a reconciliation, those that need a look first."""

NOTHING_DUE = "nothing due"
"""The months not claimed for which nothing is payable either, counted apart."""

_WHO_IS_WHO = (
    "Key: the month. Ours: what is to be invoiced by this workbook (To invoice, sheet {statement})."
    " Theirs: what the provider invoiced (sheet {claims}). Difference: theirs less ours."
)

_STATUS_COLUMN = 7
_OURS_COLUMN = 12
_WORKING_WIDTH = 110
_CLAUSE_WIDTH = 24
_CHILDREN_IN_VIEW = 12
"""The children whose workings a row has room for."""
_WORKING_OF_A_CHILD = (
    "C01: £5,651.92 / 7 x 174 days so far = £140,490.58, less £116,268.07 for the 144 before"
    " = £24,222.51; "
)
"""The longest that the working of a month's saving says for each child."""
_LONG_WORKINGS = {
    "Fee": "the lower of saving to date £1,234,567.89 less fee before £234,567.89 = £1,000,000.00"
    " and entitlement to date £970,000.00 less fee before £234,567.89 = £735,432.11: £735,432.11",
    "Bonus": "10% x (the lower of run rate £3,693,379.20 and saving to date £3,927,149.13 less"
    " threshold £3,000,000.00) = £69,337.92",
    "Held back": "fee £119,611.33 + carer fees £10,000.00 + bonus £69,337.92 = £198,949.25;"
    " headroom £1,000,000.00 less payable before £829,766.67 = £170,233.33; above it £28,715.92",
    "Payable": "fee £119,611.33 + carer fees £10,000.00 + bonus £69,337.92 = £198,949.25; less"
    " held back £28,715.92",
    "Balance": "£1,000,000.00 - £829,766.67 = £170,233.33: to be reimbursed so far; claims are for"
    " the whole month, which is not over",
}
"""What the other long workings say."""


def write_reconcile(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Reconcile sheet: what is payable against what the provider invoiced."""
    styles = page.styles
    page.introduce_results(
        "Reconcile",
        "Result (calculated, do not type here): what is to be invoiced for each month against what"
        " was invoiced for it.",
    )
    page.set_widths((18, 15, 15, 15, 18, 3, 24, 12, 15, 48, 4, 14, 16))
    page.put_input(
        TOLERANCE, "Tolerance", "money", 0.0,
        {
            "validate": "decimal", "criteria": ">=", "value": 0,
            "input_message": "A difference up to this counts as agreed. Usually 0.00.",
            **refusal("Give pounds, 0 or more."),
        },
        hint="A difference up to this, in pounds, counts as agreed.",
    )  # fmt: skip
    who_is_who = _WHO_IS_WHO.format(
        statement=plan.name_of("Statement"), claims=plan.name_of("Claims")
    )
    page.put(TOLERANCE[0] + 1, 1, who_is_who, styles.plain)
    write_last_day(page, plan, (TOLERANCE[0], _STATUS_COLUMN))
    rows = plan.month_rows + plan.table_rows["Claims"] + 2
    _write_statuses(page, plan, rows)
    _write_sign_off(page)
    ours = _write_our_months(page, plan)
    last_claim = TABLE_HEADING_ROW + plan.prepared_rows("Claims")
    theirs = f"{plan.on_sheet('Claims', TABLE_HEADING_ROW, 1)}:{fixed(last_claim, 2)}"
    money = under_heading(styles.heading_right, styles.bare("money"))
    page.put(RECONCILE_ROW - 1, 1, "Month by month (Output)", styles.subtitle)
    page.spill(
        RECONCILE_ROW, 1, f"=PBR_RECONCILE({ours},{theirs},{fixed(*TOLERANCE)})", rows,
        [
            under_heading(styles.heading, styles.bare("month")),
            money, money, money,
            under_heading(styles.column_heading(indent=1), styles.bare("text", indent=1)),
        ],
    )  # fmt: skip
    first = RECONCILE_ROW + 1
    for condition, look in (
        (f'$A{first}&""="Total"', styles.total_row),
        (f'AND($A{first}&""<>"",$B{first}=0,$C{first}=0)', styles.quiet_row),
        (f'$A{first}&""<>""', styles.filled_row),
    ):
        page.mark((first, 1), (RECONCILE_ROW + rows, 5), condition, look, alone=True)
    page.sheet.freeze_panes(RECONCILE_ROW, 1)
    page.print_on_a4(plan.title, heading_row=RECONCILE_ROW, last_column=_OURS_COLUMN - 2)


def _write_statuses(page: TemplatePage, plan: TemplatePlan, rows: int) -> None:
    """Write how many months have each status and by how much they differ."""
    styles = page.styles
    column = _STATUS_COLUMN
    page.put(RECONCILE_ROW - 1, column, "How the months stand (Output)", styles.subtitle)
    page.put(RECONCILE_ROW, column, "Status", styles.heading)
    page.put_row(RECONCILE_ROW, column + 1, ("Months", "Difference"), styles.heading_right)
    page.put(RECONCILE_ROW, column + 3, "What it means", styles.column_heading(indent=1))
    first, last = RECONCILE_ROW + 1, RECONCILE_ROW + rows
    names, ours, differences, statuses = (
        f"{fixed(first, column)}:{fixed(last, column)}" for column in (1, 2, 4, 5)
    )
    corner = fixed(RECONCILE_ROW, 1)

    def has(status: str) -> str:
        return f'({statuses}&""="{status}")'

    explained = {
        "over-claimed": "invoiced more than was to be invoiced",
        "under-claimed": "invoiced less than was to be invoiced",
        "not claimed": f"something is due, and {plan.name_of('Claims')} has no invoice",
        NOTHING_DUE: "not claimed, and nothing is due either",
        "not expected": f"an invoice for a month that {plan.name_of('Statement')} does not have",
        "agreed": "the same to the penny, or within the tolerance",
    }
    which = {
        **{status: has(status) for status in STATUSES},
        "not claimed": f"{has('not claimed')}*({ours}<>0)",
        NOTHING_DUE: f"{has('not claimed')}*({ours}=0)",
    }
    for row, (status, explanation) in enumerate(explained.items(), start=RECONCILE_ROW + 1):
        page.put(row, column, status, styles.cell("text"))
        chosen = f'{which[status]}*({names}&""<>"Total")'
        count = f"SUMPRODUCT({chosen})"
        total = f"ROUND(SUMPRODUCT({chosen},{differences}),2)"
        for offset, formula, kind in ((1, count, "count"), (2, total, "money")):
            page.put_formula(
                row, column + offset, f"=IF(ISERROR({corner}),{corner},{formula})",
                styles.cell(kind, "output"),
            )  # fmt: skip
        page.put(row, column + 3, explanation, styles.cell("text", indent=1))


def _write_sign_off(page: TemplatePage) -> None:
    """Write where both parties say that they agree; nothing is calculated from it."""
    styles = page.styles
    column, row = _STATUS_COLUMN, SIGN_OFF_ROW
    page.put(row - 2, column, "Sign-off (Input)", styles.subtitle)
    page.put_row(row - 1, column, ("Agreed", "Date", "Up to month"), styles.heading)
    page.put(row - 1, column + 3, "Name", styles.column_heading(indent=1))
    kinds = ("date", "month", "text")
    for number, party in enumerate(("council", "provider")):
        page.put(row + number, column, f"Agreed for the {party}", styles.cell("text"))
        for offset, kind in enumerate(kinds, start=1):
            indent = {"indent": 1} if kind == "text" else {}
            page.put(row + number, column + offset, None, styles.cell(kind, "input", **indent))


def _write_our_months(page: TemplatePage, plan: TemplatePlan) -> str:
    """Write our months beside the reconciliation, and give their range with its headings."""
    styles = page.styles
    column = _OURS_COLUMN
    page.put(RECONCILE_ROW - 1, column, "Working: our months", styles.subtitle)
    page.put(RECONCILE_ROW, column, "Month", styles.heading)
    page.put(RECONCILE_ROW, column + 1, "To invoice", styles.heading_right)
    due_column = STATEMENT_COLUMNS["To invoice"]
    last = RECONCILE_ROW + plan.month_rows
    corner = plan.statement_corner
    for number in range(plan.month_rows):
        row, source = RECONCILE_ROW + 1 + number, FIRST_MONTH_ROW + number
        month, due = (plan.on_sheet("Statement", source, found) for found in (1, due_column))
        # An error of the statement comes through in the first row; blank rows stay blank.
        error = f"IF(ISERROR({corner}),{corner}," if number == 0 else "("
        for offset, cell, kind in ((0, month, "month"), (1, due, "money")):
            formula = f'={error}IF(ISNUMBER({month}),{cell},""))'
            page.put_formula(row, column + offset, formula, styles.cell(kind, "working"))
    return f"{fixed(RECONCILE_ROW, column)}:{fixed(last, column + 1)}"


def write_explain(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Explain sheet: a month picker and how the month's figures came about."""
    styles = page.styles
    page.introduce_results(
        "Explain",
        "Result (calculated, do not type here): how each figure of one month came about, with its"
        f" clause, in numbers that can be checked by hand. {whose_month(plan)}",
    )
    page.set_widths((_CLAUSE_WIDTH, 28, _WORKING_WIDTH, 15))
    hint = "Choose a month of the statement from the list, or type a day of that month."
    pick_month(page, plan, EXPLAIN_MONTH, "Month", hint)
    room = f"If a working is cut off (more than {_CHILDREN_IN_VIEW} children), drag its row taller."
    page.put(EXPLAIN_MONTH[0] + 1, 3, room, styles.remark)
    month = fixed(*EXPLAIN_MONTH)
    amount = under_heading(styles.heading_right, styles.cell("money", "output", valign="top"))
    count = styles.cell("count", "output", valign="top")
    page.spill(
        EXPLAIN_ROW, 1,
        plan.call(
            "PBR_EXPLAIN", "Terms", "Placements", month, "Carers", "Claims", plan.as_at_cell,
            "Cohort", "Prices", "Costs", "Rates", "Agreed",
        ),
        len(FIGURES),
        [
            under_heading(styles.heading, styles.cell("wrapped", "output")),
            under_heading(styles.heading, styles.cell("wrapped", "output", bold=True)),
            under_heading(
                styles.column_heading(indent=1),
                styles.cell("wrapped", "output", indent=1, align="left"),
            ),
            # The first figure is a number of children.
            lambda down: count if down == 1 else amount(down),
        ],
    )  # fmt: skip
    _set_heights(page, plan)
    page.sheet.freeze_panes(EXPLAIN_ROW, 0)
    page.print_on_a4(plan.title, heading_row=EXPLAIN_ROW)


def _set_heights(page: TemplatePage, plan: TemplatePlan) -> None:
    """Give each line the height that its working needs with so many children.

    Excel does not fit a row to a formula that changes; the reader can drag it taller.
    """
    children = _CHILDREN_IN_VIEW
    workings = {
        "Children in family placements": "in place at the end of 30 Sep 2026: "
        + "C01, " * children,
        "Saving": _WORKING_OF_A_CHILD * children + "together £1,000,000.00",
        **_LONG_WORKINGS,
    }
    # A term without a clause is named instead of it.
    clauses = (entry.clause or f"Terms: {entry.term.label}" for entry in plan.contract.terms)
    longest_clause = max(clauses, key=len)
    for row, figure in enumerate(FIGURES[1:], start=EXPLAIN_ROW + 1):
        working = workings.get(figure.heading, "")
        page.fit_row(row, (working, _WORKING_WIDTH), (longest_clause, _CLAUSE_WIDTH))


def pick_month(
    page: TemplatePage,
    plan: TemplatePlan,
    place: Position,
    label: str,
    hint: str = "",
    *,
    follows: str = "",
) -> None:
    """Write the month of a sheet: that of the sheet Month, or an input where there is none.

    An input has the statement's months to choose from, and may follow another cell until a month
    is chosen.
    """
    if plan.chosen_month:
        chosen = f"Chosen on the sheet {plan.name_of('Month')}."
        page.put(place[0], 1, label, page.styles.strong)
        look = page.styles.cell("month", "working", bold=True)
        page.put_formula(*place, f"={plan.chosen_month}", look)
        page.put(place[0], place[1] + 1, chosen, page.styles.remark)
        return
    months = plan.statement_column("Month")
    first = plan.on_sheet("Statement", FIRST_MONTH_ROW, 1)
    page.put_input(
        place, label, "month", plan.shown_month,
        months_to_choose(f"={first}:INDEX({months},MAX(1,COUNT({months})))"), hint=hint,
    )  # fmt: skip
    if follows:
        page.put_formula(*place, f"={follows}", page.styles.cell("month", "input", bold=True))


def months_to_choose(source: str) -> dict[str, str]:
    """The validation of a month: a list from these cells; another day of a month works too."""
    return {
        "validate": "list", "source": source,
        "input_title": "Month", "input_message": "Choose a month of the programme.",
        "error_title": "Not a month of the programme", "error_type": "warning",
        "error_message": "Choose a month from the list. Another day of a month works too.",
    }  # fmt: skip


def whose_month(plan: TemplatePlan, label: str = "Month") -> str:
    """What is said of a sheet's month in its introduction."""
    if plan.chosen_month:
        return f"The month is chosen on the sheet {plan.name_of('Month')}."
    return f"The one input on this sheet is {label}."
