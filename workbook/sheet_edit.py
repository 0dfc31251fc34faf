"""New last values in a sheet's XML, spliced in so that every other byte stays as it was.

Imports ``xlpbr.errors`` and the modules beneath: ``archive``, ``addresses``, ``sheet_xml``.
"""

from __future__ import annotations

import datetime
import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.addresses import column_letter, split_cell
from xlpbr.workbook.archive import Archive, damaged_part, read_part
from xlpbr.workbook.sheet_xml import StoredValue, serial_number

_Edit = tuple[int, int, bytes]
"""A piece of the sheet's XML by its start and end, and the bytes that take its place."""

LONGEST_TEXT = 32_767
"""The most characters that a cell of Excel holds."""

_OLD_ERRORS = {
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA",
}  # fmt: skip
_TAG = re.compile(rb"""<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)""")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def as_stored(value: StoredValue | int, *, date_1904: bool) -> StoredValue:
    """A value as a cell can hold it and gives it back.

    Whole numbers become floats and dates serial numbers. Not-a-number and infinity are
    ``#NUM!``, as in Excel. The errors of newer versions (``#SPILL!``, ``#CALC!``...) become
    ``#VALUE!``, which is what Excel itself stores for them.

    Raises:
        ValueError: a cell cannot hold the value; the message says why.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime.date):
        return serial_number(value, date_1904=date_1904)
    if isinstance(value, int | float):
        number = float(value)
        if not math.isfinite(number):
            return CellError("#NUM!", "the result is not a finite number")
        return number
    if isinstance(value, CellError):
        known = value.code in _OLD_ERRORS
        return value if known else CellError("#VALUE!", value.message)
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"a text of {len(value):,} characters; a cell holds {LONGEST_TEXT:,}")
    value.encode()
    return value


def with_new_values(
    archive: Archive,
    part: str,
    values: Mapping[tuple[int, int], StoredValue],
    array_ranges: Mapping[tuple[int, int], str],
) -> bytes:
    """The XML of a sheet with new last values; formulas and styles stay.

    Args:
        archive: the package.
        part: the sheet's part.
        values: what the cells show, by (row, column), as ``as_stored`` gives it; None empties
            a cell and keeps its style. Cells that do not stand in the sheet are added.
        array_ranges: the cells that an array formula now fills, by its first cell.

    Raises:
        FileProblem: the part is damaged or not UTF-8, or a cell has no array formula.
    """
    data = read_part(archive, part)
    encoding = _ENCODING.match(data)
    if (encoding and encoding[1].lower() not in {b"utf-8", b"us-ascii"}) or b"\0" in data[:4]:
        raise FileProblem(
            f"{archive.path} stores {part} in another encoding than UTF-8; "
            "open it in Excel and save it as a new workbook."
        )
    wanted: dict[int, list[int]] = defaultdict(list)
    for row_number, column in sorted({*values, *array_ranges}):
        wanted[row_number].append(column)
    layout = _layout(archive, part, data, wanted)
    edits: list[_Edit] = []
    new_rows: list[tuple[int, bytes]] = []
    for row_number, columns in wanted.items():
        row = layout.rows.get(row_number)
        added: list[tuple[int, bytes]] = []
        for column in columns:
            position = (row_number, column)
            cell = row.cells.get(column) if row else None
            if cell is not None:
                if position in array_ranges:
                    edits.append(_range_edit(data, cell, array_ranges[position], position))
                if position in values:
                    edits += _value_edits(data, cell, _value(values[position], layout))
            elif position in array_ranges:
                raise _no_array_formula(position)
            elif values[position] is not None:
                style = _style(data, layout, row, column)
                added.append((column, _new_cell(position, values[position], style, layout)))
        if row is not None and added:
            edits += _cells_into(data, row, added)
        elif added:
            cells = b"".join(new for _, new in added)
            tag = layout.prefix + b"row"
            new_rows.append((row_number, b'<%b r="%d">%b</%b>' % (tag, row_number, cells, tag)))
    return _spliced(data, edits + _rows_into(layout, new_rows))


@dataclass(slots=True)
class _Cell:
    start: int
    end: int = 0
    formula: tuple[int, int] | None = None
    value_parts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    number: int
    start: int
    close: int = 0
    end: int = 0
    cells: dict[int, _Cell] = field(default_factory=dict)


@dataclass(slots=True)
class _Layout:
    """Where things stand in the bytes of a sheet; cells only of the rows asked for."""

    prefix: bytes = b""
    start: int = -1
    close: int = 0
    rows: dict[int, _Row] = field(default_factory=dict)
    column_styles: list[tuple[int, int, str]] = field(default_factory=list)


def _layout(archive: Archive, part: str, data: bytes, wanted: Container[int]) -> _Layout:
    """Find the rows, and the cells of the rows wanted, with the parser's own places."""
    layout = _Layout()
    parser = expat.ParserCreate(namespace_separator=" ")
    opened: list[tuple[str, int]] = []
    row: _Row | None = None
    cell: _Cell | None = None
    column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, cell, column
        name = tag.rpartition(" ")[2]
        place = parser.CurrentByteIndex
        opened.append((name, place))
        if name == "c" and row is not None and row.number in wanted:
            column = split_cell(attributes["r"])[1] if "r" in attributes else column + 1
            cell = row.cells[column] = _Cell(place)
        elif name == "row":
            before = row.number if row else 0
            row = _Row(int(attributes.get("r", before + 1)), place)
            layout.rows[row.number] = row
            column = 0
        elif name == "sheetData":
            layout.start = place
        elif name == "col" and "style" in attributes:
            first, last = int(attributes["min"]), int(attributes["max"])
            layout.column_styles.append((first, last, attributes["style"]))

    def end(_: str) -> None:
        nonlocal cell
        name, began = opened.pop()
        if name == "row" and row is not None:
            row.close, row.end = _close(data, began, parser.CurrentByteIndex)
        elif name == "sheetData":
            layout.close = _close(data, began, parser.CurrentByteIndex)[0]
        elif cell is not None and name in {"c", "f", "v", "is"}:
            finish = _close(data, began, parser.CurrentByteIndex)[1]
            if name == "c":
                cell.end = finish
                cell = None
            elif name == "f":
                cell.formula = (began, finish)
            else:
                cell.value_parts.append((began, finish))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)
    if layout.start < 0:
        raise damaged_part(archive, part, "it has no sheetData")
    prefix, colon, _ = _tag_at(data, layout.start)[1].rpartition(b":")
    layout.prefix = prefix + colon
    return layout


def _close(data: bytes, began: int, place: int) -> tuple[int, int]:
    """Where the closing tag of an element starts and ends; for ``<c/>`` twice its end."""
    tag = _tag_at(data, began)
    if tag[3]:
        return tag.end(), tag.end()
    return place, data.index(b">", place) + 1


def _value_edits(data: bytes, cell: _Cell, new: tuple[bytes, bytes]) -> list[_Edit]:
    """Give a cell another value, as a type attribute and a value element."""
    kind, value = new
    tag = _tag_at(data, cell.start)
    # vm points to a rich value that would be shown instead of the new one.
    opening = b"<%b%b%b>" % (tag[1], _attributes(tag, leave_out={b"t", b"vm"}), kind)
    if tag[3]:
        return [(cell.start, cell.end, b"%b%b</%b>" % (opening, value, tag[1]))]
    place = cell.formula[1] if cell.formula else tag.end()
    removed = [(start, end, b"") for start, end in cell.value_parts]
    return [(tag.start(), tag.end(), opening), (place, place, value), *removed]


def _range_edit(data: bytes, cell: _Cell, new_range: str, position: tuple[int, int]) -> _Edit:
    """Give an array formula another range of cells to fill."""
    tag = _tag_at(data, cell.formula[0]) if cell.formula else None
    if tag is None or b"ref" not in dict(_ATTRIBUTE.findall(tag[2])):
        raise _no_array_formula(position)
    others = _attributes(tag, leave_out={b"ref"})
    reference = quoteattr(new_range).encode()
    return (tag.start(), tag.end(), b"<%b%b ref=%b%b>" % (tag[1], others, reference, tag[3]))


def _no_array_formula(position: tuple[int, int]) -> FileProblem:
    return FileProblem(f"Cell {_name(position)} has no array formula whose range could change.")


def _tag_at(data: bytes, place: int) -> re.Match[bytes]:
    tag = _TAG.match(data, place)
    if tag is None:
        raise ValueError(data[place : place + 80])
    return tag


def _attributes(tag: re.Match[bytes], *, leave_out: Container[bytes]) -> bytes:
    return b"".join(match[0] for match in _ATTRIBUTE.finditer(tag[2]) if match[1] not in leave_out)


def _new_cell(
    position: tuple[int, int], value: StoredValue, style: bytes, layout: _Layout
) -> bytes:
    kind, inside = _value(value, layout)
    tag = layout.prefix + b"c"
    return b'<%b r="%b"%b%b>%b</%b>' % (tag, _name(position).encode(), style, kind, inside, tag)


def _value(value: StoredValue, layout: _Layout) -> tuple[bytes, bytes]:
    """The type attribute and the value element for a value.

    A text is stored as the result of a formula, also in the cells that a formula fills from
    another cell: so Excel stores them.
    """
    if value is None:
        return b"", b""
    kind = ""
    if isinstance(value, bool):
        kind, text = "b", str(int(value))
    elif isinstance(value, CellError):
        kind, text = "e", value.code
    elif isinstance(value, str):
        kind, text = "str", _UNSTORABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", value)
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    else:
        raise TypeError(value)
    tag = layout.prefix + b"v"
    attribute = b' t="%b"' % kind.encode() if kind else b""
    return attribute, b"<%b>%b</%b>" % (tag, escape(text).encode(), tag)


def _style(data: bytes, layout: _Layout, row: _Row | None, column: int) -> bytes:
    """The style that an empty cell shows: that of its row, or else of its column."""
    if row is not None:
        attributes: dict[bytes, bytes] = dict(_ATTRIBUTE.findall(_tag_at(data, row.start)[2]))
        if b"s" in attributes and attributes.get(b"customFormat", b"")[1:-1] in {b"1", b"true"}:
            return b" s=" + attributes[b"s"]
    for first, last, style in layout.column_styles:
        if first <= column <= last and style != "0":
            return b" s=" + quoteattr(style).encode()
    return b""


def _cells_into(data: bytes, row: _Row, added: list[tuple[int, bytes]]) -> list[_Edit]:
    """Put new cells into a row that stands in the sheet, in the order of the columns."""
    tag = _tag_at(data, row.start)
    # The columns that a row spans are a hint that would now be wrong; it may be left out.
    opening = b"<%b%b>" % (tag[1], _attributes(tag, leave_out={b"spans"}))
    if tag[3]:
        cells = b"".join(new for _, new in added)
        return [(row.start, row.end, b"%b%b</%b>" % (opening, cells, tag[1]))]
    edits = [(tag.start(), tag.end(), opening)]
    for column, new in added:
        after = [cell.start for other, cell in row.cells.items() if other > column]
        place = min(after, default=row.close)
        edits.append((place, place, new))
    return edits


def _rows_into(layout: _Layout, new_rows: list[tuple[int, bytes]]) -> list[_Edit]:
    """Put new rows into the sheet, in the order of the rows."""
    numbers = sorted(layout.rows)
    edits = []
    for number, new in new_rows:
        after = bisect_right(numbers, number)
        place = layout.rows[numbers[after]].start if after < len(numbers) else layout.close
        edits.append((place, place, new))
    return edits


def _spliced(data: bytes, edits: list[_Edit]) -> bytes:
    pieces = []
    place = 0
    # An insertion comes before the replacement of what stands at the same place.
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [data[place:start], new]
        place = end
    pieces.append(data[place:])
    return b"".join(pieces)


def _name(position: tuple[int, int]) -> str:
    row, column = position
    return f"{column_letter(column)}{row}"
