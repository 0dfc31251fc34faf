"""What a good call of each function is: its tables, its cells, and what goes together as columns.

A new function without a call here fails the tests of the cases.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlpbr.contract.snapshot import take_snapshot
from xlpbr.errors import CellError
from xlpbr.tables.evidence import read_contract


def _day(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, day)


def _columns(table: str) -> list[list[Any]]:
    """A table written as lines: cells between bars; what is a number or an ISO date becomes one."""
    return [[_cell(cell.strip()) for cell in line.split("|")] for line in table.split("\n")]


def _cell(written: str) -> Any:
    if not written:
        return None
    if written.startswith("'"):
        return written[1:]
    if written.startswith("#"):
        return CellError(written, f"the cell shows {written}")
    if len(written) == 10 and written[4] == "-":
        return dt.date.fromisoformat(written)
    try:
        return float(written)
    except ValueError:
        return written


TERMS = _columns(
    """Term|Value
Contract|'00731
Starts on|2026-01-01
Ends on|2026-03-31
Fee|9000.37
Fee months|3
Carer fee|1000.05
Bonus threshold|250000
Bonus rate|0.1
Contract maximum|30000
Provider|"""
)
PLACEMENTS = _columns(
    """Child|Type|Residential weekly cost|Family weekly cost|Moved on|Ended on|Agreed|Remark
'00123|foster|7000.49|1400.12|2026-01-29||yes|kept
'00124|reunified|6512.7|0|2026-02-10|2026-03-03|yes|
|||||||
'C 03|foster|5900|1399.99|2026-03-01||no|not agreed
'C 04|foster|5100|800||||planned"""
)
CARERS = _columns(
    """Household|Approved on|Child
'H-01|2026-01-15|'00123
'H-02|2026-03-20|'00124
'H-02|2026-03-21|'00124
'H-03||'C 04"""
)
CLAIMS = _columns(
    """Month|Invoiced
2026-01-01|2400.15
2026-02-28|9000
2026-03-01|'£1,234.50"""
)
COHORT = _columns(
    """Child|Leaves care on
'00123|2026-03-25
'00124|
'C 03|2026-06-30
'C 04|"""
)
PRICES = _columns(
    """Child|From|Residential weekly cost|Family weekly cost
'00123|2026-03-01|7210.5|
'00123|2026-02-01||1428.13"""
)
COSTS = _columns(
    """Child|From|To|Weekly|Once|What|Agreed
'00123|2026-01-29|2026-02-11|7000.49||notice|yes
'00124|2026-02-10|||250.5|a bed|yes
'00124|2026-02-10||120|||no"""
)
RATES = _columns(
    """Outcome|Weeks|From|To|Price
Settled|2|2026-01-01|2026-02-28|600.25
Settled|2|2026-03-01||650
Stays|4|||400.5"""
)
SIGNED = _columns(
    """Month|Agreed on|Payable|Adjustment
2026-01-01|2026-02-12|1500.1|
2026-02-01|2026-03-12|5000|-20.05"""
)
BUDGET = _columns(
    """Year|Saving|Cost
'2025/26|50000|'£12,500.50
2026-04-01|90000|20000.75"""
)
ASSUMPTIONS = _columns(
    """Assumption|Value|Unit
Children still to move|3|children
First month of moves|2026-02-01|month
Moves a month|2.5|children a month
Residential weekly cost, low|6400.25|£ a week
Residential weekly cost, likely|7000|£ a week
Residential weekly cost, high|'£8,200|£ a week
Family weekly cost, likely|1405.5|£ a week
Break-down chance a month, months 1 to 3|0.1|share
Break-down chance a month, months 4 to 12|'5%|share
Share reunified|0.25|share
Carer households a move|1.5|households a child"""
)
OURS = _columns(
    """Key|Amount
2025-09-01|100.1
2025-10-01|200
'00123|0.005
'INV-7|1234.56"""
)
THEIRS = _columns(
    """Key|Amount
2025-10-20|225.25
'00123|0.01
'Sep 2025|100.1
'INV-8|50"""
)

_BEFORE = [PLACEMENTS[0], [*PLACEMENTS[1][:2], 6900.0, *PLACEMENTS[1][3:]], *PLACEMENTS[3:]]
"""A price that was corrected since, and the second child's row not there yet."""
AS_AGREED = [
    [line]
    for line in take_snapshot(
        *read_contract(
            TERMS, _BEFORE, CARERS, CLAIMS,
            cohort=COHORT, prices=PRICES, costs=COSTS, rates=RATES, agreed=SIGNED, budget=BUDGET,
        ),
        _day(2026, 2, 1), _day(2026, 3, 12),
    ).lines
]  # fmt: skip
"""What was kept of the tables when a month was agreed, a line a row."""

CALLS: dict[str, dict[str, Any]] = {
    "PBR_SAVING": {
        "before_weekly": 7000.49,
        "after_weekly": 1399.5,
        "moved_on": _day(2026, 3, 1),
        "ended_on": _day(2026, 3, 20),
        "from_date": _day(2026, 3, 1),
        "to_date": _day(2026, 3, 31),
    },
    "PBR_PRO_RATA": {
        "amount": 599800.0,
        "starts_on": _day(2025, 9, 1),
        "months": 12.0,
        "as_at": _day(2026, 3, 15),
        "basis": "days",
    },
    "PBR_FEE_CAP": {
        "savings": 45000.28,
        "fee_to_date": 349883.33,
        "invoiced_before": 310000.06,
    },
    "PBR_THRESHOLD_BONUS": {
        "savings": 4000000.35,
        "threshold": 3000000.0,
        "rate": 0.1,
        "maximum": 250000.0,
        "shape": "whole",
    },
    "PBR_CLAWBACK": {"invoiced": 45000.28, "savings": 30000.07, "fee_to_date": 349883.33},
    "PBR_RUN_RATE": {
        "before_weekly": 7000.49,
        "after_weekly": 1400.12,
        "moved_on": _day(2026, 3, 1),
        "ended_on": _day(2027, 3, 1),
        "as_at": _day(2027, 2, 28),
    },
    "PBR_OUTCOME_FEE": {
        "price": 10000.55,
        "achieved_on": _day(2026, 1, 5),
        "from_date": _day(2026, 1, 1),
        "to_date": _day(2026, 1, 31),
        "limit": 2.0,
    },
    "PBR_CONTRACT_CAP": {
        "amounts": 126990.4,
        "maximum": 1000000.0,
        "paid_before": 900000.17,
    },
    "PBR_REIMBURSEMENT": {
        "amount": 28561.9,
        "from_date": _day(2026, 3, 23),
        "to_date": _day(2027, 3, 22),
        "ended_on": _day(2026, 6, 15),
        "shape": "whole",
    },
    "PBR_MILESTONE_FEE": {
        "price": 6000.55,
        "weeks": 13.0,
        "moved_on": _day(2026, 3, 2),
        "ended_on": _day(2026, 12, 1),
        "from_date": _day(2026, 5, 1),
        "to_date": _day(2026, 6, 30),
    },
    "PBR_STATEMENT": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "carers": CARERS,
        "claims": CLAIMS,
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
        "agreed": SIGNED,
    },
    "PBR_READINGS": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "carers": CARERS,
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
    },
    "PBR_RECONCILE": {"ours": OURS, "theirs": THEIRS, "tolerance": 0.5},
    "PBR_EXPLAIN": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "month": _day(2026, 3, 1),
        "carers": CARERS,
        "claims": CLAIMS,
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
        "agreed": SIGNED,
    },
    # Few scenarios, so that the hosts answer quickly; only a blank cell asks for the default.
    "PBR_FORECAST": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "assumptions": ASSUMPTIONS,
        "as_at": _day(2026, 2, 10),
        "scenarios": 6.0,
        "seed": 7.0,
        "carers": CARERS,
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
    },
    "PBR_CHECK": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "carers": CARERS,
        "claims": CLAIMS,
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
        "agreed": SIGNED,
        "budget": BUDGET,
    },
    "PBR_INVOICE": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "month": _day(2026, 3, 1),
        "carers": CARERS,
        "claims": CLAIMS,
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
        "agreed": SIGNED,
    },
    "PBR_LINES": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "month": _day(2026, 2, 1),
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
    },
    "PBR_CHILDREN": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
    },
    "PBR_YEARS": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "carers": CARERS,
        "claims": CLAIMS,
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
        "agreed": SIGNED,
        "budget": BUDGET,
    },
    "PBR_CHANGES": {
        "terms": TERMS,
        "placements": PLACEMENTS,
        "as_agreed": AS_AGREED,
        "carers": CARERS,
        "claims": CLAIMS,
        "as_at": _day(2026, 3, 31),
        "cohort": COHORT,
        "prices": PRICES,
        "costs": COSTS,
        "rates": RATES,
        "agreed": SIGNED,
        "budget": BUDGET,
    },
    "PBR_TERMS": {"contract": "plymouth-l04-2526"},
    "PBR_VERSION": {},
}
"""A good call of each function: one cell for each argument, or a table."""

COLUMNS: dict[str, dict[str, list[Any]]] = {
    "PBR_SAVING": {
        "before_weekly": [7000.49, 6512.7, 5900.0, 5100.01],
        "after_weekly": [1400.12, 0.0, 6000.5, 800.0],
        "moved_on": [_day(2026, 3, 1), _day(2026, 2, 10), None, _day(2026, 3, 31)],
        "ended_on": [None, _day(2026, 3, 8), None, None],
    },
    "PBR_PRO_RATA": {
        "amount": [599800.0, 1234.56, 0.05, 100000.01],
        "as_at": [_day(2025, 8, 31), _day(2025, 9, 1), _day(2026, 2, 14), _day(2026, 8, 31)],
    },
    "PBR_FEE_CAP": {
        "savings": [45000.28, None, -1200.5, 60000.0],
        "fee_to_date": [349883.33, 399866.66, 449849.99, 499833.33],
    },
    "PBR_THRESHOLD_BONUS": {
        "threshold": [1000000.0, 2000000.0, 3000000.5, 4000000.0],
        "rate": [0.05, 0.075, 0.1, 0.125],
    },
    "PBR_CLAWBACK": {
        "invoiced": [45000.28, 10000.0, None, 5000.37],
        "savings": [30000.07, None, 2000.0, 1000.01],
        "fee_to_date": [349883.33, 399866.66, 449849.99, 499833.33],
    },
    "PBR_RUN_RATE": {
        "before_weekly": [7000.49, 6512.7, 5900.0, 5100.01],
        "after_weekly": [1400.12, 0.0, 6000.5, 800.0],
        "moved_on": [_day(2026, 3, 1), _day(2026, 2, 10), None, _day(2027, 2, 28)],
        "ended_on": [None, _day(2026, 3, 8), None, _day(2027, 3, 1)],
    },
    "PBR_OUTCOME_FEE": {
        "achieved_on": [_day(2026, 1, 1), None, _day(2026, 1, 31), _day(2026, 2, 1)],
    },
    "PBR_REIMBURSEMENT": {
        "amount": [28561.9, 0.05, 1000.01, 25000.0],
        "ended_on": [_day(2026, 3, 23), None, _day(2027, 3, 22), _day(2027, 3, 23)],
    },
    "PBR_MILESTONE_FEE": {
        "moved_on": [_day(2026, 3, 2), _day(2026, 1, 5), None, _day(2026, 3, 3)],
        "ended_on": [_day(2026, 5, 31), None, None, _day(2026, 6, 2)],
    },
    "PBR_CONTRACT_CAP": {"amounts": [60000.4, -500.25, None, 80000.17]},
}
"""The arguments of a function that go together as columns of four rows."""

BESIDE: dict[str, str] = {"PBR_CONTRACT_CAP": "amounts", "PBR_THRESHOLD_BONUS": "savings"}
"""Functions with one argument whose range of rows and columns gives its own shape back."""
