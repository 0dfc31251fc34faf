"""The workings of the Checks sheet: the contract re-performed in native Excel formulas.

No PBR_ function is called here: terms, months, placements and households are read from the
input sheets and worked through with functions that every Excel has. Imports the plan and the
page.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlpbr.evidence import COLUMNS
from xlpbr.terms import TERMS
from xlpbr.workbook.template_page import Page, calculate, put, put_row
from xlpbr.workbook.template_plan import (
    AS_AT_CELL,
    CHECK_MONTH,
    FIRST_MONTH_ROW,
    FIRST_TABLE_ROW,
    SPARE_TABLE_ROWS,
    SPARE_TERM_ROWS,
    STATEMENT_COLUMNS,
    TABLE_HEADING_ROW,
    Plan,
    column_of,
    fixed,
    on_sheet,
    term_cell,
)

HEADING_ROW = 38
"""The heading row of all workings, and of the months that are checked beside them."""
FIRST_ROW = HEADING_ROW + 1

_FAR_AWAY = 2958465
"""The serial of 31 December 9999: a placement that has not ended."""

_TERM_COLUMN = 8
_MONTH_COLUMN = 11
_PLACEMENT_COLUMN = 28
_HOUSEHOLD_COLUMN = 45

_MONTH_HEADINGS = (
    "First day", "Last day", "Earned by", "Share earned", "Fee entitlement to date",
    "Saving (Statement)", "Drawn from", "Ceiling", "Fee", "Fee to date", "Households",
    "Carer fees", "Bonus", "Owed", "Payable", "Payable to date",
)  # fmt: skip
_PLACEMENT_HEADINGS = (
    "Child", "Agreed", "Saving a week", "Counts from", "Counts until", "Days before the month",
    "Days to month end", "Saved before", "Saved to month end", "Saved in the month",
    "Days to the last day", "Saved to the last day", "Counts for the bonus",
    "A week in place at the end", "Saved, for the bonus",
)  # fmt: skip
_HOUSEHOLD_HEADINGS = ("Household", "Approved on", "Child in cohort", "Counts on")


@dataclass(frozen=True, slots=True)
class Workings:
    """Where the results of the workings stand.

    Attributes:
        terms: the cell of each term as read, and of what follows from the terms.
        month_rows: the rows of the months, first and last.
        months: the range of each column of the months.
        placements: the range of each column of the placements.
    """

    terms: dict[str, str]
    month_rows: tuple[int, int]
    months: dict[str, str]
    placements: dict[str, str]

    def month(self, heading: str, row: int) -> str:
        """A cell of the months."""
        return fixed(row, _MONTH_COLUMN + _MONTH_HEADINGS.index(heading))


def write_workings(page: Page, plan: Plan) -> Workings:
    """Write all workings beside the checks."""
    last_month = HEADING_ROW + plan.month_rows
    workings = Workings(
        terms=_places_of_terms(),
        month_rows=(FIRST_ROW, last_month),
        months=_ranges(_MONTH_COLUMN, _MONTH_HEADINGS, last_month),
        placements=_ranges(
            _PLACEMENT_COLUMN, _PLACEMENT_HEADINGS, HEADING_ROW + _rows_of(plan, "Placements")
        ),
    )
    _write_terms(page, workings)
    _write_placements(page, plan, workings)
    households = _write_households(page, plan, workings)
    _write_months(page, workings, households)
    return workings


def prepared_rows(plan: Plan, table: str) -> int:
    """How many rows of an input table the workings read."""
    return _rows_of(plan, table)


def _rows_of(plan: Plan, table: str) -> int:
    return plan.table_rows[table] + SPARE_TABLE_ROWS


def _ranges(column: int, headings: tuple[str, ...], last_row: int) -> dict[str, str]:
    return {
        heading: f"{fixed(FIRST_ROW, found)}:{fixed(last_row, found)}"
        for found, heading in enumerate(headings, start=column)
    }


def _title(page: Page, column: int, text: str, headings: tuple[str, ...]) -> None:
    put(page, HEADING_ROW - 1, column, f"Working: {text}", page.styles.subtitle)
    put_row(page, HEADING_ROW, column, headings, page.styles.heading)


# Terms.

_DERIVED = (
    "Fee without VAT", "Last day known", "Last day of the fee term", "Months in the fee term",
    "Start as months", "Fee term as months", "Month checked, first day",
    "Month checked, last day", "Run rate at the end", "Saved to the end", "Measured saving",
    "Bonus due",
)  # fmt: skip

_KINDS = {"date": "date", "money": "money", "rate": "rate", "count": "count"}
_DERIVED_KINDS = {
    "Fee without VAT": "money", "Last day known": "date", "Last day of the fee term": "date",
    "Months in the fee term": "count", "Month checked, first day": "date",
    "Month checked, last day": "date", "Run rate at the end": "money",
    "Saved to the end": "money", "Measured saving": "money", "Bonus due": "money",
}  # fmt: skip
_READ = tuple(term for term in TERMS if term.kind != "text" and term.label != "Cohort size")
_DEFAULT_NUMBERS = {"Fee": "0", "Carer fee": "0", "VAT rate": "0.2"}


def _places_of_terms() -> dict[str, str]:
    names = [*(term.label for term in _READ), *_DERIVED]
    return {name: fixed(row, _TERM_COLUMN + 1) for row, name in enumerate(names, start=FIRST_ROW)}


def _write_terms(page: Page, workings: Workings) -> None:
    styles = page.styles
    _title(page, _TERM_COLUMN, "the terms as read", ("Term", "Value"))
    last_term_row = TABLE_HEADING_ROW + len(TERMS) + SPARE_TERM_ROWS
    names = column_of("Terms", 1, FIRST_TABLE_ROW, last_term_row)
    label = styles.cell("text", "working")
    row = FIRST_ROW
    for term in _READ:
        put(page, row, _TERM_COLUMN, term.label, label)
        value = term_cell(term.label)
        if term.kind == "option":
            default = f'"{next(iter(term.options))}"'
            read = f'LOWER(SUBSTITUTE(SUBSTITUTE(TRIM({value})," ","_"),"-","_"))'
        else:
            default = _DEFAULT_NUMBERS.get(term.label, "NA()" if term.required else '""')
            number = f"INT({value})" if term.kind == "date" else value
            read = f"IF(ISNUMBER({value}),{number},NA())"
        missing = f'COUNTIF({names},"{term.label}")=0'
        formula = f'=IF({missing},{default},IF({value}="",{default},{read}))'
        style = styles.cell(_KINDS.get(term.kind, "text"), "working")
        calculate(page, row, _TERM_COLUMN + 1, formula, style)
        row += 1
    for name, formula in _derived(workings).items():
        put(page, row, _TERM_COLUMN, name, label)
        style = styles.cell(_DERIVED_KINDS.get(name, "text"), "working")
        calculate(page, row, _TERM_COLUMN + 1, f"={formula}", style)
        row += 1


def _derived(workings: Workings) -> dict[str, str]:
    """What follows from the terms: the formula of each, in the order of ``_DERIVED``."""
    at, placements = workings.terms, workings.placements
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]
    term_end, fee_months = at["Last day of the fee term"], at["Fee months"]
    chosen = fixed(*CHECK_MONTH)
    measured = at["Measured saving"]
    run_rate, saved = at["Run rate at the end"], at["Saved to the end"]
    above = f"MAX(0,{measured}-{at['Bonus threshold']})"
    all_of_it = f"IF(AND({measured}>={at['Bonus threshold']},{measured}>0),{measured},0)"
    bonus = (
        f'ROUND(ROUND({at["Bonus rate"]}*IF({at["Bonus shape"]}="whole",{all_of_it},{above}),8),2)'
    )
    formulas = (
        f'IF({at["VAT reading"]}="inclusive",'
        f"ROUND(ROUND({at['Fee']}/(1+{at['VAT rate']}),8),2),{at['Fee']})",
        f'IF({AS_AT_CELL}="",{end},IF(ISNUMBER({AS_AT_CELL}),MIN(INT({AS_AT_CELL}),{end}),NA()))',
        f'IF({fee_months}="",{end},EDATE({start},{fee_months})-1)',
        f'IF({fee_months}="",{_complete_months(start, end)}'
        f"+(EDATE({start},{_complete_months(start, end)})-1<{end}),{fee_months})",
        f"MONTH({start})+(DAY({start})-1)/DAY(EOMONTH({start},0))",
        f"{_as_months(start, term_end)}-{at['Start as months']}",
        f"MAX({chosen}-DAY({chosen})+1,{start})",
        f"MIN(EOMONTH({chosen},0),{last})",
        f"ROUND(ROUND(SUM({placements['A week in place at the end']})*365/7,8),2)",
        f"ROUND(SUM({placements['Saved, for the bonus']}),2)",
        f'IF({at["Bonus measure"]}="run_rate",{run_rate},'
        f'IF({at["Bonus measure"]}="lower",MIN({run_rate},{saved}),{saved}))',
        f'IF(OR({at["Bonus rate"]}="",{at["Bonus threshold"]}="",{last}<>{end}),0,{bonus})',
    )
    return dict(zip(_DERIVED, formulas, strict=True))


def _as_months(start: str, day: str) -> str:
    """The end of a day as months since the start's year: 31 March is 3, 15 April is 3.5."""
    return f"12*(YEAR({day})-YEAR({start}))+MONTH({day})+DAY({day})/DAY(EOMONTH({day},0))"


def _complete_months(start: str, day: str) -> str:
    """Complete months from the start to the end of a day."""
    next_day = f"({day}+1)"
    apart = f"(12*(YEAR{next_day}-YEAR({start}))+MONTH{next_day}-MONTH({start}))"
    return f"({apart}-(EDATE({start},{apart})>{next_day}))"


# Months.


def _write_months(page: Page, workings: Workings, households: str) -> None:
    styles = page.styles
    _title(page, _MONTH_COLUMN, "the months, from savings to what is payable", _MONTH_HEADINGS)
    kinds = {
        "First day": "date", "Last day": "date", "Earned by": "date", "Share earned": "share",
        "Households": "count",
    }  # fmt: skip
    by_heading = {
        heading: styles.cell(kinds.get(heading, "money"), "working") for heading in _MONTH_HEADINGS
    }
    by_heading["Share earned"] = styles.cell("text", "working", num_format="0.000000")
    first_row, last_row = workings.month_rows
    for row in range(first_row, last_row + 1):
        formulas = _formulas_of_month(workings, row, households)
        for column, heading in enumerate(_MONTH_HEADINGS, start=_MONTH_COLUMN):
            formula = formulas[heading]
            if heading != "First day":
                formula = f'IF({workings.month("First day", row)}="","",{formula})'
            calculate(page, row, column, f"={formula}", by_heading[heading])


def _formulas_of_month(workings: Workings, row: int, households: str) -> dict[str, str]:
    at = workings.terms
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]

    def here(heading: str) -> str:
        return workings.month(heading, row)

    def before(heading: str) -> str:
        # The cell above the first month is a heading, which counts as nothing.
        return f"N({workings.month(heading, row - 1)})"

    first_day, last_day, earned_by = here("First day"), here("Last day"), here("Earned by")
    saving_column = STATEMENT_COLUMNS["Saving"]
    saving = on_sheet("Statement", FIRST_MONTH_ROW + row - FIRST_ROW, saving_column)
    saved = here("Saving (Statement)")
    savings = f"{workings.month('Saving (Statement)', FIRST_ROW)}:{saved}"
    if row == FIRST_ROW:
        first = f'IF({start}<={last},{start},"")'
    else:
        day_before = workings.month("Last day", row - 1)
        first = (
            f'IF({workings.month("First day", row - 1)}="","",'
            f'IF({day_before}<{last},{day_before}+1,""))'
        )
    whole_fee, yearly = f'{at["Fee reading"]}="up_to_cap"', f'{at["Fee period"]}="annual"'
    year_end = f"EOMONTH(DATE(YEAR({last_day})+(MONTH({last_day})>3),3,1),0)"
    months_earned = f"({_as_months(start, earned_by)}-{at['Start as months']})"
    term_end, basis = at["Last day of the fee term"], at["Pro rata basis"]
    by_basis = (
        f'IF({basis}="days",({earned_by}-{start}+1)/({term_end}-{start}+1),'
        f'IF({basis}="whole_months",'
        f"{_complete_months(start, earned_by)}/{at['Months in the fee term']},"
        f"{months_earned}/{at['Fee term as months']}))"
    )
    maximum, payable_before = at["Contract maximum"], before("Payable to date")
    return {
        "First day": first,
        "Last day": f"MIN(EOMONTH({first_day},0),{last})",
        "Earned by": f"IF({yearly},IF({whole_fee},MIN({end},{year_end}),{last_day}),{last_day})",
        "Share earned": f"IF({yearly},{months_earned}/12,"
        f"IF(OR({whole_fee},{earned_by}>={term_end}),1,{by_basis}))",
        "Fee entitlement to date":
            f"ROUND(ROUND({at['Fee without VAT']}*{here('Share earned')},8),2)",
        "Saving (Statement)": saving,
        "Drawn from": f'ROUND(IF({at["Savings reading"]}="cumulative",SUM({savings})'
        f"-{before('Fee to date')},{saved}),2)",
        "Ceiling": f"ROUND({here('Fee entitlement to date')}"
        f'-IF({at["Fee reading"]}="no_catch_up",{before("Fee entitlement to date")},'
        f"{before('Fee to date')}),2)",
        "Fee": f"MAX(0,MIN({here('Drawn from')},{here('Ceiling')}))",
        "Fee to date": f"ROUND({before('Fee to date')}+{here('Fee')},2)",
        "Households": f'COUNTIFS({households},">="&{first_day},{households},"<="&{last_day})',
        "Carer fees": f"ROUND({at['Carer fee']}*{here('Households')},2)",
        "Bonus": f"IF({last_day}={end},{at['Bonus due']},0)",
        "Owed": f"ROUND({here('Fee')}+{here('Carer fees')}+{here('Bonus')},2)",
        "Payable": f'IF(OR({maximum}="",{at["Maximum reading"]}="warn"),{here("Owed")},'
        f"ROUND(MIN({here('Owed')},MAX(0,{maximum}-{payable_before})),2))",
        "Payable to date": f"ROUND({payable_before}+{here('Payable')},2)",
    }  # fmt: skip


# Placements and households.


def _input(plan: Plan, table: str, heading: str, number: int) -> str:
    """A cell of an input table by its row's number; the range moves with the table."""
    column = [column.heading for column in COLUMNS[table]].index(heading) + 1
    last = TABLE_HEADING_ROW + _rows_of(plan, table)
    return f"INDEX({column_of(table, column, FIRST_TABLE_ROW, last)},{number})"


def _row_exists(plan: Plan, table: str, number: int) -> str:
    last = TABLE_HEADING_ROW + _rows_of(plan, table)
    return f"ROWS({column_of(table, 1, FIRST_TABLE_ROW, last)})>={number}"


def _write_placements(page: Page, plan: Plan, workings: Workings) -> None:
    styles = page.styles
    _title(page, _PLACEMENT_COLUMN, "the placements, and the month that is checked",
           _PLACEMENT_HEADINGS)  # fmt: skip
    kinds = {
        "Child": "text", "Agreed": "count", "Counts from": "date", "Counts until": "date",
        "Days before the month": "count", "Days to month end": "count",
        "Days to the last day": "count", "Counts for the bonus": "count",
    }  # fmt: skip
    by_heading = {
        heading: styles.cell(kinds.get(heading, "money"), "working")
        for heading in _PLACEMENT_HEADINGS
    }
    for number in range(1, _rows_of(plan, "Placements") + 1):
        row = HEADING_ROW + number
        formulas = _formulas_of_placement(plan, workings, row, number)
        for column, heading in enumerate(_PLACEMENT_HEADINGS, start=_PLACEMENT_COLUMN):
            calculate(page, row, column, f"={formulas[heading]}", by_heading[heading])


def _formulas_of_placement(plan: Plan, workings: Workings, row: int, number: int) -> dict[str, str]:
    at = workings.terms
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]
    child, kind, before, after, moved, ended, agreed = (
        _input(plan, "Placements", column.heading, number) for column in COLUMNS["Placements"]
    )

    def here(heading: str) -> str:
        return fixed(row, _PLACEMENT_COLUMN + _PLACEMENT_HEADINGS.index(heading))

    weekly = here("Saving a week")

    def counted(formula: str) -> str:
        return f'IF({weekly}="","",{formula})'

    def days_until(day: str) -> str:
        return counted(f"MAX(0,MIN({day},{here('Counts until')})-{here('Counts from')}+1)")

    def saved(days: str) -> str:
        # A seventh of the week's saving a day; ROUND to 8 places takes away what the
        # computer's binary arithmetic adds, so that a half penny is rounded up as written.
        return counted(f"ROUND(ROUND({weekly}*{here(days)}/7,8),2)")

    answer = f'LOWER(TRIM({agreed}&""))'
    type_of_row = f'LOWER(TRIM({kind}&""))'
    numbers = f"AND(ISNUMBER({before}),ISNUMBER({after}),ISNUMBER({moved}))"
    exists = _row_exists(plan, "Placements", number)
    return {
        "Child": f'IF({exists},TRIM({child}&""),"")',
        "Agreed": f'IF({here("Child")}="",0,'
        f'IF(OR({answer}="no",{answer}="n",{answer}="false"),0,1))',
        "Saving a week": f'IF({here("Agreed")}=0,"",IF({moved}="","",'
        f"IF({numbers},ROUND({before}-{after},8),NA())))",
        "Counts from": counted(f"MAX(INT({moved}),{start})"),
        "Counts until": counted(
            f'IF({ended}="",{_FAR_AWAY},IF(ISNUMBER({ended}),INT({ended})-1,NA()))'
        ),
        "Days before the month": days_until(f"({at['Month checked, first day']}-1)"),
        "Days to month end": days_until(at["Month checked, last day"]),
        "Saved before": saved("Days before the month"),
        "Saved to month end": saved("Days to month end"),
        "Saved in the month": counted(
            f"ROUND({here('Saved to month end')}-{here('Saved before')},2)"
        ),
        "Days to the last day": days_until(last),
        "Saved to the last day": saved("Days to the last day"),
        "Counts for the bonus": counted(
            f'IF(OR({at["Bonus counts"]}="family",{type_of_row}="",{type_of_row}="foster"),1,0)'
        ),
        "A week in place at the end": counted(
            f"IF(AND({here('Counts from')}<={end},{here('Counts until')}>={end}),"
            f"{weekly}*{here('Counts for the bonus')},0)"
        ),
        "Saved, for the bonus": counted(
            f"{here('Saved to the last day')}*{here('Counts for the bonus')}"
        ),
    }  # fmt: skip


def _write_households(page: Page, plan: Plan, workings: Workings) -> str:
    """Write the households, and give the range of the days on which they count."""
    styles = page.styles
    _title(page, _HOUSEHOLD_COLUMN, "the carer households", _HOUSEHOLD_HEADINGS)
    kinds = ("text", "date", "count", "date")
    by_column = [styles.cell(kind, "working") for kind in kinds]
    rows = _rows_of(plan, "Carers")
    ranges = _ranges(_HOUSEHOLD_COLUMN, _HOUSEHOLD_HEADINGS, HEADING_ROW + rows)
    children, agreed = workings.placements["Child"], workings.placements["Agreed"]
    for number in range(1, rows + 1):
        row = HEADING_ROW + number
        household, approved, child = (
            _input(plan, "Carers", column.heading, number) for column in COLUMNS["Carers"]
        )
        name, day, in_cohort, _ = (fixed(row, _HOUSEHOLD_COLUMN + offset) for offset in range(4))
        above = [
            f"{fixed(HEADING_ROW, _HOUSEHOLD_COLUMN + offset)}"
            f":{fixed(row - 1, _HOUSEHOLD_COLUMN + offset)}"
            for offset in range(3)
        ]
        exists = _row_exists(plan, "Carers", number)
        earlier = (
            f"COUNTIFS({ranges['Household']},{name},{ranges['Child in cohort']},1,"
            f'{ranges["Approved on"]},"<"&{day})'
        )
        same_day_above = f"COUNTIFS({above[0]},{name},{above[2]},1,{above[1]},{day})"
        formulas = (
            f'IF({exists},TRIM({household}&""),"")',
            f'IF({name}="","",IF({approved}="","",IF(ISNUMBER({approved}),INT({approved}),NA())))',
            f'IF({day}="",0,IF(COUNTIFS({children},TRIM({child}&""),{agreed},1)>0,1,0))',
            f'IF({in_cohort}=0,"",IF({earlier}+{same_day_above}=0,{day},""))',
        )
        for offset, formula in enumerate(formulas):
            column = _HOUSEHOLD_COLUMN + offset
            calculate(page, row, column, f"={formula}", by_column[offset])
    return ranges["Counts on"]
