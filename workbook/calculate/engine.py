"""A workbook inside the embedded engine: loaded, calculated, and asked what depends on what.

The engine reads no tables from a file, counts days from 1900 unless told, takes an argument left
out for 0 and leaves spilled values in the way of the next spill; all that is put right here.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import formualizer

from xlpbr.errors import CellError, FileProblem
from xlpbr.udfs.embedded import from_engine, register, to_engine
from xlpbr.udfs.formula_calls import call_pattern, calls_in, outer_calls
from xlpbr.udfs.hosts import STORED_PREFIXES
from xlpbr.workbook.calculate.formula_reads import (
    Place,
    address_of,
    columns_called,
    formulas_in,
    functions_in,
    reads_another_book,
)
from xlpbr.workbook.calculate.keeping import (
    NAME_ERROR,
    FormulaBook,
    Values,
    filled_before,
    positions_of,
)
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of
from xlpbr.workbook.ooxml.sheet.edit import with_new_values
from xlpbr.workbook.ooxml.zip.archive import copy_archive
from xlpbr.workbook.read.ranges import values_in

_THIS_ROW = re.compile(r"([\w.]+)\[\[#This Row\],\[([^\[\]']+)\]\]")
_CALL = call_pattern(STORED_PREFIXES)


@dataclass(frozen=True)
class Calculation(FormulaBook):
    """A workbook in the engine, calculated.

    Attributes:
        book: the workbook.
        engine: the engine with the workbook in it.
        formulas: the formula of every cell that has one, those put in on top included.
        put_in: the cells whose formula was put in and is not in the workbook yet.
        errors: every error that a PBR_ function gave of itself, with its reason, in the order of
            the calls; an error that was handed to it is not among them.
    """

    book: Book
    engine: formualizer.Workbook
    formulas: Mapping[Place, str]
    put_in: frozenset[Place]
    errors: list[CellError]

    def filled_by(self, place: Place) -> list[Position]:
        """The cells that a formula fills: its own and, where it spills, all of the spill."""
        sheet, position = place
        # Without the mark of an array formula a cell takes the first value only.
        if place not in self.put_in and not cells_of(self.book, sheet)[position].array_range:
            return [position]
        spill = self.engine.inspect_cell(address_of(place)).cell.spill
        if spill is None or spill.extent is None:
            return [position]
        return positions_of(spill.extent.rpartition("!")[2])


def load(book: Book, extra: Mapping[Place, str] | None = None) -> Calculation:
    """Load a workbook into the engine and calculate it.

    Args:
        book: the workbook.
        extra: formulas that are put into cells first, without their equals sign.

    Raises:
        FileProblem: the engine cannot read the file or a formula that is put in.
    """
    put_in = extra or {}
    engine = _loaded(book, put_in)
    errors: list[CellError] = []
    register(engine, date_1904=book.date_1904, errors=errors)
    _add_tables(engine, book)
    formulas = {**formulas_in(book), **put_in}
    for place, formula in formulas.items():
        if reads_another_book(formula) and place not in put_in:
            # The engine stops at the first of these.
            sheet, position = place
            engine.set_value(sheet, *position, to_engine(cells_of(book, sheet)[position].value))
        elif place in put_in or _for_engine(book, place, formula) != formula:
            set_formula(engine, book, place, formula)
    with _calculable(book):
        engine.evaluate_all()
    return Calculation(book, engine, formulas, frozenset(put_in), errors)


def _for_engine(book: Book, place: Place, formula: str) -> str:
    """A formula as the engine takes it: its own row of a table as cells, no argument left out."""
    if "[#This Row]" in formula:
        formula = _THIS_ROW.sub(lambda match: _cell_of_row(book, place, match), formula)
    return with_blanks_for_omitted(formula) if calls_a_function(formula) else formula


def _cell_of_row(book: Book, place: Place, match: re.Match[str]) -> str:
    table = book.tables.get(match[1].casefold())
    columns = columns_called(book, table, f"[{match[2]}]") if table else []
    return cell_address(table.sheet, place[1][0], columns[0]) if table and columns else match[0]


@contextmanager
def _calculable(book: Book) -> Iterator[None]:
    """Say of a workbook that the engine fails with what to do."""
    try:
        yield
    except Exception as error:
        raise FileProblem(
            f"{book.path} cannot be calculated by the embedded engine: {error}."
            " Calculate it in Excel.",
            "not-calculated",
        ) from None


def set_formula(engine: formualizer.Workbook, book: Book, place: Place, formula: str) -> None:
    """Put a formula into a cell of the engine.

    Raises:
        FileProblem: the engine cannot read the formula.
    """
    complete = _for_engine(book, place, formula)
    try:
        formualizer.parse(f"={complete}")
        engine.set_formula(place[0], *place[1], f"={complete}")
    except Exception as error:
        reason = str(error).rpartition(": ")[2]
        raise FileProblem(
            f"The formula ={complete} for {address_of(place)} cannot be read: {reason}.", "formula"
        ) from None


def calculated_as(calculation: Calculation, place: Place, formula: str) -> CellValue:
    """What a formula gives that is put into a cell."""
    set_formula(calculation.engine, calculation.book, place, formula)
    value: CellValue = from_engine(calculation.engine.evaluate_cell(place[0], *place[1]))
    return value


def values_of(calculation: Calculation, places: Iterable[Place]) -> Values:
    """What formulas and the cells that they fill show.

    All are asked for at once: asked for one by one, each takes the engine some milliseconds.
    """
    wanted = [(place[0], filled) for place in places for filled in calculation.filled_by(place)]
    found = calculation.engine.evaluate_cells([(sheet, *position) for sheet, position in wanted])
    values: Values = {}
    for (sheet, position), value in zip(wanted, found, strict=True):
        values.setdefault(sheet, {})[position] = from_engine(value)
    return values


def reason_for(calculation: Calculation, place: Place, error: CellError) -> str:
    """Why a formula shows an error, in the words of the PBR_ function that gave it.

    The engine hands on what kind of error it is, without its reason, so the formula is
    calculated once more.
    """
    calculation.errors.clear()
    calculated_as(calculation, place, calculation.formulas[place])
    given = [known.message for known in calculation.errors if known.code == error.code]
    return given[-1] if given else error.message


def hold(calculation: Calculation, places: Iterable[Place]) -> None:
    """Put the last values of formulas in place of the formulas.

    What is not to change then counts as the workbook shows it, whatever the engine would have
    made of it. Nothing is calculated yet.
    """
    for sheet, position in places:
        of_sheet = cells_of(calculation.book, sheet)
        for filled in filled_before(calculation.book, (sheet, position)):
            value = of_sheet[filled].value if filled in of_sheet else None
            calculation.engine.set_value(sheet, *filled, to_engine(value))


def unknown_functions(formulas: Iterable[str]) -> set[str]:
    """The functions of some formulas that the engine does not know."""
    trial = formualizer.Workbook()
    trial.add_sheet("Trial")
    register(trial)

    def is_unknown(name: str) -> bool:
        # Called without arguments, a function that is known gives any other error.
        trial.set_formula("Trial", 1, 1, f"={name}()")
        found = from_engine(trial.evaluate_cell("Trial", 1, 1))
        return isinstance(found, CellError) and found.code == NAME_ERROR

    names = {name for formula in formulas for name in functions_in(formula)}
    return {name for name in names if is_unknown(name)}


def calls_a_function(formula: str) -> bool:
    """Whether a formula calls a PBR_ function, however its name is stored."""
    return _CALL.search(formula) is not None


def own_calls(formula: str) -> list[str]:
    """The calls of PBR_ functions in a formula as they are written, inner ones left out."""
    return outer_calls(formula, _CALL)


def with_blanks_for_omitted(formula: str) -> str:
    """A formula in which an argument left out of a PBR_ call is an empty text.

    The engine hands over 0 for an argument left out between two commas, and 0 is a figure.
    """
    pieces, place = [], 0
    for _, opening, inner, _ in calls_in(formula, _CALL):
        several = len(inner) > 1
        given = [
            with_blanks_for_omitted(one) if one.strip() or not several else f'{one}""'
            for one in inner
        ]
        pieces += [formula[place : opening + 1], ",".join(given)]
        place = opening + 1 + len(",".join(inner))
    return "".join([*pieces, formula[place:]])


def _add_tables(engine: formualizer.Workbook, book: Book) -> None:
    for table in book.tables.values():
        first_row, first_column, _, last_column = area = table.without_totals
        heading_row = (first_row, first_column, first_row, last_column)
        headings = [
            f"Column{number}" if heading is None else str(heading)
            for number, heading in enumerate(values_in(book, table.sheet, heading_row)[0], start=1)
        ]
        engine.add_table(table.name, table.sheet, area, headings, header_row=table.has_heading)


def _loaded(book: Book, put_in: Mapping[Place, str]) -> formualizer.Workbook:
    """The engine with the workbook as it was before any array spilled.

    What the last calculation spilled would stand in the way of the next. It is emptied in a
    temporary copy of the file: emptied in the engine, the last row of it would stay empty under
    whatever spills there next (seen in formualizer 0.13.0).
    """
    emptied: dict[str, bytes] = {}
    for sheet in book.sheets:
        spilled: dict[Position, None] = {
            filled: None
            for position, cell in cells_of(book, sheet.name).items()
            if cell.array_range is not None
            for filled in positions_of(cell.array_range)
            if filled != position and (sheet.name, filled) not in put_in
        }
        if spilled:
            emptied[sheet.part] = with_new_values(book.archive, sheet.part, spilled, {})
    # The engine does not read by itself from where the workbook counts its days.
    evaluation = formualizer.EvaluationConfig()
    evaluation.date_system = "1904" if book.date_1904 else "1900"
    config = formualizer.WorkbookConfig(eval_config=evaluation)
    with tempfile.TemporaryDirectory(prefix="xlpbr-") as folder:
        temporary = Path(folder) / f"book{book.path.suffix}"
        copy_archive(book.archive, emptied, temporary)
        with _calculable(book):
            engine = formualizer.Workbook.from_path(str(temporary), config=config)
    # As dates, the days 59 and 60 would both be 28 February 1900.
    engine.set_temporal_egress("serial")
    return engine
