"""Where the members of a zip package lie in its file, byte for byte.

Reads the zip format itself, because the standard library keeps neither the raw entries nor the
bytes between members. Refuses a package in which two programs could read different things.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from xlpbr.workbook.ooxml.zip.refusals import damaged

SIZES_FOLLOW = 0x8
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
DIRECTORY_ENTRY = struct.Struct("<4s6H3L5H2L")
END_RECORD = struct.Struct("<4s4H2LH")
ZIP64_RECORD = struct.Struct("<4sQ2H2L4Q")
ZIP64_LOCATOR = struct.Struct("<4sLQL")
FULL_16 = 0xFFFF
FULL_32 = 0xFFFFFFFF

_LOCAL_SIGNATURE = b"PK\3\4"
_DIRECTORY_SIGNATURE = b"PK\1\2"
_DESCRIPTOR_SIGNATURE = b"PK\7\x08"
_ENCRYPTED = 0x1
_ZIP64_EXTRA = 1
_LONGEST_GAP = 1 << 16
_HEADER_SIGNATURE = re.compile(rb"PK(\x03\x04|\x01\x02)")


@dataclass(frozen=True, slots=True)
class Block:
    """The bytes of one member in the file, to the start of the next: header, data, descriptor.

    Attributes:
        name: the member's, in small letters.
        start: the place of its first byte.
        end: the place after its last.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A zip file taken apart; its pieces, with what stands before the first, are the whole file.

    Attributes:
        blocks: the members by name, as they lie in the file; something can stand before the first.
        entries: the members' entries in the central directory, verbatim, in its order.
        directory_start: the place of the central directory.
        shift: what is added to an offset in the directory to find the place in the file; not
            0 where something stands before the package.
        tail: all after the directory: zip64 records where there are any, end record, comment.
    """

    blocks: Mapping[str, Block]
    entries: Mapping[str, bytes]
    directory_start: int
    shift: int
    tail: bytes


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Archive:
    """An opened package. Its file stays open, so that what is read is what was hashed.

    Attributes:
        path: the file, as the person named it.
        sha256: the SHA-256 of the whole file, as hexadecimal digits.
        stream: the file, open for reading.
        package: the same, as a zip file.
        members: its members in the order of the central directory, by name in small letters
            (part names are the same in capital and small letters).
        layout: where everything lies in the file.
    """

    path: Path
    sha256: str
    stream: BinaryIO = field(repr=False)
    package: zipfile.ZipFile = field(repr=False)
    members: Mapping[str, zipfile.ZipInfo] = field(repr=False)
    layout: Layout = field(repr=False)


def read_layout(
    path: Path, stream: BinaryIO, directory_start: int, members: Mapping[str, zipfile.ZipInfo]
) -> Layout:
    """Take a zip file apart.

    Args:
        path: the file, for the sentence of a refusal.
        stream: the file.
        directory_start: the place of its central directory.
        members: its members in the order of the directory.

    Raises:
        FileProblem: the file holds bytes that belong to nothing, members that overlap or have
            another name in the file than in the directory, or is one of several disks.
    """
    try:
        entries, rest = _entries(_read(stream, directory_start, -1), members)
        shift = directory_start - _directory_offset(rest, len(entries), sum(map(len, entries)))
        blocks = _blocks(stream, members, entries, directory_start)
    except (_BrokenError, struct.error) as error:
        raise damaged(path) from error
    return Layout(blocks, dict(zip(members, entries, strict=True)), directory_start, shift, rest)


def extra_fields(extra: bytes) -> Iterable[tuple[int, int, int]]:
    """The kind, start and end of each extra field of a member, headers of fields included."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        end = min(place + 4 + length, len(extra))
        yield kind, place, end
        place = end


def without_zip64(extra: bytes) -> bytes:
    """The extra fields of a member without the sizes and places of the zip64 form."""
    kept = b""
    last = 0
    for kind, start, end in extra_fields(extra):
        if kind != _ZIP64_EXTRA:
            kept += extra[start:end]
        last = end
    return kept + extra[last:]


def local_header_size(header: bytes) -> int:
    """The size of a member's header in the file, with its name and extra fields."""
    fields = LOCAL_HEADER.unpack_from(header)
    size: int = LOCAL_HEADER.size + fields[9] + fields[10]
    return size


def entry_parts(entry: bytes) -> tuple[bytes, bytes, bytes]:
    """The name, the extra fields and the comment of an entry of the central directory."""
    fields = DIRECTORY_ENTRY.unpack_from(entry)
    extra = DIRECTORY_ENTRY.size + fields[10]
    comment = extra + fields[11]
    return entry[DIRECTORY_ENTRY.size : extra], entry[extra:comment], entry[comment:]


def entry_offset(entry: bytes) -> int:
    """The offset of a member, as its entry in the central directory says it."""
    form, place = _offset_place(entry)
    offset: int = struct.unpack_from(form, entry, place)[0]
    return offset


def with_offset(entry: bytes, offset: int) -> bytes:
    """An entry of the central directory for the same member at another offset."""
    form, place = _offset_place(entry)
    changed = bytearray(entry)
    struct.pack_into(form, changed, place, offset)
    return bytes(changed)


def with_directory(tail: bytes, count: int, size: int, offset: int, moved: int) -> bytes:
    """What stands after a central directory, for another directory, in the same form.

    Args:
        tail: what stood after the old directory.
        count: how many entries the new directory has.
        size: its size in bytes.
        offset: its offset, as the directory counts offsets.
        moved: how far its end moved in the file.
    """
    changed = bytearray(tail)
    end = 0
    if tail.startswith(b"PK\6\6"):
        (length,) = struct.unpack_from("<Q", tail, 4)
        struct.pack_into("<4Q", changed, 24, count, count, size, offset)
        locator = 12 + length
        (record,) = struct.unpack_from("<Q", tail, locator + 8)
        struct.pack_into("<Q", changed, locator + 8, record + moved)
        end = locator + ZIP64_LOCATOR.size
    for form, place, value, full in (
        ("<H", end + 8, count, FULL_16),
        ("<H", end + 10, count, FULL_16),
        ("<L", end + 12, size, FULL_32),
        ("<L", end + 16, offset, FULL_32),
    ):
        # A field with all its bits set says: see the zip64 record.
        if not (end and struct.unpack_from(form, tail, place)[0] == full):
            struct.pack_into(form, changed, place, value)
    return bytes(changed)


class _BrokenError(Exception):
    """The bytes are not those of a sound zip file."""


def _require(holds: object) -> None:
    if not holds:
        raise _BrokenError


def _read(stream: BinaryIO, start: int, length: int) -> bytes:
    stream.seek(start)
    return stream.read(length)


def _entries(directory: bytes, members: Mapping[str, zipfile.ZipInfo]) -> tuple[list[bytes], bytes]:
    """The entries of the central directory and what follows them."""
    entries = []
    place = 0
    for _ in members:
        fields = DIRECTORY_ENTRY.unpack_from(directory, place)
        end = place + DIRECTORY_ENTRY.size + sum(fields[10:13])
        # The disk that the member starts on is the first; in the zip64 form it is said elsewhere.
        _require(fields[0] == _DIRECTORY_SIGNATURE and fields[13] in (0, FULL_16))
        _require(end <= len(directory))
        entries.append(directory[place:end])
        place = end
    return entries, directory[place:]


def _directory_offset(tail: bytes, count: int, size: int) -> int:
    """The offset of the directory, as the end of the file says it; all else there must fit."""
    place = 0
    said = None
    if tail.startswith(b"PK\6\6"):
        record = ZIP64_RECORD.unpack_from(tail)
        _require(record[1] < len(tail))
        locator = ZIP64_LOCATOR.unpack_from(tail, 12 + record[1])
        place = 12 + record[1] + ZIP64_LOCATOR.size
        _require(locator[0] == b"PK\6\7" and locator[1] == 0 and locator[3] <= 1)
        _require(record[4:9] == (0, 0, count, count, size))
        said = record[9]
        _require(locator[2] == said + size)
    end = END_RECORD.unpack_from(tail, place)
    _require(end[0] == b"PK\5\6" and len(tail) == place + END_RECORD.size + end[7])
    expected = (0, 0, count, count, size, end[6] if said is None else said)
    full = (FULL_16, FULL_16, FULL_16, FULL_16, FULL_32, FULL_32)
    for found, wanted, ones in zip(end[1:7], expected, full, strict=True):
        _require(found == wanted or (said is not None and found == ones))
    offset: int = expected[5]
    return offset


def _blocks(
    stream: BinaryIO,
    members: Mapping[str, zipfile.ZipInfo],
    entries: list[bytes],
    directory_start: int,
) -> dict[str, Block]:
    """The members in the order in which they lie in the file."""
    placed = sorted(
        (info.header_offset, name, entry)
        for (name, info), entry in zip(members.items(), entries, strict=True)
    )
    ends = [start for start, _, _ in placed[1:]] + [directory_start]
    first = placed[0][0]
    _require(0 <= first <= _LONGEST_GAP)
    _require(not _HEADER_SIGNATURE.search(_read(stream, 0, first)))
    blocks = {}
    for (start, name, entry), end in zip(placed, ends, strict=True):
        _check_member(stream, members[name], entry, end)
        blocks[name] = Block(name, start, end)
    return blocks


def _check_member(stream: BinaryIO, info: zipfile.ZipInfo, entry: bytes, end: int) -> None:
    """A member's header agrees with the directory, and nothing hides between it and the next."""
    raw = _read(stream, info.header_offset, LOCAL_HEADER.size)
    header = LOCAL_HEADER.unpack(raw)
    name = stream.read(header[9])
    data_end = info.header_offset + local_header_size(raw) + info.compress_size
    _require(header[0] == _LOCAL_SIGNATURE and name == entry_parts(entry)[0])
    _require(header[3] == info.compress_type and not header[2] & _ENCRYPTED)
    _require(0 <= end - data_end <= _LONGEST_GAP)
    if end > data_end:
        gap = _read(stream, data_end, end - data_end)
        if header[2] & SIZES_FOLLOW:
            gap = _without_descriptor(gap, info)
        _require(not _HEADER_SIGNATURE.search(gap))


def _without_descriptor(gap: bytes, info: zipfile.ZipInfo) -> bytes:
    """What follows a member's data, without the checksum and sizes that may stand there."""
    for form in ("<3L", "<L2Q"):
        sizes = struct.pack(form, info.CRC, info.compress_size, info.file_size)
        for descriptor in (_DESCRIPTOR_SIGNATURE + sizes, sizes):
            if gap.startswith(descriptor):
                return gap[len(descriptor) :]
    return gap


def _offset_place(entry: bytes) -> tuple[str, int]:
    """The form and the place of the offset in an entry of the central directory."""
    fields = DIRECTORY_ENTRY.unpack_from(entry)
    name, extra, _ = entry_parts(entry)
    wide = [start for kind, start, _ in extra_fields(extra) if kind == _ZIP64_EXTRA]
    if fields[16] == FULL_32 and wide:
        sizes_before = 8 * (fields[8] == FULL_32) + 8 * (fields[9] == FULL_32)
        return "<Q", DIRECTORY_ENTRY.size + len(name) + wide[0] + 4 + sizes_before
    return "<L", DIRECTORY_ENTRY.size - 4
