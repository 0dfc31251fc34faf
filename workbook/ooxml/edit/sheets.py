"""Sheets that are added to a package or taken out of it again.

Only a sheet that the program added is ever taken out: it carries a mark.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlpbr.errors import FileProblem, some
from xlpbr.workbook.ooxml.addresses import area_cells, split_area
from xlpbr.workbook.ooxml.book import Book, cells_of, open_book
from xlpbr.workbook.ooxml.edit.draft import Draft, change_chain, lead_to, put, take_out_sheets
from xlpbr.workbook.ooxml.edit.transplant import transplanted
from xlpbr.workbook.ooxml.edit.uses import names_going, uses_of
from xlpbr.workbook.ooxml.parts.calc_chain import ChainCell
from xlpbr.workbook.ooxml.parts.relationships import resolved_target
from xlpbr.workbook.ooxml.parts.sheet_mark import mark_of, marked_sheets
from xlpbr.workbook.ooxml.parts.workbook_edit import new_sheet_ids
from xlpbr.workbook.ooxml.parts.workbook_part import ListedName, ListedSheet, WorkbookPart
from xlpbr.workbook.ooxml.sheet.read import read_sheet
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.ooxml.zip.copy import copy_differs


@dataclass(frozen=True, slots=True)
class SheetsToAdd:
    """Sheets of a workbook that XlsxWriter wrote.

    Attributes:
        made: that workbook.
        names: the sheets to take from it, in the order in which they will stand.
        keys: what each sheet is, by its name, for its mark; its name where it is left out.
        attachment: the id that their marks share: letters and digits.
    """

    made: Path
    names: tuple[str, ...]
    keys: Mapping[str, str] = field(default_factory=dict)
    attachment: str = "0"


def add_sheets(draft: Draft, sheets: SheetsToAdd, leaving: Collection[str]) -> None:
    """Add sheets at the end of the book, each with the mark that the program added it.

    Args:
        draft: the draft.
        sheets: the sheets.
        leaving: the names of sheets that go in the same step.

    Raises:
        FileProblem: a sheet, table or name is in the book already, or the like.
    """
    new = transplanted(open_book(sheets.made), sheets.names, draft.book, leaving=leaving)
    for part, content in new.parts.items():
        put(draft, part, content)
    for part, content in new.replaced.items():
        put(draft, part, content)
    draft.types.update(new.content_types)
    for relationship in new.workbook_relationships:
        draft.leads[resolved_target(draft.book.part, relationship.target)] = relationship
    numbers = new_sheet_ids(draft.book.workbook, len(new.sheets))
    for sheet, number in zip(new.sheets, numbers, strict=True):
        lead_to(draft, sheet.part, "worksheet")
        draft.sheets.append((sheet.name, sheet.part, sheet.state))
        key = sheets.keys.get(sheet.name, sheet.name)
        mark = draft.program.sheet_mark
        draft.names.append(mark_of(mark, sheet.name, number, key, sheets.attachment))
    draft.names += new.defined_names


def remove_sheets(draft: Draft, names: Sequence[str]) -> None:
    """Take out sheets that the program added.

    Raises:
        FileProblem: there is no such sheet, the program did not add it (code not-ours), or
            something else in the book reads it (code in-use).
    """
    if not names:
        return
    program = draft.program
    marked = marked_sheets(draft.book.workbook, program.sheet_mark)
    ours = {found.sheet.name.casefold(): found.sheet for found in marked}
    path = draft.book.path
    for name in names:
        if name.casefold() not in ours:
            raise FileProblem(
                f"{path}: the sheet {name} was not added by {program.name}, and only such sheets"
                " are taken out; delete it in Excel if it is not needed.",
                "not-ours",
            )
    uses = uses_of(draft.book, names, program.names)
    if uses:
        raise FileProblem(
            f"{path}: {some(uses)} would show #REF!, because they read a sheet that is to go;"
            " change them first.",
            "in-use",
        )
    listed = [ours[name.casefold()] for name in names]
    take_out_sheets(draft, listed)
    going = names_going(draft.book, names, program.names)
    draft.names_no_more |= {(name.name, None) for name in going}
    change_chain(draft, [cell for sheet in listed for cell in _formula_cells(draft.book, sheet)])


def _formula_cells(book: Book, sheet: ListedSheet) -> list[ChainCell]:
    """The cells of a sheet that have a formula or are filled by one."""
    found = []
    for position, cell in cells_of(book, sheet.name).items():
        if cell.formula is not None:
            area = (*position, *position) if not cell.array_range else split_area(cell.array_range)
            found += [(sheet.sheet_id, *filled) for filled in area_cells(area)]
    return found


def _said(workbook: WorkbookPart, name: ListedName) -> tuple[str, str, str | None]:
    """A defined name, what it stands for, and the sheet that alone knows it."""
    sheet = None if name.sheet is None else workbook.sheets[name.sheet].name
    return name.name, name.text, sheet


def check_sheets(draft: Draft, sheets: SheetsToAdd | None, after: Book) -> None:
    """Compare the sheets and names of the copy with what was meant.

    Args:
        draft: what was meant.
        sheets: the sheets that were added.
        after: the copy.

    Raises:
        FileProblem: something differs that was not meant to.
    """
    before, written = draft.book.workbook, after.workbook
    expected = [
        sheet.name for sheet in before.sheets if sheet.relationship_id not in draft.sheets_no_more
    ]
    expected += [name for name, _, _ in draft.sheets]
    if [sheet.name for sheet in written.sheets] != expected:
        raise copy_differs(draft.book.archive, "in the list of its sheets")
    gone = {
        sheet.index
        for sheet in before.sheets
        if sheet.name not in expected or sheet.relationship_id in draft.sheets_no_more
    }
    names = [
        _said(before, name)
        for name in before.names
        if name.sheet not in gone and (name.name, None) not in draft.names_no_more
    ] + [(name.name, name.text, name.sheet) for name in draft.names]
    found = [_said(written, name) for name in written.names]
    if sorted(found, key=repr) != sorted(names, key=repr):
        raise copy_differs(draft.book.archive, "in its defined names")
    if sheets is not None:
        made = open_book(sheets.made)
        for name, part, _ in draft.sheets:
            # Their texts stand in the cells, so the book's own texts, which may be many, are
            # not read.
            contents = read_sheet(after.archive, part, name, (), date_1904=after.date_1904)
            if cells_of(made, name) != contents.cells:
                raise copy_differs(draft.book.archive, f"in the sheet {name}")
        close_archive(made.archive)
