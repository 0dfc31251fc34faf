"""The parts that hold a workbook together: relationships, content types, the calculation chain."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.work import counted
from xlpbr.workbook.ooxml.parts import relationships
from xlpbr.workbook.ooxml.parts.calc_chain import with_calc_chain
from xlpbr.workbook.ooxml.parts.content_types import (
    content_type_of,
    read_content_types,
    with_content_types,
)
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    Relationship,
    relationship_type,
    relationships_part,
    relative_target,
    resolved_target,
    with_relationships,
)

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = relationship_type("worksheet", strict=False)


def stored(text: str, encoding: str) -> bytes:
    """A part in an encoding, with the declaration that goes with it."""
    if encoding == "utf-16":
        return b"\xff\xfe" + f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16-le")
    mark = b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b""
    return mark + f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\r\n{text}".encode()


def read_relationships(data: bytes) -> tuple[Relationship, ...]:
    return relationships.read_relationships(ET.fromstring(data))


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16"]


def listing(*entries: str, prefix: str = "", form: str = "{}") -> str:
    colon = f"{prefix}:" if prefix else ""
    declared = f"xmlns{':' if prefix else ''}{prefix}='{PACKAGE}/relationships'"
    inner = "".join(f"<{colon}Relationship {entry}/>" for entry in entries)
    return f"<{colon}Relationships {declared}>{form.format(inner)}</{colon}Relationships>"


ONE = f'Id="rId1" Type="{SHEET}" Target="worksheets/sheet1.xml"'
TWO = (
    "Target='https://example.org/?a=1&amp;b=2' Id='RID7' TargetMode='External' Type='t/hyperlink' "
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("prefix", ["", "p"])
def test_relationships_are_read_and_added_and_taken_out(encoding, prefix):
    data = stored(listing(ONE, TWO, prefix=prefix, form="\n {}\n "), encoding)
    one, two = read_relationships(data)
    assert one == Relationship("rId1", SHEET, "worksheets/sheet1.xml")
    assert two == Relationship("RID7", "t/hyperlink", "https://example.org/?a=1&b=2", True)
    assert (one.kind, two.kind) == ("worksheet", "hyperlink")
    new = [NewRelationship(SHEET, "worksheets/a&b.xml"), NewRelationship("t/x", "mailto:x", True)]
    changed = with_relationships(data, new)
    assert changed.ids == ("rId8", "rId9")
    assert read_relationships(changed.data)[2:] == (
        Relationship("rId8", SHEET, "worksheets/a&b.xml"),
        Relationship("rId9", "t/x", "mailto:x", True),
    )
    assert with_relationships(changed.data, [], changed.ids).data == data
    assert read_relationships(with_relationships(data, [], ["rId1"]).data) == (two,)
    both = with_relationships(data, new[:1], ["RID7"])
    assert [entry.id for entry in read_relationships(both.data)] == ["rId1", "rId8"]


def test_a_part_of_relationships_is_made_and_goes_again():
    made = with_relationships(None, [NewRelationship(SHEET, "x.xml")])
    assert made.ids == ("rId1",)
    assert read_relationships(made.data) == (Relationship("rId1", SHEET, "x.xml"),)
    more = with_relationships(made.data, [NewRelationship("t/y", "y.xml")])
    assert more.ids == ("rId2",)
    assert with_relationships(more.data, [], ["rId2"]).data == made.data
    assert with_relationships(made.data, [], ["rId1"]).data is None
    assert with_relationships(None).data is None


@pytest.mark.parametrize("form", ["<Relationships xmlns='{}'/>", "<Relationships xmlns='{}'  />"])
def test_an_empty_part_of_relationships_stays(form):
    data = form.format(f"{PACKAGE}/relationships").encode()
    changed = with_relationships(data, [NewRelationship(SHEET, "x.xml")])
    assert with_relationships(changed.data, [], changed.ids).data == data
    emptied = with_relationships(listing(ONE).encode(), [], ["rId1"]).data
    assert emptied == listing().encode()


def test_an_unknown_relationship_cannot_be_taken_out():
    for data in (None, listing(ONE).encode()):
        with pytest.raises(ValueError, match="rId5"):
            with_relationships(data, [], ["rId5"])


def test_types_have_a_strict_and_a_usual_form():
    assert relationship_type("table", strict=False) == (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/table"
    )
    assert relationship_type("table", strict=True) == (
        "http://purl.oclc.org/ooxml/officeDocument/relationships/table"
    )


@pytest.mark.parametrize(
    ("part", "target", "found"),
    [
        ("xl/workbook.xml", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "//xl/styles.xml", "xl/styles.xml"),
        ("xl/worksheets/sheet1.xml", "../tables/table1.xml", "xl/tables/table1.xml"),
        ("xl/worksheets/sheet1.xml", "./../../../x.xml", "x.xml"),
        ("xl/worksheets/sheet1.xml", "#Data!A1", "xl/worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "sheet2.xml#A1", "xl/worksheets/sheet2.xml"),
        ("", "xl/workbook.xml", "xl/workbook.xml"),
        ("", "/xl/workbook.xml", "xl/workbook.xml"),
    ],
)
def test_targets_are_resolved(part, target, found):
    assert resolved_target(part, target) == found
    assert resolved_target(part, relative_target(part, found)) == found


def test_targets_are_written_as_excel_writes_them():
    assert relative_target("xl/workbook.xml", "xl/worksheets/sheet2.xml") == "worksheets/sheet2.xml"
    assert relative_target("xl/worksheets/sheet1.xml", "xl/tables/t.xml") == "../tables/t.xml"
    assert relative_target("", "xl/workbook.xml") == "xl/workbook.xml"
    assert relationships_part("xl/workbook.xml") == "xl/_rels/workbook.xml.rels"
    assert relationships_part("") == "_rels/.rels"


TYPES = (
    "<{p}Types xmlns{c}='" + PACKAGE + "/content-types'>\n"
    "<{p}Default Extension='XML' ContentType='application/xml'/>"
    '<{p}Default ContentType="image/png" Extension="png" />\n'
    '<{p}Override PartName="/xl/Workbook.xml" ContentType="book+xml"></{p}Override>\n'
    "<{p}Override PartName='/xl/old.xml' ContentType='a&amp;b'/> </{p}Types>"
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("prefix", ["", "ct"])
def test_content_types_are_read_added_and_struck_out(encoding, prefix):
    colon = ":" if prefix else ""
    data = stored(TYPES.format(p=prefix + colon, c=colon + prefix), encoding)
    types = read_content_types(data)
    assert content_type_of(types, "XL/workbook.XML") == "book+xml"
    assert content_type_of(types, "xl/old.xml") == "a&b"
    assert content_type_of(types, "xl/other.xml") == "application/xml"
    assert content_type_of(types, "xl/media/a.PNG") == "image/png"
    assert content_type_of(types, "xl.png/xml") == "application/xml"
    assert content_type_of(types, "xl/a.bin") == ""
    added = {
        "xl/worksheets/sheet9.xml": "sheet+xml",
        "xl/media/image9.png": "image/png",
        "xl/plain.xml": "application/xml",
        "xl/media/image9.svg": "image/svg+xml",
        "xl/OLD.xml": "a&b",
    }
    changed = with_content_types(data, added, ["xl/old.xml"])
    after = read_content_types(changed)
    assert {part: content_type_of(after, part) for part in added} == added
    assert set(after.overrides) - set(types.overrides) == {
        "xl/worksheets/sheet9.xml",
        "xl/media/image9.svg",
    }
    assert with_content_types(changed, {}, set(added) - {"xl/OLD.xml"}) == data
    without = read_content_types(with_content_types(data, {}, ["XL/old.xml", "xl/none.xml"]))
    assert set(without.overrides) == {"xl/workbook.xml"}
    other = with_content_types(data, {"xl/old.xml": "new"}, [])
    assert content_type_of(read_content_types(other), "xl/old.xml") == "new"
    assert with_content_types(other, {"xl/old.xml": "a&b"}, []).replace(b'"', b"'") == (
        data.replace(b'"', b"'")
    )


def chain(*entries: str, prefix: str = "", before: str = "", after: str = "") -> str:
    colon = f"{prefix}:" if prefix else ""
    declared = f"xmlns{':' if prefix else ''}{prefix}='{MAIN}'"
    inner = "".join(f"<{colon}c {entry}/>" for entry in entries)
    return f"<{colon}calcChain {declared}>{before}{inner}{after}</{colon}calcChain>"


def cells_of(data: bytes) -> list[tuple[str, str]]:
    """The sheet and cell of each entry, worked out by a parser of its own."""
    found: list[tuple[str, str]] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "c":
            sheet = attributes.get("i", found[-1][0] if found else "0")
            found.append((sheet, attributes["r"]))

    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("after", ["", "<!-- <c r='Z9'/> -->", "\n"])
def test_the_chain_hands_on_the_sheet_of_an_entry_that_goes(encoding, prefix, after):
    text = chain(
        'r="A1" i="1" l="1"', 'r="A2"', 'r="A3" s="1" a="1"', 'r="B1" i="2"', 'r="B2"',
        prefix=prefix, after=after,
    )  # fmt: skip
    data = stored(text, encoding)
    assert with_calc_chain(data) == data
    changed = with_calc_chain(data, [(1, 1, 1), (1, 2, 1), (2, 1, 2)])
    colon = f"{prefix}:" if prefix else ""
    inner = f'<{colon}c r="A3" s="1" a="1" i="1"/><{colon}c r="B2" i="2"/>'
    assert changed == stored(
        chain(prefix=prefix, after=after).replace(f">{after}<", f">{inner}{after}<"), encoding
    )
    assert with_calc_chain(data, [(9, 9, 9)]) == data
    everything = [(1, 1, 1), (1, 2, 1), (1, 3, 1), (2, 1, 2), (2, 2, 2)]
    assert with_calc_chain(data, everything) is None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("after", ["", "<!-- -->"])
def test_the_entries_of_array_formulas_say_so_and_back_they_are_the_same_bytes(encoding, after):
    text = chain('r="A1" i="1" l="1"', 'r="A2"', 'r="A3" a="1" s="1"', 'r="A2" i="2"', after=after)
    data = stored(text, encoding)
    cells = [(1, 1, 1), (1, 2, 1), (1, 3, 1), (3, 1, 1)]
    marked = with_calc_chain(data, arrays=cells)
    assert marked == stored(
        text.replace('l="1"', 'l="1" a="1"').replace('r="A2"/>', 'r="A2" a="1"/>'), encoding
    )
    assert with_calc_chain(marked, plain=cells[:2]) == data
    assert with_calc_chain(data, plain=cells) == stored(text.replace(' a="1"', ""), encoding)


@pytest.mark.parametrize(
    "text",
    [
        "<calcChain xmlns='m'/>",
        "<calcChain></calcChain>",
        "<!-- none --><calcChain></calcChain>",
    ],
)
def test_a_chain_without_entries_goes(text):
    assert with_calc_chain(text.encode()) is None


def test_a_chain_of_any_form_is_changed():
    data = (
        b"<calcChain k='>'><c i='4'\n r='A1' ></c><?pi?><c r='A2'/><c a='1' r='A3'\n/>"
        b"<extLst><ext><c r='A2' i='4'/></ext></extLst></calcChain>"
    )
    assert with_calc_chain(data, [(4, 1, 1), (4, 2, 1)]) == (
        b"<calcChain k='>'><?pi?><c a='1' r='A3' i=\"4\"\n/>"
        b"<extLst><ext><c r='A2' i='4'/></ext></extLst></calcChain>"
    )
    slow = b"<calcChain><c r='A1' i='1'/>\n<c r=\"A2\"/> x</calcChain>"
    assert with_calc_chain(slow, [(1, 1, 1)]) == (b'<calcChain>\n<c r="A2" i="1"/> x</calcChain>')
    gap = b'<calcChain><c r="A1" i="1"/><!-- --><c r="A2"/></calcChain>'
    assert with_calc_chain(gap, [(1, 2, 1)]) == gap.replace(b'<c r="A2"/>', b"")
    with pytest.raises(expat.ExpatError):
        with_calc_chain(b"<calcChain><c r='A1' i='1'/>")


@pytest.mark.slow
@given(st.data())
def test_a_chain_loses_the_cells_that_go_and_no_others(data):
    entries = data.draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 3)),
            unique=True,
            min_size=1,
        )
    )
    written, before = [], 0
    for sheet, row, column in entries:
        says = sheet != before or data.draw(st.booleans())
        written.append(f'r="{"ABC"[column - 1]}{row}"' + (f' i="{sheet}"' if says else ""))
        before = sheet
    part = chain(*written, after=data.draw(st.sampled_from(["", "<!-- -->"]))).encode()
    gone = set(data.draw(st.lists(st.sampled_from(entries))))
    left = [entry for entry in entries if entry not in gone]
    changed = with_calc_chain(part, gone)
    assert (changed is None) == (not left)
    if changed is not None:
        assert cells_of(changed) == [(str(s), f"{'ABC'[c - 1]}{r}") for s, r, c in left]


def test_a_long_chain_is_changed_with_little_work_for_each_cell():
    entries = [f'r="B{row}"' for row in range(1, 70_001)]
    entries[0] += ' i="1" l="1"'
    data = chain(*entries).encode()
    changed, calls = counted(lambda: with_calc_chain(data, [(1, 1, 2), (1, 35_000, 2)]))
    assert calls < 4 * 70_000
    assert changed.count(b"<c ") == 69_998
    assert b'><c r="B2" i="1"/><c r="B3"/>' in changed
    assert b'"B35000"' not in changed
