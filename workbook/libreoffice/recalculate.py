"""A workbook's PBR_ formulas calculated by LibreOffice Calc, their values written to a copy.

A temporary copy is opened in a private Calc. A value is taken only where Calc can be trusted with
the formula, and an error only where a PBR_ function, or what the formula reads, gave it.
"""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path

import formualizer

from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.calculate.changed_copy import Recalculation, written
from xlpbr.workbook.calculate.engine import with_values
from xlpbr.workbook.calculate.engine_formulas import for_engine
from xlpbr.workbook.calculate.figures_of_now import doubtful
from xlpbr.workbook.calculate.formula_reads import (
    HIDDEN_SOURCES,
    Place,
    readers_of,
    reads_another_book,
    unread_sheets,
)
from xlpbr.workbook.calculate.formula_words import functions_in
from xlpbr.workbook.calculate.keeping import (
    CHANGE_BY_THEMSELVES,
    CIRCLE,
    NAME_ERROR,
    NOT_PROVED,
    OTHER_BOOK,
    ROUNDED_AS_SHOWN,
    UNREAD_SHEET,
    Values,
    add_hidden,
    doubt_of,
    errors_in,
    in_circles,
    keep_errors,
    same_value,
    taken,
    to_calculate,
)
from xlpbr.workbook.calculate.recalculate import names_of_calls
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.book import (
    CalcBook,
    depending_on,
    differing,
    filled_by,
    freeze_texts,
    hold,
    open_in_calc,
    settle_spills,
    shown,
    unlike,
)
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import Book, cells_of, open_book
from xlpbr.workbook.port.host_names import calls, plain
from xlpbr.workbook.read.own_sheets import own_sheets

_CALC = "Calc"
OTHERWISE_IN_EXCEL = frozenset({"CELL", "DOLLAR", "HYPERLINK", "INFO"})
"""What Calc works out otherwise than Excel, whatever the workbook shows elsewhere."""


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
        failed = _failed(book, calc, own)
        opened = open_in_calc(book, calc)
        filled = partial(filled_by, opened)
        called = _called(opened)
        roots = _roots(opened, own)
        depending = settle_spills(opened, roots)
        outside = set(opened.formulas) - set(depending)
        otherwise = differing(opened, outside)
        suspects = _suspect_functions(opened, otherwise, outside, depending)
        # Calc gives no hint that 1 is the TRUE of a formula; as a value it does.
        hold(opened, {*otherwise, *(one for one in outside if _is_truth(opened, one))})
        depending = freeze_texts(opened, roots)
        reasons = _reasons(opened, depending, own, suspects)
        reasons |= {
            place: NOT_PROVED.format(_CALC)
            for place in failed & depending.keys() - reasons.keys()
            if failed.isdisjoint(depending[place])
        }
        reasons |= dict.fromkeys(in_circles(depending), CIRCLE)
        hidden = {place: name for place in otherwise if (name := opened.reads[place].hidden)}
        add_hidden(depending, reasons, hidden, depending_on(opened, hidden))
        values = _emptied(opened)
        sure = depending.keys() - reasons.keys()
        reasons |= _doubtful(opened, values, depending, roots, own, sure)
        keep_errors(
            depending, reasons, lambda place: _error_of_calc(opened, place, depending[place])
        )
        new = taken(book, values, depending, reasons, filled)
    return written(book, target, new, len(called), allow=allow, in_place=in_place)


def _doubtful(
    opened: CalcBook,
    values: Values,
    depending: Mapping[Place, set[Place]],
    roots: Collection[Place],
    own: Collection[str],
    places: Collection[Place],
) -> dict[Place, str]:
    """Why formulas are not left to Calc with the figures of now, though they proved right.

    Calc goes by other digits than Excel too, and reads dates and formats in a way of its own.
    """
    moved = differing(opened, depending)
    asked = sorted(
        place
        for place in places
        if place[0] not in own and (place in roots or not moved.isdisjoint(depending[place]))
    )
    if not asked:
        return {}
    spill_of = partial(filled_by, opened)
    texts = {
        place: for_engine(opened.book, place, opened.formulas[place].formula or "", spill_of)
        for place in asked
    }
    return doubtful(with_values(opened.book, values), values, texts)


def _failed(book: Book, calc: calc_engine.Calc, own: Collection[str]) -> set[Place]:
    """The formulas of which Calc makes another value than the workbook, from what that shows.

    A formula that is calculated whatever the workbook shows is no proof of anything, and xlpbr's
    own formulas need none.
    """
    opened = open_in_calc(book, calc)
    roots = _roots(opened, own)
    asked = {place for place in depending_on(opened, roots) if place[0] not in own} - roots
    if asked:
        hold(opened, roots)
        hold(opened, differing(opened, set(opened.formulas) - asked - roots))
    failed = unlike(opened, asked)
    calc_engine.close(calc, opened.number)
    return failed


def _roots(opened: CalcBook, own: Collection[str]) -> set[Place]:
    """The formulas that are calculated whatever the workbook shows."""
    return _called(opened) | to_calculate(opened.book, opened.formulas, own)


def _called(opened: CalcBook) -> set[Place]:
    """The formulas that call a PBR_ function, themselves or through a name."""
    named = names_of_calls(opened.book)
    return {
        place
        for place, cell in opened.formulas.items()
        if calls(cell.formula or "") or (named and named.search(cell.formula or ""))
    }


def _suspect_functions(
    opened: CalcBook,
    otherwise: Collection[Place],
    outside: Collection[Place],
    depending: Mapping[Place, set[Place]],
) -> dict[str, str]:
    """The functions that Calc works out otherwise than the workbook shows, and where it does.

    What differs only because it reads something that differs says nothing of its own functions.
    """
    wanted = {name for place in depending for name in _functions(opened, place)}
    differs_first = set(otherwise)
    for place in otherwise:
        changing = filled_by(opened, place)
        differs_first -= set(readers_of(opened.read_by, place[0], changing)) - {place}
    suspects: dict[str, str] = {}
    proved: set[str] = set()
    for place in sorted(outside):
        cell = opened.formulas[place]
        names = _functions(opened, place)
        if cell.never_calculated or names & (CHANGE_BY_THEMSELVES | HIDDEN_SOURCES):
            continue
        if reads_another_book(plain(cell.formula or "")):
            continue
        if place not in otherwise or same_value(shown(opened, place), cell.value):
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
    depending: Mapping[Place, set[Place]],
    own: Collection[str],
    suspects: Mapping[str, str],
) -> dict[Place, str]:
    """Why Calc's value of a formula is not taken."""
    reasons: dict[Place, str] = {}
    for place in depending:
        if place in opened.crowded:
            reasons[place] = "there is no room for what it gives now"
        if reads_another_book(plain(opened.formulas[place].formula or "")):
            reasons[place] = OTHER_BOOK
        if place[0] in own:
            continue
        if calls(opened.formulas[place].formula or "") and any(
            isinstance(shown(opened, source), bool) for source in depending[place]
        ):
            reasons[place] = (
                "it reads a formula that gives TRUE or FALSE, which Calc takes for 1 or 0"
            )
        if compares_texts_of_a_table(opened.formulas[place].formula or ""):
            reasons[place] = "it compares texts within a table of a PBR_ function"
        # Any other formula has proved itself.
        differing = suspects if calls(opened.formulas[place].formula or "") else {}
        doubt = doubt_of(_functions(opened, place), _CALC, OTHERWISE_IN_EXCEL, differing)
        if doubt is not None:
            reasons[place] = doubt
        if opened.book.workbook.rounded_as_shown:
            reasons[place] = ROUNDED_AS_SHOWN
    unread = unread_sheets(opened.book, {place: opened.reads[place] for place in depending})
    return reasons | {place: UNREAD_SHEET.format(sheet) for place, sheet in unread.items()}


def _error_of_calc(opened: CalcBook, place: Place, sources: Iterable[Place]) -> str | None:
    """Why an error that a formula shows is of Calc's own making, if it shows one."""
    filled = partial(filled_by, opened)
    found = errors_in(opened.shown, [place], filled)
    strange = next((code for code in found if code not in EXCEL_ERRORS), None)
    own, stored = shown(opened, place), opened.formulas[place]
    if strange is not None:
        wrong = strange
    elif stored.never_calculated and NAME_ERROR in found:
        wrong = NAME_ERROR
    # Within a spill a PBR_ function may put errors beside figures; the first cell speaks for it.
    elif (
        not isinstance(own, CellError)
        or stored.never_calculated
        or isinstance(stored.value, CellError)
        or own.code in errors_in(opened.shown, sources, filled)
        or own.code in _errors_read(opened, place)
        or place in opened.frozen
        or own.code
        in {one.code for one in calc_engine.errors_given(opened.calc, opened.number, place)}
    ):
        return None
    else:
        wrong = own.code
    return f"Calc gives {wrong} for it, where Excel may give a figure"


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


def _emptied(opened: CalcBook) -> Values:
    """What formulas show; an empty text that an array formula gives beside it is an empty cell."""
    arrays = {
        (sheet, cell)
        for (sheet, first), filled in opened.filled.items()
        for cell in filled
        if cell != first
    }
    return {
        sheet: {
            cell: None if value == "" and (sheet, cell) in arrays else value
            for cell, value in of_sheet.items()
        }
        for sheet, of_sheet in opened.shown.items()
    }


_TABLE_FUNCTIONS = frozenset(
    name
    for name, function in FUNCTIONS.items()
    if typing.get_origin(typing.get_type_hints(function.call)["return"]) is list
)
_HAND_ON = frozenset(
    {
        "CHOOSECOLS", "CHOOSEROWS", "DROP", "HSTACK", "IFERROR", "IFNA", "INDEX", "TAKE",
        "TRANSPOSE", "VSTACK",
    }
)  # fmt: skip
_COUNT = frozenset(
    {
        "COLUMNS", "COUNT", "COUNTA", "ERROR.TYPE", "EXACT", "ISBLANK", "ISERR", "ISERROR", "ISNA",
        "ISNUMBER", "ISTEXT", "LEN", "MAX", "MIN", "ROWS", "SUM",
    }
)  # fmt: skip


def compares_texts_of_a_table(formula: str) -> bool:
    """Whether a formula hands the table of a PBR_ function to what may compare its texts.

    Args:
        formula: its text without the equals sign.
    """
    try:
        tree = formualizer.parse(f"={plain(formula)}")
    except formualizer.ParserError:
        return False
    return _open_to_comparison(tree)


def _open_to_comparison(node: formualizer.ASTNode) -> bool:
    """Whether beneath a node something works on texts of a table that reach it."""
    if any(map(_open_to_comparison, node.children())):
        return True
    name = _name(node)
    if name in _HAND_ON | _COUNT or name.startswith("PBR_"):
        return False
    return bool(name or node.node_type() in ("BinaryOp", "UnaryOp")) and any(
        map(_gives_a_table, node.children())
    )


def _gives_a_table(node: formualizer.ASTNode) -> bool:
    name = _name(node)
    if name in _TABLE_FUNCTIONS:
        return True
    if name == "INDEX" and len(node.children()) == 3 and all(map(_counts, node.children()[1:])):
        # A single cell is a text of its own again.
        return False
    return name in _HAND_ON and any(map(_gives_a_table, node.children()))


def _counts(node: formualizer.ASTNode) -> bool:
    """Whether a node is a number that is written out and not 0."""
    value = node.get_literal_value() if node.node_type() == "Literal" else None
    return isinstance(value, int | float) and value > 0


def _name(node: formualizer.ASTNode) -> str:
    return (node.get_function_name() or "").upper().removeprefix("_XLFN.")
