"""Which cells a formula reads: by address, through names, tables and several sheets at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import formualizer

from xlpbr.workbook.ooxml.addresses import (
    LAST_COLUMN,
    LAST_ROW,
    Area,
    cell_address,
    column_number,
    split_area,
    split_sheet,
    within,
)
from xlpbr.workbook.ooxml.book import Book, Position, TableArea, cells_of

Place = tuple[str, Position]
"""A cell: its sheet, its row and column."""

HIDDEN_SOURCES = frozenset({"INDIRECT", "OFFSET"})
"""What they read is decided while they calculate."""

_TAKES_ARRAYS = frozenset({"SUMPRODUCT", "MMULT", "LOOKUP", "INDEX"})
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})")
_COLUMN_OF_TABLE = re.compile(r"\[((?!@)(?:[^\[\]'#]|'.)+)\]")
_OTHER_BOOK = re.compile(r"(?<![\w\]])\[[0-9]+\]")
_TEXT = re.compile(r'"(?:[^"]|"")*"')
MOST_NAMES_IN_NAMES = 20
"""A name may stand for another name, and so on; a circle of names ends here."""


def address_of(place: Place) -> str:
    """A cell's address, such as ``Forecast!D12``."""
    return cell_address(place[0], *place[1])


def formulas_in(book: Book) -> dict[Place, str]:
    """The formula of every cell of a workbook that has one."""
    return {
        (sheet.name, position): cell.formula
        for sheet in book.sheets
        for position, cell in cells_of(book, sheet.name).items()
        if cell.formula is not None
    }


def parsed(formula: str) -> formualizer.ASTNode | None:
    """A formula, without its equals sign, as a tree; None where it cannot be read."""
    try:
        return formualizer.parse(f"={formula}")
    except Exception:
        return None


def called_by(node: formualizer.ASTNode) -> str:
    """The function that a node calls, in capitals, without the prefix of newer ones; or nothing."""
    return (node.get_function_name() or "").upper().removeprefix("_XLFN.")


def functions_in(formula: str) -> set[str]:
    """The functions that a formula calls; none where it cannot be read."""
    return {called_by(node) for node in _nodes(formula)} - {""} if "(" in formula else set()


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
        for node in _nodes(text):
            name = called_by(node)
            if name in HIDDEN_SOURCES or (name == "TABLE" and depth == 0):
                hidden = name
            reference = node.get_reference()
            if reference is None:
                continue
            written = node.get_reference_string() or ""
            if isinstance(reference, formualizer.NamedRangeRef):
                meaning = _meaning(book, place[0], written)
                if meaning and depth < MOST_NAMES_IN_NAMES:
                    waiting.append((meaning, depth + 1))
            elif isinstance(reference, formualizer.TableRef):
                found += _of_table(book, place, written)
            else:
                found += _of_address(book, place[0], written)
    return Reads(tuple(found), hidden)


def works_on_arrays(formula: str) -> bool:
    """Whether a formula does sums on many cells at once, as only an array formula does in Excel."""
    tree = parsed(formula)
    return tree is not None and _has_array_operator(tree)


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Which formulas read which cells."""

    single: Mapping[tuple[str, Position], Collection[Place]]
    ranges: Mapping[str, Collection[tuple[Area, Place]]]


def read_by(all_reads: Mapping[Place, Reads]) -> ReadBy:
    """Turn round what formulas read."""
    single: dict[tuple[str, Position], list[Place]] = defaultdict(list)
    ranges: dict[str, list[tuple[Area, Place]]] = defaultdict(list)
    for place, found in all_reads.items():
        for sheet, area in found.areas:
            if area[:2] == area[2:]:
                single[sheet, area[:2]].append(place)
            else:
                ranges[sheet].append((area, place))
    return ReadBy(single, ranges)


def readers_of(known: ReadBy, sheet: str, positions: Collection[Position]) -> set[Place]:
    """The formulas that read one of some cells of a sheet."""
    folded = sheet.casefold()
    found: set[Place] = set()
    for position in positions:
        found.update(known.single.get((folded, position), ()))
    ranges = known.ranges.get(folded, ())
    if ranges and positions:
        rows = [row for row, _ in positions]
        columns = [column for _, column in positions]
        top, bottom, left, right = min(rows), max(rows), min(columns), max(columns)
        for area, place in ranges:
            if area[0] <= bottom and top <= area[2] and area[1] <= right and left <= area[3]:
                found.add(place)
    return found


def _nodes(formula: str) -> Iterator[formualizer.ASTNode]:
    """The nodes of a formula; none where it cannot be read: it shows an error and reads nothing."""
    tree = parsed(formula)
    waiting = [] if tree is None else [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children()


def _meaning(book: Book, sheet: str, written: str) -> str:
    """What a name stands for, seen from a sheet; empty where it is not defined."""
    given, name = split_sheet(written)
    own = (given or sheet).casefold()
    known = [one for one in book.names if one.name.casefold() == name.casefold()]
    for one in known:
        if one.sheet is not None and one.sheet.casefold() == own:
            return one.text
    return next((one.text for one in known if one.sheet is None), "")


def _of_table(book: Book, place: Place, written: str) -> list[tuple[str, Area]]:
    name, bracket, inside = written.partition("[")
    named = name.rpartition("!")[2].casefold()
    table = book.tables.get(named) if name else table_around(book, place)
    if table is None:
        return []
    first_row, last_row = table.first_row, table.last_row
    if "#this row" in inside.casefold() or "@" in inside:
        first_row = last_row = place[1][0]
    columns = columns_called(book, table, bracket + inside)
    return [
        (table.sheet.casefold(), (first_row, column, last_row, column)) for column in columns
    ] or [(table.sheet.casefold(), (first_row, table.first_column, last_row, table.last_column))]


def table_around(book: Book, place: Place) -> TableArea | None:
    """The Excel table in which a cell stands."""
    for table in book.tables.values():
        if table.sheet.casefold() == place[0].casefold() and within(place[1], table.area):
            return table
    return None


def columns_called(book: Book, table: TableArea, specifier: str) -> list[int]:
    """The columns that are named; none where all are meant or a name is not found."""
    if ":" in specifier:
        return []
    wanted = [name.replace("'", "").casefold() for name in _COLUMN_OF_TABLE.findall(specifier)]
    of_sheet = cells_of(book, table.sheet)
    found = []
    for column in range(table.first_column, table.last_column + 1):
        cell = of_sheet.get((table.first_row, column))
        if cell is not None and str(cell.value).replace("'", "").casefold() in wanted:
            found.append(column)
    return found if len(found) == len(wanted) else []


def _of_address(book: Book, sheet: str, written: str) -> list[tuple[str, Area]]:
    named, address = split_sheet(written)
    area = _area(address)
    if area is None or written.startswith(("[", "'[")):
        return []
    if named is None:
        return [(sheet.casefold(), area)]
    names = [info.name.casefold() for info in book.sheets]
    if named.casefold() in names or ":" not in named:
        return [(named.casefold(), area)]
    first, _, last = (part.casefold() for part in named.partition(":"))
    if first not in names or last not in names:
        return []
    low, high = sorted((names.index(first), names.index(last)))
    return [(name, area) for name in names[low : high + 1]]


def _area(address: str) -> Area | None:
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


def _has_array_operator(node: formualizer.ASTNode) -> bool:
    if (node.get_function_name() or "").upper() in _TAKES_ARRAYS:
        return False
    children = node.children()
    if node.node_type() in ("BinaryOp", "UnaryOp") and any(map(_is_range, children)):
        return True
    return any(map(_has_array_operator, children))


def _is_range(node: formualizer.ASTNode) -> bool:
    written = node.get_reference_string() or ""
    reference = node.get_reference()
    if isinstance(reference, formualizer.TableRef):
        return "#this row" not in written.casefold() and "@" not in written
    if not isinstance(reference, formualizer.RangeRef):
        return False
    area = _area(written.rpartition("!")[2])
    return area is None or area[:2] != area[2:]
