"""The mark of spilling formulas that a port puts on cells, told apart from those that were there.

An Office add-in's function stands in a cell that is marked as spilling, even where it gives one
value. The mark of a port is an entry of its own in the metadata part that says the same as the
book's usual one, so that the number in a cell's ``cm`` tells who put it there. A program that saves
the workbook may make one entry of the two.
"""

from __future__ import annotations

import re

from xlpbr.workbook.ooxml.parts.metadata_merge import dynamic_array_mark
from xlpbr.workbook.ooxml.xml.splice import Element, Splice, as_utf8, elements, spliced, tag_at

_LIST = "metadata/cellMetadata"
_ENTRY = f"{_LIST}/bk"
_RECORD = f"{_ENTRY}/rc"
_COUNT = re.compile(rb"""\scount\s*=\s*["'](\d+)["']""")


def with_ported_mark(metadata: bytes | None, *, strict: bool = False) -> tuple[bytes, int]:
    """A metadata part with the mark of a port, and its number.

    Args:
        metadata: the book's metadata part; None when it has none.
        strict: whether a book without the part is in the strict form.

    Raises:
        ValueError: the part has another encoding than UTF-8 or UTF-16.
        expat.ExpatError: it is not well-formed, or declares a document type.
    """
    if metadata is not None:
        known = ported_mark(metadata)
        if known:
            return metadata, known
    marked, usual = dynamic_array_mark(metadata, strict=strict)
    data, encoded = as_utf8(marked)
    found = elements(data, _LIST, _ENTRY)
    listed, entries = found[_LIST][-1], found[_ENTRY]
    entry = data[entries[usual - 1].start : entries[usual - 1].end]
    more = [(listed.close, listed.close, entry), *_count_splices(data, listed, 1)]
    return encoded(spliced(data, more)), len(entries) + 1


def ported_mark(metadata: bytes) -> int:
    """The number of the mark of a port; 0 where the part has none.

    It is the last entry, where that says the same as the usual mark of spilling formulas.
    """
    unchanged, usual = dynamic_array_mark(metadata)
    if unchanged != metadata:
        return 0
    data = as_utf8(metadata)[0]
    found = elements(data, _ENTRY, _RECORD)
    last = len(found[_ENTRY])
    same = _says(found[_RECORD], usual - 1) == _says(found[_RECORD], last - 1)
    return last if last > usual and same else 0


def without_ported_mark(metadata: bytes) -> bytes:
    """A metadata part as it was before ``with_ported_mark`` put the mark of a port into it."""
    data, encoded = as_utf8(metadata)
    found = elements(data, _LIST, _ENTRY)
    listed, last = found[_LIST][-1], found[_ENTRY][-1]
    return encoded(spliced(data, [(last.start, last.end, b""), *_count_splices(data, listed, -1)]))


def _says(records: list[Element], entry: int) -> list[tuple[str | None, str | None]]:
    return [
        (one.attributes.get("t"), one.attributes.get("v")) for one in records if one.parent == entry
    ]


def _count_splices(data: bytes, listed: Element, more: int) -> list[Splice]:
    """The splice that counts entries up or down, where they are counted."""
    tag = tag_at(data, listed.start)
    count = _COUNT.search(data, tag.start(2), tag.end(2))
    if count is None:
        return []
    return [(count.start(1), count.end(1), b"%d" % (int(count[1]) + more))]
