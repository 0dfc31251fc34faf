"""Zip files in every form that a workbook's package can have, written byte by byte."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

FULL = 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """One member and the form that it is written in.

    ``descriptor``: what follows the data: nothing, or checksum and sizes with or without their
    signature, in 32 or 64 bits. ``wide``: which fields of the directory are in a zip64 extra
    field: sizes, offset.
    """

    name: str
    content: bytes = b""
    stored: bool = False
    descriptor: str = ""
    wide_local: bool = False
    wide_sizes: bool = False
    wide_offset: bool = False
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    gap: bytes = b""
    time: int = 0x6A3C
    date: int = 0x5D76


@dataclass
class Form:
    members: list[Member]
    directory_order: list[int] | None = None
    prefix: bytes = b""
    shifted: bool = False
    """Whether offsets count from the end of the prefix, not from the start of the file."""
    zip64: bool = False
    all_ones: bool = False
    """Whether the end record of a zip64 file says nothing itself."""
    comment: bytes = b""
    offsets: dict[str, int] = field(default_factory=dict)


def packed(member: Member) -> bytes:
    if member.stored:
        return member.content
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    return press.compress(member.content) + press.flush()


def flags_of(member: Member) -> int:
    return (0 if member.name.isascii() else 0x800) | (8 if member.descriptor else 0) | 6


def local(member: Member) -> bytes:
    data = packed(member)
    checksum, sizes = zlib.crc32(member.content), (len(data), len(member.content))
    shown = (0, 0, 0) if member.descriptor else (checksum, *sizes)
    extra = member.local_extra
    if member.wide_local:
        wide = (0, 0) if member.descriptor else (sizes[1], sizes[0])
        extra = struct.pack("<2H2Q", 1, 16, *wide) + extra
        shown = (shown[0], FULL, FULL)
    name = member.name.encode()
    follows = b""
    if member.descriptor:
        form = "<L2Q" if "64" in member.descriptor else "<3L"
        follows = struct.pack(form, checksum, *sizes)
        if "signed" in member.descriptor:
            follows = b"PK\7\x08" + follows
    header = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 45 if member.wide_local else 20, flags_of(member),
        0 if member.stored else 8, member.time, member.date, *shown, len(name), len(extra),
    )  # fmt: skip
    return header + name + extra + data + follows + member.gap


def entry(member: Member, offset: int) -> bytes:
    data = packed(member)
    sizes, wide = (len(data), len(member.content)), b""
    if member.wide_sizes:
        wide += struct.pack("<2Q", sizes[1], sizes[0])
        sizes = (FULL, FULL)
    if member.wide_offset:
        wide += struct.pack("<Q", offset)
        offset = FULL
    extra = member.extra + (struct.pack("<2H", 1, len(wide)) + wide if wide else b"")
    name = member.name.encode()
    return struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 45 if wide else 20, 45 if wide else 20, flags_of(member),
        0 if member.stored else 8, member.time, member.date, zlib.crc32(member.content), *sizes,
        len(name), len(extra), len(member.comment), 0, 1, 0x20, offset,
    ) + name + extra + member.comment  # fmt: skip


def written(form: Form) -> bytes:
    content = form.prefix
    shift = len(form.prefix) if form.shifted else 0
    entries = []
    for member in form.members:
        form.offsets[member.name] = len(content)
        entries.append(entry(member, len(content) - shift))
        content += local(member)
    order = form.directory_order or range(len(entries))
    directory = b"".join(entries[number] for number in order)
    start, count, size = len(content) - shift, len(entries), len(directory)
    content += directory
    end = (count, count, size, start)
    if form.zip64:
        content += struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *end)
        content += struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
        if form.all_ones:
            end = (0xFFFF, 0xFFFF, FULL, FULL)
    content += struct.pack("<4s2H2H2LH", b"PK\5\6", 0, 0, *end, len(form.comment))
    return content + form.comment
