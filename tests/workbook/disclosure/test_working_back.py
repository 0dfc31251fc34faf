"""No suppressed figure can be worked back, from one public report or from all of a contract.

The attempts stand in ``tests/support/working_back.py``; here they are made on busy programmes, on
random contracts and on the built-in samples.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.public_cases import built_in, busy_cases
from tests.support.strategies import cases, tables
from tests.support.working_back import assert_nothing_worked_back, assert_reports_belong_together
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import settle
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.disclosure.rules import KNOWN, show_publicly


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
@pytest.mark.parametrize("name", ["plymouth-l04-2526", "cheshire-east-2026"])
def test_the_built_in_samples_cannot_be_worked_back(
    name: str, cut_off: int, as_at: date | None
) -> None:
    assert_nothing_worked_back(show_publicly(built_in(name, as_at), cut_off))


@pytest.mark.parametrize("cut_off", [2, 3, 5, 10])
@pytest.mark.parametrize("name", ["plymouth-l04-2526", "cheshire-east-2026"])
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
