"""The rows of a sheet found by searching its bytes, as Excel and the known libraries write them.

What they do not write is left to the parser of ``row_parse``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from operator import lt

from xlpbr.workbook.ooxml.addresses import LAST_ROW, split_cell
from xlpbr.workbook.ooxml.sheet.raw_rows import NO_FORMULAS, FoundRows, RawRow
from xlpbr.workbook.ooxml.xml.escaping import unescape
from xlpbr.workbook.ooxml.xml.splice import tag_at

_ATTRIBUTE = rb"""[^\s=<>/"']+\s*=\s*(?:"[^"<]*"|'[^'<]*')"""
_NAMED_VALUE = re.compile(rb"""([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_REFERENCE = re.compile(rb"""[^>]*?\sr\s*=\s*["']([A-Z]{1,3}[0-9]+)["']""")
_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*<((?:[\w.-]+:)?)worksheet(?=[\s>])")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnsureError(Exception):
    """The bytes are not as the known programs write them; a parser must read them."""


def search_rows(
    chunks: Iterator[bytes], wanted: list[int], shared: frozenset[str] = NO_FORMULAS
) -> FoundRows:
    """Find the rows of some numbers by searching the bytes.

    A bare ``<`` can only start a tag where there are no comments, sections of character data
    or instructions, so these, and all else that is out of order, are left to the parser.

    Args:
        chunks: the part in UTF-8.
        wanted: numbers of rows in their order.
        shared: numbers of shared formulas of which every use is wanted.

    Raises:
        UnsureError: the parser must read this sheet.
    """
    found = FoundRows(frozenset(wanted), shared)
    prefix, buffer = _read_head(found, chunks)
    if found.close >= 0:
        found.places = dict.fromkeys(wanted, found.close)
        found.frame += b"".join([bytes(buffer), *chunks])
        return found
    search = _Search(found, prefix, wanted)
    row_tag, end_tag = b"<%brow" % prefix, b"</%bsheetData" % prefix
    place = found.inside
    searched = 0
    while (end := buffer.find(end_tag, searched)) < 0:
        cut = buffer.rfind(row_tag, max(searched, 1))
        if cut > 0:
            search.block(bytes(buffer[:cut]), place)
            del buffer[:cut]
            place += cut
        searched = max(len(buffer) - len(end_tag), 0)
        chunk = next(chunks, None)
        if chunk is None:
            raise UnsureError
        buffer += chunk
    search.block(bytes(buffer[:end]), place)
    found.close = place + end
    search.finish()
    found.frame += b"".join([bytes(buffer[end:]), *chunks])
    return found


def _read_head(found: FoundRows, chunks: Iterator[bytes]) -> tuple[bytes, bytearray]:
    """Read up to where the rows start: the prefix of the tags, and what was read of the rows."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        root = _ROOT.match(buffer.removeprefix(_BYTE_ORDER_MARK))
        if root is None:
            raise UnsureError
        prefix = bytes(root[1])
        tag = re.search(rb"<%bsheetData\s*(/?)>" % re.escape(prefix), buffer)
        if tag is None:
            continue
        inside, empty = tag.end(), bool(tag[1])
        del root, tag  # a match holds the buffer as it is
        head = bytes(buffer[:inside])
        if b"<!" in head or head.count(b"<?") > head.count(b"<?xml "):
            raise UnsureError
        found.frame = head
        found.inside = inside
        found.close = inside if empty else -1
        del buffer[:inside]
        return prefix, buffer
    raise UnsureError


class _Search:
    """Collects the rows wanted from blocks of whole rows."""

    def __init__(self, found: FoundRows, prefix: bytes, wanted: list[int]) -> None:
        name = re.escape(prefix)
        self.found = found
        self.wanted = wanted
        self.next_wanted = 0
        self.last = 0
        self.row_start = b"<%brow" % prefix
        self.row_end = b"</%brow" % prefix
        self.cell_start = b"<%bc" % prefix
        self.formula_end = b"</%bf" % prefix
        # Most programs write the number first; that is found faster.
        self.plain_row_number = re.compile(rb'<%brow r="([1-9][0-9]{0,6})"' % name)
        self.row_number = re.compile(
            rb"<%brow(?=\s)(?:\s+%b)*?\s+r\s*=\s*[\"']([1-9][0-9]{0,6})[\"']" % (name, _ATTRIBUTE)
        )
        self.formula = re.compile(rb"<%bf((?:\s+%b)+)\s*(/?)>" % (name, _ATTRIBUTE))

    def block(self, data: bytes, place: int) -> None:
        if (b"!" in data and b"<!" in data) or (b"?" in data and b"<?" in data):
            raise UnsureError
        # Another namespace inside the rows, or a sign of a tag written as a number.
        if b"xmlns" in data or (b"&" in data and re.search(rb"<[^<>]*&#", data)):
            raise UnsureError
        rows = data.count(self.row_start)
        numbers = list(map(int, self.plain_row_number.findall(data)))
        if len(numbers) != rows:
            numbers = list(map(int, self.row_number.findall(data)))
        if len(numbers) != rows:
            raise UnsureError
        if not numbers:
            return
        if not (self.last < numbers[0] and numbers[-1] <= LAST_ROW):
            raise UnsureError
        if not all(map(lt, numbers, numbers[1:])):
            raise UnsureError
        self.last = numbers[-1]
        self.take_rows(data, place, numbers)
        if b"array" in data or b"dataTable" in data or (self.found.shared and b"shared" in data):
            self.take_formulas(data, place)

    def take_rows(self, data: bytes, place: int, numbers: list[int]) -> None:
        starts: list[int] = []
        while self.next_wanted < len(self.wanted):
            number = self.wanted[self.next_wanted]
            if number > numbers[-1]:
                return
            if not starts:
                starts = [match.start() for match in self.row_number.finditer(data)]
                starts.append(len(data))
            self.next_wanted += 1
            index = bisect_left(numbers, number)
            start = starts[index]
            if numbers[index] != number:
                self.found.places[number] = place + start
                continue
            end = self.end_of_row(data, start, starts[index + 1])
            self.found.rows[number] = RawRow(place + start, data[start:end])

    def end_of_row(self, data: bytes, start: int, limit: int) -> int:
        try:
            tag = tag_at(data, start)
        except ValueError as error:
            raise UnsureError from error
        if tag[3]:
            return tag.end()
        close = data.rfind(self.row_end, start, limit)
        end = data.find(b">", close, limit)
        if close < 0 or end < 0:
            raise UnsureError
        return end + 1

    def take_formulas(self, data: bytes, place: int) -> None:
        for match in self.formula.finditer(data):
            attributes = {
                name.decode(): value[1:-1].decode()
                for name, value in _NAMED_VALUE.findall(match[1])
            }
            self.found.add_formula(
                attributes, place + match.start(), partial(self.shared_formula, match, place)
            )

    def shared_formula(
        self, match: re.Match[bytes], place: int
    ) -> tuple[tuple[int, int], int, str]:
        """The cell of a shared formula whose tag was found, where it ends, and its text."""
        text, end = ("", match.end()) if match[2] else self.text_from(match.string, match.end())
        return self.position_before(match.string, match.start()), place + end, text

    def text_from(self, data: bytes, place: int) -> tuple[str, int]:
        """The text of a formula whose opening tag ends at a place, and where the formula ends."""
        close = data.find(self.formula_end, place)
        raw = data[place:close]
        if close < 0 or b"<" in raw or b"&#" in raw:
            raise UnsureError
        return unescape(raw.decode(), {"&quot;": '"', "&apos;": "'"}), data.index(b">", close) + 1

    def position_before(self, data: bytes, place: int) -> tuple[int, int]:
        """The cell in which the formula at a place stands."""
        match = _REFERENCE.match(data, max(data.rfind(self.cell_start, 0, place), 0))
        try:
            return split_cell(match[1].decode() if match else "")
        except ValueError as error:
            raise UnsureError from error

    def finish(self) -> None:
        for number in self.wanted[self.next_wanted :]:
            self.found.places[number] = self.found.close
