"""The workings of the placements and the carer households, a row each, in plain formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from xlpbr import cells
from xlpbr.contract.evidence import COLUMNS
from xlpbr.workbook.template.native_reads import (
    day_in,
    month_in,
    name_in,
    number_in,
    to_15_digits,
)
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan, fixed
from xlpbr.workbook.template.working_places import (
    CLAIM_COLUMN,
    CLAIMS,
    HEADING_ROW,
    HOUSEHOLD_COLUMN,
    HOUSEHOLDS,
    PLACEMENT_COLUMN,
    PLACEMENTS,
    Workings,
    write_block,
)

_FAR_AWAY = date(9999, 12, 31)
"""The last day of a placement that has not ended."""


def _inputs(plan: TemplatePlan, table: str, row: int) -> Iterator[str]:
    """Whether an input table has a row for one of the workings, and then the cells of that row.

    The ranges move with the table.
    """
    columns = [plan.evidence_column(table, column.heading) for column in COLUMNS[table]]
    number = row - HEADING_ROW
    yield f"ROWS({columns[0]})>={number}"
    yield from (f"INDEX({column},{number})" for column in columns)


def write_placements(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    """Write what each placement saved, to the days that the checks need."""
    write_block(
        page, PLACEMENT_COLUMN, "the placements, and the month that is checked", PLACEMENTS,
        plan.prepared_rows("Placements"), partial(_formulas_of_placement, plan, workings),
    )  # fmt: skip


def _formulas_of_placement(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    at = workings.terms
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]
    exists, child, kind, before, after, moved, ended, agreed = _inputs(plan, "Placements", row)

    def here(heading: str) -> str:
        return fixed(row, PLACEMENT_COLUMN + list(PLACEMENTS).index(heading))

    weekly = here("Saving a week")

    def counted(formula: str) -> str:
        return f'IF({weekly}="","",{formula})'

    def days_until(day: str) -> str:
        return counted(f"MAX(0,MIN({day},{here('Counts until')})-{here('Counts from')}+1)")

    def read(cell: str, how: Callable[[str], str]) -> str:
        return f'IF({here("Agreed")}=0,"",IF({cell}="","",{how(cell)}))'

    def saved(days: str) -> str:
        # A seventh of the week's saving a day. Whole sevenths of whole pounds are set aside, so
        # that ROUND to 12 places takes away no more than what the computer's binary arithmetic
        # adds, and a half penny is rounded up as written.
        pounds, count = f"INT(ABS({weekly}))", here(days)
        rest = f"ROUND(ABS({weekly})-{pounds},15-LEN({pounds}))"
        left = f"ROUND(ROUND((MOD({count}*{pounds},7)+{count}*{rest})/7,12),2)"
        return counted(f"SIGN({weekly})*(INT({count}*{pounds}/7)+{left})")

    answer = f'LOWER(TRIM({agreed}&""))'
    type_of_row = f'LOWER(TRIM({kind}&""))'
    prices = [here(heading) for heading in ("Residential weekly cost", "Family weekly cost")]
    return {
        "Child": f'IF({exists},{name_in(child)},"")',
        "Agreed": f'IF({here("Child")}="",0,'
        f'IF(OR({answer}="yes",{answer}="y",{answer}="true"),1,0))',
        "Residential weekly cost": read(before, number_in),
        "Family weekly cost": read(after, number_in),
        "Moved on": read(moved, day_in),
        "Ended on": read(ended, day_in),
        "Saving a week": f'IF({here("Moved on")}="","",IF(OR({prices[0]}="",{prices[1]}=""),NA(),'
        f"ROUND({to_15_digits(prices[0])}-{to_15_digits(prices[1])},11)))",
        "Counts from": counted(f"MAX({here('Moved on')},{start})"),
        "Counts until": counted(
            f'IF({here("Ended on")}="",{cells.serial_of(_FAR_AWAY)},{here("Ended on")}-1)'
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


def write_households(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    """Write the day on which each household counts: its first approval for the cohort."""
    write_block(
        page, HOUSEHOLD_COLUMN, "the carer households", HOUSEHOLDS,
        plan.prepared_rows("Carers"), partial(_formulas_of_household, plan, workings),
    )  # fmt: skip


def _formulas_of_household(plan: TemplatePlan, workings: Workings, row: int) -> dict[str, str]:
    ranges = workings.households
    children = workings.placements["Child"]
    exists, household, approved, child = _inputs(plan, "Carers", row)
    columns = range(HOUSEHOLD_COLUMN, HOUSEHOLD_COLUMN + 3)
    name, day, in_cohort = (fixed(row, column) for column in columns)
    above = [f"{fixed(HEADING_ROW, column)}:{fixed(row - 1, column)}" for column in columns]
    earlier = (
        f"COUNTIFS({ranges['Household']},{name},{ranges['Child in cohort']},1,"
        f'{ranges["Approved on"]},"<"&{day})'
    )
    same_day_above = f"COUNTIFS({above[0]},{name},{above[2]},1,{above[1]},{day})"
    return {
        "Household": f'IF({exists},{name_in(household)},"")',
        "Approved on": f'IF({name}="","",IF({approved}="","",{day_in(approved)}))',
        "Child in cohort": f'IF({day}="",0,IF(COUNTIF({children},{name_in(child)})>0,1,0))',
        "Counts on": f'IF({in_cohort}=0,"",IF({earlier}+{same_day_above}=0,{day},""))',
    }


def write_claims(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the month and the amount of each claim, as they are read."""
    write_block(
        page, CLAIM_COLUMN, "the claims", CLAIMS,
        plan.prepared_rows("Claims"), partial(_formulas_of_claim, plan),
    )  # fmt: skip


def _formulas_of_claim(plan: TemplatePlan, row: int) -> dict[str, str]:
    exists, month, invoiced, *_ = _inputs(plan, "Claims", row)
    return {
        "Month": f'IF({exists},IF({month}="","",{month_in(month)}),"")',
        "Invoiced": f'IF({fixed(row, CLAIM_COLUMN)}="","",{number_in(invoiced)})',
    }
