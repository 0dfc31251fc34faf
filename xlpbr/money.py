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
