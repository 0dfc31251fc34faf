"""Other prices that give the very sums that are published: built here, and added up exactly."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from xlpbr.workbook.disclosure.other_prices import (
    CHANGE_LEFT_OPEN,
    PLAUSIBLE_CHANGE,
    Known,
    Parts,
    leaves_prices_open,
    weights,
    with_further,
)


def parts_of(*pounds: int) -> dict[str, Fraction]:
    return {f"C{n}": Fraction(part) for n, part in enumerate(pounds) if part}


def test_the_weights_of_a_sum_are_the_shares_in_squares() -> None:
    known = with_further((), [parts_of(3, 1, 1, 1)])
    assert weights(known) == {
        "C0": Fraction(9, 12), "C1": Fraction(1, 12), "C2": Fraction(1, 12), "C3": Fraction(1, 12),
    }  # fmt: skip


def test_who_is_left_when_two_sums_are_subtracted_weighs_the_whole() -> None:
    known = with_further((), [parts_of(*[30] * 20), parts_of(*[31] * 20, 15)])
    assert weights(known)["C20"] == 1
    assert not leaves_prices_open(known, 2)


def test_a_sum_that_follows_tells_nothing() -> None:
    one, other = parts_of(*[30] * 9), parts_of(*[30] * 9, *[20] * 9)
    known = with_further((), [one, other])
    assert with_further(known, [parts_of(*[0] * 9, *[1] * 9), parts_of(*[5] * 9)]) == known
    assert len(with_further(known, [parts_of(1, 2)])) == 3


@pytest.mark.parametrize(("count", "is_open"), [(5, False), (6, False), (7, True)])
def test_as_many_as_the_cut_off_and_two_are_enough_where_all_weigh_the_same(
    count: int, is_open: bool
) -> None:
    assert leaves_prices_open(with_further((), [parts_of(*[100] * count)]), 5) == is_open


def test_a_dominant_child_does_not_hide_among_others() -> None:
    assert leaves_prices_open(with_further((), [parts_of(*[10] * 30)]), 5)
    assert not leaves_prices_open(with_further((), [parts_of(1_000, *[10] * 30)]), 5)


def test_where_prices_are_left_open_there_are_other_prices() -> None:
    """For a child, with others whose prices stay: the prices of the rest make up for it."""
    rng = random.Random(3)
    tried = 0
    for _ in range(400):
        count, cut_off = rng.randint(6, 24), rng.choice([2, 3, 5])
        sums = [
            parts_of(*[rng.choice([0, rng.randint(1, 31)]) for _ in range(count)])
            for _ in range(rng.randint(1, 3))
        ]
        known = with_further((), sums)
        if not known or not leaves_prices_open(known, cut_off):
            continue
        children = sorted(weights(known))
        child, *stay = rng.sample(children, cut_off + 1)
        changes = other_prices(known, child, stay)
        assert abs(changes[child]) == CHANGE_LEFT_OPEN
        assert not any(changes[one] for one in stay)
        assert all(abs(by) <= PLAUSIBLE_CHANGE for by in changes.values())
        for parts in sums:
            assert sum(part * changes.get(one, 0) for one, part in parts.items()) == 0
        tried += 1
    assert tried > 50


def other_prices(known: Known, child: str, stay: list[str]) -> dict[str, Fraction]:
    """The change of each price as a share of itself: -d x' M^-1 x of the child, of those left."""
    left = sorted(frozenset().union(*known) - {child, *stay})
    square = [[_over(left, one, other) for other in known] for one in known]
    right = [CHANGE_LEFT_OPEN * one.get(child, Fraction(0)) for one in known]
    factors = _solve(square, right)
    found = {
        one: -sum(f * row.get(one, Fraction(0)) for f, row in zip(factors, known, strict=True))
        for one in left
    }
    return {**found, child: CHANGE_LEFT_OPEN, **dict.fromkeys(stay, Fraction(0))}


def _over(children: list[str], one: Parts, other: Parts) -> Fraction:
    nought = Fraction(0)
    return sum((one.get(c, nought) * other.get(c, nought) for c in children), nought)


def _solve(square: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    rows = [[*row, value] for row, value in zip(square, right, strict=True)]
    for pivot in range(len(rows)):
        rows[pivot] = [value / rows[pivot][pivot] for value in rows[pivot]]
        for number, row in enumerate(rows):
            if number != pivot:
                rows[number] = [
                    value - row[pivot] * by for value, by in zip(row, rows[pivot], strict=True)
                ]
    return [row[-1] for row in rows]
