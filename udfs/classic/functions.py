"""Classic xlwings: the functions in Excel on Windows, with Python on the same computer.

Binds the catalogue through ``xlwings.func``, ``arg`` and ``ret``, and holds no rule. xlwings finds
the functions as members of the folder, under whose name (``xlpbr.udfs.classic``) its settings list
them. Off Windows xlwings' decorators do nothing, and neither does this module.

Arguments are taken past xlwings' own conversion, which drops error cells, flattens rows and cuts
currency cells to four places, and which is slow where pandas is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import xlwings
from xlwings.conversion import Accessor, ConversionContext, Pipeline

from xlpbr import cells
from xlpbr.errors import VALUE, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import WorksheetFunction
from xlpbr.udfs.binding import as_declared, result_of
from xlpbr.udfs.classic.cells import from_excel, to_excel, values_of

CATEGORY = "Payment by results"
"""Where the functions stand in Excel's list of functions."""

COUNTS_FROM_1904 = "counts_from_1904"
"""The last argument of every call. No cell gives it: VBA says how its workbook counts days."""


class CellsOfExcel(Accessor):
    """How an argument is read: as cell values, none of them changed."""

    @classmethod
    def reader(cls, options: Any) -> Pipeline:  # noqa: ARG003
        """The one step of reading."""
        return Pipeline([_read])


def _read(context: ConversionContext) -> None:
    value = context.value if context.range is None else values_of(context.range.api)
    context.value = from_excel(value)


def bind(
    function: WorksheetFunction,
    func: Callable[..., Any] = xlwings.func,
    arg: Callable[..., Any] = xlwings.arg,
    ret: Callable[..., Any] = xlwings.ret,
) -> Callable[..., Any]:
    """The function as xlwings registers it: its name in capitals, its help, its arguments.

    Args:
        function: the declared function.
        func: xlwings' decorator of a function; the default does nothing off Windows.
        arg: xlwings' decorator of an argument.
        ret: xlwings' decorator of the result.
    """

    def call(*arguments: Any) -> list[list[Any]]:
        *given, counts_from_1904 = arguments
        with cells.dates_from_1904(on=counts_from_1904 is True):
            return to_excel(_result(function, given))

    # xlwings.func resets what arg and ret have noted, so it is applied first and last.
    bound = func(as_declared(call, function, COUNTS_FROM_1904))
    for argument in function.arguments:
        bound = arg(argument.name, CellsOfExcel, doc=argument.help)(bound)
    bound = arg(COUNTS_FROM_1904, "raw", vba="ThisWorkbook.Date1904")(bound)
    bound = ret("raw")(bound)
    registered: Callable[..., Any] = func(category=CATEGORY)(bound)
    return registered


def _result(function: WorksheetFunction, arguments: list[Any]) -> Any:
    """What the function gives; an error as a value, because Excel sees nothing of exceptions."""
    try:
        return result_of(function, arguments)
    except Exception as error:
        return CellError(
            VALUE,
            f"{function.name} failed within xlpbr ({type(error).__name__}: {error}). This is a"
            " fault in xlpbr: please report it, with the formula.",
        )


BOUND: dict[str, Callable[..., Any]] = {
    name: bind(function) for name, function in FUNCTIONS.items()
}
"""The functions as xlwings calls them, by their name in Excel."""
