"""Whether other prices of the children would give the very sums that are published.

To a reader who knows every date a published saving is an equation in the children's prices, and
such equations can be combined at will. What stays unknown is which of all the prices that solve
them are the true ones. So a sum is published only where prices of any one child a quarter higher,
and a quarter lower, solve all equations together with plausible prices of the others. For a group
of children the one child is moved and the others of the group are not; and one child more is not
moved, whose price the reader may know: what makes up for it is found outside.

Why ``leaves_prices_open`` is enough. Let x be what a child is of each sum, M the sum of x x' over
all children, and x' M^-1 x the child's weight: the largest share that the child has of any
combination of the sums, in squares. The costs of a child are unknown as its price is, and are
weighed in the same way beside it. Take away the child c and others, whose weights together are
W < 1; then what is left of M is at least (1 - W) M. The prices of those who are left, each changed
by -d x' M_left^-1 x_c of itself, make up for a change of c by d; and none of these changes is more
than d w / (1 - W), where w is the largest weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm


@dataclass(frozen=True, slots=True)
class CostsOf:
    """What the further costs of one child's move are of a sum; beside its price, under its name."""

    child: str


Part = str | CostsOf
"""A child, for the price of its placements, or its costs."""

Parts = Mapping[Part, Fraction]
"""A published sum: what each child is of it, in pounds; no child at £0.

A child whose price changed is one part: prices of which each is changed by the same share give such
sums, whatever a reader knows of how one price came from the other.
"""

Row = Mapping[Part, int]
"""A sum, or a combination of sums, times whatever makes its parts whole numbers."""

Known = tuple[Row, ...]
"""The published sums, each without what those before it tell: all at right angles."""

CHANGE_LEFT_OPEN = Fraction(1, 4)
"""By what share of itself the price of any one child stays unknown, upwards and downwards."""

PLAUSIBLE_CHANGE = Fraction(1, 2)
"""By what share of themselves the prices of others may be moved to make up for it."""


def with_further(known: Known, sums: Iterable[Parts]) -> Known:
    """What is known once further sums are published; no more than before where they follow."""
    for parts in sums:
        times = lcm(*(part.denominator for part in parts.values()))
        new = _lowest({child: int(part * times) for child, part in parts.items()})
        for row in known:
            share = Fraction(_product(new, row), _product(row, row))
            if share:
                ours, theirs = share.denominator, share.numerator
                new = _lowest(
                    {
                        child: ours * new.get(child, 0) - theirs * row.get(child, 0)
                        for child in {**new, **row}
                    }
                )
        if new:
            known = (*known, new)
    return known


def _lowest(row: Row) -> Row:
    """The same without a common divisor, and without those who are no part of it."""
    divisor = gcd(*row.values())
    return {child: part // divisor for child, part in row.items() if part}


def leaves_prices_open(known: Known, cut_off: int) -> bool:
    """Whether published sums leave every child's price open, and the sum of every small group.

    Args:
        known: the sums that are published.
        cut_off: groups of up to so many children are protected, from readers who know one more.
    """
    if not known:
        return True
    of_part = weights(known)
    of_child: dict[str, Fraction] = {}
    for part, weight in of_part.items():
        child = part.child if isinstance(part, CostsOf) else part
        of_child[child] = of_child.get(child, Fraction(0)) + weight
    taken_away = sum(sorted(of_child.values(), reverse=True)[: cut_off + 1])
    return CHANGE_LEFT_OPEN * max(of_part.values()) <= PLAUSIBLE_CHANGE * (1 - taken_away)


def weights(known: Known) -> dict[Part, Fraction]:
    """The largest share that each part has of any combination of the sums, in squares."""
    found: dict[Part, Fraction] = {}
    for row in known:
        whole = _product(row, row)
        for child, part in row.items():
            found[child] = found.get(child, Fraction(0)) + Fraction(part * part, whole)
    return found


def _product(one: Row, other: Row) -> int:
    return sum(part * other[child] for child, part in one.items() if child in other)
