"""Names that come with sheets into another book: which, whether they are free, what is missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import unescape

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import Book, DefinedName
from xlpbr.workbook.ooxml.sheet.function_names import sheet_references

_FORMULA = re.compile(
    r"<(?:\w+:)?(?:f|formula[12]?|calculatedColumnFormula|totalsRowFormula)(?: [^<>]*)?>([^<]*)</"
    r'|<hyperlink [^<>]*?location="([^"]*)"'
)
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_WORD = re.compile(r"[\w.\\]+")


def carried_names(made: Book, sheets: Collection[str]) -> tuple[DefinedName, ...]:
    """The defined names that come with sheets.

    Names that a sheet alone knows come with it; names that all know come where they refer to
    none of the sheets that stay behind.
    """
    staying = {sheet.name.casefold() for sheet in made.sheets} - _folded(sheets)
    return tuple(
        name
        for name in made.names
        if (name.sheet in sheets if name.sheet else not (_sheets_in(name.text) & staying))
    )


def refuse_taken_names(
    made: Book, sheets: Sequence[str], book: Book, leaving: Collection[str]
) -> None:
    """Refuse sheets whose names, or whose tables' or names' names, the book has already.

    Raises:
        FileProblem: code name-taken.
    """
    gone = _folded(leaving)
    for sheet in book.sheets:
        if sheet.name.casefold() in _folded(sheets) - gone:
            raise _taken(book, f"a sheet called {sheet.name}")
    coming = {table.name for table in made.tables.values() if table.sheet in sheets}
    coming |= {name.name for name in carried_names(made, sheets) if name.sheet is None}
    there = {
        table.name.casefold(): f"a table called {table.name} on the sheet {table.sheet}"
        for table in book.tables.values()
        if table.sheet.casefold() not in gone
    } | {
        name.name.casefold(): f"a name {name.name} for {name.text}"
        for name in book.names
        if name.sheet is None and not (_sheets_in(name.text) & gone)
    }
    for name in sorted(coming):
        if name.casefold() in there:
            raise _taken(book, there[name.casefold()])


def refuse_loose_ends(
    made: Book,
    sheets: Sequence[str],
    book: Book,
    leaving: Collection[str],
    names: Sequence[DefinedName],
    parts: Mapping[str, bytes],
) -> None:
    """Refuse sheets with a formula that needs a sheet, table or name that the book will lack.

    Args:
        made: the workbook that the sheets come from.
        sheets: the sheets that come.
        book: the book.
        leaving: sheets of the book that go.
        names: the names that come with the sheets.
        parts: the new parts.

    Raises:
        FileProblem: code left-behind.
    """
    gone = _folded(leaving)
    behind_sheets = (
        {sheet.name.casefold() for sheet in made.sheets}
        - _folded(sheets)
        - ({sheet.name.casefold() for sheet in book.sheets} - gone)
    )
    behind_words = (
        {table.name.casefold() for table in made.tables.values() if table.sheet not in sheets}
        | {name.name.casefold() for name in made.names if name.sheet is None}
    ) - (
        {name.name.casefold() for name in names}
        | {table.name.casefold() for table in book.tables.values()}
        | {name.name.casefold() for name in book.names}
    )
    if not behind_sheets and not behind_words:
        return
    formulas = [name.text for name in names]
    for data in (data for part, data in parts.items() if part.endswith(".xml")):
        for match in _FORMULA.finditer(data.decode()):
            formulas.append(unescape(match[1] or match[2] or ""))
    for formula in formulas:
        plain = _TEXT.sub('""', formula)
        missing = (_sheets_in(plain) & behind_sheets) | (
            {word.casefold() for word in _WORD.findall(plain)} & behind_words
        )
        if missing:
            raise FileProblem(
                f"The sheets need {min(missing)!r}, which is neither among them nor in "
                f"{book.path} (in the formula {formula[:80]!r}); add the sheet that holds it too.",
                "left-behind",
            )


def _sheets_in(text: str) -> set[str]:
    """The sheets that a formula names, in small letters."""
    return _folded(sheet_references(text))


def _folded(names: Collection[str]) -> set[str]:
    return {name.casefold() for name in names}


def _taken(book: Book, what: str) -> FileProblem:
    return FileProblem(
        f"{book.path} has {what} already; rename that in Excel, or take it out first, and try "
        "again.",
        "name-taken",
    )
