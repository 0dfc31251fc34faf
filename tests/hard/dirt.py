"""Ways in which tables that people keep are dirty, put into tables that are right."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
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


def _cell(
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


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    return isinstance(value, date)


def _change(dirty: Dirty, place: tuple[str, int, int] | None, new: Callable[[Any], Any]) -> bool:
    if place is None:
        return False
    table, row, column = place
    dirty.grids[table][row][column] = new(dirty.grids[table][row][column])
    dirty.touched.add((table, row))
    return True


def _number_as(
    *forms: Callable[[float], Any], columns: dict[str, tuple[int, ...]] = MONEY
) -> Callable[[Dirty], bool]:
    def soil(dirty: Dirty) -> bool:
        return _change(dirty, _cell(dirty, columns, _is_number), dirty.chance.choice(forms))

    return soil


def _plain(value: float) -> str:
    return repr(value).removesuffix(".0")


def _pounds(value: float) -> str:
    whole, point, rest = _plain(value).partition(".")
    return f"£{int(whole):,}{point}{rest}" if "e" not in rest else f"£{value}"


def _date_as(*forms: Callable[[date], Any]) -> Callable[[Dirty], bool]:
    def soil(dirty: Dirty) -> bool:
        return _change(dirty, _cell(dirty, DATES, _is_date), dirty.chance.choice(forms))

    return soil


def _american(dirty: Dirty) -> bool:
    late = _cell(dirty, DATES, lambda value: _is_date(value) and value.day > 12)
    return _change(dirty, late, lambda day: f"{day:%m/%d/%Y}")


def _impossible(dirty: Dirty) -> bool:
    texts = ("31/02/2024", "00/01/2025", "32/01/2025", "1/13/2025", "April", "TBC")
    return _change(dirty, _cell(dirty, DATES, _is_date), lambda _: dirty.chance.choice(texts))


def _other_time(dirty: Dirty) -> bool:
    """A date typed as a number: of before 1900, negative, of the far future, or with a time."""
    numbers = (-3, 0.25, 2_958_466, 45_000.5, 7, 12_345_678)
    return _change(dirty, _cell(dirty, DATES, _is_date), lambda _: dirty.chance.choice(numbers))


def _name_with_spaces(dirty: Dirty) -> bool:
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

    return _change(dirty, _cell(dirty, NAMES, lambda value: isinstance(value, str)), change)


def _renamed_to_nothing(dirty: Dirty) -> bool:
    """A child whose pseudonym programs take for nothing, the same in every row."""
    place = _cell(dirty, {"Placements": (0,)}, lambda value: isinstance(value, str))
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


def _error(dirty: Dirty) -> bool:
    code = dirty.chance.choice(("#N/A", "#DIV/0!", "#REF!", "#VALUE!"))
    place = _cell(
        dirty, {**MONEY, "Placements": (0, 2, 3, 4, 5, 6)}, lambda value: value is not None
    )
    return _change(dirty, place, lambda _: CellError(code, "in the sheet"))


def _never_calculated(dirty: Dirty) -> bool:
    return _change(dirty, _cell(dirty, MONEY, _is_number), lambda _: NEVER_CALCULATED)


def _boolean(dirty: Dirty) -> bool:
    return _change(dirty, _cell(dirty, MONEY, _is_number), lambda _: dirty.chance.random() < 0.5)


def _blank_price(dirty: Dirty) -> bool:
    rows = [
        (row, column)
        for row, cells in enumerate(dirty.grids["Placements"])
        if row and cells[4] is not None
        for column in (2, 3)
    ]
    if not rows:
        return False
    row, column = dirty.chance.choice(rows)
    return _change(
        dirty, ("Placements", row, column), lambda _: dirty.chance.choice((None, " ", NBSP))
    )


def _columns_in_another_order(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    order = list(range(len(dirty.grids[table][0])))
    dirty.chance.shuffle(order)
    # Later dirt finds its columns by number, so this one must come last.
    dirty.grids[table] = [[cells[column] for column in order] for cells in dirty.grids[table]]
    return True


def _more_columns(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    for row, cells in enumerate(dirty.grids[table]):
        cells += ["Notes", "Panel ref"] if row == 0 else ["see file", 17]
    return True


def _headings_otherwise(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    forms = (str.upper, str.lower, lambda text: f" {text} ", lambda text: text.replace(" ", NBSP))
    form = dirty.chance.choice(forms)
    dirty.grids[table][0] = [form(heading) for heading in dirty.grids[table][0]]
    dirty.touched.add((table, 0))
    return True


def _heading_twice(dirty: Dirty) -> bool:
    """The price column there twice, with other figures in the second."""
    for row, cells in enumerate(dirty.grids["Placements"]):
        cells.append("Family weekly cost" if row == 0 else 1.0)
    dirty.touched.add(("Placements", 0))
    return True


def _titles(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Claims", "Carers"))
    lines = ["Children's placements 2025-26", "", "Prepared by finance, figures in £"]
    dirty.above[table] = lines[: dirty.chance.randint(1, 3)]
    dirty.touched.add((table, 0))
    return True


def _total(dirty: Dirty) -> bool:
    """A line of totals typed under the rows."""
    table = dirty.chance.choice(("Placements", "Claims"))
    grid = dirty.grids[table]
    total: list[Any] = [None] * len(grid[0])
    total[0] = dirty.chance.choice(("Total", "TOTAL", "Grand total", "Totals:"))
    for column in MONEY[table]:
        total[column] = sum(row[column] for row in grid[1:] if _is_number(row[column]))
    if table == "Claims":
        total = [dirty.chance.choice(("Total", None)), total[1]]
    dirty.below[table] = total
    dirty.touched.add((table, len(grid)))
    return True


def _blank_rows(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    grid = dirty.grids[table]
    if len(grid) < 2:
        return False
    place = dirty.chance.randint(1, len(grid) - 1)
    filler = dirty.chance.choice((None, " ", NBSP))
    grid.insert(place, [filler] * len(grid[0]))
    dirty.touched |= {(table, place), (table, place + 1)}
    return True


def _twice(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Claims"))
    grid = dirty.grids[table]
    if len(grid) < 2:
        return False
    row = dirty.chance.randint(1, len(grid) - 1)
    grid.append(list(grid[row]))
    dirty.touched |= {(table, row), (table, len(grid) - 1)}
    return True


def _hide(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    if len(dirty.grids[table]) < 2:
        return False
    row = dirty.chance.randint(1, len(dirty.grids[table]) - 1)
    dirty.hidden.add((table, row))
    dirty.touched.add((table, row))
    return True


def _merge(dirty: Dirty) -> bool:
    """The label of a child merged over its rows, which must follow each other."""
    grid = dirty.grids["Placements"]
    runs = [
        row for row in range(1, len(grid) - 1)
        if isinstance(grid[row][0], str) and grid[row][0] == grid[row + 1][0]
    ]  # fmt: skip
    if not runs:
        return False
    row = dirty.chance.choice(runs)
    grid[row + 1][0] = None
    dirty.merged.append(("Placements", row, row + 1, 0))
    dirty.touched |= {("Placements", row), ("Placements", row + 1)}
    return True


def _left_out_label(dirty: Dirty) -> bool:
    """A label that stands only in the first of a child's rows, and is not merged."""
    grid = dirty.grids["Placements"]
    runs = [row for row in range(1, len(grid) - 1) if grid[row][0] == grid[row + 1][0] is not None]
    if not runs:
        return False
    row = dirty.chance.choice(runs)
    return _change(dirty, ("Placements", row + 1, 0), lambda _: None)


def _dates_swapped(dirty: Dirty) -> bool:
    rows = [
        row for row, cells in enumerate(dirty.grids["Placements"])
        if _is_date(cells[4]) and _is_date(cells[5]) and cells[4] < cells[5]
    ]  # fmt: skip
    if not rows:
        return False
    row = dirty.chance.choice(rows)
    cells = dirty.grids["Placements"][row]
    cells[4], cells[5] = cells[5], cells[4]
    dirty.touched.add(("Placements", row))
    return True


def _overlap(dirty: Dirty) -> bool:
    """A second row of a child over days that the first has."""
    rows = [n for n, cells in enumerate(dirty.grids["Placements"]) if _is_date(cells[4])]
    if not rows:
        return False
    row = dirty.chance.choice(rows)
    grid = dirty.grids["Placements"]
    again = list(grid[row])
    if _is_date(again[5]) and (again[5] - again[4]).days < 3:
        return False
    again[4] += timedelta(days=1)
    grid.append(again)
    dirty.touched |= {("Placements", row), ("Placements", len(grid) - 1)}
    return True


def _shown_as_date(dirty: Dirty) -> bool:
    place = _cell(dirty, MONEY, _is_number)
    if place is None:
        return False
    dirty.as_date.add(place)
    dirty.touched.add(place[:2])
    return True


def _from_1904(dirty: Dirty) -> bool:
    dirty.date_1904 = True
    return True


def _rate(dirty: Dirty) -> bool:
    rows = [
        row for row, cells in enumerate(dirty.grids["Terms"])
        if cells[0] == "Bonus rate" and _is_number(cells[1])
    ]  # fmt: skip
    if not rows:
        return False
    rate = dirty.grids["Terms"][rows[0]][1]
    forms = (
        rate * 100,
        f"{rate * 100:g}%",
        f"{rate:g}",
        f"{rate * 100:g} %",
        f"{rate * 100:g} per cent",
    )
    return _change(dirty, ("Terms", rows[0], 1), lambda _: dirty.chance.choice(forms))


def _term_amount(dirty: Dirty) -> bool:
    rows = [
        row for row, cells in enumerate(dirty.grids["Terms"])
        if cells[0] in AMOUNTS and _is_number(cells[1])
    ]  # fmt: skip
    if not rows:
        return False
    forms = (_plain, _pounds, lambda v: f"{_plain(v)} ", lambda v: f"£{v / 1000:g}k", lambda _: "tbc",
             lambda v: -v - 1, lambda _: NEVER_CALCULATED)  # fmt: skip
    place = ("Terms", dirty.chance.choice(rows), 1)
    return _change(dirty, place, dirty.chance.choice(forms))


def _term_otherwise(dirty: Dirty) -> bool:
    row = dirty.chance.randint(1, len(dirty.grids["Terms"]) - 1)
    forms = (str.upper, str.lower, lambda text: f" {text}{NBSP}", lambda text: f"{text[:-1]}")
    return _change(dirty, ("Terms", row, 0), dirty.chance.choice(forms))


def _terms_in_another_order(dirty: Dirty) -> bool:
    rows = dirty.grids["Terms"][1:]
    dirty.chance.shuffle(rows)
    dirty.grids["Terms"][1:] = rows
    return True


def _agreed_otherwise(dirty: Dirty) -> bool:
    forms = {
        "yes": ("Yes", "Y", "YES ", True, "agreed", 1),
        "no": ("No", "N", "no ", False, "x", 0),
    }
    place = _cell(dirty, {"Placements": (6,)}, lambda value: value in forms)
    return _change(dirty, place, lambda value: dirty.chance.choice(forms[value]))


def _type_otherwise(dirty: Dirty) -> bool:
    forms = {
        "foster": ("Foster", "FOSTER ", "fostering", "foster care"),
        "reunified": ("Reunified", "home", "reunification"),
    }
    place = _cell(dirty, {"Placements": (1,)}, lambda value: value in forms)
    return _change(dirty, place, lambda value: dirty.chance.choice(forms[value]))


KINDS: dict[str, Callable[[Dirty], bool]] = {
    "number as text": _number_as(_plain, lambda v: f" {_plain(v)} ", lambda v: f"{_plain(v)}{NBSP}"),
    "pounds as text": _number_as(_pounds, lambda v: f"{_pounds(v)} pw", lambda v: f"GBP {_plain(v)}"),
    "number misspelt": _number_as(lambda v: _plain(v).replace("0", "O") + "O", lambda _: "tbc",
                                  lambda v: _plain(v).replace(".", ",") + ",5", lambda _: "-",
                                  lambda v: f"({_plain(v + 1)})", lambda _: "n/a"),
    "negative number": _number_as(lambda v: -v - 0.01, lambda v: f"-{_plain(v + 1)}",
                                  columns=PRICES),
    "more than 15 digits": _number_as(lambda v: f"{v:.2f}00000000000000001",
                                      lambda _: "12345678901234567"),
    "date as text": _date_as(lambda d: f"{d:%d/%m/%Y}", lambda d: f"{d:%d.%m.%Y}",
                             lambda d: f"{d:%d/%m/%y}", lambda d: f"{d.day} {d:%B %Y}",
                             lambda d: f"{d:%d-%b-%y}", lambda d: f"{d:%Y-%m-%d}",
                             lambda d: f" {d:%d/%m/%Y}{NBSP}", lambda d: f"{d:%A}, {d:%d/%m/%Y}"),
    "date in American order": _american,
    "impossible date": _impossible,
    "date out of range": _other_time,
    "name with spaces or capitals": _name_with_spaces,
    "name taken for nothing": _renamed_to_nothing,
    "error cell": _error,
    "formula never calculated": _never_calculated,
    "boolean as money": _boolean,
    "blank price": _blank_price,
    "more columns": _more_columns,
    "headings otherwise": _headings_otherwise,
    "heading twice": _heading_twice,
    "titles above": _titles,
    "line of totals": _total,
    "blank rows": _blank_rows,
    "row twice": _twice,
    "hidden row": _hide,
    "merged label": _merge,
    "label left out": _left_out_label,
    "dates exchanged": _dates_swapped,
    "placements that overlap": _overlap,
    "money shown as a date": _shown_as_date,
    "dates from 1904": _from_1904,
    "rate as a percentage": _rate,
    "amount of a term": _term_amount,
    "term spelt otherwise": _term_otherwise,
    "terms in another order": _terms_in_another_order,
    "agreed otherwise": _agreed_otherwise,
    "type otherwise": _type_otherwise,
}  # fmt: skip

LAST: dict[str, Callable[[Dirty], bool]] = {"columns in another order": _columns_in_another_order}
"""What moves columns or rows, so that nothing that counts on their places may follow."""

_MOVES_ROWS = {"blank rows", "terms in another order", "merged label"}


def soil(grids: dict[str, Grid], chance: random.Random) -> Dirty:
    """Make tables dirty in one to three ways."""
    dirty = Dirty(grids, chance)
    moved = False
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        name = chance.choice(list(KINDS))
        # Rows that move would take the notes of what was touched from their places.
        if moved or (name in _MOVES_ROWS and dirty.touched):
            continue
        if KINDS[name](dirty):
            dirty.kinds.append(name)
            moved = name in _MOVES_ROWS
    if chance.random() < 0.1:
        for name, act in LAST.items():
            # The places of merged and formatted cells are numbers of columns.
            if not dirty.merged and not dirty.as_date and not dirty.below and act(dirty):
                dirty.kinds.append(name)
    return dirty
