"""What ``workbook.xml`` says, and sheets and names added to it and taken out."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook.ooxml.parts.test_container import ENCODINGS, stored
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.parts.name_rules import refuse_defined_name, refuse_sheet_name
from xlpbr.workbook.ooxml.parts.sheet_mark import MarkedSheet, mark_of, marked_sheets
from xlpbr.workbook.ooxml.parts.workbook_edit import (
    WorkbookChanges,
    new_sheet_ids,
    with_changes,
)
from xlpbr.workbook.ooxml.parts.workbook_part import (
    DefinedName,
    ListedName,
    ListedSheet,
    read_workbook,
)

USUAL = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
STRICT = (
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
SHEETS = (
    '<sheet name="Data" sheetId="4" r:id="rId1"/>',
    "<sheet name='Old &amp; new' sheetId='2' state='hidden' r:id='rId2'></sheet>",
    '<sheet r:id="rId9" sheetId="7" name="Chart" state="visible" />',
)
NAMES = (
    '<definedName name="Rate">Data!$A$1</definedName>'
    "<definedName localSheetId='2' name='Rate'>Chart!$A$1</definedName>"
    '<definedName name="_xlnm.Print_Area" localSheetId="1" hidden="1">\'Old &amp; new\'!$1:$2'
    "</definedName>"
)


def book(
    *,
    sheets: str = "".join(SHEETS),
    names: str = f"<definedNames>{NAMES}</definedNames>",
    views: str = "<bookViews><workbookView activeTab='1'/></bookViews>",
    spaces: tuple[str, str] = USUAL,
    start: str = "",
    end: str = "<calcPr calcId='1'/>",
) -> str:
    return (
        f"<workbook xmlns='{spaces[0]}' xmlns:r='{spaces[1]}'>{start}{views}"
        f"<sheets>{sheets}</sheets>{names}{end}</workbook>"
    )


def prefixed(text: str) -> str:
    """The same with a prefix on every element."""
    for tag in ("workbookView", "bookViews", "sheets", "sheet", "definedNames", "definedName",
                "calcPr", "workbook"):  # fmt: skip
        for closing in (" ", ">", "/"):
            text = text.replace(f"<{tag}{closing}", f"<x:{tag}{closing}")
        text = text.replace(f"</{tag}>", f"</x:{tag}>")
    return text.replace("xmlns=", "xmlns:x=")


def adding(*sheets: ListedSheet, names: tuple[DefinedName, ...] = ()) -> WorkbookChanges:
    return WorkbookChanges(add_sheets=sheets, add_names=names)


def removing(*ids: str, names: tuple[tuple[str, str | None], ...] = ()) -> WorkbookChanges:
    return WorkbookChanges(remove_sheets=frozenset(ids), remove_names=frozenset(names))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", [str, prefixed])
@pytest.mark.parametrize("spaces", [USUAL, STRICT])
def test_the_part_is_read(encoding, form, spaces):
    workbook = read_workbook(stored(form(book(spaces=spaces)), encoding))
    assert workbook.strict == (spaces is STRICT)
    assert not workbook.date_1904
    assert not workbook.structure_locked
    assert workbook.sheets == (
        ListedSheet("Data", 4, "rId1", "visible", 0),
        ListedSheet("Old & new", 2, "rId2", "hidden", 1),
        ListedSheet("Chart", 7, "rId9", "visible", 2),
    )
    assert workbook.names == (
        ListedName("Rate", "Data!$A$1", None, False),
        ListedName("Rate", "Chart!$A$1", 2, False),
        ListedName("_xlnm.Print_Area", "'Old & new'!$1:$2", 1, True),
    )


def test_protection_and_dates_are_read():
    start = (
        "<workbookPr date1904='true'/>"
        "<workbookProtection lockStructure='1' lockWindows='0' lockRevision='true'/>"
    )
    workbook = read_workbook(book(start=start, views="").encode())
    assert (workbook.date_1904, workbook.structure_locked) == (True, True)
    windows = "<workbookProtection lockWindows='1' lockRevision='1'/>"
    assert not read_workbook(book(start=windows).encode()).structure_locked


def test_relationship_ids_are_found_by_their_namespace():
    one, other = USUAL
    data = (
        f"<workbook xmlns='{one}'><sheets xmlns:s='{other}'>"
        f"<sheet name='A' sheetId='1' s:id='rId1' id='no'/>"
        f"<sheet name='B' sheetId='2' xmlns:t='{other}' t:id='rId2'/>"
        "<sheet name='C' sheetId='3'/></sheets></workbook>"
    ).encode()
    assert [s.relationship_id for s in read_workbook(data).sheets] == ["rId1", "rId2", ""]
    assert b'<sheet name="D" sheetId="4" s:id="rId3"/>' in with_changes(
        data, adding(ListedSheet("D", 4, "rId3"))
    )
    for spaces in (USUAL, STRICT):
        bare = (
            f"<workbook xmlns='{spaces[0]}'><sheets>"
            f"<sheet name='A' sheetId='1' xmlns:q='{spaces[1]}' q:id='rId1'/></sheets></workbook>"
        ).encode()
        changed = with_changes(bare, adding(ListedSheet("D", 4, "rId3")))
        assert read_workbook(changed).sheets[1].relationship_id == "rId3"
        assert f'xmlns:r="{spaces[1]}"'.encode() in changed
        assert with_changes(changed, removing("rId3")) == bare


def test_new_sheets_come_last_and_names_know_them():
    data = book().encode()
    workbook = read_workbook(data)
    assert new_sheet_ids(workbook, 2) == (8, 9)
    changed = with_changes(
        data,
        adding(
            ListedSheet("A<B", 8, "rId10"),
            ListedSheet("Deep", 9, "rId11", "veryHidden"),
            names=(DefinedName("PBR_Rate", "'A<B'!$A$1", "a<b", True), DefinedName("\\x", "1")),
        ),
    )
    assert changed == data.replace(
        b"</sheets>",
        b'<sheet name="A&lt;B" sheetId="8" r:id="rId10"/>'
        b'<sheet name="Deep" sheetId="9" state="veryHidden" r:id="rId11"/></sheets>',
    ).replace(
        b"</definedNames>",
        b'<definedName name="PBR_Rate" localSheetId="3" hidden="1">\'A&lt;B\'!$A$1</definedName>'
        b'<definedName name="\\x">1</definedName></definedNames>',
    )
    after = read_workbook(changed)
    assert after.sheets[3:] == (
        ListedSheet("A<B", 8, "rId10", "visible", 3),
        ListedSheet("Deep", 9, "rId11", "veryHidden", 4),
    )
    assert after.names[3] == ListedName("PBR_Rate", "'A<B'!$A$1", 3, True)


def test_numbers_of_sheets_are_free():
    workbook = read_workbook(book().encode())
    at_the_top = replace(
        workbook,
        sheets=(
            ListedSheet("A", 65_533, "rId1", "visible", 0),
            ListedSheet("B", 2, "rId2", "visible", 1),
        ),
    )
    assert new_sheet_ids(at_the_top, 4) == (65_534, 1, 3, 4)
    assert new_sheet_ids(replace(workbook, sheets=()), 1) == (1,)
    assert new_sheet_ids(workbook, 0) == ()
    with pytest.raises(ValueError, match="2"):
        with_changes(book().encode(), adding(ListedSheet("X", 2, "rId10")))
    twice = adding(ListedSheet("X", 8, "rId10"), ListedSheet("Y", 8, "rId11"))
    with pytest.raises(ValueError, match="8"):
        with_changes(book().encode(), twice)


@pytest.mark.parametrize(
    ("names", "start_of_names"),
    [
        ("", "</sheets>"),
        ("<functionGroups/>", "<functionGroups/>"),
        ("<functionGroups/><externalReferences><x/></externalReferences>", "</externalReferences>"),
        ("<externalReferences/>", "<externalReferences/>"),
    ],
)
@pytest.mark.parametrize("form", [str, prefixed])
def test_a_container_of_names_is_made_in_its_place(names, start_of_names, form):
    data = form(book(names=names)).encode()
    changed = with_changes(data, adding(names=(DefinedName("PBR", "1"),)))
    head, tail = changed.decode().split("PBR")
    prefix = "x:" if form is prefixed else ""
    assert head.endswith(f'<{prefix}definedNames\t\n><{prefix}definedName name="')
    assert head.rpartition(f"<{prefix}definedNames")[0].replace("x:", "").endswith(start_of_names)
    assert tail.startswith(f'">1</{prefix}definedName></{prefix}definedNames><{prefix}calcPr')
    assert with_changes(changed, removing(names=(("pbr", None),))) == data


def test_sheets_go_and_the_rest_is_renumbered():
    data = book(views="<bookViews><workbookView firstSheet='1' activeTab=\"2\"/></bookViews>")
    changed = with_changes(data.encode(), removing("rId2"))
    after = read_workbook(changed)
    assert [(s.name, s.sheet_id) for s in after.sheets] == [("Data", 4), ("Chart", 7)]
    assert after.names == (
        ListedName("Rate", "Data!$A$1", None, False),
        ListedName("Rate", "Chart!$A$1", 1, False),
    )
    assert (
        changed
        == data.replace(SHEETS[1], "")
        .replace(NAMES[NAMES.index('<definedName name="_xlnm') :], "")
        .replace("localSheetId='2'", 'localSheetId="1"')
        .replace('activeTab="2"', 'activeTab="1"')
        .encode()
    )


@pytest.mark.parametrize(
    ("states", "view", "gone", "shown"),
    [
        ("vvvv", (0, 1), {1}, (0, 1)),
        ("vvvv", (0, 1), {0}, (0, 0)),
        ("vvvv", (1, 1), {1}, (1, 1)),
        ("vhvv", (0, 0), {0}, (0, 1)),
        ("vvvv", (3, 3), {3}, (2, 2)),
        ("vvhv", (3, 3), {3}, (2, 1)),
        ("vvvv", (3, 3), {1, 2}, (1, 1)),
        ("vvvv", (0, 2), {0, 2, 3}, (0, 0)),
        ("hhvv", (2, 2), {2}, (2, 2)),
        ("vvvv", (0, 9), {0}, (0, 2)),
    ],
)
def test_the_next_visible_sheet_is_shown(states, view, gone, shown):
    sheets = "".join(
        f'<sheet name="S{index}" sheetId="{index + 10}" r:id="rId{index}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if state == 'h' else ''}/>"
        for index, state in enumerate(states)
    )
    first, active = view
    left = [index for index in range(len(states)) if index not in gone]
    custom = (
        f"<customWorkbookViews><customWorkbookView activeSheetId='{active + 10}'/>"
        "<customWorkbookView/></customWorkbookViews>"
    )
    data = book(
        sheets=sheets,
        names="",
        views=f"<bookViews><workbookView firstSheet='{first}' activeTab='{active}'/></bookViews>",
        end=custom,
    )
    changed = with_changes(data.encode(), removing(*(f"rId{index}" for index in gone)))
    tree = ET.fromstring(changed)
    found = tree.find(f".//{{{USUAL[0]}}}workbookView")
    assert (int(found.get("firstSheet")), int(found.get("activeTab"))) == shown
    if active < len(states):
        custom_view = tree.find(f".//{{{USUAL[0]}}}customWorkbookView")
        assert custom_view.get("activeSheetId") == str(left[shown[1]] + 10)


def test_a_view_that_says_no_sheet_shows_the_first_that_can_be_seen():
    sheets = SHEETS[0] + SHEETS[1] + SHEETS[2]
    data = book(sheets=sheets, names="", views="<bookViews><workbookView/></bookViews>").encode()
    assert b'<workbookView activeTab="1"' in with_changes(data, removing("rId1"))
    assert b"<workbookView/>" in with_changes(data, removing("rId2"))


def test_a_sheet_added_in_the_same_step_is_shown_where_no_other_can_be():
    data = book(
        sheets=SHEETS[0] + SHEETS[1], names="", views="<bookViews><workbookView/></bookViews>"
    )
    changes = WorkbookChanges(
        add_sheets=(ListedSheet("DATA", 11, "rId5"),), remove_sheets=frozenset({"rId1"})
    )
    after = read_workbook(with_changes(data.encode(), changes))
    assert [sheet.name for sheet in after.sheets] == ["Old & new", "DATA"]
    assert b'<workbookView activeTab="1"' in with_changes(data.encode(), changes)
    with pytest.raises(FileProblem, match="no visible sheet") as caught:
        with_changes(data.encode(), removing("rId1"))
    assert caught.value.code == "last-sheet"


def test_what_is_not_there_cannot_be_taken_out():
    with pytest.raises(ValueError, match="rId77"):
        with_changes(book().encode(), removing("rId77"))
    for name in (("none", None), ("Rate", "Old & new"), ("_xlnm.Print_Area", None)):
        with pytest.raises(ValueError, match=name[0].casefold()):
            with_changes(book().encode(), removing(names=(name,)))
    with pytest.raises(ValueError, match="Nowhere"):
        with_changes(book().encode(), adding(names=(DefinedName("x_", "1", "Nowhere"),)))


def test_names_are_taken_out_by_their_scope():
    data = book().encode()
    after = read_workbook(with_changes(data, removing(names=(("RATE", "chart"),))))
    assert [(name.name, name.sheet) for name in after.names] == [
        ("Rate", None), ("_xlnm.Print_Area", 1),
    ]  # fmt: skip
    after = read_workbook(with_changes(data, removing(names=(("rate", None),))))
    assert [(name.name, name.sheet) for name in after.names] == [
        ("Rate", 2), ("_xlnm.Print_Area", 1),
    ]  # fmt: skip


def test_a_name_of_a_sheet_that_is_not_there_is_left_alone():
    names = '<definedNames><definedName name="Odd" localSheetId="8">1</definedName></definedNames>'
    data = book(names=names).encode()
    assert names.encode() in with_changes(data, adding(ListedSheet("N", 8, "rId20")))
    with pytest.raises(ValueError, match="odd"):
        with_changes(data, removing(names=(("odd", None),)))


@pytest.mark.parametrize(
    "new",
    [
        adding(ListedSheet("data", 8, "rId10")),
        adding(ListedSheet("One", 8, "rId10"), ListedSheet("ONE", 9, "rId11")),
        adding(names=(DefinedName("rate", "1"),)),
        adding(names=(DefinedName("RATE", "1", "Chart"),)),
        adding(names=(DefinedName("a_", "1", "Data"), DefinedName("A_", "1", "data"))),
    ],
)
def test_names_in_use_are_refused(new):
    with pytest.raises(FileProblem, match="already has") as caught:
        with_changes(book().encode(), new)
    assert caught.value.code == "name-taken"


def test_a_name_may_be_known_to_one_sheet_and_to_all():
    data = book().encode()
    changed = with_changes(data, adding(names=(DefinedName("Rate", "1", "Data"),)))
    assert read_workbook(changed).names[3] == ListedName("Rate", "1", 0, False)
    swap = WorkbookChanges(
        add_names=(DefinedName("Rate", "2"),), remove_names=frozenset({("rate", None)})
    )
    assert read_workbook(with_changes(data, swap)).names[2] == ListedName("Rate", "2", None, False)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("x" * 32, "32 characters"),
        ("\U0001f600" * 16, "32 characters"),
        *((f"a{sign}b", "character") for sign in ":\\/?*[]\n"),
        ("'a", "apostrophe"),
        ("a'", "apostrophe"),
        ("HISTORY", "itself"),
    ],
)
def test_names_that_no_sheet_can_have(name, reason):
    with pytest.raises(FileProblem, match=reason) as caught:
        with_changes(book().encode(), adding(ListedSheet(name, 8, "rId10")))
    assert caught.value.code == "bad-name"


@pytest.mark.parametrize("name", ["x" * 31, "\U0001f600" * 15, "it's", "a & <b>", "25-26", "A1"])
def test_names_that_a_sheet_can_have(name):
    refuse_sheet_name(name)
    changed = with_changes(book().encode(), adding(ListedSheet(name, 8, "rId10")))
    assert read_workbook(changed).sheets[3].name == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "must start"),
        ("1a", "must start"),
        (".a", "must start"),
        ("a b", "must start"),
        ("a-b", "must start"),
        ("x" * 256, "256 characters"),
        ("A1", "address"),
        ("xfd1048576", "address"),
        ("R", "address"),
        ("c", "address"),
        ("R1C1", "address"),
        ("r12c", "address"),
        ("C99999999", "address"),
        ("True", "value"),
    ],
)
def test_names_that_cannot_be_defined(name, reason):
    with pytest.raises(FileProblem, match=reason) as caught:
        with_changes(book().encode(), adding(names=(DefinedName(name, "1"),)))
    assert caught.value.code == "bad-name"


@pytest.mark.parametrize(
    "name", ["x" * 255, "XFE1", "A1048577", "_xlnm.Print_Titles", "\\a", "é?", "RC_1", "Rate2026"]
)
def test_names_that_can_be_defined(name):
    refuse_defined_name(name)


def marked(sheet_id: int, *, local: str = "2", text: str = "") -> bytes:
    mark = text or f'"{sheet_id} Placements of ""carers"" 1f-3a"'
    names = f'<definedName name="_Added" localSheetId="{local}" hidden="1">{mark}</definedName>'
    return book(names=f"<definedNames>{NAMES}{names}</definedNames>").encode()


def test_only_a_sheet_with_its_own_number_is_ours():
    workbook = read_workbook(marked(7))
    assert marked_sheets(workbook, "_added") == (
        MarkedSheet(workbook.sheets[2], 'Placements of "carers"', "1f-3a"),
    )
    for other in (marked(4), marked(7, local="3"), marked(7, text="7"), marked(7, text='"x y z"')):
        assert marked_sheets(read_workbook(other), "_added") == ()
    everywhere = marked(7).replace(b' localSheetId="2" hidden', b" hidden")
    assert marked_sheets(read_workbook(everywhere), "_added") == ()


def test_a_sheet_is_marked():
    data = book().encode()
    changed = with_changes(
        data,
        adding(
            ListedSheet("Statement", 8, "rId10"),
            names=(mark_of("_added", "Statement", 8, "S «x»", "a1"),),
        ),
    )
    workbook = read_workbook(changed)
    assert workbook.names[-1].hidden
    assert marked_sheets(workbook, "_added") == (MarkedSheet(workbook.sheets[3], "S «x»", "a1"),)
    assert with_changes(changed, removing("rId10")) == data


@pytest.mark.slow
@given(st.data())
def test_what_is_added_and_taken_out_leaves_no_trace(data):
    names = data.draw(
        st.sampled_from(
            ["", "<definedNames/>", "<definedNames />", "<definedNames></definedNames>",
             "<definedNames>\n</definedNames>", f"<definedNames>{NAMES}</definedNames>"]
        )
    )  # fmt: skip
    text = book(
        names=names,
        sheets=data.draw(st.sampled_from(["", "\n  "])).join([*SHEETS, ""]),
        views=data.draw(
            st.sampled_from(["", "<bookViews><workbookView\n activeTab='2' /></bookViews>"])
        ),
        spaces=data.draw(st.sampled_from([USUAL, STRICT])),
        end=data.draw(st.sampled_from(["", "<calcPr/>"])),
    )
    form = data.draw(st.sampled_from([str, prefixed]))
    part = stored(form(text), data.draw(st.sampled_from(ENCODINGS)))
    titles = data.draw(
        st.lists(st.sampled_from(["New", "£ <&>", "It's", "Last\U0001f600"]), unique=True)
    )
    changed, shown = part, []
    for title in titles:
        workbook = read_workbook(changed)
        (number,) = new_sheet_ids(workbook, 1)
        shown.append(f"rId{number + 50}")
        state = data.draw(st.sampled_from(["visible", "hidden"]))
        new_names = [mark_of("_added", title, number, title, "a1")]
        if data.draw(st.booleans()):
            new_names.append(DefinedName(f"PBR_{number}", '"<&>"'))
        changed = with_changes(
            changed, adding(ListedSheet(title, number, shown[-1], state), names=tuple(new_names))
        )
    workbook = read_workbook(changed)
    assert [found.key for found in marked_sheets(workbook, "_added")] == titles
    everywhere = tuple((n.name, None) for n in workbook.names if n.name.startswith("PBR_"))
    if data.draw(st.booleans()):
        assert with_changes(changed, removing(*shown, names=everywhere)) == part
        return
    for name in everywhere:
        changed = with_changes(changed, removing(names=(name,)))
    for known_as in data.draw(st.permutations(shown)):
        changed = with_changes(changed, removing(known_as))
    assert changed == part
