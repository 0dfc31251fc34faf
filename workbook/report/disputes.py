"""The rows that one party disputes: how many there are, and what they would be worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from xlpbr import cells
from xlpbr.cells import Rows
from xlpbr.contract.cell_readers import is_disputed
from xlpbr.contract.evidence import ALL_COLUMNS, Evidence, Placement
from xlpbr.contract.life import FurtherCost
from xlpbr.money import Pence
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.evidence import placements_that_do_not_fit

_Row = TypeVar("_Row", Placement, FurtherCost)


@dataclass(frozen=True, slots=True)
class AtStake:
    """How much more would be saved and payable to date if all disputed rows counted."""

    saving: Pence
    payable: Pence


def disputed_rows(tables: Mapping[str, Rows | None]) -> dict[str, set[int]]:
    """The rows of each table that are marked as disputed, counted from 1 under the headings."""
    found: dict[str, set[int]] = {}
    for table, columns in ALL_COLUMNS.items():
        wanted = {cells.key(column.heading) for column in columns if column.kind == "yes_no"}
        headings, *rows = tables.get(table) or [[]]
        places = [
            place
            for place, heading in enumerate(headings)
            if isinstance(heading, str) and cells.key(heading) in wanted
        ]
        disputed = {
            number
            for number, row in enumerate(rows, start=1)
            if any(is_disputed(row[place]) for place in places)
        }
        if disputed:
            found[table] = disputed
    return found


def at_stake(now: Statement, disputed: Mapping[str, set[int]]) -> AtStake | None:
    """What the disputed rows are worth together, beside a statement that does not count them.

    None where they cannot be settled as they stand.
    """
    evidence = replace(
        now.evidence,
        placements=_agreed(now.evidence.placements, disputed.get("Placements", set())),
        costs=_agreed(now.evidence.costs, disputed.get("Costs", set())),
    )
    if _stops_the_figures(evidence):
        return None
    then = settle(now.terms, evidence, now.as_at)
    if not now.months:
        return AtStake(0, 0)
    return AtStake(
        then.months[-1].saving_to_date - now.months[-1].saving_to_date, then.payable - now.payable
    )


def _agreed(rows: Iterable[_Row], numbers: set[int]) -> tuple[_Row, ...]:
    return tuple(replace(row, agreed=True) if row.row in numbers else row for row in rows)


def _stops_the_figures(evidence: Evidence) -> bool:
    return any(problem.code is not None for problem in placements_that_do_not_fit(evidence))
