"""Excel tables laid over cells of a package's sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import Book, cells_of, sheet_named
from xlpbr.workbook.ooxml.edit.draft import Draft, present, put
from xlpbr.workbook.ooxml.parts.new_table import NewTable, table_part, table_splices
from xlpbr.workbook.ooxml.parts.relationships import (
    STRICT,
    USUAL,
    NewRelationship,
    relationship_type,
    relationships_part,
    relative_target,
    with_relationships,
)
from xlpbr.workbook.ooxml.parts.table_ids import TABLE_TYPE, ids_in, used_table_ids
from xlpbr.workbook.ooxml.xml.splice import as_utf8, spliced
from xlpbr.workbook.ooxml.xml.strict_form import MAIN, STRICT_MAIN
from xlpbr.workbook.ooxml.zip.archive import has_part


def add_tables(draft: Draft, tables: Sequence[NewTable]) -> None:
    """Lay tables over cells that are there.

    Raises:
        FileProblem: there is no such sheet, the name is in use, another table is in the way, or
            the headings are no headings.
    """
    if not tables:
        return
    book = draft.book
    ids = used_table_ids(book.archive)
    for part, content in draft.added.items():
        if draft.types.get(part) == TABLE_TYPE and isinstance(content, bytes):
            ids |= ids_in(content)
    by_sheet: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        sheet = sheet_named(book, table.sheet)
        if sheet is None:
            names = ", ".join(known.name for known in book.sheets)
            raise FileProblem(f"{book.path} has no sheet {table.sheet!r}; its sheets are {names}.")
        _refuse_taken(book, table)
        _refuse_in_the_way(book, table)
        first_row, first_column, _, last_column = table.area
        stored = cells_of(book, sheet.name)
        headings = [
            stored[first_row, column].value if (first_row, column) in stored else None
            for column in range(first_column, last_column + 1)
        ]
        number = next(number for number in range(1, len(ids) + 2) if number not in ids)
        ids.add(number)
        part = _free_part(draft)
        main = STRICT_MAIN if draft.workbook.strict else MAIN
        draft.added[part] = table_part(table, number, headings, main)
        draft.types[part] = TABLE_TYPE
        by_sheet[sheet.part].append(part)
    for sheet_part, parts in by_sheet.items():
        _lead(draft, sheet_part, parts)


def _lead(draft: Draft, sheet_part: str, parts: Sequence[str]) -> None:
    """Let a sheet lead to new tables."""
    listing = relationships_part(sheet_part)
    kind = relationship_type("table", strict=draft.workbook.strict)
    changed = with_relationships(
        present(draft, listing),
        [NewRelationship(kind, relative_target(sheet_part, part)) for part in parts],
    )
    put(draft, listing, changed.data)
    if not isinstance(draft.replaced.get(sheet_part, b""), bytes):
        raise ValueError("cells and tables of a sheet are changed in two steps")
    data, back = as_utf8(present(draft, sheet_part) or b"")
    namespace = STRICT if draft.workbook.strict else USUAL
    put(draft, sheet_part, back(spliced(data, table_splices(data, changed.ids, namespace))))


def _free_part(draft: Draft) -> str:
    number = 1
    while (part := f"xl/tables/table{number}.xml") in draft.added or has_part(
        draft.book.archive, part
    ):
        number += 1
    return part


def _refuse_taken(book: Book, table: NewTable) -> None:
    names = {known.name.casefold() for known in book.names if known.sheet is None}
    if table.name.casefold() in names | set(book.tables):
        raise FileProblem(
            f"{book.path} has a table or a name called {table.name} already; choose another name.",
            "name-taken",
        )


def _refuse_in_the_way(book: Book, table: NewTable) -> None:
    first_row, first_column, last_row, last_column = table.area
    for known in book.tables.values():
        if (
            known.sheet.casefold() == table.sheet.casefold()
            and known.first_row <= last_row
            and first_row <= known.last_row
            and known.first_column <= last_column
            and first_column <= known.last_column
        ):
            raise FileProblem(
                f"{book.path}: the table {known.name} is there already; give cells beside it.",
                "array-cell",
            )
