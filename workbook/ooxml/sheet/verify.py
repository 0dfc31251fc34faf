"""A sheet that was edited, read again beside the one before: only what was asked may differ.

Reads the rows that were touched on its own, so that a mistake of the editor shows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from xml.etree import ElementTree as ET
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import Position, cell_address
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.row_verify import ReadRow, first_difference, read_rows
from xlpbr.workbook.ooxml.sheet.scan import SheetScan
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.xml.splice import Splice
from xlpbr.workbook.ooxml.zip.archive import Archive, run_parser
from xlpbr.workbook.ooxml.zip.copy import copy_differs

Region = tuple[int, int, int]
"""A piece of the edited part by its start and end, and the number of the row; 0 for new rows."""


def verify_sheet(
    before: Archive,
    after: Archive,
    part: str,
    scan: SheetScan,
    changes: Mapping[Position, CellChange],
    splices: tuple[Splice, ...],
    sheet: str,
) -> None:
    """Check that a sheet was changed as asked, and in nothing else.

    Both parts are passed once: outside the splices they must be the same to the byte, and the
    new one must be well-formed. The rows that were touched are read again: the cells asked for
    have their value, formula, filled range and style, and all others are as they were.

    Args:
        before: the package as it was.
        after: the package with the edited part.
        part: the part, of the same name in both.
        scan: the part as ``scan_sheet`` found it before.
        changes: what was to change.
        splices: the pieces that ``sheet_splices`` made of it.
        sheet: the sheet's name, for messages.

    Raises:
        FileProblem: the new part is not as it should be, or either is damaged.
    """
    reading = _Compared(before, after, part, _regions(scan, splices))
    if not reading.same(splices):
        raise copy_differs(before, f"in a part of {sheet} that was not to change")
    rows_before = {
        number: read_rows(scan.frame.root, row.data, number)[0] for number, row in scan.rows.items()
    }
    rows_after: dict[int, ReadRow] = {}
    try:
        for region, data in zip(reading.regions, reading.caught, strict=True):
            for row in read_rows(scan.frame.root, data, region[2]):
                if row.number in rows_after:
                    raise copy_differs(before, f"in the row {row.number} of {sheet}")
                rows_after[row.number] = row
    except (ET.ParseError, ValueError) as error:
        raise copy_differs(before, f"in a row of {sheet}") from error
    changing: dict[int, set[int]] = {}
    for number, column in changes:
        changing.setdefault(number, set()).add(column)
    for number in sorted({*changing, *rows_after}):
        old = rows_before.get(number)
        new = rows_after.get(number)
        if new is None and old is not None and not _has_splice(scan, number, splices):
            new = old
        different = first_difference(
            scan, rows_before, number, old, new, changes, changing.get(number, ())
        )
        if different is not None:
            raise copy_differs(before, f"in {cell_address(sheet, number, different)}")


def _has_splice(scan: SheetScan, number: int, splices: tuple[Splice, ...]) -> bool:
    row = scan.rows[number]
    first = bisect_left(splices, (row.start,))
    return any(
        start < row.end and (start, end) != (row.start, row.start)
        for start, end, _ in splices[first : first + 2]
    )


def _regions(scan: SheetScan, splices: tuple[Splice, ...]) -> list[Region]:
    """Where the rows that were touched, and those that are new, stand in the edited part."""
    starts = [start for start, _, _ in splices]
    ends = [end for _, end, _ in splices]
    growth = list(accumulate((len(new) - (end - start) for start, end, new in splices), initial=0))
    inside: set[int] = set()
    regions = []
    for number, row in scan.rows.items():
        # What was put in at the start of the row is a new row before it.
        first, last = bisect_right(ends, row.start), bisect_left(starts, row.end)
        if first < last:
            inside.update(range(first, last))
            regions.append((row.start + growth[first], row.end + growth[last], number))
    for index, (start, _, new) in enumerate(splices):
        if index not in inside and start >= scan.inside - len(scan.empty_tag):
            regions.append((start + growth[index], start + growth[index] + len(new), 0))
    return sorted(regions)


class _Compared:
    """The two parts, passed side by side."""

    def __init__(self, before: Archive, after: Archive, part: str, regions: list[Region]) -> None:
        self.before = before
        self.part = part
        self.old = _Stream(text_chunks(before, part))
        self.new = _Stream(text_chunks(after, part))
        self.parser = expat.ParserCreate()
        self.regions = regions
        self.caught = [b""] * len(regions)
        self.next_region = 0
        self.place = 0

    def same(self, splices: tuple[Splice, ...]) -> bool:
        """Whether the parts are the same outside the splices, and as the splices say in them."""
        place = 0
        for start, end, new in splices:
            if not self.same_bytes(start - place):
                return False
            removed = end - start
            while removed and (piece := self.old.piece(removed)):
                removed -= len(piece)
            if removed or self.taken(len(new)) != new:
                return False
            place = end
        if not self.same_bytes(None):
            return False
        self.parse(b"")
        return True

    def same_bytes(self, count: int | None) -> bool:
        """Whether as many bytes, or with None all that are left, are the same."""
        while count != 0:
            piece = self.old.piece(count)
            if not piece:
                return count is None and not self.new.piece(1)
            if self.taken(len(piece)) != piece:
                return False
            if count is not None:
                count -= len(piece)
        return True

    def taken(self, count: int) -> bytes:
        """So many bytes of the new part; fewer at its end."""
        pieces = []
        while count and (piece := self.new.piece(count)):
            self.parse(piece)
            self.catch(piece)
            pieces.append(piece)
            count -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def parse(self, piece: bytes) -> None:
        try:
            self.parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            # Where the part was damaged before the edit, it is said of the workbook.
            run_parser(self.before, self.part, expat.ParserCreate())
            raise copy_differs(self.before, f"in {self.part}, which is not whole") from error

    def catch(self, piece: bytes) -> None:
        first, self.place = self.place, self.place + len(piece)
        while self.next_region < len(self.regions):
            start, end, _ = self.regions[self.next_region]
            if start >= self.place:
                return
            self.caught[self.next_region] += piece[max(start - first, 0) : end - first]
            if end > self.place:
                return
            self.next_region += 1


class _Stream:
    """Pieces of a part, never longer than asked for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.chunk = b""
        self.place = 0

    def piece(self, longest: int | None) -> bytes:
        """The next bytes; nothing at the end."""
        while self.place == len(self.chunk):
            chunk = next(self.chunks, None)
            if chunk is None:
                return b""
            self.chunk, self.place = chunk, 0
        end = len(self.chunk) if longest is None else min(self.place + longest, len(self.chunk))
        piece = self.chunk[self.place : end]
        self.place = end
        return piece
