"""Cell formats of a workbook that XlsxWriter wrote, merged into another book's style table.

What the book has already is used again; the rest is put at the end of its lists, so that no number
that its own cells use changes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.parts.theme import NO_THEME, Theme
from xlpbr.workbook.ooxml.styles.looks import Looks, read_looks
from xlpbr.workbook.ooxml.xml.escaping import escape
from xlpbr.workbook.ooxml.xml.lists import with_entries
from xlpbr.workbook.ooxml.xml.splice import as_utf8, elements, spliced, with_attributes
from xlpbr.workbook.ooxml.xml.strict_form import DECLARATION

MOST_CELL_FORMATS = 65_430
"""The most cell formats that the format's own rules allow; a workbook with more is repaired."""

_FIRST_OWN_NUMBER_FORMAT = 164

_ROOT = "styleSheet"
_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
    "tableStyles", "colors", "extLst",
)  # fmt: skip

_FIRST_ENTRIES: Mapping[str, Sequence[bytes]] = {
    "fonts": [b'<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'],
    "fills": [
        b'<fill><patternFill patternType="none"/></fill>',
        b'<fill><patternFill patternType="gray125"/></fill>',
    ],
    "borders": [b"<border><left/><right/><top/><bottom/><diagonal/></border>"],
    "cellStyleXfs": [b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'],
    "cellXfs": [b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'],
}
"""What Excel takes for granted at the start of each list, for a table that lacks it."""

_POINTERS = ("numFmtId", "fontId", "fillId", "borderId")
_APPLIED = ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection")


@dataclass(frozen=True, slots=True)
class MergedStyles:
    """A book's style table with what came to it.

    Attributes:
        data: the part; the very bytes of before when nothing was missing.
        cell_formats: by the number of a cell format in the other workbook, its number here.
        differential_formats: the same for differential formats.
    """

    data: bytes
    cell_formats: Mapping[int, int]
    differential_formats: Mapping[int, int]


def empty_styles(namespace: str) -> bytes:
    """A style table for a book without one."""
    return f'{DECLARATION}<styleSheet xmlns="{namespace}"/>'.encode()


def merged_styles(
    into: bytes,
    made: bytes,
    used_formats: Collection[int],
    used_differential: Collection[int],
    *,
    theme: Theme = NO_THEME,
) -> MergedStyles:
    """Merge formats of a workbook that XlsxWriter wrote into a book's style table.

    Args:
        into: the book's styles part.
        made: the styles part of XlsxWriter; colours of a theme that the book has otherwise
            must be named already.
        used_formats: the numbers of the cell formats to merge. Format 0, the look of cells
            that name none, is merged with them.
        used_differential: the numbers of the differential formats to merge.
        theme: the book's theme.

    Raises:
        FileProblem: the book would hold more cell formats than Excel can (too-many-styles).
        ValueError: the book's part has another encoding than UTF-8 or UTF-16, or a format
            holds an extension that cannot be merged.
        expat.ExpatError: a part is not well-formed, or declares a document type.
    """
    data, encoded = as_utf8(into)
    prepared = _with_first_entries(data)
    source = _entries(made)
    # Both parts were walked for a document type before a tree is built of them.
    looks = read_looks(ET.fromstring(made), theme, own_styles=False)
    merging = _start(read_looks(ET.fromstring(prepared), theme, own_styles=True))
    cell_formats = {
        number: _cell_format(merging, looks, source, number)
        for number in sorted({0, *used_formats})
    }
    if max(cell_formats.values()) >= MOST_CELL_FORMATS:
        raise FileProblem(
            f"The workbook would hold more than {MOST_CELL_FORMATS:,} cell formats, the most "
            "that Excel can keep; put the sheets into a new workbook instead.",
            "too-many-styles",
        )
    differential = {
        number: _put(
            merging.lists["dxfs"],
            looks.differential[number],
            _with_number_formats(merging, source["dxfs"][number]),
        )
        for number in sorted(used_differential)
    }
    added = {"numFmts": merging.number_formats}
    added |= {name: one.added for name, one in merging.lists.items()}
    merged = with_entries(prepared, _ROOT, _ORDER, added)
    return MergedStyles(into if merged == data else encoded(merged), cell_formats, differential)


def _with_first_entries(data: bytes) -> bytes:
    """A style table in which no list is shorter than Excel takes it to be."""
    counts = {name: len(entries) for name, entries in _entries(data).items()}
    missing = {name: entries[counts.get(name, 0) :] for name, entries in _FIRST_ENTRIES.items()}
    return with_entries(data, _ROOT, _ORDER, missing) if any(missing.values()) else data


def _entries(data: bytes) -> dict[str, list[bytes]]:
    """The entries of each list as they are written."""
    found = elements(data, f"{_ROOT}/*", f"{_ROOT}/*/*")
    lists: dict[str, list[bytes]] = {one.name: [] for one in found[f"{_ROOT}/*"]}
    for entry in found[f"{_ROOT}/*/*"]:
        lists[found[f"{_ROOT}/*"][entry.parent].name].append(data[entry.start : entry.end])
    return lists


@dataclass(slots=True)
class _Growing:
    """A list of the book's style table while entries come to it."""

    count: int
    known: dict[Hashable, int]
    added: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class _Merging:
    """The book's style table while formats come to it; ``codes`` are number formats by code."""

    lists: dict[str, _Growing]
    codes: dict[str, int]
    next_number_format: int
    number_formats: list[bytes] = field(default_factory=list)


def _start(there: Looks) -> _Merging:
    lists = {
        "fonts": there.fonts, "fills": there.fills, "borders": there.borders,
        "cellXfs": there.cells, "dxfs": there.differential,
    }  # fmt: skip
    return _Merging(
        {
            name: _Growing(
                len(looks),
                # Of entries that look alike the first is used.
                {look: number for number, look in reversed(list(enumerate(looks)))},
            )
            for name, looks in lists.items()
        },
        {code: number for number, code in reversed(list(there.codes.items()))},
        max([_FIRST_OWN_NUMBER_FORMAT - 1, *there.codes]) + 1,
    )


def _put(growing: _Growing, look: Hashable, xml: bytes) -> int:
    """The number of an entry that looks so; it is added where there is none."""
    number = growing.known.get(look) if look is not None else None
    if number is None:
        number = growing.count
        growing.count += 1
        growing.known[look] = number
        growing.added.append(xml)
    return number


def _cell_format(
    merging: _Merging, looks: Looks, source: Mapping[str, Sequence[bytes]], number: int
) -> int:
    """The number in the book of a cell format of the other workbook."""
    look = looks.cells[number]
    xml = source["cellXfs"][number]
    if look is None:
        raise ValueError(f"the cell format {number} cannot be merged: {xml.decode()}")
    growing = merging.lists["cellXfs"]
    if look in growing.known:
        return growing.known[look]
    (element,) = elements(xml, "xf")["xf"]
    own = {name: int(element.attributes[name]) for name in _POINTERS}
    code = looks.codes.get(own["numFmtId"])
    new: dict[str, str | None] = {
        "numFmtId": str(own["numFmtId"] if code is None else _number_format(merging, code)),
        "xfId": "0",
    }
    for name, pointer in (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId")):
        place = own[pointer]
        same = getattr(looks, name)[place]
        new[pointer] = str(_put(merging.lists[name], same, source[name][place]))
    # The book's style "Normal" may have another font, border or alignment than XlsxWriter's.
    new |= {f"apply{name}": "1" for name in _APPLIED}
    return _put(growing, look, spliced(xml, [with_attributes(xml, element, new)]))


def _number_format(merging: _Merging, code: str) -> int:
    """The id of a number format with a code of its own."""
    if code not in merging.codes:
        number = merging.codes[code] = merging.next_number_format
        merging.next_number_format += 1
        merging.number_formats.append(
            f'<numFmt numFmtId="{number}" formatCode={_quoted(code)}/>'.encode()
        )
    return merging.codes[code]


def _with_number_formats(merging: _Merging, xml: bytes) -> bytes:
    """A differential format whose number format has the id that its code has in the book."""
    return spliced(
        xml,
        [
            with_attributes(
                xml, one, {"numFmtId": str(_number_format(merging, one.attributes["formatCode"]))}
            )
            for one in elements(xml, "dxf/numFmt")["dxf/numFmt"]
            if int(one.attributes["numFmtId"]) >= _FIRST_OWN_NUMBER_FORMAT
        ],
    )


def _quoted(value: str) -> str:
    """An attribute's value in double quotation marks, as Excel writes it."""
    return '"' + escape(value, {'"': "&quot;", "\n": "&#10;"}) + '"'
