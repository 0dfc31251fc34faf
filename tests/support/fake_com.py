"""Excel's side of COM without Excel, so that the real xlwings runs as it does on Windows.

xlwings imports its Windows parts only on Windows, so a child process is told that it is there and
given stand-ins for the packages of Windows. ``in_excel`` runs a function in such a child. What
stands here besides are the values as COM hands them over, ranges that give them, and what the VBA
of a workbook does before and after a call.
"""
# The names are those of Excel and of Windows.
# ruff: noqa: N802, ARG002, T201

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import json
import subprocess
import sys
import types
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from xlpbr import cells
from xlpbr.errors import CellError

ROOT = Path(__file__).resolve().parents[2]
MODULE = "xlpbr.udfs.classic"

MISSING = -2147352572
"""What COM hands over for an argument that was left out."""

ERRORS = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
    "#GETTING_DATA": -2146826245,
    "#SPILL!": -2146826243,
    "#CALC!": -2146826238,
}
"""What COM hands over for an error cell."""

_RANGE = "{00020846-0000-0000-C000-000000000046}"
_WINDOWS = (
    "pythoncom", "pywintypes", "win32api", "win32con", "win32event", "win32gui", "win32process",
    "win32timezone", "win32com", "win32com.client", "win32com.server", "win32com.server.util",
    "win32com.server.dispatcher", "win32com.server.policy",
)  # fmt: skip


def in_excel(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of a test module gives in a process where xlwings believes in Windows.

    Arguments and result go through JSON.
    """
    code = "from tests.support import fake_com; fake_com.child()"
    done = subprocess.run(
        [sys.executable, "-c", code, function.__module__, function.__qualname__],
        input=json.dumps(arguments), cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def child() -> None:
    """Run the function that is named on the command line, and print what it gives."""
    module, name = sys.argv[1:]
    arguments = json.loads(sys.stdin.read())
    start_xlwings()
    print(json.dumps(getattr(importlib.import_module(module), name)(*arguments)))


def start_xlwings() -> None:
    """Import xlwings as on Windows, up to the server of its functions."""
    # What others import of Windows must not be asked for: only xlwings is to be deceived.
    for name in ("asyncio", "concurrent.futures", "multiprocessing", "numpy", "pandas"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    sys.modules.update(_stand_ins())
    ctypes.windll = ctypes.oledll = _Anything()
    load = ctypes.PyDLL
    ctypes.PyDLL = lambda _: _Anything()
    platform = sys.platform
    sys.platform = "win32"
    try:
        importlib.import_module("xlwings")
        importlib.import_module("xlwings.com_server")
    finally:
        sys.platform, ctypes.PyDLL = platform, load


class _Anything:
    """Something of Windows that is never used for what it is."""

    def __getattr__(self, name: str) -> Any:
        return _Anything()

    def __call__(self, *arguments: Any) -> Any:
        return self


class PyTime(dt.datetime):
    """A date as pywin32 hands it over: with a time zone, though Excel knows of none."""


class _Zone(dt.tzinfo):
    def utcoffset(self, _: Any) -> dt.timedelta:
        return dt.timedelta(0)

    def dst(self, _: Any) -> dt.timedelta:
        return dt.timedelta(0)


_UTC = _Zone()


class ComError(Exception):
    """What pywin32 raises."""


def _stand_ins() -> dict[str, types.ModuleType]:
    found = {name: types.ModuleType(name) for name in _WINDOWS}
    for name, module in found.items():
        parent, _, own = name.rpartition(".")
        if parent:
            setattr(found[parent], own, module)
    unused = {
        "CDispatch", "CoClassBaseClass", "DispatchBaseClass", "DispatchEx",
    }  # fmt: skip
    for name in unused:
        setattr(found["win32com.client"], name, type(name, (), {}))
    found["win32com.client"].Dispatch = lambda thing, **_: thing
    pythoncom = found["pythoncom"]
    pythoncom.__file__ = "pythoncom.dll"
    pythoncom.CoInitialize = lambda: None
    pythoncom.IID_IDispatch = "IDispatch"
    pythoncom.TypeIIDs = {"IDispatch": type("PyIDispatch", (), {})}
    pythoncom.ole_error = pythoncom.com_error = ComError
    pywintypes = found["pywintypes"]
    pywintypes.TimeType = PyTime
    pywintypes.IID = str
    pywintypes.com_error = pywintypes.error = ComError

    class TimeZoneInfo:
        utc = staticmethod(lambda: _UTC)

    found["win32timezone"].TimeZoneInfo = TimeZoneInfo
    found["win32process"].GetWindowThreadProcessId = lambda _: (1, 4242)

    def unwrap(_: Any) -> Any:
        raise ComError("this is no object of Python")

    found["win32com.server.util"].unwrap = unwrap
    return found


# -- values --------------------------------------------------------------------------------------


def value_of(cell: Any, *, currency: bool = False) -> Any:
    """A cell's ``Value``: currency cut to four places, dates as dates, errors as numbers."""
    if isinstance(cell, CellError):
        return ERRORS[cell.code]
    if isinstance(cell, dt.date):
        return PyTime(cell.year, cell.month, cell.day, tzinfo=_UTC)
    if currency and type(cell) is float:
        return Decimal(repr(cell)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    return cell


def value2_of(cell: Any) -> Any:
    """A cell's ``Value2``: neither currency nor dates."""
    if isinstance(cell, CellError):
        return ERRORS[cell.code]
    return float(cells.serial_of(cell)) if isinstance(cell, dt.date) else cell


class FakeRange:
    """A range as COM gives it to Python; it counts how often Excel is asked."""

    asked = 0

    def __init__(self, rows: list[list[Any]], *, currency: bool = False) -> None:
        self._rows, self._currency = rows, currency
        self.Worksheet = FakeSheet()

    def __getattribute__(self, name: str) -> Any:
        if name[0].isupper():
            FakeRange.asked += 1
        return super().__getattribute__(name)

    @property
    def _oleobj_(self) -> Any:
        attributes = types.SimpleNamespace(iid=_RANGE)
        info = types.SimpleNamespace(GetTypeAttr=lambda: attributes)
        return types.SimpleNamespace(GetTypeInfo=lambda: info)

    @property
    def Value(self) -> Any:
        return _in_tuples(self._rows, lambda cell: value_of(cell, currency=self._currency))

    @property
    def Value2(self) -> Any:
        return _in_tuples(self._rows, value2_of)

    Row = Column = 1

    @property
    def Rows(self) -> Any:
        return types.SimpleNamespace(Count=len(self._rows))

    @property
    def Columns(self) -> Any:
        return types.SimpleNamespace(Count=len(self._rows[0]))


def _in_tuples(rows: list[list[Any]], form: Callable[[Any], Any]) -> Any:
    values = tuple(tuple(form(cell) for cell in row) for row in rows)
    return values[0][0] if len(values) == 1 and len(values[0]) == 1 else values


class FakeSheet:
    """A sheet, its workbook and Excel, as far as xlwings asks for them."""

    Name = "Sheet1"
    Hwnd = 1

    @property
    def Parent(self) -> FakeSheet:
        return self

    Application = Parent

    @property
    def Sheets(self) -> list[FakeSheet]:
        return []

    Worksheets = Sheets


# -- calls ---------------------------------------------------------------------------------------


def called_by_the_workbook(
    name: str, arguments: list[Any], *, currency: bool = False, from_1904: bool = False
) -> list[list[Any]]:
    """A call as the VBA of a classic workbook makes it.

    Args:
        name: the function.
        arguments: cells, rows of cells, or ``MISSING``.
        currency: whether numbers stand in cells with a currency format.
        from_1904: whether the workbook counts days from 1904.
    """
    with cells.dates_from_1904(on=from_1904):
        given = [_read_by_vba(_as_range(argument, currency)) for argument in arguments]
    return errors_made(_server().CallUDF(MODULE, name, [*given, from_1904]))


def called_by_the_wrapper_of_xlwings(
    name: str, arguments: list[Any], *, currency: bool = False, from_1904: bool = False
) -> list[list[Any]]:
    """A call as the wrapper makes it that xlwings' Import Functions writes: with the ranges."""
    given = [_as_range(argument, currency) for argument in arguments]
    with cells.dates_from_1904(on=from_1904):
        result = _server().CallUDF(
            MODULE, name, [*given, from_1904], FakeSheet(), FakeRange([[None]])
        )
    return errors_made(result)


def _server() -> Any:
    return sys.modules["xlwings.com_server"].XLPython()


def _as_range(argument: Any, currency: bool) -> Any:
    if argument == MISSING and isinstance(argument, int):
        return argument
    rows = argument if isinstance(argument, list) else [[argument]]
    return FakeRange(rows, currency=currency)


def _read_by_vba(argument: Any) -> Any:
    """What the VBA function CellsOf makes of an argument."""
    if not isinstance(argument, FakeRange):
        return argument
    values, whole = argument.Value, argument.Value2
    if not isinstance(values, tuple):
        return whole if isinstance(values, Decimal) else values
    return tuple(
        tuple(b if isinstance(a, Decimal) else a for a, b in zip(*rows, strict=True))
        for rows in zip(values, whole, strict=True)
    )


def errors_made(result: Any) -> list[list[Any]]:
    """A result as the sheet shows it: an error by its name in place of each marked text."""
    if not isinstance(result, list):
        rows = [[result]]
    else:
        rows = result if isinstance(result[0], list) else [result]
    return [[_cell_of_sheet(cell) for cell in row] for row in rows]


def _cell_of_sheet(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith("#") and "\u00a0" in cell:
        code, _, reason = cell.partition("\u00a0")
        assert code in ERRORS
        assert reason
        return code
    return cell
