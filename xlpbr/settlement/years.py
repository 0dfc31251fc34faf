"""The statement by financial years, beside the budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr.money import Pence, to_pence
from xlpbr.periods import financial_year_end
from xlpbr.settlement.bonus import run_rate_on
from xlpbr.settlement.counted import counted_costs, counted_placements
from xlpbr.settlement.statement import MonthStatement, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class YearStatement:
    """A financial year of a statement, in pence; the budget is None where there is none.

    Attributes:
        first_day: 1 April.
        saving: what was saved in the year.
        payable: what is payable for the year.
        invoiced: what was invoiced in the year.
        accrual: payable to date less invoiced to date at the year's last day shown.
        full_year_effect: the run rate of all placements on that day.
        budget_saving: the saving in the budget.
        budget_cost: the cost in the budget.
    """

    first_day: date
    saving: Pence
    payable: Pence
    invoiced: Pence
    accrual: Pence
    full_year_effect: Pence
    budget_saving: Pence | None
    budget_cost: Pence | None


def year_in_words(first_day: date) -> str:
    """A financial year as a person writes it: ``2025/26``."""
    return f"{first_day.year}/{(first_day.year + 1) % 100:02d}"


def financial_years(statement: Statement) -> list[YearStatement]:
    """A row for each financial year of the statement, in the order of time."""
    terms, evidence = statement.terms, statement.evidence
    counted, costs = counted_placements(terms, evidence), counted_costs(terms, evidence)
    last_of_year: dict[date, MonthStatement] = {}
    for month in statement.months:
        last_of_year[_year_of(month.month)] = month
    years = []
    saved = paid = invoiced = 0
    for first_day, last in last_of_year.items():
        budget = [row for row in evidence.budget if row.year == first_day]
        years.append(
            YearStatement(
                first_day=first_day,
                saving=last.saving_to_date - saved,
                payable=last.payable_to_date - paid,
                invoiced=last.invoiced_to_date - invoiced,
                accrual=last.payable_to_date - last.invoiced_to_date,
                full_year_effect=run_rate_on(terms, counted, costs, last.period.last),
                budget_saving=_added_up(row.saving for row in budget),
                budget_cost=_added_up(row.cost for row in budget),
            )
        )
        saved, paid = last.saving_to_date, last.payable_to_date
        invoiced = last.invoiced_to_date
    return years


def _year_of(day: date) -> date:
    end = financial_year_end(day)
    return date(end.year - 1, 4, 1)


def _added_up(amounts: Iterable[Fraction | None]) -> Pence | None:
    given = [amount for amount in amounts if amount is not None]
    return to_pence(sum(given, Fraction(0))) if given else None
