"""What the bindings to all hosts share: the call of a function, and how xlwings sees it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from xlpbr.errors import VALUE, CellError
from xlpbr.functions.catalogue import WorksheetFunction


def result_of(function: WorksheetFunction, arguments: Sequence[Any]) -> Any:
    """What a function gives for cell values; an error as a value, also for a wrong number of them.

    Args:
        function: the function.
        arguments: a cell value or rows of them for each argument, None for one left out.
    """
    if not function.required_count <= len(arguments) <= len(function.arguments):
        return CellError(VALUE, f"expected {function.signature}")
    try:
        return function.call(*arguments)
    except CellError as error:
        return error


def as_declared(
    call: Callable[..., Any], function: WorksheetFunction, *added: str
) -> Callable[..., Any]:
    """The call with the name, the help and the arguments of a function, as xlwings registers it.

    Args:
        call: takes the arguments by place.
        function: the function.
        added: arguments after those of the function, which may be left out.
    """
    call.__name__ = call.__qualname__ = function.name
    call.__doc__ = function.help
    # The resolved hints of the declaration are this project's, not converters of xlwings.
    call.__annotations__ = {}
    names = {argument.name: argument.required for argument in function.arguments}
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if required else None,
            )
            for name, required in (names | dict.fromkeys(added, False)).items()
        ]
    )
    return call
