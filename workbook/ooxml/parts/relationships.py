"""The relationships of a part: read, added, taken out, and their targets.

Works on the bytes of one ``.rels`` part.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from xlpbr.workbook.ooxml.xml.escaping import quoteattr
from xlpbr.workbook.ooxml.xml.splice import (
    as_utf8,
    container,
    elements,
    is_new_container,
    local_name,
    refilled,
    spliced,
)
from xlpbr.workbook.ooxml.xml.strict_form import RELATIONSHIPS, STRICT_RELATIONSHIPS

_NAMESPACE = b' xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_NUMBERED = re.compile(r"rid0*([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Relationship:
    """What a part leads to.

    Attributes:
        id: by what the part names it.
        type: what it leads to, as an address whose last word says it.
        target: where, as written.
        external: whether the target is no part of the package.
    """

    id: str
    type: str
    target: str
    external: bool = False

    @property
    def kind(self) -> str:
        """The last word of its type, such as ``worksheet``."""
        return self.type.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class NewRelationship:
    """A relationship that is to be added: its type, its target, and whether it leads outside."""

    type: str
    target: str
    external: bool = False


@dataclass(frozen=True, slots=True)
class ChangedRelationships:
    """A changed part of relationships.

    Attributes:
        data: its new bytes; None when the part is needed no more and goes.
        ids: the ids of the new relationships, in the order in which they were given.
    """

    data: bytes | None
    ids: tuple[str, ...]


def relationship_type(kind: str, *, strict: bool) -> str:
    """The type of a kind such as ``worksheet``, in the strict or the usual form."""
    return f"{STRICT_RELATIONSHIPS if strict else RELATIONSHIPS}/{kind}"


def read_relationships(tree: ET.Element) -> tuple[Relationship, ...]:
    """The relationships that a part lists, in their order.

    Raises:
        ValueError: it lists something else.
    """
    if local_name(tree) != "Relationships":
        raise ValueError(tree.tag)
    return tuple(
        Relationship(
            entry.get("Id", ""),
            entry.get("Type", ""),
            entry.get("Target", ""),
            entry.get("TargetMode") == "External",
        )
        for entry in tree
    )


def with_relationships(
    data: bytes | None,
    add: Sequence[NewRelationship] = (),
    remove_ids: Collection[str] = (),
) -> ChangedRelationships:
    """Add relationships at the end and take others out.

    Taking out what was added gives back the very bytes, and None for a part that was made.

    Args:
        data: the part; None when there is none yet.
        add: what is added; each gets an id that is not in use, capital or small letters.
        remove_ids: the ids of those that go.

    Raises:
        ValueError: no relationship has one of the ids to remove, or the part is in an encoding
            that is not read.
        expat.ExpatError: the part is not well-formed.
    """
    if data is None:
        if remove_ids:
            raise ValueError(f"there are no relationships {sorted(remove_ids)}")
        ids = _free_ids((), len(add))
        entries = b"".join(map(_entry, [b""] * len(add), ids, add))
        new = _DECLARATION + container(b"Relationships", _NAMESPACE, entries)
        return ChangedRelationships(new if add else None, ids)
    text, back = as_utf8(data)
    found = elements(text, "Relationships", "Relationships/Relationship")
    root = found["Relationships"][0]
    listed = found["Relationships/Relationship"]
    known = [entry.attributes.get("Id", "") for entry in listed]
    if not set(remove_ids) <= set(known):
        raise ValueError(f"there are no relationships {sorted(set(remove_ids) - set(known))}")
    removed = [entry for entry in listed if entry.attributes.get("Id", "") in remove_ids]
    ids = _free_ids(known, len(add))
    inner = b"".join(map(_entry, [root.prefix] * len(add), ids, add))
    if not inner and len(removed) == len(listed) and is_new_container(text, root):
        return ChangedRelationships(None, ids)
    return ChangedRelationships(back(spliced(text, refilled(text, root, inner, removed))), ids)


def relationships_part(part: str) -> str:
    """The part that lists the relationships of a part; of the package itself for ``""``."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def resolved_target(part: str, target: str) -> str:
    """The part that a target leads to, seen from a part; a place inside it is left out.

    A target is relative to the folder of its part, or starts with ``/``.
    """
    place = target.partition("#")[0]
    if not place:
        return part
    folder = posixpath.dirname(part)
    return posixpath.normpath(posixpath.join("/", folder, place)).lstrip("/")


def relative_target(part: str, to: str) -> str:
    """The target by which a part leads to another, as Excel writes it: ``../tables/table1.xml``."""
    return posixpath.relpath(f"/{to}", posixpath.dirname(f"/{part}"))


def _free_ids(known: Sequence[str], count: int) -> tuple[str, ...]:
    numbers = [
        int(match[1]) for match in map(_NUMBERED.fullmatch, map(str.casefold, known)) if match
    ]
    last = max(numbers, default=0)
    return tuple(f"rId{last + number}" for number in range(1, count + 1))


def _entry(prefix: bytes, known_as: str, new: NewRelationship) -> bytes:
    text = f" Id={quoteattr(known_as)} Type={quoteattr(new.type)} Target={quoteattr(new.target)}"
    outside = ' TargetMode="External"' if new.external else ""
    return b"<%bRelationship%b/>" % (prefix, (text + outside).encode())
