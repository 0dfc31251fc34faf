"""A formula in the words of the engine.

What the engine would take otherwise than Excel is written out from what our own reader sees: tables
and spills as the cells that they are, an argument left out as an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from xlpbr.udfs.formula_calls import arguments, call_pattern, calls_in, outer_calls
from xlpbr.udfs.hosts import STORED_PREFIXES
from xlpbr.workbook.calculate.formula_reads import Place
from xlpbr.workbook.calculate.table_references import table_cells, used
from xlpbr.workbook.ooxml.addresses import (
    Area,
    Position,
    area_address,
    cell_address,
    split_cell,
    split_sheet,
)
from xlpbr.workbook.ooxml.book import Book

SpillOf = Callable[[Place], list[Position]]
"""The cells that a formula fills: its own and, where it spills, all of the spill."""

_CALL = call_pattern(STORED_PREFIXES)
_IN_EVERY_NAME = "PBR_"
_HIDES = re.compile(
    r"(?<![\w.])(?:_xlfn\.)?(?:AGGREGATE|ERROR\.TYPE|IFERROR|IFNA|ISERR|ISERROR|ISNA)\s*\(",
    re.IGNORECASE,
)
"""What makes a figure of an error, so that an error of the engine's own would not be seen."""
_TABLE = re.compile(r"[\w.\\?]*\[")
_WHOLE_TABLE = re.compile(r"\s*([\w.\\]+)\[#All\]\s*", re.IGNORECASE)
_OPENS = re.compile(r"[\"'\[]")
_SPILL = re.compile(r"_xlfn\.ANCHORARRAY\s*\(", re.IGNORECASE)
_PARAMETER = re.compile(r"(?<![\w.])_xlpm\.", re.IGNORECASE)
_SINGLE = re.compile(r"(?<![\w.])_xlfn\.SINGLE\s*(?=\()", re.IGNORECASE)


def for_engine(book: Book, place: Place, formula: str, spill_of: SpillOf) -> str:
    """A formula as the engine takes it.

    Args:
        book: the workbook.
        place: where it stands.
        formula: its text as stored, without the equals sign.
        spill_of: what other formulas fill.
    """
    if "[" in formula:
        if calls_a_function(formula):
            formula = _with_tables_as_used(book, formula)
        formula = _with_cells_of_tables(book, place, formula)
    if "_xl" in formula:
        formula = _with_cells_of_spills(place, formula, spill_of)
        if _PARAMETER.search(formula) or _SINGLE.search(formula):
            formula = "".join(_outside_texts(formula, _as_typed))
    return with_blanks_for_omitted(formula) if calls_a_function(formula) else formula


def is_put_otherwise(formula: str) -> bool:
    """Whether the engine may be given other words for a formula than those that are stored."""
    return "[" in formula or "_xl" in formula or calls_a_function(formula)


def _as_typed(bare: str) -> str:
    return _SINGLE.sub("@", _PARAMETER.sub("", bare))


def calls_a_function(formula: str) -> bool:
    """Whether a formula calls a PBR_ function, however its name is stored."""
    # To look for the letters alone is quick, and hardly a formula has them.
    return _IN_EVERY_NAME in formula.upper() and _CALL.search(formula) is not None


def own_calls(formula: str) -> list[str]:
    """The calls of PBR_ functions in a formula as they are written, inner ones left out."""
    return outer_calls(formula, _CALL)


def is_one_call(formula: str) -> bool:
    """Whether a formula is a call of a PBR_ function and nothing beside, within or without."""
    calls = own_calls(formula)
    return len(calls) == 1 and calls[0] == formula.strip() and formula.count("(") == 1


def hidden_errors(formula: str) -> list[str]:
    """For each call in a formula that makes a figure of an error: a formula that counts errors.

    What such a call is given may be one value or many.
    """
    return [
        f"IFERROR(SUM(IF(IFERROR(({argument})=({argument}),-1)=-1,1,0)),1)"
        for name, inner in _hiding_calls(formula)
        for argument in (inner[2:] if name == "AGGREGATE" else inner[:1])
        if argument.strip()
    ]


def _hiding_calls(formula: str) -> Iterator[tuple[str, list[str]]]:
    for start, opening, inner, _ in calls_in(formula, _HIDES):
        yield formula[start:opening].strip().upper().removeprefix("_XLFN."), inner
        for argument in inner:
            yield from _hiding_calls(argument)


def with_blanks_for_omitted(formula: str) -> str:
    """A formula in which an argument left out of a PBR_ call is an empty text.

    The engine hands over 0 for an argument left out between two commas, and 0 is a figure.
    """
    pieces, place = [], 0
    for _, opening, inner, _ in calls_in(formula, _CALL):
        several = len(inner) > 1
        given = [
            with_blanks_for_omitted(one) if one.strip() or not several else f'{one}""'
            for one in inner
        ]
        pieces += [formula[place : opening + 1], ",".join(given)]
        place = opening + 1 + len(",".join(inner))
    return "".join([*pieces, formula[place:]])


def _with_tables_as_used(book: Book, formula: str) -> str:
    """A formula in which the whole tables that PBR_ functions are given end with their last row.

    A table may be drawn down to the last row of a sheet; blank rows change no figure, and the
    engine would hand over a million of them.
    """
    pieces, done = [], 0
    for _, opening, inner, end in calls_in(formula, _CALL):
        given = []
        for argument in inner:
            whole = _WHOLE_TABLE.fullmatch(argument)
            table = book.tables.get(whole[1].casefold()) if whole else None
            given.append(argument if table is None else _address(table.sheet, used(book, table)))
        pieces += [formula[done : opening + 1], ",".join(given)]
        done = opening + 1 + len(",".join(inner))
        pieces.append(formula[done:end])
        done = end
    return "".join([*pieces, formula[done:]])


def _with_cells_of_tables(book: Book, place: Place, formula: str) -> str:
    def put(bare: str) -> str:
        pieces, done = [], 0
        for match in _TABLE.finditer(bare):
            if match.start() < done:
                continue
            end = _closing(bare, match.end())
            found = table_cells(book, place, bare[match.start() : end])
            pieces += (
                [bare[done:end]]
                if found is None
                else [bare[done : match.start()], _address(*found)]
            )
            done = end
        return "".join([*pieces, bare[done:]])

    return "".join(_outside_texts(formula, put))


def _address(sheet: str, area: Area) -> str:
    return cell_address(sheet, *area[:2]) if area[:2] == area[2:] else area_address(sheet, area)


def _closing(text: str, place: int) -> int:
    """The place after the bracket that closes the one before a place."""
    depth = 1
    while place < len(text) and depth:
        if text[place] == "'":
            place += 1
        else:
            depth += {"[": 1, "]": -1}.get(text[place], 0)
        place += 1
    return place


def _with_cells_of_spills(place: Place, formula: str, spill_of: SpillOf) -> str:
    pieces, done = [], 0
    for match in _SPILL.finditer(formula):
        inner, end = arguments(formula, match.end() - 1)
        try:
            sheet, address = split_sheet(inner[0].strip())
            anchor = split_cell(address)
        except ValueError:
            continue
        filled = spill_of((sheet or place[0], anchor))
        area = (*filled[0], *filled[-1])
        pieces += [formula[done : match.start()], _address(sheet or place[0], area)]
        done = end
    return "".join([*pieces, formula[done:]])


def _outside_texts(formula: str, change: Callable[[str], str]) -> Iterator[str]:
    """A formula with what stands outside texts and quoted sheets changed.

    Within the square brackets of a table an apostrophe is no quote.
    """
    start = place = 0
    while (found := _OPENS.search(formula, place)) is not None:
        place, character = found.start(), found[0]
        if character == "[":
            place = _closing(formula, place + 1)
        else:
            end = formula.find(character, place + 1)
            end = len(formula) if end < 0 else end + 1
            yield change(formula[start:place])
            yield formula[place:end]
            start = place = end
    yield change(formula[start:])
