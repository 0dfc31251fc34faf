"""The statement of a contract through cells, against the same schedule in native formulas.

A contract has 40 placements over 24 months. XlsxWriter writes its schedule in plain Excel formulas:
a running total for each placement and month, rounded, the months' sums, what is earned of the fee,
the fee, carer fees, bonus, maximum, claims and balance. All sides give the same pennies in every
figure of every month, which is asserted.

- xlpbr: ``PBR_STATEMENT`` called with the cells as a host hands them over.
- formulas: the package of that name calculates the schedule of one contract, in a process of its
  own, because its many objects would slow everything else in this one; what it takes to load the
  workbook and to compile it is shown apart.
- LibreOffice: 1,000 contracts in one workbook, loaded, which calculates every formula, and the
  figures read back. xlpbr reads the inputs from the same workbook and settles the contracts as a
  portfolio. The start of LibreOffice is not counted.

    python -m bench --only statement
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from bench import native
from bench.drawn import CHILDREN, CLAIMS, HOUSEHOLDS, Cells, draw
from bench.rows import RUNS, Row, at_least, at_most, median_seconds, seconds
from xlpbr.functions import FUNCTIONS
from xlpbr.portfolio.settle import settle_contracts
from xlpbr.settlement.statement import FIGURES
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.ooxml.book import Book, open_book
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.read.ranges import find_range, read_range

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = 1_000
CALLS = 50
MILLISECONDS, TIMES_FORMULAS, TIMES_LIBREOFFICE = 5.0, 100.0, 3.0
ONE = f"statement of {CHILDREN} placements x {native.MONTHS} months through cells"
MANY = "statements of {:,} contracts in one workbook, end to end"

Figures = list[list[float]]
"""The figures of a contract, a row a month, Month left out."""

statement = FUNCTIONS["PBR_STATEMENT"].call


def figures(tables: tuple[Cells, ...]) -> Figures:
    """Our figures, as floats in pounds."""
    months = [row[1:] for row in statement(*tables)[1:]]
    assert len(months) == native.MONTHS
    return months


def ours(path: Path) -> list[Figures]:
    """Read the inputs of a workbook and settle every contract in it."""
    book = open_book(path)
    terms = table(book, "Terms", "A:I")
    blocks = zip(
        terms[1:],
        in_blocks(table(book, "Placements", "A:G"), CHILDREN),
        in_blocks(table(book, "Carers", "A:C"), HOUSEHOLDS),
        in_blocks(table(book, "Claims", "A:B"), CLAIMS),
        strict=True,
    )
    labels = terms[0]
    contracts = [
        read_contract([["Term", "Value"], *map(list, zip(labels, values, strict=True))], *tables)
        for values, *tables in blocks
    ]
    close_archive(book.archive)
    settled = settle_contracts(contracts)
    columns = [
        settled[figure.field_name] / (100 if figure.kind == "money" else 1)
        for figure in FIGURES
        if figure.kind != "month"
    ]
    return np.stack(columns, axis=1).reshape(len(contracts), native.MONTHS, -1).tolist()


def table(book: Book, sheet: str, columns: str) -> Cells:
    place = find_range(book, sheet, f"{sheet}!{columns}")
    assert place is not None
    return read_range(book, place)


def in_blocks(rows: Cells, size: int) -> Iterator[Cells]:
    """The rows of each contract under the headings."""
    for start in range(1, len(rows), size):
        yield [rows[0], *rows[start : start + size]]


def of_formulas(path: Path) -> tuple[float, float, Figures]:
    """Seconds to load and compile, seconds to calculate, and the figures."""
    import formulas  # noqa: PLC0415 - only in the process that is for it

    warnings.filterwarnings("ignore", module="formulas|schedula|openpyxl")
    made: list[Any] = []
    with redirect_stderr(StringIO()):  # its progress bars
        loading = seconds(lambda: made.append(formulas.ExcelModel().loads(str(path)).finish()))
        solutions: list[Any] = []
        calculating = median_seconds(lambda: solutions.append(made[0].calculate()))
    first, last = map(xl_cell_to_rowcol, native.figures_area(0).split(":"))
    found = [
        [
            float(solutions[-1][cell(path, row, column)].value[0, 0])
            for column in range(first[1], last[1] + 1)
        ]
        for row in range(first[0], last[0] + 1)
    ]
    return loading, calculating, found


def cell(path: Path, row: int, column: int) -> str:
    return f"'[{path.name}]SCHEDULE'!{xl_col_to_name(column)}{row + 1}"


def one_contract(folder: Path) -> list[Row]:
    contract = draw(1)
    path = folder / "one.xlsx"
    native.write(path, [contract])
    command = [sys.executable, "-m", "bench.statement", "--formulas", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    loading, calculating, theirs = json.loads(done.stdout.splitlines()[-1])
    assert figures(contract.tables) == theirs
    took = median_seconds(lambda: statement(*contract.tables), CALLS)
    return [
        at_most(ONE, f"PBR_STATEMENT, median of {CALLS} calls", took * 1000, MILLISECONDS, "ms"),
        at_least(ONE, "against formulas, its calculation alone", calculating / took,
                 TIMES_FORMULAS),
        Row(ONE, "formulas: to load and compile the workbook", f"{loading:,.1f} s"),
        Row(ONE, "formulas: to calculate it", f"{calculating:,.2f} s"),
    ]  # fmt: skip


def many_contracts(folder: Path, contracts: int, runs: int) -> list[Row]:
    path = folder / "many.xlsx"
    native.write(path, [draw(seed) for seed in range(contracts)])
    areas = [("Schedule", native.figures_area(index)) for index in range(contracts)]
    calc_engine.TIME_LIMIT = 900
    took: list[tuple[float, float, float]] = []
    started = time.perf_counter()
    with calc_engine.running() as calc:
        start = time.perf_counter() - started
        for _ in range(runs):
            begun = time.perf_counter()
            book = calc_engine.open_in(calc, path)
            loaded = time.perf_counter()
            theirs = calc_engine.read(calc, book, areas)
            read = time.perf_counter()
            mine = ours(path)
            done = time.perf_counter()
            assert mine == theirs, "the pennies differ"
            calc_engine.close(calc, book)
            took.append((loaded - begun, read - begun, done - read))
    loading, whole, own = map(statistics.median, zip(*took, strict=True))
    work = MANY.format(contracts)
    return [
        at_least(work, "against LibreOffice: loaded, calculated, read back", whole / own,
                 TIMES_LIBREOFFICE),
        Row(work, "against LibreOffice: loaded and calculated only", f"{loading / own:,.1f} x"),
        Row(work, "xlpbr: inputs read and settled", f"{own:,.2f} s"),
        Row(work, f"LibreOffice {calc.version}, its start not counted", f"{whole:,.2f} s"),
        Row(work, "LibreOffice: its start", f"{start:,.2f} s"),
    ]  # fmt: skip


def measure(runs: int = RUNS, contracts: int = CONTRACTS) -> list[Row]:
    """The results; fewer runs and contracts are for trying it out."""
    with tempfile.TemporaryDirectory() as folder:
        rows = one_contract(Path(folder))
        if calc_engine.find_calc() is None:
            work = MANY.format(contracts)
            return [*rows, Row(work, "against LibreOffice", "not installed")]
        return [*rows, *many_contracts(Path(folder), contracts, runs)]


if __name__ == "__main__" and sys.argv[1:2] == ["--formulas"]:
    print(json.dumps(of_formulas(Path(sys.argv[2]))))
