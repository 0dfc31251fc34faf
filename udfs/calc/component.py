"""The file that LibreOffice loads: the functions as a component of Calc.

LibreOffice runs it under its own Python, with the folder ``pythonpath`` beside it on the path; the
project itself never imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import uno  # type: ignore[import-not-found]
import unohelper  # type: ignore[import-not-found]
from com.sun.star.lang import XServiceInfo  # type: ignore[import-not-found]

from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import WorksheetFunction
from xlpbr.udfs.calc import functions as calc

NAME = "org.xlpbr.calc.Functions"

_LAST_ROW = 1_048_576 - 1
_DATE = 2
_LOGICAL = 1024
_TRUTH = ("=TRUE()", "=FALSE()")
_FORMULA_ERROR = "#VALUE!"


def _bound(function: WorksheetFunction) -> Callable[..., Any]:
    def called(self: Any, document: Any, *given: Any) -> Any:  # noqa: ARG001
        null_date = document.NullDate
        return calc.call(function, (null_date.Year, null_date.Month, null_date.Day), given)

    called.__name__ = function.name
    return called


def _cells(self: Any, document: Any, reference: Any) -> Any:  # noqa: ARG001
    """The cells of a reference; a whole column ends where the sheet's cells end."""
    reference = _within_the_used(reference)
    formats = _formats(document, reference)
    return tuple(
        tuple(
            _cell(reference, value, down, across, formats.get((down, across), 0))
            for across, value in enumerate(row)
        )
        for down, row in enumerate(reference.getDataArray())
    )


def _within_the_used(reference: Any) -> Any:
    place = reference.getRangeAddress()
    if place.EndRow < _LAST_ROW:
        return reference
    sheet = reference.getSpreadsheet()
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = max(place.StartRow, cursor.getRangeAddress().EndRow)
    return sheet.getCellRangeByPosition(place.StartColumn, place.StartRow, place.EndColumn, last)


def _formats(document: Any, reference: Any) -> dict[tuple[int, int], int]:
    """The cells that are formatted as dates or truth values, counted from the first."""
    start = reference.getRangeAddress()
    formats = document.getNumberFormats()
    found: dict[tuple[int, int], int] = {}
    alike = reference.getUniqueCellFormatRanges()
    for index in range(alike.getCount()):
        ranges = alike.getByIndex(index)
        kind = formats.getByKey(ranges.NumberFormat).Type & (_DATE | _LOGICAL)
        if not kind:
            continue
        for area in ranges.getRangeAddresses():
            for row in range(area.StartRow, area.EndRow + 1):
                for column in range(area.StartColumn, area.EndColumn + 1):
                    found[row - start.StartRow, column - start.StartColumn] = kind
    return found


def _cell(reference: Any, value: Any, down: int, across: int, kind: int) -> Any:
    if value is None:
        number = reference.getCellByPosition(across, down).getError()
        return calc.marked(calc.ERROR_CODES.get(number, _FORMULA_ERROR))
    if not isinstance(value, float):
        return value
    if kind & _DATE:
        return calc.marked(value)
    if value in (0.0, 1.0):
        # TRUE in a cell of an Excel workbook comes as a formula without a format.
        formula = reference.getCellByPosition(across, down).getFormula()
        if kind & _LOGICAL or formula in _TRUTH:
            return calc.marked(value == 1.0)
    return value


class _Described(unohelper.Base, XServiceInfo):  # type: ignore[misc]
    """What LibreOffice asks a component about itself."""

    def getImplementationName(self) -> str:  # noqa: N802
        return NAME

    def supportsService(self, name: str) -> bool:  # noqa: N802
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802
        return (calc.SERVICE,)


_Functions = type(
    "_Functions",
    (_Described, uno.getClass("org.xlpbr.calc.XFunctions")),
    {
        prefix + name: _bound(function)
        for prefix in ("", calc.TWIN)
        for name, function in FUNCTIONS.items()
    }
    | {calc.CELLS_FUNCTION: _cells},
)

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816
g_ImplementationHelper.addImplementation(lambda _: _Functions(), NAME, (calc.SERVICE,))
