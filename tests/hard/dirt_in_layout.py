"""Dirt in the form of tables and in the terms: titles, totals, merges, other orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.hard.dirt_in_cells import (
    AMOUNTS,
    MONEY,
    NBSP,
    NEVER_CALCULATED,
    Dirty,
    is_date,
    is_number,
    pick,
    plain,
    pounds,
    spoil,
)


def columns_in_another_order(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    order = list(range(len(dirty.grids[table][0])))
    dirty.chance.shuffle(order)
    # Later dirt finds its columns by number, so this one must come last.
    dirty.grids[table] = [[cells[column] for column in order] for cells in dirty.grids[table]]
    return True


def more_columns(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    for row, cells in enumerate(dirty.grids[table]):
        cells.extend(["Notes", "Panel ref"] if row == 0 else ["see file", 17])
    return True


def headings_otherwise(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    forms = (str.upper, str.lower, lambda text: f" {text} ", lambda text: text.replace(" ", NBSP))
    form = dirty.chance.choice(forms)
    dirty.grids[table][0] = [form(heading) for heading in dirty.grids[table][0]]
    dirty.touched.add((table, 0))
    return True


def heading_twice(dirty: Dirty) -> bool:
    """The price column there twice, with other figures in the second."""
    for row, cells in enumerate(dirty.grids["Placements"]):
        cells.append("Family weekly cost" if row == 0 else 1.0)
    dirty.touched.add(("Placements", 0))
    return True


def titles(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Claims", "Carers"))
    lines = ["Children's placements 2025-26", "", "Prepared by finance, figures in £"]
    dirty.above[table] = lines[: dirty.chance.randint(1, 3)]
    dirty.touched.add((table, 0))
    return True


def total(dirty: Dirty) -> bool:
    """A line of totals typed under the rows."""
    table = dirty.chance.choice(("Placements", "Claims"))
    grid = dirty.grids[table]
    total: list[Any] = [None] * len(grid[0])
    total[0] = dirty.chance.choice(("Total", "TOTAL", "Grand total", "Totals:"))
    for column in MONEY[table]:
        total[column] = sum(row[column] for row in grid[1:] if is_number(row[column]))
    if table == "Claims":
        total = [dirty.chance.choice(("Total", None)), total[1]]
    dirty.below[table] = total
    dirty.touched.add((table, len(grid)))
    return True


def blank_rows(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    grid = dirty.grids[table]
    if len(grid) < 2:
        return False
    place = dirty.chance.randint(1, len(grid) - 1)
    filler = dirty.chance.choice((None, " ", NBSP))
    grid.insert(place, [filler] * len(grid[0]))
    dirty.touched |= {(table, place), (table, place + 1)}
    return True


def twice(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Claims"))
    grid = dirty.grids[table]
    if len(grid) < 2:
        return False
    row = dirty.chance.randint(1, len(grid) - 1)
    grid.append(list(grid[row]))
    dirty.touched |= {(table, row), (table, len(grid) - 1)}
    return True


def hide(dirty: Dirty) -> bool:
    table = dirty.chance.choice(("Placements", "Carers", "Claims"))
    if len(dirty.grids[table]) < 2:
        return False
    row = dirty.chance.randint(1, len(dirty.grids[table]) - 1)
    dirty.hidden.add((table, row))
    dirty.touched.add((table, row))
    return True


def merge(dirty: Dirty) -> bool:
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


def left_out_label(dirty: Dirty) -> bool:
    """A label that stands only in the first of a child's rows, and is not merged."""
    grid = dirty.grids["Placements"]
    runs = [row for row in range(1, len(grid) - 1) if grid[row][0] == grid[row + 1][0] is not None]
    if not runs:
        return False
    row = dirty.chance.choice(runs)
    return spoil(dirty, ("Placements", row + 1, 0), lambda _: None)


def dates_swapped(dirty: Dirty) -> bool:
    rows = [
        row for row, cells in enumerate(dirty.grids["Placements"])
        if is_date(cells[4]) and is_date(cells[5]) and cells[4] < cells[5]
    ]  # fmt: skip
    if not rows:
        return False
    row = dirty.chance.choice(rows)
    cells = dirty.grids["Placements"][row]
    cells[4], cells[5] = cells[5], cells[4]
    dirty.touched.add(("Placements", row))
    return True


def overlap(dirty: Dirty) -> bool:
    """A second row of a child over days that the first has."""
    rows = [n for n, cells in enumerate(dirty.grids["Placements"]) if is_date(cells[4])]
    if not rows:
        return False
    row = dirty.chance.choice(rows)
    grid = dirty.grids["Placements"]
    again = list(grid[row])
    if is_date(again[5]) and (again[5] - again[4]).days < 3:
        return False
    again[4] += timedelta(days=1)
    grid.append(again)
    dirty.touched |= {("Placements", row), ("Placements", len(grid) - 1)}
    return True


def shown_as_date(dirty: Dirty) -> bool:
    place = pick(dirty, MONEY, is_number)
    if place is None:
        return False
    dirty.as_date.add(place)
    dirty.touched.add(place[:2])
    return True


def from_1904(dirty: Dirty) -> bool:
    dirty.date_1904 = True
    return True


def rate(dirty: Dirty) -> bool:
    rows = [
        row for row, cells in enumerate(dirty.grids["Terms"])
        if cells[0] == "Bonus rate" and is_number(cells[1])
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
    return spoil(dirty, ("Terms", rows[0], 1), lambda _: dirty.chance.choice(forms))


def term_amount(dirty: Dirty) -> bool:
    rows = [
        row for row, cells in enumerate(dirty.grids["Terms"])
        if cells[0] in AMOUNTS and is_number(cells[1])
    ]  # fmt: skip
    if not rows:
        return False
    forms = (plain, pounds, lambda v: f"{plain(v)} ", lambda v: f"£{v / 1000:g}k", lambda _: "tbc",
             lambda v: -v - 1, lambda _: NEVER_CALCULATED)  # fmt: skip
    place = ("Terms", dirty.chance.choice(rows), 1)
    return spoil(dirty, place, dirty.chance.choice(forms))


def term_otherwise(dirty: Dirty) -> bool:
    row = dirty.chance.randint(1, len(dirty.grids["Terms"]) - 1)
    forms = (str.upper, str.lower, lambda text: f" {text}{NBSP}", lambda text: f"{text[:-1]}")
    return spoil(dirty, ("Terms", row, 0), dirty.chance.choice(forms))


def terms_in_another_order(dirty: Dirty) -> bool:
    rows = dirty.grids["Terms"][1:]
    dirty.chance.shuffle(rows)
    dirty.grids["Terms"][1:] = rows
    return True


def agreed_otherwise(dirty: Dirty) -> bool:
    forms = {
        "yes": ("Yes", "Y", "YES ", True, "agreed", 1),
        "no": ("No", "N", "no ", False, "x", 0),
    }
    place = pick(dirty, {"Placements": (6,)}, lambda value: value in forms)
    return spoil(dirty, place, lambda value: dirty.chance.choice(forms[value]))


def type_otherwise(dirty: Dirty) -> bool:
    forms = {
        "foster": ("Foster", "FOSTER ", "fostering", "foster care"),
        "reunified": ("Reunified", "home", "reunification"),
    }
    place = pick(dirty, {"Placements": (1,)}, lambda value: value in forms)
    return spoil(dirty, place, lambda value: dirty.chance.choice(forms[value]))
