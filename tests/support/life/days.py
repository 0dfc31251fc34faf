"""Days, months, years and financial years, counted one day at a time."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from functools import cache

DAY = timedelta(days=1)
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def length_of_month(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else LENGTHS[month - 1]


@cache
def edate(day: date, months: int) -> date:
    """The same day so many months on, or the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, length_of_month(year, month + 1)))


def each_day(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def month_of(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from that of the first day to that of the last."""
    months = []
    while month_of(first) <= last:
        months.append(month_of(first))
        first = edate(month_of(first), 1)
    return months


def last_of_month(month: date) -> date:
    return edate(month_of(month), 1) - DAY


def year_end(day: date) -> date:
    """The 31 March that ends the financial year of the day."""
    this = date(day.year, 3, 31)
    return this if day <= this else date(day.year + 1, 3, 31)


def year_name(day: date) -> str:
    """2025/26 for a day from 1 April 2025 to 31 March 2026."""
    end = year_end(day).year
    return f"{end - 1}/{end % 100:02d}"


@cache
def calendar_months(first: date, last: date) -> Fraction:
    """Each calendar month counts as its days from first to last over the days that it has."""
    count = Fraction(0)
    for month in months_between(first, last):
        days = [d for d in each_day(month, last_of_month(month)) if first <= d <= last]
        count += Fraction(len(days), length_of_month(month.year, month.month))
    return count


@cache
def complete_months(starts_on: date, day: date) -> int:
    """How many k there are whose last day, the day before EDATE(starts_on, k), is over."""
    k = 0
    while edate(starts_on, k + 1) - DAY <= day:
        k += 1
    return k


@cache
def share_of_term(first: date, last: date, months: int, basis: str, day: date) -> Fraction:
    """Which part of a term is over at the end of the day, by the basis; months make up the term."""
    if day < first:
        return Fraction(0)
    if day >= last:
        return Fraction(1)
    if basis == "whole_months":
        return Fraction(complete_months(first, day), months)
    if basis == "days":
        return Fraction(len(each_day(first, day)), len(each_day(first, last)))
    assert basis == "months", basis
    return calendar_months(first, day) / calendar_months(first, last)


@cache
def years_elapsed(starts_on: date, day: date) -> Fraction:
    """Complete years since the start, and the part of the year that has begun, by its months."""
    if day < starts_on:
        return Fraction(0)
    years = 0
    while edate(starts_on, 12 * (years + 1)) - DAY <= day:
        years += 1
    begun = edate(starts_on, 12 * years)
    return years + share_of_term(begun, edate(begun, 12) - DAY, 12, "months", day)
