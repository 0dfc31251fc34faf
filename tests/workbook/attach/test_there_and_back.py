"""A book takes the PBR sheets and gives them back, or takes none: nothing half-way."""

from __future__ import annotations

import struct
import zipfile

import pytest

from tests.support.corpus import CORPUS
from tests.support.corpus.parts import BUDGET, base_parts, read_parts, write_zip
from tests.support.edits import detach
from xlpbr.contract.library import load_contract
from xlpbr.errors import FileProblem
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.attach.insert import insert
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import cells_of, open_book

MAKERS = {entry.name: entry.make for entry in CORPUS}
ONLY_DETACH_READS = [
    ("xw-charts.xlsx", "xl/sharedStrings.xml"),
    ("xw-charts.xlsx", "xl/chartsheets/_rels/sheet1.xml.rels"),
    ("xw-charts.xlsx", "xl/drawings/_rels/drawing1.xml.rels"),
    ("xw-pictures.xlsx", "xl/drawings/_rels/vmlDrawing1.vml.rels"),
    ("calc-chain.xlsx", "xl/calcChain.xml"),
    ("web-extension.xlsx", "xl/webextensions/_rels/taskpanes.xml.rels"),
    ("pivot.xlsx", "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels"),
    ("custom-xml.xlsx", "customXml/item1.xml"),
    ("custom-xml.xlsx", "customXml/_rels/item1.xml.rels"),
]
"""Parts that an attachment leaves as they are and need not look into."""

NO_PART_OF_OURS = [
    ("xw-charts.xlsx", "xl/charts/chart1.xml"),
    ("xw-charts.xlsx", "docProps/app.xml"),
    ("threaded-comments.xlsx", "xl/persons/person.xml"),
    ("pivot.xlsx", "xl/pivotTables/pivotTable1.xml"),
]
"""Parts that nothing here looks into."""


def attached(source, target):
    attach(
        source, target, contract=load_contract("plymouth-l04-2526"), sheets=["Statement"],
        places={}, headings={},
    )  # fmt: skip


def there_and_back(source):
    """The bytes of a book that took the sheets and gave them back."""
    target, back = (source.with_stem(name) for name in ("attached", "back"))
    attached(source, target)
    detach(open_book(target), back)
    return back.read_bytes()


def changed(tmp_path, book, part, change):
    """A book of the corpus with one part changed."""
    path = tmp_path / book
    MAKERS[book](path)
    parts = read_parts(path)
    write_zip(path, {**parts, part: change(parts[part])})
    return path


def with_doctype(data):
    end = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
    return data[:end] + b"<!DOCTYPE x>" + data[end:]


@pytest.mark.parametrize(("book", "part"), ONLY_DETACH_READS)
@pytest.mark.parametrize(
    ("change", "said", "code"),
    [
        (with_doctype, "declares a document type", "doctype"),
        (lambda data: data[:-3], "is damaged in its part", "damaged"),
    ],
    ids=["doctype", "cut"],
)
def test_a_part_that_detach_could_not_read_stops_attach(tmp_path, book, part, change, said, code):
    source = changed(tmp_path, book, part, change)
    with pytest.raises(FileProblem) as caught:
        attached(source, tmp_path / "attached.xlsx")
    assert caught.value.code == code
    assert str(caught.value).startswith(f"{source} {said}")
    assert part in str(caught.value)
    assert not (tmp_path / "attached.xlsx").exists()


@pytest.mark.parametrize(("book", "part"), NO_PART_OF_OURS)
def test_a_part_that_nobody_reads_comes_back_as_it_was(tmp_path, book, part):
    source = changed(tmp_path, book, part, with_doctype)
    assert there_and_back(source) == source.read_bytes()


# Sheets of Excel 4 macros.

MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_SHEET = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<xm:macrosheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><dimension ref="A1:A3"/><sheetData>
<row r="1"><c r="A1"><f>ALERT("hello")</f><v>0</v></c></row><row r="2"><c r="A2"><f>RETURN()</f>
<v>0</v></c></row><row r="3"><c r="A3"><v>7.5</v></c></row></sheetData></xm:macrosheet>"""


@pytest.fixture
def with_macro_sheet(tmp_path):
    """A book with a hidden sheet of Excel 4 macros that runs when the book is opened."""
    parts = base_parts()
    parts["xl/macrosheets/sheet1.xml"] = MACRO_SHEET
    for part, old, new in (
        ("xl/_rels/workbook.xml.rels", b"</Relationships>",
         b'<Relationship Id="rIdM" Type="http://schemas.microsoft.com/office/2006/relationships/'
         b'xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>'),
        ("xl/workbook.xml", b"</sheets>",
         b'<sheet name="Macro1" sheetId="77" state="veryHidden" r:id="rIdM"/></sheets>'),
        ("xl/workbook.xml", b"<definedNames>",
         b'<definedNames><definedName name="_xlnm.Auto_Open" hidden="1">Macro1!$A$1</definedName>'),
        ("[Content_Types].xml", MAIN, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        ("[Content_Types].xml", b"</Types>",
         b'<Override PartName="/xl/macrosheets/sheet1.xml" '
         b'ContentType="application/vnd.ms-excel.macrosheet+xml"/></Types>'),
    ):  # fmt: skip
        assert old in parts[part], (part, old)
        parts[part] = parts[part].replace(old, new)
    path = tmp_path / "macros.xlsm"
    write_zip(path, parts)
    return path


def test_a_book_with_a_macro_sheet_takes_the_sheets_and_gives_them_back(with_macro_sheet):
    assert there_and_back(with_macro_sheet) == with_macro_sheet.read_bytes()


def test_a_formula_beside_a_macro_sheet_is_calculated(with_macro_sheet, tmp_path):
    target = tmp_path / "new.xlsm"
    insert(with_macro_sheet, [("Budget!H40", "=PBR_FEE_CAP(45000,349883.33)")], target)
    assert cells_of(open_book(target), "Budget")[40, 8].value == 45000
    assert recalculate(target, tmp_path / "again.xlsm").kept == ()
    assert read_parts(target)["xl/macrosheets/sheet1.xml"] == MACRO_SHEET


def test_a_formula_that_reads_a_macro_sheet_is_refused_or_keeps_its_value(
    with_macro_sheet, tmp_path
):
    target = tmp_path / "new.xlsm"
    with pytest.raises(FileProblem, match=r"^Budget!H40: there is no sheet Macro1; the sheets are"):
        insert(with_macro_sheet, [("Budget!H40", "=PBR_FEE_CAP(Macro1!A3,5)")], target)
    assert not target.exists()
    parts = read_parts(with_macro_sheet)
    total = b"<f>SUM(D4:D11)</f>"
    parts[BUDGET] = parts[BUDGET].replace(total, b"<f>PBR_FEE_CAP(Macro1!A3,500000)</f>")
    write_zip(with_macro_sheet, parts)
    before = cells_of(open_book(with_macro_sheet), "Budget")
    (place,) = (one for one, cell in before.items() if "Macro1" in (cell.formula or ""))
    done = recalculate(with_macro_sheet, target)
    first = done.kept[0]
    assert (first.address, first.reason) == (
        cell_address("Budget", *place),
        "it reads the sheet Macro1, which has macros or dialogs and is not read",
    )
    assert cells_of(open_book(target), "Budget")[place].value == before[place].value


# The header of a member in the file, and the directory at its end.


@pytest.mark.parametrize(
    ("offset", "form", "value"),
    [(4, "<H", 45), (10, "<H", 77), (14, "<L", 12345), (18, "<L", 99), (22, "<L", 99),
     (6, "<H", 0x800)],
    ids=["version", "time", "checksum", "size packed", "size", "flags"],
)  # fmt: skip
def test_a_member_is_read_as_the_directory_says(tmp_path, offset, form, value):
    """As Excel does; nothing can hide between two members."""
    source = with_header(tmp_path, offset, form, value)
    assert there_and_back(source) == source.read_bytes()
    write_zip(tmp_path / "plain.xlsx", base_parts())
    for sheet in open_book(source).sheets:
        found, expected = (
            {place: cell.value for place, cell in cells_of(open_book(path), sheet.name).items()}
            for path in (source, tmp_path / "plain.xlsx")
        )
        assert found == expected


@pytest.mark.parametrize(
    ("offset", "form", "value"),
    [(8, "<H", 0), (33, "<B", ord("W")), (0, "<L", 0)], ids=["method", "name", "mark"],
)  # fmt: skip
def test_a_member_that_two_programs_would_read_differently_is_refused(
    tmp_path, offset, form, value
):
    source = with_header(tmp_path, offset, form, value)
    with pytest.raises(FileProblem) as caught:
        attached(source, tmp_path / "attached.xlsx")
    assert caught.value.code == "damaged"
    assert str(caught.value) == (
        f"{source} is damaged or was not copied completely; get it again from where it came, or"
        " open it in Excel and let Excel repair it."
    )


def with_header(tmp_path, offset, form, value):
    """A book in which the header of one sheet says something else than the directory."""
    path = tmp_path / "headers.xlsx"
    write_zip(path, base_parts())
    with zipfile.ZipFile(path) as package:
        (info,) = (one for one in package.infolist() if one.filename.endswith("/sheet1.xml"))
    data = bytearray(path.read_bytes())
    struct.pack_into(form, data, info.header_offset + offset, value)
    path.write_bytes(data)
    return path
