"""That rows of a table do not show, which changes nothing but must be said."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from xlpbr import cells
from xlpbr.cells import Rows
from xlpbr.errors import Problem
from xlpbr.workbook.read.ranges import FoundRange, sheet_row

_MOST_LISTED = 10


def rows_that_do_not_show(found: FoundRange, rows: Rows, hidden: Collection[int]) -> Problem | None:
    """The rows of a table that hold something and are hidden; None where all show.

    Args:
        found: where the table stands.
        rows: its cells, heading row first.
        hidden: the hidden rows of the sheet.
    """
    unseen = [
        sheet_row(found, number)
        for number, row in enumerate(rows[1:], start=1)
        if sheet_row(found, number) in hidden and not all(map(cells.is_blank, row))
    ]
    if not unseen:
        return None
    what = "1 row" if len(unseen) == 1 else f"{len(unseen):,} rows"
    place = f"row {unseen[0]}" if len(unseen) == 1 else f"rows {_in_words(unseen)}"
    return Problem(
        table=found.table,
        found=f"{what} of data hidden, by hand or by a filter: {place} of the sheet",
        expected="all rows visible",
        remedy="Hidden rows are read and counted like the others."
        " Unhide them to see what is counted.",
    )


def _in_words(numbers: Iterable[int]) -> str:
    """Rows in their order, those that follow each other as from-to: 5 to 9, 12."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    words = [" to ".join(map(str, run)) for run in runs]
    if len(words) > _MOST_LISTED:
        words = [*words[:_MOST_LISTED], f"and {len(words) - _MOST_LISTED} more"]
    return ", ".join(words)
