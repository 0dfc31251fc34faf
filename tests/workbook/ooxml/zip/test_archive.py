"""The zip layer: opening, refusing, and copies that differ only where they shall."""

import dataclasses
import datetime
import hashlib
import io
import os
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.work import counted
from tests.support.zip_forms import Form, Member, written
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.zip import copy as archive_copy
from xlpbr.workbook.ooxml.zip import packing as archive_packing
from xlpbr.workbook.ooxml.zip.archive import (
    close_archive,
    copy_archive,
    has_part,
    open_archive,
    part_chunks,
    read_part,
    read_tree,
    refuse_changed,
)
from xlpbr.workbook.ooxml.zip.copy import RawMember, raw_chunks, raw_member

MEBIBYTE = 1 << 20
BASE = [Member("[Content_Types].xml", b"<Types/>"), Member("xl/workbook.xml", b"<workbook/>" * 9)]
THOROUGH = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def saved(path, content):
    path.write_bytes(content)
    return path


def copied(source, target, replaced=None, **options):
    archive = open_archive(source)
    copy_archive(archive, replaced or {}, target, **options)
    close_archive(archive)
    return target.read_bytes()


def refusal(path):
    with pytest.raises(FileProblem) as caught:
        open_archive(path)
    return caught.value


def sound(path):
    """The names in a package's directory; every member is read and its checksum compared."""
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return package.namelist()


# ---- opening and reading -----------------------------------------------------------------


def test_an_archive_knows_its_file(tmp_path):
    content = written(Form([*BASE, Member("xl/Sheet é.xml", b"<a/>" * 600_000, stored=True)]))
    path = saved(tmp_path / "b.xlsx", content)
    archive = open_archive(path)
    assert archive.path == path
    assert archive.sha256 == hashlib.sha256(content).hexdigest()
    assert list(archive.members) == ["[content_types].xml", "xl/workbook.xml", "xl/sheet é.xml"]
    assert has_part(archive, "XL/WORKBOOK.xml")
    assert not has_part(archive, "xl/none.xml")
    assert read_part(archive, "xl/workbook.xml") == b"<workbook/>" * 9
    assert read_tree(archive, "[Content_Types].xml").tag == "Types"
    pieces = list(part_chunks(archive, "xl/sheet É.xml"))
    assert [len(piece) for piece in pieces] == [MEBIBYTE, MEBIBYTE, 2_400_000 - 2 * MEBIBYTE]
    assert b"".join(pieces) == b"<a/>" * 600_000
    with pytest.raises(FileProblem, match="the part is missing") as caught:
        list(part_chunks(archive, "xl/none.xml"))
    assert caught.value.code == "damaged"
    close_archive(archive)
    assert archive.stream.closed


def test_an_archive_nobody_uses_is_closed(tmp_path):
    archive = open_archive(saved(tmp_path / "b.xlsx", written(Form(BASE))))
    stream = archive.stream
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del archive
    assert stream.closed


def test_a_refused_file_is_closed(tmp_path):
    path = saved(tmp_path / "b.xlsx", written(Form([Member("word/document.xml")])))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert refusal(path).code == "not-a-workbook"
    assert caught == []


def test_a_wrong_checksum_is_found_at_the_end_of_the_part(tmp_path):
    content = bytearray(
        written(Form([*BASE, Member("xl/a.xml", b"1234567" * 300_000, stored=True)]))
    )
    content[content.index(b"1234567")] ^= 1
    archive = open_archive(saved(tmp_path / "b.xlsx", bytes(content)))
    with pytest.raises(FileProblem, match=r"is damaged in its part xl/a\.xml; ") as caught:
        list(part_chunks(archive, "xl/a.xml"))
    assert caught.value.code == "damaged"


def test_a_file_that_fails_while_it_is_read_says_so(tmp_path):
    archive = open_archive(saved(tmp_path / "b.xlsx", written(Form(BASE))))

    class Failing:
        def seek(self, *_):
            raise OSError(5, "Input/output error")

        tell = read = seekable = seek

    broken = dataclasses.replace(archive, stream=Failing())
    with pytest.raises(FileProblem, match=r"b\.xlsx cannot be read: Input/output error; try"):
        copy_archive(broken, {}, tmp_path / "out.xlsx")
    archive.package.fp = Failing()
    with pytest.raises(
        FileProblem, match="cannot be read: Input/output error; try again"
    ) as caught:
        read_part(archive, "xl/workbook.xml")
    assert caught.value.code == "no-access"
    with pytest.raises(FileProblem, match="cannot be read: Input/output error; try again"):
        refuse_changed(broken)


OLE = bytes.fromhex("D0CF11E0A1B11AE1").ljust(512, b"\0")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("~$b.xlsx", b"\5Alice", "owner-file"),
        ("b.xlsx", b"", "damaged"),
        ("b.xlsx", b"Child,Start\r\n", "other-format"),
        ("b.xlsx", b"<html>", "other-format"),
        ("b.xlsx", b"%PDF-1.7\n", "not-a-workbook"),
        ("b.xlsx", b"\x89PNG\r\n\x1a\n\0", "not-a-workbook"),
        ("b.xlsx", b"\0" * 99, "not-a-workbook"),
        ("b.xlsx", b"PK\3\4 and then nothing", "damaged"),
        ("b.xlsx", OLE + "WordDocument".encode("utf-16-le"), "not-a-workbook"),
        ("b.xlsx", OLE + "EncryptedPackage\0".encode("utf-16-le"), "password"),
        ("b.xlsx", OLE + b"\0" * 3 * MEBIBYTE + "Workbook\0".encode("utf-16-le"), "old-xls"),
        ("b.xlsx", OLE + b"\0" * 64 + "Workbook\0".encode("utf-16-le"), "not-a-workbook"),
        ("b.xlsx", written(Form([*BASE, Member("xl/workbook.bin")])), "xlsb"),
        ("b.xlsx", written(Form([Member("mimetype"), Member("content.xml")])), "other-format"),
        ("b.xlsx", written(Form([Member("Index.zip")])), "other-format"),
        ("b.xlsx", written(Form([Member("budget.xlsx")])), "not-a-workbook"),
        ("b.xlsx", written(Form([*BASE, Member("../b.xml")])), "unsafe-name"),
        ("b.xlsx", written(Form([*BASE, Member("XL/Workbook.xml")])), "duplicate-part"),
    ],
)
def test_every_refusal_has_its_code(tmp_path, name, content, code):
    problem = refusal(saved(tmp_path / name, content))
    assert problem.code == code
    assert str(problem).startswith(str(tmp_path / name))
    assert str(problem).endswith(".")


def test_a_part_named_from_the_root_as_xlsxwriter_does(tmp_path):
    content = written(Form([*BASE, Member("/xl/richData/_rels/a.rels", b"<a/>")]))
    path = saved(tmp_path / "b.xlsx", content)
    assert read_part(open_archive(path), "xl/richdata/_rels/a.rels") == b"<a/>"
    assert copied(path, tmp_path / "out.xlsx") == content
    twice = written(Form([*BASE, Member("/xl/workbook.xml")]))
    assert refusal(saved(path, twice)).code == "duplicate-part"
    outside = written(Form([*BASE, Member("/xl/../../b.xml")]))
    assert refusal(saved(path, outside)).code == "unsafe-name"


def test_refusals_before_a_byte_is_read(tmp_path, monkeypatch):
    assert refusal(tmp_path).code == "not-a-workbook"
    assert refusal(tmp_path / "none.xlsx").code == "missing"
    path = saved(tmp_path / "b.xlsx", written(Form(BASE)))
    monkeypatch.setattr("pathlib.Path.open", lambda *_: (_ for _ in ()).throw(PermissionError(13)))
    assert refusal(path).code == "no-access"
    monkeypatch.undo()
    with path.open("r+b") as stream:
        stream.truncate((1 << 30) + 1)
    assert str(refusal(path)) == (
        f"{path} is larger than 1 GB; save the sheets needed on their own."
    )
    assert refusal(path).code == "too-large"


def test_documents_types_have_their_code(tmp_path):
    path = saved(
        tmp_path / "b.xlsx",
        written(Form([BASE[0], Member("xl/workbook.xml", b"<!DOCTYPE a><a/>")])),
    )
    with pytest.raises(FileProblem) as caught:
        read_tree(open_archive(path), "xl/workbook.xml")
    assert caught.value.code == "doctype"


def spoiled(content, place, new):
    return content[:place] + new + content[place + len(new) :]


THIRD = Member("xl/a.xml", b"<a>12</a>", stored=True)
PLAIN = Form([*BASE, THIRD])
WHOLE = written(PLAIN)
A_PLACE = PLAIN.offsets["xl/a.xml"]
DIRECTORY = WHOLE.index(b"PK\1\2")
A_ENTRY = WHOLE.rindex(b"PK\1\2")
END = WHOLE.rindex(b"PK\5\6")
WIDE = written(Form([*BASE, THIRD], zip64=True))
WIDE_RECORD = WIDE.rindex(b"PK\6\6")
FIRST = WHOLE[: PLAIN.offsets["xl/workbook.xml"]]


@pytest.mark.parametrize(
    "content",
    {
        "another name in the file": spoiled(WHOLE, A_PLACE + 30, b"xl/b.xml"),
        "another signature": spoiled(WHOLE, A_PLACE, b"PK\3\5"),
        "another method in the file": spoiled(WHOLE, A_PLACE + 8, b"\x08"),
        "encrypted in the file only": spoiled(WHOLE, A_PLACE + 6, b"\7"),
        "two entries for one member": spoiled(WHOLE, A_ENTRY + 42, bytes(4)),
        "data past the next member": spoiled(
            spoiled(WHOLE, DIRECTORY + 20, struct.pack("<2L", 999, 999)), 18, b"\xe7\3\0\0\xe7\3"
        ),
        "data past the directory": spoiled(WHOLE, A_ENTRY + 20, struct.pack("<2L", 10, 10)),
        "extra fields past the directory": spoiled(WHOLE, A_PLACE + 28, b"\xff\xff"),
        "an entry on another disk": spoiled(WHOLE, A_ENTRY + 34, b"\1"),
        "the last of two disks": spoiled(WHOLE, END + 4, b"\1\0\1"),
        "one entry too many": spoiled(WHOLE, END + 8, b"\4\0\4"),
        "entries on other disks": spoiled(WHOLE, END + 8, b"\2"),
        "a comment cut short": WHOLE[:-2] + b"\5\0cut",
        "something after the end": WHOLE + b"\0" * 20,
        "something after the comment": WHOLE[:-2] + b"\3\0cut, and more",
        "something between directory and end": WHOLE[:END] + b"\0" * 30 + WHOLE[END:],
        "a member before the first": FIRST + WHOLE,
        "a member that the directory leaves out": written(
            Form([BASE[0], dataclasses.replace(BASE[1], gap=FIRST), THIRD])
        ),
        "a long gap": written(
            Form([BASE[0], dataclasses.replace(BASE[1], gap=b"\0" * 65_537), THIRD])
        ),
        "zip64: other count": spoiled(WIDE, WIDE_RECORD + 24, b"\4"),
        "zip64: other size": spoiled(WIDE, WIDE_RECORD + 40, b"\1"),
        "zip64: another disk": spoiled(WIDE, WIDE_RECORD + 16, b"\1"),
        "zip64: the record elsewhere": spoiled(WIDE, WIDE_RECORD + 56 + 8, b"\0"),
        "zip64: two disks": spoiled(WIDE, WIDE_RECORD + 56 + 16, b"\2"),
        "zip64: the end says otherwise": spoiled(WIDE, len(WIDE) - 14, b"\2"),
        "half of it": WHOLE[: len(WHOLE) // 2],
        "nothing in it": written(Form([])),
    }.items(),
    ids=lambda item: item[0],
)
def test_what_two_programs_could_read_differently_is_refused(tmp_path, content):
    problem = refusal(saved(tmp_path / "b.xlsx", content[1]))
    if content[0] == "nothing in it":
        assert problem.code == "not-a-workbook"
    else:
        assert problem.code == "damaged"
        assert "is damaged or was not copied completely; get it again" in str(problem)


def test_other_compressions_are_refused(tmp_path):
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        path = tmp_path / "b.xlsx"
        with zipfile.ZipFile(path, "w", method) as package:
            package.writestr("[Content_Types].xml", "<Types/>")
            package.writestr("xl/workbook.xml", "<workbook/>")
        assert str(refusal(path)) == (
            f"{path} is packed in a way that Excel does not use ([Content_Types].xml); open it in "
            "Excel and save it as an Excel workbook (.xlsx)."
        )
        assert refusal(path).code == "other-format"


@pytest.mark.slow
def test_every_damaged_byte_of_the_frame_is_refused_or_harmless(tmp_path):
    """No byte of the headers, directory or end makes anything but a refusal or a sound copy."""
    form = Form(
        [*BASE, dataclasses.replace(THIRD, descriptor="signed64", wide_local=True)], zip64=True
    )
    whole = written(form)
    path, target = tmp_path / "b.xlsx", tmp_path / "out.xlsx"
    refused = 0
    for place in range(len(whole)):
        for bits in (0x01, 0x80, 0xFF):
            content = spoiled(whole, place, bytes([whole[place] ^ bits]))
            path.write_bytes(content)
            try:
                archive = open_archive(path)
            except FileProblem:
                refused += 1
                continue
            copy_archive(archive, {}, target)
            assert target.read_bytes() == content
    assert refused > len(whole)


# ---- changed since it was read -----------------------------------------------------------


@pytest.mark.parametrize("how", ["appended", "in place", "moved over", "deleted"])
def test_a_change_since_the_reading_is_found(tmp_path, how):
    content = written(Form([*BASE, THIRD]))
    path = saved(tmp_path / "b.xlsx", content)
    archive = open_archive(path)
    refuse_changed(archive)
    before = path.stat()
    other = content.replace(b"<a>12</a>", b"<a>13</a>")
    if how == "appended":
        path.write_bytes(content + b"\0")
    elif how == "in place":
        with path.open("r+b") as stream:
            stream.write(other)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif how == "moved over":
        saved(tmp_path / "new.xlsx", other).replace(path)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    else:
        path.unlink()
    with pytest.raises(FileProblem) as caught:
        refuse_changed(archive)
    assert caught.value.code == "changed-since-read"
    assert str(caught.value) == (
        f"{path} was changed by someone since it was read; run the command again."
    )


def test_a_file_of_the_same_content_is_not_changed(tmp_path):
    path = saved(tmp_path / "b.xlsx", written(Form(BASE)))
    archive = open_archive(path)
    os.utime(path, (1, 1))
    refuse_changed(archive)
    saved(tmp_path / "same.xlsx", path.read_bytes()).replace(path)
    refuse_changed(archive)


def test_a_file_that_fails_at_once_says_so(tmp_path, monkeypatch):
    path = saved(tmp_path / "b.xlsx", WHOLE)

    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("zipfile.ZipFile", fail)
    assert str(refusal(path)) == f"{path} cannot be read: Input/output error; try again."


def test_a_file_cut_short_while_it_is_copied_is_found(tmp_path):
    path = saved(tmp_path / "b.xlsx", written(Form([*BASE, Member("xl/a", os.urandom(99_999))])))
    archive = open_archive(path)
    os.truncate(path, 400)
    with pytest.raises(FileProblem) as caught:
        copy_archive(archive, {}, tmp_path / "out.xlsx")
    assert caught.value.code == "changed-since-read"


# ---- copies ------------------------------------------------------------------------------


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters=":\\/\0", exclude_categories=["Cs"]),
    min_size=1,
    max_size=12,
).filter(lambda name: name not in ("..", "."))
CONTENTS = st.one_of(
    st.binary(max_size=200), st.builds(lambda text, times: text * times, st.binary(max_size=9),
                                       st.integers(0, 900)),
)  # fmt: skip
EXTRAS = st.lists(
    st.builds(
        lambda kind, data: struct.pack("<2H", kind, len(data)) + data,
        st.sampled_from([0xA220, 0x5455, 0xCAFE]),
        st.binary(max_size=12),
    ),
    max_size=2,
).map(b"".join)

# The standard library takes the last end mark for the end record, even one in a comment.
COMMENTS = st.binary(max_size=20).filter(lambda comment: b"PK\5\6" not in comment)


@st.composite
def zipfile_packages(draw):
    """Packages by the standard library, in a file or down a stream that cannot go back."""

    class OneWay:
        def __init__(self, stream):
            self.write, self.flush = stream.write, stream.flush

    content = io.BytesIO()
    one_way = draw(st.booleans())
    names = draw(st.lists(NAMES, max_size=5, unique_by=str.casefold))
    with zipfile.ZipFile(OneWay(content) if one_way else content, "w") as package:
        for name in ["[Content_Types].xml", "xl/workbook.xml", *(f"xl/x{name}" for name in names)]:
            info = zipfile.ZipInfo(name, (draw(st.integers(1980, 2107)), 2, 3, 4, 5, 6))
            info.compress_type = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
            info.extra = draw(EXTRAS)
            info.comment = draw(st.binary(max_size=5))
            info.create_system = draw(st.sampled_from([0, 3]))
            info.external_attr = draw(st.integers(0, 0xFFFFFFFF))
            with package.open(info, "w", force_zip64=draw(st.booleans())) as member:
                member.write(draw(CONTENTS))
        package.comment = draw(COMMENTS)
    return content.getvalue()


@st.composite
def hand_made_packages(draw):
    """Packages in all forms that the format allows."""
    names = draw(st.lists(NAMES, max_size=4, unique_by=str.casefold))
    members = [
        Member(
            name,
            draw(CONTENTS),
            draw(st.booleans()),
            draw(st.sampled_from(["", "", "plain32", "signed32", "plain64", "signed64"])),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(EXTRAS),
            draw(EXTRAS),
            draw(st.binary(max_size=5)),
            draw(st.sampled_from([b"", b"", b"\0\0\0", b"left over"])),
        )
        for name in ["[Content_Types].xml", "xl/workbook.xml", *(f"xl/x{name}" for name in names)]
    ]
    prefix = draw(st.sampled_from([b"", b"", b"PK00", b"PK something before"]))
    form = Form(
        draw(st.permutations(members)),
        draw(st.permutations(range(len(members)))) if draw(st.booleans()) else None,
        prefix,
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(COMMENTS),
    )
    return written(form)


PACKAGES = st.one_of(zipfile_packages(), hand_made_packages())


@pytest.mark.slow
@THOROUGH
@given(content=PACKAGES)
def test_a_copy_with_nothing_changed_is_the_same_file(tmp_path, content):
    path = saved(tmp_path / "b.xlsx", content)
    assert copied(path, tmp_path / "out.xlsx") == content


@pytest.mark.slow
@THOROUGH
@given(content=PACKAGES, data=st.data())
def test_what_was_done_is_undone_to_the_byte(tmp_path, content, data):
    path = saved(tmp_path / "b.xlsx", content)
    archive = open_archive(path)
    names = list(archive.members)
    plain = {name: read_part(archive, name) for name in names}
    replaced = data.draw(st.dictionaries(st.sampled_from(names), CONTENTS))
    added = data.draw(
        st.dictionaries(NAMES.map(lambda name: f"xl/new {name}".casefold()), CONTENTS, max_size=3)
    )
    streamed = {
        name: (lambda content=content: iter([content[:3], content[3:]]))
        for name, content in {**replaced, **added}.items()
    }
    kept = {name: raw_member(archive, name) for name in replaced}
    middle, after = tmp_path / "middle.xlsx", tmp_path / "after.xlsx"
    copy_archive(
        archive,
        {name.upper(): streamed[name] for name in replaced},
        middle,
        added={name: streamed[name] for name in added},
    )
    changed = open_archive(middle)
    assert list(changed.members) == [*names, *added]
    assert {name: read_part(changed, name) for name in changed.members} == {
        **plain,
        **replaced,
        **added,
    }
    for name in set(names) - set(replaced):
        assert raw_member(changed, name).local == raw_member(archive, name).local
    for name in replaced:
        was, now = archive.members[name], changed.members[name]
        assert now.compress_type == zipfile.ZIP_DEFLATED
        assert not now.flag_bits & 8
        same = ("orig_filename", "date_time", "external_attr", "internal_attr", "comment")
        assert [getattr(now, key) for key in same] == [getattr(was, key) for key in same]
    copy_archive(changed, {}, after, removed=list(added), restored=kept)
    assert after.read_bytes() == content


@pytest.mark.slow
@THOROUGH
@given(content=zipfile_packages(), data=st.data())
def test_members_taken_out_come_back_to_their_places(tmp_path, content, data):
    path = saved(tmp_path / "b.xlsx", content)
    archive = open_archive(path)
    others = [
        name for name in archive.members if name not in ("[content_types].xml", "xl/workbook.xml")
    ]
    removed = data.draw(st.sets(st.sampled_from(others))) if others else set()
    replaced = {"xl/workbook.xml": b"<other/>"}
    kept = {name: raw_member(archive, name) for name in [*removed, *replaced]}
    middle, after = tmp_path / "middle.xlsx", tmp_path / "after.xlsx"
    copied(path, middle, replaced, removed=removed, added={"xl/new.xml": b"<new/>"})
    assert {name.casefold() for name in sound(middle)} == (
        (set(archive.members) | {"xl/new.xml"}) - removed
    )
    assert copied(middle, after, removed=["xl/new.xml"], restored=kept) == content


def test_a_member_that_has_no_place_any_more_comes_last(tmp_path):
    path = saved(tmp_path / "b.xlsx", written(Form([*BASE, THIRD, Member("xl/b.xml", b"<b/>")])))
    archive = open_archive(path)
    kept = raw_member(archive, "xl/a.xml")
    middle, after = tmp_path / "middle.xlsx", tmp_path / "after.xlsx"
    copied(path, middle, {"xl/workbook.xml": b"<other/>" * 99}, removed=["xl/a.xml"])
    copied(middle, after, restored={"xl/a.xml": kept})
    assert sound(after) == ["[Content_Types].xml", "xl/workbook.xml", "xl/b.xml", "xl/a.xml"]
    first = raw_member(archive, "[Content_Types].xml")
    copied(path, middle, removed=["[Content_Types].xml"], added={"xl/c.xml": b""})
    assert sound(middle) == ["xl/workbook.xml", "xl/a.xml", "xl/b.xml", "xl/c.xml"]
    assert first == RawMember(WHOLE[: PLAIN.offsets["xl/workbook.xml"]], first.directory)


def test_the_form_of_what_is_new(tmp_path):
    """Each field of a replaced and an added member, as the zip format says them."""
    own = struct.pack("<2H3s", 0xCAFE, 3, b"abc")
    old = Member(
        "xl/é.xml", b"old", True, "signed64", True, True, True, own, own + b"\0\0", b"words", b"gap"
    )
    path = saved(tmp_path / "b.xlsx", written(Form([*BASE, old], comment=b"kept", zip64=True)))
    target = tmp_path / "out.xlsx"
    content = copied(
        path, target, {"xl/é.xml": b"new" * 9}, added={"xl/ü.xml": b"more", "xl/z": b""}
    )
    name = "xl/é.xml".encode()
    data = content[content.index(name) + len(name) + len(own) + 2 :]
    size = len(zlib.compress(b"new" * 9, 6)) - 6
    assert content[content.index(name) - 30 :].startswith(
        struct.pack("<4s5H3L2H", b"PK\3\4", 45, 0x806, 8, old.time, old.date,
                    zlib.crc32(b"new" * 9), size, 27, len(name), len(own) + 2)
        + name + own + b"\0\0"
    )  # fmt: skip
    assert data[:size] == zlib.compress(b"new" * 9, 6)[2:-4]
    assert data[size : size + 4] == b"PK\3\4"
    new_name = "xl/ü.xml".encode()
    new_size = len(zlib.compress(b"more", 6)) - 6
    assert data[size:].startswith(
        struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0x800, 8, 0, 0x21, zlib.crc32(b"more"), new_size, 4,
                    len(new_name), 0) + new_name
    )  # fmt: skip
    entry = content[content.index(b"PK\1\2", content.index(new_name)) :]
    entry = entry[entry.index(name) - 46 :]
    assert entry.startswith(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 45, 45, 0x806, 8, old.time, old.date,
                    zlib.crc32(b"new" * 9), size, 27, len(name), len(own), 5, 0, 1, 0x20,
                    content.index(name) - 30) + name + own + b"words"
    )  # fmt: skip
    with zipfile.ZipFile(target) as package:
        assert package.comment == b"kept"
        added = package.getinfo("xl/ü.xml")
        assert added.date_time == (1980, 1, 1, 0, 0, 0)
        assert (added.create_system, added.external_attr) == (0, 0)
        assert package.getinfo("xl/z").flag_bits == 0
    assert b"PK\6\6" in content
    assert b"PK\6\6" not in copied(saved(path, WHOLE), target, added={"xl/z": b""})


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    path = saved(tmp_path / "b.xlsx", WHOLE)
    first, second = (
        copied(path, tmp_path / name, {"xl/a.xml": b"<b/>"}, added={"xl/n.xml": b"<n/>"})
        for name in ("one.xlsx", "two.xlsx")
    )
    assert first == second


def test_large_contents_are_packed_fast(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_packing, "LARGE", 50_000)
    row = b'<row r="%d"><c r="A%d"><v>%d</v></c></row>'
    pieces = [b"".join(row % (n, n, n * n) for n in range(k, k + 100)) for k in range(0, 6000, 100)]
    whole = b"".join(pieces)
    path = saved(tmp_path / "b.xlsx", written(Form([*BASE, Member("xl/a.xml", whole)])))
    target = tmp_path / "out.xlsx"
    sizes = {}
    for name, content in {"bytes": whole, "pieces": lambda: iter(pieces)}.items():
        copied(path, target, {"xl/a.xml": content}, added={f"xl/{name}.xml": content})
        archive = open_archive(target)
        for member in ("xl/a.xml", f"xl/{name}.xml"):
            assert read_part(archive, member) == whole
            sizes[name, member] = archive.members[member].compress_size
    fast, small = (len(zlib.compress(whole, level)) - 6 for level in (1, 6))
    assert sizes.pop(("pieces", "xl/pieces.xml")) in range(small, fast)
    assert set(sizes.values()) == {fast}


def test_what_would_be_too_large_is_refused(tmp_path, monkeypatch):
    path = saved(tmp_path / "b.xlsx", WHOLE)
    archive = open_archive(path)
    monkeypatch.setattr(archive_packing, "LARGEST_PART", 100)
    with pytest.raises(FileProblem, match="would become a workbook with a part of more") as caught:
        copy_archive(archive, {"xl/a.xml": lambda: [b"x" * 60, b"x" * 60]}, tmp_path / "o.xlsx")
    assert caught.value.code == "too-large"
    with pytest.raises(FileProblem, match="with a part of more than 600 MB; copy the sheets"):
        copy_archive(archive, {}, tmp_path / "o.xlsx", added={"xl/b": b"x" * 101})
    monkeypatch.setattr(archive_copy, "LARGEST_TOTAL", len(WHOLE) - 1)
    with pytest.raises(FileProblem, match="would become a workbook larger than 1 GB; copy the"):
        copy_archive(archive, {}, tmp_path / "o.xlsx")


def test_many_members_are_copied_each_with_little_work(tmp_path):
    def calls_of(count):
        members = [*BASE, *(Member(f"xl/{number}.xml", stored=True) for number in range(count))]
        path = saved(tmp_path / "b.xlsx", written_fast(members))

        def work():
            archive = open_archive(path)
            copy_archive(archive, {}, tmp_path / "out.xlsx", added={"xl/n.xml": b""})
            for name in archive.members:
                assert len(b"".join(raw_chunks(archive, name))) > 30

        return counted(work)[1]

    few, many = calls_of(1000), calls_of(2000)
    assert many < 2.1 * few


def written_fast(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for member in members:
            package.writestr(member.name, member.content)
    return content.getvalue()


def test_names_that_do_not_fit_are_a_mistake(tmp_path):
    archive = open_archive(saved(tmp_path / "b.xlsx", WHOLE))
    raw = {"xl/A.xml": raw_member(archive, "XL/a.xml")}
    target = tmp_path / "out.xlsx"
    for replaced, options, what in (
        ({"xl/none": b""}, {}, "no members to replace or remove: xl/none"),
        ({}, {"removed": ["xl/none"]}, "no members to replace or remove: xl/none"),
        ({"xl/a.xml": b""}, {"removed": ["XL/a.xml"]}, "one of these only"),
        ({"xl/a.xml": b""}, {"restored": raw}, "one of these only"),
        ({}, {"removed": ["xl/a.xml"], "restored": raw}, "one of these only"),
        ({}, {"added": {"XL/A.xml": b""}}, "is there already"),
        ({}, {"added": {"xl/n": b"", "XL/N": b""}}, "is there already"),
    ):
        with pytest.raises(ValueError, match=what):
            copy_archive(archive, replaced, target, **options)
        assert not target.exists()
    with pytest.raises(KeyError):
        raw_member(archive, "xl/none")
    copy_archive(archive, {}, target, removed=["xl/a.xml"], added={"xl/a.xml": b"<again/>"})
    assert sound(target)[-1] == "xl/a.xml"


# ---- size --------------------------------------------------------------------------------

MEASURE = """
import resource, sys
from pathlib import Path
from tests.support.work import counted
from xlpbr.workbook.ooxml.zip.archive import open_archive
from xlpbr.workbook.ooxml.zip.copy import copy_archive
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
archive = open_archive(Path(sys.argv[1]))
changes = {"xl/workbook.xml": b"<workbook/>"}
_, calls = counted(lambda: copy_archive(archive, changes, Path(sys.argv[2]), added={"xl/n": b""}))
print(calls, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_file_is_never_in_memory(tmp_path):
    pytest.importorskip("resource")
    path = tmp_path / "b.xlsx"
    noise = os.urandom(MEBIBYTE)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(40):
                member.write(noise)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), str(tmp_path / "out.xlsx")],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4],
    )  # fmt: skip
    calls, kibibytes = map(int, done.stdout.split())
    assert calls < 10_000  # in large pieces
    assert kibibytes < 10_000
    assert sound(tmp_path / "out.xlsx")[-1] == "xl/n"


def test_times_of_excel_are_kept(tmp_path):
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for member in BASE:
            package.writestr(zipfile.ZipInfo(member.name, (2026, 11, 22, 14, 5, 8)), member.content)
    copied(path, tmp_path / "out.xlsx", {"xl/workbook.xml": b"<new/>"})
    with zipfile.ZipFile(tmp_path / "out.xlsx") as package:
        when = datetime.datetime(*package.getinfo("xl/workbook.xml").date_time)
    assert when == datetime.datetime(2026, 11, 22, 14, 5, 8)
