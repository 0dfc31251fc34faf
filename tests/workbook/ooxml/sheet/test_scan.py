"""Rows found in a sheet's XML: the search and the parser agree, and a damaged sheet is named."""

import threading

import pytest

from tests.support.sheet_book import PART, USUAL, both_ways, edit, sheet_xml, write_book
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.sheet import text as sheet_text
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.scan import scan_sheet
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.zip.archive import open_archive


def test_what_the_search_leaves_to_the_parser(tmp_path):
    row = '<row r="2"><c r="A2"><v>1</v></c></row>'
    for name, data, sure in [
        ("plain", sheet_xml(row), True),
        ("comment", sheet_xml(f"<!-- x -->{row}"), False),
        ("characters", sheet_xml(row.replace("1</v>", "<![CDATA[1]]></v>")), False),
        ("instruction", sheet_xml(f"{row}<?x y?>"), False),
        ("no number", sheet_xml(f"{row}<row><c><v>3</v></c></row>"), False),
        ("out of order", sheet_xml(f'{row}<row r="1"/>'), False),
        ("number in a sign", sheet_xml(f'{row}<row r="&#51;"/>'), False),
        ("other names", sheet_xml(f'{row}<y:row xmlns:y="y" r="3"/>'), False),
        ("before the root", f"<!-- x -->{sheet_xml(row)}", False),
        ("in the end", sheet_xml(row, after="<!-- x -->"), True),
        ("empty", sheet_xml("").replace("<sheetData></sheetData>", "<sheetData/>"), True),
    ]:
        path = write_book(tmp_path / f"{name}.xlsx", data)
        assert both_ways(path, [(1, 1), (2, 1), (3, 1)]) is sure, name


def test_rows_across_the_pieces_of_a_large_sheet(tmp_path):
    """Rows and tags that lie across the pieces in which a part is unpacked."""
    filler = "f" * 30_000
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{filler}{number}</t></is></c>'
        f'<c r="B{number}"><f t="array" ref="B{number}">A{number}</f><v>{number}</v></c></row>'
        for number in range(1, 400, 2)
    )
    path = write_book(tmp_path / "large.xlsx", sheet_xml(rows))
    positions = [(number, 2) for number in range(1, 402)]
    assert both_ways(path, positions)
    changes = {(number, 3): CellChange(float(number), None) for number in range(1, 402)}
    edit(path, changes, tmp_path / "out.xlsx")
    after = cells_of(open_book(tmp_path / "out.xlsx"), "Data")
    assert [after[number, 3].value for number in range(1, 402)] == [*map(float, range(1, 402))]
    assert len(after) == 400 + 401
    scan = scan_sheet(open_archive(path), PART, positions)
    assert scan.arrays == tuple((n, 2, n, 2) for n in range(1, 400, 2))


@pytest.mark.parametrize("kind", ["<!DOCTYPE worksheet>", '<!DOCTYPE w [<!ENTITY a "b">]>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(tmp_path, kind, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{kind}{sheet_xml("")}'
    path = write_book(tmp_path / "b.xlsx", text.encode(encoding))
    with pytest.raises(FileProblem, match=r"declares a document type \(DOCTYPE\) in its part"):
        scan_sheet(open_archive(path), PART, [(1, 1)])


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (f'<worksheet xmlns="{USUAL}"/>', "it has no sheetData"),
        (sheet_xml('<row r="2"><c r="A2"/>'), "mismatched tag"),
        (sheet_xml('<row r="2"><c r="A3"/></row>'), "A3 stands in the row 2"),
        (sheet_xml('<row r="2"><c r="A2"/><c r="A2"/></row>'), "A2 stands in it twice"),
        (sheet_xml('<row r="2"/><row r="2"/>'), "the row 2 stands in it twice"),
        (sheet_xml('<row r="0"/>'), "'0' is no row"),
        (sheet_xml('<row r="2"><c r="2B"/></row>'), "'2B' is no cell"),
        (sheet_xml("").encode("utf-16")[:-1], "it is not well encoded"),
    ],
)
def test_damaged_sheets_are_named(tmp_path, data, what):
    path = write_book(tmp_path / "b.xlsx", data)
    with pytest.raises(FileProblem) as caught:
        scan_sheet(open_archive(path), PART, [(2, 1)])
    assert str(caught.value).startswith(f"{path} is damaged in its part {PART}: {what}")


def test_a_sheet_that_is_left_half_read_waits_for_nobody(monkeypatch):
    go_on = threading.Event()

    def slow(archive, part):
        yield b"<worksheet>" + b" " * 4096
        go_on.wait(30)
        yield b"</worksheet>"

    monkeypatch.setattr(sheet_text, "part_chunks", slow)
    chunks = text_chunks(None, PART)
    next(chunks)
    leaving = threading.Thread(target=chunks.close)
    leaving.start()
    leaving.join(10)
    left = not leaving.is_alive()
    go_on.set()
    leaving.join()
    assert left


def test_other_encodings_and_impossible_cells(tmp_path):
    text = '<?xml version="1.0" encoding="windows-1252"?>' + sheet_xml("")
    path = write_book(tmp_path / "b.xlsx", text)
    with pytest.raises(FileProblem) as caught:
        scan_sheet(open_archive(path), PART, [(1, 1)])
    assert str(caught.value) == (
        f"{path} stores {PART} in another encoding than UTF-8 or UTF-16; open it in Excel and "
        "save it as a new workbook."
    )
    with pytest.raises(ValueError, match="there is no cell in row 1048577, column 1"):
        scan_sheet(open_archive(path), PART, [(1_048_577, 1)])


def test_damage_far_from_the_cell_is_said_of_the_workbook(tmp_path):
    path = write_book(
        tmp_path / "b.xlsx", sheet_xml('<row r="1"/><row r="9"><c r="A9"><v>1</c></row>')
    )
    with pytest.raises(FileProblem, match=r"b\.xlsx is damaged in its part .*: mismatched tag"):
        edit(path, {(1, 1): CellChange(1.0)}, tmp_path / "out.xlsx")
