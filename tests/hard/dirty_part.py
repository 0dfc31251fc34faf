"""Dirty tables in workbooks: the right figures, or a problem that names what was made dirty."""

from __future__ import annotations

import random
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.hard.dirt import soil
from tests.hard.dirt_in_cells import NEVER_CALCULATED, Dirty
from tests.hard.results import Run
from tests.support import brute_force, strategies
from tests.support.written import write_cell
from xlpbr.errors import FileProblem
from xlpbr.functions import spills
from xlpbr.settlement.statement import settle
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.read.contract_tables import read_records, read_tables, where

TABLES = ("Terms", "Placements", "Carers", "Claims")
CHUNK = 250
_NEVER = -987_654_321.5


def run_dirty(run: Run, folder: Path, number: int, first_seed: int) -> None:
    """Judge so many dirty workbooks, made in chunks that each have a seed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chunk = first_seed * 1000
    while run.figures.get("tables", 0) < number:
        run_chunk(run, folder, chunk, number)
        chunk += 1
    run.figures["seeds"] = f"{first_seed * 1000} to {chunk - 1}"


def run_chunk(run: Run, folder: Path, chunk: int, most: int) -> None:
    """Judge the dirty workbooks of one seed, until there are so many in all."""
    count = 0

    @seed(chunk)
    @settings(
        max_examples=CHUNK,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.cases(), st.integers(0, 2**32))
    def judge(
        case: tuple[brute_force.Contract, brute_force.Evidence, date | None], dirt: int
    ) -> None:
        nonlocal count
        count += 1
        if run.figures.get("tables", 0) >= most:
            return
        name = f"chunk {chunk}, case {count}"
        judge_case(run, folder / "book.xlsx", name, case, random.Random(dirt))

    judge()


def judge_case(
    run: Run,
    path: Path,
    name: str,
    case: tuple[brute_force.Contract, brute_force.Evidence, date | None],
    chance: random.Random,
) -> None:
    """Make the tables of a case dirty, write them, read them, and judge what comes out."""
    contract, evidence, as_at = case
    grids = dict(zip(TABLES, strategies.tables(contract, evidence), strict=True))
    dirty = soil(grids, chance)
    if not dirty.kinds:
        return
    given_places, rows = write_book(path, dirty)
    run.count("tables")
    for kind in dirty.kinds:
        run.count_in("made dirty by", kind)
    expected = brute_force.as_cells(brute_force.statement(contract, evidence, as_at))
    try:
        answer, said = _figures(path, given_places, as_at)
    except FileProblem as problem:
        answer, said = None, [str(problem)]
    except Exception as error:  # anything else is what is looked for
        _fail(run, path, f"{name} ({', '.join(dirty.kinds)}): {type(error).__name__}: {error}")
        return
    named = _names_what_is_dirty(said, dirty, rows)
    if answer is None:
        run.count("refused")
        if not named:
            _fail(run, path, f"{name} ({', '.join(dirty.kinds)}): refused, but said {said[:2]}")
        return
    if answer == expected:
        run.count("right")
    elif named:
        run.count("other figures, and the cell is named")
    else:
        _fail(run, path, f"{name} ({', '.join(dirty.kinds)}): SILENT WRONG FIGURE; said {said[:2]}")


def _figures(
    path: Path, places: dict[str, str], as_at: date | None
) -> tuple[list[list[Any]] | None, list[str]]:
    """The statement as cells, None where the figures stop; and all that is said."""
    found = read_tables(path, places)
    records = read_records(found)
    said = [f"{where(found, problem)} ({problem.column}): {problem.sentence}"
            for problem in records.problems]  # fmt: skip
    for count in records.row_counts:
        if count.found != count.used + count.refused + count.blank:
            raise AssertionError(f"rows that are not accounted for: {count}")
    if records.blocking:
        stops = [f"{where(found, problem)} ({problem.column}): {problem.sentence}"
                 for problem in records.blocking]  # fmt: skip
        return None, stops
    statement = settle(records.terms.record, records.evidence.record, as_at)
    return brute_force.first_edition(spills.statement_table(statement)), said


def _names_what_is_dirty(said: list[str], dirty: Dirty, rows: dict[str, int]) -> bool:
    """Whether something that is said names a row that was made dirty, or its whole table."""
    text = "\n".join(said)
    for table, row in dirty.touched:
        sheet_row = rows[table] + row
        if re.search(rf"{table}!\$?[A-Z]+\$?{sheet_row}(?!\d)", text):
            return True
        if re.search(rf"{table}\b[^\n]*\brow {sheet_row}\b", text):
            return True
        if re.search(rf"{table}, ", text):
            return True
    return False


def write_book(path: Path, dirty: Dirty) -> tuple[dict[str, str], dict[str, int]]:
    """Write dirty tables as a workbook.

    Returns:
        By table, the place that a person would give; and the row of the sheet on which its
        headings stand.
    """
    options = {"default_date_format": "dd/mm/yyyy", "date_1904": dirty.date_1904}
    places, rows = {}, {}
    with xlsxwriter.Workbook(path, options) as book:
        shown_as_date = book.add_format({"num_format": "dd/mm/yyyy"})
        for table in TABLES:
            sheet = book.add_worksheet(table)
            lines = dirty.above.get(table, [])
            for number, line in enumerate(lines):
                sheet.write(number, 0, line or None)
            grid = list(dirty.grids[table])
            if table in dirty.below:
                grid.append(dirty.below[table])
            for down, cells in enumerate(grid):
                for across, value in enumerate(cells):
                    style = shown_as_date if (table, down, across) in dirty.as_date else None
                    _write(sheet, (len(lines) + down, across), value, style)
                if (table, down) in dirty.hidden:
                    sheet.set_row(len(lines) + down, None, None, {"hidden": True})
            for where_, first, last, column in dirty.merged:
                if where_ == table:
                    start, end = len(lines) + first, len(lines) + last
                    sheet.merge_range(start, column, end, column, grid[first][column])
            rows[table] = len(lines) + 1
            places[table] = f"{table}!A:{column_letter(max(map(len, grid)))}"
    if any(
        value is NEVER_CALCULATED for grid in dirty.grids.values() for row in grid for value in row
    ):
        _take_values(path)
    return places, rows


def _write(sheet: Any, place: tuple[int, int], value: Any, style: Any) -> None:
    if value is NEVER_CALCULATED:
        sheet.write_formula(*place, "=1000+1", None, _NEVER)
    elif isinstance(value, int | float):
        sheet.write(*place, value, style)
    else:
        write_cell(sheet, *place, value)


def _take_values(path: Path) -> None:
    """Take the last values away from formulas that were never calculated."""
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content.replace(f"<v>{_NEVER}</v>".encode(), b""))


def _fail(run: Run, path: Path, sentence: str) -> None:
    run.fail(sentence)
    if len(run.failures) <= 50:
        shutil.copyfile(path, path.with_name(f"failed{len(run.failures)}.xlsx"))
