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
from xlpbr.udfs.binding import result_of
from xlpbr.workbook.calculate.engine import with_blanks_for_omitted
from xlpbr.workbook.calculate.formula_reads import called_by, formulas_in, parsed
from xlpbr.workbook.ooxml.addresses import cell_address, split_area, split_sheet
from xlpbr.workbook.ooxml.book import Book, CellValue, Position
from xlpbr.workbook.read.ranges import values_in

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
    with cells.dates_from_1904(on=book.date_1904):
        for (sheet, (row, column)), formula in formulas_in(book).items():
            expected = _result(book, sheet, formula)
            formulas += bool(expected)
            for down, values in enumerate(expected):
                for across, value in enumerate(values):
                    position = (row + down, column + across)
                    compared += 1
                    if not _as_expected(value, calculated.get(sheet, {}).get(position)):
                        different.append(cell_address(sheet, *position))
    return Verification(formulas, compared, tuple(different))


def _is_plain(node: formualizer.ASTNode) -> bool:
    """Whether an argument is a literal, cells or a whole table, so that it needs no engine."""
    reference = node.get_reference()
    text = node.get_reference_string() or ""
    if isinstance(reference, formualizer.TableRef):
        return text.casefold().endswith("[#all]")
    if isinstance(reference, formualizer.CellRef | formualizer.RangeRef):
        return _AREA.fullmatch(text.rpartition("!")[2]) is not None
    return node.node_type() == "Literal"


def _result(book: Book, sheet: str, formula: str) -> list[list[Any]]:
    """What a formula that is one call must show; nothing for any other formula."""
    tree = parsed(with_blanks_for_omitted(formula)) if "PBR_" in formula.upper() else None
    function = FUNCTIONS.get(called_by(tree).removeprefix("_XLDUDF_")) if tree else None
    if tree is None or function is None or not all(map(_is_plain, tree.children())):
        return []
    return cells.rows(result_of(function, [_argument(book, sheet, one) for one in tree.children()]))


def _argument(book: Book, sheet: str, node: formualizer.ASTNode) -> Any:
    reference = node.get_reference()
    if reference is None:
        return node.get_literal_value()
    if isinstance(reference, formualizer.TableRef):
        table = book.tables[reference.name.casefold()]
        return values_in(book, table.sheet, table.without_totals)
    other, address = split_sheet(node.get_reference_string() or "")
    block = values_in(book, other or sheet, split_area(address))
    return block if ":" in address else block[0][0]


def _as_expected(expected: Any, found: CellValue) -> bool:
    if isinstance(expected, CellError):
        return isinstance(found, CellError) and found.code == expected.code
    if isinstance(expected, date):
        return found == float(cells.serial_of(expected))
    if expected in (None, ""):
        return found in (None, "")
    return bool(expected == found)
