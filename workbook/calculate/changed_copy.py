"""A copy of a workbook that shows new last values, and what a recalculation says of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from xlpbr.workbook.calculate.keeping import Kept, Refreshed, count_of_other_values
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.package import write_values
from xlpbr.workbook.ours import XLPBR


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What a recalculation did.

    Attributes:
        written: how many cells show a new last value.
        functions: how many of the formulas call a PBR_ function.
        kept: the formulas that keep their last value, each with the reason.
        copy: the dated copy of the workbook before, where it was calculated in place.
        unproved: the formulas whose new value nothing in the workbook proves.
    """

    written: int
    functions: int
    kept: tuple[Kept, ...]
    copy: Path | None = None
    unproved: tuple[str, ...] = ()


def written(
    book: Book,
    target: Path,
    new: Refreshed,
    functions: int,
    *,
    allow: Collection[str],
    in_place: bool,
) -> Recalculation:
    """Write a copy of a workbook that shows new last values.

    Args:
        book: the workbook.
        target: the file to write.
        new: the values.
        functions: how many of the formulas call a PBR_ function.
        allow: what the edit may pass over.
        in_place: whether the target is the workbook itself.
    """
    done = write_values(
        book, target, new.values, new.ranges, program=XLPBR, allow=allow, in_place=in_place
    )
    changed = count_of_other_values(book, new.values)
    return Recalculation(changed, functions, new.kept, done.kept, new.unproved)
