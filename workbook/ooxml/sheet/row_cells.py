"""The cells of one row of a sheet, with the places of what they are written with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlpbr.workbook.ooxml.addresses import cell_name
from xlpbr.workbook.ooxml.sheet.cell_places import CELL, FORMULA, ROW, CellPlaces
from xlpbr.workbook.ooxml.sheet.raw_rows import RawRow
from xlpbr.workbook.ooxml.xml.splice import tag_at

_VALUE, _INLINE = f"{CELL}/v", f"{CELL}/is"
_SHOWN = {_VALUE, *(f"{_INLINE}/{text}" for text in ("t", "r/t", "rPh/t"))}
"""Where the text of a cell stands."""


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


def scanned_rows(root: bytes, rows: Mapping[int, RawRow]) -> dict[int, ScannedRow]:
    """Read rows, with the parser's own places.

    Args:
        root: the opening tag of the sheet, which says what its prefixes mean.
        rows: the rows as they are written, by number.

    Raises:
        ValueError: a cell stands twice in a row, or says that it stands in another.
        expat.ExpatError: a row is not well-formed.
    """
    reader = _RowReader()
    root_name = tag_at(root, 0)[1]
    list_name = root_name.removesuffix(b"worksheet") + b"sheetData"
    reader.feed(b"%b<%b>" % (root, list_name))
    for number in sorted(rows):
        reader.read(number, rows[number])
    reader.feed(b"</%b></%b>" % (list_name, root_name))
    reader.feed(b"")
    return reader.rows


class _RowReader(CellPlaces):
    """Collects the cells of rows while the parser runs."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[int, ScannedRow] = {}
        self.number = 0
        self.cells: dict[int, ScannedCell] = {}
        self.formula: ScannedFormula | None = None
        self.values: list[tuple[int, int]] = []
        self.shown = False
        self.starts |= dict.fromkeys(_SHOWN, self.listen)
        self.ends |= dict.fromkeys(_SHOWN, self.end_text)
        self.ends |= {ROW: self.end_row, CELL: self.end_cell, FORMULA: self.end_formula}
        self.ends |= {_VALUE: self.end_value, _INLINE: self.end_inline}

    def read(self, number: int, raw: RawRow) -> None:
        # What the parser was given before stood somewhere else in the part.
        self.first = raw.start - self.given
        self.dropped = raw.start
        self.buffer.clear()
        self.number, self.cells = number, {}
        self.position = (number - 1, 0)
        self.feed(raw.data)

    def end_row(self, attributes: dict[str, str], began: int) -> None:
        close = self.ended(began) if self.tag(began)[3] else self.here
        self.rows[self.number] = ScannedRow(
            began, close, bytes(self.buffer), attributes, self.cells
        )

    def start_cell(self, attributes: dict[str, str], place: int) -> None:
        super().start_cell(attributes, place)
        if self.position[0] != self.number:
            raise ValueError(f"{attributes['r']} stands in the row {self.number}")
        self.formula, self.values, self.shown = None, [], False

    def end_formula(self, attributes: dict[str, str], began: int) -> None:
        text = "".join(self.pieces)
        self.formula = ScannedFormula(attributes, text, began, self.ended(began))

    def end_text(self, *_: object) -> None:
        self.shown = self.shown or bool(self.pieces)

    def end_inline(self, _: dict[str, str], began: int) -> None:
        self.values.append((began, self.ended(began)))

    def end_value(self, attributes: dict[str, str], began: int) -> None:
        self.end_text()
        self.end_inline(attributes, began)

    def end_cell(self, attributes: dict[str, str], began: int) -> None:
        column = self.position[1]
        if column in self.cells:
            raise ValueError(f"{cell_name(self.position)} stands in it twice")
        self.cells[column] = ScannedCell(
            attributes,
            began,
            self.tag_ends(began),
            self.ended(began),
            self.formula,
            tuple(self.values),
            self.formula is None and not self.shown,
        )
