"""Edits inside an .xlsx or .xlsm package: what is not to change stays byte for byte.

Loading and saving a workbook through a library loses parts of it, so the package itself is edited.
Members that are not touched are copied as the compressed bytes that they are, XML parts are
spliced, and the copy is read again before it is moved into place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlpbr.errors import FileProblem
from xlpbr.workbook.files.safe_writing import refuse_open, write_safely
from xlpbr.workbook.ooxml.addresses import cell_address, column_letter, split_area
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of, open_book
from xlpbr.workbook.ooxml.edit.allowances import LOCKED_STRUCTURE, SIGNED
from xlpbr.workbook.ooxml.edit.cells import check_cells, set_cells
from xlpbr.workbook.ooxml.edit.check import Intended, check_package
from xlpbr.workbook.ooxml.edit.draft import Draft, finish, start_draft
from xlpbr.workbook.ooxml.edit.functions import check_functions, rename_functions
from xlpbr.workbook.ooxml.edit.sheets import SheetsToAdd, add_sheets, check_sheets, remove_sheets
from xlpbr.workbook.ooxml.edit.tables import add_tables
from xlpbr.workbook.ooxml.edit.undo import (
    give_back,
    keep_record,
    record_in,
    reserve_record,
    take_out_record,
)
from xlpbr.workbook.ooxml.parts.new_table import NewTable
from xlpbr.workbook.ooxml.parts.sheet_mark import marked_sheets
from xlpbr.workbook.ooxml.parts.workbook_edit import NewName
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.zip.archive import close_archive, refuse_changed
from xlpbr.workbook.ooxml.zip.copy import copy_archive


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done to a workbook, all in one step.

    Attributes:
        remove_sheets: names of sheets to take out; only sheets that xlpbr added.
        add_sheets: sheets to put at the end. One may have the name of a sheet that is taken out.
        cells: by sheet and (row, column), what cells hold now.
        names: names to define.
        tables: tables to lay over cells that are there.
        functions: names of functions in formulas, as stored, and what they are called now; not
            in a sheet whose cells are set in the same step.
        keep_record: whether the workbook keeps a record from which ``detach`` gives it back.
    """

    remove_sheets: tuple[str, ...] = ()
    add_sheets: SheetsToAdd | None = None
    cells: Mapping[str, Mapping[Position, CellChange]] = field(default_factory=dict)
    names: tuple[NewName, ...] = ()
    tables: tuple[NewTable, ...] = ()
    functions: Mapping[str, str] = field(default_factory=dict)
    keep_record: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did.

    Attributes:
        changed: parts with another content.
        added: new parts.
        removed: parts that went.
        kept: the dated copy of the file before, where it was edited in place.
    """

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: Path | None = None


@dataclass(frozen=True, slots=True)
class Detached:
    """What was taken out again.

    Attributes:
        sheets: the names of the sheets.
        exact: whether the file is now the very file of before, byte for byte.
        kept: the dated copy of the file before, where it was edited in place.
    """

    sheets: tuple[str, ...]
    exact: bool
    kept: Path | None = None


def edit(
    book: Book,
    changes: Changes,
    target: Path,
    *,
    allow: Collection[str] = (),
    in_place: bool = False,
) -> Edited:
    """Write a copy of a workbook with some changes, or change it in place.

    Args:
        book: the workbook; the file must not have changed since it was read.
        changes: what is to be done.
        target: the file to write, of the same kind (.xlsx or .xlsm).
        allow: which of ``allowances.ALLOWANCES`` are passed over.
        in_place: whether the target is the workbook itself; a dated copy of it is kept beside it.

    Raises:
        FileProblem: an edit that is refused, with a code; nothing is written then.
    """
    draft = start_draft(book)
    refuse_locks(draft, allow, sheets=bool(changes.remove_sheets) or changes.add_sheets is not None)
    remove_sheets(draft, changes.remove_sheets)
    if changes.add_sheets is not None:
        add_sheets(draft, changes.add_sheets, leaving=changes.remove_sheets)
    edits = set_cells(draft, changes.cells, allow)
    add_tables(draft, changes.tables)
    renamed = rename_functions(draft, changes.functions)
    draft.names += changes.names
    if changes.keep_record:
        reserve_record(draft)
    finish(draft)
    if changes.keep_record:
        keep_record(draft)

    def check(after: Book) -> None:
        check_sheets(draft, changes.add_sheets, changes.functions, after)
        check_cells(draft, edits, after)
        check_functions(book.archive, after.archive, renamed, changes.functions)

    sheets = {done.sheet.part for done in edits}
    return save_draft(draft, target, check, in_place=in_place, read_elsewhere=sheets)


def write_values(
    book: Book,
    target: Path,
    values: Mapping[str, Mapping[Position, CellValue]],
    array_ranges: Mapping[str, Mapping[Position, str]],
    *,
    allow: Collection[str] = (),
    in_place: bool = False,
) -> Edited:
    """Write a copy of a workbook in which formulas show new last values.

    Formulas, styles and every other part stay as they are, byte for byte. Only cells with a
    formula, and cells that an array or spilling formula fills, can get a value.

    Args:
        book: the workbook.
        target: the file to write.
        values: by sheet and (row, column), what the cells show now; None for an empty cell.
        array_ranges: by sheet and first cell, the cells that an array formula now fills,
            such as ``B2:B9``.
        allow: which of ``allowances.ALLOWANCES`` are passed over.
        in_place: whether the target is the workbook itself.

    Raises:
        FileProblem: a cell holds something typed in, or the edit is refused.
    """
    changes = {}
    for sheet in sorted({*values, *array_ranges}):
        ranges = array_ranges.get(sheet, {})
        _refuse_typed_cells(book, sheet, values.get(sheet, {}), ranges)
        changes[sheet] = {
            position: CellChange(
                values.get(sheet, {}).get(position, KEEP), array_range=ranges.get(position)
            )
            for position in {*values.get(sheet, {}), *ranges}
        }
    return edit(book, Changes(cells=changes), target, allow=allow, in_place=in_place)


def detach(
    book: Book, target: Path, *, allow: Collection[str] = (), in_place: bool = False
) -> Detached:
    """Write a copy of a workbook without the sheets that xlpbr attached.

    Where nothing that the attachment changed was changed since, the copy is the file of before,
    byte for byte, but for what was changed elsewhere.

    Args:
        book: the workbook.
        target: the file to write.
        allow: which of ``allowances.ALLOWANCES`` are passed over.
        in_place: whether the target is the workbook itself; a dated copy of it is kept beside it.

    Raises:
        FileProblem: nothing is attached (code not-ours), something else reads the sheets (code
            in-use), or an edit that is refused.
    """
    draft = start_draft(book)
    record = record_in(book)
    ours = tuple(marked.sheet.name for marked in marked_sheets(draft.workbook))
    if record is None and not ours:
        raise FileProblem(
            f"{book.path} has no sheets that xlpbr attached; there is nothing to take out.",
            "not-ours",
        )
    refuse_locks(draft, allow, sheets=True)
    remove_sheets(draft, ours)
    if record is not None:
        take_out_record(draft, record)
    finish(draft)
    if record is not None:
        give_back(draft, record)
    done = save_draft(
        draft, target, lambda after: check_sheets(draft, None, {}, after), in_place=in_place
    )
    after = open_book(target)
    exact = record is not None and after.sha256 == record.undo.file_before
    close_archive(after.archive)
    return Detached(ours, exact, done.kept)


def save_draft(
    draft: Draft,
    target: Path,
    check: Callable[[Book], None],
    *,
    in_place: bool,
    read_elsewhere: Collection[str] = (),
) -> Edited:
    """Write what a draft says, read it again, and move it into place."""
    book = draft.book
    _refuse_other_kind(book, target)
    refuse_open(book.path)
    intended = Intended(
        changed=frozenset({*draft.replaced, *draft.restored}),
        added=frozenset(draft.added),
        removed=frozenset(draft.removed),
        read_elsewhere=frozenset(read_elsewhere),
    )

    def write(temporary: Path) -> None:
        copy_archive(
            book.archive,
            draft.replaced,
            temporary,
            added=draft.added,
            removed=draft.removed,
            restored=draft.restored,
        )
        after = open_book(temporary)
        check_package(book.archive, after.archive, intended)
        check(after)
        close_archive(after.archive)

    def before_move() -> None:
        refuse_changed(book.archive)
        if in_place:
            # Windows does not replace a file that is open.
            close_archive(book.archive)

    kept = write_safely(
        target,
        write,
        inputs=(book.path,),
        in_place=in_place,
        keep_copy=in_place,
        before_move=before_move,
    )
    return Edited(
        changed=tuple(sorted(intended.changed)),
        added=tuple(draft.added),
        removed=tuple(sorted(intended.removed)),
        kept=kept,
    )


def _refuse_other_kind(book: Book, target: Path) -> None:
    if book.path.suffix.casefold() != target.suffix.casefold():
        raise FileProblem(
            f"{target} must end in {book.path.suffix} like {book.path}; another ending would stop "
            "Excel from opening it.",
            "other-ending",
        )


def refuse_locks(draft: Draft, allow: Collection[str], *, sheets: bool) -> None:
    """Refuse what would void a signature or pass over a lock, unless it is allowed."""
    path = draft.book.path
    signed = any(name.startswith("_xmlsignatures/") for name in draft.book.archive.members)
    if signed and SIGNED not in allow:
        raise FileProblem(
            f"{path} is digitally signed, and any change would void the signature; remove the "
            "signature in Excel (File, Info) from a copy and give that, or add --allow-signed.",
            SIGNED,
        )
    if sheets and draft.workbook.protection.structure and LOCKED_STRUCTURE not in allow:
        raise FileProblem(
            f"The structure of {path} is locked (Review, Protect Workbook), so sheets may not be "
            "added or taken out; unlock it in Excel, make a workbook beside it with xlpbr new, or "
            "add --allow-locked-structure. The lock itself stays as it is.",
            LOCKED_STRUCTURE,
        )


def _refuse_typed_cells(
    book: Book,
    sheet: str,
    values: Mapping[Position, CellValue],
    new_ranges: Mapping[Position, str],
) -> None:
    """Refuse to write over what a person typed in."""
    sheet_cells = cells_of(book, sheet)
    try:
        before = [split_area(cell.array_range) for cell in sheet_cells.values() if cell.array_range]
        after = [split_area(new_range) for new_range in new_ranges.values()]
    except ValueError as error:
        raise FileProblem(f"An array formula on {sheet} fills no proper range: {error}.") from error
    for row, column in new_ranges:
        cell = sheet_cells.get((row, column))
        if cell is None or cell.array_range is None:
            raise FileProblem(
                f"Cell {column_letter(column)}{row} has no array formula whose range could change."
            )
    for position in values:
        cell = sheet_cells.get(position)
        if cell is not None and (cell.formula is not None or _within(position, before)):
            continue
        if cell is None and (_within(position, before) or _within(position, after)):
            continue
        raise FileProblem(
            f"{cell_address(sheet, *position)} in {book.path} has no formula; "
            "only results of formulas are replaced."
        )


def _within(position: Position, areas: list[tuple[int, int, int, int]]) -> bool:
    row, column = position
    return any(
        first_row <= row <= last_row and first_column <= column <= last_column
        for first_row, first_column, last_row, last_column in areas
    )
