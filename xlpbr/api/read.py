"""A contract's tables from a workbook, as data frames: ``xlpbr.read``."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from xlpbr.api.book_frames import evidence_frame, values_frame
from xlpbr.api.frames import columns_frame
from xlpbr.api.open_books import NOT_CALCULATED, copy_cells, is_open_book
from xlpbr.api.records import GivenContract, PlacedProblem, given_contract, problems_frame
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.errors import FileProblem, Problem
from xlpbr.tables.assumptions import ASSUMPTIONS_TABLE
from xlpbr.tables.declared import DECLARED
from xlpbr.tables.terms import TERMS_TABLE, ValueTable
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.read.contract_tables import (
    ContractRecords,
    ContractTables,
    read_records,
    read_tables,
    where,
)

if TYPE_CHECKING:
    import openpyxl
    import xlwings

_OPTION = re.compile(rf"--({'|'.join(map(str.lower, DECLARED))}) (['\"].*?['\"](?=[\s.,;]|$))")
_ADVICE = ". Open and save the workbook in Excel"
"""Where the reader says what to do about a formula that was never calculated."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadWorkbook:
    """A contract's tables as data frames, with what is wrong in them.

    The data frames are fresh at each access: change one and give it to a function by itself. Given
    as a whole, to ``xlpbr.settle`` and the like, the workbook counts as it was read.

    Money is exact Decimal pounds, days are dates, ``Agreed`` is a truth value; a cell that cannot
    be read stays as it was found. The index ``Row`` counts as problems do, from 1 under the
    headings. Rows that are no data (blank ones, totals) are left out of every table but Terms and
    Assumptions; ``row_counts`` says how many.

    Attributes:
        name: the workbook, as it was named.
        contract: the records, for ``xlpbr.settle`` and the like.
        row_counts: what became of the rows of each table: Found = Used + Refused + Blank.

    Example:
        >>> import tempfile, pathlib, openpyxl, xlpbr
        >>> book = openpyxl.Workbook()
        >>> _ = xlpbr.write(book, xlpbr.terms("plymouth-l04-2526"), "Terms")
        >>> placements = [
        ...     ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
        ...     ["C01", 7000, 1400, "01/11/2025", None],
        ... ]
        >>> _ = xlpbr.write(book, placements, "Placements")
        >>> read = xlpbr.read(book, terms="Terms!A:E", placements="Placements!A:E")
        >>> read.placements.loc[1, "Residential weekly cost"]
        Decimal('7000.00')
        >>> xlpbr.settle(read).payable == xlpbr.settle(read.terms, read.placements).payable
        True
    """

    name: str
    contract: GivenContract = field(repr=False)
    _frames: Mapping[str, pd.DataFrame] = field(repr=False)

    @property
    def terms(self) -> pd.DataFrame:
        """Term, Value and what else the table has: a row for each term."""
        return self._frames["Terms"].copy()

    @property
    def placements(self) -> pd.DataFrame:
        """A row for each placement."""
        return self._frames["Placements"].copy()

    @property
    def carers(self) -> pd.DataFrame:
        """A row for each carer household; no row where the workbook has no such table."""
        return self._frames["Carers"].copy()

    @property
    def claims(self) -> pd.DataFrame:
        """A row for each claim; no row where the workbook has no such table."""
        return self._frames["Claims"].copy()

    @property
    def cohort(self) -> pd.DataFrame:
        """A row for each child of the cohort; no row where the workbook has no such table."""
        return self._frames["Cohort"].copy()

    @property
    def prices(self) -> pd.DataFrame:
        """A row for each change of price; no row where the workbook has no such table."""
        return self._frames["Prices"].copy()

    @property
    def costs(self) -> pd.DataFrame:
        """A row for each further cost of a move; no row where the workbook has no such table."""
        return self._frames["Costs"].copy()

    @property
    def rates(self) -> pd.DataFrame:
        """A row for each price of an outcome; no row where the workbook has no such table."""
        return self._frames["Rates"].copy()

    @property
    def agreed(self) -> pd.DataFrame:
        """A row for each signed month; no row where the workbook has no such table."""
        return self._frames["Agreed"].copy()

    @property
    def budget(self) -> pd.DataFrame:
        """A row for each financial year; no row where the workbook has no such table."""
        return self._frames["Budget"].copy()

    @property
    def assumptions(self) -> pd.DataFrame:
        """The assumptions of a forecast; no row where the workbook has no such table."""
        return self._frames["Assumptions"].copy()

    @property
    def row_counts(self) -> pd.DataFrame:
        """What became of the rows of each table: Found = Used + Refused + Blank."""
        return self._frames["row counts"].copy()

    @property
    def problems(self) -> pd.DataFrame:
        """What is wrong: Where (the cell), Column, Found, Expected, What to do; see ``check``."""
        return problems_frame((*self.contract.problems, *self.contract.assumption_problems))


def read(
    book: str | os.PathLike[str] | openpyxl.Workbook | xlwings.Book,
    *,
    terms: str | None = None,
    placements: str | None = None,
    carers: str | None = None,
    claims: str | None = None,
    assumptions: str | None = None,
    cohort: str | None = None,
    prices: str | None = None,
    costs: str | None = None,
    rates: str | None = None,
    agreed: str | None = None,
    budget: str | None = None,
) -> ReadWorkbook:
    """The tables of a contract in a workbook, with everything that is wrong in them.

    What is wrong in a cell stops nothing here: it is in ``problems``, and ``xlpbr.settle`` refuses
    it. Nothing is written to the workbook.

    Args:
        book: the path of an .xlsx or .xlsm file, or a workbook that is open in openpyxl or, through
            xlwings, in Excel. Of an open one the cells are read as they are now. openpyxl holds
            either formulas, which are refused as never calculated, or with ``data_only=True``
            their last values, where a formula without one looks blank: that is said in
            ``problems``. A path is best.
        terms: where Terms is: an Excel table, a name, or cells such as "Sheet!A4:E28" or
            "Sheet!A:E"; None to look for ``PbrTerms``. The same for the other tables.
        placements: where Placements is.
        carers: where Carers is, if there are any.
        claims: where Claims is, if there are any.
        assumptions: where Assumptions is, if there are any.
        cohort: where Cohort is, if there is such a table.
        prices: where Prices is, if there is such a table.
        costs: where Costs is, if there is such a table.
        rates: where Rates is, if there is such a table.
        agreed: where Agreed is, if there is such a table.
        budget: where Budget is, if there is such a table.

    Raises:
        FileProblem: the file cannot be read, a table is not there, or a formula in it was never
            calculated.

    Example:
        See ``ReadWorkbook``, which is what comes back.

        >>> import xlpbr
        >>> xlpbr.read("no-such-file.xlsx")
        Traceback (most recent call last):
        ...
        xlpbr.errors.FileProblem: no-such-file.xlsx does not exist; check the name and the folder.
    """
    given = {
        "Terms": terms, "Placements": placements, "Carers": carers, "Claims": claims,
        "Cohort": cohort, "Prices": prices, "Costs": costs, "Rates": rates, "Agreed": agreed,
        "Budget": budget, "Assumptions": assumptions,
    }  # fmt: skip
    if isinstance(book, str | os.PathLike):
        try:
            return _read_file(Path(book), given, str(book), ())
        except FileProblem as problem:
            raise FileProblem(_for_python(str(problem)), problem.code) from None
    if not is_open_book(book):
        raise FileProblem(
            f"Found a {type(book).__name__}; give the path of a workbook, or one that is open in"
            " openpyxl or in Excel."
        )
    with tempfile.TemporaryDirectory(prefix="xlpbr-") as folder:
        path = Path(folder) / "workbook.xlsx"
        copied = copy_cells(book, path)
        try:
            return _read_file(path, given, copied.name, copied.notes)
        except FileProblem as problem:
            sentence, code = _for_python(str(problem).replace(str(path), copied.name)), problem.code
    # Raised out here: while the reader's error is held, Windows keeps the copy.
    if code == "never-calculated":
        sentence = f"{sentence.partition(_ADVICE)[0]}. {NOT_CALCULATED}"
    raise FileProblem(sentence, code)


def _for_python(sentence: str) -> str:
    """A sentence of the reader with what a command's option says as an argument."""
    return _OPTION.sub(lambda found: f"{found[1]}={found[2]}", sentence)


def _read_file(
    path: Path, given: Mapping[str, str | None], name: str, notes: tuple[Problem, ...]
) -> ReadWorkbook:
    found = read_tables(path, given)
    try:
        records = read_records(found)
        with found.dates():
            frames = _frames(found, records)
        placed = [PlacedProblem(note, name) for note in notes]
        contract = given_contract(name, records, partial(where, found), placed)
    finally:
        close_archive(found.book.archive)
    return ReadWorkbook(name, contract, frames)


def _frames(found: ContractTables, records: ContractRecords) -> dict[str, pd.DataFrame]:
    def values(of: ValueTable) -> pd.DataFrame:
        rows = found.rows[of.name]
        return values_frame(of, [[of.heading, "Value"]] if rows is None else rows)

    counts = records.all_counts
    frames = {
        "Terms": values(TERMS_TABLE),
        "Assumptions": values(ASSUMPTIONS_TABLE),
        "row counts": columns_frame(
            ("Table", "Found", "Used", "Refused", "Blank"),
            [
                [count.table for count in counts],
                *(
                    pd.Series([getattr(count, what) for count in counts], dtype="int64")
                    for what in ("found", "used", "refused", "blank")
                ),
            ],
        ),
    }
    return frames | {
        table: evidence_frame(table, found.rows[table], records.evidence) for table in ALL_COLUMNS
    }
