"""The report's second way of working figures out, held against the statement on random lives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.support.life.as_ranges import for_statement
from tests.support.life.random_lives import lives
from tests.support.life.tables import Life
from xlpbr import cells
from xlpbr.errors import CellError
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.report.another_way import (
    carried_again,
    outcome_fees_again,
    payable_again,
    reimbursed_again,
    saving_again,
)


def settled(life: Life) -> Statement:
    terms, placements, carers, claims, as_at, cohort, prices, costs, rates, agreed = for_statement(
        life
    )
    found = read_contract(
        terms, placements, carers, claims, cohort=cohort, prices=prices, costs=costs, rates=rates,
        agreed=agreed,
    )  # fmt: skip
    return settle(*found, None if cells.is_blank(as_at) else cells.day(as_at))


def many(examples: int) -> Any:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=slow)


@pytest.mark.slow
@many(200)
@given(lives())
def test_the_second_way_gives_the_same_on_random_lives(life: Life) -> None:
    try:
        statement = settled(life)
    except CellError:
        assume(False)
    assume(bool(statement.months))
    last = statement.months[-1]
    assert saving_again(statement) == last.saving_to_date
    assert payable_again(statement) == last.payable_to_date
    assert outcome_fees_again(statement) == [month.outcome_fees for month in statement.months]
    assert reimbursed_again(statement) == [month.reimbursed for month in statement.months]
    assert carried_again(statement) == sum(month.to_invoice for month in statement.months)
