"""The rows of a sheet found with a parser, whatever else stands between them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import LAST_ROW, split_cell
from xlpbr.workbook.ooxml.sheet.raw_rows import NO_FORMULAS, FoundRows, RawFormula, RawRow
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.xml.splice import tag_at
from xlpbr.workbook.ooxml.zip.archive import Archive, damaged_part, run_parser

_DEEPEST = 5
"""How deep a formula stands: worksheet, sheetData, row, c, f."""

_LONGEST_TAG = 65_536


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
    reader = _RowParser(archive, part, wanted, shared)
    try:
        for chunk in text_chunks(archive, part):
            reader.feed(chunk)
        reader.feed(b"")
    except (expat.ExpatError, ValueError) as error:
        # The parser of the package says it in the words of all other parts.
        run_parser(archive, part, expat.ParserCreate())
        raise damaged_part(archive, part, str(error)) from error
    reader.finish()
    return reader.found


class _RowParser:
    """Collects the rows wanted while the parser runs, with the parser's own places."""

    def __init__(
        self, archive: Archive, part: str, wanted: list[int], shared: frozenset[str]
    ) -> None:
        self.archive = archive
        self.part = part
        self.wanted = set(wanted)
        self.shared = shared
        self.found = FoundRows()
        self.buffer = bytearray()
        self.dropped = 0
        self.opened: list[tuple[str, int]] = []
        self.namespace = ""
        self.head = b""
        self.numbers = array("q")
        self.starts = array("q")
        self.numbered = False
        self.position = (0, 0)
        self.formula: dict[str, str] | None = None
        self.pieces: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *_: object) -> None:
        raise expat.ExpatError("it declares a document type")

    def feed(self, chunk: bytes) -> None:
        self.buffer += chunk
        self.parser.Parse(chunk, not chunk)
        if self.found.inside < 0 or self.found.close >= 0:
            return
        # Only the row that is being read is still needed.
        in_row = bool(self.starts) and len(self.opened) > 2
        keep = self.starts[-1] if in_row else self.parser.CurrentByteIndex
        if keep > self.dropped:
            del self.buffer[: keep - self.dropped]
            self.dropped = keep

    def tag(self, place: int) -> re.Match[bytes]:
        first = place - self.dropped
        return tag_at(bytes(self.buffer[first : first + _LONGEST_TAG]), 0)

    def ended(self, began: int) -> int:
        """Where the element that began at a place, and ends now, ends."""
        tag = self.tag(began)
        if tag[3]:
            return began + tag.end()
        close = self.parser.CurrentByteIndex - self.dropped
        return self.buffer.index(b">", close) + 1 + self.dropped

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        place = self.parser.CurrentByteIndex
        if not self.opened:
            self.namespace = namespace
        self.opened.append((name if namespace == self.namespace else "", place))
        if name not in {"sheetData", "row", "c", "f"} or not self.opened[-1][0]:
            return
        if len(self.opened) > _DEEPEST:
            return
        path = [name for name, _ in self.opened[1:]]
        if path == ["sheetData"] and self.found.inside < 0:
            self.found.inside = place + self.tag(place).end()
            self.head = bytes(self.buffer[: self.found.inside])
        elif path == ["sheetData", "row"]:
            self.start_row(attributes, place)
        elif path == ["sheetData", "row", "c"]:
            self.start_cell(attributes)
        elif path == ["sheetData", "row", "c", "f"]:
            self.formula = attributes
            self.pieces = []

    def start_row(self, attributes: dict[str, str], place: int) -> None:
        number = attributes.get("r", "")
        self.numbered = bool(number)
        before = self.position[0]
        self.position = (self.whole(number) if number else before + 1, 0)
        self.numbers.append(self.position[0])
        self.starts.append(place)

    def start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        row, column = self.position
        if reference is None:
            self.position = (row, column + 1)
            return
        try:
            self.position = split_cell(reference)
        except ValueError as error:
            raise damaged_part(self.archive, self.part, f"{reference!r} is no cell") from error
        if not self.numbered and column == 0:
            # A row without a number is where its first cell says.
            self.numbers[-1] = self.position[0]

    def whole(self, text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else 0
        if not 1 <= number <= LAST_ROW:
            raise damaged_part(self.archive, self.part, f"{text!r} is no row")
        return number

    def characters(self, text: str) -> None:
        if self.formula is not None:
            self.pieces.append(text)

    def end(self, _: str) -> None:
        name, began = self.opened.pop()
        depth = len(self.opened)
        if name == "f" and self.formula is not None:
            self.end_formula(self.formula, began)
            self.formula = None
        elif name == "row" and depth == 2 and self.opened[1][0] == "sheetData":
            self.end_row(began)
        elif name == "sheetData" and depth == 1 and self.found.close < 0:
            # Only an element of one tag ends in the same piece without having been dropped.
            empty = began >= self.dropped and bool(self.tag(began)[3])
            close = self.found.inside if empty else self.parser.CurrentByteIndex
            self.found.close = close
            del self.buffer[: close - self.dropped]
            self.dropped = close

    def end_row(self, began: int) -> None:
        number = self.numbers[-1]
        self.position = (self.position[0], 0)
        if number not in self.wanted:
            return
        if number in self.found.rows:
            raise damaged_part(self.archive, self.part, f"the row {number} stands in it twice")
        first, last = began - self.dropped, self.ended(began) - self.dropped
        self.found.rows[number] = RawRow(began, bytes(self.buffer[first:last]))

    def end_formula(self, attributes: dict[str, str], began: int) -> None:
        kind, index = attributes.get("t", ""), attributes.get("si", "")
        shared = kind == "shared" and index in self.shared
        if not shared and kind not in {"array", "dataTable"}:
            return
        self.found.add_formula(
            RawFormula(
                kind,
                index,
                attributes.get("ref", ""),
                self.position if shared else (0, 0),
                began,
                self.ended(began) if shared else 0,
                "".join(self.pieces) if shared else "",
            ),
            row_wanted=self.position[0] in self.wanted,
        )

    def finish(self) -> None:
        if self.found.close < 0:
            raise damaged_part(self.archive, self.part, "it has no sheetData")
        self.found.frame = self.head + bytes(self.buffer)
        order = sorted(range(len(self.numbers)), key=self.numbers.__getitem__)
        for number in self.wanted - set(self.found.rows):
            after = bisect_left(order, number, key=self.numbers.__getitem__)
            self.found.places[number] = (
                self.starts[order[after]] if after < len(order) else self.found.close
            )
