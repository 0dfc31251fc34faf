"""Which formulas show a new value and which keep their last: what both recalculators go by.

The embedded engine needs nothing but xlpbr. LibreOffice Calc is the second because the engine does
not know every function: of 70 rarer ones of Excel that were tried, 17, and a formula that calls one
keeps its last value. Both hand in what their engine shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.formula_reads import (
    Place,
    ReadBy,
    Reads,
    address_of,
    read_by,
    readers_of,
    reads,
)
from xlpbr.workbook.ooxml.addresses import area_cells, cell_name, split_area
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of
from xlpbr.workbook.ooxml.edit.package import write_values
from xlpbr.workbook.ours import XLPBR

Values = dict[str, dict[Position, CellValue]]
"""Cell values by sheet and by row and column, counted from 1."""

CHANGE_BY_THEMSELVES = frozenset({"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY"})
NAME_ERROR = "#NAME?"
HIDDEN = "it uses {}, and it cannot be seen what that reads"
OTHER_BOOK = "it reads another workbook"
_DEPENDS = "it depends on a formula that keeps its last value"


class FormulaBook:
    """A workbook whose formulas are calculated.

    Attributes:
        book: the workbook.
        formulas: the formula of every cell that has one.
        put_in: the cells whose formula is not in the workbook yet.
    """

    book: Book
    formulas: Mapping[Place, str]
    put_in: Collection[Place]

    @cached_property
    def reads(self) -> Mapping[Place, Reads]:
        """What each formula reads; found when it is asked for, as it takes a while."""
        return {place: reads(self.book, place, text) for place, text in self.formulas.items()}

    @cached_property
    def read_by(self) -> ReadBy:
        """The same, turned round."""
        return read_by(self.reads)

    def filled_by(self, place: Place) -> list[Position]:
        """The cells that a formula fills now: its own and, where it spills, all of the spill."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Kept:
    """A formula that keeps its last value: where it stands, and why."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """New last values.

    Attributes:
        values: by sheet and cell, what the cells show now; None for an empty cell.
        ranges: by sheet and first cell, the cells that an array formula now fills.
        kept: the formulas that keep their last value.
    """

    values: Values
    ranges: Mapping[str, Mapping[Position, str]]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What a recalculation did.

    Attributes:
        written: how many cells show a new last value.
        functions: how many of the formulas call a PBR_ function.
        kept: the formulas that keep their last value, each with the reason.
        copy: the dated copy of the workbook before, where it was calculated in place.
    """

    written: int
    functions: int
    kept: tuple[Kept, ...]
    copy: Path | None = None


def to_calculate(book: Book, formulas: Iterable[Place], own: Collection[str]) -> set[Place]:
    """The formulas that are calculated whatever they call.

    One that was never calculated has no value that could be harmed, and the figures of sheets
    that xlpbr made come from what the book holds now, links and all.

    Args:
        book: the workbook.
        formulas: its formulas.
        own: the sheets that xlpbr made.
    """
    return {
        (sheet, position)
        for sheet, position in formulas
        if sheet in own or cells_of(book, sheet)[position].never_calculated
    }


def positions_of(reference: str) -> list[Position]:
    """The cells of a rectangle such as ``B2:D9``, row by row."""
    return list(area_cells(split_area(reference)))


def reference_of(filled: list[Position]) -> str:
    """The rectangle that some cells fill, such as ``B2:D9``, or ``B2`` for a single one."""
    first, last = cell_name(filled[0]), cell_name(filled[-1])
    return first if len(filled) == 1 else f"{first}:{last}"


def filled_before(book: Book, place: Place) -> list[Position]:
    """The cells that a formula fills in the workbook: its own and, of an array, all."""
    stored = cells_of(book, place[0]).get(place[1])
    return positions_of(stored.array_range) if stored and stored.array_range else [place[1]]


def alike(one: CellValue, other: CellValue) -> bool:
    """Whether two figures of two engines differ by no more than a last digit."""
    if not (isinstance(one, int | float) and isinstance(other, int | float)):
        return False
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def dependents(opened: FormulaBook, roots: Iterable[Place]) -> dict[Place, set[Place]]:
    """The formulas that depend on some, and on which of them each depends directly.

    Those asked about are in the result themselves. An array formula may fill fewer cells from now
    on than in the workbook: what reads those depends on it too. The engines know no way through
    names, tables and several sheets at once, so the ways are found in the formulas.
    """
    found: dict[Place, set[Place]] = {root: set() for root in roots}
    waiting = list(found)
    while waiting:
        place = waiting.pop()
        filled = {*opened.filled_by(place), *filled_before(opened.book, place)}
        for reader in readers_of(opened.read_by, place[0], filled):
            if reader not in found:
                found[reader] = set()
                waiting.append(reader)
            found[reader].add(place)
    return found


def doubt_of(
    names: Iterable[str], engine: str, otherwise: Collection[str], differing: Mapping[str, str]
) -> str | None:
    """Why a formula with some functions is not left to an engine.

    Args:
        names: the functions.
        engine: what the engine is called.
        otherwise: what it works out otherwise than Excel.
        differing: what it works out otherwise than the workbook shows, and where.
    """
    reason = None
    for name in sorted(names):
        if name in otherwise:
            reason = f"it uses {name}, which may give another value in Excel"
        elif name in differing:
            reason = (
                f"it uses {name}, for which {engine} gives another value than the workbook shows"
                f" in {differing[name]}"
            )
    return reason


def _in_order(depending: Mapping[Place, set[Place]]) -> list[Place]:
    """The formulas, each after those that it depends on as far as there is no circle."""
    ordered: dict[Place, None] = {}
    for start in sorted(depending):
        waiting = [(start, False)]
        entered = set()
        while waiting:
            place, done = waiting.pop()
            if done:
                ordered.setdefault(place)
            elif place not in ordered and place not in entered:
                entered.add(place)
                waiting.append((place, True))
                waiting += [(source, False) for source in sorted(depending[place])]
    return list(ordered)


def errors_in(opened: FormulaBook, values: Values, places: Iterable[Place]) -> set[str]:
    """The codes of the errors that some formulas show in the cells that they fill."""
    shown = (values[place[0]][cell] for place in places for cell in opened.filled_by(place))
    return {value.code for value in shown if isinstance(value, CellError)}


def taken(
    opened: FormulaBook,
    values: Values,
    depending: dict[Place, set[Place]],
    reasons: dict[Place, str],
    hidden: Mapping[Place, str],
    wrong: Callable[[Place], str | None],
) -> Refreshed:
    """What formulas show now, and what array formulas fill; what they no longer fill is empty.

    A formula keeps its value where it reads what cannot be told and would show another now, where
    it depends on one that does, and where it shows an error of the engine's own.

    Args:
        opened: the workbook.
        values: what the engine shows.
        depending: the formulas that were calculated, and on which of them each depends; those
            that read what cannot be told are put in, with what depends on both.
        reasons: those that keep their last value for a reason of their own; more are put in.
        hidden: those that read what cannot be told, and by which function.
        wrong: why the error that a formula shows is the engine's own, if it is.
    """
    for place, sources in dependents(opened, hidden).items():
        if place in hidden or place in depending:
            depending.setdefault(place, set()).update(sources)
    reasons.update({place: HIDDEN.format(name) for place, name in hidden.items()})
    for place in _in_order(depending):
        if place not in reasons:
            reason = _DEPENDS if depending[place] & reasons.keys() else wrong(place)
            if reason is not None:
                reasons[place] = reason
    new: Values = {}
    ranges: dict[str, dict[Position, str]] = {}
    for place in sorted(depending.keys() - reasons.keys()):
        sheet, position = place
        of_sheet = new.setdefault(sheet, {})
        filled = opened.filled_by(place)
        of_sheet.update((cell, values[sheet][cell]) for cell in filled)
        stored = cells_of(opened.book, sheet).get(position)
        if stored is not None and stored.array_range is not None and place not in opened.put_in:
            for left in set(positions_of(stored.array_range)) - set(filled):
                of_sheet.setdefault(left, None)
            ranges.setdefault(sheet, {})[position] = reference_of(filled)
    kept = (Kept(address_of(place), reasons[place]) for place in sorted(reasons))
    return Refreshed(new, ranges, tuple(kept))


def written(
    book: Book,
    target: Path,
    new: Refreshed,
    functions: int,
    *,
    allow: Collection[str],
    in_place: bool,
) -> Recalculation:
    """Write a copy of a workbook that shows new last values.

    Args:
        book: the workbook.
        target: the file to write.
        new: the values.
        functions: how many of the formulas call a PBR_ function.
        allow: what the edit may pass over.
        in_place: whether the target is the workbook itself.
    """
    done = write_values(
        book, target, new.values, new.ranges, program=XLPBR, allow=allow, in_place=in_place
    )
    return Recalculation(sum(map(len, new.values.values())), functions, new.kept, done.kept)
