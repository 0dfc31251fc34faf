"""Names of children and households that are nearly the same: taken for one, or for two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.errors import Problem

_LOOK_ALIKE = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "|": "1"})

_Written = tuple[int, str]
"""A row, and the name as it is written there."""


def near_names(table: str, column: str, names: Iterable[tuple[int, Cell]]) -> Iterator[Problem]:
    """What to look at among the names of a column; it stops no figure.

    Args:
        table: the table.
        column: the heading of the names.
        names: each row with its name's cell.
    """
    by_key: dict[str, list[_Written]] = defaultdict(list)
    for row, cell in names:
        written = cell if isinstance(cell, str) else cells.text(cell)
        by_key[cells.key(written)].append((row, written))
    here = partial(Problem, table=table, column=column)
    for same in by_key.values():
        yield from _other_spellings(here, same)
    yield from _look_alikes(here, [same[0] for same in by_key.values()])


def _other_spellings(here: partial[Problem], same: Sequence[_Written]) -> Iterator[Problem]:
    """Each further spelling of a name that is taken for one, at the first row that has it."""
    clean = (written for written in same if written[1] == cells.tidy(written[1]))
    usual_row, usual = next(clean, same[0])
    seen = {usual}
    for row, name in same:
        if name in seen:
            continue
        seen.add(name)
        yield here(
            row=row,
            found=cells.spelling(name),
            expected=f"{cells.spelling(usual)} as in row {usual_row}",
            remedy="They are treated as the same. Correct the one that is misspelt.",
            other_row=usual_row,
        )


def _look_alikes(here: partial[Problem], names: Iterable[_Written]) -> Iterator[Problem]:
    """Names that differ only in letters and digits that look alike: O and 0, l, I and 1."""
    first: dict[str, _Written] = {}
    for row, name in names:
        alike = cells.key(cells.tidy(name).translate(_LOOK_ALIKE))
        other_row, other = first.setdefault(alike, (row, name))
        if other_row != row:
            yield here(
                row=row,
                found=cells.shown(name),
                expected=f"a name that does not look like {cells.shown(other)} in row {other_row}",
                remedy="They are treated as two: O and 0, or l, I and 1, differ. Correct one if"
                " they are the same.",
                other_row=other_row,
            )
