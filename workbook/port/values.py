"""Formulas that call a PBR_ function turned into the values that they show."""

from __future__ import annotations

from xlpbr.errors import FileProblem, some
from xlpbr.workbook.calculate.keeping import positions_of
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import Book, Position, cells_of, parts_with_formulas
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.zip.archive import understood
from xlpbr.workbook.port.host_names import calls, rewritten
from xlpbr.workbook.port.marks import read_marked_sheet

Changes = dict[str, dict[Position, CellChange]]


def values_for_calls(book: Book) -> tuple[Changes, int]:
    """What the cells become, by sheet, and how many formulas call a PBR_ function.

    Every cell that such a formula fills keeps the value and the format that it has.

    Raises:
        FileProblem: a formula was never calculated (code never-calculated).
    """
    changes: Changes = {}
    never: list[str] = []
    formulas = 0
    for sheet in book.sheets:
        of_sheet = cells_of(book, sheet.name)
        for position, cell in of_sheet.items():
            if cell.formula is None or not calls(cell.formula):
                continue
            formulas += 1
            if cell.never_calculated:
                never.append(cell_address(sheet.name, *position))
                continue
            filled = positions_of(cell.array_range) if cell.array_range else [position]
            for place in filled:
                stored = of_sheet.get(place)
                value = None if stored is None else stored.value
                changes.setdefault(sheet.name, {})[place] = CellChange(value, None)
    if never:
        raise FileProblem(
            f"{book.path} has formulas that were never calculated, so they have no value to"
            f" stand for them: {some(never)}. Calculate the workbook first (xlpbr recalc, or"
            " open and save it where the functions run), then port it.",
            "never-calculated",
        )
    return changes, formulas


def names_with_calls(book: Book) -> list[str]:
    """The defined names that call a PBR_ function: they have no value that could be kept."""
    return [name.name for name in book.names if calls(name.text)]


def calls_elsewhere(book: Book) -> list[str]:
    """Where formulas call a PBR_ function that stand in no cell and are no defined name."""
    left = []
    in_cells = {
        sheet.part.casefold(): (f"the sheet {sheet.name}", _calls_in_cells(book, sheet.part))
        for sheet in book.sheets
    }
    for part in parts_with_formulas(book):
        with understood(book.archive, part):
            total = rewritten(text_chunks(book.archive, part), "").calls
        title, counted = in_cells.get(part, (part, 0))
        if part != book.part.casefold() and total > counted:
            left.append(title)
    return left


def _calls_in_cells(book: Book, part: str) -> int:
    # Without a mark every cell found calls a function; what is shared is written once.
    return sum(len(calls(cell.text)) for cell in read_marked_sheet(book, part, 0).cells())
