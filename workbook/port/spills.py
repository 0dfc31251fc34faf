"""Formulas that show one value today and would fill cells beside them once they may spill."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.embedded import from_engine
from xlpbr.workbook.calculate.engine import load
from xlpbr.workbook.calculate.formula_reads import Place, works_on_arrays
from xlpbr.workbook.calculate.keeping import NAME_ERROR
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.port.host_names import calls

_NOT_CALCULATED = {"not-calculated", "formula"}
"""The codes of workbooks and formulas that the engine cannot calculate."""

_UNSURE = {"#SPILL!", NAME_ERROR}
"""What the engine shows where there is no room for several values, or for what it does not know."""

_SEVERAL = re.compile(r"[:\[#{]")
_WORD = re.compile(r"[\w.\\]+")
TABLE_FUNCTIONS = frozenset(
    name for name, function in FUNCTIONS.items() if function.returns.startswith("A table")
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
    spilling: set[Place] = set()
    asked: dict[Place, str] = {}
    for place, formula in formulas.items():
        if _may_give_several(formula, names):
            if works_on_arrays(formula):
                spilling.add(place)
            else:
                asked[place] = formula
    try:
        return frozenset(spilling | _several(book, asked))
    except FileProblem as problem:
        if problem.code not in _NOT_CALCULATED:
            raise
        return frozenset(spilling | asked.keys())


def _several(book: Book, formulas: Mapping[Place, str]) -> set[Place]:
    """The cells that fill others, would if nothing stood in the way, or cannot be calculated."""
    if not formulas:
        return set()
    calculation = load(book, formulas)
    shown = calculation.engine.evaluate_cells([(sheet, *position) for sheet, position in formulas])
    found = set()
    for place, value in zip(formulas, map(from_engine, shown), strict=True):
        unsure = isinstance(value, CellError) and value.code in _UNSURE
        if unsure or len(calculation.filled_by(place)) > 1:
            found.add(place)
    return found


def _may_give_several(formula: str, names: set[str]) -> bool:
    if _SEVERAL.search(formula) or TABLE_FUNCTIONS.intersection(calls(formula)):
        return True
    return any(word.casefold() in names for word in _WORD.findall(formula))
