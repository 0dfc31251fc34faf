"""Rows of a sheet as they are written, and what one pass over a sheet finds of them.

Places count bytes of the part in UTF-8.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xlpbr.workbook.ooxml.addresses import Area, Position

NO_FORMULAS = frozenset[str]()


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it is written, and the place where it starts."""

    start: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RawFormula:
    """The formula element of a cell as it is written.

    Attributes:
        kind: its type: ``array``, ``dataTable`` or ``shared``.
        index: the number of the shared formula, or nothing.
        reference: the cells that it says it covers, or nothing.
        position: row and column of its cell; known for shared formulas only.
        start: where it starts.
        end: where it ends; known for shared formulas only.
        text: what stands in it; known for shared formulas only.
    """

    kind: str
    index: str
    reference: str
    position: Position
    start: int
    end: int
    text: str


@dataclass(slots=True)
class FoundRows:
    """What one pass over a sheet finds.

    Attributes:
        frame: the part without what stands inside its sheetData.
        inside: where the opening tag of sheetData ends.
        close: where its closing tag starts; for ``<sheetData/>`` the same as ``inside``.
        rows: the rows asked for that are there, by number.
        places: for the rows asked for that are not there, where they would go.
        formulas: the formulas of arrays and data tables anywhere in the sheet, and the shared
            formulas of the numbers asked for, in the order of the sheet.
        others: by number, the area of the cells with a shared formula that are not listed. A
            formula can be shared by a million cells, so only those in rows asked for are
            listed, and the first in another row.
    """

    frame: bytes = b""
    inside: int = -1
    close: int = -1
    rows: dict[int, RawRow] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    formulas: list[RawFormula] = field(default_factory=list)
    others: dict[str, Area] = field(default_factory=dict)
    _listed: set[str] = field(default_factory=set)

    def add_formula(self, formula: RawFormula, *, row_wanted: bool) -> None:
        """List a formula, or widen the area of the cells that share it and are not listed."""
        elsewhere = formula.kind == "shared" and not formula.text and not row_wanted
        if not elsewhere or formula.index not in self._listed:
            self.formulas.append(formula)
            if elsewhere:
                self._listed.add(formula.index)
            return
        row, column = formula.position
        area = self.others.get(formula.index, (row, column, row, column))
        self.others[formula.index] = (
            min(area[0], row),
            min(area[1], column),
            max(area[2], row),
            max(area[3], column),
        )
