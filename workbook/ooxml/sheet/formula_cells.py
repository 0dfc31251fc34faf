"""The cells of a sheet that hold a formula, one after another, with the places of their tags.

A sheet of any size is passed piece by piece.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from xlpbr.workbook.ooxml.addresses import Area, area_of, cell_name
from xlpbr.workbook.ooxml.sheet.cell_places import CELL, FORMULA, CellPlaces


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
        ValueError: a row or a cell has an address that is none.
    """
    reader = _FormulaReader(merged)
    for chunk in chain(filter(None, chunks), [b""]):
        reader.feed(chunk)
        reader.drop_all_but(CELL)
        while reader.found:
            yield reader.found.popleft()


class _FormulaReader(CellPlaces):
    """Collects cells while the parser runs."""

    def __init__(self, merged: list[Area]) -> None:
        super().__init__()
        self.merged = merged
        self.found: deque[FormulaCell] = deque()
        self.starts["/mergeCells/mergeCell"] = self.start_merged
        self.ends[FORMULA] = self.end_formula

    def start_merged(self, attributes: dict[str, str], _: int) -> None:
        area = area_of(attributes.get("ref", ""))
        if area is not None:
            self.merged.append(area)

    def end_formula(self, attributes: dict[str, str], began: int) -> None:
        _, cell, of_cell = self.opened[-1]
        end = self.ended(began)
        self.found.append(
            FormulaCell(
                *self.position,
                cell,
                self.tag(cell)[0],
                of_cell,
                began,
                self.tag(began)[0],
                end,
                attributes,
                self.written(began, end),
                "".join(self.pieces),
            )
        )
