"""The parts of a package that list others, read from it, and which parts lead to which.

Damaged ones are refused by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from xlpbr.workbook.ooxml.parts.content_types import ContentTypes, read_content_types
from xlpbr.workbook.ooxml.parts.relationships import (
    Relationship,
    read_relationships,
    relationships_part,
    resolved_target,
)
from xlpbr.workbook.ooxml.xml.splice import as_utf8
from xlpbr.workbook.ooxml.zip.archive import (
    Archive,
    has_part,
    read_part,
    read_xml,
    tree_of,
    understood,
)

CONTENT_TYPES = "[Content_Types].xml"


def relationships_of(archive: Archive, part: str) -> tuple[Relationship, ...]:
    """What a part leads to; of the package itself for ``""``.

    Raises:
        FileProblem: the listing is damaged.
    """
    listing = relationships_part(part)
    if not has_part(archive, listing):
        return ()
    data = read_part(archive, listing)
    tree = tree_of(archive, listing, data)
    with understood(archive, listing):
        as_utf8(data)  # an edit could not give another encoding back
        return read_relationships(tree)


def inner_parts(archive: Archive, part: str) -> Iterator[tuple[Relationship, str]]:
    """The parts of the package to which a part leads, each with what leads to it.

    Raises:
        FileProblem: the listing is damaged.
    """
    for entry in relationships_of(archive, part):
        if not entry.external:
            yield entry, resolved_target(part, entry.target)


def parts_of_kind(archive: Archive, part: str, kind: str) -> Iterator[str]:
    """The parts of a kind, such as ``calcChain``, to which a part leads."""
    return (target for entry, target in inner_parts(archive, part) if entry.kind == kind)


def content_types_of(archive: Archive) -> ContentTypes:
    """The content types that the package lists.

    Raises:
        FileProblem: the listing is damaged.
    """
    with understood(archive, CONTENT_TYPES):
        return read_content_types(read_xml(archive, CONTENT_TYPES, "Types"))


def reachable(archive: Archive, roots: Sequence[str], without: Collection[str] = ()) -> set[str]:
    """The parts to which some parts lead, directly or not, themselves included.

    Args:
        archive: the package.
        roots: names of parts; ``""`` is the package itself.
        without: parts through which no way leads.

    Returns:
        Names in small letters.
    """
    left_out = {part.casefold() for part in without}
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        part = waiting.pop()
        name = part.casefold()
        if name in found or name in left_out:
            continue
        found.add(name)
        waiting += [target for _, target in inner_parts(archive, part) if has_part(archive, target)]
    return found


def reachable_only(archive: Archive, roots: Sequence[str]) -> set[str]:
    """The parts to which nothing but some parts leads, themselves included; in small letters."""
    return reachable(archive, roots) - reachable(archive, [""], without=roots)
