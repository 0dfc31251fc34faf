"""A temporary copy of a workbook for Calc, in which the PBR_ functions are handed all that matters.

Calc hands a function 0 for a blank cell, 1 for TRUE, and no range at all that has an error in it.
In the copy every reference that is an argument of a PBR_ function stands in ``PBR_CELLS``, which
hands over the cells as they are; and every function is called by its full name, which Calc of any
line knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import formualizer

from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.calc import functions as calc
from xlpbr.udfs.formula_calls import arguments
from xlpbr.workbook.calculate.formula_reads import MOST_NAMES_IN_NAMES, reads_another_book
from xlpbr.workbook.ooxml.addresses import area_address
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.sheet.edit import edited_chunks
from xlpbr.workbook.ooxml.sheet.formula_texts import formulas
from xlpbr.workbook.ooxml.sheet.function_names import new_names, renamings
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.xml.escaping import escape
from xlpbr.workbook.ooxml.xml.splice import Splice
from xlpbr.workbook.ooxml.zip.copy import copy_archive
from xlpbr.workbook.port.host_names import READ_PREFIXES

_FULL_NAMES = new_names(
    {prefix + name: calc.full_name(name) for name in FUNCTIONS for prefix in READ_PREFIXES}
)
_CELLS = calc.full_name(calc.CELLS_FUNCTION)
_MARKS = (b"pbr_", b"&#")
_CHOOSES = re.compile(r"\s*(?:IF|CHOOSE)\s*\(", re.IGNORECASE)
_INDEX = re.compile(r"\s*INDEX\s*\(", re.IGNORECASE)
_LOCK = re.compile(rb"""<(?:\w+:)?sheetProtection\b[^>]*?\ssheet\s*=\s*["'](1|true|on)["'][^>]*>""")
_LONGEST_TAG = 4096
_WHOLE_TABLE = re.compile(r"\s*([\w.]+)\[#All\]\s*", re.IGNORECASE)
_TRUTHS = ("TRUE", "FALSE")
_GIVE_REFERENCES = frozenset({"OFFSET", "INDIRECT"})


def copy_for_calc(book: Book, target: Path) -> None:
    """Write the copy.

    Args:
        book: the workbook.
        target: the file to write; it is no file of the user's.
    """
    replaced = {}
    for part in dict.fromkeys([book.part, *(sheet.part for sheet in book.sheets)]):
        splices = (*_formulas_for_calc(book, part), *_locks_opened(book, part))
        if splices:
            replaced[part] = partial(edited_chunks, book.archive, part, splices)
    copy_archive(book.archive, replaced, target)


def _formulas_for_calc(book: Book, part: str) -> Iterator[Splice]:
    for place, raw in formulas(text_chunks(book.archive, part)):
        if not any(mark in raw.lower() for mark in _MARKS):
            continue
        text = "".join(ET.fromstring(b"<f>%b</f>" % raw).itertext())
        new = for_calc(text, partial(reference_in, book))
        if new != text:
            yield place, place + len(raw), escape(new, {"\r": "&#13;"}).encode()


def _locks_opened(book: Book, part: str) -> Iterator[Splice]:
    """Open the lock of a sheet in the copy; Calc would not let its cells be used."""
    before = b""
    start = 0
    for chunk in text_chunks(book.archive, part):
        window = before + chunk
        match = _LOCK.search(window)
        if match:
            yield start + match.start(1), start + match.end(1), b"0"
            return
        before = window[-_LONGEST_TAG:]
        start += len(window) - len(before)


def for_calc(formula: str, reference: Callable[[str], str]) -> str:
    """A formula for Calc: full names, and references in ``PBR_CELLS``.

    Args:
        formula: its text without the equals sign.
        reference: what the text of an argument is as a reference; nothing where it is a value.
    """
    pieces = []
    place = 0
    for start, end, name in renamings(formula, _FULL_NAMES):
        if start < place:
            continue
        inner, after = arguments(formula, end)
        handed = ",".join(_handed(argument, reference) for argument in inner)
        pieces += [formula[place:start], f"{name}({handed})"]
        place = after
    return "".join([*pieces, formula[place:]])


def _handed(argument: str, reference: Callable[[str], str]) -> str:
    if not argument.strip():
        return argument
    chooses = _CHOOSES.match(argument)
    if chooses:
        inner, after = arguments(argument, chooses.end() - 1)
        if not argument[after:].strip():
            first = for_calc(inner[0], reference)
            rest = [_handed(one, reference) for one in inner[1:]]
            return f"{argument[: chooses.end()]}{','.join([first, *rest])})"
    if argument.strip().upper() in _TRUTHS:
        return f'"{calc.marked(argument.strip().upper() == "TRUE")}"'
    found = reference(argument)
    if found:
        return f"{_CELLS}({found})"
    return for_calc(argument, reference)


def reference_in(book: Book, argument: str) -> str:
    """An argument as the reference that it is, a whole table by its address; else nothing.

    An older Calc does not know a table in an array formula.
    """
    if not is_reference(book, argument):
        return ""
    whole = _WHOLE_TABLE.fullmatch(argument)
    table = book.tables.get(whole[1].casefold()) if whole else None
    if table is None:
        return argument
    area = (table.first_row, table.first_column, table.last_row, table.last_column)
    return area_address(table.sheet, area)


def is_reference(book: Book, text: str, depth: int = 0) -> bool:
    """Whether a part of a formula gives cells of the workbook, as far as can be told."""
    if reads_another_book(text):
        return False
    try:
        tree = formualizer.parse(f"={text}")
    except formualizer.ParserError:
        return False
    reference = tree.get_reference()
    if isinstance(reference, formualizer.NamedRangeRef):
        meanings = _meanings(book, tree.get_reference_string() or "")
        return (
            bool(meanings)
            and depth < MOST_NAMES_IN_NAMES
            and all(is_reference(book, meaning, depth + 1) for meaning in meanings)
        )
    if reference is not None:
        return not _over_sheets(book, text)
    index = _INDEX.match(text)
    if index:
        inner, after = arguments(text, index.end() - 1)
        return not text[after:].strip() and is_reference(book, inner[0], depth)
    name = (tree.get_function_name() or "").upper()
    return name in _GIVE_REFERENCES


def _meanings(book: Book, name: str) -> list[str]:
    wanted = name.rpartition("!")[2].casefold()
    return [known.text for known in book.names if known.name.casefold() == wanted]


def _over_sheets(book: Book, text: str) -> bool:
    """Whether a reference goes over several sheets, such as ``Jan:Mar!B2``."""
    sheet, exclamation, _ = text.strip().rpartition("!")
    names = {info.name.casefold() for info in book.sheets}
    plain = sheet.strip("'").replace("''", "'").casefold()
    return bool(exclamation) and ":" in plain and plain not in names
