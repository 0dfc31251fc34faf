"""The workings of the placements and the carer households, a row each, in plain formulas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from xlpbr import cells
from xlpbr.contract.evidence import COLUMNS
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan, fixed
from xlpbr.workbook.template.working_places import (
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

    def saved(days: str) -> str:
        # A seventh of the week's saving a day; ROUND to 8 places takes away what the
        # computer's binary arithmetic adds, so that a half penny is rounded up as written.
        return counted(f"ROUND(ROUND({weekly}*{here(days)}/7,8),2)")

    answer = f'LOWER(TRIM({agreed}&""))'
    type_of_row = f'LOWER(TRIM({kind}&""))'
    numbers = f"AND(ISNUMBER({before}),ISNUMBER({after}),ISNUMBER({moved}))"
    return {
        "Child": f'IF({exists},TRIM({child}&""),"")',
        "Agreed": f'IF({here("Child")}="",0,'
        f'IF(OR({answer}="no",{answer}="n",{answer}="false"),0,1))',
        "Saving a week": f'IF({here("Agreed")}=0,"",IF({moved}="","",'
        f"IF({numbers},ROUND({before}-{after},8),NA())))",
        "Counts from": counted(f"MAX(INT({moved}),{start})"),
        "Counts until": counted(
            f'IF({ended}="",{cells.serial_of(_FAR_AWAY)},IF(ISNUMBER({ended}),INT({ended})-1,NA()))'
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
    children, agreed = workings.placements["Child"], workings.placements["Agreed"]
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
        "Household": f'IF({exists},TRIM({household}&""),"")',
        "Approved on": f'IF({name}="","",IF({approved}="","",'
        f"IF(ISNUMBER({approved}),INT({approved}),NA())))",
        "Child in cohort": f'IF({day}="",0,'
        f'IF(COUNTIFS({children},TRIM({child}&""),{agreed},1)>0,1,0))',
        "Counts on": f'IF({in_cohort}=0,"",IF({earlier}+{same_day_above}=0,{day},""))',
    }
