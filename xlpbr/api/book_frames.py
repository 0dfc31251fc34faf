"""The tables of a workbook as data frames: what counts as data, each cell as its column reads it.

A cell that cannot be read stays as it was found, so that the frame given to a function is refused
for what the workbook is refused for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from xlpbr import cells
from xlpbr.api.frames import columns_frame, day_column, exact, exact_pounds
from xlpbr.cells import Cell, Rows
from xlpbr.contract import cell_readers as readers
from xlpbr.contract.evidence import ALL_COLUMNS, Evidence
from xlpbr.contract.terms import Term
from xlpbr.errors import CellError
from xlpbr.settlement.years import year_in_words
from xlpbr.tables.headings import ReadRecord, find_columns
from xlpbr.tables.terms import ValueTable

_POUNDS = ("money", "price", "fee", "amount")
_DAYS = ("date", "month")


_FIELD_OF: Mapping[str, str] = {
    table: field.name for table, field in zip(ALL_COLUMNS, fields(Evidence), strict=True)
}
"""By table, the field of ``Evidence`` with its records; both are in the same order."""


def values_frame(of: ValueTable, rows: Rows) -> pd.DataFrame:
    """A table of names and values, its rows numbered from 1 as problems number them."""
    places = find_columns(of.name, rows, of.read_columns, [])
    by_key = {cells.key(term.label): term for term in of.declared}
    kept = [number for number, row in enumerate(rows[1:], start=1) if _has_data(row)]

    def value(number: int) -> Cell:
        found = rows[number][places["Value"]]
        label = rows[number][places[of.heading]]
        term = by_key.get(cells.key(label)) if isinstance(label, str) else None
        return found if term is None else value_of_term(term, found)

    whole = all(column.heading in places for column in of.columns)
    readers_of: dict[int, Callable[[int], Cell]] = {places["Value"]: value} if whole else {}
    if "From" in places:
        readers_of[places["From"]] = lambda number: _day_of_cell(rows[number][places["From"]])
    return _frame_of_rows(rows, kept, readers_of, ())


def evidence_frame(table: str, rows: Rows | None, read: ReadRecord[Evidence]) -> pd.DataFrame:
    """A table of records without its blank rows and those that are no data, such as totals.

    Args:
        table: Placements or another of ``ALL_COLUMNS``.
        rows: the table; None where the workbook has none, which gives its headings alone.
        read: what was read from it: it says which rows are no data.
    """
    declared = ALL_COLUMNS[table]
    if rows is None:
        rows = [[column.heading for column in declared]]
    places = find_columns(table, rows, declared, [])
    used = {record.row for record in getattr(read.record, _FIELD_OF[table])}
    of_problems = [problem for problem in read.problems if problem.table == table]
    noted = {problem.row for problem in of_problems}
    wrong = {problem.row for problem in of_problems if problem.code is not None}
    kept = [
        number
        for number, row in enumerate(rows[1:], start=1)
        if _has_data(row) and (number in used or number in wrong or number not in noted)
    ]

    def reader(column: Any) -> Callable[[int], Cell]:
        return lambda number: _value_of_cell(column, rows[number][places[column.heading]])

    there = [column for column in declared if column.heading in places]
    readers_of = {places[column.heading]: reader(column) for column in there}
    days = [places[column.heading] for column in there if column.kind in _DAYS]
    return _frame_of_rows(rows, kept, readers_of, days)


def _has_data(row: Sequence[Cell]) -> bool:
    return not all(map(cells.is_blank, row))


def _frame_of_rows(
    rows: Rows,
    kept: list[int],
    readers_of: Mapping[int, Callable[[int], Cell]],
    days: Sequence[int],
) -> pd.DataFrame:
    headings: list[str] = []
    columns: list[Any] = []
    for place, heading in enumerate(rows[0]):
        values = [
            readers_of[place](number) if place in readers_of else rows[number][place]
            for number in kept
        ]
        if cells.is_blank(heading) and all(map(cells.is_blank, values)):
            continue
        headings.append(heading if isinstance(heading, str) else cells.shown(heading))
        whole = place in days and all(value is None or isinstance(value, date) for value in values)
        columns.append(day_column(values) if whole else pd.Series(values, dtype=object))
    # Two columns of one heading are a problem that the frame must still show.
    frame = columns_frame([str(place) for place in range(len(columns))], columns)
    frame.columns = pd.Index(headings, dtype=object)
    frame.index = pd.Index(kept, name="Row", dtype="int64")
    return frame


def value_of_term(term: Term, value: Cell) -> Cell:
    """The value of a term as a frame has it; as it was found where it cannot be read."""
    if cells.is_blank(value):
        return None
    try:
        return _as_frame_value(term.kind, value, readers.read_term(term, value))
    except CellError:
        return value


def _value_of_cell(column: Any, value: Cell) -> Cell:
    try:
        return _as_frame_value(column.kind, value, readers.read_cell(column, value))
    except CellError:
        return None if cells.is_blank(value) else value


def _day_of_cell(value: Cell) -> Cell:
    try:
        return None if cells.is_blank(value) else readers.read_day(value)
    except CellError:
        return value


def _as_frame_value(kind: str, found: Cell, read: Any) -> Cell:
    """A value that was read, as a data frame has it."""
    if isinstance(read, Fraction):
        return exact_pounds(read) if kind in _POUNDS else exact(read)
    if kind == "year":
        return year_in_words(read)
    # A name is matched as it is spelt, and a problem says so: the spelling stays.
    return found if kind == "text" and isinstance(found, str) else read
