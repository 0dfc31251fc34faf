"""Contracts drawn with a seed, as cells of the four tables: nobody's figures."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Cells = list[list[Any]]

EPOCH = date(1899, 12, 30)
STARTS_ON, ENDS_ON = date(2025, 9, 1), date(2027, 8, 31)
CHILDREN, HOUSEHOLDS, CLAIMS = 40, 12, 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """The tables of one contract under their headings, dates as serials as a host hands them."""

    terms: Cells
    placements: Cells
    carers: Cells
    claims: Cells

    @property
    def tables(self) -> tuple[Cells, Cells, Cells, Cells]:
        return self.terms, self.placements, self.carers, self.claims


def serial(day: date) -> float:
    return float((day - EPOCH).days)


def draw(seed: int) -> Drawn:
    """A contract of 40 placements over 24 months, on the terms and readings of Plymouth's."""
    numbers = random.Random(seed)
    terms = [
        ["Term", "Value"],
        ["Contract", f"drawn-{seed}"],
        ["Starts on", serial(STARTS_ON)],
        ["Ends on", serial(ENDS_ON)],
        # Whole pounds: a twelfth of them is never half a penny, which "formulas" rounds otherwise.
        ["Fee", float(numbers.randrange(300_000, 900_000))],
        ["Fee months", 12.0],
        ["Carer fee", 10_000.0],
        ["Bonus threshold", 3_000_000.0],
        ["Bonus rate", 0.1],
        ["Contract maximum", numbers.randrange(60_000_000, 150_000_000) / 100],
    ]
    placements: Cells = [
        ["Child", "Type", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
         "Agreed"],
    ]  # fmt: skip
    last = (ENDS_ON - STARTS_ON).days
    for number in range(1, CHILDREN + 1):
        moved = STARTS_ON + timedelta(days=numbers.randrange(-30, last))
        ended = moved + timedelta(days=numbers.randrange(1, 300))
        placements.append(
            [
                f"C{number:02d}",
                numbers.choice(["foster", "reunified"]),
                numbers.randrange(400_000, 900_000) / 100,
                numbers.randrange(50_000, 200_000) / 100,
                serial(moved),
                serial(ended) if numbers.random() < 0.3 else None,
                "yes",
            ]
        )
    carers: Cells = [["Household", "Approved on", "Child"]]
    for number in range(1, HOUSEHOLDS + 1):
        approved = STARTS_ON + timedelta(days=numbers.randrange(last))
        carers.append([f"H{number:02d}", serial(approved), f"C{number:02d}"])
    claims: Cells = [["Month", "Invoiced"]]
    for number in range(CLAIMS):
        year, month0 = divmod(STARTS_ON.month - 1 + number, 12)
        month = date(STARTS_ON.year + year, month0 + 1, 1)
        claims.append([serial(month), numbers.randrange(1, 5_000_000) / 100])
    return Drawn(terms, placements, carers, claims)
