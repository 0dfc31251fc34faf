"""What in a workbook reads certain sheets: cells, names, charts and the rest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape

from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import Book, DefinedName, SheetInfo, cells_of
from xlpbr.workbook.ooxml.parts.listing_parts import reachable_only
from xlpbr.workbook.ooxml.sheet.function_names import sheet_references
from xlpbr.workbook.ooxml.xml.escaping import escape
from xlpbr.workbook.ooxml.xml.splice import as_utf8
from xlpbr.workbook.ooxml.zip.archive import part_chunks, read_part

_OVERLAP = 1024
"""Bytes of a piece that are looked at again with the next, so that no word is cut."""

_XML = (".xml", ".vml")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_RULE = re.compile(r"<(?:(?:\w+:)?formula[12]?|xm:f)(?: [^>]*)?>([^<]*)<")
_ATTRIBUTE = r"""=(?:"([^"]*)"|'([^']*)')"""
_LINK = re.compile(rf"<(?:\w+:)?hyperlink\b[^>]*?\slocation{_ATTRIBUTE}")
_CONTROL = re.compile(rf"\sfmla\w+{_ATTRIBUTE}")
_TEXT = re.compile(r'"((?:[^"]|"")*)"')
_INDIRECT = re.compile(r"\bINDIRECT\s*\(", re.IGNORECASE)


def names_going(
    book: Book, names: Collection[str], given: Collection[str]
) -> tuple[DefinedName, ...]:
    """The names of those that a program gives that stand for cells of certain sheets only."""
    folded = {name.casefold() for name in names}
    return tuple(
        name
        for name in book.names
        if name.sheet is None
        and name.name in given
        and (sheets := sheet_references(name.text))
        and {sheet.casefold() for sheet in sheets} <= folded
    )


def uses_of(book: Book, names: Collection[str], given: Collection[str]) -> list[str]:
    """Where other sheets, names and charts of a workbook read certain sheets or their tables.

    Only parts in which one of their names occurs are looked at closely.

    Args:
        book: the workbook.
        names: the sheets.
        given: the defined names that go with the sheets where they stand for nothing else.

    Returns:
        Addresses of cells, ``the name X``, ``a rule or drop-down list on the sheet X``, ``a link
        on the sheet X``, ``a form control (part)`` or ``a chart, picture or pivot table (part)``.
    """
    folded = {name.casefold() for name in names}
    tables = {table.name for table in book.tables.values() if table.sheet.casefold() in folded}
    ours = {name.name for name in names_going(book, names, given)}
    tables |= ours
    roots = [sheet.part for sheet in book.sheets if sheet.name.casefold() in folded]
    going = reachable_only(book.archive, roots)
    needles = _needles([*names, *tables])
    found = [
        f"the name {name.name}"
        for name in book.names
        if (name.sheet or "").casefold() not in folded
        and name.name not in ours
        and _reads(name.text, folded, tables)
    ]
    sheets = {sheet.part.casefold(): sheet for sheet in book.sheets}
    for part in book.archive.members:
        if part in going or not part.endswith(_XML) or part == book.part.casefold():
            continue
        if not _occurs(book, part, needles):
            continue
        if part in sheets:
            found += _uses_on(book, sheets[part], folded, tables)
        elif part.startswith(("xl/charts/", "xl/pivotcache/", "xl/drawings/")):
            found.append(f"a chart, picture or pivot table ({part})")
        elif part.startswith("xl/ctrlprops/"):
            linked = _attributes(_CONTROL, _text(book, part))
            if any(_reads(text, folded, tables) for text in linked):
                found.append(f"a form control ({part})")
    return found


def _uses_on(
    book: Book, sheet: SheetInfo, folded: Collection[str], tables: Collection[str]
) -> Iterator[str]:
    for position, cell in cells_of(book, sheet.name).items():
        if cell.formula is not None and _reads(cell.formula, folded, tables):
            yield cell_address(sheet.name, *position)
    text = _text(book, sheet.part)
    if any(_reads(unescape(rule), folded, tables) for rule in _RULE.findall(text)):
        yield f"a rule or drop-down list on the sheet {sheet.name}"
    if any(_reads(place, folded, tables) for place in _attributes(_LINK, text)):
        yield f"a link on the sheet {sheet.name}"


def _text(book: Book, part: str) -> str:
    """A part's XML, in whatever encoding it is stored."""
    return as_utf8(read_part(book.archive, part))[0].decode("utf-8", "replace")


def _attributes(pattern: re.Pattern[str], text: str) -> list[str]:
    """The values of attributes, however they are quoted."""
    return [unescape(double or single) for double, single in pattern.findall(text)]


def _needles(names: Collection[str]) -> tuple[bytes, ...]:
    """What one of some names is in the bytes of a part, however an apostrophe is written.

    In small letters, and without those that hold another.
    """
    spelt = {name for given in names for name in (given, given.replace("'", "''"))}
    written = {escape(name, {"'": mark}) for name in spelt for mark in ("'", "&apos;", "&#39;")}
    encoded = {text.encode(encoding).lower() for text in written for encoding in _ENCODINGS}
    return tuple(
        one for one in sorted(encoded) if not any(other in one for other in encoded - {one})
    )


def _occurs(book: Book, part: str, needles: Collection[bytes]) -> bool:
    before = b""
    for chunk in part_chunks(book.archive, part):
        # Many plain searches are far faster than one for any of them without regard to capitals.
        small = (before + chunk).lower()
        if any(needle in small for needle in needles):
            return True
        before = chunk[-_OVERLAP:]
    return False


def _reads(formula: str, folded: Collection[str], tables: Collection[str]) -> bool:
    """Whether a formula reads certain sheets, or names them in a text, as for INDIRECT."""
    if any(name.casefold() in folded for name in sheet_references(formula)):
        return True
    texts = [text.replace('""', '"') for text in _TEXT.findall(formula)]
    named = set(tables) if _INDIRECT.search(formula) else ()
    if any(_reads(text, folded, named) for text in texts):
        return True
    return any(
        re.search(rf"(?<![\w.\\]){re.escape(table)}(?![\w.(])", formula, re.IGNORECASE)
        for table in tables
    )
