"""Formulas whose first condition tells what they show: the workings of rows that are blank.

A workbook of xlpbr has workings for more rows than are filled in, most of them of the form
``IF($AM$90="","",...)``. Where the cell that they ask is known, the long rest need not be read: the
engine takes most of its time to read formulas. What they ask is calculated first, and not again.

First what reads nothing but values, such as a child's name; then what very many ask, such as the
first day of a month, with all that it is worked out from.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from xlpbr.workbook.calculate.engine_file import goes_in_later
from xlpbr.workbook.calculate.engine_formulas import calls_a_function
from xlpbr.workbook.calculate.formula_reads import Place, reads
from xlpbr.workbook.ooxml.addresses import split_cell
from xlpbr.workbook.ooxml.book import Book, CellValue, cells_of

Evaluate = Callable[[Mapping[Place, str], Collection[str]], Mapping[Place, CellValue]]
"""Calculates some formulas that read each other and values of some sheets, and nothing else."""

_CHOICE = re.compile(r'IF\((\$?[A-Z]{1,3}\$?[0-9]+)=(""|0),(""|0),')
_DIGITS = b"0123456789$"
_NUMBER = re.compile(r"\$[0-9]+|(?<=[,=])[0-9]+(?=[),])")
_NO_BRACKET = re.compile(r'"[^"]*"|[^()"]+')
_LONGEST = 200
"""A longer text is no name or day."""

_FEWEST = 1000
"""With fewer such formulas the engine reads them in less time than is saved."""

_MANY = 25
"""So many formulas that ask one cell are worth calculating it, with all that it reads, first."""

_MOST_READ = 300
"""More formulas than this are not calculated twice to know what others ask."""


def constants_shown(
    book: Book, formulas: Mapping[Place, str], evaluate: Evaluate
) -> dict[Place, str]:
    """The formulas that are known to show a constant, each with it as a formula.

    Args:
        book: the workbook.
        formulas: its formulas.
        evaluate: calculates the formulas on which the others depend.
    """
    choices = {place: found for place, text in formulas.items() if (found := _choice(place, text))}
    if len(choices) < _FEWEST:
        return {}
    asked = {cell for cell, _, _ in choices.values()}
    first = {
        cell: formulas[cell] for cell in (asked & formulas.keys()) - choices.keys()
    }  # fmt: skip
    known = dict(evaluate(*_reading_no_formula(book, first, formulas)))
    shown = {place: text for place, value in known.items() if (text := _as_formula(value))}
    for sheet, position in asked - formulas.keys():
        stored = cells_of(book, sheet).get(position)
        known[sheet, position] = None if stored is None else stored.value
    shown |= _followed(choices, known, known.keys())
    readers = Counter(cell for place, (cell, _, _) in choices.items() if place not in known)
    wanted = [cell for cell, count in readers.items() if count >= _MANY and cell not in known]
    beneath = _with_all_they_read(book, [cell for cell in wanted if cell in formulas], formulas)
    if beneath is not None:
        newly = {place: one for place, one in evaluate(*beneath).items() if place not in known}
        shown |= {place: text for place, value in newly.items() if (text := _as_formula(value))}
        shown |= _followed(choices, known | newly, newly.keys())
    return shown


def _as_formula(value: CellValue) -> str:
    """A value as a formula that shows it; empty for one that is better calculated."""
    if isinstance(value, str) and len(value) <= _LONGEST and not goes_in_later(value):
        return '"{}"'.format(value.replace('"', '""'))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return repr(value) if is_number else ""


def _followed(
    choices: Mapping[Place, tuple[Place, str, str]],
    known: dict[Place, CellValue],
    newly: Collection[Place],
) -> dict[Place, str]:
    """The formulas whose condition holds, also where it asks another of them.

    Args:
        choices: by formula what it asks.
        known: what cells show, as far as it is known; what is found comes to it.
        newly: the cells of these that nothing was asked of before.
    """
    readers: dict[Place, list[Place]] = defaultdict(list)
    for place, (cell, _, _) in choices.items():
        readers[cell].append(place)
    found: dict[Place, str] = {}
    waiting = [*newly]
    while waiting:
        cell = waiting.pop()
        for place in readers[cell]:
            _, wanted, shown = choices[place]
            if place not in known and _is(known[cell], wanted):
                found[place] = shown
                known[place] = 0 if shown == "0" else ""
                waiting.append(place)
    return found


def _is(value: CellValue, wanted: str) -> bool:
    """Whether a cell equals an empty text, or 0, as a formula compares it."""
    if value is None:
        return True
    if wanted == "0":
        return isinstance(value, int | float) and not isinstance(value, bool) and value == 0
    return value == ""


def _choice(place: Place, formula: str) -> tuple[Place, str, str] | None:
    """The cell that a formula asks, what it is compared with, and what is then shown."""
    match = _CHOICE.match(formula)
    # A quoted sheet may have brackets in its name.
    if match is None or "'" in formula or not _is_one_call(_without_digits(formula)):
        return None
    return (place[0], split_cell(match[1])), match[2], match[3]


def _without_digits(formula: str) -> str:
    """A formula by which those of a column are alike."""
    # As bytes: with a text this takes ten times as long.
    return formula.encode().translate(None, _DIGITS).decode()


@lru_cache(maxsize=4096)
def _is_one_call(formula: str) -> bool:
    """Whether nothing stands behind the bracket that closes a formula's first one."""
    brackets = _NO_BRACKET.sub("", formula)
    if not formula.endswith(")") or not (brackets.startswith("(") and brackets.endswith(")")):
        return False
    inner, before = brackets[1:-1], ""
    while inner != before:
        inner, before = inner.replace("()", ""), inner
    return not inner


def _reading_no_formula(
    book: Book, asked: Mapping[Place, str], formulas: Collection[Place]
) -> tuple[dict[Place, str], set[str]]:
    """Those of some formulas that read nothing but values of sheets without a formula.

    They call no PBR_ function and read no table by its name, so that the engine takes them as they
    are stored. The second are the sheets that they read.
    """
    with_formulas = {sheet.casefold() for sheet, _ in formulas}
    names = {sheet.name.casefold(): sheet.name for sheet in book.sheets}
    of_form: dict[str, frozenset[str] | None] = {}
    found: dict[Place, str] = {}
    for place, formula in asked.items():
        form = _form_of(formula)
        if form not in of_form:
            of_form[form] = _sheets_read(book, place, formula)
        sheets = of_form[form]
        if sheets is not None and sheets <= names.keys() - with_formulas:
            found[place] = formula
    read = {names[sheet] for place in found for sheet in of_form[_form_of(found[place])] or ()}
    return found, read


def _with_all_they_read(
    book: Book, asked: Collection[Place], formulas: Mapping[Place, str]
) -> tuple[dict[Place, str], set[str]] | None:
    """Some formulas with all that they read, near and far, and the sheets whose values they read.

    None where there is nothing to calculate, where one of them cannot be taken as it is stored, or
    where one reads what a formula may fill.
    """
    names = {sheet.name.casefold(): sheet.name for sheet in book.sheets}
    with_formulas = {sheet for sheet, _ in formulas}
    found: dict[Place, str] = {}
    sheets: set[str] = set()
    waiting = [*asked]
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        formula = found[place] = formulas[place]
        if len(found) > _MOST_READ or "[" in formula or calls_a_function(formula):
            return None
        read = reads(book, place, formula)
        if read.hidden or not names.keys() >= {sheet for sheet, _ in read.areas}:
            return None
        for sheet, area in read.areas:
            source = (names[sheet], area[:2])
            if source[0] not in with_formulas:
                sheets.add(source[0])
            elif source in formulas and area[:2] == area[2:]:
                waiting.append(source)
            elif area[:2] != area[2:] or _may_be_filled(book, source):
                return None
            else:
                sheets.add(source[0])
    return (found, sheets) if found else None


def _may_be_filled(book: Book, place: Place) -> bool:
    """Whether a cell lies where an array formula of its sheet may spill to."""
    sheet, (row, column) = place
    return any(
        cell.array_range is not None and top <= row and left <= column
        for (top, left), cell in cells_of(book, sheet).items()
    )


def _form_of(formula: str) -> str:
    """A formula without its numbers, in which alone those of a column differ."""
    # A quoted sheet may have some in its name.
    return formula if "'" in formula else _NUMBER.sub("", formula)


def _sheets_read(book: Book, place: Place, formula: str) -> frozenset[str] | None:
    """The sheets that a formula reads, in small letters; None where it cannot be taken as it is."""
    if "[" in formula or calls_a_function(formula):
        return None
    read = reads(book, place, formula)
    return None if read.hidden else frozenset(sheet for sheet, _ in read.areas)
