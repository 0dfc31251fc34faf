"""The rows that one party disputes: how many there are, and what they would be worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlpbr import cells
from xlpbr.cells import Rows
from xlpbr.contract.cell_readers import is_disputed
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.money import Pence
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report.facts import Report


@dataclass(frozen=True, slots=True)
class AtStake:
    """How much more would be saved and payable to date if all disputed rows counted."""

    saving: Pence
    payable: Pence


def disputed_rows(tables: Mapping[str, Rows | None]) -> dict[str, int]:
    """How many rows of each table are marked as disputed; tables without one are left out."""
    found = {
        table: sum(is_disputed(row[column]) for column in columns for row in rows[1:])
        for table, rows, columns in _agreed_columns(tables)
    }
    return {table: count for table, count in found.items() if count}


def at_stake(report: Report, now: Statement) -> AtStake | None:
    """What the disputed rows are worth together, beside a statement that does not count them.

    None where they cannot be settled as they stand.
    """
    counted = dict(report.source.rows)
    for table, rows, columns in _agreed_columns(counted):
        counted[table] = [
            [
                "yes" if column in columns and is_disputed(cell) else cell
                for column, cell in enumerate(row)
            ]
            for row in rows
        ]
    records = records_of(counted)
    if records.terms.blocking or records.evidence.blocking:
        return None
    then = settle(records.terms.record, records.evidence.record, now.as_at)
    if not now.months:
        return AtStake(0, 0)
    return AtStake(
        then.months[-1].saving_to_date - now.months[-1].saving_to_date, then.payable - now.payable
    )


def _agreed_columns(
    tables: Mapping[str, Rows | None],
) -> list[tuple[str, Rows, list[int]]]:
    """The tables whose rows are agreed one by one, with the columns that say so."""
    found = []
    for table, columns in ALL_COLUMNS.items():
        rows = tables.get(table)
        wanted = {cells.key(column.heading) for column in columns if column.kind == "yes_no"}
        if rows and wanted:
            places = [
                number
                for number, heading in enumerate(rows[0])
                if isinstance(heading, str) and cells.key(heading) in wanted
            ]
            found.append((table, rows, places))
    return found
