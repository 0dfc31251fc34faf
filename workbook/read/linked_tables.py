"""The links of an attached sheet to the book's table: what each reads, and whether it shows that.

A program that writes cells and calculates nothing leaves the links with what the book held before;
figures are not read from those.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlpbr import cells
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.addresses import (
    LAST_ROW,
    Area,
    cell_address,
    quoted_sheet,
    split_area,
    split_cell,
    split_sheet,
)
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of, sheet_named
from xlpbr.workbook.ooxml.sheet.read import StoredCell, serial_number
from xlpbr.workbook.read.own_sheets import NOT_READ
from xlpbr.workbook.read.ranges import filled_cells

_AREA = r"(?:'(?:[^']|'')+'|[^'!(),]+)!(?:\$?[A-Z]+\$?\d+:\$?[A-Z]+\$?\d+|\$?[A-Z]+:\$?[A-Z]+)"
_GIVEN = rf"(?:{_AREA}|[^\[\]'(),]+\[(?:#Data)?\])"
_CELL = re.compile(
    r"IF\(ISERROR\((?P<heading>\$?[A-Z]+\$?\d+)\),(?P=heading),"
    rf"(?:IF\(ROWS\((?P<given>{_GIVEN})\)<(?P<least>\d+),\"\",)?"
    rf"IF\(INDEX\((?P<below>{_AREA}),(?P<number>\d+)\)=\"\",\"\","
    r"INDEX\((?P=below),(?P=number)\)\)+"
)
_HEADING = re.compile(
    rf"IF\((?:LEFT\()?INDEX\((?P<below>{_AREA}),(?P<number>1)\).*,"
    r"INDEX\((?P=below),1\),NA\(\)\)",
    re.DOTALL,
)
_OF_A_TABLE = re.compile(rf".*MAX\(0,ROWS\((?P<given>{_GIVEN})\)-(?P<prepared>\d+)\)\)")
_OF_CELLS = re.compile(
    rf".*,ROWS\((?P<below>{_AREA})\)-COUNTBLANK\((?P=below)\)-1"
    r"-\(ROWS\((?P<linked>[^()]+)\)-COUNTBLANK\((?P=linked)\)\)(?:-(?P<left>\d+))?\)"
)
"""The formulas of ``template_links``, as a package stores them."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a link reads.

    Attributes:
        sheet: the book's sheet.
        position: the cell on it.
        past_range: whether it stands under the range that is read, so that the link is blank.
        heading: the cell whose error the link shows; None where the link is a heading itself.
    """

    sheet: str
    position: Position
    past_range: bool
    heading: Position | None

    @property
    def address(self) -> str:
        return cell_address(self.sheet, *self.position)


def cell_read(book: Book, sheet: str, position: Position) -> str | None:
    """The cell of the book that a cell of an attached sheet reads, such as ``Budget!B6``.

    None for a cell that is no link.
    """
    stored = cells_of(book, sheet).get(position)
    read = None if stored is None else _read_by(book, stored)
    return None if read is None else read.address


def refuse_stale_links(book: Book, sheet: str) -> None:
    """Refuse an attached sheet that does not show what the book holds now, or not all of it.

    Args:
        book: the workbook.
        sheet: a sheet that xlpbr made; one without links is passed over.

    Raises:
        FileProblem: a link shows another value than the cell that it reads (code
            ``not-calculated``), or rows of the book's table are not read (``rows-not-read``).
    """
    stored = cells_of(book, sheet)
    linked = False
    for position in sorted(place for place, cell in stored.items() if cell.formula):
        read = _read_by(book, stored[position])
        if read is None:
            continue
        linked = True
        # A formula without any value is refused where the table is read.
        if not stored[position].never_calculated:
            _refuse_another_value(book, sheet, position, read)
    if linked:
        _refuse_rows_left_out(book, sheet)


def _refuse_another_value(book: Book, sheet: str, position: Position, read: _Read) -> None:
    stored = cells_of(book, sheet)
    cell = stored[position]
    now = None if read.past_range else cells_of(book, read.sheet).get(read.position)
    held = None if now is None else as_linked(book, now.value)
    waits = now is not None and now.never_calculated
    wrong = isinstance(cell.value, CellError) and _heading_is_wrong(stored, read)
    if not waits and (wrong or _same(cell.value, held)):
        return
    address = cell_address(sheet, *position)
    holds = "a formula that was never calculated" if waits else _shown(held)
    raise FileProblem(
        f"{book.path}: {address} shows {_shown(cell.value)}, and {read.address}, which it reads,"
        f" holds {holds}. Calculate the workbook in Excel (F9) and save it, or run: xlpbr recalc"
        f" {book.path.name} -o OUT{book.path.suffix}",
        code="not-calculated",
    )


def _heading_is_wrong(stored: Mapping[Position, StoredCell], read: _Read) -> bool:
    """Whether a link shows an error because another heading stands there, which gives no figure."""
    if read.heading is None:
        return True
    heading = stored.get(read.heading)
    return heading is not None and isinstance(heading.value, CellError)


def _refuse_rows_left_out(book: Book, sheet: str) -> None:
    count = _rows_left_out(book, sheet)
    if count <= 0:
        return
    rows, them = ("1 row", "it") if count == 1 else (f"{count:,} rows", "them")
    verb = "is" if count == 1 else "are"
    raise FileProblem(
        f"{book.path}: {cell_address(sheet, *NOT_READ)}: {rows} of the book's table {verb} not"
        f" read, so the figures would leave {them} out. Attach the sheets again with a larger"
        " range: xlpbr detach, then xlpbr attach.",
        code="rows-not-read",
    )


def _rows_left_out(book: Book, sheet: str) -> int:
    """How many rows of the book's table are not read now, whatever the cell shows still."""
    cell = cells_of(book, sheet).get(NOT_READ)
    if cell is None:
        return 0
    formula = cell.formula or ""
    of_table = _OF_A_TABLE.fullmatch(formula)
    if of_table:
        given = _rows_of(book, of_table["given"])
        return 0 if given is None else given - int(of_table["prepared"])
    of_cells = _OF_CELLS.fullmatch(formula)
    if of_cells and sheet_named(book, _place(of_cells["below"])[0]):
        below = _filled(book, sheet, of_cells["below"]) - 1
        return below - _filled(book, sheet, of_cells["linked"]) - int(of_cells["left"] or 0)
    return int(cell.value) if isinstance(cell.value, float) else 0


def _filled(book: Book, sheet: str, area: str) -> int:
    """The cells of an area that ``COUNTBLANK`` does not count."""
    place = _place(area if "!" in area else f"{quoted_sheet(sheet)}!{area}")
    return sum(1 for _ in filled_cells(book, *place))


def _read_by(book: Book, cell: StoredCell) -> _Read | None:
    """What a cell reads, where its formula is a link."""
    formula = cell.formula or ""
    if "INDEX(" not in formula:
        return None
    match = _CELL.fullmatch(formula) or _HEADING.fullmatch(formula)
    if match is None:
        return None
    parts = match.groupdict()
    try:
        sheet, area = _place(parts["below"])
        rows = _rows_of(book, parts["given"]) if parts.get("given") else None
        heading = split_cell(parts["heading"]) if parts.get("heading") else None
    except ValueError:  # no such cell on any sheet
        return None
    past = rows is not None and rows < int(parts["least"])
    info = sheet_named(book, sheet)
    if info is None:
        return None
    return _Read(info.name, (area[0] + int(parts["number"]) - 1, area[1]), past, heading)


def _rows_of(book: Book, given: str) -> int | None:
    """How many rows an area, or the body of an Excel table, has; None for an unknown table."""
    if "!" in given:
        _, area = _place(given)
        return area[2] - area[0] + 1
    table = book.tables.get(given.partition("[")[0].casefold())
    if table is None:
        return None
    return table.without_totals[2] - table.first_row + 1 - table.has_heading


def _place(area: str) -> tuple[str, Area]:
    sheet, address = split_sheet(area)
    if not address[-1].isdigit():  # Excel writes $A$1:$A$1048576 as $A:$A
        first, _, last = address.partition(":")
        address = f"{first}1:{last}{LAST_ROW}"
    return sheet or "", split_area(address)


def as_linked(book: Book, value: CellValue) -> CellValue:
    """A value of the book as a formula reads it: a date is its serial number."""
    if not isinstance(value, datetime.date):
        return value
    return serial_number(value, date_1904=book.date_1904)


def _same(linked: CellValue, held: CellValue) -> bool:
    if linked in (None, "") and held in (None, ""):
        return True
    if isinstance(linked, CellError) and isinstance(held, CellError):
        return linked.code == held.code
    return isinstance(linked, bool) == isinstance(held, bool) and linked == held


def _shown(value: CellValue) -> str:
    if value in (None, ""):
        return "nothing"
    return cells.spelling(value) if isinstance(value, str) else cells.shown(value)
