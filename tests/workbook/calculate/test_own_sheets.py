"""Workbooks that xlpbr made, changed by a program that calculates nothing, and calculated again."""

from __future__ import annotations

import re
from datetime import date

import pytest
import xlsxwriter

from tests.support.corpus.parts import read_parts, write_zip
from tests.support.edits import edit
from tests.support.templates import template
from xlpbr.cells import dates_from_1904, serial_of
from xlpbr.contract.library import load_contract
from xlpbr.errors import CellError, FileProblem
from xlpbr.tables.declared import OPTIONAL
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.attach.plan import OFFERED
from xlpbr.workbook.calculate.keeping import formulas_of
from xlpbr.workbook.calculate.recalculate import calculate, recalculate
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.read.contract_tables import read_records, read_tables, where
from xlpbr.workbook.read.own_sheets import SHEETS, own_sheets

pytestmark = pytest.mark.slow

CONTRACT = "plymouth-l04-2526"
HEADINGS = ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"]
LINKED = "Placements 25-26"


def with_cells(path, target, sheet, changes):
    """A copy in which cells hold other values and every formula still shows its old one."""
    wanted = {position: CellChange(value, None) for position, value in changes.items()}
    edit(open_book(path), Changes(cells={sheet: wanted}), target)
    return target


def shown(path):
    book = open_book(path)
    return {
        (sheet, position): as_stored(cells_of(book, sheet)[position].value)
        for (sheet, position), formula in formulas_of(book).items()
        if "PBR_VERSION" not in formula
    }


def as_calculated(path):
    with dates_from_1904(on=open_book(path).date_1904):
        return {
            (sheet, position): as_stored(value)
            for sheet, of_sheet in calculate(path).items()
            for position, value in of_sheet.items()
        }


def as_stored(value):
    if isinstance(value, CellError):
        return value.code
    return float(serial_of(value)) if isinstance(value, date) else value


def differing(path):
    """The formulas whose value in a file is not what the engine makes of the whole file."""
    expected = as_calculated(path)
    return {
        place: (value, expected[place])
        for place, value in shown(path).items()
        if (expected[place] or "") != (value or "")
    }


def attached_to(path, placements, headings=()):
    """The sheets of a contract attached to a copy of a book."""
    target = path.with_name("attached.xlsx")
    attach(
        path,
        target,
        contract=load_contract(CONTRACT),
        places={"Placements": placements},
        headings=dict(headings),
    )
    return target


@pytest.fixture(scope="module")
def attached(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attached")
    book = xlsxwriter.Workbook(folder / "budget.xlsx")
    sheet = book.add_worksheet(LINKED)
    sheet.write_row("A4", ["Child", "Weekly rate", "Family weekly cost", "Moved on", "Ended on"])
    for row in range(6):
        sheet.write_row(4 + row, 0, [f"{row:05}", 6000 + row, 1300, 45901 + 20 * row])
    book.close()
    headings = {"Weekly rate": "Residential weekly cost"}
    return attached_to(folder / "budget.xlsx", "'Placements 25-26'!A4:E12", headings)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return template(tmp_path_factory, CONTRACT)


def test_which_sheets_are_ours(attached, made, tmp_path):
    assert own_sheets(open_book(made)) == frozenset(SHEETS)
    # An attachment has the optional tables only where they are wanted.
    assert own_sheets(open_book(attached)) == {
        f"PBR {sheet}" for sheet in OFFERED if sheet not in OPTIONAL
    }
    with xlsxwriter.Workbook(tmp_path / "other.xlsx") as book:
        book.add_worksheet("Terms")
    assert own_sheets(open_book(tmp_path / "other.xlsx")) == frozenset()


@pytest.mark.parametrize(
    "change", [{(5, 2): 7200.0}, {(5, 2): "tbc"}, {(11, 1): "00009", (11, 2): 1.0}]
)
def test_what_the_book_holds_now_reaches_the_statement(attached, tmp_path, change):
    changed = with_cells(attached, tmp_path / "changed.xlsx", LINKED, change)
    done = recalculate(changed, tmp_path / "out.xlsx")
    assert done.kept == ()
    assert differing(tmp_path / "out.xlsx") == {}
    assert shown(tmp_path / "out.xlsx") != shown(attached)


@pytest.mark.parametrize(
    ("change", "problems"),
    [({(6, 3): "tbc"}, 1), ({(6, 3): "tbc", (7, 3): "tbc", (8, 3): "tbc"}, 3)],
)
def test_a_workbook_of_our_own_is_calculated_whole(made, tmp_path, change, problems):
    changed = with_cells(made, tmp_path / "changed.xlsx", "Placements", change)
    done = recalculate(changed, tmp_path / "out.xlsx")
    assert done.kept == ()
    assert differing(tmp_path / "out.xlsx") == {}
    found = [
        value
        for (sheet, _), value in as_calculated(tmp_path / "out.xlsx").items()
        if sheet == "Checks" and value == "Residential weekly cost"
    ]
    assert len(found) >= problems


def test_figures_are_not_read_from_links_that_are_out_of_date(attached, tmp_path):
    changed = with_cells(attached, tmp_path / "changed.xlsx", LINKED, {(5, 2): 7200.0})
    assert refused(changed) == (
        "not-calculated",
        f"{changed}: 'PBR Placements'!C6 shows 6000, and 'Placements 25-26'!B5, which it reads,"
        " holds 7200. Calculate the workbook in Excel (F9) and save it, or run: xlpbr recalc"
        " changed.xlsx -o OUT.xlsx",
    )
    recalculate(changed, tmp_path / "out.xlsx")
    assert read_tables(tmp_path / "out.xlsx", {}).rows["Placements"][1][2] == 7200.0


def test_figures_are_not_read_while_rows_of_the_book_are_left_out(attached, tmp_path):
    changed = with_cells(attached, tmp_path / "changed.xlsx", LINKED, {(13, 1): "00019"})
    recalculate(changed, tmp_path / "out.xlsx")
    code, sentence = refused(tmp_path / "out.xlsx")
    assert code == "rows-not-read"
    assert "'PBR Placements'!D3: 1 row of the book's table is not read" in sentence


def refused(path):
    with pytest.raises(FileProblem) as caught:
        read_tables(path, {})
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({(4, 2): "Fee"}, "'PBR Placements'!C4 shows \"Weekly rate\", and"),
        ({(5, 2): None}, "'PBR Placements'!C6 shows 6000, and 'Placements 25-26'!B5, which it"),
        ({(5, 2): "6000"}, 'which it reads, holds "6000".'),
        ({(5, 2): True}, "which it reads, holds TRUE."),
        ({(12, 1): "00012"}, "'PBR Placements'!A13 shows nothing, and 'Placements 25-26'!A12,"),
        ({(5, 5): 45990}, "'PBR Placements'!F6 shows nothing, and 'Placements 25-26'!E5, which it"),
    ],
)
def test_every_link_is_compared_with_the_cell_that_it_reads(attached, tmp_path, change, said):
    code, sentence = refused(with_cells(attached, tmp_path / "changed.xlsx", LINKED, change))
    assert code == "not-calculated"
    assert said in sentence


def test_rows_left_out_are_counted_in_the_book_and_not_read_from_the_sheet(attached, tmp_path):
    """The cell that counts them shows 0 until it is calculated again."""
    change = {(13, 1): "00019", (14, 1): "00020"}
    code, sentence = refused(with_cells(attached, tmp_path / "changed.xlsx", LINKED, change))
    assert code == "rows-not-read"
    assert "2 rows of the book's table are not read, so the figures would leave them" in sentence


def test_what_does_not_concern_the_links_is_no_reason_to_refuse(attached, made, tmp_path):
    changed = with_cells(attached, tmp_path / "changed.xlsx", LINKED, {(5, 7): "a remark"})
    assert read_tables(changed, {}).rows == read_tables(attached, {}).rows
    assert read_tables(made, {}).rows["Placements"]
    # The book's own table can be read by itself, whatever the attached sheets show.
    changed = with_cells(attached, tmp_path / "other.xlsx", LINKED, {(5, 2): 7200.0})
    given = {"Placements": "'Placements 25-26'!A4:E12"}
    assert read_tables(changed, given).rows["Placements"][1][1] == 7200.0


def test_a_problem_in_a_linked_cell_names_the_cell_of_the_book(attached, tmp_path):
    changed = with_cells(attached, tmp_path / "changed.xlsx", LINKED, {(6, 2): "tbc"})
    recalculate(changed, tmp_path / "out.xlsx")
    found = read_tables(tmp_path / "out.xlsx", {})
    problem = read_records(found).blocking[0]
    assert where(found, problem) == "'PBR Placements'!C7 (reads 'Placements 25-26'!B6)"


@pytest.mark.parametrize(
    ("place", "table", "year_1904"),
    [("Budget", "Budget", False), ("P!A:E", None, False), ("P!A1:E4", None, True)],
)
def test_tables_whole_columns_and_other_dates_are_compared_as_well(
    tmp_path, place, table, year_1904
):
    with xlsxwriter.Workbook(tmp_path / "book.xlsx", {"date_1904": year_1904}) as book:
        sheet = book.add_worksheet("P")
        sheet.write_row("A1", HEADINGS)
        sheet.write_row("A2", ["  C1", 5000 + 0.1 + 0.2, 1300, 45901])
        sheet.write_row("A3", ["C2", 5100, 1300, 45931, "=NA()"])
        sheet.write_formula("E3", "=NA()", None, "#N/A")
        if table:
            sheet.add_table(
                "A1:E4", {"name": table, "columns": [{"header": heading} for heading in HEADINGS]}
            )
    attached = attached_to(tmp_path / "book.xlsx", place)
    assert read_tables(attached, {}).rows["Placements"][1][2] == 5000 + 0.1 + 0.2
    changed = tmp_path / "changed.xlsx"
    code, sentence = refused(with_cells(attached, changed, "P", {(3, 2): 1.0}))
    assert code == "not-calculated"
    assert "'PBR Placements'!C7 shows 5100, and P!B3, which it reads, holds 1." in sentence
    # The error in the book was put right; the link shows it still.
    changed = tmp_path / "error.xlsx"
    _, sentence = refused(with_cells(attached, changed, "P", {(3, 5): 46000.0}))
    assert "'PBR Placements'!F7 shows #N/A, and P!E3, which it reads, holds 46000." in sentence


def test_whole_columns_as_excel_writes_them_are_understood(tmp_path):
    """Excel stores $A$1:$A$1048576 as $A:$A."""
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet("P")
        sheet.write_row("A1", HEADINGS)
        sheet.write_row("A2", ["C1", 5000, 1300, 45901])
    attached = attached_to(tmp_path / "book.xlsx", "P!A:E")
    changed = with_cells(attached, tmp_path / "changed.xlsx", "P", {(2, 2): 1.0})
    saved = write_zip(
        tmp_path / "saved.xlsx",
        {
            name: re.sub(rb"\$([A-E])\$1:\$\1\$1048576", rb"$\1:$\1", content)
            for name, content in read_parts(changed).items()
        },
    )
    assert any("P!$B:$B" in formula for formula in formulas_of(open_book(saved)).values())
    code, sentence = refused(saved)
    assert code == "not-calculated"
    assert "'PBR Placements'!C6 shows 5000, and P!B2, which it reads, holds 1." in sentence
