"""PBR formulas put into cells of a book, each with its last value.

Checked and calculated before anything is written; what depends on the cells is refreshed with
them. Imports ``xlpbr.errors``, the engine, ``refresh`` and ``package``.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter

from xlpbr.catalogue import FUNCTIONS
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.addresses import cell_address, split_cell
from xlpbr.workbook.book import Book, CellValue, Position, cells, open_book, sheet_named
from xlpbr.workbook.engine import Calculation, Place, calls_a_function, filled_by, load, reason_for
from xlpbr.workbook.package import Changes, edit
from xlpbr.workbook.parts.archive import close_archive
from xlpbr.workbook.parts.cell_change import CellChange
from xlpbr.workbook.refresh import Kept, Refreshed, reference_of, refreshed

_PLACE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!([^!]+)")
_LIKE_OURS = re.compile(r"(?<![\w.])(?:_xldudf_)?(PBR_\w+)\s*\(", re.IGNORECASE)
_HEADINGS = ("cell", "formula")


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
        place = _place(book, cell)
        if place in wanted:
            raise FileProblem(
                f"{_address(place)} is given twice; leave one of the two out.", "cell"
            )
        wanted[place] = _checked(formula, place)
        _refuse_occupied(book, place, over=over)
    stored = dict(zip(wanted, _as_stored(list(wanted.values())), strict=True))
    calculation = load(book, stored)
    new = refreshed(calculation, wanted)
    _refuse_not_calculated(new.kept, wanted)
    for place, formula in wanted.items():
        value = new.values[place[0]][place[1]]
        _refuse_blocked(calculation, place, wanted, value, over=over)
        if isinstance(value, CellError) and not errors:
            reason = reason_for(calculation, place, value).rstrip(".")
            raise FileProblem(
                f"{_address(place)}: ={formula} shows {value.code}: {reason}. Correct it, or add"
                " --errors to insert it all the same.",
                "shows-error",
            )
    changes = Changes(cells=_changes(calculation, new, stored))
    done = edit(book, changes, target, allow=allow, in_place=in_place)
    shown = tuple((_address(place), new.values[place[0]][place[1]]) for place in wanted)
    written = sum(map(len, new.values.values()))
    filled = sum(len(filled_by(calculation, place)) for place in wanted)
    return Insertion(shown, written - filled, new.kept, done.kept)


def read_formulas(path: Path) -> list[tuple[str, str]]:
    """Cells and formulas from a CSV file with the headings Cell and Formula.

    Raises:
        FileProblem: the file or a line of it cannot be used; the sentence names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FileProblem(f"{path} does not exist; check the name and the folder.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(
            f"{path} cannot be read as text; save it in Excel as CSV UTF-8 (comma delimited)."
        ) from error
    lines = list(csv.reader(text.splitlines()))
    headings = [cell.strip().casefold() for cell in lines[0]] if lines else []
    if not set(_HEADINGS) <= set(headings):
        raise FileProblem(f"{path} needs the headings Cell and Formula in its first line.")
    columns = [headings.index(heading) for heading in _HEADINGS]
    found = []
    for number, line in enumerate(lines[1:], start=2):
        given = [line[column].strip() if column < len(line) else "" for column in columns]
        if not any(given):
            continue
        if not all(given):
            missing = _HEADINGS[given.index("")].capitalize()
            raise FileProblem(f"{path}, line {number}: {missing} is missing; give it.")
        found.append((given[0], given[1]))
    if not found:
        raise FileProblem(f"{path} has no line under its headings; there is nothing to insert.")
    return found


def _place(book: Book, cell: str) -> Place:
    given = cell.strip()
    match = _PLACE.fullmatch(given)
    names = [sheet.name for sheet in book.sheets]
    if match is None and len(names) > 1:
        raise FileProblem(
            f"{cell} does not say on which sheet; write it as {cell_address(names[0], 4, 12)}.",
            "cell",
        )
    sheet = (match[1].replace("''", "'") if match[1] else match[2]) if match else names[0]
    info = sheet_named(book, sheet)
    if info is None:
        close = difflib.get_close_matches(sheet, names, n=1)
        near = f" (did you mean {close[0]}?)" if close else ""
        raise FileProblem(
            f"{book.path} has no sheet {sheet!r}{near}; its sheets are {', '.join(names)}.", "cell"
        )
    try:
        return info.name, split_cell(match[3] if match else given)
    except ValueError:
        raise FileProblem(
            f"{cell} is not the address of one cell; write it as {cell_address(info.name, 4, 12)}.",
            "cell",
        ) from None


def _checked(formula: str, place: Place) -> str:
    """The formula without its equals sign."""
    text = formula.strip().removeprefix("=").strip()
    for match in _LIKE_OURS.finditer(text):
        if match[1].upper() not in FUNCTIONS:
            close = difflib.get_close_matches(match[1].upper(), FUNCTIONS, n=1)
            near = f"; did you mean {close[0]}?" if close else "."
            raise FileProblem(
                f"{_address(place)}: there is no function {match[1]}{near}"
                " See the list in docs/functions.md.",
                "formula",
            )
    if not calls_a_function(text):
        raise FileProblem(
            f"{_address(place)}: ={text} calls no PBR_ function; type other formulas in Excel.",
            "formula",
        )
    return text


def _refuse_occupied(book: Book, place: Place, *, over: bool) -> None:
    stored = cells(book, place[0]).get(place[1])
    if stored is None or over:
        return
    what = "a formula" if stored.formula is not None else "a value"
    raise FileProblem(
        f"{_address(place)} holds {what} already; choose another cell, or add --over to write over"
        " it.",
        "occupied",
    )


def _refuse_not_calculated(kept: Sequence[Kept], wanted: Collection[Place]) -> None:
    addresses = {_address(place) for place in wanted}
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
    if isinstance(value, CellError) and value.code == "#SPILL!":
        raise FileProblem(
            f"{_address(place)} fills a table of cells, and something is in its way; choose a cell"
            " with room below it and to its right.",
            "occupied",
        )
    for position in filled_by(calculation, place)[1:]:
        stored = cells(calculation.book, sheet).get(position)
        if (sheet, position) in wanted or (stored is not None and not over):
            raise FileProblem(
                f"{_address(place)} fills a table of cells, and {cell_address(sheet, *position)} is"
                " in its way; choose a cell with room below it and to its right.",
                "occupied",
            )


def _changes(
    calculation: Calculation, new: Refreshed, stored: Mapping[Place, str]
) -> dict[str, dict[Position, CellChange]]:
    """What the cells hold now: the formulas with their values, and the values that hang on them."""
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
        spill = reference_of(filled) if len(filled) > 1 else None
        changes[sheet][position] = CellChange(new.values[sheet][position], formula, spill)
    return changes


def _address(place: Place) -> str:
    return cell_address(place[0], *place[1])


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
        stored = cells(book, "Formulas")
        texts = [stored[row, 1].formula or "" for row in range(1, len(formulas) + 1)]
        close_archive(book.archive)
    return texts
