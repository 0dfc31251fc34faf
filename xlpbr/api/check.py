"""Everything that is wrong in a contract's tables: ``xlpbr.check``."""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlpbr.api.inputs import Table, contract_of
from xlpbr.api.records import problems_frame


def check(
    terms: Any,
    placements: Table = None,
    *,
    carers: Table = None,
    claims: Table = None,
    assumptions: Table = None,
    cohort: Table = None,
    prices: Table = None,
    costs: Table = None,
    rates: Table = None,
    agreed: Table = None,
    budget: Table = None,
) -> pd.DataFrame:
    """Every problem in the data, as ``PBR_CHECK`` gives it.

    Args:
        terms: as for ``xlpbr.settle``: the Terms table, or by itself a whole workbook.
        placements: the Placements table.
        carers: the Carers table; None for no carers.
        claims: the Claims table; None for no claims.
        assumptions: the Assumptions table of a forecast; None for none.
        cohort: the Cohort table: the children of the cohort; None where all count.
        prices: the Prices table: changes of price; None for none.
        costs: the Costs table: further costs of a move; None for none.
        rates: the Rates table: the prices of outcomes; None for none.
        agreed: the Agreed table: the months that both parties signed; None for none.
        budget: the Budget table: the budget of financial years; None for none.

    Returns:
        A row for each problem: Where (the cell of a workbook; table and row of a frame, with its
        index), Table, Row (counted from 1 under the headings), Column, Found, Expected, What to
        do, and whether it stops the figures. No row where there is no problem.

    Raises:
        CellError: something given is no table.
        FileProblem: a workbook that cannot be read.

    Example:
        >>> import xlpbr
        >>> placements = [
        ...     ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
        ...     ["C01", 7000, "14OO", "01/11/2025", None],
        ... ]
        >>> found = xlpbr.check(xlpbr.terms("plymouth-l04-2526"), placements)
        >>> price = found[found["Column"] == "Family weekly cost"].iloc[0]
        >>> price[["Where", "Column", "Found", "What to do"]].tolist()
        ['Placements, row 1', 'Family weekly cost', '"14OO"', 'Correct Family weekly cost.']
    """
    given = contract_of(
        terms, placements, carers, claims, assumptions, cohort=cohort, prices=prices, costs=costs,
        rates=rates, agreed=agreed, budget=budget,
    )  # fmt: skip
    return problems_frame((*given.problems, *given.assumption_problems))
