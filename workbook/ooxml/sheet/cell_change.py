"""What becomes of a cell: its value, its formula, and the cells that the formula fills."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from xlpbr.errors import CellError
from xlpbr.workbook.ooxml.sheet.read import StoredValue, serial_number

LONGEST_TEXT = 32_767
"""The most characters that a cell of Excel holds."""

_OLD_ERRORS = {
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA",
}  # fmt: skip


class Keep(Enum):
    """That something of a cell stays as it is."""

    KEEP = "keep"


KEEP: Literal[Keep.KEEP] = Keep.KEEP


@dataclass(frozen=True, slots=True)
class CellChange:
    """What becomes of a cell. Its style stays; a new cell takes that of its row or column.

    Attributes:
        value: what it shows, as ``as_stored`` gives it; None for nothing; KEEP to leave it.
        formula: its formula without the equals sign, as stored; None for no formula; KEEP to
            leave it as it is.
        array_range: the cells that a formula which spills fills, such as ``B2:D9``. With a
            formula that stays, an array formula gets this range. What the formula shows in
            the other cells must be among the changes too, with ``formula`` left as KEEP.
        cell_mark: the number that marks a spilling formula, the attribute ``cm``.
    """

    value: StoredValue | Keep
    formula: str | Keep | None = KEEP
    array_range: str | None = None
    cell_mark: int | None = None


def as_stored(value: StoredValue | int, *, date_1904: bool) -> StoredValue:
    """A value as a cell can hold it and gives it back.

    Whole numbers become floats and dates serial numbers. Not-a-number and infinity are
    ``#NUM!``, as in Excel. The errors of newer versions (``#SPILL!``, ``#CALC!``...) become
    ``#VALUE!``, which is what Excel itself stores for them.

    Raises:
        ValueError: a cell cannot hold the value; the message says why.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime.date):
        return serial_number(value, date_1904=date_1904)
    if isinstance(value, int | float):
        number = float(value)
        if not math.isfinite(number):
            return CellError("#NUM!", "the result is not a finite number")
        return number
    if isinstance(value, CellError):
        known = value.code in _OLD_ERRORS
        return value if known else CellError("#VALUE!", value.message)
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"a text of {len(value):,} characters; a cell holds {LONGEST_TEXT:,}")
    value.encode()
    return value
