"""Records to data frames: money as exact pounds or whole pence, days as dates, never as floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from xlpbr.cells import Rows
from xlpbr.errors import NUM, CellError
from xlpbr.money import Pence
from xlpbr.settlement.statement import FIGURES

_PENNY = Decimal("0.01")


def pounds(pence: Pence) -> Decimal:
    """Whole pence as exact pounds with two places."""
    return Decimal(f"{pence}e-2")


def exact_pounds(amount: Fraction) -> Decimal:
    """Exact pounds with two places, or with more where the amount is finer than a penny."""
    found = exact(amount)
    return found.quantize(_PENNY, context=_wide(amount)) if found == round(found, 2) else found


def exact(number: Fraction) -> Decimal:
    """A number that a cell can hold as the decimal number that it is."""
    return _wide(number).divide(Decimal(number.numerator), Decimal(number.denominator))


def _wide(number: Fraction) -> Context:
    """Digits enough for a number with an end: a denominator of n digits gives under 4n places."""
    return Context(prec=len(str(number.numerator)) + 4 * len(str(number.denominator)) + 4)


def money(in_pence: bool) -> Callable[[Pence], Any]:
    """How an amount stands in a cell: pounds as Decimal, or whole pence as they are."""
    return int if in_pence else pounds


def money_column(amounts: Iterable[Pence], in_pence: bool) -> pd.Series[Any]:
    """Amounts as a column: of Decimal pounds, or of int64 pence.

    Raises:
        CellError: ``#NUM!`` for an amount that int64 cannot hold as pence.
    """
    if not in_pence:
        return pd.Series([pounds(pence) for pence in amounts], dtype=object)
    try:
        return pd.Series(list(amounts), dtype="int64")
    except OverflowError:
        raise CellError(
            NUM, "an amount is larger than int64 holds in pence; take pounds: pence=False"
        ) from None


def day_column(days: Iterable[date | None]) -> pd.Series[Any]:
    """Days as a column of dates; what is missing is NaT."""
    return pd.Series(list(days), dtype="datetime64[s]")


def figures_frame(values_of: Callable[[str], Sequence[Any]], in_pence: bool) -> pd.DataFrame:
    """Month statements under the statement's headings, from the values of each field."""
    columns: dict[str, pd.Series[Any]] = {}
    for figure in FIGURES:
        values = values_of(figure.field_name)
        if figure.kind == "money":
            columns[figure.heading] = money_column(values, in_pence)
        elif figure.kind == "count":
            columns[figure.heading] = pd.Series(values, dtype="int64")
        else:
            columns[figure.heading] = day_column(values)
    return pd.DataFrame(columns)


def table_frame(rows: Rows) -> pd.DataFrame:
    """Rows under their headings as they are: no value becomes another kind of number."""
    headings, *body = rows
    return pd.DataFrame(body, columns=pd.Index(headings, dtype=object), dtype=object)


def columns_frame(headings: Sequence[str], columns: Sequence[Iterable[Any]]) -> pd.DataFrame:
    """Columns of any values under their headings."""
    return pd.DataFrame(
        {
            heading: column
            if isinstance(column, pd.Series)
            else pd.Series(list(column), dtype=object)
            for heading, column in zip(headings, columns, strict=True)
        }
    )
