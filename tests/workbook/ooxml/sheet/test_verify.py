"""The check of an edited sheet: it finds a copy that differs, and a mistake of the editor."""

from collections.abc import Mapping

import pytest

from tests.support.sheet_book import PART, ROWS, sheet_xml, write_book
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.edit import edited_chunks, sheet_splices
from xlpbr.workbook.ooxml.sheet.scan import scan_sheet
from xlpbr.workbook.ooxml.sheet.verify import verify_sheet
from xlpbr.workbook.ooxml.zip.archive import open_archive
from xlpbr.workbook.ooxml.zip.copy import copy_archive


@pytest.mark.parametrize(
    ("was", "wrong"),
    [
        ("<v>12.5</v>", "<v>12.50000001</v>"),
        ("<v>12.5</v>", "<v>12.5<v/></v>"),
        ('<row r="3"', '<row r="4"'),
        ('<c r="B1" s="2"', '<c r="B1" s="1"'),
        ("<f>A1*2</f>", "<f>A1*3</f>"),
        ("</sheetData>", "</sheetData> "),
        ("</worksheet>", ""),
        ("</worksheet>", "</worksheet><!-- -->"),
    ],
)
def test_a_copy_that_differs_is_found(tmp_path, was, wrong):
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS))
    archive = open_archive(path)
    changes = {(1, 1): CellChange(12.5)}
    scan = scan_sheet(archive, PART, changes)
    splices = sheet_splices(scan, changes)
    text = b"".join(edited_chunks(archive, PART, splices)).decode()
    assert text.count(was) == 1
    copy_archive(archive, {PART: text.replace(was, wrong).encode()}, tmp_path / "out.xlsx")
    with pytest.raises(FileProblem, match=r"The copy of .* was not kept, because it differed in"):
        verify_sheet(
            archive, open_archive(tmp_path / "out.xlsx"), PART, scan, changes, splices, "Data"
        )


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        (CellChange(12.5), CellChange(12.25)),
        (CellChange(1.0), CellChange(True)),
        (CellChange("1"), CellChange(1.0)),
        (CellChange(1.0, "A2"), CellChange(1.0, "A3")),
        (CellChange(1.0, None), CellChange(1.0, "A3")),
        (CellChange(None), CellChange("")),
        (CellChange(1.0, "A2", "A1:A1", 1), CellChange(1.0, "A2", "A1:A1")),
        (CellChange(1.0, "A2", "A1:A1", 1), CellChange(1.0, "A2", None, 1)),
        (CellChange(KEEP, "A2"), CellChange(2.0, "A2")),
    ],
)
def test_a_mistake_of_the_editor_is_found(tmp_path, asked, made):
    """The splices were written as they are, but they do not do what was asked."""
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS))
    archive = open_archive(path)
    for position in ((1, 1), (2, 1)):
        scan = scan_sheet(archive, PART, {position})
        splices = sheet_splices(scan, {position: made})
        copy_archive(
            archive,
            {PART: lambda splices=splices: edited_chunks(archive, PART, splices)},
            tmp_path / "out.xlsx",
        )
        after = open_archive(tmp_path / "out.xlsx")
        verify_sheet(archive, after, PART, scan, {position: made}, splices, "Data")
        with pytest.raises(FileProblem, match=r"because it differed in Data!A[12]; open"):
            verify_sheet(archive, after, PART, scan, {position: asked}, splices, "Data")
        with pytest.raises(FileProblem):
            verify_sheet(archive, after, PART, scan, {(1, 2): made}, splices, "Data")


def test_the_check_of_many_rows_passes_the_changes_once(tmp_path):
    class Counted(Mapping):
        """Each way to pass a mapping, its items or its values as well, begins with its keys."""

        passes = 0

        def __getitem__(self, position):
            return changes[position]

        def __len__(self):
            return len(changes)

        def __iter__(self):
            Counted.passes += 1
            return iter(changes)

    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 41))
    path = write_book(tmp_path / "old.xlsx", sheet_xml(rows))
    changes = {(row, 1): CellChange(2.0) for row in range(1, 41)}
    archive = open_archive(path)
    scan = scan_sheet(archive, PART, changes)
    splices = sheet_splices(scan, changes)
    target = tmp_path / "new.xlsx"
    copy_archive(archive, {PART: lambda: edited_chunks(archive, PART, splices)}, target)
    verify_sheet(archive, open_archive(target), PART, scan, Counted(), splices, "Data")
    assert Counted.passes == 1
