"""The cells of a sheet that must not be set, refused before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import (
    Area,
    Position,
    area_address,
    area_cells,
    cell_address,
    split_area,
    within,
)
from xlpbr.workbook.ooxml.book import TableArea
from xlpbr.workbook.ooxml.edit.program import PROTECTED_SHEET
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.scan import SheetScan, filled_area, style_of


def edit_refusals(
    sheet: str,
    scan: SheetScan,
    changes: Mapping[Position, CellChange],
    *,
    tables: Iterable[TableArea] = (),
    unlocked: Collection[int] = frozenset(),
    allow: Collection[str] = frozenset(),
    results: Collection[Position] = frozenset(),
    pivots: Collection[Area] = (),
    remedy: str = "",
) -> None:
    """Refuse changes that Excel would not let a person make in the cells, or that do harm.

    Args:
        sheet: the sheet's name, for messages and to choose the tables.
        scan: the sheet as ``scan_sheet`` found it for the cells of these changes.
        changes: by row and column, counted from 1. The cells that a new formula fills must be
            among them, and those that an old one filled and that show something.
        tables: the tables of the workbook.
        unlocked: the numbers of the styles that do not lock their cells; the others do, which
            is what Excel does unless told otherwise.
        allow: what is passed over; ``protected-sheet`` for locked cells of protected sheets.
        results: cells that show what a formula gives; protection does not hold these back.
        pivots: the areas of the sheet's pivot tables, which Excel writes anew on a refresh.
        remedy: what else a person can do than unprotect the sheet, as ``Program`` says it.

    Raises:
        FileProblem: with the code merged-cell, array-cell, data-table, pivot-table,
            table-heading or protected-cell. The sentence names the sheet and the cell.
        ValueError: an array range is no range, does not start at its cell, or a cell in it is
            not among the changes.
    """
    here = [table for table in tables if table.sheet.casefold() == sheet.casefold()]
    for position in sorted(changes):
        change = changes[position]
        _refuse_merged(sheet, scan, position)
        _refuse_filled(sheet, scan, changes, position)
        _refuse_left_over(sheet, scan, changes, position)
        _refuse_data_table(sheet, scan, position)
        if position not in results:
            _refuse_pivot(sheet, pivots, position)
            for table in here:
                _refuse_heading(sheet, table, position)
        if PROTECTED_SHEET not in allow and position not in results:
            _refuse_protected(sheet, scan, position, unlocked, remedy)
        if change.array_range is not None:
            _refuse_range(sheet, scan, changes, position, split_area(change.array_range), here)


def _refuse_merged(sheet: str, scan: SheetScan, position: Position) -> None:
    for area in scan.frame.merged:
        if within(position, area) and position != area[:2]:
            raise FileProblem(
                f"{cell_address(sheet, *position)} lies inside the merged cells "
                f"{area_address(sheet, area)}, which show only their first cell; give "
                f"{cell_address(sheet, *area[:2])} instead, or unmerge them in Excel.",
                "merged-cell",
            )


def _refuse_filled(
    sheet: str, scan: SheetScan, changes: Mapping[Position, CellChange], position: Position
) -> None:
    """Refuse a cell that the formula of another cell fills, unless that one changes too."""
    keeps = changes[position].formula is KEEP
    for area in scan.arrays:
        first = area[:2]
        if position == first or not within(position, area):
            continue
        if first in changes and (keeps or changes[first].formula is not KEEP):
            continue
        raise FileProblem(
            f"{cell_address(sheet, *position)} is filled by the formula in "
            f"{cell_address(sheet, *first)}, which fills {area_address(sheet, area)}; change "
            "that formula, or choose another cell.",
            "array-cell",
        )


def _refuse_left_over(
    sheet: str, scan: SheetScan, changes: Mapping[Position, CellChange], position: Position
) -> None:
    """Refuse another formula where the old one filled cells of which nothing is said."""
    area = filled_area(scan.cell(position))
    if area is None or changes[position].formula is KEEP:
        return
    for number in range(area[0], area[2] + 1):
        row = scan.rows.get(number)
        for column, cell in row.cells.items() if row else ():
            filled = (number, column)
            if cell.blank or filled in changes or not within(filled, area):
                continue
            raise FileProblem(
                f"{cell_address(sheet, *position)} holds a formula that fills "
                f"{area_address(sheet, area)}, so that a change of it would empty "
                f"{cell_address(sheet, *filled)}; clear the formula in Excel first, or choose "
                "another cell.",
                "array-cell",
            )


def _refuse_data_table(sheet: str, scan: SheetScan, position: Position) -> None:
    for area in scan.data_tables:
        if within(position, area):
            raise FileProblem(
                f"{cell_address(sheet, *position)} belongs to the what-if data table "
                f"{area_address(sheet, area)}, which Excel calculates as a whole; choose "
                "another cell.",
                "data-table",
            )


def _refuse_pivot(sheet: str, pivots: Collection[Area], position: Position) -> None:
    for area in pivots:
        if within(position, area):
            raise FileProblem(
                f"{cell_address(sheet, *position)} lies in the pivot table"
                f" {area_address(sheet, area)}, which Excel writes anew when it is refreshed;"
                " choose a cell beside it.",
                "pivot-table",
            )


def _refuse_heading(sheet: str, table: TableArea, position: Position) -> None:
    row, column = position
    if not table.first_column <= column <= table.last_column:
        return
    if table.has_heading and row == table.first_row:
        what, where = "is a heading", "beneath the headings"
    elif table.last_row - table.totals_rows < row <= table.last_row:
        what, where = "is in the totals row", "above the totals row"
    else:
        return
    raise FileProblem(
        f"{cell_address(sheet, *position)} {what} of the table {table.name}; change it in "
        f"Excel, or choose a cell {where}.",
        "table-heading",
    )


def _refuse_protected(
    sheet: str, scan: SheetScan, position: Position, unlocked: Collection[int], also: str
) -> None:
    cell = cell_address(sheet, *position)
    remedy = f"unprotect the sheet in Excel first{also}."
    if not scan.frame.protected or _style_number(scan, position) in unlocked:
        return
    for area in scan.frame.closed_ranges:
        if within(position, area):
            raise FileProblem(
                f"{cell} lies in {area_address(sheet, area)}, which asks for a password of its"
                f" own; {remedy}",
                "protected-cell",
            )
    if not any(within(position, area) for area in scan.frame.open_ranges):
        raise FileProblem(
            f"{cell} is locked and its sheet is protected; {remedy}", "protected-cell"
        )


def _style_number(scan: SheetScan, position: Position) -> int:
    style = style_of(scan, position)
    return int(style) if style.isascii() and style.isdigit() else 0


def _refuse_range(
    sheet: str,
    scan: SheetScan,
    changes: Mapping[Position, CellChange],
    first: Position,
    area: Area,
    tables: Iterable[TableArea],
) -> None:
    """Refuse a formula that would fill cells where Excel lets none be filled."""
    if first != area[:2]:
        raise ValueError(f"the range of {cell_address(sheet, *first)} starts elsewhere")
    if area[:2] == area[2:]:
        return
    formula = f"The formula in {cell_address(sheet, *first)} would fill {area_address(sheet, area)}"
    remedy = "choose a place with room for it."
    for merged in scan.frame.merged:
        if _meet(area, merged):
            raise FileProblem(
                f"{formula}, but {area_address(sheet, merged)} is merged; {remedy}", "merged-cell"
            )
    for table in tables:
        if _meet(area, (table.first_row, table.first_column, table.last_row, table.last_column)):
            raise FileProblem(
                f"{formula}, but the table {table.name} is there, and no formula fills cells "
                f"of a table; {remedy}",
                "array-cell",
            )
    before = next((known for known in scan.arrays if known[:2] == first), None)
    for position in area_cells(area):
        if position not in changes:
            raise ValueError(f"{cell_address(sheet, *position)} is not among the changes")
        own = position == first or (before is not None and within(position, before))
        cell = scan.cell(position)
        if (own or cell is None or cell.blank) and (
            position == first or changes[position].formula is KEEP
        ):
            continue
        raise FileProblem(
            f"{formula}, but {cell_address(sheet, *position)} is not empty; {remedy}", "array-cell"
        )


def _meet(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
