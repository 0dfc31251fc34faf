"""What a person sees of a table: what a merged label means for its rows, which rows do not show.

A merged cell shows one value, that of its first cell; what stands under the others is hidden and
not read. Hidden rows are read and said, and so are rows that stand right under a table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from xlpbr import cells
from xlpbr.cells import Rows, SharedCell
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.errors import Problem
from xlpbr.tables.declared import DECLARED
from xlpbr.tables.evidence import is_called_totals
from xlpbr.workbook.ooxml.addresses import LAST_ROW, Area, area_address
from xlpbr.workbook.ooxml.book import Book, cells_of
from xlpbr.workbook.read.ranges import FoundRange, listed, sheet_row

_OF_EACH_ROW = {"price", "amount", "fee"}
_LEAST_TYPED = 2
"""How many cells a row under a table has at least that is taken for one of its rows."""


@dataclass(frozen=True, slots=True)
class _Merge:
    """A merged area within a table, whose heading row is row 0.

    Its first cell may stand above the table or to its left; ``rows`` and ``columns`` are only
    those within the table.
    """

    top: int
    left: int
    rows: range
    columns: range
    address: str


def without_hidden(rows: Rows, first: tuple[int, int], merged: Iterable[Area]) -> Rows:
    """The rows of a range with nothing in the cells that merged areas hide.

    Args:
        rows: the cells.
        first: the row and the column on the sheet of the first of them.
        merged: the merged areas of the sheet.
    """
    shown = [list(row) for row in rows]
    for merge in _within("", rows, first, merged):
        for row, column in product(merge.rows, merge.columns):
            if (row, column) != (merge.top, merge.left):
                shown[row][column] = None
    return shown


def with_headings_down(rows: Rows, first: tuple[int, int], merged: Iterable[Area]) -> Rows:
    """The first rows of a range in which a merged text stands in each row that it covers.

    Args:
        rows: the cells, without what merged areas hide.
        first: the row and the column on the sheet of the first of them.
        merged: the merged areas of the sheet.
    """
    read = [list(row) for row in rows]
    for merge in _within("", rows, first, merged):
        if merge.top < 0 or merge.left < 0:
            continue
        value = rows[merge.top][merge.left]
        for row in merge.rows if isinstance(value, str) else ():
            read[row][merge.left] = value
    return read


def with_labels(
    table: str, sheet: str, rows: Rows, first: tuple[int, int], merged: Iterable[Area]
) -> Rows:
    """The rows of a table in which a merged label stands in each row that it covers.

    Only rows that hold something of their own get it; the others stay blank. A merged price,
    amount or term's value, and a heading across the columns, become a ``SharedCell``.

    Args:
        table: one of the tables of a contract, such as Placements, or Assumptions.
        sheet: the sheet's name, for addresses.
        rows: the cells, heading row first, without what merged areas hide.
        first: the row and the column on the sheet of the first of them.
        merged: the merged areas of the sheet.
    """
    merges = _within(sheet, rows, first, merged)
    if not merges:
        return rows
    is_label = _labels(table, rows[0])
    own = [any(not cells.is_blank(row[column]) for column in is_label) for row in rows]
    read = [list(row) for row in rows]
    for merge in merges:
        top, left = merge.top, merge.left
        if top < 1 or left < 0 or cells.is_blank(rows[top][left]):
            continue
        value = rows[top][left]
        across = [column for column in merge.columns if column in is_label]
        alone = all(cells.is_blank(rows[top][column]) for column in is_label if column != left)
        if len(across) > 1 and alone and isinstance(value, str):
            read[top][across[0]] = SharedCell(value, merge.address, is_first=True, is_across=True)
            continue
        if left not in is_label:
            continue
        lower = [row for row in merge.rows if row > top and own[row]]
        if is_label[left]:
            for row in lower:
                read[row][left] = value
        elif lower:
            for row in (top, *lower):
                read[row][left] = SharedCell(
                    value, merge.address, is_first=row == top, is_across=False
                )
    return read


def _labels(table: str, headings: Sequence[object]) -> dict[int, bool]:
    """The columns that are read, and whether a value of each may stand for several rows."""
    of_each_row = {one.heading for one in ALL_COLUMNS.get(table, ()) if one.kind in _OF_EACH_ROW}
    declared = {
        cells.key(column.heading): table in ALL_COLUMNS and column.heading not in of_each_row
        for column in DECLARED[table].columns
    }
    return {
        index: declared[cells.key(heading)]
        for index, heading in enumerate(headings)
        if isinstance(heading, str) and cells.key(heading) in declared
    }


def _within(sheet: str, rows: Rows, first: tuple[int, int], merged: Iterable[Area]) -> list[_Merge]:
    """The merged areas that reach into a range; one may start above it or to its left."""
    found = []
    for area in merged:
        top, left, bottom, right = (
            one - corner for one, corner in zip(area, first * 2, strict=True)
        )
        down = range(max(top, 0), min(bottom + 1, len(rows)))
        across = range(max(left, 0), min(right + 1, len(rows[0])))
        if down and across:
            found.append(_Merge(top, left, down, across, area_address(sheet, area)))
    return found


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


def rows_under_the_table(book: Book, found: FoundRange) -> Problem | None:
    """The rows right under an Excel table that look like more of its rows; None without any.

    Excel takes in what is typed under a table, unless that is switched off, the sheet is
    protected or something is in the way; LibreOffice does not. A row of one cell is a footnote,
    and one with a formula, or called Total, adds the table up.

    Args:
        book: the workbook.
        found: where the table stands.
    """
    if not found.is_table:
        return None
    stored, under = cells_of(book, found.sheet), found.last_row
    columns = range(found.first_column, found.last_column + 1)
    while under < LAST_ROW:
        row = [one for column in columns if (one := stored.get((under + 1, column))) is not None]
        typed = [one for one in row if not cells.is_blank(one.value)]
        is_sum = any(one.formula is not None or is_called_totals(one.value) for one in row)
        if is_sum or len(typed) < _LEAST_TYPED:
            break
        under += 1
    count = under - found.last_row
    if not count:
        return None
    what = f"{count:,} row{'' if count == 1 else 's'}"
    area = (found.last_row + 1, found.first_column, under, found.last_column)
    return Problem(
        table=found.table,
        found=f"{what} right under it, {area_address(found.sheet, area)}",
        expected="all rows in the table",
        remedy=f"{'It is' if count == 1 else 'They are'} not read. Drag the lower right corner of"
        " the table down over them, so that they count.",
    )


def _in_words(numbers: Iterable[int]) -> str:
    """Rows in their order, those that follow each other as from-to: 5 to 9, 12."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return listed((" to ".join(map(str, run)) for run in runs), 10)
