"""What changed between two states of a contract's tables, as tables for people and programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.contract.table_rows import TERMS_TABLE, TableRow, cell_of, in_words
from xlpbr.errors import all_of
from xlpbr.money import in_words as pounds_in_words
from xlpbr.settlement.changes import Amounts, Cause, ChangedTables, RowChange, cells_changed

CELL_HEADINGS = ("Table", "Row", "What", "Column", "Before", "After")
AMOUNT_HEADINGS = ("Saving", "Payable", "To invoice")
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since an earlier state of the tables.

    Attributes:
        name: what a person calls that state: a workbook's name, or a month that was agreed.
        changes: what changed.
        source: the workbook that it was read from, where that is another one.
    """

    name: str
    changes: ChangedTables
    source: Path | None = None


def changed_cells(changes: ChangedTables) -> Rows:
    """Every cell that changed, in words, under its headings."""
    return [
        [*CELL_HEADINGS],
        *(
            [
                *_of_row(change),
                cell.heading,
                _words(cell.before, cell.heading),
                _words(cell.after, cell.heading),
            ]
            for change, cell in cells_changed(changes)
        ),
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
    rows: Rows = [[*CELL_HEADINGS, *AMOUNT_HEADINGS]]
    for cause in changes.causes:
        amounts: list[Cell] = _pounds(cause.amounts)
        for change in cause.changes:
            for cell in change.cells:
                before, after = (
                    None if row is None else cell_of(row, cell.heading)
                    for row in (cell.before, cell.after)
                )
                rows.append([*_of_row(change), cell.heading, before, after, *amounts])
                amounts = [None] * len(AMOUNT_HEADINGS)
    total = ["Total", *[None] * (len(CELL_HEADINGS) - 1)]
    return [*rows, [*total, *_pounds(changes.difference)]]


def amounts_by_heading(amounts: Amounts) -> dict[str, Cell]:
    """Amounts in pounds under their headings."""
    return dict(zip(AMOUNT_HEADINGS, _pounds(amounts), strict=True))


def cause_in_words(cause: Cause) -> str:
    """A cause as a person calls it, such as ``Placements: C01, moved 2 Mar 2026 (Ended on)``."""
    first = cause.changes[0]
    names = [_change_in_words(change) for change in cause.changes]
    listed = f"{len(names)} rows {first.what}" if len(names) > _MOST_NAMED else all_of(names)
    return f"{first.row.table}: {listed}"


def all_in_words(changes: ChangedTables) -> str:
    """What all changes together are worth, and what of it agreed months leave to a later one."""
    every = changes.difference
    said = (
        f"All changes together: saving {pounds_in_words(every.saving)}, payable"
        f" {pounds_in_words(every.payable)}, to invoice {pounds_in_words(every.to_invoice)}."
    )
    if every.carried:
        said += (
            " Agreed months stay as they were agreed, so that"
            f" {pounds_in_words(every.carried)} comes into the next month that is not agreed."
        )
    return said


def _change_in_words(change: RowChange) -> str:
    if change.what != "changed":
        return f"{change.row.name} {change.what}"
    headings = [cell.heading for cell in change.cells]
    if change.row.table == TERMS_TABLE and headings == ["Value"]:
        return change.row.name
    return f"{change.row.name} ({all_of(headings)})"


def _of_row(change: RowChange) -> list[Cell]:
    return [change.row.table, change.row.name, change.what]


def _words(row: TableRow | None, heading: str) -> str:
    return "" if row is None else in_words(row, heading)


def _pounds(amounts: Amounts) -> list[Cell]:
    return [
        cells.pounds(amounts.saving),
        cells.pounds(amounts.payable),
        cells.pounds(amounts.to_invoice),
    ]
