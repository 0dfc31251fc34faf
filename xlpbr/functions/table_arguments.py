"""The tables of a contract as arguments of a function, and the statement that they give."""

from __future__ import annotations

from typing import Annotated

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.functions import arguments
from xlpbr.functions.catalogue import Arg
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.evidence import read_contract

Terms = Annotated[Cell, Arg("The Terms table with its heading row: Term, Value", "table", "table")]
Placements = Annotated[Cell, Arg("The Placements table with its heading row", "table", "table")]
Carers = Annotated[
    Cell, Arg("The Carers table with its heading row", "table", "table", "no carers")
]
Claims = Annotated[
    Cell, Arg("The Claims table with its heading row", "table", "table", "no claims")
]
Cohort = Annotated[
    Cell, Arg("The Cohort table with its heading row", "table", "table", "every child counts")
]
Prices = Annotated[
    Cell, Arg("The Prices table with its heading row", "table", "table", "no price changes")
]
Costs = Annotated[
    Cell, Arg("The Costs table with its heading row", "table", "table", "no further costs")
]
Rates = Annotated[
    Cell, Arg("The Rates table with its heading row", "table", "table", "no outcome fees")
]
Agreed = Annotated[
    Cell, Arg("The Agreed table with its heading row", "table", "table", "no month is agreed")
]
Budget = Annotated[
    Cell, Arg("The Budget table with its heading row", "table", "table", "no budget")
]
Month = Annotated[Cell, Arg("The month: any date in it", "date")]
AsAt = Annotated[Cell, Arg("The last date that counts", "date", default="the end of the programme")]


def settled(
    terms: Cell,
    placements: Cell,
    carers: Cell = None,
    claims: Cell = None,
    as_at: Cell = None,
    **life: Cell,
) -> Statement:
    """The statement of a contract whose tables are given.

    Args:
        terms: the Terms table with its heading row.
        placements: the Placements table with its heading row.
        carers: the Carers table with its heading row; blank for none.
        claims: the Claims table with its heading row; blank for none.
        as_at: the last date that counts; blank for the end of the programme.
        **life: the other tables by their names.

    Raises:
        CellError: something in them cannot be used.
    """
    contract, evidence = read_contract(terms, placements, carers, claims, **life)
    return settle(contract, evidence, arguments.optional("as_at", as_at, cells.day))
