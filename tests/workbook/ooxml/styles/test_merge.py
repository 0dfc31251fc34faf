"""Cell formats put into another book's style table: its own numbers never change."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

import pytest
import xlsxwriter

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.parts.metadata_merge import dynamic_array_mark, holds_only_dynamic_arrays
from xlpbr.workbook.ooxml.parts.theme import NO_THEME, Theme, independent, read_theme
from xlpbr.workbook.ooxml.styles import merge as style_merge
from xlpbr.workbook.ooxml.styles.merge import empty_styles, merged_styles
from xlpbr.workbook.ooxml.xml.lists import with_child, with_entries
from xlpbr.workbook.ooxml.xml.splice import spliced
from xlpbr.workbook.ooxml.xml.strict_form import MAIN, STRICT_MAIN, strict_form

OFFICE = Theme({0: "FFFFFF", 1: "000000", 4: "4F81BD"}, {"minor": "Calibri", "major": "Cambria"})
NAMES = [
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
]  # fmt: skip


def made_styles(
    tmp_path: Path, *formats: dict[str, object], rules: tuple[dict[str, object], ...] = ()
) -> bytes:
    """The styles that XlsxWriter writes for some formats, numbered from 1."""
    path = tmp_path / "made.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for row, one in enumerate(formats):
        sheet.write(row, 0, 1, book.add_format(one))
    for one in rules:
        sheet.conditional_format("A1", {"type": "blanks", "format": book.add_format(one)})
    book.close()
    with zipfile.ZipFile(path) as package:
        return package.read("xl/styles.xml")


def styles(inside: str, *, prefix: str = "", namespace: str = MAIN) -> bytes:
    colon = f"{prefix}:" if prefix else ""
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    text = re.sub(r"<(/?)(?=\w)", rf"<\1{colon}", inside)
    return f'<{colon}styleSheet {declared}="{namespace}">{text}</{colon}styleSheet>'.encode()


BOOK = (
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="0.000"/>'
    '<numFmt numFmtId="170" formatCode="0.0"/></numFmts>'
    '<fonts count="2"><font><name val="Calibri"/><family val="2"/><color theme="1"/>'
    '<sz val="11"/><scheme val="minor"/></font><font><sz val="10"/><b val="true"/>'
    '<name val="Arial"/></font></fonts>'
    '<fills count="3"><fill><patternFill/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="00ff0000"/><bgColor indexed="64"/>'
    "</patternFill></fill></fills>"
    '<borders count="1"><border diagonalUp="false" diagonalDown="false"><left/><right/><top/>'
    "<bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0">'
    '<alignment horizontal="general" vertical="bottom" wrapText="false"/></xf>'
    '<xf numFmtId="164" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
)


def lists(data: bytes) -> dict[str, list[ET.Element]]:
    return {child.tag.rpartition("}")[2]: list(child) for child in ET.fromstring(data)}


def test_formats_that_are_there_are_used_again(tmp_path):
    made = made_styles(
        tmp_path,
        {"font_name": "Arial", "font_size": 10, "bold": True, "bg_color": "red",
         "num_format": "0.000"},
    )  # fmt: skip
    # XlsxWriter gives every font a colour, so the book's font without one looks otherwise.
    into = styles(BOOK.replace('<b val="true"/>', '<b val="true"/><color theme="1"/>'))
    found = merged_styles(into, made, {1}, (), theme=OFFICE)
    assert found.cell_formats == {0: 0, 1: 1}
    assert found.data is into


def test_what_is_new_comes_last_and_counts_are_right(tmp_path):
    made = made_styles(
        tmp_path,
        {"num_format": "0.0", "italic": True},
        {"num_format": '"£"#,##0.00', "border": 1, "align": "right", "locked": False},
        {"num_format": "0.0", "italic": True, "bg_color": "#00FF00"},
        rules=({"bold": False, "num_format": "0.0"}, {"bg_color": "red"}),
    )
    into = styles(BOOK)
    found = merged_styles(into, made, {1, 2, 3}, {0, 1}, theme=OFFICE)
    assert found.cell_formats == {0: 0, 1: 2, 2: 3, 3: 4}
    assert found.differential_formats == {0: 0, 1: 1}
    before, after = lists(into), lists(found.data)
    for name in before:
        old = [ET.tostring(one) for one in before[name]]
        assert [ET.tostring(one) for one in after[name][: len(old)]] == old
    assert {name: len(entries) for name, entries in after.items()} == {
        "numFmts": 3, "fonts": 3, "fills": 4, "borders": 2, "cellStyleXfs": 1, "cellXfs": 5,
        "dxfs": 2,
    }  # fmt: skip
    for child in ET.fromstring(found.data):
        assert int(child.get("count")) == len(child)
    first, second, _ = after["cellXfs"][2:]
    assert (first.get("numFmtId"), first.get("fontId"), first.get("xfId")) == ("170", "2", "0")
    assert (second.get("numFmtId"), second.get("borderId")) == ("171", "1")
    assert second.find(f"{{{MAIN}}}alignment").attrib == {"horizontal": "right"}
    assert second.find(f"{{{MAIN}}}protection").attrib == {"locked": "0"}
    assert after["dxfs"][0].find(f"{{{MAIN}}}numFmt").get("numFmtId") == "170"
    again = merged_styles(found.data, made, {1, 2, 3}, {0, 1}, theme=OFFICE)
    assert again.data is found.data
    assert again.cell_formats == found.cell_formats
    assert again.differential_formats == found.differential_formats


def test_the_rest_of_the_part_stays_byte_for_byte(tmp_path):
    into = styles(BOOK.replace("</fonts>", "<!-- mine -->\r\n </fonts >\n"))
    found = merged_styles(into, made_styles(tmp_path, {"italic": True}), {1}, (), theme=OFFICE)
    old, new = into, found.data
    assert re.sub(rb'count="\d+"', b"", new[: old.index(b"<!--")]).startswith(
        re.sub(rb'count="\d+"', b"", old[: old.index(b"<!--")])
    )
    assert b"<!-- mine -->\r\n <font><i/>" in new
    assert b"</fonts >\n<fills" in new


@pytest.mark.parametrize("other", [
    BOOK.replace('<name val="Calibri"/>', '<name val="Aptos"/>'),
    BOOK.replace('<sz val="11"/>', '<sz val="10"/>'),
    BOOK.replace('<color theme="1"/>', '<color theme="4"/>'),
    BOOK.replace("<fill><patternFill/>", '<fill><patternFill patternType="solid"/>'),
    BOOK.replace('vertical="bottom"', 'vertical="center"'),
    BOOK.replace('<cellXfs count="2"><xf numFmtId="0"', '<cellXfs count="2"><xf numFmtId="9"'),
])  # fmt: skip
def test_the_look_of_cells_without_a_format_is_kept(tmp_path, other):
    found = merged_styles(styles(other), made_styles(tmp_path), (), (), theme=OFFICE)
    assert found.cell_formats == {0: 2}
    new = lists(found.data)["cellXfs"][2]
    assert new.get("numFmtId") == "0"
    assert new.get("applyFont") == new.get("applyAlignment") == "1"


def test_a_format_of_a_named_style_is_not_shared(tmp_path):
    into = styles(BOOK.replace('borderId="0" xfId="0">', 'borderId="0" xfId="3">'))
    assert merged_styles(into, made_styles(tmp_path), (), (), theme=OFFICE).cell_formats == {0: 2}


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("namespace", [MAIN, STRICT_MAIN])
def test_missing_lists_are_made_in_their_order(tmp_path, prefix, namespace):
    made = made_styles(tmp_path, {"num_format": "0.0", "bold": True}, rules=({"bold": True},))
    inside = '<cellStyles count="0"/><colors/><extLst/>'
    into = styles(inside, prefix=prefix, namespace=namespace)
    found = merged_styles(into, made, {1}, {0})
    tree = ET.fromstring(found.data)
    assert [child.tag for child in tree] == [
        f"{{{namespace}}}{name}" for name in [*NAMES, "colors", "extLst"]
    ]
    assert {one.tag.partition("}")[0] for one in tree.iter()} == {f"{{{namespace}"}
    # What cells without a format show in the book is not what comes.
    assert found.cell_formats == {0: 1, 1: 2}
    assert len(lists(found.data)["fills"]) == 2


@pytest.mark.parametrize("into", [empty_styles(MAIN), b'<styleSheet xmlns="urn"></styleSheet>'])
def test_a_book_without_styles_gets_them(tmp_path, into):
    found = merged_styles(into, made_styles(tmp_path, {"bold": True}), {1}, ())
    assert len(lists(found.data)["cellXfs"]) == 3
    assert found.cell_formats == {0: 1, 1: 2}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_wide_part_stays_wide(tmp_path, encoding):
    mark = "\ufeff".encode(encoding)
    text = '<?xml version="1.0" encoding="UTF-16"?>' + styles(BOOK).decode()
    made = made_styles(tmp_path, {"num_format": '"£"0'})
    found = merged_styles(mark + text.encode(encoding), made, {1}, (), theme=OFFICE)
    assert found.data.startswith(mark)
    assert '<numFmt numFmtId="171" formatCode="&quot;£&quot;0"/>' in found.data.decode(encoding)


def test_counts_that_are_absent_stay_absent_and_wrong_ones_are_mended(tmp_path):
    text = BOOK.replace('<fonts count="2">', "<fonts>").replace(
        'cellXfs count="2"', 'cellXfs count="9"'
    )
    made = made_styles(tmp_path, {"italic": True})
    data = merged_styles(styles(text), made, {1}, (), theme=OFFICE).data
    assert b"<fonts><font>" in data
    assert b'<cellXfs count="3">' in data


def test_more_formats_than_excel_keeps_are_refused(tmp_path, monkeypatch):
    assert style_merge.MOST_CELL_FORMATS == 65_430
    most = 500
    monkeypatch.setattr(style_merge, "MOST_CELL_FORMATS", most)
    one = '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0"/>'

    def into(count: int) -> bytes:
        inside = BOOK.replace("</cellXfs>", one * (count - 2) + "</cellXfs>")
        return styles(inside)

    made = made_styles(tmp_path, {"italic": True})
    last = merged_styles(into(most - 1), made, {1}, (), theme=OFFICE)
    assert last.cell_formats[1] == most - 1
    with pytest.raises(FileProblem) as caught:
        merged_styles(into(most), made, {1}, (), theme=OFFICE)
    assert caught.value.code == "too-many-styles"
    # Formats that are there already can still be used.
    assert merged_styles(into(most), made, (), (), theme=OFFICE).cell_formats == {0: 0}


def test_a_format_with_an_extension_is_refused(tmp_path):
    made = made_styles(tmp_path, {"italic": True})
    made = re.sub(rb'(<xf [^<>]*fontId="1"[^<>]*?)/>', rb"\1><extLst/></xf>", made)
    with pytest.raises(ValueError, match="format 1 cannot be merged"):
        merged_styles(styles(BOOK), made, {1}, ())


def test_a_document_type_is_refused(tmp_path):
    into = b"<!DOCTYPE styleSheet>" + styles(BOOK)
    with pytest.raises(expat.ExpatError):
        merged_styles(into, made_styles(tmp_path), (), ())


# Themes.

THEME = """<a:theme xmlns:a="urn:a"><a:themeElements><a:clrScheme name="x">
<a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1>
<a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1>
<a:dk2><a:srgbClr val="1f497d"/></a:dk2><a:lt2><a:srgbClr val="EEECE1"/></a:lt2>
<a:accent1><a:srgbClr val="4F81BD"/></a:accent1></a:clrScheme>
<a:fontScheme name="x"><a:majorFont><a:latin typeface="Cambria"/></a:majorFont>
<a:minorFont><a:latin typeface="Calibri"/><a:ea typeface=""/></a:minorFont></a:fontScheme>
</a:themeElements></a:theme>"""


def test_a_theme_is_read_by_the_numbers_that_cells_use():
    theme = read_theme(ET.fromstring(THEME))
    assert theme.colours == {0: "FFFFFF", 1: "000000", 2: "EEECE1", 3: "1F497D", 4: "4F81BD"}
    assert theme.fonts == {"major": "Cambria", "minor": "Calibri"}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (OFFICE, '<font><color theme="1"/><scheme val="minor"/></font><x:y theme="4" tint="0.5"/>'),
        (Theme({1: "000000", 4: "112233"}, {"minor": "Aptos"}),
         '<font><color theme="1"/></font><x:y rgb="FF4F81BD" tint="0.5"/>'),
        (NO_THEME, '<font><color rgb="FF000000"/></font><x:y rgb="FF4F81BD" tint="0.5"/>'),
    ],
)  # fmt: skip
def test_what_themes_do_not_share_is_named(other, expected):
    given = '<font><color theme="1"/><scheme val="minor"/></font><x:y theme="4" tint="0.5"/>'
    assert independent(given.encode(), OFFICE, other) == expected.encode()


def test_a_colour_that_the_theme_lacks_is_refused():
    with pytest.raises(ValueError, match="colour 9"):
        independent(b'<color theme="9"/>', OFFICE, NO_THEME)


def test_a_text_about_a_theme_stays():
    text = b'<t> theme="4" </t>'
    assert independent(text, OFFICE, NO_THEME) == text


# Metadata.

RICH = (
    '<metadata xmlns="{main}"><metadataTypes count="1"><metadataType name="XLRICHVALUE"/>'
    '</metadataTypes><futureMetadata name="XLRICHVALUE" count="2"><bk/><bk/></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="1"/></bk></cellMetadata>'
    '<valueMetadata count="1"><bk><rc t="1" v="0"/></bk></valueMetadata></metadata>'
)


@pytest.mark.parametrize("strict", [False, True])
def test_a_book_without_metadata_gets_the_mark(strict):
    data, mark = dynamic_array_mark(None, strict=strict)
    tree = ET.fromstring(data)
    main = STRICT_MAIN if strict else MAIN
    assert mark == 1
    assert [child.tag for child in tree] == [
        f"{{{main}}}{name}" for name in ("metadataTypes", "futureMetadata", "cellMetadata")
    ]
    assert holds_only_dynamic_arrays(data)
    assert dynamic_array_mark(data) == (data, 1)


def test_the_mark_of_xlsxwriter_is_used_again(tmp_path):
    path = tmp_path / "made.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_dynamic_array_formula("A1", "=SORT(B1:B2)")
    book.close()
    with zipfile.ZipFile(path) as package:
        data = package.read("xl/metadata.xml")
    found, mark = dynamic_array_mark(data)
    assert found is data
    assert mark == 1


def test_the_mark_comes_after_what_is_there():
    data, mark = dynamic_array_mark(RICH.format(main=MAIN).encode())
    assert mark == 2
    assert not holds_only_dynamic_arrays(data)
    tree = ET.fromstring(data)
    names = [child.tag.rpartition("}")[2] for child in tree]
    assert names == [
        "metadataTypes", "futureMetadata", "futureMetadata", "cellMetadata", "valueMetadata",
    ]  # fmt: skip
    assert [child.get("name") for child in tree][1:3] == ["XLRICHVALUE", "XLDAPR"]
    records = [record.attrib for record in tree[3].iter() if record.tag.endswith("}rc")]
    assert records == [{"t": "1", "v": "1"}, {"t": "2", "v": "0"}]
    assert tree[0].get("count") == tree[3].get("count") == "2"
    assert dynamic_array_mark(data) == (data, 2)


def test_a_collapsed_array_is_another_mark():
    marked, _ = dynamic_array_mark(None)
    collapsed = marked.replace(b'fCollapsed="0"', b'fCollapsed="1"')
    data, mark = dynamic_array_mark(collapsed)
    assert mark == 2
    tree = ET.fromstring(data)
    assert tree[1].get("count") == "2"
    assert [record.attrib for record in tree[2].iter() if record.tag.endswith("}rc")] == [
        {"t": "1", "v": "0"}, {"t": "1", "v": "1"},
    ]  # fmt: skip


def test_metadata_with_a_prefix_and_in_utf_16():
    text = re.sub(r"<(/?)(?=\w)", r"<\1m:", RICH.format(main=MAIN)).replace("xmlns=", "xmlns:m=")
    wide = b"\xff\xfe" + ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16-le")
    data, mark = dynamic_array_mark(wide)
    tree = ET.fromstring(data)
    assert mark == 2
    assert {one.tag.partition("}")[0] for one in tree.iter()} == {
        f"{{{MAIN}", "{http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
    }  # fmt: skip
    assert dynamic_array_mark(data) == (data, 2)


# Lists, and the strict form.


def test_an_empty_root_and_an_empty_list_are_opened():
    assert with_entries(b'<r a="1"/>', "r", ("x",), {"x": [b"<y/>"]}) == (
        b'<r a="1"><x count="1"><y/></x></r>'
    )
    assert with_entries(b'<r><x count="0"/></r>', "r", ("x",), {"x": [b"<y/>", b"<y/>"]}) == (
        b'<r><x count="2"><y/><y/></x></r>'
    )
    assert with_child(b"<r/>", "r", ("x", "z"), b"<x/>") == b"<r><x/></r>"
    assert spliced(b"<r/>", []) == b"<r/>"


def test_nothing_to_add_changes_nothing():
    assert with_entries(b"<r ></r >", "r", ("x",), {"x": []}) == b"<r ></r >"


def test_the_strict_form_says_shares_with_a_percent_sign():
    given = (
        b'<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        b'<c:overlap val="-20"/><c:lblOffset val="100"/><a:lumMod val="62500"/><c:idx val="1"/>'
    )
    assert strict_form(given) == (
        b'<c:chart xmlns:c="http://purl.oclc.org/ooxml/drawingml/chart">'
        b'<c:overlap val="-20%"/><a:lumMod val="62.5%"/><c:idx val="1"/>'
    )


def test_a_text_that_names_a_namespace_stays_in_the_strict_form():
    text = f"<t>{MAIN}</t>".encode()
    assert strict_form(text) == text
