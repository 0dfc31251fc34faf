"""The worker inside a private Calc: opens workbooks, calculates them and says what cells show.

LibreOffice starts it as a job when it starts, and it answers requests, one line of JSON each, on
its standard input and output until there are none;``xlpbr.workbook.libreoffice.engine`` asks. The
project itself never imports it.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import unohelper  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.task import XJob  # type: ignore[import-not-found]

from xlpbr.udfs.calc import functions as calc
from xlpbr.udfs.formula_calls import call_pattern, outer_calls

NAME = "org.xlpbr.calc.Worker"

_NEVER_RUN_MACROS = 0
_NEVER_UPDATE_LINKS = 0
_TRUTH = {"TRUE": True, "FALSE": False}
_CALL = call_pattern(("", calc.TWIN, calc.full_name(""), calc.full_name(calc.TWIN)))


class _Worker(unohelper.Base, XJob):  # type: ignore[misc]
    """The job."""

    def __init__(self, context: Any) -> None:
        self.manager = context.getServiceManager()
        self.desktop = self.manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self.books: dict[int, Any] = {}

    def execute(self, arguments: Any) -> None:  # noqa: ARG002
        """Answer requests until there are none, then end LibreOffice."""
        requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
        answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        # What LibreOffice itself says goes elsewhere.
        os.dup2(2, 1)
        for line in requests:
            request = json.loads(line)
            try:
                answer = {"answer": _REQUESTS[request.pop("do")](self, **request)}
            except Exception as error:
                answer = {"problem": f"{type(error).__name__}: {error}"}
                traceback.print_exc()
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
        for book in self.books.values():
            book.close(True)
        self.desktop.terminate()


def _about(worker: _Worker) -> dict[str, Any]:
    """The version of LibreOffice and of its Python, if the functions are there."""
    if worker.manager.createInstance(calc.SERVICE) is None:
        raise ValueError("the functions cannot be loaded")
    access = worker.manager.createInstance("com.sun.star.configuration.ConfigurationProvider")
    node = PropertyValue("nodepath", 0, "/org.openoffice.Setup/Product", 0)
    product = access.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationAccess", (node,)
    )
    version = product.getByName("ooSetupVersionAboutBox")
    return {"libreoffice": version, "python": list(sys.version_info[:3])}


def _open(worker: _Worker, address: str) -> int:
    """Open a workbook, which is calculated by that; its number."""
    settings = {
        "Hidden": True,
        "MacroExecutionMode": _NEVER_RUN_MACROS,
        "UpdateDocMode": _NEVER_UPDATE_LINKS,
    }
    values = tuple(PropertyValue(name, 0, value, 0) for name, value in settings.items())
    book = worker.desktop.loadComponentFromURL(address, "_blank", 0, values)
    if book is None or not book.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        raise ValueError("LibreOffice does not open it as a workbook")
    number = len(worker.books)
    worker.books[number] = book
    return number


def _mark_blanks(worker: _Worker) -> None:  # noqa: ARG001
    """From now on every cell among the arguments of the functions stands in ``PBR_CELLS``."""
    calc.tell_blanks_by_cells_function()


def _close(worker: _Worker, book: int) -> None:
    worker.books.pop(book).close(True)


def _calculate(worker: _Worker, book: int) -> None:
    """Calculate every formula anew."""
    worker.books[book].calculateAll()


def _read(worker: _Worker, book: int, areas: list[list[Any]]) -> list[list[list[Any]]]:
    """The values of some areas, rows of cells each."""
    return [_rows(_area(worker, book, area)) for area in areas]


def _area(worker: _Worker, book: int, area: list[Any]) -> Any:
    sheet, first_row, first_column, last_row, last_column = area
    return (
        worker.books[book]
        .getSheets()
        .getByName(sheet)
        .getCellRangeByPosition(first_column - 1, first_row - 1, last_column - 1, last_row - 1)
    )


def _rows(cells: Any) -> list[list[Any]]:
    return [
        [_shown(cells, value, down, across) for across, value in enumerate(row)]
        for down, row in enumerate(cells.getDataArray())
    ]


def _shown(cells: Any, value: Any, down: int, across: int) -> Any:
    if value is None:
        number = cells.getCellByPosition(across, down).getError()
        return {"error": calc.ERROR_CODES.get(number, f"Err:{number}")}
    if value in (0.0, 1.0):
        return _TRUTH.get(cells.getCellByPosition(across, down).getString(), value)
    return value


def _put(worker: _Worker, book: int, areas: list[list[Any]]) -> None:
    """Put values into cells; what stood there goes, an array formula only as a whole.

    Args:
        worker: the worker.
        book: the workbook's number.
        areas: for each its sheet, its corners and its rows of values.
    """
    for *corners, rows in areas:
        cells = _area(worker, book, corners)
        cells.clearContents(_CONTENTS)
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                _put_cell(cells.getCellByPosition(across, down), value)


_CONTENTS = 1 | 2 | 4 | 16
"""Numbers, dates, texts and formulas; notes and formats stay."""


def _put_cell(cell: Any, value: Any) -> None:
    if isinstance(value, bool):
        cell.setFormula("=TRUE()" if value else "=FALSE()")
    elif isinstance(value, dict):
        cell.setFormula(f"={value.get('error') or value['formula']}")
    elif isinstance(value, str):
        cell.setString(value)
    elif value is not None:
        cell.setValue(value)


def _spills(worker: _Worker, book: int, places: list[list[Any]]) -> list[list[list[Any]]]:
    """All that some array formulas give, however many cells they fill in the workbook."""
    return [_whole(worker, book, place) for place in places]


def _one_cell(worker: _Worker, book: int, place: list[Any]) -> Any:
    return _area(worker, book, [*place, *place[1:]])


def _whole(worker: _Worker, book: int, place: list[Any]) -> list[list[Any]]:
    cell = _one_cell(worker, book, place)
    formula = _formula(cell)
    aside = _aside(cell)
    size = aside(1, 1)
    counts = []
    for count in ("ROWS", "COLUMNS"):
        size.setArrayFormula(f"={count}({formula})")
        counts.append(_rows(size)[0][0])
        size.clearContents(_CONTENTS)
    if not all(isinstance(count, float) for count in counts):
        return _rows(cell)
    cells = aside(int(counts[0]), int(counts[1]))
    cells.setArrayFormula(f"={formula}")
    rows = _rows(cells)
    cells.clearContents(_CONTENTS)
    return rows


def _refill(worker: _Worker, book: int, areas: list[list[Any]]) -> None:
    """Let array formulas fill other cells than the workbook says."""
    for area in areas:
        first = _one_cell(worker, book, area[:3])
        formula = _formula(first)
        before = first.getSpreadsheet().createCursorByRange(first)
        before.collapseToCurrentArray()
        before.clearContents(_CONTENTS)
        _area(worker, book, area).setArrayFormula(f"={formula}")


def _formula(cell: Any) -> str:
    """A cell's formula in LibreOffice's words, without braces and equals sign."""
    # That of an array is asked for cell by cell: as a whole it comes in other words.
    written: str = cell.getCellByPosition(0, 0).getFormula()
    return written.strip("{}").removeprefix("=")


def _aside(cell: Any) -> Callable[[int, int], Any]:
    """Where on a cell's sheet others may be used: no formula reads them, not even whole columns."""
    cells = cell.getSpreadsheet()
    cursor = cells.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.getRangeAddress()
    row, column = end.EndRow + 2, end.EndColumn + 2

    def area(height: int, width: int) -> Any:
        return cells.getCellRangeByPosition(column, row, column + width - 1, row + height - 1)

    return area


def _errors(worker: _Worker, book: int, place: list[Any]) -> list[list[str]]:
    """The errors that the PBR_ functions in a formula give of themselves, with their reasons."""
    cell = _one_cell(worker, book, place)
    aside = _aside(cell)(1, 1)
    with calc.errors_noted() as errors:
        for call in outer_calls(_formula(cell), _CALL):
            if cell.getArrayFormula():
                aside.setArrayFormula(f"={call}")
            else:
                aside.getCellByPosition(0, 0).setFormula(f"={call}")
            aside.getDataArray()
            aside.clearContents(_CONTENTS)
    return [[error.code, error.message] for error in errors]


_REQUESTS: dict[str, Callable[..., Any]] = {
    "about": _about,
    "open": _open,
    "mark blanks": _mark_blanks,
    "close": _close,
    "calculate": _calculate,
    "read": _read,
    "put": _put,
    "spills": _spills,
    "refill": _refill,
    "errors": _errors,
}

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816
g_ImplementationHelper.addImplementation(_Worker, NAME, (NAME,))
