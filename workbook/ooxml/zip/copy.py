"""Copies of a package in which only the members asked for differ.

A member that is not to change is copied as the very bytes that it is in the file, with its header
and what follows its data, so that a copy with nothing changed is the same file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.zip.layout import (
    LOCAL_HEADER,
    Archive,
    Block,
    entry_offset,
    local_header_size,
    with_directory,
    with_offset,
)
from xlpbr.workbook.ooxml.zip.packing import (
    PartContent,
    PartTooLargeError,
    write_new,
    write_replaced,
)
from xlpbr.workbook.ooxml.zip.refusals import (
    LARGEST_TOTAL,
    MEBIBYTE,
    cannot_open,
    changed_since_read,
)

__all__ = ["PartContent", "RawMember", "copy_archive", "raw_member"]


def copy_differs(archive: Archive, where: str) -> FileProblem:
    """The problem of a copy that is not what was meant when it is read again; it is not kept."""
    return FileProblem(
        f"The copy of {archive.path} was not kept, because it differed {where}; "
        "open the workbook in Excel, save it as a new workbook and try again.",
        "check-failed",
    )


@dataclass(frozen=True, slots=True)
class RawMember:
    """A member as it is in a file, to be put back as it was.

    Attributes:
        local: its header, its data and all to the start of the next member, verbatim.
        directory: its entry in the central directory, verbatim.
    """

    local: bytes
    directory: bytes


def raw_member(archive: Archive, name: str) -> RawMember:
    """A member as it is in the file.

    Raises:
        FileProblem: the file cannot be read any more.
        KeyError: there is no such member.
    """
    entry = archive.layout.entries[name.casefold()]
    return RawMember(b"".join(raw_chunks(archive, name)), entry)


def raw_chunks(archive: Archive, name: str) -> Iterator[bytes]:
    """The bytes of ``RawMember.local``, in pieces of 1 MiB."""
    block = archive.layout.blocks[name.casefold()]
    return _file_chunks(archive, block.start, block.end)


def copy_archive(
    archive: Archive,
    replaced: Mapping[str, PartContent],
    target: Path,
    *,
    added: Mapping[str, PartContent] = MappingProxyType({}),
    removed: Collection[str] = (),
    restored: Mapping[str, RawMember] = MappingProxyType({}),
) -> None:
    """Write a copy of the package with some members replaced, added, removed or restored.

    All other members are copied as the bytes that they are, in their order. What was done is
    undone by removing the members that were added and restoring those that were replaced or
    removed: the copy then is the file of before, byte for byte.

    Args:
        archive: the package.
        replaced: new contents of members, by name; each keeps its place, name, times and
            attributes.
        target: the file to write.
        added: contents of new members, by name; they come last, in this order, with no time.
        removed: names of members to leave out.
        restored: members as they were in an earlier state of the same file, by name. One that
            is not in the package goes to the place that it had, if the rest is as it was then,
            or else to the end.

    Raises:
        FileProblem: the package cannot be read any more, or the copy would be larger than a
            package may be.
        ValueError: the names do not fit the package or each other.
    """
    plan = _plan(archive, replaced, added, removed, restored)
    with target.open("wb") as stream:
        copy = _Copy(archive, stream, list(archive.layout.entries))
        try:
            _write_members(copy, plan)
            for name, content in added.items():
                copy.entries[name] = write_new(stream, _offset(copy), name, content)
                copy.order.append(name)
        except PartTooLargeError as error:
            raise _outgrown(archive, "with a part of more than 600 MB") from error
        _write_directory(copy)
        if stream.tell() > LARGEST_TOTAL:
            raise _outgrown(archive, "larger than 1 GB")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What happens to the members, by name in small letters.

    Attributes:
        replaced: new contents.
        removed: what is left out.
        restored: members of an earlier state that take the place of the present ones.
        missing: members of an earlier state that have no place now; empties while they are written.
    """

    replaced: Mapping[str, PartContent]
    removed: Collection[str]
    restored: Mapping[str, RawMember]
    missing: dict[str, RawMember]


@dataclass(slots=True)
class _Copy:
    """A package being written.

    Attributes:
        archive: the package that is copied.
        stream: where the copy goes.
        order: the members of the new central directory, in its order.
        entries: their entries, verbatim.
        last: the member written last.
    """

    archive: Archive
    stream: BinaryIO
    order: list[str]
    entries: dict[str, bytes] = field(default_factory=dict)
    last: str = ""


def _plan(
    archive: Archive,
    replaced: Mapping[str, PartContent],
    added: Mapping[str, PartContent],
    removed: Collection[str],
    restored: Mapping[str, RawMember],
) -> _Plan:
    new = {name.casefold(): content for name, content in replaced.items()}
    out = {name.casefold() for name in removed}
    back = {name.casefold(): member for name, member in restored.items()}
    more = [name.casefold() for name in added]
    unknown = {*new, *out} - archive.members.keys()
    if unknown:
        raise ValueError(f"no members to replace or remove: {', '.join(sorted(unknown))}")
    if new.keys() & out or back.keys() & {*new, *out}:
        raise ValueError("a member can be replaced, removed or restored, one of these only")
    stays = (archive.members.keys() | back.keys()) - out
    if len({*more}) < len(more) or stays & {*more}:
        raise ValueError("a member to be added is there already")
    missing = {name: member for name, member in back.items() if name not in archive.members}
    return _Plan(new, out, back, missing)


def _write_members(copy: _Copy, plan: _Plan) -> None:
    archive = copy.archive
    blocks = tuple(archive.layout.blocks.values())
    copy.stream.writelines(_file_chunks(archive, 0, blocks[0].start))
    for block in blocks:
        _write_missing_here(copy, plan)
        if block.name in plan.removed:
            copy.order.remove(block.name)
        elif block.name in plan.replaced:
            local = b"".join(_file_chunks(archive, block.start, _header_end(archive, block)))
            copy.entries[block.name] = write_replaced(
                copy.stream,
                _offset(copy),
                local,
                archive.layout.entries[block.name],
                plan.replaced[block.name],
            )
            copy.last = block.name
        elif block.name in plan.restored:
            _write_raw(copy, block.name, plan.restored[block.name])
        else:
            _enter(copy, block.name, archive.layout.entries[block.name])
            copy.stream.writelines(_file_chunks(archive, block.start, block.end))
    _write_missing_here(copy, plan)
    for name, member in plan.missing.items():
        _write_raw(copy, name, member)


def _write_missing_here(copy: _Copy, plan: _Plan) -> None:
    """Write the members that stood at this place before they were removed."""
    while True:
        here = _offset(copy)
        at_here = (
            name for name, raw in plan.missing.items() if entry_offset(raw.directory) == here
        )
        name = next(at_here, None)
        if name is None:
            return
        _write_raw(copy, name, plan.missing.pop(name))


def _write_raw(copy: _Copy, name: str, member: RawMember) -> None:
    _enter(copy, name, member.directory)
    copy.stream.write(member.local)


def _write_directory(copy: _Copy) -> None:
    layout = copy.archive.layout
    start = _offset(copy)
    entries = [copy.entries[name] for name in copy.order]
    old_end = layout.directory_start + sum(map(len, layout.entries.values()))
    copy.stream.writelines(entries)
    moved = copy.stream.tell() - old_end
    size = sum(map(len, entries))
    copy.stream.write(with_directory(layout.tail, len(entries), size, start, moved))


def _offset(copy: _Copy) -> int:
    """Where the copy is, as its directory counts offsets."""
    return copy.stream.tell() - copy.archive.layout.shift


def _enter(copy: _Copy, name: str, entry: bytes) -> None:
    """Note a member that starts here under its entry of before."""
    copy.entries[name] = with_offset(entry, _offset(copy))
    if name not in copy.archive.members:
        copy.order.insert(copy.order.index(copy.last) + 1 if copy.last else 0, name)
    copy.last = name


def _header_end(archive: Archive, block: Block) -> int:
    """The place after a member's header, name and extra fields."""
    # The directory gives the name's length, but the extra fields there can be others.
    fixed = b"".join(_file_chunks(archive, block.start, block.start + LOCAL_HEADER.size))
    return block.start + local_header_size(fixed)


def _file_chunks(archive: Archive, start: int, end: int) -> Iterator[bytes]:
    """The bytes of the package's file between two places, in pieces of 1 MiB."""
    while start < end:
        try:
            archive.stream.seek(start)
            chunk = archive.stream.read(min(end - start, MEBIBYTE))
        except OSError as error:
            raise cannot_open(archive.path, error) from error
        if not chunk:
            raise changed_since_read(archive.path)
        start += len(chunk)
        yield chunk


def _outgrown(archive: Archive, how: str) -> FileProblem:
    return FileProblem(
        f"{archive.path} would become a workbook {how}; copy the sheets needed into a new "
        "workbook and give that.",
        "too-large",
    )
