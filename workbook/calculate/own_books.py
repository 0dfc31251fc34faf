"""A workbook in which xlpbr wrote every formula, such as one of ``xlpbr new``: calculated at once.

All its formulas are calculated whatever they call, and the engine is known to be right with them.
So nothing has to be proved first, and what depends on what need not be known. Where anything else
comes in, a formula of somebody else on a sheet of xlpbr included that the engine does not know or
that reads what cannot be told, ``refresh`` looks at each formula.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.engine import (
    Calculation,
    filled_by,
    load_own,
    unknown_among,
    values_of,
)
from xlpbr.workbook.calculate.formula_reads import HIDDEN_SOURCES, Place
from xlpbr.workbook.calculate.keeping import (
    MOST_ROUNDS,
    Refreshed,
    Values,
    stored_cells,
    taken,
)
from xlpbr.workbook.ooxml.addresses import Position
from xlpbr.workbook.ooxml.book import Book, DefinedName

_CALLED = re.compile(r"([^\W\d][\w.]*)\s*\(")
_TEXT = re.compile(r'"[^"]*"')
_FIGURES_ALIKE = str.maketrans("123456789", "000000000")
_FIGURE_IN_A_NAME = re.compile(r"0[\w.]*\s*\(|0[^(),]*!")
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([\w.]+))!")
_DATA_TABLE = "TABLE"
_OF_A_CIRCLE = "#REF!"
"""What the engine shows in a circle; in a workbook in order no formula shows it."""


def calculated_at_once(
    book: Book, formulas: Mapping[Place, str], own: Collection[str]
) -> Refreshed | None:
    """New last values of a workbook in which xlpbr wrote every formula; None for any other.

    Args:
        book: the workbook.
        formulas: its formulas.
        own: the sheets that xlpbr made.

    Raises:
        FileProblem: the engine cannot calculate the workbook.
    """
    if not all(sheet in own for sheet, _ in formulas) or _needs_a_look(book, formulas):
        return None
    spills: dict[Place, list[Position]] = {}
    for _ in range(MOST_ROUNDS):
        calculation = load_own(book, spills)
        if calculation.impossible:
            return None
        moved = _spilt_otherwise(book, calculation, spills)
        if not moved:
            values = values_of(calculation, formulas)
            return None if _shows_a_circle(values) else _taken(book, calculation, values, spills)
        spills |= moved
    return None


def _needs_a_look(book: Book, formulas: Mapping[Place, str]) -> bool:
    """Whether a formula, or a name, may keep its value for what it calls or reads."""
    if any('"' in sheet.name for sheet in book.sheets):
        return True  # what is a text and what is none would have to be told apart
    text = _TEXT.sub('""', "\n".join(_different(formulas.values(), book.names)))
    called = {name.upper().removeprefix("_XLFN.") for name in set(_CALLED.findall(text))}
    if called & {*HIDDEN_SOURCES, _DATA_TABLE} or unknown_among(called):
        return True
    known = {sheet.name.casefold() for sheet in book.sheets}
    named = {quoted.replace("''", "'") or bare for quoted, bare in set(_SHEET.findall(text))}
    return any(name.casefold() not in known for name in named)


def _different(formulas: Iterable[str], names: Iterable[DefinedName]) -> set[str]:
    """The formulas and names, but of those that differ in figures only one.

    A figure in the name of a function or a sheet tells it from others.
    """
    found = {name.text for name in names}
    of_form: dict[str, bool] = {}
    for formula in formulas:
        form = formula.translate(_FIGURES_ALIKE)
        in_a_name = of_form.get(form)
        if in_a_name is None:
            of_form[form] = in_a_name = _FIGURE_IN_A_NAME.search(form) is not None
            found.add(formula)
        elif in_a_name:
            found.add(formula)
    return found


def _spilt_otherwise(
    book: Book, calculation: Calculation, spills: Mapping[Place, list[Position]]
) -> dict[Place, list[Position]]:
    """The formulas that fill other cells than was thought, with those that they fill."""
    found = {place: filled_by(calculation, place) for place in calculation.calculated}
    return {
        place: filled
        for place, filled in found.items()
        if filled != (spills.get(place) or stored_cells(book, place))
    }


def _shows_a_circle(values: Values) -> bool:
    return any(
        isinstance(value, CellError) and value.code == _OF_A_CIRCLE
        for of_sheet in values.values()
        for value in of_sheet.values()
    )


def _taken(
    book: Book,
    calculation: Calculation,
    values: Values,
    spills: Mapping[Place, list[Position]],
) -> Refreshed:
    def fills(place: Place) -> list[Position]:
        return spills.get(place) or stored_cells(book, place)

    return taken(book, values, calculation.calculated, {}, fills)
