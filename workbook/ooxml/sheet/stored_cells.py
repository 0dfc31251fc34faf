"""What a sheet holds, as its part stores it: cells, merged areas and hidden rows."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from xlpbr.errors import CellError
from xlpbr.workbook.ooxml.addresses import Area, Position, cell_address

StoredValue = float | str | bool | datetime.date | CellError | None
Kind = Literal["blank", "number", "text", "boolean", "date", "error"]

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class StoredCell(NamedTuple):
    """A cell as it is stored; a tuple, because a workbook can hold millions.

    Attributes:
        value: the raw value. Numbers are always floats, also those that a format shows as
            dates; a date comes only from a cell that is stored as an ISO date without a time.
        formula: the formula without its equals sign, as stored (``_xlfn.`` names included);
            None for a cell without one.
        array_range: the cells that an array or spilling formula fills, such as ``B2:B9``;
            only in its first cell.
        kind: what sort of value it is.
        never_calculated: whether it is a formula without a last value.
        dynamic: whether an array formula takes the cells that it needs; one of the old kind fills
            the same cells always.
    """

    value: StoredValue
    formula: str | None
    array_range: str | None
    kind: Kind
    never_calculated: bool
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class SheetRows:
    """What a person sees of the rows of a sheet.

    Attributes:
        merged: the areas of merged cells.
        hidden: the rows that do not show, hidden by hand, by a filter or by a group.
    """

    merged: tuple[Area, ...]
    hidden: frozenset[int]


@dataclass(frozen=True, slots=True)
class SheetContents:
    """What a sheet holds.

    Attributes:
        cells: those that hold a value or a formula, by row and column from 1.
        rows: its merged areas and hidden rows.
    """

    cells: Mapping[Position, StoredCell]
    rows: SheetRows


def stored_value(
    kind: str, text: str, strings: Sequence[str], sheet: str, position: Position
) -> tuple[StoredValue, Kind]:
    """The value of a cell of any type but a date, by its type and what stands in it.

    Args:
        kind: the type as the cell says it, such as ``n`` or ``s``.
        text: what stands in the cell.
        strings: the shared texts.
        sheet: the sheet's name, for the message of an error value.
        position: the cell.

    Raises:
        ValueError, LookupError: the cell holds no value of its type.
    """
    if kind == "n":
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number, "number"
    if kind == "s":
        index = int(text)
        if index < 0:
            raise ValueError(text)
        return strings[index], "text"
    if kind == "b":
        return {"1": True, "0": False, "true": True, "false": False}[text], "boolean"
    if kind == "e":
        return CellError(text, f"the cell {cell_address(sheet, *position)} shows {text}"), "error"
    return unescaped(text), "text"


def unescaped(text: str) -> str:
    """A stored text with the characters that XML cannot hold, which are written ``_x000D_``."""
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # A character beyond 65,535 may be written as two escapes, which only together are a text.
    return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
