"""A workbook's formulas calculated by the embedded engine, and their values written to a copy.

Imports ``errors``, the embedded host and the package modules beneath it in this folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import formualizer
from formualizer.visitor import collect_function_names

from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.embedded import STORED_PREFIXES, from_engine, register
from xlpbr.workbook.addresses import area_address, cell_address, split_area
from xlpbr.workbook.archive import copy_archive
from xlpbr.workbook.book import Book, CellValue, Position, cells, open_book
from xlpbr.workbook.package import write_values
from xlpbr.workbook.sheet_edit import with_new_values

Values = dict[str, dict[Position, CellValue]]
"""Cell values by sheet and by row and column, counted from 1."""

_NAME_ERROR = "#NAME?"
_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What a recalculation did.

    Attributes:
        written: how many cells show a new last value.
        functions: how many of the formulas call a PBR_ function.
        kept: the cells that keep their last value, as addresses, because the engine does not know
            a function in them or before them.
    """

    written: int
    functions: int
    kept: tuple[str, ...]


def calculate(path: Path) -> Values:
    """The value of every formula of a workbook, and of every cell that a formula spills into.

    Dates are serials. Nothing is written.

    Raises:
        FileProblem: the file cannot be read.
    """
    book = open_book(path)
    return _values(_engine(book), book)


def recalculate(source: Path, target: Path) -> Recalculation:
    """Write a copy of a workbook in which the PBR_ formulas show their values.

    What depends on them shows its new value too, and so does a formula that was never calculated;
    all else stays as it is. A formula that the engine cannot calculate keeps its last value and is
    named in the result.

    Raises:
        FileProblem: the file cannot be read, or the copy cannot be written.
    """
    book = open_book(source)
    engine = _engine(book)
    formulas = _formulas(book)
    calls = {
        (sheet, position)
        for sheet, positions in formulas.items()
        for position in positions
        if calls_a_function(cells(book, sheet)[position].formula or "")
    }
    # A formula that was never calculated has no value that could be harmed.
    never = {
        (sheet, position)
        for sheet, positions in formulas.items()
        for position in positions
        if cells(book, sheet)[position].never_calculated
    }
    # What hangs on a function that the engine does not know is not known either, even where a
    # formula such as IFERROR gives a figure for it.
    not_known = set(_with_dependents(engine, book, _with_unknown_functions(book), formulas))
    calculated = _values(engine, book)
    values: Values = {}
    ranges: dict[str, dict[Position, str]] = {}
    kept: list[str] = []
    for sheet, position in _with_dependents(engine, book, calls | never, formulas):
        stored = cells(book, sheet)[position]
        new = calculated[sheet][position]
        new_name_error = (
            isinstance(new, CellError) and new.code == _NAME_ERROR and not _shows(stored.value, new)
        )
        if (sheet, position) in not_known or new_name_error:
            kept.append(cell_address(sheet, *position))
            continue
        of_sheet = values.setdefault(sheet, {})
        filled = _filled(engine, book, sheet, position)
        of_sheet.update((cell, calculated[sheet][cell]) for cell in filled)
        if stored.array_range is not None:
            for left in set(_area(stored.array_range)) - set(filled):
                of_sheet.setdefault(left, None)
            ranges.setdefault(sheet, {})[position] = _reference(filled)
    write_values(source, target, values, ranges)
    return Recalculation(sum(map(len, values.values())), len(calls), tuple(kept))


def calls_a_function(formula: str) -> bool:
    """Whether a formula calls a PBR_ function, however its name is stored."""
    return any(f"{name}(" in formula.upper().replace(" ", "") for name in FUNCTIONS)


def with_blanks_for_omitted(formula: str) -> str:
    """A formula in which an argument left out of a PBR_ call is an empty text.

    The engine hands over 0 for an argument left out between two commas, and 0 is a figure.
    """
    names = {prefix.upper() + name for name in FUNCTIONS for prefix in STORED_PREFIXES}
    written: list[str] = []
    open_calls: list[bool] = []
    word = ""
    previous = ""
    quote = ""
    for character in formula:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "(":
            open_calls.append(word.upper() in names)
        elif character in ",)":
            if (
                open_calls
                and open_calls[-1]
                and previous in ("(", ",")
                and (character == "," or previous == ",")
            ):
                written.append('""')
            if character == ")" and open_calls:
                open_calls.pop()
        written.append(character)
        if not character.isspace():
            word = word + character if character.isalnum() or character in "_." else ""
            previous = character
    return "".join(written)


def _engine(book: Book) -> formualizer.Workbook:
    """The engine with the workbook in it, calculated."""
    engine = _loaded(book)
    register(engine, date_1904=book.date_1904)
    for table in book.tables.values():
        # The engine reads no tables from a file.
        of_sheet = cells(book, table.sheet)
        columns = range(table.first_column, table.last_column + 1)
        headings = [
            str(of_sheet[table.first_row, column].value)
            if (table.first_row, column) in of_sheet
            else f"Column{number}"
            for number, column in enumerate(columns, start=1)
        ]
        last_row = table.last_row - table.totals_rows
        engine.add_table(
            table.name,
            table.sheet,
            (table.first_row, table.first_column, last_row, table.last_column),
            headings,
            header_row=table.has_heading,
        )
    for sheet, positions in _formulas(book).items():
        for position in positions:
            formula = cells(book, sheet)[position].formula or ""
            if calls_a_function(formula):
                complete = with_blanks_for_omitted(formula)
                if complete != formula:
                    engine.set_formula(sheet, *position, f"={complete}")
    engine.evaluate_all()
    return engine


def _loaded(book: Book) -> formualizer.Workbook:
    """The engine with the workbook as it was before any array spilled.

    What the last calculation spilled would stand in the way of the next. It is emptied in a
    passing copy of the file: emptied in the engine, the last row of it would stay empty under
    whatever spills there next (seen in formualizer 0.13.0).
    """
    emptied: dict[str, bytes] = {}
    for sheet in book.sheets:
        spilled: dict[Position, None] = {
            filled: None
            for position, cell in cells(book, sheet.name).items()
            if cell.array_range is not None
            for filled in _area(cell.array_range)
            if filled != position
        }
        if spilled:
            emptied[sheet.part] = with_new_values(book.archive, sheet.part, spilled, {})
    with tempfile.TemporaryDirectory(prefix="xlpbr-") as folder:
        passing = Path(folder) / f"book{book.path.suffix}"
        copy_archive(book.archive, emptied, passing)
        try:
            return formualizer.Workbook.from_path(str(passing), config=_settings(book))
        except Exception as error:
            raise FileProblem(
                f"{book.path} cannot be calculated by the embedded engine: {error}."
                " Calculate it in Excel."
            ) from None


def _settings(book: Book) -> formualizer.WorkbookConfig:
    """The engine counts days from where the workbook does; it does not read that by itself."""
    evaluation = formualizer.EvaluationConfig()
    evaluation.date_system = "1904" if book.date_1904 else "1900"
    return formualizer.WorkbookConfig(eval_config=evaluation)


def _with_unknown_functions(book: Book) -> list[tuple[str, Position]]:
    """The formulas that call a function which the engine does not know."""
    trial = formualizer.Workbook()
    trial.add_sheet("Trial")
    register(trial)
    known: dict[str, bool] = {}

    def is_known(name: str) -> bool:
        if name not in known:
            # Called without arguments, a function that is known gives any other error.
            trial.set_formula("Trial", 1, 1, f"={name}()")
            found = from_engine(trial.evaluate_cell("Trial", 1, 1))
            known[name] = not (isinstance(found, CellError) and found.code == _NAME_ERROR)
        return known[name]

    return [
        (sheet, position)
        for sheet, positions in _formulas(book).items()
        for position in positions
        if not all(map(is_known, _functions_in(cells(book, sheet)[position].formula or "")))
    ]


def _functions_in(formula: str) -> list[str]:
    try:
        return collect_function_names(formualizer.parse(f"={formula}"))
    except formualizer.ParserError:
        return []


def _formulas(book: Book) -> dict[str, list[Position]]:
    return {
        sheet.name: [
            position
            for position, cell in cells(book, sheet.name).items()
            if cell.formula is not None
        ]
        for sheet in book.sheets
    }


def _values(engine: formualizer.Workbook, book: Book) -> Values:
    """What every formula and every cell that a formula fills shows.

    All are asked for at once: asked for one by one, each takes the engine some milliseconds.
    """
    wanted = [
        (sheet, filled)
        for sheet, positions in _formulas(book).items()
        for position in positions
        for filled in _filled(engine, book, sheet, position)
    ]
    found = engine.evaluate_cells([(sheet, *position) for sheet, position in wanted])
    values: Values = {}
    for (sheet, position), value in zip(wanted, found, strict=True):
        values.setdefault(sheet, {})[position] = from_engine(value)
    return values


def _filled(
    engine: formualizer.Workbook, book: Book, sheet: str, position: Position
) -> list[Position]:
    """The cells that a formula fills: its own and, for an array, those that it spills into."""
    if cells(book, sheet)[position].array_range is None:
        return [position]
    spill = engine.inspect_cell(cell_address(sheet, *position)).cell.spill
    if spill is None or spill.extent is None:
        return [position]
    return _area(spill.extent.rpartition("!")[2])


def _area(reference: str) -> list[Position]:
    first_row, first_column, last_row, last_column = split_area(reference)
    return [
        (row, column)
        for row in range(first_row, last_row + 1)
        for column in range(first_column, last_column + 1)
    ]


def _reference(filled: list[Position]) -> str:
    first, last = filled[0], filled[-1]
    reference = area_address("S", (*first, *last)).rpartition("!")[2]
    return reference.partition(":")[0] if first == last else reference


def _shows(value: CellValue, error: CellError) -> bool:
    return isinstance(value, CellError) and value.code == error.code


def _with_dependents(
    engine: formualizer.Workbook,
    book: Book,
    roots: Iterable[tuple[str, Position]],
    formulas: Mapping[str, list[Position]],
) -> list[tuple[str, Position]]:
    """The formulas that depend on some, those themselves included, in the order of the sheets."""
    known = {(sheet, position) for sheet, of_sheet in formulas.items() for position in of_sheet}
    found: set[tuple[str, Position]] = set()
    waiting = list(roots)
    while waiting:
        sheet, position = waiting.pop()
        if (sheet, position) in found:
            continue
        found.add((sheet, position))
        for filled in _filled(engine, book, sheet, position):
            report = engine.dependents(
                cell_address(sheet, *filled), max_results=_MANY, max_work=_MANY
            )
            for dependent in report.dependents:
                other, _, reference = dependent.cell.rpartition("!")
                name = other.strip("'").replace("''", "'")
                row, column, _, _ = split_area(reference)
                if (name, (row, column)) in known:
                    waiting.append((name, (row, column)))
    return sorted(found)
