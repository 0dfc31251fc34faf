"""The workings of placements, carer households and claims, a row each, in plain formulas."""

from __future__ import annotations

from datetime import date
from functools import partial

from xlpbr import cells
from xlpbr.workbook.template.native_reads import (
    day_from,
    in_parts,
    month_from,
    name_in,
    number_in,
    to_15_digits,
)
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan
from xlpbr.workbook.template.working_places import (
    CLAIMS,
    COLUMN_OF,
    HEADING_ROW,
    HOUSEHOLDS,
    PLACEMENTS,
    Workings,
    cell_of,
    cells_above,
    write_block,
)
from xlpbr.workbook.template.working_sums import a_seventh, days_of, inputs_of, is_yes

_FAR_AWAY = date(9999, 12, 31)
"""The last day of a placement that has not ended."""


def write_placements(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    """Write what each placement saved, to the days that the checks need."""
    write_block(
        page, COLUMN_OF["Placements"], "the placements, and the month that is checked", PLACEMENTS,
        plan.prepared_rows("Placements"), partial(_formulas_of_placement, plan, workings),
    )  # fmt: skip


def _formulas_of_placement(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    at, cohort, prices = workings.terms, workings.rows["Cohort"], workings.rows["Prices"]
    start = at["Starts on"]
    exists, child, kind, before, after, moved, ended, agreed, because = inputs_of(
        plan, "Placements", row
    )

    def here(heading: str) -> str:
        return cell_of("Placements", heading, row)

    weekly, name = here("Saving a week"), here("Child")

    def counted(formula: str) -> str:
        return f'IF({weekly}="","",{formula})'

    def if_agreed(formula: str) -> str:
        return f'IF({here("Agreed")}=0,"",{formula})'

    def price(cell: str) -> str:
        return if_agreed(f'IF({cell}="","",{number_in(cell)})')

    costs = [here(heading) for heading in ("Residential weekly cost", "Family weekly cost")]
    type_of_row = f'LOWER(TRIM({kind}&""))'
    in_cohort = f"OR({at['Children in Cohort']}=0,COUNTIF({cohort['Child']},{name})>0)"
    leaves, entered = here("Leaves care on"), here("Ended on, as entered")
    moved_in_parts, ended_in_parts = here("Moved on, in parts"), here("Ended on, in parts")
    leaving = f"SUMIFS({cohort['Leaves care on']},{cohort['Child']},{name},{cohort['First']},1)"
    why = f'LOWER(TRIM(SUBSTITUTE(SUBSTITUTE({because}&"","_"," "),"-"," ")))'
    earlier = _earlier(workings, "Placements", "Child", "Moved on", row)
    found = {
        "Row": f"{row - HEADING_ROW}",
        "Child": f'IF({exists},{name_in(child)},"")',
        "Agreed": f'IF({name}="",0,IF(AND({is_yes(agreed)},{in_cohort}),1,0))',
        "Residential weekly cost": price(before),
        "Family weekly cost": price(after),
        "Moved on, in parts": if_agreed(in_parts(moved)),
        "Moved on": _day_of(moved_in_parts, moved),
        "Leaves care on": if_agreed(f'IF({leaving}=0,"",{leaving})'),
        "Ended on, in parts": if_agreed(in_parts(ended)),
        "Ended on, as entered": _day_of(ended_in_parts, ended),
        "Ended on": if_agreed(
            f'IF({entered}="",{leaves},IF({leaves}="",{entered},MIN({entered},{leaves})))'
        ),
        "Broke down": f'IF({here("Moved on")}="",0,'
        f'IF(OR({entered}="",{here("Ended on")}={leaves}),0,'
        f'IF(OR({why}="",{why}="broke down"),1,0)))',
        "First move": f'IF({here("Moved on")}="",0,IF({earlier}=0,1,0))',
        "Saving a week": f'IF({here("Moved on")}="","",IF(OR({costs[0]}="",{costs[1]}=""),NA(),'
        f"ROUND({to_15_digits(costs[0])}-{to_15_digits(costs[1])},11)))",
        "Counts from": counted(f"MAX({here('Moved on')},{start})"),
        "Counts until": counted(
            f'IF({here("Ended on")}="",{cells.serial_of(_FAR_AWAY)},{here("Ended on")}-1)'
        ),
        "Counts for the bonus": counted(
            f'IF(OR({at["Bonus counts"]}="family",{type_of_row}="",{type_of_row}="foster"),1,0)'
        ),
    }
    for day, last in days_of(workings).items():
        sevenfold = here(f"7 x {day}")
        more = f"SUMIFS({prices[f'7 x {day}']},{prices['Placement']},{here('Row')})"
        found[f"Days {day}"] = counted(
            f"MAX(0,MIN({last},{here('Counts until')})-{here('Counts from')}+1)"
        )
        found[f"7 x {day}"] = counted(f"ROUND({here(f'Days {day}')}*{weekly}+{more},8)")
        found[f"Saved {day}"] = counted(a_seventh(sevenfold))
    return {
        **found,
        "Saved in the month": counted(
            f"ROUND({here('Saved to month end')}-{here('Saved before the month')},2)"
        ),
        "Saved, for the bonus": counted(
            f"ROUND(({here('Saved to the bonus')}-{here('Saved before the bonus counts')})"
            f"*{here('Counts for the bonus')},2)"
        ),
        **_reimbursement(workings, row),
    }


def _day_of(parts: str, cell: str) -> str:
    """The day in a cell of an input table whose parts stand in another cell."""
    return f'IF({parts}="","",{day_from(parts, cell)})'


def _earlier(workings: Workings, table: str, name: str, day: str, row: int) -> str:
    """How many rows of the same name come first: by their day, then as they stand."""
    ranges = workings.rows[table]
    here = cell_of(table, day, row)
    whose = cell_of(table, name, row)
    above = [cells_above(table, heading, row) for heading in (name, day)]
    return (
        f'COUNTIFS({ranges[name]},{whose},{ranges[day]},"<"&{here})'
        f"+COUNTIFS({above[0]},{whose},{above[1]},{here})"
    )


def _reimbursement(workings: Workings, row: int) -> dict[str, str]:
    """What a break-down pays back, and what of it the limit of its child leaves."""
    at, ranges = workings.terms, workings.rows["Placements"]

    def here(heading: str) -> str:
        return cell_of("Placements", heading, row)

    broke, ended, moved = here("Broke down"), here("Ended on"), here("Moved on")
    by_phase = f'{at["Break-down window"]}="phase"'
    first, last = here("Window from"), here("Window until")
    in_time = (
        f"AND({ended}>={at['Starts on']},{ended}<={at['Last day of the contract']},"
        f"{ended}>={first},{ended}<={last})"
    )
    amount, limit = (
        at["Amount of a break-down"],
        f"ROUND(ROUND({at['Amount of a break-down']},8),2)",
    )
    left = f"ROUND(ROUND({amount}*({last}-{ended}+1)/({last}-{first}+1),8),2)"
    shape = f'IF({at["Break-down reimbursement"]}="whole",{limit},{left})'
    above = [cells_above("Placements", one, row) for one in ("Pays back", "Child", "Ended on")]
    before = (
        f"(SUMIFS({ranges['Pays back']},{ranges['Child']},{here('Child')},{ranges['Ended on']},"
        f'"<"&{ended})+SUMIFS({above[0]},{above[1]},{here("Child")},{above[2]},{ended}))'
    )
    return {
        "Window from": f'IF({broke}=0,"",IF({by_phase},'
        f'IF({at["Phase starts on"]}="",{at["Starts on"]},{at["Phase starts on"]}),{moved}))',
        "Window until": f'IF({broke}=0,"",IF({by_phase},{at["Ends on"]},'
        f"EDATE({moved},{at['Break-down months']})-1))",
        "Pays back": f'IF({broke}=0,0,IF({at["Break-down reimbursement"]}="none",0,'
        f"IF({in_time},{shape},0)))",
        "Reimbursed": f"IF({here('Pays back')}=0,0,ROUND(MIN({limit},{before}+{here('Pays back')})"
        f"-MIN({limit},{before}),2))",
    }


def write_households(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    """Write the day on which each household counts: the first on which its fee falls due."""
    write_block(
        page, COLUMN_OF["Carers"], "the carer households", HOUSEHOLDS,
        plan.prepared_rows("Carers"), partial(_formulas_of_household, plan, workings),
    )  # fmt: skip


def _formulas_of_household(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    at, ranges = workings.terms, workings.rows["Carers"]
    placements, cohort = workings.rows["Placements"], workings.rows["Cohort"]
    exists, household, approved, child = inputs_of(plan, "Carers", row)
    name, whose, parts, day, in_cohort, due = (
        cell_of("Carers", heading, row)
        for heading in (
            "Household", "Child", "Approved on, in parts", "Approved on", "Child in cohort",
            "Due on",
        )
    )  # fmt: skip
    linked = (
        f"IF({at['Children in Cohort']}>0,COUNTIF({cohort['Child']},{whose}),"
        f"COUNTIF({placements['Child']},{whose}))"
    )
    moves = f"{placements['Child']},{whose},{placements['First move']},1"
    moved = f"SUMIFS({placements['Moved on']},{moves})"
    too_early = (
        f"COUNTIFS({ranges['Household']},{name},{ranges['Child in cohort']},1,"
        f'{ranges["Approved on"]},"<"&{at["Starts on"]})'
    )
    is_first = f"{_earlier(workings, 'Carers', 'Household', 'Due on', row)}+{too_early}=0"
    return {
        "Household": f'IF({exists},{name_in(household)},"")',
        "Child": f'IF({name}="","",{name_in(child)})',
        "Approved on, in parts": f'IF({name}="","",{in_parts(approved)})',
        "Approved on": _day_of(parts, approved),
        "Child in cohort": f'IF({day}="",0,IF({at["Carer fee counts"]}="any",1,'
        f"IF({linked}>0,1,0)))",
        "Due on": f'IF({in_cohort}=0,"",IF({at["Carer fee due"]}="moved",'
        f'IF({child}="","",IF({moved}=0,"",MAX({day},{moved}))),{day}))',
        "Counts on": f'IF({due}="","",IF({is_first},{due},""))',
    }


def write_claims(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the month and the amount of each claim, as they are read."""
    write_block(
        page, COLUMN_OF["Claims"], "the claims", CLAIMS,
        plan.prepared_rows("Claims"), partial(_formulas_of_claim, plan),
    )  # fmt: skip


def _formulas_of_claim(plan: TemplatePlan, row: int) -> dict[str, str]:
    exists, month, invoiced, *_ = inputs_of(plan, "Claims", row)
    parts = cell_of("Claims", "Month, in parts", row)
    return {
        "Month, in parts": f'IF({exists},{in_parts(month)},"")',
        "Month": f'IF({parts}="","",{month_from(parts, month)})',
        "Invoiced": f'IF({cell_of("Claims", "Month", row)}="","",{number_in(invoiced)})',
    }
