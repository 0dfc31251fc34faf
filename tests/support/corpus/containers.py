"""The forms that a package, its part names and its XML can have, all of them allowed."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.support.corpus.cells_and_names import calc_chain
from tests.support.corpus.entry import made_of_parts
from tests.support.corpus.parts import (
    BUDGET,
    LISTS,
    MAIN,
    NOTES,
    OFFICE,
    SHEET_KIND,
    Parts,
    add_part,
    replace_once,
)

_STRICT = "http://purl.oclc.org/ooxml"
_WORKBOOK = "xl/workbook.xml"


def _same(_: Parts) -> None:
    """The small budget as it is; only its container differs."""


def _prefixed(parts: Parts) -> None:
    """Every element of the main namespace with the prefix x:, as some tools of .NET write."""
    for name in (_WORKBOOK, BUDGET, LISTS, NOTES, "xl/styles.xml", "xl/sharedStrings.xml"):
        text = parts[name].decode().replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
        text = re.sub(r"<(/?)(?=[A-Za-z])(?![\w]+:)", r"<\1x:", text)
        parts[name] = text.encode()


def _strict(parts: Parts) -> None:
    """Strict Open XML: other namespaces all over."""
    for name, content in list(parts.items()):
        if not name.endswith((".xml", ".rels")):
            continue
        text = content.decode()
        text = text.replace(MAIN, f"{_STRICT}/spreadsheetml/main")
        text = text.replace(OFFICE, f"{_STRICT}/officeDocument/relationships")
        drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
        text = text.replace(drawing, f"{_STRICT}/drawingml/main")
        app = "http://schemas.openxmlformats.org/officeDocument/2006"
        text = text.replace(
            f"{app}/extended-properties", f"{_STRICT}/officeDocument/extendedProperties"
        )
        text = text.replace(f"{app}/docPropsVTypes", f"{_STRICT}/officeDocument/docPropsVTypes")
        parts[name] = text.encode()
    text = parts["_rels/.rels"].decode().replace("relationships/extended-properties",
                                                 "relationships/extendedProperties")  # fmt: skip
    parts["_rels/.rels"] = text.encode()
    main = parts[_WORKBOOK].decode()
    parts[_WORKBOOK] = main.replace("<workbook ", '<workbook conformance="strict" ', 1).encode()


def _encoded(encoding: str, *, everything: bool = False) -> Callable[[Parts], None]:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-8": b"\xef\xbb\xbf"}[encoding]

    def change(parts: Parts) -> None:
        names = [BUDGET, NOTES, _WORKBOOK, "xl/sharedStrings.xml", "xl/styles.xml"]
        if everything:
            names += [name for name in parts if name.endswith((".xml", ".rels"))]
        for name in dict.fromkeys(names):
            text = parts[name].decode()
            if encoding != "utf-8":
                text = text.replace('encoding="UTF-8"', 'encoding="UTF-16"', 1)
            parts[name] = mark + text.encode(encoding)

    return change


def _remarks(parts: Parts) -> None:
    """Comments, CDATA, processing instructions, character references and single quotes."""
    for sheet in (BUDGET, NOTES):
        text = parts[sheet].decode()
        text = text.replace("<sheetData>", "<!-- <sheetData> of a tool --><sheetData>\n  ", 1)
        text = text.replace("</row>", "<?tool <c r='A1'/> ?></row>\n", 1)
        text = text.replace("</sheetData>", "<!--</sheetData>--></sheetData >", 1)
        parts[sheet] = text.encode()
    replace_once(parts, BUDGET, "<f>SUM(D4:D11)</f>", "<f><![CDATA[SUM(D4:D11)]]></f>")
    replace_once(parts, BUDGET, '<c r="D5"', "<c\n\tr='D5'")
    strings = parts["xl/sharedStrings.xml"].decode()
    strings = strings.replace("North Homes", "North&#x20;<![CDATA[Homes]]>")
    parts["xl/sharedStrings.xml"] = strings.encode()
    text = parts[_WORKBOOK].decode().replace("<sheets>", "<sheets ><!-- <sheet/> -->", 1)
    text = re.sub(r'<sheet name="Lists"', "<sheet\n name='Lists'", text)
    parts[_WORKBOOK] = text.encode()
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = types.replace(
        "</Types>", '<!-- <Override PartName="/none"/> --></Types>'
    ).encode()


def _absolute(parts: Parts) -> None:
    for listing, folder in (("_rels/.rels", "/"), ("xl/_rels/workbook.xml.rels", "/xl/")):
        text = parts[listing].decode()
        parts[listing] = re.sub(r'Target="(?!/|http)', f'Target="{folder}', text).encode()


def _roundabout(parts: Parts) -> None:
    listing = "xl/_rels/workbook.xml.rels"
    text = parts[listing].decode()
    text = text.replace('Target="worksheets/', 'Target="./worksheets/../worksheets/')
    parts[listing] = text.replace('Target="styles', 'Target="../xl/styles').encode()


def _renamed(old: str, stored: str, told: str) -> Callable[[Parts], None]:
    """A part stored under another name, told in content types and relationships."""

    def change(parts: Parts) -> None:
        renamed = {stored if name == old else name: content for name, content in parts.items()}
        parts.clear()
        parts.update(renamed)
        types = parts["[Content_Types].xml"].decode()
        parts["[Content_Types].xml"] = types.replace(
            f'PartName="/{old}"', f'PartName="/{told}"'
        ).encode()
        listing = "xl/_rels/workbook.xml.rels"
        text = parts[listing].decode()
        short = old.removeprefix("xl/")
        parts[listing] = text.replace(f'"{short}"', f'"{told.removeprefix("xl/")}"').encode()

    return change


def _other_case(parts: Parts) -> None:
    """Names in the listings that differ in capitals from the names of the parts."""
    listing = "xl/_rels/workbook.xml.rels"
    text = parts[listing].decode()
    parts[listing] = text.replace("worksheets/sheet1.xml", "Worksheets/Sheet1.XML").encode()


def _capitals(parts: Parts) -> None:
    _renamed(BUDGET, "xl/WORKSHEETS/SHEET1.XML", "xl/WORKSHEETS/SHEET1.XML")(parts)


def _elsewhere(parts: Parts) -> None:
    """The workbook part in another folder than xl, as some writers put it."""
    moved = {}
    for name, content in parts.items():
        new = name.replace("xl/", "book/", 1) if name.startswith("xl/") else name
        moved[new] = content
    parts.clear()
    parts.update(moved)
    for name in ("[Content_Types].xml", "_rels/.rels"):
        text = parts[name].decode()
        parts[name] = text.replace('"/xl/', '"/book/').replace('"xl/', '"book/').encode()


def _odd_ids(parts: Parts) -> None:
    """Ids of relationships that are no rId numbers, and ids of sheets that jump."""
    listing = "xl/_rels/workbook.xml.rels"
    for old, new in (("rId1", "R7a21"), ("rId2", "_x"), ("rId3", "rId900000")):
        parts[listing] = parts[listing].replace(f'"{old}"'.encode(), f'"{new}"'.encode())
        parts[_WORKBOOK] = parts[_WORKBOOK].replace(f'"{old}"'.encode(), f'"{new}"'.encode())
    for old, new in (("1", "40"), ("2", "7"), ("3", "65000")):
        text = f'sheetId="{old}"'.encode()
        parts[_WORKBOOK] = parts[_WORKBOOK].replace(text, f'sheetId="{new}"'.encode())


def _with_chain(parts: Parts) -> None:
    kind = f"{SHEET_KIND}.calcChain+xml"
    add_part(parts, "xl/calcChain.xml", calc_chain(parts), kind, source=_WORKBOOK, kind="calcChain")


ENTRIES = [
    made_of_parts("prefixed.xlsx", _prefixed, "prefixed namespaces (x:)"),
    made_of_parts("strict.xlsx", _strict, "strict Open XML"),
    made_of_parts("utf-16-le.xlsx", _encoded("utf-16-le"), "UTF-16, little end first"),
    made_of_parts("utf-16-be.xlsx", _encoded("utf-16-be"), "UTF-16, big end first"),
    made_of_parts(
        "utf-16-all.xlsx", _encoded("utf-16-le", everything=True), "UTF-16 in every part"
    ),
    made_of_parts("byte-order-mark.xlsx", _encoded("utf-8", everything=True), "UTF-8 with a mark"),
    made_of_parts("remarks.xlsx", _remarks, "XML comments, CDATA, processing instructions"),
    made_of_parts("absolute.xlsx", _absolute, "absolute targets"),
    made_of_parts("roundabout.xlsx", _roundabout, "targets with . and .."),
    made_of_parts(
        "percent-name.xlsx",
        _renamed(BUDGET, "xl/worksheets/Sheet%201.xml", "xl/worksheets/Sheet%201.xml"),
        "percent-encoded part name",
    ),
    made_of_parts(
        "space-name.xlsx",
        _renamed(BUDGET, "xl/worksheets/Sheet 1.xml", "xl/worksheets/Sheet 1.xml"),
        "part name with a space",
        not_valid="a space in a part's name; Excel opens it",
    ),
    made_of_parts("capitals.xlsx", _capitals, "part names in capitals"),
    made_of_parts("other-case.xlsx", _other_case, "listings in other capitals"),
    made_of_parts("elsewhere.xlsx", _elsewhere, "workbook outside xl/"),
    made_of_parts("odd-ids.xlsx", _odd_ids, "odd relationship and sheet ids"),
    made_of_parts("piped.xlsx", _with_chain, "data descriptors", "calculation chain", piped=True),
    made_of_parts("stored.xlsx", _same, "stored members", stored=True),
    made_of_parts("piped-stored.xlsx", _same, "stored, data descriptors", stored=True, piped=True),
    made_of_parts(
        "zip64.xlsx",
        _same,
        "zip64 headers",
        not_in_libreoffice="LibreOffice 7.4 reads no zip64 directory",
        zip64=True,
    ),
    made_of_parts(
        "piped-zip64.xlsx",
        _same,
        "zip64, data descriptors",
        not_in_libreoffice="LibreOffice 7.4 reads no zip64 directory",
        zip64=True,
        piped=True,
    ),
    made_of_parts("folders.xlsx", _same, "entries for folders", folders=True),
    made_of_parts("zip-comment.xlsx", _same, "comment of the zip file", comment=b"Finance 2026"),
]
