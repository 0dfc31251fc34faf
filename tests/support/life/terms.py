"""The terms as they hold on a day: options, dates, and amounts that variations change."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import cast

from tests.support.life.amounts import exact, penny
from tests.support.life.days import each_day
from tests.support.life.tables import Life, Number

OPTIONS = {
    "Pro rata basis": ("months", "days", "whole_months"),
    "Fee reading": ("catch_up", "no_catch_up", "up_to_cap"),
    "Savings reading": ("month", "cumulative"),
    "Fee period": ("programme", "annual"),
    "Unused fee": ("carries", "lapses"),
    "Carer fee counts": ("linked", "any"),
    "Carer fee due": ("approved", "moved"),
    "Bonus measure": ("run_rate", "accumulated", "lower"),
    "Bonus shape": ("excess", "whole"),
    "Bonus counts": ("family", "foster"),
    "Bonus savings": ("programme", "phase"),
    "Run rate year": ("days_365", "weeks_52"),
    "Break-down reimbursement": ("none", "straight_line", "whole"),
    "Break-down window": ("move", "phase"),
    "Outcome clock": ("placement", "child"),
    "Maximum reading": ("hard_stop", "warn"),
    "VAT reading": ("net", "inclusive", "exempt"),
}
"""The options that are worked out here, the default first; any other is refused."""

DEFAULTS: dict[str, object] = {
    "Fee": 0,
    "Carer fee": 0,
    "Fee share": 1,
    "VAT rate": 0.2,
    "Break-down months": 12,
}


def value(life: Life, term: str) -> object:
    """The value of a term that does not vary, or its default; None where it has none."""
    found = life.terms.values.get(term)
    return DEFAULTS.get(term) if found is None else found


def option(life: Life, term: str) -> str:
    chosen = life.terms.values.get(term) or OPTIONS[term][0]
    assert chosen in OPTIONS[term], f"{term}: write {chosen} anew here"
    return str(chosen)


def amount_on(life: Life, term: str, day: date) -> Fraction | None:
    """The amount of a term in force on the day: the last row whose From has come."""
    number = life.terms.values.get(term)
    for row in sorted(life.terms.variations, key=lambda row: row.starts):
        if row.term == term and row.starts <= day:
            number = row.value
    if number is None:
        number = DEFAULTS.get(term)
    return None if number is None else exact(cast(Number, number))


def starts_on(life: Life) -> date:
    return cast(date, life.terms.values["Starts on"])


def ends_on(life: Life) -> date:
    return cast(date, life.terms.values["Ends on"])


def last_day_of_all(life: Life) -> date:
    """The last day of the programme: Ends on, or the earlier day on which it was terminated."""
    terminated = cast(date | None, value(life, "Terminated on"))
    return ends_on(life) if terminated is None else min(ends_on(life), terminated)


def last_day(life: Life) -> date:
    """The last day of the statement."""
    return last_day_of_all(life) if life.as_at is None else min(last_day_of_all(life), life.as_at)


def days_shown(life: Life) -> list[date]:
    """Every day of the statement; none where it is drawn up to a day before the start."""
    return each_day(starts_on(life), last_day(life))


def measured_on(life: Life) -> date:
    return cast(date, value(life, "Bonus measured on") or ends_on(life))


def phase_starts_on(life: Life) -> date:
    return cast(date, value(life, "Phase starts on"))


def vat_rate(life: Life) -> Fraction:
    return exact(cast(Number, value(life, "VAT rate")))


def fee_on(life: Life, day: date) -> Fraction:
    """The fee in force on the day, net of VAT where it is stated with it."""
    fee = amount_on(life, "Fee", day) or Fraction(0)
    if option(life, "VAT reading") == "inclusive":
        return penny(fee / (1 + vat_rate(life)))
    return fee
