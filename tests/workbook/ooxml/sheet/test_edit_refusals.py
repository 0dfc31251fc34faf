"""Cells that must not be set: in tables, spills, merged and protected cells; and those that may."""

import pytest

from tests.support.sheet_book import PART, SPILL, edit, sheet_xml, write_book
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import area_cells, column_letter, split_area
from xlpbr.workbook.ooxml.book import TableArea, cells_of, open_book
from xlpbr.workbook.ooxml.edit.program import PROTECTED_SHEET
from xlpbr.workbook.ooxml.edit.refusals import edit_refusals
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.scan import scan_sheet
from xlpbr.workbook.ooxml.zip.archive import open_archive
from xlpbr.workbook.ours import XLPBR

TABLE = TableArea("PbrClaims", "data", 10, 1, 14, 3, True, 1)
FRAME = (
    '<mergeCells count="1"><mergeCell ref="E1:F2"/></mergeCells>',
    '<sheetProtection sheet="1" objects="1"/>'
    '<protectedRanges><protectedRange sqref="H1:H2 J1" name="x" hashValue="aa"/>'
    '<protectedRange sqref="K1:K9" name="y"/></protectedRanges>',
)
OTHER = (
    '<row r="4"><c r="D4"><f t="dataTable" ref="D4:D6" r1="A1"/><v>4</v></c>'
    '<c r="G4" s="2"/></row><row r="5"><c r="A5"><v>5</v></c></row>'
)


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        (
            {(2, 6): CellChange(1.0)},
            "merged-cell",
            "Data!F2 lies inside the merged cells Data!E1:F2, which show only their first cell; "
            "give Data!E1 instead, or unmerge them in Excel.",
        ),
        (
            {(2, 2): CellChange(1.0)},
            "array-cell",
            "Data!B2 is filled by the formula in Data!B1, which fills Data!B1:B3; change that "
            "formula, or choose another cell.",
        ),
        (
            {(1, 2): CellChange(1.0), (2, 2): CellChange(1.0, "A1")},
            "array-cell",
            "Data!B2 is filled by the formula in Data!B1, which fills Data!B1:B3; change that "
            "formula, or choose another cell.",
        ),
        (
            {(1, 2): CellChange(1.0, None), (2, 2): CellChange(None)},
            "array-cell",
            "Data!B1 holds a formula that fills Data!B1:B3, so that a change of it would empty "
            "Data!B3; clear the formula in Excel first, or choose another cell.",
        ),
        (
            {(1, 2): CellChange(1.0, "1", "B1:B2"), (2, 2): CellChange(2.0)},
            "array-cell",
            "Data!B1 holds a formula that fills Data!B1:B3, so that a change of it would empty "
            "Data!B3; clear the formula in Excel first, or choose another cell.",
        ),
        (
            {(5, 4): CellChange(1.0)},
            "data-table",
            "Data!D5 belongs to the what-if data table Data!D4:D6, which Excel calculates as a "
            "whole; choose another cell.",
        ),
        (
            {(10, 3): CellChange("x")},
            "table-heading",
            "Data!C10 is a heading of the table PbrClaims; change it in Excel, or choose a cell "
            "beneath the headings.",
        ),
        (
            {(14, 1): CellChange("x")},
            "table-heading",
            "Data!A14 is in the totals row of the table PbrClaims; change it in Excel, or choose "
            "a cell above the totals row.",
        ),
        (
            {(2, 8): CellChange(1.0)},
            "protected-cell",
            "Data!H2 lies in Data!H1:H2, which asks for a password of its own; unprotect the sheet "
            "in Excel first, or give --allow-protected-sheet to change it all the same.",
        ),
        (
            {(5, 1): CellChange(1.0)},
            "protected-cell",
            "Data!A5 is locked and its sheet is protected; unprotect the sheet in Excel first, "
            "or give --allow-protected-sheet to change it all the same.",
        ),
    ],
)
def test_cells_that_must_not_be_set(tmp_path, changes, code, sentence):
    after = FRAME[1] if code == "protected-cell" else FRAME[0]
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after=after))
    scan = scan_sheet(open_archive(path), PART, changes)
    with pytest.raises(FileProblem) as caught:
        edit_refusals("Data", scan, changes, tables=[TABLE], remedy=XLPBR.remedies[PROTECTED_SHEET])
    assert (caught.value.code, str(caught.value)) == (code, sentence)
    passed = frozenset({"protected-sheet"})
    if code == "protected-cell":
        edit_refusals("Data", scan, changes, tables=[TABLE], allow=passed)
    else:
        with pytest.raises(FileProblem):
            edit_refusals("Data", scan, changes, tables=[TABLE], allow=passed)


@pytest.mark.parametrize(
    ("position", "area", "why", "code"),
    [
        ((5, 1), "A5:B6", None, ""),
        ((1, 2), "B1:B4", None, ""),
        ((4, 1), "A4:A5", "Data!A5 is not empty", "array-cell"),
        ((1, 3), "C1:E1", "Data!E1:F2 is merged", "merged-cell"),
        (
            (9, 1),
            "A9:A11",
            "the table PbrClaims is there, and no formula fills cells of a table",
            "array-cell",
        ),
    ],
)
def test_formulas_that_would_fill_what_is_taken(tmp_path, position, area, why, code):
    changes = {place: CellChange(1.0) for place in area_cells(split_area(area))} | {
        position: CellChange(1.0, "_xlfn.SORT(K1:K9)", area, 1)
    }
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after=FRAME[0]))
    scan = scan_sheet(open_archive(path), PART, changes)
    if why is None:
        edit_refusals("Data", scan, changes, tables=[TABLE])
        return
    first = f"Data!{column_letter(position[1])}{position[0]}"
    tables = [] if code == "merged-cell" else [TABLE]
    with pytest.raises(FileProblem) as caught:
        edit_refusals("Data", scan, changes, tables=tables)
    assert caught.value.code == code
    assert str(caught.value) == (
        f"The formula in {first} would fill Data!{area}, but {why}; choose a place with room "
        "for it."
    )


def test_what_is_not_refused(tmp_path):
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after="".join(FRAME)))

    def allowed(changes, unlocked=(2,)):
        scan = scan_sheet(open_archive(path), PART, changes)
        edit_refusals("Data", scan, changes, tables=[TABLE], unlocked=unlocked)

    allowed({(4, 7): CellChange(1.0)})  # its style unlocks it
    allowed({(5, 11): CellChange(1.0)})  # everybody may edit the range
    never = {"unlocked": range(100)}
    allowed({(1, 5): CellChange(1.0), (12, 2): CellChange(1.0)}, **never)
    allowed({(1, 2): CellChange(1.0), (2, 2): CellChange(2.0)}, **never)
    left_over = {(2, 2): CellChange(2.0, "A1"), (3, 2): CellChange(None)}
    allowed({(1, 2): CellChange(1.0, None), **left_over}, **never)


@pytest.mark.parametrize(
    "ranges",
    [
        '<protectedRanges><protectedRange sqref="A1:B9" name="x" password="CC1A"/>'
        "</protectedRanges>",
        '<extLst><ext><x14:protectedRanges xmlns:x14="urn:x14" xmlns:xm="urn:xm">'
        '<x14:protectedRange name="x" hashValue="aa"><xm:sqref>A1:B9</xm:sqref>'
        "</x14:protectedRange></x14:protectedRanges></ext></extLst>",
    ],
)
@pytest.mark.parametrize("protection", ["", '<sheetProtection sheet="0"/>'])
def test_a_range_with_a_password_closes_nothing_in_a_sheet_that_is_open(
    tmp_path, ranges, protection
):
    changes = {(5, 1): CellChange(1.0)}
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after=protection + ranges))
    edit_refusals("Data", scan_sheet(open_archive(path), PART, changes), changes)
    closed = sheet_xml(SPILL + OTHER, after='<sheetProtection sheet="1"/>' + ranges)
    scan = scan_sheet(open_archive(write_book(tmp_path / "c.xlsx", closed)), PART, changes)
    with pytest.raises(FileProblem, match="asks for a password of its own"):
        edit_refusals("Data", scan, changes)


def test_a_formula_that_says_it_fills_cells_elsewhere(tmp_path):
    """Found by random sheets: B2 says that it fills A1, and A1 was emptied with it."""
    rows = (
        '<row><c t="inlineStr"><is><t>kept</t></is></c></row>'
        '<row r="2"><c r="B2"><f t="array" ref="A1">1</f><v>1</v></c></row>'
    )
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    changes = {(2, 2): CellChange("north", None)}
    edit(path, changes, tmp_path / "out.xlsx")
    assert cells_of(open_book(tmp_path / "out.xlsx"), "Data")[1, 1].value == "kept"
    scan = scan_sheet(open_archive(path), PART, changes)
    with pytest.raises(FileProblem, match=r"a change of it would empty Data!A1; clear"):
        edit_refusals("Data", scan, changes)
