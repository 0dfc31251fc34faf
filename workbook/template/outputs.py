"""The sheet Reconcile, and the month that a sheet of results shows.

Formulas compare a text that a PBR_ formula gives as ``A2&""``: LibreOffice Calc takes the texts of
an add-in's table wrongly as they stand, with ``=`` as with COUNTIFS and SUMIFS.
"""

from __future__ import annotations

from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template.outlook import last_day_shown, last_day_to_come, term_on_checks
from xlpbr.workbook.template.page import TemplatePage, refusal
from xlpbr.workbook.template.plan import (
    FIRST_MONTH_ROW,
    STATEMENT_COLUMNS,
    TABLE_HEADING_ROW,
    TOLERANCE,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.statement import under_heading, write_last_day
from xlpbr.workbook.template.working_places import places_of_workings

RECONCILE_ROW = 7
SIGN_OFF_ROW = 18

STATUSES = ("over-claimed", "under-claimed", "not claimed", "not expected", "agreed")
"""Every status of a reconciliation, those that need a look first."""

NOTHING_DUE = "nothing due"
"""The months not claimed for which nothing is payable either, counted apart."""

_WHO_IS_WHO = (
    "Key: the month. Ours: what is to be invoiced by this workbook (To invoice, sheet {statement})."
    " Theirs: what the provider invoiced (sheet {claims}). Difference: theirs less ours."
)

_STATUS_COLUMN = 7
_OURS_COLUMN, _THEIRS_COLUMN = 12, 15
_LAST_CLAIMED = (TOLERANCE[0], _OURS_COLUMN + 1)
"""Where the workings say which month was claimed last."""


def write_reconcile(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Reconcile sheet: what is payable against what the provider invoiced."""
    styles = page.styles
    page.introduce_results(
        "Reconcile",
        "Result (calculated, do not type here): what is to be invoiced for each month against what"
        " was invoiced for it, up to the last month that was claimed.",
    )
    page.set_widths((18, 15, 15, 15, 18, 3, 24, 12, 15, 52, 4, 18, 16, 4, 14, 16))
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
    _write_last_claimed(page, plan)
    ours = _write_our_months(page, plan)
    theirs = _write_their_months(page, plan)
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
    if _cuts(plan):
        _write_later_months(page, plan, RECONCILE_ROW + 1 + len(explained))


def _write_later_months(page: TemplatePage, plan: TemplatePlan, row: int) -> None:
    """Write the months after the last claimed one: not compared, and not left out unseen."""
    styles, column, corner = page.styles, _STATUS_COLUMN, plan.statement_corner
    months, due = plan.statement_column("Month"), plan.statement_column("To invoice")
    later = f'{months},">"&{fixed(*_LAST_CLAIMED)}'
    page.put(row, column, "not claimed yet", styles.cell("text"))
    for offset, formula, kind in (
        (1, f"COUNTIF({later})", "count"),
        (2, f"-ROUND(SUMIFS({due},{later}),2)", "money"),
    ):
        page.put_formula(
            row, column + offset, f"=IF(ISERROR({corner}),{corner},{formula})",
            styles.cell(kind, "output"),
        )  # fmt: skip
    meaning = "later months, to be invoiced and not compared here"
    page.put(row, column + 3, meaning, styles.cell("text", indent=1))


def _cuts(plan: TemplatePlan) -> bool:
    """Whether the comparison can end with the last claimed month: Checks reads the claims."""
    return "Checks" in plan.sheets


def _write_last_claimed(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the last month that was claimed; before anything is, the day before the contract."""
    if not _cuts(plan):
        return
    row, column = _LAST_CLAIMED
    page.put(row, column - 1, "Compared up to", page.styles.cell("text", "working"))
    claimed, start = _claimed(plan), term_on_checks(plan, "Starts on")
    # A claim for a month after the contract is none of its months: it is not expected.
    within = f'LARGE({claimed},COUNTIF({claimed},">"&{last_day_to_come(plan)})+1)'
    last = f"IF(ISERROR(SUM({claimed})),{last_day_shown(plan)},IFERROR({within},{start}-1))"
    look = page.styles.cell("month", "working")
    page.put_formula(row, column, f"={last}", look)


def _claimed(plan: TemplatePlan) -> str:
    """The months of the claims as the workings of Checks read them."""
    months = places_of_workings(plan).rows["Claims"]["Month"]
    return f"{plan.on_sheet('Checks', 1, 1).rpartition('!')[0]}!{months}"


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
        compared = f"ISNUMBER({month})"
        if _cuts(plan):
            compared = f"AND({compared},N({month})<={fixed(*_LAST_CLAIMED)})"
        for offset, cell, kind in ((0, month, "month"), (1, due, "money")):
            formula = f'={error}IF({compared},{cell},""))'
            page.put_formula(row, column + offset, formula, styles.cell(kind, "working"))
    return f"{fixed(RECONCILE_ROW, column)}:{fixed(last, column + 1)}"


def _write_their_months(page: TemplatePage, plan: TemplatePlan) -> str:
    """Write the claims up to the last month shown, and give their range with its headings.

    A claim for a month after the contract stays: it is not expected on any day.
    """
    rows = plan.prepared_rows("Claims")
    if not _cuts(plan):
        last = TABLE_HEADING_ROW + rows
        return f"{plan.on_sheet('Claims', TABLE_HEADING_ROW, 1)}:{fixed(last, 2)}"
    styles, column = page.styles, _THEIRS_COLUMN
    page.put(RECONCILE_ROW - 1, column, "Working: their months", styles.subtitle)
    page.put(RECONCILE_ROW, column, "Month", styles.heading)
    page.put(RECONCILE_ROW, column + 1, "Invoiced", styles.heading_right)
    read = places_of_workings(plan).rows["Claims"]["Month"].partition(":")[0]
    read_column, read_row = read.rpartition("$")[0], int(read.rpartition("$")[2])
    sheet = plan.on_sheet("Checks", 1, 1).rpartition("!")[0]
    shown, end = last_day_shown(plan), last_day_to_come(plan)
    for number in range(1, rows + 1):
        row = RECONCILE_ROW + number
        month = f"{sheet}!{read_column}${read_row + number - 1}"
        is_later = f"IFERROR(AND(ISNUMBER({month}),{month}>{shown},{month}<={end}),FALSE)"
        for offset, kind in ((0, "month"), (1, "money")):
            cell = plan.on_sheet("Claims", TABLE_HEADING_ROW + number, 1 + offset)
            formula = f'=IF({is_later},"",IF({cell}="","",{cell}))'
            page.put_formula(row, column + offset, formula, styles.cell(kind, "working"))
    return f"{fixed(RECONCILE_ROW, column)}:{fixed(RECONCILE_ROW + rows, column + 1)}"


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
