"""The workings of the Checks sheet: the contract worked out again in plain Excel formulas.

No PBR_ function is called here: terms, months, placements and households are read from the input
sheets and worked through with functions that every Excel has.
"""

from __future__ import annotations

from xlpbr import cells
from xlpbr.contract.evidence import ALL_COLUMNS
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
from xlpbr.workbook.template.working_life import write_life
from xlpbr.workbook.template.working_places import (
    DERIVED_TERMS,
    FIRST_ROW,
    HEADING_ROW,
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

KNOWN = known_rules(
    "fee_share", "bonus_measured_on", "phase_starts_on", "break_down_months", "break_down_amount",
    "terminated_on", "cohort", "prices", "costs", "signed",
    unused_fee=("carries", "lapses"),
    carer_fee_counts=("linked", "any"),
    carer_fee_due=("approved", "moved"),
    bonus_savings=("programme", "phase"),
    run_rate_year=("days_365", "weeks_52"),
    break_down_reimbursement=("none", "straight_line", "whole"),
    break_down_window=("move", "phase"),
    # Without rates for outcomes it has no effect.
    outcome_clock=("placement", "child"),
)  # fmt: skip
"""What the formulas work out.

An option that they do not know is read as #N/A, as is every figure that depends on it.
"""

VARIATIONS, RATES = "terms from a day on", "the table Rates"
"""What the formulas do not work out, by the name under which they say so."""


def write_workings(page: TemplatePage, plan: TemplatePlan) -> Workings:
    """Write all workings beside the checks."""
    workings = places_of_workings(plan)
    _write_terms(page, plan, workings)
    write_placements(page, plan, workings)
    write_households(page, plan, workings)
    write_claims(page, plan)
    write_life(page, plan, workings)
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
    at, rows = workings.terms, workings.rows
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]
    last_day, day = at["Last day of the contract"], at["Day of the bonus"]
    term_end, fee_months = at["Last day of the fee term"], at["Fee months"]
    chosen = fixed(*CHECK_MONTH)
    measured = at["Measured saving"]
    run_rate, saved = at["Run rate on that day"], at["Saved to that day"]
    above = f"MAX(0,{measured}-{at['Bonus threshold']})"
    all_of_it = f"IF(AND({measured}>={at['Bonus threshold']},{measured}>0),{measured},0)"
    bonus = (
        f'ROUND(ROUND({at["Bonus rate"]}*IF({at["Bonus shape"]}="whole",{all_of_it},{above}),8),2)'
    )
    complete = _complete_months(start, end)
    phase = f'IF({at["Phase starts on"]}="",{start},MAX({at["Phase starts on"]},{start}))'
    amount = at["Break-down amount"]
    return {
        "Fee without VAT": f'IF({at["VAT reading"]}="inclusive",'
        f"ROUND(ROUND({at['Fee']}/(1+{at['VAT rate']}),8),2),{at['Fee']})",
        "Last day of the contract":
            f'IF({at["Terminated on"]}="",{end},MIN({at["Terminated on"]},{end}))',
        "Last day known":
            f'IF({plan.as_at_cell}="",{last_day},MIN({day_in(plan.as_at_cell)},{last_day}))',
        "Last day of the fee term": f'IF({fee_months}="",{end},EDATE({start},{fee_months})-1)',
        "Months in the fee term": f'IF({fee_months}="",'
        f"{complete}+(EDATE({start},{complete})-1<{end}),{fee_months})",
        "Start as months": f"MONTH({start})+(DAY({start})-1)/DAY(EOMONTH({start},0))",
        "Fee term as months": f"{_as_months(start, term_end)}-{at['Start as months']}",
        "Month checked, first day": f"MAX({chosen}-DAY({chosen})+1,{start})",
        "Month checked, last day": f"MIN(EOMONTH({chosen},0),{last})",
        "Day of the bonus": f'IF({at["Bonus measured on"]}="",{end},{at["Bonus measured on"]})',
        "Day before the bonus counts": f'IF({at["Bonus savings"]}="phase",{phase},{start})-1',
        "Weeks in a year": f'IF({at["Run rate year"]}="weeks_52",52,365/7)',
        "Children in Cohort": f'COUNTIF({rows["Cohort"]["Child"]},"?*")',
        "Amount of a break-down": f'IF({amount}="",IF({at["Break-down reimbursement"]}="none",0,'
        f"{at['Fee without VAT']}/{at['Cohort size']}),{amount})",
        "Run rate on that day": _run_rate(workings, day),
        "Saved to that day": f"ROUND(SUM({rows['Placements']['Saved, for the bonus']})"
        f"-SUM({rows['Costs']['Cost, for the bonus']}),2)",
        "Measured saving": f'IF({at["Bonus measure"]}="run_rate",{run_rate},'
        f'IF({at["Bonus measure"]}="lower",MIN({run_rate},{saved}),{saved}))',
        "Bonus due": f'IF(OR({at["Bonus rate"]}="",{at["Bonus threshold"]}="",{last}<{day}),'
        f"0,{bonus})",
    }  # fmt: skip


def _run_rate(workings: Workings, day: str) -> str:
    """The yearly saving of what is in place on a day, less the weekly costs that are open."""
    placements, prices, costs = (
        workings.rows[table] for table in ("Placements", "Prices", "Costs")
    )
    in_place = "+".join(
        f'SUMIFS({ranges[weekly]},{ranges["Counts from"]},"<="&{day},'
        f'{ranges["Counts until"]},">="&{day},{ranges["Counts for the bonus"]},1)'
        for ranges, weekly in ((placements, "Saving a week"), (prices, "More saved a week"))
    )
    still_open = (
        f'SUMIFS({costs["Open, a week"]},{costs["From"]},"<="&{day},'
        f"{costs['Counts for the bonus']},1)"
    )
    return f"ROUND(ROUND(({in_place}-{still_open})*{workings.terms['Weeks in a year']},8),2)"


def _year_began(start: str, complete: str) -> str:
    """The first day of the contract's year in which a day is, by the complete months to it."""
    return f"EDATE({start},12*INT({complete}/12))"


def _years_earned(start: str, day: str, complete: str, begun: str) -> str:
    """The complete years since the start, and of the year begun the share of its months."""
    next_year = f"EDATE({begun},12)"
    so_far = f"{_as_months(start, day)}-({_as_months(start, f'({begun}-1)')})"
    whole = f"{_as_months(start, f'({next_year}-1)')}-({_as_months(start, f'({begun}-1)')})"
    return f"INT({complete}/12)+MIN(1,({so_far})/({whole}))"


def _as_months(start: str, day: str) -> str:
    """The end of a day on a scale of months, on which 1 January begins at 1: 15 April is 4.5."""
    return f"12*(YEAR({day})-YEAR({start}))+MONTH({day})+DAY({day})/DAY(EOMONTH({day},0))"


def _complete_months(start: str, day: str) -> str:
    """Complete months from the start to the end of a day."""
    next_day = f"({day}+1)"
    apart = f"(12*(YEAR{next_day}-YEAR({start}))+MONTH{next_day}-MONTH({start}))"
    return f"({apart}-(EDATE({start},{apart})>{next_day}))"


def unknown_terms(plan: TemplatePlan, workings: Workings) -> dict[str, str]:
    """By term or table, the condition under which it holds what the formulas do not know.

    Empty while they know everything that is declared.
    """
    found = {}
    for term, options in KNOWN.unknown:
        at = workings.terms[term.label]
        found[term.label] = (
            f"ISNA({at})" if options else f"NOT(IFERROR({at}={_default(term)},FALSE))"
        )
    if not KNOWN.varies:
        found[VARIATIONS] = _has_rows(plan.terms_from)
    for table in KNOWN.unknown_tables:
        if table in plan.sheets:
            found[f"the table {table}"] = table_has_rows(plan, table)
    return found


def table_has_rows(plan: TemplatePlan, table: str) -> str:
    """The condition under which an input table holds something."""
    if table not in plan.sheets:
        return "FALSE"
    return _has_rows(plan.evidence_column(table, ALL_COLUMNS[table][0].heading))


def _has_rows(cells_of_a_column: str) -> str:
    return f"ROWS({cells_of_a_column})>COUNTBLANK({cells_of_a_column})"


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
    at, rows = workings.terms, workings.rows
    due, placements, agreed = rows["Carers"]["Counts on"], rows["Placements"], rows["Agreed"]
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]

    def here(heading: str) -> str:
        return workings.month(heading, row)

    def before(heading: str) -> str:
        # The cell above the first month is a heading, which counts as nothing.
        return f"N({workings.month(heading, row - 1)})"

    def above(heading: str) -> str:
        return f"{workings.month(heading, HEADING_ROW)}:{workings.month(heading, row - 1)}"

    def so_far(heading: str) -> str:
        return f"{workings.month(heading, FIRST_ROW)}:{here(heading)}"

    first_day, last_day, earned_by = here("First day"), here("Last day"), here("Earned by")
    saving_column = STATEMENT_COLUMNS["Saving"]
    saving = plan.on_sheet("Statement", FIRST_MONTH_ROW + row - FIRST_ROW, saving_column)
    saved = here("Saving (Statement)")
    # Outcome fees are taken over: what they come to is not worked out here.
    outcomes = saving.replace(
        fixed(FIRST_MONTH_ROW + row - FIRST_ROW, saving_column),
        fixed(FIRST_MONTH_ROW + row - FIRST_ROW, STATEMENT_COLUMNS["Outcome fees"]),
    )
    if row == FIRST_ROW:
        first = f'IF({start}<={last},{start},"")'
    else:
        day_before = workings.month("Last day", row - 1)
        first = (
            f'IF({workings.month("First day", row - 1)}="","",'
            f'IF({day_before}<{last},{day_before}+1,""))'
        )
    whole_fee, yearly = f'{at["Fee reading"]}="up_to_cap"', f'{at["Fee period"]}="annual"'
    lapses = f'{at["Unused fee"]}="lapses"'
    year_end = f"EOMONTH(DATE(YEAR({last_day})+(MONTH({last_day})>3),3,1),0)"
    ahead = f"AND({whole_fee},OR({yearly},{lapses}))"
    year_before = here("Year before ended")
    fee = at["Fee without VAT"]
    share = _scheduled(at, earned_by, here("Complete months"), here("Contract year began"))
    share_before = _scheduled(
        at, year_before, here("Complete months then"), here("Contract year then began")
    )
    earned_before = f"IF({year_before}<{start},0,ROUND(ROUND({fee}*({share_before}),8),2))"
    lapsed = f'{earned_before}-SUMIFS({above("Fee")},{above("Last day")},"<="&{year_before})'
    savings = f"SUM({so_far('Saving (Statement)')})"
    measured = at["Day before the bonus counts"]
    counted = f'SUMIFS({so_far("Saving (Statement)")},{so_far("Last day")},">"&{measured})'
    accumulated = f'IF({at["Bonus counts"]}="foster",NA(),ROUND({counted},2))'
    maximum, payable_before = at["Contract maximum"], before("Payable to date")
    paid_back = here("Reimbursed")
    month = f"({first_day}-DAY({first_day})+1)"
    signed = "+".join(
        f"SUMIFS({agreed[heading]},{agreed['Month']},{month})"
        for heading in ("Payable", "Adjustment")
    )
    return {
        "First day": first,
        "Last day": f"MIN(EOMONTH({first_day},0),{last})",
        "Earned by": f"IF({ahead},MIN({end},{year_end}),{last_day})",
        "Complete months": _complete_months(start, earned_by),
        "Contract year began": _year_began(start, here("Complete months")),
        "Share earned": f"IF(AND({whole_fee},NOT({ahead})),1,{share})",
        "Fee entitlement to date": f"ROUND(ROUND({fee}*{here('Share earned')},8),2)",
        "Saving (Statement)": saving,
        "Drawn from": f'ROUND(IF({at["Savings reading"]}="cumulative",'
        f"{_share_of(at, savings)}-{before('Fee to date')},{_share_of(at, saved)}),2)",
        "Year before ended":
            f"DATE(YEAR({last_day})-(MONTH({last_day})<4),3,31)",
        "Complete months then": _complete_months(start, year_before),
        "Contract year then began": _year_began(start, here("Complete months then")),
        "Lapsed": f'IF(OR(NOT({lapses}),{at["Fee reading"]}="no_catch_up"),0,ROUND({lapsed},2))',
        "Ceiling": f"ROUND({here('Fee entitlement to date')}"
        f'-IF({at["Fee reading"]}="no_catch_up",{before("Fee entitlement to date")},'
        f"{before('Fee to date')})-{here('Lapsed')},2)",
        "Fee": f"MAX(0,MIN({here('Drawn from')},{here('Ceiling')}))",
        "Fee to date": f"ROUND({before('Fee to date')}+{here('Fee')},2)",
        "Households": f'COUNTIFS({due},">="&{first_day},{due},"<="&{last_day})',
        "Carer fees": f"ROUND({at['Carer fee']}*{here('Households')},2)",
        "Bonus": f"IF(AND({at['Day of the bonus']}>={first_day},"
        f"{at['Day of the bonus']}<={last_day}),{at['Bonus due']},0)",
        "Break-downs": f'ROUND(SUMIFS({placements["Reimbursed"]},{placements["Ended on"]},'
        f'">="&{first_day},{placements["Ended on"]},"<="&{last_day}),2)',
        "Reimbursed": f"ROUND(MIN({here('Break-downs')},{here('Fee to date')}"
        f"-{before('Reimbursed to date')}),2)",
        "Reimbursed to date": f"ROUND({before('Reimbursed to date')}+{paid_back},2)",
        "Owed": f"ROUND({here('Fee')}+{here('Carer fees')}+N({outcomes})+{here('Bonus')}"
        f"-{paid_back},2)",
        "Payable": f'IF(OR({maximum}="",{at["Maximum reading"]}="warn"),{here("Owed")},'
        f"ROUND(MIN({here('Owed')},MAX(0,{maximum}-{payable_before}+{paid_back})-{paid_back}),2))",
        "Payable to date": f"ROUND({payable_before}+{here('Payable')},2)",
        "Adjustment": f"ROUND({before('Payable')}+{before('Adjustment')}-{before('To invoice')},2)",
        "To invoice": f"ROUND(IF(COUNTIFS({agreed['Month']},{month})>0,{signed},"
        f"{here('Payable')}+{here('Adjustment')}),2)",
        "Run rate": _run_rate(workings, last_day),
        "Measured for the bonus": f'IF({at["Bonus measure"]}="run_rate",{here("Run rate")},'
        f'IF({at["Bonus measure"]}="lower",MIN({here("Run rate")},{accumulated}),{accumulated}))',
        "Differs from agreed": f"IF(COUNTIFS({agreed['Month']},{month})=0,0,"
        f"(ROUND(SUMIFS({agreed['Payable']},{agreed['Month']},{month})-{here('Payable')},2)<>0)*1)",
    }  # fmt: skip


def _share_of(at: dict[str, str], saving: str) -> str:
    """What of a saving the fee may take, rounded to the penny."""
    share = at["Fee share"]
    return f"IF({share}=1,{saving},ROUND(ROUND({share}*{saving},8),2))"


def _scheduled(at: dict[str, str], day: str, complete: str, begun: str) -> str:
    """The share of the fee that the schedule has earned at the end of a day of the programme.

    Args:
        at: the terms.
        day: the cell of the day.
        complete: the cell of the complete months to its end.
        begun: the cell of the day on which the contract's year began.
    """
    start, term_end, basis = (
        at[name] for name in ("Starts on", "Last day of the fee term", "Pro rata basis")
    )
    months_earned = f"({_as_months(start, day)}-{at['Start as months']})"
    by_basis = (
        f'IF({basis}="days",({day}-{start}+1)/({term_end}-{start}+1),'
        f'IF({basis}="whole_months",'
        f"{complete}/{at['Months in the fee term']},"
        f"{months_earned}/{at['Fee term as months']}))"
    )
    return (
        f'IF({at["Fee period"]}="annual",{_years_earned(start, day, complete, begun)},'
        f"IF({day}>={term_end},1,{by_basis}))"
    )
