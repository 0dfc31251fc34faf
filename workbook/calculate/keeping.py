"""Which formulas show a new value and which keep their last: what both recalculators go by.

The embedded engine needs nothing but xlpbr. LibreOffice Calc is the second because the engine does
not know every function: of 70 rarer ones of Excel that were tried, 17, and a formula that calls one
keeps its last value. Both hand in what their engine shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.formula_reads import Place, ReadBy, readers_of
from xlpbr.workbook.ooxml.addresses import area_cells, cell_address, column_letter, split_area
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of

Values = dict[str, dict[Position, CellValue]]
"""Cell values by sheet and by row and column, counted from 1."""

FilledBy = Callable[[Place], list[Position]]
"""The cells that a formula fills now: its own and, where it spills, all of the spill."""

CHANGE_BY_THEMSELVES = frozenset({"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY"})
MOST_ROUNDS = 6
"""Spills that feed each other settle in a few rounds or not at all."""

NAME_ERROR = "#NAME?"
HIDDEN = "it uses {}, and it cannot be seen what that reads"
UNREAD_SHEET = "it reads the sheet {}, which has macros or dialogs and is not read"
OTHER_BOOK = "it reads another workbook"
CIRCLE = "it is circular: it depends on itself"
CHANGES = "it uses {}, which changes by itself"
_DEPENDS = "it depends on a formula that keeps its last value"
ROUNDED_AS_SHOWN = (
    "the workbook rounds each figure to what its format shows (precision as displayed)"
)
NOT_SETTLED = "how far it spills depends on other spills, and that did not settle here"
NOT_PROVED = "from what the workbook shows, {} makes another value of it than the workbook shows"


@dataclass(frozen=True, slots=True)
class Kept:
    """A formula that keeps its last value: where it stands, and why."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """New last values.

    Attributes:
        values: by sheet and cell, what the cells show now; None for an empty cell.
        ranges: by sheet and first cell, the cells that an array formula now fills.
        kept: the formulas that keep their last value.
        unproved: the formulas with a new value that nothing in the workbook proves: they use
            functions beside those of xlpbr.
    """

    values: Values
    ranges: Mapping[str, Mapping[Position, str]]
    kept: tuple[Kept, ...]
    unproved: tuple[str, ...] = ()


def formulas_of(book: Book) -> dict[Place, str]:
    """Every formula of a workbook by its cell, without the equals sign."""
    return {
        (sheet.name, position): cell.formula
        for sheet in book.sheets
        for position, cell in cells_of(book, sheet.name).items()
        if cell.formula is not None
    }


def stored_cells(book: Book, place: Place) -> list[Position]:
    """The cells that a formula fills in the workbook: its own, or those of its array."""
    stored = cells_of(book, place[0]).get(place[1])
    return (
        [place[1]]
        if stored is None or stored.array_range is None
        else positions_of(stored.array_range)
    )


def same_value(one: CellValue, other: CellValue) -> bool:
    """Whether two values are the same to Excel: numbers to 15 digits, errors by their code."""
    if isinstance(one, CellError) or isinstance(other, CellError):
        return (
            isinstance(one, CellError) and isinstance(other, CellError) and one.code == other.code
        )
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or format(one, ".15g") == format(other, ".15g")
    return (one if one is not None else "") == (other if other is not None else "")


def count_of_other_values(book: Book, values: Values) -> int:
    """How many cells show another value than the workbook does; of an array not all need to."""
    return sum(
        not same_value(value, stored.value if (stored := of_sheet.get(position)) else None)
        for sheet, new in values.items()
        for of_sheet in [cells_of(book, sheet)]
        for position, value in new.items()
    )


def shows_the_same(
    book: Book,
    place: Place,
    shown: Mapping[Position, CellValue],
    filled: Collection[Position],
    seen: Callable[[CellValue], CellValue] = lambda stored: stored,
) -> bool:
    """Whether a formula shows what the workbook shows, in all cells that it fills.

    Args:
        book: the workbook.
        place: the formula.
        shown: what an engine shows on its sheet.
        filled: the cells that it fills there.
        seen: how the engine sees a value of the workbook.
    """
    of_sheet = cells_of(book, place[0])
    return set(filled) == set(stored_cells(book, place)) and all(
        same_value(shown[cell], seen(of_sheet[cell].value if cell in of_sheet else None))
        for cell in filled
    )


def to_calculate(book: Book, formulas: Iterable[Place], own: Collection[str]) -> set[Place]:
    """The formulas that are calculated whatever they call.

    One that was never calculated has no value that could be harmed, and the figures of sheets
    that xlpbr made come from what the book holds now, links and all.

    Args:
        book: the workbook.
        formulas: its formulas.
        own: the sheets that xlpbr made.
    """
    return {
        (sheet, position)
        for sheet, position in formulas
        if sheet in own or cells_of(book, sheet)[position].never_calculated
    }


def positions_of(reference: str) -> list[Position]:
    """The cells of a rectangle such as ``B2:D9``, row by row."""
    return list(area_cells(split_area(reference)))


def reference_of(filled: list[Position]) -> str:
    """The rectangle that some cells fill, such as ``B2:D9``, or ``B2`` for a single one."""
    first, last = (f"{column_letter(column)}{row}" for row, column in (filled[0], filled[-1]))
    return first if len(filled) == 1 else f"{first}:{last}"


def dependents(
    book: Book, known: ReadBy, roots: Iterable[Place], filled_by: FilledBy
) -> dict[Place, set[Place]]:
    """The formulas that depend on some, and on which of them each depends directly.

    Those asked about are in the result themselves. An array formula may fill fewer cells from now
    on than in the workbook: what reads those depends on it too.
    """
    found: dict[Place, set[Place]] = {root: set() for root in roots}
    waiting = list(found)
    while waiting:
        place = waiting.pop()
        stored = cells_of(book, place[0]).get(place[1])
        before = positions_of(stored.array_range) if stored and stored.array_range else ()
        for reader in readers_of(known, place[0], {*filled_by(place), *before}):
            if reader not in found:
                found[reader] = set()
                waiting.append(reader)
            found[reader].add(place)
    return found


def add_hidden(
    depending: dict[Place, set[Place]],
    reasons: dict[Place, str],
    hidden: Mapping[Place, str],
    with_them: Mapping[Place, set[Place]],
) -> None:
    """Let formulas keep their value that read what cannot be told and would show another now.

    Args:
        depending: the formulas that are calculated; these are put in, with what depends on both.
        reasons: why formulas keep their value.
        hidden: the formulas, and the function that reads what cannot be told.
        with_them: what depends on them.
    """
    for place, sources in with_them.items():
        if place in hidden or place in depending:
            depending.setdefault(place, set()).update(sources)
    reasons.update({place: HIDDEN.format(name) for place, name in hidden.items()})


def doubt_of(
    names: Iterable[str], engine: str, otherwise: Collection[str], differing: Mapping[str, str]
) -> str | None:
    """Why a formula with some functions is not left to an engine.

    Args:
        names: the functions.
        engine: what the engine is called.
        otherwise: what it works out otherwise than Excel.
        differing: what it works out otherwise than the workbook shows, and where.
    """
    reason = None
    for name in sorted(names):
        if name in otherwise:
            reason = f"it uses {name}, which may give another value in Excel"
        elif name in differing:
            reason = (
                f"it uses {name}, for which {engine} gives another value than the workbook shows"
                f" in {differing[name]}"
            )
    return reason


def in_circles(depending: Mapping[Place, set[Place]]) -> set[Place]:
    """The formulas that depend on themselves.

    One that depends on such a circle without being in it, or is in another that shares a cell with
    it, may be left out; it depends on a formula that is found.
    """
    if _has_no_circle(depending):
        return set()
    found = {place for place, sources in depending.items() if place in sources}
    while True:
        graph = {
            place: sources - found for place, sources in depending.items() if place not in found
        }
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as circle:
            found.update(circle.args[1])
        else:
            return found


def _has_no_circle(depending: Mapping[Place, set[Place]]) -> bool:
    """Whether no formula depends on itself; this is quick, and which ones do is not."""
    entered: set[Place] = set()
    left: set[Place] = set()
    for start in depending:
        waiting = [(start, iter(depending[start]))] if start not in entered else []
        entered.add(start)
        while waiting:
            place, sources = waiting[-1]
            for source in sources:
                if source not in entered:
                    entered.add(source)
                    waiting.append((source, iter(depending[source])))
                    break
                if source not in left:
                    return False
            else:
                left.add(place)
                waiting.pop()
    return True


def kept_with(depending: Mapping[Place, set[Place]], reasons: Collection[Place]) -> set[Place]:
    """Some formulas that keep their value, and all that depend on one of them."""
    kept = set(reasons)
    if not kept:
        return kept
    for place in _in_order(depending):
        if depending[place] & kept:
            kept.add(place)
    return kept


def keep_errors(
    depending: Mapping[Place, set[Place]],
    reasons: dict[Place, str],
    wrong: Callable[[Place], str | None],
) -> None:
    """Let formulas keep their value that depend on one that does, or show an engine's own error.

    Args:
        depending: the formulas, and on which of them each depends.
        reasons: why formulas keep their value; more are put in.
        wrong: why the error that a formula shows is the engine's own, if it is.
    """
    for place in _in_order(depending):
        if place in reasons:
            continue
        reason = _DEPENDS if depending[place] & reasons.keys() else wrong(place)
        if reason is not None:
            reasons[place] = reason


def _in_order(depending: Mapping[Place, set[Place]]) -> list[Place]:
    """The formulas, each after those that it depends on as far as there is no circle."""
    ordered: dict[Place, None] = {}
    for start in sorted(depending):
        waiting = [(start, False)]
        entered = set()
        while waiting:
            place, done = waiting.pop()
            if done:
                ordered.setdefault(place)
            elif place not in ordered and place not in entered:
                entered.add(place)
                waiting.append((place, True))
                waiting += [(source, False) for source in sorted(depending[place])]
    return list(ordered)


def errors_in(values: Values, places: Iterable[Place], filled_by: FilledBy) -> dict[str, CellError]:
    """The errors that some formulas show in the cells that they fill, by their codes."""
    shown = (values[place[0]][cell] for place in places for cell in filled_by(place))
    return {value.code: value for value in shown if isinstance(value, CellError)}


def taken(
    book: Book,
    values: Values,
    depending: Iterable[Place],
    reasons: Mapping[Place, str],
    filled_by: FilledBy,
    put_in: Collection[Place] = (),
    unproved: Collection[Place] = (),
) -> Refreshed:
    """What formulas show now, and what array formulas fill; what they no longer fill is empty.

    Args:
        book: the workbook.
        values: what the engine shows.
        depending: the formulas that were calculated.
        reasons: those that keep their last value, and why.
        filled_by: what each fills.
        put_in: those that are not in the workbook yet.
        unproved: those whose value nothing in the workbook proves.
    """
    new: Values = {}
    ranges: dict[str, dict[Position, str]] = {}
    for place in sorted(set(depending) - set(reasons)):
        sheet, position = place
        filled = filled_by(place)
        if place not in put_in and shows_the_same(book, place, values[sheet], filled):
            continue
        of_sheet = new.setdefault(sheet, {})
        of_sheet.update((cell, values[sheet][cell]) for cell in filled)
        stored = cells_of(book, sheet).get(position)
        if stored is not None and stored.array_range is not None and place not in put_in:
            for left in set(positions_of(stored.array_range)) - set(filled):
                of_sheet.setdefault(left, None)
            ranges.setdefault(sheet, {})[position] = reference_of(filled)
    kept = (Kept(cell_address(place[0], *place[1]), reasons[place]) for place in sorted(reasons))
    doubtful = tuple(cell_address(place[0], *place[1]) for place in sorted(unproved))
    return Refreshed(new, ranges, tuple(kept), doubtful)
