"""An input table that is read from cells of another table in the same workbook, by plain formulas.

Says which cells those are and writes the formulas as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlpbr.workbook.ooxml.addresses import LAST_ROW, column_letter, quoted_sheet

_LONGEST_TEXT = 200
"""A text within a formula may have 255 characters in Excel; a longer one is compared this far."""


@dataclass(frozen=True, slots=True)
class LinkedColumn:
    """A column of the book's table: its heading as it stands there, and its column's number."""

    heading: str | float
    column: int


@dataclass(frozen=True, slots=True)
class Link:
    """The table of the book that an input table reads.

    Attributes:
        table: Terms, Placements, Carers or Claims.
        place: the cells as a person writes them.
        sheet: the book's sheet.
        heading_row: the row of the headings on it.
        last_row: the last row that was given; None for whole columns.
        excel_table: the name of the Excel table that it is; None where it is none.
        columns: by our heading the column that is read; a heading that the book lacks is absent.
        rows: the values that the book has now, by our heading, a row each.
        prepared_rows: how many rows are read, those that are blank now included.
        left_below: how many cells under the given range already held something in the first of
            our columns, such as a total, and are not read.
    """

    table: str
    place: str
    sheet: str
    heading_row: int
    last_row: int | None
    excel_table: str | None
    columns: Mapping[str, LinkedColumn]
    rows: tuple[Mapping[str, Any], ...]
    prepared_rows: int
    left_below: int


def _below_heading(link: Link, column: int) -> str:
    """A column of the book from the heading to the end of the sheet.

    The heading is part of it, so that a row inserted under the heading comes along.
    """
    letter = column_letter(column)
    return f"{quoted_sheet(link.sheet)}!${letter}${link.heading_row}:${letter}${LAST_ROW}"


def _first_column(link: Link) -> int:
    """The column of the book that every row of the table fills."""
    return next(iter(link.columns.values())).column


def heading_formula(link: Link, heading: str) -> str:
    """The heading of the book over one of our columns; #N/A once another stands there.

    Cells that are moved about may leave a reference on the wrong column, which must not give
    figures.
    """
    found = link.columns[heading]
    cell = f"INDEX({_below_heading(link, found.column)},1)"
    if isinstance(found.heading, float):
        return f"=IF({cell}={found.heading!r},{cell},NA())"
    expected, compared = found.heading, cell
    if len(expected) > _LONGEST_TEXT:
        expected = expected[:_LONGEST_TEXT]
        compared = f"LEFT({cell},{_LONGEST_TEXT})"
    quoted = expected.replace('"', '""')
    return f'=IF({compared}="{quoted}",{cell},NA())'


def cell_formula(link: Link, heading: str, number: int, heading_cell: str) -> str:
    """The formula that reads one cell of the book: a blank stays blank, an error an error.

    Args:
        link: the table.
        heading: our heading.
        number: the row under the heading, counted from 1.
        heading_cell: the cell of ``heading_formula``.
    """
    cell = f"INDEX({_below_heading(link, link.columns[heading].column)},{number + 1})"
    read = f'IF({cell}="","",{cell})'
    if link.excel_table is not None:
        read = f'IF(ROWS({link.excel_table}[])<{number},"",{read})'
    elif link.last_row is not None:
        read = f'IF(ROWS({_given_rows(link)})<{number + 1},"",{read})'
    return f"=IF(ISERROR({heading_cell}),{heading_cell},{read})"


def _given_rows(link: Link) -> str:
    """The rows of the given range, heading included: it grows with rows inserted in it."""
    letter = column_letter(_first_column(link))
    return f"{quoted_sheet(link.sheet)}!${letter}${link.heading_row}:${letter}${link.last_row}"


def rows_not_read(link: Link, linked_cells: str) -> str:
    """The formula for how many rows of the book's table are not read.

    Args:
        link: the table.
        linked_cells: the cells of our first column that read it.
    """
    if link.excel_table is not None:
        return f"=MAX(0,ROWS({link.excel_table}[])-{link.prepared_rows})"
    below = _below_heading(link, _first_column(link))
    filled = f"ROWS({below})-COUNTBLANK({below})-1"
    read = f"(ROWS({linked_cells})-COUNTBLANK({linked_cells}))"
    left = f"-{link.left_below}" if link.left_below else ""
    return f"={filled}-{read}{left}"
