"""A life in which something is wrong, with all taken away that the fault does not need."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.life.tables import Life, Terms

TABLES = (
    "agreed",
    "budget",
    "claims",
    "carers",
    "rates",
    "costs",
    "prices",
    "cohort",
    "placements",
)
NEEDED = {"Starts on", "Ends on", "Phase starts on", "Cohort size"}
"""Terms that others may need."""


def smaller(life: Life) -> Iterator[Life]:
    """Lives with a table, a row, a term or a variation less."""
    if life.as_at is not None:
        yield dataclasses.replace(life, as_at=None)
    for table in TABLES:
        rows = getattr(life, table)
        fewer: list[Any] = [()] if rows else []
        fewer += [rows[:n] + rows[n + 1 :] for n in range(len(rows))]
        for left in fewer:
            change: dict[str, Any] = {table: left}
            yield dataclasses.replace(life, **change)
    varied = life.terms.variations
    for n in range(len(varied)):
        terms = Terms(life.terms.values, varied[:n] + varied[n + 1 :])
        yield dataclasses.replace(life, terms=terms)
    for term in set(life.terms.values) - NEEDED:
        values = {label: value for label, value in life.terms.values.items() if label != term}
        yield dataclasses.replace(life, terms=Terms(values, varied))


def smallest(life: Life, is_wrong: Callable[[Life], object]) -> Life:
    """The life after everything was taken away without which it still is wrong."""
    for candidate in smaller(life):
        if is_wrong(candidate):
            return smallest(candidate, is_wrong)
    return life
