"""PBR formulas put into cells of a book, each with its last value.

Checked and calculated before anything is written; what depends on the cells is refreshed with them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xlpbr import cells
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.attach.typed_formula import checked, cut_short, in_form_of_the_book
from xlpbr.workbook.calculate.arrays_arising import arrays_in
from xlpbr.workbook.calculate.comparison import Compare, Comparison
from xlpbr.workbook.calculate.engine import Calculation, filled_by, reason_for
from xlpbr.workbook.calculate.formula_reads import Place, address_of
from xlpbr.workbook.calculate.keeping import (
    Kept,
    Refreshed,
    count_of_other_values,
    formulas_of,
    reference_of,
    stored_cells,
    to_calculate,
)
from xlpbr.workbook.calculate.refresh import refreshed
from xlpbr.workbook.ooxml.addresses import area_of, cell_address, split_cell, split_sheet, within
from xlpbr.workbook.ooxml.book import (
    Book,
    CellValue,
    Position,
    cells_of,
    open_book,
    sheet_rows,
)
from xlpbr.workbook.ooxml.edit.package import Changes, edit
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.typed_formulas import typed_formula
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.port.book_host import host_form
from xlpbr.workbook.port.rewrite import refuse_early_dates
from xlpbr.workbook.read.own_sheets import own_sheets
from xlpbr.workbook.read.ranges import sheet_called

_HEADINGS = ("cell", "formula")


@dataclass(frozen=True, slots=True)
class Insertion:
    """What was inserted.

    Attributes:
        cells: the address of each formula and what it shows.
        refreshed: how many other cells show a new value.
        kept: the formulas that keep their last value, each with the reason.
        copy: the dated copy of the book before, where it was edited in place.
        compared: the formulas that nothing in the workbook proves, and of which a second
            calculator makes the same.
        unproved: those of which it could not be asked, each with the reason.
        notices: what the person should know, a sentence each.
    """

    cells: tuple[tuple[str, CellValue], ...]
    refreshed: int
    kept: tuple[Kept, ...]
    copy: Path | None
    compared: tuple[str, ...] = ()
    unproved: tuple[Kept, ...] = ()
    notices: tuple[str, ...] = ()


def _not_compared(_: Book, places: Collection[Place]) -> Comparison:
    return Comparison(not_compared=dict.fromkeys(places, "no second calculator was asked"))


def insert(
    source: Path,
    formulas: Sequence[tuple[str, str]],
    target: Path,
    *,
    over: bool = False,
    errors: bool = False,
    allow: Collection[str] = (),
    in_place: bool = False,
    compare: Compare = _not_compared,
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
        compare: asks a second calculator about formulas that nothing in the book proves.

    Raises:
        FileProblem: a cell or a formula that cannot be used (code formula, cell or occupied), a
            formula that shows an error (code shows-error) or another value in the second
            calculator (code formula), or an edit that is refused.
    """
    book = open_book(source)
    wanted: dict[Place, str] = {}
    for cell, formula in formulas:
        place = _place_given(book, cell)
        if place in wanted:
            raise FileProblem(
                f"{address_of(place)} is given twice; leave one of the two out.", "cell"
            )
        wanted[place] = checked(book, formula, place)
        _refuse_occupied(book, place, over=over)
    form = host_form(book)
    refuse_early_dates(book, form.prefix)
    stored = {
        place: in_form_of_the_book(book, place, formula, form.prefix)
        for place, formula in wanted.items()
    }
    _refuse_arrays_in_merged_cells(book, stored)
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
                f"{address_of(place)}: ={cut_short(formula)} shows {value.code}: {reason}."
                " Correct it,"
                " or add --errors to insert it all the same.",
                "shows-error",
            )
    changes = Changes(cells=_changes(calculation, new, stored))
    asked = [place for place in wanted if address_of(place) in new.unproved]
    comparison = _compared(book, changes, asked, compare, allow) if asked else Comparison()
    for place, other in comparison.different.items():
        raise _differs(place, wanted[place], new.values[place[0]][place[1]], other)
    done = edit(book, changes, target, program=XLPBR, allow=allow, in_place=in_place)
    shown = tuple((address_of(place), new.values[place[0]][place[1]]) for place in wanted)
    filled = {(place[0], cell) for place in wanted for cell in filled_by(calculation, place)}
    others = {
        sheet: {cell: value for cell, value in values.items() if (sheet, cell) not in filled}
        for sheet, values in new.values.items()
    }
    unproved = comparison.not_compared
    return Insertion(
        shown,
        count_of_other_values(book, others),
        new.kept,
        done.kept,
        compared=tuple(address_of(place) for place in asked if place not in unproved),
        unproved=tuple(Kept(address_of(place), why) for place, why in unproved.items()),
        notices=(notice,) if (notice := form.notice(book)) else (),
    )


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


def _compared(
    book: Book,
    changes: Changes,
    asked: Collection[Place],
    compare: Compare,
    allow: Collection[str],
) -> Comparison:
    """What a second calculator makes of formulas in the book as it will be."""
    with TemporaryDirectory(prefix="xlpbr-") as folder:
        path = Path(folder) / f"inserted{book.path.suffix}"
        edit(book, changes, path, program=XLPBR, allow=allow)
        after = open_book(path)
        try:
            return compare(after, asked)
        finally:
            close_archive(after.archive)


def _differs(place: Place, formula: str, value: CellValue, other: CellValue) -> FileProblem:
    here, there = (
        one.code if isinstance(one, CellError) else cells.shown(one) for one in (value, other)
    )
    return FileProblem(
        f"{address_of(place)} cannot be calculated here: of ={cut_short(formula)} the engine makes"
        f" {here} and LibreOffice Calc {there}; type the formula in Excel.",
        "formula",
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
        merged = _is_merged(calculation.book, place)
        spill = None if merged else reference_of(filled_by(calculation, place))
        changes[sheet][position] = CellChange(new.values[sheet][position], formula, spill)
        # What stood there may have filled cells that show something still.
        for left in stored_cells(calculation.book, place):
            if left in cells_of(calculation.book, sheet):
                changes[sheet].setdefault(left, CellChange(None))
    return changes


def _is_merged(book: Book, place: Place) -> bool:
    return any(within(place[1], area) for area in sheet_rows(book, place[0]).merged)


def _refuse_arrays_in_merged_cells(book: Book, stored: Mapping[Place, str]) -> None:
    """Refuse an array formula in merged cells, where Excel shows #SPILL! for it."""
    for place, formula in stored.items():
        if _is_merged(book, place) and arrays_in(book, place, formula).may_arise:
            raise FileProblem(
                f"{address_of(place)} is merged with others, and"
                f" ={cut_short(typed_formula(formula))} works on many values at once, which Excel"
                " does in no merged cell; choose another cell, or unmerge it in Excel.",
                "merged-cell",
            )
