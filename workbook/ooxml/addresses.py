"""Cells and areas by their numbers, and by their addresses as Excel writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

Position = tuple[int, int]
"""Row and column of a cell, both counted from 1."""

Area = tuple[int, int, int, int]
"""First row, first column, last row and last column of a rectangle of cells."""

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_WITH_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(.+)", re.DOTALL)
_PLAIN_SHEET = re.compile(r"[^\W\d][\w.]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*([Cc][0-9]*)?|[Cc][0-9]*")


@cache
def column_letter(column: int) -> str:
    """The letters of a column: 1 is A, 28 is AB."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@cache
def column_number(letters: str) -> int:
    """The number of a column: A is 1, AB is 28.

    Raises:
        ValueError: no column of a sheet has these letters.
    """
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= LAST_COLUMN:
        raise ValueError(letters)
    return number


def split_cell(reference: str) -> Position:
    """Row and column of a cell such as ``B5`` or ``$B$5``, both counted from 1.

    Raises:
        ValueError: it is not the address of one cell.
    """
    match = _CELL.fullmatch(reference)
    if match is None or int(match[2]) > LAST_ROW:
        raise ValueError(reference)
    return int(match[2]), column_number(match[1])


def split_area(reference: str) -> Area:
    """First row, first column, last row, last column of ``A4:H40`` or of a single cell.

    Raises:
        ValueError: it is not the address of a rectangle of cells.
    """
    first, colon, last = reference.partition(":")
    return area_around(split_cell(first), split_cell(last if colon else first))


def area_of(reference: str) -> Area | None:
    """The area that a text such as ``A4:H40`` stands for; None when it stands for none."""
    try:
        return split_area(reference)
    except ValueError:
        return None


def area_around(*positions: Position) -> Area:
    """The smallest area in which some cells lie, or some areas given by their corners."""
    rows, columns = zip(*positions, strict=True)
    return min(rows), min(columns), max(rows), max(columns)


def area_cells(area: Area) -> Iterator[Position]:
    """The cells of an area, row by row."""
    return product(range(area[0], area[2] + 1), range(area[1], area[3] + 1))


def within(position: Position, area: Area) -> bool:
    """Whether a cell lies in an area."""
    row, column = position
    return area[0] <= row <= area[2] and area[1] <= column <= area[3]


def cell_name(position: Position) -> str:
    """A cell as its own sheet calls it, such as ``B5``."""
    row, column = position
    return f"{column_letter(column)}{row}"


def area_name(area: Area) -> str:
    """A rectangle as its own sheet calls it, such as ``A4:H40``."""
    return f"{cell_name(area[:2])}:{cell_name(area[2:])}"


def split_sheet(reference: str) -> tuple[str | None, str]:
    """The sheet of a reference such as ``'My sheet'!A4:H40`` and the rest; None without a sheet."""
    match = _WITH_SHEET.fullmatch(reference)
    if match is None:
        return None, reference
    return match[1].replace("''", "'") if match[1] else match[2], match[3]


def quoted_sheet(sheet: str) -> str:
    """A sheet's name as a formula writes it: in quotation marks where Excel needs them."""
    if (
        _PLAIN_SHEET.fullmatch(sheet)
        and not _LIKE_A_CELL.fullmatch(sheet)
        and sheet.upper() not in {"TRUE", "FALSE"}
    ):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def cell_address(sheet: str, row: int, column: int) -> str:
    """A cell with its sheet, such as ``Placements!B5`` or ``'My sheet'!B5``."""
    return f"{quoted_sheet(sheet)}!{column_letter(column)}{row}"


def area_address(sheet: str, area: Area) -> str:
    """A rectangle with its sheet, such as ``Placements!A4:H40``."""
    return f"{quoted_sheet(sheet)}!{area_name(area)}"
