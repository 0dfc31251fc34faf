"""What the open readings of a contract are worth: ``xlpbr.readings``."""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlpbr.api.frames import columns_frame, money_column
from xlpbr.api.inputs import Table, contract_of, day_of
from xlpbr.api.records import settled_records
from xlpbr.settlement.readings import value_readings


def readings(
    terms: Any,
    placements: Table = None,
    *,
    carers: Table = None,
    claims: Table = None,
    as_at: Any = None,
    pence: bool = False,
    cohort: Table = None,
    prices: Table = None,
    costs: Table = None,
    rates: Table = None,
) -> pd.DataFrame:
    """What the contract would pay in all under each option of each open term, tried alone.

    Args:
        terms: as for ``xlpbr.settle``: the Terms table, or by itself a whole workbook.
        placements: the Placements table.
        carers: the Carers table; None for no carers.
        claims: the Claims table: it is checked, and changes no figure here.
        as_at: the last day that is known; None for the whole programme.
        pence: False for money as exact Decimal pounds, True for whole int64 pence.
        cohort: the Cohort table: the children of the cohort; None where all count.
        prices: the Prices table: changes of price; None for none.
        costs: the Costs table: further costs of a move; None for none.
        rates: the Rates table: the prices of outcomes; None for none.

    Returns:
        A row for each option: Term, Option, In use (a truth value), Total payable, and Difference
        against the terms as given.

    Raises:
        CellError: the first wrong input.
        FileProblem: a workbook that cannot be read.

    Example:
        >>> import xlpbr
        >>> placements = [
        ...     ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
        ...     ["C01", 70000, 14000, "01/11/2025", None],
        ... ]
        >>> worth = xlpbr.readings(xlpbr.terms("plymouth-l04-2526"), placements, as_at="31/03/2026")
        >>> worth.loc[worth["Term"] == "Pro rata basis", ["Option", "Difference"]].iloc[1].tolist()
        ['days', Decimal('-1506.34')]
    """
    given = contract_of(
        terms, placements, carers, claims, cohort=cohort, prices=prices, costs=costs, rates=rates
    )  # fmt: skip
    day = day_of("as_at", as_at)
    values = value_readings(*settled_records(given), day)
    return columns_frame(
        ("Term", "Option", "In use", "Total payable", "Difference"),
        [
            [value.term.label for value in values],
            [value.option for value in values],
            pd.Series([value.in_use for value in values], dtype=bool),
            money_column((value.payable for value in values), pence),
            money_column((value.difference for value in values), pence),
        ],
    )
