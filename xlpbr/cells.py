"""Cell values to exact values and back: the only place that sees a binary float.

Every reader raises ``CellError``; the error says what was found and what was expected, and the
caller adds where.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from xlpbr.errors import EXCEL_ERRORS, NUM, VALUE, CellError
from xlpbr.money import Pence

Cell = Any
"""int, float, Decimal, str, bool, None, date, datetime, an error value, or rows of those."""

Rows = list[list[Any]]
"""A range: a list of rows of cell values."""

Read = TypeVar("Read")

EXCEL_KEEPS = 10**15
"""Excel keeps 15 digits of a number: from here on the last ones are lost."""

_DIGITS_OF_EXCEL = ".15g"
"""Excel shows, compares and rounds a number by so many significant digits."""

_EXACT_TO = 10**13
"""Below it, a number of hundredths has no more than 15 digits."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HYPHENS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7\ufe58\ufe63\uff0d", "-")
)
"""Every kind of hyphen, dash and minus as the one that keyboards have."""

_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
)
"""Characters that show nothing and are neither spaces nor of the kinds that Unicode calls so."""
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_FIRST_DAY = date(1900, 1, 1)
_DATES_FROM_1904: ContextVar[bool] = ContextVar("dates_from_1904", default=False)

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)£?(?P<sign_after>[+-]?)"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<percent>%?)"
)
_DAY_MONTH_YEAR = re.compile(r"(?P<day>\d{1,2})([/.-])(?P<month>\d{1,2})\2(?P<year>\d{4})")
_YEAR_MONTH_DAY = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_YEAR_MONTH = re.compile(r"(?P<year>(?:19[5-9]|20\d)\d)-?(?P<month>0[1-9]|1[0-2])")
_TWO_YEARS = re.compile(r"(?P<first>(?:19|20)\d\d) ?[/-] ?(?P<second>\d{2}|\d{4})")
_DAY_NAME_YEAR = re.compile(r"(?P<day>\d{1,2})[ -](?P<name>[a-z]+)[ -](?P<year>\d{4})")
_NAME_YEAR = re.compile(r"(?P<name>[a-z]+)[ -](?P<year>\d{4})")
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NUMBERS: Mapping[str, int] = {
    spelling: number
    for number, name in enumerate(_MONTH_NAMES, start=1)
    for spelling in (name, name[:3], *(["sept"] if number == 9 else []))
}


@dataclass(frozen=True, slots=True)
class SharedCell:
    """What stands once over several merged cells, where each cell needs a value of its own.

    Attributes:
        value: what the person sees.
        area: the merged cells, such as ``Placements!C5:C7``.
        is_first: whether this is the cell that holds it.
        is_across: whether it is a heading across the columns rather than a value over rows.
    """

    value: Cell
    area: str
    is_first: bool
    is_across: bool


@contextmanager
def dates_from_1904(*, on: bool = True) -> Iterator[None]:
    """Read date serials as a workbook does that counts its days from 1904."""
    token = _DATES_FROM_1904.set(on)
    try:
        yield
    finally:
        _DATES_FROM_1904.reset(token)


def tidy(text: str) -> str:
    """A text without surrounding, doubled or non-breaking spaces."""
    return " ".join(text.split())  # a non-breaking space is a space to split()


def key(text: str) -> str:
    """What names, headings and options are matched by.

    Tidy, in capitals or not, in Unicode's plain form (NFKC), without characters that do not show
    (zero-width, byte order marks, soft hyphens, marks of direction) and with one kind of hyphen.
    """
    if text.isascii():
        return tidy(text).casefold()
    plain = unicodedata.normalize("NFKC", without_invisible(text).translate(_HYPHENS))
    folded = tidy(plain).casefold()
    # Folding may leave a form that NFKC writes otherwise, such as of a capital I with a dot.
    return unicodedata.normalize("NFKC", folded)


def without_invisible(text: str) -> str:
    """A text without the characters that do not show; spaces of any kind stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter for letter in text if letter.isspace() or not _is_invisible(letter))


def _is_invisible(letter: str) -> bool:
    return (
        unicodedata.category(letter) in ("Cf", "Cc")
        or "\ufe00" <= letter <= "\ufe0f"
        or letter in _FILLERS
    )


def is_blank(value: Cell) -> bool:
    """Whether a cell counts as blank: empty, or a text of which nothing shows."""
    if value is None:
        return True
    if not isinstance(value, str):
        return False
    if not value or value.isspace():
        return True
    return not value.isascii() and not key(value)


def error_in(value: Cell) -> CellError | None:
    """The error value that a cell holds, if it holds one."""
    if isinstance(value, CellError):
        return value
    if isinstance(value, str) and "#" in value:
        code = value.strip().upper()
        return CellError(code, f"the cell shows {code}") if code in EXCEL_ERRORS else None
    return None


def shown(value: Cell) -> str:
    """A cell's content as it is quoted to the person, cut where it is long."""
    error = error_in(value)
    if error is not None:
        return error.code
    if is_blank(value):
        return "a blank cell"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date):
        return f"the date {value:%d/%m/%Y}"
    if isinstance(value, SharedCell):
        return f"{shown(value.value)} once over the merged cells {value.area}"
    if isinstance(value, str):
        text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", tidy(value))
        return f'"{text[:57]}…"' if len(text) > 60 else f'"{text}"'
    if has_lost_digits(value):
        digits = f"{value:.0f}" if abs(value) < 1e21 else text_of_number(value)
        return f"{digits}, a number of more than 15 digits"
    return text_of_number(value)


def spelling(text: str) -> str:
    """A text as it is quoted where its spaces matter as well, which do not show by themselves."""
    what = []
    seen = "".join(
        letter for letter in text if _CONTROLS.match(letter) or not _is_invisible(letter)
    )
    if seen != text:
        what.append("characters that do not show")
    if text != tidy(text):
        what.append("a non-breaking space" if "\u00a0" in text else "spaces that do not show")
    if text.translate(_HYPHENS) != text:
        what.append("another kind of hyphen")
    plain = without_invisible(text).translate(_HYPHENS)
    if unicodedata.normalize("NFKC", tidy(plain)) != tidy(plain):
        what.append("letters in another form")
    return f"{shown(seen)} with {' and '.join(what)}" if what else shown(seen)


def has_lost_digits(value: Cell) -> bool:
    """Whether a cell holds a number so long that Excel has lost its last digits."""
    return isinstance(value, float) and math.isfinite(value) and abs(value) >= EXCEL_KEEPS


def text_of_number(value: int | float | Decimal) -> str:
    """A number as a cell shows it: no trailing ``.0``, and at most 15 digits."""
    if isinstance(value, float) and math.isfinite(value):
        value = float(format(value, _DIGITS_OF_EXCEL))
        return str(int(value)) if value.is_integer() and abs(value) < EXCEL_KEEPS else repr(value)
    return str(value)


def number(value: Cell) -> Fraction:
    """A number, exactly as Excel shows it.

    A float enters as the decimal number that its 15 significant digits give. A text with a
    pound sign, thousands commas or a trailing per cent is read.

    Raises:
        CellError: ``#VALUE!`` for a blank, another text, a truth value or a date; ``#NUM!`` for
            what is not finite; an error value gives that same error.
    """
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise CellError(NUM, "found a number that is not finite")
        return _to_15_digits(value) if isinstance(value, float) else Fraction(value)
    _refuse_error(value)
    if is_blank(value):
        raise CellError(VALUE, "a number is missing")
    if isinstance(value, bool | date):
        raise CellError(VALUE, f"found {shown(value)}; expected a number")
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, str):
        return _number_in_text(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "b":  # numpy's own truth values
        raise CellError(VALUE, f"found {shown(bool(value))}; expected a number")
    try:
        as_float = float(value)
    except (TypeError, ValueError):
        raise CellError(VALUE, f"found {shown(str(value))}; expected a number") from None
    return number(as_float)


def _to_15_digits(value: float) -> Fraction:
    """The decimal number that the 15 significant digits of a finite float give."""
    if -_EXACT_TO < value < _EXACT_TO:
        # No two decimals of up to 15 digits share a float, so these are the digits it shows.
        hundredths = round(value * 100)
        if hundredths / 100 == value:
            return Fraction(hundredths, 100)
    return Fraction(Decimal(format(value, _DIGITS_OF_EXCEL)))


def _number_in_text(text: str) -> Fraction:
    match = _NUMBER.fullmatch(tidy(text).replace("£ ", "£").replace(" %", "%"))
    if match is None or (match["sign"] and match["sign_after"]):
        raise CellError(VALUE, f"found {shown(text)}; expected a number")
    exact = Fraction(Decimal(match["digits"].replace(",", "")))
    if match["percent"]:
        exact /= 100
    return -exact if "-" in (match["sign"], match["sign_after"]) else exact


def whole_number(value: Cell) -> int:
    """A whole number.

    Raises:
        CellError: as ``number``; ``#NUM!`` for a number with a fraction.
    """
    exact = number(value)
    if exact.denominator != 1:
        raise CellError(NUM, f"found {shown(value)}; expected a whole number")
    return exact.numerator


def day(value: Cell) -> date:
    """A day: a date, a date serial, or a date as text in British order.

    A time of day is dropped.

    Raises:
        CellError: ``#VALUE!`` for a blank, a text that is no day of the calendar or a truth value;
            ``#NUM!`` for a serial outside the calendar; an error value gives that same error.
    """
    if isinstance(value, float) and math.isfinite(value):
        whole = value if value.is_integer() else _to_15_digits(value)
        return _day_of_serial(math.floor(whole), value)
    _refuse_error(value)
    if is_blank(value):
        raise CellError(VALUE, "a date is missing")
    if isinstance(value, datetime):
        return _known_to_excel(value.date(), value)
    if isinstance(value, date):
        return _known_to_excel(value, value)
    if isinstance(value, str):
        found = _day_in_text(value, _DAY_MONTH_YEAR, _YEAR_MONTH_DAY, _DAY_NAME_YEAR)
        return _known_to_excel(found, value)
    if isinstance(value, bool):
        raise CellError(VALUE, f"found {shown(value)}; expected a date")
    return _day_of_serial(math.floor(number(value)), value)


def _known_to_excel(found: date, value: Cell) -> date:
    if found < _FIRST_DAY:
        raise CellError(NUM, f"found {shown(value)}; expected a date from 01/01/1900")
    return found


def month(value: Cell) -> date:
    """The first day of a month: any day in it, or a text such as ``September 2025``.

    A number such as 202604 is April 2026, as other systems write a month; as a date serial it
    would be a day in 2454.

    Raises:
        CellError: as ``day``.
    """
    year_and_month = _YEAR_MONTH.fullmatch(key(text(value))) if _may_be_a_month(value) else None
    if year_and_month is not None:
        return date(int(year_and_month["year"]), int(year_and_month["month"]), 1)
    if isinstance(value, str) and error_in(value) is None and not is_blank(value):
        found = _known_to_excel(
            _day_in_text(value, _DAY_MONTH_YEAR, _YEAR_MONTH_DAY, _DAY_NAME_YEAR, _NAME_YEAR),
            value,
        )
    else:
        found = day(value)
    return found.replace(day=1)


def _may_be_a_month(value: Cell) -> bool:
    if isinstance(value, str):
        return error_in(value) is None
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _day_in_text(text: str, *patterns: re.Pattern[str]) -> date:
    for pattern in patterns:
        match = pattern.fullmatch(key(text))
        if match is None:
            continue
        parts = match.groupdict()
        month_number = (
            int(parts["month"]) if "month" in parts else _MONTH_NUMBERS.get(parts["name"])
        )
        if month_number is None:
            break
        try:
            return date(int(parts["year"]), month_number, int(parts.get("day", 1)))
        except ValueError:
            first = "; write the day first, then the month" if month_number > 12 else ""
            raise CellError(
                VALUE, f"found {shown(text)}, a day that the calendar does not have{first}"
            ) from None
    expected = "month such as Sep 2025" if _NAME_YEAR in patterns else "date such as 01/09/2025"
    raise CellError(VALUE, f"found {shown(text)}; expected a {expected}")


def _day_of_serial(serial: int, value: Cell) -> date:
    if _DATES_FROM_1904.get():
        epoch, first = _EPOCH_1904, 0
    else:
        # Excel counts a 29 February 1900 (serial 60) that never was.
        epoch, first = _EPOCH_1900, 1
        if serial < 60:
            serial += 1
            first = 2
        elif serial == 60:
            raise CellError(NUM, "found serial 60, which Excel shows as 29 Feb 1900: no such day")
    if not first <= serial <= (date.max - epoch).days:
        raise CellError(NUM, f"found {shown(value)}; expected a date")
    return epoch + timedelta(days=serial)


def serial_of(found: date) -> int:
    """The serial of a day as Excel counts it: from 1900, or within ``dates_from_1904`` so."""
    if _DATES_FROM_1904.get():
        return (found - _EPOCH_1904).days
    serial = (found - _EPOCH_1900).days
    return serial if serial > 60 else serial - 1


def text(value: Cell) -> str:
    """A text, tidied; a blank cell gives an empty text, a number the text that a cell shows.

    Raises:
        CellError: an error value gives that same error.
    """
    _refuse_error(value)
    if isinstance(value, str):
        return tidy(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float | Decimal):
        return text_of_number(value)
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    return tidy(str(value))


def _as_option(name: str) -> str:
    return key(name).replace(" ", "_").replace("-", "_")


def option(value: Cell, options: Sequence[str]) -> str:
    """One of the named options, in capitals or not; spaces count as underscores.

    Raises:
        CellError: ``#VALUE!`` for any other text, naming the options.
    """
    found = _as_option(text(value))
    for name in options:
        if found == _as_option(name):
            return name
    raise CellError(VALUE, f"found {shown(value)}; expected one of: {', '.join(options)}")


def financial_year(value: Cell) -> date:
    """The first day of a financial year, 1 April: ``2025/26``, ``2025-26`` or a date in it.

    Raises:
        CellError: as ``day``.
    """
    years = _TWO_YEARS.fullmatch(key(value)) if isinstance(value, str) else None
    if years is not None:
        first, second = int(years["first"]), int(years["second"])
        if (first + 1) % 10 ** len(years["second"]) == second:
            return date(first, 4, 1)
        raise CellError(
            VALUE, f"found {shown(value)}; expected a year and the one after it, such as 2025/26"
        )
    found = day(value)
    return date(found.year if found.month >= 4 else found.year - 1, 4, 1)


def yes_no(value: Cell) -> bool:
    """Yes or no; a truth value is read as well.

    Raises:
        CellError: ``#VALUE!`` for anything else.
    """
    if isinstance(value, bool):
        return value
    answer = key(text(value))
    if answer in ("yes", "y", "true"):
        return True
    if answer in ("no", "n", "false"):
        return False
    raise CellError(VALUE, f"found {shown(value)}; expected yes or no")


def optional(value: Cell, read: Callable[[Cell], Read], default: Read) -> Read:
    """What ``read`` makes of a cell; ``default`` where the cell is blank or left out."""
    return default if is_blank(single(value)) else read(single(value))


def is_range(value: Cell) -> bool:
    """Whether a value is a range rather than one cell."""
    return isinstance(value, list | tuple) or hasattr(value, "itertuples")


def rows(value: Cell) -> Rows:
    """A range as rows of cells; one cell is a row of one, a data frame has its headings on top."""
    if hasattr(value, "itertuples"):
        body = [[_plain(cell) for cell in row] for row in value.itertuples(index=False, name=None)]
        return [[str(heading) for heading in value.columns], *body]
    if not isinstance(value, list | tuple):
        return [[value]]
    if not value:
        return [[None]]
    if not any(isinstance(row, list | tuple) for row in value):
        return [list(value)]
    found = [list(row) if isinstance(row, list | tuple) else [row] for row in value]
    width = max(len(row) for row in found)
    return [row + [None] * (width - len(row)) for row in found]


def _plain(value: Cell) -> Cell:
    # A data frame marks what is missing with values that equal nothing, themselves included.
    try:
        missing = bool(value != value)  # noqa: PLR0124
    except (TypeError, ValueError):
        missing = True
    return None if missing else value


def single(value: Cell) -> Cell:
    """The one cell of an argument that takes one cell.

    Raises:
        CellError: ``#VALUE!`` for a range of several cells.
    """
    if not is_range(value):
        return value
    found = rows(value)
    if len(found) == 1 and len(found[0]) == 1:
        return found[0][0]
    size = f"{len(found)} x {len(found[0])} cells"
    raise CellError(VALUE, f"found a range of {size}; expected one cell")


def flat(value: Cell) -> list[Cell]:
    """The cells of a range, row by row."""
    return [cell for row in rows(value) for cell in row]


def reshape(results: Sequence[Any], like: Cell) -> Any:
    """Results in the shape of the range that they belong to; one result for one cell."""
    if not is_range(like):
        return results[0]
    width = len(rows(like)[0])
    return [list(results[start : start + width]) for start in range(0, len(results), width)]


def pounds(pence: Pence) -> float:
    """Whole pence as the cell value in pounds: the float nearest to it.

    Raises:
        CellError: ``#NUM!`` for an amount that no cell can hold.
    """
    try:
        return pence / 100
    except OverflowError:
        raise CellError(NUM, "the result is larger than a cell can hold") from None


def plain_number(exact: Fraction) -> float:
    """An exact number as a cell value: the float nearest to it."""
    return exact.numerator / exact.denominator


def _refuse_error(value: Cell) -> None:
    error = error_in(value)
    if error is not None:
        raise error
