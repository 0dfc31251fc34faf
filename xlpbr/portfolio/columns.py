"""One column of a table of many contracts to whole numbers: pence, days, places of names.

What reads in one step for a whole column, a date or whole pence, is read so; anything else is read
once for each different cell by the reader of the cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.contract import cell_readers as readers
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.errors import CellError
from xlpbr.periods import FAR
from xlpbr.portfolio.numpy_loops import I64, Flags
from xlpbr.portfolio.settlement import EPOCH

_USUAL_DAYS = (date(1990, 1, 1).toordinal(), date(2101, 1, 1).toordinal())
"""Days that the reader of the cells takes as they are; about others it is asked."""

_FIRST_MOMENT = np.datetime64("0001-01-01", "s")
_LAST_MOMENT = np.datetime64("9999-12-31T23:59:59", "s")

_A_PENNY = 0.01
"""Numbers that lie closer together than this have room for each penny between them."""

_EXACT_POUNDS = 1e13
"""Below it a float holds whole pence so that they can be told from a price finer than a penny."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnValues:
    """One column as whole numbers, a row each.

    Attributes:
        values: pence; day numbers, ``FAR`` where blank; the place among the names or the options;
            1 for yes and 0 for no.
        blank: where the cell is blank; the value is then what a blank means.
        refused: where the cell cannot be read.
        finer: where an amount is finer than a penny; the value is then 0.
        names: of a column of texts, what each is matched by.
    """

    values: I64
    blank: Flags
    refused: Flags
    finer: Flags
    names: tuple[str, ...] = ()


def plain_cells(series: pd.Series) -> pd.Series:
    """A column as the readers of cells know cells; one that they do know is left as it is.

    Numpy's own numbers, truth values and dates become Python's. What would be changed on the way
    becomes a text, which the readers refuse and quote: a date outside the years 1 to 9999, and a
    number of 32 or 16 bits so large that its pence are lost.
    """
    kind = getattr(series.dtype, "kind", "O")
    size = getattr(series.dtype, "itemsize", 8)
    if kind == "f" and size < 8:
        narrow = np.float16 if size == 2 else np.float32
        numbers = series.to_numpy(dtype=narrow, na_value=np.nan)
        return pd.Series([_of_few_bits(number) for number in numbers], dtype=object)
    if kind == "M":
        return _within_the_calendar(series)
    if series.dtype == object:
        values = series.to_numpy()
        strange = {
            found
            for found in set(map(type, values))
            if issubclass(found, np.generic | pd.Timestamp) or found is type(pd.NaT)
        }
        if strange:
            plain = [_plain_cell(cell) if type(cell) in strange else cell for cell in values]
            return pd.Series(plain, dtype=object)
    return series


def _of_few_bits(number: np.floating[Any]) -> float | str | None:
    if np.isnan(number):
        return None
    if np.isfinite(number) and np.spacing(np.abs(number)) < _A_PENNY:
        return float(str(number))
    return f"{number}, of which {number.itemsize * 8} bits do not hold the pence"


def _plain_cell(cell: Any) -> Cell:
    if cell is pd.NaT or (isinstance(cell, np.datetime64) and np.isnat(cell)):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell if date.min.year <= cell.year <= date.max.year else str(cell)
    if isinstance(cell, np.datetime64):
        moment = cell.astype("datetime64[us]").item()
        return moment if isinstance(moment, date) else str(cell)
    if isinstance(cell, np.floating) and cell.itemsize < 8:
        return _of_few_bits(cell)
    return cell.item()


def _within_the_calendar(series: pd.Series) -> pd.Series:
    """Dates; those that Python's calendar does not have as texts."""
    if getattr(series.dtype, "unit", None) == "ns" or series.dtype == "datetime64[ns]":
        return series
    if isinstance(series.dtype, np.dtype):
        moments, edge = series.to_numpy(), np.timedelta64(0, "D")
    else:  # a time zone may move a moment over the edge
        moments = series.to_numpy(dtype="datetime64[s]", na_value=np.datetime64("NaT"))
        edge = np.timedelta64(1, "D")
    first, last = _FIRST_MOMENT + edge, _LAST_MOMENT - edge
    strange = (moments < first.astype(moments.dtype)) | (moments > last.astype(moments.dtype))
    if not strange.any():
        return series
    cells_of = np.empty(len(series), dtype=object)
    cells_of[~strange] = [None if cell is pd.NaT else cell for cell in series[~strange]]
    cells_of[strange] = moments[strange].astype("datetime64[D]").astype(str)
    return pd.Series(cells_of, dtype=object)


def read_column(column: EvidenceColumn, series: pd.Series) -> ColumnValues:
    """A column as whole numbers."""
    kind = getattr(series.dtype, "kind", "O")
    if column.kind in ("price", "amount") and kind in "iuf":
        return _numbers(column, series)
    if column.kind in ("date", "month") and kind == "M" and isinstance(series.dtype, np.dtype):
        return _day_numbers(column, series)
    return _by_value(column, series)


def column_left_out(column: EvidenceColumn, count: int) -> ColumnValues:
    """A column that a table of so many rows may lack, and lacks."""
    value = _value(column, readers.without_column(_optional(column)), {})
    values = np.full(count, 0 if value is None else value, np.int64)
    none = np.zeros(count, np.bool_)
    return ColumnValues(values, np.ones(count, np.bool_), none, none)


def _numbers(column: EvidenceColumn, series: pd.Series) -> ColumnValues:
    """Pounds as floats or whole numbers: the decimal number of 15 digits of each, in pence."""
    pounds = series.to_numpy(dtype=np.float64, na_value=np.nan)
    pence = np.rint(pounds * 100)
    # Of at most 15 digits, no other decimal number has the same float. One that is not quite
    # whole pence may be to 15 digits: the reader of the cells says.
    usual = (np.abs(pounds) < _EXACT_POUNDS) & (pence / 100 == pounds)
    if column.kind == "price":
        usual &= pounds >= 0
    values = np.where(usual, pence, 0).astype(np.int64)
    none = np.zeros(len(values), np.bool_)
    return _the_rest_by_value(column, series, values, np.isnan(pounds), usual, none)


def _day_numbers(column: EvidenceColumn, series: pd.Series) -> ColumnValues:
    days = series.to_numpy().astype("datetime64[D]")
    blank = np.isnat(days)
    numbers = days.astype(np.int64) + EPOCH
    usual = ~blank & (numbers >= _USUAL_DAYS[0]) & (numbers < _USUAL_DAYS[1])
    if column.kind == "month":
        numbers = days.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + EPOCH
    values = np.where(usual, numbers, FAR)
    return _the_rest_by_value(column, series, values, blank, usual, np.zeros_like(blank))


def _the_rest_by_value(
    column: EvidenceColumn, series: pd.Series, values: I64, blank: Flags, usual: Flags, finer: Flags
) -> ColumnValues:
    refused = np.zeros(len(values), np.bool_)
    rest = ~usual & ~blank
    if rest.any():
        read = _by_value(column, series[rest])
        values[rest], refused[rest], finer[rest] = read.values, read.refused, read.finer
    return ColumnValues(values, blank, refused, finer)


def _by_value(column: EvidenceColumn, series: pd.Series) -> ColumnValues:
    """Any column: each different cell is read once."""
    places, found = _distinct(series)
    if column.kind == "text":
        plain = _plain_keys(found)
        if plain is not None:
            return _named(places, *plain)
    # One more than there are cells: the place -1 of a missing one is the last.
    values = np.full(len(found) + 1, _value(column, readers.read_cell(_optional(column), None), {}))
    blank, refused, finer = (np.zeros(len(found) + 1, np.bool_) for _ in range(3))
    blank[-1] = True
    names: dict[str, int] = {}
    for place, cell in enumerate(found):
        if cells.is_blank(cell):
            blank[place] = True
            continue
        try:
            value = _value(column, readers.read_cell(column, cell), names)
        except CellError:
            refused[place] = True
            continue
        finer[place] = value is None
        values[place] = 0 if value is None else value
    return ColumnValues(values[places], blank[places], refused[places], finer[places], tuple(names))


def _optional(column: EvidenceColumn) -> EvidenceColumn:
    """A column of the same kind whose cells may be blank."""
    return EvidenceColumn(column.heading, column.kind, "", "", options=column.options)


def _value(column: EvidenceColumn, read: Any, names: dict[str, int]) -> int | None:
    """What a cell was read as, as a whole number; None for an amount finer than a penny."""
    if column.kind == "text":
        return names.setdefault(cells.key(read), len(names)) if read else -1
    if column.kind == "option":
        return column.options.index(read)
    if column.kind == "yes_no":
        return int(read)
    if column.kind == "weeks":
        return read or 0
    if column.kind in ("date", "month"):
        return FAR if read is None else int(read.toordinal())
    pence = (read or 0) * 100
    return int(pence) if pence == int(pence) else None


def _distinct(series: pd.Series) -> tuple[I64, list[Cell]]:
    """Which of the different cells each row has, -1 for a missing one, and those cells."""
    if series.dtype != object:
        place_of_row, different = pd.factorize(series)
        return place_of_row.astype(np.int64), different.tolist()
    places: dict[tuple[type, Cell], int] = {}
    values = series.to_numpy()
    found: list[Cell]
    try:
        # With their types: True and 1 are the same key of a dictionary, and not the same cell.
        codes = np.fromiter(
            (places.setdefault((type(cell), cell), len(places)) for cell in values),
            np.int64,
            len(values),
        )
        found = [cell for _, cell in places]
    except TypeError:  # a cell that is no key of a dictionary
        codes, found = np.arange(len(values)), list(values)
    codes[series.isna().to_numpy()] = -1
    return codes, found


def _plain_keys(found: list[Cell]) -> tuple[list[str], bool] | None:
    """What plain texts without spaces are matched by, and whether no two can be by the same.

    None where one must be looked at.
    """
    if set(map(type, found)) - {str}:
        return None
    together = "\n".join(found)
    if "#" in together or not together.isascii() or together.split() != found:
        return None
    # Different texts are still different in small letters, if all had small ones or large ones.
    apart = together in (together.upper(), together.lower())
    return together.casefold().split("\n"), apart


def _named(places: I64, keys: list[str], apart: bool) -> ColumnValues:
    none = np.zeros(len(places), np.bool_)
    if apart:
        return ColumnValues(places, places < 0, none, none, tuple(keys))
    # Most often no two texts are matched by the same: then each place stays what it is.
    names = dict.fromkeys(keys)
    if len(names) < len(keys):
        place_of = {name: place for place, name in enumerate(names)}
        places = np.array([*(place_of[key] for key in keys), -1], np.int64)[places]
    return ColumnValues(places, places < 0, none, none, tuple(names))
