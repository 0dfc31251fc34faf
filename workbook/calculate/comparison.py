"""What a second calculator makes of formulas that the engine cannot prove that it works out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from xlpbr.workbook.calculate.formula_reads import Place
from xlpbr.workbook.ooxml.book import Book, CellValue


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last values of some formulas held against a second calculator.

    Those in neither field show the same there: numbers to 15 digits, texts, errors, spills.

    Attributes:
        different: formulas of which it makes another value, and that value.
        not_compared: formulas about which it cannot be asked, and why.
    """

    different: Mapping[Place, CellValue] = field(default_factory=dict)
    not_compared: Mapping[Place, str] = field(default_factory=dict)


Compare = Callable[[Book, Collection[Place]], Comparison]
"""Asks a second calculator about some formulas of a workbook that shows values for all."""
