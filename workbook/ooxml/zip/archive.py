"""The zip package around a workbook: opened, refused where it must be, and read.

Every refusal is one sentence that names the file and says what to do.
"""

from __future__ import annotations

import hashlib
import io
import struct
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.xml.splice import DoctypeError, as_utf8, refuse_doctype
from xlpbr.workbook.ooxml.zip.copy import copy_archive
from xlpbr.workbook.ooxml.zip.layout import Archive, Layout, local_header_size, read_layout
from xlpbr.workbook.ooxml.zip.refusals import (
    GET_AGAIN,
    LARGEST_TOTAL,
    MEBIBYTE,
    cannot_open,
    changed_since_read,
    damaged,
    members_by_name,
    not_a_package,
    refuse_by_name,
    refuse_other_kinds,
    too_large,
)

__all__ = [
    "Archive",
    "close_archive",
    "copy_archive",
    "damaged_part",
    "has_part",
    "open_archive",
    "part_chunks",
    "part_size",
    "read_part",
    "read_tree",
    "refuse_changed",
    "run_parser",
    "tree_of",
]

_HEAD = 4096


def no_archive(path: Path) -> Archive:
    """A package without a part, for a workbook that is in memory only."""
    stream = io.BytesIO()
    zipfile.ZipFile(stream, "w").close()
    layout = Layout({}, {}, 0, 0, stream.getvalue())
    return Archive(path, "", stream, zipfile.ZipFile(stream), {}, layout)


def open_archive(path: Path) -> Archive:
    """Open a workbook's package.

    The file stays open until ``close_archive``, or until nothing uses the archive any more.

    Raises:
        FileProblem: it is not a workbook that can be read; the sentence says why.
    """
    refuse_by_name(path)
    try:
        with ExitStack() as closing:
            stream = closing.enter_context(path.open("rb"))
            archive = _opened(path, stream)
            closing.pop_all()
    except OSError as error:
        raise cannot_open(path, error) from error
    weakref.finalize(archive, stream.close)
    return archive


def close_archive(archive: Archive) -> None:
    """Close the file; Windows replaces no file that is open."""
    archive.stream.close()


def refuse_changed(archive: Archive) -> None:
    """Refuse to go on when the file no longer holds what was read from it.

    Both the file that is open and the one that has its name now are compared with what was
    read: a save by another program changes the first or puts another in its place.

    Raises:
        FileProblem: someone changed, moved or deleted the file since.
    """
    changed = changed_since_read(archive.path)
    try:
        with archive.path.open("rb") as now:
            size = archive.stream.seek(0, 2)
            if now.seek(0, 2) != size or not (
                _sha256(now) == _sha256(archive.stream) == archive.sha256
            ):
                raise changed
    except FileNotFoundError as error:
        raise changed from error
    except OSError as error:
        raise cannot_open(archive.path, error) from error


def has_part(archive: Archive, part: str) -> bool:
    """Whether the package holds a part."""
    return part.casefold() in archive.members


def read_part(archive: Archive, part: str) -> bytes:
    """The bytes of a part.

    Raises:
        FileProblem: the part is missing or damaged.
    """
    with _plain_errors(archive, part):
        info, block = _member(archive, part), archive.layout.blocks[part.casefold()]
        stream = archive.package.fp
        if stream is None:
            raise ValueError("the file was closed")
        stream.seek(block.start)
        stored = stream.read(block.end - block.start)
        first = local_header_size(stored)
        packed = stored[first : first + info.compress_size]
        data = packed if info.compress_type == zipfile.ZIP_STORED else _unpacked(packed, info)
        if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
            raise zipfile.BadZipFile
        return data


def part_size(archive: Archive, part: str) -> int:
    """How many bytes a part holds.

    Raises:
        FileProblem: the part is missing.
    """
    return _member(archive, part).file_size


def part_chunks(archive: Archive, part: str) -> Iterator[bytes]:
    """The bytes of a part in pieces of 1 MiB.

    Raises:
        FileProblem: the part is missing or damaged; where it is damaged only in its checksum,
            after the last piece.
    """
    with _plain_errors(archive, part), _open_part(archive, part) as stream:
        while chunk := stream.read(MEBIBYTE):
            yield chunk


def read_tree(archive: Archive, part: str) -> ET.Element:
    """A small XML part as a tree.

    Raises:
        FileProblem: the part is missing, damaged, or declares a document type.
    """
    return tree_of(archive, part, read_part(archive, part))


def tree_of(archive: Archive, part: str, data: bytes) -> ET.Element:
    """The tree of a small XML part, given with its bytes.

    Raises:
        FileProblem: the part is damaged, or declares a document type.
    """
    with _plain_errors(archive, part):
        # Without "<!" there is no document type; in UTF-16, where that is written otherwise,
        # there are zeros.
        if b"<!" not in data and b"\0" not in data:
            return ET.fromstring(data)
        parser = ET.XMLParser(target=_TreeWithoutDoctype())
        parser.feed(data)
        tree: ET.Element = parser.close()
        return tree


def run_parser(archive: Archive, part: str, parser: expat.XMLParserType) -> None:
    """Send a large XML part through a parser, piece by piece.

    Raises:
        FileProblem: the part is missing, damaged, or declares a document type.
    """
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EntityDeclHandler = refuse_doctype
    with _plain_errors(archive, part), _open_part(archive, part) as stream:
        parser.ParseFile(stream)


def read_xml(archive: Archive, part: str, root: str) -> bytes:
    """The bytes of an XML part that is well formed and starts with the element it should.

    Args:
        archive: the package.
        part: the part.
        root: the name of its first element, without prefix.

    Raises:
        FileProblem: the part is missing, damaged, declares a document type, or is in another
            encoding than UTF-8 or UTF-16.
    """
    parser = expat.ParserCreate()
    found: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        found.append(tag.rpartition(":")[2])
        parser.StartElementHandler = None

    parser.StartElementHandler = start
    run_parser(archive, part, parser)
    if found != [root]:
        raise damaged_part(archive, part, f"it starts with {found[0]!r}")
    data = read_part(archive, part)
    with understood(archive, part):
        as_utf8(data)
    return data


@contextmanager
def understood(archive: Archive, part: str) -> Iterator[None]:
    """Make a plain problem of what is read from a part and makes no sense.

    For the reading of a part only: a number that is none, or an element that is not there.
    """
    try:
        yield
    except (ValueError, LookupError, RecursionError, expat.ExpatError) as error:
        raise damaged_part(archive, part, "it does not say what it should") from error


@contextmanager
def read_elsewhere(archive: Archive, part: str) -> Iterator[None]:
    """Make a plain problem of what another reader than this module's finds wrong in a part.

    The parser of this module says first what it finds, in the words of all other parts.
    """
    try:
        yield
    except (expat.ExpatError, ValueError) as error:
        run_parser(archive, part, expat.ParserCreate())
        raise damaged_part(archive, part, str(error)) from error


def damaged_part(archive: Archive, part: str, what: str = "") -> FileProblem:
    """The problem of a part that cannot be read, with what is wrong in it."""
    reason = f": {what}" if what else ""
    return FileProblem(
        f"{archive.path} is damaged in its part {part}{reason}; {GET_AGAIN}.", "damaged"
    )


class _TreeWithoutDoctype(ET.TreeBuilder):
    doctype = staticmethod(refuse_doctype)


def _opened(path: Path, stream: BinaryIO) -> Archive:
    if stream.seek(0, 2) > LARGEST_TOTAL:
        raise too_large(path)
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head.startswith(b"PK"):
        raise not_a_package(path, head, partial(_chunks, stream))
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(stream):
        digest.update(chunk)
        size += len(chunk)
    # A file of one piece is held as it was hashed: its parts are read without asking the system.
    held = io.BytesIO(chunk) if size == len(chunk) else stream
    try:
        package = zipfile.ZipFile(held)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise damaged(path) from error
    members = members_by_name(path, package.infolist())
    refuse_other_kinds(path, members)
    layout = read_layout(path, held, package.start_dir, members)
    sha256 = digest.hexdigest()
    return Archive(path, sha256, stream, package, members, layout)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """A whole file in pieces of 1 MiB."""
    stream.seek(0)
    while chunk := stream.read(MEBIBYTE):
        yield chunk


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(stream):
        digest.update(chunk)
    return digest.hexdigest()


def _member(archive: Archive, part: str) -> zipfile.ZipInfo:
    info = archive.members.get(part.casefold())
    if info is None:
        raise damaged_part(archive, part, "the part is missing")
    return info


def _open_part(archive: Archive, part: str) -> IO[bytes]:
    return archive.package.open(_member(archive, part))


def _unpacked(packed: bytes, info: zipfile.ZipInfo) -> bytes:
    """What a member holds, no more than it says; a most of 0 would be no limit to zlib."""
    if info.file_size == 0:
        return b""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, info.file_size)


@contextmanager
def _plain_errors(archive: Archive, part: str) -> Iterator[None]:
    try:
        yield
    except DoctypeError as error:
        raise FileProblem(
            f"{archive.path} declares a document type (DOCTYPE) in its part {part}, which no "
            "workbook needs and which can be an attack; open it in Excel and save it as a new "
            "workbook.",
            "doctype",
        ) from error
    except (expat.ExpatError, ET.ParseError, LookupError, ValueError) as error:
        # An encoding that is not known is a LookupError, one that cannot be read a ValueError.
        raise damaged_part(archive, part, str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise damaged_part(archive, part) from error
    except OSError as error:
        raise cannot_open(archive.path, error) from error
