"""Cells set inside a sheet's XML: both ways to find rows agree, and only what was asked changes."""

import re
import threading
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.addresses import area_cells, column_letter, split_area
from xlpbr.workbook.ooxml.book import TableArea, cells_of, open_book
from xlpbr.workbook.ooxml.edit.program import PROTECTED_SHEET
from xlpbr.workbook.ooxml.edit.refusals import edit_refusals
from xlpbr.workbook.ooxml.sheet import text as sheet_text
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.edit import edited_chunks, sheet_splices, with_new_values
from xlpbr.workbook.ooxml.sheet.row_parse import parse_rows
from xlpbr.workbook.ooxml.sheet.row_search import UnsureError, search_rows
from xlpbr.workbook.ooxml.sheet.scan import scan_sheet
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.sheet.verify import verify_sheet
from xlpbr.workbook.ooxml.zip.archive import open_archive
from xlpbr.workbook.ooxml.zip.copy import copy_archive
from xlpbr.workbook.ours import XLPBR

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


# ---- generated sheets --------------------------------------------------------------------

FORMULAS = ["A1*2", 'IF(A1>0,"<up>","down & out")', "SUM($A$1:A1)", "Data!$B$2&A1"]
TEXTS = st.one_of(
    st.sampled_from(
        ["north", " lead", "trail ", "two\nlines", "a & b < c > d", "_x000D_", "£é😀", ""]
    ),
    st.text(max_size=12),
)
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.booleans(),
    st.just(CellError("#N/A", "the cell Data!A1 shows #N/A")),
    st.none(),
)


@st.composite
def generated_cell(draw, prefix, place, reference, shared):
    p, q = prefix, draw(st.sampled_from("\"'"))
    r = f" r={q}{reference}{q}" if reference else ""
    s = draw(st.sampled_from(["", f" s={q}1{q}", ' s="2"']))
    kind = draw(st.sampled_from("nnnsibe-/ftLa" if shared is None else "S"))
    gap = draw(st.sampled_from(["", "", "", " ", "\n"]))
    if kind == "S":
        return (
            f'<{p}c{r}{s}><{p}f t="shared"{shared[1]} si="{shared[0]}"'
            + (f">{shared[2]}</{p}f>" if shared[2] else "/>")
            + f"{gap}<{p}v>{draw(st.integers(0, 9))}</{p}v></{p}c>"
        )
    number = draw(st.integers(-5, 10**6)) / 4
    formula = draw(st.sampled_from(FORMULAS)).replace("&", "&amp;").replace("<", "&lt;")
    return {
        "n": f"<{p}c{r}{s}>{gap}<{p}v>{number}</{p}v>{gap}</{p}c>",
        "s": f'<{p}c{r}{s} t="s"><{p}v>1</{p}v></{p}c>',
        "i": f'<{p}c{r} t="inlineStr"{s}><{p}is><{p}t> in &amp; &lt;</{p}t></{p}is></{p}c>',
        "b": f'<{p}c{r}{s} t="b"><{p}v>1</{p}v></{p}c>',
        "e": f'<{p}c{r}{s} t="e" vm="1"><{p}v>#N/A</{p}v></{p}c>',
        "-": f"<{p}c{r}{s}></{p}c>",
        "/": f"<{p}c{r}{s} />",
        "f": f"<{p}c{r}{s}><{p}f>{formula}</{p}f>{gap}<{p}v>{number}</{p}v></{p}c>",
        "t": f'<{p}c{r}{s} t="str"><{p}f ca="1">{formula}</{p}f><{p}v>x&#10;y</{p}v></{p}c>',
        "L": f"<{p}c{r}{s}><{p}f>{formula}</{p}f></{p}c>",
        "a": f'<{p}c{r}{s} cm="1"><{p}f t="array" ref="{place}">{formula}</{p}f>'
        f"<{p}v>3</{p}v></{p}c>",
    }[kind]


@st.composite
def generated_sheets(draw):
    """The XML of a sheet as bytes, its namespace, and whether search must be sure of it."""
    prefix = draw(st.sampled_from(["", "", "x:"]))
    odd = draw(st.booleans())
    noise = st.sampled_from(["", "", "<!-- <row r='9'> -->", "<?note?>"]) if odd else st.just("")
    blank = st.sampled_from(["", "", "\n", "  "])
    namespace = draw(st.sampled_from([USUAL, USUAL, STRICT]))
    numbers = sorted(draw(st.sets(st.integers(1, 14), max_size=7)))
    column_of_shared = draw(st.sampled_from([None, None, 2, 3]))
    follows = False
    before, rows = 0, []
    for number in numbers:
        implied = odd and number == before + 1 and draw(st.booleans())
        attributes = "" if implied else f' r="{number}"'
        attributes += draw(
            st.sampled_from(
                ["", ' spans="1:6"', ' spans="2:3"', ' s="2" customFormat="1"', " ht='9'"]
            )
        )
        inside, last = [], 0
        for column in sorted(draw(st.sets(st.integers(1, 6), max_size=5))):
            no_reference = odd and column == last + 1 and draw(st.booleans())
            # openpyxl reads no shared formula without it
            no_reference &= namespace == STRICT or column != column_of_shared
            place = f"{column_letter(column)}{number}"
            last = column
            shared = None
            if column == column_of_shared:
                letter = column_letter(column)
                covered = f' ref="{letter}{number}:{letter}14"'
                shared = ("0", "", "") if follows else ("0", covered, f"$A$1+A{number}&lt;9")
                follows = True
            inside += [
                draw(generated_cell(prefix, place, "" if no_reference else place, shared)),
                draw(noise),
                draw(blank),
            ]
        before = number
        whole = f"<{prefix}row{attributes}>{''.join(inside)}</{prefix}row>"
        if not inside and draw(st.booleans()):
            whole = f"<{prefix}row{attributes}/>"
        rows += [whole, draw(blank), draw(noise)]
    data = f"<{prefix}sheetData>{''.join(rows)}</{prefix}sheetData>"
    if not rows and draw(st.booleans()):
        data = f"<{prefix}sheetData/>"
    top = draw(
        st.sampled_from(
            ["", f'<{prefix}dimension ref="A1"/>', f'<{prefix}dimension ref="B2:C9" />']
        )
    )
    top += draw(
        st.sampled_from(
            ["", f'<{prefix}cols><{prefix}col min="2" max="3" style="1"/></{prefix}cols>']
        )
    )
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    text = (
        f'<{prefix}worksheet {name}="{namespace}">{draw(noise)}{top}{data}'
        f'<{prefix}pageMargins left="1"/></{prefix}worksheet>'
    )
    encoding = draw(st.sampled_from(["", "utf-8", "mark", "utf-16-le", "utf-16-be"]))
    if encoding == "mark":
        return b"\xef\xbb\xbf" + text.encode(), namespace, not odd
    if encoding:
        said = encoding.partition("-")[2][:2] and encoding.upper()[:6].rstrip("-")
        text = f'<?xml version="1.0" encoding="{said}" standalone="yes"?>\r\n' + text
    if encoding.startswith("utf-16"):
        mark = b"\xff\xfe" if encoding.endswith("le") else b"\xfe\xff"
        return mark + text.encode(encoding), namespace, not odd
    return text.encode(), namespace, not odd


@st.composite
def generated_changes(draw):
    positions = draw(
        st.sets(st.tuples(st.integers(1, 16), st.integers(1, 8)), min_size=1, max_size=5)
    )
    changes = {}
    for position in sorted(positions):
        formula = draw(st.sampled_from([KEEP, None, *FORMULAS]))
        value = draw(VALUES)
        if isinstance(formula, str) and draw(st.booleans()):
            value = KEEP
        changes[position] = CellChange(value, formula)
    return changes


def expected_cells(before, changes):
    """What the cells hold after some changes: value with its type, formula, filled range."""
    result = {
        position: (type(cell.value), cell.value, cell.formula, cell.array_range)
        for position, cell in before.items()
    }
    for position, change in changes.items():
        kind, value, formula, filled = result.get(position, (type(None), None, None, None))
        if change.value is not KEEP:
            kind, value = type(change.value), change.value
        if change.formula is not KEEP:
            formula, filled = change.formula, None
        if value is None and formula is None:
            result.pop(position, None)
        else:
            result[position] = (kind, value, formula, filled)
    return {
        position: (kind, value.code if isinstance(value, CellError) else value, formula, filled)
        for position, (kind, value, formula, filled) in result.items()
    }


@pytest.mark.slow
@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sheet=generated_sheets(), changes=generated_changes())
def test_random_cells_of_random_sheets(tmp_path, sheet, changes):
    data, namespace, usual = sheet
    path = write_book(tmp_path / "before.xlsx", data, namespace)
    assert both_ways(path, changes) or not usual
    target = tmp_path / "after.xlsx"
    before = dict(cells_of(open_book(path), "Data"))
    edit(path, changes, target)
    after = cells_of(open_book(target), "Data")
    assert expected_cells(after, {}) == expected_cells(before, changes)
    with zipfile.ZipFile(target) as packed:
        new = packed.read(PART)
    assert new[:2] == data[:2]
    if namespace == USUAL:
        compare_with_openpyxl(path, target, changes)


def compare_with_openpyxl(path, target, changes):
    for data_only in (False, True):
        old = openpyxl.load_workbook(path, data_only=data_only)["Data"]
        new = openpyxl.load_workbook(target, data_only=data_only)["Data"]
        for row in range(1, 17):
            for column in range(1, 9):
                was, now = old.cell(row, column), new.cell(row, column)
                change = changes.get((row, column))
                if change is None:
                    assert shown(was) == shown(now), now.coordinate
                    continue
                if isinstance(change.formula, str) and not data_only:
                    assert now.value == f"={change.formula}"
                elif change.value is not KEEP and (data_only or change.formula is None):
                    assert openpyxl_text(now.value) == plain(change.value)


def plain(value):
    value = value.code if isinstance(value, CellError) else value
    return None if value == "" else value


def openpyxl_text(value):
    """Openpyxl leaves the escapes of texts as they are stored, and reads no empty text."""
    if isinstance(value, str):
        return re.sub(r"_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), value) or None
    return value


def shown(cell):
    value = cell.value
    return getattr(value, "text", value), getattr(value, "ref", None), cell.number_format


# ---- one thing at a time -----------------------------------------------------------------


def test_what_the_search_leaves_to_the_parser(tmp_path):
    row = '<row r="2"><c r="A2"><v>1</v></c></row>'
    for name, data, sure in [
        ("plain", sheet_xml(row), True),
        ("comment", sheet_xml(f"<!-- x -->{row}"), False),
        ("characters", sheet_xml(row.replace("1</v>", "<![CDATA[1]]></v>")), False),
        ("instruction", sheet_xml(f"{row}<?x y?>"), False),
        ("no number", sheet_xml(f"{row}<row><c><v>3</v></c></row>"), False),
        ("out of order", sheet_xml(f'{row}<row r="1"/>'), False),
        ("number in a sign", sheet_xml(f'{row}<row r="&#51;"/>'), False),
        ("other names", sheet_xml(f'{row}<y:row xmlns:y="y" r="3"/>'), False),
        ("before the root", f"<!-- x -->{sheet_xml(row)}", False),
        ("in the end", sheet_xml(row, after="<!-- x -->"), True),
        ("empty", sheet_xml("").replace("<sheetData></sheetData>", "<sheetData/>"), True),
    ]:
        path = write_book(tmp_path / f"{name}.xlsx", data)
        assert both_ways(path, [(1, 1), (2, 1), (3, 1)]) is sure, name


def test_rows_across_the_pieces_of_a_large_sheet(tmp_path):
    """Rows and tags that lie across the pieces in which a part is unpacked."""
    filler = "f" * 30_000
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{filler}{number}</t></is></c>'
        f'<c r="B{number}"><f t="array" ref="B{number}">A{number}</f><v>{number}</v></c></row>'
        for number in range(1, 400, 2)
    )
    path = write_book(tmp_path / "large.xlsx", sheet_xml(rows))
    positions = [(number, 2) for number in range(1, 402)]
    assert both_ways(path, positions)
    changes = {(number, 3): CellChange(float(number), None) for number in range(1, 402)}
    edit(path, changes, tmp_path / "out.xlsx")
    after = cells_of(open_book(tmp_path / "out.xlsx"), "Data")
    assert [after[number, 3].value for number in range(1, 402)] == [*map(float, range(1, 402))]
    assert len(after) == 400 + 401
    scan = scan_sheet(open_archive(path), PART, positions)
    assert scan.arrays == tuple((n, 2, n, 2) for n in range(1, 400, 2))


@pytest.mark.parametrize("kind", ["<!DOCTYPE worksheet>", '<!DOCTYPE w [<!ENTITY a "b">]>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(tmp_path, kind, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{kind}{sheet_xml("")}'
    path = write_book(tmp_path / "b.xlsx", text.encode(encoding))
    with pytest.raises(FileProblem, match=r"declares a document type \(DOCTYPE\) in its part"):
        scan_sheet(open_archive(path), PART, [(1, 1)])


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (f'<worksheet xmlns="{USUAL}"/>', "it has no sheetData"),
        (sheet_xml('<row r="2"><c r="A2"/>'), "mismatched tag"),
        (sheet_xml('<row r="2"><c r="A3"/></row>'), "A3 stands in the row 2"),
        (sheet_xml('<row r="2"><c r="A2"/><c r="A2"/></row>'), "A2 stands in it twice"),
        (sheet_xml('<row r="2"/><row r="2"/>'), "the row 2 stands in it twice"),
        (sheet_xml('<row r="0"/>'), "'0' is no row"),
        (sheet_xml('<row r="2"><c r="2B"/></row>'), "'2B' is no cell"),
        (sheet_xml("").encode("utf-16")[:-1], "it is not well encoded"),
    ],
)
def test_damaged_sheets_are_named(tmp_path, data, what):
    path = write_book(tmp_path / "b.xlsx", data)
    with pytest.raises(FileProblem) as caught:
        scan_sheet(open_archive(path), PART, [(2, 1)])
    assert str(caught.value).startswith(f"{path} is damaged in its part {PART}: {what}")


def test_a_sheet_that_is_left_half_read_waits_for_nobody(monkeypatch):
    go_on = threading.Event()

    def slow(archive, part):
        yield b"<worksheet>" + b" " * 4096
        go_on.wait(30)
        yield b"</worksheet>"

    monkeypatch.setattr(sheet_text, "part_chunks", slow)
    chunks = text_chunks(None, PART)
    next(chunks)
    leaving = threading.Thread(target=chunks.close)
    leaving.start()
    leaving.join(10)
    left = not leaving.is_alive()
    go_on.set()
    leaving.join()
    assert left


def test_other_encodings_and_impossible_cells(tmp_path):
    text = '<?xml version="1.0" encoding="windows-1252"?>' + sheet_xml("")
    path = write_book(tmp_path / "b.xlsx", text)
    with pytest.raises(FileProblem) as caught:
        scan_sheet(open_archive(path), PART, [(1, 1)])
    assert str(caught.value) == (
        f"{path} stores {PART} in another encoding than UTF-8 or UTF-16; open it in Excel and "
        "save it as a new workbook."
    )
    with pytest.raises(ValueError, match="there is no cell in row 1048577, column 1"):
        scan_sheet(open_archive(path), PART, [(1_048_577, 1)])


def test_damage_far_from_the_cell_is_said_of_the_workbook(tmp_path):
    path = write_book(
        tmp_path / "b.xlsx", sheet_xml('<row r="1"/><row r="9"><c r="A9"><v>1</c></row>')
    )
    with pytest.raises(FileProblem, match=r"b\.xlsx is damaged in its part .*: mismatched tag"):
        edit(path, {(1, 1): CellChange(1.0)}, tmp_path / "out.xlsx")


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


def test_every_form_of_a_change(tmp_path):
    def one(position, change):
        return edited(tmp_path, {position: change})

    a1 = '<c r="A1" s="1"><v>1</v></c>'
    for change, now in [
        (CellChange(12.5), '<c r="A1" s="1"><v>12.5</v></c>'),
        (CellChange(None), '<c r="A1" s="1"></c>'),
        (
            CellChange("a & b"),
            '<c r="A1" s="1" t="inlineStr"><is><t>a &amp; b</t></is></c>',
        ),
        (
            CellChange(" b\n"),
            '<c r="A1" s="1" t="inlineStr"><is><t xml:space="preserve"> b\n</t></is></c>',
        ),
        (
            CellChange("up", 'IF(B1<2,"up",3)'),
            '<c r="A1" s="1" t="str"><f>IF(B1&lt;2,"up",3)</f><v>up</v></c>',
        ),
        (CellChange(KEEP, "B1"), '<c r="A1" s="1"><f>B1</f><v>1</v></c>'),
        (CellChange(True, "B1"), '<c r="A1" s="1" t="b"><f>B1</f><v>1</v></c>'),
        (
            CellChange(4.0, "_xlfn.SORT(C1)", "A1:A1", 1),
            '<c r="A1" s="1" cm="1"><f t="array" ref="A1:A1">_xlfn.SORT(C1)</f><v>4</v></c>',
        ),
    ]:
        assert one((1, 1), change) == ROWS.replace(a1, now), change
    # a rich value goes with what it showed
    b1 = '<c r="B1" s="2" t="e" vm="3"><v>#N/A</v></c>'
    assert one((1, 2), CellChange(5.0)) == ROWS.replace(b1, '<c r="B1" s="2"><v>5</v></c>')
    assert one((1, 2), CellChange(KEEP)) == ROWS
    # a formula is taken away, and its text becomes one that was typed in
    a3 = '<c r="A3"><f>A1*2</f><v>2</v></c>'
    assert one((3, 1), CellChange("x", None)) == ROWS.replace(
        a3, '<c r="A3" t="inlineStr"><is><t>x</t></is></c>'
    )
    assert one((3, 1), CellChange("x")) == ROWS.replace(
        a3, '<c r="A3" t="str"><f>A1*2</f><v>x</v></c>'
    )
    # new cells: after the last, in a row with a style, in new rows before, between and after
    assert one((1, 3), CellChange(7.0)) == ROWS.replace(' spans="1:2"', "").replace(
        b1, f'{b1}<c r="C1"><v>7</v></c>'
    )
    assert one((3, 2), CellChange(7.0)) == ROWS.replace(a3, f'{a3}<c r="B3" s="2"><v>7</v></c>')
    assert one((2, 2), CellChange(7.0, "A1")) == ROWS.replace(
        '<row r="3"', '<row r="2"><c r="B2"><f>A1</f><v>7</v></c></row><row r="3"'
    )
    assert one((4, 1), CellChange(False)) == ROWS + '<row r="4"><c r="A4" t="b"><v>0</v></c></row>'
    assert one((4, 1), CellChange(None)) == ROWS


def test_columns_rows_and_dimension(tmp_path):
    before = '<dimension ref="A1:B3"/><cols><col min="3" max="4" style="1"/></cols>'
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS, before))
    edit(path, {(5, 4): CellChange(1.0), (9, 2): CellChange(None)}, tmp_path / "out.xlsx")
    assert part_text(tmp_path / "out.xlsx") == sheet_xml(
        ROWS + '<row r="5"><c r="D5" s="1"><v>1</v></c></row>',
        before.replace("A1:B3", "A1:D5"),
    )
    path = write_book(tmp_path / "c.xlsx", sheet_xml("", '<dimension ref="A1"/>'))
    edit(path, {(1, 1): CellChange(1.0)}, tmp_path / "out.xlsx")
    assert '<dimension ref="A1"/>' in part_text(tmp_path / "out.xlsx")


SHARED = (
    '<row r="1"><c r="B1"><f t="shared" ref="B1:C3" si="4">A1&amp;"&lt;"</f><v>1</v></c>'
    '<c r="C1"><f t="shared" si="4"/><v>2</v></c></row>'
    '<row r="2"><c r="B2"><f t="shared" si="4"/><v>3</v></c></row>'
    '<row r="7"><c r="B7"><f t="shared" si="4"></f><v>4</v></c></row>'
)


def test_a_shared_formula_goes_on_in_the_next_cell(tmp_path):
    def formulas(changes):
        edited(tmp_path, changes, SHARED)
        stored = cells_of(open_book(tmp_path / "out.xlsx"), "Data")
        return {position: cell.formula for position, cell in stored.items()}

    whole = {(1, 2): 'A1&"<"', (1, 3): 'B1&"<"', (2, 2): 'A2&"<"', (7, 2): 'A7&"<"'}
    assert formulas({(2, 2): CellChange(1.0, "1+1")}) == whole | {(2, 2): "1+1"}
    assert formulas({(1, 2): CellChange(1.0)}) == whole
    assert formulas({(1, 2): CellChange(1.0, "1+1")}) == whole | {(1, 2): "1+1"}
    assert '<f t="shared" ref="B1:C7" si="4">B1&amp;"&lt;"</f>' in part_text(tmp_path / "out.xlsx")
    gone = {(1, 2): CellChange(1.0, None), (1, 3): CellChange(2.0, "3")}
    assert formulas(gone) == whole | {(1, 2): None, (1, 3): "3"}
    gone |= {(2, 2): CellChange(1.0, None)}
    assert formulas(gone) == whole | {(1, 2): None, (1, 3): "3", (2, 2): None}
    assert '<f t="shared" ref="B7:B7" si="4">A7&amp;"&lt;"</f>' in part_text(tmp_path / "out.xlsx")
    gone |= {(7, 2): CellChange(None, None)}
    assert formulas(gone) == {(1, 2): None, (1, 3): "3", (2, 2): None}


def test_a_formula_shared_by_many_cells(tmp_path):
    rows = '<row r="1"><c r="A1"><f t="shared" ref="A1:A5000" si="0">B1*2</f><v>1</v></c></row>'
    rows += "".join(
        f'<row r="{n}"><c r="A{n}"><f t="shared" si="0"/><v>{n}</v></c></row>'
        for n in range(2, 5001)
    )
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    changes = {(1, 1): CellChange(1.0, "1"), (3, 1): CellChange(1.0, "2")}
    assert both_ways(path, changes)
    scan = scan_sheet(open_archive(path), PART, changes)
    sharing = scan.shared["0"]
    assert [use.position for use in sharing.uses] == [(2, 1), (3, 1), (4, 1)]
    assert sharing.rest == (5, 1, 5000, 1)
    edit(path, changes, tmp_path / "out.xlsx")
    stored = cells_of(open_book(tmp_path / "out.xlsx"), "Data")
    assert [stored[n, 1].formula for n in range(1, 5001)] == [
        "1", "B2*2", "2", *(f"B{n}*2" for n in range(4, 5001))
    ]  # fmt: skip
    assert '<f t="shared" ref="A2:A5000" si="0">B2*2</f>' in part_text(tmp_path / "out.xlsx")


def test_a_formula_that_says_it_fills_the_sheet(tmp_path):
    """It is passed over quickly, and not replaced."""
    rows = '<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>'
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    archive = open_archive(path)
    assert b"<v>2</v>" in with_new_values(archive, PART, {(1, 1): 2.0}, {})
    with pytest.raises(FileProblem) as caught:
        scan_sheet(archive, PART, {(1, 1)})
    assert caught.value.code == "array-cell"
    assert str(caught.value) == (
        "The formula in A1 fills 1,048,576 rows, too many to look at; clear it in Excel first."
    )


def test_a_number_used_for_two_shared_formulas_is_refused(tmp_path):
    rows = SHARED + '<row r="8"><c r="B8"><f t="shared" ref="B8:B9" si="4">A1</f><v>1</v></c></row>'
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    with pytest.raises(FileProblem) as caught:
        edit(path, {(1, 2): CellChange(1.0, "2")}, tmp_path / "out.xlsx")
    assert caught.value.code == "shared-formula"
    assert str(caught.value) == (
        "Cell B1 writes out a formula for other cells, and another cell writes one out under the "
        "same number; open the workbook in Excel, save it and try again."
    )


SPILL = (
    '<row r="1"><c r="B1" cm="1"><f t="array" ref="B1:B3">_xlfn.SORT(A1:A3)</f><v>1</v></c></row>'
    '<row r="2"><c r="B2" s="1"><v>2</v></c></row><row r="3"><c r="B3"><v>3</v></c></row>'
)


def test_cells_that_a_new_formula_no_longer_fills_are_emptied(tmp_path):
    nothing = {(2, 2): CellChange(None), (3, 2): CellChange(None)}
    assert edited(tmp_path, {(1, 2): CellChange(9.0, "1+8"), **nothing}, SPILL) == (
        '<row r="1"><c r="B1"><f>1+8</f><v>9</v></c></row>'
        '<row r="2"><c r="B2" s="1"></c></row><row r="3"><c r="B3"></c></row>'
    )
    wider = {
        (1, 2): CellChange(7.0, "_xlfn.SORT(A1:B2)", "B1:C2", 1),
        (1, 3): CellChange("t"),
        (2, 2): CellChange(8.0),
        (2, 3): CellChange(9.0),
        (3, 2): CellChange(None),
    }
    assert edited(tmp_path, wider, SPILL) == (
        '<row r="1"><c r="B1" cm="1"><f t="array" ref="B1:C2">_xlfn.SORT(A1:B2)</f><v>7</v></c>'
        '<c r="C1" t="str"><v>t</v></c></row>'
        '<row r="2"><c r="B2" s="1"><v>8</v></c><c r="C2"><v>9</v></c></row>'
        '<row r="3"><c r="B3"></c></row>'
    )


def test_formulas_that_no_cell_can_hold(tmp_path):
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS))
    for formula, why in [
        ("A" * 8_193, "it has 8,193 characters; Excel takes 8,192"),
        ("A1\x01", "it is empty or holds a sign that no formula can hold"),
        ("", "it is empty or holds a sign that no formula can hold"),
    ]:
        with pytest.raises(FileProblem) as caught:
            edit(path, {(1, 1): CellChange(1.0, formula)}, tmp_path / "out.xlsx")
        assert str(caught.value) == f"The formula for A1 cannot stand in a cell: {why}."


def test_utf16_is_written_back_as_it_was(tmp_path):
    start = '<?xml version="1.0" encoding="UTF-16" standalone="yes"?>\n'
    text = start + sheet_xml(ROWS + "<!-- é😀 -->")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        path = write_book(tmp_path / "b.xlsx", mark + text.encode(encoding))
        edit(path, {(1, 1): CellChange(12.5)}, tmp_path / "out.xlsx")
        with zipfile.ZipFile(tmp_path / "out.xlsx") as packed:
            new = packed.read(PART)
        expected = text.replace('s="1"><v>1</v>', 's="1"><v>12.5</v>')
        assert new == mark + expected.encode(encoding)
        assert with_new_values(open_archive(path), PART, {(1, 1): 12.5}, {}) == new


# ---- refusals ----------------------------------------------------------------------------

TABLE = TableArea("PbrClaims", "data", 10, 1, 14, 3, True, 1)
FRAME = (
    '<mergeCells count="1"><mergeCell ref="E1:F2"/></mergeCells>',
    '<sheetProtection sheet="1" objects="1"/>'
    '<protectedRanges><protectedRange sqref="H1:H2 J1" name="x" hashValue="aa"/>'
    '<protectedRange sqref="K1:K9" name="y"/></protectedRanges>',
)
OTHER = (
    '<row r="4"><c r="D4"><f t="dataTable" ref="D4:D6" r1="A1"/><v>4</v></c>'
    '<c r="G4" s="2"/></row><row r="5"><c r="A5"><v>5</v></c></row>'
)


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        (
            {(2, 6): CellChange(1.0)},
            "merged-cell",
            "Data!F2 lies inside the merged cells Data!E1:F2, which show only their first cell; "
            "give Data!E1 instead, or unmerge them in Excel.",
        ),
        (
            {(2, 2): CellChange(1.0)},
            "array-cell",
            "Data!B2 is filled by the formula in Data!B1, which fills Data!B1:B3; change that "
            "formula, or choose another cell.",
        ),
        (
            {(1, 2): CellChange(1.0), (2, 2): CellChange(1.0, "A1")},
            "array-cell",
            "Data!B2 is filled by the formula in Data!B1, which fills Data!B1:B3; change that "
            "formula, or choose another cell.",
        ),
        (
            {(1, 2): CellChange(1.0, None), (2, 2): CellChange(None)},
            "array-cell",
            "Data!B1 holds a formula that fills Data!B1:B3, so that a change of it would empty "
            "Data!B3; clear the formula in Excel first, or choose another cell.",
        ),
        (
            {(1, 2): CellChange(1.0, "1", "B1:B2"), (2, 2): CellChange(2.0)},
            "array-cell",
            "Data!B1 holds a formula that fills Data!B1:B3, so that a change of it would empty "
            "Data!B3; clear the formula in Excel first, or choose another cell.",
        ),
        (
            {(5, 4): CellChange(1.0)},
            "data-table",
            "Data!D5 belongs to the what-if data table Data!D4:D6, which Excel calculates as a "
            "whole; choose another cell.",
        ),
        (
            {(10, 3): CellChange("x")},
            "table-heading",
            "Data!C10 is a heading of the table PbrClaims; change it in Excel, or choose a cell "
            "beneath the headings.",
        ),
        (
            {(14, 1): CellChange("x")},
            "table-heading",
            "Data!A14 is in the totals row of the table PbrClaims; change it in Excel, or choose "
            "a cell above the totals row.",
        ),
        (
            {(2, 8): CellChange(1.0)},
            "protected-cell",
            "Data!H2 lies in Data!H1:H2, which asks for a password of its own; unprotect the sheet "
            "in Excel first, or give --allow-protected-sheet to change it all the same.",
        ),
        (
            {(5, 1): CellChange(1.0)},
            "protected-cell",
            "Data!A5 is locked and its sheet is protected; unprotect the sheet in Excel first, "
            "or give --allow-protected-sheet to change it all the same.",
        ),
    ],
)
def test_cells_that_must_not_be_set(tmp_path, changes, code, sentence):
    after = FRAME[1] if code == "protected-cell" else FRAME[0]
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after=after))
    scan = scan_sheet(open_archive(path), PART, changes)
    with pytest.raises(FileProblem) as caught:
        edit_refusals("Data", scan, changes, tables=[TABLE], remedy=XLPBR.remedies[PROTECTED_SHEET])
    assert (caught.value.code, str(caught.value)) == (code, sentence)
    passed = frozenset({"protected-sheet"})
    if code == "protected-cell":
        edit_refusals("Data", scan, changes, tables=[TABLE], allow=passed)
    else:
        with pytest.raises(FileProblem):
            edit_refusals("Data", scan, changes, tables=[TABLE], allow=passed)


@pytest.mark.parametrize(
    ("position", "area", "why", "code"),
    [
        ((5, 1), "A5:B6", None, ""),
        ((1, 2), "B1:B4", None, ""),
        ((4, 1), "A4:A5", "Data!A5 is not empty", "array-cell"),
        ((1, 3), "C1:E1", "Data!E1:F2 is merged", "merged-cell"),
        (
            (9, 1),
            "A9:A11",
            "the table PbrClaims is there, and no formula fills cells of a table",
            "array-cell",
        ),
    ],
)
def test_formulas_that_would_fill_what_is_taken(tmp_path, position, area, why, code):
    changes = {place: CellChange(1.0) for place in area_cells(split_area(area))} | {
        position: CellChange(1.0, "_xlfn.SORT(K1:K9)", area, 1)
    }
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after=FRAME[0]))
    scan = scan_sheet(open_archive(path), PART, changes)
    if why is None:
        edit_refusals("Data", scan, changes, tables=[TABLE])
        return
    first = f"Data!{column_letter(position[1])}{position[0]}"
    tables = [] if code == "merged-cell" else [TABLE]
    with pytest.raises(FileProblem) as caught:
        edit_refusals("Data", scan, changes, tables=tables)
    assert caught.value.code == code
    assert str(caught.value) == (
        f"The formula in {first} would fill Data!{area}, but {why}; choose a place with room "
        "for it."
    )


def test_what_is_not_refused(tmp_path):
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after="".join(FRAME)))

    def allowed(changes, unlocked=(2,)):
        scan = scan_sheet(open_archive(path), PART, changes)
        edit_refusals("Data", scan, changes, tables=[TABLE], unlocked=unlocked)

    allowed({(4, 7): CellChange(1.0)})  # its style unlocks it
    allowed({(5, 11): CellChange(1.0)})  # everybody may edit the range
    never = {"unlocked": range(100)}
    allowed({(1, 5): CellChange(1.0), (12, 2): CellChange(1.0)}, **never)
    allowed({(1, 2): CellChange(1.0), (2, 2): CellChange(2.0)}, **never)
    left_over = {(2, 2): CellChange(2.0, "A1"), (3, 2): CellChange(None)}
    allowed({(1, 2): CellChange(1.0, None), **left_over}, **never)


@pytest.mark.parametrize(
    "ranges",
    [
        '<protectedRanges><protectedRange sqref="A1:B9" name="x" password="CC1A"/>'
        "</protectedRanges>",
        '<extLst><ext><x14:protectedRanges xmlns:x14="urn:x14" xmlns:xm="urn:xm">'
        '<x14:protectedRange name="x" hashValue="aa"><xm:sqref>A1:B9</xm:sqref>'
        "</x14:protectedRange></x14:protectedRanges></ext></extLst>",
    ],
)
@pytest.mark.parametrize("protection", ["", '<sheetProtection sheet="0"/>'])
def test_a_range_with_a_password_closes_nothing_in_a_sheet_that_is_open(
    tmp_path, ranges, protection
):
    changes = {(5, 1): CellChange(1.0)}
    path = write_book(tmp_path / "b.xlsx", sheet_xml(SPILL + OTHER, after=protection + ranges))
    edit_refusals("Data", scan_sheet(open_archive(path), PART, changes), changes)
    closed = sheet_xml(SPILL + OTHER, after='<sheetProtection sheet="1"/>' + ranges)
    scan = scan_sheet(open_archive(write_book(tmp_path / "c.xlsx", closed)), PART, changes)
    with pytest.raises(FileProblem, match="asks for a password of its own"):
        edit_refusals("Data", scan, changes)


def test_a_formula_that_says_it_fills_cells_elsewhere(tmp_path):
    """Found by random sheets: B2 says that it fills A1, and A1 was emptied with it."""
    rows = (
        '<row><c t="inlineStr"><is><t>kept</t></is></c></row>'
        '<row r="2"><c r="B2"><f t="array" ref="A1">1</f><v>1</v></c></row>'
    )
    path = write_book(tmp_path / "b.xlsx", sheet_xml(rows))
    changes = {(2, 2): CellChange("north", None)}
    edit(path, changes, tmp_path / "out.xlsx")
    assert cells_of(open_book(tmp_path / "out.xlsx"), "Data")[1, 1].value == "kept"
    scan = scan_sheet(open_archive(path), PART, changes)
    with pytest.raises(FileProblem, match=r"a change of it would empty Data!A1; clear"):
        edit_refusals("Data", scan, changes)


# ---- the check ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "wrong"),
    [
        ("<v>12.5</v>", "<v>12.50000001</v>"),
        ("<v>12.5</v>", "<v>12.5<v/></v>"),
        ('<row r="3"', '<row r="4"'),
        ('<c r="B1" s="2"', '<c r="B1" s="1"'),
        ("<f>A1*2</f>", "<f>A1*3</f>"),
        ("</sheetData>", "</sheetData> "),
        ("</worksheet>", ""),
        ("</worksheet>", "</worksheet><!-- -->"),
    ],
)
def test_a_copy_that_differs_is_found(tmp_path, was, wrong):
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS))
    archive = open_archive(path)
    changes = {(1, 1): CellChange(12.5)}
    scan = scan_sheet(archive, PART, changes)
    splices = sheet_splices(scan, changes)
    text = b"".join(edited_chunks(archive, PART, splices)).decode()
    assert text.count(was) == 1
    copy_archive(archive, {PART: text.replace(was, wrong).encode()}, tmp_path / "out.xlsx")
    with pytest.raises(FileProblem, match=r"The copy of .* was not kept, because it differed in"):
        verify_sheet(
            archive, open_archive(tmp_path / "out.xlsx"), PART, scan, changes, splices, "Data"
        )


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        (CellChange(12.5), CellChange(12.25)),
        (CellChange(1.0), CellChange(True)),
        (CellChange("1"), CellChange(1.0)),
        (CellChange(1.0, "A2"), CellChange(1.0, "A3")),
        (CellChange(1.0, None), CellChange(1.0, "A3")),
        (CellChange(None), CellChange("")),
        (CellChange(1.0, "A2", "A1:A1", 1), CellChange(1.0, "A2", "A1:A1")),
        (CellChange(1.0, "A2", "A1:A1", 1), CellChange(1.0, "A2", None, 1)),
        (CellChange(KEEP, "A2"), CellChange(2.0, "A2")),
    ],
)
def test_a_mistake_of_the_editor_is_found(tmp_path, asked, made):
    """The splices were written as they are, but they do not do what was asked."""
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS))
    archive = open_archive(path)
    for position in ((1, 1), (2, 1)):
        scan = scan_sheet(archive, PART, {position})
        splices = sheet_splices(scan, {position: made})
        copy_archive(
            archive,
            {PART: lambda splices=splices: edited_chunks(archive, PART, splices)},
            tmp_path / "out.xlsx",
        )
        after = open_archive(tmp_path / "out.xlsx")
        verify_sheet(archive, after, PART, scan, {position: made}, splices, "Data")
        with pytest.raises(FileProblem, match=r"because it differed in Data!A[12]; open"):
            verify_sheet(archive, after, PART, scan, {position: asked}, splices, "Data")
        with pytest.raises(FileProblem):
            verify_sheet(archive, after, PART, scan, {(1, 2): made}, splices, "Data")


def test_the_check_of_many_rows_passes_the_changes_once(tmp_path):
    class Counted(dict):
        passes = 0

        def __iter__(self):
            Counted.passes += 1
            return super().__iter__()

    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 41))
    path = write_book(tmp_path / "old.xlsx", sheet_xml(rows))
    changes = {(row, 1): CellChange(2.0) for row in range(1, 41)}
    archive = open_archive(path)
    scan = scan_sheet(archive, PART, changes)
    splices = sheet_splices(scan, changes)
    target = tmp_path / "new.xlsx"
    copy_archive(archive, {PART: lambda: edited_chunks(archive, PART, splices)}, target)
    verify_sheet(archive, open_archive(target), PART, scan, Counted(changes), splices, "Data")
    assert Counted.passes <= 2
