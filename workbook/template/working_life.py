"""The workings of the optional tables, a row each, in plain formulas: children, prices, costs.

A change of price is worked out as what it saves more a week from its day on, so that a placement's
saving is that of its own prices and what each change adds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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
    BLOCKS,
    COLUMN_OF,
    Workings,
    cell_of,
    cells_above,
    write_block,
)
from xlpbr.workbook.template.working_sums import a_seventh, days_of, inputs_of, is_yes


def write_life(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    """Write the workings of every optional table that a statement is worked out from."""
    for table, (title, formulas_of) in _BLOCKS.items():
        write_block(
            page, COLUMN_OF[table], title, BLOCKS[table], plan.prepared_rows(table),
            partial(formulas_of, plan, workings),
        )  # fmt: skip


def _formulas_of_child(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    exists, child, leaves = inputs_of(plan, "Cohort", row)
    ranges = workings.rows["Cohort"]
    name, day = (cell_of("Cohort", heading, row) for heading in ("Child", "Leaves care on"))
    above = [cells_above("Cohort", heading, row) for heading in ("Child", "Leaves care on")]
    earlier = (
        f'COUNTIFS({ranges["Child"]},{name},{ranges["Leaves care on"]},"<"&{day})'
        f"+COUNTIFS({above[0]},{name},{above[1]},{day})"
    )
    parts = cell_of("Cohort", "Leaves care on, in parts", row)
    return {
        "Child": f'IF({exists},{name_in(child)},"")',
        "Leaves care on, in parts": f'IF({name}="","",{in_parts(leaves)})',
        "Leaves care on": f'IF({parts}="","",{day_from(parts, leaves)})',
        "First": f'IF({day}="",0,IF({earlier}=0,1,0))',
    }


def _formulas_of_price(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    exists, child, starts, *given = inputs_of(plan, "Prices", row)
    ranges, placements = workings.rows["Prices"], workings.rows["Placements"]

    def here(heading: str) -> str:
        return cell_of("Prices", heading, row)

    name, day, placement = here("Child"), here("From"), here("Placement")

    def of_placement(heading: str) -> str:
        return f"INDEX({placements[heading]},{placement})"

    found = {
        "Child": f'IF({exists},{name_in(child)},"")',
        "From, in parts": f'IF({name}="","",{in_parts(starts)})',
        "From": f'IF({name}="","",{day_from(here("From, in parts"), starts)})',
        "Placement": f'IF({name}="",0,SUMIFS({placements["Row"]},{placements["Child"]},{name},'
        f'{placements["Moved on"]},"<"&{day},{placements["Counts until"]},">="&{day}))',
    }
    more = []
    for cost, cell in zip(("Residential", "Family"), given, strict=True):
        heading, number = f"{cost} weekly cost", here(f"{cost} changes before")
        price = here(heading)
        # A change of the same price and placement, numbered in the order of time.
        same = f"{ranges['Placement']},{placement}"
        found[heading] = f'IF({placement}=0,"",IF({cell}="","",{number_in(cell)}))'
        found[f"{cost} changes before"] = (
            f'IF({placement}=0,"",IF({price}="","",'
            f'COUNTIFS({same},{ranges["From"]},"<"&{day},{ranges[heading]},">=0")))'
        )
        before = (
            f"IF({number}=0,{of_placement(heading)},SUMIFS({ranges[heading]},{same},"
            f"{ranges[f'{cost} changes before']},{number}-1))"
        )
        more.append(f'IF({price}="",0,{to_15_digits(price)}-({before}))')
    found["More saved a week"] = f'IF({placement}=0,"",ROUND({more[0]}-({more[1]}),11))'
    found["Counts from"] = f'IF({placement}=0,"",MAX({day},{workings.terms["Starts on"]}))'
    for heading in ("Counts until", "Counts for the bonus"):
        found[heading] = f'IF({placement}=0,"",{of_placement(heading)})'
    for when, last in days_of(workings).items():
        days = f"MAX(0,MIN({last},{here('Counts until')})-{here('Counts from')}+1)"
        found[f"7 x {when}"] = f'IF({placement}=0,"",{here("More saved a week")}*{days})'
    return found


def _formulas_of_cost(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    exists, child, starts, ends, weekly, once, _, agreed = inputs_of(plan, "Costs", row)
    at, placements = workings.terms, workings.rows["Placements"]

    def here(heading: str) -> str:
        return cell_of("Costs", heading, row)

    name, counts = here("Child"), here("Counts")
    moved = f'COUNTIFS({placements["Child"]},{name},{placements["Moved on"]},">0")'
    fostered = f"COUNTIFS({placements['Child']},{name},{placements['Counts for the bonus']},1)"

    def if_counted(formula: str) -> str:
        return f'IF({counts}=0,"",{formula})'

    def amount(cell: str) -> str:
        return if_counted(f'IF({cell}="",0,{number_in(cell)})')

    to_in_parts = here("To, in parts")
    found = {
        "Child": f'IF({exists},{name_in(child)},"")',
        "Counts": f'IF({name}="",0,IF(AND({is_yes(agreed)},{moved}>0),1,0))',
        "From, in parts": if_counted(in_parts(starts)),
        "From": if_counted(day_from(here("From, in parts"), starts)),
        "To, in parts": if_counted(in_parts(ends)),
        "To": f'IF({to_in_parts}="","",{day_from(to_in_parts, ends)})',
        "Weekly": amount(weekly),
        "Once": amount(once),
        "Counts for the bonus": f'IF({counts}=0,"",IF({fostered}>0,1,0))',
        "Open, a week": f'IF({counts}=0,"",IF({here("To")}="",{here("Weekly")},0))',
    }
    start = at["Starts on"]
    for when, last in days_of(workings).items():
        until = f'IF({here("To")}="",{last},MIN({last},{here("To")}))'
        days = f"MAX(0,{until}-MAX({here('From')},{start})+1)"
        is_due = (
            f"AND({here('From')}>={start},{here('From')}<={at['Last day of the contract']},"
            f"{here('From')}<={last})"
        )
        found[f"7 x {when}"] = (
            f'IF({counts}=0,"",ROUND({here("Weekly")}*{days}+IF({is_due},7*{here("Once")},0),8))'
        )
        found[f"Cost {when}"] = f'IF({counts}=0,"",{a_seventh(here(f"7 x {when}"))})'
    return {
        **found,
        "Cost of the month": f'IF({counts}=0,"",'
        f"ROUND({here('Cost to month end')}-{here('Cost before the month')},2))",
        "Cost, for the bonus": f'IF({counts}=0,"",ROUND(({here("Cost to the bonus")}'
        f"-{here('Cost before the bonus counts')})*{here('Counts for the bonus')},2))",
    }


def _formulas_of_agreed(plan: TemplatePlan, _: Workings, row: int) -> dict[str, str]:
    exists, month, payable, adjustment = inputs_of(plan, "Agreed", row)
    day = cell_of("Agreed", "Month", row)
    parts = cell_of("Agreed", "Month, in parts", row)
    return {
        "Month, in parts": f'IF({exists},{in_parts(month)},"")',
        "Month": f'IF({parts}="","",EOMONTH({month_from(parts, month)},-1)+1)',
        "Payable": f'IF({day}="","",{number_in(payable)})',
        "Adjustment": f'IF({day}="","",IF({adjustment}="",0,{number_in(adjustment)}))',
    }


_BLOCKS: dict[str, tuple[str, Callable[[TemplatePlan, Workings, int], dict[str, str]]]] = {
    "Cohort": ("the children of the cohort", _formulas_of_child),
    "Prices": ("the changes of price", _formulas_of_price),
    "Costs": ("the further costs", _formulas_of_cost),
    "Agreed": ("the months that are agreed", _formulas_of_agreed),
}
"""By table what its workings are called, and the formulas of a row of them."""
