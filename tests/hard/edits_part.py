"""Random edits of single cells: an independent reader must see exactly one cell changed."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from tests.hard import cell_reader, packages
from tests.hard.books import Workbook
from tests.hard.cell_reader import Cell, Cells
from tests.hard.results import Run
from tests.support.edits import edit
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.addresses import column_letter, split_cell
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.edit.program import ALLOWANCES
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange

_FORMULAS = (ArrayFormula, DataTableFormula)

IN_A_ROW = 25
"""Edits made one after the other in the same workbook, each on the output of the one before."""

LARGEST = 150_000
"""Bytes; in larger workbooks fewer edits are made."""

TEXTS = (
    "North Homes",
    " spaces kept ",
    "<b> & \"quotes\" 'single'",
    "line\nbreak\tand tab",
    "£1,000 – “dash”",
    "_x0041_ stays",
    "\U0001f3e0 home",
    "=1+1",
    "",
    "00123",
    "x" * 32_767,
)
NUMBERS = (0.0, -1.5, 0.1, 24922.000000000004, 1e300, 5e-324, 12345678901234567.0, 250_000.0)
FORMULAS = ("1+1", "SUM(A1:A3)", 'IF(A1="",0,A1)', 'A1&"<&>"', "B2*2", "_xlfn.CONCAT(A1)")


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, and how the cell must read afterwards; None where it keeps its own."""

    sheet: str
    address: str
    change: CellChange
    value: object
    formula: str | None
    keeps_formula: bool


def run_edits(run: Run, found: list[Workbook], folder: Path, number: int, seed: int) -> None:
    """Make so many edits, spread over the workbooks."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chance = random.Random(seed)
    run.figures["seed"] = seed
    small = [book for book in found if book.path.stat().st_size <= LARGEST]
    large = [book for book in found if book.path.stat().st_size > LARGEST]
    for book in large:
        _chain(run, book, folder, chance, 1)
    while small and run.figures.get("edits", 0) < number:
        for book in small:
            left = number - run.figures.get("edits", 0)
            if left > 0:
                _chain(run, book, folder, chance, min(IN_A_ROW, left))


def _chain(run: Run, book: Workbook, folder: Path, chance: random.Random, length: int) -> None:
    """Edits in a row in one workbook."""
    allow = frozenset(ALLOWANCES) if chance.random() < 0.8 else frozenset()
    now = folder / f"now{book.path.suffix}"
    new = folder / f"new{book.path.suffix}"
    shutil.copyfile(book.path, now)
    before = cell_reader.read_cells(now)
    for _ in range(length):
        wanted = random_edit(before, chance)
        run.count("edits")
        changes = Changes(cells={wanted.sheet: {split_cell(wanted.address): wanted.change}})
        where = f"{book.name}, {wanted.sheet}!{wanted.address}"
        try:
            edit(open_book(now), changes, new, allow=allow)
        except FileProblem as problem:
            run.count_in("refused", problem.code or "without a code")
            if problem.code == "damaged":
                run.fail(f"{where}: refused as damaged, though it is not: {problem}")
            if not problem.code:
                run.fail(f"{where}: refused without a code: {problem}")
            if new.exists():
                run.fail(f"{where}: refused and yet wrote a file")
                new.unlink()
            continue
        except Exception as error:  # any other error than a FileProblem is what is looked for
            run.fail(f"{where}, {wanted.change}: {type(error).__name__}: {error}")
            continue
        after = cell_reader.read_cells(new)
        _check(run, where, wanted, (before, after), (now, new))
        run.count("made")
        if chance.random() < 0.04:
            _check_by_openpyxl(run, where, wanted, (now, new))
        new.replace(now)
        before = after


def random_edit(before: dict[str, Cells], chance: random.Random) -> Edit:
    """An edit of a cell that holds something, of one beside such, or of one far away."""
    sheet = chance.choice(list(before))
    cells = before[sheet]
    kind = chance.random()
    if cells and kind < 0.75:
        address = chance.choice(list(cells))
    elif cells and kind < 0.9:
        row, column = split_cell(chance.choice(list(cells)))
        row = max(1, min(1_048_576, row + chance.randint(-2, 2)))
        column = max(1, min(16_384, column + chance.randint(-2, 2)))
        address = f"{column_letter(column)}{row}"
    else:
        row, column = chance.choice((1, 7, 999, 1_048_576)), chance.choice((1, 30, 16_384))
        address = f"{column_letter(column)}{row}"
    values: list[tuple[object, object]] = [
        (chance.choice(NUMBERS), ...),
        (round(chance.uniform(-1e6, 1e6), chance.randint(0, 9)), ...),
        (chance.choice(TEXTS), ...),
        (chance.random() < 0.5, ...),
        (None, ...),
        (CellError("#N/A", "not known"), ("error", "#N/A")),
    ]
    value, shown = chance.choice(values)
    formula = chance.choice((KEEP, KEEP, None, None, chance.choice(FORMULAS)))
    change = CellChange(value, formula)  # type: ignore[arg-type]
    expected = value if shown is ... else shown
    known = formula if isinstance(formula, str) else None
    return Edit(sheet, address, change, expected, known, formula is KEEP)


def _check(
    run: Run,
    where: str,
    wanted: Edit,
    cells: tuple[dict[str, Cells], dict[str, Cells]],
    files: tuple[Path, Path],
) -> None:
    before, after = cells
    differing = {
        (sheet, address)
        for sheet in before.keys() | after.keys()
        for address in before.get(sheet, {}).keys() | after.get(sheet, {}).keys()
        if _meaning(before, sheet, address) != _meaning(after, sheet, address)
    }
    others = differing - {(wanted.sheet, wanted.address)}
    if others:
        run.fail(f"{where}, {wanted.change}: changed other cells: {sorted(others)[:5]}")
    nothing = Cell(None, None, "", None, "0")
    old = before[wanted.sheet].get(wanted.address, nothing)
    new = after[wanted.sheet].get(wanted.address, nothing)
    formula = old.formula if wanted.keeps_formula else wanted.formula
    if not _same(new.value, wanted.value) or new.formula != formula:
        run.fail(f"{where}, {wanted.change}: reads {new}")
    if wanted.address in before[wanted.sheet] and old.style != new.style:
        run.fail(f"{where}: the style {old.style} became {new.style}")
    _check_parts(run, where, wanted, files)


def _meaning(cells: dict[str, Cells], sheet: str, address: str) -> Cell:
    return cells.get(sheet, {}).get(address, Cell(None, None, "", None, "0"))


def _same(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    # An empty text and no value are told apart by no one at the sheet.
    return one == other or (one in {None, ""} and other in {None, ""})


def _check_parts(run: Run, where: str, wanted: Edit, files: tuple[Path, Path]) -> None:
    found = packages.compare(*files)
    parts = cell_reader.sheet_parts(files[0])
    lists = {"calcChain.xml", "[Content_Types].xml", "workbook.xml.rels"}
    names = {part: part.rpartition("/")[2] for part in found.changed | found.removed}
    wrong = {
        part for part, name in names.items() if name not in lists and part != parts[wanted.sheet]
    }
    # A cell that is set to what it holds leaves its sheet as it was, packed anew.
    rewritten = found.rewritten - {parts[wanted.sheet]}
    if wrong or found.added or rewritten or found.moved:
        run.fail(f"{where}: changed the parts {sorted(wrong)} {sorted(found.added)}, {found}")


def _check_by_openpyxl(run: Run, where: str, wanted: Edit, files: tuple[Path, Path]) -> None:
    """The same by openpyxl, where it can read the workbook at all."""
    try:
        before, after = (_openpyxl_cells(path) for path in files)
    except Exception:  # it cannot read some of the corpus, before or after
        run.count("workbooks that openpyxl cannot read")
        return
    run.count("read again by openpyxl")
    differing = {place for place in before.keys() | after.keys()
                 if before.get(place) != after.get(place)}  # fmt: skip
    if differing - {(wanted.sheet, wanted.address)}:
        run.fail(f"{where}: openpyxl sees other cells changed: {sorted(differing)[:5]}")


def _openpyxl_cells(path: Path) -> dict[tuple[str, str], object]:
    book = openpyxl.load_workbook(path)
    found: dict[tuple[str, str], object] = {}
    for sheet in book.worksheets:
        for cell in sheet._cells.values():
            value = getattr(cell, "value", None)
            if value is not None:
                # What formulas of several cells are read as is compared by what it says.
                said = vars(value) if isinstance(value, _FORMULAS) else value
                found[sheet.title, cell.coordinate] = said
    return found
