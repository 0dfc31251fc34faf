"""What lies behind a statement, as data frames: an invoice, a month's lines, children, years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from xlpbr.api.frames import columns_frame, day_column, exact_pounds, money_column, pounds
from xlpbr.functions import spills
from xlpbr.money import Pence
from xlpbr.settlement import invoice, lines, years
from xlpbr.settlement.statement import Statement


def invoice_frame(statement: Statement, month: date, pence: bool) -> pd.DataFrame:
    """The lines of a month's invoice, the total last.

    Raises:
        CellError: ``#N/A`` for a month outside the statement.
    """
    found = invoice.invoice_lines(statement, spills.index_of_month(statement, month))
    return columns_frame(
        spills.INVOICE_HEADINGS,
        [
            [one.line for one in found],
            day_column(one.month for one in found),
            [one.working for one in found],
            money_column((one.net for one in found), pence),
            money_column((one.vat for one in found), pence),
            money_column((one.gross for one in found), pence),
        ],
    )


def lines_frame(statement: Statement, month: date, pence: bool) -> pd.DataFrame:
    """The lines of a month's saving, without a total; prices are exact pounds a week.

    Raises:
        CellError: ``#N/A`` for a month outside the statement.
    """
    of_month = statement.months[spills.index_of_month(statement, month)]
    found = lines.saving_lines(statement, of_month)
    prices = [one.prices for one in found]
    return columns_frame(
        spills.LINE_HEADINGS,
        [
            [one.child for one in found],
            [one.what for one in found],
            day_column(one.days.first for one in found),
            day_column(one.days.last for one in found),
            pd.Series([one.day_count for one in found], dtype="int64"),
            _prices(None if price is None else price.residential_weekly for price in prices),
            _prices(None if price is None else price.family_weekly for price in prices),
            _prices(one.weekly for one in found),
            money_column((one.amount for one in found), pence),
        ],
    )


def children_frame(statement: Statement, pence: bool) -> pd.DataFrame:
    """The saving of each child in each month: children down, months across, without totals."""
    found = lines.savings_by_child(statement)
    months = [pd.Timestamp(month.month) for month in statement.months]
    columns = [money_column((one.months[at] for one in found), pence) for at in range(len(months))]
    frame = columns_frame(list(map(str, range(len(months)))), columns)
    frame.columns = pd.DatetimeIndex(months, name="Month")
    frame.index = pd.Index([one.child for one in found], name="Child", dtype=object)
    return frame


def years_frame(statement: Statement, pence: bool) -> pd.DataFrame:
    """The financial years; what is compared with a budget is missing where there is none."""
    found = years.financial_years(statement)
    savings = [(one.saving, one.budget_saving) for one in found]
    costs = [(one.payable, one.budget_cost) for one in found]
    return columns_frame(
        spills.YEAR_HEADINGS,
        [
            [years.year_in_words(one.first_day) for one in found],
            money_column((one.saving for one in found), pence),
            money_column((one.payable for one in found), pence),
            money_column((one.invoiced for one in found), pence),
            money_column((one.accrual for one in found), pence),
            money_column((one.full_year_effect for one in found), pence),
            _maybe((budget for _, budget in savings), pence),
            _maybe((budget for _, budget in costs), pence),
            _maybe((_less(actual, budget) for actual, budget in savings), pence),
            _maybe((_less(actual, budget) for actual, budget in costs), pence),
        ],
    )


def _prices(amounts: Iterable[Fraction | None]) -> list[Any]:
    return [None if amount is None else exact_pounds(amount) for amount in amounts]


def _maybe(amounts: Iterable[Pence | None], pence: bool) -> pd.Series[Any]:
    """Amounts of which some are missing: Decimal pounds and None, or Int64 pence and NA."""
    if pence:
        return pd.Series(list(amounts), dtype="Int64")
    found = [None if amount is None else pounds(amount) for amount in amounts]
    return pd.Series(found, dtype=object)


def _less(actual: Pence, budget: Pence | None) -> Pence | None:
    return None if budget is None else actual - budget
