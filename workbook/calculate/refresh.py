"""Which cells show another value once the PBR_ formulas are calculated, and which keep theirs.

What does not depend on a PBR_ formula counts as the workbook shows it. For what does, the engine
has to prove itself first (``proof``). A formula that it cannot be trusted with keeps what it shows,
with all that depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.arrays_arising import LIFTED_BY_ENGINE, arrays_in
from xlpbr.workbook.calculate.engine import (
    Calculation,
    filled_by,
    load,
    text_in_engine,
    unknown_functions,
    value_of,
    values_of,
)
from xlpbr.workbook.calculate.engine_formulas import (
    hidden_errors,
    is_one_call,
    own_calls,
)
from xlpbr.workbook.calculate.figures_of_now import doubtful
from xlpbr.workbook.calculate.formula_reads import (
    HIDDEN_SOURCES,
    Place,
    read_by,
    reads,
    unread_sheets,
)
from xlpbr.workbook.calculate.formula_words import functions_in
from xlpbr.workbook.calculate.keeping import (
    CHANGE_BY_THEMSELVES,
    CHANGES,
    CIRCLE,
    HIDDEN,
    MOST_ROUNDS,
    NAME_ERROR,
    NOT_PROVED,
    NOT_SETTLED,
    ROUNDED_AS_SHOWN,
    UNREAD_SHEET,
    FilledBy,
    Refreshed,
    Values,
    add_hidden,
    dependents,
    doubt_of,
    errors_in,
    formulas_of,
    in_circles,
    keep_errors,
    kept_with,
    same_value,
    shows_the_same,
    stored_cells,
    taken,
)
from xlpbr.workbook.calculate.proof import Known, Proof, functions_beside, prove
from xlpbr.workbook.ooxml.addresses import Position
from xlpbr.workbook.ooxml.book import Book, cells_of

_ENGINE = "the engine"
_OTHERWISE_IN_EXCEL = {
    "AGGREGATE", "CELL", "DATEVALUE", "DOLLAR", "HYPERLINK", "INFO", "NUMBERVALUE", "SUBTOTAL",
    "TIMEVALUE",
}  # fmt: skip
"""What the engine works out otherwise than a British Excel: the order of dates, hidden rows."""


def refreshed(
    book: Book,
    roots: Iterable[Place],
    put_in: Mapping[Place, str] | None = None,
    own: Collection[str] = (),
    beside: Collection[Place] = (),
) -> tuple[Refreshed, Calculation]:
    """The values of some formulas and of all that depends on them, and the workbook calculated.

    Args:
        book: the workbook.
        roots: the formulas to be calculated, those put in included.
        put_in: formulas that are put into cells first, without their equals sign.
        own: the sheets whose formulas xlpbr wrote. The engine is known to be right with those.
        beside: formulas that others may need and whose value is not asked for.

    Raises:
        FileProblem: the engine cannot calculate the workbook.
    """
    extra = dict(put_in or {})
    formulas = formulas_of(book) | extra
    all_reads = {place: reads(book, place, text) for place, text in formulas.items()}
    known = Known(
        book, formulas, extra, frozenset(roots), frozenset(own), all_reads, read_by(all_reads)
    )
    spills: dict[Place, list[Position]] = {}

    def fills(place: Place) -> list[Position]:
        stored = [place[1]] if place in extra else stored_cells(book, place)
        return spills.get(place, stored)

    depending = dependents(book, known.read_by, known.roots, fills)
    proof = prove(known, depending)
    unsettled: set[Place] = set()
    for turn in range(MOST_ROUNDS):
        if turn:
            depending = dependents(book, known.read_by, known.roots, fills)
        if proof.asked != depending.keys():
            proof = prove(known, depending)
        reasons = _reasons(known, depending, proof)
        kept = kept_with(depending, reasons)
        hidden = {place for place, found in all_reads.items() if found.hidden} - depending.keys()
        calculation = load(
            book, extra, {*(depending.keys() - kept), *hidden, *beside}, spills
        )  # fmt: skip
        new = {place: filled_by(calculation, place) for place in depending.keys() - kept}
        unsettled = {place for place, cells in new.items() if fills(place) != cells}
        if not unsettled:
            break
        spills |= new
    values = values_of(calculation, calculation.calculated)
    reasons |= {place: why for place, why in calculation.impossible.items() if place in depending}
    reasons |= dict.fromkeys(unsettled, NOT_SETTLED)
    changing = {
        place: all_reads[place].hidden
        for place in hidden
        if place in calculation.calculated and not _reads_the_same(proof, values, place)
    }
    add_hidden(
        depending, reasons, changing, dependents(book, known.read_by, changing, fills)
    )  # fmt: skip
    reasons |= _doubtful(known, calculation, values, depending, depending.keys() - reasons.keys())
    if reasons or any(sheet not in known.own for sheet, _ in depending):
        keep_errors(
            depending,
            reasons,
            partial(_error_of_the_engine, known, calculation, proof, depending, values),
        )
    done = taken(
        book, values, depending, reasons, fills, extra,
        unproved=_unproved(known, proof, values, depending.keys() - reasons.keys()),
    )  # fmt: skip
    return done, calculation


def _reasons(known: Known, depending: Mapping[Place, set[Place]], proof: Proof) -> dict[Place, str]:
    """Why the engine's value of a formula is not taken."""
    formulas = {place: known.formulas[place] for place in depending}
    unknown = {name.upper() for name in unknown_functions(formulas.values())}
    reasons = dict.fromkeys(in_circles(depending), CIRCLE)
    unread = unread_sheets(known.book, {place: known.reads[place] for place in depending})
    reasons |= {place: UNREAD_SHEET.format(sheet) for place, sheet in unread.items()}
    for place, formula in formulas.items():
        names = {name.upper().removeprefix("_XLFN.") for name in functions_in(formula)}
        if place[0] not in known.own:
            reason = _doubt(known, proof, place, names, depending[place])
            if reason is not None:
                reasons.setdefault(place, reason)
        for name in sorted(names):
            if name in unknown:
                reasons[place] = f"it uses {name}, a function that is not known here"
            elif name in HIDDEN_SOURCES:
                reasons[place] = HIDDEN.format(name)
    return reasons


def _doubt(
    known: Known, proof: Proof, place: Place, names: set[str], sources: Collection[Place]
) -> str | None:
    """Why a formula that others wrote is not left to the engine."""
    arrays = arrays_in(known.book, place, known.formulas[place])
    if place not in known.put_in and arrays.one_of_many:
        stored = cells_of(known.book, place[0])[place[1]]
        if stored.array_range is None:
            return "it works on many cells at once and is no array formula"
    not_lifted = sorted(arrays.lifted - LIFTED_BY_ENGINE)
    if "LAMBDA" in not_lifted:
        return "it uses LAMBDA, a function that is not known here"
    if not_lifted and place in known.roots:
        return f"it uses {not_lifted[0]} on many values at once, which the engine does not"
    if known.book.workbook.rounded_as_shown:
        return ROUNDED_AS_SHOWN
    changing = sorted(names & CHANGE_BY_THEMSELVES)
    if changing and place not in known.roots:
        return CHANGES.format(changing[0])
    if place in proof.calculation.impossible:
        return proof.calculation.impossible[place]
    # What reads one that failed is kept with it, and says nothing of its own.
    if place in proof.failed and proof.failed.isdisjoint(sources):
        return NOT_PROVED.format(_ENGINE)
    suspects = proof.suspects if place in known.roots else {}
    return doubt_of(names, _ENGINE, _OTHERWISE_IN_EXCEL, suspects)


def _doubtful(
    known: Known,
    calculation: Calculation,
    values: Values,
    depending: Mapping[Place, set[Place]],
    places: Collection[Place],
) -> dict[Place, str]:
    """Why formulas are not left to the engine with the figures of now, though they proved right.

    What reads nothing that changed has proved itself with just these figures.
    """
    moved = {
        place
        for place in depending
        if place in known.put_in
        or place not in calculation.calculated
        or not shows_the_same(
            known.book, place, values[place[0]], filled_by(calculation, place)
        )
    }  # fmt: skip
    asked = {
        place: text_in_engine(calculation, place)
        for place in sorted(calculation.calculated.intersection(places))
        if place[0] not in known.own
        and (place in known.roots or not moved.isdisjoint(depending[place]))
    }
    return doubtful(calculation, values, asked)


def _reads_the_same(proof: Proof, values: Values, place: Place) -> bool:
    """Whether a formula shows what it did before anything was calculated."""
    sheet, position = place
    before = proof.values.get(sheet, {})
    return position in before and same_value(before[position], values[sheet][position])


def _unproved(
    known: Known, proof: Proof, values: Values, places: Iterable[Place]
) -> frozenset[Place]:
    """The formulas whose new value rests on functions that nothing in the workbook proves."""
    found = set()
    for place in known.roots.intersection(places):
        sheet, position = place
        formula = known.formulas[place]
        if sheet in known.own or is_one_call(formula):
            continue
        stored = cells_of(known.book, sheet).get(position)
        if (
            place not in known.put_in
            and stored is not None
            and same_value(stored.value, values[sheet][position])
        ):
            continue
        if functions_beside(formula) - proof.proved:
            found.add(place)
    return frozenset(found)


def _error_of_the_engine(
    known: Known,
    calculation: Calculation,
    proof: Proof,
    depending: Mapping[Place, set[Place]],
    values: Values,
    place: Place,
) -> str | None:
    """Why an error that a formula shows, or hides, is the engine's own, if it is."""
    sheet, position = place
    if sheet in known.own:
        return None
    of_sources = _errors_around(known, calculation, depending[place], values, place)
    new = values[sheet][position]
    if isinstance(new, CellError) and place not in known.put_in:
        stored = cells_of(known.book, sheet)[position]
        if stored.never_calculated or isinstance(stored.value, CellError):
            wrong = new.code == NAME_ERROR and not isinstance(stored.value, CellError)
        else:
            wrong = new.code not in of_sources
        return "the engine gives an error for it where a figure stands" if wrong else None
    if of_sources or not _hides_more(known, calculation, proof, values, place):
        return None
    return "the engine gives an error within it that no figure shows"


def _errors_around(
    known: Known,
    calculation: Calculation,
    sources: Iterable[Place],
    values: Values,
    place: Place,
) -> set[str]:
    """The errors that a formula is handed, and those that the PBR_ calls in it give."""
    filled: FilledBy = partial(filled_by, calculation)
    found = set(
        errors_in(values, (one for one in sources if one in calculation.calculated), filled)
    )
    calculation.errors.clear()
    for call in own_calls(known.formulas[place]):
        value_of(calculation, place, call)
    return found | {error.code for error in calculation.errors}


def _hides_more(
    known: Known, calculation: Calculation, proof: Proof, values: Values, place: Place
) -> bool:
    """Whether something like IFERROR in a formula hides an error that it did not hide before."""
    formula = known.formulas[place]
    counts = hidden_errors(formula)
    if not counts:
        return False
    sheet, position = place
    stored = cells_of(known.book, sheet).get(position)
    if place in known.roots:
        shown = None if stored is None else stored.value
        before: list[object] = [0] * len(counts)
        if place not in known.put_in and same_value(shown, values[sheet][position]):
            return False
    else:
        before = [value_of(proof.calculation, place, count) for count in counts]
    now = [value_of(calculation, place, count) for count in counts]
    return any(
        not isinstance(new, int | float) or not isinstance(old, int | float) or new > old
        for new, old in zip(now, before, strict=True)
    )
