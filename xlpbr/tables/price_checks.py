"""Prices that are more likely something else: a year's, thousands of pounds, parts of a penny."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import partial

from xlpbr.errors import Problem
from xlpbr.money import in_words, price_in_words, to_pence

_MOST_POUNDS_A_WEEK = 20_000
"""The published averages are £368,000 and £74,100 a year: £7,077 and £1,425 a week."""
_FEWEST_POUNDS_A_WEEK = 20
"""Below it stands a time of day, thousands of pounds or a price of an hour."""


def unlikely_price(here: partial[Problem], price: Fraction | None) -> Iterable[Problem]:
    """A price that is more likely a year's, as decisions state them, or no pounds at all."""
    if price is None:
        return
    here = partial(here, found=in_words(to_pence(price)))
    if price > _MOST_POUNDS_A_WEEK:
        yield here(
            expected=f"a weekly price, rarely above {in_words(_MOST_POUNDS_A_WEEK * 100)}",
            remedy="Check that it is not a yearly price.",
        )
    elif 0 < price < _FEWEST_POUNDS_A_WEEK:
        yield here(
            expected=f"a weekly price, rarely below {in_words(_FEWEST_POUNDS_A_WEEK * 100)}",
            remedy="Check that it is in pounds, not in hours or thousands of pounds.",
        )


def parts_of_a_penny(here: partial[Problem], price: Fraction | None) -> Iterable[Problem]:
    """A price that is not in whole pence."""
    if price is not None and (price * 100).denominator != 1:
        yield here(
            found=price_in_words(price),
            expected="a price in whole pence",
            remedy="It is used as it is. Check that it is the price that was agreed.",
        )
