"""The rows and cells of a sheet followed by a parser, with the bytes that they are written with.

A sheet of any size is passed piece by piece. Places count bytes of the part in UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import LAST_ROW, Position, split_cell
from xlpbr.workbook.ooxml.xml.splice import refuse_doctype, tag_at

ROW = "/sheetData/row"
CELL = f"{ROW}/c"
FORMULA = f"{CELL}/f"

_DEEPEST = 7
"""How deep anything stands that is looked for: worksheet, sheetData, row, c, is, r, t."""

Found = Callable[[dict[str, str], int], None]
"""What is done with an element, given its attributes and the place where it starts."""


class CellPlaces:
    """What the readers share that need the bytes of rows, cells or formulas.

    Elements go by their path of names below the root. One in another namespace than the root has
    no name, so that nothing in it is taken for a cell.

    Attributes:
        starts: what is done when an element of a path starts.
        ends: what is done when it ends; it is no longer among those that are open then.
        pieces: the text since ``listen``, which stands for an element whose text is wanted.
        opened: the path, place and attributes of each element that is open, the root first.
        position: the row and column of the cell that was met last.
        buffer: the bytes that are still needed, from the place ``dropped`` on.
        first: what is added to the parser's own places.
        given: how many bytes the parser was given.
    """

    def __init__(self) -> None:
        self.starts: dict[str, Found] = {ROW: self.start_row, CELL: self.start_cell}
        self.starts[FORMULA] = self.listen
        self.ends: dict[str, Found] = {}
        self.pieces: list[str] = []
        self.opened: list[tuple[str, int, dict[str, str]]] = []
        self.position: Position = (0, 0)
        self.buffer = bytearray()
        self.first = self.dropped = self.given = 0
        self.namespace = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = refuse_doctype

    @property
    def here(self) -> int:
        """The place of the tag that the parser has come to."""
        return self.first + self.parser.CurrentByteIndex

    def feed(self, chunk: bytes) -> None:
        """Read the next piece; nothing at the end.

        Raises:
            expat.ExpatError: the sheet is not well-formed, or declares a document type.
            ValueError: a row or a cell has an address that is none.
        """
        self.buffer += chunk
        self.given += len(chunk)
        self.parser.Parse(chunk, not chunk)

    def drop(self, place: int) -> None:
        """Forget the bytes before a place."""
        if place > self.dropped:
            del self.buffer[: place - self.dropped]
            self.dropped = place

    def drop_all_but(self, path: str) -> None:
        """Forget all bytes but those of the element of a path that is open, if one is."""
        depth = path.count("/")
        inside = len(self.opened) > depth and self.opened[depth][0] == path
        self.drop(self.opened[depth][1] if inside else self.here)

    def tag(self, place: int) -> re.Match[bytes]:
        """The opening tag at a place."""
        return tag_at(self.buffer, place - self.dropped)

    def tag_ends(self, place: int) -> int:
        """Where the opening tag at a place ends."""
        return self.dropped + self.tag(place).end()

    def ended(self, began: int) -> int:
        """Where the element that began at a place, and ends now, ends."""
        tag = self.tag(began)
        end = tag.end() if tag[3] else self.buffer.index(b">", self.here - self.dropped) + 1
        return self.dropped + end

    def written(self, start: int, end: int) -> bytes:
        """The bytes between two places."""
        return bytes(self.buffer[start - self.dropped : end - self.dropped])

    def start_row(self, attributes: dict[str, str], _: int) -> None:
        """Go on to a row: it is where it says, or else the next."""
        number = attributes.get("r", "")
        self.position = (row_number(number) if number else self.position[0] + 1, 0)

    def start_cell(self, attributes: dict[str, str], _: int) -> None:
        """Go on to a cell: it is where it says, or else the next."""
        reference = attributes.get("r")
        row, column = self.position
        try:
            self.position = (row, column + 1) if reference is None else split_cell(reference)
        except ValueError as error:
            raise ValueError(f"{reference!r} is no cell") from error

    def listen(self, *_: object) -> None:
        """Collect text from here on, to the end of an element for which something is done."""
        self.pieces.clear()
        self.parser.CharacterDataHandler = self.pieces.append

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        place = self.first + self.parser.CurrentByteIndex
        path = ""
        if not self.opened:
            self.namespace = namespace
        elif len(self.opened) < _DEEPEST:
            path = f"{self.opened[-1][0]}/{name if namespace == self.namespace else ''}"
        self.opened.append((path, place, attributes))
        found = self.starts.get(path)
        if found is not None:
            found(attributes, place)

    def _end(self, _: str) -> None:
        path, began, attributes = self.opened.pop()
        found = self.ends.get(path)
        if found is not None:
            self.parser.CharacterDataHandler = None
            found(attributes, began)


def row_number(text: str) -> int:
    """The number of a row as a sheet writes it.

    Raises:
        ValueError: no row has it.
    """
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= LAST_ROW:
        raise ValueError(f"{text!r} is no row")
    return number
