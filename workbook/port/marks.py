"""The marks of a port in a package: put in, taken out, and what is kept to undo them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xlpbr.udfs.calc.functions import CELLS_FUNCTION
from xlpbr.workbook.calculate.formula_reads import Place
from xlpbr.workbook.ooxml.addresses import Position
from xlpbr.workbook.ooxml.book import Book, SheetInfo, parts_with_formulas
from xlpbr.workbook.ooxml.edit.draft import Draft, add_part, change_chain, leads_to, put
from xlpbr.workbook.ooxml.edit.undo import FoundRecord, reserve_record, take_out_record
from xlpbr.workbook.ooxml.parts.calc_chain import ChainCell
from xlpbr.workbook.ooxml.parts.listing_parts import relationships_of
from xlpbr.workbook.ooxml.parts.metadata_merge import cell_marks, dynamic_array_mark
from xlpbr.workbook.ooxml.parts.relationships import resolved_target
from xlpbr.workbook.ooxml.parts.undo_record import ITEM_TYPE, UndoRecord, content_hash
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.xml.splice import Splice, as_utf8, elements
from xlpbr.workbook.ooxml.zip.archive import has_part, read_tree, read_xml, understood
from xlpbr.workbook.port.array_marks import ported_mark, with_ported_mark, without_ported_mark
from xlpbr.workbook.port.host_names import Rewritten, rewritten
from xlpbr.workbook.port.record import (
    PortRecord,
    properties_content,
    read_port_record,
    record_content,
)
from xlpbr.workbook.port.sheets import (
    Marking,
    SheetCalls,
    formulas_without_mark,
    mark_cells,
    read_calls,
    unmark_cells,
)
from xlpbr.workbook.port.spills import would_spill
from xlpbr.workbook.read.ranges import listed

_METADATA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
_CALC_ONLY = re.compile(rf"{CELLS_FUNCTION}\s*\(", re.IGNORECASE)
_ENTRIES = "metadata/cellMetadata/bk"

MOST_NAMED = 5
"""How many cells a note names."""

_LEFT_ALONE = {
    "spilling": "These show one value of several and stay so, with an @ before the function in"
    " Excel: {}. Take the @ out in Excel to let them fill cells.",
    "merged": "These stand in merged cells, where a spilling formula cannot be, and show an @"
    " before the function in Excel: {}.",
    "unclear": "These are stored in a way that is left as it is, and may show an @ before the"
    " function in Excel: {}.",
}
"""What is said of cells that stay without the mark, by why they do."""


@dataclass(slots=True)
class PortSurvey:
    """What is found in a workbook before it is ported.

    Attributes:
        rewritten: by part, in small letters, the calls in its formulas.
        sheets: the sheets by part in small letters.
        calls: by part of a sheet, its cells that call a PBR_ function or have a port's mark.
        marks: how many cells of the workbook each number marks.
        metadata_part: the part that says what marks mean; None without.
        metadata: its content.
        mark: the mark of a port, which was there or is put in now; 0 without.
        usual: the book's own mark beside it.
        record: what a port has kept in the workbook.
        places: the parts of it, each with the relationship that leads to it.
    """

    rewritten: dict[str, Rewritten] = field(default_factory=dict)
    sheets: dict[str, SheetInfo] = field(default_factory=dict)
    calls: dict[str, SheetCalls] = field(default_factory=dict)
    marks: Counter[int] = field(default_factory=Counter)
    metadata_part: str | None = None
    metadata: bytes | None = None
    mark: int = 0
    usual: int = 0
    record: PortRecord = field(default_factory=PortRecord)
    places: tuple[tuple[str, str], ...] = ()


def find_calls(book: Book, prefix: str) -> PortSurvey:
    """The calls of PBR_ functions in a workbook, and the marks of an earlier port.

    Args:
        book: the workbook.
        prefix: what the host stores before a function's name.

    Raises:
        FileProblem: a part is damaged.
    """
    archive = book.archive
    found = PortSurvey(sheets={sheet.part.casefold(): sheet for sheet in book.sheets})
    found.metadata_part = leads_to(book, "sheetMetadata")
    if found.metadata_part is not None:
        found.metadata = read_xml(archive, found.metadata_part, "metadata")
        with understood(archive, found.metadata_part):
            found.mark = ported_mark(found.metadata)
            found.usual = dynamic_array_mark(found.metadata)[1] if found.mark else 0
    _find_record(book, found)
    for part in parts_with_formulas(book):
        with understood(archive, part):
            here = rewritten(text_chunks(archive, part), prefix)
        if here.calls:
            found.rewritten[part] = here
        if part not in found.sheets:
            continue
        marks = cell_marks(text_chunks(archive, part)) if found.metadata else Counter()
        found.marks += marks
        if here.calls or (found.mark and marks[found.mark]):
            found.calls[part] = read_marked_sheet(book, part, found.mark)
    return found


def read_marked_sheet(book: Book, part: str, mark: int) -> SheetCalls:
    """The cells of a sheet that call a PBR_ function, and those that have a mark.

    Raises:
        FileProblem: the part is damaged.
    """
    with understood(book.archive, part):
        return read_calls(text_chunks(book.archive, part), mark)


def calls_of_calc_only(found: PortSurvey) -> list[str]:
    """The cells whose formula calls the one function that only Calc has."""
    return [
        f"{found.sheets[part].name}!{cell.address}"
        for part, calls in found.calls.items()
        for cell in calls.cells()
        if _CALC_ONLY.search(cell.text)
    ]


def _find_record(book: Book, found: PortSurvey) -> None:
    for entry in relationships_of(book.archive, book.part):
        part = resolved_target(book.part, entry.target)
        if entry.kind != ITEM_TYPE or entry.external or not has_part(book.archive, part):
            continue
        with understood(book.archive, part):
            record = read_port_record(read_tree(book.archive, part))
        if record is not None:
            found.record = record
            found.places = (*found.places, (part, entry.id))


def put_marks(
    draft: Draft, found: PortSurvey, notes: list[str]
) -> tuple[dict[str, list[Splice]], int]:
    """Mark cells for an Office add-in.

    Args:
        draft: the draft; gets the metadata part and the record.
        found: what was found in the workbook.
        notes: gets a sentence for each kind of cells that stay without the mark.

    Returns:
        The splices by part, and how many cells get the mark.
    """
    formulas: dict[Place, str] = {
        (found.sheets[part].name, position): formula
        for part, calls in found.calls.items()
        for position, formula in formulas_without_mark(calls).items()
    }
    if not formulas:
        return {}, 0
    spilling = would_spill(draft.book, formulas)
    metadata, found.mark = _with_mark(draft, found)
    found.usual = dynamic_array_mark(metadata)[1]
    marking = {
        part: mark_cells(
            calls,
            found.mark,
            {position for sheet, position in spilling if sheet == found.sheets[part].name},
        )
        for part, calls in found.calls.items()
    }
    notes.extend(_left_notes(found, marking))
    marked = _chain_cells(draft, found, {part: one.marked for part, one in marking.items()})
    if marked:
        change_chain(draft, arrays=marked)
        _keep(draft, found, metadata, marking)
        _put_metadata(draft, found, metadata)
    return {part: one.splices for part, one in marking.items()}, len(marked)


def _chain_cells(
    draft: Draft, found: PortSurvey, cells: Mapping[str, list[Position]]
) -> list[ChainCell]:
    """Cells by their parts, as the order of calculation names them."""
    numbers = {sheet.name: sheet.sheet_id for sheet in draft.book.workbook.sheets}
    return [
        (numbers[found.sheets[part].name], *position)
        for part, positions in cells.items()
        for position in positions
    ]


def _with_mark(draft: Draft, found: PortSurvey) -> tuple[bytes, int]:
    if found.metadata_part is None:
        return with_ported_mark(None, strict=draft.book.workbook.strict)
    with understood(draft.book.archive, found.metadata_part):
        return with_ported_mark(found.metadata)


def _put_metadata(draft: Draft, found: PortSurvey, metadata: bytes) -> None:
    if found.metadata_part is None:
        add_part(draft, "xl/metadata.xml", metadata, _METADATA_TYPE, "sheetMetadata")
    elif metadata != found.metadata:
        put(draft, found.metadata_part, metadata)


def _keep(draft: Draft, found: PortSurvey, metadata: bytes, marking: Mapping[str, Marking]) -> None:
    """Note what the workbook alone would not tell on the way back."""
    known = found.record
    before, after = known.metadata, known.metadata_after
    if found.metadata is not None and dynamic_array_mark(found.metadata)[0] != found.metadata:
        before, after = found.metadata, content_hash(metadata)
    shared = dict(known.shared)
    for part, one in marking.items():
        if one.shared:
            shared[part] = {**shared.get(part, {}), **one.shared}
    record = PortRecord(shared, before, after)
    if record.empty or record == known:
        return
    found.record = record
    if found.places:
        put(draft, found.places[0][0], record_content(record))
    else:
        reserve_record(draft)


def fill_record(draft: Draft, found: PortSurvey) -> None:
    """Give the parts of a new record their content, once the draft is finished."""
    for name in draft.added:
        if name.startswith("customXml/itemProps"):
            draft.added[name] = properties_content(found.record)
        elif name.startswith("customXml/item"):
            draft.added[name] = record_content(found.record)


def _left_notes(found: PortSurvey, marking: dict[str, Marking]) -> Iterator[str]:
    for why, sentence in _LEFT_ALONE.items():
        left = [
            f"{found.sheets[part].name}!{cell}"
            for part, one in marking.items()
            for cell in one.left[why]
        ]
        if left:
            yield sentence.format(listed(left, MOST_NAMED))


def take_marks(
    draft: Draft, found: PortSurvey, notes: list[str]
) -> tuple[dict[str, list[Splice]], int]:
    """Take the marks of a port off again, with all that it put into the package.

    Args:
        draft: the draft.
        found: what was found in the workbook.
        notes: gets a sentence about marks that may have been there before.

    Returns:
        The splices by part, and how many cells lose the mark.
    """
    unmarking = {
        part: unmark_cells(calls, found.mark, found.usual, found.record.shared.get(part, {}))
        for part, calls in found.calls.items()
    }
    plain = _chain_cells(draft, found, {part: one.unmarked for part, one in unmarking.items()})
    change_chain(draft, plain=plain)
    unmarked = len(plain)
    now_usual = sum(one.usual for one in unmarking.values())
    if found.mark and found.marks[found.mark] == unmarked + now_usual:
        still = +(found.marks + Counter({found.usual: now_usual}))
        del still[found.mark]
        _take_out_mark(draft, found, max(still, default=0))
    if found.places:
        take_out_record(draft, FoundRecord(found.places, UndoRecord("", ())))
    left = sum(one.left for one in unmarking.values())
    if left:
        notes.append(
            f"{left:,} formulas keep the mark of a spilling formula although each fills one cell:"
            " they had it before, or Excel has saved the workbook since it was ported. It changes"
            " no value."
        )
    return {part: one.splices for part, one in unmarking.items()}, unmarked


def _take_out_mark(draft: Draft, found: PortSurvey, highest: int) -> None:
    """Give the metadata part back as it was, or take it away where the port made it.

    Args:
        draft: the draft.
        found: what was found in the workbook.
        highest: the highest number that still marks a cell; 0 where none does.
    """
    if found.metadata is None or found.metadata_part is None:
        return
    archive, kept = draft.book.archive, found.record.metadata
    with understood(archive, found.metadata_part):
        before = without_ported_mark(found.metadata)
        made = dynamic_array_mark(None, strict=draft.book.workbook.strict)[0]
        if kept is not None and found.record.metadata_after == content_hash(found.metadata):
            before = kept if highest <= _entries(kept) else before
    if before != made or highest:
        put(draft, found.metadata_part, before)
        return
    put(draft, found.metadata_part, None)
    draft.leads_no_more |= {
        entry.id
        for entry in relationships_of(archive, draft.book.part)
        if entry.kind == "sheetMetadata"
    }


def _entries(metadata: bytes) -> int:
    return len(elements(as_utf8(metadata)[0], _ENTRIES)[_ENTRIES])
