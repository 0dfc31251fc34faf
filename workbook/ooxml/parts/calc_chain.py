"""The order in which Excel last calculated: ``calcChain.xml``, kept right when formulas change.

An entry for a cell without a formula makes Excel offer to repair the workbook. Works on the bytes
of that part.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.xml.splice import Splice, as_utf8, elements, spliced, tag_at

ChainCell = tuple[int, int, int]
"""A cell by the number of its sheet (``sheetId``), its row and its column, from 1."""

_Entry = tuple[int, int, bytes, bytes]
"""An entry: where it starts and ends, its cell, and its sheet as written, which may be empty."""

_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml\s[^<>]*\?>)?\s*<((?:[\w.-]+:)?)calcChain(?:\s[^<>]*)?(?<!/)>"
)


@dataclass(frozen=True, slots=True)
class _Chain:
    """The entries, the prefix of their tags, and where the first stands or would stand."""

    entries: Sequence[_Entry]
    prefix: bytes
    inside: int


def with_calc_chain(
    data: bytes, added: Collection[ChainCell] = (), removed: Collection[ChainCell] = ()
) -> bytes | None:
    """The part with entries put at its end and others taken out.

    An entry without a sheet is on the sheet of the one before it, so the sheet is handed on
    where the entry goes that says it. Taking out what was added gives back the very bytes. A
    cell to remove that has no entry is passed over: no program has to write one.

    Args:
        data: the part.
        added: cells that have a formula now and had none.
        removed: cells that had a formula and have none now.

    Returns:
        The new bytes; None when the part must go, because no entry is left in it or it had
        none, which Excel does not take. Excel makes a new one itself.

    Raises:
        ValueError: the part is in an encoding that is not read, or a sheet in it is no number.
        expat.ExpatError: it is not well-formed.
    """
    text, back = as_utf8(data)
    chain = _plain_chain(text) or _any_chain(text)
    gone = {(sheet, f"{column_letter(column)}{row}".encode()) for sheet, row, column in removed}
    splices: list[Splice] = []
    sheet = said = 0
    last = chain.inside
    left = len(chain.entries) + len(added)
    for start, last, cell, written in chain.entries:
        sheet = int(written) if written else sheet
        if (sheet, cell) in gone:
            splices.append((start, last, b""))
            left -= 1
            continue
        if sheet != said and not written:
            place = tag_at(text, start).end(2)
            splices.append((place, place, b' i="%d"' % sheet))
        said = sheet
    if not chain.entries or not left:
        return None
    new = b"".join(
        b'<%bc r="%b%d" i="%d"/>' % (chain.prefix, column_letter(column).encode(), row, number)
        for number, row, column in added
    )
    return back(spliced(text, [*splices, (last, last, new)]))


def _plain_chain(text: bytes) -> _Chain | None:
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
    return _Chain(entries, head[1], head.end())


def _any_chain(text: bytes) -> _Chain:
    """The entries however they are written, found with the parser."""
    found = elements(text, "calcChain", "calcChain/c")
    root = found["calcChain"][0]
    entries = [
        (
            entry.start,
            entry.end,
            entry.attributes.get("r", "").encode(),
            entry.attributes.get("i", "").encode(),
        )
        for entry in found["calcChain/c"]
    ]
    return _Chain(entries, root.prefix, root.inside)
