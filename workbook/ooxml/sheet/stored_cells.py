"""What a sheet holds, as its part stores it: cells, merged areas and hidden rows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from xlpbr.errors import CellError
from xlpbr.workbook.ooxml.addresses import Area, Position

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


def unescaped(text: str) -> str:
    """A stored text with the characters that XML cannot hold, which are written ``_x000D_``."""
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # A character beyond 65,535 may be written as two escapes, which only together are a text.
    return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
