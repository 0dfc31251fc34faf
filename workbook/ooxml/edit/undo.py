"""The record of an attachment in a package: kept when sheets are attached, used to undo it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from xml.parsers import expat

from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.beside import PACKAGE
from xlpbr.workbook.ooxml.edit.draft import Draft, leads_to
from xlpbr.workbook.ooxml.edit.items import CustomItem, add_item
from xlpbr.workbook.ooxml.parts.listing_parts import CONTENT_TYPES, inner_parts, relationships_of
from xlpbr.workbook.ooxml.parts.metadata_merge import cell_marks
from xlpbr.workbook.ooxml.parts.relationships import (
    relationships_part,
    resolved_target,
)
from xlpbr.workbook.ooxml.parts.undo_record import (
    ITEM_TYPE,
    KeptPart,
    UndoRecord,
    content_hash,
    item_properties,
    read_record,
    record_of,
    record_part,
)
from xlpbr.workbook.ooxml.xml.splice import as_utf8, elements
from xlpbr.workbook.ooxml.zip.archive import (
    has_part,
    part_chunks,
    read_part,
    read_tree,
    run_parser,
    understood,
)
from xlpbr.workbook.ooxml.zip.copy import RawMember, raw_member
from xlpbr.workbook.ooxml.zip.layout import local_header_size

_READ_BY_DETACH = ("sharedStrings", "calcChain")
"""The parts that an attachment leaves as they are, and that taking it out reads."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """What the records of a workbook say: one, or several of attachments one after another.

    Attributes:
        places: the part of each and the relationship that leads to it.
        undo: what is needed to give the workbook back as it was before the first of them.
    """

    places: tuple[tuple[str, str], ...]
    undo: UndoRecord


def refuse_what_detach_could_not_read(book: Book) -> None:
    """Read the parts that only taking the sheets out again looks into.

    Otherwise a book with a damaged one would take an attachment and never give it back.

    Raises:
        FileProblem: one of them is damaged, or declares a document type.
    """
    archive = book.archive
    for info in archive.members.values():
        if info.filename.casefold().endswith(".rels"):
            read_tree(archive, info.filename)
    for entry, part in inner_parts(archive, book.part):
        if not has_part(archive, part):
            continue
        if entry.kind == ITEM_TYPE:
            read_tree(archive, part)
        elif entry.kind in _READ_BY_DETACH:
            run_parser(archive, part, expat.ParserCreate())


def reserve_record(draft: Draft) -> None:
    """Make room for the record, so that the parts that list all others list it too."""
    refuse_what_detach_could_not_read(draft.book)
    add_item(draft, CustomItem(draft.program.record, b""))


def keep_record(draft: Draft) -> None:
    """Fill in the record, once the draft says what every other part becomes."""
    archive = draft.book.archive
    item = next(
        name
        for name, content in draft.added.items()
        if name.startswith("customXml/item") and content == b""
    )
    own = {"customXml", "customXml/_rels"}
    of_sheets = {part for _, part, _ in draft.sheets}
    made = {
        name: content
        for name, content in draft.added.items()
        # The parts of the sheets go with the sheets, and the record's own with the record.
        if name.rpartition("/")[0] not in own
        and name in {*draft.leads, *draft.beside}
        and name not in of_sheets
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
    properties = item.replace("/item", "/itemProps")
    program = draft.program
    draft.added[item] = record_part(undo, program.record, program.name, program.version)
    draft.added[properties] = item_properties(program.record, undo.file_before)


def record_in(book: Book, namespace: str) -> FoundRecord | None:
    """The record of the attachments in a workbook; None where there is none.

    Args:
        book: the workbook.
        namespace: the namespace of such records.
    """
    places, records = [], []
    for entry, part in inner_parts(book.archive, book.part):
        if entry.kind != ITEM_TYPE or not has_part(book.archive, part):
            continue
        with understood(book.archive, part):
            found = read_record(read_tree(book.archive, part), namespace)
        if found is not None:
            places.append((part, entry.id))
            records.append(found)
    if not records:
        return None
    # What leads to a new record is added at the end.
    return FoundRecord(tuple(places), _one_after_another(records[::-1], _lists(book)))


def _one_after_another(records: Sequence[UndoRecord], lists: Collection[str]) -> UndoRecord:
    """One record of several, the newest first: what undoes them all.

    A part that was changed between two attachments stays as it is, and the parts that list all
    others with it.
    """
    parts: dict[str, KeptPart] = {}
    broken: set[str] = set()
    for record in records:
        for older in record.parts:
            name = older.name.casefold()
            newer = parts.get(name)
            if newer is None:
                parts[name] = older
            elif newer.before and content_hash(_content(newer.before)) == older.after:
                parts[name] = KeptPart(newer.name, newer.after, older.before)
            else:
                broken |= {name, *lists}
    kept = tuple(part for name, part in parts.items() if name not in broken)
    return UndoRecord(records[-1].file_before, kept)


def _content(member: RawMember) -> bytes:
    """What a member holds."""
    method, size = struct.unpack_from("<10xH8xI", member.directory)
    data = member.local[local_header_size(member.local) :]
    return data[:size] if method == 0 else zlib.decompressobj(-zlib.MAX_WBITS).decompress(data)


def _lists(book: Book) -> set[str]:
    """The parts that list all others, in small letters."""
    return {name.casefold() for name in (book.part, relationships_part(book.part), CONTENT_TYPES)}


def take_out_record(draft: Draft, record: FoundRecord) -> None:
    """Take out the records and what belongs to them."""
    archive = draft.book.archive
    for part, relationship_id in record.places:
        draft.removed.add(part)
        draft.leads_no_more.add(relationship_id)
        listing = relationships_part(part)
        if has_part(archive, listing):
            draft.removed.add(listing)
            for entry in relationships_of(archive, part):
                draft.removed.add(resolved_target(part, entry.target))


def give_back(draft: Draft, record: FoundRecord) -> None:
    """Put back the parts that the attachment changed and nobody has changed since.

    The parts that list all others are put back together or not at all, and with them go the
    parts that the attachment made. The metadata stay where cells have come to need them.
    """
    archive = draft.book.archive
    unchanged = {
        part.name.casefold(): part
        for part in record.undo.parts
        if has_part(archive, part.name)
        and content_hash(read_part(archive, part.name)) == part.after
    }
    metadata = (leads_to(draft.book, "sheetMetadata") or "").casefold()
    if metadata in unchanged and _highest_mark(draft) > _marks(unchanged[metadata].before):
        del unchanged[metadata]
    lists = _lists(draft.book)
    if any(part.name.casefold() == PACKAGE for part in record.undo.parts):
        lists.add(PACKAGE)
    made = [part for part in record.undo.parts if part.before is None]
    together = lists <= set(unchanged) and all(part.name.casefold() in unchanged for part in made)
    for name, part in unchanged.items():
        if part.before is not None and (together or name not in lists):
            draft.restored[part.name] = part.before
            for known in [known for known in draft.replaced if known.casefold() == name]:
                del draft.replaced[known]
    if together:
        draft.removed |= {part.name for part in made}


def _marks(metadata: RawMember | None) -> int:
    """How many marks for cells a metadata part holds."""
    if metadata is None:
        return 0
    path = "metadata/cellMetadata/bk"
    return len(elements(as_utf8(_content(metadata))[0], path)[path])


def _highest_mark(draft: Draft) -> int:
    """The highest mark that a cell of a sheet that stays has; 0 where none has one."""
    removed = {part.casefold() for part in draft.removed}
    highest = 0
    for sheet in draft.book.sheets:
        if sheet.part.casefold() not in removed:
            chunks = part_chunks(draft.book.archive, sheet.part)
            marks = cell_marks(chunk.replace(b"\0", b"") for chunk in chunks)
            highest = max([highest, *marks])
    return highest
