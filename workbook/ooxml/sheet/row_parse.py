"""The rows of a sheet found with a parser, whatever else stands between them."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from xlpbr.workbook.ooxml.sheet.cell_places import FORMULA, ROW, CellPlaces
from xlpbr.workbook.ooxml.sheet.raw_rows import NO_FORMULAS, FoundRows, RawRow
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.zip.archive import Archive, read_elsewhere

_ROWS = "/sheetData"


def parse_rows(
    archive: Archive, part: str, wanted: list[int], shared: frozenset[str] = NO_FORMULAS
) -> FoundRows:
    """Find the rows of some numbers with a parser.

    Args:
        archive: the package.
        part: the sheet's part.
        wanted: numbers of rows.
        shared: numbers of shared formulas of which every use is wanted.

    Raises:
        FileProblem: the part is missing, damaged, declares a document type or is in another
            encoding than UTF-8 or UTF-16.
    """
    reader = _RowParser(wanted, shared)
    with read_elsewhere(archive, part):
        for chunk in text_chunks(archive, part):
            reader.feed(chunk)
            if reader.found.inside >= 0 > reader.found.close:
                reader.drop_all_but(ROW)
        reader.feed(b"")
        reader.finish()
    return reader.found


class _RowParser(CellPlaces):
    """Collects the rows wanted while the parser runs, with the parser's own places."""

    def __init__(self, wanted: list[int], shared: frozenset[str]) -> None:
        super().__init__()
        self.found = FoundRows(frozenset(wanted), shared)
        self.numbers = array("q")
        self.places = array("q")
        self.starts[_ROWS] = self.start_rows
        self.ends |= {_ROWS: self.end_rows, ROW: self.end_row, FORMULA: self.end_formula}

    def start_rows(self, _: dict[str, str], place: int) -> None:
        if self.found.inside < 0:
            self.found.inside = self.tag_ends(place)
            self.found.frame = self.written(0, self.found.inside)

    def end_rows(self, _: dict[str, str], began: int) -> None:
        if self.found.close < 0:
            # Only an element of one tag ends in the same piece without having been dropped.
            empty = began >= self.dropped and bool(self.tag(began)[3])
            self.found.close = self.found.inside if empty else self.here
            self.drop(self.found.close)

    def start_row(self, attributes: dict[str, str], place: int) -> None:
        super().start_row(attributes, place)
        self.numbers.append(self.position[0])
        self.places.append(place)

    def start_cell(self, attributes: dict[str, str], place: int) -> None:
        first = self.position[1] == 0
        super().start_cell(attributes, place)
        if first and not self.opened[-2][2].get("r"):
            # A row without a number is where its first cell says.
            self.numbers[-1] = self.position[0]

    def end_row(self, _: dict[str, str], began: int) -> None:
        number = self.numbers[-1]
        if number not in self.found.wanted:
            return
        if number in self.found.rows:
            raise ValueError(f"the row {number} stands in it twice")
        self.found.rows[number] = RawRow(began, self.written(began, self.ended(began)))

    def end_formula(self, attributes: dict[str, str], began: int) -> None:
        self.found.add_formula(
            attributes, began, lambda: (self.position, self.ended(began), "".join(self.pieces))
        )

    def finish(self) -> None:
        if self.found.close < 0:
            raise ValueError("it has no sheetData")
        self.found.frame += bytes(self.buffer)
        order = sorted(range(len(self.numbers)), key=self.numbers.__getitem__)
        for number in self.found.wanted - self.found.rows.keys():
            after = bisect_left(order, number, key=self.numbers.__getitem__)
            self.found.places[number] = (
                self.places[order[after]] if after < len(order) else self.found.close
            )
