"""Which cells show another value once the PBR_ formulas are calculated, and which keep theirs.

What does not depend on a PBR_ formula counts as the workbook shows it. A value is given only where
the engine can be trusted with the formula: it knows every function in it, it agrees with what the
workbook shows where the same functions stand elsewhere, and it does not put an error over a figure
that no PBR_ function gave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.engine import (
    Calculation,
    calculated_as,
    calls_a_function,
    hold,
    own_calls,
    set_formula,
    unknown_functions,
    values_of,
)
from xlpbr.workbook.calculate.formula_reads import (
    HIDDEN_SOURCES,
    Place,
    address_of,
    functions_in,
    reads_another_book,
    works_on_arrays,
)
from xlpbr.workbook.calculate.keeping import (
    CHANGE_BY_THEMSELVES,
    HIDDEN,
    NAME_ERROR,
    OTHER_BOOK,
    Refreshed,
    Values,
    alike,
    dependents,
    doubt_of,
    errors_in,
    taken,
)
from xlpbr.workbook.ooxml.book import CellValue, cells_of

_SAMPLES = 12
"""How many formulas of a workbook are calculated to see whether a function can be trusted."""

_OTHERWISE_IN_EXCEL = {
    "AGGREGATE", "CELL", "DATEVALUE", "DOLLAR", "HYPERLINK", "INFO", "NUMBERVALUE", "SUBTOTAL",
    "TIMEVALUE",
}  # fmt: skip
"""What the engine works out otherwise than a British Excel: the order of dates, hidden rows."""


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
    depending = dependents(calculation, roots)
    hold(calculation, set(calculation.formulas) - set(depending))
    calculation.engine.evaluate_all()
    calculated = values_of(calculation, depending)
    reasons = _not_to_be_trusted(calculation, depending, own)
    hidden = _hidden_that_change(calculation, depending)

    def wrong(place: Place) -> str | None:
        if place[0] in own or not _is_of_the_engine(
            calculation, place, depending[place], calculated
        ):
            return None
        return "the engine gives an error for it where a figure stands"

    return taken(calculation, calculated, depending, reasons, hidden, wrong)


def _not_to_be_trusted(
    calculation: Calculation, depending: Collection[Place], own: Collection[str]
) -> dict[Place, str]:
    """Why the engine's value of a formula is not taken."""
    formulas = {place: calculation.formulas[place] for place in depending}
    unknown = unknown_functions(formulas.values())
    differing = _differing_functions(calculation, formulas)
    reasons: dict[Place, str] = {}
    for place, formula in formulas.items():
        names = functions_in(formula)
        if place[0] not in own:
            if place not in calculation.put_in:
                stored = cells_of(calculation.book, place[0])[place[1]]
                if stored.array_range is None and works_on_arrays(formula):
                    reasons[place] = "it works on many cells at once and is no array formula"
            doubt = doubt_of(names, "the engine", _OTHERWISE_IN_EXCEL, differing)
            if doubt is not None:
                reasons[place] = doubt
        if reads_another_book(formula):
            reasons[place] = OTHER_BOOK
        for name in sorted(names):
            if name in unknown:
                reasons[place] = f"it uses {name}, a function that is not known here"
            elif name in HIDDEN_SOURCES:
                reasons[place] = HIDDEN.format(name)
    return reasons


def _hidden_that_change(calculation: Calculation, depending: Collection[Place]) -> dict[Place, str]:
    """The formulas that read what cannot be told and would show another value now, and by what."""
    found = {}
    for place, formula in calculation.formulas.items():
        name = calculation.reads[place].hidden
        if not name or place in depending:
            continue
        stored = cells_of(calculation.book, place[0])[place[1]]
        if not _same_value(_calculated_alone(calculation, place, formula), stored.value):
            found[place] = name
    return found


def _differing_functions(calculation: Calculation, formulas: Mapping[Place, str]) -> dict[str, str]:
    """The functions that the engine works out otherwise than the workbook shows, and where.

    Formulas that do not depend on a PBR_ function have a last value that Excel worked out. A few of
    them with the same functions are calculated from what the workbook shows.
    """
    wanted = {name for formula in formulas.values() for name in functions_in(formula)}
    tried = dict.fromkeys(wanted, 0)
    proved: set[str] = set()
    suspects: list[tuple[set[str], str]] = []
    for place, formula in calculation.formulas.items():
        if place in formulas or calls_a_function(formula):
            continue
        stored = cells_of(calculation.book, place[0])[place[1]]
        if stored.never_calculated or stored.array_range is not None:
            continue
        names = functions_in(formula)
        in_doubt = names & wanted
        if not in_doubt or names & (CHANGE_BY_THEMSELVES | HIDDEN_SOURCES):
            continue
        if min(tried[name] for name in in_doubt) >= _SAMPLES:
            continue
        for name in in_doubt:
            tried[name] += 1
        if _same_value(_calculated_alone(calculation, place, formula), stored.value):
            proved |= names if len(names) == 1 else set()
        else:
            suspects.append((in_doubt, address_of(place)))
    return {name: where for names, where in reversed(suspects) for name in names - proved}


def _calculated_alone(calculation: Calculation, place: Place, formula: str) -> CellValue:
    """What the engine makes of a formula when all around it counts as the workbook shows it."""
    value = calculated_as(calculation, place, formula)
    hold(calculation, [place])
    return value


def _is_of_the_engine(
    calculation: Calculation, place: Place, sources: Collection[Place], calculated: Values
) -> bool:
    """Whether a formula shows an error that neither its sources nor a PBR_ call in it gave."""
    sheet, position = place
    new = calculated[sheet][position]
    if not isinstance(new, CellError) or place in calculation.put_in:
        return False
    stored = cells_of(calculation.book, sheet)[position]
    if stored.never_calculated or isinstance(stored.value, CellError):
        return new.code == NAME_ERROR and not isinstance(stored.value, CellError)
    if new.code in errors_in(calculation, calculated, sources):
        return False
    calculation.errors.clear()
    formula = calculation.formulas[place]
    for call in own_calls(formula):
        calculated_as(calculation, place, call)
    set_formula(calculation.engine, calculation.book, place, formula)
    return not any(error.code == new.code for error in calculation.errors)


def _same_value(calculated: CellValue, stored: CellValue) -> bool:
    if isinstance(calculated, CellError) and isinstance(stored, CellError):
        return calculated.code == stored.code
    if isinstance(calculated, bool) or isinstance(stored, bool):
        return calculated is stored
    return alike(calculated, stored) or (calculated or "") == (stored or "")
