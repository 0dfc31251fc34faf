"""What random lives are drawn from: chances, amounts, prices, and days that matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from tests.support.life.days import DAY

T = TypeVar("T")


class Draws:
    """A source of chance; equal seeds give equal lives."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def one_in(self, times: int) -> bool:
        return self.chance.randrange(times) == 0

    def number(self, least: int, most: int) -> int:
        return self.chance.randint(least, most)

    def of(self, *choices: T) -> T:
        return self.chance.choice(choices)

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        """Some of the choices, each at most once."""
        return self.chance.sample(choices, min(self.number(least, most), len(choices)))

    def mostly(self, usual: Any, *others: Any) -> Any:
        """The usual three times as often as each of the others."""
        return self.of(usual, usual, usual, *others)

    def shuffled(self, rows: Sequence[T]) -> tuple[T, ...]:
        return tuple(self.chance.sample(rows, len(rows)))

    def pounds(self, least: int, most: int) -> float:
        """Whole pence, as the float that a cell holds."""
        return self.number(least * 100, most * 100) / 100

    def pounds_up_to(self, *most: int) -> float:
        """Whole pence, up to one of the amounts: small ones are drawn as often as large ones."""
        return self.pounds(0, self.of(*most))

    def weekly_price(self) -> float:
        """Most in pence; some carry fractions, some have sevenths that round to a half."""
        return self.of(
            self.pounds(2_000, 9_000),
            self.pounds(2_000, 9_000),
            self.number(0, 90_000_000) / 10_000,
            round(self.number(0, 2_000) * 0.035, 3),
        )

    def family_price(self) -> float:
        return self.of(self.pounds(200, 2_000), self.number(0, 20_000_000) / 10_000)

    def cost(self) -> float:
        """Above 0, or below where it is a further saving."""
        return self.mostly(self.pounds(1, 6_000), -self.pounds(1, 500))  # type: ignore[no-any-return]

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.number(0, max((last - first).days, 0)))

    def near(self, marks: Sequence[date], first: date, last: date) -> date:
        """As often as not one of the marks within the span, a day before or a day after."""
        about = {mark + n * DAY for mark in marks for n in (-1, 0, 1)}
        close = sorted(day for day in about if first <= day <= last)
        return self.of(*close) if close and self.one_in(2) else self.day(first, last)

    def days_apart(self, marks: Sequence[date], first: date, last: date, most: int) -> list[date]:
        """Up to so many different days."""
        found = [self.near(marks, first, last) for _ in range(self.number(0, most))]
        return list(dict.fromkeys(found))
