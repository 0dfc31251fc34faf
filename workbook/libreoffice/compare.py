"""Last values of formulas held against what LibreOffice Calc makes of them, where it is there."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from xlpbr.errors import EXCEL_ERRORS, CellError, FileProblem
from xlpbr.workbook.calculate.comparison import Comparison
from xlpbr.workbook.calculate.formula_reads import Place
from xlpbr.workbook.calculate.formula_words import functions_in
from xlpbr.workbook.calculate.keeping import CHANGE_BY_THEMSELVES, NAME_ERROR, errors_in
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.book import (
    CalcBook,
    differing,
    filled_by,
    hold,
    open_in_calc,
    settle_spills,
    shown,
    unlike,
)
from xlpbr.workbook.libreoffice.recalculate import OTHERWISE_IN_EXCEL, compares_texts_of_a_table
from xlpbr.workbook.ooxml.book import Book

_MISSING = "LibreOffice, which would be the second to calculate it, is not installed"
_FAILED = "LibreOffice, which would be the second to calculate it, could not be asked"


def compare_with_calc(book: Book, places: Collection[Place]) -> Comparison:
    """Hold the last values of some formulas against a private Calc, which is started for that.

    All others count as the workbook shows them.

    Args:
        book: the workbook, which shows a value for each.
        places: the formulas.
    """
    program = calc_engine.find_calc()
    if program is None:
        return Comparison(not_compared=dict.fromkeys(places, _MISSING))
    try:
        with calc_engine.running(program) as calc:
            return _compared(open_in_calc(book, calc), set(places))
    except FileProblem:
        return Comparison(not_compared=dict.fromkeys(places, _FAILED))


def _compared(opened: CalcBook, places: set[Place]) -> Comparison:
    hold(opened, differing(opened, set(opened.formulas) - places))
    settle_spills(opened, places)
    not_compared = {
        place: reason for place in places if (reason := _why_not_asked(opened, place)) is not None
    }
    different = {
        place
        for place in unlike(opened, places - not_compared.keys())
        if not _is_the_same_truth(opened, place)
    }
    return Comparison({place: shown(opened, place) for place in different}, not_compared)


def _is_the_same_truth(opened: CalcBook, place: Place) -> bool:
    """Whether Calc makes 1 or 0 of a TRUE or FALSE: of an array formula it tells no more."""
    stored = opened.formulas[place].value
    alone = filled_by(opened, place) == [place[1]]
    return isinstance(stored, bool) and alone and shown(opened, place) == float(stored)


def _why_not_asked(opened: CalcBook, place: Place) -> str | None:
    """Why Calc is not asked about a formula, if it is not."""
    formula = opened.formulas[place].formula or ""
    names = {name.upper().removeprefix("_XLFN.") for name in functions_in(formula)}
    unlike_excel = sorted(names & (OTHERWISE_IN_EXCEL | CHANGE_BY_THEMSELVES))
    if unlike_excel:
        return f"LibreOffice Calc gives another value than Excel for {unlike_excel[0]}"
    if compares_texts_of_a_table(formula):
        return "LibreOffice Calc compares texts in the table of a PBR_ function otherwise"
    codes = errors_in(opened.shown, [place], partial(filled_by, opened))
    stored = opened.formulas[place].value
    is_the_same = isinstance(stored, CellError) and stored.code in codes
    if not is_the_same and any(code == NAME_ERROR or code not in EXCEL_ERRORS for code in codes):
        return "LibreOffice Calc does not know all that it uses"
    return None
