"""Exact pounds in, pence out.

Amounts inside are ``Fraction`` pounds, so that a seventh of a weekly price is exact. Results are
whole pence (``int``), rounded once, here and nowhere else.
"""

from __future__ import annotations

from fractions import Fraction

Pence = int
"""A whole number of pence; a result."""


def round_half_away(numerator: int, denominator: int) -> int:
    """The nearest whole number to a ratio; a half goes away from zero, as Excel's ROUND.

    Args:
        numerator: any whole number.
        denominator: a whole number above 0.
    """
    doubled = 2 * abs(numerator) + denominator
    nearest = doubled // (2 * denominator)
    return nearest if numerator >= 0 else -nearest


def to_pence(pounds: Fraction) -> Pence:
    """Exact pounds rounded to the penny, half away from zero."""
    return round_half_away(pounds.numerator * 100, pounds.denominator)


def to_pounds(pence: Pence) -> Fraction:
    """Whole pence as exact pounds."""
    return Fraction(pence, 100)


def in_words(pence: Pence) -> str:
    """An amount as a person writes it: ``£1,234.50``, ``-£5.00``."""
    pounds, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}£{pounds:,}.{rest:02d}"


def price_in_words(pounds: Fraction) -> str:
    """A price as a person writes it, with the parts of a penny that it carries."""
    if (pounds * 100).denominator == 1:
        return in_words(to_pence(pounds))
    exact = abs(pounds)
    # Prices come from decimal numbers, so one of the places ends them.
    places = next((places for places in range(3, 16) if (exact * 10**places).denominator == 1), 15)
    whole, rest = divmod(round(exact * 10**places), 10**places)
    return f"{'-' if pounds < 0 else ''}£{whole:,}.{rest:0{places}d}"
