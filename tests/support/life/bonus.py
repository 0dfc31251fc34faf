"""The bonus: what it is measured by, on the day on which it is measured."""

from __future__ import annotations

from fractions import Fraction

from tests.support.life.amounts import NOTHING, penny
from tests.support.life.savings import Running, of_foster_care, run_rate, saved_between
from tests.support.life.tables import Life
from tests.support.life.terms import (
    amount_on,
    measured_on,
    option,
    phase_starts_on,
    starts_on,
)


def measure(life: Life, totals: list[Running]) -> Fraction:
    day = measured_on(life)
    foster_only = option(life, "Bonus counts") == "foster"
    rate = run_rate(life, day, foster_only=foster_only)
    enter = [one for one in totals if not foster_only or of_foster_care(life, one.row)]
    first = starts_on(life)
    if option(life, "Bonus savings") == "phase":
        first = phase_starts_on(life)
    accumulated = saved_between(enter, first, day)
    by = option(life, "Bonus measure")
    return {"run_rate": rate, "accumulated": accumulated, "lower": min(rate, accumulated)}[by]


def bonus(life: Life, totals: list[Running]) -> Fraction:
    """The bonus of the month that holds the day of its measure."""
    threshold = amount_on(life, "Bonus threshold", measured_on(life))
    rate = amount_on(life, "Bonus rate", measured_on(life))
    if threshold is None or rate is None:
        return NOTHING
    savings = measure(life, totals)
    if option(life, "Bonus shape") == "whole":
        return penny(rate * savings) if savings >= threshold and savings > 0 else NOTHING
    return max(NOTHING, penny(rate * (savings - threshold)))
