"""The PBR sheets of a contract attached to a book that a council already keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import Contract
from xlpbr.errors import FileProblem
from xlpbr.tables.declared import ASSUMPTIONS
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, refuse_unknown
from xlpbr.workbook.attach.find_tables import MeantHeadings
from xlpbr.workbook.attach.plan import PREFIX, plan_attachment, write_attachment
from xlpbr.workbook.lite.parts import code_in, parts_with_code
from xlpbr.workbook.ooxml.book import Book, TableArea, cells_of, open_book
from xlpbr.workbook.ooxml.edit.beside import PartsBeside
from xlpbr.workbook.ooxml.edit.package import Changes, Detached, edit
from xlpbr.workbook.ooxml.edit.package import detach as take_out
from xlpbr.workbook.ooxml.edit.sheets import SheetsToAdd
from xlpbr.workbook.ooxml.parts.sheet_mark import marked_sheets
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.port.book_host import host_form
from xlpbr.workbook.port.rewrite import needed_by, port, refuse_early_dates
from xlpbr.workbook.read.ranges import filled_cells

_FILLED_IN = {*ALL_COLUMNS, ASSUMPTIONS}
"""The sheets that are there to be filled in by hand."""
_VALUE_COLUMN = 2
"""The one column of Assumptions that is filled in."""


@dataclass(frozen=True, slots=True)
class Attached:
    """What was attached.

    Attributes:
        sheets: the names of the sheets, in their order.
        added: those of them that were not asked for and that the others need.
        notices: what the person should know, a sentence each.
        kept: the dated copy of the book before, where it was edited in place.
    """

    sheets: tuple[str, ...]
    added: tuple[str, ...]
    notices: tuple[str, ...]
    kept: Path | None


def attach(
    source: Path,
    target: Path,
    *,
    contract: Contract | None = None,
    sheets: Sequence[str] | None = None,
    places: Mapping[str, str | None],
    headings: MeantHeadings,
    host: str | None = None,
    allow: Collection[str] = (),
    in_place: bool = False,
) -> Attached:
    """Add the PBR sheets of a contract to a book; all else in it stays byte for byte.

    Args:
        source: the book.
        target: the file to write.
        contract: the contract; None where the book's own terms are read.
        sheets: the sheets that are wanted; None for all but the optional tables.
        places: by table, where the book has its own.
        headings: by heading of the book the heading that is meant, as ``plan_attachment`` takes it.
        host: the host in whose form the formulas of the sheets are stored; for ``lite`` the book
            gets the code of the functions as well. Without one they have the form of the book.
        allow: what the edit may pass over.
        in_place: whether the target is the book itself.

    Raises:
        FileProblem: the book, a table or a heading cannot be used, the host is none, the book
            holds the code of another add-in (code has-code), its days count from 1904 and the
            host's do not (code date-system), or the edit is refused.
    """
    if host is not None:
        refuse_unknown(host, OF_WORKBOOKS)
    book = open_book(source)
    form = host_form(book)
    prefix = form.prefix if host is None else HOSTS[host].prefix
    refuse_early_dates(book, prefix)
    code = _code_for(book) if host == "lite" else None
    attachment = plan_attachment(
        book, contract=contract, sheets=sheets, places=places, headings=headings
    )
    with TemporaryDirectory(prefix="xlpbr-") as folder:
        made = Path(folder) / "sheets.xlsx"
        names = write_attachment(attachment, made)
        if prefix:
            made = _in_its_form(made, prefix)
        coming = SheetsToAdd(
            made,
            names,
            keys={name: name.removeprefix(PREFIX) for name in names},
            attachment=book.sha256[:12],
        )
        done = edit(
            book,
            Changes(add_sheets=coming, beside=code, keep_record=True),
            target,
            program=XLPBR,
            allow=allow,
            in_place=in_place,
        )
    missing = needed_by(book, HOSTS[host]) if host is not None and code is None else ()
    mixed = form.notice(book)
    notices = (*attachment.notices, *missing, *((mixed,) if mixed else ()))
    return Attached(names, attachment.added, notices, done.kept)


def _in_its_form(made: Path, prefix: str) -> Path:
    """The workbook of the sheets, its formulas stored as the host of the book stores them."""
    host = next(name for name in OF_WORKBOOKS if HOSTS[name].prefix == prefix)
    target = made.with_name(f"{host}.xlsx")
    port(made, host, target)
    return target


def _code_for(book: Book) -> PartsBeside | None:
    """The parts with the code for xlwings Lite; None where the book has that very code.

    Raises:
        FileProblem: the book holds other code, or another add-in's pane (code has-code).
    """
    found = code_in(book)
    if found is None:
        return parts_with_code(book)
    if found.is_ours:
        return None
    whose = "another add-in that shows a pane" if found.main is None else "other code"
    raise FileProblem(
        f"{book.path} holds {whose} for the same place, which is not touched. Attach without --host"
        " lite, rewrite the formulas with xlpbr port --to lite, and put the functions in from"
        " xlwings Lite in Excel: the line from xlpbr.udfs.lite import * into main.py, and xlpbr"
        " into requirements.txt.",
        "has-code",
    )


def detach(
    book: Book, target: Path, *, allow: Collection[str] = (), in_place: bool = False
) -> Detached:
    """Write a copy of a book without what was attached, the code for xlwings Lite included.

    Args:
        book: the book.
        target: the file to write.
        allow: what the edit may pass over.
        in_place: whether the target is the book itself; a dated copy of it is kept beside it.

    Raises:
        FileProblem: nothing is attached (code not-ours), something else reads the sheets (code
            in-use), or the edit is refused.
    """
    found = code_in(book)
    code = found.parts if found is not None and found.is_ours else ()
    return take_out(book, target, program=XLPBR, beside=code, allow=allow, in_place=in_place)


def typed_into(book: Book) -> tuple[str, ...]:
    """The attached sheets that are filled in by hand into which something was typed."""
    marked = marked_sheets(book.workbook, XLPBR.sheet_mark)
    return tuple(
        found.sheet.name
        for found in marked
        if found.key in _FILLED_IN
        and any(
            table.sheet == found.sheet.name and _has_typed_cells(book, table, found.key)
            for table in book.tables.values()
        )
    )


def _has_typed_cells(book: Book, table: TableArea, key: str) -> bool:
    """Whether something was typed into a table, where that is done on the sheet of a key."""
    top, left, bottom, right = table.without_totals
    if key == ASSUMPTIONS:
        left = right = left + _VALUE_COLUMN - 1
    stored = cells_of(book, table.sheet)
    filled = filled_cells(book, table.sheet, (top + 1, left, bottom, right))
    return any(stored[position].formula is None for position in filled)
