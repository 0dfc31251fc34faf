"""Opening a workbook: what is refused, in which words, and what is known of one that is open."""

import datetime
import hashlib
import os
import zipfile

import pytest
import xlsxwriter

from tests.support.raw_package import raw_book, raw_parts, values_of, write_parts
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import cells_of, open_book

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def refusal(path):
    with pytest.raises(FileProblem) as caught:
        open_book(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence.removeprefix(str(path)).strip()


def test_missing_folder_empty_and_owner_file(tmp_path):
    assert refusal(tmp_path / "none.xlsx") == "does not exist; check the name and the folder."
    assert refusal(tmp_path) == "is a folder; give the name of a workbook in it."
    empty = tmp_path / "empty.xlsx"
    empty.touch()
    assert refusal(empty) == "is empty (0 bytes); get it again from where it came."
    owner = tmp_path / "~$budget.xlsx"
    owner.write_bytes(b"\5alice")
    assert refusal(owner) == (
        "is the small file that Excel keeps beside an open workbook; give budget.xlsx instead."
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"Child,Start\r\nC01,01/04/2024\r\n", "is a text or CSV file, not a workbook; open it"),
        ("Child\tStart\n".encode("utf-16"), "is a text or CSV file, not a workbook; open it"),
        (b"\n <html><table><tr><td>1</td></tr></table></html>", "is a web page (HTML), not a"),
        (b"<!DOCTYPE html>\n<html></html>", "is a web page (HTML), not a workbook; open it"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a picture, not a workbook; give the workbook (.xlsx)."),
        (b"\xff\xd8\xff\xe0\0", "is a picture, not a workbook; give the workbook (.xlsx)."),
        (b"%PDF-1.7\n", "is a PDF file, not a workbook; give the workbook that it was made from."),
        (
            b'<?xml version="1.0"?><Book xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "is an XML spreadsheet of Excel 2003; open it in Excel and save it",
        ),
        (b"\0" * 600, "is not a workbook, or it is damaged; get it again"),
        (b"PK\3\4 and then nothing", "is damaged or was not copied completely; get it again"),
    ],
)
def test_files_that_are_no_workbook(tmp_path, content, what):
    path = tmp_path / "renamed.xlsx"
    path.write_bytes(content)
    assert refusal(path).startswith(what)


@pytest.mark.parametrize(
    ("streams", "what"),
    [
        (["Root Entry", "EncryptionInfo", "EncryptedPackage"], "is protected with a password; "),
        (
            ["Root Entry", "DataSpaceMap", "DRMEncryptedTransform", "EncryptedPackage"],
            "is encrypted by a sensitivity label; open it in Excel as somebody whom the label ",
        ),
        (["Root Entry", "Workbook"], "is an old Excel workbook (.xls); open it in Excel"),
        (["Root Entry", "Book"], "is an old Excel workbook (.xls); open it in Excel"),
        (["Root Entry", "WordDocument"], "is a document of another Office program, not a"),
    ],
)
def test_ole_files_are_told_apart(tmp_path, streams, what):
    path = tmp_path / "budget.xlsx"
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1").ljust(512, b"\0") + directory)
    assert refusal(path).startswith(what)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    pipe = tmp_path / "budget.xlsx"
    os.mkfifo(pipe)
    assert refusal(pipe) == "is a pipe or a device, not a file; give the name of a workbook."


def test_zip_files_of_other_kinds(tmp_path):
    def kind(*names):
        return refusal(write_parts(tmp_path / "file.xlsx", dict.fromkeys(names, "")))

    assert kind("[Content_Types].xml", "xl/workbook.bin").startswith(
        "is a binary workbook (.xlsb); open it in Excel and save it as an Excel workbook (.xlsx)"
    )
    assert kind("mimetype", "content.xml").startswith("is an OpenDocument file (.ods); open it")
    assert kind("Index/Document.iwa").startswith("is an Apple Numbers file; export it")
    assert kind("[Content_Types].xml", "word/document.xml").startswith(
        "is a document of another Office program, not a workbook"
    )
    assert kind("2024/budget.xlsx", "read me.txt") == (
        "is a zip file, not a workbook; unpack it and give 2024/budget.xlsx."
    )


def test_truncated_and_damaged_packages(tmp_path):
    whole = raw_book(tmp_path / "whole.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    content = whole.read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(content[: len(content) // 2])
    assert refusal(cut).startswith("is damaged or was not copied completely; get it again")
    with zipfile.ZipFile(whole) as packed:
        info = packed.getinfo("xl/worksheets/sheet1.xml")
    spoiled = tmp_path / "spoiled.xlsx"
    place = info.header_offset + 30 + len(info.filename) + 20
    spoiled.write_bytes(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
    with pytest.raises(FileProblem, match=r"is damaged in its part xl/worksheets/sheet1\.xml"):
        cells_of(open_book(spoiled), "Data")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("declared", ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "aaaa">]>'])
def test_document_types_are_refused(tmp_path, part, declared):
    parts = raw_parts('<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>')
    parts[part] = declared + parts[part]
    path = write_parts(tmp_path / "b.xlsx", parts)
    with pytest.raises(FileProblem) as caught:
        cells_of(open_book(path), "Data")
    assert str(caught.value) == (
        f"{path} declares a document type (DOCTYPE) in its part {part}, which no workbook needs "
        "and which can be an attack; open it in Excel and save it as a new workbook."
    )


def test_duplicate_and_escaping_names(tmp_path):
    path = raw_book(tmp_path / "twice.xlsx", "")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/Worksheets/sheet1.xml", "<worksheet/>")
    assert refusal(path).startswith(
        "holds the part xl/Worksheets/sheet1.xml twice, so that two programs can read different"
    )
    for name in ("../evil.txt", "/etc/evil", "xl\\..\\..\\evil", "C:\\evil"):
        path = raw_book(tmp_path / "escaping.xlsx", "")
        with zipfile.ZipFile(path, "a") as packed:
            packed.writestr(name, "")
        assert refusal(path).startswith("holds a part with an unsafe name (")


def forged(tmp_path, *sizes):
    """A workbook with further parts that claim to unpack to the given sizes."""
    path = raw_book(tmp_path / "bomb.xlsx", "")
    with zipfile.ZipFile(path, "a") as packed:
        for number, size in enumerate(sizes):
            packed.writestr(f"xl/media/{number}.bin", os.urandom(4))
            packed.filelist[-1].file_size = size
            packed.filelist[-1].compress_size = size // 2
    return path


@pytest.mark.slow
def test_zip_bombs(tmp_path):
    mebibyte = 1 << 20
    assert refusal(forged(tmp_path, 601 * mebibyte)).startswith(
        "has a part of more than 600 MB (xl/media/0.bin), more than any real workbook"
    )
    assert refusal(forged(tmp_path, 520 * mebibyte, 520 * mebibyte)).startswith(
        "unpacks to more than 1 GB, more than any real workbook, and is not opened; copy"
    )
    dense = raw_book(tmp_path / "dense.xlsx", " " * (11 * mebibyte))
    assert "has a part that unpacks to 1," in refusal(dense)
    many = tmp_path / "many.xlsx"
    with zipfile.ZipFile(many, "w") as packed:
        for number in range(20_001):
            packed.writestr(str(number), "")
    assert refusal(many).startswith("holds 20,001 parts, more than any real workbook")


def test_strict_workbooks_are_read_and_unknown_versions_refused(tmp_path):
    path = raw_book(
        tmp_path / "strict.xlsx",
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="d"><v>2024-04-01</v></c>'
        '<c r="C1" t="d"><v>2024-04-01T12:00:00</v></c><c r="D1" t="d"><v>06:00:00</v></c></row>',
        strings="<si><t>Start</t></si>",
        namespace=STRICT,
        office=STRICT_OFFICE,
    )
    assert values_of(path) == {
        (1, 1): "Start",
        (1, 2): datetime.date(2024, 4, 1),
        (1, 3): 45383.5,
        (1, 4): 0.25,
    }
    beta = raw_book(
        tmp_path / "beta.xlsx", "", namespace="http://schemas.microsoft.com/office/excel/2006/2"
    )
    assert refusal(beta).startswith("was saved in a version of the format that is not read here")


def test_sheets_tables_names_and_date_system(tmp_path):
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    sheet = book.add_worksheet("It's data")
    book.add_worksheet("Hidden").hide()
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Last!$A$1:$A$2"})
    book.add_chartsheet("Chart").set_chart(chart)
    book.add_worksheet("Last")
    sheet.add_table("B3:D6", {"name": "PbrTerms", "total_row": True})
    sheet.add_table("F3:G6", {"name": "Bare", "header_row": False})
    book.define_name("Everywhere", "=Last!$A$1:$B$2")
    book.define_name("Last!Here", "=Last!$A$1")
    book.close()
    opened = open_book(path)
    assert opened.date_1904
    assert opened.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(sheet.name, sheet.state) for sheet in opened.sheets] == [
        ("It's data", "visible"),
        ("Hidden", "hidden"),
        ("Last", "visible"),
    ]
    table = opened.tables["pbrterms"]
    assert (table.sheet, table.first_row, table.first_column) == ("It's data", 3, 2)
    assert (table.last_row, table.last_column, table.has_heading, table.totals_rows) == (
        6,
        4,
        True,
        1,
    )
    assert not opened.tables["bare"].has_heading
    assert [(name.name, name.text, name.sheet) for name in opened.names] == [
        ("Everywhere", "Last!$A$1:$B$2", None),
        ("Here", "Last!$A$1", "Last"),
    ]
    with pytest.raises(FileProblem, match="has no sheet 'Chart'; its sheets are It's data, Hid"):
        cells_of(opened, "Chart")
