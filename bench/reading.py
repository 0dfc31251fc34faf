"""Reading workbooks of one contract each, against openpyxl.

The workbooks are those of ``xlpbr new``, filled with 40 placements, their households and claims,
and calculated: 20 different contracts, copied to as many files as are asked for. Both sides read
the same cells of the four tables from every file, and the cells are asserted to be equal.

- xlpbr finds the tables by their names and reads them (``read_tables``), with all that it refuses;
  then it makes the records of them with every problem in them (``read_records``).
- openpyxl finds the tables by their names (``load_workbook(data_only=True)``), on fewer books.
- openpyxl reads the cells only (``load_workbook(read_only=True, data_only=True)``, the quicker of
  its two ways). Read so it knows no tables: it is told the sheets and the cells.
- With records on both sides, the cells that openpyxl read go through xlpbr's own readers.

    python -m bench --only reading
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl

from bench.drawn import Cells, draw
from bench.rows import RUNS, Row, at_least, medians_in_turn
from xlpbr import cells
from xlpbr.contract.library import Contract, load_contract
from xlpbr.tables import checks
from xlpbr.tables import evidence as tables
from xlpbr.tables import terms as term_rows
from xlpbr.tables.declared import TABLES
from xlpbr.workbook.ooxml.addresses import area_address
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.read.contract_tables import read_records, read_tables
from xlpbr.workbook.template.write import new_workbook

BOOKS, DIFFERENT, FEWER_BOOKS = 1_000, 20, 50
BOUND = 8.0
EPOCH = datetime(1899, 12, 30)
WORK = "reading {:,} workbooks of one contract each"

Place = tuple[str, int, int, int, int]
"""The sheet of a table, and its first row, first column, last row and last column."""


def contract_of(seed: int) -> Contract:
    """Plymouth's contract with the drawn rows in place of its illustrations."""
    drawn = draw(seed)
    values = dict(drawn.terms[1:])
    dates = {"Starts on", "Ends on"}
    contract = load_contract("plymouth-l04-2526")
    return replace(
        contract,
        terms=tuple(
            replace(term, value=as_day(value) if term.term.label in dates else value)
            for term in contract.terms
            for value in [values.get(term.term.label, term.value)]
        ),
        sample=MappingProxyType(
            {
                "Placements": rows_of(drawn.placements, {"Moved on", "Ended on"}),
                "Carers": rows_of(drawn.carers, {"Approved on"}),
                "Claims": rows_of(drawn.claims, {"Month"}),
            }
        ),
    )


def as_day(value: Any) -> Any:
    return (EPOCH + timedelta(days=value)).date() if isinstance(value, float) else value


def rows_of(table: Cells, dates: set[str]) -> tuple[dict[str, Any], ...]:
    headings = table[0]
    return tuple(
        {
            heading: as_day(value) if heading in dates else value
            for heading, value in zip(headings, row, strict=True)
            if value is not None
        }
        for row in table[1:]
    )


def write_books(folder: Path, books: int) -> list[Path]:
    """The workbooks; each of the different ones is written and calculated once, and copied."""
    paths = [folder / f"contract-{number:04d}.xlsx" for number in range(books)]
    for number, path in enumerate(paths):
        if number < DIFFERENT:
            new_workbook(contract_of(number), path, sample=True)
        else:
            shutil.copyfile(paths[number % DIFFERENT], path)
    return paths


def our_cells(path: Path) -> dict[str, Cells]:
    found = read_tables(path, {}, with_assumptions=False)
    close_archive(found.book.archive)
    return {table: rows for table, rows in found.rows.items() if rows is not None}


def our_records(path: Path) -> Any:
    found = read_tables(path, {}, with_assumptions=False)
    close_archive(found.book.archive)
    return read_records(found)


def their_cells(path: Path, places: dict[str, Place]) -> dict[str, Cells]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        return {
            table: [
                list(row)
                for row in book[sheet].iter_rows(
                    first_row, last_row, first_column, last_column, values_only=True
                )
            ]
            for table, (sheet, first_row, first_column, last_row, last_column) in places.items()
        }
    finally:
        book.close()


def their_records(path: Path, places: dict[str, Place]) -> Any:
    found = their_cells(path, places)
    terms = term_rows.read_terms(found["Terms"])
    evidence, counts = tables.read_evidence(found["Placements"], found["Carers"], found["Claims"])
    problems = checks.problems_of(terms, evidence)
    return terms, evidence, (term_rows.count_terms(found["Terms"], terms), *counts), problems


def their_tables(path: Path) -> dict[str, Cells]:
    """The same by openpyxl's other way, which knows the tables but reads every sheet."""
    book = openpyxl.load_workbook(path, data_only=True)
    wanted = {f"Pbr{table}": table for table in TABLES}
    return {
        wanted[area.name]: [[cell.value for cell in row] for row in sheet[area.ref]]
        for sheet in book.worksheets
        for area in sheet.tables.values()
        if area.name in wanted
    }


def plain(found: dict[str, Cells]) -> dict[str, Cells]:
    """Cells with dates as serials and whole numbers as floats, as a package stores them."""
    return {
        table: [[_plain(value) for value in row] for row in rows] for table, rows in found.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - EPOCH) / timedelta(days=1)
    if isinstance(value, date):
        return float(cells.serial_of(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def places_in(path: Path) -> dict[str, Place]:
    found = read_tables(path, {}, with_assumptions=False)
    close_archive(found.book.archive)
    return {
        table: (place.sheet, place.first_row, place.first_column, place.last_row, place.last_column)
        for table, place in found.places.items()
        if place is not None
    }


def check(paths: list[Path], places: dict[str, Place]) -> None:
    """Every way gives the same cells and the same records, for each of the different books."""
    assert set(places) == set(TABLES), [area_address(p[0], p[1:]) for p in places.values()]
    for path in paths[:DIFFERENT]:
        ours = plain(our_cells(path))
        assert ours == plain(their_cells(path, places)) == plain(their_tables(path)), path
        records = our_records(path)
        terms, evidence, counts, problems = their_records(path, places)
        assert (records.terms, records.evidence, records.row_counts) == (terms, evidence, counts)
        assert list(records.problems) == problems
        assert not records.blocking
        assert len(evidence.record.placements) == 40


def over(paths: list[Path], read: Callable[[Path], Any]) -> Callable[[], None]:
    def all_of_them() -> None:
        for path in paths:
            read(path)

    return all_of_them


def measure(runs: int = RUNS, books: int = BOOKS) -> list[Row]:
    """The results; fewer runs and books are for trying it out."""
    warnings.filterwarnings("ignore", module="openpyxl")
    with tempfile.TemporaryDirectory() as folder:
        paths = write_books(Path(folder), books)
        places = {path: places_in(path) for path in paths[:DIFFERENT]}
        # The same cells in every book, whose tables are prepared for as many rows.
        assert len(set(map(str, places.values()))) == 1
        given = next(iter(places.values()))
        check(paths, given)
        few = paths[:FEWER_BOOKS]
        ours, records, theirs, their_own = medians_in_turn(
            [
                over(paths, our_cells),
                over(paths, our_records),
                over(paths, partial(their_cells, places=given)),
                over(paths, partial(their_records, places=given)),
            ],
            runs,
        )
        few_ours, few_theirs = medians_in_turn(
            [over(few, our_cells), over(few, their_tables)], runs
        )
    work = WORK.format(books)
    return [
        at_least(
            work, "cells, against openpyxl that finds the tables by name too",
            few_theirs / few_ours, BOUND,
        ),
        at_least(
            work, "cells, against openpyxl read-only, which is told where they are",
            theirs / ours, BOUND,
        ),
        Row(work, "records, against openpyxl's cells through the same readers",
            f"{their_own / records:,.1f} x"),
        Row(work, "records, against openpyxl's cells alone", f"{theirs / records:,.1f} x"),
        Row(work, "cells, a workbook", f"{ours / books * 1000:.1f} ms"),
        Row(work, "records, a workbook", f"{records / books * 1000:.1f} ms"),
        Row(work, "openpyxl read-only, a workbook", f"{theirs / books * 1000:.1f} ms"),
    ]  # fmt: skip
