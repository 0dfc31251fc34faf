"""What is run in the child process where xlwings believes in Windows; see ``fake_com``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from tests.support import fake_com, host_matrix
from tests.support.fake_com import MISSING, called_by_the_workbook, called_by_the_wrapper_of_xlwings
from xlpbr import cells
from xlpbr.functions import FUNCTIONS

WAYS: dict[str, Callable[..., Any]] = {
    "the workbook": called_by_the_workbook,
    "the workbook, currency cells": partial(called_by_the_workbook, currency=True),
    "xlwings' wrapper": called_by_the_wrapper_of_xlwings,
    "xlwings' wrapper, currency cells": partial(called_by_the_wrapper_of_xlwings, currency=True),
}


def matrix() -> dict[str, Any]:
    """Every case of the matrix in every way of calling: how many, and those that differ."""
    wrong: dict[str, list[str]] = {}
    seen: dict[str, int] = {}
    for way, call in WAYS.items():
        wrong[way], seen[way] = [], 0
        for case in host_matrix.cases():
            if host_matrix.differs("classic", case):
                continue
            given = [MISSING if one is host_matrix.LEFT_OUT else one for one in case.arguments]
            found = call(case.function, given)
            seen[way] += 1
            if found != host_matrix.expected(case):
                wrong[way].append(f"{case.name}: {found}")
    return {"wrong": wrong, "seen": seen}


def registered() -> dict[str, Any]:
    """What xlwings has noted of each function."""
    module = sys.modules["xlwings.udfs"].get_udf_module(fake_com.MODULE, None)
    return {
        name: {
            "info": {key: info[key] for key in ("name", "sub", "category")},
            "help": info["ret"]["doc"],
            "arguments": [
                {key: one.get(key) for key in ("name", "doc", "vba")}
                | {"optional": "optional" in one}
                for one in info["args"]
            ],
        }
        for name, info in (
            (name, getattr(module, name).__xlfunc__) for name in FUNCTIONS
        )
    }  # fmt: skip


def calls(jobs: list[list[Any]]) -> list[Any]:
    """Raw calls through xlwings' server, nothing done to their arguments or results."""
    server = sys.modules["xlwings.com_server"].XLPython()
    return [server.CallUDF(fake_com.MODULE, name, [*given, False]) for name, given in jobs]


def literal_decimals() -> Any:
    """Currency inside an array that no range gave: COM hands over decimals, and they are read."""
    server = sys.modules["xlwings.com_server"].XLPython()
    column = ((Decimal("0.1000"),), (Decimal("1234.5650"),))
    return server.CallUDF(fake_com.MODULE, "PBR_CONTRACT_CAP", [column, None, MISSING, False])


def days_from_1904() -> list[Any]:
    """A serial of 1904 in, and the months of a statement out."""
    with cells.dates_from_1904():
        start = float(cells.serial_of(host_matrix.TERMS[2][1]))
    terms = [list(row) for row in host_matrix.TERMS]
    terms[2][1] = start
    given = [terms, host_matrix.PLACEMENTS, host_matrix.CARERS, host_matrix.CLAIMS, MISSING]
    one = called_by_the_workbook("PBR_STATEMENT", given, from_1904=True)
    other = called_by_the_wrapper_of_xlwings("PBR_STATEMENT", given, from_1904=True)
    return [one, other, start]


def broken(name: str) -> Any:
    """What a cell is given when a function fails in a way that nobody foresaw."""
    module = sys.modules["xlwings.udfs"].get_udf_module(fake_com.MODULE, None)

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    object.__setattr__(FUNCTIONS[name], "call", fail)
    assert getattr(module, name)
    return calls([[name, [MISSING] * len(FUNCTIONS[name].arguments)]])[0]


def questions() -> dict[str, int]:
    """How often Python asks Excel back during one call, in both ways of calling."""
    asked = {}
    given = [45000.28, 349883.33, 310000.06]
    for way in ("the workbook", "xlwings' wrapper"):
        call = WAYS[way]
        call("PBR_FEE_CAP", given)
        before = fake_com.FakeRange.asked
        call("PBR_FEE_CAP", given)
        asked[way] = fake_com.FakeRange.asked - before
    return asked


def same_column(rows: int) -> bool:
    """Whether a column through xlwings' server is what the function called directly gives."""
    server = sys.modules["xlwings.com_server"].XLPython()
    savings = tuple((float(row % 997) + 0.13,) for row in range(rows))
    earned = tuple((float(row * 11),) for row in range(rows))
    as_rows = [[list(row) for row in column] for column in (savings, earned)]
    function = FUNCTIONS["PBR_FEE_CAP"].call

    def raw() -> Any:
        return function(*as_rows, None)

    def through() -> Any:
        return server.CallUDF(fake_com.MODULE, "PBR_FEE_CAP", [savings, earned, MISSING, False])

    return bool(raw() == through())


def touched() -> list[str]:
    """Which modules of pandas and numpy are entered while a call runs."""
    server = sys.modules["xlwings.com_server"].XLPython()
    column = tuple((float(row),) for row in range(50))
    entered = set()

    def look(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            entered.add(frame.f_globals.get("__name__", "").partition(".")[0])

    sys.setprofile(look)
    try:
        server.CallUDF(fake_com.MODULE, "PBR_FEE_CAP", [column, column, MISSING, False])
    finally:
        sys.setprofile(None)
    return sorted(entered)
