"""Cells, formulas and names as Excel stores them, in parts written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.support.corpus.entry import made_of_parts
from tests.support.corpus.parts import (
    BUDGET,
    EXCEL_KIND,
    HEAD,
    MAIN,
    NOTES,
    SHEET_KIND,
    Parts,
    add_part,
    put_in_sheet,
    put_in_workbook,
    replace_once,
    set_rows,
)


def _shared_formulas(parts: Parts) -> None:
    first = '<c r="A20"><f t="shared" ref="A20:A25" si="0">D4*2</f><v>10500</v></c>'
    rows = f'<row r="20">{first}<c r="B20"><f t="shared" ref="B20:C20" si="1">$D4</f></c>'
    rows += '<c r="C20"><f t="shared" si="1"/><v>5250</v></c></row>'
    for row, value in zip(range(21, 26), (9750.5, 12201, 10500, 7999.98, 14115.06), strict=True):
        rows += f'<row r="{row}"><c r="A{row}"><f t="shared" si="0"/><v>{value}</v></c></row>'
    set_rows(parts, BUDGET, rows)


def _array_formulas(parts: Parts) -> None:
    rows = '<row r="20"><c r="A20"><f t="array" ref="A20:A22">D4:D6*2</f><v>10500</v></c></row>'
    rows += '<row r="21"><c r="A21"><v>9750.5</v></c></row><row r="22"><c r="A22"><v>12201</v></c>'
    rows += '<c r="C22"><f t="array" ref="C22">SUM(D4:D6*2)</f><v>32451.5</v></c></row>'
    set_rows(parts, BUDGET, rows)


def _data_table(parts: Parts) -> None:
    rows = '<row r="20"><c r="A20"><f>D4*52</f><v>273000</v></c></row>'
    table = '<f t="dataTable" ref="B21:B22" dt2D="0" dtr="0" r1="D4"/>'
    rows += f'<row r="21"><c r="A21"><v>5000</v></c><c r="B21">{table}<v>260000</v></c></row>'
    rows += '<row r="22"><c r="A22"><v>6000</v></c><c r="B22"><v>312000</v></c></row>'
    set_rows(parts, BUDGET, rows)


def calc_chain(parts: Parts) -> str:
    """The right calculation chain of the small budget."""
    cells = [(1, f"E{row}") for row in range(4, 12)]
    cells += [(1, "D13"), (1, "E13"), (1, "B15"), (1, "C15"), (3, "B3")]
    entries, last = "", 0
    for sheet, cell in cells:
        entries += f'<c r="{cell}"' + (f' i="{sheet}"' if sheet != last else "") + "/>"
        last = sheet
    return f'{HEAD}<calcChain xmlns="{MAIN}">{entries}</calcChain>'


def _calc_chain(parts: Parts) -> None:
    kind = f"{SHEET_KIND}.calcChain+xml"
    content = calc_chain(parts)
    add_part(parts, "xl/calcChain.xml", content, kind, source="xl/workbook.xml", kind="calcChain")


def _calc_chain_of_one(parts: Parts) -> None:
    """A chain with one formula only: without it the part would have to go."""
    text = parts[BUDGET].decode()
    start, end = text.index("<sheetData>"), text.index("</sheetData>")
    one = '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c></row>'
    parts[BUDGET] = (text[:start] + one + text[end:]).encode()
    text = parts[NOTES].decode()
    start, end = text.index("<f>"), text.index("</f>") + 4
    parts[NOTES] = (text[:start] + text[end:]).encode()
    content = f'{HEAD}<calcChain xmlns="{MAIN}"><c r="A1" i="1"/></calcChain>'
    kind = f"{SHEET_KIND}.calcChain+xml"
    add_part(parts, "xl/calcChain.xml", content, kind, source="xl/workbook.xml", kind="calcChain")


def _digits(parts: Parts) -> None:
    numbers = ["24922.000000000004", "0.1", "0.30000000000000004", "1.2345678901234567E+16"]
    numbers += ["12345678901234567", "5E-324", "1.7976931348623157E+308", "-0", "1e3", "007.50"]
    cells = "".join(f'<c r="{chr(65 + n)}20"><v>{v}</v></c>' for n, v in enumerate(numbers))
    set_rows(parts, BUDGET, f'<row r="20">{cells}</row>')


def _number_as_date(parts: Parts) -> None:
    """2,994,626 with a date's format, which libraries turn into an error."""
    style = parts[BUDGET].decode().split('<c r="C4" s="')[1].split('"')[0]
    cells = f'<c r="A20" s="{style}"><v>2994626</v></c><c r="B20" s="{style}"><v>-5</v></c>'
    cells += f'<c r="C20" s="{style}"><v>60</v></c><c r="D20" t="d"><v>2025-04-01</v></c>'
    set_rows(parts, BUDGET, f'<row r="20">{cells}</row>')


def _under_merges(parts: Parts) -> None:
    rows = '<row r="20"><c r="A20"><v>1</v></c><c r="B20"><v>22</v></c></row>'
    rows += '<row r="21"><c r="A21"><v>333</v></c><c r="B21"><f>A21+1</f><v>334</v></c></row>'
    set_rows(parts, BUDGET, rows)
    put_in_sheet(parts, BUDGET, '<mergeCells count="1"><mergeCell ref="A20:B21"/></mergeCells>')


def _names(parts: Parts) -> None:
    text = parts["xl/workbook.xml"].decode()
    start, end = text.index("<definedNames>"), text.index("</definedNames>")
    names = '<definedName name="_xlnm.Print_Area" localSheetId="0">Budget!$A$1:$E$13</definedName>'
    names += '<definedName name="_xlnm._FilterDatabase" localSheetId="1" hidden="1">'
    names += "Lists!$A$1:$A$5</definedName>"
    names += '<definedName name="Broken">#REF!</definedName>'
    names += '<definedName name="BrokenSheet">#REF!$A$1</definedName>'
    names += '<definedName name="Local" localSheetId="2">\'Notes &amp; checks\'!$B$2</definedName>'
    names += '<definedName name="Local" localSheetId="0">Budget!$D$4</definedName>'
    names += '<definedName name="Months" comment="months of a year">12</definedName>'
    names += '<definedName name="Providers">Lists!$A$2:$A$5</definedName>'
    names += '<definedName name="Secret" hidden="1">"a &lt; b"</definedName>'
    parts["xl/workbook.xml"] = (text[:start] + "<definedNames>" + names + text[end:]).encode()


def _without(*names: str) -> Callable[[Parts], None]:
    """A change that takes parts away with all that refers to them."""

    def change(parts: Parts) -> None:
        for name in names:
            parts.pop(name)
            for part, tag in (
                ("[Content_Types].xml", f'PartName="/{name}"'),
                ("_rels/.rels", f'Target="{name}"'),
                ("xl/_rels/workbook.xml.rels", f'Target="{name.removeprefix("xl/")}"'),
            ):
                text = parts[part].decode()
                if tag in text:
                    place = text.index(tag)
                    start, end = text.rindex("<", 0, place), text.index("/>", place) + 2
                    parts[part] = (text[:start] + text[end:]).encode()

    return change


def _no_shared_texts(parts: Parts) -> None:
    """Texts in their cells, as tools that write reports store them."""
    texts = re.findall(r"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"].decode())
    pattern = re.compile(r'<c r="(\w+)"( s="\d+")? t="s"><v>(\d+)</v></c>')

    def inline(match: re.Match[str]) -> str:
        text = texts[int(match[3])]
        return f'<c r="{match[1]}"{match[2] or ""} t="inlineStr"><is><t>{text}</t></is></c>'

    for sheet in (name for name in parts if name.startswith("xl/worksheets/sheet")):
        parts[sheet] = pattern.sub(inline, parts[sheet].decode()).encode()
    _without("xl/sharedStrings.xml")(parts)


def _sparse_references(parts: Parts) -> None:
    """Cells and rows without their references, in order, as some writers store them."""
    text = parts[NOTES].decode()
    parts[NOTES] = re.sub(r'<c r="(A1)"', "<c", text).replace('<row r="1"', "<row").encode()


def _last_cell(parts: Parts) -> None:
    """One formatted cell in the last row, which makes some readers walk a million rows."""
    set_rows(parts, BUDGET, '<row r="1048576"><c r="XFD1048576" s="1"/></row>')
    replace_once(parts, BUDGET, '<dimension ref="A1:E15"/>', '<dimension ref="A1:XFD1048576"/>')


def _manual(parts: Parts) -> None:
    text = parts["xl/workbook.xml"].decode()
    start, end = text.index("<calcPr"), text.index("/>", text.index("<calcPr")) + 2
    calc = '<calcPr calcId="191029" calcMode="manual" iterate="1" fullPrecision="0"/>'
    parts["xl/workbook.xml"] = (text[:start] + calc + text[end:]).encode()


def _never_calculated(parts: Parts) -> None:
    text = parts[NOTES].decode()
    start, end = text.index("<v>", text.index("</f>")), text.index("</v>", text.index("</f>")) + 4
    parts[NOTES] = (text[:start] + text[end:]).encode()


def _all_at_once(parts: Parts) -> None:
    _shared_formulas(parts)
    _calc_chain(parts)
    chain = parts["xl/calcChain.xml"].decode()
    more = "".join(f'<c r="A{row}" i="1"/>' for row in range(20, 26))
    more += '<c r="B20"/><c r="C20"/>'
    parts["xl/calcChain.xml"] = chain.replace("</calcChain>", f"{more}</calcChain>").encode()


def _metadata_and_phonetics(parts: Parts) -> None:
    text = parts["xl/sharedStrings.xml"].decode()
    extra = '<si><r><rPr><b/><sz val="11"/></rPr><t xml:space="preserve">Rich </t></r><r><t>text'
    extra += '</t></r><rPh sb="0" eb="4"><t>ricchi</t></rPh><phoneticPr fontId="1"/></si>'
    count = len(re.findall("<si>", text))
    text = re.sub(r' count="\d+" uniqueCount="\d+"', f' count="{count}" uniqueCount="{count + 1}"',
                  text)  # fmt: skip
    parts["xl/sharedStrings.xml"] = text.replace("</sst>", f"{extra}</sst>").encode()
    set_rows(parts, BUDGET, f'<row r="20"><c r="A20" t="s"><v>{count}</v></c></row>')


def _scenarios(parts: Parts) -> None:
    fragment = '<scenarios current="0"><scenario name="High" count="1" user="Finance">'
    fragment += '<inputCells r="D4" val="6000"/></scenario></scenarios>'
    put_in_sheet(parts, BUDGET, fragment)
    put_in_sheet(parts, BUDGET, '<cellWatches><cellWatch r="E13"/></cellWatches>')


def _views(parts: Parts) -> None:
    guid = "{6C5A4B1E-52D5-4C62-9D7E-2F7D2A1B3C4D}"
    view = f'<customWorkbookViews><customWorkbookView name="Finance" guid="{guid}" '
    view += 'xWindow="0" yWindow="0" windowWidth="800" windowHeight="600" activeSheetId="1"/>'
    put_in_workbook(parts, f"{view}</customWorkbookViews>")
    for sheet in (BUDGET, "xl/worksheets/sheet2.xml", NOTES):
        own = f'<customSheetViews><customSheetView guid="{guid}" scale="90">'
        own += '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" '
        put_in_sheet(parts, sheet, f'{own}footer="0.3"/></customSheetView></customSheetViews>')


def _printer_settings(parts: Parts) -> None:
    content = b"\0\0" + "Office printer".encode("utf-16-le") + bytes(range(256))
    kind = f"{SHEET_KIND}.printerSettings"
    part = "xl/printerSettings/printerSettings1.bin"
    rid = add_part(parts, part, content, kind, source=BUDGET, kind="printerSettings")
    put_in_sheet(parts, BUDGET, f'<pageSetup paperSize="9" orientation="portrait" r:id="{rid}"/>')


def _macro_stub(parts: Parts) -> None:
    """A .xlsm whose macro project is bytes of no meaning: never opened, always kept."""
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = types.replace(
        f"{SHEET_KIND}.sheet.main+xml", f"{EXCEL_KIND}.sheet.macroEnabled.main+xml"
    ).encode()
    content = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + b"Attribute VB_Name" * 30
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    add_part(
        parts,
        "xl/vbaProject.bin",
        content,
        f"{EXCEL_KIND}.vbaProject".replace("vnd.ms-excel", "vnd.ms-office"),
        source="xl/workbook.xml",
        kind=kind,
    )


ENTRIES = [
    made_of_parts("plain.xlsx", lambda _: None, "formulas with last values", "dates", "errors"),
    made_of_parts("shared-formulas.xlsx", _shared_formulas, "shared formulas"),
    made_of_parts("array-formulas.xlsx", _array_formulas, "array formulas"),
    made_of_parts("data-table.xlsx", _data_table, "what-if data table"),
    made_of_parts("calc-chain.xlsx", _calc_chain, "calculation chain"),
    made_of_parts("calc-chain-of-one.xlsx", _calc_chain_of_one, "chain with one formula"),
    made_of_parts("calc-chain-shared.xlsx", _all_at_once, "calculation chain", "shared formulas"),
    made_of_parts("digits.xlsx", _digits, "17-digit numbers"),
    made_of_parts(
        "number-as-date.xlsx",
        _number_as_date,
        "number formatted as date",
        "ISO date",
        not_valid="a date as ISO text, which Excel 2010 and later read",
    ),
    made_of_parts("under-merges.xlsx", _under_merges, "values hidden under a merge"),
    made_of_parts("names.xlsx", _names, "names: local, hidden, with errors, print areas"),
    made_of_parts("inline-texts.xlsx", _no_shared_texts, "no shared strings"),
    made_of_parts(
        "no-properties.xlsx", _without("docProps/app.xml", "docProps/core.xml"), "no docProps"
    ),
    made_of_parts("no-theme.xlsx", _without("xl/theme/theme1.xml"), "no theme"),
    made_of_parts("no-references.xlsx", _sparse_references, "cells without references"),
    made_of_parts("last-cell.xlsx", _last_cell, "formatted cell in row 1,048,576"),
    made_of_parts("manual.xlsx", _manual, "manual calculation", "precision as displayed"),
    made_of_parts("never-calculated.xlsx", _never_calculated, "formula without a last value"),
    made_of_parts("phonetics.xlsx", _metadata_and_phonetics, "rich text with phonetics"),
    made_of_parts("scenarios.xlsx", _scenarios, "scenarios", "watched cells"),
    made_of_parts("custom-views.xlsx", _views, "custom views"),
    made_of_parts("printer.xlsx", _printer_settings, "printer settings"),
    made_of_parts("macros.xlsm", _macro_stub, "macros (bytes of no meaning)"),
]
