"""The heading row of a table that stands under titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.errors import FileProblem, Problem, all_of
from xlpbr.tables.declared import DECLARED
from xlpbr.tables.headings import MOST_ROWS_OF_TITLES, heading_rows
from xlpbr.workbook.ooxml.addresses import Area, area_address
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.read.as_shown import with_headings_down, without_hidden
from xlpbr.workbook.read.ranges import FoundRange, first_rows


def under_titles(
    book: Book, found: FoundRange, merged: Sequence[Area]
) -> tuple[FoundRange, list[Cell]]:
    """A range from its heading row on, and the headings.

    An Excel table has its headings where Excel keeps them. Elsewhere titles may stand above, and
    headings may be merged over two rows: then they count for the lower one.

    Args:
        book: the workbook.
        found: the range as the person gave it.
        merged: the merged areas of its sheet.

    Raises:
        FileProblem: several rows could be the heading row.
    """
    corner = found.area[:2]
    most = 1 if found.is_table else MOST_ROWS_OF_TITLES
    top = without_hidden(first_rows(book, found, most), corner, merged)
    headings = with_headings_down(top, corner, merged)
    if found.is_table:
        return found, headings[0]
    first, *others = heading_rows(headings, DECLARED[found.table].columns)
    # A lower row that has its headings only by merges from above adds nothing.
    others = [row for row in others if not all(map(cells.is_blank, top[row]))]
    return from_row(book, found, [first, *others]), headings[first]


def from_row(
    book: Book, found: FoundRange, candidates: Sequence[int], code: str = ""
) -> FoundRange:
    """A range from its heading row on.

    Args:
        book: the workbook.
        found: the range.
        candidates: the rows of it that could be the heading row, counted from 0.
        code: the refusal's code.

    Raises:
        FileProblem: several rows could be the heading row.
    """
    rows = [found.first_row + row for row in candidates]
    if len(rows) > 1:
        # The cells of the first as an example.
        first = (rows[0], found.first_column, rows[1] - 1, found.last_column)
        raise FileProblem(
            f"{book.path}: the headings of {found.table} stand in the rows"
            f" {all_of(map(str, rows))} of {found.sheet}; say which table is"
            f' meant: --{found.table.lower()} "{area_address(found.sheet, first)}".',
            code,
        )
    return replace(found, first_row=rows[0])


def titles_above(given: FoundRange, found: FoundRange) -> Problem | None:
    """That rows above the headings are not read, where there are any."""
    if found.first_row == given.first_row:
        return None
    count = found.first_row - given.first_row
    titles = (
        f"Row {given.first_row} is treated as a title"
        if count == 1
        else f"Rows {given.first_row} to {found.first_row - 1} are treated as titles"
    )
    return Problem(
        table=given.table,
        found=f"the headings in row {found.first_row} of the sheet",
        expected=f"the headings in row {given.first_row}, the first of the range",
        remedy=f"{titles} and not read. If that is right, there is nothing to do.",
    )
