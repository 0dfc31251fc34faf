"""A PBR formula as a person types it: checked, and as the workbook will store it."""

from __future__ import annotations

import re

import formualizer

from xlpbr.errors import FileProblem
from xlpbr.functions.catalogue import FUNCTIONS
from xlpbr.workbook.calculate.engine_formulas import calls_a_function
from xlpbr.workbook.calculate.formula_reads import Place, address_of
from xlpbr.workbook.calculate.table_references import table_around
from xlpbr.workbook.ooxml.book import Book, sheet_named
from xlpbr.workbook.ooxml.sheet.function_names import sheet_references
from xlpbr.workbook.ooxml.sheet.typed_formulas import stored_formula
from xlpbr.workbook.port.host_names import in_host_form, plain
from xlpbr.workbook.read.ranges import did_you_mean

_LIKE_OURS = re.compile(r"(?<![\w.])(?:_xldudf_)?(PBR_\w+)\s*\(", re.IGNORECASE)
_TEXTS = re.compile(r'"[^"]*(?:"|\Z)')
_NO_ARGUMENTS = re.compile(r"'[^']*'|\{[^}]*\}|\[(?:[^\[\]]|\[[^\[\]]*\])*\]")
_THIS_ROW = re.compile(r"([\w.\\]*)\[@((?:\[[^\[\]]*\](?::\[[^\[\]]*\])?|[^\[\]]*))\]")
_TEXT_OR_THIS_ROW = re.compile(rf"{_TEXTS.pattern}|{_THIS_ROW.pattern}")
_LONGEST = 120

_UNREADABLE = {
    "unmatched": "a bracket is not closed",
    "no matching opener": "a bracket is closed that was not opened",
    "while parsing string": "a text has no double quote at its end",
}
"""What is wrong with a formula, by words that the engine has for it."""


def checked(book: Book, formula: str, place: Place) -> str:
    """A formula without its equals sign.

    Args:
        book: the workbook.
        formula: as it was typed.
        place: where it is to stand.

    Raises:
        FileProblem: it calls no PBR_ function or cannot be used (code formula).
    """
    text = formula.strip().removeprefix("=").strip()
    bare = _TEXTS.sub('""', text)
    for match in _LIKE_OURS.finditer(bare):
        if match[1].upper() not in FUNCTIONS:
            raise _refused(
                place,
                f"there is no function {match[1]}{did_you_mean(match[1], FUNCTIONS)}. See the list"
                " in docs/reference/functions.md.",
            )
    if not calls_a_function(bare):
        raise _refused(
            place, f"={cut_short(text)} calls no PBR_ function; type other formulas in Excel."
        )
    if ";" in _NO_ARGUMENTS.sub("", bare):
        raise _refused(place, f"={cut_short(text)}: separate the arguments with commas.")
    try:
        formualizer.parse(f"={_with_this_row(book, place, text)}")
    except formualizer.ParserError as error:
        said = str(error).casefold()
        wrong = [words for word, words in _UNREADABLE.items() if word in said]
        reason = wrong[0] if wrong else "something is missing or stands in the wrong place"
        raise _refused(place, f"={cut_short(text)} cannot be read: {reason}.") from None
    _refuse_missing_sheets(book, place, text)
    return text


def _refuse_missing_sheets(book: Book, place: Place, text: str) -> None:
    for name in sorted(sheet_references(text)):
        if sheet_named(book, name) is None:
            names = [sheet.name for sheet in book.sheets]
            raise _refused(
                place,
                f"there is no sheet {name}{did_you_mean(name, names)}; the sheets are"
                f" {', '.join(names)}.",
            )


def _with_this_row(book: Book, place: Place, formula: str) -> str:
    """A formula with references to this row of a table as a workbook stores them.

    Excel shows ``Costs[@Saving]``, and within the table ``[@Saving]``, for
    ``Costs[[#This Row],[Saving]]``.
    """
    pieces, done = [], 0
    for match in _TEXT_OR_THIS_ROW.finditer(formula):
        pieces.append(formula[done : match.start()])
        found = _THIS_ROW.fullmatch(match[0])
        pieces.append(_this_row(book, place, *found.groups()) if found else match[0])
        done = match.end()
    return "".join([*pieces, formula[done:]])


def _this_row(book: Book, place: Place, table: str, column: str) -> str:
    if table and table.casefold() not in book.tables:
        names = [known.name for known in book.tables.values()]
        listed = f"; the tables are {', '.join(names)}" if names else ""
        raise _refused(place, f"there is no table {table}{did_you_mean(table, names)}{listed}.")
    around = table_around(book, place)
    name = table or (around.name if around else "")
    if not name:
        raise _refused(place, f"[@{column}] stands for a row of a table, and no table is there.")
    if not column:
        return f"{name}[#This Row]"
    return f"{name}[[#This Row],{column if column.startswith('[') else f'[{column}]'}]"


def _refused(place: Place, what: str) -> FileProblem:
    return FileProblem(f"{address_of(place)}: {what}", "formula")


def cut_short(formula: str) -> str:
    """A formula as a message shows it."""
    return formula if len(formula) <= _LONGEST else f"{formula[:_LONGEST]}..."


def in_form_of_the_book(book: Book, place: Place, formula: str, prefix: str) -> str:
    """A formula as the workbook stores it.

    Args:
        book: the workbook.
        place: where it is to stand.
        formula: as it was typed, checked.
        prefix: what the host of the workbook stores before a function's name.

    Raises:
        FileProblem: it has something that is not written here (code formula).
    """
    try:
        return in_host_form(plain(stored_formula(_with_this_row(book, place, formula))), prefix)
    except ValueError as error:
        raise _refused(
            place, f"={cut_short(formula)} cannot be written here: {error}; type it in Excel."
        ) from None
