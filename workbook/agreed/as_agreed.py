"""The sheet As agreed: the text of the tables as they were, where PBR_CHANGES reads it."""

from __future__ import annotations

from dataclasses import dataclass

from xlpbr.contract.snapshot import AS_SAVED, Snapshot, snapshot_of_lines
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import Position, area_cells, cell_address
from xlpbr.workbook.ooxml.book import Book, cells_of
from xlpbr.workbook.ooxml.sheet.cell_change import LONGEST_TEXT, CellChange
from xlpbr.workbook.read.own_sheets import as_agreed_of


@dataclass(frozen=True, slots=True)
class KeptLines:
    """What becomes of the cells that keep the text of the tables.

    Attributes:
        cells: by sheet, the cells that change; empty in a workbook without the sheet.
        notice: what the person should know; empty where the text has room.
    """

    cells: dict[str, dict[Position, CellChange]]
    notice: str = ""


def lines_to_keep(book: Book, snapshot: Snapshot) -> KeptLines:
    """A snapshot in place of the older one, a line a cell; what is left over is emptied.

    Where it has no room, all is emptied: the changes since an older month would be taken for
    those since this one.
    """
    place = as_agreed_of(book)
    if place is None:
        return KeptLines({})
    sheet, area = place
    positions = list(area_cells(area))
    lines, notice = snapshot.lines, ""
    longest = max(map(len, lines))
    if len(lines) > len(positions) or longest > LONGEST_TEXT:
        first, last = cell_address(sheet, *positions[0]), cell_address(sheet, *positions[-1])
        notice = (
            f"The text of the tables has {len(lines):,} lines of up to {longest:,} characters, and"
            f" {first} to {last.rpartition('!')[2]} has room for {len(positions):,} lines of"
            f" {LONGEST_TEXT:,}: it was left empty, so that Month and Changes do not say what"
            " changes from now on. xlpbr changes does."
        )
        lines = []
    there = cells_of(book, sheet)
    changes = {
        position: CellChange(line or None, None)
        for position, line in zip(positions, [*lines, *[""] * len(positions)], strict=False)
        if line or position in there
    }
    return KeptLines({sheet: changes} if changes else {}, notice)


def snapshot_on_sheet(book: Book) -> Snapshot | None:
    """The snapshot that the sheet As agreed keeps: of the month that was agreed last.

    None in a workbook without the sheet, and where nothing is kept on it.

    Raises:
        FileProblem: a line is not what was written (code ``snapshot``).
    """
    place = as_agreed_of(book)
    if place is None:
        return None
    sheet, area = place
    there, positions = cells_of(book, sheet), list(area_cells(area))
    values = [there[position].value if position in there else None for position in positions]
    if all(value in (None, "") for value in values):
        return None
    try:
        return snapshot_of_lines("" if value is None else str(value) for value in values)
    except FileProblem as problem:
        last = cell_address(sheet, *positions[-1]).rpartition("!")[2]
        raise FileProblem(
            f"{book.path}: {cell_address(sheet, *positions[0])} to {last}: the text of the tables"
            f" is not what xlpbr agree wrote. {AS_SAVED} Or let xlpbr changes take a month whose"
            ' snapshot the file itself keeps, such as --snapshot "May 2026".',
            problem.code,
        ) from None
