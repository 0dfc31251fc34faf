"""A ported workbook read again beside the one before: only names and marks may differ.

Reads the parts with a parser, in its own way, so that a mistake of the port shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import cell_name, split_cell
from xlpbr.workbook.ooxml.sheet.formula_texts import FORMULA_ELEMENTS
from xlpbr.workbook.ooxml.sheet.shared_formulas import SharedFormula, formula_at, shared_formula
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.zip.archive import Archive, run_parser
from xlpbr.workbook.ooxml.zip.copy import copy_differs
from xlpbr.workbook.port.host_names import in_host_form, plain

Marks = tuple[int, int]
"""The mark of a port, which cells may get or lose, and the book's own; 0 without."""

_Event = tuple[str, ...]


def check_ported(
    before: Archive, after: Archive, part: str, prefix: str, marks: Marks | None
) -> None:
    """Compare a part of the copy with the same part of the workbook.

    Args:
        before: the workbook.
        after: the copy.
        part: the part.
        prefix: what the host stores before a function's name.
        marks: the marks that may differ, for a worksheet; None for another part.

    Raises:
        FileProblem: they differ in more than names and marks, or a call in the copy is not
            stored as the host stores it.
    """
    try:
        events = zip_longest(
            _events(text_chunks(before, part), "", marks),
            _events(text_chunks(after, part), prefix, marks),
        )
        for one, other in events:
            if one != other:
                raise copy_differs(before, f"in {part}")
    except (expat.ExpatError, ValueError) as error:
        run_parser(before, part, expat.ParserCreate())
        raise copy_differs(before, f"in {part}, which is not whole") from error


def _events(chunks: Iterable[bytes], prefix: str, marks: Marks | None) -> Iterator[_Event]:
    """What a part says, with plain names and, in a sheet, without what a port may change."""
    reader = _CallReader(prefix, marks)
    for chunk in chunks:
        reader.parser.Parse(chunk, False)
        while reader.events:
            yield reader.events.popleft()
    reader.parser.Parse(b"", True)
    yield from reader.events


class _CallReader:
    """Collects events while the parser runs."""

    def __init__(self, prefix: str, marks: Marks | None) -> None:
        self.prefix = prefix
        self.sheet = marks is not None
        self.ported, self.usual = marks or (0, 0)
        self.mark = ""
        self.events: deque[_Event] = deque()
        self.opened: list[str] = []
        self.formula: dict[str, str] | None = None
        self.cell = (0, 0)
        self.shared: dict[str, SharedFormula] = {}
        self.pieces: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.pieces.append
        self.parser.CommentHandler = lambda text: self.event("comment", text)
        self.parser.ProcessingInstructionHandler = lambda *said: self.event("instruction", *said)

    def event(self, *said: str) -> None:
        if self.formula is None:
            self.text()
        self.events.append(said)

    def text(self) -> None:
        if self.pieces:
            self.events.append(("text", "".join(self.pieces)))
            self.pieces.clear()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.text()
        name = tag.rpartition(" ")[2]
        self.opened.append(name)
        if self.sheet and name == "row":
            number = attributes.get("r", "")
            self.cell = (int(number) if number else self.cell[0] + 1, 0)
        elif self.sheet and name == "c" and self.opened[-2:-1] == ["row"]:
            place = attributes.get("r")
            self.cell = split_cell(place) if place else (self.cell[0], self.cell[1] + 1)
            self.mark = attributes.pop("cm", "")
        if name in FORMULA_ELEMENTS:
            self.formula = attributes
            if self.sheet and self.opened[-3:-1] == ["row", "c"]:
                attributes = self.without_marks(attributes)
        self.events.append(("start", tag, *chain(*sorted(attributes.items()))))

    def without_marks(self, attributes: dict[str, str]) -> dict[str, str]:
        """The attributes of a cell's formula less those by which it is shared or fills itself."""
        kind, area = attributes.get("t"), attributes.get("ref")
        alone = kind == "array" and area == cell_name(self.cell)
        if self.mark == str(self.ported):
            self.mark = "" if alone else str(self.usual)
        if not alone and kind != "shared":
            return attributes
        return {key: value for key, value in attributes.items() if key not in {"t", "ref", "si"}}

    def end(self, tag: str) -> None:
        name = self.opened.pop()
        if name in FORMULA_ELEMENTS and self.formula is not None:
            text = "".join(self.pieces)
            self.pieces.clear()
            if self.prefix and in_host_form(text, self.prefix) != text:
                raise ValueError("a function is not called as the host stores it")
            self.events.append(("formula", plain(self.whole(text)).casefold()))
            self.formula = None
        self.text()
        if name == "c" and self.mark:
            self.events.append(("mark", self.mark))
            self.mark = ""
        self.events.append(("end", tag))

    def whole(self, text: str) -> str:
        """A formula, also where another cell writes it out."""
        attributes = self.formula or {}
        if not self.sheet or attributes.get("t") != "shared":
            return text
        index = attributes.get("si", "")
        if text:
            if "ref" in attributes:
                self.shared[index] = shared_formula(text, *self.cell)
            return text
        shared = self.shared.get(index)
        return formula_at(shared, *self.cell) if shared else f"shared {index}"
