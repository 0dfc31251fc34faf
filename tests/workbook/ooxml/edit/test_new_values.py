"""New values of formulas, written into a copy of a workbook in which nothing else differs."""

import datetime
import struct
import subprocess
import zipfile

import openpyxl
import pytest

from tests.support.edits import write_values
from tests.support.needed import need_libreoffice
from tests.support.raw_package import USUAL, raw_parts, values_of, write_parts
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit import cells as package_cells


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
