"""Parts beside the workbook: those to which the package itself leads, and not its main part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xlpbr.workbook.ooxml.edit.draft import Draft, present, put
from xlpbr.workbook.ooxml.parts.listing_parts import relationships_of
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    relationships_part,
    resolved_target,
    with_relationships,
)
from xlpbr.workbook.ooxml.zip.archive import has_part

PACKAGE = relationships_part("")
"""The part that lists what the package itself leads to."""


@dataclass(frozen=True, slots=True)
class PartsBeside:
    """New parts beside the workbook.

    Attributes:
        contents: by name, what each holds.
        types: by name, their content types, where the ending does not say it.
        lead: how the package leads to the first of them.
    """

    contents: Mapping[str, bytes]
    types: Mapping[str, str]
    lead: NewRelationship


def add_beside(draft: Draft, parts: PartsBeside) -> None:
    """Add parts beside the workbook."""
    for name, content in parts.contents.items():
        put(draft, name, content)
    draft.beside |= set(parts.contents)
    draft.types.update(parts.types)
    put(draft, PACKAGE, with_relationships(present(draft, PACKAGE), [parts.lead]).data)


def take_out_beside(draft: Draft, parts: Collection[str]) -> None:
    """Take out parts beside the workbook, and what leads from the package to them.

    Args:
        draft: the draft.
        parts: their names; what they lead to is among them.
    """
    archive = draft.book.archive
    going = {part.casefold() for part in parts if has_part(archive, part)}
    ids = {
        entry.id
        for entry in relationships_of(archive, "")
        if not entry.external and resolved_target("", entry.target).casefold() in going
    }
    if ids:
        put(draft, PACKAGE, with_relationships(present(draft, PACKAGE), (), ids).data)
    for part in parts:
        if has_part(archive, part):
            draft.removed.add(part)
