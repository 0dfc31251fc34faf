"""One cell of a table, read as its term or its column says.

Each reader raises ``CellError``, and the caller adds where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.terms import Term
from xlpbr.errors import NUM, VALUE, CellError

_FIRST_DAY = date(1950, 1, 1)
"""No child of a contract moved earlier: it is a time, a price or a slip of the year."""

_READERS: Mapping[str, Callable[[Cell], Any]] = {
    "text": cells.text,
    "date": cells.day,
    "month": cells.month,
    "yes_no": cells.yes_no,
    "count": cells.whole_number,
    "weeks": cells.whole_number,
    "year": cells.financial_year,
}
"""How the cells of a kind are read; all others hold numbers, or options."""

_LAST_DAY = date(2100, 12, 31)
"""No contract of today lasts longer: it is a slip of the year, or a number that is no date."""

_FIRST_DAY_OF_TERMS = date(1990, 1, 1)
"""No programme began earlier: councils pay by results since later years."""

_A_DAY_OF_TERMS = f"a date from {_FIRST_DAY_OF_TERMS:%d/%m/%Y} to {_LAST_DAY:%d/%m/%Y}"


def read_term(term: Term, value: Cell) -> Any:
    """The value of a term; the cell must not be blank."""
    found = _of_kind(term.kind, list(term.options), value)
    if term.kind == "month":
        return _of_our_time(found, value)
    if term.kind == "date" and not _FIRST_DAY_OF_TERMS <= found <= _LAST_DAY:
        raise CellError(NUM, f"found {cells.shown(value)}; expected {_A_DAY_OF_TERMS}")
    return _within(found, value, term.least, term.most)


def read_day(value: Cell) -> date:
    """A day of our time."""
    return _of_our_time(_of_kind("date", (), value), value)


def _of_kind(kind: str, options: Sequence[str], value: Cell) -> Any:
    if isinstance(value, cells.SharedCell):
        raise CellError(VALUE, f"found {cells.shown(value)}; expected a value in each row")
    if cells.has_lost_digits(value):
        raise CellError(NUM, f"found {cells.shown(value)}; expected at most 15 digits")
    if kind == "option":
        return cells.option(value, options)
    return _READERS.get(kind, cells.number)(value)


def _of_our_time(found: date, value: Cell) -> date:
    if found < _FIRST_DAY:
        raise CellError(NUM, f"found {cells.shown(value)}; expected a date from 01/01/1950")
    if found > _LAST_DAY:
        raise CellError(NUM, f"found {cells.shown(value)}; expected a date up to 31/12/2100")
    return found


def _within(found: Any, value: Cell, least: int | None, most: int | None) -> Any:
    if (least is not None and found < least) or (most is not None and found > most):
        bounds = f"{least} or more" if most is None else f"from {least} to {most}"
        raise CellError(NUM, f"found {cells.shown(value)}; expected a number {bounds}")
    return found


def expected_of_term(term: Term, code: str = VALUE) -> str:
    """What a term wants, in words; the code is that of what is wrong with its cell."""
    if term.kind == "date" and code == NUM:
        return _A_DAY_OF_TERMS
    if term.kind == "option":
        return f"one of: {', '.join(term.options)}"
    if term.kind == "share":
        return f"a share from {term.least} to {term.most}, such as 0.05 or 5%"
    what = {
        "date": "a date",
        "month": "a month such as 01/09/2025",
        "count": "a whole number",
        "rate": "a fraction or a percentage",
    }
    expected = what.get(term.kind, "a number")
    if term.most is not None:
        return f"{expected} from {term.least} to {term.most:,}"
    return expected if term.least is None else f"{expected}, {term.least} or more"


def read_cell(column: EvidenceColumn, value: Cell) -> Any:
    """The value of a cell of a column that the table has; its default where the cell is blank."""
    kind = column.kind
    if cells.is_blank(value):
        if column.required:
            raise CellError(VALUE, f"{column.heading} is missing")
        if kind == "yes_no":
            return False  # nobody has said yes yet
        return column.options[0] if column.options else ("" if kind == "text" else None)
    if kind == "yes_no" and is_disputed(value):
        return False
    found = _of_kind(kind, column.options, value)
    if kind in ("date", "month", "year"):
        return _of_our_time(found, value)
    if kind == "weeks":
        return _within(found, value, 1, None)
    if kind in ("price", "fee", "amount"):
        if not isinstance(value, float) and abs(found) >= cells.EXCEL_KEEPS:
            # As a text it has lost no digit (a number is refused above), but no council pays
            # a million billion pounds.
            raise CellError(NUM, f"found {cells.shown(value)}; expected an amount in pounds")
        return _within(found, value, None if kind == "amount" else 0, None)
    return found


def is_disputed(value: Cell) -> bool:
    """Whether a cell of Agreed says that the parties do not agree yet."""
    return isinstance(value, str) and cells.key(value) == "disputed"


def without_column(column: EvidenceColumn) -> Any:
    """What each row is where the table lacks an optional column: every row is agreed."""
    return True if column.kind == "yes_no" else read_cell(column, None)


def expected_of_cell(column: EvidenceColumn) -> str:
    """What a column wants, in words."""
    if column.kind == "option":
        return f"one of: {', '.join(column.options)}"
    return {
        "text": f"a {column.unit}",
        "date": "a date such as 01/09/2025",
        "month": "a month such as 01/09/2025",
        "yes_no": " or ".join(filter(None, (", ".join(column.options[:-1]), *column.options[-1:]))),
        "price": "a price in pounds a week, 0 or more",
        "fee": "a price in pounds, 0 or more",
        "weeks": "a whole number of weeks, 1 or more",
        "year": "a financial year such as 2025/26",
        "amount": "an amount in pounds",
    }[column.kind]
