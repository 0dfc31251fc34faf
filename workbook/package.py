"""Edits inside an .xlsx or .xlsm package: what is not to change stays byte for byte.

Loading and saving a workbook through a library loses parts of it, so the package itself is
edited. Imports ``xlpbr.errors`` and the modules beneath it in this folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.addresses import cell_address, split_area
from xlpbr.workbook.archive import copy_archive
from xlpbr.workbook.book import Book, CellValue, Position, cells, open_book, sheet_named
from xlpbr.workbook.files import write_safely
from xlpbr.workbook.sheet_edit import as_stored, with_new_values
from xlpbr.workbook.sheet_xml import StoredCell, StoredValue


def write_values(
    source: Path,
    target: Path,
    values: Mapping[str, Mapping[Position, CellValue]],
    array_ranges: Mapping[str, Mapping[Position, str]],
) -> None:
    """Write a copy of a workbook in which formulas show new last values.

    Formulas, styles and every other part stay as they are, byte for byte. Only cells with a
    formula, and cells that an array or spilling formula fills, can get a value. The copy is
    read again before it is moved into place.

    Args:
        source: the workbook; it is not changed.
        target: the copy; of the same kind (.xlsx or .xlsm) as the source.
        values: by sheet and (row, column), what the cells show now; None for an empty cell.
        array_ranges: by sheet and first cell, the cells that an array formula now fills,
            such as ``B2:B9``.

    Raises:
        FileProblem: the target is the source or cannot be written, the workbook is signed, a
            cell holds something typed in, or the copy does not read as it should.
    """
    if source.suffix.casefold() != target.suffix.casefold():
        raise FileProblem(
            f"{target} must end in {source.suffix} like {source}; another ending would stop "
            "Excel from opening it."
        )
    book = open_book(source)
    if any(name.startswith("_xmlsignatures/") for name in book.archive.members):
        raise FileProblem(
            f"{source} is digitally signed, and new values would void the signature; "
            "remove the signature in Excel (File, Info) from a copy and give that."
        )
    wanted: dict[str, dict[Position, StoredValue]] = {}
    ranges: dict[str, Mapping[Position, str]] = {}
    replaced: dict[str, bytes] = {}
    for name in sorted({*values, *array_ranges}):
        sheet_cells = cells(book, name)
        info = sheet_named(book, name)
        if info is None:
            continue
        new_ranges = array_ranges.get(name, {})
        wanted[info.name] = {
            position: _storable(book, info.name, position, value)
            for position, value in values.get(name, {}).items()
        }
        ranges[info.name] = new_ranges
        _refuse_typed_cells(book, info.name, sheet_cells, wanted[info.name], new_ranges)
        replaced[info.part] = with_new_values(
            book.archive, info.part, wanted[info.name], new_ranges
        )

    def write(temporary: Path) -> None:
        copy_archive(book.archive, replaced, temporary)
        _verify(book, temporary, replaced, wanted, ranges)

    write_safely(target, write, inputs=[source])


def _storable(book: Book, sheet: str, position: Position, value: CellValue) -> StoredValue:
    try:
        return as_stored(value, date_1904=book.date_1904)
    except ValueError as error:
        raise FileProblem(
            f"The result for {cell_address(sheet, *position)} cannot stand in a cell: {error}."
        ) from error


def _refuse_typed_cells(
    book: Book,
    sheet: str,
    sheet_cells: Mapping[Position, StoredCell],
    values: Mapping[Position, StoredValue],
    new_ranges: Mapping[Position, str],
) -> None:
    """Refuse to write over what a person typed in."""
    try:
        before = [split_area(cell.array_range) for cell in sheet_cells.values() if cell.array_range]
        after = [split_area(new_range) for new_range in new_ranges.values()]
    except ValueError as error:
        raise FileProblem(f"An array formula on {sheet} fills no proper range: {error}.") from error
    for position in values:
        cell = sheet_cells.get(position)
        if cell is not None and (cell.formula is not None or _within(position, before)):
            continue
        if cell is None and (_within(position, before) or _within(position, after)):
            continue
        raise FileProblem(
            f"{cell_address(sheet, *position)} in {book.path} has no formula; "
            "only results of formulas are replaced."
        )


def _within(position: Position, areas: list[tuple[int, int, int, int]]) -> bool:
    row, column = position
    return any(
        first_row <= row <= last_row and first_column <= column <= last_column
        for first_row, first_column, last_row, last_column in areas
    )


def _verify(
    before: Book,
    temporary: Path,
    replaced: Mapping[str, bytes],
    values: Mapping[str, Mapping[Position, StoredValue]],
    array_ranges: Mapping[str, Mapping[Position, str]],
) -> None:
    """Read the copy again: only the values asked for may differ."""
    after = open_book(temporary)
    changed = {part.casefold() for part in replaced}
    old = [
        (name, None if name in changed else info.CRC)
        for name, info in before.archive.members.items()
    ]
    new = [
        (name, None if name in changed else info.CRC)
        for name, info in after.archive.members.items()
    ]
    if old != new:
        raise _copy_differs(before, "in a part that was not to change")
    for sheet in values:
        old_cells, new_cells = cells(before, sheet), cells(after, sheet)
        for position in {*old_cells, *new_cells, *values[sheet]}:
            expected = _expected(
                old_cells.get(position), position, values[sheet], array_ranges[sheet]
            )
            if expected != _figures(new_cells.get(position)):
                raise _copy_differs(before, f"in {cell_address(sheet, *position)}")


def _expected(
    cell: StoredCell | None,
    position: Position,
    values: Mapping[Position, StoredValue],
    array_ranges: Mapping[Position, str],
) -> tuple[object, ...]:
    value, formula, array_range = _figures(cell)
    if position in values:
        wanted = values[position]
        value = wanted.code if isinstance(wanted, CellError) else wanted
        value = (type(value), value)
    return value, formula, array_ranges.get(position, array_range)


def _figures(cell: StoredCell | None) -> tuple[object, str | None, str | None]:
    """What the check compares: the value with its type, the formula and the array's range."""
    if cell is None:
        return (type(None), None), None, None
    value = cell.value.code if isinstance(cell.value, CellError) else cell.value
    return (type(value), value), cell.formula, cell.array_range


def _copy_differs(book: Book, where: str) -> FileProblem:
    return FileProblem(
        f"The copy of {book.path} was not kept, because it differed {where}; "
        "open the workbook in Excel, save it as a new workbook and try again."
    )
