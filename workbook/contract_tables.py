"""The four tables of a contract as a workbook holds them, and where each cell stands.

Imports the package and its readers, ``cells``, ``evidence``, ``terms``, ``ranges``,
``term_rows``, ``tables``, ``checks`` and ``errors``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from xlpbr import cells, checks, tables, term_rows
from xlpbr.cells import Rows
from xlpbr.errors import Problem
from xlpbr.evidence import Evidence
from xlpbr.ranges import Found, RowCount
from xlpbr.terms import ContractTerms
from xlpbr.workbook.addresses import cell_address
from xlpbr.workbook.book import Book, Position, open_book, sheet_named
from xlpbr.workbook.headings import titles_above, under_titles
from xlpbr.workbook.hidden_rows import rows_that_do_not_show
from xlpbr.workbook.linked_tables import cell_read, refuse_stale_links
from xlpbr.workbook.merged_cells import with_labels, without_hidden
from xlpbr.workbook.parts.sheet_rows import SheetRows, read_sheet_rows
from xlpbr.workbook.reader import FoundRange, find_range, read_range, sheet_row

TABLES = ("Terms", "Placements", "Carers", "Claims")


@dataclass(frozen=True, slots=True)
class ContractTables:
    """The tables of one workbook: where they were found and the cells in them.

    Attributes:
        book: the workbook.
        places: where each table stands, from its heading row on; None where there is none.
        rows: the cells of each, as a person sees them: a merged label stands in every row that
            it covers.
        notes: what to know of how they were read: titles passed over, rows that do not show.
    """

    book: Book
    places: Mapping[str, FoundRange | None]
    rows: Mapping[str, Rows | None]
    notes: tuple[Problem, ...] = ()

    def dates(self) -> AbstractContextManager[None]:
        """Read date serials as this workbook counts them."""
        return cells.dates_from_1904(on=self.book.date_1904)


@dataclass(frozen=True, slots=True)
class ContractRecords:
    """What the tables say, read, with what is wrong and what became of the rows."""

    terms: Found[ContractTerms]
    evidence: Found[Evidence]
    row_counts: tuple[RowCount, ...]
    problems: tuple[Problem, ...]

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """The problems that stop the figures."""
        return tuple(problem for problem in self.problems if problem.code is not None)


def read_tables(path: Path, given: Mapping[str, str | None]) -> ContractTables:
    """The tables of a workbook, each where it is said to be or by its usual name.

    Args:
        path: the workbook.
        given: by table, an Excel table's name, a defined name or an address; None to look for
            ``PbrTerms``, ``PbrPlacements``, ``PbrCarers`` and ``PbrClaims``.

    Raises:
        FileProblem: the file cannot be read, a table is not there, or it is linked to cells of
            the book and does not show what they hold now.
    """
    book = open_book(path)
    places: dict[str, FoundRange | None] = {}
    rows: dict[str, Rows | None] = {}
    notes: list[Problem] = []
    seen: dict[str, SheetRows] = {}
    for table in TABLES:
        places[table] = rows[table] = None
        found = find_range(book, table, given.get(table))
        if found is None:
            continue
        if found.sheet not in seen:
            refuse_stale_links(book, found.sheet)
            seen[found.sheet] = _rows_of_sheet(book, found.sheet)
        places[table], rows[table], known = _read_table(book, found, seen[found.sheet])
        notes.extend(known)
    return ContractTables(book, places, rows, tuple(notes))


def _rows_of_sheet(book: Book, sheet: str) -> SheetRows:
    info = sheet_named(book, sheet)
    assert info is not None, "a range is found on a sheet of the workbook"
    return read_sheet_rows(book.archive, info.part)


def _read_table(
    book: Book, given: FoundRange, sheet: SheetRows
) -> tuple[FoundRange, Rows, Iterable[Problem]]:
    """A table from its headings on, its cells, and what to know of them."""
    found, headings = under_titles(book, given, sheet.merged)
    corner = (found.first_row, found.first_column)
    cells_shown = without_hidden(read_range(book, found), corner, sheet.merged)
    cells_shown[:1] = [headings]
    rows = with_labels(found.table, found.sheet, cells_shown, corner, sheet.merged)
    notes = (titles_above(given, found), rows_that_do_not_show(found, rows, sheet.hidden))
    return found, rows, [note for note in notes if note is not None]


def read_records(found: ContractTables) -> ContractRecords:
    """The records of a workbook's tables with every problem in them."""
    with found.dates():
        terms = term_rows.read_terms(found.rows["Terms"])
        evidence, row_counts = tables.read_evidence(
            found.rows["Placements"], found.rows["Carers"], found.rows["Claims"]
        )
        problems = checks.problems_of(terms, evidence, found.notes)
        counts = (term_rows.count_terms(found.rows["Terms"], terms), *row_counts)
    located = tuple(_with_other_cell(found, problem) for problem in problems)
    return ContractRecords(terms, evidence, counts, located)


def _with_other_cell(found: ContractTables, problem: Problem) -> Problem:
    """The problem with the cell of the other row that it speaks of, as the person sees it."""
    if problem.other_row is None:
        return problem
    row, cell = f"row {problem.other_row}", where(found, replace(problem, row=problem.other_row))
    return replace(
        problem,
        found=_last_replaced(problem.found, row, cell),
        expected=_last_replaced(problem.expected, row, cell),
    )


def _last_replaced(text: str, words: str, by: str) -> str:
    """A text with the last occurrence replaced: names quoted before it may hold the same words."""
    before, found, after = text.rpartition(words)
    return f"{before}{by}{after}" if found else text


def where(found: ContractTables, problem: Problem) -> str:
    """The cell of a problem, such as ``Placements!D7``; a linked one with the cell that it reads.

    A problem of a whole column stands at its heading, twice where the heading is there twice;
    one of the whole table at the table's place.
    """
    place, rows = found.places[problem.table], found.rows[problem.table]
    if place is None or rows is None:
        return problem.table
    wanted = "Value" if problem.table == "Terms" and problem.column != "Term" else problem.column
    headings = [cells.key(cell) if isinstance(cell, str) else "" for cell in rows[0]]
    columns = [index for index, heading in enumerate(headings) if heading == cells.key(wanted)]
    if problem.row is not None:
        columns = columns[:1] or [0]
    elif not columns or not wanted or problem.table == "Terms":
        return f"{place.sheet}, {place.how}"
    row = sheet_row(place, problem.row or 0)
    return " and ".join(
        _cell_and_read(found.book, place.sheet, (row, place.first_column + column))
        for column in columns
    )


def _cell_and_read(book: Book, sheet: str, position: Position) -> str:
    address, read = cell_address(sheet, *position), cell_read(book, sheet, position)
    return address if read is None else f"{address} (reads {read})"
