"""Cells of a package's sheets, set and checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import (
    Area,
    Position,
    area_of,
    cell_address,
    split_area,
    within,
)
from xlpbr.workbook.ooxml.book import Book, SheetInfo, known_sheet
from xlpbr.workbook.ooxml.edit.draft import Draft, add_part, drop_chain, leads_to, put
from xlpbr.workbook.ooxml.edit.program import PROTECTED_SHEET
from xlpbr.workbook.ooxml.edit.refusals import edit_refusals
from xlpbr.workbook.ooxml.parts.listing_parts import parts_of_kind
from xlpbr.workbook.ooxml.parts.metadata_merge import dynamic_array_mark
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange, as_stored
from xlpbr.workbook.ooxml.sheet.edit import edited_chunks, sheet_splices
from xlpbr.workbook.ooxml.sheet.scan import SheetScan, scan_sheet
from xlpbr.workbook.ooxml.sheet.verify import verify_sheet
from xlpbr.workbook.ooxml.xml.splice import FALSE, Splice, as_utf8, elements
from xlpbr.workbook.ooxml.zip.archive import read_tree, read_xml, understood

_METADATA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"


@dataclass(frozen=True, slots=True)
class SheetEdit:
    """What is done to the cells of one sheet, and the pieces of its XML that do it."""

    sheet: SheetInfo
    scan: SheetScan
    changes: Mapping[Position, CellChange]
    splices: tuple[Splice, ...]


def set_cells(
    draft: Draft, wanted: Mapping[str, Mapping[Position, CellChange]], allow: Collection[str]
) -> tuple[SheetEdit, ...]:
    """Set cells, and keep the order of calculation right.

    Args:
        draft: the draft.
        wanted: by sheet and cell, what it holds now. A number that marks a spilling formula is
            given here.
        allow: what is passed over.

    Raises:
        FileProblem: there is no such sheet, or a cell may not be set.
    """
    spills = any(map(_spills, (change for of in wanted.values() for change in of.values())))
    mark = _spill_mark(draft) if spills else None
    unlocked = _unlocked_formats(draft.book)
    edits = []
    formulas_stay = True
    for name, of_sheet in wanted.items():
        if not of_sheet:
            continue
        sheet = known_sheet(draft.book, name)
        changes = {
            position: _stored(draft.book, sheet, position, change, mark)
            for position, change in of_sheet.items()
        }
        scan = scan_sheet(
            draft.book.archive,
            sheet.part,
            changes,
            formulas_stay=all(change.formula is KEEP for change in changes.values()),
        )
        _refuse(draft, sheet, scan, changes, allow, unlocked)
        splices = sheet_splices(scan, changes)
        if splices:
            draft.replaced[sheet.part] = partial(
                edited_chunks, draft.book.archive, sheet.part, splices
            )
        formulas_stay &= not any(
            _changes_a_formula(scan, position, change) for position, change in changes.items()
        )
        edits.append(SheetEdit(sheet, scan, changes, splices))
    if not formulas_stay:
        drop_chain(draft)
    return tuple(edits)


def check_cells(draft: Draft, edits: Collection[SheetEdit], after: Book) -> None:
    """Compare the sheets of the copy with what was meant.

    Raises:
        FileProblem: something differs that was not meant to.
    """
    for done in edits:
        verify_sheet(
            draft.book.archive,
            after.archive,
            done.sheet.part,
            done.scan,
            done.changes,
            done.splices,
            done.sheet.name,
        )


def _changes_a_formula(scan: SheetScan, position: Position, change: CellChange) -> bool:
    """Whether a cell gets a formula, loses one, or gets another."""
    cell = scan.cell(position)
    had = cell is not None and cell.formula is not None
    return isinstance(change.formula, str) or (change.formula is None and had)


def _spills(change: CellChange) -> bool:
    return change.array_range is not None and change.formula is not KEEP


def _unlocked_formats(book: Book) -> set[int]:
    """The numbers of the cell formats that do not lock their cells once a sheet is protected.

    A format that says nothing of it locks, as in Excel.
    """
    styles = leads_to(book, "styles")
    if styles is None:
        return set()
    path = "styleSheet/cellXfs/xf"
    data, _ = as_utf8(read_xml(book.archive, styles, "styleSheet"))
    return {
        entry.parent
        for entry in elements(data, path, f"{path}/protection")[f"{path}/protection"]
        if entry.attributes.get("locked") in FALSE
    }


def _spill_mark(draft: Draft) -> int:
    """The number that marks a spilling formula, with the part that explains it."""
    part = leads_to(draft.book, "sheetMetadata")
    strict = draft.book.workbook.strict
    if part is not None:
        before = read_xml(draft.book.archive, part, "metadata")
        with understood(draft.book.archive, part):
            content, mark = dynamic_array_mark(before, strict=strict)
        if content != before:
            put(draft, part, content)
        return mark
    content, mark = dynamic_array_mark(None, strict=strict)
    add_part(draft, "xl/metadata.xml", content, _METADATA_TYPE, "sheetMetadata")
    return mark


def _stored(
    book: Book, sheet: SheetInfo, position: Position, change: CellChange, mark: int | None
) -> CellChange:
    if _spills(change):
        change = replace(change, cell_mark=mark)
    if change.value is KEEP:
        return change
    try:
        return replace(change, value=as_stored(change.value, date_1904=book.date_1904))
    except ValueError as error:
        raise FileProblem(
            f"The result for {cell_address(sheet.name, *position)} cannot stand in a cell: {error}."
        ) from error


def _refuse(
    draft: Draft,
    sheet: SheetInfo,
    scan: SheetScan,
    changes: Mapping[Position, CellChange],
    allow: Collection[str],
    unlocked: Collection[int],
) -> None:
    """Refuse cells that may not be set. A new last value of a locked formula is no edit of it."""
    results = {
        position
        for position, change in changes.items()
        if change.formula is KEEP and _shows_a_result(scan, changes, position)
    }
    edit_refusals(
        sheet.name,
        scan,
        changes,
        tables=draft.book.tables.values(),
        unlocked=unlocked,
        allow=allow,
        results=results,
        pivots=_pivot_areas(draft.book, sheet),
        remedy=draft.program.remedies.get(PROTECTED_SHEET, ""),
    )


def _pivot_areas(book: Book, sheet: SheetInfo) -> list[Area]:
    """The areas that the pivot tables of a sheet fill."""
    places = (
        read_tree(book.archive, part).find("{*}location")
        for part in parts_of_kind(book.archive, sheet.part, "pivotTable")
    )
    found = (area_of(place.get("ref", "")) for place in places if place is not None)
    return [area for area in found if area is not None]


def _shows_a_result(
    scan: SheetScan, changes: Mapping[Position, CellChange], position: Position
) -> bool:
    """Whether a cell shows what a formula that was there before gives, or will now."""
    cell = scan.cell(position)
    if cell is not None and cell.formula is not None:
        return True
    filled = [
        split_area(change.array_range)
        for change in changes.values()
        if change.formula is KEEP and change.array_range is not None
    ]
    return any(within(position, area) for area in (*scan.arrays, *filled))
