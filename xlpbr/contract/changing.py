"""What a contract's file says of values that change and of prices for outcomes.

``[[variations]]`` are rows of the Terms table with a day from which they hold; ``[[rates]]`` are
rows of the table Rates. Both are read into plain records, each value as a cell of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xlpbr import cells
from xlpbr.contract import cell_readers as readers
from xlpbr.contract.terms import Term
from xlpbr.errors import CellError, FileProblem

_OF_A_VARIATION = ("term", "from", "value", "clause", "reading")
_OF_A_RATE = ("outcome", "weeks", "price", "from", "to", "clause", "reading")


@dataclass(frozen=True, slots=True)
class StatedVariation:
    """A term's value from a day on, with its clause; a blank value means the term's default."""

    term: Term
    from_day: date
    value: Any
    clause: str
    reading: str


@dataclass(frozen=True, slots=True)
class StatedRate:
    """So much for each child whose family placement has lasted so many weeks.

    Attributes:
        outcome: the name of the outcome.
        weeks: the whole weeks after which it is reached.
        price: pounds a child, as a cell; blank where none is published.
        from_day: the first day on which the price holds; ``None`` is from the start.
        to_day: the last day on which it holds; ``None`` is to the end.
        clause: where in the source it stands.
        reading: why it is read so, where the wording is open.
    """

    outcome: str
    weeks: int
    price: Any
    from_day: date | None
    to_day: date | None
    clause: str
    reading: str


def read_variations(
    given: Any, by_key: Mapping[str, Term], where: str
) -> Iterator[StatedVariation]:
    """The variations of a contract's file, in its order.

    Args:
        given: what stands under ``variations``.
        by_key: every term by the key of its label.
        where: the file's name, for messages.

    Raises:
        FileProblem: an entry that cannot be read, by its number.
    """
    for place, entry in _entries(given, "variations", "term, from and value", where):
        _refuse_unknown(entry, _OF_A_VARIATION, place)
        term = by_key.get(cells.key(_text(entry, "term", place)))
        if term is None:
            raise FileProblem(f"{place}: term: found {_found(entry, 'term')}; expected a term.")
        from_day = _day(entry, "from", place)
        if from_day is None:
            raise FileProblem(f"{place}: from is missing; give the day from which it holds.")
        value = entry.get("value", "")
        if not cells.is_blank(value):
            try:
                readers.read_term(term, value)
            except CellError as error:
                raise FileProblem(f"{place}: {term.label}: {error.message}.") from None
        yield StatedVariation(
            term, from_day, value, _text(entry, "clause", place), _text(entry, "reading", place)
        )


def read_rates(given: Any, where: str) -> Iterator[StatedRate]:
    """The prices for outcomes of a contract's file, in its order.

    Raises:
        FileProblem: an entry that cannot be read, by its number.
    """
    for place, entry in _entries(given, "rates", "outcome, weeks and price", where):
        _refuse_unknown(entry, _OF_A_RATE, place)
        outcome = _text(entry, "outcome", place)
        if not outcome:
            raise FileProblem(f"{place}: outcome is missing; name it.")
        weeks = entry.get("weeks")
        if not isinstance(weeks, int) or isinstance(weeks, bool) or weeks < 1:
            raise FileProblem(
                f"{place}: weeks: found {_found(entry, 'weeks')}; expected whole weeks, 1 or more."
            )
        first, last = _day(entry, "from", place), _day(entry, "to", place)
        if first and last and last < first:
            raise FileProblem(
                f"{place}: to is {last:%d/%m/%Y} and from {first:%d/%m/%Y}; correct one of the two."
            )
        yield StatedRate(
            outcome, weeks, _price(entry, place), first, last,
            _text(entry, "clause", place), _text(entry, "reading", place),
        )  # fmt: skip


def _entries(
    given: Any, section: str, keys: str, where: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each entry of a section, with the words that say where it stands."""
    if not isinstance(given, list) or not all(isinstance(entry, Mapping) for entry in given):
        raise FileProblem(f"{where}: give each of [[{section}]] as a table with {keys}.")
    for number, entry in enumerate(given, start=1):
        yield f"{where}: {section}, entry {number}", entry


def _refuse_unknown(entry: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for key in entry:
        if key not in known:
            raise FileProblem(f'{place}: "{key}" is not known; give {", ".join(known)}.')


def _text(entry: Mapping[str, Any], key: str, place: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise FileProblem(f"{place}: write {key} in quotation marks.")
    return value


def _day(entry: Mapping[str, Any], key: str, place: str) -> date | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise FileProblem(
            f"{place}: {key}: found {_found(entry, key)}; expected a day such as 2026-06-01,"
            " without quotation marks."
        )
    return value


def _price(entry: Mapping[str, Any], place: str) -> Any:
    value = entry.get("price", "")
    if cells.is_blank(value):
        return ""
    try:
        wrong = cells.number(value) < 0
    except CellError:
        wrong = True
    if wrong:
        raise FileProblem(
            f"{place}: price: found {_found(entry, 'price')}; expected pounds, 0 or more."
        )
    return value


def _found(entry: Mapping[str, Any], key: str) -> str:
    return cells.shown(entry[key]) if key in entry else "nothing"
