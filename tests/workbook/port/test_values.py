"""Values in place of the calls: what was last shown stays, and nothing without a value is lost."""

from __future__ import annotations

import openpyxl
import pytest
import xlsxwriter

from tests.support.corpus.parts import BUDGET
from tests.support.port_books import EVERY, FEE, formulas_in, part
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.port.host_names import calls
from xlpbr.workbook.port.rewrite import port


@pytest.mark.slow
def test_values_take_the_place_of_formulas(templates, tmp_path):
    for path in templates:
        target = tmp_path / path.name
        before = {
            sheet.name: cells_of(open_book(path), sheet.name) for sheet in open_book(path).sheets
        }
        done = port(path, "values", target, allow=EVERY)
        assert done.calls == 18
        after = open_book(target)
        for sheet in after.sheets:
            now = cells_of(after, sheet.name)
            assert now.keys() == before[sheet.name].keys()
            for position, cell in now.items():
                was = before[sheet.name][position]
                assert (cell.value, cell.kind) == (was.value, was.kind)
                if was.formula is not None and calls(was.formula):
                    assert cell.formula is None
                else:
                    assert cell.formula == was.formula
        assert not any(calls(formula) for formula in formulas_in(target).values())
        # Dates keep their format, and every cell its style.
        one, other = (openpyxl.load_workbook(file)["Statement"] for file in (path, target))
        dated = [cell.coordinate for row in other.iter_rows() for cell in row if cell.is_date]
        assert len(dated) >= 12
        for row in other.iter_rows():
            for cell in row:
                assert cell.number_format == one[cell.coordinate].number_format
        assert calculate(target)  # the other formulas are calculated as before


def test_values_of_spills_shared_formulas_and_errors(hand, tmp_path):
    target = tmp_path / "values.xlsx"
    done = port(hand, "values", target)
    assert done.calls == 12
    text = part(target, BUDGET)
    assert "PBR_" not in text[text.index("<sheetData") : text.index("</sheetData>")]
    now = cells_of(open_book(target), "Budget")
    assert [now[row, 1].value for row in range(20, 28)] == [4775.25, 1, 2, 3, 4, 5250, 9000, 1]
    assert [now[row, 3].value for row in range(21, 25)] == [5250, 3750, 0, 18000]
    assert now[20, 2].value == "0.1.0"
    assert 'cm="' not in text
    notes = " ".join(done.notes)
    assert "Fee" in notes
    assert "the sheet Budget" in notes
    assert "xl/tables/table1.xml" in notes


def test_values_keep_errors_and_dates(tmp_path):
    source, target = tmp_path / "source.xlsx", tmp_path / "values.xlsx"
    book = xlsxwriter.Workbook(source)
    sheet = book.add_worksheet("One")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_formula("A1", "=PBR_FEE_CAP(B1,C1)", None, "#VALUE!")
    sheet.write_formula("A2", "=INDEX(PBR_STATEMENT(D1:E9,F1:G9),2,1)", day, 45901)
    sheet.write_formula("A3", "=PBR_FEE_CAP(1,2)=1", None, True)
    book.close()
    port(source, "values", target)
    now = cells_of(open_book(target), "One")
    assert isinstance(now[1, 1].value, CellError)
    assert now[1, 1].value.code == "#VALUE!"
    assert (now[2, 1].value, now[3, 1].value) == (45901, True)
    assert openpyxl.load_workbook(target)["One"]["A2"].number_format == "dd/mm/yyyy"


def test_a_formula_without_a_value_is_refused_by_name(tmp_path):
    source, target = tmp_path / "never.xlsx", tmp_path / "values.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Our budget"
    for row in range(1, 9):
        book.active.cell(row, 4, f"={FEE}")
    book.save(source)
    with pytest.raises(
        FileProblem, match=r"'Our budget'!D1, .*'Our budget'!D5 and 3 more"
    ) as found:
        port(source, "values", target)
    assert found.value.code == "never-calculated"
    assert not target.exists()
