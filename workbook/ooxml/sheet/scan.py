"""What must be known of a sheet before cells in it are set, read in one pass.

Only the rows of the cells asked for are kept, as they are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import LAST_COLUMN, LAST_ROW, Area, Position, area_of, cell_name
from xlpbr.workbook.ooxml.sheet.frame import SheetFrame, read_frame
from xlpbr.workbook.ooxml.sheet.raw_rows import NO_FORMULAS, FoundRows, RawFormula
from xlpbr.workbook.ooxml.sheet.row_cells import ScannedCell, ScannedRow, scanned_rows
from xlpbr.workbook.ooxml.sheet.row_parse import parse_rows
from xlpbr.workbook.ooxml.sheet.row_search import UnsureError, search_rows
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.xml.splice import TRUE
from xlpbr.workbook.ooxml.zip.archive import Archive, read_elsewhere

MOST_ROWS_FILLED = 100_000
"""The most rows filled by one formula that are looked at when the formula is replaced."""


@dataclass(frozen=True, slots=True)
class SharedFormulaCells:
    """The cells that share one formula.

    Attributes:
        masters: how many cells write it out; more than one cannot be told apart.
        uses: the others in rows asked for, and the first elsewhere, in the order of the sheet.
        rest: the area of all further cells; None without any.
    """

    masters: int
    uses: tuple[RawFormula, ...]
    rest: Area | None


@dataclass(frozen=True, slots=True)
class SheetScan:
    """What one pass over a sheet tells; places count bytes of the part in UTF-8.

    Attributes:
        frame: what it says outside its rows.
        inside: where the opening tag of sheetData ends.
        empty_tag: ``<sheetData/>`` as it is written, where it is; else nothing.
        rows: the rows of the cells asked for that are there.
        places: where the others would go.
        arrays: the areas of array and spilling formulas in all of the sheet.
        data_tables: the areas of what-if data tables in all of the sheet.
        shared: by its number, each shared formula that a cell asked for writes out for others.
    """

    frame: SheetFrame
    inside: int
    empty_tag: bytes
    rows: Mapping[int, ScannedRow] = field(repr=False)
    places: Mapping[int, int] = field(repr=False)
    arrays: tuple[Area, ...] = field(repr=False)
    data_tables: tuple[Area, ...] = field(repr=False)
    shared: Mapping[str, SharedFormulaCells] = field(repr=False)

    def cell(self, position: Position) -> ScannedCell | None:
        """A cell of a row that was asked for; None when it does not stand in the sheet."""
        row = self.rows.get(position[0])
        return row.cells.get(position[1]) if row else None


def scan_sheet(
    archive: Archive,
    part: str,
    positions: Collection[Position],
    *,
    formulas_stay: bool = False,
) -> SheetScan:
    """Read what must be known to set some cells of a sheet.

    The sheet is passed once; again where a cell asked for writes out a formula that others
    share, or fills others, because then these must be known too.

    Args:
        archive: the package.
        part: the sheet's part.
        positions: a set or a mapping of row and column of the cells, counted from 1.
        formulas_stay: that no formula is going to be replaced, which saves these passes.

    Raises:
        FileProblem: the part is missing, damaged, declares a document type, or is in another
            encoding than UTF-8 or UTF-16; or the formula of a cell fills too many others.
        ValueError: a position is outside a sheet.
    """
    for row, column in positions:
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise ValueError(f"there is no cell in row {row}, column {column}")
    wanted = {row for row, _ in positions}
    shared: frozenset[str] = NO_FORMULAS
    while True:
        scan = _scan(archive, part, _find_rows(archive, part, wanted, shared), shared)
        if formulas_stay:
            return scan
        more, more_shared = _also_needed(scan, positions)
        if more <= wanted and more_shared <= shared:
            return scan
        wanted |= more
        shared |= more_shared


def filled_area(cell: ScannedCell | None) -> Area | None:
    """The area that an array or spilling formula in a cell fills; None without one."""
    if cell is None or cell.formula is None or cell.formula.attributes.get("t") != "array":
        return None
    return area_of(cell.formula.attributes.get("ref", ""))


def style_of(scan: SheetScan, position: Position) -> str:
    """The number of the style that a cell shows: its own, or else its row's, or its column's."""
    cell = scan.cell(position)
    if cell is not None:
        return cell.attributes.get("s", "0")
    row = scan.rows.get(position[0])
    if row is not None and row.attributes.get("customFormat") in TRUE:
        style = row.attributes.get("s")
        if style is not None:
            return style
    for first, last, style in scan.frame.column_styles:
        if first <= position[1] <= last:
            return style
    return "0"


def _find_rows(
    archive: Archive, part: str, wanted: Iterable[int], shared: frozenset[str] = NO_FORMULAS
) -> FoundRows:
    numbers = sorted(wanted)
    try:
        return search_rows(text_chunks(archive, part), numbers, shared)
    except UnsureError:
        return parse_rows(archive, part, numbers, shared)


def _also_needed(
    scan: SheetScan, positions: Collection[Position]
) -> tuple[set[int], frozenset[str]]:
    """The rows and the shared formulas that a new formula in some cells touches as well."""
    rows: set[int] = set()
    shared: set[str] = set()
    for position in sorted(positions):
        cell = scan.cell(position)
        if cell is None or cell.formula is None:
            continue
        area = filled_area(cell)
        if area is not None:
            if area[2] - area[0] >= MOST_ROWS_FILLED:
                raise FileProblem(
                    f"The formula in {cell_name(position)} fills "
                    f"{area[2] - area[0] + 1:,} rows, too many to look at; clear it in Excel "
                    "first.",
                    "array-cell",
                )
            rows.update(range(area[0], area[2] + 1))
        if shares(cell):
            index = cell.formula.attributes.get("si", "")
            shared.add(index)
            uses = scan.shared[index].uses if index in scan.shared else ()
            heir = next((use for use in uses if use.position not in positions), None)
            if heir is not None:
                rows.add(heir.position[0])
    return rows, frozenset(shared)


def shares(cell: ScannedCell) -> bool:
    """Whether a cell writes out a formula that other cells share."""
    formula = cell.formula
    return (
        formula is not None
        and formula.attributes.get("t") == "shared"
        and "ref" in formula.attributes
        and bool(formula.text)
    )


def _scan(archive: Archive, part: str, found: FoundRows, shared: frozenset[str]) -> SheetScan:
    with read_elsewhere(archive, part):
        frame, empty_tag = read_frame(archive, found)
        rows = scanned_rows(frame.root, found.rows)
    arrays = [area_of(raw.reference) for raw in found.formulas if raw.kind == "array"]
    tables = [area_of(raw.reference) for raw in found.formulas if raw.kind == "dataTable"]
    uses = [raw for raw in found.formulas if raw.kind == "shared"]
    return SheetScan(
        frame,
        found.inside,
        empty_tag,
        rows,
        found.places,
        tuple(area for area in arrays if area),
        tuple(area for area in tables if area),
        {
            index: SharedFormulaCells(
                sum(1 for raw in uses if raw.index == index and raw.text and raw.reference),
                tuple(raw for raw in uses if raw.index == index and not raw.text),
                found.others.get(index),
            )
            for index in shared
        },
    )
