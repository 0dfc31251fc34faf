"""The PBR_ formulas of a calculated workbook against the functions called directly.

The engine and the direct call reach the same functions by two ways: through the workbook's cells,
and through the cells as this project's own reader sees them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import formualizer

from xlpbr import cells
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.calculate.engine_formulas import with_blanks_for_omitted
from xlpbr.workbook.ooxml.addresses import cell_address, split_area, split_sheet
from xlpbr.workbook.ooxml.book import Book, CellValue, Position, cells_of

_AREA = re.compile(r"\$?[A-Z]+\$?[0-9]+(?::\$?[A-Z]+\$?[0-9]+)?", re.IGNORECASE)
"""Cells with both corners: no whole column or row."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How many cells were compared, and the addresses of those that differ."""

    formulas: int
    compared: int
    different: tuple[str, ...]


def verify(book: Book, calculated: Mapping[str, Mapping[Position, CellValue]]) -> Verification:
    """Compare every formula that is one call of a PBR_ function with that function.

    A call with an argument that is itself calculated is left out.

    Args:
        book: the workbook.
        calculated: what the engine made of its formulas.
    """
    formulas = compared = 0
    different: list[str] = []
    for sheet in book.sheets:
        of_sheet = calculated.get(sheet.name, {})
        for (row, column), cell in cells_of(book, sheet.name).items():
            call = _call_of(cell.formula)
            if call is None:
                continue
            formulas += 1
            expected = _result(book, sheet.name, call)
            for down, values in enumerate(expected):
                for across, value in enumerate(values):
                    position = (row + down, column + across)
                    compared += 1
                    with cells.dates_from_1904(on=book.date_1904):
                        same = _as_expected(value, of_sheet.get(position))
                    if not same:
                        different.append(cell_address(sheet.name, *position))
    return Verification(formulas, compared, tuple(different))


def _call_of(formula: str | None) -> formualizer.ASTNode | None:
    if formula is None or "PBR_" not in formula.upper():
        return None
    tree = formualizer.parse(f"={with_blanks_for_omitted(formula)}")
    name = (tree.get_function_name() or "").upper().removeprefix("_XLDUDF_")
    if name not in FUNCTIONS or not all(map(_is_plain, tree.children())):
        return None
    return tree


def _is_plain(node: formualizer.ASTNode) -> bool:
    """Whether an argument is a literal, cells or a whole table, so that it needs no engine."""
    reference = node.get_reference()
    text = node.get_reference_string() or ""
    if isinstance(reference, formualizer.TableRef):
        return text.casefold().endswith("[#all]")
    if isinstance(reference, formualizer.CellRef | formualizer.RangeRef):
        return _AREA.fullmatch(text.rpartition("!")[2]) is not None
    return node.node_type() == "Literal"


def _result(book: Book, sheet: str, call: formualizer.ASTNode) -> list[list[Any]]:
    function = FUNCTIONS[(call.get_function_name() or "").upper().removeprefix("_XLDUDF_")]
    try:
        with cells.dates_from_1904(on=book.date_1904):
            result = function.call(*(_argument(book, sheet, node) for node in call.children()))
    except CellError as error:
        result = error
    return result if isinstance(result, list) else [[result]]


def _argument(book: Book, sheet: str, node: formualizer.ASTNode) -> Any:
    reference = node.get_reference()
    if reference is None:
        return node.get_literal_value()
    if isinstance(reference, formualizer.TableRef):
        table = book.tables[reference.name.casefold()]
        return _block(book, table.sheet, table.area)
    other, address = split_sheet(node.get_reference_string() or "")
    block = _block(book, other or sheet, split_area(address))
    return block if ":" in address else block[0][0]


def _block(book: Book, sheet: str, area: tuple[int, int, int, int]) -> list[list[Any]]:
    stored = cells_of(book, sheet)
    first_row, first_column, last_row, last_column = area
    return [
        [
            stored[row, column].value if (row, column) in stored else None
            for column in range(first_column, last_column + 1)
        ]
        for row in range(first_row, last_row + 1)
    ]


def _as_expected(expected: Any, found: CellValue) -> bool:
    if isinstance(expected, CellError):
        return isinstance(found, CellError) and found.code == expected.code
    if isinstance(expected, date):
        return found == float(cells.serial_of(expected))
    if expected in (None, ""):
        return found in (None, "")
    return bool(expected == found)
