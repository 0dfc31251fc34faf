"""A workbook before it is in a file: the same as what the reader sees in the file."""

from __future__ import annotations

import pytest
from xlsxwriter import Workbook

from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.template.as_written import book_as_written
from xlpbr.workbook.template.plan import template_plan_of
from xlpbr.workbook.template.write import write_sheets, write_template


def not_calculated(book, sheet):
    """The cells of a sheet; XlsxWriter writes 0 or nothing as the value of a formula."""
    return {
        place: cell if cell.formula is None else (cell.formula, cell.array_range, cell.dynamic)
        for place, cell in cells_of(book, sheet).items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("sample", [True, False])
@pytest.mark.parametrize("contract", CONTRACT_NAMES)
def test_it_holds_what_the_reader_finds_in_the_file(contract, sample, tmp_path):
    path = tmp_path / "written.xlsx"
    plan = template_plan_of(load_contract(contract), sample=sample)
    with Workbook(str(path)) as workbook:
        write_sheets(workbook, plan, None)
        before = book_as_written(workbook, path)
    book = open_book(path)
    assert before.path == book.path
    assert before.tables == book.tables
    assert len(before.tables) >= 5
    named = [name for name in book.names if not name.name.startswith("_xlnm.Print_Titles")]
    by_name = [sorted(names, key=str) for names in (before.names, named)]
    assert by_name[0] == by_name[1]
    assert [sheet.name for sheet in before.sheets] == [sheet.name for sheet in book.sheets]
    for sheet in book.sheets:
        assert not_calculated(before, sheet.name) == not_calculated(book, sheet.name)


def test_each_kind_of_cell_is_seen_as_the_reader_sees_it(tmp_path):
    path = tmp_path / "written.xlsx"
    with Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("It's")
        for row, value in enumerate((1, 0.1 + 0.2, 1e300, -7, True, "text", " a ", "ü£", None)):
            sheet.write(row, 0, value)
        sheet.write_formula(0, 1, "=A1+1")
        sheet.write_array_formula("C1:C3", "{=A1:A3*2}")
        sheet.write_dynamic_array_formula("D1", "=A1:A2")
        sheet.write_formula(0, 4, "=SEQUENCE(2)")
        sheet.add_table("G2:H4", {"name": "Mine", "columns": [{"header": "a"}, {"header": "b"}]})
        sheet.add_table("J2:J4", {"name": "Bare", "header_row": False})
        workbook.define_name("Known", "='It''s'!$A$1")
        workbook.add_worksheet("Plain")
        workbook.define_name("Plain!Local", "=1")
        before = book_as_written(workbook, path)
    book = open_book(path)
    assert before.tables == book.tables
    assert sorted(before.names, key=str) == sorted(book.names, key=str)
    assert not_calculated(before, "It's") == not_calculated(book, "It's")


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACT_NAMES)
def test_a_workbook_that_is_calculated_before_it_is_written_is_the_one_written_twice(
    contract, tmp_path, tmp_path_factory
):
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    write_template(load_contract(contract), first, sample=True)
    write_template(load_contract(contract), second, sample=True, values=calculate(first))
    once, twice = open_book(template(tmp_path_factory, contract)), open_book(second)
    for sheet in twice.sheets:
        assert cells_of(once, sheet.name) == cells_of(twice, sheet.name)
