"""Cells set in a sheet's XML, spliced in so that every other byte stays as it was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import (
    Area,
    Position,
    area_around,
    area_name,
    area_of,
    cell_name,
    split_area,
    within,
)
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.cell_splices import cell_splices, cells_into, new_cell
from xlpbr.workbook.ooxml.sheet.cell_xml import attributes_xml, formula_xml
from xlpbr.workbook.ooxml.sheet.read import StoredValue
from xlpbr.workbook.ooxml.sheet.scan import SheetScan, scan_sheet, shares
from xlpbr.workbook.ooxml.sheet.shared_formulas import formula_at, shared_formula
from xlpbr.workbook.ooxml.sheet.text import stored_chunks, text_chunks
from xlpbr.workbook.ooxml.xml.splice import Splice, raw_attributes, spliced_chunks, tag_at
from xlpbr.workbook.ooxml.zip.archive import Archive


def with_new_values(
    archive: Archive,
    part: str,
    values: Mapping[Position, StoredValue],
    array_ranges: Mapping[Position, str],
) -> bytes:
    """The XML of a sheet with new last values; formulas and styles stay.

    Args:
        archive: the package.
        part: the sheet's part.
        values: what the cells show, by (row, column), as ``as_stored`` gives it; None empties
            a cell and keeps its style. Cells that do not stand in the sheet are added.
        array_ranges: the cells that an array formula now fills, by its first cell.

    Raises:
        FileProblem: the part is damaged or in another encoding than UTF-8 or UTF-16, or a
            cell has no array formula.
    """
    changes = {
        position: CellChange(values.get(position, KEEP), KEEP, array_ranges.get(position))
        for position in sorted({*values, *array_ranges})
    }
    scan = scan_sheet(archive, part, changes, formulas_stay=True)
    return b"".join(edited_chunks(archive, part, sheet_splices(scan, changes)))


def sheet_splices(scan: SheetScan, changes: Mapping[Position, CellChange]) -> tuple[Splice, ...]:
    """The pieces of a sheet's XML that set some cells, in their order.

    A shared formula whose first cell gets another is written out in the next cell that shares
    it. Cells that a formula filled, and that its successor does not fill, must be among the
    changes; ``edit_refusals`` sees to that.

    Args:
        scan: the sheet as ``scan_sheet`` found it for the cells of these changes.
        changes: by row and column, counted from 1.

    Raises:
        FileProblem: a formula cannot stand in a cell, a range is given for a cell without an
            array formula, or several cells write out the same shared formula.
    """
    new_areas = [split_area(new.array_range) for new in changes.values() if new.array_range]
    splices: list[Splice] = []
    new_rows: list[tuple[int, bytes, int]] = []
    added: list[Position] = []
    by_row: dict[int, list[Position]] = defaultdict(list)
    for position in sorted(changes):
        by_row[position[0]].append(position)
    arrays = _areas_by_row([*scan.arrays, *new_areas], list(by_row))
    for number, positions in by_row.items():
        row = scan.rows.get(number)
        new_cells: list[tuple[int, bytes]] = []
        for position in positions:
            change = changes[position]
            cell = scan.cell(position)
            filled = any(within(position, area) for area in arrays.get(number, ()))
            if cell is not None and row is not None:
                splices += cell_splices(scan, row, cell, change, position, filled=filled)
            elif (new := new_cell(scan, change, position, filled=filled)) is not None:
                new_cells.append((position[1], new))
                added.append(position)
        if row is not None and new_cells:
            splices += cells_into(row, new_cells)
        elif new_cells:
            inside = b"".join(new for _, new in new_cells)
            tag = scan.frame.prefix + b"row"
            new = b'<%b r="%d">%b</%b>' % (tag, number, inside, tag)
            new_rows.append((number, new, scan.places[number]))
    splices += _rows_into(scan, new_rows)
    splices += _dimension(scan, added)
    splices += _moved_formulas(scan, changes)
    return tuple(sorted(splices, key=lambda splice: splice[:2]))


def edited_chunks(archive: Archive, part: str, splices: Iterable[Splice]) -> Iterator[bytes]:
    """A part with pieces put in, piece by piece, in the encoding that it is stored in.

    Args:
        archive: the package.
        part: the part.
        splices: what takes the place of what; places count bytes of the part in UTF-8. An
            insertion comes before what is replaced at its place.

    Raises:
        FileProblem: the part is missing or damaged.
        ValueError: two pieces overlap, or one is outside the part.
    """
    return stored_chunks(archive, part, spliced_chunks(text_chunks(archive, part), splices))


def _areas_by_row(areas: Iterable[Area], rows: list[int]) -> dict[int, list[Area]]:
    """The areas that reach into each of some rows, given in their order."""
    found: dict[int, list[Area]] = defaultdict(list)
    for area in areas:
        for number in rows[bisect_left(rows, area[0]) : bisect_right(rows, area[2])]:
            found[number].append(area)
    return found


def _rows_into(scan: SheetScan, new_rows: list[tuple[int, bytes, int]]) -> list[Splice]:
    """Put new rows into the sheet, in the order of the rows."""
    if not new_rows or not scan.empty_tag:
        return [(place, place, new) for _, new, place in new_rows]
    inside = b"".join(new for _, new, _ in new_rows)
    tag = tag_at(scan.empty_tag, 0)
    written = b"<%b%b>%b</%b>" % (tag[1], tag[2], inside, tag[1])
    return [(scan.inside - len(scan.empty_tag), scan.inside, written)]


def _dimension(scan: SheetScan, added: list[Position]) -> list[Splice]:
    """Widen what the sheet says of the cells that it uses, where new ones lie outside."""
    if scan.frame.dimension is None or not added:
        return []
    place, raw, reference = scan.frame.dimension
    area = area_of(reference)
    if area is None or all(within(position, area) for position in added):
        return []
    used = area_around(area[:2], area[2:], *added)
    tag = tag_at(raw, 0)
    others = raw_attributes(tag, leave_out={b"ref"})
    new = attributes_xml({"ref": area_name(used)})
    return [(place, place + len(raw), b"<%b%b%b%b>" % (tag[1], new, others, tag[3]))]


def _moved_formulas(scan: SheetScan, changes: Mapping[Position, CellChange]) -> list[Splice]:
    """Write a shared formula out in the next cell, where its first cell gets another."""
    splices: list[Splice] = []
    for position, change in changes.items():
        cell = scan.cell(position)
        if change.formula is KEEP or cell is None or cell.formula is None or not shares(cell):
            continue
        index = cell.formula.attributes.get("si", "")
        sharing = scan.shared[index]
        if sharing.masters > 1:
            raise FileProblem(
                f"Cell {cell_name(position)} writes out a formula for other cells, and another "
                "cell writes one out under the same number; open the workbook in Excel, save it "
                "and try again.",
                "shared-formula",
            )
        left = [
            use
            for use in sharing.uses
            if changes.get(use.position, CellChange(KEEP)).formula is KEEP
        ]
        if not left:
            continue
        heir = left[0]
        # Cells further on that share the formula too are not listed one by one.
        further = [sharing.rest[:2], sharing.rest[2:]] if sharing.rest else []
        covered = area_name(area_around(*(use.position for use in left), *further))
        text = formula_at(shared_formula(cell.formula.text, *position), *heir.position)
        attributes = {"t": "shared", "ref": covered, "si": index}
        splices.append((heir.start, heir.end, formula_xml(scan.frame.prefix, text, attributes)))
    return splices
