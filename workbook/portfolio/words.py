"""What the sheets of a portfolio say alike: what is summed, up to which day, what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xlpbr.periods import day_in_words
from xlpbr.workbook.portfolio.folder import ILLUSTRATION, ContractFacts, SettledFolder
from xlpbr.workbook.portfolio.sums import Sums, financial_year, year_in_words

FLOW_HEADINGS = {
    "saving": "Saving",
    "entitlement": "Fee entitlement",
    "fee": "Fee",
    "carer_fees": "Carer fees",
    "bonus": "Bonus",
    "held_back": "Held back",
    "payable": "Payable",
    "invoiced": "Invoiced",
    "net_saving": "Net saving",
}
"""The headings of the amounts that add up."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A settled folder, its contracts by the number of their file, and their sums."""

    folder: SettledFolder
    settled: Mapping[int, ContractFacts]
    sums: Sums


def as_at(portfolio: Portfolio, *, short: bool = False) -> str:
    """To which day the figures go."""
    day = portfolio.folder.as_at
    if day is None and short:
        return "Figures to the end of each programme"
    if day is None:
        return (
            "Figures to the end of each programme. Months still to come count as the rows stand: a "
            "child without Ended on stays in place"
        )
    if short:
        return f"Figures to {day_in_words(day)}"
    return f"Figures to {day_in_words(day)}, or to the end of a programme that ended earlier"


def each(frame: pd.DataFrame) -> Iterable[Any]:
    """The rows of a frame, a field for each column."""
    return frame.itertuples()


def total_of(frame: pd.DataFrame) -> dict[str, int]:
    """The sum of each column."""
    return {str(column): int(frame[column].sum()) for column in frame.columns}


def count(number: int, one: str) -> str:
    """A number of things."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def caution_lines(portfolio: Portfolio) -> list[str]:
    """What the figures leave out and what in them is not real.

    It stands on every sheet, for each may be sent alone.
    """
    lines = []
    left_out = len(portfolio.folder.not_settled)
    if left_out:
        lines.append(
            f"{count(left_out, 'file')} of {len(portfolio.folder.files):,} could not be settled and"
            f" {'is' if left_out == 1 else 'are'} in no figure here; the sheet Files says why."
        )
    drawn = sum(
        outcome.is_settled and ILLUSTRATION in outcome.notes
        for outcome in portfolio.folder.outcomes
    )
    if drawn:
        lines.append(
            f"ILLUSTRATION: {count(drawn, 'contract')} {'has' if drawn == 1 else 'have'} rows that "
            "are marked as illustrations, and they are in the figures here; the sheet Files says "
            "which."
        )
    return lines


def part_year_lines(portfolio: Portfolio) -> list[str]:
    """Which financial year is settled in part only, because the figures stop within it."""
    day = portfolio.folder.as_at
    if day is None or (day.month, day.day) == (3, 31):
        return []
    if not any(facts.starts_on <= day < facts.ends_on for facts in portfolio.settled.values()):
        return []
    year = year_in_words(financial_year(day))
    return [f"The year {year} is not complete: its figures stop at {day_in_words(day)}."]
