"""Our figures against theirs: ``xlpbr.reconcile``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from xlpbr.api.frames import columns_frame, money_column, pounds
from xlpbr.api.inputs import Table, rows_of
from xlpbr.api.settle import SettledContract
from xlpbr.cells import Rows
from xlpbr.errors import VALUE, CellError
from xlpbr.functions import arguments
from xlpbr.settlement import reconcile as rules


def reconcile(
    ours: SettledContract | Table,
    theirs: SettledContract | Table,
    *,
    tolerance: Any = 0,
    pence: bool = False,
) -> pd.DataFrame:
    """Our figures against theirs, key by key, as ``PBR_RECONCILE`` gives it.

    Args:
        ours: a table of two columns, the key (months, or texts) and the amount in pounds; or a
            settled contract, which stands for its months and what is payable for each.
        theirs: the same for the other side, such as the claims of a workbook.
        tolerance: a difference up to this, in pounds, counts as agreed.
        pence: False for money as exact Decimal pounds, True for whole int64 pence.

    Returns:
        A row for each key and a row Total: Key (a date for a month), Ours, Theirs, Difference
        (theirs less ours) and Status: agreed, over-claimed, under-claimed, not claimed or not
        expected. Where a side has no row its amount is 0.00 and the status says so.

    Raises:
        CellError: another number of columns, an amount without a key, or an amount that is none.

    Example:
        >>> import xlpbr
        >>> ours = {"Month": "Nov 2025", "Payable": "24000.00"}
        >>> theirs = {"Month": "01/11/2025", "Invoiced": 24500}
        >>> xlpbr.reconcile([ours], [theirs]).loc[0, ["Difference", "Status"]].tolist()
        [Decimal('500.00'), 'over-claimed']
    """
    allowed = arguments.not_negative("tolerance", tolerance, Fraction(0))
    read = rules.read_amounts(_amounts("ours", ours), _amounts("theirs", theirs))
    found = rules.reconcile(*read, allowed)
    return columns_frame(
        ("Key", "Ours", "Theirs", "Difference", "Status"),
        [
            [one.key for one in found],
            money_column((one.ours for one in found), pence),
            money_column((one.theirs for one in found), pence),
            money_column((one.difference for one in found), pence),
            [one.status for one in found],
        ],
    )


def _amounts(name: str, given: Any) -> Rows:
    if isinstance(given, SettledContract):
        return [
            ["Month", "Payable"],
            *([month.month, pounds(month.payable)] for month in given.statement.months),
        ]
    rows = rows_of(name, given)
    if rows is None:
        raise CellError(VALUE, f"{name}: nothing found; expected two columns, keys and amounts")
    return rows or [["Key", "Amount"]]
