"""A workbook's PBR_ formulas calculated, and their values written to a copy."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from xlpbr.workbook.calculate.engine import Values, calls_a_function, load, values_of
from xlpbr.workbook.calculate.refresh import Kept, refreshed
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import write_values
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.read.own_sheets import own_sheets


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What a recalculation did.

    Attributes:
        written: how many cells show a new last value.
        functions: how many of the formulas call a PBR_ function.
        kept: the formulas that keep their last value, each with the reason.
        copy: the dated copy of the workbook before, where it was calculated in place.
    """

    written: int
    functions: int
    kept: tuple[Kept, ...]
    copy: Path | None = None


def calculate(path: Path) -> Values:
    """The value of every formula of a workbook, and of every cell that a formula spills into.

    Dates are serials. Nothing is written.

    Raises:
        FileProblem: the file cannot be read.
    """
    calculation = load(open_book(path))
    return values_of(calculation, calculation.formulas)


def recalculate(
    source: Path, target: Path, *, allow: Collection[str] = (), in_place: bool = False
) -> Recalculation:
    """Write a copy of a workbook in which the PBR_ formulas show their values.

    What depends on them shows its new value too, and so does a formula that was never calculated;
    all else stays as it is, byte for byte. A formula that the engine cannot calculate keeps its
    last value and is named in the result.

    Args:
        source: the workbook.
        target: the file to write.
        allow: what the edit may pass over.
        in_place: whether the target is the workbook itself.

    Raises:
        FileProblem: the file cannot be read, or the copy cannot be written.
    """
    book = open_book(source)
    calculation = load(book)
    calls = {place for place, formula in calculation.formulas.items() if calls_a_function(formula)}
    # A formula that was never calculated has no value that could be harmed.
    never = {
        (sheet, position)
        for sheet, position in calculation.formulas
        if cells_of(book, sheet)[position].never_calculated
    }
    # The figures of sheets that xlpbr made come from what the book holds now, links and all.
    own = own_sheets(book)
    ours = {place for place in calculation.formulas if place[0] in own}
    new = refreshed(calculation, calls | never | ours, own)
    done = write_values(
        book, target, new.values, new.ranges, program=XLPBR, allow=allow, in_place=in_place
    )
    written = sum(map(len, new.values.values()))
    return Recalculation(written, len(calls), new.kept, done.kept)
