"""Formulas that call a PBR_ function turned into the values that they show."""

from __future__ import annotations

from xlpbr.errors import FileProblem
from xlpbr.workbook.calculate.formula_reads import address_of
from xlpbr.workbook.calculate.keeping import formulas_of, stored_cells
from xlpbr.workbook.ooxml.book import Book, Position, cells_of, parts_with_formulas
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.zip.archive import understood
from xlpbr.workbook.port.host_names import calls, rewritten
from xlpbr.workbook.port.marks import MOST_NAMED, read_marked_sheet
from xlpbr.workbook.read.ranges import listed

Changes = dict[str, dict[Position, CellChange]]


def values_for_calls(book: Book) -> tuple[Changes, int]:
    """What the cells become, by sheet, and how many formulas call a PBR_ function.

    Every cell that such a formula fills keeps the value and the format that it has.

    Raises:
        FileProblem: a formula was never calculated (code never-calculated).
    """
    changes: Changes = {}
    never: list[str] = []
    formulas = [place for place, formula in formulas_of(book).items() if calls(formula)]
    for place in formulas:
        sheet, position = place
        of_sheet = cells_of(book, sheet)
        if of_sheet[position].never_calculated:
            never.append(address_of(place))
        for filled in stored_cells(book, place):
            value = of_sheet[filled].value if filled in of_sheet else None
            changes.setdefault(sheet, {})[filled] = CellChange(value, None)
    if never:
        raise FileProblem(
            f"{book.path} has formulas that were never calculated, so they have no value to stand"
            f" for them: {listed(never, MOST_NAMED)}. Calculate the workbook first (xlpbr recalc,"
            " or open and save it where the functions run), then port it.",
            "never-calculated",
        )
    return changes, len(formulas)


def calls_elsewhere(book: Book) -> list[str]:
    """Where formulas call a PBR_ function that stand in no cell and are no defined name."""
    left = []
    in_cells = {
        # Without a mark every cell found calls a function; what is shared is written once.
        sheet.part.casefold(): (
            f"the sheet {sheet.name}",
            sum(len(calls(one.text)) for one in read_marked_sheet(book, sheet.part, 0).cells()),
        )
        for sheet in book.sheets
    }
    for part in parts_with_formulas(book):
        with understood(book.archive, part):
            total = rewritten(text_chunks(book.archive, part), "").calls
        title, counted = in_cells.get(part, (part, 0))
        if part != book.part.casefold() and total > counted:
            left.append(title)
    return left
