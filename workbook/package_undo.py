"""The record of an attachment in a package: kept when sheets are attached, used to undo it.

Imports the draft, ``undo_record`` and the modules beneath them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlpbr.workbook.book import Book
from xlpbr.workbook.package_draft import Draft, lead_to
from xlpbr.workbook.parts.archive import has_part, part_chunks, read_part, read_tree, understood
from xlpbr.workbook.parts.archive_copy import raw_member
from xlpbr.workbook.parts.listing_parts import CONTENT_TYPES, relationships_of
from xlpbr.workbook.parts.relationships import (
    NewRelationship,
    relationship_type,
    relationships_part,
    resolved_target,
    with_relationships,
)
from xlpbr.workbook.parts.undo_record import (
    ITEM_TYPE,
    PROPERTIES_CONTENT_TYPE,
    PROPERTIES_TYPE,
    UndoRecord,
    content_hash,
    properties_part,
    read_record,
    record_of,
    record_part,
)

_CELL_MARK = b' cm="'


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record in a workbook: its part, the relationship that leads to it, and what it says."""

    part: str
    relationship_id: str
    undo: UndoRecord


def reserve_record(draft: Draft) -> None:
    """Make room for the record, so that the parts that list all others list it too."""
    number = 1
    while has_part(draft.book.archive, f"customXml/item{number}.xml"):
        number += 1
    item = f"customXml/item{number}.xml"
    properties = f"customXml/itemProps{number}.xml"
    leading = NewRelationship(
        relationship_type(PROPERTIES_TYPE, strict=draft.workbook.strict), f"itemProps{number}.xml"
    )
    draft.added[item] = b""
    draft.added[relationships_part(item)] = with_relationships(None, [leading]).data or b""
    draft.added[properties] = b""
    draft.types[item] = "application/xml"
    draft.types[properties] = PROPERTIES_CONTENT_TYPE
    lead_to(draft, item, ITEM_TYPE)


def keep_record(draft: Draft) -> None:
    """Fill in the record, once the draft says what every other part becomes."""
    archive = draft.book.archive
    item = next(name for name in draft.added if name.startswith("customXml/item"))
    own = {"customXml", "customXml/_rels"}
    made = {
        name: content
        for name, content in draft.added.items()
        # The parts of the sheets go with the sheets, and the record's own with the record.
        if name.rpartition("/")[0] not in own and name in _shared(draft)
    }
    after = {
        name: content
        for name, content in {**draft.replaced, **made}.items()
        if isinstance(content, bytes)
    }
    before = {
        name: raw_member(archive, name) if has_part(archive, name) else None for name in after
    }
    undo = record_of(draft.book.sha256, before, after)
    properties = next(name for name in draft.added if name.startswith("customXml/itemProps"))
    draft.added[item] = record_part(undo)
    draft.added[properties] = properties_part(undo)


def _shared(draft: Draft) -> set[str]:
    """The new parts that are no sheet's own: those to which the main part leads."""
    sheets = {part for _, part, _ in draft.sheets}
    return set(draft.leads) - sheets


def record_in(book: Book) -> FoundRecord | None:
    """The record of an attachment in a workbook; None where there is none."""
    for entry in relationships_of(book.archive, book.part):
        part = resolved_target(book.part, entry.target)
        if entry.kind != ITEM_TYPE or entry.external or not has_part(book.archive, part):
            continue
        with understood(book.archive, part):
            found = read_record([(part, read_tree(book.archive, part))])
        if found is not None:
            return FoundRecord(part, entry.id, found[1])
    return None


def take_out_record(draft: Draft, record: FoundRecord) -> None:
    """Take out the record and what belongs to it."""
    archive = draft.book.archive
    draft.removed.add(record.part)
    draft.leads_no_more.add(record.relationship_id)
    listing = relationships_part(record.part)
    if has_part(archive, listing):
        draft.removed.add(listing)
        for entry in relationships_of(archive, record.part):
            draft.removed.add(resolved_target(record.part, entry.target))


def give_back(draft: Draft, record: FoundRecord) -> None:
    """Put back the parts that the attachment changed and nobody has changed since.

    The parts that list all others are put back together or not at all, and with them go the
    parts that the attachment made, unless something else has come to need them.
    """
    archive = draft.book.archive
    unchanged = {
        part.name.casefold(): part
        for part in record.undo.parts
        if has_part(archive, part.name)
        and content_hash(read_part(archive, part.name)) == part.after
    }
    lists = {
        name.casefold()
        for name in (draft.book.part, relationships_part(draft.book.part), CONTENT_TYPES)
    }
    made = [part for part in record.undo.parts if part.before is None]
    together = (
        lists <= set(unchanged)
        and all(part.name.casefold() in unchanged for part in made)
        and not (made and any(_marked_cells(draft)))
    )
    for name, part in unchanged.items():
        if part.before is not None and (together or name not in lists):
            draft.restored[part.name] = part.before
            for known in [known for known in draft.replaced if known.casefold() == name]:
                del draft.replaced[known]
    if together:
        draft.removed |= {part.name for part in made}


def _marked_cells(draft: Draft) -> Iterator[bool]:
    """For each sheet that stays, whether a cell of it needs the metadata of the book."""
    removed = {part.casefold() for part in draft.removed}
    for sheet in draft.book.sheets:
        if sheet.part.casefold() not in removed:
            before = b""
            for chunk in part_chunks(draft.book.archive, sheet.part):
                yield _CELL_MARK in before + chunk.replace(b"\0", b"")
                before = chunk[-len(_CELL_MARK) :]
