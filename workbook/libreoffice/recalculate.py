"""A workbook's PBR_ formulas calculated by LibreOffice Calc, their values written to a copy.

A temporary copy is opened in a private Calc. A value is taken only where Calc can be trusted with
the formula, and an error only where a PBR_ function, or what the formula reads, gave it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import formualizer

from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.workbook.calculate.formula_reads import (
    HIDDEN_SOURCES,
    Place,
    address_of,
    called_by,
    functions_in,
    parsed,
    readers_of,
    reads_another_book,
)
from xlpbr.workbook.calculate.keeping import (
    CHANGE_BY_THEMSELVES,
    NAME_ERROR,
    OTHER_BOOK,
    Recalculation,
    Values,
    alike,
    doubt_of,
    errors_in,
    taken,
    to_calculate,
    written,
)
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.book import (
    CalcBook,
    differing,
    freeze_texts,
    hold,
    open_in_calc,
    settle_spills,
    shown,
)
from xlpbr.workbook.ooxml.addresses import within
from xlpbr.workbook.ooxml.book import cells_of, open_book, sheet_named
from xlpbr.workbook.port.host_names import calls, plain
from xlpbr.workbook.port.spills import TABLE_FUNCTIONS
from xlpbr.workbook.read.own_sheets import own_sheets

_OTHERWISE_IN_EXCEL = frozenset({"CELL", "DOLLAR", "HYPERLINK", "INFO"})
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
        opened = open_in_calc(book, calc)
        called = {place for place, formula in opened.formulas.items() if calls(formula)}
        roots = called | to_calculate(book, opened.formulas, own)
        depending = settle_spills(opened, roots)
        outside = set(opened.formulas) - set(depending)
        otherwise = differing(opened, outside)
        suspects = _suspect_functions(opened, otherwise, outside, depending)
        # Calc gives no hint that 1 is the TRUE of a formula; as a value it does.
        truths = {place for place in outside if isinstance(opened.stored(place).value, bool)}
        hold(opened, otherwise | truths)
        depending = freeze_texts(opened, roots)
        reasons = _reasons(opened, depending, own, suspects)
        hidden = {place: name for place in otherwise if (name := opened.reads[place].hidden)}

        def wrong(place: Place) -> str | None:
            return _error_of_calc(opened, place, depending[place])

        new = taken(opened, _emptied(opened), depending, reasons, hidden, wrong)
    return written(book, target, new, len(called), allow=allow, in_place=in_place)


def _suspect_functions(
    opened: CalcBook,
    otherwise: Collection[Place],
    outside: Collection[Place],
    depending: Mapping[Place, set[Place]],
) -> dict[str, str]:
    """The functions that Calc works out otherwise than the workbook shows, and where it does.

    What differs only because it reads something that differs says nothing of its own functions.
    """
    wanted = {name for place in depending for name in functions_in(opened.formulas[place])}
    differs_first = set(otherwise)
    for place in otherwise:
        changing = opened.filled_by(place)
        differs_first -= readers_of(opened.read_by, place[0], changing) - {place}
    suspects: dict[str, str] = {}
    proved: set[str] = set()
    for place in sorted(outside):
        cell, formula = opened.stored(place), opened.formulas[place]
        names = functions_in(formula)
        if cell.never_calculated or names & (CHANGE_BY_THEMSELVES | HIDDEN_SOURCES):
            continue
        if reads_another_book(plain(formula)):
            continue
        if place not in otherwise or alike(shown(opened, place), cell.value):
            proved |= names if len(names) == 1 else set()
        elif place in differs_first:
            for name in names & wanted:
                suspects.setdefault(name, address_of(place))
    return {name: where for name, where in suspects.items() if name not in proved}


def _reasons(
    opened: CalcBook,
    depending: Mapping[Place, set[Place]],
    own: Collection[str],
    suspects: Mapping[str, str],
) -> dict[Place, str]:
    """Why Calc's value of a formula is not taken."""
    reasons: dict[Place, str] = {}
    for place in depending:
        formula = opened.formulas[place]
        if place in opened.crowded:
            reasons[place] = "there is no room for what it gives now"
        if reads_another_book(plain(formula)):
            reasons[place] = OTHER_BOOK
        if place[0] in own:
            continue
        if calls(formula) and any(
            isinstance(shown(opened, source), bool) for source in depending[place]
        ):
            reasons[place] = (
                "it reads a formula that gives TRUE or FALSE, which Calc takes for 1 or 0"
            )
        if compares_texts_of_a_table(formula):
            reasons[place] = "it compares texts within a table of a PBR_ function"
        doubt = doubt_of(functions_in(formula), "Calc", _OTHERWISE_IN_EXCEL, suspects)
        if doubt is not None:
            reasons[place] = doubt
    return reasons


def _error_of_calc(opened: CalcBook, place: Place, sources: Iterable[Place]) -> str | None:
    """Why an error that a formula shows is of Calc's own making, if it shows one."""
    found = errors_in(opened, opened.shown, [place])
    strange = min(found - EXCEL_ERRORS, default=None)
    own, stored = shown(opened, place), opened.stored(place)
    if strange is not None:
        wrong = strange
    elif stored.never_calculated and NAME_ERROR in found:
        wrong = NAME_ERROR
    # Within a spill a PBR_ function may put errors beside figures; the first cell speaks for it.
    elif (
        not isinstance(own, CellError)
        or stored.never_calculated
        or isinstance(stored.value, CellError)
        or own.code in errors_in(opened, opened.shown, sources)
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
    return {
        cell.value.code
        for sheet, area in opened.reads[place].areas
        if (info := sheet_named(opened.book, sheet))
        for position, cell in cells_of(opened.book, info.name).items()
        if isinstance(cell.value, CellError) and within(position, area)
    }


def _emptied(opened: CalcBook) -> Values:
    """What formulas show; an empty text within an array formula is an empty cell."""
    arrays = {(sheet, cell) for (sheet, first), filled in opened.filled.items() for cell in filled}
    return {
        sheet: {
            cell: None if value == "" and (sheet, cell) in arrays else value
            for cell, value in of_sheet.items()
        }
        for sheet, of_sheet in opened.shown.items()
    }


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
    tree = parsed(plain(formula))
    return tree is not None and _open_to_comparison(tree)


def _open_to_comparison(node: formualizer.ASTNode) -> bool:
    """Whether beneath a node something works on texts of a table that reach it."""
    if any(map(_open_to_comparison, node.children())):
        return True
    name = called_by(node)
    if name in _HAND_ON | _COUNT or name.startswith("PBR_"):
        return False
    return bool(name or node.node_type() in ("BinaryOp", "UnaryOp")) and any(
        map(_gives_a_table, node.children())
    )


def _gives_a_table(node: formualizer.ASTNode) -> bool:
    name = called_by(node)
    if name in TABLE_FUNCTIONS:
        return True
    if name == "INDEX" and len(node.children()) == 3 and all(map(_counts, node.children()[1:])):
        # A single cell is a text of its own again.
        return False
    return name in _HAND_ON and any(map(_gives_a_table, node.children()))


def _counts(node: formualizer.ASTNode) -> bool:
    """Whether a node is a number that is written out and not 0."""
    value = node.get_literal_value() if node.node_type() == "Literal" else None
    return isinstance(value, int | float) and value > 0
