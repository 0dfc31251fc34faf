"""The catalogue of worksheet functions: each declared once, with its arguments.

A function is declared by its signature, its docstring and ``@worksheet_function``. Names, help,
defaults and shapes in every host, in the reference and on the template's Functions sheet are
derived from that.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

ArgumentShape = Literal["cell", "cells", "column", "table"]

MAX_HELP = 255
"""Excel cuts the help of a function or an argument after so many characters."""


@dataclass(frozen=True, slots=True)
class Arg:
    """What an argument is, as the wizard says it.

    Attributes:
        help: what to give, in a sentence.
        unit: the unit as a person writes it.
        shape: one cell; cells that broadcast; a column; a table with a heading row.
        default: what a blank cell means, in words; empty where a blank is refused.
    """

    help: str
    unit: str
    shape: ArgumentShape = "cell"
    default: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a declared function."""

    name: str
    declared: Arg
    required: bool

    @property
    def help(self) -> str:
        """The wizard's help: what to give, the unit where that does not say it, and a blank."""
        given, unit = self.declared.help, self.declared.unit
        text = f"{given}." if re.search(rf"\b{unit}\b", given) else f"{given} ({unit})."
        if not self.required:
            text = f"{text} Optional."
        return f"{text} If left blank: {self.declared.default}." if self.declared.default else text


@dataclass(frozen=True, slots=True)
class Example:
    """A formula with the value that it shows; both are run by the tests."""

    formula: str
    shows: str


@dataclass(frozen=True, slots=True)
class WorksheetFunction:
    """A function as every host sees it.

    Attributes:
        name: the name in a cell, such as ``PBR_FEE_CAP``.
        help: the wizard's help, one sentence or two.
        notes: the longer matter, paragraphs of the reference.
        arguments: in their order.
        returns: what comes back.
        elementwise: whether ranges broadcast.
        clause: the clause or source behind the rule.
        examples: formulas with what they show.
        call: the function itself, from cell values to cell values.
    """

    name: str
    help: str
    notes: str
    arguments: tuple[Argument, ...]
    returns: str
    elementwise: bool
    clause: str
    examples: tuple[Example, ...]
    call: Callable[..., Any]

    @property
    def signature(self) -> str:
        """The call as the wizard shows it, optional arguments in brackets."""
        shown = ", ".join(
            argument.name if argument.required else f"[{argument.name}]"
            for argument in self.arguments
        )
        return f"{self.name}({shown})"

    @property
    def required_count(self) -> int:
        """How many arguments must be given."""
        return sum(argument.required for argument in self.arguments)


FUNCTIONS: dict[str, WorksheetFunction] = {}
"""Every declared function by its name in a cell, in the order of declaration."""

_Call = TypeVar("_Call", bound=Callable[..., Any])


def worksheet_function(
    *, returns: str, clause: str, examples: tuple[Example, ...] = (), elementwise: bool = False
) -> Callable[[_Call], _Call]:
    """Declare a function of the worksheet.

    The name comes from the Python name, the help from the docstring's first paragraph, the
    notes from the rest, the arguments from the annotated signature.

    Args:
        returns: what comes back, with unit and shape.
        clause: the clause or source behind the rule.
        examples: formulas with the value that they show.
        elementwise: whether ranges are accepted where one cell is expected, and broadcast.
    """

    def declare(call: _Call) -> _Call:
        name = call.__name__.upper()
        help_text, _, notes = inspect.cleandoc(call.__doc__ or "").partition("\n\n")
        FUNCTIONS[name] = WorksheetFunction(
            name=name,
            help=" ".join(help_text.split()),
            notes=notes,
            arguments=_arguments(call),
            returns=returns,
            elementwise=elementwise,
            clause=clause,
            examples=examples,
            call=call,
        )
        return call

    return declare


def _arguments(call: Callable[..., Any]) -> tuple[Argument, ...]:
    hints = typing.get_type_hints(call, include_extras=True)
    found = []
    for name, parameter in inspect.signature(call).parameters.items():
        declared = next(
            extra for extra in typing.get_args(hints[name])[1:] if isinstance(extra, Arg)
        )
        found.append(Argument(name, declared, parameter.default is inspect.Parameter.empty))
    return tuple(found)
