"""Places in an XML part, and pieces spliced in at them."""

from __future__ import annotations

from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpbr.workbook.ooxml.xml.splice import (
    Element,
    appended,
    as_utf8,
    container,
    elements,
    is_new_container,
    namespaces,
    raw_attributes,
    refilled,
    spliced,
    tag_at,
    taken_out,
    text_in,
    with_attributes,
)

PART = (
    b"<?xml version='1.0'?>\r\n<!-- <a> -->"
    b'<x:a xmlns:x="u" n=\'1>"\'><x:b  k = "&lt;2"  />\n<x:c><x:b>t</x:b ></x:c><b><x:b/></b></x:a>'
)


def first(data: bytes, path: str) -> Element:
    return elements(data, path)[path][0]


def test_elements_are_found_by_path_with_their_places():
    found = elements(PART, "a", "a/b", "a/*/b", "a/c")
    root = found["a"][0]
    assert (root.prefix, root.name, root.empty, root.parent) == (b"x:", "a", False, -1)
    assert root.attributes == {"xmlns:x": "u", "n": '1>"'}
    assert PART[root.start :].startswith(b"<x:a ")
    assert PART[root.close : root.end] == b"</x:a>"
    one, two = found["a/b"]
    assert (one.empty, one.attributes, one.parent) == (True, {"k": "<2"}, 0)
    assert PART[one.start : one.end] == b'<x:b  k = "&lt;2"  />'
    assert one.inside == one.close == one.end
    assert (two.prefix, two.empty) == (b"", False)
    inner = found["a/*/b"]
    assert [PART[e.start : e.end] for e in inner] == [b"<x:b>t</x:b >", b"<x:b/>"]
    assert [e.parent for e in inner] == [-1, -1]
    assert elements(PART, "a/c/b", "a/c")["a/c/b"][0].parent == 0


def test_a_mark_of_utf8_is_counted():
    data = b"\xef\xbb\xbf" + b'<a t="\xc2\xa3"><b/></a>'
    assert as_utf8(data)[0] == data
    place = first(data, "a/b")
    assert data[place.start : place.end] == b"<b/>"


@pytest.mark.parametrize("data", [b"<a>", b"<!DOCTYPE a><a/>", b""])
def test_what_is_not_well_formed_or_declares_a_type_is_refused(data):
    with pytest.raises(expat.ExpatError):
        elements(data, "a")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("said", [" encoding='UTF-16'", ' encoding="utf-16"', "", None])
def test_wide_parts_come_back_as_they_were(encoding, said):
    declaration = "" if said is None else f"<?xml version='1.0'{said}?>"
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding]
    data = mark + f"{declaration}<a>£\U0001f600</a>".encode(encoding)
    text, back = as_utf8(data)
    assert first(text, "a").name == "a"
    assert "£\U0001f600" in text.decode()
    assert back(text) == data


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="latin-1"?><a/>',
        b"\xef\xbb\xbf<?xml version='1.0' encoding='windows-1252'?><a/>",
        "<a/>".encode("utf-16-le"),
        b"\xff\xfe<",
    ],
)
def test_other_encodings_are_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011 - a bad end of UTF-16 says it in its own words
        as_utf8(data)


def test_narrow_declarations_are_taken():
    for name in ("UTF-8", "utf8", "US-ASCII"):
        data = f"<?xml version='1.0' encoding='{name}'?><a/>".encode()
        assert as_utf8(data)[0] == data


def test_attributes_change_in_their_place():
    data = b"<a x='1'\n  y = \"2\" z='3' />"
    element = first(data, "a")
    assert spliced(data, [with_attributes(data, element, {"y": '<"', "x": None, "w": "5"})]) == (
        b"<a\n  y = '&lt;\"' z='3' w=\"5\" />"
    )
    assert spliced(data, [with_attributes(data, element, {"v": None})]) == data
    assert raw_attributes(tag_at(data, 0), leave_out={b"y"}) == b" x='1' z='3'"
    with pytest.raises(ValueError, match="x"):
        tag_at(data, 3)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<a n='1'/>", b'<a n="2"><b/></a>'),
        (b"<a />", b'<a n="2"><b/></a>'),
        (b"<a></a>", b'<a n="2"><b/></a>'),
        (b"<a> <c/> </a>", b'<a n="2"> <c/> <b/></a>'),
    ],
)
def test_xml_is_appended(data, expected):
    assert spliced(data, appended(data, first(data, "a"), b"<b/>", {"n": "2"})) == expected


def test_pieces_that_overlap_are_refused():
    assert spliced(b"abcd", [(2, 3, b"X"), (2, 2, b"Y")]) == b"abYXd"
    with pytest.raises(ValueError, match="byte 1"):
        spliced(b"abcd", [(0, 2, b""), (1, 1, b"x")])


@pytest.mark.parametrize("data", [b"<r><a/></r>", b"<r><a /></r>", b"<r><a\n/></r>"])
def test_a_container_remembers_that_it_was_one_tag(data):
    full = spliced(data, refilled(data, first(data, "r/a"), b"<b/><b/>"))
    assert len(elements(full, "r/a/b")["r/a/b"]) == 2
    place = first(full, "r/a")
    one, two = elements(full, "r/a/b")["r/a/b"]
    assert not is_new_container(full, place)
    half = spliced(full, refilled(full, place, b"", [two]))
    assert elements(half, "r/a/b")["r/a/b"] == [one]
    assert spliced(full, refilled(full, place, b"", [one, two])) == data


def test_a_container_that_was_made_goes_when_it_is_empty():
    data = b"<r>" + container(b"x:a", b' k="1"', b"<b/>") + b"</r>"
    place = first(data, "r/a")
    assert is_new_container(data, place)
    assert place.attributes == {"k": "1"}
    child = first(data, "r/a/b")
    assert spliced(data, refilled(data, place, b"", [child])) == b"<r></r>"
    changed = spliced(data, refilled(data, place, b"<c/>", [child]))
    assert elements(changed, "r/a/c")["r/a/c"]
    assert not elements(changed, "r/a/b")["r/a/b"]


def test_a_container_of_another_writer_stays_empty():
    for data in (b"<a><b/></a>", b"<a> <b/></a>"):
        splices = refilled(data, first(data, "a"), b"", [first(data, "a/b")])
        assert spliced(data, splices) == data.replace(b"<b/>", b"")
        assert refilled(data, first(data, "a"), b"") == []
    assert taken_out(first(b"<a/>", "a")) == (0, 4, b"")


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (b"Data!$A$1", "Data!$A$1"),
        (b"a &amp; &#163;", "a & £"),
        (b"a<!-- c --><![CDATA[<b>]]>", "a<b>"),
        (b"a\r\nb", "a\nb"),
        ("£".encode(), "£"),
    ],
)
def test_text_is_decoded(inner, text):
    data = b"<a>" + inner + b"</a>"
    assert text_in(data, first(data, "a")) == text


def test_namespaces_are_those_of_the_innermost():
    data = b'<a xmlns="m" xmlns:r="one" n="1"><b xmlns:r="two"/></a>'
    found = elements(data, "a", "a/b")
    assert namespaces(*found["a"]) == {"": "m", "r": "one"}
    assert namespaces(*found["a"], *found["a/b"]) == {"": "m", "r": "two"}


@pytest.mark.slow
@given(
    st.sampled_from(
        [b"<a/>", b"<a />", b"<a></a>", b"<a>\n</a>", b"<a><k/></a>", b"<a ><k/> </a>"]
    ),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_what_is_put_in_and_taken_out_leaves_no_trace(inner, count, random):
    data = b"<r>" + inner + b"</r>"
    full = data
    for number in range(count):
        full = spliced(full, refilled(full, first(full, "r/a"), b'<b n="%d"/>' % number))
    while added := elements(full, "r/a/b")["r/a/b"]:
        gone = random.sample(added, random.randint(1, len(added)))
        full = spliced(full, refilled(full, first(full, "r/a"), b"", gone))
    assert full == data
