"""Rows of a sheet as they are written, and what one pass over a sheet finds of them.

Places count bytes of the part in UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xlpbr.workbook.ooxml.addresses import Area, Position, area_around

NO_FORMULAS = frozenset[str]()
_LISTED = frozenset({"array", "dataTable"})


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
        start: where it starts.
        position: row and column of its cell; known for shared formulas only.
        end: where it ends; known for shared formulas only.
        text: what stands in it; known for shared formulas only.
    """

    kind: str
    index: str
    reference: str
    start: int
    position: Position = (0, 0)
    end: int = 0
    text: str = ""


@dataclass(slots=True)
class FoundRows:
    """What one pass over a sheet finds.

    Attributes:
        wanted: the numbers of the rows asked for.
        shared: the numbers of the shared formulas asked for.
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

    wanted: frozenset[int]
    shared: frozenset[str]
    frame: bytes = b""
    inside: int = -1
    close: int = -1
    rows: dict[int, RawRow] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    formulas: list[RawFormula] = field(default_factory=list)
    others: dict[str, Area] = field(default_factory=dict)
    _listed: set[str] = field(default_factory=set)

    def add_formula(
        self,
        attributes: Mapping[str, str],
        start: int,
        rest: Callable[[], tuple[Position, int, str]],
    ) -> None:
        """List a formula, or widen the area of the cells that share it and are not listed.

        Args:
            attributes: those of its tag; most formulas are none of those asked for.
            start: where it starts.
            rest: gives what must be known of a shared formula: position, end and text.
        """
        kind, index = attributes.get("t", ""), attributes.get("si", "")
        if not (kind in _LISTED or (kind == "shared" and index in self.shared)):
            return
        known = () if kind in _LISTED else rest()
        formula = RawFormula(kind, index, attributes.get("ref", ""), start, *known)
        asked_for = kind in _LISTED or formula.position[0] in self.wanted
        elsewhere = not formula.text and not asked_for
        if not elsewhere or formula.index not in self._listed:
            self.formulas.append(formula)
            if elsewhere:
                self._listed.add(formula.index)
            return
        place, area = formula.position, self.others.get(formula.index)
        corners = (area[:2], area[2:]) if area else ()
        self.others[formula.index] = area_around(place, *corners)
