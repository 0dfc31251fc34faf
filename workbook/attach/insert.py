"""PBR formulas put into cells of a book, each with its last value.

Checked and calculated before anything is written; what depends on the cells is refreshed with them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import formualizer
import xlsxwriter

from xlpbr.errors import CellError, FileProblem
from xlpbr.functions.catalogue import FUNCTIONS
from xlpbr.workbook.calculate.engine import Calculation, filled_by, reason_for
from xlpbr.workbook.calculate.engine_formulas import calls_a_function
from xlpbr.workbook.calculate.formula_reads import Place, address_of, works_on_arrays
from xlpbr.workbook.calculate.keeping import (
    Kept,
    Refreshed,
    formulas_of,
    reference_of,
    stored_cells,
    to_calculate,
)
from xlpbr.workbook.calculate.refresh import refreshed
from xlpbr.workbook.calculate.table_references import table_around
from xlpbr.workbook.ooxml.addresses import area_of, cell_address, split_cell, split_sheet
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of, open_book, sheet_named
from xlpbr.workbook.ooxml.edit.package import Changes, edit
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.function_names import sheet_references
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.read.own_sheets import own_sheets
from xlpbr.workbook.read.ranges import did_you_mean, sheet_called

_LIKE_OURS = re.compile(r"(?<![\w.])(?:_xldudf_)?(PBR_\w+)\s*\(", re.IGNORECASE)
_HEADINGS = ("cell", "formula")
_TEXTS = re.compile(r'"[^"]*(?:"|\Z)')
_NO_ARGUMENTS = re.compile(r"'[^']*'|\{[^}]*\}|\[(?:[^\[\]]|\[[^\[\]]*\])*\]")
_THIS_ROW = re.compile(r"([\w.\\]*)\[@((?:\[[^\[\]]*\](?::\[[^\[\]]*\])?|[^\[\]]*))\]")
_LONGEST = 120

_UNREADABLE = {
    "unmatched": "a bracket is not closed",
    "no matching opener": "a bracket is closed that was not opened",
    "while parsing string": "a text has no double quote at its end",
}
"""What is wrong with a formula, by words that the engine has for it."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """What was inserted.

    Attributes:
        cells: the address of each formula and what it shows.
        refreshed: how many other cells show a new value.
        kept: the formulas that keep their last value, each with the reason.
        copy: the dated copy of the book before, where it was edited in place.
    """

    cells: tuple[tuple[str, CellValue], ...]
    refreshed: int
    kept: tuple[Kept, ...]
    copy: Path | None


def insert(
    source: Path,
    formulas: Sequence[tuple[str, str]],
    target: Path,
    *,
    over: bool = False,
    errors: bool = False,
    allow: Collection[str] = (),
    in_place: bool = False,
) -> Insertion:
    """Put PBR formulas into cells of a book.

    Args:
        source: the book.
        formulas: for each a cell such as ``'Forecast'!D12`` and a formula.
        target: the file to write.
        over: whether cells that hold something may be written over.
        errors: whether a formula that shows an error is inserted all the same.
        allow: what the edit may pass over.
        in_place: whether the target is the book itself.

    Raises:
        FileProblem: a cell or a formula that cannot be used (code formula, cell or occupied), a
            formula that shows an error (code shows-error), or an edit that is refused.
    """
    book = open_book(source)
    wanted: dict[Place, str] = {}
    for cell, formula in formulas:
        place = _place_given(book, cell)
        if place in wanted:
            raise FileProblem(
                f"{address_of(place)} is given twice; leave one of the two out.", "cell"
            )
        wanted[place] = _checked(book, formula, place)
        _refuse_occupied(book, place, over=over)
    stored = dict(zip(wanted, _as_stored(list(wanted.values())), strict=True))
    # A formula that was never calculated has no value that others could be calculated from; it is
    # filled only where it depends on what is put in.
    never = to_calculate(book, formulas_of(book).keys() - wanted.keys(), own=())
    new, calculation = refreshed(book, wanted, stored, own_sheets(book), beside=never)
    _refuse_not_calculated(new.kept, wanted)
    for place, formula in wanted.items():
        value = new.values[place[0]][place[1]]
        _refuse_blocked(calculation, place, wanted, value, over=over)
        if isinstance(value, CellError) and not errors:
            reason = reason_for(calculation, place, value).rstrip(".")
            raise FileProblem(
                f"{address_of(place)}: ={_cut(formula)} shows {value.code}: {reason}. Correct it,"
                " or add --errors to insert it all the same.",
                "shows-error",
            )
    changes = Changes(cells=_changes(calculation, new, stored))
    done = edit(book, changes, target, program=XLPBR, allow=allow, in_place=in_place)
    shown = tuple((address_of(place), new.values[place[0]][place[1]]) for place in wanted)
    written = sum(map(len, new.values.values()))
    filled = sum(len(filled_by(calculation, place)) for place in wanted)
    return Insertion(shown, written - filled, new.kept, done.kept)


def read_formulas(path: Path) -> list[tuple[str, str]]:
    """Cells and formulas from a CSV file with the headings Cell and Formula.

    Raises:
        FileProblem: the file or a line of it cannot be used; the sentence names the line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise FileProblem(f"{path} does not exist; check the name and the folder.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(
            f"{path} cannot be read as text; save it in Excel as CSV UTF-8 (comma delimited)."
        ) from error
    lines = _csv_lines(path, text)
    headings = [cell.strip().casefold() for cell in lines[0][1]] if lines else []
    while headings and not headings[-1]:
        headings.pop()
    if not set(_HEADINGS) <= set(headings):
        raise FileProblem(f"{path} needs the headings Cell and Formula in its first line.")
    columns = [headings.index(heading) for heading in _HEADINGS]
    found, faults = [], []
    for number, line in lines[1:]:
        given = [line[column].strip() if column < len(line) else "" for column in columns]
        if any(cell.strip() for cell in line[len(headings) :]):
            faults.append(
                f"line {number}: there are more cells than headings; put the formula in double"
                " quotes."
            )
        elif any(given) and not all(given):
            missing = _HEADINGS[given.index("")].capitalize()
            faults.append(f"line {number}: {missing} is missing; give it.")
        elif all(given):
            found.append((given[0], given[1]))
    if faults:
        raise FileProblem(f"{path}, {' '.join([faults[0], *map(_sentence, faults[1:])])}")
    if not found:
        raise FileProblem(f"{path} has no line under its headings; there is nothing to insert.")
    return found


def _csv_lines(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file, each with the number of the line at which it starts."""
    reader = csv.reader(io.StringIO(text, newline=""))
    found, start = [], 1
    try:
        for row in reader:
            found.append((start, row))
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileProblem(
            f"{path}, line {start}: the line cannot be read as CSV; check its double quotes."
        ) from error
    return found


def _sentence(fault: str) -> str:
    return fault[0].upper() + fault[1:]


def _place_given(book: Book, cell: str) -> Place:
    given = cell.strip()
    sheet, address = split_sheet(given)
    names = [info.name for info in book.sheets]
    if sheet is None and len(names) > 1:
        example = (area_of(given) or (4, 12))[:2]
        raise FileProblem(
            f"{cell} does not say on which sheet; write it as {cell_address(names[0], *example)}.",
            "cell",
        )
    info = sheet_called(book, sheet or names[0], "cell")
    try:
        return info.name, split_cell(address)
    except ValueError:
        raise FileProblem(
            f"{cell} is not the address of one cell; write it as {cell_address(info.name, 4, 12)}.",
            "cell",
        ) from None


def _checked(book: Book, formula: str, place: Place) -> str:
    """The formula without its equals sign."""
    text = formula.strip().removeprefix("=").strip()
    bare = _TEXTS.sub('""', text)
    for match in _LIKE_OURS.finditer(bare):
        if match[1].upper() not in FUNCTIONS:
            raise _refused(
                place,
                f"there is no function {match[1]}{did_you_mean(match[1], FUNCTIONS)}. See the list"
                " in docs/reference/functions.md.",
            )
    if not calls_a_function(bare):
        raise _refused(
            place, f"={_cut(text)} calls no PBR_ function; type other formulas in Excel."
        )
    this_row = _THIS_ROW.search(bare)
    if this_row is not None:
        stored = _as_in_a_file(book, place, this_row[1], this_row[2])
        raise _refused(place, f"write {stored} instead of {this_row[0]}, as the file has it.")
    if ";" in _NO_ARGUMENTS.sub("", bare):
        raise _refused(place, f"={_cut(text)}: separate the arguments with commas.")
    try:
        formualizer.parse(f"={text}")
    except formualizer.ParserError as error:
        said = str(error).casefold()
        wrong = [words for word, words in _UNREADABLE.items() if word in said]
        reason = wrong[0] if wrong else "something is missing or stands in the wrong place"
        raise _refused(place, f"={_cut(text)} cannot be read: {reason}.") from None
    _refuse_missing_sheets(book, place, text)
    return text


def _refuse_missing_sheets(book: Book, place: Place, text: str) -> None:
    for name in sorted(sheet_references(text)):
        if sheet_named(book, name) is None:
            names = [sheet.name for sheet in book.sheets]
            raise _refused(
                place,
                f"there is no sheet {name}{did_you_mean(name, names)}; the sheets are"
                f" {', '.join(names)}.",
            )


def _as_in_a_file(book: Book, place: Place, table: str, column: str) -> str:
    """A reference to this row of a table as a workbook stores it: Excel shows it shorter."""
    around = table_around(book, place)
    name = table or (around.name if around else "Table")
    if not column:
        return f"{name}[#This Row]"
    return f"{name}[[#This Row],{column if column.startswith('[') else f'[{column}]'}]"


def _refused(place: Place, what: str) -> FileProblem:
    return FileProblem(f"{address_of(place)}: {what}", "formula")


def _cut(formula: str) -> str:
    """A formula as a message shows it."""
    return formula if len(formula) <= _LONGEST else f"{formula[:_LONGEST]}..."


def _refuse_occupied(book: Book, place: Place, *, over: bool) -> None:
    stored = cells_of(book, place[0]).get(place[1])
    if stored is None or over:
        return
    what = "a formula" if stored.formula is not None else "a value"
    raise FileProblem(
        f"{address_of(place)} holds {what} already; choose another cell, or add --over to write"
        " over it.",
        "occupied",
    )


def _refuse_not_calculated(kept: Sequence[Kept], wanted: Collection[Place]) -> None:
    addresses = set(map(address_of, wanted))
    for formula in kept:
        if formula.address in addresses:
            raise FileProblem(
                f"{formula.address} cannot be calculated here: {formula.reason}; type the formula"
                " in Excel.",
                "formula",
            )


def _refuse_blocked(
    calculation: Calculation,
    place: Place,
    wanted: Collection[Place],
    value: CellValue,
    *,
    over: bool,
) -> None:
    """Refuse a table of results that would fall on cells that hold something."""
    sheet = place[0]
    in_its_way = [
        cell_address(sheet, *position)
        for position in filled_by(calculation, place)[1:]
        if (sheet, position) in wanted
        or (not over and position in cells_of(calculation.book, sheet))
    ]
    if isinstance(value, CellError) and value.code == "#SPILL!":
        in_its_way = ["something"]
    if in_its_way:
        raise FileProblem(
            f"{address_of(place)} fills a table of cells, and {in_its_way[0]} is in its way; choose"
            " a cell with room below it and to its right.",
            "occupied",
        )


def _changes(
    calculation: Calculation, new: Refreshed, stored: Mapping[Place, str]
) -> dict[str, dict[Position, CellChange]]:
    """What the cells hold now: the formulas with their values, and what depends on them."""
    changes: dict[str, dict[Position, CellChange]] = {}
    for sheet, values in new.values.items():
        ranges = new.ranges.get(sheet, {})
        changes[sheet] = {
            position: CellChange(value, array_range=ranges.get(position))
            for position, value in values.items()
        }
    for place, formula in stored.items():
        sheet, position = place
        filled = filled_by(calculation, place)
        # A formula that works on many cells at once is one value only as an array formula.
        spills = len(filled) > 1 or works_on_arrays(formula)
        spill = reference_of(filled) if spills else None
        changes[sheet][position] = CellChange(new.values[sheet][position], formula, spill)
        # What stood there may have filled cells that show something still.
        for left in stored_cells(calculation.book, place):
            if left in cells_of(calculation.book, sheet):
                changes[sheet].setdefault(left, CellChange(None))
    return changes


def _as_stored(formulas: Sequence[str]) -> list[str]:
    """Formulas as a workbook stores them: functions of newer versions of Excel have a prefix.

    XlsxWriter knows which, so it writes them and they are read back.
    """
    with TemporaryDirectory(prefix="xlpbr-") as folder:
        path = Path(folder) / "formulas.xlsx"
        workbook = xlsxwriter.Workbook(str(path), {"use_future_functions": True})
        sheet = workbook.add_worksheet("Formulas")
        for row, formula in enumerate(formulas):
            sheet.write_formula(row, 0, f"={formula}")
        workbook.close()
        book = open_book(path)
        stored = cells_of(book, "Formulas")
        texts = [stored[row, 1].formula or "" for row in range(1, len(formulas) + 1)]
        close_archive(book.archive)
    return texts
