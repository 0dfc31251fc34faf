"""LibreOffice Calc: the functions between what Calc hands over and what it takes back.

Binds the catalogue and holds no rule. It runs under the Python inside LibreOffice, so it imports
no third-party package. ``component`` is the file that LibreOffice itself loads.

Calc hands over numbers and texts. Dates are serials, TRUE and FALSE are 1 and 0. A blank cell is
an empty text in a range, but 0 where it is given alone: for a date that can only be a blank; for
anything else that does not count a blank as 0 the function says that it cannot tell. A range of
that one cell (``B5:B5``) or ``PBR_CELLS(B5)`` tells it.
"""

from __future__ import annotations

import struct
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any

from xlpbr import cells
from xlpbr.errors import NA, NUM, VALUE, CellError
from xlpbr.functions.catalogue import Argument, WorksheetFunction

SERVICE = "org.xlpbr.udfs"
"""What Calc calls the add-in; a function's full name is this, a full stop and its own name."""

TWIN = "XLDUDF_"
"""What stands before the name of the method that answers to such a name."""

CELLS_FUNCTION = "PBR_CELLS"
"""The one function that only Calc has: the cells of a reference, blanks and errors told apart."""

CELLS_HELP = (
    "Within the arguments of PBR_ functions only: the cells of a reference as they stand. Calc"
    " alone hands over 0 for a blank cell and 1 for TRUE, and no range with an error in it."
)
CELLS_ARGUMENT = ("reference", "A cell or a range (reference).")

ERROR_NUMBERS = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    VALUE: 519,
    "#REF!": 524,
    "#NAME?": 525,
    NUM: 503,
    NA: 32767,
}
"""The errors of Excel that Calc has, with its own numbers for them."""

ERROR_CODES = {number: code for code, number in ERROR_NUMBERS.items()}

_DATES = ("date", "dates")
_BLANK_IS_ZERO = ("0", "0.00")
_EPOCHS = {(1899, 12, 30): False, (1904, 1, 1): True}
"""The day that a document counts from: whether it is the one of 1904."""

_MARK = "\ue000"
_TRUTH = {"TRUE": True, "FALSE": False}

_noted: list[list[CellError]] = []
_zero_is_zero = False


def call(function: WorksheetFunction, null_date: tuple[int, int, int], given: Sequence[Any]) -> Any:
    """Call a function as Calc does.

    Args:
        function: the function.
        null_date: year, month and day from which the document counts its days.
        given: what Calc hands over for each argument; None for one that was left out.

    Returns:
        A number, a text or a truth value; for a function that can give several cells rows of
        these, with None for blanks, as tuples. An error is a number that is none, with Calc's
        number for the error in it.
    """
    arguments: list[Any] = []
    with cells.dates_from_1904(on=_EPOCHS.get(null_date, False)):
        try:
            _refuse_other_epochs(null_date)
            for argument, value in zip(function.arguments, given, strict=True):
                arguments.append(from_calc(argument, value))
            result = function.call(*arguments)
        except CellError as error:
            result = error
        if not any(map(_errors_in, arguments)):
            for noted in _noted:
                noted.extend(_errors_in(result))
        return to_calc(function, result)


def tell_blanks_by_cells_function() -> None:
    """Take a 0 given alone for a 0 from now on.

    Where every cell among the arguments stands in ``PBR_CELLS``, as in a private Calc, a blank one
    is told by it, and what is left is typed or worked out.
    """
    global _zero_is_zero  # noqa: PLW0603  # LibreOffice loads one module for all documents
    _zero_is_zero = True


@contextmanager
def errors_noted() -> Iterator[list[CellError]]:
    """Note every error that a function gives of itself, with its reason; Calc keeps the kind.

    One that was handed to a function and only handed on is left out.
    """
    errors: list[CellError] = []
    _noted.append(errors)
    try:
        yield errors
    finally:
        _noted.remove(errors)


def from_calc(argument: Argument, value: Any) -> Any:
    """What Calc hands over for an argument as a cell value, or as rows of cell values.

    Raises:
        CellError: a 0 that may be a blank cell, where a blank means something else than 0.
    """
    if isinstance(value, tuple):
        return [list(map(_from_range, row)) for row in value]
    # TRUE and FALSE are equal to 1 and 0; only a number may be a blank cell.
    if isinstance(value, float) and value == 0 and not _zero_is_zero:
        if argument.declared.unit in _DATES:
            return None
        if argument.declared.default not in _BLANK_IS_ZERO:
            raise CellError(
                VALUE,
                f"{argument.name}: found 0, which in Calc may be a blank cell; write the cell as a"
                " range, such as B5:B5 for B5, or a 0 as a text",
            )
    return _unmarked(value)


def marked(value: bool | float | str) -> str:
    """A text by which ``PBR_CELLS`` hands over what Calc would not: TRUE, a date, an error.

    Args:
        value: a truth value, the serial of a date, or the code of an error.
    """
    return f"{_MARK}{str(value).upper() if isinstance(value, bool) else value}"


def _from_range(cell: Any) -> Any:
    return None if cell == "" else _unmarked(cell)


def _unmarked(cell: Any) -> Any:
    if not isinstance(cell, str) or not cell.startswith(_MARK):
        return cell
    said = cell.removeprefix(_MARK)
    if said in _TRUTH:
        return _TRUTH[said]
    if said.startswith("#"):
        return CellError(said, f"the cell shows {said}")
    try:
        return cells.day(float(said))
    except CellError:
        return float(said)


def gives_one_cell(function: WorksheetFunction) -> bool:
    """Whether a function never gives more than one cell, by what its declaration returns."""
    return _returns(function.call) in (float, str)


@cache
def _returns(call: Callable[..., Any]) -> Any:
    return typing.get_type_hints(call)["return"]


def to_calc(function: WorksheetFunction, result: Any) -> Any:
    """A result as Calc takes it: rows, also of one cell, where the function can give several."""
    if gives_one_cell(function):
        return _for_calc(result)
    rows = result if isinstance(result, list) else [[result]]
    return tuple(tuple(map(_for_calc, row)) for row in rows)


def error_number(code: str) -> float:
    """The number that is none by which Calc knows an error; ``#VALUE!`` for one that it lacks."""
    payload = ERROR_NUMBERS.get(code, ERROR_NUMBERS[VALUE])
    found: tuple[float] = struct.unpack("<d", struct.pack("<Q", 0x7FF8 << 48 | payload))
    return found[0]


def full_name(name: str) -> str:
    """The full name by which Calc of any line knows a function."""
    return f"{SERVICE.upper()}.{name}"


def _for_calc(value: Any) -> Any:
    if isinstance(value, CellError):
        return error_number(value.code)
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, date):
        return float(cells.serial_of(value))
    return float(value)


def _refuse_other_epochs(null_date: tuple[int, int, int]) -> None:
    if null_date not in _EPOCHS:
        year, month, day = null_date
        raise CellError(
            VALUE,
            f"the document counts its days from {day:02}/{month:02}/{year}; choose 30/12/1899 in"
            " Tools, Options, LibreOffice Calc, Calculate",
        )


def _errors_in(value: Any) -> list[CellError]:
    if isinstance(value, list):
        return [error for cell in value for error in _errors_in(cell)]
    error = cells.error_in(value)
    return [] if error is None else [error]
