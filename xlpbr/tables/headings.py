"""A range under its heading row: where each heading stands, and what is wrong with it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.errors import VALUE, CellError, Problem

Record = TypeVar("Record")

_NEAR_WORD = 0.85
"""How like the one word of a heading a word of another must be."""

_STEM = 5
"""Two words that begin with as many letters alike are of one stem."""

_WORD = re.compile(r"[^\W_]+")

_OWNER = re.compile(r"\w+['\u2019]s\b|\w+s['\u2019](?!\w)")
"""Whose something is: the ``Child's`` of ``Child's school``."""

_SAYS_VAT = re.compile(r"\b(?:vat|gross)\b", re.IGNORECASE)
"""What a heading over amounts that may hold VAT says."""

NEAR_HEADING = 0.75
"""How like one of ours a heading must be to be taken for a slip of it."""

MOST_ROWS_OF_TITLES = 30
"""The heading row is looked for in so many rows of a range."""

HEADING_BETWEEN = (
    "It is treated as a heading between the rows and left out."
    " If it is one, there is nothing to do."
)
"""What to do about cells that are merged across the columns."""

_YES_OR_NO = frozenset({"yes", "no"})
"""A column of these may be anything."""

_AN_ERROR_VALUE = {
    "expected": "a value, not an error",
    "remedy": "Correct the formula in the cell.",
}

_FEWEST_HEADINGS = 2
"""Fewer do not tell a heading row from a title."""


class Heading(Protocol):
    """A column as far as finding it goes."""

    @property
    def heading(self) -> str:
        """The heading that it is found by."""

    @property
    def heading_required(self) -> bool:
        """Whether the table must have it."""

    @property
    def is_remark(self) -> bool:
        """Whether no figure comes from it."""

    @property
    def if_missing(self) -> str:
        """What it means that the table lacks it; empty where it must have it."""

    @property
    def options(self) -> tuple[str, ...]:
        """The texts that its cells may hold; empty where they may hold others."""


@dataclass(frozen=True, slots=True)
class ReadRecord(Generic[Record]):
    """What was read and what was wrong with it."""

    record: Record
    problems: tuple[Problem, ...]

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """The problems that stop the figures."""
        return tuple(problem for problem in self.problems if problem.code is not None)


@dataclass(frozen=True, slots=True)
class RowCount:
    """What became of a table's rows: found = used + refused + blank."""

    table: str
    found: int
    used: int
    refused: int
    blank: int


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str | None:
    """The word most like a misspelt one, or None where none is near."""
    by_key = {cells.key(candidate): candidate for candidate in words}
    close = difflib.get_close_matches(cells.key(word), list(by_key), n=1, cutoff=likeness)
    return by_key[close[0]] if close else None


def meant_by(word: str, headings: Iterable[str]) -> str | None:
    """The heading that a heading of another name may mean: one that it holds, or is like."""
    words = _WORD.findall(cells.key(word))
    for heading in headings:
        wanted = _WORD.findall(cells.key(heading))
        places = range(len(words) - len(wanted) + 1)
        if any(words[place : place + len(wanted)] == wanted for place in places):
            return heading
        if len(wanted) == 1 and difflib.get_close_matches(wanted[0], words, 1, _NEAR_WORD):
            return heading
        if len(wanted) == 1 and any(_of_one_stem(wanted[0], one) for one in words):
            return heading
    return nearest(word, headings, NEAR_HEADING)


def could_be_too(word: str, headings: Iterable[str]) -> str | None:
    """The heading of a column that is there and that another could be as well, or None.

    Another that holds all its words could be it (``Agreed by both`` beside ``Agreed``), and one
    that is a slip of it word by word. Not so what belongs to it (``Child's school``), nor one that
    holds a word that is only like it (``Invoice date`` beside ``Invoiced``).
    """
    words = _WORD.findall(_OWNER.sub(" ", cells.key(word)))
    for heading in headings:
        wanted = _WORD.findall(cells.key(heading))
        places = range(len(words) - len(wanted) + 1)
        if any(words[place : place + len(wanted)] == wanted for place in places):
            return heading
        if len(words) == len(wanted) and all(
            difflib.get_close_matches(ours, [theirs], 1, _NEAR_WORD)
            for ours, theirs in zip(wanted, words, strict=True)
        ):
            return heading
    return None


def _of_one_stem(word: str, other: str) -> bool:
    """Whether two words begin alike, such as Agreed and Agreement."""
    return min(len(word), len(other)) >= _STEM and word[:_STEM] == other[:_STEM]


def meant_to_be(word: str, heading: str) -> bool:
    """Whether a heading is a slip of another rather than one of its own that holds its words."""
    return nearest(heading, [word], NEAR_HEADING) is not None and len(word) <= len(heading)


def refused_cell(
    here: partial[Problem], value: Cell, error: CellError, *, own: str, **words: str
) -> Problem:
    """The problem of a cell that could not be read.

    Args:
        here: its table, row and column.
        value: what stands in it; for an error value the figures show that same error.
        error: why it could not be read.
        own: what each row needs of its own where the cells are merged.
        words: what was ``found`` and ``expected``, and the ``remedy`` for a plain slip.
    """
    if cells.error_in(value) is not None:
        words = _AN_ERROR_VALUE | {"found": error.code}
    elif isinstance(value, cells.SharedCell):
        words["remedy"] = f"Unmerge the cells and give each row its own {own}."
    elif cells.has_lost_digits(value):
        words["remedy"] = "Excel keeps only 15 digits of a number: type it again as text."
    return here(code=error.code, **words)


def heading_rows(rows: Rows, declared: Sequence[Heading]) -> list[int]:
    """Which row of a range has the headings, counted from 0; several where they are as good.

    That is the first row where it has all that must be there; else the row, of the first 30,
    with all of them or with clearly most.
    """
    required = {cells.key(column.heading) for column in declared if column.heading_required}
    if required <= _keys(rows[0]):
        return [0]
    ranks = [_rank(row, declared, required) for row in rows[:MOST_ROWS_OF_TITLES]]
    best = max(ranks)
    if best[1] < _FEWEST_HEADINGS or ranks[0] == best:
        return [0]
    return [index for index, rank in enumerate(ranks) if rank == best]


def _keys(row: Sequence[Cell]) -> set[str]:
    return {cells.key(cell) for cell in row if isinstance(cell, str) and not cells.is_blank(cell)}


def _rank(row: Sequence[Cell], declared: Sequence[Heading], required: set[str]) -> tuple[bool, int]:
    """Whether a row has every heading that must be there, and how many it has or nearly has."""
    found = _keys(row)
    known = {cells.key(column.heading) for column in declared}
    if not known & found:
        return False, 0
    strangers = found - known
    near = [name for name in known - found if nearest(name, strangers, NEAR_HEADING)]
    return required <= found, len(known & found) + len(near)


def find_columns(
    table: str,
    rows: Rows,
    declared: Sequence[Heading],
    problems: list[Problem],
    noted: Container[str] = (),
) -> dict[str, int]:
    """Where each heading stands; a missing, doubled, misspelt or unclear one is a problem.

    Args:
        table: the table.
        rows: its rows, the headings first.
        declared: the headings that are read.
        problems: what is wrong is added to it.
        noted: headings that are known and not read, as ``cells.key`` has them.
    """
    by_key = {cells.key(column.heading): column.heading for column in declared}
    columns: dict[str, int] = {}
    strangers: list[str] = []
    strange: dict[int, str] = {}
    wrong = partial(Problem, table=table, code=VALUE)
    for index, heading_cell in enumerate(rows[0]):
        error = cells.error_in(heading_cell)
        if error is not None:
            problems.append(
                wrong(
                    found=error.code,
                    expected="headings in the first row",
                    remedy="Correct the formula in the cell.",
                    code=error.code,
                )
            )
            continue
        heading = cells.text(heading_cell)
        known = by_key.get(cells.key(heading))
        if known is None:
            if cells.key(heading) not in noted:
                strangers.append(heading)
                strange[index] = heading
        elif known in columns:
            problems.append(
                wrong(
                    column=known,
                    found="the heading twice",
                    expected="each heading once",
                    remedy="Rename the column that is not meant.",
                )
            )
        else:
            columns[known] = index
    missing = [one for one in declared if one.heading not in columns and not one.is_remark]
    asked = _asked_about(strangers, [one.heading for one in missing])
    complete = all(one.heading in columns for one in declared if one.heading_required)
    for column in missing:
        alike = _with_its_options(rows, strange, column)
        meant = asked.get(column.heading)
        if meant is not None:
            problems.append(_meant(wrong, column, meant))
        elif alike is not None and not set(alike[1]) <= _YES_OR_NO:
            problems.append(_of_its_options(wrong, column, *alike))
        elif column.heading_required:
            problems.append(_not_there(wrong, column, strangers))
        elif column.if_missing and complete:
            problems.append(_done_without(wrong, column, alike))
    there = [one.heading for one in declared if one.heading in columns and not one.is_remark]
    others = [one for one in strangers if one not in asked.values()]
    problems.extend(_beside_a_known_one(wrong, others, there))
    return columns


def _beside_a_known_one(
    wrong: partial[Problem], strangers: Iterable[str], there: Sequence[str]
) -> Iterator[Problem]:
    """Headings that could be a known one as well, beside that one."""
    for stranger in strangers:
        known = could_be_too(stranger, there)
        if known is not None:
            yield wrong(
                column=known,
                found=f'the heading "{stranger}" beside it',
                expected=f'one heading that can be "{known}"',
                remedy=f'Only "{known}" would be read. If that is right, rename "{stranger}" so'
                " that it cannot be taken for it.",
            )


def _meant(wrong: partial[Problem], column: Heading, found: str) -> Problem:
    """A heading that holds a missing one, or is like it."""
    if _SAYS_VAT.search(found) and not _SAYS_VAT.search(column.heading):
        remedy = (
            f'"{column.heading}" is read without VAT. If the amounts under "{found}" are, rename'
            f' it to "{column.heading}"; if VAT is in them, take it out first.'
        )
    elif column.heading_required or meant_to_be(found, column.heading):
        remedy = f'Rename the heading "{found}" to "{column.heading}".'
    else:
        remedy = (
            f'Rename it to "{column.heading}" if it is meant, or to something without that word if'
            " it is not."
        )
    return wrong(
        column=column.heading,
        found=f'the heading "{found}"',
        expected=f'"{column.heading}"',
        remedy=remedy,
    )


def _of_its_options(
    wrong: partial[Problem], column: Heading, found: str, options: Sequence[str]
) -> Problem:
    """A column of another name with nothing but the options of a missing one."""
    return wrong(
        column=column.heading,
        found=f'the heading "{found}" over cells with {_listed(options)}',
        expected=f'"{column.heading}"',
        remedy=f'Rename it to "{column.heading}" if it is meant; if it is not, add a'
        f' column "{column.heading}".',
    )


def _not_there(wrong: partial[Problem], column: Heading, strangers: Sequence[str]) -> Problem:
    """A heading that the table must have."""
    headings = ", ".join(f'"{word}"' for word in strangers if word)
    return wrong(
        column=column.heading,
        found=f"other headings: {headings}" if headings else "no such heading",
        expected=f'the heading "{column.heading}" in the first row',
        remedy="Add the column, or choose the range with its heading row.",
    )


def _done_without(
    wrong: partial[Problem], column: Heading, alike: tuple[str, Sequence[str]] | None
) -> Problem:
    """An optional column that is missing, with what that means."""
    return wrong(
        column=column.heading,
        found="no such column"
        if alike is None
        else f'no such column, but "{alike[0]}" holds {_listed(alike[1])}',
        expected=f'the heading "{column.heading}"',
        remedy=f"Without it {column.if_missing}. Add the column if that is not right.",
        code=None,
    )


def _asked_about(strangers: Iterable[str], missing: Sequence[str]) -> dict[str, str]:
    """By missing heading, the heading of the table that may be meant by it."""
    asked: dict[str, str] = {}
    for stranger in strangers:
        meant = meant_by(stranger, missing) if stranger else None
        if meant is not None:
            asked.setdefault(meant, stranger)
    return asked


def _with_its_options(
    rows: Rows, strange: Mapping[int, str], column: Heading
) -> tuple[str, list[str]] | None:
    """A heading that is not known over cells that hold nothing but a column's options.

    With it comes what they hold, in the order of the options.
    """
    if not column.options:
        return None
    options = {cells.key(option): option for option in column.options}
    for index, heading in strange.items():
        given = [row[index] for row in rows[1:] if index < len(row)]
        held = {
            cells.key(cell) if isinstance(cell, str) else None
            for cell in given
            if not cells.is_blank(cell)
        }
        if held and held <= options.keys():
            return heading, [option for key, option in options.items() if key in held]
    return None


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + list(words[-1:]))
