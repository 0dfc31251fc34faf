"""What the workings of input tables have in common: how rows are read, and a seventh."""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.workbook.template.plan import TemplatePlan
from xlpbr.workbook.template.working_places import DAYS, HEADING_ROW, Workings


def inputs_of(plan: TemplatePlan, table: str, row: int) -> Iterator[str]:
    """Whether an input table has a row for one of the workings, and then the cells of that row.

    The ranges move with the table. Of an optional table that the workbook does not have, no row
    is there.
    """
    columns = [column for column in ALL_COLUMNS[table] if not column.is_remark]
    if table not in plan.sheets:
        yield "FALSE"
        yield from ['""'] * len(columns)
        return
    places = [plan.evidence_column(table, column.heading) for column in columns]
    number = row - HEADING_ROW
    yield f"ROWS({places[0]})>={number}"
    yield from (f"INDEX({place},{number})" for place in places)


def is_yes(cell: str) -> str:
    """The condition that both parties agree a row."""
    answer = f'LOWER(TRIM({cell}&""))'
    return f'OR({answer}="yes",{answer}="y",{answer}="true")'


def days_of(workings: Workings) -> dict[str, str]:
    """The last day of each of the times up to which rows are worked out."""
    at = workings.terms
    return dict(
        zip(
            DAYS,
            (
                f"({at['Month checked, first day']}-1)", at["Month checked, last day"],
                at["Last day known"], at["Day of the bonus"], at["Day before the bonus counts"],
            ),
            strict=True,
        )
    )  # fmt: skip


def a_seventh(cell: str) -> str:
    """A seventh of the pounds in a cell, to the penny, half away from zero.

    Whole sevenths of whole pounds are set aside, so that ROUND to 12 places takes away no more
    than what the computer's binary arithmetic adds, and a half penny is rounded up as written.
    """
    pounds = f"INT(ABS({cell}))"
    rest = f"ROUND(ABS({cell})-{pounds},15-LEN({pounds}))"
    return f"SIGN({cell})*(INT({pounds}/7)+ROUND(ROUND((MOD({pounds},7)+{rest})/7,12),2))"
