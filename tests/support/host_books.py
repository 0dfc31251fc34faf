"""Workbooks of others that get sheets in tests: made by several programs and by hand."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.styles import Font, PatternFill

from tests.support.needed import need_libreoffice
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.transplant import Transplanted
from xlpbr.workbook.ooxml.parts.content_types import with_content_types
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    relationship_type,
    relationships_part,
    relative_target,
    with_relationships,
)
from xlpbr.workbook.ooxml.parts.workbook_edit import (
    WorkbookChanges,
    new_sheet_ids,
    with_changes,
)
from xlpbr.workbook.ooxml.parts.workbook_part import ListedSheet, read_workbook
from xlpbr.workbook.ooxml.zip.archive import read_part
from xlpbr.workbook.ooxml.zip.copy import copy_archive

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    RELATIONSHIPS: "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "http://schemas.openxmlformats.org/drawingml/2006/": "http://purl.oclc.org/ooxml/drawingml/",
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."

HAND_STYLES = (
    '<x:styleSheet xmlns:x="{main}"><x:fonts><x:font><x:sz val="9"/><x:name val="Verdana"/>'
    "</x:font><x:font><x:b/><x:sz val='14'/><x:name val='Georgia'/></x:font></x:fonts>"
    '<x:fills count="2"><x:fill><x:patternFill patternType="none"/></x:fill>'
    '<x:fill><x:patternFill patternType="gray125"/></x:fill></x:fills>'
    "<x:borders><x:border/></x:borders>"
    '<x:cellStyleXfs count="1"><x:xf fontId="0"/></x:cellStyleXfs>'
    '<x:cellXfs count="2"><x:xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<x:xf numFmtId="4" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></x:cellXfs>'
    "<!-- kept --></x:styleSheet>"
)


def xlsxwriter_book(path: Path) -> Path:
    """Another default font, many formats, a table, a chart and a name."""
    book = xlsxwriter.Workbook(
        path, {"default_format_properties": {"font_name": "Arial", "font_size": 10}}
    )
    sheet = book.add_worksheet("Budget 25-26")
    for row in range(60):
        style = book.add_format(
            {
                "font_size": 8 + row % 5,
                "bg_color": f"#{row * 4:02X}8080",
                "num_format": f"0.{'0' * (row % 9)}",
            }
        )
        sheet.write(row, 0, row, style)
        sheet.write(row, 1, f"line {row}")
    sheet.conditional_format(
        "A1:A9",
        {"type": "cell", "criteria": ">", "value": 3, "format": book.add_format({"bold": True})},
    )
    sheet.add_table("D1:E5", {"name": "Lines", "columns": [{"header": "One"}, {"header": "Two"}]})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='Budget 25-26'!$A$1:$A$9"})
    sheet.insert_chart("G2", chart)
    sheet.write_dynamic_array_formula("J1:J3", "=SORT(A1:A3)", None, 0)
    book.define_name("Total", "='Budget 25-26'!$A$1")
    book.close()
    return path


def openpyxl_book(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    for row in range(1, 30):
        cell = sheet.cell(row, 1, row / 7)
        cell.number_format = "#,##0.000"
        cell.font = Font(name="Georgia", sz=12, b=row % 2 == 0)
        cell.fill = PatternFill("solid", fgColor="FFEEDD")
    book.save(path)
    return path


def libreoffice_book(path: Path) -> Path:
    """A workbook saved by LibreOffice."""
    folder = path.parent / "before"
    folder.mkdir()
    return converted(openpyxl_book(folder / path.name), path.parent, "xlsx")


def hand_written_book(
    path: Path, *, strict: bool = False, wide: bool = False, styles: str | None = HAND_STYLES
) -> Path:
    """A workbook of hand-written parts: prefixes, strict namespaces, UTF-16, or no styles."""
    main = STRICT[MAIN] if strict else MAIN
    kinds = STRICT[RELATIONSHIPS] if strict else RELATIONSHIPS
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}worksheet+xml"/>'
        + (f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}styles+xml"/>' * bool(styles))
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}relationships"><Relationship Id="rId1" '
        f'Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<x:workbook xmlns:x="{main}" xmlns:r="{kinds}"><x:sheets>'
        '<x:sheet name="Own" sheetId="7" r:id="rId1"/></x:sheets></x:workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}relationships">'
        f'<Relationship Id="rId1" Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/>'
        + (f'<Relationship Id="rId2" Type="{kinds}/styles" Target="styles.xml"/>' if styles else "")
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<x:worksheet xmlns:x="{main}"><x:sheetData>'
        f'<x:row r="1"><x:c r="A1" s="{int(bool(styles))}">'
        "<x:v>1234.5</x:v></x:c></x:row>"
        "</x:sheetData></x:worksheet>",
    }  # fmt: skip
    if styles:
        parts["xl/styles.xml"] = styles.format(main=main)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            data = (DECLARATION + text).encode()
            if wide and not name.startswith(("_", "[")) and "_rels" not in name:
                data = (DECLARATION.replace("UTF-8", "UTF-16") + text).encode("utf-16")
            package.writestr(name, data)
    return path


def assemble(book: Book, found: Transplanted, target: Path) -> Path:
    """A copy of a book with sheets put in."""
    archive = book.archive
    workbook = "xl/workbook.xml"
    before = read_part(archive, workbook)
    info = read_workbook(before)
    sheets = [
        NewRelationship(
            relationship_type("worksheet", strict=info.strict), relative_target(workbook, one.part)
        )
        for one in found.sheets
    ]
    listing = relationships_part(workbook)
    links = with_relationships(
        read_part(archive, listing), [*sheets, *found.workbook_relationships]
    )
    ids = new_sheet_ids(info, len(sheets))
    changes = WorkbookChanges(
        add_sheets=tuple(
            ListedSheet(one.name, number, link, one.state)
            for one, number, link in zip(found.sheets, ids, links.ids, strict=False)
        ),
        add_names=found.defined_names,
    )
    types = "[Content_Types].xml"
    copy_archive(
        archive,
        {
            workbook: with_changes(before, changes),
            listing: links.data or b"",
            types: with_content_types(read_part(archive, types), found.content_types, ()),
            **found.replaced,
        },
        target,
        added=found.parts,
    )
    return target


def usual_form(path: Path, target: Path) -> Path:
    """A strict workbook in the usual form, for readers that know only that."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            for usual, strict in STRICT.items():
                data = data.replace(strict.encode(), usual.encode())
            if name.endswith(".xml"):
                data = re.sub(rb'(<c:\w+ val="-?\d+)%"', rb'\1"', data)
                data = re.sub(rb'(<a:\w+ val="-?\d+)%"', rb'\g<1>000"', data)
            new.writestr(name, data)
    return target


def in_the_usual_form(path: Path) -> Path:
    """The workbook itself, or its copy in the usual form where it is strict."""
    with zipfile.ZipFile(path) as package:
        strict = b"purl.oclc.org" in package.read("_rels/.rels")
    return usual_form(path, path.with_name(f"usual-{path.name}")) if strict else path


def converted(path: Path, folder: Path, kind: str) -> Path:
    """What LibreOffice makes of a workbook, in another folder: ``pdf`` or ``xlsx``."""
    office = need_libreoffice()
    subprocess.run(
        [str(office), f"-env:UserInstallation=file://{folder}/profile", "--headless",
         "--convert-to", kind, "--outdir", str(folder), str(path)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return folder / f"{path.stem}.{kind}"
