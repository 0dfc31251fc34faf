"""What does not fit in the optional tables: days that cannot be together, rows that say two things.

It stops the figures where the row counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from xlpbr import cells
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import OutcomeRate
from xlpbr.errors import NUM, VALUE, Problem


def life_that_does_not_fit(evidence: Evidence) -> Iterator[Problem]:
    """What stops the figures in the optional tables, beside cells that cannot be read."""
    yield from _leaving_before_the_move(evidence)
    yield from _leaving_twice(evidence)
    yield from _prices_twice(evidence)
    for cost in evidence.costs:
        code = NUM if cost.agreed else None
        yield from _ends_before_it_starts("Costs", cost.row, cost.starts_on, cost.last_day, code)
    yield from _rates_that_do_not_fit(evidence.rates)


def _leaving_before_the_move(evidence: Evidence) -> Iterator[Problem]:
    leaving = evidence.leaving_days
    for placement in evidence.placements:
        name = cells.key(placement.child)
        leaves_on = leaving.get(name)
        moved_on = placement.moved_on
        if leaves_on is None or moved_on is None or leaves_on >= moved_on:
            continue
        rows = (
            one.row
            for one in evidence.cohort
            if one.leaves_on == leaves_on and cells.key(one.child) == name
        )
        yield Problem(
            table="Cohort",
            row=next(rows),
            column="Leaves care on",
            found=f"{leaves_on:%d/%m/%Y}",
            expected=f"a day on or after Moved on in Placements, {moved_on:%d/%m/%Y}",
            remedy=f"Correct one of the two dates of {cells.shown(placement.child)}.",
            code=NUM if placement.agreed else None,
        )


def _leaving_twice(evidence: Evidence) -> Iterator[Problem]:
    """A child that stands in the cohort twice, with two days."""
    first: dict[str, tuple[int, date | None]] = {}
    for child in evidence.cohort:
        row, leaves_on = first.setdefault(cells.key(child.child), (child.row, child.leaves_on))
        if row == child.row:
            continue
        same = leaves_on == child.leaves_on
        yield Problem(
            table="Cohort",
            row=child.row,
            column="Child",
            found=f"{cells.shown(child.child)} a second time",
            expected=f"each child once; it is also in row {row}",
            remedy="It counts once. Delete one of the two rows."
            if same
            else "The two rows have different days: delete the one that is not right.",
            code=None if same else VALUE,
            other_row=row,
        )


def _prices_twice(evidence: Evidence) -> Iterator[Problem]:
    first: dict[tuple[str, date], int] = {}
    for change in evidence.prices:
        row = first.setdefault((cells.key(change.child), change.starts_on), change.row)
        if row != change.row:
            yield Problem(
                table="Prices",
                row=change.row,
                column="From",
                found=f"{change.starts_on:%d/%m/%Y} a second time for {cells.shown(change.child)}",
                expected=f"each day once for a child; row {row} has it",
                remedy="Delete the row that is not agreed, or put both prices into one row.",
                code=VALUE,
                other_row=row,
            )


def _ends_before_it_starts(
    table: str, row: int, starts_on: date | None, last_day: date | None, code: str | None
) -> Iterator[Problem]:
    if starts_on is not None and last_day is not None and last_day < starts_on:
        yield Problem(
            table=table,
            row=row,
            column="To",
            found=f"{last_day:%d/%m/%Y}",
            expected=f"a day on or after From, {starts_on:%d/%m/%Y}",
            remedy="Correct one of the two dates.",
            code=code,
        )


def _rates_that_do_not_fit(rates: Iterable[OutcomeRate]) -> Iterator[Problem]:
    """Rows of one outcome with other weeks, or that hold at the same time."""
    of_outcome: dict[str, list[OutcomeRate]] = {}
    for rate in rates:
        yield from _ends_before_it_starts("Rates", rate.row, rate.starts_on, rate.last_day, NUM)
        earlier = of_outcome.setdefault(cells.key(rate.outcome), [])
        yield from _beside(rate, earlier)
        earlier.append(rate)


def _beside(rate: OutcomeRate, earlier: Sequence[OutcomeRate]) -> Iterator[Problem]:
    here = partial(Problem, table="Rates", row=rate.row, code=VALUE)
    if earlier and rate.weeks != earlier[0].weeks:
        yield here(
            column="Weeks",
            found=str(rate.weeks),
            expected=f"{earlier[0].weeks}, as in row {earlier[0].row} of the same outcome",
            remedy="Correct the weeks, or give the outcome a name of its own.",
            other_row=earlier[0].row,
        )
    for other in earlier:
        if _first(rate) <= _last(other) and _first(other) <= _last(rate):
            yield here(
                column="From",
                found=f"a price from {_first(rate):%d/%m/%Y}"
                if rate.starts_on
                else "a price from the start",
                expected=f"days on which the price in row {other.row} does not hold",
                remedy="Two prices of one outcome hold at the same time: correct From or To.",
                other_row=other.row,
            )
            return


def _first(rate: OutcomeRate) -> date:
    return rate.starts_on or date.min


def _last(rate: OutcomeRate) -> date:
    return rate.last_day or date.max
