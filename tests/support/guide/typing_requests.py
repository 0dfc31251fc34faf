"""What the worker inside Calc can do besides for the guides: type, see, save and draw.

LibreOffice's own Python runs this; ``typed_book`` puts it beside the worker.
"""

from __future__ import annotations

from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]

_EXCEL = "Calc MS Excel 2007 XML"
_EDGE = 60
"""Hundredths of a millimetre by which a page is larger than what stands on it."""


def unlock(worker: Any, book: int) -> list[str]:
    """Take the lock from every sheet that has one, as tables cannot grow there; their names."""
    sheets = worker.books[book].getSheets()
    locked = [name for name in sheets.getElementNames() if sheets.getByName(name).isProtected()]
    for name in locked:
        sheets.getByName(name).unprotect("")
    return locked


def type_into(worker: Any, book: int, cells: list[list[Any]], locked: list[str]) -> list[list[str]]:
    """Type texts into cells, each ended with Enter; why not, for those that took none.

    Args:
        worker: the worker.
        book: the workbook's number.
        cells: for each its sheet, its row, its column and the text.
        locked: the sheets that have a lock, of which a cell may be exempt.
    """
    document = worker.books[book]
    frame = document.getCurrentController().getFrame()
    dispatcher = worker.manager.createInstance("com.sun.star.frame.DispatchHelper")
    refused = []
    for name, row, column, text in cells:
        sheet = document.getSheets().getByName(name)
        cell = sheet.getCellByPosition(column - 1, row - 1)
        place = cell.AbsoluteName
        if name in locked and cell.CellProtection.IsLocked:
            refused.append([place, "locked"])
            continue
        _dispatch(dispatcher, frame, "GoToCell", ToPoint=place)
        _dispatch(dispatcher, frame, "EnterString", StringName=text)
        # Calc lets through what is typed by a program, and knows afterwards that it was wrong.
        if sheet.showInvalid():
            refused.append([place, "refused by the rule of the cell"])
        sheet.clearArrows()
        if bool(cell.getString()) != bool(text):
            refused.append([place, f"shows {cell.getString()!r}"])
    return refused


def _dispatch(dispatcher: Any, frame: Any, command: str, **given: str) -> None:
    values = tuple(_value(name, value) for name, value in given.items())
    dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, values)


def see(worker: Any, book: int, sheet: str) -> list[list[str]]:
    """What a sheet shows, row by row, each cell as a person reads it."""
    cells = worker.books[book].getSheets().getByName(sheet)
    cursor = cells.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.getRangeAddress()
    return [
        [cells.getCellByPosition(column, row).getString() for column in range(end.EndColumn + 1)]
        for row in range(end.EndRow + 1)
    ]


def save(worker: Any, book: int, address: str) -> None:
    """Save a copy as an Excel workbook."""
    worker.books[book].storeToURL(address, (_value("FilterName", _EXCEL),))


def printed(worker: Any, book: int, sheet: str) -> list[int]:
    """The corners of what is printed of a sheet."""
    (area,) = worker.books[book].getSheets().getByName(sheet).getPrintAreas()
    return [area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1]


def draw(worker: Any, book: int, sheet: str, area: list[int], address: str) -> None:
    """Write an area of a sheet as a PDF of one page that is as large as the area."""
    document = worker.books[book]
    first_row, first_column, last_row, last_column = (one - 1 for one in area)
    cells = document.getSheets().getByName(sheet)
    drawn = cells.getCellRangeByPosition(first_column, first_row, last_column, last_row)
    cells.setPrintAreas(())
    cells.setPrintTitleRows(False)
    page = document.getStyleFamilies().getByName("PageStyles").getByName(cells.PageStyle)
    page.HeaderIsOn = page.FooterIsOn = False
    page.CenterHorizontally = page.CenterVertically = False
    for margin in ("Top", "Bottom", "Left", "Right"):
        setattr(page, f"{margin}Margin", 0)
    page.ScaleToPages, page.PageScale = 0, 100
    page.IsLandscape = drawn.Size.Width > drawn.Size.Height
    page.Width, page.Height = drawn.Size.Width + _EDGE, drawn.Size.Height + _EDGE
    chosen = uno.Any("[]com.sun.star.beans.PropertyValue", (_value("Selection", drawn),))
    document.storeToURL(
        address, (_value("FilterName", "calc_pdf_Export"), _value("FilterData", chosen))
    )


def _value(name: str, value: Any) -> Any:
    return PropertyValue(name, 0, value, 0)


REQUESTS = {
    "unlock": unlock, "type": type_into, "see": see, "save": save, "printed": printed, "draw": draw,
}  # fmt: skip
