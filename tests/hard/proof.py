"""``python -m tests.hard.proof FOLDER``: the same-value test on workbooks that others made.

In each workbook cells with an amount, on which formulas depend, are replaced by a PBR_ formula that
gives the same amount. No input moves, so no value may: each formula that depends on it shows the
same or is kept. Nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlpbr.errors import FileProblem
from xlpbr.workbook.calculate.formula_reads import Place, read_by, readers_of, reads
from xlpbr.workbook.calculate.keeping import formulas_of, stored_cells
from xlpbr.workbook.calculate.refresh import refreshed
from xlpbr.workbook.ooxml.addresses import cell_address
from xlpbr.workbook.ooxml.book import Book, cells_of, open_book
from xlpbr.workbook.ooxml.zip.archive import close_archive

MOST_CELLS = 20
"""How many cells of a workbook are replaced."""


@dataclass(frozen=True)
class Proved:
    """What came of one workbook: how many formulas were calculated and kept, and which changed."""

    refreshed: int
    kept: int
    changed: tuple[str, ...]


def prove_book(path: Path) -> Proved:
    """The same-value test on one workbook.

    Raises:
        FileProblem: it cannot be read.
    """
    book = open_book(path)
    try:
        put_in = {
            place: f'PBR_CONTRACT_CAP({cells_of(book, place[0])[place[1]].value!r},"")'
            for place in _amounts(book)
        }
        if not put_in:
            return Proved(0, 0, ())
        new, calculation = refreshed(book, put_in, put_in)
        changed = tuple(
            cell_address(sheet, *position)
            for sheet, values in new.values.items()
            for position in values
            if (sheet, position) not in put_in
        )
        shown = len(calculation.calculated) - len(put_in) - len(changed)
        return Proved(shown, len(new.kept), changed)
    finally:
        close_archive(book.archive)


def _amounts(book: Book) -> list[Place]:
    """The cells with an amount in whole pence on which most formulas depend directly."""
    formulas = formulas_of(book)
    known = read_by({place: reads(book, place, text) for place, text in formulas.items()})
    in_arrays = {
        (sheet, cell) for sheet, first in formulas for cell in stored_cells(book, (sheet, first))
    }
    found: list[tuple[int, Place]] = []
    for sheet in book.sheets:
        for position, cell in cells_of(book, sheet.name).items():
            value = cell.value
            if (
                (sheet.name, position) not in in_arrays
                and isinstance(value, float)
                and round(value, 2) == value
            ):
                readers = len(readers_of(known, sheet.name, [position]))
                if readers and abs(value) < 1e12:
                    found.append((readers, (sheet.name, position)))
    return [place for _, place in sorted(found, reverse=True)[:MOST_CELLS]]


def workbooks_in(folder: Path) -> Iterator[Path]:
    """The workbooks of a folder and of those in it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".xlsx", ".xlsm"} and not path.name.startswith("~$"):
            yield path


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(arguments: list[str]) -> int:
    """Run the test on a folder and say what came of each workbook."""
    parser = argparse.ArgumentParser(prog="python -m tests.hard.proof", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    total = [0, 0, 0]
    for path in workbooks_in(folder):
        name = path.relative_to(folder)
        try:
            found = prove_book(path)
        except FileProblem as problem:
            _say(f"{name}: not read: {problem}")
            continue
        counts = (found.refreshed, found.kept, len(found.changed))
        total = [before + now for before, now in zip(total, counts, strict=True)]
        if any(counts):
            _say(f"{name}: {counts[0]} refreshed, {counts[1]} kept, {counts[2]} changed")
        for address in found.changed:
            _say(f"  changed: {address}")
    _say(f"In all: {total[0]} refreshed, {total[1]} kept, {total[2]} changed.")
    return 1 if total[2] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
