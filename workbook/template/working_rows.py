"""The workings of the placements and the carer households, a row each, in plain formulas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from xlpbr import cells
from xlpbr.contract.evidence import COLUMNS
from xlpbr.workbook.template.native_reads import (
    day_in,
    month_in,
    name_in,
    number_in,
    to_15_digits,
)
from xlpbr.workbook.template.page import TemplatePage, put_formula
from xlpbr.workbook.template.plan import (
    FIRST_TABLE_ROW,
    TABLE_HEADING_ROW,
    TemplatePlan,
    column_of,
    fixed,
)
from xlpbr.workbook.template.working_places import (
    CLAIM_COLUMN,
    CLAIM_HEADINGS,
    HEADING_ROW,
    HOUSEHOLD_COLUMN,
    HOUSEHOLD_HEADINGS,
    PLACEMENT_COLUMN,
    PLACEMENT_HEADINGS,
    Workings,
    prepared_rows,
    write_title,
)

_FAR_AWAY = date(9999, 12, 31)
"""The last day of a placement that has not ended."""


def _input(plan: TemplatePlan, table: str, heading: str, number: int) -> str:
    """A cell of an input table by its row's number; the range moves with the table."""
    column = [column.heading for column in COLUMNS[table]].index(heading) + 1
    last = TABLE_HEADING_ROW + prepared_rows(plan, table)
    return f"INDEX({column_of(plan, table, column, FIRST_TABLE_ROW, last)},{number})"


def _row_exists(plan: TemplatePlan, table: str, number: int) -> str:
    last = TABLE_HEADING_ROW + prepared_rows(plan, table)
    return f"ROWS({column_of(plan, table, 1, FIRST_TABLE_ROW, last)})>={number}"


def write_placements(page: TemplatePage, plan: TemplatePlan, workings: Workings) -> None:
    """Write what each placement saved, to the days that the checks need."""
    styles = page.styles
    write_title(page, PLACEMENT_COLUMN, "the placements, and the month that is checked",
           PLACEMENT_HEADINGS)  # fmt: skip
    kinds = {
        "Child": "text", "Agreed": "count", "Moved on": "date", "Ended on": "date",
        "Counts from": "date", "Counts until": "date",
        "Days before the month": "count", "Days to month end": "count",
        "Days to the last day": "count", "Counts for the bonus": "count",
    }  # fmt: skip
    by_heading = {
        heading: styles.cell(kinds.get(heading, "money"), "working")
        for heading in PLACEMENT_HEADINGS
    }
    for number in range(1, prepared_rows(plan, "Placements") + 1):
        row = HEADING_ROW + number
        formulas = _formulas_of_placement(plan, workings, row, number)
        for column, heading in enumerate(PLACEMENT_HEADINGS, start=PLACEMENT_COLUMN):
            put_formula(page, row, column, f"={formulas[heading]}", by_heading[heading])


def _formulas_of_placement(
    plan: TemplatePlan, workings: Workings, row: int, number: int
) -> dict[str, str]:
    at = workings.terms
    start, end, last = at["Starts on"], at["Ends on"], at["Last day known"]
    child, kind, before, after, moved, ended, agreed = (
        _input(plan, "Placements", column.heading, number) for column in COLUMNS["Placements"]
    )

    def here(heading: str) -> str:
        return fixed(row, PLACEMENT_COLUMN + PLACEMENT_HEADINGS.index(heading))

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
    exists = _row_exists(plan, "Placements", number)
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
    styles = page.styles
    write_title(page, HOUSEHOLD_COLUMN, "the carer households", HOUSEHOLD_HEADINGS)
    kinds = ("text", "date", "count", "date")
    by_column = [styles.cell(kind, "working") for kind in kinds]
    rows = prepared_rows(plan, "Carers")
    ranges = workings.households
    children = workings.placements["Child"]
    for number in range(1, rows + 1):
        row = HEADING_ROW + number
        household, approved, child = (
            _input(plan, "Carers", column.heading, number) for column in COLUMNS["Carers"]
        )
        name, day, in_cohort, _ = (fixed(row, HOUSEHOLD_COLUMN + offset) for offset in range(4))
        above = [
            f"{fixed(HEADING_ROW, HOUSEHOLD_COLUMN + offset)}"
            f":{fixed(row - 1, HOUSEHOLD_COLUMN + offset)}"
            for offset in range(3)
        ]
        exists = _row_exists(plan, "Carers", number)
        earlier = (
            f"COUNTIFS({ranges['Household']},{name},{ranges['Child in cohort']},1,"
            f'{ranges["Approved on"]},"<"&{day})'
        )
        same_day_above = f"COUNTIFS({above[0]},{name},{above[2]},1,{above[1]},{day})"
        formulas = (
            f'IF({exists},{name_in(household)},"")',
            f'IF({name}="","",IF({approved}="","",{day_in(approved)}))',
            f'IF({day}="",0,IF(COUNTIF({children},{name_in(child)})>0,1,0))',
            f'IF({in_cohort}=0,"",IF({earlier}+{same_day_above}=0,{day},""))',
        )
        for offset, formula in enumerate(formulas):
            column = HOUSEHOLD_COLUMN + offset
            put_formula(page, row, column, f"={formula}", by_column[offset])


def write_claims(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the month and the amount of each claim, as they are read."""
    styles = page.styles
    write_title(page, CLAIM_COLUMN, "the claims", CLAIM_HEADINGS)
    for number in range(1, prepared_rows(plan, "Claims") + 1):
        row = HEADING_ROW + number
        month, invoiced = (_input(plan, "Claims", heading, number) for heading in CLAIM_HEADINGS)
        exists = _row_exists(plan, "Claims", number)
        month_here = fixed(row, CLAIM_COLUMN)
        formulas = (
            f'IF({exists},IF({month}="","",{month_in(month)}),"")',
            f'IF({month_here}="","",{number_in(invoiced)})',
        )
        for offset, (formula, kind) in enumerate(zip(formulas, ("month", "money"), strict=True)):
            style = styles.cell(kind, "working")
            put_formula(page, row, CLAIM_COLUMN + offset, f"={formula}", style)
