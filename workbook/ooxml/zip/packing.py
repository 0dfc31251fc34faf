"""New contents of members, compressed into a package that is being written."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import BinaryIO

from xlpbr.workbook.ooxml.zip.layout import (
    DIRECTORY_ENTRY,
    LOCAL_HEADER,
    SIZES_FOLLOW,
    entry_parts,
    without_zip64,
)
from xlpbr.workbook.ooxml.zip.refusals import LARGEST_PART, MEBIBYTE

PartContent = bytes | Callable[[], Iterable[bytes]]
"""The content of a part: its bytes, or what gives them anew, in pieces, each time it is called."""

LARGE = 32 * MEBIBYTE
"""Of larger contents, what is past this size is packed fast rather than small."""

_UTF8_NAME = 0x800
_DEFLATE_VERSION = 20
_DOS_1980 = 0x21
_SIZES_PLACE = 14


class PartTooLargeError(Exception):
    """A content is larger than a part may be."""


def write_replaced(
    stream: BinaryIO, offset: int, local: bytes, entry: bytes, content: PartContent
) -> bytes:
    """Write a member with a new content; its name, times and attributes stay.

    Args:
        stream: where the member starts now.
        offset: the same place, as the directory counts offsets.
        local: its old header with name and extra fields.
        entry: its old entry in the central directory.
        content: the new content.

    Returns:
        Its new entry in the central directory.

    Raises:
        PartTooLargeError: the content is larger than a part may be.
    """
    name, extra, comment = entry_parts(entry)
    old = LOCAL_HEADER.unpack_from(local)
    local_extra = without_zip64(local[LOCAL_HEADER.size + len(name) :])
    header = LOCAL_HEADER.pack(
        *(old[0], max(old[1], _DEFLATE_VERSION), old[2] & ~SIZES_FOLLOW, zipfile.ZIP_DEFLATED),
        *old[4:6],
        *(0, 0, 0),
        *(len(name), len(local_extra)),
    )
    fields = DIRECTORY_ENTRY.unpack_from(entry)
    packed = _write_packed(stream, header + name + local_extra, content, fields[9])
    extra = without_zip64(extra)
    return (
        DIRECTORY_ENTRY.pack(
            *fields[:2],
            *(max(fields[2], _DEFLATE_VERSION), fields[3] & ~SIZES_FOLLOW, zipfile.ZIP_DEFLATED),
            *fields[5:7],
            *packed,
            *(len(name), len(extra), len(comment), 0),
            *(fields[14], fields[15], offset),
        )
        + name
        + extra
        + comment
    )


def write_new(stream: BinaryIO, offset: int, name: str, content: PartContent) -> bytes:
    """Write a new member, with no time, so that the same contents give the same bytes.

    Returns:
        Its entry in the central directory.

    Raises:
        PartTooLargeError: the content is larger than a part may be.
    """
    raw_name = name.encode()
    flags = 0 if name.isascii() else _UTF8_NAME
    form = (_DEFLATE_VERSION, flags, zipfile.ZIP_DEFLATED, 0, _DOS_1980)
    header = LOCAL_HEADER.pack(b"PK\3\4", *form, *(0, 0, 0), len(raw_name), 0)
    packed = _write_packed(stream, header + raw_name, content, 0)
    places = (len(raw_name), 0, 0, 0, 0, 0, offset)
    return DIRECTORY_ENTRY.pack(b"PK\1\2", _DEFLATE_VERSION, *form, *packed, *places) + raw_name


def _write_packed(
    stream: BinaryIO, header: bytes, content: PartContent, expected_size: int
) -> tuple[int, int, int]:
    """Write a header and a compressed content, then the sizes into the header.

    Returns:
        The checksum, the compressed size and the size.
    """
    checksum = size = packed_size = 0
    chunks = [content] if isinstance(content, bytes) else content()
    fast = (len(content) if isinstance(content, bytes) else expected_size) > LARGE
    press = _press(fast=fast)
    start = stream.tell()
    stream.write(header)
    for chunk in chunks:
        if size > LARGE and not fast:
            fast = True
            # What follows a flush needs nothing that came before, so another level can go on.
            packed_size += stream.write(press.flush(zlib.Z_FULL_FLUSH))
            press = _press(fast=True)
        checksum = zlib.crc32(chunk, checksum)
        size += len(chunk)
        if size > LARGEST_PART:
            raise PartTooLargeError
        packed_size += stream.write(press.compress(chunk))
    packed_size += stream.write(press.flush())
    end = stream.tell()
    stream.seek(start + _SIZES_PLACE)
    stream.write(struct.pack("<3L", checksum, packed_size, size))
    stream.seek(end)
    return checksum, packed_size, size


def _press(*, fast: bool) -> zlib._Compress:
    return zlib.compressobj(1 if fast else 6, zlib.DEFLATED, -zlib.MAX_WBITS)
