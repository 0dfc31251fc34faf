"""Days, months and years as the contracts count them.

A period includes both its first and its last day.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

ONE_DAY = timedelta(days=1)

FAR = 4_000_000
"""A day number later than any date: has not moved, has not ended."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days there are; 0 when the last comes before the first."""
        return max(0, (self.last - self.first).days + 1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def days_in_month(day: date) -> int:
    """The number of days in the calendar month of a day."""
    return calendar.monthrange(day.year, day.month)[1]


def month_of(day: date) -> date:
    """The first day of the calendar month of a day."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of the calendar month of a day."""
    return day.replace(day=days_in_month(day))


def edate(day: date, months: int) -> date:
    """The same day so many months later, clipped to the month's end, as Excel's EDATE.

    Raises:
        OverflowError: the result lies outside the years 1 to 9999.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"{months} months from {day} is outside the calendar")
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def last_day_of_term(starts_on: date, months: int) -> date:
    """The last day of a term of so many months: the day before EDATE.

    Raises:
        OverflowError: the term ends after the year 9999.
    """
    return edate(starts_on, months) - ONE_DAY


def months_of(period: Period) -> Iterator[Period]:
    """The parts of a period, one for each calendar month, in the order of time."""
    first = period.first
    while first <= period.last:
        last = min(month_end(first), period.last)
        yield Period(first, last)
        if last == date.max:
            return
        first = last + ONE_DAY


def months_counted(period: Period) -> Fraction:
    """Months in a period, each calendar month by the share of its days: Σ days / days in month."""
    if period.last < period.first:
        return Fraction(0)
    first, last = period.first, period.last
    if month_of(first) == month_of(last):
        return Fraction(period.days, days_in_month(first))
    whole = (last.year - first.year) * 12 + last.month - first.month - 1
    first_length, last_length = days_in_month(first), days_in_month(last)
    # The parts of the first and the last month, and the whole months between, as one fraction.
    return Fraction(
        (first_length - first.day + 1) * last_length
        + whole * first_length * last_length
        + last.day * first_length,
        first_length * last_length,
    )


def complete_months(starts_on: date, as_at: date) -> int:
    """Complete months since a start; the k-th ends on the day before EDATE(starts_on, k)."""
    apart = (as_at.year - starts_on.year) * 12 + as_at.month - starts_on.month
    # The calendar months apart are right, or one too few or too many: the day before EDATE
    # may fall in as_at's own month, before or after as_at.
    for months in (apart + 1, apart):
        if months > 0 and _is_complete(starts_on, months, as_at):
            return months
    return max(0, apart - 1)


def _is_complete(starts_on: date, months: int, as_at: date) -> bool:
    try:
        return as_at >= last_day_of_term(starts_on, months)
    except OverflowError:
        return False


def months_to_reach(starts_on: date, last_day: date) -> int:
    """The smallest number of months whose term reaches ``last_day``."""
    whole = complete_months(starts_on, last_day)
    if whole and last_day_of_term(starts_on, whole) >= last_day:
        return whole
    return whole + 1


def financial_year_end(day: date) -> date:
    """The 31 March that ends the financial year (1 April to 31 March) of a day."""
    return date(day.year if day.month <= 3 else day.year + 1, 3, 31)


def day_in_words(day: date) -> str:
    """A date as a person writes it: ``1 Sep 2025``."""
    return f"{day.day} {day:%b %Y}"


def month_in_words(day: date) -> str:
    """A month as a person writes it: ``September 2025``."""
    return f"{day:%B %Y}"
