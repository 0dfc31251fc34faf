"""The order in which Excel last calculated: ``calcChain.xml``, kept right when formulas change.

An entry for a cell without a formula makes Excel offer to repair the workbook, and so does one for
an array formula that does not say so. A formula without an entry does no harm. Works on the bytes
of that part.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.xml.splice import (
    Splice,
    as_utf8,
    elements,
    raw_attributes,
    spliced,
    tag_at,
)

ChainCell = tuple[int, int, int]
"""A cell by the number of its sheet (``sheetId``), its row and its column, from 1."""

_Entry = tuple[int, int, bytes, bytes]
"""An entry: where it starts and ends, its cell, and its sheet as written, which may be empty."""

_ARRAY = re.compile(rb"\sa\s*=")
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml\s[^<>]*\?>)?\s*<((?:[\w.-]+:)?)calcChain(?:\s[^<>]*)?(?<!/)>"
)


def with_calc_chain(
    data: bytes,
    removed: Collection[ChainCell] = (),
    *,
    arrays: Collection[ChainCell] = (),
    plain: Collection[ChainCell] = (),
) -> bytes | None:
    """The part with entries taken out, and with those of other cells as array formulas need them.

    An entry without a sheet is on the sheet of the one before it, so the sheet is handed on
    where the entry goes that says it. What makes entries those of array formulas and back gives
    the very bytes. A cell that has no entry is passed over: no program has to write one.

    Args:
        data: the part.
        removed: cells that had a formula and have none now.
        arrays: cells whose formula is an array formula now and was none.
        plain: cells whose formula was an array formula and is none now.

    Returns:
        The new bytes; None when the part must go, because no entry is left in it or it had
        none, which Excel does not take. Excel makes a new one itself.

    Raises:
        ValueError: the part is in an encoding that is not read, or a sheet in it is no number.
        expat.ExpatError: it is not well-formed.
    """
    text, back = as_utf8(data)
    entries = _plain_chain(text) or _any_chain(text)
    gone, becoming, ceasing = map(_keys, (removed, arrays, plain))
    splices: list[Splice] = []
    sheet = said = 0
    left = len(entries)
    for start, end, cell, written in entries:
        sheet = int(written) if written else sheet
        key = (sheet, cell)
        if key in gone:
            splices.append((start, end, b""))
            left -= 1
            continue
        if sheet != said and not written:
            place = tag_at(text, start).end(2)
            splices.append((place, place, b' i="%d"' % sheet))
        said = sheet
        if key in becoming or key in ceasing:
            tag = tag_at(text, start)
            if (key in becoming) != bool(_ARRAY.search(tag[2])):
                others = raw_attributes(tag, leave_out={b"a"})
                marked = others + b' a="1"' if key in becoming else others
                splices.append((tag.start(2), tag.end(2), marked))
    return back(spliced(text, splices)) if left else None


def _keys(cells: Collection[ChainCell]) -> set[tuple[int, bytes]]:
    return {(sheet, f"{column_letter(column)}{row}".encode()) for sheet, row, column in cells}


def _plain_chain(text: bytes) -> list[_Entry] | None:
    """The entries as Excel writes them, found fast; None where anything is written otherwise."""
    head = _HEAD.match(text)
    if head is None:
        return None
    prefix = re.escape(head[1])
    entry = re.compile(
        rb'\s*+(<%bc r="(\w++)"(?: i="(\w++)")?+(?: [a-hj-z]="\w*+")*+ ?+(?:/>|></%bc>))'
        % (prefix, prefix)
    )
    entries = []
    place = head.end()
    for match in entry.finditer(text, place):
        if match.start() != place:
            break
        start, place = match.span(1)
        entries.append((start, place, match[2], match[3] or b""))
    if not re.compile(rb"\s*</%bcalcChain\s*>\s*" % prefix).fullmatch(text, place):
        return None
    return entries


def _any_chain(text: bytes) -> list[_Entry]:
    """The entries however they are written, found with the parser."""
    found = elements(text, "calcChain", "calcChain/c")
    return [
        (
            entry.start,
            entry.end,
            entry.attributes.get("r", "").encode(),
            entry.attributes.get("i", "").encode(),
        )
        for entry in found["calcChain/c"]
    ]
