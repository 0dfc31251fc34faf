"""Custom XML parts of a workbook: a kind of part that Excel keeps when it saves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.draft import Draft, lead_to
from xlpbr.workbook.ooxml.parts.listing_parts import inner_parts
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    relationship_type,
    relationships_part,
    with_relationships,
)
from xlpbr.workbook.ooxml.parts.undo_record import (
    ITEM_TYPE,
    PROPERTIES_CONTENT_TYPE,
    PROPERTIES_TYPE,
    content_hash,
    item_properties,
)
from xlpbr.workbook.ooxml.zip.archive import has_part, read_tree


@dataclass(frozen=True, slots=True)
class CustomItem:
    """What a new custom XML part holds.

    Attributes:
        namespace: of its root element.
        content: the part, in UTF-8.
    """

    namespace: str
    content: bytes


def add_item(draft: Draft, item: CustomItem) -> str:
    """Add a custom XML part with the part of properties that Excel writes beside it.

    Returns:
        The name of the part.
    """
    there = {*draft.book.archive.members, *(name.casefold() for name in draft.added)}
    number = 1
    while f"customxml/item{number}.xml" in there or f"customxml/itemprops{number}.xml" in there:
        number += 1
    part, properties = f"customXml/item{number}.xml", f"customXml/itemProps{number}.xml"
    kind = relationship_type(PROPERTIES_TYPE, strict=draft.book.workbook.strict)
    leading = NewRelationship(kind, f"itemProps{number}.xml")
    draft.added[part] = item.content
    draft.added[relationships_part(part)] = with_relationships(None, [leading]).data or b""
    draft.added[properties] = item_properties(item.namespace, content_hash(item.content))
    draft.types[part] = "application/xml"
    draft.types[properties] = PROPERTIES_CONTENT_TYPE
    lead_to(draft, part, ITEM_TYPE)
    return part


def items_in(book: Book, tag: str) -> Iterator[ET.Element]:
    """The root elements of a tag, with its namespace in braces, in a book's custom XML parts."""
    for entry, part in inner_parts(book.archive, book.part):
        if entry.kind == ITEM_TYPE and has_part(book.archive, part):
            tree = read_tree(book.archive, part)
            if tree.tag == tag:
                yield tree
