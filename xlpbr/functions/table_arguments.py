"""The tables of a contract as arguments of a function, and the statement that they give."""

from __future__ import annotations

from typing import Annotated

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.snapshot import AS_SAVED, FIRST_WORDS, Snapshot, snapshot_of_lines
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import VALUE, CellError, FileProblem
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
AsAgreed = Annotated[
    Cell,
    Arg(
        "What xlpbr agree kept of the tables: a column of text, a line in each cell",
        "text",
        "column",
        "nothing is kept",
    ),
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


_OTHER_COPY = "xlpbr changes reads the copy that the file keeps."


def kept_in(as_agreed: Cell) -> tuple[Snapshot, tuple[ContractTerms, Evidence]] | None:
    """The snapshot that a column of text is, and its tables; None where nothing is kept.

    Raises:
        CellError: an error value, more than one column, or not the text that was written.
    """
    found = cells.flat(as_agreed)
    if all(map(cells.is_blank, found)):
        return None
    arguments.refuse_errors(*found)
    rows = cells.rows(as_agreed)
    if min(len(rows), len(rows[0])) > 1:
        size = f"{len(rows)} x {len(rows[0])} cells"
        raise CellError(VALUE, f"as_agreed: found {size}; expected one column of text")
    lines: list[str] = []
    for number, line in enumerate(found, start=1):
        if not isinstance(line, str | None):
            raise CellError(
                VALUE,
                f"as_agreed, row {number}: found {cells.shown(line)}; expected a line of text as"
                " xlpbr agree wrote it",
            )
        lines.append(line or "")
    if not lines[0].startswith(FIRST_WORDS):
        raise CellError(
            VALUE,
            f"as_agreed: found {cells.shown(found[0])}; expected the text that xlpbr agree wrote,"
            f" which begins with {FIRST_WORDS.strip(': ')}. {AS_SAVED} {_OTHER_COPY}",
        )
    try:
        snapshot = snapshot_of_lines(lines)
        return snapshot, snapshot.tables()
    except FileProblem as problem:
        raise CellError(VALUE, f"as_agreed: {problem} {_OTHER_COPY}") from None
