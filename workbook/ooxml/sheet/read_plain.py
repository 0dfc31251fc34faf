"""Sheets and shared texts that are written plainly, read without a parser's call for each tag.

Excel and the libraries write nearly all cells in one form: ``<c r="B5" s="3" t="s"><v>7</v></c>``,
array formulas in another that is as plain.
Where all that stands inside ``sheetData`` (or inside ``sst``) is of that form, it is well-formed
XML and one expression reads it; what stands around it goes through the parser. For anything else,
or anything wrong, these functions give None, and the parser reads the whole and says what is wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from xml.parsers import expat

from xlpbr.workbook.ooxml.addresses import Area, column_number, split_area
from xlpbr.workbook.ooxml.sheet.stored_cells import (
    SheetContents,
    SheetRows,
    StoredCell,
    stored_value,
    unescaped,
)
from xlpbr.workbook.ooxml.xml.splice import TRUE
from xlpbr.workbook.ooxml.xml.strict_form import MAIN, STRICT_MAIN

LARGEST = 16 << 20
"""A larger part is not held in memory as a whole."""

_PIECE = 1 << 18
"""About so many characters of a sheet are read at a time."""

_DECLARED = re.compile(
    rb'(?:<\?xml version="1\.0" encoding="(?i:utf-8)"(?: standalone="yes")? ?\?>)?\r?\n?'
)
_CONTROLS = bytes({*range(32)} - set(b"\t\n"))
"""Characters that XML does not have, and the carriage return, which it changes."""
_ENTITY = re.compile(r"&(\w*;?)")
_ENTITIES = {"amp;": "&", "lt;": "<", "gt;": ">", "quot;": '"', "apos;": "'"}

_TOKEN = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,5})"(?: s="[0-9]+")?((?: cm="[1-9][0-9]*")?'
    r'(?: t="(n|s|str|b|e|inlineStr)")?(?: cm="[1-9][0-9]*")?)>'
    r'((?:<f>|<f t="array" ref="[A-Z0-9:]+">)[^<>]*</f>)?'
    r"(<v>[^<>]*</v>|<is><t(?: xml:space=\"preserve\")?>[^<>]*</t></is>)?</c>"
    r'|<row r="([1-9][0-9]{0,5})"((?: [\w:]+="[^"<&]*")*)(/?)>'
    r'|((?:<c r="[A-Z]{1,2}[1-9][0-9]{0,5}"(?: s="[0-9]+")?/>)++)'
    r"|(</row>)|(.)",
    re.DOTALL | re.ASCII,
)
_ARRAY = '<f t="array" ref="'
_ATTRIBUTE = re.compile(r' ([\w:]+)="([^"]*)"', re.ASCII)
_ELSEWHERE = re.compile(rb"<(?:[^\s<>/]*:)?(?:row|c|v|f|is)[\s/>]")
_UNPREFIXED = re.compile(rb"xmlns\s*=")


class _NotPlain(Exception):
    """The part is written in another form, or something is wrong in it."""


def plain_sheet(data: bytes, sheet: str, strings: tuple[str, ...]) -> SheetContents | None:
    """What a sheet holds; None where the parser has to read it.

    Args:
        data: its part.
        sheet: its name, for the message of an error value.
        strings: the shared texts.
    """
    try:
        place = _require_plain(data)
        start = data.index(b"<sheetData>") + len(b"<sheetData>")
        end = data.index(b"</sheetData>", start)
        frame = data[:start] + data[end:]
        # The parser below takes cells for such wherever they stand.
        if frame.count(b"sheetData") != 2 or _ELSEWHERE.search(frame):
            return None
        merged, prefixes = _frame(frame, place, b"<worksheet ")
        hidden: set[int] = set()
        cells = _cells(_text(data[start:end]), sheet, strings, prefixes, hidden)
    except (_NotPlain, ValueError, LookupError, expat.ExpatError):
        return None
    return SheetContents(cells, SheetRows(merged, frozenset(hidden)))


def plain_strings(data: bytes) -> tuple[str, ...] | None:
    """The shared texts; None where the parser has to read them."""
    try:
        place = _require_plain(data)
        first, last = data.index(b"<si>"), data.rindex(b"</si>") + 5
        if data.count(b"<", place, first) != 1:
            return None
        _frame(data[:first] + data[last:], place, b"<sst ")
        items = _text(data[first:last]).replace('<t xml:space="preserve">', "<t>")
    except (_NotPlain, ValueError, expat.ExpatError):
        return None
    if not (items.startswith("<si><t>") and items.endswith("</t></si>")) or "]]>" in items:
        return None
    inside = items.removeprefix("<si><t>").removesuffix("</t></si>")
    texts = inside.split("</t></si><si><t>")
    if items.count("<") != 4 * len(texts):
        return None
    if "&" not in items and "_x" not in items:
        return tuple(texts)
    try:
        return tuple(unescaped(_without_entities(text)) for text in texts)
    except LookupError:
        return None


def _require_plain(data: bytes) -> int:
    """Refuse another encoding than UTF-8, and what can hide a tag: comments and the like.

    Returns:
        Where the declaration ends.
    """
    declared = _DECLARED.match(data)
    assert declared is not None, "it may be absent"
    place = declared.end()
    # A single character is found far quicker than two, and both are rare.
    if (b"!" in data and b"<!" in data) or (
        data.find(b"?", place) >= 0 and data.find(b"<?", place) >= 0
    ):
        raise _NotPlain
    if len(data.translate(None, _CONTROLS)) != len(data) - data.count(b"\r", 0, place):
        raise _NotPlain
    return place


def _text(data: bytes) -> str:
    text = data.decode()
    if "\ufffe" in text or "\uffff" in text:
        raise _NotPlain
    return text


def _without_entities(text: str) -> str:
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], text)


def _frame(data: bytes, place: int, root: bytes) -> tuple[tuple[Area, ...], set[str]]:
    """Send a part without what stands inside through the parser.

    Args:
        data: the part without what stands inside.
        place: where its declaration ends.
        root: how its first element starts.

    Returns:
        The merged areas, and the prefixes that its root declares.
    """
    merged: list[Area] = []
    prefixes: set[str] = set()
    merge_tag = ""
    parser = expat.ParserCreate(namespace_separator=" ")

    def declare(prefix: str | None, _: str) -> None:
        prefixes.add(prefix or "")

    def start_root(tag: str, _: dict[str, str]) -> None:
        nonlocal merge_tag
        namespace = tag.rpartition(" ")[0]
        # What stands inside has no prefixes: it is of the one namespace declared without one.
        known = namespace in (MAIN, STRICT_MAIN) and data.startswith(root, place)
        if not known or len(_UNPREFIXED.findall(data)) != 1:
            raise _NotPlain
        merge_tag = f"{namespace} mergeCell"
        parser.StartNamespaceDeclHandler = None
        parser.StartElementHandler = start if b"mergeCell" in data else None

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == merge_tag:
            merged.append(split_area(attributes.get("ref", "")))

    parser.StartNamespaceDeclHandler = declare
    parser.StartElementHandler = start_root
    parser.Parse(data, True)
    return tuple(merged), prefixes


def _cells(
    text: str, sheet: str, strings: tuple[str, ...], prefixes: set[str], hidden: set[int]
) -> dict[tuple[int, int], StoredCell]:
    """The cells in what stands inside ``sheetData``; rows that do not show go to ``hidden``."""
    cells: dict[tuple[int, int], StoredCell] = {}
    count = 0
    texts: dict[str, StoredCell | None] = {}
    hides: dict[str, bool] = {"": False}
    in_row = False
    cell: StoredCell | None
    for piece in _pieces(text):
        for (
            letters, digits, more, kind, formula, element, row, attributes, closed, blanks, end, _,
        ) in _TOKEN.findall(piece):  # fmt: skip
            if letters and in_row:
                position = (int(digits), column_number(letters))
                if kind == "s" and not formula and "cm" not in more:
                    # The same text stands in many cells.
                    cell = texts.get(element) or texts.setdefault(
                        element, _cell(position, kind, "", element, sheet, strings)
                    )
                elif "cm" in more or formula.startswith(_ARRAY):
                    cell = _array_cell(position, kind, more, formula, element, sheet, strings)
                else:
                    cell = _cell(position, kind, formula, element, sheet, strings)
                if cell is not None:
                    cells[position] = cell
                    count += 1
            elif row and not in_row:
                if attributes not in hides:
                    hides[attributes] = _is_hidden(attributes, prefixes)
                hidden.update([int(row)] if hides[attributes] else ())
                in_row = not closed
            elif end and in_row:
                in_row = False
            elif not (blanks and in_row):
                raise _NotPlain
    if in_row or len(cells) != count:
        raise _NotPlain
    return cells


def _pieces(text: str) -> Iterator[str]:
    """The text some rows at a time, so that its tokens need little memory."""
    place = 0
    while place < len(text):
        end = text.find("</row>", place + _PIECE)
        end = len(text) if end < 0 else end + len("</row>")
        yield text[place:end]
        place = end


def _is_hidden(attributes: str, prefixes: set[str]) -> bool:
    """Whether a row does not show; refused where its attributes are not well-formed."""
    found = _ATTRIBUTE.findall(attributes)
    names = {"r"}
    for name, _ in found:
        prefix, colon, local = name.rpartition(":")
        known = prefix in prefixes if colon else name != "xmlns"
        if not known or local in names or not local.isidentifier():
            raise _NotPlain
        names.add(local)
    return dict(found).get("hidden") in TRUE


def _cell(
    position: tuple[int, int],
    kind: str,
    f_element: str,
    element: str,
    sheet: str,
    strings: tuple[str, ...],
) -> StoredCell | None:
    """A cell by its type and its ``f`` and ``v`` (or ``is``) elements; None for a blank one."""
    text = element[3:-4]
    formula = _without_entities(f_element[f_element.index(">") + 1 : -4]) if f_element else None
    if not kind and text:
        number = float(text)  # of an element "is" no number is left
        if not math.isfinite(number):
            raise _NotPlain
        return StoredCell(number, formula, None, "number", False)
    if (kind == "inlineStr") != element.startswith("<is>"):
        raise _NotPlain
    if kind == "inlineStr":
        text = element[len("<is><t") : -len("</t></is>")].partition(">")[2]
    elif not text and not (element and kind == "str"):
        return None if formula is None else StoredCell(None, formula, None, "blank", True)
    value, sort = stored_value(kind or "n", _without_entities(text), strings, sheet, position)
    return StoredCell(value, formula, None, sort, False)


def _array_cell(
    position: tuple[int, int],
    kind: str,
    attributes: str,
    f_element: str,
    element: str,
    sheet: str,
    strings: tuple[str, ...],
) -> StoredCell:
    """A cell as ``_cell`` reads it, with what its tag says of an array behind its style."""
    cell = _cell(position, kind, f_element, element, sheet, strings)
    marks = attributes.count(" cm=")
    if cell is None or marks > 1:
        raise _NotPlain
    ref = f_element[len(_ARRAY) :].partition('"')[0] if f_element.startswith(_ARRAY) else None
    return cell._replace(array_range=ref, dynamic=marks == 1)
