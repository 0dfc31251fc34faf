"""The sheets of a workbook that xlpbr made: attached to a book, or the workbook of ``xlpbr new``.

Imports ``book``, the template's plan and the parts of a package.
"""

from __future__ import annotations

from xlpbr.workbook.book import Book
from xlpbr.workbook.parts.archive import has_part, read_part
from xlpbr.workbook.parts.listing_parts import workbook_of
from xlpbr.workbook.parts.sheet_mark import MARK, marked_sheets
from xlpbr.workbook.template_plan import MADE_BY, SHEETS

_PROPERTIES = "docProps/core.xml"


def own_sheets(book: Book) -> frozenset[str]:
    """The names of the sheets whose formulas xlpbr wrote.

    Raises:
        FileProblem: a part that says so is damaged.
    """
    marked: set[str] = set()
    if any(name.name.casefold() == MARK for name in book.names):
        workbook = workbook_of(book.archive, book.part)
        marked = {found.sheet.name for found in marked_sheets(workbook)}
    properties = _PROPERTIES if has_part(book.archive, _PROPERTIES) else None
    if properties and MADE_BY.encode() in read_part(book.archive, properties):
        marked |= {sheet.name for sheet in book.sheets if sheet.name in SHEETS}
    return frozenset(marked)
