"""Which cells show another value once the PBR_ formulas are calculated, and which keep theirs.

What does not depend on a PBR_ formula counts as the workbook shows it. A value is given only where
the engine can be trusted with the formula: it knows every function in it, it agrees with what the
workbook shows where the same functions stand elsewhere, and it does not put an error over a figure
that no PBR_ function gave.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from xlpbr.errors import CellError
from xlpbr.udfs.embedded import from_engine
from xlpbr.workbook.calculate.engine import (
    NAME_ERROR,
    Calculation,
    Values,
    calls_a_function,
    dependents,
    filled_by,
    for_engine,
    functions_in,
    hold,
    own_calls,
    positions_of,
    set_formula,
    unknown_functions,
    values_of,
)
from xlpbr.workbook.calculate.formula_reads import (
    HIDDEN_SOURCES,
    Place,
    reads_another_book,
    works_on_arrays,
)
from xlpbr.workbook.ooxml.addresses import area_address, cell_address
from xlpbr.workbook.ooxml.book import CellValue, Position, cells_of

_SAMPLES = 12
"""How many formulas of a workbook are calculated to see whether a function can be trusted."""

_HIDDEN = "it uses {}, and it cannot be seen what that reads"

_OTHERWISE_IN_EXCEL = {
    "AGGREGATE", "CELL", "DATEVALUE", "DOLLAR", "HYPERLINK", "INFO", "NUMBERVALUE", "SUBTOTAL",
    "TIMEVALUE",
}  # fmt: skip
"""What the engine works out otherwise than a British Excel: the order of dates, hidden rows."""

_CHANGE_BY_THEMSELVES = {"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY"}
_LIKENESS = 1e-9


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
    """

    values: Values
    ranges: Mapping[str, Mapping[Position, str]]
    kept: tuple[Kept, ...]


def refreshed(
    calculation: Calculation, roots: Iterable[Place], own: Collection[str] = ()
) -> Refreshed:
    """The values of some formulas and of all that depends on them.

    Args:
        calculation: the workbook in the engine. What does not depend on the roots is put to its
            last value there.
        roots: the formulas to be calculated.
        own: the sheets whose formulas xlpbr wrote. The engine is known to be right with those.
    """
    hanging = dependents(calculation, roots)
    hold(calculation, set(calculation.formulas) - set(hanging))
    calculation.engine.evaluate_all()
    calculated = values_of(calculation, hanging)
    reasons = _not_to_be_trusted(calculation, hanging, own)
    hidden = _hidden_that_change(calculation, hanging)
    for place, sources in dependents(calculation, hidden).items():
        # What depends on these keeps its value with them; so does what depends on both.
        if place in hidden or place in hanging:
            hanging.setdefault(place, set()).update(sources)
    reasons.update(hidden)
    for place in in_order(hanging):
        if (
            place not in reasons
            and place[0] not in own
            and _puts_an_error_over_a_figure(calculation, place, hanging[place], calculated)
        ):
            reasons[place] = "the engine gives an error for it where a figure stands"
    for place in _downstream(hanging, reasons):
        reasons.setdefault(place, "it depends on a formula that keeps its last value")
    values: Values = {}
    ranges: dict[str, dict[Position, str]] = {}
    for place in sorted(set(hanging) - set(reasons)):
        _take(calculation, place, calculated, values, ranges)
    kept = tuple(
        Kept(cell_address(sheet, *position), reasons[sheet, position])
        for sheet, position in sorted(reasons)
    )
    return Refreshed(values, ranges, kept)


def _take(
    calculation: Calculation,
    place: Place,
    calculated: Values,
    values: Values,
    ranges: dict[str, dict[Position, str]],
) -> None:
    """Take over what a formula shows, and empty what its spill no longer fills."""
    sheet, position = place
    of_sheet = values.setdefault(sheet, {})
    filled = filled_by(calculation, place)
    of_sheet.update((cell, calculated[sheet][cell]) for cell in filled)
    stored = cells_of(calculation.book, sheet).get(position)
    if stored is not None and stored.array_range is not None and place not in calculation.put_in:
        for left in set(positions_of(stored.array_range)) - set(filled):
            of_sheet.setdefault(left, None)
        ranges.setdefault(sheet, {})[position] = reference_of(filled)


def reference_of(filled: list[Position]) -> str:
    """The rectangle that some cells fill, such as ``B2:D9``, or ``B2`` for a single one."""
    reference = area_address("S", (*filled[0], *filled[-1])).rpartition("!")[2]
    return reference if len(filled) > 1 else reference.partition(":")[0]


def _not_to_be_trusted(
    calculation: Calculation, hanging: Mapping[Place, set[Place]], own: Collection[str]
) -> dict[Place, str]:
    """Why the engine's value of a formula is not taken."""
    formulas = {place: calculation.formulas[place] for place in hanging}
    unknown = unknown_functions(formulas.values())
    differing = _differing_functions(calculation, formulas)
    reasons = {}
    for place, formula in formulas.items():
        names = {name.upper().removeprefix("_XLFN.") for name in functions_in(formula)}
        if place[0] not in own and place not in calculation.put_in:
            stored = cells_of(calculation.book, place[0])[place[1]]
            if stored.array_range is None and works_on_arrays(formula):
                reasons[place] = "it works on many cells at once and is no array formula"
        if reads_another_book(formula):
            reasons[place] = "it reads another workbook"
        for name in sorted(names):
            if name in {other.upper() for other in unknown}:
                reasons[place] = f"it uses {name}, a function that is not known here"
            elif name in HIDDEN_SOURCES:
                reasons[place] = _HIDDEN.format(name)
            elif name in _OTHERWISE_IN_EXCEL and place[0] not in own:
                reasons[place] = f"it uses {name}, which may give another value in Excel"
            elif name in differing and place[0] not in own:
                reasons[place] = (
                    f"it uses {name}, for which the engine gives another value than the workbook"
                    f" shows in {differing[name]}"
                )
    return reasons


def _hidden_that_change(calculation: Calculation, hanging: Collection[Place]) -> dict[Place, str]:
    """The formulas that read what cannot be told, and would show another value now."""
    found = {}
    for place, formula in calculation.formulas.items():
        name = calculation.reads[place].hidden
        if not name or place in hanging:
            continue
        stored = cells_of(calculation.book, place[0])[place[1]]
        if not _same_value(_calculated_alone(calculation, place, formula), stored.value):
            found[place] = _HIDDEN.format(name)
    return found


def _differing_functions(calculation: Calculation, formulas: Mapping[Place, str]) -> dict[str, str]:
    """The functions that the engine works out otherwise than the workbook shows, and where.

    Formulas that do not depend on a PBR_ function have a last value that Excel worked out. A few of
    them with the same functions are calculated from what the workbook shows.
    """
    wanted = {name.upper() for formula in formulas.values() for name in functions_in(formula)}
    tried = dict.fromkeys(wanted, 0)
    proved: set[str] = set()
    suspects: list[tuple[set[str], str]] = []
    for place, formula in calculation.formulas.items():
        if place in formulas or calls_a_function(formula):
            continue
        stored = cells_of(calculation.book, place[0])[place[1]]
        if stored.never_calculated or stored.array_range is not None:
            continue
        names = {name.upper() for name in functions_in(formula)} if "(" in formula else set()
        in_doubt = names & wanted
        if not in_doubt or names & (_CHANGE_BY_THEMSELVES | HIDDEN_SOURCES):
            continue
        if min(tried[name] for name in in_doubt) >= _SAMPLES:
            continue
        for name in in_doubt:
            tried[name] += 1
        if _same_value(_calculated_alone(calculation, place, formula), stored.value):
            proved |= names if len(names) == 1 else set()
        else:
            suspects.append((in_doubt, cell_address(place[0], *place[1])))
    return {name: where for names, where in reversed(suspects) for name in names - proved}


def _calculated_alone(calculation: Calculation, place: Place, formula: str) -> CellValue:
    """What the engine makes of a formula when all around it counts as the workbook shows it."""
    sheet, position = place
    set_formula(calculation.engine, place, for_engine(calculation.book, place, formula))
    value: CellValue = from_engine(calculation.engine.evaluate_cell(sheet, *position))
    hold(calculation, [place])
    return value


def _puts_an_error_over_a_figure(
    calculation: Calculation, place: Place, sources: set[Place], calculated: Values
) -> bool:
    """Whether a formula shows an error that neither its sources nor a PBR_ call in it gave."""
    sheet, position = place
    new = calculated[sheet][position]
    if not isinstance(new, CellError) or place in calculation.put_in:
        return False
    stored = cells_of(calculation.book, sheet)[position]
    if stored.never_calculated or isinstance(stored.value, CellError):
        return new.code == NAME_ERROR and not isinstance(stored.value, CellError)
    given = [
        calculated[other][filled]
        for other, first in sources
        for filled in filled_by(calculation, (other, first))
    ]
    if any(isinstance(value, CellError) and value.code == new.code for value in given):
        return False
    calculation.errors.clear()
    for call in _own_calls(calculation, place):
        _call_alone(calculation, place, call)
    return not any(error.code == new.code for error in calculation.errors)


def _call_alone(calculation: Calculation, place: Place, call: str) -> CellValue:
    sheet, position = place
    set_formula(calculation.engine, place, call)
    value: CellValue = from_engine(calculation.engine.evaluate_cell(sheet, *position))
    formula = for_engine(calculation.book, place, calculation.formulas[place])
    set_formula(calculation.engine, place, formula)
    return value


def _own_calls(calculation: Calculation, place: Place) -> list[str]:
    calls = own_calls(calculation.formulas[place])
    return [for_engine(calculation.book, place, call) for call in calls]


def in_order(hanging: Mapping[Place, set[Place]]) -> list[Place]:
    """The formulas, each after those that it depends on as far as there is no circle."""
    ordered: dict[Place, None] = {}
    for start in sorted(hanging):
        waiting = [(start, False)]
        entered = set()
        while waiting:
            place, done = waiting.pop()
            if done:
                ordered.setdefault(place)
            elif place not in ordered and place not in entered:
                entered.add(place)
                waiting.append((place, True))
                waiting += [(source, False) for source in sorted(hanging[place])]
    return list(ordered)


def _downstream(hanging: Mapping[Place, set[Place]], kept: Iterable[Place]) -> set[Place]:
    """The formulas that depend, directly or not, on some that keep their value."""
    found = set(kept)
    for place in in_order(hanging):
        if hanging[place] & found:
            found.add(place)
    return found


def _same_value(calculated: CellValue, stored: CellValue) -> bool:
    if isinstance(calculated, CellError) or isinstance(stored, CellError):
        return (
            isinstance(calculated, CellError)
            and isinstance(stored, CellError)
            and calculated.code == stored.code
        )
    if isinstance(calculated, bool) or isinstance(stored, bool):
        return calculated is stored
    if isinstance(calculated, int | float) and isinstance(stored, int | float):
        return math.isclose(calculated, stored, rel_tol=_LIKENESS, abs_tol=_LIKENESS)
    return (calculated or "") == (stored or "")
