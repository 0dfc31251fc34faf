"""A workbook's PBR_ formulas calculated, and their values written to a copy."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from xlpbr.workbook.calculate.changed_copy import Recalculation, written
from xlpbr.workbook.calculate.engine import load_own, values_of
from xlpbr.workbook.calculate.engine_formulas import calls_a_function
from xlpbr.workbook.calculate.formula_reads import Place, read_by, readers_of, reads
from xlpbr.workbook.calculate.keeping import (
    Refreshed,
    Values,
    formulas_of,
    to_calculate,
)
from xlpbr.workbook.calculate.own_books import calculated_at_once
from xlpbr.workbook.calculate.refresh import refreshed
from xlpbr.workbook.ooxml.addresses import Position
from xlpbr.workbook.ooxml.book import Book, open_book
from xlpbr.workbook.read.own_sheets import own_sheets


def calculate(path: Path) -> Values:
    """The value of every formula of a workbook, and of every cell that a formula spills into.

    Dates are serials. Nothing is written.

    Raises:
        FileProblem: the file cannot be read.
    """
    calculation = load_own(open_book(path))
    return values_of(calculation, calculation.formulas)


def recalculate(
    source: Path, target: Path, *, allow: Collection[str] = (), in_place: bool = False
) -> Recalculation:
    """Write a copy of a workbook in which the PBR_ formulas show their values.

    What depends on them shows its new value too, and so does a formula that was never calculated;
    all else stays as it is, byte for byte. A formula that the engine cannot calculate keeps its
    last value and is named in the result.

    Args:
        source: the workbook.
        target: the file to write.
        allow: what the edit may pass over.
        in_place: whether the target is the workbook itself.

    Raises:
        FileProblem: the file cannot be read, or the copy cannot be written.
    """
    book = open_book(source)
    calls = _calls(book)
    new = _refreshed(book, calls)
    return written(book, target, new, len(calls), allow=allow, in_place=in_place)


def refreshed_after(book: Book, typed: Mapping[str, Collection[Position]]) -> Refreshed:
    """The new last values of a workbook after something was typed into some of its cells.

    Those of the PBR_ formulas, of the formulas that read the cells, and of what depends on them.

    Args:
        book: the workbook, with what was typed.
        typed: by sheet, the cells.

    Raises:
        FileProblem: the engine cannot calculate the workbook.
    """
    own = own_sheets(book)
    # Those of the sheets that xlpbr made are calculated whatever they read.
    others = {place: one for place, one in formulas_of(book).items() if place[0] not in own}
    known = read_by({place: reads(book, place, one) for place, one in others.items()})
    readers = (readers_of(known, sheet, positions) for sheet, positions in typed.items())
    return _refreshed(book, _calls(book).union(*readers))


def _calls(book: Book) -> set[Place]:
    """The formulas that call a PBR_ function, by themselves or through a name."""
    named = names_of_calls(book)
    return {
        place
        for place, formula in formulas_of(book).items()
        if calls_a_function(formula) or (named and named.search(formula))
    }


def _refreshed(book: Book, asked: Collection[Place]) -> Refreshed:
    own = own_sheets(book)
    formulas = formulas_of(book)
    at_once = calculated_at_once(book, formulas, own)
    if at_once is not None:
        return at_once
    roots = {*asked, *to_calculate(book, formulas, own)}
    return refreshed(book, roots, own=own)[0] if roots else Refreshed({}, {}, ())


def names_of_calls(book: Book) -> re.Pattern[str] | None:
    """What matches a name of a workbook that stands for the call of a PBR_ function; None if none.

    A name may stand for one through another.
    """
    found: re.Pattern[str] | None = None
    names: set[str] = set()
    while True:
        calling = {
            one.name
            for one in book.names
            if calls_a_function(one.text) or (found and found.search(one.text))
        }
        if calling == names:
            return found
        names = calling
        words = "|".join(map(re.escape, sorted(names)))
        found = re.compile(rf"(?<![\w.\\])(?:{words})(?![\w.\\(!])", re.IGNORECASE)
