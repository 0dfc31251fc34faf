"""The Checks sheet: figures worked out again beside those of the functions, and every problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlpbr import cells
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.template.check_counts import (
    write_errors,
    write_not_read,
)
from xlpbr.workbook.template.outlook import last_day_to_come, term_on_checks
from xlpbr.workbook.template.outputs import pick_month, whose_month
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import (
    CHECK_MONTH,
    FIRST_MONTH_ROW,
    STATEMENT_COLUMNS,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.state import (
    AGREES,
    DOES_NOT_APPLY,
    NOT_CHECKED_HERE,
    Checked,
    listed_problems,
    write_state,
)
from xlpbr.workbook.template.statement import key_figure, shown_or_blank, under_heading
from xlpbr.workbook.template.working_places import (
    BLOCKS,
    COLUMN_OF,
    HEADING_ROW,
    LAST_COLUMN,
    MONTH_COLUMN,
    MONTHS,
    Workings,
    columns_in_words,
)
from xlpbr.workbook.template.workings import (
    RATES,
    VARIATIONS,
    table_has_rows,
    unknown_terms,
    write_workings,
)

_DIFFERS = "DIFFERS: see How it is worked out"
_NO_FIGURE = "No figure: the function gives an error"
_NOT_CHECKED = "Not checked: an input is not a number"
_TOO_MANY = "Not checked: more rows than prepared"
_NOT_KNOWN = f"{NOT_CHECKED_HERE}: {{}}"
_NOT_IN_THE_TERMS = f"{DOES_NOT_APPLY}: none in the terms"

_STOPS = "ERROR: the figures stop until these are put right"
_LOOK = "LOOK: the figures are worked out, and these may change what is paid"
_NONE = "Nothing found"
_TO_COME = "To come: after the month that the figures go to"

CHECKS_ROW = 15
_PROBLEM_ROWS = 40
_OF_EVERY_CONTRACT = (VARIATIONS, RATES)
_STATUS_LOOK = {"bold": True, "valign": "vcenter", "indent": 1}
_WIDTHS = (30, 16, 22, 26, 38, 67)
_HEADINGS = (
    "What is checked", "Plain Excel", "By the functions", "Difference", "Status",
    "How it is worked out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Check:
    """A figure in plain formulas beside the same by the functions."""

    name: str
    native: str
    function: str
    how: str
    kind: str = "money"
    does_not_apply: str = ""
    """A condition under which there is nothing to check."""
    without: tuple[str, ...] = (RATES,)
    """What the formulas of the workings do not know, and this figure does not come from."""


def write_checks(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Checks sheet."""
    page.introduce(
        "Checks",
        "Result (calculated, do not type here): the figures of the functions worked out again in"
        " plain Excel formulas. Every difference must be 0.00.",
        "The workings stand to the right, from column H, marked Working."
        f" {whose_month(plan, 'the month to work out again')}",
    )
    page.set_widths((*_WIDTHS, 4, 25, 16, 4))
    page.set_widths([15] * (LAST_COLUMN - MONTH_COLUMN + 1), MONTH_COLUMN)
    workings = write_workings(page, plan)
    pick_month(page, plan, CHECK_MONTH, "Month to work out again")
    checks = _checks(plan, workings)
    unknown = unknown_terms(plan, workings)
    _write_list(page, plan, checks, unknown)
    write_errors(page, plan)
    write_not_read(page, plan)
    _write_month_checks(page, plan, workings, unknown)
    problems_row = problems_place(plan)[0]
    _write_problems(page, plan, problems_row)
    checked = Checked(
        statuses=f"$E${CHECKS_ROW + 1}:$E${CHECKS_ROW + len(checks)}",
        count=len(checks),
        months=f"$E${HEADING_ROW + 1}:$E${HEADING_ROW + plan.month_rows}",
        problems=(problems_row, 1),
        claimed=workings.rows["Claims"]["Month"],
        differs=workings.months["Differs from agreed"],
    )
    write_state(page, plan, checked)
    page.sheet.freeze_panes(1, 1)
    page.print_on_a4(plan.title, heading_row=None, last_column=len(_WIDTHS))


def problems_place(plan: TemplatePlan) -> tuple[int, int]:
    """Where the table of PBR_CHECK stands."""
    return HEADING_ROW + plan.month_rows + 3, 1


def _checks(plan: TemplatePlan, workings: Workings) -> list[_Check]:
    at, months, rows = workings.terms, workings.months, workings.rows
    placements, costs = rows["Placements"], rows["Costs"]
    chosen = fixed(*CHECK_MONTH)
    first_of_month = f"({chosen}-DAY({chosen})+1)"
    in_statement = f"MATCH({first_of_month},{plan.statement_column('Month')},0)"
    start, last = at["Starts on"], at["Last day known"]
    end, claims = at["Last day of the contract"], rows["Claims"]
    too_many, outcomes = _too_many_rows(plan), table_has_rows(plan, "Rates")

    def unless_too_many(formula: str) -> str:
        return f"IF({too_many},NA(),{formula})"

    def total(cells: str, less: str = "") -> str:
        return unless_too_many(f"ROUND(SUM({cells}){f'-SUM({less})' if less else ''},2)")

    def of_statement(heading: str, formula: str) -> str:
        return shown_or_blank(plan, formula, heading).removeprefix("=")

    def sum_of(heading: str) -> str:
        return of_statement(heading, f"ROUND(SUM({plan.statement_column(heading)}),2)")

    return [
        _Check(
            "Months in the statement",
            f"IF({start}>{last},0,12*(YEAR({last})-YEAR({start}))+MONTH({last})-MONTH({start})+1)",
            f"IF(ISERROR({plan.statement_corner}),{plan.statement_corner},COUNT({plan.all_statement_months}))",
            f"Calendar months from Starts on to Ends on or As at; {plan.month_rows} are prepared.",
            "count", without=_OF_EVERY_CONTRACT,
        ),
        _Check(
            "Saving of the month above",
            total(placements["Saved in the month"], costs["Cost of the month"]),
            f"INDEX({plan.statement_column('Saving')},{in_statement})",
            "For each placement and cost, its running total to the month's end less that before the"
            f" month, each rounded (columns {_columns('Placements')} and {_columns('Costs')}; up to"
            f" {plan.prepared_rows('Placements')} placements).",
            without=_OF_EVERY_CONTRACT,
        ),
        _Check(
            "Saving to date",
            total(placements["Saved to the last day"], costs["Cost to the last day"]),
            key_figure(plan, "Saving to date"),
            "For each placement, a seventh of the weekly saving for each day that counts, at the"
            f" prices of the day (columns {_columns('Prices')}), less further costs.",
            without=_OF_EVERY_CONTRACT,
        ),
        _Check(
            "Fee to date",
            f"ROUND(SUM({months['Fee']}),2)",
            key_figure(plan, "Fee to date"),
            "Month by month from the saving and the entitlement (columns"
            f" {columns_in_words(MONTH_COLUMN, MONTHS)}).",
        ),
        _Check(
            "Carer fees to date",
            total(months["Carer fees"]),
            key_figure(plan, "Carer fees to date"),
            f"Households on the first day that the fee is due (columns {_columns('Carers')}).",
            does_not_apply=f"{at['Carer fee']}=0",
        ),
        _Check(
            "Bonus",
            total(months["Bonus"]),
            key_figure(plan, "Bonus"),
            "The measured saving against the threshold, on the day of the bonus.",
            does_not_apply=f'{at["Bonus rate"]}=""',
        ),
        _Check(
            "Payable to date",
            total(months["Payable"]),
            key_figure(plan, "Payable to date"),
            "Fee, carer and outcome fees and bonus of a month less reimbursed, up to the maximum.",
        ),
        _Check(
            "Payable to date, in the last month",
            key_figure(plan, "Payable to date"),
            of_statement(
                "Payable to date",
                f"IF(COUNT({plan.statement_column('Month')})=0,0,"
                f"INDEX({plan.statement_column('Payable to date')},"
                f"COUNT({plan.statement_column('Month')})))",
            ),
            "The months of Payable added up give the running total of the last month.",
            without=_OF_EVERY_CONTRACT,
        ),
        _Check(
            "Invoiced to date",
            unless_too_many(
                f"IF({_not_numbers(claims['Month'])}+{_not_numbers(claims['Invoiced'])}<>0,NA(),"
                f'ROUND(SUMIFS({claims["Invoiced"]},{claims["Month"]},">0",{claims["Month"]},'
                f'"<="&IF({last}={end},{cells.serial_of(date.max)},EOMONTH({last},0)))'
                f"*({start}<={last}),2))"
            ),
            key_figure(plan, "Invoiced to date"),
            "Claims for a month up to the last one of the statement; at the end all of them.",
            without=_OF_EVERY_CONTRACT,
        ),
        _Check(
            "Reimbursed to date",
            total(months["Reimbursed"]),
            sum_of("Reimbursed"),
            "Break-downs within their window, at most the amount for a child and the fee to date.",
            does_not_apply=f'{at["Break-down reimbursement"]}="none"',
        ),
        _Check(
            "To invoice to date",
            total(months["To invoice"]),
            sum_of("To invoice"),
            f"Payable, and in an agreed month what was agreed (columns {_columns('Agreed')}).",
        ),
        _Check(
            "Outcome fees to date",
            f"IF({outcomes},NA(),0)",
            sum_of("Outcome fees"),
            "Not worked out in plain Excel. The figures above take them from Statement.",
            does_not_apply=f"NOT({outcomes})",
            without=(VARIATIONS,),
        ),
    ]  # fmt: skip


def _not_numbers(cells: str) -> str:
    """How many cells hold an error: neither a number nor a text of no characters."""
    return f"ROWS({cells})-COUNTBLANK({cells})-COUNT({cells})"


def _too_many_rows(plan: TemplatePlan) -> str:
    """The condition under which a table has more rows than the workings read."""
    longer = ",".join(
        f"ROWS(Pbr{table}[{ALL_COLUMNS[table][0].heading}])>{plan.prepared_rows(table)}"
        for table in BLOCKS
        if table in plan.sheets
    )
    return f"OR({longer})"


def _columns(table: str) -> str:
    """The columns of the workings of an input table, in words."""
    return columns_in_words(COLUMN_OF[table], BLOCKS[table])


def _native(formula: str, unknown: dict[str, str]) -> str:
    """A figure in plain Excel; #N/A where the terms hold what its formulas do not know."""
    return f"IF(OR({','.join(unknown.values())}),NA(),{formula})" if unknown else formula


def _without(unknown: dict[str, str], labels: tuple[str, ...]) -> dict[str, str]:
    """What is not known, but for what a figure does not come from."""
    return {label: condition for label, condition in unknown.items() if label not in labels}


def _status(
    native: str,
    function: str,
    difference: str,
    unknown: dict[str, str],
    too_many: str,
    does_not_apply: str = "",
) -> str:
    agreed = f'IF({difference}=0,"{AGREES}","{_DIFFERS}")'
    if does_not_apply:
        agreed = (
            f'IF({difference}=0,IF({does_not_apply},"{_NOT_IN_THE_TERMS}","{AGREES}"),"{_DIFFERS}")'
        )
    why = f'IF({too_many},"{_TOO_MANY}","{_NOT_CHECKED}")'
    for label, condition in unknown.items():
        why = f'IF({condition},"{_NOT_KNOWN.format(label)}",{why})'
    return f'IF(ISERROR({function}),"{_NO_FIGURE}",IF(ISERROR({native}),{why},{agreed}))'


def _write_list(
    page: TemplatePage, plan: TemplatePlan, checks: list[_Check], unknown: dict[str, str]
) -> None:
    styles = page.styles
    too_many = _too_many_rows(plan)
    page.put(CHECKS_ROW - 1, 1, "Figures worked out twice (Output)", styles.subtitle)
    _write_headings(page, CHECKS_ROW)
    for row, check in enumerate(checks, start=CHECKS_ROW + 1):
        number = styles.cell(check.kind, "output")
        not_known = _without(unknown, check.without)
        page.put(row, 1, check.name, styles.cell("text"))
        native = _native(check.native, not_known)
        page.put_formula(row, 2, f"={native}", styles.cell(check.kind, "working"))
        page.put_formula(row, 3, f"={check.function}", number)
        page.put_formula(row, 4, f"=ROUND(B{row}-C{row},2)", number)
        status = _status(f"B{row}", f"C{row}", f"D{row}", not_known, too_many, check.does_not_apply)
        page.put_formula(row, 5, f"={status}", styles.cell("wrapped", "output", **_STATUS_LOOK))
        page.put(row, 6, check.how, styles.cell("wrapped", valign="vcenter", indent=1))
        page.fit_row(row, (check.how, _WIDTHS[5]), (check.name, _WIDTHS[0]))
    _mark_what_differs(page, CHECKS_ROW + 1, CHECKS_ROW + len(checks))


def _write_headings(page: TemplatePage, row: int) -> None:
    styles = page.styles
    for column, heading in enumerate(_HEADINGS, start=1):
        style = styles.column_heading(indent=1) if column in (5, 6) else styles.heading
        page.put(row, column, heading, styles.heading_right if column in (2, 3, 4) else style)


def _mark_what_differs(page: TemplatePage, first_row: int, last_row: int) -> None:
    status = f"$E{first_row}"
    applies = f'LEFT({status},{len(DOES_NOT_APPLY)})<>"{DOES_NOT_APPLY}"'
    checked = f'LEFT({status},{len(NOT_CHECKED_HERE)})<>"{NOT_CHECKED_HERE}"'
    differs = f'AND({status}<>"",{status}<>"{AGREES}",{applies},{checked})'
    page.mark((first_row, 5), (last_row, 5), differs, page.styles.wrong)


def _write_month_checks(
    page: TemplatePage, plan: TemplatePlan, workings: Workings, unknown: dict[str, str]
) -> None:
    """Write the fee of every month beside the function's."""
    styles, unknown = page.styles, _without(unknown, (RATES,))
    page.put(HEADING_ROW - 1, 1, "Fee of every month (Output)", styles.subtitle)
    _write_headings(page, HEADING_ROW)
    # The headings of the workings beside them take two lines.
    page.sheet.set_row(HEADING_ROW - 1, 2 * LINE_HEIGHT + 2)
    fee_column, too_many = STATEMENT_COLUMNS["Fee"], _too_many_rows(plan)
    formats = [
        styles.bare("month"), styles.bare("money"), styles.bare("money"), styles.bare("money"),
        styles.bare("text", bold=True, indent=1), styles.bare("text", indent=1),
    ]  # fmt: skip
    first_row, last_row = workings.month_rows
    starts_on, last_day = term_on_checks(plan, "Starts on"), last_day_to_come(plan)
    for row in range(first_row, last_row + 1):
        source = FIRST_MONTH_ROW + row - first_row
        month = plan.on_sheet("Statement", source, 1)
        fee = plan.on_sheet("Statement", source, fee_column)
        native = _native(workings.month("Fee", row), unknown)
        drawn, ceiling = workings.month("Drawn from", row), workings.month("Ceiling", row)
        by_hand = workings.month("First day", row)
        nothing = f'AND(ISTEXT({by_hand}),{month}="")'
        to_come = f"EDATE(EOMONTH({starts_on},-1)+1,{row - first_row})"
        formulas = (
            f'IF({nothing},IFERROR(IF({to_come}>{last_day},"",{to_come}),""),'
            f"IF(ISNUMBER({month}),{month},{by_hand}))",
            f'IF({nothing},"",{native})',
            f'IF({nothing},"",IF(ISNUMBER({fee}),{fee},IF(ISERROR({plan.statement_corner}),'
            f"{plan.statement_corner},NA())))",
            f'IF({nothing},"",ROUND(B{row}-C{row},2))',
            f'IF({nothing},"",{_status(f"B{row}", f"C{row}", f"D{row}", unknown, too_many)})',
            f'IF({nothing},IF(A{row}="","","{_TO_COME}"),IF(ISERROR({native}),"","Lower of "'
            f'&TEXT({drawn},"£#,##0.00")&" saved and "&TEXT({ceiling},"£#,##0.00")'
            '&" left of the entitlement"))',
        )
        for column, (formula, style) in enumerate(zip(formulas, formats, strict=True), start=1):
            page.put_formula(row, column, f"={formula}", style)
    page.mark((first_row, 1), (last_row, 6), f'$E{first_row}<>""', styles.filled_row)
    _mark_what_differs(page, first_row, last_row)


def _write_problems(page: TemplatePage, plan: TemplatePlan, row: int) -> None:
    """Write the list of problems, last on the sheet so that it can be as long as it must."""
    styles = page.styles
    page.put(row - 1, 1, "Problems in the data, by PBR_CHECK (Output)", styles.subtitle)
    corner = plan.statement_corner
    found = f'IF({listed_problems((row, 1))}=0,"{_NONE}","{_LOOK}")'
    page.put_formula(row - 1, 4, f'=IF(ISERROR({corner}),"{_STOPS}",{found})', styles.strong)
    wrapped = styles.bare("wrapped")
    page.spill(
        row, 1, plan.call("PBR_CHECK", "Terms", *ALL_COLUMNS), _PROBLEM_ROWS + 1,
        [
            under_heading(styles.heading, styles.bare("count", align="left", valign="top")
                          if column == 2 else wrapped)
            for column in range(1, 7)
        ],
    )  # fmt: skip
    for number in range(1, _PROBLEM_ROWS + 1):
        page.sheet.set_row(row + number - 1, 2 * LINE_HEIGHT + 2)
    for word, look in (("ERROR", styles.wrong), ("LOOK", styles.warned)):
        says = f'LEFT({fixed(row - 1, 4)},{len(word)})="{word}"'
        page.mark((row - 1, 4), (row - 1, 6), says, look, alone=True)
    holds = f'$A{row + 1}&""<>""'
    none = f'$A{row + 1}&""="All tables"'
    stops = f"AND({holds},ISERROR({corner}))"
    for condition, look in (
        (none, styles.filled_row), (stops, styles.wrong_row), (holds, styles.warned_row),
    ):  # fmt: skip
        page.mark((row + 1, 1), (row + _PROBLEM_ROWS, 6), condition, look, alone=True)
