"""The package layer: what is refused, what cells are read, and values spliced in."""

import datetime
import hashlib
import os
import random
import struct
import subprocess
import zipfile

import openpyxl
import pytest
import xlsxwriter

from tests.support.edits import write_values
from tests.support.needed import need_libreoffice
from tests.support.systems import on_posix
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.ooxml.addresses import column_letter, column_number, split_area
from xlpbr.workbook.ooxml.book import StoredCell, cells_of, open_book
from xlpbr.workbook.ooxml.edit import cells as package_cells
from xlpbr.workbook.ooxml.sheet.read import serial_number
from xlpbr.workbook.ooxml.sheet.shared_formulas import formula_at, shared_formula

USUAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def raw_parts(sheet_data, *, strings="", workbook="", namespace=USUAL, office=OFFICE):
    """The parts of a workbook with one sheet, Data, around the given XML."""
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/styles" Target="/xl/styles.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{office}">'
        f'{workbook}<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{namespace}">{sheet_data}</worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}"><fonts><font/></fonts><fills><fill>'
        "<patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="4"/></cellXfs><cellStyles>'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}">{strings}</sst>',
    }


def write_parts(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return path


def raw_book(path, sheet_data, **options):
    return write_parts(path, raw_parts(f"<sheetData>{sheet_data}</sheetData>", **options))


def refusal(path):
    with pytest.raises(FileProblem) as caught:
        open_book(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence.removeprefix(str(path)).strip()


def values_of(path, sheet="Data"):
    return {position: cell.value for position, cell in cells_of(open_book(path), sheet).items()}


# ---- opening: what is refused ------------------------------------------------------------


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


# ---- cells -------------------------------------------------------------------------------


@pytest.fixture
def varied(tmp_path):
    """A workbook with one of everything, by XlsxWriter."""
    path = tmp_path / "varied.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    bold = book.add_format({"bold": True})
    date = book.add_format({"num_format": "dd/mm/yyyy"})
    numbers = random.Random(7)
    for row in range(30):
        sheet.write_number(row, 0, numbers.uniform(-1e6, 1e6))
        sheet.write_number(row, 1, numbers.randrange(10**9) / 100)
        sheet.write_string(row, 2, f"child {row} <&> é £ _x0041_")
        sheet.write_boolean(row, 3, row % 2 == 0)
        sheet.write_datetime(row, 4, datetime.datetime(2024, 1, 1 + row), date)
        sheet.write_formula(row, 5, f"=A{row + 1}*2", None, row * 1.5)
        sheet.write_formula(row, 6, f'=IF(A{row + 1}>0,"up","down")', None, "up")
        sheet.write_blank(row, 7, None, bold)
    sheet.write_rich_string("J1", "bold ", bold, "and", " plain")
    for row, code in enumerate(["#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"]):
        sheet.write_formula(row, 8, "=NA()", None, code)
    sheet.write_array_formula("K1:K3", "{=A1:A3*2}", None, 5)
    sheet.write_dynamic_array_formula("L1:L2", "=SORT(A1:A2)", None, 6)
    sheet.write_string("M1", "two\nlines\ttab")
    book.add_worksheet("Other one").write("A1", 1)
    book.close()
    return path


def test_cells_agree_with_openpyxl(varied):
    ours = cells_of(open_book(varied), "data")
    formulas = openpyxl.load_workbook(varied)["Data"]
    shown = openpyxl.load_workbook(varied, data_only=True)["Data"]
    seen = 0
    for row in formulas.iter_rows():
        for other in row:
            cell = ours.get((other.row, other.column))
            if other.value is None:
                assert cell is None
                continue
            seen += 1
            assert cell is not None
            assert not cell.never_calculated
            last = shown.cell(other.row, other.column)
            if cell.kind == "error":
                assert cell.value == CellError(
                    last.value, f"the cell Data!{other.coordinate} shows {last.value}"
                )
            elif other.column == 3:
                # openpyxl leaves the escape as it is stored, _x005F_x0041_
                assert cell.value == f"child {other.row - 1} <&> é £ _x0041_"
            elif isinstance(last.value, datetime.datetime):
                assert cell.kind == "number"
                assert cell.value == serial_number(last.value, date_1904=False)
            else:
                assert cell.value == last.value
                assert type(cell.value) in {float, str, bool}
            if other.data_type == "f":
                text = getattr(other.value, "text", other.value)
                assert cell.formula == text.removeprefix("=")
                assert cell.array_range == getattr(other.value, "ref", None)
            else:
                assert cell.formula is None
    assert seen == len(ours) == 30 * 7 + 1 + 6 + 3 + 2 + 1
    assert ours[1, 10].value == "bold and plain"


def test_money_formatted_as_a_date_stays_money(tmp_path):
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path)
    date = book.add_format({"num_format": "dd/mm/yyyy"})
    book.add_worksheet("Data").write_row(0, 0, [2994626, -5, 60], date)
    book.close()
    assert values_of(path) == {(1, 1): 2994626.0, (1, 2): -5.0, (1, 3): 60.0}


def test_every_stored_form_of_a_value(tmp_path):
    path = raw_book(
        tmp_path / "b.xlsx",
        '<row r="2"><c r="A2"><v>12345678901234567</v></c><c r="B2"><v>1E-3</v></c>'
        '<c r="C2" t="s"><v>0</v></c><c r="D2" t="s"><v>1</v></c><c r="E2" t="s"><v>2</v></c>'
        '<c r="F2" t="inlineStr"><is><r><t>in </t></r><rPh sb="0" eb="1"><t>no</t></rPh>'
        '<r><t xml:space="preserve"> line</t></r></is></c>'
        '<c r="G2" t="str"><f>""</f><v></v></c><c r="H2"><f>A2*2</f></c>'
        '<c r="I2"><f>A2*3</f><v/></c><c r="J2" t="b"><v>1</v></c><c r="K2" s="1"/>'
        '<c r="L2" t="s"/><c r="M2"><f t="dataTable" ref="M2:M3" r1="A1" r2="B1"/><v>4</v></c>'
        "</row>"
        "<row><c><v>1</v></c><c><v>2</v></c></row>",
        strings="<si><t>a_x000D_\nb</t></si><si><r><t>rich </t></r><r><t>text</t></r>"
        "<rPh><t>guide</t></rPh></si><si><t>_xD83D__xDE00_</t></si>",
    )
    stored = cells_of(open_book(path), "Data")
    assert {position: cell.value for position, cell in stored.items()} == {
        (2, 1): 12345678901234567.0,
        (2, 2): 0.001,
        (2, 3): "a\r\nb",
        (2, 4): "rich text",
        (2, 5): "😀",
        (2, 6): "in  line",
        (2, 7): "",
        (2, 8): None,
        (2, 9): None,
        (2, 10): True,
        (2, 13): 4.0,
        (3, 1): 1.0,
        (3, 2): 2.0,
    }
    assert stored[2, 7] == StoredCell("", '""', None, "text", never_calculated=False)
    assert stored[2, 8] == StoredCell(None, "A2*2", None, "blank", never_calculated=True)
    assert stored[2, 9].never_calculated
    assert stored[2, 13].formula == "TABLE(A1,B1)"


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ('<c r="B2"><v>1,5</v></c>', "Data!B2 holds '1,5', which is no value"),
        ('<c r="B2"><v>NaN</v></c>', "Data!B2 holds 'NaN', which is no value"),
        ('<c r="B2" t="s"><v>9</v></c>', "Data!B2 holds '9', which is no value"),
        ('<c r="B2" t="b"><v>2</v></c>', "Data!B2 holds '2', which is no value"),
        ('<c r="2B"><v>1</v></c>', "'2B' is no cell"),
        ('<c r="B2000000"><v>1</v></c>', "'2000000' is no row"),
        ('<c r="B2"><v>1</v></c><c r="B2"><v>2</v></c>', "Data!B2 stands in it twice"),
        ('<c r="B2"><f t="shared" si="4"/><v>1</v></c>', "the formula of Data!B2 is missing"),
        ('<c r="B2"><v>1</c>', "mismatched tag: line 1"),
    ],
)
def test_damaged_cells_are_named(tmp_path, cell, what):
    path = raw_book(tmp_path / "b.xlsx", f'<row r="2">{cell}</row>')
    with pytest.raises(FileProblem) as caught:
        cells_of(open_book(path), "Data")
    assert str(caught.value).startswith(
        f"{path} is damaged in its part xl/worksheets/sheet1.xml: {what}"
    )


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


def test_a_format_at_the_last_row_costs_nothing(tmp_path):
    path = raw_book(
        tmp_path / "b.xlsx",
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>',
    )
    assert values_of(path) == {(1, 1): 1.0}


def test_addresses_both_ways():
    for column in range(1, 16385):
        assert column_number(column_letter(column)) == column
    assert (column_letter(1), column_letter(28), column_letter(16384)) == ("A", "AB", "XFD")
    assert split_area("$H$40:A4") == (4, 1, 40, 8)
    for wrong in ("A0", "XFE1", "A1048577", "A1:", "1A", ""):
        with pytest.raises(ValueError, match=r"^[XFEA1:048576]*$"):
            split_area(wrong)


def test_serial_numbers():
    day = datetime.date
    assert serial_number(day(1900, 1, 1), date_1904=False) == 1
    assert serial_number(day(1900, 2, 28), date_1904=False) == 59
    assert serial_number(day(1900, 3, 1), date_1904=False) == 61
    assert serial_number(day(2024, 4, 1), date_1904=False) == 45383
    assert serial_number(day(2024, 4, 1), date_1904=True) == 45383 - 1462
    with pytest.raises(ValueError, match="31 December 1899 is before the first date"):
        serial_number(day(1899, 12, 31), date_1904=False)


# ---- new values --------------------------------------------------------------------------


def members(path):
    """Name, time, checksum and compressed bytes of every member."""
    content = path.read_bytes()
    listing = []
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        for info in packed.infolist():
            names = struct.unpack("<2H", content[info.header_offset + 26 : info.header_offset + 30])
            start = info.header_offset + 30 + sum(names)
            raw = content[start : start + info.compress_size]
            listing.append((info.filename, info.date_time, info.external_attr, info.CRC, raw))
    return listing


def sheet_text(path, part="xl/worksheets/sheet1.xml"):
    with zipfile.ZipFile(path) as packed:
        return packed.read(part).decode()


def test_only_the_sheet_changes_and_only_in_its_values(varied, tmp_path):
    target = tmp_path / "out.xlsx"
    before = varied.read_bytes()
    write_values(
        open_book(varied),
        target,
        {"data": {(1, 6): 1234.5, (2, 6): 7, (1, 7): "d<&>n ", (2, 7): True}},
        {},
    )
    assert varied.read_bytes() == before
    old, new = members(varied), members(target)
    assert [entry[:3] for entry in old] == [entry[:3] for entry in new]
    assert [one[0] for one, other in zip(old, new, strict=True) if one != other] == [
        "xl/worksheets/sheet1.xml"
    ]
    expected = sheet_text(varied)
    for was, now in [
        (
            '<c r="F1"><f>A1*2</f><v>0.0</v></c>',
            '<c r="F1"><f>A1*2</f><v>1234.5</v></c>',
        ),
        ('<c r="F2"><f>A2*2</f><v>1.5</v></c>', '<c r="F2"><f>A2*2</f><v>7</v></c>'),
        (
            '<c r="G1" t="str"><f>IF(A1&gt;0,"up","down")</f><v>up</v></c>',
            '<c r="G1" t="str"><f>IF(A1&gt;0,"up","down")</f><v>d&lt;&amp;&gt;n </v></c>',
        ),
        (
            '<c r="G2" t="str"><f>IF(A2&gt;0,"up","down")</f><v>up</v></c>',
            '<c r="G2" t="b"><f>IF(A2&gt;0,"up","down")</f><v>1</v></c>',
        ),
    ]:
        assert expected.count(was) == 1
        expected = expected.replace(was, now)
    assert sheet_text(target) == expected
    assert {path.name for path in tmp_path.iterdir()} == {"varied.xlsx", "out.xlsx"}


def test_every_kind_of_value_is_read_back(varied, tmp_path):
    target = tmp_path / "out.xlsx"
    wanted = {
        0.1 + 0.2: 0.1 + 0.2,
        -1126990: -1126990.0,
        1e22: 1e22,
        "a\r\n\x01 _x0041_ £": "a\r\n\x01 _x0041_ £",
        "": "",
        False: False,
        datetime.date(2024, 4, 1): 45383.0,
        CellError("#N/A", "why"): "#N/A",
        CellError("#SPILL!", "why"): "#VALUE!",
        float("nan"): "#NUM!",
        float("inf"): "#NUM!",
        None: None,
    }
    given = {(row, 6): value for row, value in enumerate(wanted, start=1)}
    write_values(open_book(varied), target, {"Data": given}, {})
    stored = cells_of(open_book(target), "Data")
    for (row, value), expected in zip(enumerate(wanted, start=1), wanted.values(), strict=True):
        cell = stored[row, 6]
        shown = cell.value.code if isinstance(cell.value, CellError) else cell.value
        assert (shown, type(shown)) == (expected, type(expected)), value
        assert cell.formula == f"A{row}*2"
    assert stored[12, 6].never_calculated
    other = openpyxl.load_workbook(target, data_only=True)["Data"]
    assert other["F1"].value == 0.1 + 0.2
    assert other["F8"].value == "#N/A"


SPILL = (
    '<cols><col min="2" max="2" width="9" style="0"/><col min="3" max="3" width="9" style="1"/>'
    "</cols><sheetData>"
    '<row r="1" spans="1:3"><c r="A1" t="s"><v>0</v></c><c r="B1" s="0" cm="1" vm="2" t="e">'
    '<f t="array" ref="B1:B3">_xlfn.SORT(A1:A3)</f><v>#VALUE!</v></c><c r="D1"><v>9</v></c></row>'
    '<row r="2" spans="2:3"><c r="B2" s="0"><v>2</v></c><c r="C2" s="0"/></row>'
    '<row r="3"><c r="B3" s="0" t="str"><v>x</v></c></row>'
    '<row r="5" spans="1:1"><c r="A5"><v>5</v></c><c r="D5"><v>5</v></c></row>'
    '<row r="6" s="1" customFormat="1"/>'
    '<row r="9"><c r="A9"><v>9</v></c></row></sheetData>'
)


@pytest.fixture
def spilling(tmp_path):
    return write_parts(tmp_path / "spill.xlsx", raw_parts(SPILL, strings="<si><t>head</t></si>"))


def test_a_spill_that_grows(spilling, tmp_path):
    target = tmp_path / "out.xlsx"
    grown = {(row, column): row * 10 + column for row in range(1, 11) for column in (2, 3)}
    write_values(open_book(spilling), target, {"Data": grown}, {"Data": {(1, 2): "B1:C10"}})
    stored = cells_of(open_book(target), "Data")
    assert {position: cell.value for position, cell in stored.items()} == {
        **{position: float(value) for position, value in grown.items()},
        (1, 1): "head",
        (1, 4): 9.0,
        (5, 1): 5.0,
        (5, 4): 5.0,
        (9, 1): 9.0,
    }
    assert stored[1, 2].array_range == "B1:C10"
    assert sheet_text(target).partition("</cols>")[2] == (
        '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="0" cm="1">'
        '<f t="array" ref="B1:C10">_xlfn.SORT(A1:A3)</f><v>12</v></c>'
        '<c r="C1" s="1"><v>13</v></c><c r="D1"><v>9</v></c></row>'
        '<row r="2" spans="2:3"><c r="B2" s="0"><v>22</v></c><c r="C2" s="0"><v>23</v></c></row>'
        '<row r="3"><c r="B3" s="0"><v>32</v></c><c r="C3" s="1"><v>33</v></c></row>'
        '<row r="4"><c r="B4"><v>42</v></c><c r="C4" s="1"><v>43</v></c></row>'
        '<row r="5"><c r="A5"><v>5</v></c><c r="B5"><v>52</v></c><c r="C5" s="1"><v>53</v></c>'
        '<c r="D5"><v>5</v></c></row>'
        '<row r="6" s="1" customFormat="1"><c r="B6" s="1"><v>62</v></c>'
        '<c r="C6" s="1"><v>63</v></c></row>'
        '<row r="7"><c r="B7"><v>72</v></c><c r="C7" s="1"><v>73</v></c></row>'
        '<row r="8"><c r="B8"><v>82</v></c><c r="C8" s="1"><v>83</v></c></row>'
        '<row r="9"><c r="A9"><v>9</v></c><c r="B9"><v>92</v></c><c r="C9" s="1"><v>93</v></c>'
        "</row>"
        '<row r="10"><c r="B10"><v>102</v></c><c r="C10" s="1"><v>103</v></c></row>'
        "</sheetData></worksheet>"
    )
    other = openpyxl.load_workbook(target)["Data"]
    assert other["B1"].value.ref == "B1:C10"
    assert other["C10"].value == 103


def test_a_spill_that_shrinks_keeps_the_styles(spilling, tmp_path):
    target = tmp_path / "out.xlsx"
    shrunk = {(1, 2): "only one", (2, 2): None, (3, 2): None}
    write_values(open_book(spilling), target, {"Data": shrunk}, {"Data": {(1, 2): "B1:B1"}})
    stored = cells_of(open_book(target), "Data")
    assert stored[1, 2].value == "only one"
    assert stored[1, 2].array_range == "B1:B1"
    assert (2, 2) not in stored
    assert (3, 2) not in stored
    assert '<c r="B2" s="0"></c>' in sheet_text(target)
    assert '<c r="B3" s="0"></c>' in sheet_text(target)
    # and back again to where it was
    again = tmp_path / "again.xlsx"
    write_values(
        open_book(target),
        again,
        {"Data": {(1, 2): CellError("#VALUE!", ""), (2, 2): 2, (3, 2): "x"}},
        {"Data": {(1, 2): "B1:B3"}},
    )
    assert values_of(again) == values_of(spilling)


def test_prefixed_and_empty_sheets(tmp_path):
    def prefixed(inside):
        parts = raw_parts("")
        parts["xl/worksheets/sheet1.xml"] = (
            '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- é -->'
            f'<x:worksheet xmlns:x="{USUAL}">{inside}</x:worksheet>'
        )
        return write_parts(tmp_path / "x.xlsx", parts)

    path = prefixed(
        '<x:sheetData><x:row r="1"><x:c r="A1"><x:f t="array" ref="A1"> B1 </x:f></x:c></x:row>'
        "</x:sheetData>"
    )
    target = tmp_path / "out.xlsx"
    write_values(
        open_book(path), target, {"Data": {(1, 1): 1, (2, 1): 2}}, {"Data": {(1, 1): "A1:A2"}}
    )
    assert values_of(target) == {(1, 1): 1.0, (2, 1): 2.0}
    assert '<x:row r="2"><x:c r="A2"><x:v>2</x:v></x:c></x:row></x:sheetData>' in sheet_text(target)


def test_members_with_sizes_after_them_are_copied(varied, tmp_path):
    """A package written to a stream has its sizes after each member and no size before."""
    streamed = tmp_path / "streamed.xlsx"

    class OneWay:
        def __init__(self, stream):
            self.write, self.flush = stream.write, stream.flush

    with (
        streamed.open("wb") as stream,
        zipfile.ZipFile(varied) as source,
        zipfile.ZipFile(OneWay(stream), "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        packed.comment = b"a comment"
        for info in source.infolist():
            fresh = zipfile.ZipInfo(info.filename, info.date_time)
            with packed.open(fresh, "w", force_zip64=True) as member:
                member.write(source.read(info))
    target = tmp_path / "out.xlsx"
    write_values(open_book(streamed), target, {"Data": {(1, 6): 5}}, {})
    assert values_of(target)[1, 6] == 5.0
    with zipfile.ZipFile(target) as packed:
        assert packed.comment == b"a comment"
        assert packed.testzip() is None


def test_what_write_values_refuses(varied, spilling, tmp_path):
    target = tmp_path / "out.xlsx"

    def refused(values, ranges=None, source=varied, to=target):
        with pytest.raises(FileProblem) as caught:
            write_values(open_book(source), to, values, ranges or {})
        assert not target.exists()
        return str(caught.value)

    assert "Data!A1 in" in refused({"Data": {(1, 1): 1}})
    assert "has no formula; only results of formulas are replaced." in refused(
        {"Data": {(40, 1): 1}}
    )
    assert "Data!D1 in" in refused(
        {"Data": {(1, 4): 1}}, {"Data": {(1, 2): "B1:D1"}}, source=spilling
    )
    assert refused({"Data": {}}, {"Data": {(1, 6): "F1:F2"}}) == (
        "Cell F1 has no array formula whose range could change."
    )
    assert refused({"Data": {}}, {"Data": {(90, 6): "F90:F92"}}) == (
        "Cell F90 has no array formula whose range could change."
    )
    assert "a text of 32,768 characters; a cell holds 32,767" in refused(
        {"Data": {(1, 6): "x" * 32_768}}
    )
    assert "01 January 1850 is before the first date" in refused(
        {"Data": {(1, 6): datetime.date(1850, 1, 1)}}
    )
    assert "has no sheet 'Nowhere'; its sheets are Data, Other one." in refused(
        {"Nowhere": {(1, 1): 1}}
    )
    assert refused({"Data": {(1, 6): 1}}, to=varied) == (
        f"{varied} is the file that is being read; choose another name for the output."
    )
    assert "must end in .xlsx like" in refused({"Data": {(1, 6): 1}}, to=tmp_path / "out.xlsm")
    with zipfile.ZipFile(spilling, "a") as packed:
        packed.writestr("_xmlsignatures/origin.sigs", "")
    assert "is digitally signed" in refused({"Data": {(1, 2): 1}}, source=spilling)
    utf16 = raw_parts('<sheetData><row r="1"><c r="A1"><f>B1</f></c></row></sheetData>')
    text = '<?xml version="1.0" encoding="UTF-16"?>' + utf16["xl/worksheets/sheet1.xml"]
    utf16["xl/worksheets/sheet1.xml"] = text.encode("utf-16")
    path = write_parts(tmp_path / "utf16.xlsx", utf16)
    write_values(open_book(path), target, {"Data": {(1, 1): 1}}, {})
    assert values_of(target) == {(1, 1): 1.0}


def test_a_copy_that_differs_is_not_kept(varied, tmp_path, monkeypatch):
    real = package_cells.edited_chunks

    def spoiling(*arguments):
        content = b"".join(real(*arguments))
        yield content.replace(b'<c r="D2" t="b"><v>0</v>', b'<c r="D2" t="b"><v>1</v>')

    monkeypatch.setattr(package_cells, "edited_chunks", spoiling)
    with pytest.raises(FileProblem, match="was not kept, because it differed in a part of Data"):
        write_values(open_book(varied), tmp_path / "out.xlsx", {"Data": {(1, 6): 1}}, {})
    assert list(tmp_path.iterdir()) == [varied]


@pytest.mark.program
def test_libreoffice_opens_the_copy(varied, tmp_path):
    soffice = str(need_libreoffice())
    target = tmp_path / "out.xlsx"
    write_values(
        open_book(varied),
        target,
        {"Data": {(1, 6): 1234.5, (1, 12): "grown", (2, 12): 2, (3, 12): 3}},
        {"Data": {(1, 12): "L1:L3"}},
    )
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "csv",
            "--outdir",
            str(tmp_path),
            str(target),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    first = (tmp_path / "out.csv").read_text(encoding="utf-8", errors="replace").splitlines()[0]
    assert "1234.5" in first
    assert "bold and plain" in first


# ---- safe writing ------------------------------------------------------------------------


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    target = tmp_path / "report.xlsx"
    target.write_bytes(b"old")

    def half(path):
        assert path.parent == tmp_path
        assert path.name.startswith(".~xlpbr-")
        assert path.name.endswith(".tmp.xlsx")
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_safely(target, half)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (PermissionError(13, "no"), "it is open in another program or its folder is read-only; "),
        (OSError(28, "No space left on device"), "the disk is full; make room and try again"),
        (OSError(5, "Input/output error"), "Input/output error."),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_errors_of_the_system_are_plain(tmp_path, error, what, wrapped):
    def failing(_):
        try:
            raise error
        except OSError:
            if wrapped:
                raise xlsxwriter.exceptions.FileCreateError(error)  # noqa: B904
            raise

    target = tmp_path / "report.xlsx"
    with pytest.raises(FileProblem) as caught:
        write_safely(target, failing)
    assert str(caught.value).startswith(f"{target} cannot be written: {what}")
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_the_program_is_not_hidden(tmp_path):
    def failing(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_safely(tmp_path / "report.xlsx", failing)
    assert list(tmp_path.iterdir()) == []


def test_inputs_are_never_written_over(tmp_path):
    source = tmp_path / "budget.xlsx"
    source.write_bytes(b"precious")
    (tmp_path / "sub").mkdir()
    for name in (source, tmp_path / "sub" / ".." / "budget.xlsx"):
        with pytest.raises(FileProblem, match="is the file that is being read; choose another"):
            write_safely(name, lambda path: path.write_bytes(b"new"), inputs=[source])
    assert source.read_bytes() == b"precious"


@on_posix
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_inputs_are_never_written_over_by_another_name(tmp_path, link):
    source, other = tmp_path / "budget.xlsx", tmp_path / "other.xlsx"
    source.write_bytes(b"precious")
    link(source, other)
    with pytest.raises(FileProblem, match="is the file that is being read; choose another"):
        write_safely(other, lambda path: path.write_bytes(b"new"), inputs=[source])
    assert source.read_bytes() == b"precious"


def test_targets_that_cannot_be_written(tmp_path):
    def refused(target):
        with pytest.raises(FileProblem) as caught:
            write_safely(target, lambda path: path.write_bytes(b"new"))
        return str(caught.value)

    assert refused(tmp_path / "none" / "r.xlsx") == (
        f"The folder {tmp_path / 'none'} does not exist; make it first, or choose another folder."
    )
    assert refused(tmp_path) == f"{tmp_path} is a folder; give the name of a file in it."
    opened = tmp_path / "r.xlsx"
    opened.write_bytes(b"old")
    (tmp_path / "~$r.xlsx").write_bytes(b"")
    assert refused(opened) == (
        f"{opened} is open in Excel; close it there and try again (if nobody has it open, "
        "delete ~$r.xlsx beside it)."
    )
    assert opened.read_bytes() == b"old"


@on_posix
def test_a_whole_write_takes_the_place_of_the_old(tmp_path):
    target = tmp_path / "r.xlsx"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(target)
    write_safely(link, lambda path: path.write_bytes(b"new"), inputs=[tmp_path / "other.xlsx"])
    assert target.read_bytes() == b"new"
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.xlsx", "r.xlsx"]
