"""The four tables of a contract as a workbook holds them, and where each cell stands.

Imports the package and its reader, ``cells``, ``evidence``, ``terms``, ``ranges``, ``term_rows``,
``tables``, ``checks`` and ``errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from xlpbr import cells, checks, tables, term_rows
from xlpbr.cells import Rows
from xlpbr.errors import Problem
from xlpbr.evidence import Evidence
from xlpbr.ranges import Found
from xlpbr.tables import RowCount
from xlpbr.terms import ContractTerms
from xlpbr.workbook.addresses import cell_address
from xlpbr.workbook.book import Book, open_book
from xlpbr.workbook.reader import FoundRange, find_range, read_range, sheet_row

TABLES = ("Terms", "Placements", "Carers", "Claims")


@dataclass(frozen=True, slots=True)
class ContractTables:
    """The tables of one workbook: where they were found and the cells in them."""

    book: Book
    places: Mapping[str, FoundRange | None]
    rows: Mapping[str, Rows | None]

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
        FileProblem: the file cannot be read, or a table is not there.
    """
    book = open_book(path)
    places = {table: find_range(book, table, given.get(table)) for table in TABLES}
    rows = {
        table: None if place is None else read_range(book, place) for table, place in places.items()
    }
    return ContractTables(book, places, rows)


def read_records(found: ContractTables) -> ContractRecords:
    """The records of a workbook's tables with every problem in them."""
    with found.dates():
        terms = term_rows.read_terms(found.rows["Terms"])
        evidence, row_counts = tables.read_evidence(
            found.rows["Placements"], found.rows["Carers"], found.rows["Claims"]
        )
        problems = checks.problems_of(terms, evidence)
    return ContractRecords(terms, evidence, row_counts, tuple(problems))


def where(found: ContractTables, problem: Problem) -> str:
    """The cell of a problem, such as ``Placements!D7``; the table's place where it has no row."""
    place, rows = found.places[problem.table], found.rows[problem.table]
    if place is None or rows is None:
        return problem.table
    if problem.row is None:
        return f"{place.sheet}, {place.how}"
    wanted = "Value" if problem.table == "Terms" and problem.column != "Term" else problem.column
    headings = [cells.key(cell) if isinstance(cell, str) else "" for cell in rows[0]]
    column = headings.index(cells.key(wanted)) if cells.key(wanted) in headings else 0
    return cell_address(place.sheet, sheet_row(place, problem.row), place.first_column + column)
