"""The cells of one row of a sheet, with the places of what they are written with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import cell_name, split_cell
from xlpbr.workbook.ooxml.sheet.raw_rows import RawRow
from xlpbr.workbook.ooxml.xml.splice import tag_at


@dataclass(frozen=True, slots=True)
class ScannedFormula:
    """The formula element of a cell: its attributes, its text and its place."""

    attributes: Mapping[str, str]
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ScannedCell:
    """A cell of a row: its attributes and the places of what stands in it.

    Attributes:
        attributes: as they are written, decoded.
        start: where its opening tag starts.
        inside: where its opening tag ends; for ``<c/>`` the same as ``end``.
        end: where it ends.
        formula: its formula, if it has one.
        values: the places of its value, or of its text.
        blank: whether it shows nothing and has no formula.
    """

    attributes: Mapping[str, str]
    start: int
    inside: int
    end: int
    formula: ScannedFormula | None
    values: tuple[tuple[int, int], ...]
    blank: bool


@dataclass(frozen=True, slots=True)
class ScannedRow:
    """A row: its bytes, its attributes, the places of its tags and its cells by column.

    Attributes:
        start: where it starts in the part.
        close: where its closing tag starts; for ``<row/>`` the same as ``end``.
        data: its bytes.
        attributes: as they are written, decoded.
        cells: by column; their places count from the start of the part.
    """

    start: int
    close: int
    data: bytes
    attributes: Mapping[str, str]
    cells: Mapping[int, ScannedCell]

    @property
    def end(self) -> int:
        """Where the row ends."""
        return self.start + len(self.data)


def read_row(root: bytes, number: int, raw: RawRow) -> ScannedRow:
    """Read one row, with the parser's own places.

    Args:
        root: the opening tag of the sheet, which says what its prefixes mean.
        number: the number of the row.
        raw: the row as it is written.

    Raises:
        ValueError: a cell stands twice in the row, or says that it stands in another.
        expat.ExpatError: it is not well-formed.
    """
    reader = _RowReader(root, number, raw)
    root_tag = tag_at(root, 0)[1]
    reader.parser.Parse(b"%b%b</%b>" % (root, raw.data, root_tag), True)
    close = len(raw.data) if tag_at(raw.data, 0)[3] else raw.data.rindex(b"</")
    return ScannedRow(raw.start, raw.start + close, raw.data, reader.attributes, reader.cells)


class _RowReader:
    """Collects the cells of a row while the parser runs."""

    def __init__(self, root: bytes, number: int, raw: RawRow) -> None:
        self.number = number
        self.data = raw.data
        # The parser counts from the tag of the sheet that it is given first.
        self.before = len(root)
        self.offset = raw.start - self.before
        self.attributes: dict[str, str] = {}
        self.cells: dict[int, ScannedCell] = {}
        self.opened: list[tuple[str, int]] = []
        self.namespace = ""
        self.column = 0
        self.cell_attributes: dict[str, str] = {}
        self.formula_attributes: dict[str, str] = {}
        self.formula: ScannedFormula | None = None
        self.values: list[tuple[int, int]] = []
        self.shown = False
        self.pieces: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.pieces.append

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        depth = len(self.opened)
        if depth == 0:
            self.namespace = namespace
        if namespace != self.namespace:
            name = ""
        self.opened.append((name, self.parser.CurrentByteIndex))
        self.pieces.clear()
        if depth == 1:
            self.attributes = attributes
        elif name == "c" and depth == 2:
            self.column = _column(attributes.get("r"), self.number, self.column)
            self.cell_attributes = attributes
            self.formula, self.values, self.shown = None, [], False
        elif name == "f" and depth == 3:
            self.formula_attributes = attributes

    def end(self, _: str) -> None:
        name, began = self.opened.pop()
        depth = len(self.opened)
        if name == "c" and depth == 2:
            if self.column in self.cells:
                name = cell_name((self.number, self.column))
                raise ValueError(f"{name} stands in it twice")
            start = self.offset + began
            self.cells[self.column] = ScannedCell(
                self.cell_attributes,
                start,
                self.offset + self.before + tag_at(self.data, began - self.before).end(),
                self.ended(began),
                self.formula,
                tuple(self.values),
                self.formula is None and not self.shown,
            )
        elif name == "f" and depth == 3:
            text = "".join(self.pieces)
            start, end = self.offset + began, self.ended(began)
            self.formula = ScannedFormula(self.formula_attributes, text, start, end)
        elif name in {"v", "is"} and depth == 3:
            self.values.append((self.offset + began, self.ended(began)))
        self.shown = self.shown or (name in {"v", "t"} and bool(self.pieces))
        self.pieces.clear()

    def ended(self, began: int) -> int:
        """Where the element that began at a place, and ends now, ends in the part."""
        first = began - self.before
        tag = tag_at(self.data, first)
        close = self.parser.CurrentByteIndex - self.before
        end = tag.end() if tag[3] else self.data.index(b">", close) + 1
        return self.offset + self.before + end


def _column(reference: str | None, row: int, before: int) -> int:
    """The column of a cell: as it says, or else the next."""
    if reference is None:
        return before + 1
    try:
        cell_row, column = split_cell(reference)
    except ValueError as error:
        raise ValueError(f"{reference!r} is no cell") from error
    if cell_row != row:
        raise ValueError(f"{reference} stands in the row {row}")
    return column
