"""Sheets of a workbook that XlsxWriter wrote, as parts to be added to another book.

Says what is to be added and changed; the book's own sheets, texts and theme stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import Book, DefinedName, SheetInfo
from xlpbr.workbook.ooxml.edit.transplant_names import (
    carried_names,
    refuse_loose_ends,
    refuse_taken_names,
)
from xlpbr.workbook.ooxml.edit.transplant_parts import Carrier, carry, free_name, used_table_ids
from xlpbr.workbook.ooxml.edit.transplant_sheet import (
    Numbers,
    carried_sheet,
    shared_items,
    used_differential,
    used_formats,
    used_marks,
    with_differential,
)
from xlpbr.workbook.ooxml.parts.listing_parts import (
    content_types_of,
    inner_parts,
    parts_of_kind,
)
from xlpbr.workbook.ooxml.parts.metadata_merge import dynamic_array_mark, holds_only_dynamic_arrays
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    relationship_type,
    relative_target,
)
from xlpbr.workbook.ooxml.parts.theme import NO_THEME, Theme, independent, read_theme
from xlpbr.workbook.ooxml.styles.merge import empty_styles, merged_styles
from xlpbr.workbook.ooxml.xml.strict_form import MAIN, STRICT_MAIN
from xlpbr.workbook.ooxml.zip.archive import Archive, read_part, read_tree, read_xml, understood

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_SHARED = {
    "styles": ("xl/styles", "styles+xml"),
    "sheetMetadata": ("xl/metadata", "sheetMetadata+xml"),
}
"""What a part for all sheets is called and its type, where the book has none yet."""

_UNDERSTOOD = {"worksheet", "chartsheet", "theme", "styles", "sharedStrings", "sheetMetadata"}
"""What the other workbook may lead to: with anything else a sheet could need what is not seen."""

_ROOTS = {"styles": "styleSheet", "sheetMetadata": "metadata", "sharedStrings": "sst"}
"""The first element of each part that all sheets share."""

_TABLE = re.compile(rb'(<table\b[^<>]*? id=")(\d+)(?=")')


@dataclass(frozen=True, slots=True)
class NewSheetPart:
    """A sheet that is added: its name, its part, and ``visible``, ``hidden`` or ``veryHidden``."""

    name: str
    part: str
    state: str


@dataclass(frozen=True, slots=True)
class Transplanted:
    """What is to be done to a book so that sheets of another workbook stand in it.

    Attributes:
        parts: new parts in a sensible order, under names that are free in the book.
        replaced: new bytes of parts that the book has: its styles and its metadata at most.
        sheets: the new sheets in their order.
        content_types: the content type of each new part, but for relationships.
        workbook_relationships: what the book's workbook part leads to for the first time,
            sheets left out.
        defined_names: the names that come with the sheets.
    """

    parts: Mapping[str, bytes]
    replaced: Mapping[str, bytes]
    sheets: tuple[NewSheetPart, ...]
    content_types: Mapping[str, str]
    workbook_relationships: tuple[NewRelationship, ...]
    defined_names: tuple[DefinedName, ...]


@dataclass(frozen=True, slots=True)
class _Package:
    """A workbook, and the parts that its main part leads to, by kind."""

    book: Book
    targets: Mapping[str, str]


def transplanted(
    made: Book, names: Sequence[str], book: Book, *, leaving: Collection[str] = ()
) -> Transplanted:
    """What to add to a book so that it holds sheets of another workbook.

    Args:
        made: a workbook that XlsxWriter wrote.
        names: the sheets to take from it, in the order in which they will stand.
        book: the book that gets them.
        leaving: sheets of the book that go in the same step; their tables and names are free.

    Raises:
        FileProblem: a sheet, table or name is in the book already (name-taken), the two count
            dates from different years (date-system), a sheet needs one that stays behind
            (left-behind), holds what cannot be carried (cannot-carry), the book would hold too
            many cell formats (too-many-styles), or a part is damaged.
    """
    sheets = [_sheet_made(made, name) for name in names]
    if made.date_1904 != book.date_1904:
        years = [1904 if one.date_1904 else 1900 for one in (made, book)]
        raise FileProblem(
            f"{made.path} counts dates from {years[0]} and {book.path} from {years[1]}, so the "
            "sheets would show dates of other years; make the sheets for the book's date system.",
            "date-system",
        )
    refuse_taken_names(made, [sheet.name for sheet in sheets], book, leaving)
    source, target = _package(made), _package(book)
    strange = set(source.targets) - _UNDERSTOOD
    if strange:
        raise _cannot_carry(made, f"the workbook leads to something of the kind {min(strange)}")
    try:
        found = _transplanted(made, sheets, source, target)
    except ValueError as error:
        raise _cannot_carry(made, str(error)) from error
    defined = carried_names(made, [sheet.name for sheet in sheets])
    refuse_loose_ends(made, [sheet.name for sheet in sheets], book, leaving, defined, found.parts)
    return replace(found, defined_names=defined)


def _transplanted(
    made: Book, sheets: Sequence[SheetInfo], source: _Package, target: _Package
) -> Transplanted:
    workbook = target.book.workbook
    own, other = _theme(source), _theme(target)
    read = {
        sheet.part: independent(read_part(made.archive, sheet.part), own, other) for sheet in sheets
    }
    tables = _table_parts(made.archive, [sheet.part for sheet in sheets])
    with understood(target.book.archive, target.targets.get("styles", "")):
        styles = merged_styles(
            _part(target, "styles") or empty_styles(STRICT_MAIN if workbook.strict else MAIN),
            independent(_part(source, "styles") or b"", own, other),
            set().union(*map(used_formats, read.values())),
            set().union(*map(used_differential, [*read.values(), *tables])),
            theme=other,
        )
    shared = {"styles": styles.data}
    marks: set[int] = set().union(*map(used_marks, read.values()))
    numbers = Numbers(styles.cell_formats, styles.differential_formats, {})
    if marks:
        if not holds_only_dynamic_arrays(_part(source, "sheetMetadata") or b""):
            raise ValueError("cells are marked for something else than a formula that spills")
        with understood(target.book.archive, target.targets.get("sheetMetadata", "")):
            shared["sheetMetadata"], mark = dynamic_array_mark(
                _part(target, "sheetMetadata"), strict=workbook.strict
            )
        numbers = replace(numbers, marks=dict.fromkeys(marks, mark))
    items = shared_items(independent(_part(source, "sharedStrings") or b"", own, other))
    ids = count(max(used_table_ids(target.book.archive), default=0) + 1)

    def rewrite(kind: str, part: str, data: bytes) -> bytes:
        if kind == "worksheet":
            return carried_sheet(read[part], items, numbers)
        if kind == "table":
            data = with_differential(data, numbers.differential)
            return _TABLE.sub(lambda match: b"%b%d" % (match[1], next(ids)), data, count=1)
        return data

    types = content_types_of(made.archive)
    taken = set(target.book.archive.members)
    carrier = Carrier(made.archive, types, taken, workbook.strict, rewrite)
    states = {one.name: one.state for one in made.workbook.sheets}
    new_sheets = tuple(
        NewSheetPart(sheet.name, carry(carrier, "worksheet", sheet.part), states[sheet.name])
        for sheet in sheets
    )
    replaced, relationships = {}, []
    for kind, data in shared.items():
        part = target.targets.get(kind)
        if part is None:
            part = _SHARED[kind][0] + ".xml"
            if part in taken:
                part = free_name(taken, _SHARED[kind][0] + "{}", ".xml")
            carrier.parts[part] = data
            carrier.content_types[part] = _TYPE + _SHARED[kind][1]
            relationships.append(
                NewRelationship(
                    relationship_type(kind, strict=workbook.strict),
                    relative_target(target.book.part, part),
                )
            )
        elif data != read_part(target.book.archive, part):
            replaced[part] = data
    return Transplanted(
        carrier.parts, replaced, new_sheets, carrier.content_types, tuple(relationships), ()
    )


def _sheet_made(made: Book, name: str) -> SheetInfo:
    for sheet in made.sheets:
        if sheet.name == name:
            return sheet
    raise FileProblem(f"{made.path} has no worksheet {name!r}.", "left-behind")


def _package(book: Book) -> _Package:
    targets = [(entry.kind, part) for entry, part in inner_parts(book.archive, book.part)]
    # Of two of a kind the first counts.
    return _Package(book, dict(reversed(targets)))


def _part(package: _Package, kind: str) -> bytes | None:
    part = package.targets.get(kind)
    return None if part is None else read_xml(package.book.archive, part, _ROOTS[kind])


def _theme(package: _Package) -> Theme:
    part = package.targets.get("theme")
    return NO_THEME if part is None else read_theme(read_tree(package.book.archive, part))


def _table_parts(archive: Archive, sheets: Iterable[str]) -> list[bytes]:
    """The tables of some sheets."""
    return [
        read_part(archive, target)
        for sheet in sheets
        for target in parts_of_kind(archive, sheet, "table")
    ]


def _cannot_carry(made: Book, what: str) -> FileProblem:
    return FileProblem(
        f"The sheets of {made.path} cannot be put into another workbook: {what}.", "cannot-carry"
    )
