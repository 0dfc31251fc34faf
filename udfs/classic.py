"""Classic xlwings: the functions in Excel on Windows, with Python on the same computer.

Binds the catalogue through ``xlwings.func``, ``arg`` and ``ret``, and holds no rule. Name this
module (``xlpbr.udfs.classic``) under ``UDF Modules`` in xlwings' settings. Off Windows xlwings'
decorators do nothing, and neither does this module. Imports ``errors``, ``catalogue``,
``functions`` and xlwings.

Every argument arrives as rows of cells: a one-row range would otherwise lose its shape. Error
cells arrive as their text, because xlwings hands them over as blanks otherwise. An error of the
function reaches Excel as what xlwings' own wrapper makes of an exception.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import xlwings

from xlpbr.catalogue import WorksheetFunction
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS

CATEGORY = "Payment by results"


def bind(function: WorksheetFunction) -> Callable[..., Any]:
    """The function as xlwings registers it: its name in capitals, its help, its arguments."""

    def call(*arguments: Any) -> Any:
        return _for_excel(function.call(*arguments))

    call.__name__ = call.__qualname__ = function.name
    call.__doc__ = function.help
    # The resolved hints of the declaration are this project's, not converters of xlwings.
    call.__annotations__ = {}
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                argument.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if argument.required else None,
            )
            for argument in function.arguments
        ]
    )
    # xlwings.func resets what arg and ret have noted, so it is applied first and last.
    bound = xlwings.func(call)
    for argument in function.arguments:
        bound = xlwings.arg(argument.name, ndim=2, err_to_str=True, doc=argument.help)(bound)
    bound = xlwings.ret()(bound)
    registered: Callable[..., Any] = xlwings.func(category=CATEGORY)(bound)
    return registered


def _for_excel(result: Any) -> Any:
    """A result with the errors of its cells as the text of the error; one cell alone raises."""
    if not isinstance(result, list):
        return result
    if len(result) == 1 and len(result[0]) == 1 and isinstance(result[0][0], CellError):
        raise result[0][0]
    return [[cell.code if isinstance(cell, CellError) else cell for cell in row] for row in result]


# xlwings finds the functions as members of this module.
globals().update({name: bind(function) for name, function in FUNCTIONS.items()})
