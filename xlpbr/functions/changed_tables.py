"""What changed between two states of a contract's tables, as tables for people and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.contract.snapshot import Snapshot
from xlpbr.contract.table_rows import TERMS_TABLE, TableRow, cell_of, in_words
from xlpbr.errors import all_of
from xlpbr.money import in_words as pounds_in_words
from xlpbr.periods import day_in_words, month_in_words
from xlpbr.settlement.changes import (
    Amounts,
    Cause,
    ChangedCell,
    ChangedTables,
    RowChange,
    cells_changed,
)

CELL_HEADINGS = ("Table", "Row", "What", "Column", "Before", "After")
AMOUNT_HEADINGS = ("Saving", "Payable", "To invoice")
CHANGES_HEADINGS = (*CELL_HEADINGS, *AMOUNT_HEADINGS, "In words")

NOTHING_KEPT = "All tables"
"""What stands under Table where no earlier state is kept."""
_NOT_KEPT = "No month was agreed with xlpbr agree in this workbook, so no earlier tables are kept."
_MOST_NAMED = 3
_MOST_TOLD = 2
"""How many cells of a row are told with what they said; the others are counted."""


def changed_cells(changes: ChangedTables) -> Rows:
    """Every cell that changed, in words, under its headings."""
    return [
        [*CELL_HEADINGS],
        *([*_of_cell(change, cell), *_words(cell)] for change, cell in cells_changed(changes)),
    ]


def pounds_by_cause(changes: ChangedTables) -> Rows:
    """What each cause is worth, between what the old tables come to and what the new ones do."""
    return [
        ["Change", *AMOUNT_HEADINGS],
        ["Before", *_pounds(changes.before)],
        *([cause_in_words(cause), *_pounds(cause.amounts)] for cause in changes.causes),
        ["After", *_pounds(changes.after)],
    ]


def cells_and_pounds(changes: ChangedTables) -> Rows:
    """Every cell that changed, its values as they are, with the pounds of each cause once.

    They stand beside the cause's first cell; the last row is their total.
    """
    rows = with_pounds(changes, _values, lambda cause: _pounds(cause.amounts), _NO_POUNDS)
    total = ["Total", *[None] * (len(CELL_HEADINGS) - 1)]
    return [[*CELL_HEADINGS, *AMOUNT_HEADINGS], *rows, [*total, *_pounds(changes.difference)]]


def changes_table(changes: ChangedTables, kept: Snapshot, as_at: date | None) -> Rows:
    """The same in words, as a sheet shows it, and beside the pounds each cause in words.

    The last row says it of all changes.

    Args:
        changes: what changed.
        kept: the earlier state.
        as_at: the last day that counts; None for the whole programme.
    """
    rows = with_pounds(
        changes,
        _words,
        lambda cause: [*_pounds(cause.amounts), _cause_beside_its_pounds(cause)],
        [""] * (len(AMOUNT_HEADINGS) + 1),
    )
    total = ["Total", *[""] * (len(CELL_HEADINGS) - 1), *_pounds(changes.difference)]
    since = f"{month_in_words(kept.month)} was agreed on {day_in_words(kept.agreed_on)}"
    return [[*CHANGES_HEADINGS], *rows, [*total, _all_told(changes, since, as_at)]]


def nothing_kept() -> Rows:
    """The table where no earlier state is kept: a row that says so."""
    blank = [""] * (len(CHANGES_HEADINGS) - 2)
    return [[*CHANGES_HEADINGS], [NOTHING_KEPT, *blank, _NOT_KEPT]]


def with_pounds(
    changes: ChangedTables,
    said: Callable[[ChangedCell], list[Any]],
    of_cause: Callable[[Cause], list[Any]],
    rest: list[Any],
) -> Iterator[list[Any]]:
    """A row for each cell that changed, with what is told of its cause beside the first one.

    Args:
        changes: what changed.
        said: what a cell said before and says after.
        of_cause: what is told of a cause, such as its pounds.
        rest: what stands in place of that beside its other cells.
    """
    for cause in changes.causes:
        beside = of_cause(cause)
        for change in cause.changes:
            for cell in change.cells:
                yield [*_of_cell(change, cell), *said(cell), *beside]
                beside = rest


def amounts_by_heading(amounts: Amounts) -> dict[str, Cell]:
    """Amounts in pounds under their headings."""
    return dict(zip(AMOUNT_HEADINGS, _pounds(amounts), strict=True))


def cause_in_words(cause: Cause) -> str:
    """A cause as a person calls it, such as ``Placements: C01, moved 2 Mar 2026 (Ended on)``."""
    return _named(cause, _change_in_words)


def cause_told(cause: Cause) -> str:
    """The same with what the cells say: ``... (Ended on: blank, now 1 Jun 2026)``."""
    return _named(cause, _change_told)


def _cause_beside_its_pounds(cause: Cause) -> str:
    """The same where only what is payable stands beside it, as on the sheet Month.

    A row of Agreed moves what is to be invoiced and nothing of what is payable.
    """
    amounts = cause.amounts
    if amounts.payable or not amounts.to_invoice:
        return cause_told(cause)
    return f"{cause_told(cause)}; to invoice {pounds_in_words(amounts.to_invoice)}"


def all_in_words(changes: ChangedTables) -> str:
    """What all changes together are worth, as a person says it."""
    every = changes.difference
    said = (
        f"saving {pounds_in_words(every.saving)}, payable {pounds_in_words(every.payable)}, to"
        f" invoice {pounds_in_words(every.to_invoice)}."
    )
    if every.carried:
        said += (
            " Agreed months stay as they were agreed, so that"
            f" {pounds_in_words(every.carried)} comes into the next month that is not agreed."
        )
    return said


def _all_told(changes: ChangedTables, since: str, as_at: date | None) -> str:
    """The same since a month was agreed, short enough for the sheet Month.

    The day is said: a change that only touches later months comes to nothing until then.
    """
    count, every = len(changes.causes), changes.difference
    if not count:
        return f"Nothing changed since {since}."
    to = "" if as_at is None else f"to {day_in_words(as_at)} "
    said = (
        f"{count} change{'' if count == 1 else 's'} since {since}: {to}payable"
        f" {pounds_in_words(every.payable)}, to invoice {pounds_in_words(every.to_invoice)}"
    )
    if every.carried:
        said += f"; {pounds_in_words(every.carried)} comes into the next month that is not agreed"
    return f"{said}."


def _named(cause: Cause, of_row: Callable[[RowChange], str]) -> str:
    first = cause.changes[0]
    if len(cause.changes) > _MOST_NAMED:
        return f"{first.row.table}: {len(cause.changes)} rows {first.what}"
    return f"{first.row.table}: {all_of(map(of_row, cause.changes))}"


def _change_in_words(change: RowChange) -> str:
    if change.what != "changed":
        return f"{change.row.name} {change.what}"
    headings = [cell.heading for cell in change.cells]
    if _is_value_of_term(change):
        return change.row.name
    return f"{change.row.name} ({all_of(headings)})"


def _change_told(change: RowChange) -> str:
    if change.what != "changed":
        return f"{change.row.name} {change.what}"
    said = [(cell.heading, _told(cell)) for cell in change.cells]
    if _is_value_of_term(change):
        return f"{change.row.name}: {said[0][1]}"
    told = [f"{heading}: {values}" for heading, values in said[:_MOST_TOLD]]
    if len(said) > _MOST_TOLD:
        told.append(f"{len(said) - _MOST_TOLD} more")
    return f"{change.row.name} ({'; '.join(told)})"


def _told(cell: ChangedCell) -> str:
    before, after = (text or "blank" for text in _words(cell))
    return f"{before}, now {after}"


def _is_value_of_term(change: RowChange) -> bool:
    headings = [cell.heading for cell in change.cells]
    return change.row.table == TERMS_TABLE and headings == ["Value"]


def _of_cell(change: RowChange, cell: ChangedCell) -> list[str]:
    return [change.row.table, change.row.name, change.what, cell.heading]


def _words(cell: ChangedCell) -> list[str]:
    return [_in_words(row, cell.heading) for row in (cell.before, cell.after)]


def _in_words(row: TableRow | None, heading: str) -> str:
    return "" if row is None else in_words(row, heading)


def _values(cell: ChangedCell) -> list[Cell]:
    return [
        None if row is None else cell_of(row, cell.heading) for row in (cell.before, cell.after)
    ]


_NO_POUNDS: list[Cell] = [None] * len(AMOUNT_HEADINGS)


def _pounds(amounts: Amounts) -> list[Cell]:
    return [
        cells.pounds(amounts.saving),
        cells.pounds(amounts.payable),
        cells.pounds(amounts.to_invoice),
    ]
