"""The embedded engine: the functions inside formualizer, in our own process.

Binds the catalogue, converts what the engine hands over to cell values and back, and holds no rule.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import formualizer

from xlpbr import cells
from xlpbr.errors import VALUE, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import WorksheetFunction
from xlpbr.udfs.binding import result_of
from xlpbr.udfs.hosts import STORED_PREFIXES

_CODES = {
    "Null": "#NULL!",
    "Div": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Na": "#N/A",
    "Spill": "#SPILL!",
    "Calc": "#CALC!",
    "Circ": "#REF!",
}
_KINDS = {code: kind for kind, code in reversed(_CODES.items())}

# The engine calls back from several threads; the functions are quick, and one at a time keeps
# whatever they hold consistent.
_ONE_AT_A_TIME = threading.Lock()


def register(
    workbook: formualizer.Workbook,
    *,
    date_1904: bool = False,
    errors: list[CellError] | None = None,
) -> None:
    """Give a workbook of the engine every PBR_ function.

    Args:
        workbook: the engine's workbook.
        date_1904: whether its date serials count from 1904.
        errors: where every error is put that a function gives of itself, with its reason; the
            engine keeps only what kind of error it is. One that was handed to it is left out.
    """
    for function in FUNCTIONS.values():
        for prefix in STORED_PREFIXES:
            workbook.register_function(
                prefix + function.name,
                _bound_for_the_engine(function, date_1904, errors),
                min_args=0,
            )


def _bound_for_the_engine(
    function: WorksheetFunction, date_1904: bool, errors: list[CellError] | None
) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        with _ONE_AT_A_TIME, cells.dates_from_1904(on=date_1904):
            result = result_of(function, [*map(from_engine, arguments)])
            if isinstance(result, CellError) and errors is not None and not _hands_on(arguments):
                errors.append(result)
            return to_engine(result)

    return call


def _hands_on(arguments: Any) -> bool:
    """Whether an error is among the arguments, so that a function has only handed it on."""
    if isinstance(arguments, list | tuple):
        return any(map(_hands_on, arguments))
    return isinstance(from_engine(arguments), CellError)


def is_error_of_engine(value: Any) -> bool:
    """Whether a value of the engine is an error that Excel does not have."""
    return isinstance(value, dict) and value.get("type") == "Error" and value["kind"] not in _CODES


def from_engine(value: Any) -> Any:
    """A value of the engine as a cell value; its errors become ``CellError``."""
    if isinstance(value, dict) and value.get("type") == "Error":
        code = _CODES.get(value["kind"], VALUE)
        return CellError(code, value.get("message") or f"the cell shows {code}")
    if isinstance(value, list | tuple):
        return [from_engine(cell) for cell in value]
    return value


def to_engine(value: Any) -> Any:
    """A cell value as the engine takes it; a ``CellError`` becomes its error with its message."""
    if isinstance(value, CellError):
        return formualizer.LiteralValue.error(_KINDS.get(value.code, "Value"), value.message)
    if isinstance(value, list):
        return [to_engine(cell) for cell in value]
    if isinstance(value, date):
        return float(cells.serial_of(value))
    return value
