"""Files that must be refused unread, each with its code."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.support.corpus.entry import Entry
from tests.support.corpus.parts import MAIN, Parts, base_parts, write_zip

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def compound_file(*streams: str) -> bytes:
    """A compound file (OLE) with streams of these names, each of one sector."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = _OLE + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9L", 0, 1, 1, 0, 0, end, 0, end, 0) + struct.pack("<L", 0)
    header += struct.pack("<L", free) * 108
    sectors = [table, end, *([end] * (8 * len(streams)))]
    fat = struct.pack(f"<{len(sectors)}L", *sectors)
    fat = fat + struct.pack("<L", free) * (128 - len(sectors))

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB3L", len(text), kind, 1, free, right, child)
            + bytes(36)
            + struct.pack("<LQ", start, size)
        )

    directory = entry("Root Entry", 5, 1 if streams else free, free, end, 0)
    for number, name in enumerate(streams):
        right = number + 2 if number + 1 < len(streams) else free
        directory += entry(name, 2, free, right, 2 + 8 * number, 4096)
    directory = directory.ljust(512, b"\0")
    return header + fat + directory + bytes(4096 * len(streams))


def _bytes(content: bytes) -> Callable[[Path], None]:
    return lambda path: (path.write_bytes(content), None)[1]


def _parts(change: Callable[[Parts], object]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        parts = base_parts()
        change(parts)
        write_zip(path, parts)

    return make


def _of_content(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A good workbook whose bytes as a whole are changed."""

    def make(path: Path) -> None:
        write_zip(path, base_parts())
        path.write_bytes(change(path.read_bytes()))

    return make


def _laughs(part: str) -> Callable[[Parts], None]:
    entities = "".join(
        f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' if n else '<!ENTITY l0 "ha">'
        for n in range(10)
    )

    def change(parts: Parts) -> None:
        text = parts[part].decode()
        place = text.index("?>") + 2
        parts[part] = (text[:place] + f"<!DOCTYPE r [{entities}]>" + text[place:]).encode()

    return change


def _bomb(parts: Parts) -> None:
    parts["xl/media/image1.png"] = bytes(12 << 20)


def _many_members(parts: Parts) -> None:
    parts.update({f"xl/media/image{n}.png": b"" for n in range(20_001)})


def _huge_claim(content: bytes) -> bytes:
    """A directory that tells of a part of 2 GB where there are a few bytes."""
    name = b"xl/worksheets/sheet1.xml"
    place = content.rindex(name) - 46
    return content[: place + 24] + struct.pack("<L", 2 << 30) + content[place + 28 :]


def _twice(path: Path) -> None:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as package:
        warnings.simplefilter("ignore")
        for name, content in base_parts().items():
            package.writestr(zipfile.ZipInfo(name), content)
        package.writestr(zipfile.ZipInfo("xl/Worksheets/Sheet1.xml"), b"<worksheet/>")
    path.write_bytes(stream.getvalue())


def _named(name: str) -> Callable[[Parts], None]:
    return lambda parts: parts.update({name: b"x"})


def _beta(parts: Parts) -> None:
    for name, content in parts.items():
        beta = b"http://schemas.microsoft.com/office/excel/2006/2"
        parts[name] = content.replace(MAIN.encode(), beta)


def _encrypted_members(content: bytes) -> bytes:
    """Members marked as locked with the zip format's own password."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + offset] |= 1
            place = changed.find(mark, place + 4)
    return bytes(changed)


def _binary(path: Path) -> None:
    parts = base_parts()
    keep = {"[Content_Types].xml": parts["[Content_Types].xml"], "_rels/.rels": b"<a/>"}
    write_zip(path, keep | {"xl/workbook.bin": b"\x83\1\0"})


def _word(path: Path) -> None:
    parts = base_parts()
    write_zip(path, {"[Content_Types].xml": parts["[Content_Types].xml"],
                     "word/document.xml": b"<document/>"})  # fmt: skip


def _zip(path: Path) -> None:
    write_zip(path, {"2026/budget.xlsx": b"PK", "read me.txt": b"Hello"})


def _open_document(path: Path) -> None:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    write_zip(path, {"mimetype": kind, "content.xml": b"<office/>"}, stored=True)


def _refused(name: str, code: str, make: Callable[[Path], object], *features: str) -> Entry:
    return Entry(name, make, features, refused_code=code, not_valid="not a workbook to be read",
                 not_in_libreoffice="not a workbook to be read")  # fmt: skip


_HTML = b"<html><table><tr><td>Child</td><td>1</td></tr></table></html>"

ENTRIES = [
    _refused(
        "password.xlsx",
        "password",
        _bytes(compound_file("EncryptionInfo", "EncryptedPackage")),
        "password",
    ),
    _refused("old.xls", "old-xls", _bytes(compound_file("Workbook")), "old Excel workbook"),
    _refused("renamed-old.xlsx", "old-xls", _bytes(compound_file("Book")), "old, renamed"),
    _refused("binary.xlsb", "xlsb", _binary, "binary workbook"),
    _refused("open-document.ods", "other-format", _open_document, "OpenDocument"),
    _refused("web-page.xlsx", "other-format", _bytes(_HTML), "HTML renamed"),
    _refused("list.xlsx", "other-format", _bytes(b"Child,Cost\r\nC01,5250.50\r\n"), "CSV renamed"),
    _refused("letter.xlsx", "not-a-workbook", _word, "Word document renamed"),
    _refused("several.xlsx", "not-a-workbook", _zip, "zip of workbooks"),
    _refused("empty.xlsx", "damaged", _bytes(b""), "0 bytes"),
    _refused(
        "cut.xlsx",
        "damaged",
        _of_content(lambda content: content[: len(content) // 2]),
        "truncated",
    ),
    _refused(
        "no-end.xlsx", "damaged", _of_content(lambda content: content[:-10]), "last bytes missing"
    ),
    _refused("bomb.xlsx", "too-large", _parts(_bomb), "zip bomb"),
    _refused("many-members.xlsx", "too-large", _parts(_many_members), "20,001 parts and more"),
    _refused("huge-claim.xlsx", "too-large", _of_content(_huge_claim), "part told as 2 GB"),
    _refused("laughs.xlsx", "doctype", _parts(_laughs("xl/workbook.xml")), "billion laughs"),
    _refused(
        "laughs-in-texts.xlsx",
        "doctype",
        _parts(_laughs("xl/sharedStrings.xml")),
        "billion laughs in the texts",
    ),
    _refused(
        "laughs-in-sheet.xlsx",
        "doctype",
        _parts(_laughs("xl/worksheets/sheet1.xml")),
        "billion laughs in a sheet",
    ),
    _refused("twice.xlsx", "duplicate-part", _twice, "duplicate member"),
    _refused("escaping.xlsx", "unsafe-name", _parts(_named("../../evil.xml")), "name with .."),
    _refused("rooted.xlsx", "unsafe-name", _parts(_named("/etc/evil")), "name from the root"),
    _refused("beta.xlsx", "namespace", _parts(_beta), "namespace of the 2006 beta"),
    _refused("locked-zip.xlsx", "password", _of_content(_encrypted_members), "zip with a password"),
    _refused("~$budget.xlsx", "owner-file", _bytes(b"\7Finance".ljust(165)), "Excel's owner file"),
]
