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
from xlpbr.workbook.ooxml.addresses import Position, cell_address, split_area, within
from xlpbr.workbook.ooxml.book import Book, CellValue, cells_of, open_book
from xlpbr.workbook.ooxml.edit.beside import PartsBeside, add_beside, take_out_beside
from xlpbr.workbook.ooxml.edit.cells import check_cells, set_cells
from xlpbr.workbook.ooxml.edit.check import Intended, check_package
from xlpbr.workbook.ooxml.edit.draft import Draft, finish, start_draft
from xlpbr.workbook.ooxml.edit.items import CustomItem, add_item
from xlpbr.workbook.ooxml.edit.program import LOCKED_STRUCTURE, SIGNED, Program
from xlpbr.workbook.ooxml.edit.sheets import SheetsToAdd, add_sheets, check_sheets, remove_sheets
from xlpbr.workbook.ooxml.edit.undo import (
    give_back,
    keep_record,
    record_in,
    reserve_record,
    take_out_record,
)
from xlpbr.workbook.ooxml.parts.sheet_mark import marked_sheets
from xlpbr.workbook.ooxml.parts.workbook_part import DefinedName
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.cell_splices import no_array
from xlpbr.workbook.ooxml.zip.archive import close_archive, refuse_changed
from xlpbr.workbook.ooxml.zip.copy import copy_archive


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done to a workbook, all in one step.

    Attributes:
        remove_sheets: names of sheets to take out; only sheets that the program added.
        add_sheets: sheets to put at the end. One may have the name of a sheet that is taken out.
        cells: by sheet and (row, column), what cells hold now.
        names: names to define.
        beside: parts to add beside the workbook.
        items: custom XML parts to add.
        keep_record: whether the workbook keeps a record from which ``detach`` gives it back.
    """

    remove_sheets: tuple[str, ...] = ()
    add_sheets: SheetsToAdd | None = None
    cells: Mapping[str, Mapping[Position, CellChange]] = field(default_factory=dict)
    names: tuple[DefinedName, ...] = ()
    beside: PartsBeside | None = None
    items: tuple[CustomItem, ...] = ()
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
    program: Program,
    allow: Collection[str] = (),
    in_place: bool = False,
) -> Edited:
    """Write a copy of a workbook with some changes, or change it in place.

    Args:
        book: the workbook; the file must not have changed since it was read.
        changes: what is to be done.
        target: the file to write, of the same kind (.xlsx or .xlsm).
        program: the program that edits.
        allow: which of ``ALLOWANCES`` are passed over.
        in_place: whether the target is the workbook itself; a dated copy of it is kept beside it.

    Raises:
        FileProblem: an edit that is refused, with a code; nothing is written then.
    """
    draft = start_draft(book, program)
    refuse_locks(draft, allow, sheets=bool(changes.remove_sheets) or changes.add_sheets is not None)
    remove_sheets(draft, changes.remove_sheets)
    if changes.add_sheets is not None:
        add_sheets(draft, changes.add_sheets, leaving=changes.remove_sheets)
    edits = set_cells(draft, changes.cells, allow)
    draft.names += changes.names
    if changes.beside is not None:
        add_beside(draft, changes.beside)
    for item in changes.items:
        add_item(draft, item)
    if changes.keep_record:
        reserve_record(draft)
    finish(draft)
    if changes.keep_record:
        keep_record(draft)

    def check(after: Book) -> None:
        check_sheets(draft, changes.add_sheets, after)
        check_cells(draft, edits, after)

    sheets = {done.sheet.part for done in edits}
    return save_draft(draft, target, check, in_place=in_place, read_elsewhere=sheets)


def write_values(
    book: Book,
    target: Path,
    values: Mapping[str, Mapping[Position, CellValue]],
    array_ranges: Mapping[str, Mapping[Position, str]],
    *,
    program: Program,
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
        program: the program that edits.
        allow: which of ``ALLOWANCES`` are passed over.
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
    return edit(
        book, Changes(cells=changes), target, program=program, allow=allow, in_place=in_place
    )


def detach(
    book: Book,
    target: Path,
    *,
    program: Program,
    beside: Collection[str] = (),
    allow: Collection[str] = (),
    in_place: bool = False,
) -> Detached:
    """Write a copy of a workbook without the sheets that a program added.

    Where nothing that the attachment changed was changed since, the copy is the file of before,
    byte for byte, but for what was changed elsewhere.

    Args:
        book: the workbook.
        target: the file to write.
        program: the program.
        beside: the parts beside the workbook that go too, where the attachment brought them.
        allow: which of ``ALLOWANCES`` are passed over.
        in_place: whether the target is the workbook itself; a dated copy of it is kept beside it.

    Raises:
        FileProblem: nothing is attached (code not-ours), something else reads the sheets (code
            in-use), or an edit that is refused.
    """
    draft = start_draft(book, program)
    record = record_in(book, program.record)
    marked = marked_sheets(book.workbook, program.sheet_mark)
    ours = tuple(found.sheet.name for found in marked)
    if record is None and not ours:
        raise FileProblem(
            f"{book.path} has no sheets that {program.name} attached; there is nothing to "
            "take out.",
            "not-ours",
        )
    refuse_locks(draft, allow, sheets=True)
    remove_sheets(draft, ours)
    if record is not None:
        take_out_record(draft, record)
        brought = {part.name.casefold() for part in record.undo.parts if part.before is None}
        take_out_beside(draft, [part for part in beside if part.casefold() in brought])
    finish(draft)
    if record is not None:
        give_back(draft, record)
    done = save_draft(
        draft, target, lambda after: check_sheets(draft, None, after), in_place=in_place
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

    kept = draft.program.save(book.path, target, write, in_place=in_place, before_move=before_move)
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
    path, remedies = draft.book.path, draft.program.remedies
    signed = any(name.startswith("_xmlsignatures/") for name in draft.book.archive.members)
    if signed and SIGNED not in allow:
        raise FileProblem(
            f"{path} is digitally signed, and any change would void the signature; remove the "
            "signature in Excel (File, Info) from a copy and give that"
            f"{remedies.get(SIGNED, '')}.",
            SIGNED,
        )
    if sheets and draft.book.workbook.structure_locked and LOCKED_STRUCTURE not in allow:
        raise FileProblem(
            f"The structure of {path} is locked (Review, Protect Workbook), so sheets may not be "
            f"added or taken out; unlock it in Excel{remedies.get(LOCKED_STRUCTURE, '')}. The lock "
            "itself stays as it is.",
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
    for position in new_ranges:
        cell = sheet_cells.get(position)
        if cell is None or cell.array_range is None:
            raise no_array(position)
    for position in values:
        cell = sheet_cells.get(position)
        if cell is not None and cell.formula is not None:
            continue
        if any(within(position, area) for area in (before if cell else [*before, *after])):
            continue
        raise FileProblem(
            f"{cell_address(sheet, *position)} in {book.path} has no formula; "
            "only results of formulas are replaced."
        )
