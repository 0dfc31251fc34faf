"""The zip package around a workbook: what is refused unread, its parts, and raw copies.

Every refusal is one sentence that names the file and says what to do. Imports
``xlpbr.errors`` only.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from xlpbr.errors import FileProblem

MEBIBYTE = 1 << 20
LARGEST_PART = 600 * MEBIBYTE
LARGEST_TOTAL = 1024 * MEBIBYTE
MOST_MEMBERS = 20_000
HIGHEST_RATIO = 400
RATIO_COUNTS_ABOVE = 10 * MEBIBYTE

_SAVE_AS_XLSX = "open it in Excel and save it as an Excel workbook (.xlsx)"
_GET_AGAIN = "get it again from where it came, or open it in Excel and let Excel repair it"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
_UTF8_NAME = 0x800
_SIZES_FOLLOW = 0x8
_ENCRYPTED = 0x1
_ZIP64_EXTRA = 1


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened package, held in memory so that what is read is what was hashed.

    Attributes:
        path: the file, as the person named it.
        content: its bytes.
        package: the same, as a zip file.
        members: its members in their order, by name in small letters (part names are the
            same in capital and small letters).
    """

    path: Path
    content: bytes
    package: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]


def open_archive(path: Path) -> Archive:
    """Read a workbook's package.

    Raises:
        FileProblem: it is not a workbook that can be read; the sentence says why.
    """
    content = _content(path)
    if not content.startswith(b"PK"):
        raise FileProblem(f"{path} {_what_it_is(content)}.")
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise _damaged(path) from error
    members = _members(path, package.infolist())
    _refuse_other_kinds(path, package, members)
    return Archive(path, content, package, members)


def has_part(archive: Archive, part: str) -> bool:
    """Whether the package holds a part."""
    return part.casefold() in archive.members


def read_part(archive: Archive, part: str) -> bytes:
    """The bytes of a part.

    Raises:
        FileProblem: the part is missing or damaged.
    """
    with _plain_errors(archive, part), _open_part(archive, part) as stream:
        return stream.read()


def read_tree(archive: Archive, part: str) -> ET.Element:
    """A small XML part as a tree.

    Raises:
        FileProblem: the part is missing, damaged, or declares a document type.
    """
    parser = ET.XMLParser(target=_TreeWithoutDoctype())
    with _plain_errors(archive, part):
        parser.feed(read_part(archive, part))
        tree: ET.Element = parser.close()
        return tree


def run_parser(archive: Archive, part: str, parser: expat.XMLParserType) -> None:
    """Send a large XML part through a parser, piece by piece.

    Raises:
        FileProblem: the part is missing, damaged, or declares a document type.
    """

    def refuse(*_: object) -> None:
        raise _DoctypeFound

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    with _plain_errors(archive, part), _open_part(archive, part) as stream:
        parser.ParseFile(stream)


def damaged_part(archive: Archive, part: str, what: str = "") -> FileProblem:
    """The problem of a part that cannot be read, with what is wrong in it."""
    reason = f": {what}" if what else ""
    return FileProblem(f"{archive.path} is damaged in its part {part}{reason}; {_GET_AGAIN}.")


def copy_archive(archive: Archive, replaced: Mapping[str, bytes], target: Path) -> None:
    """Write a copy of the package with some parts replaced.

    All other members are copied as the compressed bytes that they are, in their order, with
    their names and times.

    Args:
        archive: the package.
        replaced: new bytes of parts, by name.
        target: the file to write.
    """
    changed = {part.casefold(): data for part, data in replaced.items()}
    directory = bytearray()
    with target.open("wb") as stream:
        for name, info in archive.members.items():
            offset = stream.tell()
            stored = _Stored.of(archive, info, changed.get(name))
            stream.write(stored.local_header(info))
            stream.write(stored.data)
            directory += stored.directory_entry(info, offset)
        start = stream.tell()
        count = len(archive.members)
        comment = archive.package.comment
        stream.write(directory)
        stream.write(
            struct.pack(
                "<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), start, len(comment)
            )
        )
        stream.write(comment)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a member looks like in the copy."""

    data: bytes
    method: int
    checksum: int
    size: int
    local_extra: bytes

    @staticmethod
    def of(archive: Archive, info: zipfile.ZipInfo, new: bytes | None) -> _Stored:
        header = archive.content[info.header_offset : info.header_offset + 30]
        name_length, extra_length = struct.unpack("<2H", header[26:30])
        extra_start = info.header_offset + 30 + name_length
        start = extra_start + extra_length
        extra = _without_zip64(archive.content[extra_start:start])
        if new is None:
            raw = archive.content[start : start + info.compress_size]
            return _Stored(raw, info.compress_type, info.CRC, info.file_size, extra)
        press = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        raw = press.compress(new) + press.flush()
        return _Stored(raw, zipfile.ZIP_DEFLATED, zlib.crc32(new), len(new), extra)

    def local_header(self, info: zipfile.ZipInfo) -> bytes:
        name = _raw_name(info)
        fields = struct.pack(
            "<4s2B4H3L2H",
            b"PK\3\4",
            info.extract_version,
            info.reserved,
            info.flag_bits & ~_SIZES_FOLLOW,
            self.method,
            *_dos_time(info),
            self.checksum,
            len(self.data),
            self.size,
            len(name),
            len(self.local_extra),
        )
        return fields + name + self.local_extra

    def directory_entry(self, info: zipfile.ZipInfo, offset: int) -> bytes:
        name = _raw_name(info)
        extra = _without_zip64(info.extra)
        fields = struct.pack(
            "<4s4B4H3L5H2L",
            b"PK\1\2",
            info.create_version,
            info.create_system,
            info.extract_version,
            info.reserved,
            info.flag_bits & ~_SIZES_FOLLOW,
            self.method,
            *_dos_time(info),
            self.checksum,
            len(self.data),
            self.size,
            len(name),
            len(extra),
            len(info.comment),
            0,
            info.internal_attr,
            info.external_attr,
            offset,
        )
        return fields + name + extra + info.comment


class _DoctypeFound(Exception):
    """A part declares a document type."""


class _TreeWithoutDoctype(ET.TreeBuilder):
    def doctype(self, *_: object) -> None:
        raise _DoctypeFound


def _content(path: Path) -> bytes:
    if path.name.startswith("~$"):
        raise FileProblem(
            f"{path} is the small file that Excel keeps beside an open workbook; "
            f"give {path.name.removeprefix('~$')} instead."
        )
    if path.is_dir():
        raise FileProblem(f"{path} is a folder; give the name of a workbook in it.")
    try:
        if path.stat().st_size > LARGEST_TOTAL:
            raise FileProblem(f"{path} is larger than 1 GB; save the sheets needed on their own.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FileProblem(f"{path} does not exist; check the name and the folder.") from error
    except PermissionError as error:
        raise FileProblem(
            f"{path} may not be read: it is locked by another program or you have no right to it; "
            "close it there, or ask for access."
        ) from error
    except OSError as error:
        raise FileProblem(f"{path} cannot be read: {error.strerror}; try again.") from error
    if not content:
        raise FileProblem(f"{path} is empty (0 bytes); get it again from where it came.")
    return content


def _what_it_is(content: bytes) -> str:
    """What a file is that is no zip package, and what to do, after the file's name."""
    if content.startswith(_OLE):
        return _what_ole(content)
    head = content[:4096]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return f"is an XML spreadsheet of Excel 2003; {_SAVE_AS_XLSX}"
    if re.match(rb"<(!doctype html|html|table|head|body)", start) or b"<html" in start:
        return f"is a web page (HTML), not a workbook; {_SAVE_AS_XLSX}"
    if start.startswith(b"%pdf"):
        return "is a PDF file, not a workbook; give the workbook that it was made from"
    if head.startswith(_PICTURES):
        return "is a picture, not a workbook; give the workbook (.xlsx)"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head:
        return f"is a text or CSV file, not a workbook; {_SAVE_AS_XLSX}"
    return f"is not a workbook, or it is damaged; {_GET_AGAIN}"


def _what_ole(content: bytes) -> str:
    def has(stream: str) -> bool:
        # Names of streams stand in the directory, each at the start of an entry of 128 bytes.
        name = stream.encode("utf-16-le") + b"\0\0"
        place = content.find(name)
        while place >= 0 and place % 128:
            place = content.find(name, place + 1)
        return place >= 0

    if has("EncryptedPackage"):
        return (
            "is protected with a password; open it in Excel, take the password off "
            "(File, Info, Protect Workbook) and save a copy"
        )
    if has("Workbook") or has("Book"):
        return f"is an old Excel workbook (.xls); {_SAVE_AS_XLSX}"
    return "is a document of another Office program, not a workbook; give the workbook (.xlsx)"


def _members(path: Path, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > MOST_MEMBERS:
        raise _bomb(path, f"holds {len(infos):,} parts")
    if sum(info.file_size for info in infos) > LARGEST_TOTAL:
        raise _bomb(path, "unpacks to more than 1 GB")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name:
            raise FileProblem(
                f"{path} holds a part with an unsafe name ({name!r}); it was not made by Excel, "
                "so ask its sender for a clean copy."
            )
        if name.casefold() in members:
            raise FileProblem(
                f"{path} holds the part {name} twice, so that two programs can read different "
                "figures; open it in Excel, check the figures and save it as a new workbook."
            )
        if info.flag_bits & _ENCRYPTED:
            raise FileProblem(
                f"{path} is a zip file with a password; unpack it and give the workbook."
            )
        if info.file_size > LARGEST_PART:
            raise _bomb(path, f"has a part of more than 600 MB ({name})")
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > RATIO_COUNTS_ABOVE and ratio > HIGHEST_RATIO:
            raise _bomb(path, f"has a part that unpacks to {ratio:,.0f} times its size ({name})")
        members[name.casefold()] = info
    return members


def _refuse_other_kinds(
    path: Path, package: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]
) -> None:
    if "xl/workbook.bin" in members:
        raise FileProblem(f"{path} is a binary workbook (.xlsb); {_SAVE_AS_XLSX}.")
    if "mimetype" in members and "content.xml" in members:
        raise FileProblem(
            f"{path} is an OpenDocument file (.ods); open it and save it as an Excel workbook "
            "(.xlsx)."
        )
    if "index/document.iwa" in members or "index.zip" in members:
        raise FileProblem(f"{path} is an Apple Numbers file; export it as Excel (.xlsx).")
    if "[content_types].xml" not in members:
        inside = [name for name in package.namelist() if name.lower().endswith((".xlsx", ".xlsm"))]
        remedy = f"unpack it and give {inside[0]}" if inside else "give the workbook (.xlsx)"
        raise FileProblem(f"{path} is a zip file, not a workbook; {remedy}.")
    if not any(name.startswith("xl/") or name.endswith("/workbook.xml") for name in members):
        raise FileProblem(
            f"{path} is a document of another Office program, not a workbook; "
            "give the workbook (.xlsx)."
        )


def _bomb(path: Path, what: str) -> FileProblem:
    return FileProblem(
        f"{path} {what}, more than any real workbook, and is not opened; "
        "copy the sheets needed into a new workbook and give that."
    )


def _damaged(path: Path) -> FileProblem:
    return FileProblem(f"{path} is damaged or was not copied completely; {_GET_AGAIN}.")


def _open_part(archive: Archive, part: str) -> IO[bytes]:
    info = archive.members.get(part.casefold())
    if info is None:
        raise damaged_part(archive, part, "the part is missing")
    return archive.package.open(info)


@contextmanager
def _plain_errors(archive: Archive, part: str) -> Iterator[None]:
    try:
        yield
    except _DoctypeFound as error:
        raise FileProblem(
            f"{archive.path} declares a document type (DOCTYPE) in its part {part}, which no "
            "workbook needs and which can be an attack; open it in Excel and save it as a new "
            "workbook."
        ) from error
    except (expat.ExpatError, ET.ParseError) as error:
        raise damaged_part(archive, part, str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise damaged_part(archive, part) from error


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_NAME else "cp437")


def _dos_time(info: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = info.date_time
    return (
        hour << 11 | minute << 5 | second // 2,
        (year - 1980) << 9 | month << 5 | day,
    )


def _without_zip64(extra: bytes) -> bytes:
    """The extra fields of a member without the sizes of a zip64 file, which the copy is not."""
    kept = b""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack("<2H", extra[place : place + 4])
        if kind != _ZIP64_EXTRA:
            kept += extra[place : place + 4 + length]
        place += 4 + length
    return kept
