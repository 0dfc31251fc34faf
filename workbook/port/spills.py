"""Formulas that show one value today and would fill cells beside them once they may spill."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.calculate.arrays_arising import arrays_in
from xlpbr.workbook.calculate.engine import Calculation, filled_by, load, values_of
from xlpbr.workbook.calculate.formula_reads import Place
from xlpbr.workbook.calculate.keeping import NAME_ERROR
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.port.host_names import calls

_NOT_CALCULATED = {"not-calculated", "formula"}
"""The codes of workbooks and formulas that the engine cannot calculate."""

_UNSURE = {"#SPILL!", NAME_ERROR}
"""What the engine shows where there is no room for several values, or for what it does not know."""

_SEVERAL = re.compile(r"[:\[#{]")
_WORD = re.compile(r"[\w.\\]+")
_TABLES = frozenset(
    name
    for name, function in FUNCTIONS.items()
    if function.returns.startswith("A table")
    or any(argument.declared.shape == "table" for argument in function.arguments)
)
"""The functions that give a table whatever they are given."""


def would_spill(book: Book, formulas: Mapping[Place, str]) -> frozenset[Place]:
    """Those of some formulas that would show more, or something else, if they were to spill.

    Most can be told from their text: what reads single cells and calls no function that gives
    a table gives one value. The rest is calculated. Where the engine cannot calculate the
    workbook, all of that rest are taken for spilling.

    Args:
        book: the workbook.
        formulas: formulas that are in no array, with plain names of functions.

    Raises:
        FileProblem: the workbook is damaged.
    """
    names = {name.name.casefold() for name in book.names}
    doubtful = {
        place: formula for place, formula in formulas.items() if _may_give_several(formula, names)
    }
    on_arrays = {
        place for place, formula in doubtful.items() if arrays_in(book, place, formula).one_of_many
    }
    asked = {place: formula for place, formula in doubtful.items() if place not in on_arrays}
    if not asked:
        return frozenset(on_arrays)
    try:
        calculation = load(book, asked, asked)
        several = _several(calculation, list(asked))
    except FileProblem as problem:
        if problem.code not in _NOT_CALCULATED:
            raise
        several = set(asked)
    return frozenset(on_arrays | several)


def _several(calculation: Calculation, places: list[Place]) -> set[Place]:
    """The cells that fill others, would if nothing stood in the way, or cannot be calculated."""
    possible = [place for place in places if place in calculation.calculated]
    shown = values_of(calculation, possible)
    found = set(calculation.impossible)
    for place in possible:
        value = shown[place[0]][place[1]]
        unsure = isinstance(value, CellError) and value.code in _UNSURE
        if unsure or len(filled_by(calculation, place)) > 1:
            found.add(place)
    return found


def _may_give_several(formula: str, names: set[str]) -> bool:
    if _SEVERAL.search(formula) or _TABLES.intersection(calls(formula)):
        return True
    return any(word.casefold() in names for word in _WORD.findall(formula))
