"""A workbook inside a private Calc: what its formulas show, and what depends on what.

What does not depend on the formulas that are calculated is held to what the workbook shows, to the
last digit, so that a figure that Calc works out otherwise changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.formula_reads import Place, ReadBy, Reads, read_by, reads
from xlpbr.workbook.calculate.keeping import (
    MOST_ROUNDS,
    Values,
    dependents,
    positions_of,
    reference_of,
    shows_the_same,
)
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.copy import copy_for_calc
from xlpbr.workbook.ooxml.addresses import LAST_COLUMN, LAST_ROW, area_cells
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of
from xlpbr.workbook.ooxml.sheet.read import StoredCell
from xlpbr.workbook.port.host_names import calls
from xlpbr.workbook.read.linked_tables import as_linked


@dataclass(slots=True)
class CalcBook:
    """A workbook in Calc.

    Attributes:
        book: the workbook as it is stored.
        calc: the private Calc.
        number: what the workbook is called there.
        formulas: every formula.
        reads: what each reads.
        read_by: the same, turned round.
        shown: what the cells with formulas, and those that array formulas fill, show in Calc.
        filled: by array formula, the cells that it fills now.
        crowded: the array formulas that need cells where something else stands.
        frozen: the formulas in whose place Calc has their values by now.
    """

    book: Book
    calc: calc_engine.Calc
    number: int
    formulas: Mapping[Place, StoredCell]
    reads: Mapping[Place, Reads]
    read_by: ReadBy
    shown: Values = field(default_factory=dict)
    filled: dict[Place, list[Position]] = field(default_factory=dict)
    crowded: set[Place] = field(default_factory=set)
    frozen: set[Place] = field(default_factory=set)


def open_in_calc(book: Book, calc: calc_engine.Calc) -> CalcBook:
    """Open a temporary copy of a workbook in Calc, which calculates it."""
    path = calc.folder / f"book{book.path.suffix}"
    copy_for_calc(book, path)
    calc_engine.mark_blanks(calc)
    formulas = {
        (sheet.name, position): cell
        for sheet in book.sheets
        for position, cell in cells_of(book, sheet.name).items()
        if cell.formula is not None
    }
    all_reads = {place: reads(book, place, cell.formula or "") for place, cell in formulas.items()}
    opened = CalcBook(
        book,
        calc,
        calc_engine.open_in(calc, path),
        formulas,
        all_reads,
        read_by(all_reads),
    )
    for place, cell in formulas.items():
        if cell.array_range is not None:
            opened.filled[place] = positions_of(cell.array_range)
    look(opened)
    return opened


def look(opened: CalcBook) -> None:
    """Read what all formulas and the cells that they fill show now."""
    by_sheet: dict[str, set[Position]] = {}
    for sheet, position in opened.formulas:
        by_sheet.setdefault(sheet, set()).add(position)
        by_sheet[sheet].update(opened.filled.get((sheet, position), ()))
    areas = []
    for sheet, positions in by_sheet.items():
        rows, columns = [row for row, _ in positions], [column for _, column in positions]
        areas.append((sheet, (min(rows), min(columns)), (max(rows), max(columns))))
    found = calc_engine.read(
        opened.calc,
        opened.number,
        [(sheet, reference_of([first, last])) for sheet, first, last in areas],
    )
    opened.shown = {}
    for (sheet, (top, left), _), rows_found in zip(areas, found, strict=True):
        opened.shown[sheet] = {
            (row, column): rows_found[row - top][column - left] for row, column in by_sheet[sheet]
        }


def shown(opened: CalcBook, place: Place) -> CellValue:
    """What a formula shows in Calc."""
    return opened.shown[place[0]][place[1]]


def filled_by(opened: CalcBook, place: Place) -> list[Position]:
    """The cells that a formula fills in Calc: its own and, where it is an array, all of it."""
    return opened.filled.get(place, [place[1]])


def depending_on(opened: CalcBook, roots: Iterable[Place]) -> dict[Place, set[Place]]:
    """The formulas that depend on some, and on which of them each depends directly."""
    return dependents(opened.book, opened.read_by, roots, partial(filled_by, opened))


def settle_spills(opened: CalcBook, roots: Collection[Place]) -> dict[Place, set[Place]]:
    """Let array formulas that depend on some fill what they need; what depends on the roots then.

    Calc fills the cells that the workbook says, however many rows there are now.
    """
    for _ in range(MOST_ROUNDS):
        depending = depending_on(opened, roots)
        # One of the old kind fills the same cells always; Calc repeats a single value, row or
        # column over them as Excel does.
        arrays = sorted(
            place
            for place in depending
            if place in opened.filled
            and place not in opened.frozen
            and opened.formulas[place].dynamic
        )
        wanted = calc_engine.spills(opened.calc, opened.number, arrays) if arrays else []
        new = {}
        for place, rows in zip(arrays, wanted, strict=True):
            row, column = place[1]
            last = (row + len(rows) - 1, column + len(rows[0]) - 1)
            filled = list(area_cells((row, column, *last)))
            if filled == opened.filled[place]:
                continue
            if _has_room(opened, place, filled):
                new[place] = filled
            else:
                opened.crowded.add(place)
        if not new:
            return depending
        opened.filled |= new
        areas = [(place[0], reference_of(filled)) for place, filled in new.items()]
        calc_engine.refill(opened.calc, opened.number, areas)
        calc_engine.calculate_cells(opened.calc, opened.number)
        look(opened)
    opened.crowded |= set(new)
    return depending_on(opened, roots)


def freeze_texts(opened: CalcBook, roots: Collection[Place]) -> dict[Place, set[Place]]:
    """Put texts that PBR_ functions give in the place of the formulas; what depends on the roots.

    Calc compares a text in the table that a function gives wrongly with any other: two different
    ones count as the same, two equal ones as different. As a value of its own it is like any text.
    """
    depending = settle_spills(opened, roots)
    waiting = {place for place in depending if calls(opened.formulas[place].formula or "")}
    while waiting:
        behind = set().union(*(set(depending_on(opened, [one])) - {one} for one in waiting))
        ready = waiting - behind or waiting
        waiting -= ready
        with_texts = {place for place in ready if _has_text(opened, place)}
        if with_texts:
            _put(opened, with_texts, opened.shown)
            opened.frozen |= with_texts
            depending = settle_spills(opened, roots)
    return depending


def _has_text(opened: CalcBook, place: Place) -> bool:
    sheet, _ = place
    shows = (opened.shown[sheet][cell] for cell in filled_by(opened, place))
    return any(isinstance(value, str) and value for value in shows)


def _has_room(opened: CalcBook, place: Place, filled: list[Position]) -> bool:
    """Whether the cells that an array formula needs are its own or empty."""
    sheet, _ = place
    last_row, last_column = filled[-1]
    if last_row > LAST_ROW or last_column > LAST_COLUMN:
        return False
    own = set(positions_of(opened.formulas[place].array_range or "")) | set(opened.filled[place])
    others = {
        position
        for other, positions in opened.filled.items()
        if other != place and other[0] == sheet
        for position in positions
    }
    stored = cells_of(opened.book, sheet)
    left = {
        position
        for other, cell in opened.formulas.items()
        if other[0] == sheet and cell.array_range
        for position in positions_of(cell.array_range)
    }
    for position in filled:
        if position in own:
            continue
        # What another array has left is empty now, although the workbook still shows it.
        if position in others or (position in stored and position not in left):
            return False
    return True


def differing(opened: CalcBook, among: Iterable[Place]) -> set[Place]:
    """The formulas that show another value in Calc than in the workbook, to the last digit."""
    found = set()
    for place in among:
        sheet, position = place
        of_sheet = cells_of(opened.book, sheet)
        for cell in {position, *filled_by(opened, place)}:
            stored = of_sheet[cell].value if cell in of_sheet else None
            if not same(opened, opened.shown[sheet][cell], stored):
                found.add(place)
    return found


def unlike(opened: CalcBook, among: Iterable[Place]) -> set[Place]:
    """The formulas that show another value in Calc than in the workbook, to 15 digits."""
    return {
        place
        for place in among
        if not shows_the_same(
            opened.book,
            place,
            opened.shown[place[0]],
            filled_by(opened, place),
            lambda stored: as_linked(opened.book, stored),
        )
    }


def hold(opened: CalcBook, places: Collection[Place]) -> None:
    """Put what the workbook shows in place of some formulas, and calculate the rest anew."""
    if not places:
        return
    stored = {
        sheet.name: {
            position: as_linked(opened.book, cell.value)
            for position, cell in cells_of(opened.book, sheet.name).items()
        }
        for sheet in opened.book.sheets
        if any(place[0] == sheet.name for place in places)
    }
    _put(opened, places, stored)


def _put(opened: CalcBook, places: Collection[Place], shows: Values) -> None:
    values = []
    for sheet, position in sorted(places):
        filled = filled_by(opened, (sheet, position))
        width = filled[-1][1] - filled[0][1] + 1
        row = [shows[sheet].get(cell) for cell in filled]
        rows = [row[start : start + width] for start in range(0, len(row), width)]
        values.append((sheet, reference_of(filled), rows))
    calc_engine.put(opened.calc, opened.number, values)
    calc_engine.calculate_cells(opened.calc, opened.number)
    look(opened)


def same(opened: CalcBook, calculated: CellValue, stored: CellValue) -> bool:
    """Whether Calc shows what the workbook does, to the last digit."""
    stored = as_linked(opened.book, stored)
    if isinstance(calculated, CellError) or isinstance(stored, CellError):
        return (
            isinstance(calculated, CellError)
            and isinstance(stored, CellError)
            and calculated.code == stored.code
        )
    return (calculated if calculated is not None else "") == (stored if stored is not None else "")
