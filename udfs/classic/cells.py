"""What Excel hands over through COM as cell values, and results as Excel takes them.

COM hands over numbers as floats, blanks as None, errors as whole numbers, dates as datetimes with a
time zone that means nothing, and ranges as tuples of rows. A cell with a currency format comes cut
to four places where its ``Value`` is read, so its ``Value2`` is read as well.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from xlpbr import cells
from xlpbr.errors import VALUE, CellError

ERROR_NUMBERS: dict[str, int] = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    VALUE: 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
    "#GETTING_DATA": 2043,
    "#SPILL!": 2045,
    "#CONNECT!": 2046,
    "#BLOCKED!": 2047,
    "#UNKNOWN!": 2048,
    "#FIELD!": 2049,
    "#CALC!": 2050,
    "#BUSY!": 2051,
}
"""Excel's number of each error value, as VBA's ``CVErr`` takes it."""

REASON_FOLLOWS = "\u00a0"
"""Between an error and its reason in a result. No text of a result holds a non-breaking space,
because texts are tidied; to a person it is a space."""

_COM_ERROR = 0x800A0000
"""COM gives an error cell as this plus the error's number, as a signed number of 32 bits."""

_CODES = {number: code for code, number in ERROR_NUMBERS.items()}
_AS_THEY_ARE = frozenset({float, str, bool, type(None)})


class ExcelRange(Protocol):
    """A range of Excel as COM gives it: its values in two forms."""

    Value: Any
    Value2: Any


def values_of(area: ExcelRange) -> Any:
    """The values of a range: dates as dates, and money as exact as the cell holds it."""
    values = area.Value
    if not isinstance(values, tuple):
        return area.Value2 if isinstance(values, Decimal) else values
    if not any(isinstance(value, Decimal) for row in values for value in row):
        return values
    return [
        [whole if isinstance(value, Decimal) else value for value, whole in zip(*rows, strict=True)]
        for rows in zip(values, area.Value2, strict=True)
    ]


def from_excel(value: Any) -> Any:
    """A value or range that COM hands over, as a cell value or rows of cell values.

    An array of one dimension is one row, as Excel has it.
    """
    if not isinstance(value, tuple | list):
        return value if type(value) in _AS_THEY_ARE else _cell(value)
    if value and isinstance(value[0], tuple | list):
        return [_row(row) for row in value]
    return [_row(value)]


def _row(row: Any) -> list[Any]:
    return [value if type(value) in _AS_THEY_ARE else _cell(value) for value in row]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, int) and value & 0xFFFF0000 == _COM_ERROR:
        code = _CODES.get(value & 0xFFFF, VALUE)
        return CellError(code, f"the cell shows {code}")
    return value


def to_excel(result: Any) -> list[list[Any]]:
    """A result as rows for COM: numbers as floats, dates as serials, errors as marked texts.

    COM cannot carry an error value from Python to Excel. It goes as its name, ``REASON_FOLLOWS``
    and its reason; the VBA of a workbook makes the error value of it.
    """
    rows = result if isinstance(result, list) else [[result]]
    return [[_for_excel(value) for value in row] for row in rows]


def _for_excel(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, CellError):
        return f"{value.code}{REASON_FOLLOWS}{value.message}"
    if isinstance(value, str | bool):
        return value
    if isinstance(value, date):
        return float(cells.serial_of(value))
    return float(value)
