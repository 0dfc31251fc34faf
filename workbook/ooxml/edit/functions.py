"""Functions of a package's formulas called by other names, and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import zip_longest

from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.draft import Draft, present, put
from xlpbr.workbook.ooxml.sheet.edit import edited_chunks
from xlpbr.workbook.ooxml.sheet.formula_texts import (
    formulas,
    renaming_splices,
    with_renamed_functions,
)
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.zip.archive import Archive
from xlpbr.workbook.ooxml.zip.copy import copy_differs

_FOLDERS = ("xl/worksheets/", "xl/chartsheets/", "xl/tables/", "xl/charts/", "xl/pivotcache/")


def rename_functions(draft: Draft, functions: Mapping[str, str]) -> tuple[str, ...]:
    """Call functions by other names in every formula of the book.

    Cells, defined names, tables, charts, drop-downs and rules are looked at; nothing but the
    names is touched.

    Args:
        draft: the draft.
        functions: new names by old ones, both as they are stored.

    Returns:
        The parts in which a name was changed.

    Raises:
        ValueError: a sheet whose cells are set in the same step calls one of the functions.
    """
    if not functions:
        return ()
    archive = draft.book.archive
    renamed = []
    for part in parts_with_formulas(draft.book):
        if part == draft.book.part.casefold():
            before = present(draft, draft.book.part) or b""
            after = with_renamed_functions(before, functions)
            if after != before:
                put(draft, draft.book.part, after)
                renamed.append(draft.book.part)
            continue
        splices = tuple(renaming_splices(text_chunks(archive, part), functions))
        if not splices:
            continue
        if any(known.casefold() == part for known in draft.replaced):
            raise ValueError(f"cells of {part} and names of functions are changed in two steps")
        draft.replaced[part] = partial(edited_chunks, archive, part, splices)
        renamed.append(part)
    return tuple(renamed)


def check_functions(
    before: Archive, after: Archive, parts: Collection[str], functions: Mapping[str, str]
) -> None:
    """Compare the formulas of the copy with those of the book under their new names.

    Raises:
        FileProblem: a formula differs in more than the names.
    """
    for part in parts:
        expected = (
            with_renamed_functions(b"<f>%b</f>" % formula, functions)[3:-4]
            for formula in _formulas(before, part)
        )
        for one, other in zip_longest(expected, _formulas(after, part)):
            if one != other:
                raise copy_differs(before, f"in a formula of {part}")


def _formulas(archive: Archive, part: str) -> Iterator[bytes]:
    return (formula for _, formula in formulas(text_chunks(archive, part)))


def parts_with_formulas(book: Book) -> list[str]:
    """The parts in which formulas can stand, by name in small letters."""
    known = {part.casefold() for part in (book.part, *(sheet.part for sheet in book.sheets))}
    return [
        name
        for name in book.archive.members
        if name in known or (name.endswith(".xml") and name.startswith(_FOLDERS))
    ]
