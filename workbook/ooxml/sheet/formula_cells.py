"""The cells of a sheet that hold a formula, one after another, with the places of their tags.

A sheet of any size is passed piece by piece.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import Area, area_of, cell_name, split_cell
from xlpbr.workbook.ooxml.xml.splice import tag_at

_CELL = ["sheetData", "row", "c"]
_FORMULA = [*_CELL, "f"]
_MERGED = ["mergeCells", "mergeCell"]


@dataclass(frozen=True, slots=True)
class FormulaCell:
    """A cell with a formula; places count bytes of the part in UTF-8.

    Attributes:
        row: counted from 1.
        column: counted from 1.
        start: where its opening tag starts.
        tag: its opening tag as it is written.
        attributes: of the cell, decoded.
        formula_start: where the formula's opening tag starts.
        formula_tag: that tag as it is written.
        formula_end: where the formula ends.
        formula_attributes: of the formula, decoded.
        raw: the whole formula element as it is written.
        text: the formula; nothing where another cell writes it out.
    """

    row: int
    column: int
    start: int
    tag: bytes
    attributes: Mapping[str, str]
    formula_start: int
    formula_tag: bytes
    formula_end: int
    formula_attributes: Mapping[str, str]
    raw: bytes
    text: str

    @property
    def address(self) -> str:
        """The cell without its sheet, such as ``D12``."""
        return cell_name((self.row, self.column))


def formula_cells(chunks: Iterable[bytes], merged: list[Area]) -> Iterator[FormulaCell]:
    """The cells with a formula in the order of the sheet.

    Args:
        chunks: the sheet's part in UTF-8, in pieces; only a few of them are held at a time.
        merged: gets the merged areas, which stand after the cells.

    Raises:
        expat.ExpatError: the part is not well-formed, or declares a document type.
        ValueError: a cell has an address that is none.
    """
    reader = _FormulaReader(merged)
    for chunk in chunks:
        reader.feed(chunk, last=False)
        while reader.found:
            yield reader.found.popleft()
    reader.feed(b"", last=True)
    yield from reader.found


class _FormulaReader:
    """Collects cells while the parser runs."""

    def __init__(self, merged: list[Area]) -> None:
        self.merged = merged
        self.found: deque[FormulaCell] = deque()
        self.buffer = b""
        self.dropped = 0
        self.opened: list[str] = []
        self.namespace = ""
        self.row = self.column = 0
        self.cell = -1
        self.attributes: dict[str, str] = {}
        self.formula = -1
        self.formula_attributes: dict[str, str] = {}
        self.pieces: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *_: object) -> None:
        raise expat.ExpatError("it declares a document type")

    def feed(self, chunk: bytes, *, last: bool) -> None:
        self.buffer += chunk
        self.parser.Parse(chunk, last)
        # Only the cell that is being read is still needed.
        keep = self.cell if self.cell >= 0 else self.parser.CurrentByteIndex
        if keep > self.dropped:
            self.buffer = self.buffer[keep - self.dropped :]
            self.dropped = keep

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if not self.opened:
            self.namespace = namespace
            self.opened.append("")
            return
        self.opened.append(name if namespace == self.namespace else "")
        path = self.opened[1:]
        if name == "c" and path == _CELL:
            self.cell = self.parser.CurrentByteIndex
            self.attributes = attributes
            self.step(attributes.get("r"))
        elif name == "f" and path == _FORMULA:
            self.formula = self.parser.CurrentByteIndex
            self.formula_attributes = attributes
            self.pieces.clear()
        elif name == "row" and path == _CELL[:2]:
            number = attributes.get("r", "")
            self.row = int(number) if number else self.row + 1
            self.column = 0
        elif name == "mergeCell" and path == _MERGED:
            area = area_of(attributes.get("ref", ""))
            if area is not None:
                self.merged.append(area)

    def step(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
        else:
            self.row, self.column = split_cell(reference)

    def characters(self, text: str) -> None:
        if self.formula >= 0:
            self.pieces.append(text)

    def end(self, _: str) -> None:
        name = self.opened.pop()
        if name == "f" and self.formula >= 0 and len(self.opened) == len(_FORMULA):
            self.end_formula()
            self.formula = -1
        elif name == "c" and len(self.opened) == len(_CELL):
            self.cell = -1

    def end_formula(self) -> None:
        tag = tag_at(self.buffer, self.cell - self.dropped)
        formula = tag_at(self.buffer, self.formula - self.dropped)
        end = formula.end()
        if not formula[3]:
            close = self.parser.CurrentByteIndex - self.dropped
            end = self.buffer.index(b">", close) + 1
        self.found.append(
            FormulaCell(
                self.row,
                self.column,
                self.cell,
                tag[0],
                self.attributes,
                self.formula,
                formula[0],
                end + self.dropped,
                self.formula_attributes,
                self.buffer[formula.start() : end],
                "".join(self.pieces),
            )
        )
