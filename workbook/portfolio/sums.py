"""What the month rows of a portfolio add up to: by contract, by financial year and by provider.

Amounts are whole pence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd

from xlpbr import cells
from xlpbr.errors import FileProblem
from xlpbr.money import Pence, in_words
from xlpbr.workbook.portfolio.folder import ContractFacts
from xlpbr.workbook.portfolio.months import MonthRows


class Flow(NamedTuple):
    """An amount that adds up: its heading, and what the sum over all contracts means."""

    heading: str
    meaning: str


FLOWS = {
    "saving": Flow("Saving", "What the agreed placements saved."),
    "entitlement": Flow("Fee entitlement", "What of the fees is earned."),
    "fee": Flow("Fee", "What may be invoiced of the fees."),
    "carer_fees": Flow("Carer fees", "For carer households that were approved."),
    "bonus": Flow("Bonus", "Threshold bonuses of programmes that have ended."),
    "held_back": Flow("Held back", "What the contracts' maximums do not let through."),
    "payable": Flow("Payable", "Fees, carer fees and bonuses less what is held back."),
    "invoiced": Flow("Invoiced", "What the providers have invoiced."),
    "net_saving": Flow("Net saving", "Saving less payable: what the councils keep."),
}
"""The amounts of a month, which add up over months and contracts."""

TO_DATE = {
    "saving": "saving_to_date",
    "entitlement": "entitlement_to_date",
    "fee": "fee_to_date",
    "payable": "payable_to_date",
    "invoiced": "invoiced_to_date",
    "net_saving": "net_saving_to_date",
}
"""The amounts of a month whose sum the statement itself carries along."""

MOST_IN_ALL: Pence = 1 << 53
"""Sums beyond this are not right to the penny in a cell of a workbook."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of month rows, money in pence: one row each, ``FLOWS`` in the columns.

    Attributes:
        contracts: by the number of the file, in the order of the files; also ``months``,
            ``children`` (in the last month) and ``balance``.
        years_by_contract: ``year`` (in which it ends, on 31 March), ``number`` of the file, and
            ``children`` at its end, in the order of the years.
        years: by ``year``; also ``contracts`` and ``children``.
        providers: by the provider's name, in the order of the names; also ``contracts``,
            ``children`` and ``balance``.
        check: how far the sum of the months is from the figures to date that the statements
            carry along, by the name of the amount; 0 where all is well.
    """

    contracts: pd.DataFrame
    years_by_contract: pd.DataFrame
    years: pd.DataFrame
    providers: pd.DataFrame
    check: Mapping[str, Pence]


def add_up(months: MonthRows, contracts: Mapping[int, ContractFacts]) -> Sums:
    """Add up the month rows of settled contracts.

    Args:
        months: the rows.
        contracts: the settled contracts by the number of their file.

    Raises:
        FileProblem: the amounts are too large to be added up to the penny.
    """
    flows = list(FLOWS)
    by_contract: list[pd.DataFrame] = []
    by_year: list[pd.DataFrame] = []
    in_all = 0
    for rows in months.blocks(contracts):
        in_all += int(rows[flows].abs().sum().max())
        if in_all > MOST_IN_ALL:
            raise FileProblem(
                f"The amounts of this folder together pass {in_words(MOST_IN_ALL)}, so that their "
                "sums would not be right to the penny. Look for contracts with too large figures, "
                "or settle fewer at a time."
            )
        whole = rows.groupby("number", sort=False)
        last = whole[["children", "balance", *TO_DATE.values()]].last()
        by_contract.append(
            pd.concat([whole[flows].sum(), whole.size().rename("months"), last], axis=1)
        )
        dated = rows.assign(year=[financial_year(day) for day in rows["month"]])
        parts = dated.groupby(["number", "year"], sort=False)
        by_year.append(pd.concat([parts[flows].sum(), parts["children"].last()], axis=1))
    columns = [*flows, "months", "children", "balance", *TO_DATE.values()]
    none = pd.DataFrame(columns=columns, dtype="int64", index=pd.Index([], dtype="int64"))
    # A contract whose programme has not begun has no month, and nothing in its sums.
    sums = pd.concat([none, *by_contract]).reindex(list(contracts), fill_value=0)
    years = pd.concat([_no_years(), *(part.reset_index() for part in by_year)])
    years = years.sort_values(["year", "number"], kind="stable", ignore_index=True)
    return Sums(
        sums,
        years,
        _with_count(years, years["year"], ["children"]).sort_index(),
        _by_provider(sums, contracts),
        {flow: int((sums[flow] - sums[to_date]).abs().sum()) for flow, to_date in TO_DATE.items()},
    )


def _no_years() -> pd.DataFrame:
    return pd.DataFrame(columns=["number", "year", *FLOWS, "children"], dtype="int64")


def _with_count(rows: pd.DataFrame, by: pd.Series, more: list[str]) -> pd.DataFrame:
    groups = rows.groupby(by, sort=False)
    return pd.concat([groups.size().rename("contracts"), groups[[*more, *FLOWS]].sum()], axis=1)


def _by_provider(sums: pd.DataFrame, contracts: Mapping[int, ContractFacts]) -> pd.DataFrame:
    """The sums by provider; its name is spelt as in the first of its contracts."""
    spelt: dict[str, str] = {}
    for facts in contracts.values():
        spelt.setdefault(cells.key(facts.provider), facts.provider)
    names = [spelt[cells.key(contracts[number].provider)] for number in sums.index]
    found = _with_count(sums, pd.Series(names, index=sums.index), ["children", "balance"])
    return found.loc[sorted(found.index, key=cells.key)]


def headroom(facts: ContractFacts, payable: Pence) -> Pence | None:
    """What is left of the contract maximum; below 0 where it is passed, None without one."""
    return None if facts.maximum is None else facts.maximum - payable


def financial_year(day: date) -> int:
    """The financial year in which a day lies, by the year in which it ends."""
    return day.year + (day.month > 3)


def year_in_words(year: int) -> str:
    """A financial year by the year in which it ends: ``2025/26``."""
    return f"{year - 1}/{year % 100:02d}"
