"""The formulas in a part, wherever they stand, and the splices that rename functions in them.

Works on the bytes of a sheet, a table, a chart or ``workbook.xml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from xml.etree import ElementTree as ET

from xlpbr.workbook.ooxml.sheet.function_names import NewNames, renamed_functions, renamings
from xlpbr.workbook.ooxml.xml.escaping import escape
from xlpbr.workbook.ooxml.xml.splice import Splice

FORMULA_ELEMENTS = frozenset(
    {
        "f",
        "formula",
        "formula1",
        "formula2",
        "definedName",
        "calculatedColumnFormula",
        "totalsRowFormula",
    }
)
"""The elements whose text is a formula: of cells, of conditional formats, of validations and
their newer forms, of defined names, of columns of tables, and of series in charts."""

_LONGEST = 16 << 20
# What may hold "<" without being a tag, or the start of it at the end of what was read.
_ASIDE = (
    rb"<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)"
    rb"|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>|\Z)"
    rb"|<\?(?:[^?]++|\?(?!>))*+(?:\?>|\Z)"
)
_PIECE = re.compile(
    rb"""
      %b
    | <(?:[^\s<>/:"'=]++:)?+ (?:%b) (?=[\s/>]) (?:[^<>"'/]|"[^"<]*+"|'[^'<]*+')*+
      (?: /> | > (?P<formula> (?:[^<]++|%b)*+ ) (?P<closed></)? )
    """
    % (_ASIDE, "|".join(sorted(FORMULA_ELEMENTS)).encode(), _ASIDE),
    re.VERBOSE | re.DOTALL,
)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "\r\n": "\n"}
_CHARACTER = re.compile(r"&[^;]*;|\r\n|.", re.DOTALL)


def formulas(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The formulas of a part as they are written in UTF-8, each with its place.

    Args:
        chunks: the part in UTF-8, in pieces; only about one of them is held at a time. It must
            be well-formed and declare no document type.

    Raises:
        ValueError: a formula or a comment is longer than 16 MiB.
    """
    window = b""
    base = 0  # the place in the part at which the window starts
    for chunk in chain(filter(None, chunks), [b""]):
        window += chunk
        done = 0
        for match in _PIECE.finditer(window):
            if chunk and match.end() + len(b"<![CDATA[") > len(window):
                done = match.start()  # it may go on in the next piece
                break
            done = match.end()
            if match["closed"]:
                yield base + match.start("formula"), match["formula"]
        else:
            cut = window.rfind(b"<", done)
            done = cut if cut >= 0 else len(window)
        window = window[done:]
        base += done
        if len(window) > _LONGEST:
            raise ValueError("a formula or a comment is longer than 16 MiB")


def splices_in(place: int, raw: bytes, names: NewNames) -> list[Splice]:
    """The splices in one formula, given as it is written and with its place."""
    if b"<" in raw:  # a comment or the like within the formula, or a part written as CDATA
        text = "".join(ET.fromstring(b"<a>%b</a>" % raw).itertext())
        new = renamed_functions(text, names)
        if new == text:
            return []
        return [(place, place + len(raw), escape(new, {"\r": "&#13;"}).encode())]
    written = raw.decode()
    if "&#" not in written and not names.any_old.search(written.casefold()):
        return []  # by far the most
    plain = "&" not in written and "\r" not in written
    pieces: Sequence[str] = written if plain else _CHARACTER.findall(written)
    renamed = renamings(written if plain else "".join(map(_meant, pieces)), names)
    if plain and written.isascii():
        return [(place + start, place + end, escape(name).encode()) for start, end, name in renamed]
    ends = list(accumulate((len(piece.encode()) for piece in pieces), initial=place))
    return [(ends[start], ends[end], escape(name).encode()) for start, end, name in renamed]


def _meant(piece: str) -> str:
    """The character that a piece of XML text stands for."""
    if piece.startswith("&#x"):
        return chr(int(piece[3:-1], 16))
    if piece.startswith("&#"):
        return chr(int(piece[2:-1]))
    return _ENTITIES.get(piece, piece)
