"""A sheet that XlsxWriter wrote, as XML that stands in another book.

Texts move from the shared list into the cells, and the numbers of formats, of differential formats
and of the mark for spilling formulas become those of the book. All else stays byte for byte. Works
on XlsxWriter's way of writing only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlpbr.workbook.ooxml.addresses import LAST_COLUMN

_USUAL_WIDTH = b"9.140625"
"""Of a column that no one set: 8.43 characters with their margins."""

_ITEM = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
_CELL = re.compile(rb'<c((?: \w+="[^"]*")+)(?:/>|>(?:<v>([^<]*)</v></c>)?)')
_ROW = re.compile(rb'<row((?: [\w:]+="[^"]*")+)(/?>)')
_COLUMN = re.compile(rb'<col((?: \w+="[^"]*")+)/>')
_COLUMNS = re.compile(rb"<cols>(.*?)</cols>", re.DOTALL)
_WITH_DIFFERENTIAL = re.compile(rb'<[^<>]*[dD]xfId="[^<>]*>')
_DIFFERENTIAL = re.compile(rb'( \w*[dD]xfId=")(\d+)(?=")')
_SELECTED = re.compile(rb'(<sheetView\b[^<>]*?) tabSelected="1"')
_DEFAULT_WIDTH = re.compile(rb'<sheetFormatPr [^<>]*?defaultColWidth="([\d.]+)"')
_ATTRIBUTE = re.compile(rb' ([\w:]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers in XlsxWriter's workbook and in the book.

    Attributes:
        formats: of cell formats.
        differential: of differential formats.
        marks: of marks for cells (``cm``).
    """

    formats: Mapping[int, int]
    differential: Mapping[int, int]
    marks: Mapping[int, int]


def shared_items(data: bytes) -> tuple[bytes, ...]:
    """What each shared text holds, as XML: a text, or runs of rich text.

    Raises:
        ValueError: the part is not as XlsxWriter writes it.
    """
    _refuse_other_writing(data)
    items = tuple(_ITEM.findall(data))
    if len(items) != data.count(b"<si"):
        raise ValueError("shared texts that XlsxWriter did not write")
    return items


def used_formats(sheet: bytes) -> set[int]:
    """The numbers of the cell formats that a sheet names."""
    return _all(_CELL, b"s", sheet) | _all(_ROW, b"s", sheet) | _all(_COLUMN, b"style", sheet)


def used_marks(sheet: bytes) -> set[int]:
    """The numbers of the marks that cells of a sheet have."""
    return _all(_CELL, b"cm", sheet)


def used_differential(xml: bytes) -> set[int]:
    """The numbers of the differential formats that a sheet or a table names."""
    return {
        int(match[2]) for tag in _WITH_DIFFERENTIAL.findall(xml)
        for match in _DIFFERENTIAL.finditer(tag)
    }  # fmt: skip


def with_differential(xml: bytes, numbers: Mapping[int, int]) -> bytes:
    """A sheet or a table with the book's numbers of differential formats."""

    def tag(match: re.Match[bytes]) -> bytes:
        return _DIFFERENTIAL.sub(lambda m: m[1] + _digits(numbers[int(m[2])]), match[0])

    return _WITH_DIFFERENTIAL.sub(tag, xml)


def carried_sheet(sheet: bytes, items: Sequence[bytes], numbers: Numbers) -> bytes:
    """A sheet as it stands in the book.

    Args:
        sheet: its part as XlsxWriter wrote it.
        items: the shared texts.
        numbers: of all formats and marks that it uses; format 0 among them.

    Raises:
        ValueError: the part is not as XlsxWriter writes it, or a cell holds a picture.
    """
    _refuse_other_writing(sheet)
    head, start, rest = sheet.partition(b"<sheetData")
    head = _SELECTED.sub(rb"\1", head)
    head = _COLUMN.sub(
        lambda match: b"<col%b/>" % _restyled(match[1], b"style", numbers.formats), head
    )
    if numbers.formats[0]:
        head = _with_every_column(head, numbers.formats[0])
    rows, end, tail = rest.rpartition(b"</sheetData>")
    if not end:
        rows, tail = b"", rest
    rows = _ROW.sub(lambda match: _row(match, numbers.formats), rows)
    rows = _CELL.sub(lambda match: _cell(match, items, numbers), rows)
    return with_differential(b"".join((head, start, rows, end, tail)), numbers.differential)


def _row(match: re.Match[bytes], formats: Mapping[int, int]) -> bytes:
    if b" customFormat=" not in match[1]:
        return match[0]
    return b"<row%b%b" % (_restyled(match[1], b"s", formats), match[2])


def _cell(match: re.Match[bytes], items: Sequence[bytes], numbers: Numbers) -> bytes:
    attributes = _restyled(match[1], b"s", numbers.formats)
    said = dict(_ATTRIBUTE.findall(attributes))
    if b"vm" in said:
        raise ValueError(f"the cell {said[b'r'].decode()} holds a picture, which is not carried")
    if b"cm" in said:
        mark = _digits(numbers.marks[int(said[b"cm"])])
        attributes = re.sub(rb' cm="\d+"', b' cm="%b"' % mark, attributes)
    if said.get(b"t") == b"s":
        attributes = attributes.replace(b' t="s"', b' t="inlineStr"')
        return b"<c%b><is>%b</is></c>" % (attributes, items[int(match[2])])
    return b"<c%b%b" % (attributes, match[0][2 + len(match[1]) :])


def _restyled(attributes: bytes, name: bytes, formats: Mapping[int, int]) -> bytes:
    """The attributes of a cell, row or column with the book's number of its format."""
    before = _number(attributes, name)
    number = formats[before or 0]
    new = b' %b="%d"' % (name, number) if number else b""
    if before is None:
        return attributes + new
    return re.sub(rb' %b="\d+"' % name, new, attributes)


def _with_every_column(head: bytes, number: int) -> bytes:
    """The head of a sheet in which columns that are not listed have a format too."""
    said = _DEFAULT_WIDTH.search(head)
    width = said[1] if said else _USUAL_WIDTH
    listed = _COLUMNS.search(head)
    pieces = []
    place = 1
    for match in _COLUMN.finditer(listed[1] if listed else b""):
        first, last = _number(match[1], b"min") or 0, _number(match[1], b"max") or 0
        pieces += [*_gap(place, first - 1, width, number), match[0]]
        place = last + 1
    pieces += _gap(place, LAST_COLUMN, width, number)
    columns = b"<cols>%b</cols>" % b"".join(pieces)
    if listed is None:
        return head + columns
    return head[: listed.start()] + columns + head[listed.end() :]


def _gap(first: int, last: int, width: bytes, number: int) -> list[bytes]:
    if first > last:
        return []
    return [b'<col min="%d" max="%d" width="%b" style="%d"/>' % (first, last, width, number)]


def _all(tag: re.Pattern[bytes], name: bytes, xml: bytes) -> set[int]:
    said = (_number(match[1], name) for match in tag.finditer(xml))
    return {number for number in said if number is not None}


def _number(attributes: bytes, name: bytes) -> int | None:
    said = dict(_ATTRIBUTE.findall(attributes)).get(name)
    return None if said is None else int(said)


def _digits(number: int) -> bytes:
    return b"%d" % number


def _refuse_other_writing(xml: bytes) -> None:
    """Refuse comments and CDATA sections, in which something can look like a tag."""
    if b"<!" in xml:
        raise ValueError("a part that XlsxWriter did not write")
