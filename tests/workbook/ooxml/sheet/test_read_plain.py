"""Sheets read in one go must read as the parser reads them, or be left to it."""

from __future__ import annotations

import random
import re
import zipfile

import pytest

from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.book import cells_of, open_book, sheet_rows
from xlpbr.workbook.ooxml.sheet import read as sheet_xml
from xlpbr.workbook.ooxml.sheet.read import SheetRows, StoredCell
from xlpbr.workbook.ooxml.sheet.read_plain import plain_sheet, plain_strings

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
OPENING = f'<worksheet xmlns="{MAIN}" xmlns:x14ac="http://example.org/x14ac"><sheetViews/>'
ROWS = (
    '<row r="1" spans="1:4" x14ac:dyDescent="0.25"><c r="A1" s="1" t="s"><v>0</v></c>'
    '<c r="B1" t="s"><v>1</v></c><c r="C1" s="4"/><c r="D1" s="4"/></row>'
    '<row r="2" hidden="1"><c r="A2"><v>45901</v></c><c r="B2" s="2"><v>-1.5E-3</v></c>'
    '<c r="C2" t="b"><v>1</v></c><c r="D2" t="e"><v>#N/A</v></c></row>'
    '<row r="3"/><row r="4" ht="15.75" customHeight="1">'
    '<c r="A4"><f>A2*2</f><v>91802</v></c><c r="B4"><f>A9&amp;"a"</f></c>'
    '<c r="C4" t="str"><f>IF(A2&lt;1,"","b")</f><v>caf\u00e9 _x000D_&amp;</v></c>'
    '<c r="D4" t="str"><f>""</f><v></v></c>'
    '<c r="E4" t="inlineStr"><is><t xml:space="preserve"> in line </t></is></c></row>'
    '<row r="5"><c r="A5" s="2" cm="1" t="str"><f t="array" ref="A5:B5">A9&amp;"&gt;"</f>'
    '<v>spilt</v></c><c r="B5" t="s"><v>0</v></c><c r="C5"><f t="array" ref="C5">A2</f><v>1</v></c>'
    '<c r="D5" t="s" cm="2"><v>0</v></c><c r="E5" cm="1"><f t="array" ref="E5:F6">B2</f></c></row>'
)
TAIL = '<mergeCells count="1"><mergeCell ref="A6:B7"/></mergeCells></worksheet>'
STRINGS = ("Child", "Moved on")


def sheet(rows=ROWS, opening=OPENING, tail=TAIL, declared=DECLARED):
    return f"{declared}{opening}<sheetData>{rows}</sheetData>{tail}".encode()


def test_every_kind_of_cell_is_read():
    found = plain_sheet(sheet(), "S", STRINGS)
    assert found is not None
    assert found.rows == SheetRows(((6, 1, 7, 2),), frozenset({2}))
    assert found.cells == {
        (1, 1): StoredCell("Child", None, None, "text", never_calculated=False),
        (1, 2): StoredCell("Moved on", None, None, "text", never_calculated=False),
        (2, 1): StoredCell(45901.0, None, None, "number", never_calculated=False),
        (2, 2): StoredCell(-0.0015, None, None, "number", never_calculated=False),
        (2, 3): StoredCell(True, None, None, "boolean", never_calculated=False),
        (2, 4): StoredCell(
            CellError("#N/A", "the cell S!D2 shows #N/A"),
            None, None, "error", never_calculated=False,
        ),
        (4, 1): StoredCell(91802.0, "A2*2", None, "number", never_calculated=False),
        (4, 2): StoredCell(None, 'A9&"a"', None, "blank", never_calculated=True),
        (4, 3): StoredCell(
            "caf\u00e9 \r&", 'IF(A2<1,"","b")', None, "text", never_calculated=False
        ),
        (4, 4): StoredCell("", '""', None, "text", never_calculated=False),
        (4, 5): StoredCell(" in line ", None, None, "text", never_calculated=False),
        (5, 1): StoredCell(
            "spilt", 'A9&">"', "A5:B5", "text", never_calculated=False, dynamic=True
        ),
        (5, 2): StoredCell("Child", None, None, "text", never_calculated=False),
        (5, 3): StoredCell(1.0, "A2", "C5", "number", never_calculated=False),
        (5, 4): StoredCell("Child", None, None, "text", never_calculated=False, dynamic=True),
        (5, 5): StoredCell(None, "B2", "E5:F6", "blank", never_calculated=True, dynamic=True),
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        sheet(ROWS.replace('<c r="A2">', '<c r="A1">')),  # a cell twice
        sheet(ROWS.replace("45901", "many")),
        sheet(ROWS.replace("45901", "1e999")),
        sheet(ROWS.replace("45901", "4\x01")),
        sheet(ROWS.replace("<v>0</v>", "<v>7</v>")),  # no such text
        sheet(ROWS.replace("<v>0</v>", "<v>-1</v>")),
        sheet(ROWS.replace('r="A2"', 'r="XFE2"')),
        sheet(ROWS.replace('r="A2"', 'r="A1048577"')),
        sheet(ROWS.replace('r="2" hidden', 'r="1048577" hidden')),
        sheet(ROWS.replace("<f>A2*2", '<f t="shared" ref="A4:A5" si="0">A2*2')),
        sheet(ROWS.replace("<f>A2*2", '<f t="array" aca="1" ref="A4:A5">A2*2')),
        sheet(ROWS.replace("<f>A2*2", '<f ref="A4:A5" t="array">A2*2')),
        sheet(ROWS.replace("<f>A2*2", '<f t="array">A2*2')),
        sheet(ROWS.replace('cm="1" t="str"', 'cm="1" t="str" cm="1"')),
        sheet(ROWS.replace('cm="2"', 'cm="0"')),
        sheet(ROWS.replace("&amp;", "&other;")),
        sheet(ROWS.replace("&amp;", "&#38;")),
        sheet(ROWS.replace("<v>45901</v>", "<v>45901</v><extLst/>")),
        sheet(ROWS.replace('ht="15.75"', 'ht="15.75" ht="16"')),
        sheet(ROWS.replace("x14ac:dy", "unknown:dy")),
        sheet(ROWS.replace('<row r="3"/>', "</row>")),
        sheet(ROWS.replace('<row r="3"/>', '<c r="A3"/>')),
        sheet(ROWS.replace('<row r="3"/>', "<!-- a remark -->")),
        sheet(ROWS.replace('<row r="3"/>', "text")),
        sheet(ROWS.removesuffix("</row>")),
        sheet(opening=OPENING.replace("main", "other")),
        sheet(opening=OPENING + "<row/>"),
        sheet(opening=OPENING.replace("<sheetViews/>", f'<a xmlns="{MAIN}"/>')),
        sheet(opening=OPENING + "<sheetViews>"),
        sheet(tail=TAIL.replace("A6:B7", "A6B7")),
        sheet(tail=TAIL.removesuffix("</worksheet>")),
        sheet(tail="<sheetData/>" + TAIL),
        sheet(declared='<?xml version="1.0" encoding="ISO-8859-1"?>'),
        sheet(declared=f"{DECLARED}<!DOCTYPE a>"),
        sheet().decode().encode("utf-16"),
        b"\xef\xbb\xbf" + sheet(),
        sheet()[:-300],
        sheet().replace("\u00e9".encode(), b"\xe9"),
        b"",
    ],
)
def test_what_is_written_otherwise_is_left_to_the_parser(data):
    assert plain_sheet(data, "S", STRINGS) is None


def strings(items, opening=f'<sst xmlns="{MAIN}" count="2" uniqueCount="2">', tail="</sst>"):
    return f"{DECLARED}{opening}{items}{tail}".encode()


TEXTS = '<si><t>Child</t></si><si><t xml:space="preserve"> a &amp; b_x000D_</t></si>'


def test_shared_texts_are_read():
    assert plain_strings(strings(TEXTS)) == ("Child", " a & b\r")
    assert plain_strings(strings("<si><t></t></si>")) == ("",)


@pytest.mark.parametrize(
    "data",
    [
        strings("<si><r><t>Chi</t></r><r><t>ld</t></r></si>"),
        strings(TEXTS + "<si><t/></si>"),
        strings("<si><t>a</t><t>b</t></si>"),
        strings("<si><t>a</t></si>text<si><t>b</t></si>"),
        strings("<si><t>]]></t></si>"),
        strings("<si><t>a\rb</t></si>"),
        strings("<si><t>&nothing;</t></si>"),
        strings(""),
        strings(TEXTS, opening="<sst>"),
        strings(TEXTS, tail=""),
        strings(TEXTS, opening=f'<sst xmlns="{MAIN}"><extLst>', tail="</extLst></sst>"),
    ],
)
def test_other_texts_are_left_to_the_parser(data):
    assert plain_strings(data) is None


RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = {
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": f'<Relationships><Relationship Id="rId1" Type="{RELATED}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="rId1" Type="{RELATED}/'
    f'worksheet" Target="sheet.xml"/><Relationship Id="rId2" Type="{RELATED}/sharedStrings"'
    ' Target="strings.xml"/></Relationships>',
    "xl/strings.xml": strings(TEXTS),
}


def packed(path, data):
    with zipfile.ZipFile(path, "w") as package:
        for name, content in {**PACKAGE, "xl/sheet.xml": data}.items():
            package.writestr(name, content)
    return path


def by_parser(monkeypatch, path):
    with monkeypatch.context() as patched:
        patched.setattr(sheet_xml, "plain_sheet", lambda *_: None)
        patched.setattr(sheet_xml, "plain_strings", lambda _: None)
        return contents(path)


def contents(path):
    try:
        book = open_book(path)
        return [(dict(cells_of(book, one.name)), sheet_rows(book, one.name)) for one in book.sheets]
    except FileProblem as problem:
        return str(problem), problem.code


@pytest.mark.slow
def test_damaged_sheets_read_as_the_parser_reads_them(tmp_path, monkeypatch):
    """Pieces of a sound sheet are dropped, doubled, swapped or changed, again and again."""
    numbers = random.Random(5)
    pieces = re.findall(rb"<[^>]*>|[^<]+", sheet())
    plain = refused = 0
    for number in range(1500):
        changed = list(pieces)
        for _ in range(numbers.randrange(1, 3)):
            place = numbers.randrange(len(changed))
            other = numbers.randrange(len(changed))
            what = numbers.randrange(4)
            if what == 0:
                del changed[place]
            elif what == 1:
                changed.insert(place, changed[other])
            elif what == 2:
                changed[place], changed[other] = changed[other], changed[place]
            else:
                piece = bytearray(changed[place])
                piece[numbers.randrange(len(piece))] = numbers.choice(b'<>/&"=;1aA \r\n\x00\xe9')
                changed[place] = bytes(piece)
        data = b"".join(changed)
        path = packed(tmp_path / "b.xlsx", data)
        expected = by_parser(monkeypatch, path)
        assert contents(path) == expected, (number, data)
        plain += plain_sheet(data, "S", ("Child", " a & b\r")) is not None
        refused += isinstance(expected, tuple)
    assert plain > 50
    assert refused > 500
