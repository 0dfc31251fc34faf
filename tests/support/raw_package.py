"""A workbook of one sheet written part by part, so that a cell is stored just as a test says."""

from __future__ import annotations

import zipfile

from xlpbr.workbook.ooxml.book import cells_of, open_book

USUAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


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


def values_of(path, sheet="Data"):
    return {position: cell.value for position, cell in cells_of(open_book(path), sheet).items()}
