"""The snapshot of a workbook's tables at the day on which a month was agreed, kept inside it.

It is a custom XML part, a kind of part that Excel keeps when it saves, and holds text that a person
can read. Its SHA-256 says whether it is still what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xlpbr.contract.snapshot import Snapshot, read_snapshot
from xlpbr.errors import FileProblem
from xlpbr.periods import month_in_words
from xlpbr.workbook.agreed.as_agreed import snapshot_on_sheet
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.items import CustomItem, items_in
from xlpbr.workbook.ooxml.xml.escaping import escape, quoteattr

NAMESPACE = "urn:xlpbr:snapshot:1"
"""It stands in people's workbooks, so it never changes."""

_TAG = f"{{{NAMESPACE}}}snapshot"


def as_item(snapshot: Snapshot) -> CustomItem:
    """A snapshot as a part of a workbook."""
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f"<snapshot xmlns={quoteattr(NAMESPACE)} sha256={quoteattr(snapshot.sha256)}>\n"
        f"{escape(snapshot.text)}\n</snapshot>"
    )
    return CustomItem(NAMESPACE, content.encode())


def snapshots_in(book: Book) -> list[Snapshot]:
    """The snapshots that a workbook keeps, the earliest month first.

    Raises:
        FileProblem: one of them is not what was written into it (code ``snapshot``).
    """
    return sorted(_read(book), key=lambda one: (one.month, one.agreed_on))


def count_snapshots(book: Book) -> int:
    """How many snapshots a workbook keeps, whether or not they are what was written."""
    return sum(1 for _ in items_in(book, _TAG))


def snapshot_of(book: Book, month: date | None = None) -> Snapshot:
    """The snapshot of a month, or of the one that was agreed last.

    That is the one on the sheet As agreed, so that the command says what the sheet Changes says,
    also where months were agreed out of order, and where LibreOffice saved the workbook: it leads
    to one of the custom XML parts and forgets the others. In a workbook without the sheet it is
    the one of the latest month.

    Args:
        book: the workbook.
        month: the first day of the month; None for the one that was agreed last.

    Raises:
        FileProblem: there is none (code ``no-snapshot``), or one is not what was written into it.
    """
    found = snapshots_in(book)
    if month is None or all(one.month != month for one in found):
        on_sheet = snapshot_on_sheet(book)
        if on_sheet is not None:
            found = [*(one for one in found if one.sha256 != on_sheet.sha256), on_sheet]
    of_month = [one for one in found if month is None or one.month == month]
    if of_month:
        return of_month[-1]
    if not found:
        raise FileProblem(
            f"{book.path} keeps no snapshot of its tables: no month was agreed in it with xlpbr"
            " agree, or another program took it out. Give the older workbook as well: xlpbr changes"
            f" OLD.xlsx {book.path.name}",
            "no-snapshot",
        )
    months = ", ".join(month_in_words(one.month) for one in found)
    raise FileProblem(
        f"{book.path} keeps no snapshot of {month_in_words(month or date.min)}; it keeps those of"
        f" {months}.",
        "no-snapshot",
    )


def _read(book: Book) -> Iterator[Snapshot]:
    for tree in items_in(book, _TAG):
        try:
            yield read_snapshot((tree.text or "").strip(), tree.get("sha256") or "")
        except FileProblem as problem:
            raise FileProblem(f"{book.path}: {problem}", problem.code) from None
