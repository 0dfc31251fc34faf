"""The parts of a package that list others, read from it; damaged ones are refused by name."""

from __future__ import annotations

from xlpbr.workbook.ooxml.parts.content_types import ContentTypes, read_content_types
from xlpbr.workbook.ooxml.parts.relationships import (
    Relationship,
    read_relationships,
    relationships_part,
)
from xlpbr.workbook.ooxml.parts.workbook_part import WorkbookPart, read_workbook
from xlpbr.workbook.ooxml.zip.archive import Archive, has_part, read_xml, understood

CONTENT_TYPES = "[Content_Types].xml"


def relationships_of(archive: Archive, part: str) -> tuple[Relationship, ...]:
    """What a part leads to; of the package itself for ``""``.

    Raises:
        FileProblem: the listing is damaged.
    """
    listing = relationships_part(part)
    if not has_part(archive, listing):
        return ()
    with understood(archive, listing):
        return read_relationships(read_xml(archive, listing, "Relationships"))


def content_types_of(archive: Archive) -> ContentTypes:
    """The content types that the package lists.

    Raises:
        FileProblem: the listing is damaged.
    """
    with understood(archive, CONTENT_TYPES):
        return read_content_types(read_xml(archive, CONTENT_TYPES, "Types"))


def workbook_of(archive: Archive, part: str) -> WorkbookPart:
    """What the main part says.

    Raises:
        FileProblem: it is damaged.
    """
    with understood(archive, part):
        return read_workbook(read_xml(archive, part, "workbook"))
