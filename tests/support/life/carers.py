"""On which day each foster carer household falls due."""

from __future__ import annotations

from datetime import date

from tests.support.life.amounts import same
from tests.support.life.savings import counted
from tests.support.life.tables import Carer, Life
from tests.support.life.terms import days_shown, option, starts_on


def rows_that_count(life: Life) -> list[Carer]:
    if option(life, "Carer fee counts") == "any":
        return list(life.carers)
    linked = {same(row.child) for row in life.cohort or life.placements}
    return [row for row in life.carers if row.child and same(row.child) in linked]


def due_on(life: Life, row: Carer) -> date | None:
    """The day on which one row falls due; None where it does not."""
    if option(life, "Carer fee due") == "approved":
        return row.approved_on
    moves = [
        one.moved_on
        for one in counted(life)
        if one.moved_on is not None and row.child and same(one.child) == same(row.child)
    ]
    return max(row.approved_on, min(moves)) if moves else None


def households_due(life: Life) -> list[tuple[date, str]]:
    """Day and name of every household that falls due within the statement."""
    rows = rows_that_count(life)
    found = []
    for household in sorted({same(row.household) for row in rows}):
        own = [row for row in rows if same(row.household) == household]
        if min(row.approved_on for row in own) < starts_on(life):
            continue
        due = [day for row in own if (day := due_on(life, row)) is not None]
        if due and min(due) in set(days_shown(life)):
            found.append((min(due), household))
    return sorted(found)
