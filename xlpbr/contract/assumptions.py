"""The assumptions of a forecast: each declared once, with label, unit, limits and default.

The order of the fields is the order of the Assumptions table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from xlpbr.contract.terms import Term, declared_in, term_field

_MOST_CHILDREN = 1_000
_MOST_POUNDS_A_WEEK = 1_000_000


def _cost(of: str, which: str, meaning: str) -> Any:
    label = f"{of} weekly cost, {which}"
    return term_field(
        None, label, "money", "£ a week", meaning, least=0, most=_MOST_POUNDS_A_WEEK
    )  # fmt: skip


def _chance(months: str, meaning: str) -> Any:
    label = f"Break-down chance a month, {months}"
    return term_field(Fraction(0), label, "share", "share", meaning, least=0, most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is assumed of the moves to come. Money is exact pounds, shares are fractions."""

    children: int = term_field(
        0, "Children still to move", "count", "children",
        "How many children are still to move, those included whose row in Placements has no day.",
        least=0, most=_MOST_CHILDREN,
    )  # fmt: skip
    first_month: date | None = term_field(
        None, "First month of moves", "month", "month",
        "The first month in which they move: any day in it.",
    )  # fmt: skip
    moves_a_month: Fraction | None = term_field(
        None, "Moves a month", "number", "children a month",
        "How many of them move in a month, on average.", least=0, most=_MOST_CHILDREN,
    )  # fmt: skip
    residential_low: Fraction | None = _cost(
        "Residential", "low", "The lowest price of their residential homes; blank: the likely one."
    )
    residential_likely: Fraction | None = _cost(
        "Residential", "likely", "The most likely price of their residential homes."
    )
    residential_high: Fraction | None = _cost(
        "Residential",
        "high",
        "The highest price of their residential homes; blank: the likely one.",
    )
    family_low: Fraction | None = _cost(
        "Family", "low", "The lowest price of their family placements; blank: the likely one."
    )
    family_likely: Fraction | None = _cost(
        "Family", "likely", "The most likely price of their family placements."
    )
    family_high: Fraction | None = _cost(
        "Family", "high", "The highest price of their family placements; blank: the likely one."
    )
    break_down_early: Fraction = _chance(
        "months 1 to 3", "The chance of a break-down in each of months 1 to 3 after the move."
    )
    break_down_middle: Fraction = _chance("months 4 to 12", "The same for each of months 4 to 12.")
    break_down_late: Fraction = _chance("after month 12", "The same for each later month.")
    share_reunified: Fraction = term_field(
        Fraction(0), "Share reunified", "share", "share",
        "The share of the children to come who go back to their family; the rest are fostered.",
        least=0, most=1,
    )  # fmt: skip
    households: Fraction = term_field(
        Fraction(0), "Carer households a move", "number", "households a child",
        "How many carer households are approved for each of the children to come, on average.",
        least=0, most=10,
    )  # fmt: skip

    def break_down_chance(self, month: int) -> Fraction:
        """The chance of a break-down in a month of a placement, the first being 1."""
        if month <= 3:
            return self.break_down_early
        return self.break_down_middle if month <= 12 else self.break_down_late

    @property
    def residential(self) -> tuple[Fraction, Fraction, Fraction]:
        """The residential price a week: low, likely, high."""
        return _spread(self.residential_low, self.residential_likely, self.residential_high)

    @property
    def family(self) -> tuple[Fraction, Fraction, Fraction]:
        """The family price a week: low, likely, high."""
        return _spread(self.family_low, self.family_likely, self.family_high)


def _spread(
    low: Fraction | None, likely: Fraction | None, high: Fraction | None
) -> tuple[Fraction, Fraction, Fraction]:
    middle = Fraction(0) if likely is None else likely
    return (middle if low is None else low, middle, middle if high is None else high)


ASSUMPTIONS: tuple[Term, ...] = declared_in(Assumptions)
"""Every assumption, in the order of the Assumptions table."""

NEEDED: Mapping[str, str] = MappingProxyType(
    {
        assumption.label: assumption.field_name
        for assumption in ASSUMPTIONS
        if assumption.field_name
        in ("first_month", "moves_a_month", "residential_likely", "family_likely")
    }
)
"""What must be given where children are still to move: label and field."""

ASSUMPTION_HEADINGS = ("Assumption", "Value", "Unit", "What it means")
"""The columns of an Assumptions table; the first two are read."""
