"""Whether prices can be solved from published sums by somebody who knows every date.

A published saving is a sum of prices, each times its days; so many of them are so many equations.
They are solved exactly, as such a reader would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

Weights = Mapping[int, Fraction]
"""A published sum: how often each placement's price stands in it, by the placement's number."""

Solved = Mapping[int, Weights]
"""Sums solved for as many prices as can be; a price that is solved for stands in its sum only."""


def solve(known: Solved, sums: Iterable[Weights]) -> Solved:
    """What is known once further sums are published."""
    solved = {price: dict(row) for price, row in known.items()}
    for weights in sums:
        row = {price: weight for price, weight in weights.items() if weight}
        for price in [price for price in row if price in solved]:
            _take_off(row, solved[price], row[price])
        if not row:
            continue
        pivot = min(row)
        row = {price: weight / row[pivot] for price, weight in row.items()}
        for other in solved.values():
            if pivot in other:
                _take_off(other, row, other[pivot])
        solved[pivot] = row
    return solved


def _take_off(row: dict[int, Fraction], other: Weights, times: Fraction) -> None:
    for price, weight in other.items():
        left = row.get(price, Fraction(0)) - times * weight
        if left:
            row[price] = left
        else:
            del row[price]


def prices_given_away(solved: Solved) -> list[frozenset[int]]:
    """The placements whose price follows: alone, or summed with those of the very same days."""
    uses: dict[int, int] = {}
    for row in solved.values():
        for price in row:
            uses[price] = uses.get(price, 0) + 1
    return [
        frozenset(row)
        for row in solved.values()
        if all(weight == 1 and uses[price] == 1 for price, weight in row.items())
    ]
