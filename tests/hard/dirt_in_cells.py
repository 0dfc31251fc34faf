"""Dirt in single cells: what a person types, put into tables that are right."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xlpbr.errors import CellError

Grid = list[list[Any]]
Place = tuple[str, int]
"""A table and a row of its grid; row 0 holds the headings."""

NBSP = "\u00a0"
NEVER_CALCULATED = object()
"""A cell with a formula that was never calculated."""

MONEY = {"Placements": (2, 3), "Claims": (1,)}
PRICES = {"Placements": (2, 3)}
"""An invoice may be negative: a credit note. A price may not."""

DATES = {"Placements": (4, 5), "Carers": (1,), "Claims": (0,)}
NAMES = {"Placements": (0,), "Carers": (0, 2)}
AMOUNTS = ("Fee", "Carer fee", "Bonus threshold", "Contract maximum")


@dataclass(slots=True)
class Dirty:
    """Tables as a person keeps them.

    Attributes:
        grids: the cells of each table, headings first.
        chance: where what is random comes from.
        above: by table, lines above the headings.
        below: by table, a line of totals under the rows.
        totals: tables that have Excel's own totals row.
        merged: cells merged down a column: table, first row, last row, column.
        hidden: rows that do not show.
        as_date: cells with a number that are formatted as dates.
        date_1904: whether dates count from 1904.
        touched: the rows that were made dirty, each of which a problem may name.
        kinds: what was done.
    """

    grids: dict[str, Grid]
    chance: random.Random
    above: dict[str, list[str]] = field(default_factory=dict)
    below: dict[str, list[Any]] = field(default_factory=dict)
    totals: set[str] = field(default_factory=set)
    merged: list[tuple[str, int, int, int]] = field(default_factory=list)
    hidden: set[Place] = field(default_factory=set)
    as_date: set[tuple[str, int, int]] = field(default_factory=set)
    date_1904: bool = False
    touched: set[Place] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)


def pick(
    dirty: Dirty, columns: dict[str, tuple[int, ...]], wanted: Callable[[Any], bool]
) -> tuple[str, int, int] | None:
    """A cell of some columns that holds what is wanted, at random."""
    found = [
        (table, row, column)
        for table, those in columns.items()
        for column in those
        for row, cells in enumerate(dirty.grids[table])
        if row and column < len(cells) and wanted(cells[column])
    ]
    return dirty.chance.choice(found) if found else None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_date(value: Any) -> bool:
    return isinstance(value, date)


def spoil(dirty: Dirty, place: tuple[str, int, int] | None, new: Callable[[Any], Any]) -> bool:
    if place is None:
        return False
    table, row, column = place
    dirty.grids[table][row][column] = new(dirty.grids[table][row][column])
    dirty.touched.add((table, row))
    return True


def number_as(
    *forms: Callable[[float], Any], columns: dict[str, tuple[int, ...]] = MONEY
) -> Callable[[Dirty], bool]:
    def soil(dirty: Dirty) -> bool:
        return spoil(dirty, pick(dirty, columns, is_number), dirty.chance.choice(forms))

    return soil


def plain(value: float) -> str:
    return repr(value).removesuffix(".0")


def pounds(value: float) -> str:
    whole, point, rest = plain(value).partition(".")
    return f"£{int(whole):,}{point}{rest}" if "e" not in rest else f"£{value}"


def date_as(*forms: Callable[[date], Any]) -> Callable[[Dirty], bool]:
    def soil(dirty: Dirty) -> bool:
        return spoil(dirty, pick(dirty, DATES, is_date), dirty.chance.choice(forms))

    return soil


def american(dirty: Dirty) -> bool:
    late = pick(dirty, DATES, lambda value: is_date(value) and value.day > 12)
    return spoil(dirty, late, lambda day: f"{day:%m/%d/%Y}")


def impossible(dirty: Dirty) -> bool:
    texts = ("31/02/2024", "00/01/2025", "32/01/2025", "1/13/2025", "April", "TBC")
    return spoil(dirty, pick(dirty, DATES, is_date), lambda _: dirty.chance.choice(texts))


def other_time(dirty: Dirty) -> bool:
    """A date typed as a number: of before 1900, negative, of the far future, or with a time."""
    numbers = (-3, 0.25, 2_958_466, 45_000.5, 7, 12_345_678)
    return spoil(dirty, pick(dirty, DATES, is_date), lambda _: dirty.chance.choice(numbers))


def name_with_spaces(dirty: Dirty) -> bool:
    def change(value: str) -> str:
        forms = (
            f"{value} ",
            f" {value}",
            f"{value}{NBSP}",
            value.lower(),
            value.upper(),
            f"\t{value}",
        )
        return dirty.chance.choice(forms)

    return spoil(dirty, pick(dirty, NAMES, lambda value: isinstance(value, str)), change)


def renamed_to_nothing(dirty: Dirty) -> bool:
    """A child whose pseudonym programs take for nothing, the same in every row."""
    place = pick(dirty, {"Placements": (0,)}, lambda value: isinstance(value, str))
    if place is None:
        return False
    old = dirty.grids["Placements"][place[1]][0]
    new = dirty.chance.choice(("NA", "None", "null", "TRUE", "00123", "1E5", "N/A", "nan"))
    for table, column in (("Placements", 0), ("Carers", 2)):
        for row, cells in enumerate(dirty.grids[table]):
            if (
                row
                and isinstance(cells[column], str)
                and cells[column].casefold() == old.casefold()
            ):
                cells[column] = new
                dirty.touched.add((table, row))
    return True


def error(dirty: Dirty) -> bool:
    code = dirty.chance.choice(("#N/A", "#DIV/0!", "#REF!", "#VALUE!"))
    place = pick(
        dirty, {**MONEY, "Placements": (0, 2, 3, 4, 5, 6)}, lambda value: value is not None
    )
    return spoil(dirty, place, lambda _: CellError(code, "in the sheet"))


def never_calculated(dirty: Dirty) -> bool:
    return spoil(dirty, pick(dirty, MONEY, is_number), lambda _: NEVER_CALCULATED)


def boolean(dirty: Dirty) -> bool:
    return spoil(dirty, pick(dirty, MONEY, is_number), lambda _: dirty.chance.random() < 0.5)


def blank_price(dirty: Dirty) -> bool:
    rows = [
        (row, column)
        for row, cells in enumerate(dirty.grids["Placements"])
        if row and cells[4] is not None
        for column in (2, 3)
    ]
    if not rows:
        return False
    row, column = dirty.chance.choice(rows)
    return spoil(
        dirty, ("Placements", row, column), lambda _: dirty.chance.choice((None, " ", NBSP))
    )
