"""What a sheet says outside its rows: where cells are merged, protected or styled by column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import Area, area_of
from xlpbr.workbook.ooxml.sheet.raw_rows import FoundRows
from xlpbr.workbook.ooxml.sheet.read import check_namespace
from xlpbr.workbook.ooxml.xml.splice import TRUE, elements, namespaces, text_in
from xlpbr.workbook.ooxml.zip.archive import Archive

_RANGE = "protectedRanges/protectedRange"
_PATHS = (
    "*", "worksheet/sheetData", "worksheet/dimension", "worksheet/cols/col",
    "worksheet/mergeCells/mergeCell", "worksheet/sheetProtection", f"worksheet/{_RANGE}",
    # Newer files write the areas of a range as a text of their own.
    f"worksheet/extLst/ext/{_RANGE}", f"worksheet/extLst/ext/{_RANGE}/sqref",
)  # fmt: skip
"""The elements that are read: the root, and what stands in it."""

_ASKS = ("password", "hashValue", "algorithmName")
"""What a range says that asks for a password of its own."""


@dataclass(frozen=True, slots=True)
class SheetFrame:
    """What a sheet says outside its rows.

    Attributes:
        root: the opening tag of the sheet as written.
        prefix: the prefix of its tags with the colon, or nothing.
        dimension: the place of the tag that says which cells are used, and what it says.
        column_styles: first column, last column and style, as the sheet lists them.
        merged: the merged areas.
        protected: whether the sheet is protected.
        open_ranges: the areas that everybody may edit in the protected sheet.
        closed_ranges: the areas that only those may edit who know a password.
    """

    root: bytes
    prefix: bytes
    dimension: tuple[int, bytes, str] | None
    column_styles: tuple[tuple[int, int, str], ...]
    merged: tuple[Area, ...]
    protected: bool
    open_ranges: tuple[Area, ...]
    closed_ranges: tuple[Area, ...]


def read_frame(archive: Archive, found: FoundRows) -> tuple[SheetFrame, bytes]:
    """What a sheet says outside its rows, and ``<sheetData/>`` as it is written, where it is.

    Raises:
        FileProblem: the sheet is of a version that is not read.
        ValueError: its rows stand where no rows should.
        expat.ExpatError: it is not well-formed.
    """
    data = found.frame
    # The parser below takes prefixes as they are; one that nobody declared is wrong all the same.
    expat.ParserCreate(namespace_separator=" ").Parse(data, True)
    read = elements(data, *_PATHS).values()
    (root,), rows, dimensions, columns, merged, protections, ranges, newer, texts = read
    areas = [(one, one.attributes.get("sqref", "")) for one in ranges]
    areas += [(newer[one.parent], text_in(data, one)) for one in texts]
    asking = [any(name in one.attributes for name in _ASKS) for one, _ in areas]
    check_namespace(archive, namespaces(root).get(root.prefix[:-1].decode(), ""))
    if root.name != "worksheet":
        raise ValueError(f"it starts with {root.name!r}")
    if not rows or rows[-1].inside != found.inside:
        raise ValueError("its rows do not stand where they should")
    of_rows = data[rows[-1].start : found.inside]
    frame = SheetFrame(
        data[root.start : root.inside],
        root.prefix,
        next(
            (
                (one.start, data[one.start : one.inside], one.attributes.get("ref", ""))
                for one in dimensions
                if one.start < found.inside
            ),
            None,
        ),
        tuple(
            (int(one.attributes.get("min", "")), int(one.attributes.get("max", "")), style)
            for one in columns
            if (style := one.attributes.get("style")) is not None
        ),
        _areas(one.attributes.get("ref", "") for one in merged),
        any(one.attributes.get("sheet") in TRUE for one in protections),
        _areas(said for (_, said), asks in zip(areas, asking, strict=True) if not asks),
        _areas(said for (_, said), asks in zip(areas, asking, strict=True) if asks),
    )
    return frame, of_rows if rows[-1].empty else b""


def _areas(references: Iterable[str]) -> tuple[Area, ...]:
    found = (area_of(reference) for said in references for reference in said.split())
    return tuple(area for area in found if area)
