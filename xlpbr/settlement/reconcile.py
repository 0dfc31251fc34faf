"""Our figures against theirs, key by key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.errors import VALUE, CellError
from xlpbr.money import Pence, to_pence

Key = date | str
Status = Literal["agreed", "over-claimed", "under-claimed", "not claimed", "not expected"]

_PLAUSIBLE_MONTHS = range(1990, 2101)
"""Years in which a number is taken for a date; any other number is a name, such as an invoice's."""


@dataclass(frozen=True, slots=True)
class Amount:
    """One key with its exact amount."""

    key: Key
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Difference:
    """Both amounts of a key, in pence, and how they stand."""

    key: Key
    ours: Pence
    theirs: Pence
    difference: Pence
    status: Status


def read_amounts(ours: Cell, theirs: Cell) -> tuple[list[Amount], list[Amount]]:
    """The keys and amounts of two ranges of two columns, with or without a heading row.

    The keys are months only where every key of both is one; otherwise each is a text as it stands,
    so that invoice numbers never merge because some of them could be days.

    Raises:
        CellError: ``#VALUE!`` for another number of columns, an amount without a key, a key
            without an amount or a text for an amount; an error value gives that same error.
    """
    sides = (_read_side(ours, "ours"), _read_side(theirs, "theirs"))
    are_months = all(_month(key) is not None for side in sides for key, _ in side)
    ours_read, theirs_read = (
        [Amount((are_months and _month(key)) or cells.text(key), amount) for key, amount in side]
        for side in sides
    )
    return ours_read, theirs_read


def _read_side(table: Cell, name: str) -> list[tuple[Cell, Fraction]]:
    rows = cells.rows(table)
    for row_number, row in enumerate(rows, start=1):
        for cell in row:
            error = cells.error_in(cell)
            if error is not None:
                raise CellError(error.code, f"{name}, line {row_number}: {error.message}")
    if len(rows[0]) != 2:
        raise CellError(
            VALUE, f"{name}: found {len(rows[0])} columns; expected two, the key and the amount"
        )
    has_heading = _is_heading(rows)
    amounts: list[tuple[Cell, Fraction]] = []
    for row_number, (key, amount) in enumerate(rows[1:] if has_heading else rows, start=1):
        if cells.is_blank(key) and cells.is_blank(amount):
            continue
        try:
            if cells.is_blank(key):
                raise CellError(VALUE, f"an amount ({cells.shown(amount)}) without a key")
            amounts.append((key, cells.number(amount)))
        except CellError as error:
            raise CellError(error.code, f"{name}, row {row_number}: {error.message}") from None
    return amounts


def _is_heading(rows: Rows) -> bool:
    key, amount = rows[0]
    if not isinstance(amount, str) or cells.is_blank(amount):
        return False
    try:
        cells.number(amount)
    except CellError:
        return key is None or (isinstance(key, str) and _month(key) is None)
    return False


def _month(value: Cell) -> date | None:
    """The month where a cell holds a date or reads as one; None otherwise."""
    try:
        month = cells.month(value)
    except CellError:
        return None
    if isinstance(value, int | float) and month.year not in _PLAUSIBLE_MONTHS:
        return None
    return month


def reconcile(
    ours: Iterable[Amount], theirs: Iterable[Amount], tolerance: Fraction
) -> list[Difference]:
    """A row for every key of either side, in the order of ours, then those only in theirs.

    Args:
        ours: our keys and exact amounts; equal keys are added up.
        theirs: the same for the other side.
        tolerance: a difference up to this, in exact pounds, counts as agreed.
    """
    names: dict[str, Key] = {}
    totals: tuple[dict[str, Fraction], dict[str, Fraction]] = ({}, {})
    for side, amounts in zip(totals, (ours, theirs), strict=True):
        for amount in amounts:
            name = amount.key.isoformat() if isinstance(amount.key, date) else cells.key(amount.key)
            names.setdefault(name, amount.key)
            side[name] = side.get(name, Fraction(0)) + amount.amount
    our_totals, their_totals = totals
    rows = [
        _difference(key, our_totals.get(name), their_totals.get(name), tolerance)
        for name, key in names.items()
    ]
    our_total, their_total = (sum(side.values(), Fraction(0)) for side in totals)
    return [*rows, _difference("Total", our_total, their_total, tolerance)]


def _difference(
    key: Key, ours: Fraction | None, theirs: Fraction | None, tolerance: Fraction
) -> Difference:
    difference = (theirs or Fraction(0)) - (ours or Fraction(0))
    status: Status = "agreed"
    if theirs is None:
        status = "not claimed"
    elif ours is None:
        status = "not expected"
    elif to_pence(difference) and abs(difference) > tolerance:
        # What rounds to 0.00 is agreed: cells that Excel calculated carry parts of a penny.
        status = "over-claimed" if difference > 0 else "under-claimed"
    return Difference(
        key,
        to_pence(ours or Fraction(0)),
        to_pence(theirs or Fraction(0)),
        to_pence(difference),
        status,
    )
