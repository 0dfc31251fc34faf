"""The parts that sheets lead to (tables, charts, pictures, comments), for another book.

They get names, and tables numbers, that are free in that book.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import splitext

from xlpbr.workbook.ooxml.parts.content_types import ContentTypes, content_type_of
from xlpbr.workbook.ooxml.parts.listing_parts import content_types_of, relationships_of
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    Relationship,
    relationship_type,
    relationships_part,
    relative_target,
    resolved_target,
    with_relationships,
)
from xlpbr.workbook.ooxml.xml.splice import as_utf8, elements
from xlpbr.workbook.ooxml.xml.strict_form import strict_form
from xlpbr.workbook.ooxml.zip.archive import Archive, has_part, read_part, read_xml, understood

_NAMES = {
    "worksheet": "xl/worksheets/sheet{}",
    "table": "xl/tables/table{}",
    "drawing": "xl/drawings/drawing{}",
    "vmlDrawing": "xl/drawings/vmlDrawing{}",
    "comments": "xl/comments{}",
    "chart": "xl/charts/chart{}",
    "image": "xl/media/image{}",
}
"""The kinds of parts that can be carried, and what they are called, without the ending."""

_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_NUMBERED = {
    f"{_KIND}table+xml": ("table", "table"),
    f"{_KIND}tableSingleCells+xml": ("singleXmlCells", "singleXmlCells/singleXmlCell"),
}
"""By content type, the first element of a part and the path to what is numbered with the tables:
cells that are mapped to an XML schema are too."""

Rewrite = Callable[[str, str, bytes], bytes]
"""Gives the new bytes of a part from its kind, its name in the other workbook and its bytes."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """What is carried from one package to another, while it goes on.

    Attributes:
        made: the package that XlsxWriter wrote.
        types: its content types.
        taken: names of parts that are not free, in small letters; grows.
        strict: whether the book is in the strict form.
        rewrite: changes the bytes of parts.
        parts: the new parts; grows.
        content_types: the content types of the new parts; grows.
        names: the new names by the old ones; grows.
    """

    made: Archive
    types: ContentTypes
    taken: set[str]
    strict: bool
    rewrite: Rewrite
    parts: dict[str, bytes] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def carry(carrier: Carrier, kind: str, part: str) -> str:
    """Carry a part and all that it leads to.

    Returns:
        Its name in the book.

    Raises:
        ValueError: something of a kind that cannot be carried.
        FileProblem: the other workbook is damaged.
    """
    if part in carrier.names:
        return carrier.names[part]
    new = free_name(carrier.taken, _NAMES[kind], splitext(part)[1])
    carrier.names[part] = new
    carrier.content_types[new] = content_type_of(carrier.types, part)
    data = carrier.rewrite(kind, part, read_part(carrier.made, part))
    if carrier.strict and new.endswith(".xml"):
        data = strict_form(data)
    carrier.parts[new] = data
    listing = relationships_part(part)
    if has_part(carrier.made, listing):
        # The listing stands behind its part, before what it leads to.
        carrier.parts[relationships_part(new)] = b""
        carrier.parts[relationships_part(new)] = _relationships(carrier, part, new)
    return new


def free_name(taken: set[str], pattern: str, ending: str) -> str:
    """A part's name that no other part has, and is taken from now on."""
    number = 1
    while (name := pattern.format(number) + ending).casefold() in taken:
        number += 1
    taken.add(name.casefold())
    return name


def used_table_ids(archive: Archive) -> set[int]:
    """The numbers by which a package tells its tables apart, as far as they are in use.

    Raises:
        FileProblem: a part with a table is damaged.
    """
    types = content_types_of(archive)
    found: set[int] = set()
    for name in archive.members:
        root, path = _NUMBERED.get(content_type_of(types, name), ("", ""))
        if root:
            data = read_xml(archive, name, root)
            with understood(archive, name):
                numbered = elements(as_utf8(data)[0], path)[path]
                found |= {int(element.attributes.get("id", "0")) for element in numbered}
    return found


def _relationships(carrier: Carrier, part: str, new: str) -> bytes:
    entries = relationships_of(carrier.made, part)
    added = [_carried(carrier, part, new, entry) for entry in entries]
    changed = with_relationships(None, added)
    # The part names them by their ids, and these must not change.
    if changed.data is None or changed.ids != tuple(entry.id for entry in entries):
        raise ValueError(f"relationships of {part} that XlsxWriter did not write")
    return changed.data


def _carried(carrier: Carrier, part: str, new: str, entry: Relationship) -> NewRelationship:
    kind = relationship_type(entry.kind, strict=carrier.strict)
    if entry.external and entry.kind in {"hyperlink", "image"}:
        return NewRelationship(kind, entry.target, external=True)
    if entry.kind == "hyperlink" and entry.target.startswith("#"):
        return NewRelationship(kind, entry.target)
    if entry.external or entry.kind not in _NAMES or entry.kind == "worksheet":
        raise ValueError(f"{part} leads to something of the kind {entry.kind}")
    target = carry(carrier, entry.kind, resolved_target(part, entry.target))
    return NewRelationship(kind, relative_target(new, target))
