"""The workings of the placements and the carer households, a row each, in plain formulas."""

from __future__ import annotations

from datetime import date

from xlpbr import cells
from xlpbr.contract.evidence import COLUMNS
from xlpbr.workbook.template.page import TemplatePage, put_formula
from xlpbr.workbook.template.plan import (
    FIRST_TABLE_ROW,
    TABLE_HEADING_ROW,
    TemplatePlan,
    column_of,
    fixed,
)
from xlpbr.workbook.template.working_places import (
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
        "Child": "text", "Agreed": "count", "Counts from": "date", "Counts until": "date",
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
        f'IF(OR({answer}="yes",{answer}="y",{answer}="true"),1,0))',
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
            f'IF({exists},TRIM({household}&""),"")',
            f'IF({name}="","",IF({approved}="","",IF(ISNUMBER({approved}),INT({approved}),NA())))',
            f'IF({day}="",0,IF(COUNTIF({children},TRIM({child}&""))>0,1,0))',
            f'IF({in_cohort}=0,"",IF({earlier}+{same_day_above}=0,{day},""))',
        )
        for offset, formula in enumerate(formulas):
            column = HOUSEHOLD_COLUMN + offset
            put_formula(page, row, column, f"={formula}", by_column[offset])
