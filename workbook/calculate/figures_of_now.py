"""Formulas that proved right with the figures of before, asked again with those of now."""

from __future__ import annotations

from collections.abc import Mapping

from xlpbr.workbook.calculate.doubtful_values import doubts, read_by_excel
from xlpbr.workbook.calculate.engine import Calculation, values_beside
from xlpbr.workbook.calculate.formula_reads import Place
from xlpbr.workbook.calculate.keeping import Values
from xlpbr.workbook.ooxml.book import Book, cells_of


def doubtful(
    calculation: Calculation, values: Values, formulas: Mapping[Place, str]
) -> dict[Place, str]:
    """Why Excel may make something else of formulas with the figures of now.

    Args:
        calculation: the workbook in the engine, with the figures of now.
        values: what the formulas show now.
        formulas: the formulas that are asked about, as the engine takes them.
    """
    texts = _holds_texts_read_by_excel(calculation.book, values)
    asked = [
        (place, doubt)
        for place, text in formulas.items()
        for doubt in doubts(text, values[place[0]][place[1]], texts=texts)
    ]
    probes = [(place, probe) for place, doubt in asked for probe in doubt.probes]
    found = iter(values_beside(calculation, probes))
    reasons: dict[Place, str] = {}
    for place, doubt in asked:
        if doubt.applies([next(found) for _ in doubt.probes]):
            reasons.setdefault(place, doubt.reason)
    return reasons


def _holds_texts_read_by_excel(book: Book, values: Values) -> bool:
    """Whether any cell of a workbook holds, or shows now, a text that Excel reads as a number."""
    return any(
        read_by_excel(cell.value)
        for sheet in book.sheets
        for cell in cells_of(book, sheet.name).values()
    ) or any(
        map(read_by_excel, (value for of_sheet in values.values() for value in of_sheet.values()))
    )
