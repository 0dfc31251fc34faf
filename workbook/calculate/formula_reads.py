"""Which cells a formula reads: by address, through names, tables and several sheets at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import formualizer

from xlpbr.workbook.calculate.formula_words import kind_of, words_of
from xlpbr.workbook.calculate.table_references import table_cells
from xlpbr.workbook.ooxml.addresses import (
    LAST_COLUMN,
    LAST_ROW,
    cell_address,
    column_number,
    split_area,
    split_sheet,
)
from xlpbr.workbook.ooxml.book import Book, Position

Place = tuple[str, Position]
"""A cell: its sheet, its row and column."""

Area = tuple[int, int, int, int]

HIDDEN_SOURCES = frozenset({"INDIRECT", "OFFSET"})
"""What they read is decided while they calculate."""

_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})")
_OTHER_BOOK = re.compile(r"(?<![\w\]])\[[0-9]+\]")
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_WRITTEN = re.compile(
    r"(?:(?:'(?:[^']|'')+'|[\w.]+)!)?"
    r"(?:\$?[A-Za-z]{1,3}\$?[0-9]+(?::\$?[A-Za-z]{1,3}\$?[0-9]+)?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[0-9]+:\$?[0-9]+)(?![\w(])"
)
_WORD = re.compile(r"[^\W\d][\w.\\?]*(?![\w(!])")
_TALL_ROWS = 32
"""A range of so many rows is looked at for every cell, and not noted under each of its rows."""
MOST_NAMES_IN_NAMES = 20
"""A name may stand for another name, and so on; a circle of names ends here."""


def address_of(place: Place) -> str:
    """A cell's address, such as ``Forecast!D12``."""
    return cell_address(place[0], *place[1])


@dataclass(frozen=True, slots=True)
class Reads:
    """What a formula reads.

    Attributes:
        areas: rectangles of cells, each with its sheet in small letters.
        hidden: the function that decides while calculating what else is read; empty if none.
    """

    areas: tuple[tuple[str, Area], ...]
    hidden: str


def reads_another_book(formula: str) -> bool:
    """Whether a formula reads another workbook, which is not looked into."""
    return "[" in formula and _OTHER_BOOK.search(_TEXT.sub("", formula)) is not None


def reads(book: Book, place: Place, formula: str) -> Reads:
    """The cells that a formula reads.

    Args:
        book: the workbook.
        place: where the formula stands.
        formula: its text without the equals sign.
    """
    found: list[tuple[str, Area]] = []
    hidden = ""
    waiting = [(formula, 0)]
    while waiting:
        text, depth = waiting.pop()
        words = words_of(text)
        if words is None:
            found += _seen_in(book, place, text)
            continue
        for called in reversed(words.functions):
            name = called.upper().removeprefix("_XLFN.")
            if name in HIDDEN_SOURCES or (name == "TABLE" and depth == 0):
                hidden = name
        for written in reversed(words.references):
            kind = kind_of(written)
            if kind is formualizer.NamedRangeRef:
                meaning = meaning_of(book, place[0], written)
                if meaning and depth < MOST_NAMES_IN_NAMES:
                    waiting.append((meaning, depth + 1))
                elif not meaning:
                    # The name of a table alone stands for its rows.
                    found += _of_table(book, place, f"{written}[]")
            elif kind is formualizer.TableRef:
                found += _of_table(book, place, written)
            elif kind is not None:
                found += _of_address(book, place[0], written)
    return Reads(tuple(found), hidden)


def unread_sheets(book: Book, all_reads: Mapping[Place, Reads]) -> dict[Place, str]:
    """The formulas that read a sheet whose cells are not read here, and which sheet.

    Such are the sheets of Excel 4 macros and of dialogs.
    """
    known = {info.name.casefold() for info in book.sheets}
    written = {listed.name.casefold(): listed.name for listed in book.workbook.sheets}
    return {
        place: written.get(name, name)
        for place, found in all_reads.items()
        for name, _ in found.areas
        if name not in known
    }


@dataclass(frozen=True, slots=True)
class ReadRanges:
    """The ranges of a sheet that formulas read.

    Attributes:
        readers: the formulas that read each range.
        of_row: by row, the ranges that hold it; those that are tall are not among them.
        tall: the ranges of many rows.
    """

    readers: Mapping[Area, Collection[Place]]
    of_row: Mapping[int, Collection[Area]]
    tall: Collection[Area]


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Which formulas read which cells."""

    single: Mapping[tuple[str, Position], Collection[Place]]
    ranges: Mapping[str, ReadRanges]


def read_by(all_reads: Mapping[Place, Reads]) -> ReadBy:
    """Turn round what formulas read."""
    single: dict[tuple[str, Position], list[Place]] = defaultdict(list)
    ranges: dict[str, dict[Area, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for place, found in all_reads.items():
        for sheet, area in found.areas:
            if area[:2] == area[2:]:
                single[sheet, area[:2]].append(place)
            else:
                ranges[sheet][area].append(place)
    return ReadBy(single, {sheet: _by_row(readers) for sheet, readers in ranges.items()})


def _by_row(readers: Mapping[Area, Collection[Place]]) -> ReadRanges:
    of_row: dict[int, list[Area]] = defaultdict(list)
    tall = []
    for area in readers:
        if area[2] - area[0] >= _TALL_ROWS:
            tall.append(area)
            continue
        for row in range(area[0], area[2] + 1):
            of_row[row].append(area)
    return ReadRanges(readers, of_row, tall)


def readers_of(known: ReadBy, sheet: str, positions: Collection[Position]) -> set[Place]:
    """The formulas that read one of some cells of a sheet."""
    folded = sheet.casefold()
    found: set[Place] = set()
    for position in positions:
        found.update(known.single.get((folded, position), ()))
    ranges = known.ranges.get(folded)
    if ranges is not None and positions:
        rows = [row for row, _ in positions]
        columns = [column for _, column in positions]
        top, bottom, left, right = min(rows), max(rows), min(columns), max(columns)
        for area in _near(ranges, top, bottom):
            if area[0] <= bottom and top <= area[2] and area[1] <= right and left <= area[3]:
                found.update(ranges.readers[area])
    return found


def _near(ranges: ReadRanges, top: int, bottom: int) -> Iterable[Area]:
    """The ranges that may hold one of some rows."""
    if bottom - top >= _TALL_ROWS:
        return ranges.readers
    return chain(ranges.tall, *(ranges.of_row.get(row, ()) for row in range(top, bottom + 1)))


def meaning_of(book: Book, sheet: str, written: str) -> str:
    """What a name stands for, seen from a sheet; empty where it is not defined."""
    given, name = split_sheet(written)
    own = (given or sheet).casefold()
    known = [one for one in book.names if one.name.casefold() == name.casefold()]
    for one in known:
        if one.sheet is not None and one.sheet.casefold() == own:
            return one.text
    return next((one.text for one in known if one.sheet is None), "")


def _of_table(book: Book, place: Place, written: str) -> list[tuple[str, Area]]:
    found = table_cells(book, place, written)
    if found is not None:
        return [(found[0].casefold(), found[1])]
    # A part of the table that cannot be told counts as all of it.
    table = book.tables.get(written.partition("[")[0].casefold())
    if table is None:
        return []
    area = (table.first_row, table.first_column, table.last_row, table.last_column)
    return [(table.sheet.casefold(), area)]


def _seen_in(book: Book, place: Place, text: str) -> list[tuple[str, Area]]:
    """What a formula that cannot be read seems to read: rather too much than too little.

    Excel may well calculate it, so that its value gets old with what it reads.
    """
    bare = _TEXT.sub("", text)
    found: list[tuple[str, Area]] = []
    for written in _WRITTEN.findall(bare):
        found += _of_address(book, place[0], written)
    for word in set(_WORD.findall(bare)):
        meaning = meaning_of(book, place[0], word)
        for written in _WRITTEN.findall(meaning):
            found += _of_address(book, place[0], written)
        found += _of_table(book, place, f"{word}[#All]")
    return found


def _of_address(book: Book, sheet: str, written: str) -> list[tuple[str, Area]]:
    named, area = _sheet_and_area(written)
    if area is None:
        return []
    if named is None:
        return [(sheet.casefold(), area)]
    if ":" not in named:
        return [(named.casefold(), area)]
    names = [info.name.casefold() for info in book.sheets]
    if named.casefold() in names:
        return [(named.casefold(), area)]
    first, _, last = (part.casefold() for part in named.partition(":"))
    if first not in names or last not in names:
        return [(named.casefold(), area)]
    low, high = sorted((names.index(first), names.index(last)))
    return [(name, area) for name in names[low : high + 1]]


@lru_cache(maxsize=65_536)
def _sheet_and_area(written: str) -> tuple[str | None, Area | None]:
    """The sheet that an address names, and its cells; no cells for those of another workbook."""
    named, address = split_sheet(written)
    return named, None if written.startswith(("[", "'[")) else written_area(address)


def written_area(address: str) -> Area | None:
    """The cells of an address such as ``B2:D9``, ``A:C`` or ``2:5``; None where it is none."""
    columns, rows = _COLUMNS.fullmatch(address), _ROWS.fullmatch(address)
    try:
        if columns:
            low, high = sorted((column_number(columns[1]), column_number(columns[2])))
            return (1, low, LAST_ROW, high)
        if rows:
            first, last = sorted((int(rows[1]), int(rows[2])))
            return (first, 1, last, LAST_COLUMN)
        return split_area(address.removesuffix("#"))
    except ValueError:
        return None
