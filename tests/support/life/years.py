"""PBR_YEARS: the statement by financial years, beside the budget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from tests.support.life.amounts import NOTHING, exact, total
from tests.support.life.days import year_name
from tests.support.life.savings import run_rate
from tests.support.life.statement import period_end, statement
from tests.support.life.tables import BudgetYear, Life


@dataclass(frozen=True)
class Year:
    """A row of PBR_YEARS, in exact pounds; None is a blank, where the year has no budget."""

    name: str
    saving: Fraction
    payable: Fraction
    invoiced: Fraction
    accrual: Fraction
    full_year_effect: Fraction
    budget_saving: Fraction | None
    budget_cost: Fraction | None
    saving_against_budget: Fraction | None
    cost_against_budget: Fraction | None


def budget_of(life: Life, name: str) -> list[BudgetYear]:
    """The Budget rows of a year, which are added up; 2025/26 and 2025-26 are one."""
    return [row for row in life.budget if re.sub("[^0-9]", "/", row.year) == name]


def years(life: Life) -> list[Year]:
    made = []
    invoiced_before = NOTHING
    for name, months in groupby(statement(life), key=lambda row: year_name(row.month)):
        rows = list(months)
        saving = total([row.saving for row in rows])
        payable = total([row.payable for row in rows])
        budget = budget_of(life, name)
        budget_saving = total([exact(row.saving) for row in budget]) if budget else None
        budget_cost = total([exact(row.cost) for row in budget]) if budget else None
        made.append(
            Year(
                name,
                saving,
                payable,
                rows[-1].invoiced_to_date - invoiced_before,
                rows[-1].payable_to_date - rows[-1].invoiced_to_date,
                run_rate(life, period_end(life, rows[-1].month)),
                budget_saving,
                budget_cost,
                None if budget_saving is None else saving - budget_saving,
                None if budget_cost is None else payable - budget_cost,
            )
        )
        invoiced_before = rows[-1].invoiced_to_date
    return made
