"""The workings of the Checks sheet: the contract worked out again in plain Excel formulas.

No PBR_ function is called here: terms, months, placements and households are read from the input
sheets and worked through with functions that every Excel has.
"""

from __future__ import annotations

from xlpbr import cells
from xlpbr.contract.known_rules import known_rules
from xlpbr.contract.terms import DEFAULTS, Term
from xlpbr.workbook.template.native_reads import day_in, number_in
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import (
    CHECK_MONTH,
    FIRST_MONTH_ROW,
    STATEMENT_COLUMNS,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.working_places import (
    DERIVED_TERMS,
    FIRST_ROW,
    MONTH_COLUMN,
    MONTHS,
    READ_TERMS,
    TERM_COLUMN,
    Workings,
    places_of_workings,
    write_block,
    write_title,
)
from xlpbr.workbook.template.working_rows import (
    write_claims,
    write_households,
    write_placements,
)

KNOWN = known_rules()
"""What the formulas work out.

An option that they do not know is read as #N/A, as is every figure that depends on it.
"""


def write_workings(page: TemplatePage, plan: TemplatePlan) -> Workings:
    """Write all workings beside the checks."""
    workings = places_of_workings(plan)
    _write_terms(page, plan, workings)
    write_placements(page, plan, workings)
    write_households(page, plan, workings)
    write_claims(page, plan)
    _write_month_workings(page, plan, workings)
    return workings


# Terms.


def _write_terms(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    styles = page.styles
    write_title(page, TERM_COLUMN, "the terms as read", ("Term", "Value"))
    names = plan.term_names
    unknown = {term.label: options for term, options in KNOWN.unknown}
    label = styles.cell("text", "working")
    row = FIRST_ROW
    for term in READ_TERMS:
        page.put(row, TERM_COLUMN, term.label, label)
        value = plan.term_cell(term.label)
        if term.kind == "option":
            default = f'"{next(iter(term.options))}"'
            read = f'LOWER(SUBSTITUTE(SUBSTITUTE(TRIM({value})," ","_"),"-","_"))'
            for option in unknown.get(term.label, ()):
                read = f'IF({read}="{option}",NA(),{read})'
        else:
            default = _default(term)
            read = day_in(value) if term.kind == "date" else number_in(value)
        missing = f'COUNTIF({names},"{term.label}")=0'
        formula = f'=IF({missing},{default},IF({value}="",{default},{read}))'
        style = styles.cell("text" if term.kind == "option" else term.kind, "working")
        page.put_formula(row, TERM_COLUMN + 1, formula, style)
        row += 1
    formulas = _derived(plan, workings)
    for name, kind in DERIVED_TERMS.items():
        page.put(row, TERM_COLUMN, name, label)
        page.put_formula(row, TERM_COLUMN + 1, f"={formulas[name]}", styles.cell(kind, "working"))
        row += 1


def _default(term: Term) -> str:
    """What a blank number or date means, as a formula writes it."""
    if term.required:
        return "NA()"
    default = DEFAULTS[term.label]
    return '""' if default is None else f"{cells.plain_number(default):g}"


def _derived(plan: TemplatePlan, workings: Workings) -> dict[str, str]:
    """What follows from the terms: the formula of each."""
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
    complete = _complete_months(start, end)
    return {
        "Fee without VAT": f'IF({at["VAT reading"]}="inclusive",'
        f"ROUND(ROUND({at['Fee']}/(1+{at['VAT rate']}),8),2),{at['Fee']})",
        "Last day known": f'IF({plan.as_at_cell}="",{end},MIN({day_in(plan.as_at_cell)},{end}))',
        "Last day of the fee term": f'IF({fee_months}="",{end},EDATE({start},{fee_months})-1)',
        "Months in the fee term": f'IF({fee_months}="",'
        f"{complete}+(EDATE({start},{complete})-1<{end}),{fee_months})",
        "Start as months": f"MONTH({start})+(DAY({start})-1)/DAY(EOMONTH({start},0))",
        "Fee term as months": f"{_as_months(start, term_end)}-{at['Start as months']}",
        "Month checked, first day": f"MAX({chosen}-DAY({chosen})+1,{start})",
        "Month checked, last day": f"MIN(EOMONTH({chosen},0),{last})",
        "Run rate at the end":
            f"ROUND(ROUND(SUM({placements['A week in place at the end']})*365/7,8),2)",
        "Saved to the end": f"ROUND(SUM({placements['Saved, for the bonus']}),2)",
        "Measured saving": f'IF({at["Bonus measure"]}="run_rate",{run_rate},'
        f'IF({at["Bonus measure"]}="lower",MIN({run_rate},{saved}),{saved}))',
        "Bonus due": f'IF(OR({at["Bonus rate"]}="",{at["Bonus threshold"]}="",{last}<>{end}),'
        f"0,{bonus})",
    }  # fmt: skip


def _years_earned(start: str, day: str) -> str:
    """The complete years since the start, and of the year begun the share of its months."""
    complete = f"INT({_complete_months(start, day)}/12)"
    begun = f"EDATE({start},12*{complete})"
    next_year = f"EDATE({begun},12)"
    so_far = f"{_as_months(start, day)}-({_as_months(start, f'({begun}-1)')})"
    whole = f"{_as_months(start, f'({next_year}-1)')}-({_as_months(start, f'({begun}-1)')})"
    return f"{complete}+MIN(1,({so_far})/({whole}))"


def _as_months(start: str, day: str) -> str:
    """The end of a day on a scale of months, on which 1 January begins at 1: 15 April is 4.5."""
    return f"12*(YEAR({day})-YEAR({start}))+MONTH({day})+DAY({day})/DAY(EOMONTH({day},0))"


def _complete_months(start: str, day: str) -> str:
    """Complete months from the start to the end of a day."""
    next_day = f"({day}+1)"
    apart = f"(12*(YEAR{next_day}-YEAR({start}))+MONTH{next_day}-MONTH({start}))"
    return f"({apart}-(EDATE({start},{apart})>{next_day}))"


def unknown_terms(workings: Workings) -> dict[str, str]:
    """By term, the condition under which the terms hold what the formulas do not know.

    Empty while they know everything that is declared.
    """
    found = {}
    for term, options in KNOWN.unknown:
        at = workings.terms[term.label]
        found[term.label] = (
            f"ISNA({at})" if options else f"NOT(IFERROR({at}={_default(term)},FALSE))"
        )
    return found


# Months.


def _write_month_workings(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    def formulas_of(row: int) -> dict[str, str]:
        first_day = workings.month("First day", row)
        return {
            heading: formula if heading == "First day" else f'IF({first_day}="","",{formula})'
            for heading, formula in _formulas_of_month(plan, workings, row).items()
        }

    write_block(
        page, MONTH_COLUMN, "the months, from savings to what is payable", MONTHS,
        plan.month_rows, formulas_of,
    )  # fmt: skip


def _formulas_of_month(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    at, approved = workings.terms, workings.households["Counts on"]
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]

    def here(heading: str) -> str:
        return workings.month(heading, row)

    def before(heading: str) -> str:
        # The cell above the first month is a heading, which counts as nothing.
        return f"N({workings.month(heading, row - 1)})"

    first_day, last_day, earned_by = here("First day"), here("Last day"), here("Earned by")
    saving_column = STATEMENT_COLUMNS["Saving"]
    saving = plan.on_sheet("Statement", FIRST_MONTH_ROW + row - FIRST_ROW, saving_column)
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
        "Share earned": f"IF({yearly},{_years_earned(start, earned_by)},"
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
        "Households": f'COUNTIFS({approved},">="&{first_day},{approved},"<="&{last_day})',
        "Carer fees": f"ROUND({at['Carer fee']}*{here('Households')},2)",
        "Bonus": f"IF({last_day}={end},{at['Bonus due']},0)",
        "Owed": f"ROUND({here('Fee')}+{here('Carer fees')}+{here('Bonus')},2)",
        "Payable": f'IF(OR({maximum}="",{at["Maximum reading"]}="warn"),{here("Owed")},'
        f"ROUND(MIN({here('Owed')},MAX(0,{maximum}-{payable_before})),2))",
        "Payable to date": f"ROUND({payable_before}+{here('Payable')},2)",
    }  # fmt: skip
