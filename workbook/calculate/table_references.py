"""References to tables, such as ``Fees[[#All],[Fee]]``, as the cells that they name."""

from __future__ import annotations

import re

from xlpbr.workbook.ooxml.addresses import Area, Position, within
from xlpbr.workbook.ooxml.book import Book, TableArea, cells_of

_ITEM = re.compile(r"\s*\[((?:[^\[\]']|'.)*)\]\s*([,:]?)")
_MANY_BLANK_ROWS = 1000
_PARTS = frozenset({"#all", "#data", "#headers", "#totals", "#this row"})


def table_cells(book: Book, place: tuple[str, Position], written: str) -> tuple[str, Area] | None:
    """The cells that a reference such as ``Fees[[#All],[Fee]]`` names, and their sheet.

    Args:
        book: the workbook.
        place: where the formula stands.
        written: the reference as stored.

    Returns:
        None where it cannot be told: no such table, part or column.
    """
    name, _, specifier = written.partition("[")
    table = book.tables.get(name.casefold()) if name else table_around(book, place)
    if table is None or not specifier.endswith("]"):
        return None
    items = _items(specifier[:-1])
    if items is None:
        return None
    parts = {item.casefold() for item, _ in items if item.casefold() in _PARTS}
    columns = [item for item, _ in items if item.casefold() not in _PARTS]
    rows = _rows_named(table, parts, place)
    numbers = _column_numbers(book, table, columns)
    if rows is None or numbers is None:
        return None
    return table.sheet, (rows[0], numbers[0], rows[1], numbers[1])


def _items(specifier: str) -> list[tuple[str, str]] | None:
    """What stands in the brackets of a table, each with the sign that follows it."""
    bare = specifier.strip()
    if not bare.startswith("["):
        return [(_unescaped(bare), "")] if bare else []
    found, place = [], 0
    while place < len(bare):
        match = _ITEM.match(bare, place)
        if match is None:
            return None
        found.append((_unescaped(match[1]), match[2]))
        place = match.end()
    return found


def _unescaped(name: str) -> str:
    return re.sub(r"'(.)", r"\1", name)


def _rows_named(
    table: TableArea, parts: set[str], place: tuple[str, Position]
) -> tuple[int, int] | None:
    first = table.first_row + table.has_heading
    last = table.last_row - table.totals_rows
    if "#this row" in parts:
        inside = place[0] == table.sheet and first <= place[1][0] <= last
        return (place[1][0], place[1][0]) if inside and len(parts) == 1 else None
    if "#all" in parts:
        return table.first_row, table.last_row
    if ("#headers" in parts and not table.has_heading) or (
        "#totals" in parts and not table.totals_rows
    ):
        return None
    if {"#headers", "#totals"} <= parts and "#data" not in parts:
        return None
    starts = {"#headers": table.first_row, "#totals": last + 1, "#data": first}
    ends = {"#headers": table.first_row, "#totals": table.last_row, "#data": last}
    wanted = parts or {"#data"}
    return min(starts[part] for part in wanted), max(ends[part] for part in wanted)


def _column_numbers(book: Book, table: TableArea, columns: list[str]) -> tuple[int, int] | None:
    """The first and the last column that are named; all where none is."""
    if not columns:
        return table.first_column, table.last_column
    if len(columns) > 2:
        return None
    of_sheet = cells_of(book, table.sheet)
    numbers = []
    for wanted in columns:
        for number in range(table.first_column, table.last_column + 1):
            heading = of_sheet.get((table.first_row, number))
            if heading is not None and str(heading.value).casefold() == wanted.casefold():
                numbers.append(number)
                break
        else:
            return None
    return min(numbers), max(numbers)


def used(book: Book, table: TableArea) -> Area:
    """The cells of a table, without the blank rows at its end where there are very many."""
    top, left, bottom, right = table.area
    rows = [row for row, column in cells_of(book, table.sheet) if left <= column <= right]
    last = max((row for row in rows if row <= bottom), default=top)
    return table.area if bottom - last < _MANY_BLANK_ROWS else (top, left, max(top, last), right)


def table_around(book: Book, place: tuple[str, Position]) -> TableArea | None:
    """The table in which a cell stands."""
    sheet, position = place
    return next(
        (
            table
            for table in book.tables.values()
            if table.sheet.casefold() == sheet.casefold() and within(position, table.area)
        ),
        None,
    )
