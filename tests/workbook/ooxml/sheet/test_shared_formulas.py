"""A formula that many cells share is read as each of them shows it."""

import openpyxl
import pytest

from tests.support.raw_package import raw_book
from xlpbr.workbook.ooxml.book import StoredCell, cells_of, open_book
from xlpbr.workbook.ooxml.sheet.shared_formulas import formula_at, shared_formula


def test_shared_formulas_read_as_each_cell_shows_them(tmp_path):
    formula = "A2*$B$1+$C2+D$1+SUM(Other!A2:B3,'My A1 sheet'!A2)+LOG10(A2)"
    path = raw_book(
        tmp_path / "b.xlsx",
        f'<row r="2"><c r="F2"><f t="shared" ref="F2:G4" si="0">{formula}</f><v>1</v></c>'
        '<c r="G2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="4"><c r="F4"><f t="shared" si="0"/><v>3</v></c></row>',
    )
    stored = cells_of(open_book(path), "Data")
    other = openpyxl.load_workbook(path)["Data"]
    for (row, column), cell in stored.items():
        assert "=" + cell.formula == other.cell(row, column).value
    assert stored[4, 6].formula == ("A4*$B$1+$C4+D$1+SUM(Other!A4:B5,'My A1 sheet'!A4)+LOG10(A4)")


def test_a_shared_formula_may_be_written_out_after_it_is_used(tmp_path):
    path = raw_book(
        tmp_path / "b.xlsx",
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c></row><row r="3"><c r="A3">'
        '<f t="shared" ref="A2:A3" si="0">B3*2</f><v>2</v></c></row>',
    )
    stored = cells_of(open_book(path), "Data")
    assert stored[2, 1] == StoredCell(1.0, "B2*2", None, "number", never_calculated=False)


@pytest.mark.parametrize(
    ("first", "moved"),
    [
        ('IF(A1="A1",A1,"say ""A1""")', 'IF(C3="A1",C3,"say ""A1""")'),
        ("SUM(A:A)+SUM($A:B)+SUM(1:1)+SUM($1:2)", "SUM(C:C)+SUM($A:D)+SUM(3:3)+SUM($1:4)"),
        ("Pbr1[[#This Row],[A1]]+[1]Jan!A1+#REF!+A1", "Pbr1[[#This Row],[A1]]+[1]Jan!C3+#REF!+C3"),
        ("1E5+TAXES2024+rate.A1+_A1+A1B+ATAN2(A1,1)", "1E5+TAXES2024+rate.A1+_A1+A1B+ATAN2(C3,1)"),
        ("Jan:Mar!B2+'It''s A1'!B2", "Jan:Mar!D4+'It''s A1'!D4"),
        ("XFD1048576", "B2"),
    ],
)
def test_shared_formulas_move_references_and_nothing_else(first, moved):
    assert formula_at(shared_formula(first, 10, 10), 12, 12) == moved
