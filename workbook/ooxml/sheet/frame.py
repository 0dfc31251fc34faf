"""What a sheet says outside its rows: where cells are merged, protected or styled by column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import Area, area_of
from xlpbr.workbook.ooxml.sheet.raw_rows import FoundRows
from xlpbr.workbook.ooxml.sheet.read import check_namespace
from xlpbr.workbook.ooxml.xml.splice import TRUE, tag_at
from xlpbr.workbook.ooxml.zip.archive import Archive


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
        ranges: the areas that some people may edit in the protected sheet.
    """

    root: bytes
    prefix: bytes
    dimension: tuple[int, bytes, str] | None
    column_styles: tuple[tuple[int, int, str], ...]
    merged: tuple[Area, ...]
    protected: bool
    ranges: tuple[Area, ...]


def read_frame(archive: Archive, found: FoundRows) -> tuple[SheetFrame, bytes]:
    """What a sheet says outside its rows, and ``<sheetData/>`` as it is written, where it is.

    Raises:
        FileProblem: the sheet is of a version that is not read.
        ValueError: its rows stand where no rows should.
        expat.ExpatError: it is not well-formed.
    """
    reader = _FrameReader(archive, found.frame)
    reader.parser.Parse(found.frame, True)
    if reader.rows_at != found.inside:
        raise ValueError("its rows do not stand where they should")
    frame = replace(
        reader.frame,
        column_styles=tuple(reader.styles),
        merged=tuple(reader.merged),
        ranges=tuple(reader.ranges),
    )
    tag = found.frame[found.frame.rindex(b"<", 0, found.inside) : found.inside]
    return frame, tag if tag.endswith(b"/>") else b""


class _FrameReader:
    """Collects what a sheet says outside its rows while the parser runs."""

    def __init__(self, archive: Archive, data: bytes) -> None:
        self.archive = archive
        self.data = data
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.opened: list[str] = []
        self.frame = SheetFrame(b"", b"", None, (), (), False, ())
        self.rows_at = -1
        self.styles: list[tuple[int, int, str]] = []
        self.merged: list[Area] = []
        self.ranges: list[Area] = []
        self.pieces: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        place = self.parser.CurrentByteIndex
        self.opened.append(name)
        depth = len(self.opened)
        if depth == 1:
            check_namespace(self.archive, namespace)
            raw = tag_at(self.data, place)
            before, colon, _ = raw[1].rpartition(b":")
            self.frame = replace(self.frame, root=raw[0], prefix=before + colon)
            if name != "worksheet":
                raise ValueError(f"it starts with {name!r}")
        elif name == "sheetData" and depth == 2:
            self.rows_at = tag_at(self.data, place).end()
        elif name == "dimension" and depth == 2 and self.rows_at < 0:
            raw = tag_at(self.data, place)
            self.frame = replace(self.frame, dimension=(place, raw[0], attributes.get("ref", "")))
        elif name == "col" and "style" in attributes:
            self.styles.append(
                (int(attributes["min"]), int(attributes["max"]), attributes["style"])
            )
        elif name == "mergeCell":
            self.merged += _areas(attributes.get("ref", ""))
        elif name == "sheetProtection":
            self.frame = replace(self.frame, protected=attributes.get("sheet") in TRUE)
        elif name == "protectedRange":
            self.ranges += _areas(attributes.get("sqref", ""))
        self.pieces.clear()

    def characters(self, text: str) -> None:
        self.pieces.append(text)

    def end(self, tag: str) -> None:
        self.opened.pop()
        # Newer files write the areas of a range as a text of their own.
        if tag.endswith(" sqref") and self.opened[-1] == "protectedRange":
            self.ranges += _areas("".join(self.pieces))
        self.pieces.clear()


def _areas(references: str) -> list[Area]:
    return [area for reference in references.split() if (area := area_of(reference))]
