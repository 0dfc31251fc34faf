"""The matrix of the hosts: every function with every kind of input, and what must come of it.

Each host's tests run ``cases()`` through that host, handing the cells over as the host really
does (a date cell as its serial, a blank cell as the host's blank), and compare
``sheet_form(what came back)`` with ``expected(case)``: equal, cell for cell, to the penny.

The cases are derived from the catalogue: each argument of each function, by its unit and shape,
times each of ``KINDS``. What a good call of a function is must be written down once, in
``CALLS`` and ``COLUMNS``; a new function without it fails the matrix's own tests. Where a host
cannot hand a case over as it stands, ``DIFFERENCES`` says so, and a test proves that it is so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from xlpbr import cells
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import Argument, WorksheetFunction

KINDS = ("number", "text number", "blank", "error", "date", "1x1", "row", "column", "table")
"""The kinds of input. A table's kind is what stands inside it, or the form of its range."""


class LeftOut:
    """An argument that is not given, at the end or between two commas."""

    def __repr__(self) -> str:
        return "LEFT_OUT"


LEFT_OUT = LeftOut()

DATE_FOR_A_NUMBER = "a date cell where a number is wanted"
NUMBER_TEXT_OF_DATE = "a date cell where a text is wanted"
TRUTH_VALUE = "TRUE or FALSE in a cell"
ERROR_IN_A_RANGE = "an error value inside a range"
BLANK_CELL = "a blank cell as an argument"
LEFT_OUT_BETWEEN = "an argument left out between two others"
EMPTY_TEXT = "a formula that gives an empty text"

MARKS = (
    DATE_FOR_A_NUMBER,
    NUMBER_TEXT_OF_DATE,
    TRUTH_VALUE,
    ERROR_IN_A_RANGE,
    BLANK_CELL,
    LEFT_OUT_BETWEEN,
    EMPTY_TEXT,
)
"""What a host may be unable to hand over; a case that holds it is marked with it."""


@dataclass(frozen=True, eq=False)
class Case:
    """One call with its cells; a case is equal to itself alone, so that its result can be kept.

    Attributes:
        function: the name in a cell.
        kind: one of ``KINDS``.
        name: unique and readable.
        arguments: cell values as a sheet holds them: float, str, bool, None for a blank cell, a
            date for a date cell, CellError for an error cell, ``LEFT_OUT``, or rows of these.
        marks: what of ``MARKS`` the arguments hold.
        argument: the argument that the case is about.
    """

    function: str
    kind: str
    name: str
    arguments: tuple[Any, ...]
    marks: frozenset[str] = frozenset()
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a host gives otherwise than the core, with the reason, for the person at the sheet.

    Attributes:
        cases: which cases, in words.
        reason: why, and what is seen instead.
        applies: whether a case is one of them.
    """

    cases: str
    reason: str
    applies: Callable[[Case], bool]


def marked(mark: str) -> Callable[[Case], bool]:
    """Whether a case holds what the mark says."""
    return lambda case: mark in case.marks


def _has_mixed_keys(case: Case) -> bool:
    """Whether the keys of two tables are dates and texts."""
    keys = [row[0] for table in case.arguments[:2] if isinstance(table, list) for row in table]
    return any(isinstance(key, dt.date) for key in keys) and any(
        isinstance(key, str) and key.startswith("INV-") for key in keys
    )


SERIALS = Difference(
    DATE_FOR_A_NUMBER,
    "The host hands a date over as its number of days, so it counts as that number and is not"
    " refused. PBR_CHECK finds a date among the weekly prices, because it is too high for one.",
    marked(DATE_FOR_A_NUMBER),
)

KEYS = Difference(
    "a date among keys of PBR_RECONCILE that are texts",
    "The host hands a date over as its number of days, so among texts the key is that number.",
    lambda case: case.function == "PBR_RECONCILE" and _has_mixed_keys(case),
)

DIFFERENCES: dict[str, tuple[Difference, ...]] = {
    "embedded": (SERIALS, KEYS),
    "classic": (),
    "lite": (SERIALS, KEYS),
    "server": (SERIALS, KEYS),
    "calc": (
        SERIALS,
        KEYS,
        Difference(
            ERROR_IN_A_RANGE,
            "Calc refuses a range that holds an error before the function is asked; the cell"
            " shows Err:504, an error that IFERROR and ISERROR catch.",
            marked(ERROR_IN_A_RANGE),
        ),
        Difference(
            TRUTH_VALUE,
            "Calc hands over TRUE as 1 and FALSE as 0, so they count as those numbers.",
            marked(TRUTH_VALUE),
        ),
        Difference(
            BLANK_CELL,
            "Calc hands over 0 for a blank cell alone; where a blank means something else, the"
            " function refuses it with an error. A range of that cell (B5:B5) is read as blank.",
            marked(BLANK_CELL),
        ),
        Difference(
            "0 alone in a cell",
            "Calc's 0 cannot be told from a blank cell; where a blank means something else, the"
            " function refuses it with an error. A range of that cell (B5:B5) is read as 0.",
            lambda case: case.name.endswith(": 0"),
        ),
        Difference(
            "an error value given to PBR_CHECK in place of a table",
            "Calc shows that error without asking the function.",
            lambda case: case.function == "PBR_CHECK" and case.name.endswith("an error alone"),
        ),
    ),
}
"""By host, what it gives otherwise than the core."""


def differs(host: str, case: Case) -> Difference | None:
    """The difference of a host that a case falls under, if any."""
    return next((one for one in DIFFERENCES[host] if one.applies(case)), None)


def problems(host: str, run: Callable[[Case], Any]) -> list[str]:
    """What is wrong with a host: cases that differ from the core and are not said to.

    A difference that no case shows any more is wrong too: what is said of a host must be true.

    Args:
        host: the name of the host.
        run: what the host gives for a case, as ``sheet_form`` takes it; an error is returned.
    """
    wrong = []
    shown: set[str] = set()
    for case in cases():
        got, wanted = sheet_form(run(case)), expected(case)
        if got == wanted:
            continue
        known = differs(host, case)
        if known is None:
            wrong.append(f"{case.name} ({case.kind}): got {got!r}, expected {wanted!r}")
        else:
            shown.add(known.cases)
    for known in DIFFERENCES[host]:
        if known.cases not in shown:
            wrong.append(f"{host} differs no more in: {known.cases}")
    return wrong


@cache
def expected(case: Case) -> list[list[Any]]:
    """What the core gives for a case, in the form of a sheet."""
    arguments = list(case.arguments)
    while arguments and arguments[-1] is LEFT_OUT:
        arguments.pop()
    given = [None if argument is LEFT_OUT else argument for argument in arguments]
    try:
        return sheet_form(FUNCTIONS[case.function].call(*given))
    except CellError as error:
        return sheet_form(error)


def sheet_form(result: Any) -> list[list[Any]]:
    """A result as a sheet shows it: rows of float, text, truth value; error codes as text."""
    if isinstance(result, list | tuple):
        rows = [list(row) if isinstance(row, list | tuple) else [row] for row in result]
    else:
        rows = [[result]]
    return [[_shown(cell) for cell in row] for row in rows]


def _shown(value: Any) -> Any:
    if isinstance(value, CellError):
        return value.code
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, dt.date):
        return float(cells.serial_of(value))
    return float(value)


# -- good calls ------------------------------------------------------------------------------


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


# -- the cases -------------------------------------------------------------------------------

_NUMERIC = {"£", "£ a week", "whole months", "whole weeks", "fraction", "whole number"}
_DATED = {"date", "dates"}
_NO_VALUE = CellError("#N/A", "the cell shows #N/A")
_DIVIDED = CellError("#DIV/0!", "the cell shows #DIV/0!")

_Variant = tuple[str, str, Any, tuple[str, ...]]
"""A kind, what it is in words, the argument and its marks."""


@cache
def cases() -> tuple[Case, ...]:
    """Every function with every kind of input for each of its arguments."""
    return tuple(case for function in FUNCTIONS.values() for case in _cases_of(function))


def _cases_of(function: WorksheetFunction) -> Iterator[Case]:
    call = CALLS[function.name]
    if not function.arguments:
        yield Case(function.name, "blank", f"{function.name}: nothing given", ())
        return
    yield from _shortest_calls(function, call)
    for argument in function.arguments:
        if argument.declared.shape == "table":
            variants = _variants_of_table(argument, call[argument.name])
        else:
            variants = _variants_of_cell(argument, call[argument.name])
        for variant in variants:
            yield _case(function, argument.name, variant, call)
    yield from _cases_of_columns(function, call)


def _case(function: WorksheetFunction, about: str, variant: _Variant, call: dict[str, Any]) -> Case:
    kind, words, value, marks = variant
    given = {**call, about: value}
    if value is LEFT_OUT and about != function.arguments[-1].name:
        marks = (*marks, LEFT_OUT_BETWEEN)
    return Case(
        function.name,
        kind,
        f"{function.name}, {about}: {words}",
        tuple(given[argument.name] for argument in function.arguments),
        frozenset(marks),
        about,
    )


def _shortest_calls(function: WorksheetFunction, call: dict[str, Any]) -> Iterator[Case]:
    """The calls with ever fewer of the optional arguments, left out at the end."""
    for count in range(function.required_count, len(function.arguments) + 1):
        given = [call[argument.name] for argument in function.arguments[:count]]
        rest = [LEFT_OUT] * (len(function.arguments) - count)
        is_table = any(argument.declared.shape == "table" for argument in function.arguments)
        yield Case(
            function.name,
            "table" if is_table else "number",
            f"{function.name}: the first {count} arguments",
            (*given, *rest),
        )


def _variants_of_cell(argument: Argument, good: Any) -> Iterator[_Variant]:
    yield from _numbers(argument, good)
    yield "blank", "a blank cell", None, (BLANK_CELL,)
    yield "blank", "an empty text", "", (EMPTY_TEXT,)
    if not argument.required:
        yield "blank", "left out", LEFT_OUT, ()
    yield "error", "#N/A", _NO_VALUE, ()
    yield "error", "#DIV/0!", _DIVIDED, ()
    yield from _dates(argument, good)
    yield "1x1", "a range of one cell", [[good]], ()
    yield "1x1", "a range of one blank cell", [[None]], ()
    yield "1x1", "a range of one error", [[_DIVIDED]], (ERROR_IN_A_RANGE,)
    yield "row", "a row of three alone", [[good] * 3], ()
    yield "column", "a column of three alone", [[good]] * 3, ()
    yield "table", "two rows and two columns", [[good] * 2] * 2, ()


def _numbers(argument: Argument, good: Any) -> Iterator[_Variant]:
    unit = argument.declared.unit
    yield "number", "TRUE", True, (TRUTH_VALUE,)
    if unit in _DATED:
        serial = float(cells.serial_of(good))
        yield "number", "a serial", serial, ()
        yield "number", "a serial with a time of day", serial + 0.75, ()
        yield "number", "a serial below 0", -1.0, ()
        yield "text number", "a serial as text", f"{serial:.0f}", ()
    elif unit in _NUMERIC:
        yield "number", "0", 0.0, ()
        yield "number", "below 0", -good, ()
        yield from _numbers_of(unit, good)
        yield "text number", "words", "about 7,000", ()
    else:
        yield "number", "a number", 2526.0, ()
        yield "text number", "in capitals among spaces", f"  {good.upper()} ", ()
        yield "text number", "a text of digits", "00123", ()


def _numbers_of(unit: str, good: float) -> Iterator[_Variant]:
    if unit == "fraction":
        yield "number", "an eighth", 0.125, ()
        yield "number", "above 1", 1.5, ()
        yield "text number", "per cent", "12.5%", ()
    elif unit in ("whole months", "whole weeks", "whole number"):
        yield "number", "one more", good + 1, ()
        yield "number", "a half", 1.5, ()
        yield "text number", "a text of digits", f" {good:.0f} ", ()
    else:
        yield "number", "with pennies", good + 0.13, ()
        yield "number", "half a penny", 1234.565, ()
        yield "number", "a sum of tenths", 0.1 + 0.2, ()
        yield "text number", "with pound sign and comma", f"£{good:,.2f}", ()
        yield "text number", "below 0, among spaces", " -1,234.5 ", ()


def _dates(argument: Argument, good: Any) -> Iterator[_Variant]:
    unit = argument.declared.unit
    if unit in _DATED:
        yield "date", "a date cell", good + dt.timedelta(days=1), ()
        yield "date", "a text with a month's name", f"{good.day} {good:%B} {good.year}", ()
        yield "date", "a text with strokes", f"{good:%d/%m/%Y}", ()
        yield "date", "a text from year to day", good.isoformat(), ()
        yield "date", "a day that does not exist", "31 Feb 2026", ()
        yield "date", "before 1900", "31/12/1899", ()
    else:
        mark = DATE_FOR_A_NUMBER if unit in _NUMERIC else NUMBER_TEXT_OF_DATE
        yield "date", "a date cell", _day(2026, 3, 31), (mark,)
        yield "date", "a date as text", "31 Mar 2026", ()


def _cases_of_columns(function: WorksheetFunction, call: dict[str, Any]) -> Iterator[Case]:
    """The arguments that go together, as columns, as rows, and with one cell of them changed."""
    columns = COLUMNS.get(function.name)
    if columns is None:
        return

    def case(kind: str, words: str, given: dict[str, Any], *marks: str, about: str = "") -> Case:
        arguments = tuple(
            given.get(argument.name, call[argument.name]) for argument in function.arguments
        )
        name = f"{function.name}, {about or 'columns'}: {words}"
        return Case(function.name, kind, name, arguments, frozenset(marks), about)

    as_columns = {name: [[value] for value in column] for name, column in columns.items()}
    yield case("column", "together as columns", as_columns)
    yield case("row", "together as rows", {name: [column] for name, column in columns.items()})
    lone = {name: [[column[0]]] for name, column in columns.items()}
    yield case("1x1", "together as ranges of one cell", lone)
    short = {name: column[:-1] for name, column in list(as_columns.items())[-1:]}
    yield case("column", "the last a row shorter", {**as_columns, **short})
    for argument in function.arguments:
        if argument.name not in columns:
            continue
        good = next(value for value in columns[argument.name] if value is not None)
        for variant in _variants_inside(argument, good):
            kind, words, value, marks = variant
            changed = [list(row) for row in as_columns[argument.name]]
            changed[1] = [value]
            given = {**as_columns, argument.name: changed}
            yield case(kind, f"among columns, {words}", given, *marks, about=argument.name)
    first, *others = columns
    if function.elementwise:
        across = {first: as_columns[first], others[-1]: [columns[others[-1]]]}
        yield case("table", "a column against a row", across)
    if function.name in BESIDE:
        name = BESIDE[function.name]
        base = call[name]
        square = [[base, base / 3, None], [-base / 2, 0.005, base * 2]]
        if name == "savings":
            square = [[value or 0.0 for value in row] for row in square]
        yield case("table", "rows and columns", {name: square}, about=name)


def _variants_inside(argument: Argument, good: Any) -> Iterator[_Variant]:
    """One cell of a range."""
    dated = argument.declared.unit in _DATED
    yield "error", "an error", _NO_VALUE, (ERROR_IN_A_RANGE,)
    yield "blank", "a blank cell", None, ()
    yield "blank", "an empty text", "", (EMPTY_TEXT,)
    yield "number", "TRUE", True, (TRUTH_VALUE,)
    if dated:
        serial = float(cells.serial_of(good))
        yield "number", "a serial with a time of day", serial + 0.25, ()
        yield "date", "a text with a month's name", f"{good.day} {good:%b} {good.year}", ()
        yield "text number", "a text that is no date", "to be agreed", ()
    elif argument.declared.unit == "fraction":
        yield "text number", "per cent", "7.75%", ()
    else:
        yield "number", "half a penny", 1234.565, ()
        yield "text number", "with pound sign and comma", "£401,234.50", ()
        yield "text number", "words", "to be agreed", ()
    if not dated:
        yield "date", "a date cell", _day(2026, 3, 31), (DATE_FOR_A_NUMBER,)


def _variants_of_table(argument: Argument, table: list[list[Any]]) -> Iterator[_Variant]:
    yield "table", "in another order", [table[0], *reversed(table[1:])], ()
    yield "table", "columns in another order", _columns_reversed(argument, table), ()
    yield "table", "among blank rows", [*table, *[[None] * len(table[0])] * 2], ()
    yield "number", "a number alone", 12.0, ()
    yield "number", "TRUE inside", _changed(table, True), (TRUTH_VALUE,)
    yield "number", "pennies inside", _changed(table, 1234.565), ()
    yield "number", "serials for its dates", _each(table, _as_serial), ()
    yield "number", "serials with a time of day", _each(table, _as_late_serial), ()
    yield "text number", "its figures as text", _each(table, _as_text_number), ()
    yield "text number", "a text that is no figure", _changed(table, "to be agreed"), ()
    yield "text number", "a text alone", "Terms", ()
    yield "blank", "a blank cell", None, (BLANK_CELL,)
    yield "blank", "a blank inside", _changed(table, None), ()
    yield "blank", "an empty text inside", _changed(table, ""), (EMPTY_TEXT,)
    yield "blank", "blank cells alone", [[None] * 2] * 3, ()
    if not argument.required:
        yield "blank", "left out", LEFT_OUT, ()
    yield "error", "an error alone", _NO_VALUE, ()
    yield "error", "an error inside", _changed(table, _DIVIDED), (ERROR_IN_A_RANGE,)
    yield "error", "an error in a heading", _heading_lost(table), (ERROR_IN_A_RANGE,)
    beside = [[*row, "" if at else "Notes"] for at, row in enumerate(table)]
    beside[1][-1] = _NO_VALUE
    yield "error", "an error in a column that is not read", beside, (ERROR_IN_A_RANGE,)
    yield "date", "its dates as text", _each(table, _as_text_date), ()
    yield "date", "a date where a figure belongs", _changed(table, _day(2026, 3, 31)), (
        DATE_FOR_A_NUMBER,
        NUMBER_TEXT_OF_DATE,
    )  # fmt: skip
    yield "1x1", "its first cell alone", [[table[0][0]]], ()
    yield "row", "its headings alone", table[:1], ()
    yield "column", "its first column alone", [row[:1] for row in table], ()


def _columns_reversed(argument: Argument, table: list[list[Any]]) -> list[list[Any]]:
    # The two columns of PBR_RECONCILE are found by their place, not by a heading.
    if argument.name in ("ours", "theirs"):
        return table
    return [list(reversed(row)) for row in table]


def _changed(table: list[list[Any]], value: Any) -> list[list[Any]]:
    """The table with the last figure of its rows replaced; where there is none, the last date."""
    for wanted in (float, dt.date):
        places = [
            (row, column)
            for row, cells_of_row in enumerate(table)
            for column, cell in enumerate(cells_of_row)
            if row and type(cell) is wanted
        ]
        if places:
            at_row, at_column = places[-1]
            return [
                [
                    value if (row, column) == (at_row, at_column) else cell
                    for column, cell in enumerate(cells_of_row)
                ]
                for row, cells_of_row in enumerate(table)
            ]
    raise ValueError("no figure in the table")


def _heading_lost(table: list[list[Any]]) -> list[list[Any]]:
    return [[*table[0][:-1], _NO_VALUE], *table[1:]]


def _each(table: list[list[Any]], change: Callable[[Any], Any]) -> list[list[Any]]:
    return [table[0], *([change(cell) for cell in row] for row in table[1:])]


def _as_serial(cell: Any) -> Any:
    return float(cells.serial_of(cell)) if isinstance(cell, dt.date) else cell


def _as_late_serial(cell: Any) -> Any:
    return cells.serial_of(cell) + 0.999 if isinstance(cell, dt.date) else cell


def _as_text_number(cell: Any) -> Any:
    return f" £{cell:,} " if isinstance(cell, float) else cell


def _as_text_date(cell: Any) -> Any:
    return f"{cell.day} {cell:%B} {cell.year}" if isinstance(cell, dt.date) else cell


def duplicates() -> list[str]:
    """The names that stand for more than one case: none."""
    names = sorted(case.name for case in cases())
    return [one for one, other in pairwise(names) if one == other]
