"""What in a workbook reads certain sheets: cells, names, charts and the rest.

Imports ``addresses``, ``archive``, ``book``, ``function_names`` and ``part_graph``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape
from xml.sax.saxutils import escape

from xlpbr.workbook.addresses import cell_address
from xlpbr.workbook.book import Book, DefinedName, SheetInfo, cells
from xlpbr.workbook.parts.archive import part_chunks, read_part
from xlpbr.workbook.parts.function_names import sheet_references
from xlpbr.workbook.parts.part_graph import reachable

_OVERLAP = 1024
"""Bytes of a piece that are looked at again with the next, so that no word is cut."""

_XML = (".xml", ".vml")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_RULE = re.compile(r"<(?:(?:\w+:)?formula[12]?|xm:f)(?: [^>]*)?>([^<]*)<")


OUR_NAMES = "Pbr"
"""How every defined name starts that xlpbr gives."""


def names_going(book: Book, names: Collection[str]) -> tuple[DefinedName, ...]:
    """The names that xlpbr gave and that stand for nothing but cells of certain sheets."""
    folded = {name.casefold() for name in names}
    return tuple(
        name
        for name in book.names
        if name.sheet is None
        and name.name.startswith(OUR_NAMES)
        and (sheets := sheet_references(name.text))
        and {sheet.casefold() for sheet in sheets} <= folded
    )


def uses_of(book: Book, names: Collection[str]) -> list[str]:
    """Where other sheets, names and charts of a workbook read certain sheets or their tables.

    Only parts in which one of their names occurs are looked at closely.

    Args:
        book: the workbook.
        names: the sheets.

    Returns:
        Addresses of cells, ``the name X``, ``a rule on the sheet X`` or ``a chart or pivot table
        (part)``.
    """
    folded = {name.casefold() for name in names}
    tables = {table.name for table in book.tables.values() if table.sheet.casefold() in folded}
    ours = {name.name for name in names_going(book, names)}
    tables |= ours
    going = _parts_of(book, folded)
    needle = _needle([*names, *tables])
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
        if not _occurs(book, part, needle):
            continue
        if part in sheets:
            found += _uses_on(book, sheets[part], folded, tables)
        elif part.startswith(("xl/charts/", "xl/pivotcache/", "xl/drawings/")):
            found.append(f"a chart, picture or pivot table ({part})")
    return found


def _uses_on(
    book: Book, sheet: SheetInfo, folded: Collection[str], tables: Collection[str]
) -> Iterator[str]:
    for position, cell in cells(book, sheet.name).items():
        if cell.formula is not None and _reads(cell.formula, folded, tables):
            yield cell_address(sheet.name, *position)
    for text in _RULE.findall(read_part(book.archive, sheet.part).decode("utf-8", "replace")):
        if _reads(unescape(text), folded, tables):
            yield f"a rule or drop-down list on the sheet {sheet.name}"
            return


def _parts_of(book: Book, folded: Collection[str]) -> set[str]:
    """The parts to which only the sheets lead."""
    roots = [sheet.part for sheet in book.sheets if sheet.name.casefold() in folded]
    return reachable(book.archive, roots) - reachable(book.archive, [""], without=roots)


def _needle(names: Collection[str]) -> re.Pattern[bytes]:
    """Finds one of some names in the bytes of a part, however an apostrophe is written."""
    spelt = {name for given in names for name in (given, given.replace("'", "''"))}
    written = {escape(name, {"'": mark}) for name in spelt for mark in ("'", "&apos;", "&#39;")}
    encoded = {text.encode(encoding) for text in written for encoding in _ENCODINGS}
    return re.compile(b"|".join(map(re.escape, sorted(encoded))), re.IGNORECASE)


def _occurs(book: Book, part: str, needle: re.Pattern[bytes]) -> bool:
    before = b""
    for chunk in part_chunks(book.archive, part):
        if needle.search(before + chunk):
            return True
        before = chunk[-_OVERLAP:]
    return False


def _reads(formula: str, folded: Collection[str], tables: Collection[str]) -> bool:
    if any(name.casefold() in folded for name in sheet_references(formula)):
        return True
    return any(
        re.search(rf"(?<![\w.\\]){re.escape(table)}(?![\w.(])", formula, re.IGNORECASE)
        for table in tables
    )
