"""The terms of a built-in contract as a data frame: ``xlpbr.terms``."""

from __future__ import annotations

import pandas as pd

from xlpbr.api.book_frames import value_of_term
from xlpbr.api.frames import table_frame
from xlpbr.contract.library import load_contract, terms_table


def terms(contract: str) -> pd.DataFrame:
    """The terms of a contract, ready to be given to ``xlpbr.settle``.

    Args:
        contract: a built-in contract's short name (``xlpbr.contracts.CONTRACT_NAMES`` lists them),
            an example's (``EXAMPLE_NAMES``), or the path of a contract's TOML file.

    Returns:
        A row for each term: Term, Value, Unit, Clause and Reading (why an open wording is read
        so). Money and rates are exact Decimals, days are dates, a term that is not given is None.
        Where a value changes, a row for each change and a column From.

    Raises:
        FileProblem: no such contract, or a file that cannot be read.

    Example:
        >>> import xlpbr
        >>> terms = xlpbr.terms("plymouth-l04-2526").set_index("Term")
        >>> terms.loc["Fee", "Value"], terms.loc["Fee", "Clause"]
        (Decimal('599800.00'), '7 para 2, 3')
        >>> another = xlpbr.terms("plymouth-l04-2526")
        >>> another.loc[another["Term"] == "Fee reading", "Value"] = "no_catch_up"
    """
    loaded = load_contract(contract)
    headings, *rows = terms_table(loaded)
    by_label = {entry.term.label: entry.term for entry in loaded.terms}
    values = [value_of_term(by_label[row[0]], row[1]) for row in rows]
    return table_frame(
        [headings, *([row[0], value, *row[2:]] for row, value in zip(rows, values, strict=True))]
    )
