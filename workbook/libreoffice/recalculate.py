"""A workbook's PBR_ formulas calculated by LibreOffice Calc, their values written to a copy.

A temporary copy is opened in a private Calc. A value is taken only where Calc can be trusted with
the formula, and an error only where a PBR_ function, or what the formula reads, gave it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.workbook.calculate.engine import NAME_ERROR, Values, functions_in, positions_of
from xlpbr.workbook.calculate.formula_reads import (
    HIDDEN_SOURCES,
    Place,
    readers_of,
    reads_another_book,
)
from xlpbr.workbook.calculate.recalculate import Recalculation
from xlpbr.workbook.calculate.refresh import Kept, in_order, reference_of
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.book import (
    CalcBook,
    differing,
    filled_by,
    freeze_texts,
    hanging_on,
    hold,
    open_in_calc,
    settle_spills,
    shown,
)
from xlpbr.workbook.libreoffice.texts import compares_texts_of_a_table
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import CellValue, Position, cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import write_values
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.port.host_names import calls, plain
from xlpbr.workbook.read.own_sheets import own_sheets

_OTHERWISE_IN_EXCEL = frozenset({"CELL", "DOLLAR", "HYPERLINK", "INFO"})
"""What Calc works out otherwise than Excel, whatever the workbook shows elsewhere."""

_CHANGE_BY_THEMSELVES = frozenset({"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY"})
_LIKENESS = 1e-9


def recalculate_with_calc(
    source: Path, target: Path, *, allow: Collection[str] = (), in_place: bool = False
) -> Recalculation:
    """Write a copy of a workbook in which the PBR_ formulas show what Calc makes of them.

    What depends on them shows its new value too, and so does a formula that was never calculated;
    all else stays as it is, byte for byte. A formula that Calc cannot be trusted with keeps its
    last value and is named in the result.

    Args:
        source: the workbook.
        target: the file to write.
        allow: what the edit may pass over.
        in_place: whether the target is the workbook itself.

    Raises:
        FileProblem: the file cannot be read, LibreOffice is missing or fails, or the copy cannot
            be written.
    """
    book = open_book(source)
    own = own_sheets(book)
    with calc_engine.running() as calc:
        opened = open_in_calc(book, calc)
        called = {place for place, cell in opened.formulas.items() if calls(cell.formula or "")}
        roots = {
            place
            for place, cell in opened.formulas.items()
            if place in called or cell.never_calculated or place[0] in own
        }
        hanging = settle_spills(opened, roots)
        outside = set(opened.formulas) - set(hanging)
        otherwise = differing(opened, outside)
        suspects = _suspect_functions(opened, otherwise, outside, hanging)
        hidden = {place for place in otherwise if opened.reads[place].hidden}
        # Calc gives no hint that 1 is the TRUE of a formula; as a value it does.
        hold(opened, {*otherwise, *(one for one in outside if _is_truth(opened, one))})
        hanging = freeze_texts(opened, roots)
        reasons = _reasons(opened, hanging, own, suspects)
        for place, sources in hanging_on(opened, hidden).items():
            if place in hidden:
                reasons[place] = (
                    f"it uses {opened.reads[place].hidden}, and it cannot be seen what that reads"
                )
            if place in hidden or place in hanging:
                hanging.setdefault(place, set()).update(sources)
        _refuse_errors(opened, hanging, reasons)
        values, ranges = _taken(opened, set(hanging) - set(reasons))
    done = write_values(book, target, values, ranges, program=XLPBR, allow=allow, in_place=in_place)
    kept = tuple(
        Kept(cell_address(sheet, *position), reasons[sheet, position])
        for sheet, position in sorted(reasons)
    )
    return Recalculation(sum(map(len, values.values())), len(called), kept, done.kept)


def _suspect_functions(
    opened: CalcBook,
    otherwise: Collection[Place],
    outside: Collection[Place],
    hanging: Mapping[Place, set[Place]],
) -> dict[str, str]:
    """The functions that Calc works out otherwise than the workbook shows, and where it does.

    What differs only because it reads something that differs says nothing of its own functions.
    """
    wanted = {name for place in hanging for name in _functions(opened, place)}
    differs_first = set(otherwise)
    for place in otherwise:
        changing = filled_by(opened, place)
        differs_first -= set(readers_of(opened.read_by, place[0], changing)) - {place}
    suspects: dict[str, str] = {}
    proved: set[str] = set()
    for place in sorted(outside):
        cell = opened.formulas[place]
        names = _functions(opened, place)
        if cell.never_calculated or names & (_CHANGE_BY_THEMSELVES | HIDDEN_SOURCES):
            continue
        if reads_another_book(plain(cell.formula or "")):
            continue
        if place not in otherwise or _alike(shown(opened, place), cell.value):
            proved |= names if len(names) == 1 else set()
        elif place in differs_first:
            for name in names & wanted:
                suspects.setdefault(name, cell_address(place[0], *place[1]))
    return {name: where for name, where in suspects.items() if name not in proved}


def _is_truth(opened: CalcBook, place: Place) -> bool:
    return isinstance(opened.formulas[place].value, bool)


def _functions(opened: CalcBook, place: Place) -> set[str]:
    formula = opened.formulas[place].formula or ""
    if "(" not in formula:
        return set()
    return {name.upper().removeprefix("_XLFN.") for name in functions_in(formula)}


def _reasons(
    opened: CalcBook,
    hanging: Mapping[Place, set[Place]],
    own: Collection[str],
    suspects: Mapping[str, str],
) -> dict[Place, str]:
    """Why Calc's value of a formula is not taken."""
    reasons = {}
    for place in hanging:
        if place in opened.crowded:
            reasons[place] = "there is no room for what it gives now"
        if reads_another_book(plain(opened.formulas[place].formula or "")):
            reasons[place] = "it reads another workbook"
        if place[0] in own:
            continue
        if calls(opened.formulas[place].formula or "") and any(
            isinstance(shown(opened, source), bool) for source in hanging[place]
        ):
            reasons[place] = (
                "it reads a formula that gives TRUE or FALSE, which Calc takes for 1 or 0"
            )
        if compares_texts_of_a_table(opened.formulas[place].formula or ""):
            reasons[place] = "it compares texts within a table of a PBR_ function"
        for name in sorted(_functions(opened, place)):
            if name in _OTHERWISE_IN_EXCEL:
                reasons[place] = f"it uses {name}, which may give another value in Excel"
            elif name in suspects:
                reasons[place] = (
                    f"it uses {name}, for which Calc gives another value than the workbook shows"
                    f" in {suspects[name]}"
                )
    return reasons


def _refuse_errors(
    opened: CalcBook, hanging: Mapping[Place, set[Place]], reasons: dict[Place, str]
) -> None:
    """Keep the value where Calc puts an error that neither a PBR_ function nor a source gave."""
    for place in in_order(hanging):
        if place in reasons:
            continue
        if any(source in reasons for source in hanging[place]):
            reasons[place] = "it depends on a formula that keeps its last value"
            continue
        wrong = _error_of_calc(opened, place, hanging[place])
        if wrong is not None:
            reasons[place] = f"Calc gives {wrong.code} for it, where Excel may give a figure"


def _error_of_calc(opened: CalcBook, place: Place, sources: Iterable[Place]) -> CellError | None:
    """The error that a formula shows of Calc's own making, if it shows one."""
    sheet, _ = place
    found = {
        value.code: value
        for value in (opened.shown[sheet][cell] for cell in filled_by(opened, place))
        if isinstance(value, CellError)
    }
    if not found:
        return None
    strange = next((error for code, error in found.items() if code not in EXCEL_ERRORS), None)
    if strange is not None:
        return strange
    stored = opened.formulas[place]
    if stored.never_calculated or isinstance(stored.value, CellError):
        return found.get(NAME_ERROR) if stored.never_calculated else None
    own = shown(opened, place)
    # Within a spill a PBR_ function may put errors beside figures; the first cell speaks for it.
    if not isinstance(own, CellError):
        return None
    given = {
        value.code
        for other, first in sources
        for value in (opened.shown[other][cell] for cell in filled_by(opened, (other, first)))
        if isinstance(value, CellError)
    }
    if own.code in given or own.code in _errors_read(opened, place):
        return None
    if place in opened.frozen:
        return None
    errors = calc_engine.errors_given(opened.calc, opened.number, place)
    return None if any(error.code == own.code for error in errors) else own


def _errors_read(opened: CalcBook, place: Place) -> set[str]:
    """The errors that stand in the cells a formula reads."""
    found = set()
    for sheet, (top, left, bottom, right) in opened.reads[place].areas:
        names = {info.name.casefold(): info.name for info in opened.book.sheets}
        if sheet not in names:
            continue
        for (row, column), cell in cells_of(opened.book, names[sheet]).items():
            if (
                isinstance(cell.value, CellError)
                and top <= row <= bottom
                and left <= column <= right
            ):
                found.add(cell.value.code)
    return found


def _taken(
    opened: CalcBook, places: Collection[Place]
) -> tuple[Values, dict[str, dict[Position, str]]]:
    """What formulas show now, and what array formulas fill; what they no longer fill is empty."""
    values: Values = {}
    ranges: dict[str, dict[Position, str]] = {}
    for place in sorted(places):
        sheet, position = place
        of_sheet = values.setdefault(sheet, {})
        filled = filled_by(opened, place)
        stored = opened.formulas[place].array_range
        if stored is None:
            of_sheet[position] = shown(opened, place)
            continue
        for cell in filled:
            value = opened.shown[sheet][cell]
            of_sheet[cell] = None if value == "" else value
        for left in set(positions_of(stored)) - set(filled):
            of_sheet.setdefault(left, None)
        ranges.setdefault(sheet, {})[position] = reference_of(filled)
    return values, ranges


def _alike(calculated: CellValue, stored: CellValue) -> bool:
    """Whether two figures differ by no more than a last digit."""
    if isinstance(calculated, float) and isinstance(stored, float):
        return math.isclose(calculated, stored, rel_tol=_LIKENESS, abs_tol=_LIKENESS)
    return False
