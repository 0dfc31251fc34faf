"""The mark of cells with a dynamic array formula: an entry in the book's metadata part.

Without the mark Excel takes a formula that spills for an old array formula.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from xlpbr.workbook.ooxml.xml.lists import with_child, with_entries, with_more, with_prefix
from xlpbr.workbook.ooxml.xml.splice import FALSE, Element, as_utf8, elements, spliced
from xlpbr.workbook.ooxml.xml.strict_form import DECLARATION, MAIN, STRICT_MAIN

_ROOT = "metadata"
_TYPES = "metadata/metadataTypes/metadataType"
_ORDER = (
    "metadataTypes", "metadataStrings", "mdxMetadata", "futureMetadata", "cellMetadata",
    "valueMetadata", "extLst",
)  # fmt: skip
_NAME = "XLDAPR"
_CELL_MARK = re.compile(rb"""\scm\s*=\s*["'](\d+)["']""")
_OVERLAP = 64
"""Bytes of a piece that are looked at again with the next, so that no mark is cut."""

_TYPE = (
    b'<metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1" '
    b'pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" '
    b'clearComments="1" assign="1" coerce="1" cellMeta="1"/>'
)
_PROPERTIES = (
    b"<xda:dynamicArrayProperties "
    b'xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray" '
    b'fDynamic="1" fCollapsed="0"/>'
)
_BLOCK = (
    b'<bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">%b</ext></extLst></bk>'
    % _PROPERTIES
)


def dynamic_array_mark(metadata: bytes | None, *, strict: bool = False) -> tuple[bytes, int]:
    """A metadata part that can mark a formula as one that spills, and the mark.

    Args:
        metadata: the book's metadata part; None when it has none.
        strict: whether a book without the part is in the strict form.

    Returns:
        The part (the very bytes given when they held the mark already), and the number that
        a cell with such a formula has as its ``cm``.

    Raises:
        ValueError: the part has another encoding than UTF-8 or UTF-16.
        expat.ExpatError: it is not well-formed, or declares a document type.
    """
    if metadata is None:
        namespace = STRICT_MAIN if strict else MAIN
        metadata = f'{DECLARATION}<metadata xmlns="{namespace}"/>'.encode()
    data, encoded = as_utf8(metadata)
    marked, kind = _with_type(data)
    marked, block = _with_block(marked)
    marked, mark = _with_mark(marked, kind, block)
    return (metadata if marked == data else encoded(marked)), mark


def holds_only_dynamic_arrays(metadata: bytes) -> bool:
    """Whether every cell that the part marks holds a formula that spills."""
    types = elements(metadata, _TYPES)[_TYPES]
    return [one.attributes.get("name") for one in types] == [_NAME]


def cell_marks(chunks: Iterable[bytes]) -> Counter[int]:
    """How many cells of a sheet each number marks; a text may look like a mark and count."""
    found: Counter[int] = Counter()
    before = b""
    for chunk in chunks:
        text = before + chunk
        cut = max(len(text) - _OVERLAP, 0)
        for match in _CELL_MARK.finditer(text):
            found[int(match[1])] += 1
            cut = max(cut, match.end())
        before = text[cut:]
    return found


def _with_type(data: bytes) -> tuple[bytes, int]:
    """The part with the kind of metadata, and its number from 1."""
    names = [one.attributes.get("name") for one in elements(data, _TYPES)[_TYPES]]
    if _NAME in names:
        return data, names.index(_NAME) + 1
    return with_entries(data, _ROOT, _ORDER, {"metadataTypes": [_TYPE]}), len(names) + 1


def _with_block(data: bytes) -> tuple[bytes, int]:
    """The part with the block that says what the mark means, and its number from 0."""
    lists, block, properties = (
        f"{_ROOT}/futureMetadata", f"{_ROOT}/futureMetadata/bk",
        f"{_ROOT}/futureMetadata/bk/extLst/ext/dynamicArrayProperties",
    )  # fmt: skip
    found = elements(data, lists, block, properties)
    number = next(
        (n for n, one in enumerate(found[lists]) if one.attributes.get("name") == _NAME), None
    )
    if number is None:
        child = b'<futureMetadata name="XLDAPR" count="1">%b</futureMetadata>' % _BLOCK
        return with_child(data, _ROOT, _ORDER, child), 0
    blocks = [one for one in found[block] if one.parent == number]
    for place, one in enumerate(blocks):
        inside = [said for said in found[properties] if one.start < said.start < one.end]
        if len(inside) == 1 and _spills(inside[0]):
            return data, place
    parent = found[lists][number]
    more = with_more(data, parent, with_prefix(_BLOCK, parent.prefix), len(blocks) + 1)
    return spliced(data, more), len(blocks)


def _spills(properties: Element) -> bool:
    said = properties.attributes
    return said.get("fDynamic", "0") not in FALSE and said.get("fCollapsed", "0") in FALSE


def _with_mark(data: bytes, kind: int, block: int) -> tuple[bytes, int]:
    """The part with the mark that cells use, and its number from 1."""
    blocks, record = f"{_ROOT}/cellMetadata/bk", f"{_ROOT}/cellMetadata/bk/rc"
    found = elements(data, blocks, record)
    for place in range(len(found[blocks])):
        records = [one.attributes for one in found[record] if one.parent == place]
        if [(one.get("t"), one.get("v")) for one in records] == [(str(kind), str(block))]:
            return data, place + 1
    entry = b'<bk><rc t="%d" v="%d"/></bk>' % (kind, block)
    added = with_entries(data, _ROOT, _ORDER, {"cellMetadata": [entry]})
    return added, len(found[blocks]) + 1
