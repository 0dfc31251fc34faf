"""Workbooks that xlpbr 0.1.0 made, before its modules were moved, work with those of today."""

from __future__ import annotations

import importlib
import re
from datetime import date
from pathlib import Path

import pytest
from oletools.olevba import VBA_Parser

from tests.support.edits import edit
from xlpbr import __version__
from xlpbr.cells import serial_of
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS, spills
from xlpbr.settlement.statement import settle
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes, detach
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.port.rewrite import port
from xlpbr.workbook.read.contract_tables import read_records, read_tables

MADE = Path(__file__).resolve().parents[1] / "data" / "made_before"
TABLES = dict.fromkeys(("Terms", "Placements", "Carers", "Claims"))
BOOKS = ("calculated.xlsx", "plymouth-for-lite.xlsx", "plymouth-for-classic.xlsm")


def test_sheets_that_were_attached_are_taken_out_again(tmp_path):
    detach(open_book(MADE / "attached.xlsx"), tmp_path / "budget.xlsx", program=XLPBR)
    assert (tmp_path / "budget.xlsx").read_bytes() == (MADE / "budget.xlsx").read_bytes()


def test_what_was_ported_to_lite_goes_back_to_the_same_file(tmp_path):
    port(MADE / "calculated-for-lite.xlsx", "calc", tmp_path / "back.xlsx")
    assert (tmp_path / "back.xlsx").read_bytes() == (MADE / "calculated.xlsx").read_bytes()


def shown(book, sheet):
    """The cells of a sheet as a person sees them, but for what ``PBR_VERSION`` gives."""
    found = {place: cell.value for place, cell in cells_of(book, sheet).items()}
    return {
        place: "the version" if value in ("0.1.0", __version__) else value
        for place, value in found.items()
        if value not in (None, "")
    }


def figures_by_heading(cells):
    """The rows of the statement on a sheet of 0.1.0, by their headings."""
    (top, left), *_ = [place for place, value in cells.items() if value == "Month"]
    headings = {cells[top, column]: column for column in range(left, left + 15)}
    rows = []
    while (top + len(rows) + 1, left) in cells:
        row = top + len(rows) + 1
        rows.append({heading: cells[row, column] for heading, column in headings.items()})
    return rows


def figures_of(statement):
    """The same columns of a statement of today."""
    headings, *rows = spills.statement_table(statement)
    later = {"Outcome fees", "Reimbursed", "Adjustment", "To invoice"}
    return [
        {
            heading: float(serial_of(cell)) if isinstance(cell, date) else cell
            for heading, cell in zip(headings, row, strict=True)
            if heading not in later
        }
        for row in rows
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", BOOKS)
def test_it_is_read_and_calculated_to_the_figures_that_it_shows(name, tmp_path):
    before = open_book(MADE / name)
    records = read_records(read_tables(MADE / name, TABLES))
    # A blank Agreed counted as yes then; it is asked about now.
    assert {(one.column, one.found) for one in records.problems} <= {("Agreed", "nothing")}
    source, target = tmp_path / f"agreed-{name}", tmp_path / name
    agreed = answers_left_out(before, [one.row for one in records.problems])
    edit(before, Changes(cells=agreed), source, allow=["protected-sheet"])
    recalculate(source, target)
    after = open_book(target)
    answered = read_records(read_tables(source, TABLES))
    statement = settle(answered.terms.record, answered.evidence.record)
    for sheet in before.sheets:
        if not sheet.name.endswith("Statement"):
            continue
        was, found = shown(before, sheet.name), shown(after, sheet.name)
        assert figures_by_heading(was) == figures_of(statement)
        # Its cells of the charts stand where the four new columns would. Nothing there is taken for
        # another figure: what cannot be shown is an error.
        assert all(
            isinstance(cell, CellError) or cell == was.get(place) for place, cell in found.items()
        )


def answers_left_out(book, rows):
    """A yes for each of some rows of the placements that do not say whether they are agreed."""
    if not rows:
        return {}
    table = book.tables["pbrplacements"]
    headings = cells_of(book, table.sheet)
    column = next(
        column
        for column in range(table.first_column, table.last_column + 1)
        if headings[table.first_row, column].value == "Agreed"
    )
    return {table.sheet: {(table.first_row + row, column): CellChange("yes") for row in rows}}


def test_the_macros_name_a_module_that_has_every_function():
    macros = VBA_Parser(str(MADE / "plymouth-for-classic.xlsm"))
    code = "\n".join(text for *_, text in macros.extract_macros())
    called = set(re.findall(r'CallUDF\("([\w.]+)", "(PBR_\w+)"', code))
    assert len(called) == 16, "the functions of 0.1.0"
    assert {name for _, name in called} < set(FUNCTIONS)
    assert all(callable(getattr(importlib.import_module(module), name)) for module, name in called)
