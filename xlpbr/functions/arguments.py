"""The arguments of a worksheet function: cell values to exact values, errors that name them.

Every function raises ``CellError`` for an input that it cannot use: ``#VALUE!`` for a text where a
number or date is wanted, something missing, an unknown option or ranges that do not fit; ``#NUM!``
for a number or date outside what it may be; an error value gives that same error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, cast, get_args

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.contract.terms import Basis, ReimbursementShape, Shape
from xlpbr.errors import NUM, VALUE, CellError
from xlpbr.periods import Period
from xlpbr.settlement import rules


def broadcast(one: Callable[..., float], *arguments: Cell) -> Any:
    """One result for each combination of cells, as Excel broadcasts; errors stay in their cells."""
    if not any(map(cells.is_range, arguments)):
        return one(*arguments)
    ranges = [cells.rows(argument) for argument in arguments]
    height = max(len(found) for found in ranges)
    width = max(len(found[0]) for found in ranges)
    for found in ranges:
        if len(found) not in (1, height) or len(found[0]) not in (1, width):
            raise CellError(
                VALUE,
                f"found ranges of {len(found)} x {len(found[0])} and {height} x {width} cells;"
                " expected ranges of the same size",
            )

    def at(row: int, column: int) -> float | CellError:
        values = (
            found[row if len(found) > 1 else 0][column if len(found[0]) > 1 else 0]
            for found in ranges
        )
        try:
            return one(*values)
        except CellError as error:
            return error

    return [[at(row, column) for column in range(width)] for row in range(height)]


def refuse_errors(*values: Cell) -> None:
    """Raise the first error value among some cells."""
    for value in values:
        error = cells.error_in(value)
        if error is not None:
            raise error


def named(name: str, value: Cell, read: Callable[[Cell], Any]) -> Any:
    """What ``read`` makes of a cell; its error names the argument."""
    try:
        return read(value)
    except CellError as error:
        if cells.error_in(value) is not None:
            raise
        raise CellError(error.code, f"{name}: {error.message}") from None


def basis(value: Cell) -> Basis:
    """How a term is counted; ``months`` for a blank."""
    return cast(Basis, _option(value, get_args(Basis)))


def shape(value: Cell) -> Shape:
    """Which part of the savings earns a bonus; ``excess`` for a blank."""
    return cast(Shape, _option(value, get_args(Shape)))


def reimbursement_shape(value: Cell) -> ReimbursementShape:
    """What of an amount is paid back; ``straight_line`` for a blank."""
    return cast(ReimbursementShape, _option(value, get_args(ReimbursementShape)))


def _option(value: Cell, options: Sequence[str]) -> str:
    """One of the named options; the first for a blank."""
    return cells.optional(value, lambda found: cells.option(found, options), options[0])


def placement(
    before: Cell, after: Cell, moved: Cell, ended: Cell
) -> tuple[Fraction, date, date | None] | None:
    """The weekly saving and the days of a placement; None for a child who has not moved."""
    before_price = maybe_price("before_weekly", before)
    after_price = maybe_price("after_weekly", after)
    days = days_of_placement(moved, ended)
    if days is None:
        return None
    weekly = given("before_weekly", before_price) - given("after_weekly", after_price)
    return weekly, *days


def days_of_placement(moved: Cell, ended: Cell) -> tuple[date, date | None] | None:
    """The day of a move and the day it ended; None for a child who has not moved."""
    moved_day: date | None = optional("moved_on", moved, cells.day)
    ended_day: date | None = optional("ended_on", ended, cells.day)
    if moved_day is None:
        return None
    if ended_day is not None and ended_day < moved_day:
        raise CellError(
            NUM,
            f"ended_on: found {ended_day:%d/%m/%Y}; expected a day on or after moved_on,"
            f" {moved_day:%d/%m/%Y}",
        )
    return moved_day, ended_day


def maybe_price(name: str, value: Cell) -> Fraction | None:
    """A price of 0 or more, in exact pounds; None for a blank cell."""
    if cells.is_blank(value):
        return None
    price: Fraction = named(name, value, cells.number)
    if price < 0:
        raise CellError(NUM, f"{name}: found {cells.shown(value)}; expected a price, 0 or more")
    return price


def given(name: str, price: Fraction | None) -> Fraction:
    """A price that must be there."""
    if price is None:
        raise CellError(VALUE, f"{name}: nothing found; expected a price")
    return price


def period(start: Cell, end: Cell) -> Period:
    """The period from ``from_date`` to ``to_date``, both included."""
    found = Period(named("from_date", start, cells.day), named("to_date", end, cells.day))
    if found.last < found.first:
        raise CellError(
            NUM,
            f"to_date: found {found.last:%d/%m/%Y}; expected a day on or after from_date,"
            f" {found.first:%d/%m/%Y}",
        )
    return found


def optional(name: str, value: Cell, read: Callable[[Cell], Any], default: Any = None) -> Any:
    """What ``read`` makes of a cell; ``default`` for a blank one. Its error names the argument."""
    return named(name, value, lambda cell: cells.optional(cell, read, default))


def not_negative(name: str, value: Cell, default: Any) -> Any:
    """An exact number of 0 or more; ``default`` for a blank cell."""
    found = optional(name, value, cells.number, default)
    if found is not None and found < 0:
        quoted = cells.shown(cells.single(value))
        raise CellError(NUM, f"{name}: found {quoted}; expected 0 or more")
    return found


def numbers(name: str, value: Cell, blank: Fraction | None = None) -> list[Fraction]:
    """The exact numbers of a range, row by row.

    Args:
        name: the argument, for messages.
        value: the range, or one cell.
        blank: what a blank cell counts as; None where it is refused.
    """
    found = []
    for row, cell in enumerate(cells.flat(value), start=1):
        if blank is not None and cells.is_blank(cell):
            found.append(blank)
            continue
        where = f"{name}, row {row}" if cells.is_range(value) else name
        found.append(named(where, cell, cells.number))
    return found


def same_size(name: str, value: Cell, other_name: str, other: Cell) -> None:
    """Refuse two arguments that are not one row or one column of the same length."""

    def size(found: Cell) -> tuple[int, int]:
        in_rows = cells.rows(found)
        return len(in_rows), len(in_rows[0])

    mine, theirs = size(value), size(other)
    if mine != theirs:
        raise CellError(
            VALUE,
            f"{other_name}: found {theirs[0]} x {theirs[1]} cells; expected {mine[0]} x {mine[1]},"
            f" as in {name}",
        )
    if min(mine) > 1:
        raise CellError(
            VALUE, f"{name}: found {mine[0]} x {mine[1]} cells; expected one row or one column"
        )


def bands(threshold: Cell, rate: Cell) -> list[tuple[Fraction, Fraction]]:
    """Thresholds with their rates, rising; a pair of blank cells is passed over."""
    thresholds, rates = cells.flat(threshold), cells.flat(rate)
    if len(thresholds) != len(rates):
        raise CellError(
            VALUE,
            f"rate: found {len(rates)} cells; expected {len(thresholds)}, one for each threshold",
        )
    found = []
    for low, share in zip(thresholds, rates, strict=True):
        if len(thresholds) > 1 and cells.is_blank(low) and cells.is_blank(share):
            continue
        exact_rate = named("rate", share, cells.number)
        if not 0 <= exact_rate <= 1:
            raise CellError(NUM, f"rate: found {cells.shown(share)}; expected 0 to 1")
        found.append((named("threshold", low, cells.number), exact_rate))
    if not found:
        raise CellError(VALUE, "threshold: nothing found; expected a number")
    if not rules.thresholds_rise(low for low, _ in found):
        raise CellError(NUM, "threshold: found thresholds that do not rise; expected rising ones")
    return found
