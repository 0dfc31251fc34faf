"""Exact pounds, the rounding to the penny, and names as they are compared."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import cache

from tests.support.life.tables import Number

NOTHING = Fraction(0)


def exact(number: Number | None) -> Fraction:
    """A cell's number as the decimal of 15 digits that Excel shows; a blank is 0."""
    if number is None:
        return NOTHING
    return Fraction(Decimal(f"{number:.15g}")) if isinstance(number, float) else Fraction(number)


def penny(pounds: Fraction) -> Fraction:
    """Pounds rounded to the penny, half away from zero."""
    pence = (abs(pounds) * 200 + 1) // 2
    return Fraction(pence if pounds >= 0 else -pence, 100)


def total(amounts: list[Fraction]) -> Fraction:
    return sum(amounts, NOTHING)


@cache
def same(name: str) -> str:
    """What is left of a name when its look alone counts: no ghosts, one hyphen, plain letters."""
    seen = []
    for letter in unicodedata.normalize("NFKC", name):
        kind = unicodedata.category(letter)
        if kind != "Cf":
            seen.append("-" if kind == "Pd" or letter == "\u2212" else letter)
    return " ".join("".join(seen).split()).casefold()
