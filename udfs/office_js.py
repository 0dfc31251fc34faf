"""Office.js functions: what xlwings Lite and xlwings Server share.

Binds the catalogue to xlwings' functions for Office.js (``xlwings.server``), and holds no rule.

xlwings must see its licence key (``XLWINGS_LICENSE_KEY``) when it is first imported: Lite brings
its own, the server is given one.

Excel hands over each argument as rows of cells: numbers, texts, truth values, blanks as an empty
text or as JavaScript's null, dates as serials, and errors as objects. A result goes back as rows:
an error as Excel's error object, which has no message, and a date as a number with its format. An
error of the whole can carry its message to the person by being raised. xlwings makes ``#VALUE!``
of whatever is raised; a host whose page can tell the errors apart says which it raises.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Collection
from datetime import date
from importlib import import_module
from typing import Any

from xlwings import XlwingsError, utils
from xlwings import server as xlwings_server
from xlwings.conversion import Converter, RawValueAccessor
from xlwings.pro import udfs_officejs

from xlpbr import cells
from xlpbr.errors import EXCEL_ERRORS, VALUE, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import WorksheetFunction
from xlpbr.udfs.binding import as_declared, result_of

_ERROR_TYPES = {
    "#NULL!": "Null",
    "#DIV/0!": "Div0",
    "#VALUE!": "Value",
    "#REF!": "Ref",
    "#NAME?": "Name",
    "#NUM!": "Num",
    "#N/A": "NotAvailable",
    "#GETTING_DATA": "GettingData",
    "#SPILL!": "Spill",
    "#CALC!": "Calc",
    "#FIELD!": "Field",
    "#BLOCKED!": "Blocked",
    "#CONNECT!": "Connect",
    "#BUSY!": "Busy",
}
_CODES = {error_type: code for code, error_type in _ERROR_TYPES.items()}

# From this version of Excel's runtime on, a result may hold objects: errors and dates.
_OBJECTS_SINCE = 1.4


def _javascript_nulls() -> tuple[type, ...]:
    """The type of JavaScript's null in Pyodide; none outside it, and before it had one."""
    if sys.platform != "emscripten":
        return ()
    null = getattr(import_module("pyodide.ffi"), "JsNull", None)
    return () if null is None else (null,)


_NULLS = _javascript_nulls()


def spare_the_lookup() -> None:
    """Keep xlwings from looking for Pyodide once for every cell.

    xlwings asks of every cell and argument whether it is JavaScript's null, and each time tries to
    import Pyodide first. Outside a browser that import fails, and a failing import is slow: a range
    of 1000 x 5 cells costs a quarter of a second. Whether this is Pyodide does not change while the
    program runs, so the answer is put in place of the question, here and nowhere else. The two
    names are ``xlwings.utils.is_jsnull`` and ``xlwings.pro.udfs_officejs.js_to_none``, as of
    xlwings 0.37.8; a test fails when they are no longer there.
    """
    utils.is_jsnull = lambda value: isinstance(value, _NULLS)
    udfs_officejs.js_to_none = lambda value: None if isinstance(value, _NULLS) else value


def spare_the_imported() -> None:
    """Keep Python's search for garbage from walking everything that was imported.

    A column of 10,000 rows makes so many objects that Python looks through all it has several
    times in one call, xlwings and what it loads included: up to as long as the calculation takes.
    What is there before the first call stays until the program ends, so it is left out.
    """
    gc.freeze()


class SheetCells(Converter):
    """Between what Excel's JavaScript hands over and cell values, in both directions."""

    base: Any = RawValueAccessor

    @staticmethod
    def read_value(value: Any, options: dict[str, Any]) -> Any:  # noqa: ARG004
        """An argument: one cell, or rows of cells."""
        return from_office_js(value)

    @staticmethod
    def write_value(value: Any, options: dict[str, Any]) -> list[list[Any]]:
        """A result as rows, as Excel's runtime takes it.

        Raises:
            XlwingsError: where the whole result is an error and its message can be shown, or
                where this Excel cannot take the error as a value.
        """
        return to_office_js(
            value, float(options["runtime"]), options["date_format"], options["raised"]
        )


def from_office_js(value: Any) -> Any:
    """An argument of Office.js as cell values; its errors become ``CellError``."""
    if not isinstance(value, list | tuple):
        return _cell(value)
    rows = value if value and isinstance(value[0], list | tuple) else [value]
    return [[cell if type(cell) is float else _cell(cell) for cell in row] for row in rows]


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return _cell_of_object(value)
    if value == "" or isinstance(value, _NULLS):
        return None
    return value


def _cell_of_object(value: dict[str, Any]) -> Any:
    """A number with a format, an error, or what Excel calls a data type."""
    basic = value.get("basicValue")
    if value.get("type") == "Error":
        code = basic if basic in EXCEL_ERRORS else _CODES.get(str(value.get("errorType")), VALUE)
        return CellError(code, f"the cell shows {code}")
    if basic is None:
        return CellError(VALUE, "the cell holds a data type or a picture; expected a plain value")
    return basic


def to_office_js(
    result: Any, runtime: float, date_format: str | None, raised: Collection[str] = (VALUE,)
) -> list[list[Any]]:
    """A result as rows for Office.js.

    Args:
        result: a cell value, a ``CellError``, or rows of those.
        runtime: the version of Excel's runtime for custom functions.
        date_format: how the person's Excel writes a short date; None where it did not say.
        raised: the errors that are raised where they are the whole result.

    Raises:
        XlwingsError: with the message of an error of the whole, and its code before the message
            where it is not ``#VALUE!``; with code and message of any error where this Excel is
            too old to take errors as values, because a text in place of an error would be
            passed over by ``SUM``.
    """
    rows = result if isinstance(result, list) else [[result]]
    whole = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else None
    if isinstance(whole, CellError) and whole.code in raised:
        raise XlwingsError(whole.message if whole.code == VALUE else str(whole))
    return [
        [cell if type(cell) is float else _value(cell, runtime, date_format) for cell in row]
        for row in rows
    ]


def _value(cell: Any, runtime: float, date_format: str | None) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        if runtime < _OBJECTS_SINCE:
            raise XlwingsError(str(cell))
        return {"type": "Error", "errorType": _ERROR_TYPES.get(cell.code, "Value")}
    if isinstance(cell, date):
        serial = float(cells.serial_of(cell))
        if runtime < _OBJECTS_SINCE or date_format is None:
            return serial
        return {"type": "FormattedNumber", "basicValue": serial, "numberFormat": date_format}
    return cell


def bound_functions(raised: Collection[str] = (VALUE,)) -> dict[str, Callable[..., Any]]:
    """Every function of the catalogue as xlwings registers it, by its name in a cell.

    Args:
        raised: the errors that are raised where they are the whole result; the page must make
            them of the raised text again, as ``to_office_js`` writes it.

    The functions are found by xlwings as members of a module: put them there with
    ``globals().update(bound_functions())``.
    """
    spare_the_lookup()
    bound = {name: _bound_for_the_add_in(function, raised) for name, function in FUNCTIONS.items()}
    spare_the_imported()
    return bound


def _bound_for_the_add_in(
    function: WorksheetFunction, raised: Collection[str]
) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return result_of(function, arguments)

    bound = xlwings_server.func(as_declared(call, function))
    for argument in function.arguments:
        bound = xlwings_server.arg(argument.name, SheetCells, doc=argument.help)(bound)
    registered: Callable[..., Any] = xlwings_server.ret(SheetCells, raised=raised)(bound)
    return registered
