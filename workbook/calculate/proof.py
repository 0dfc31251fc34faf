"""The engine proves that it can work out the formulas of a workbook.

From the last values that the workbook shows, it has to make the last value of each formula: a
number to 15 digits, a text, an error, all cells of an array. Excel worked those out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xlpbr.workbook.calculate.engine import (
    Calculation,
    filled_by,
    load,
    values_of,
)
from xlpbr.workbook.calculate.engine_formulas import calls_a_function
from xlpbr.workbook.calculate.formula_reads import (
    HIDDEN_SOURCES,
    Place,
    ReadBy,
    Reads,
    readers_of,
)
from xlpbr.workbook.calculate.formula_words import functions_in
from xlpbr.workbook.calculate.keeping import (
    CHANGE_BY_THEMSELVES,
    Values,
    shows_the_same,
    stored_cells,
)
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import Book, cells_of

_SAMPLES = 12
"""How many formulas of a workbook are calculated to see whether a function can be trusted."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the formulas of a workbook before any is calculated.

    Attributes:
        book: the workbook.
        formulas: the formula of every cell that has one, those put in on top included.
        put_in: those that are not in the workbook yet.
        roots: those that are calculated whatever the workbook shows.
        own: the sheets whose formulas xlpbr wrote.
        reads: what each formula reads.
        read_by: the same, turned round.
    """

    book: Book
    formulas: Mapping[Place, str]
    put_in: Mapping[Place, str]
    roots: frozenset[Place]
    own: frozenset[str]
    reads: Mapping[Place, Reads]
    read_by: ReadBy


@dataclass(frozen=True, slots=True)
class Proof:
    """What the engine makes of formulas from the last values of all that they read.

    Attributes:
        asked: the formulas that were asked about, those that are no proof included.
        calculation: the engine, with the last values in it.
        values: what it makes of each.
        failed: those of which it makes another value than the workbook shows.
        proved: functions that gave the value that the workbook shows.
        suspects: functions that gave another on their own, and where.
    """

    asked: Collection[Place]
    calculation: Calculation
    values: Values
    failed: frozenset[Place]
    proved: frozenset[str]
    suspects: Mapping[str, str]


def functions_beside(formula: str) -> set[str]:
    """The functions in a formula that are none of xlpbr's."""
    names = {name.upper().removeprefix("_XLFN.") for name in functions_in(formula)}
    return {name for name in names if not name.removeprefix("_XLDUDF_").startswith("PBR_")}


def prove(known: Known, depending: Collection[Place]) -> Proof:
    """Calculate formulas from the last values of all that they read.

    Those that are calculated whatever the workbook shows are no proof: their own last value may be
    out of date. Where they use functions beside those of xlpbr, others with these functions speak
    for them.

    Args:
        known: what is known of the workbook.
        depending: the formulas that are asked about.
    """
    asked = {
        place
        for place in depending
        if place not in known.roots and place not in known.put_in and place[0] not in known.own
    }
    hidden = {place for place, found in known.reads.items() if found.hidden}
    samples = _samples(known, set(depending))
    calculation = load(known.book, None, (asked | samples | hidden) - known.put_in.keys())
    values = values_of(calculation, calculation.calculated)
    differing = {
        place
        for place in calculation.calculated
        if not shows_the_same(
            known.book, place, values[place[0]], filled_by(calculation, place)
        )
    }  # fmt: skip
    failed = (differing | calculation.impossible.keys()) & asked
    proved: set[str] = set()
    suspects: dict[str, str] = {}
    alone = differing - _behind(known, differing)
    for place in sorted(calculation.calculated):
        names = functions_beside(known.formulas[place])
        if place not in differing:
            proved |= names
        elif place in alone and place in samples | asked and not names & CHANGE_BY_THEMSELVES:
            for name in names:
                suspects.setdefault(name, cell_address(place[0], *place[1]))
    single = {
        name
        for place in calculation.calculated - differing
        for names in [functions_beside(known.formulas[place])]
        if len(names) == 1
        for name in names
    }
    suspects = {name: where for name, where in suspects.items() if name not in single}
    return Proof(
        set(depending), calculation, values, frozenset(failed),
        frozenset(proved - suspects.keys()), suspects,
    )  # fmt: skip


def _behind(known: Known, places: Collection[Place]) -> set[Place]:
    """The formulas that read what some of others fill: what differs there says nothing of them."""
    found: set[Place] = set()
    for place in places:
        found |= readers_of(known.read_by, place[0], stored_cells(known.book, place)) - {place}
    return found


def _samples(known: Known, depending: Collection[Place]) -> set[Place]:
    """Formulas that show of the functions in the roots whether the engine can work them out."""
    wanted = {
        name
        for place in known.roots
        if place[0] not in known.own
        for name in functions_beside(known.formulas[place])
    }
    found: set[Place] = set()
    if not wanted:
        return found
    tried = dict.fromkeys(wanted, 0)
    for place, formula in known.formulas.items():
        if place in depending or place in known.put_in or "(" not in formula:
            continue
        if cells_of(known.book, place[0])[place[1]].never_calculated or calls_a_function(formula):
            continue
        names = functions_beside(formula)
        asked = names & wanted
        if not asked or names & (CHANGE_BY_THEMSELVES | HIDDEN_SOURCES):
            continue
        if min(tried[name] for name in asked) < _SAMPLES:
            found.add(place)
            for name in asked:
                tried[name] += 1
    return found
