"""The tables of a contract as a workbook holds them, and where each cell stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from xlpbr import cells
from xlpbr.cells import Rows
from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import FileProblem, Problem
from xlpbr.tables import assumptions as assumption_rows
from xlpbr.tables import checks
from xlpbr.tables import evidence as tables
from xlpbr.tables import terms as term_rows
from xlpbr.tables.declared import ASSUMPTIONS, DECLARED, OPTIONAL, TABLES
from xlpbr.tables.headings import ReadRecord, RowCount
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import Book, Position, open_book, sheet_rows
from xlpbr.workbook.read.as_shown import (
    rows_that_do_not_show,
    rows_under_the_table,
    with_labels,
    without_hidden,
)
from xlpbr.workbook.read.headings import titles_above, under_titles
from xlpbr.workbook.read.linked_tables import cell_read, refuse_stale_links
from xlpbr.workbook.read.own_sheets import own_sheets
from xlpbr.workbook.read.ranges import FoundRange, find_range, read_range, sheet_row


@dataclass(frozen=True, slots=True)
class ContractTables:
    """The tables of one workbook: where they were found and the cells in them.

    Attributes:
        book: the workbook.
        places: where each table stands, from its heading row on; None where there is none.
        rows: the cells of each, as a person sees them: a merged label stands in every row that
            it covers.
        notes: what to know of how they were read: titles passed over, rows that do not show.
        assumption_notes: the same of the Assumptions table.
    """

    book: Book
    places: Mapping[str, FoundRange | None]
    rows: Mapping[str, Rows | None]
    notes: tuple[Problem, ...] = ()
    assumption_notes: tuple[Problem, ...] = ()

    def dates(self) -> AbstractContextManager[None]:
        """Read date serials as this workbook counts them."""
        return cells.dates_from_1904(on=self.book.date_1904)


@dataclass(frozen=True, slots=True)
class ContractRecords:
    """What the tables say, read, with what is wrong and what became of the rows.

    The assumptions stand apart: they are None where the workbook has no such table, and what is
    wrong in them stops no statement.
    """

    terms: ReadRecord[ContractTerms]
    evidence: ReadRecord[Evidence]
    row_counts: tuple[RowCount, ...]
    problems: tuple[Problem, ...]
    assumptions: ReadRecord[Assumptions] | None = None
    assumption_count: RowCount | None = None
    assumption_problems: tuple[Problem, ...] = ()

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """The problems that stop the figures."""
        return tuple(problem for problem in self.problems if problem.code is not None)

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Every problem, those in the assumptions included."""
        return (*self.problems, *self.assumption_problems)

    @property
    def all_counts(self) -> tuple[RowCount, ...]:
        """What became of the rows of every table, the Assumptions included."""
        assumed = self.assumption_count
        return self.row_counts if assumed is None else (*self.row_counts, assumed)


def read_tables(
    path: Path, given: Mapping[str, str | None], *, with_assumptions: bool = True
) -> ContractTables:
    """The tables of a workbook, each where it is said to be or by its usual name.

    Args:
        path: the workbook.
        given: by table, an Excel table's name, a defined name or an address; None to look for
            ``Pbr`` and the table, such as ``PbrTerms`` and ``PbrPlacements``. An Assumptions table
            that is looked for and cannot be read is a note, not a refusal.
        with_assumptions: whether an Assumptions table is looked for at all.

    Raises:
        FileProblem: the file cannot be read, a table is not there, or it is linked to cells of
            the book and does not show what they hold now.
    """
    book = open_book(path)
    places: dict[str, FoundRange | None] = {}
    rows: dict[str, Rows | None] = {}
    notes: dict[str, list[Problem]] = {}
    not_asked = set(own_sheets(book))
    for table in (*TABLES, ASSUMPTIONS):
        places[table], rows[table], notes[table] = None, None, []
        if table == ASSUMPTIONS and not with_assumptions:
            continue
        try:
            found = find_range(book, table, given.get(table))
            if found is None:
                continue
            if found.sheet in not_asked:
                refuse_stale_links(book, found.sheet)
                not_asked.remove(found.sheet)
            places[table], rows[table], notes[table] = _read_table(book, found)
        except FileProblem as problem:
            if table != ASSUMPTIONS or given.get(table) is not None:
                raise
            notes[table] = [_cannot_be_read(problem)]
    assumption_notes = tuple(notes.pop(ASSUMPTIONS))
    return ContractTables(book, places, rows, tuple(chain(*notes.values())), assumption_notes)


def _cannot_be_read(problem: FileProblem) -> Problem:
    return Problem(
        table=ASSUMPTIONS, found="a table that cannot be read",
        expected="assumptions of a forecast", remedy=str(problem),
    )  # fmt: skip


def _read_table(book: Book, given: FoundRange) -> tuple[FoundRange, Rows, list[Problem]]:
    """A table from its headings on, its cells, and what to know of them."""
    sheet = sheet_rows(book, given.sheet)
    found, headings = under_titles(book, given, sheet.merged)
    corner = found.area[:2]
    cells_shown = without_hidden(read_range(book, found), corner, sheet.merged)
    cells_shown[:1] = [headings]
    rows = with_labels(found.table, found.sheet, cells_shown, corner, sheet.merged)
    notes = (
        titles_above(given, found),
        rows_that_do_not_show(found, rows, sheet.hidden),
        rows_under_the_table(book, found),
    )
    return found, rows, [note for note in notes if note is not None]


def read_records(found: ContractTables) -> ContractRecords:
    """The records of a workbook's tables with every problem in them; each cell is read once."""
    with found.dates():
        records = records_of(found.rows, found.notes, found.assumption_notes)
    located = tuple(_with_other_cell(found, problem) for problem in records.problems)
    return replace(records, problems=located)


def records_of(
    rows: Mapping[str, Rows | None],
    notes: Iterable[Problem] = (),
    assumption_notes: Iterable[Problem] = (),
) -> ContractRecords:
    """The records of a contract's tables with every problem in them.

    Args:
        rows: the cells of each table, heading row first; None, or no entry for one of the optional
            tables, where there is none.
        notes: what to know besides of how they were read.
        assumption_notes: the same of the Assumptions table.
    """
    terms = term_rows.read_terms(rows["Terms"])
    evidence, row_counts = tables.read_evidence(
        rows["Placements"],
        rows["Carers"],
        rows["Claims"],
        **{table.casefold(): rows.get(table) for table in OPTIONAL},
    )
    problems = checks.problems_of(terms, evidence, notes)
    counts = (term_rows.count_terms(rows["Terms"], terms), *row_counts)
    assumptions = assumption_count = None
    assumption_problems = [*assumption_notes]
    if (assumed := rows[ASSUMPTIONS]) is not None:
        assumptions = assumption_rows.read_assumptions(assumed)
        assumption_count = term_rows.count_terms(
            assumed, assumptions, assumption_rows.ASSUMPTIONS_TABLE
        )
        assumption_problems += checks.problems_of_assumptions(terms, assumptions)
    return ContractRecords(
        terms, evidence, counts, tuple(problems), assumptions, assumption_count,
        tuple(assumption_problems),
    )  # fmt: skip


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
    declared = DECLARED[problem.table]
    names = declared.names
    of_a_heading = any(one.heading == problem.column for one in declared.columns)
    wanted = problem.column if names is None or of_a_heading else "Value"
    headings = [cells.key(cell) if isinstance(cell, str) else "" for cell in rows[0]]
    columns = [index for index, heading in enumerate(headings) if heading == cells.key(wanted)]
    if problem.row is not None:
        columns = columns[:1] or [0]
    elif not columns or not wanted or names is not None:
        return f"{place.sheet}, {place.how}"
    row = sheet_row(place, problem.row or 0)
    return " and ".join(
        _cell_and_read(found.book, place.sheet, (row, place.first_column + column))
        for column in columns
    )


def where_and_heading(found: ContractTables, problem: Problem) -> str:
    """The cell of a problem, and the heading over it: ``Placements!D7 (Ended on)``."""
    place = where(found, problem)
    return f"{place} ({problem.column})" if problem.column else place


def _cell_and_read(book: Book, sheet: str, position: Position) -> str:
    address, read = cell_address(sheet, *position), cell_read(book, sheet, position)
    return address if read is None else f"{address} (reads {read})"
