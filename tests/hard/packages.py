"""Packages compared member by member, as bytes, without the project's own reader."""

from __future__ import annotations

import hashlib
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a zip file: its compressed bytes and what the directory says of it."""

    raw: bytes
    method: int
    checksum: int
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two packages; names as stored.

    Attributes:
        changed: members with other content.
        added: members that are new.
        removed: members that are gone.
        rewritten: members with the same content but other compressed bytes or another method.
        moved: whether the members of both stand in another order.
    """

    changed: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    rewritten: frozenset[str]
    moved: bool


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def members(path: Path) -> dict[str, Member]:
    """The members of a zip file in the order of its directory."""
    found = {}
    with zipfile.ZipFile(path) as package, path.open("rb") as stream:
        for info in package.infolist():
            stream.seek(info.header_offset)
            name_length, extra_length = struct.unpack("<2H", stream.read(30)[26:])
            stream.seek(name_length + extra_length, 1)
            raw = stream.read(info.compress_size)
            found[info.orig_filename] = Member(
                raw, info.compress_type, info.CRC, info.file_size, info.orig_filename
            )
    return found


def compare(before: Path, after: Path) -> Comparison:
    """What differs between two packages."""
    old, new = members(before), members(after)
    both = [name for name in old if name in new]
    changed = {
        name
        for name in both
        if (old[name].checksum, old[name].size) != (new[name].checksum, new[name].size)
    }
    return Comparison(
        frozenset(changed),
        frozenset(new.keys() - old.keys()),
        frozenset(old.keys() - new.keys()),
        frozenset(name for name in both if name not in changed and old[name] != new[name]),
        both != [name for name in new if name in old],
    )


def whole(path: Path) -> bool:
    """Whether a file is a zip file in which every member can be unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            return package.testzip() is None
    except (zipfile.BadZipFile, OSError):
        return False
