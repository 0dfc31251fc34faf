"""The fee: what the schedule has earned, and what of it the savings let through."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import cast

from tests.support.life.amounts import NOTHING, exact, penny
from tests.support.life.days import DAY, edate, share_of_term, year_end, years_elapsed
from tests.support.life.tables import Life, Number
from tests.support.life.terms import ends_on, fee_on, option, starts_on, value


def share_earned(life: Life, day: date) -> Fraction:
    """Which part of a fee, or how many yearly fees, the schedule has earned by the day's end."""
    first, last = starts_on(life), ends_on(life)
    if option(life, "Fee period") == "annual":
        return years_elapsed(first, min(day, last))
    months = cast(int | None, value(life, "Fee months"))
    if months is None:
        months = 1
        while edate(first, months) - DAY < last:
            months += 1
    else:
        last = edate(first, months) - DAY
    return share_of_term(first, last, months, option(life, "Pro rata basis"), day)


def scheduled(life: Life, day: date) -> Fraction:
    """What the schedule has earned by the day's end: each fee over the days for which it holds."""
    first = starts_on(life)
    varied = {row.starts for row in life.terms.variations if row.term == "Fee"}
    froms = sorted({first} | {start for start in varied if start > first})
    earned = NOTHING
    for n, start in enumerate(froms):
        if start > day:
            continue
        last = min(day, froms[n + 1] - DAY) if n + 1 < len(froms) else day
        earned += fee_on(life, start) * (share_earned(life, last) - share_earned(life, start - DAY))
    return penny(earned)


def entitlement(life: Life, period_end: date) -> Fraction:
    """Fee entitlement to date at the end of a month's period."""
    if option(life, "Fee reading") != "up_to_cap":
        return scheduled(life, period_end)
    by_years = option(life, "Fee period") == "annual" or option(life, "Unused fee") == "lapses"
    if by_years:
        return scheduled(life, min(ends_on(life), year_end(period_end)))
    return penny(fee_on(life, period_end))


def ceiling(life: Life, period_end: date, fees: dict[date, Fraction]) -> Fraction:
    """What the schedule lets through in a month; fees are those before, by the period's end."""
    earned = entitlement(life, period_end)
    if option(life, "Fee reading") == "no_catch_up":
        return earned - (entitlement(life, max(fees)) if fees else NOTHING)
    if option(life, "Unused fee") == "lapses":
        this_year = year_end(period_end)
        of_the_year = sum((f for end, f in fees.items() if year_end(end) == this_year), NOTHING)
        is_first = year_end(starts_on(life)) == this_year
        year_before = date(this_year.year - 1, 3, 31)
        lapsed = NOTHING if is_first else scheduled(life, year_before)
        return earned - lapsed - of_the_year
    return earned - sum(fees.values(), NOTHING)


def fee_of_month(
    life: Life,
    period_end: date,
    saving: Fraction,
    saving_to_date: Fraction,
    fees: dict[date, Fraction],
) -> Fraction:
    """The fee of a month, from its saving and the fees before it."""
    share = exact(cast(Number, value(life, "Fee share")))
    if option(life, "Savings reading") == "cumulative":
        available = penny(share * saving_to_date) - sum(fees.values(), NOTHING)
    else:
        available = penny(share * saving)
    return max(NOTHING, min(available, ceiling(life, period_end, fees)))
