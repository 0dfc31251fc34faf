"""The tables of a book that the PBR sheets are to read: which column is which, what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xlpbr import cells
from xlpbr.cells import Rows
from xlpbr.errors import FileProblem
from xlpbr.tables.declared import DECLARED
from xlpbr.tables.headings import (
    MOST_ROWS_OF_TITLES,
    could_be_too,
    heading_rows,
    meant_by,
)
from xlpbr.workbook.ooxml.addresses import LAST_ROW, Area, area_address, cell_address
from xlpbr.workbook.ooxml.book import Book, sheet_rows
from xlpbr.workbook.ooxml.sheet.stored_cells import SheetRows
from xlpbr.workbook.read.as_shown import rows_that_do_not_show
from xlpbr.workbook.read.headings import from_row
from xlpbr.workbook.read.linked_tables import as_linked
from xlpbr.workbook.read.ranges import (
    FoundRange,
    did_you_mean,
    filled_cells,
    find_range,
    first_rows,
    read_range,
)
from xlpbr.workbook.template.links import Link, LinkedColumn
from xlpbr.workbook.template.plan import input_headings

_LEAST_SPARE_ROWS = 50
_CODE = "headings"

_WORD = re.compile(r"[^\W\d_]+")
_TELLING: Mapping[str, frozenset[str]] = {
    "Child": frozenset({"child", "ref", "reference", "pseudonym"}),
    "Residential weekly cost": frozenset({"residential", "home"}),
    "Family weekly cost": frozenset({"family", "foster", "fostering"}),
    "Moved on": frozenset({"moved", "move", "start", "started"}),
    "Ended on": frozenset({"ended", "end"}),
    "Household": frozenset({"household", "carer", "carers"}),
    "Approved on": frozenset({"approved", "approval", "panel"}),
    "Month": frozenset({"month", "period"}),
    "Invoiced": frozenset({"invoiced", "amount", "claimed"}),
    "Term": frozenset({"term", "terms"}),
    "Value": frozenset({"value", "values"}),
    "From": frozenset({"from", "start", "starts", "effective"}),
    "Outcome": frozenset({"outcome", "milestone"}),
    "Weeks": frozenset({"weeks", "duration"}),
    "Price": frozenset({"price", "rate", "tariff"}),
    "Payable": frozenset({"payable", "signed", "agreed"}),
    "Year": frozenset({"year"}),
    "Saving": frozenset({"saving", "savings"}),
    "Cost": frozenset({"cost", "costs", "spend"}),
}
"""Words by which a heading of the book is proposed for one of ours; the person decides."""


MeantHeadings = Mapping[str, str | tuple[str, ...]]
"""By heading of the book, the heading of ours that is meant, or an empty text for none of ours.

A heading that stands in several tables may have a meaning for each.
"""


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """A table of the book: how it is read, and what the person should know of it.

    Attributes:
        link: how it is read.
        headings: all its headings, those that are not read included.
        notices: what the person should know, a sentence each.
    """

    link: Link
    headings: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One of our headings.

    Attributes:
        heading: the heading.
        read: whether the functions read it: then a misspelt one is asked about.
        heading_required: whether the table must have it.
    """

    heading: str
    read: bool
    heading_required: bool
    if_missing: str = ""
    is_remark: bool = False
    options: tuple[str, ...] = ()


def link_table(book: Book, table: str, place: str, meant: MeantHeadings) -> LinkedTable:
    """The link to a table of a book.

    Args:
        book: the book.
        table: which, such as Terms or Placements.
        place: where it is, as ``find_range`` takes it.
        meant: what headings of the book mean; meanings that are none of this table's are left out.

    Raises:
        FileProblem: the table is not there, cannot be read, has merged cells (code
            ``merged-cell``), or has not the headings (code ``headings``).
    """
    given = find_range(book, table, place)
    if given is None:
        raise FileProblem(f"{book.path}: say where the {table.lower()} are.")
    wanted = _wanted(table)
    headings = _of_this_table(meant, wanted)
    found = _under_titles(book, given, wanted, headings)
    rows = read_range(book, found)
    columns = _columns(book, found, rows[0], wanted, headings)
    sheet = sheet_rows(book, found.sheet)
    _refuse_merged(book, found, columns, sheet.merged)
    records = tuple(
        {
            heading: _as_number(book, found, row[column.column - found.first_column])
            for heading, column in columns.items()
        }
        for row in rows[1:]
    )
    excel_table = _excel_table(book, found)
    first = next(iter(columns.values())).column
    open_ended = found.cut_blank_rows
    link = Link(
        table=table,
        place=_cells_in_words(found, excel_table),
        sheet=found.sheet,
        heading_row=found.first_row,
        last_row=None if open_ended else found.last_row,
        excel_table=excel_table,
        columns=columns,
        rows=records,
        prepared_rows=min(
            len(records) + max(_LEAST_SPARE_ROWS, len(records)), LAST_ROW - found.first_row
        ),
        left_below=0 if open_ended or excel_table else _left_below(book, found, first),
    )
    texts = tuple(text for text in map(_heading_text, rows[0]) if text)
    return LinkedTable(link, texts, tuple(_notices(link, found, rows, sheet)))


def _of_this_table(meant: MeantHeadings, wanted: Iterable[_Wanted]) -> dict[str, str]:
    """What headings of the book mean in one table."""
    known = {cells.key(one.heading) for one in wanted} | {""}
    return {theirs: ours for theirs, ours in _pairs(meant) if cells.key(ours) in known}


def _pairs(meant: MeantHeadings) -> list[tuple[str, str]]:
    return [
        (theirs, one)
        for theirs, ours in meant.items()
        for one in ((ours,) if isinstance(ours, str) else ours)
    ]


def refuse_unused_headings(linked: Iterable[LinkedTable], meant: MeantHeadings) -> None:
    """Refuse a heading that is mapped and stands in no table that is linked.

    Raises:
        FileProblem: code ``headings``; the sentence names the nearest.
    """
    tables = list(linked)
    standing = {heading for table in tables for heading in table.headings}
    for theirs, ours in _pairs(meant):
        if cells.key(theirs) in map(cells.key, standing):
            continue
        where = " or ".join(table.link.place for table in tables) or "the book: no table is linked"
        raise FileProblem(
            f"--map '{theirs}={ours}': there is no heading '{theirs}' in {where}"
            f"{did_you_mean(theirs, standing)}.",
            _CODE,
        )


def refuse_unknown_headings(tables: Iterable[str], meant: MeantHeadings) -> None:
    """Refuse a heading that is meant and is none of ours, before the book's are looked at.

    Args:
        tables: the tables that are linked.
        meant: what headings of the book mean.

    Raises:
        FileProblem: code ``headings``; the sentence names the nearest.
    """
    linked = list(tables)
    known = list(dict.fromkeys(one.heading for table in linked for one in _wanted(table)))
    for theirs, ours in _pairs(meant):
        if not known or cells.is_blank(ours) or cells.key(ours) in map(cells.key, known):
            continue
        raise FileProblem(
            f"--map '{theirs}={ours}': our tables have no heading {ours}"
            f"{did_you_mean(ours, known)}. The headings of {' and '.join(linked)} are:"
            f" {', '.join(known)}.",
            _CODE,
        )


def _cells_in_words(found: FoundRange, excel_table: str | None) -> str:
    """The cells as a person finds them."""
    area = area_address(found.sheet, found.area)
    if excel_table is not None:
        return f"the table {excel_table} on the sheet {found.sheet}"
    if found.cut_blank_rows:
        return f"{area} and below"
    return f"{area} (the {found.how})" if found.how.startswith("name ") else area


def _excel_table(book: Book, found: FoundRange) -> str | None:
    """The Excel table that the cells are, however they were named."""
    if found.is_table:
        return found.how.removeprefix("table ")
    for table in book.tables.values():
        if table.has_heading and (table.sheet, table.without_totals) == (found.sheet, found.area):
            return table.name
    return None


def _wanted(table: str) -> list[_Wanted]:
    """Our headings of a table, in their order; every row fills the first."""
    required = {
        one.heading: one.heading_required for one in DECLARED[table].columns if not one.is_remark
    }
    return [
        _Wanted(heading, heading in required, required.get(heading, False))
        for heading in input_headings(table)
    ]


def _heading_text(cell: Any) -> str:
    """A heading as text; a cell that is no heading gives an empty one."""
    return cells.text(cell) if isinstance(cell, str | float) else ""


def _meant(cell: Any, headings: Mapping[str, str]) -> str:
    """What a heading of the book is taken for."""
    text = _heading_text(cell)
    by_key = {cells.key(theirs): ours for theirs, ours in headings.items()}
    return cells.tidy(by_key.get(cells.key(text), text))


def _under_titles(
    book: Book, given: FoundRange, wanted: list[_Wanted], headings: Mapping[str, str]
) -> FoundRange:
    """The range from its heading row on, where titles stand above it."""
    if given.is_table:
        return given
    top = first_rows(book, given, MOST_ROWS_OF_TITLES)
    meant = [[_meant(cell, headings) for cell in row] for row in top]
    candidates = heading_rows(meant, [one for one in wanted if one.read])
    return from_row(book, given, candidates, _CODE)


def _columns(
    book: Book,
    found: FoundRange,
    row: list[Any],
    wanted: list[_Wanted],
    headings: Mapping[str, str],
) -> dict[str, LinkedColumn]:
    """Which column of the book each of our headings is; what does not fit is refused."""
    meant = [_meant(cell, headings) for cell in row]
    columns: dict[str, LinkedColumn] = {}
    sentences: list[str] = []
    for one in wanted:
        places = [
            index for index, text in enumerate(meant) if cells.key(text) == cells.key(one.heading)
        ]
        if len(places) > 1:
            addresses = " and ".join(_address_of_heading(found, index) for index in places)
            sentences.append(
                f"Two columns are '{one.heading}': {addresses}. Say which one is not meant with"
                f' --map "{_heading_text(row[places[-1]])}=", or rename it.'
            )
        elif places:
            index = places[0]
            columns[one.heading] = LinkedColumn(row[index], found.first_column + index)
    known = {cells.key(one.heading) for one in wanted}
    strangers = {text: index for index, text in enumerate(meant) if cells.key(text) not in known}
    strangers.pop("", None)
    missing: list[str] = []
    pairs: list[tuple[str, str]] = []
    for one in wanted:
        if one.heading in columns or not one.read:
            continue
        near = next((text for text in strangers if meant_by(text, [one.heading])), None)
        if near is not None:
            instead = "" if one.heading_required else f', or --map "{near}=" if it is not'
            sentences.append(
                f"The heading '{near}' in {_address_of_heading(found, strangers[near])} looks"
                f" like '{one.heading}'; add --map \"{near}={one.heading}\" if it is"
                f" meant{instead}."
            )
            pairs.append((near, one.heading))
        elif one.heading_required:
            missing.append(one.heading)
    # Of a heading that was mapped the person has said which is meant.
    by_itself = [
        one.heading
        for one in wanted
        if one.read
        and one.heading in columns
        and cells.key(str(columns[one.heading].heading)) == cells.key(one.heading)
    ]
    asked = {theirs for theirs, _ in pairs}
    for text, index in strangers.items():
        rival = None if text in asked else could_be_too(text, by_itself)
        if rival is not None:
            sentences.append(
                f"The heading '{text}' in {_address_of_heading(found, index)} could be '{rival}'"
                f' too; add --map "{text}=" if it is not.'
            )
    if missing:
        pairs += _guesses(missing, set(strangers).difference(near for near, _ in pairs))
        ready = " ".join(f'--map "{theirs}={ours}"' for theirs, ours in pairs)
        sentences.append(
            f"{_cells_in_words(found, _excel_table(book, found))} has no heading"
            f" {' or '.join(repr(heading) for heading in missing)}. Its other headings are:"
            f" {', '.join(strangers) or 'none'}. Give the range with its heading row, or add what"
            f" is meant: {ready}"
        )
    if sentences:
        raise FileProblem(f"{book.path}: {' '.join(sentences)}", _CODE)
    return columns


def _guesses(missing: Iterable[str], strangers: Iterable[str]) -> list[tuple[str, str]]:
    """What the book may call each heading: the only heading with a telling word, else none."""
    left = list(strangers)
    pairs = []
    for ours in missing:
        telling = _TELLING[ours]
        near = [theirs for theirs in left if telling & set(_WORD.findall(theirs.casefold()))]
        if len(near) == 1:
            left.remove(near[0])
        pairs.append((near[0] if len(near) == 1 else "BOOK HEADING", ours))
    return pairs


def _address_of_heading(found: FoundRange, index: int) -> str:
    return cell_address(found.sheet, found.first_row, found.first_column + index)


def _refuse_merged(
    book: Book,
    found: FoundRange,
    columns: Mapping[str, LinkedColumn],
    merged: Iterable[Area],
) -> None:
    """Refuse merged cells in what is read: a formula sees only their first cell, or hidden ones."""
    read = {column.column for column in columns.values()}
    for area in merged:
        first_row, first_column, last_row, last_column = area
        down = first_row <= found.last_row and last_row >= found.first_row
        if down and read & set(range(first_column, last_column + 1)):
            raise FileProblem(
                f"{book.path}: {area_address(found.sheet, area)} is merged, and plain formulas"
                " cannot read merged cells as a person does. Unmerge them in Excel, fill in what"
                " each cell means, and attach again.",
                "merged-cell",
            )


def _as_number(book: Book, found: FoundRange, value: Any) -> Any:
    """A value as a formula reads it: a date that is stored as one is its serial number."""
    try:
        return as_linked(book, value)
    except ValueError as error:
        raise FileProblem(f"{book.path}: {found.sheet}: {error}. Correct the date.") from error


def _left_below(book: Book, found: FoundRange, column: int) -> int:
    """How many cells of a column hold something under the range."""
    below = (found.last_row + 1, column, LAST_ROW, column)
    return sum(1 for _ in filled_cells(book, found.sheet, below))


def _notices(link: Link, found: FoundRange, rows: Rows, sheet: SheetRows) -> list[str]:
    notices = [_what_was_taken(link)]
    if link.left_below:
        cells_hold = "1 cell holds" if link.left_below == 1 else f"{link.left_below:,} cells hold"
        notices.append(
            f"{link.table}: under {link.place}, {cells_hold} something in the same column. They"
            " are not read; give a larger range if they should be."
        )
    unseen = rows_that_do_not_show(found, rows, sheet.hidden)
    if unseen is not None:
        notices.append(f"{link.table}: in {link.place}, {unseen.sentence}")
    return notices


def _what_was_taken(link: Link) -> str:
    """How many rows are read from where, which heading as which, and what is not there."""
    filled = sum(
        any(not cells.is_blank(value) for value in record.values()) for record in link.rows
    )
    read = "1 row" if filled == 1 else f"{filled:,} rows"
    blank = len(link.rows) - filled
    passed_over = ""
    if blank:
        passed_over = f", {blank:,} blank {'row' if blank == 1 else 'rows'} skipped"
    renamed = ", ".join(
        f"{cells.text(column.heading)} as {ours}"
        for ours, column in link.columns.items()
        if cells.key(cells.text(column.heading)) != cells.key(ours)
    )
    absent = [
        f" No column {one.heading}: {one.if_missing}."
        for one in DECLARED[link.table].columns
        if one.if_missing and one.heading not in link.columns
    ]
    return (
        f"{link.table}: {read} read from {link.place}{passed_over}"
        f"{'; ' if renamed else ''}{renamed}.{''.join(absent)}"
    )
