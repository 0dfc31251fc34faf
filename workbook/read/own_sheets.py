"""The sheets of a workbook that xlpbr made: attached to a book, or the workbook of ``xlpbr new``.

How they are called and where they say what they do not read is told here; where the rest of
them stands, the plan of the template tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xlpbr import cells
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.addresses import Area, area_of, cell_address, split_sheet
from xlpbr.workbook.ooxml.book import Book, cells_of
from xlpbr.workbook.ooxml.parts.sheet_mark import marked_sheets
from xlpbr.workbook.ooxml.zip.archive import has_part, read_part
from xlpbr.workbook.ours import XLPBR

SHEETS = (
    "About", "Month", "Terms", "Placements", "Carers", "Claims", "Cohort", "Prices", "Costs",
    "Rates", "Agreed", "Budget", "Assumptions", "Statement", "Invoice", "Lines", "Children",
    "Years", "Readings", "Reconcile", "Changes", "Explain", "Forecast", "Checks", "As agreed",
    "Functions",
)  # fmt: skip
"""The sheets, in their order, by the names that they have in a workbook of their own."""

AS_AGREED_NAME = "AsAgreed"
"""The defined name of the cells that keep the text of the tables as they were agreed."""

MADE_BY = "Made by xlpbr"
"""How the remark in the properties of a workbook of ``xlpbr new`` starts."""

NOT_READ = (3, 4)
"""Where a sheet that is read from a book says how many of the book's rows it does not read."""

AS_AT: Mapping[str, tuple[int, int]] = {"Statement": (4, 4), "Forecast": (4, 2)}
"""Where a sheet takes the last day that is known."""

_PROPERTIES = "docProps/core.xml"


def as_at_of(book: Book, sheet: str = "Statement") -> tuple[date, str] | None:
    """The last day that a workbook's own sheet is worked out to, and the cell that says so.

    Args:
        book: the workbook.
        sheet: Statement or Forecast.

    Raises:
        FileProblem: the cell holds no date.
    """
    for name in sorted(own_sheets(book)):
        if name != sheet and not name.endswith(f" {sheet}"):
            continue
        place = AS_AT[sheet]
        cell = cells_of(book, name).get(place)
        if cell is None or cells.is_blank(cell.value):
            continue
        address = cell_address(name, *place)
        try:
            with cells.dates_from_1904(on=book.date_1904):
                return cells.day(cell.value), address
        except CellError as error:
            raise FileProblem(
                f"{book.path}: {address} (As at): {error.message}. Correct it, or clear the cell."
            ) from None
    return None


def as_agreed_of(book: Book) -> tuple[str, Area] | None:
    """The sheet and the cells that keep the text of the tables as they were agreed.

    None in a workbook without them, such as one that an earlier xlpbr made.
    """
    own = own_sheets(book)
    for name in book.names:
        if name.sheet is None and name.name == AS_AGREED_NAME:
            sheet, address = split_sheet(name.text)
            area = area_of(address.replace("$", ""))
            if sheet in own and area is not None:
                return sheet, area
    return None


def own_sheets(book: Book) -> frozenset[str]:
    """The names of the sheets whose formulas xlpbr wrote.

    Raises:
        FileProblem: a part that says so is damaged.
    """
    marked = {found.sheet.name for found in marked_sheets(book.workbook, XLPBR.sheet_mark)}
    properties = _PROPERTIES if has_part(book.archive, _PROPERTIES) else None
    if properties and MADE_BY.encode() in read_part(book.archive, properties):
        marked |= {sheet.name for sheet in book.sheets if sheet.name in SHEETS}
    return frozenset(marked)
