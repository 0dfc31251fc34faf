"""The financial years of the public version: each figure is one of figures that are shown."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.public_cases import busy_cases
from tests.support.working_back import published
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.life import BudgetYear
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.disclosure.rules import Shown, show_everything, show_publicly
from xlpbr.workbook.disclosure.years import has_a_shown_year, shown_years

TO_DATE = {"saving": "saving_to_date", "payable": "payable_to_date", "invoiced": "invoiced_to_date"}


def years_from_what_is_published(shown: Shown) -> list[dict[str, Fraction]]:
    """The figures of the years that a reader adds up from the published figures to date."""
    known = published(shown)
    ends: list[int] = []
    for index, month in enumerate(shown.statement.months):
        if month.month.month == 3 or index == len(shown.statement.months) - 1:
            ends.append(index)
    found = []
    for before, end in zip([None, *ends], ends, strict=False):
        year: dict[str, Fraction] = {}
        for name, to_date in TO_DATE.items():
            start = Fraction(0) if before is None else known.get((to_date, before))
            if start is not None and (to_date, end) in known:
                year[name] = known[to_date, end] - start
        if ("balance", end) in known:
            year["accrual"] = known["balance", end]
        found.append(year)
    return found


@pytest.mark.slow
@settings(max_examples=100)
@given(busy_cases(), st.sampled_from([2, 5, 5, 8]))
def test_a_year_tells_what_the_figures_to_date_tell_and_no_more(case, cut_off: int) -> None:
    shown = show_publicly(settle(*case), cut_off)
    expected = years_from_what_is_published(shown)
    years = shown_years(shown)
    for year, figures in zip(years, expected, strict=True):
        for name in (*TO_DATE, "accrual"):
            assert year.figure(name) == figures.get(name), name
    ends = [m.period.last for m in shown.statement.months]
    last_days = [day for day in ends if day.month == 3 or day == ends[-1]]
    for year, day in zip(years, last_days, strict=True):
        if (effect := year.figure("full_year_effect")) is not None:
            # The report of that day shows it as its run rate: no later one tells more.
            then = show_publicly(settle(case[0], case[1], day), cut_off)
            assert effect == then.run_rate


def all_at_once(count: int) -> Statement:
    """So many children who all come on 1 April 2026, for two years, with a budget for both."""
    terms = ContractTerms(
        starts_on=date(2026, 4, 1), ends_on=date(2028, 3, 31), fee=Fraction(6_000_000)
    )
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000), Fraction(1_400), date(2026, 4, 1), None, True, n
        )
        for n in range(count)
    )
    budget = tuple(
        BudgetYear(date(year, 4, 1), Fraction(2_000_000), Fraction(900_000), row)
        for row, year in enumerate((2026, 2027), start=1)
    )
    return settle(terms, Evidence(placements, budget=budget))


def test_all_of_a_year_is_shown_where_its_figures_to_date_are() -> None:
    statement = all_at_once(9)
    public, full = (
        shown_years(one) for one in (show_publicly(statement, 5), show_everything(statement))
    )
    assert [one.suppressed for one in public] == [frozenset()] * 2
    assert public == full
    # 9 children, £5,600 a week, 365 days.
    assert public[0].figure("saving") == 9 * 560_000 * 365 // 7
    assert public[0].figure("budget_saving") == 200_000_000


def test_a_year_of_few_children_is_suppressed_with_its_budget() -> None:
    shown = show_publicly(all_at_once(4), 5)
    assert not has_a_shown_year(shown)
    for year in shown_years(shown):
        for field in dataclasses.fields(year.year):
            if field.name not in ("first_day",):
                assert year.figure(field.name) is None, field.name


def test_the_yearly_saving_of_all_is_suppressed_where_the_bonus_counts_some_types() -> None:
    statement = all_at_once(9)
    terms = dataclasses.replace(
        statement.terms,
        bonus_counts="foster",
        bonus_threshold=Fraction(1),
        bonus_rate=Fraction(1, 10),
    )
    shown = show_publicly(settle(terms, statement.evidence), 5)
    assert [year.figure("full_year_effect") for year in shown_years(shown)] == [None, None]
    assert shown_years(shown)[0].figure("saving") is not None
