"""No suppressed figure can be worked back, from one public report or from all of a contract.

The attempts stand in ``tests/support/working_back.py``; here they are made on busy programmes, on
random contracts and on the built-in samples.
"""

from __future__ import annotations

import dataclasses
from contextlib import nullcontext
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support import working_back
from tests.support.public_cases import built_in, busy_cases
from tests.support.strategies import cases, tables
from tests.support.working_back import (
    assert_no_price_follows,
    assert_nothing_worked_back,
    assert_reports_belong_together,
    assert_run_rates_differ_by_enough,
)
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.disclosure.rules import KNOWN, Shown, show_everything, show_publicly


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(busy_cases(), st.sampled_from([2, 5, 5, 8]))
def test_busy_programmes_cannot_be_worked_back(
    case: tuple[ContractTerms, Evidence, date | None], cut_off: int
) -> None:
    assert_nothing_worked_back(show_publicly(settle(*case), cut_off))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(cases(most_children=9), st.integers(2, 5))
def test_any_contract_cannot_be_worked_back(case, cut_off: int) -> None:
    contract, evidence, as_at = case
    statement = settle(*read_contract(*tables(contract, evidence)), as_at)
    assume(KNOWN.cover(statement.terms))
    assert_nothing_worked_back(show_publicly(statement, cut_off))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(busy_cases(), st.sampled_from([2, 5, 5, 8]))
def test_monthly_reports_of_busy_programmes_cannot_be_subtracted(
    case: tuple[ContractTerms, Evidence, date | None], cut_off: int
) -> None:
    terms, evidence, _ = case
    assert_reports_belong_together(settle(terms, evidence), cut_off)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(cases(most_children=9), st.integers(2, 4))
def test_monthly_reports_of_any_contract_cannot_be_subtracted(case, cut_off: int) -> None:
    contract, evidence, _ = case
    statement = settle(*read_contract(*tables(contract, evidence)))
    assume(KNOWN.cover(statement.terms))
    assert_reports_belong_together(statement, cut_off)


DAYS = [None, date(2026, 10, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 1, 15)]


@pytest.mark.parametrize("as_at", DAYS)
@pytest.mark.parametrize("cut_off", [2, 3, 5, 10])
@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_the_built_in_samples_cannot_be_worked_back(
    name: str, cut_off: int, as_at: date | None
) -> None:
    assert_nothing_worked_back(show_publicly(built_in(name, as_at), cut_off))


@pytest.mark.parametrize("cut_off", [2, 3, 5, 10])
@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_monthly_reports_of_the_built_in_samples_cannot_be_subtracted(
    name: str, cut_off: int
) -> None:
    assert_reports_belong_together(built_in(name), cut_off)


def test_three_monthly_reports_of_the_sample_do_not_give_a_child_s_price() -> None:
    """Once the three showed three ends, and their second difference x 7 / 19 was C11's price.

    By April only six children had moved. Who knows one of the six has the sum of five.
    """
    days = [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)]
    reports = [show_publicly(built_in("plymouth-l04-2526", day), 5) for day in days]
    ends = [
        {
            f"{month.month:%b}": figures["saving_to_date"]
            for month, figures in zip(shown.statement.months, shown.figures, strict=True)
            if figures["saving_to_date"]
        }
        for shown in reports
    ]
    assert ends == [
        {},
        {"Jul": 84_708_727},
        {"Jul": 84_708_727},
    ]


# What the attempts find where too much is published.


def published_by_mistake(day: date | None = None, *names: str) -> Shown:
    """The sample with all its figures published, or those of some names alone."""
    shown = show_everything(built_in("plymouth-l04-2526", day))
    figures = tuple(
        {name: value if name in (names or month) else None for name, value in month.items()}
        for month in shown.figures
    )
    return dataclasses.replace(shown, cut_off=5, figures=figures)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ((), "saving of months"),
        (("saving_to_date",), "saving of months"),
        # What was saved is what is left and what was paid.
        (("net_saving_to_date", "payable_to_date"), "saving of months"),
        (("carer_fees",), "carer fees of months"),
        (("children",), "children of month"),
    ],
)
def test_what_few_children_saved_is_worked_back_where_it_is_published(
    names: tuple[str, ...], found: str
) -> None:
    with pytest.raises(AssertionError, match=found):
        assert_nothing_worked_back(published_by_mistake(None, *names))


def test_one_child_more_among_enough_is_found() -> None:
    """Nine are there from the first day, and a tenth comes in the second month."""
    terms = ContractTerms(starts_on=date(2026, 4, 1), ends_on=date(2026, 5, 31), fee=Fraction(0))
    placements = tuple(
        Placement(f"C{n}", "foster", Fraction(7_000), Fraction(1_400), day, None, True, n)
        for n, day in enumerate([terms.starts_on] * 9 + [date(2026, 5, 1)], start=1)
    )
    shown = show_everything(settle(terms, Evidence(placements)))
    to_date = [{"saving_to_date": month["saving_to_date"]} for month in shown.figures]
    for figures, found in (
        (to_date, "whose saving changed up to month 1"),
        ([{}, {"saving_to_date": to_date[1]["saving_to_date"]}], None),
    ):
        tried = dataclasses.replace(shown, cut_off=5, run_rate=None, figures=tuple(figures))
        with pytest.raises(AssertionError, match=found) if found else nullcontext():
            assert_nothing_worked_back(tried)


def test_a_price_is_worked_back_where_the_saving_of_each_month_is_published() -> None:
    shown = published_by_mistake()
    with pytest.raises(AssertionError, match=r"the price of \{'c\d\d'\} follows"):
        assert_no_price_follows(shown, [shown])


def test_run_rates_are_subtracted_where_each_month_s_is_published() -> None:
    days = [month.period.last for month in built_in("plymouth-l04-2526").months]
    reports = [published_by_mistake(day, "children") for day in days]
    assert len({shown.run_rate for shown in reports}) > 5
    with pytest.raises(AssertionError, match=r"'c\d\d'.* differ"):
        assert_run_rates_differ_by_enough(reports)
    # The run rates alone give a price, too.
    alone = dataclasses.replace(reports[-1], figures=({},) * len(reports))
    with pytest.raises(AssertionError, match="the price of"):
        assert_no_price_follows(alone, reports)


def test_an_earlier_report_that_shows_more_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = built_in("plymouth-l04-2526")

    def shown_until_the_last(statement: Statement, cut_off: int) -> Shown:
        if statement.as_at == date(2026, 9, 30):
            return published_by_mistake(statement.as_at)
        return show_publicly(statement, cut_off)

    monkeypatch.setattr(working_back, "show_publicly", shown_until_the_last)
    with pytest.raises(AssertionError, match="an earlier report shows more"):
        assert_reports_belong_together(whole, 5)
