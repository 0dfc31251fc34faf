"""What a person gives to ``xlpbr.settle`` and its like, as rows and as records.

A table is a data frame, rows under a heading row, or a list of mappings from heading to value;
Terms and Assumptions may also be one mapping from name to value. The whole contract may be a
workbook instead.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from xlpbr import cells
from xlpbr.api.open_books import is_open_book
from xlpbr.api.read import ReadWorkbook, read
from xlpbr.api.records import GivenContract, given_contract
from xlpbr.cells import Cell, Rows
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.errors import VALUE, CellError, Problem
from xlpbr.functions import arguments
from xlpbr.tables.assumptions import ASSUMPTIONS_TABLE
from xlpbr.tables.terms import TERMS_TABLE, ValueTable
from xlpbr.workbook.read.contract_tables import records_of

Table = Any
"""A data frame, a list of rows with the headings first, or a list of mappings."""

_WHOLE_FLOAT = 8
"""Bytes of a float that has room for every amount of 15 digits."""

_TABLE = (
    "a data frame, a list of rows with the headings first, or a list of dicts from heading to value"
)


def contract_of(
    terms: Any,
    placements: Table = None,
    carers: Table = None,
    claims: Table = None,
    assumptions: Table = None,
    **life: Table,
) -> GivenContract:
    """The records of a contract given as tables or as a workbook.

    Args:
        terms: the Terms table, or by itself a whole workbook.
        placements: the Placements table.
        carers: the Carers table.
        claims: the Claims table.
        assumptions: the Assumptions table.
        life: the optional tables by their names in small letters, such as ``cohort``.

    Raises:
        CellError: ``#VALUE!`` for tables beside a workbook, or for what is no table.
        FileProblem: the workbook cannot be read.
    """
    tables = {
        "placements": placements, "carers": carers, "claims": claims, **life,
        "assumptions": assumptions,
    }  # fmt: skip
    if is_workbook(terms):
        for name, table in tables.items():
            if table is not None:
                raise CellError(
                    VALUE,
                    f"{name}: found a table beside a workbook; expected one or the other. Give"
                    " xlpbr.read(...).terms and the tables one by one.",
                )
        return (terms if isinstance(terms, ReadWorkbook) else read(terms)).contract
    if placements is None:
        raise CellError(VALUE, f"placements: nothing found; expected {_TABLE}")
    rows = {table: rows_of(table.lower(), tables.get(table.lower())) for table in ALL_COLUMNS}
    rows["Terms"] = value_rows("terms", terms, TERMS_TABLE)
    rows["Assumptions"] = None
    if assumptions is not None:
        rows["Assumptions"] = value_rows("assumptions", assumptions, ASSUMPTIONS_TABLE)
    place = _place_in({"terms": terms, **tables})
    return given_contract("The tables", records_of(rows), place)


def is_workbook(given: Any) -> bool:
    """Whether something given for the terms is the whole contract: a file or an open workbook."""
    return isinstance(given, str | os.PathLike | ReadWorkbook) or is_open_book(given)


def value_rows(name: str, table: Any, of: ValueTable) -> Rows:
    """The rows of a table of names and values, which may be one mapping.

    Raises:
        CellError: ``#VALUE!`` for what is neither.
    """
    if isinstance(table, Mapping):
        return [
            [of.heading, "Value"],
            *([label, _or_blank(value)] for label, value in table.items()),
        ]
    rows = rows_of(name, table)
    if rows is None:
        raise CellError(VALUE, f"{name}: nothing found; expected {_TABLE}")
    return rows


def rows_of(name: str, table: Table) -> Rows | None:
    """The rows of a table, headings first; None where none is given.

    Raises:
        CellError: ``#VALUE!`` for what is no table.
    """
    if table is None:
        return None
    if isinstance(table, pd.DataFrame):
        rows = cells.rows(table)
        for place, dtype in enumerate(table.dtypes):
            if pd.api.types.is_float_dtype(dtype) and dtype.itemsize < _WHOLE_FLOAT:
                for row, value in zip(rows[1:], as_printed(table.iloc[:, place]), strict=True):
                    row[place] = value
        return rows
    if isinstance(table, list | tuple):
        if not table:
            return []
        if all(isinstance(row, Mapping) for row in table):
            headings = list(dict.fromkeys(heading for row in table for heading in row))
            return [
                headings,
                *([_or_blank(row.get(heading)) for heading in headings] for row in table),
            ]
        if all(isinstance(row, list | tuple) for row in table):
            return [[_or_blank(value) for value in row] for row in cells.rows(table)]
    what = cells.shown(table) if isinstance(table, str) else f"a {type(table).__name__}"
    raise CellError(VALUE, f"{name}: found {what}; expected {_TABLE}")


def as_printed(column: pd.Series[Any]) -> list[float | None]:
    """Floats of few digits as the decimal numbers that they print as: 7000.1, not 7000.10009."""
    short = column.to_numpy(dtype="float32", na_value=float("nan"))
    return [None if math.isnan(value) else float(str(value)) for value in short]


def _or_blank(value: Cell) -> Cell:
    """A cell as it is; what pandas marks as missing is blank."""
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


def _place_in(given: Mapping[str, Any]) -> Callable[[Problem], str]:
    """A function that says where a problem stands: table, row and the label of a frame's row."""

    def place(problem: Problem) -> str:
        if problem.row is None:
            return problem.table
        where = f"{problem.table}, row {problem.row}"
        table = given.get(problem.table.lower())
        if isinstance(table, pd.DataFrame):
            label = table.index[problem.row - 1]
            return f"{where} (index {label})"
        return where

    return place


def day_of(name: str, value: Any) -> date | None:
    """A day as a person gives it: a date, a Timestamp or a text such as 31/03/2026; None for none.

    Raises:
        CellError: it is no day.
    """
    if value is not None and _or_blank(value) is None:
        raise CellError(VALUE, f"{name}: found no date; expected a date such as 31/03/2026")
    found: date | None = arguments.optional(name, value, cells.day)
    return found
