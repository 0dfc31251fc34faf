"""An Excel workbook as its package stores it: its sheets, tables, names and cells.

Reads the package itself: the known libraries drop error cells, formulas or digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import Area, Position, split_area
from xlpbr.workbook.ooxml.parts.listing_parts import inner_parts, parts_of_kind
from xlpbr.workbook.ooxml.parts.workbook_part import (
    DefinedName,
    ListedName,
    ListedSheet,
    WorkbookPart,
    read_workbook,
)
from xlpbr.workbook.ooxml.sheet.read import (
    SheetContents,
    SheetRows,
    StoredCell,
    StoredValue,
    check_namespace,
    read_shared_strings,
    read_sheet,
)
from xlpbr.workbook.ooxml.zip.archive import (
    Archive,
    damaged_part,
    has_part,
    no_archive,
    open_archive,
    read_part,
    read_tree,
    tree_of,
    understood,
)

__all__ = [
    "Book",
    "CellValue",
    "DefinedName",
    "Position",
    "SheetInfo",
    "StoredCell",
    "TableArea",
    "book_without_package",
    "cells_of",
    "known_sheet",
    "open_book",
    "parts_with_formulas",
    "sheet_named",
    "sheet_rows",
]

CellValue = StoredValue | int
"""What a cell can hold: a number, a text, a boolean, a date, an error, or nothing (None)."""

_FOLDERS = ("xl/worksheets/", "xl/chartsheets/", "xl/tables/", "xl/charts/", "xl/pivotcache/")
"""The folders of parts with formulas, in small letters."""


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

    @property
    def area(self) -> Area:
        """All its cells."""
        return (self.first_row, self.first_column, self.last_row, self.last_column)

    @property
    def without_totals(self) -> Area:
        """Its cells but for the totals rows."""
        return (*self.area[:2], self.last_row - self.totals_rows, self.last_column)


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
        part: its main part, ``xl/workbook.xml`` in most books.
        workbook: what that part says.
        strings_part: the part with the shared texts; None when there is none.
    """

    path: Path
    sha256: str
    date_1904: bool
    sheets: tuple[SheetInfo, ...]
    tables: Mapping[str, TableArea]
    names: tuple[DefinedName, ...]
    archive: Archive = field(repr=False)
    part: str = field(repr=False)
    workbook: WorkbookPart = field(repr=False)
    strings_part: str | None = field(repr=False)
    _strings: list[tuple[str, ...]] = field(default_factory=list, repr=False, compare=False)
    _contents: dict[str, SheetContents] = field(default_factory=dict, repr=False, compare=False)


def open_book(path: Path) -> Book:
    """Open an .xlsx or .xlsm workbook.

    Raises:
        FileProblem: it is missing, not a workbook, of a kind that is not read (password,
            .xls, .xlsb, .ods), damaged, or built like an attack. One sentence says what to do.
    """
    archive = open_archive(path)
    part = next(parts_of_kind(archive, "", "officeDocument"), "xl/workbook.xml")
    data = read_part(archive, part)
    with understood(archive, part):
        try:
            workbook = read_workbook(data)
        except expat.ExpatError:
            tree_of(archive, part, data)  # says what is wrong in the words of all other parts
            raise
    check_namespace(archive, workbook.namespace)
    kinds = {entry.id: (entry.kind, target) for entry, target in inner_parts(archive, part)}
    _refuse_doubled(archive, part, [sheet.name for sheet in workbook.sheets])
    sheets = tuple(
        _sheet_info(archive, sheet, target)
        for sheet in workbook.sheets
        for kind, target in [kinds.get(sheet.relationship_id, ("", ""))]
        if kind == "worksheet"
    )
    if not sheets:
        raise FileProblem(f"{path} has no worksheet; give a workbook with the tables in it.")
    return Book(
        path=path,
        sha256=archive.sha256,
        date_1904=workbook.date_1904,
        sheets=sheets,
        tables=_tables(archive, sheets),
        names=tuple(_defined_name(name, workbook.sheets) for name in workbook.names),
        archive=archive,
        part=part,
        workbook=workbook,
        strings_part=next((part for kind, part in kinds.values() if kind == "sharedStrings"), None),
    )


def book_without_package(
    path: Path,
    cells: Mapping[str, Mapping[Position, StoredCell]],
    tables: Sequence[TableArea],
    names: Sequence[DefinedName],
    *,
    date_1904: bool,
) -> Book:
    """A workbook that is in memory only, because it is still being made; it cannot be edited.

    Args:
        path: the file that it will be, for messages.
        cells: by sheet, in their order, the cells with a value or a formula.
        tables: its tables.
        names: its defined names.
        date_1904: whether serial numbers count days from 1 January 1904.
    """
    return Book(
        path=path,
        sha256="",
        date_1904=date_1904,
        sheets=tuple(SheetInfo(name, "", "visible") for name in cells),
        tables={table.name.casefold(): table for table in tables},
        names=tuple(names),
        archive=no_archive(path),
        part="",
        workbook=WorkbookPart("", False, date_1904, False, (), (), False),
        strings_part=None,
        _contents={
            name: SheetContents(of_sheet, SheetRows((), frozenset()))
            for name, of_sheet in cells.items()
        },
    )


def _refuse_doubled(archive: Archive, part: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise damaged_part(archive, part, f"it lists the sheet {name} twice")
        seen.add(name.casefold())


def cells_of(book: Book, sheet: str) -> Mapping[Position, StoredCell]:
    """The cells of a sheet that hold a value or a formula; read once, then remembered.

    Args:
        book: the workbook.
        sheet: the sheet's name, capital or small letters.

    Raises:
        FileProblem: there is no such sheet, or its part is damaged.
    """
    return _contents(book, sheet).cells


def sheet_rows(book: Book, sheet: str) -> SheetRows:
    """The merged areas and the hidden rows of a sheet, as ``cells_of`` reads its cells.

    Raises:
        FileProblem: there is no such sheet, or its part is damaged.
    """
    return _contents(book, sheet).rows


def _contents(book: Book, sheet: str) -> SheetContents:
    known = book._contents.get(sheet)
    if known is not None:
        return known
    info = known_sheet(book, sheet)
    if info.name not in book._contents:
        book._contents[info.name] = read_sheet(
            book.archive, info.part, info.name, _shared_strings(book), date_1904=book.date_1904
        )
    return book._contents[info.name]


def parts_with_formulas(book: Book) -> list[str]:
    """The parts in which formulas can stand, by name in small letters."""
    known = {part.casefold() for part in (book.part, *(sheet.part for sheet in book.sheets))}
    return [
        name
        for name in book.archive.members
        if name in known or (name.endswith(".xml") and name.startswith(_FOLDERS))
    ]


def sheet_named(book: Book, name: str) -> SheetInfo | None:
    """The sheet of a name, capital or small letters; None when there is none."""
    wanted = name.casefold()
    return next((info for info in book.sheets if info.name.casefold() == wanted), None)


def known_sheet(book: Book, name: str) -> SheetInfo:
    """The sheet of a name, capital or small letters.

    Raises:
        FileProblem: there is no such sheet.
    """
    info = sheet_named(book, name)
    if info is None:
        names = ", ".join(known.name for known in book.sheets)
        raise FileProblem(f"{book.path} has no sheet {name!r}; its sheets are {names}.")
    return info


def _sheet_info(archive: Archive, sheet: ListedSheet, part: str) -> SheetInfo:
    if not has_part(archive, part):
        raise damaged_part(archive, part, f"the sheet {sheet.name} is missing")
    return SheetInfo(sheet.name, part, "visible" if sheet.state == "visible" else "hidden")


def _tables(archive: Archive, sheets: tuple[SheetInfo, ...]) -> dict[str, TableArea]:
    tables: dict[str, TableArea] = {}
    for sheet in sheets:
        for part in parts_of_kind(archive, sheet.part, "table"):
            tree = read_tree(archive, part)
            name = tree.get("displayName", tree.get("name", ""))
            try:
                area = split_area(tree.get("ref", ""))
                totals_rows = int(tree.get("totalsRowCount", "0"))
            except ValueError as error:
                raise damaged_part(archive, part, f"the table {name} has no place") from error
            tables[name.casefold()] = TableArea(
                name,
                sheet.name,
                *area,
                tree.get("headerRowCount", "1") != "0",
                totals_rows,
            )
    return tables


def _defined_name(name: ListedName, sheets: Sequence[ListedSheet]) -> DefinedName:
    number = -1 if name.sheet is None else name.sheet
    sheet = sheets[number].name if 0 <= number < len(sheets) else None
    return DefinedName(name.name, name.text.strip(), sheet, name.hidden)


def _shared_strings(book: Book) -> tuple[str, ...]:
    if not book._strings:
        part = book.strings_part
        book._strings.append(read_shared_strings(book.archive, part) if part else ())
    return book._strings[0]
