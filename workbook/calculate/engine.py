"""A workbook inside the embedded engine: loaded, calculated, and asked what its cells show.

The engine is given the workbook as our own reader sees it. What is not to be calculated is a value
there, the last one that the workbook shows. The engine knows no array formula of the old kind: its
rule of repeating a single value, row or column is put right here.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from typing import Any

import formualizer

from xlpbr.errors import NA, CellError, FileProblem
from xlpbr.forecast.run import load_ahead
from xlpbr.udfs.embedded import from_engine, is_error_of_engine, register, to_engine
from xlpbr.workbook.calculate.engine_file import engine_file, goes_in_later, name_in_engine
from xlpbr.workbook.calculate.engine_formulas import SpillOf, for_engine, is_put_otherwise
from xlpbr.workbook.calculate.formula_reads import (
    Place,
    ReadBy,
    Reads,
    read_by,
    reads,
    reads_another_book,
)
from xlpbr.workbook.calculate.formula_words import functions_in
from xlpbr.workbook.calculate.keeping import (
    MOST_ROUNDS,
    NAME_ERROR,
    OTHER_BOOK,
    Values,
    formulas_of,
    positions_of,
    stored_cells,
)
from xlpbr.workbook.calculate.taken_branches import constants_shown
from xlpbr.workbook.ooxml.addresses import LAST_COLUMN, LAST_ROW, Position, cell_address
from xlpbr.workbook.ooxml.book import Book, CellValue, cells_of

_FORECAST = "PBR_FORECAST("
_UNREADABLE = "the engine cannot calculate it"
_SPILL_ERROR = "#SPILL!"
_MOST_CULPRITS = 50
"""More formulas than this that stop the engine are a workbook that it cannot calculate."""


@dataclass(frozen=True)
class Calculation:
    """A workbook in the engine, calculated.

    Attributes:
        book: the workbook.
        engine: the engine with the workbook in it.
        formulas: the formula of every cell that has one, those put in on top included.
        calculated: the cells whose formula stands in the engine; all others are values there.
        put_in: the cells whose formula was put in and is not in the workbook yet.
        impossible: the formulas that were to be calculated and cannot be, and why.
        errors: every error that a PBR_ function gave of itself, with its reason, in the order of
            the calls; an error that was handed to it is not among them.
    """

    book: Book
    engine: formualizer.Workbook
    formulas: Mapping[Place, str]
    calculated: frozenset[Place]
    put_in: frozenset[Place]
    impossible: Mapping[Place, str]
    errors: list[CellError]
    _repeated: Mapping[Place, tuple[int, int] | None] = field(default_factory=dict)
    _held: Mapping[Place, Any] = field(default_factory=dict, repr=False)
    _constant: frozenset[Place] = frozenset()

    @cached_property
    def reads(self) -> Mapping[Place, Reads]:
        """What each formula reads; found when it is asked for, as it takes a while."""
        return {place: reads(self.book, place, text) for place, text in self.formulas.items()}

    @cached_property
    def read_by(self) -> ReadBy:
        """The same, turned round."""
        return read_by(self.reads)


def load(
    book: Book,
    put_in: Mapping[Place, str] | None = None,
    calculated: Collection[Place] | None = None,
    spills: Mapping[Place, list[Position]] | None = None,
    constants: Mapping[Place, str] | None = None,
) -> Calculation:
    """Load a workbook into the engine and calculate it.

    Args:
        book: the workbook.
        put_in: formulas that are put into cells first, without their equals sign.
        calculated: the cells whose formulas are calculated, those put in included; by default all.
            The others show what the workbook shows.
        spills: what array formulas fill, where it is known to differ from what the workbook says.
        constants: the formulas that are known to show a constant, each with it as a formula.

    Raises:
        FileProblem: the engine cannot calculate the workbook.
    """
    extra = dict(put_in or {})
    formulas = formulas_of(book) | extra
    wanted = set(formulas if calculated is None else calculated)
    impossible = {place: OTHER_BOOK for place in wanted if reads_another_book(formulas[place])}
    repeated: dict[Place, tuple[int, int] | None] = {}

    def spill_of(place: Place) -> list[Position]:
        return (spills or {}).get(place) or stored_cells(book, place)

    for _ in range(MOST_ROUNDS):
        given = {place: formulas[place] for place in wanted - impossible.keys()}
        loaded = partial(_loaded, book, extra, repeated, spill_of, constants or {})
        found = _evaluated(loaded, given)
        held = {} if found is None else _in_engine(found[0], given)
        unreadable = _unreadable(given if found is None else _not_read(held, given))
        if unreadable:
            impossible |= dict.fromkeys(unreadable, _UNREADABLE)
            given = {place: text for place, text in given.items() if place not in unreadable}
            found = _evaluated(loaded, given)
            held = {} if found is None else _in_engine(found[0], given)
        if found is None:
            culprits = _culprits(loaded, given)
            if len(culprits) > _MOST_CULPRITS:
                raise FileProblem(
                    f"{book.path} cannot be calculated by the embedded engine. Calculate it in"
                    " Excel.",
                    "not-calculated",
                )
            impossible |= dict.fromkeys(culprits, _UNREADABLE)
            continue
        engine, errors = found
        calculation = Calculation(
            book, engine, formulas, frozenset(given), frozenset(extra), impossible, errors,
            repeated, held, frozenset(constants or ()),
        )  # fmt: skip
        unlike = _unlike_their_range(calculation) - repeated.keys()
        if not unlike:
            break
        repeated |= {place: _natural_shape(calculation, place) for place in unlike}
    return calculation


def load_own(book: Book, spills: Mapping[Place, list[Position]] | None = None) -> Calculation:
    """Load a workbook of xlpbr's own into the engine and calculate all of it.

    It may have many rows of workings that are blank.

    Args:
        book: the workbook.
        spills: as in ``load``.

    Raises:
        FileProblem: the engine cannot calculate the workbook.
    """

    def alone(formulas: Mapping[Place, str], sheets: Collection[str]) -> dict[Place, CellValue]:
        values = {
            name: {
                position: cell.value
                for position, cell in cells_of(book, name).items()
                if cell.formula is None and not goes_in_later(cell.value)
            }
            for name in sheets
        }
        engine = formualizer.Workbook.from_bytes(engine_file(book, values, formulas))
        engine.evaluate_all()
        return {
            place: from_engine(value)
            for place, value in _in_engine(engine, formulas).items()
            if _extent(engine, place) is None and stored_cells(book, place) == [place[1]]
        }

    formulas = formulas_of(book)
    constants = constants_shown(book, formulas, alone)
    if any(_FORECAST in formula for formula in formulas.values()):
        # While the engine reads the formulas, Python has nothing to do: numpy takes its time.
        threading.Thread(target=load_ahead).start()
    return load(book, spills=spills, constants=constants)


def _unreadable(formulas: Mapping[Place, str]) -> dict[Place, str]:
    """Those of some formulas that the engine cannot read."""
    found = {}
    for place, formula in formulas.items():
        try:
            formualizer.parse(f"={formula}")
        except Exception:
            found[place] = formula
    return found


def _not_read(held: Mapping[Place, Any], given: Mapping[Place, str]) -> dict[Place, str]:
    """The formulas that show an error that Excel does not have, and those that may be changed.

    The engine shows such an error where it cannot read a formula, and in what reads that cell.
    """
    return {
        place: formula
        for place, formula in given.items()
        if is_error_of_engine(held[place]) or is_put_otherwise(formula)
    }


def _loaded(
    book: Book,
    put_in: Mapping[Place, str],
    repeated: Mapping[Place, tuple[int, int] | None],
    spill_of: SpillOf,
    constants: Mapping[Place, str],
    given: Mapping[Place, str],
) -> tuple[formualizer.Workbook, list[CellError]]:
    """The engine with some formulas of a workbook, the rest as the values that it shows."""
    of_formulas: dict[str, set[Position]] = {sheet.name: set() for sheet in book.sheets}
    for sheet, position in given:
        of_formulas[sheet].add(position)
    values: dict[str, dict[Position, CellValue]] = {
        name: {
            position: cell.value if isinstance(cell.value, CellError) else to_engine(cell.value)
            for position, cell in cells_of(book, name).items()
            if position not in there
        }
        for name, there in of_formulas.items()
    }
    # What the last calculation spilled would stand in the way of the next.
    for sheet, position in {*given, *put_in}:
        for filled in stored_cells(book, (sheet, position)):
            if (sheet, filled) == (sheet, position) or (sheet, filled) not in given:
                values[sheet].pop(filled, None)
    texts: dict[Place, str] = {}
    for place, formula in given.items():
        text = constants.get(place) or for_engine(book, place, formula, spill_of)
        if place in repeated:
            texts |= _cell_by_cell(place, text, stored_cells(book, place), repeated[place])
        else:
            texts[place] = text
    settings = formualizer.EvaluationConfig()
    # It counts days from where the workbook does; it does not read that by itself.
    settings.date_system = "1904" if book.date_1904 else "1900"
    # Several threads take longer, with 100,000 formulas too: nearly all wait for those before them.
    settings.enable_parallel = False
    engine = formualizer.Workbook.from_bytes(
        engine_file(book, values, texts), config=formualizer.WorkbookConfig(eval_config=settings)
    )
    # As dates, the days 59 and 60 would both be 28 February 1900.
    engine.set_temporal_egress("serial")
    for sheet_name, of_sheet in values.items():
        for position, value in of_sheet.items():
            if goes_in_later(value) and (sheet_name, position) not in texts:
                engine.set_value(name_in_engine(sheet_name), *position, to_engine(value))
    errors: list[CellError] = []
    register(engine, date_1904=book.date_1904, errors=errors)
    return engine, errors


Loaded = Callable[[Mapping[Place, str]], tuple[formualizer.Workbook, list[CellError]]]


def _evaluated(
    loaded: Loaded, given: Mapping[Place, str]
) -> tuple[formualizer.Workbook, list[CellError]] | None:
    """The engine once it has calculated some formulas; None where one of them stops it."""
    try:
        engine, errors = loaded(given)
        engine.evaluate_all()
    except Exception:
        return None
    return engine, errors


def _culprits(loaded: Loaded, given: Mapping[Place, str]) -> set[Place]:
    """The formulas at which the engine stops, found by halves."""
    if _evaluated(loaded, given) is not None:
        return set()
    if len(given) <= 1:
        return set(given)
    places = sorted(given)
    middle = len(places) // 2
    halves = [places[:middle], places[middle:]]
    found = set().union(
        *(_culprits(loaded, {place: given[place] for place in half}) for half in halves)
    )
    # Two that are harmless alone may stop it together.
    return found or set(given)


def _cell_by_cell(
    place: Place, text: str, cells: list[Position], shape: tuple[int, int] | None
) -> dict[Place, str]:
    """An array formula of the old kind, a formula for each cell of its range.

    A single value, row or column is repeated over the range; past the rest stands #N/A.

    Args:
        place: its first cell.
        text: the formula as the engine takes it.
        cells: its range.
        shape: the rows and columns that it gives; None where it gives at least the range.
    """
    sheet, (top, left) = place
    rows, columns = shape or (len(cells), len(cells))
    found = {}
    for row, column in cells:
        down = 1 if rows == 1 else row - top + 1
        across = 1 if columns == 1 else column - left + 1
        if down > rows or across > columns:
            found[sheet, (row, column)] = NA
        elif (rows, columns) == (1, 1):
            found[sheet, (row, column)] = text
        else:
            found[sheet, (row, column)] = f"INDEX({text},{down},{across})"
    return found


def _unlike_their_range(calculation: Calculation) -> set[Place]:
    """The formulas that give more or less than the cells that they may fill.

    An array formula of the old kind fills its range, and any other formula that is no array
    formula its own cell.
    """
    fixed = [
        place
        for place in calculation.calculated - calculation.put_in - calculation._constant
        if not cells_of(calculation.book, place[0])[place[1]].dynamic
    ]
    # To ask the engine how far a formula spills takes longer than to see that none did.
    asked = fixed if _something_spilled(calculation) else _arrays(calculation, fixed)
    return _without_room(calculation, fixed) | {
        place
        for place in asked
        if _spill(calculation, place) != stored_cells(calculation.book, place)
    }


def _arrays(calculation: Calculation, places: Iterable[Place]) -> list[Place]:
    """The array formulas among some formulas of the workbook."""
    return [
        (sheet, position)
        for sheet, position in places
        if cells_of(calculation.book, sheet)[position].array_range is not None
    ]


def _something_spilled(calculation: Calculation) -> bool:
    """Whether anything stands in the engine that is neither given to it nor an array formula's.

    What spills fills at least the cell to the right or the one below, a blank as 0.
    """
    given: dict[str, set[Position]] = {
        sheet.name: set(cells_of(calculation.book, sheet.name)) for sheet in calculation.book.sheets
    }
    formulas = {*calculation.calculated, *calculation.put_in}
    for place in formulas:
        # What it filled in the workbook was taken out.
        given[place[0]].difference_update(stored_cells(calculation.book, place))
    for sheet, position in formulas:
        given[sheet].add(position)
    for place in _arrays(calculation, calculation.calculated - calculation.put_in):
        given[place[0]].update(_spill(calculation, place))
    beside = [
        (sheet, (row + down, column + across))
        for sheet, (row, column) in formulas - calculation._constant
        for down, across in ((0, 1), (1, 0))
        if (row + down, column + across) not in given[sheet]
        and row + down <= LAST_ROW
        and column + across <= LAST_COLUMN
    ]
    return any(value is not None for value in _in_engine(calculation.engine, beside).values())


def _natural_shape(calculation: Calculation, place: Place) -> tuple[int, int] | None:
    if _without_room(calculation, [place]):
        return None
    filled = _spill(calculation, place)
    return filled[-1][0] - filled[0][0] + 1, filled[-1][1] - filled[0][1] + 1


def _without_room(calculation: Calculation, places: Sequence[Place]) -> set[Place]:
    """The formulas in whose way something stands."""
    return {
        place
        for place, value in zip(places, _shown(calculation, places), strict=True)
        if isinstance(value, CellError) and value.code == _SPILL_ERROR
    }


def _shown(calculation: Calculation, places: Sequence[Place]) -> list[CellValue]:
    """What cells show once all is calculated."""
    held = calculation._held
    beside = _in_engine(calculation.engine, [place for place in places if place not in held])
    return [from_engine(held[place] if place in held else beside[place]) for place in places]


def _in_engine(engine: formualizer.Workbook, places: Collection[Place]) -> dict[Place, Any]:
    """What cells hold in the engine, in its own form.

    They are read as they stand, a column's neighbours at once: to be asked for what it need not
    calculate takes the engine a hundred times as long.
    """
    found: dict[Place, Any] = {}
    ordered = sorted(set(places), key=lambda place: (place[0], place[1][1], place[1][0]))
    sheets = {name: engine.sheet(name_in_engine(name)) for name in {sheet for sheet, _ in ordered}}
    for _, run in groupby(enumerate(ordered), key=_neighbours):
        column = [place for _, place in run]
        sheet, first, last = column[0][0], column[0][1], column[-1][1]
        area = formualizer.RangeAddress(name_in_engine(sheet), *first, *last)
        values = sheets[sheet].get_values(area)
        found.update(zip(column, (value for (value,) in values), strict=True))
    return found


def _neighbours(numbered: tuple[int, Place]) -> tuple[str, int, int]:
    """The same for cells that stand one below the other, in the order of columns."""
    number, (sheet, (row, column)) = numbered
    return sheet, column, row - number


def _at(place: Place) -> tuple[str, int, int]:
    """A cell as the engine takes it."""
    sheet, (row, column) = place
    return name_in_engine(sheet), row, column


def _spill(calculation: Calculation, place: Place) -> list[Position]:
    extent = _extent(calculation.engine, place)
    return [place[1]] if extent is None else positions_of(extent)


def _extent(engine: formualizer.Workbook, place: Place) -> str | None:
    """The range that a formula spills into; None where it shows one value."""
    spill = engine.inspect_cell(cell_address(*_at(place))).cell.spill
    return None if spill is None or spill.extent is None else spill.extent.rpartition("!")[2]


def filled_by(calculation: Calculation, place: Place) -> list[Position]:
    """The cells that a formula fills: its own and, where it spills, all of the spill."""
    if place not in calculation.calculated:
        return stored_cells(calculation.book, place)
    if place not in calculation.put_in:
        stored = cells_of(calculation.book, place[0])[place[1]]
        # Without the mark of an array formula a cell takes the first value only.
        if stored.array_range is None:
            return [place[1]]
        if not stored.dynamic:
            return positions_of(stored.array_range)
    return _spill(calculation, place)


def values_of(calculation: Calculation, places: Iterable[Place]) -> Values:
    """What formulas and the cells that they fill show, once all is calculated."""
    wanted = [(place[0], filled) for place in places for filled in filled_by(calculation, place)]
    values: Values = {}
    for (sheet, position), value in zip(wanted, _shown(calculation, wanted), strict=True):
        values.setdefault(sheet, {})[position] = value
    return values


def with_values(book: Book, values: Values) -> Calculation:
    """A workbook in the engine that shows other values than it holds, with nothing to calculate.

    Args:
        book: the workbook.
        values: what its cells show, for those that show another value.

    Raises:
        FileProblem: the engine cannot read the workbook.
    """
    calculation = load(book, calculated=())
    for sheet, of_sheet in values.items():
        for position, value in of_sheet.items():
            calculation.engine.set_value(*_at((sheet, position)), to_engine(value))
    return calculation


def text_in_engine(calculation: Calculation, place: Place) -> str:
    """The formula of a cell as the engine takes it."""
    spill_of = partial(filled_by, calculation)
    return for_engine(calculation.book, place, calculation.formulas[place], spill_of)


def value_of(calculation: Calculation, place: Place, formula: str) -> CellValue:
    """What a cell would show with another formula in it; its own is put back.

    Args:
        calculation: the workbook in the engine.
        place: the cell.
        formula: the formula as it is stored, without its equals sign.
    """
    spill_of = partial(filled_by, calculation)
    sheet, row, column = _at(place)
    engine = calculation.engine
    try:
        text = for_engine(calculation.book, place, formula, spill_of)
        engine.set_formula(sheet, row, column, f"={text}")
        value: CellValue = from_engine(engine.evaluate_cell(sheet, row, column))
    except Exception:
        value = CellError(NAME_ERROR, _UNREADABLE)
    engine.set_formula(sheet, row, column, f"={text_in_engine(calculation, place)}")
    engine.evaluate_cell(sheet, row, column)
    return value


def values_beside(calculation: Calculation, asked: Sequence[tuple[Place, str]]) -> list[CellValue]:
    """What formulas would show beside cells, at the far end of their rows, which is emptied again.

    All are asked for at once. One that the engine cannot read shows nothing.

    Args:
        calculation: the workbook in the engine.
        asked: formulas in the words of the engine, each with a cell in whose row it is put.
    """
    engine = calculation.engine
    free: dict[tuple[str, int], int] = {}
    put: dict[tuple[str, int, str], tuple[str, int, int]] = {}
    # Only what takes one of many cells, or asks for its own row, differs from row to row.
    wanted = [
        (sheet, row if "@" in text or "()" in text else 0, text)
        for (sheet, (row, _)), text in asked
    ]
    for key, ((sheet, (row, _)), text) in zip(wanted, asked, strict=True):
        if key in put:
            continue
        column = free.get((sheet, row), LAST_COLUMN)
        free[sheet, row] = column - 1
        cell = (name_in_engine(sheet), row, column)
        with contextlib.suppress(Exception):
            engine.set_formula(*cell, f"={text}")
            put[key] = cell
    found = dict(zip(put, map(from_engine, engine.evaluate_cells([*put.values()])), strict=True))
    for cell in put.values():
        engine.set_value(*cell, None)
    return [found.get(key) for key in wanted]


def reason_for(calculation: Calculation, place: Place, error: CellError) -> str:
    """Why a formula shows an error, in the words of the PBR_ function that gave it.

    The engine hands on what kind of error it is, without its reason, so the formula is
    calculated once more.
    """
    calculation.errors.clear()
    value_of(calculation, place, calculation.formulas[place])
    given = [known.message for known in calculation.errors if known.code == error.code]
    return given[-1] if given else error.message


def unknown_functions(formulas: Iterable[str]) -> set[str]:
    """The functions of some formulas that the engine does not know."""
    return unknown_among({name for formula in formulas for name in functions_in(formula)})


def unknown_among(names: Iterable[str]) -> set[str]:
    """The names among some that are of no function that the engine knows."""
    trial = formualizer.Workbook()
    trial.add_sheet("Trial")
    register(trial)

    def is_unknown(name: str) -> bool:
        # Called without arguments, a function that is known gives any other error.
        trial.set_formula("Trial", 1, 1, f"={name}()")
        found = from_engine(trial.evaluate_cell("Trial", 1, 1))
        return isinstance(found, CellError) and found.code == NAME_ERROR

    return {name for name in names if is_unknown(name)}
