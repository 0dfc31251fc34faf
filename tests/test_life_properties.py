"""What must hold of any contract's life, whatever its tables say."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.life.as_ranges import for_statement
from tests.support.life.random_lives import life_of_seed
from tests.support.life.tables import AgreedMonth, CohortChild, Life, Price, Variation
from xlpbr import functions

pytestmark = pytest.mark.slow

SEEDS = range(60)


def statement(life: Life) -> list[dict[str, Any]]:
    """The rows of a statement by their headings."""
    headings, *rows = functions.pbr_statement(*for_statement(life))
    return [dict(zip(headings, row, strict=True)) for row in rows]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_that_says_what_holds_changes_nothing(seed: int) -> None:
    life = life_of_seed(seed)
    taken = {(one.child.casefold(), one.starts) for one in life.prices}
    rows = []
    for placement in life.placements:
        if placement.moved_on is None or placement.agreed != "yes":
            continue
        last = placement.ended_on or life.terms.values["Ends on"]
        middle = placement.moved_on + (last - placement.moved_on) / 2
        before = [
            one
            for one in life.prices
            if one.child.casefold() == placement.child.casefold()
            and placement.moved_on < one.starts <= middle
        ]
        if before or middle <= placement.moved_on:
            continue
        if (placement.child.casefold(), middle) not in taken:
            taken.add((placement.child.casefold(), middle))
            rows.append(Price(placement.child, middle, placement.residential, placement.family))
    changed = dataclasses.replace(life, prices=(*life.prices, *rows))
    assert statement(changed) == statement(life)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_span_of_price_that_is_split_changes_no_penny(seed: int) -> None:
    life = life_of_seed(seed)
    taken = {(one.child.casefold(), one.starts) for one in life.prices}
    split = [
        dataclasses.replace(one, starts=one.starts + timedelta(days=5))
        for one in life.prices
        if one.residential is not None
        and one.family is not None
        and not any(
            (one.child.casefold(), one.starts + timedelta(days=days)) in taken
            for days in range(1, 6)
        )
        # A placement that moves in between starts with its own prices, which the copy would undo.
        and not any(
            placement.child.casefold() == one.child.casefold()
            and placement.moved_on is not None
            and one.starts <= placement.moved_on < one.starts + timedelta(days=5)
            for placement in life.placements
        )
    ]
    changed = dataclasses.replace(life, prices=(*life.prices, *split))
    assert statement(changed) == statement(life)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_agreed_month_never_moves_and_what_is_carried_arrives(seed: int) -> None:
    life = dataclasses.replace(life_of_seed(seed), agreed=())
    before = statement(life)
    if len(before) < 3:
        return
    signed = tuple(AgreedMonth(row["Month"], row["Payable"]) for row in before[: len(before) // 2])
    found_out_later = dataclasses.replace(
        life,
        agreed=signed,
        cohort=(),
        placements=tuple(
            dataclasses.replace(one, agreed="no") if number % 2 else one
            for number, one in enumerate(life.placements)
        ),
    )
    after = statement(found_out_later)
    for row, was in zip(after, before[: len(signed)], strict=False):
        assert row["To invoice"] == was["Payable"]
    carried = after[-1]["Payable"] + after[-1]["Adjustment"] - after[-1]["To invoice"]
    assert round(carried * 100) == 0
    assert sum(round(row["To invoice"] * 100) for row in after) == round(
        after[-1]["Payable to date"] * 100
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_agreeing_what_is_payable_changes_nothing_but_that_it_is_agreed(seed: int) -> None:
    life = dataclasses.replace(life_of_seed(seed), agreed=())
    before = statement(life)
    signed = tuple(AgreedMonth(row["Month"], row["Payable"]) for row in before)
    assert statement(dataclasses.replace(life, agreed=signed)) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_leaving_care_is_never_paid_back(seed: int) -> None:
    life = life_of_seed(seed)
    children = {one.child for one in life.placements}
    moves: dict[str, date] = {}
    for one in life.placements:
        if one.moved_on is not None:
            moves[one.child] = max(moves.get(one.child, one.moved_on), one.moved_on)
    leaving = dataclasses.replace(
        life,
        cohort=tuple(
            CohortChild(child, moves.get(child, date(2020, 1, 1)) + timedelta(days=1))
            for child in sorted(children)
        ),
        placements=tuple(
            dataclasses.replace(one, ended_on=None)
            if one.moved_on is not None and one.moved_on == moves[one.child]
            else dataclasses.replace(one, because="planned move" if one.ended_on else "")
            for one in life.placements
        ),
    )
    assert all(row["Reimbursed"] == 0 for row in statement(leaving))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_variation_that_says_what_holds_changes_nothing(seed: int) -> None:
    life = life_of_seed(seed)
    values = life.terms.values
    middle = values["Starts on"] + (values["Ends on"] - values["Starts on"]) / 2
    varied = {one.term for one in life.terms.variations}
    same = tuple(
        Variation(term, middle, values[term])
        for term in ("Fee", "Carer fee", "Contract maximum", "Break-down amount")
        if values.get(term) is not None and term not in varied
    )
    terms = dataclasses.replace(life.terms, variations=(*life.terms.variations, *same))
    assert statement(dataclasses.replace(life, terms=terms)) == statement(life)
