"""What a person should look at in the table Placements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial

from xlpbr import cells
from xlpbr.contract.evidence import PRICES, Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.money import in_words, to_pence
from xlpbr.periods import ONE_DAY
from xlpbr.tables.headings import ReadRecord
from xlpbr.tables.name_checks import names_of_persons
from xlpbr.tables.price_checks import parts_of_a_penny, unlikely_price

_MOST_YEARS_AFTER = 10
"""An end longer after the programme is more likely a slip of the year."""


def about_placements(terms: ReadRecord[ContractTerms], evidence: Evidence) -> Iterable[Problem]:
    """All that is odd in the placements: rows, names, prices, days, and how many children."""
    yield from _duplicates(evidence.placements)
    yield from names_of_persons("Placements", evidence.placements)
    yield from _days_between(evidence.placements)
    for placement in evidence.placements:
        for column in PRICES:
            here = partial(Problem, table="Placements", row=placement.row, column=column.heading)
            price = getattr(placement, column.field_name)
            yield from unlikely_price(here, price)
            yield from parts_of_a_penny(here, price)
        yield from _about_the_move(placement, None if terms.blocking else terms.record)
    children = {cells.key(placement.child) for placement in evidence.agreed}
    size = terms.record.cohort_size
    if size is not None and len(children) > size:
        yield Problem(
            table="Placements",
            column="Child",
            found=f"{len(children)} children",
            expected=f"at most the {size} of Cohort size",
            remedy="Check which children belong to the cohort, or correct Cohort size.",
        )


def _duplicates(placements: Iterable[Placement]) -> Iterable[Problem]:
    """Rows that say the same in every column as an earlier one."""
    seen: dict[Placement, int] = {}
    for placement in placements:
        if placement.moved_on is not None and placement.agreed:
            continue  # a copy of an agreed move stops the figures, and is a problem of its table
        other = seen.setdefault(
            replace(placement, child=cells.key(placement.child), row=0), placement.row
        )
        if other != placement.row:
            yield Problem(
                table="Placements",
                row=placement.row,
                column="Child",
                found=cells.shown(placement.child),
                expected=f"each row once; row {other} says the same",
                remedy="Delete the row if it was entered twice.",
                other_row=other,
            )


def _days_between(placements: Iterable[Placement]) -> Iterable[Problem]:
    """A day between two rows of a child: a change of price that is written as an end and a start.

    The day on which a placement ended is not counted, so that a row that starts on the day after
    loses it.
    """
    by_end: dict[tuple[str, date], Placement] = {}
    for placement in placements:
        if placement.ended_on is not None:
            by_end[cells.key(placement.child), placement.ended_on] = placement
    for placement in placements:
        moved = placement.moved_on
        if moved is None or moved == date.min:
            continue
        before = by_end.get((cells.key(placement.child), moved - ONE_DAY))
        if before is None or before.ended_on is None or before is placement:
            continue
        yield Problem(
            table="Placements",
            row=placement.row,
            column="Moved on",
            found=f"{moved:%d/%m/%Y}",
            expected=f"{before.ended_on:%d/%m/%Y}, the day on which row {before.row} ended",
            remedy=f"{before.ended_on:%d/%m/%Y} counts in neither row: the day on which a placement"
            " ended is not counted. Start the row on that day if only the price changed.",
            other_row=before.row,
        )


def _about_the_move(placement: Placement, terms: ContractTerms | None) -> Iterable[Problem]:
    """What a move does not save; its day is held to the programme where the terms can be read."""
    here = partial(Problem, table="Placements", row=placement.row)
    moved = partial(here, column="Moved on")
    if placement.moved_on is None:
        if placement.ended_on is not None:
            yield moved(
                found="nothing, though Ended on is given",
                expected="the day of the move",
                remedy="Enter Moved on: without it there is no saving.",
            )
        return
    residential, family = placement.residential_weekly, placement.family_weekly
    if residential is not None and family is not None and family > residential:
        yield here(
            column="Family weekly cost",
            found=in_words(to_pence(family)),
            expected="a price below the residential one",
            remedy="Check both prices: this placement costs more than it replaced.",
        )
    if terms is None:
        return
    yield from _far_away(placement, terms)
    moved = partial(moved, found=f"{placement.moved_on:%d/%m/%Y}")
    if placement.moved_on > terms.ends_on:
        yield moved(
            expected=f"a day on or before Ends on, {terms.ends_on:%d/%m/%Y}",
            remedy="The move is after the programme, so it saves nothing here.",
        )
    elif placement.moved_on < terms.starts_on:
        yield moved(
            expected=f"a day on or after Starts on, {terms.starts_on:%d/%m/%Y}",
            remedy="Only days from Starts on are counted."
            " Check that the child belongs to the cohort.",
        )


def _far_away(placement: Placement, terms: ContractTerms) -> Iterable[Problem]:
    """An end so long after the programme that its year is more likely a slip."""
    ended = placement.ended_on
    if ended is not None and ended.year - terms.ends_on.year > _MOST_YEARS_AFTER:
        yield Problem(
            table="Placements",
            row=placement.row,
            column="Ended on",
            found=f"{ended:%d/%m/%Y}",
            expected=f"a day within {_MOST_YEARS_AFTER} years of Ends on, {terms.ends_on:%d/%m/%Y}",
            remedy="Check the year, or leave it blank while the placement lasts.",
        )
