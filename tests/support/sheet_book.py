"""A workbook whose one sheet is given as XML: cells are set in it, and the copy is checked."""

from __future__ import annotations

import zipfile

from xlpbr.workbook.ooxml.sheet.edit import edited_chunks, sheet_splices
from xlpbr.workbook.ooxml.sheet.row_parse import parse_rows
from xlpbr.workbook.ooxml.sheet.row_search import UnsureError, search_rows
from xlpbr.workbook.ooxml.sheet.scan import scan_sheet
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.sheet.verify import verify_sheet
from xlpbr.workbook.ooxml.zip.archive import open_archive
from xlpbr.workbook.ooxml.zip.copy import copy_archive

PART = "xl/worksheets/sheet1.xml"
USUAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def write_book(path, sheet, namespace=USUAL):
    """A workbook with the one sheet Data, given as the text or the bytes of its part."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    if namespace == STRICT:
        office = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/{PART}" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{office}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        PART: sheet,
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}"><fonts><font/></fonts><fills><fill>'
        "<patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/>"
        '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="4"/><xf numFmtId="2"/></cellXfs>'
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}"><si><t>north</t></si><si><t>south</t>'
        "</si></sst>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def sheet_xml(inside, before="", after="", namespace=USUAL):
    return (
        f'<worksheet xmlns="{namespace}">{before}<sheetData>{inside}</sheetData>{after}</worksheet>'
    )


def edit(path, changes, target):
    """Set cells, check the copy, and give the splices."""
    archive = open_archive(path)
    scan = scan_sheet(archive, PART, changes)
    splices = sheet_splices(scan, changes)
    copy_archive(archive, {PART: lambda: edited_chunks(archive, PART, splices)}, target)
    verify_sheet(archive, open_archive(target), PART, scan, changes, splices, "Data")
    return splices


def part_text(path):
    with zipfile.ZipFile(path) as packed:
        return packed.read(PART).decode()


def both_ways(path, positions):
    """The same scan by search and by parser, or by the parser alone where search is unsure."""
    archive = open_archive(path)
    wanted = sorted({row for row, _ in positions})
    parsed = parse_rows(archive, PART, wanted, frozenset({"0", "1"}))
    try:
        found = search_rows(text_chunks(archive, PART), wanted, frozenset({"0", "1"}))
    except UnsureError:
        return False
    assert found == parsed
    return True


ROWS = (
    '<row r="1" spans="1:2"><c r="A1" s="1"><v>1</v></c>'
    '<c r="B1" s="2" t="e" vm="3"><v>#N/A</v></c>'
    '</row><row r="3" s="2" customFormat="1"><c r="A3"><f>A1*2</f><v>2</v></c></row>'
)


def edited(tmp_path, changes, rows=ROWS, before="", after=""):
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows, before, after))
    edit(path, changes, tmp_path / "out.xlsx")
    head, tail = sheet_xml("\0", before, after).split("\0")
    text = part_text(tmp_path / "out.xlsx")
    assert text.endswith(tail)
    return text.removeprefix(head).removesuffix(tail)


SPILL = (
    '<row r="1"><c r="B1" cm="1"><f t="array" ref="B1:B3">_xlfn.SORT(A1:A3)</f><v>1</v></c></row>'
    '<row r="2"><c r="B2" s="1"><v>2</v></c></row><row r="3"><c r="B3"><v>3</v></c></row>'
)
