"""The tables of a contract in a workbook of any layout: found by table, name or address.

Gives raw cell values, heading row first; what they mean is for the tables module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlpbr.errors import FileProblem, some
from xlpbr.tables.declared import REQUIRED
from xlpbr.tables.headings import nearest
from xlpbr.workbook.ooxml.addresses import (
    LAST_ROW,
    Area,
    area_address,
    cell_address,
    column_letter,
    column_number,
    split_area,
    split_cell,
    split_sheet,
)
from xlpbr.workbook.ooxml.book import (
    Book,
    CellValue,
    DefinedName,
    Position,
    SheetInfo,
    TableArea,
    cells_of,
    sheet_named,
)

_MOST_ROWS, _MOST_COLUMNS = 100_000, 200
"""A range of more is read as far as anything stands in it, as whole columns are."""

_WHOLE_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_SPILL = re.compile(r"(?:_xlfn\.)?(?:_xlws\.)?ANCHORARRAY\((.+)\)", re.IGNORECASE | re.DOTALL)
_WHOLE_TABLE = re.compile(r"([^\[\]!(]+)\[(?:#All|#Data)?\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundRange:
    """A rectangle of cells that holds one of the contract's tables.

    Attributes:
        table: which, such as Terms or Placements.
        sheet: the sheet it stands on.
        first_row: its heading row, counted from 1 on the sheet.
        first_column: its first column, A being 1.
        last_row: its last row; the totals rows of an Excel table are left out.
        last_column: its last column.
        how: by what it was found: ``table PbrPlacements``, ``name PbrPlacements``, or its
            address.
        cut_blank_rows: whether blank rows at its end are left out, as for whole columns.
    """

    table: str
    sheet: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int
    how: str
    cut_blank_rows: bool = False

    @property
    def area(self) -> Area:
        """Its cells on the sheet."""
        return (self.first_row, self.first_column, self.last_row, self.last_column)

    @property
    def is_table(self) -> bool:
        """Whether it is an Excel table, whose heading row Excel itself keeps."""
        return self.how.startswith("table ")


def find_range(book: Book, table: str, given: str | None) -> FoundRange | None:
    """Find one of the contract's tables in a workbook.

    Args:
        book: the workbook.
        table: which, such as Terms or Placements.
        given: where the person says it is: an Excel table, a defined name, or an address such
            as ``'Sheet name'!A4:H40``, ``Sheet!A:H`` (whole columns) or ``Sheet!A4#`` (what
            the formula in A4 fills). None looks for the Excel table, then the defined name,
            called ``Pbr`` and the table, such as ``PbrPlacements``.

    Returns:
        The cells, or None when ``given`` is None and an optional table is absent.

    Raises:
        FileProblem: nothing is there; the message names the nearest and lists what there is.
    """
    if given is None:
        found = _by_name(book, table, f"Pbr{table}")
        if found is None and table in REQUIRED:
            raise _absent(book, table)
        return found
    wanted = given.strip().removeprefix("=").strip()
    if wanted.endswith("'"):  # the Windows command line hands over single quotation marks
        wanted = wanted[:-1].removeprefix("'")
    found = _by_name(book, table, wanted)
    if found is not None:
        return found
    sheet, cells = split_sheet(wanted)
    if sheet is None and sheet_named(book, wanted) is None and _is_address(wanted):
        if len(book.sheets) > 1:
            raise FileProblem(
                f"{book.path}: {given} does not say on which sheet; "
                f"write it as {_option(table, book.sheets[0].name, wanted)}."
            )
        sheet = book.sheets[0].name
    if sheet is None:
        raise _unknown(book, table, wanted)
    return _by_address(book, table, sheet, cells, given)


def first_rows(book: Book, found: FoundRange, most: int) -> list[list[CellValue]]:
    """The raw values of the first rows of a range; a formula never calculated counts as blank."""
    top, left, bottom, right = found.area
    return values_in(book, found.sheet, (top, left, min(bottom, top + most - 1), right))


def read_range(book: Book, found: FoundRange) -> list[list[CellValue]]:
    """The raw values of the cells, one list for each row, heading row first.

    Numbers come as floats also where they are shown as dates; blank cells are None; error
    cells are ``CellError`` values.

    Raises:
        FileProblem: a formula among the cells has never been calculated.
    """
    top, left, bottom, right = found.area
    grid: list[list[CellValue]] = [[None] * (right - left + 1) for _ in range(top, bottom + 1)]
    never = []
    for (row, column), cell in cells_of(book, found.sheet).items():
        if top <= row <= bottom and left <= column <= right:
            grid[row - top][column - left] = cell.value
            if cell.never_calculated:
                never.append((row, column))
    if never:
        raise _never_calculated(book, found, sorted(never))
    while found.cut_blank_rows and grid and all(value in (None, "") for value in grid[-1]):
        grid.pop()
    return grid


def values_in(book: Book, sheet: str, area: Area) -> list[list[CellValue]]:
    """The raw values of an area, row by row; a formula never calculated counts as blank."""
    stored, columns = cells_of(book, sheet), range(area[1], area[3] + 1)
    return [
        [None if (cell := stored.get((row, column))) is None else cell.value for column in columns]
        for row in range(area[0], area[2] + 1)
    ]


def filled_cells(book: Book, sheet: str, area: Area) -> Iterator[Position]:
    """The cells of an area that hold something, if only a formula that was never calculated."""
    top, left, bottom, right = area
    return (
        (row, column)
        for (row, column), cell in cells_of(book, sheet).items()
        if top <= row <= bottom and left <= column <= right
        if cell.value not in (None, "") or cell.never_calculated
    )


def sheet_row(found: FoundRange, table_row: int) -> int:
    """The row on the sheet of a row under the heading; 1 is the first under the heading."""
    return found.first_row + table_row


def _by_name(book: Book, table: str, name: str) -> FoundRange | None:
    """An Excel table of the name, else a defined name; None when there is neither."""
    area = book.tables.get(name.casefold())
    if area is not None:
        return _table_range(book, table, area)
    matches = [known for known in book.names if known.name.casefold() == name.casefold()]
    everywhere = [known for known in matches if known.sheet is None]
    if not matches:
        return None
    if not everywhere and len(matches) > 1:
        sheets = listed(str(known.sheet) for known in matches)
        raise FileProblem(
            f"{book.path} has the name {name} on several sheets ({sheets}); "
            f"say which cells are meant: {_option(table)}."
        )
    return _defined_range(book, table, (everywhere or matches)[0])


def _table_range(book: Book, table: str, area: TableArea) -> FoundRange:
    if not area.has_heading:
        raise FileProblem(
            f"{book.path}: the table {area.name} on {area.sheet} has no heading row; "
            "switch it on in Excel (Table Design, Header Row)."
        )
    cut, is_cut = _as_far_as_used(book, area.sheet, area.without_totals)
    return FoundRange(table, area.sheet, *cut, f"table {area.name}", cut_blank_rows=is_cut)


def _defined_range(book: Book, table: str, name: DefinedName) -> FoundRange:
    how = f"name {name.name}"
    text = name.text
    whole_table = _WHOLE_TABLE.fullmatch(text)
    area = book.tables.get((whole_table[1] if whole_table else text).casefold())
    if area is not None:
        return _table_range(book, table, area)
    reason = f"stands for {text[:80]}, not for cells of one sheet"
    if "#REF!" in text:
        reason = "points to cells that were deleted (#REF!)"
    elif "[" in text:
        reason = f"points into another workbook ({text[:80]})"
    spill = _SPILL.fullmatch(text)
    sheet, address = split_sheet(spill[1] if spill else text)
    address += "#" if spill else ""
    if sheet is None or "[" in text or not _is_address(address):
        raise FileProblem(
            f"{book.path}: the name {name.name} {reason}; "
            f"say which cells are meant: {_option(table)}."
        )
    return _by_address(book, table, sheet, address, how)


def _by_address(book: Book, table: str, sheet: str, address: str, how: str) -> FoundRange:
    """The cells of an address on a sheet; ``how`` is what the person or the name wrote."""
    info = sheet_called(book, sheet)
    columns = _WHOLE_COLUMNS.fullmatch(address)
    try:
        if columns:
            area = _whole_columns(book, table, info.name, columns)
        elif address.endswith("#"):
            area = _spilled(book, info.name, split_cell(address[:-1]), how)
        else:
            area = split_area(address)
    except ValueError as error:
        raise FileProblem(
            f"{book.path}: {address!r} is no range of cells; write {_option(table, info.name)}."
        ) from error
    if area[:2] == area[2:] and not columns:
        raise FileProblem(
            f"{book.path}: {how} is a single cell; give the whole table with its heading row: "
            f"{_option(table, info.name)}."
        )
    area, is_cut = _as_far_as_used(book, info.name, area)
    found_as = how if how.startswith("name ") else area_address(info.name, area)
    is_cut = is_cut or columns is not None
    return FoundRange(table, info.name, *area, found_as, cut_blank_rows=is_cut)


def sheet_called(book: Book, name: str, code: str = "") -> SheetInfo:
    """The sheet that a person means by a name.

    Raises:
        FileProblem: there is none; the sentence names the nearest and lists what there is.
    """
    info = sheet_named(book, name)
    if info is None:
        names = [known.name for known in book.sheets]
        raise FileProblem(
            f"{book.path} has no sheet {name!r}{did_you_mean(name, names)}; "
            f"its sheets are {listed(names)}.",
            code,
        )
    return info


def _as_far_as_used(book: Book, sheet: str, area: Area) -> tuple[Area, bool]:
    """A very large area without its blank end, and whether it was cut to that."""
    top, left, bottom, right = area
    many_rows = bottom == LAST_ROW or bottom - top >= _MOST_ROWS
    if right - left >= _MOST_COLUMNS:
        right = max((column for _, column in filled_cells(book, sheet, area)), default=left)
    if many_rows:
        used = filled_cells(book, sheet, (top, left, bottom, right))
        bottom = max((row for row, _ in used), default=top)
    return (top, left, bottom, right), many_rows


def _whole_columns(book: Book, table: str, sheet: str, columns: re.Match[str]) -> Area:
    """Whole columns, from the first row that holds anything in them to the last."""
    first, last = sorted((column_number(columns[1]), column_number(columns[2])))
    used = {row for row, _ in filled_cells(book, sheet, (1, first, LAST_ROW, last))}
    if not used:
        letters = f"{column_letter(first)}:{column_letter(last)}"
        raise FileProblem(
            f"{book.path}: the columns {letters} of {sheet} are empty; "
            f"say where the table is: {_option(table)}."
        )
    return (min(used), first, max(used), last)


def _spilled(book: Book, sheet: str, cell: Position, how: str) -> Area:
    stored = cells_of(book, sheet).get(cell)
    if stored is None or stored.array_range is None:
        raise FileProblem(
            f"{book.path}: {cell_address(sheet, *cell)} has no formula that fills other cells, "
            f"as {how} says; give the cells instead, such as "
            f"{area_address(sheet, (4, 1, 40, 8))}."
        )
    return split_area(stored.array_range)


def _is_address(text: str) -> bool:
    if _WHOLE_COLUMNS.fullmatch(text):
        return True
    try:
        last_row = split_area(text.removesuffix("#"))[2]
    except ValueError:
        return False
    return last_row <= LAST_ROW


def _never_calculated(book: Book, found: FoundRange, never: list[Position]) -> FileProblem:
    first = cell_address(found.sheet, *never[0])
    heading = cells_of(book, found.sheet).get((found.first_row, never[0][1]))
    if heading is not None and isinstance(heading.value, str) and never[0][0] != found.first_row:
        first = f"{first} ({heading.value.strip()})"
    if len(never) == 1:
        start = f"the formula in {first} has never been calculated"
    else:
        start = f"{len(never):,} formulas have never been calculated, the first in {first}"
    return FileProblem(
        f"{book.path}: {start}. Open and save the workbook in Excel, or run: "
        f"xlpbr recalc {book.path.name} -o OUT{book.path.suffix}",
        "never-calculated",
    )


def _absent(book: Book, table: str) -> FileProblem:
    name = f"Pbr{table}"
    return FileProblem(
        f"{book.path} has no table or name called {name}"
        f"{did_you_mean(name, _known_names(book))}. {_contents(book)} "
        f"Say where the {table.lower()} are: {_option(table)}."
    )


def _unknown(book: Book, table: str, given: str) -> FileProblem:
    sheet = sheet_named(book, given)
    if sheet is not None:
        return FileProblem(
            f"{book.path}: {sheet.name} is a sheet; say which of its cells are meant: "
            f"{_option(table, sheet.name)}."
        )
    return FileProblem(
        f"{book.path} has no table, name or range called {given!r}"
        f"{did_you_mean(given, _known_names(book))}. {_contents(book)} "
        f"Or give the cells: {_option(table)}."
    )


def _known_names(book: Book) -> list[str]:
    return [area.name for area in book.tables.values()] + _shown_names(book)


def _shown_names(book: Book) -> list[str]:
    names = {known.name for known in book.names if not known.hidden}
    return sorted(name for name in names if not name.startswith("_xlnm."))


def _contents(book: Book) -> str:
    """What the workbook has, as a sentence."""
    tables = listed(f"{area.name} (on {area.sheet})" for area in book.tables.values())
    names = listed(_shown_names(book))
    sheets = listed(info.name for info in book.sheets)
    return f"It has the tables: {tables}; names: {names}; sheets: {sheets}."


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """The known word that is nearest to another, as a hint in brackets; empty for none."""
    near = nearest(wanted, known)
    return f" (did you mean {near}?)" if near else ""


def listed(words: Iterable[str], most: int = 12) -> str:
    """Some words, the first of them by name."""
    return some(list(words), most) or "none"


def _option(table: str, sheet: str = "Sheet", address: str = "A4:H40") -> str:
    """How the place of a table is given on the command line."""
    quote = '"' if "'" in sheet else "'"
    return f"--{table.lower()} {quote}{_plain_or_quoted(sheet)}!{address}{quote}"


def _plain_or_quoted(sheet: str) -> str:
    # A space needs no quotation marks here, and those around the whole are enough for a shell.
    return "'" + sheet.replace("'", "''") + "'" if set(sheet) & {"'", "!"} else sheet
