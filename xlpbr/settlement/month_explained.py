"""A month as the workings of its figures see it, and what several of them say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, in_words
from xlpbr.settlement.statement import MonthStatement, Statement


@dataclass(frozen=True, slots=True)
class MonthExplained:
    """A month of a statement, with the one before it.

    Attributes:
        statement: the statement of which it is a part.
        now: the month.
        before: the month before; None for the first.
    """

    statement: Statement
    now: MonthStatement
    before: MonthStatement | None

    @property
    def terms(self) -> ContractTerms:
        """The terms of the contract."""
        return self.statement.terms

    def to_date_before(self, field_name: str) -> Pence:
        """A running total at the end of the month before."""
        return getattr(self.before, field_name) if self.before else 0


def plain(value: Fraction) -> str:
    """A count or share as a person writes it, to four places where it does not end."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def total_in_words(part: str, total: str) -> Callable[[MonthExplained], str]:
    """The working of a running total: what there was before, and the month."""

    def working(month: MonthExplained) -> str:
        before, now = month.to_date_before(total), getattr(month.now, part)
        after = getattr(month.now, total)
        return f"{in_words(before)} before + {in_words(now)} this month = {in_words(after)}"

    return working


def difference_in_words(first: str, second: str) -> Callable[[MonthExplained], str]:
    """The working of a difference of two figures of the month."""

    def working(month: MonthExplained) -> str:
        left, right = getattr(month.now, first), getattr(month.now, second)
        return f"{in_words(left)} - {in_words(right)} = {in_words(left - right)}"

    return working
