"""An Excel workbook as its package stores it: its sheets, tables, names and cells.

Reads the package itself: the known libraries drop error cells, formulas or digits.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import split_area
from xlpbr.workbook.ooxml.sheet.read import (
    SheetContents,
    SheetRows,
    StoredCell,
    StoredValue,
    check_namespace,
    read_shared_strings,
    read_sheet,
)
from xlpbr.workbook.ooxml.xml.splice import as_utf8
from xlpbr.workbook.ooxml.zip.archive import (
    Archive,
    damaged_part,
    has_part,
    open_archive,
    read_part,
    read_tree,
    understood,
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
        part: its main part, ``xl/workbook.xml`` in most books.
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
    part = _workbook_part(archive)
    with understood(archive, part):
        # Every name of the book is matched in this encoding.
        as_utf8(read_part(archive, part))
    tree = read_tree(archive, part)
    namespace = tree.tag.rpartition("}")[0].removeprefix("{")
    check_namespace(archive, namespace)
    targets = _relationships(archive, part)
    properties = tree.find(f"{{{namespace}}}workbookPr")
    with understood(archive, part):
        _refuse_without_numbers(tree, namespace)
    listed = [
        (sheet, targets.get(_relationship_id(sheet)))
        for sheet in tree.iterfind(f"{{{namespace}}}sheets/{{{namespace}}}sheet")
    ]
    sheets = tuple(
        _sheet_info(archive, sheet, target[1])
        for sheet, target in listed
        if target is not None and target[0] == "worksheet"
    )
    _refuse_doubled(archive, part, [sheet.get("name", "") for sheet, _ in listed])
    if not sheets:
        raise FileProblem(f"{path} has no worksheet; give a workbook with the tables in it.")
    return Book(
        path=path,
        sha256=archive.sha256,
        date_1904=properties is not None and properties.get("date1904") in _TRUE,
        sheets=sheets,
        tables=_tables(archive, sheets),
        names=tuple(
            _defined_name(name, [sheet.get("name", "") for sheet, _ in listed])
            for name in tree.iterfind(f"{{{namespace}}}definedNames/{{{namespace}}}definedName")
        ),
        archive=archive,
        part=part,
        strings_part=next(
            (target for kind, target in targets.values() if kind == "sharedStrings"), None
        ),
    )


def _refuse_without_numbers(tree: ET.Element, namespace: str) -> None:
    """Refuse a sheet without a number, and a name that belongs to a sheet by something else."""
    for sheet in tree.iterfind(f"{{{namespace}}}sheets/{{{namespace}}}sheet"):
        int(sheet.get("sheetId", ""))
    for name in tree.iterfind(f"{{{namespace}}}definedNames/{{{namespace}}}definedName"):
        int(name.get("localSheetId", "0"))


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
    info = sheet_named(book, sheet)
    if info is None:
        names = ", ".join(known.name for known in book.sheets)
        raise FileProblem(f"{book.path} has no sheet {sheet!r}; its sheets are {names}.")
    if info.name not in book._contents:
        book._contents[info.name] = read_sheet(
            book.archive, info.part, info.name, _shared_strings(book), date_1904=book.date_1904
        )
    return book._contents[info.name]


def sheet_named(book: Book, name: str) -> SheetInfo | None:
    """The sheet of a name, capital or small letters; None when there is none."""
    wanted = name.casefold()
    return next((info for info in book.sheets if info.name.casefold() == wanted), None)


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
