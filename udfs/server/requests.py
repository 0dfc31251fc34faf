"""What a request may hold: bytes to a call or to tables, within the limits, or a refusal.

Bytes in, plain values out; knows nothing of the network.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from xlpbr.functions import FUNCTIONS
from xlpbr.tables.declared import REQUIRED, TABLES
from xlpbr.udfs.server.settings import Limits

BAD_REQUEST = 400
TOO_LARGE = 413
CANNOT_BE_USED = 422

_OLDEST_RUNTIME = "1.1"
"""What an Excel counts as that does not say which version of custom functions it has."""

_RUNTIME = re.compile(r"\d{1,2}\.\d{1,3}")
_PLAIN = frozenset({float, int, str, bool, type(None)})
_LONGEST_TEXT = 32_767
_LARGEST_NUMBER = 10**308
_SIGNS_BESIDE_CELLS = 100_000
"""Brackets and commas that may stand in texts and between arguments; an object is a cell too."""

MOST_CALLS = 1_000
"""Calls of one request: xlwings' JavaScript has no more of them under way at a time."""

PLAYS_SCENARIOS = frozenset({"PBR_FORECAST"})
"""Functions that take their time however few cells they are given."""

_KEPT_OF_AN_OBJECT = ("type", "basicValue", "errorType")


class Refused(Exception):
    """A request that is not carried out.

    Attributes:
        status: the HTTP status.
        reason: what is wrong and what to do; it is shown in the cell.
    """

    def __init__(self, status: int, reason: str) -> None:
        """Keep the status and the reason."""
        super().__init__(reason)
        self.status = status
        self.reason = reason


def _no_call(reason: str) -> Refused:
    return Refused(CANNOT_BE_USED, reason)


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """One call of a function as Excel's JavaScript sends it.

    Attributes:
        function: its name in a cell.
        arguments: rows of cells for each; None for one that is left out.
        cells: how many cells they have together.
        runtime: the version of Excel's runtime for custom functions.
        date_format: how the person's Excel writes a short date.
        culture: the language of the person's Excel, such as ``en-GB``.
    """

    function: str
    arguments: list[Any]
    cells: int
    runtime: str
    date_format: str | None
    culture: str | None

    @property
    def plays_scenarios(self) -> bool:
        """Whether it takes its time however few cells it has."""
        return self.function in PLAYS_SCENARIOS


def function_call(body: bytes, limits: Limits) -> FunctionCall:
    """The call in a request's body.

    Raises:
        Refused: 400 for what is no JSON, 422 for what is no call of a function, 413 for more
            cells than are allowed.
    """
    return _call_in(_json_object(body, limits), limits)


def function_calls(body: bytes, limits: Limits) -> list[FunctionCall | Refused]:
    """The calls in the body of a request that brings many, each a call or why it is none.

    Each call may have the cells that one call may have; the brackets and commas of all together
    are those of one call as well.

    Raises:
        Refused: as ``function_call``, for the request as a whole.
    """
    given = _json_object(body, limits).get("calls")
    if not isinstance(given, list):
        raise _no_call(f"calls: found {_kind(given)}; expected a list of calls.")
    if len(given) > MOST_CALLS:
        raise Refused(TOO_LARGE, f"calls: found {len(given):,}; expected at most {MOST_CALLS:,}.")
    return [_call_or_refusal(data, limits) for data in given]


def _call_or_refusal(data: Any, limits: Limits) -> FunctionCall | Refused:
    try:
        return _call_in(_an_object(data), limits)
    except Refused as refusal:
        return refusal


def _call_in(data: dict[str, Any], limits: Limits) -> FunctionCall:
    name = data.get("func_name")
    function = FUNCTIONS.get(name) if isinstance(name, str) else None
    if function is None:
        raise _no_call(
            "func_name: expected the name of a function of this add-in, such as PBR_SAVING. "
            "If the add-in was updated, close Excel and open it again."
        )
    arguments = data.get("args")
    if not isinstance(arguments, list):
        raise _no_call(f"args: found {_kind(arguments)}; expected a list.")
    if not function.required_count <= len(arguments) <= len(function.arguments):
        raise _no_call(f"args: found {len(arguments)}; expected those of {function.signature}.")
    budget = _Budget(limits.cells)
    checked = [
        _checked(value, argument.name, budget)
        for value, argument in zip(arguments, function.arguments, strict=False)
    ]
    runtime = _optional_text(data, "runtime") or _OLDEST_RUNTIME
    if not _RUNTIME.fullmatch(runtime):
        raise _no_call("runtime: expected a version such as 1.4.")
    return FunctionCall(
        function=function.name,
        arguments=checked,
        cells=budget.used,
        runtime=runtime,
        date_format=_optional_text(data, "date_format"),
        culture=_optional_text(data, "culture_info_name"),
    )


def tables(body: bytes, limits: Limits) -> tuple[dict[str, list[list[Any]]], int]:
    """The tables in a request's body, each as rows of cells, and their cells in number.

    Raises:
        Refused: as ``function_call``.
    """
    given = _json_object(body, limits).get("tables")
    if not isinstance(given, dict):
        raise _no_call(f"tables: found {_kind(given)}; expected an object with the tables.")
    for name in given:
        if name not in TABLES:
            raise _no_call(f"tables: expected only {', '.join(TABLES)}.")
    budget = _Budget(limits.cells)
    found = {}
    for name in TABLES:
        rows = given.get(name)
        if rows is None or rows == []:
            if name in REQUIRED:
                raise _no_call(f"{name}: nothing found; expected rows, the headings first.")
            continue
        if not isinstance(rows, list):
            raise _no_call(f"{name}: found {_kind(rows)}; expected rows of cells.")
        found[name] = _checked(rows, name, budget)
    return found, budget.used


def _too_many_cells(most: int) -> Refused:
    return Refused(
        TOO_LARGE,
        f"The call holds more than {most:,} cells. Choose the rows in use instead of whole"
        " columns.",
    )


class _Budget:
    """How many cells a request has used of those that it may."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0

    def spend(self, cells: int) -> None:
        self.used += cells
        if self.used > self.most:
            raise _too_many_cells(self.most)


def _json_object(body: bytes, limits: Limits) -> dict[str, Any]:
    # Each list, object and value has one of these signs; counted, they cost next to nothing, where
    # millions of lists in the allowed bytes would take many times their size and seconds to read.
    if sum(body.count(sign) for sign in b"[{") > limits.cells + _SIGNS_BESIDE_CELLS or (
        body.count(b",") > 4 * limits.cells + _SIGNS_BESIDE_CELLS
    ):
        raise _too_many_cells(limits.cells)
    try:
        data = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        # The message of the error may quote the request.
        raise Refused(BAD_REQUEST, "The request is not JSON that can be read.") from None
    return _an_object(data)


def _an_object(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _no_call(f"found {_kind(data)}; expected a JSON object.")
    return data


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _checked(value: Any, place: str, budget: _Budget) -> Any:
    """An argument, once its rows, cells and size are as Excel can send them."""
    if not isinstance(value, list):
        budget.spend(1)
        return _cell(value, place)
    if not value:
        raise _no_call(f"{place}: found no rows; expected at least one.")
    width = len(value[0]) if isinstance(value[0], list) else 0
    rows = []
    for number, row in enumerate(value, start=1):
        where = f"{place}, row {number}"
        if not isinstance(row, list) or not row:
            raise _no_call(f"{where}: found {_kind(row)}; expected cells.")
        if len(row) != width:
            raise _no_call(f"{where}: found {len(row)} cells; expected {width} as in row 1.")
        budget.spend(width)
        rows.append([_cell(cell, where) for cell in row])
    return rows


def _cell(value: Any, place: str) -> Any:
    kind = type(value)
    if kind is float:
        # JSON can write a number that no float holds.
        if not math.isfinite(value):
            raise _no_call(f"{place}: found a number that Excel cannot hold.")
    elif kind is str:
        if len(value) > _LONGEST_TEXT:
            raise _no_call(f"{place}: found a text longer than Excel can hold.")
    elif kind is int:
        if not -_LARGEST_NUMBER < value < _LARGEST_NUMBER:
            raise _no_call(f"{place}: found a number that Excel cannot hold.")
    elif kind is dict:
        return _object(value, place)
    elif kind not in _PLAIN:
        raise _no_call(f"{place}: found {_kind(value)}; expected a cell's value.")
    return value


def _object(value: dict[str, Any], place: str) -> dict[str, Any]:
    """What Excel sends for an error, a number with a format or a data type: what is read of it."""
    kept = {name: value[name] for name in _KEPT_OF_AN_OBJECT if name in value}
    if not isinstance(kept.get("type"), str) or any(
        type(one) not in _PLAIN for one in kept.values()
    ):
        raise _no_call(f"{place}: found an object; expected a cell's value with its type.")
    return {name: _cell(one, place) for name, one in kept.items()}


def _optional_text(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 100:
        raise _no_call(f"{name}: found {_kind(value)}; expected a short text.")
    return value


def _kind(value: Any) -> str:
    """What a value of JSON is, without its content, which may be a cell's."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return "nothing" if value is None else names.get(type(value), "a number")
