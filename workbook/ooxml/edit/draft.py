"""What an edit makes of the parts of a package, worked out before anything is written.

Each function puts into a draft what one kind of change does to the parts; ``finish`` then works out
the parts that list all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.program import Program
from xlpbr.workbook.ooxml.parts.calc_chain import ChainCell, with_calc_chain
from xlpbr.workbook.ooxml.parts.content_types import with_content_types
from xlpbr.workbook.ooxml.parts.listing_parts import (
    CONTENT_TYPES,
    parts_of_kind,
    reachable_only,
    relationships_of,
)
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    relationship_type,
    relationships_part,
    relative_target,
    resolved_target,
    with_relationships,
)
from xlpbr.workbook.ooxml.parts.workbook_edit import (
    WorkbookChanges,
    new_sheet_ids,
    with_changes,
)
from xlpbr.workbook.ooxml.parts.workbook_part import DefinedName, ListedSheet
from xlpbr.workbook.ooxml.zip.archive import has_part, read_part, read_xml, understood
from xlpbr.workbook.ooxml.zip.copy import PartContent, RawMember

_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


@dataclass(slots=True)
class Draft:
    """The parts of a package as an edit will leave them; it grows while the edit is worked out.

    Attributes:
        book: the workbook as it is.
        program: the program that edits it.
        replaced: new contents of parts that are there.
        added: contents of new parts.
        removed: parts that go.
        restored: members that are put back as they were in an earlier state.
        types: content types of new parts.
        leads: the new relationships of the main part, by the part that each leads to.
        leads_no_more: relationships of the main part that go.
        sheets: name, part and state of each new sheet.
        sheets_no_more: the relationship ids of sheets that go.
        names: new defined names.
        names_no_more: names that go, each with the sheet that alone knows it or None.
    """

    book: Book
    program: Program
    replaced: dict[str, PartContent] = field(default_factory=dict)
    added: dict[str, PartContent] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    restored: dict[str, RawMember] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    leads: dict[str, NewRelationship] = field(default_factory=dict)
    leads_no_more: set[str] = field(default_factory=set)
    sheets: list[tuple[str, str, str]] = field(default_factory=list)
    sheets_no_more: set[str] = field(default_factory=set)
    names: list[DefinedName] = field(default_factory=list)
    names_no_more: set[tuple[str, str | None]] = field(default_factory=set)


def start_draft(book: Book, program: Program) -> Draft:
    """A draft in which a program has changed nothing yet."""
    return Draft(book, program)


def present(draft: Draft, part: str) -> bytes | None:
    """What a part holds so far in the draft; None where there is none."""
    for contents in (draft.replaced, draft.added):
        content = contents.get(part)
        if isinstance(content, bytes):
            return content
    return read_part(draft.book.archive, part) if has_part(draft.book.archive, part) else None


def put(draft: Draft, part: str, content: bytes | None) -> None:
    """Give a part another content; None takes it away."""
    there = has_part(draft.book.archive, part)
    if content is None:
        draft.added.pop(part, None)
        if there:
            draft.removed.add(part)
    elif there:
        draft.replaced[part] = content
    else:
        draft.added[part] = content


def add_part(draft: Draft, part: str, content: bytes, content_type: str, kind: str) -> None:
    """Add a part to which the workbook's main part leads."""
    draft.added[part] = content
    draft.types[part] = content_type
    lead_to(draft, part, kind)


def lead_to(draft: Draft, part: str, kind: str) -> None:
    """Let the workbook's main part lead to a part."""
    type_ = relationship_type(kind, strict=draft.book.workbook.strict)
    draft.leads[part] = NewRelationship(type_, relative_target(draft.book.part, part))


def take_out_sheets(draft: Draft, sheets: Sequence[ListedSheet]) -> None:
    """Take out sheets with all parts to which nothing else leads."""
    archive = draft.book.archive
    gone = {sheet.relationship_id for sheet in sheets}
    draft.sheets_no_more |= gone
    draft.leads_no_more |= gone
    roots = [
        resolved_target(draft.book.part, entry.target)
        for entry in relationships_of(archive, draft.book.part)
        if entry.id in gone
    ]
    for part in reachable_only(archive, roots):
        draft.removed.add(part)
        if has_part(archive, relationships_part(part)):
            draft.removed.add(relationships_part(part))


def leads_to(book: Book, kind: str) -> str | None:
    """The part of a kind, such as ``calcChain``, to which the main part leads."""
    part = next(parts_of_kind(book.archive, book.part, kind), None)
    return part if part is not None and has_part(book.archive, part) else None


def change_chain(
    draft: Draft,
    removed: Sequence[ChainCell] = (),
    *,
    arrays: Sequence[ChainCell] = (),
    plain: Sequence[ChainCell] = (),
) -> None:
    """Keep the order of calculation right: Excel offers a repair for an entry that is wrong.

    Args:
        draft: the draft.
        removed: cells that had a formula and have none now.
        arrays: cells whose formula is an array formula now and was none.
        plain: cells whose formula was an array formula and is none now.
    """
    part = leads_to(draft.book, "calcChain")
    if part is None or not (removed or arrays or plain):
        return
    before = read_xml(draft.book.archive, part, "calcChain")
    with understood(draft.book.archive, part):
        content = with_calc_chain(before, removed, arrays=arrays, plain=plain)
    if content is None:
        drop_chain(draft)
    elif content != before:
        put(draft, part, content)


def drop_chain(draft: Draft) -> None:
    """Take the order of calculation out; Excel makes a new one when it calculates."""
    part = leads_to(draft.book, "calcChain")
    if part is None:
        return
    put(draft, part, None)
    draft.leads_no_more |= {
        entry.id
        for entry in relationships_of(draft.book.archive, draft.book.part)
        if entry.kind == "calcChain"
    }


def finish(draft: Draft) -> None:
    """Work out the main part, its relationships and the content types, once all else is known."""
    archive = draft.book.archive
    ids: dict[str, str] = {}
    if draft.leads or draft.leads_no_more:
        listing = relationships_part(draft.book.part)
        changed = with_relationships(
            present(draft, listing), list(draft.leads.values()), draft.leads_no_more
        )
        ids = dict(zip(draft.leads, changed.ids, strict=True))
        put(draft, listing, changed.data)
    numbers = new_sheet_ids(draft.book.workbook, len(draft.sheets))
    changes = WorkbookChanges(
        add_sheets=tuple(
            ListedSheet(name, number, ids[part], state)
            for (name, part, state), number in zip(draft.sheets, numbers, strict=True)
        ),
        remove_sheets=frozenset(draft.sheets_no_more),
        add_names=tuple(draft.names),
        remove_names=frozenset(draft.names_no_more),
    )
    if changes != WorkbookChanges():
        data = present(draft, draft.book.part) or b""
        with understood(archive, draft.book.part):
            put(draft, draft.book.part, with_changes(data, changes))
    for part in draft.added:
        # Some packages have no type for all parts of this ending.
        if part.endswith(".rels"):
            draft.types.setdefault(part, _RELATIONSHIPS_TYPE)
    if draft.types or draft.removed:
        data = read_xml(archive, CONTENT_TYPES, "Types")
        put(draft, CONTENT_TYPES, with_content_types(data, draft.types, draft.removed))
