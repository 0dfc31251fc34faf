"""Where the contracts stand together: the first sheet, and what all sheets say alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xlpbr.money import in_words
from xlpbr.periods import day_in_words
from xlpbr.settlement.statement import FIGURE_BY_HEADING
from xlpbr.workbook.portfolio.folder import ILLUSTRATION, ContractFacts, SettledFolder
from xlpbr.workbook.portfolio.page import Cell
from xlpbr.workbook.portfolio.sums import FLOWS, Sums, financial_year, headroom, year_in_words


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A settled folder, its contracts by the number of their file, and their sums."""

    folder: SettledFolder
    settled: Mapping[int, ContractFacts]
    sums: Sums


def as_at(portfolio: Portfolio, *, short: bool = False) -> str:
    """To which day the figures go."""
    day = portfolio.folder.as_at
    figures = f"Figures to {'the end of each programme' if day is None else day_in_words(day)}"
    if day is None and not _go_to_the_end(portfolio):
        figures += ", or to a workbook's own As at"
    if short:
        return figures
    if day is not None:
        return f"{figures}, or to the end of a programme that ended earlier"
    return (
        f"{figures}. Months still to come count as the rows stand: a child without Ended on stays "
        "in place"
    )


def _go_to_the_end(portfolio: Portfolio) -> bool:
    """Whether no workbook has an As at of its own before its programme ends."""
    return all(facts.last_day == facts.ends_on for facts in portfolio.settled.values())


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


def summary_lines(portfolio: Portfolio) -> list[str]:
    """The position in sentences."""
    total = total_of(portfolio.sums.contracts)
    contracts = len(portfolio.sums.contracts)
    lines = [
        f"{count(contracts, 'contract')} of {count(len(portfolio.folder.files), 'file')} "
        f"{'was' if contracts == 1 else 'were'} settled. {as_at(portfolio)}.",
        *caution_lines(portfolio),
        f"The contracts save {in_words(total['saving'])}; "
        f"{in_words(total['payable'])} is payable for it, and the councils keep "
        f"{in_words(total['net_saving'])}.",
    ]
    if any(portfolio.sums.check.values()):
        lines.append("The months do not add up to the figures to date: do not use this workbook.")
    return lines


def summary_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    """Measure, number, amount and what it is."""
    folder, sums = portfolio.folder, portfolio.sums
    total = total_of(sums.contracts)
    files = len(folder.files)
    yield ["Files found", files, None, "Workbooks in the folder and in the folders in it."]
    yield ["Files settled", files - len(folder.not_settled), None, "Each is one contract."]
    yield ["Files not settled", len(folder.not_settled), None, "In no figure; see Files."]
    yield [
        "Children in family placements", total["children"], None,
        "In place at the end of each contract's last month.",
    ]  # fmt: skip
    for flow, (heading, meaning) in FLOWS.items():
        yield [heading, None, total[flow], meaning]
    yield ["Balance", None, total["balance"], FIGURE_BY_HEADING["Balance"].meaning]
    balance = sums.contracts["balance"]
    yield ["Still to invoice", None, int(balance.clip(lower=0).sum()), _STILL_TO_INVOICE]
    yield ["Due back", None, int(balance.clip(upper=0).sum()), _DUE_BACK]
    yield from _headroom_rows(portfolio)
    if len(sums.contracts):
        for heading, column, what in _LARGEST:
            amount = int(sums.contracts[column].max())
            number = int(sums.contracts.index[int(sums.contracts[column].argmax())])
            if amount > 0:
                yield [heading, None, amount, f"{portfolio.settled[number].contract}: {what}"]
    difference = sum(sums.check.values())
    yield [
        "Months less figures to date", None, difference,
        "A check: the months of each contract add up to its statement's figures to date. It must "
        "be £0.00.",
    ]  # fmt: skip


_STILL_TO_INVOICE = "The balances above 0. Those of other contracts are not taken off."
_DUE_BACK = "The balances below 0: invoiced beyond what is payable."

_LARGEST = (
    ("Largest payable", "payable", "the most that is payable under one contract."),
    ("Largest net saving", "net_saving", "the most that a council keeps of one contract."),
    ("Largest balance", "balance", "the most still to invoice under one contract."),
)


def _headroom_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    payable = portfolio.sums.contracts["payable"].to_dict()
    left = {
        number: room
        for number, facts in portfolio.settled.items()
        if (room := headroom(facts, payable[number])) is not None
    }
    if not left:
        yield ["Contract maximums", None, None, "No contract has a maximum."]
        return
    maximums = sum(portfolio.settled[number].maximum or 0 for number in left)
    yield [
        "Contract maximums", None, maximums, f"Of {count(len(left), 'contract')} with a maximum."
    ]  # fmt: skip
    yield ["Left of the maximums", None, sum(left.values()), "Maximums less what is payable."]
    reached = sum(room <= 0 for room in left.values())
    yield ["Contracts at their maximum", reached, None, "Nothing is left, or it is passed."]
    least = min(left, key=lambda number: (left[number], number))
    yield [
        "Least left of a maximum", None, left[least],
        f"{portfolio.settled[least].contract}: the contract nearest to its maximum.",
    ]  # fmt: skip
