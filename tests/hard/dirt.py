"""The ways in which tables are made dirty, and how they are put together."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.hard import dirt_in_cells as typed
from tests.hard import dirt_in_layout as laid_out
from tests.hard.dirt_in_cells import NBSP, PRICES, Dirty, Grid

KINDS: dict[str, Callable[[Dirty], bool]] = {
    "number as text": typed.number_as(
        typed.plain, lambda v: f" {typed.plain(v)} ", lambda v: f"{typed.plain(v)}{NBSP}"
    ),
    "pounds as text": typed.number_as(
        typed.pounds, lambda v: f"{typed.pounds(v)} pw", lambda v: f"GBP {typed.plain(v)}"
    ),
    "number misspelt": typed.number_as(
        lambda v: typed.plain(v).replace("0", "O") + "O",
        lambda _: "tbc",
        lambda v: typed.plain(v).replace(".", ",") + ",5",
        lambda _: "-",
        lambda v: f"({typed.plain(v + 1)})",
        lambda _: "n/a",
    ),
    "negative number": typed.number_as(
        lambda v: -v - 0.01, lambda v: f"-{typed.plain(v + 1)}", columns=PRICES
    ),
    "more than 15 digits": typed.number_as(
        lambda v: f"{v:.2f}00000000000000001", lambda _: "12345678901234567"
    ),
    "date as text": typed.date_as(
        lambda d: f"{d:%d/%m/%Y}",
        lambda d: f"{d:%d.%m.%Y}",
        lambda d: f"{d:%d/%m/%y}",
        lambda d: f"{d.day} {d:%B %Y}",
        lambda d: f"{d:%d-%b-%y}",
        lambda d: f"{d:%Y-%m-%d}",
        lambda d: f" {d:%d/%m/%Y}{NBSP}",
        lambda d: f"{d:%A}, {d:%d/%m/%Y}",
    ),
    "date in American order": typed.american,
    "impossible date": typed.impossible,
    "date out of range": typed.other_time,
    "name with spaces or capitals": typed.name_with_spaces,
    "name taken for nothing": typed.renamed_to_nothing,
    "error cell": typed.error,
    "formula never calculated": typed.never_calculated,
    "boolean as money": typed.boolean,
    "blank price": typed.blank_price,
    "more columns": laid_out.more_columns,
    "headings otherwise": laid_out.headings_otherwise,
    "heading twice": laid_out.heading_twice,
    "titles above": laid_out.titles,
    "line of totals": laid_out.total,
    "blank rows": laid_out.blank_rows,
    "row twice": laid_out.twice,
    "hidden row": laid_out.hide,
    "merged label": laid_out.merge,
    "label left out": laid_out.left_out_label,
    "dates exchanged": laid_out.dates_swapped,
    "placements that overlap": laid_out.overlap,
    "money shown as a date": laid_out.shown_as_date,
    "dates from 1904": laid_out.from_1904,
    "rate as a percentage": laid_out.rate,
    "amount of a term": laid_out.term_amount,
    "term spelt otherwise": laid_out.term_otherwise,
    "terms in another order": laid_out.terms_in_another_order,
    "agreed otherwise": laid_out.agreed_otherwise,
    "type otherwise": laid_out.type_otherwise,
}

LAST: dict[str, Callable[[Dirty], bool]] = {
    "columns in another order": laid_out.columns_in_another_order
}
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
