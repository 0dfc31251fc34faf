"""A formula that many cells share, or that says it fills the sheet: one of its cells is set."""

import pytest

from tests.support.sheet_book import PART, both_ways, edit, edited, part_text, sheet_xml, write_book
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.edit import with_new_values
from xlpbr.workbook.ooxml.sheet.scan import scan_sheet
from xlpbr.workbook.ooxml.zip.archive import open_archive

SHARED = (
    '<row r="1"><c r="B1"><f t="shared" ref="B1:C3" si="4">A1&amp;"&lt;"</f><v>1</v></c>'
    '<c r="C1"><f t="shared" si="4"/><v>2</v></c></row>'
    '<row r="2"><c r="B2"><f t="shared" si="4"/><v>3</v></c></row>'
    '<row r="7"><c r="B7"><f t="shared" si="4"></f><v>4</v></c></row>'
)


def test_a_shared_formula_goes_on_in_the_next_cell(tmp_path):
    def formulas(changes):
        edited(tmp_path, changes, SHARED)
        stored = cells_of(open_book(tmp_path / "out.xlsx"), "Data")
        return {position: cell.formula for position, cell in stored.items()}

    whole = {(1, 2): 'A1&"<"', (1, 3): 'B1&"<"', (2, 2): 'A2&"<"', (7, 2): 'A7&"<"'}
    assert formulas({(2, 2): CellChange(1.0, "1+1")}) == whole | {(2, 2): "1+1"}
    assert formulas({(1, 2): CellChange(1.0)}) == whole
    assert formulas({(1, 2): CellChange(1.0, "1+1")}) == whole | {(1, 2): "1+1"}
    assert '<f t="shared" ref="B1:C7" si="4">B1&amp;"&lt;"</f>' in part_text(tmp_path / "out.xlsx")
    gone = {(1, 2): CellChange(1.0, None), (1, 3): CellChange(2.0, "3")}
    assert formulas(gone) == whole | {(1, 2): None, (1, 3): "3"}
    gone |= {(2, 2): CellChange(1.0, None)}
    assert formulas(gone) == whole | {(1, 2): None, (1, 3): "3", (2, 2): None}
    assert '<f t="shared" ref="B7:B7" si="4">A7&amp;"&lt;"</f>' in part_text(tmp_path / "out.xlsx")
    gone |= {(7, 2): CellChange(None, None)}
    assert formulas(gone) == {(1, 2): None, (1, 3): "3", (2, 2): None}


def test_a_formula_shared_by_many_cells(tmp_path):
    rows = '<row r="1"><c r="A1"><f t="shared" ref="A1:A5000" si="0">B1*2</f><v>1</v></c></row>'
    rows += "".join(
        f'<row r="{n}"><c r="A{n}"><f t="shared" si="0"/><v>{n}</v></c></row>'
        for n in range(2, 5001)
    )
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    changes = {(1, 1): CellChange(1.0, "1"), (3, 1): CellChange(1.0, "2")}
    assert both_ways(path, changes)
    scan = scan_sheet(open_archive(path), PART, changes)
    sharing = scan.shared["0"]
    assert [use.position for use in sharing.uses] == [(2, 1), (3, 1), (4, 1)]
    assert sharing.rest == (5, 1, 5000, 1)
    edit(path, changes, tmp_path / "out.xlsx")
    stored = cells_of(open_book(tmp_path / "out.xlsx"), "Data")
    assert [stored[n, 1].formula for n in range(1, 5001)] == [
        "1", "B2*2", "2", *(f"B{n}*2" for n in range(4, 5001))
    ]  # fmt: skip
    assert '<f t="shared" ref="A2:A5000" si="0">B2*2</f>' in part_text(tmp_path / "out.xlsx")


def test_a_formula_that_says_it_fills_the_sheet(tmp_path):
    """It is passed over quickly, and not replaced."""
    rows = '<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>'
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    archive = open_archive(path)
    assert b"<v>2</v>" in with_new_values(archive, PART, {(1, 1): 2.0}, {})
    with pytest.raises(FileProblem) as caught:
        scan_sheet(archive, PART, {(1, 1)})
    assert caught.value.code == "array-cell"
    assert str(caught.value) == (
        "The formula in A1 fills 1,048,576 rows, too many to look at; clear it in Excel first."
    )


def test_a_number_used_for_two_shared_formulas_is_refused(tmp_path):
    rows = SHARED + '<row r="8"><c r="B8"><f t="shared" ref="B8:B9" si="4">A1</f><v>1</v></c></row>'
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    with pytest.raises(FileProblem) as caught:
        edit(path, {(1, 2): CellChange(1.0, "2")}, tmp_path / "out.xlsx")
    assert caught.value.code == "shared-formula"
    assert str(caught.value) == (
        "Cell B1 writes out a formula for other cells, and another cell writes one out under the "
        "same number; open the workbook in Excel, save it and try again."
    )
