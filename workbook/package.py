"""An Excel workbook as its package stores it: what is in it, its cells, and new last values.

Reads and edits the package itself, because loading and saving a workbook through a library
loses parts of it. Imports ``xlpbr.errors`` and the modules beneath it in this folder.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.addresses import cell_address, split_area
from xlpbr.workbook.archive import (
    Archive,
    copy_archive,
    damaged_part,
    has_part,
    open_archive,
    read_tree,
)
from xlpbr.workbook.files import write_safely
from xlpbr.workbook.sheet_edit import as_stored, with_new_values
from xlpbr.workbook.sheet_xml import (
    StoredCell,
    StoredValue,
    check_namespace,
    read_shared_strings,
    read_sheet,
)

CellValue = StoredValue | int
"""What a cell can hold: a number, a text, a boolean, a date, an error, or nothing (None)."""

Position = tuple[int, int]
"""Row and column of a cell, both counted from 1."""

_TRUE = {"1", "true", "on"}


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A worksheet: its name, its part in the package, and whether a person sees it."""

    name: str
    part: str
    state: Literal["visible", "hidden"]


@dataclass(frozen=True, slots=True)
class TableArea:
    """An Excel table; rows and columns count from 1 and include heading and totals rows."""

    name: str
    sheet: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int
    has_heading: bool
    totals_rows: int


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name: what it stands for, and the sheet that alone knows it (None: all)."""

    name: str
    text: str
    sheet: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook, held in memory as it was when it was opened.

    Attributes:
        path: the file, as the person named it.
        sha256: its SHA-256 as hexadecimal digits.
        date_1904: whether serial numbers count days from 1 January 1904.
        sheets: its worksheets in their order (chart sheets left out).
        tables: its Excel tables by name in small letters (``casefold``).
        names: its defined names.
        archive: its package.
        strings_part: the part with the shared texts; None when there is none.
    """

    path: Path
    sha256: str
    date_1904: bool
    sheets: tuple[SheetInfo, ...]
    tables: Mapping[str, TableArea]
    names: tuple[DefinedName, ...]
    archive: Archive = field(repr=False)
    strings_part: str | None = field(repr=False)
    _strings: list[tuple[str, ...]] = field(default_factory=list, repr=False, compare=False)
    _cells: dict[str, dict[Position, StoredCell]] = field(
        default_factory=dict, repr=False, compare=False
    )


def open_book(path: Path) -> Book:
    """Open an .xlsx or .xlsm workbook.

    Raises:
        FileProblem: it is missing, not a workbook, of a kind that is not read (password,
            .xls, .xlsb, .ods), damaged, or built like an attack. One sentence says what to do.
    """
    archive = open_archive(path)
    part = _workbook_part(archive)
    tree = read_tree(archive, part)
    namespace = tree.tag.rpartition("}")[0].removeprefix("{")
    check_namespace(archive, namespace)
    targets = _relationships(archive, part)
    properties = tree.find(f"{{{namespace}}}workbookPr")
    listed = [
        (sheet, targets.get(_relationship_id(sheet)))
        for sheet in tree.iterfind(f"{{{namespace}}}sheets/{{{namespace}}}sheet")
    ]
    sheets = tuple(
        _sheet_info(archive, sheet, target[1])
        for sheet, target in listed
        if target is not None and target[0] == "worksheet"
    )
    if not sheets:
        raise FileProblem(f"{path} has no worksheet; give a workbook with the tables in it.")
    return Book(
        path=path,
        sha256=hashlib.sha256(archive.content).hexdigest(),
        date_1904=properties is not None and properties.get("date1904") in _TRUE,
        sheets=sheets,
        tables=_tables(archive, sheets),
        names=tuple(
            _defined_name(name, [sheet.get("name", "") for sheet, _ in listed])
            for name in tree.iterfind(f"{{{namespace}}}definedNames/{{{namespace}}}definedName")
        ),
        archive=archive,
        strings_part=next(
            (target for kind, target in targets.values() if kind == "sharedStrings"), None
        ),
    )


def cells(book: Book, sheet: str) -> Mapping[Position, StoredCell]:
    """The cells of a sheet that hold a value or a formula; read once, then remembered.

    Args:
        book: the workbook.
        sheet: the sheet's name, capital or small letters.

    Raises:
        FileProblem: there is no such sheet, or its part is damaged.
    """
    info = sheet_named(book, sheet)
    if info is None:
        names = ", ".join(known.name for known in book.sheets)
        raise FileProblem(f"{book.path} has no sheet {sheet!r}; its sheets are {names}.")
    if info.name not in book._cells:
        book._cells[info.name] = read_sheet(
            book.archive, info.part, info.name, _shared_strings(book), date_1904=book.date_1904
        )
    return book._cells[info.name]


def sheet_named(book: Book, name: str) -> SheetInfo | None:
    """The sheet of a name, capital or small letters; None when there is none."""
    wanted = name.casefold()
    return next((info for info in book.sheets if info.name.casefold() == wanted), None)


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


def _workbook_part(archive: Archive) -> str:
    for kind, target in _relationships(archive, "").values():
        if kind == "officeDocument":
            return target
    return "xl/workbook.xml"


def _relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """The kind and the part of each relationship of a part, by its id."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if not has_part(archive, listing):
        return {}
    return {
        entry.get("Id", ""): (
            entry.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, entry.get("Target", "")))[1:],
        )
        for entry in read_tree(archive, listing)
        if entry.get("TargetMode") != "External"
    }


def _relationship_id(element: ET.Element) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _sheet_info(archive: Archive, sheet: ET.Element, part: str) -> SheetInfo:
    name = sheet.get("name", "")
    if not has_part(archive, part):
        raise damaged_part(archive, part, f"the sheet {name} is missing")
    state: Literal["visible", "hidden"] = (
        "visible" if sheet.get("state", "visible") == "visible" else "hidden"
    )
    return SheetInfo(name, part, state)


def _tables(archive: Archive, sheets: tuple[SheetInfo, ...]) -> dict[str, TableArea]:
    tables: dict[str, TableArea] = {}
    for sheet in sheets:
        for kind, part in _relationships(archive, sheet.part).values():
            if kind != "table":
                continue
            tree = read_tree(archive, part)
            name = tree.get("displayName", tree.get("name", ""))
            try:
                first_row, first_column, last_row, last_column = split_area(tree.get("ref", ""))
                totals_rows = int(tree.get("totalsRowCount", "0"))
            except ValueError as error:
                raise damaged_part(archive, part, f"the table {name} has no place") from error
            tables[name.casefold()] = TableArea(
                name,
                sheet.name,
                first_row,
                first_column,
                last_row,
                last_column,
                tree.get("headerRowCount", "1") != "0",
                totals_rows,
            )
    return tables


def _defined_name(element: ET.Element, sheet_names: list[str]) -> DefinedName:
    scope = element.get("localSheetId", "")
    number = int(scope) if scope.isdigit() else -1
    return DefinedName(
        element.get("name", ""),
        (element.text or "").strip(),
        sheet_names[number] if 0 <= number < len(sheet_names) else None,
        element.get("hidden") in _TRUE,
    )


def _shared_strings(book: Book) -> tuple[str, ...]:
    if not book._strings:
        part = book.strings_part
        book._strings.append(read_shared_strings(book.archive, part) if part else ())
    return book._strings[0]


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
