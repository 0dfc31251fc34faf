"""Columns of many contracts to their month statements: what ``settle_many`` settles by.

The sums are those of ``settlement``; what depends on a contract alone (entitlement, bonus, carer
fees) is the core's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.known_rules import known_rules
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, FileProblem, Problem
from xlpbr.money import Pence, in_words, round_half_away, to_pence
from xlpbr.portfolio.numpy_loops import I64, Flags
from xlpbr.portfolio.settlement import (
    EPOCH,
    LIMIT,
    NO_MAXIMUM,
    MonthColumns,
    PlacementColumns,
    RuleColumns,
    month_columns,
    month_number,
    saving_columns,
    settle_columns,
)
from xlpbr.portfolio.tables import ContractProblem
from xlpbr.settlement.bonus import BonusMeasures, bonus_on_measures
from xlpbr.settlement.fee import earned_of_fee, fee_without_vat
from xlpbr.settlement.statement import FIGURES, maximum_that_holds_back, settle

KNOWN = known_rules()
"""What the columns know, with numpy or compiled; other contracts are left to ``settle``."""

_MOST_A_WEEK: Pence = 10**8
_MOST: Pence = 10**13
"""Amounts above these, £1m a week and £100bn, are left to ``settle``, which has no limit."""

_MOST_SAVED: Pence = 10**15
_MOST_A_HOUSEHOLD: Pence = 10**9

_MOST_SHOWN = 20


class PortfolioProblem(FileProblem):
    """All that is wrong in the tables of a portfolio.

    Attributes:
        problems: each problem with its contract, in the order of the tables and their rows.
    """

    def __init__(self, problems: Iterable[ContractProblem]) -> None:
        """Keep the problems; the text shows the first of them."""
        order = {"Terms": 0, "Placements": 1, "Carers": 2, "Claims": 3}
        self.problems = tuple(
            sorted(problems, key=lambda one: (order[one.problem.table], one.problem.row or 0))
        )
        lines = [one.sentence for one in self.problems[:_MOST_SHOWN]]
        if len(self.problems) > _MOST_SHOWN:
            lines.append(f"and {len(self.problems) - _MOST_SHOWN:,} more problems.")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioColumns:
    """Contracts and what happened in them: whole pence and day numbers, a row each.

    Attributes:
        names: the contracts.
        terms: of each contract.
        last_days: the last day that is settled of each.
        evidence_of: the records of one contract, for ``settle``.
        finer: by contract, whether an amount is finer than a penny.
        placements: contract, pence a week, moved on, ended on and foster of each agreed move.
        approvals: contract and day of each household that counts.
        claims: contract, month and pence of each claim.
    """

    names: tuple[str, ...]
    terms: Sequence[ContractTerms]
    last_days: Sequence[date]
    evidence_of: Callable[[int], Evidence]
    finer: Flags
    placements: tuple[I64, I64, I64, I64, Flags]
    approvals: tuple[I64, I64]
    claims: tuple[I64, I64, I64]


def settle_portfolio(portfolio: PortfolioColumns) -> pd.DataFrame:
    """A row for each contract and month: the contract and the figures of the statement."""
    terms, last_days = portfolio.terms, portfolio.last_days
    starts = np.array([one.starts_on.toordinal() for one in terms], np.int64)
    months = month_columns(
        [(one.starts_on, last) for one, last in zip(terms, last_days, strict=True)]
    )
    by_settle = portfolio.finer | _out_of_the_common(portfolio, starts)
    ends_now = np.array(
        [one.ends_on == last for one, last in zip(terms, last_days, strict=True)], np.bool_
    )
    saving = saving_columns(
        _placement_columns(portfolio, starts, ~by_settle & (np.diff(months.first_month) > 0)),
        months,
        np.array([one.bonus_counts == "foster" for one in terms], np.bool_),
    )
    common = [one if not by_settle[place] else None for place, one in enumerate(terms)]
    bonus = np.zeros(len(terms), np.int64)
    for place, one in enumerate(common):
        if one is not None and ends_now[place] and one.bonus_rate is not None:
            measures = BonusMeasures(int(saving.run_rate[place]), int(saving.accumulated[place]))
            bonus[place] = bonus_on_measures(one, measures)
    rules = RuleColumns(
        _entitlements(common, months),
        _carer_fees(common, starts, months, portfolio.approvals),
        bonus,
        np.array([one.fee_reading == "no_catch_up" for one in terms], np.bool_),
        np.array([one.savings_reading == "cumulative" for one in terms], np.bool_),
        np.array([_maximum(one) for one in terms], np.int64),
    )
    settled = settle_columns(months, saving.saving_to_date, rules)
    in_last_month = np.zeros(len(months.period_end), np.int64)
    has_months = np.flatnonzero(np.diff(months.first_month))
    in_last_month[months.first_month[1:][has_months] - 1] = bonus[has_months]
    invoiced = _invoiced_to_date(portfolio.claims, starts, months, by_settle, ends_now)
    month = (months.period_end - EPOCH).astype("M8[D]").astype("M8[M]")
    figures: dict[str, Any] = {
        "month": month.astype("M8[us]"),
        "children": saving.children,
        "saving": settled.saving,
        "saving_to_date": saving.saving_to_date,
        "entitlement_to_date": rules.entitlement,
        "fee": settled.fee,
        "fee_to_date": settled.fee_to_date,
        "carer_fees": rules.carer_fees,
        "outcome_fees": np.zeros_like(invoiced),
        "bonus": in_last_month,
        "reimbursed": np.zeros_like(invoiced),
        "held_back": settled.held_back,
        "payable": settled.payable,
        "payable_to_date": settled.payable_to_date,
        "adjustment": np.zeros_like(invoiced),
        "to_invoice": settled.payable.copy(),
        "invoiced_to_date": invoiced,
        "balance": settled.payable_to_date - invoiced,
        "net_saving_to_date": saving.saving_to_date - settled.payable_to_date,
    }
    _settle_the_others(portfolio, np.flatnonzero(by_settle), months, figures)
    names = np.array(portfolio.names, dtype=object)
    contract = pd.Series(np.repeat(names, np.diff(months.first_month)), dtype="str")
    return pd.DataFrame(
        {"contract": contract, **{one.field_name: figures[one.field_name] for one in FIGURES}}
    )


def _out_of_the_common(portfolio: PortfolioColumns, starts: I64) -> Flags:
    """Contracts that the columns are not made for: unknown rules, large or negative amounts."""
    found = np.array(
        [
            not (
                KNOWN.cover(terms)
                and 0 <= terms.fee * 100 <= _MOST
                and 0 <= terms.carer_fee * 100 <= _MOST_A_HOUSEHOLD
                and (terms.contract_maximum or 0) >= 0
                and (terms.bonus_threshold or 0) >= 0
                and 0 <= (terms.bonus_rate or 0) <= 1
            )
            for terms in portfolio.terms
        ],
        np.bool_,
    )
    contract, weekly, *_ = portfolio.placements
    found[contract[np.abs(weekly) > _MOST_A_WEEK]] = True
    lasts = np.array([day.toordinal() for day in portfolio.last_days], np.int64)
    most = np.zeros(len(found), np.int64)
    np.maximum.at(most, contract, np.minimum(np.abs(weekly), _MOST_A_WEEK))
    rows = np.bincount(contract, minlength=len(found))
    # As floats: these products may pass int64, and need not be exact.
    saved = most.astype(np.float64) * rows * np.maximum(lasts - starts + 1, 0) / 7
    found |= saved > _MOST_SAVED
    claimed_in, _, pence = portfolio.claims
    found[claimed_in[np.abs(pence) > _MOST]] = True
    return found


def _placement_columns(portfolio: PortfolioColumns, starts: I64, counts: Flags) -> PlacementColumns:
    contract, weekly, moved, ended, foster = portfolio.placements
    rows = np.flatnonzero(counts[contract])
    if (np.diff(contract[rows]) < 0).any():
        rows = rows[np.argsort(contract[rows], kind="stable")]
    contract = contract[rows]
    return PlacementColumns(
        np.searchsorted(contract, np.arange(len(starts) + 1)),
        weekly[rows],
        np.maximum(moved[rows], starts[contract]),
        ended[rows],
        foster[rows],
    )


def _maximum(terms: ContractTerms) -> Pence:
    maximum = maximum_that_holds_back(terms, terms.starts_on)
    return NO_MAXIMUM if maximum is None else min(NO_MAXIMUM, maximum)


def _entitlements(contracts: Sequence[ContractTerms | None], months: MonthColumns) -> I64:
    """The fee entitlement to date of each period, worked out once for contracts with equal dates.

    None stands for a contract that is settled elsewhere.
    """
    found = np.zeros(len(months.period_end), np.int64)
    first, stop = months.first_month[:-1].tolist(), months.first_month[1:].tolist()
    alike: dict[Any, list[tuple[int, ContractTerms, Fraction]]] = defaultdict(list)
    for place, terms in enumerate(contracts):
        if terms is None or first[place] == stop[place]:
            continue
        dates = (
            terms.starts_on,
            terms.ends_on,
            terms.fee_months,
            months.period_end[stop[place] - 1],
        )
        readings = (terms.pro_rata_basis, terms.fee_reading, terms.fee_period)
        alike[dates, readings].append((place, terms, fee_without_vat(terms)))
    for same in alike.values():
        place, terms, _ = same[0]
        days = [date.fromordinal(n) for n in months.period_end[first[place] : stop[place]].tolist()]
        shares = [earned_of_fee(terms, day) for day in days]
        for place, _, fee in same:
            # As whole numbers: a product of fractions would first be brought to its lowest terms.
            found[first[place] : stop[place]] = [
                round_half_away(
                    fee.numerator * share.numerator * 100, fee.denominator * share.denominator
                )
                for share in shares
            ]
    return found


def _carer_fees(
    contracts: Sequence[ContractTerms | None],
    starts: I64,
    months: MonthColumns,
    approvals: tuple[I64, I64],
) -> I64:
    contract, approved = approvals
    since = month_number(approved) - month_number(starts[contract])
    month = months.first_month[contract] + since
    counts = (approved >= starts[contract]) & (month < months.first_month[contract + 1])
    contract, month, approved = contract[counts], month[counts], approved[counts]
    counts = approved <= months.period_end[month]
    contract, month = contract[counts], month[counts]
    households = np.bincount(month, minlength=len(months.period_end))
    found = np.zeros(len(months.period_end), np.int64)
    for at, place in dict(zip(month.tolist(), contract.tolist(), strict=True)).items():
        terms = contracts[place]
        if terms is not None:
            found[at] = to_pence(terms.carer_fee * int(households[at]))
    return found


def _invoiced_to_date(
    claims: tuple[I64, I64, I64],
    starts: I64,
    months: MonthColumns,
    by_settle: Flags,
    ends_now: Flags,
) -> I64:
    """All claims for a month or an earlier one; a claim before the programme is of its start.

    Where the programme ends with the statement, a claim after it is of its last month.
    """
    contract, claimed, pence = claims
    since = month_number(claimed) - month_number(starts[contract])
    month = months.first_month[contract] + np.maximum(since, 0)
    last = months.first_month[contract + 1] - 1
    month = np.where(ends_now[contract], np.minimum(month, last), month)
    counts = (month < months.first_month[contract + 1]) & ~by_settle[contract]
    of_month = np.zeros(len(months.period_end) + 1, np.int64)
    np.add.at(of_month, month[counts] + 1, pence[counts])
    to_date = np.cumsum(of_month)
    before = np.repeat(to_date[months.first_month[:-1]], np.diff(months.first_month))
    found: I64 = to_date[1:] - before
    return found


def _settle_the_others(
    portfolio: PortfolioColumns, places: I64, months: MonthColumns, figures: Mapping[str, Any]
) -> None:
    """Write in the statements that ``settle`` gives of some contracts."""
    problems: list[ContractProblem] = []
    money = [figure.field_name for figure in FIGURES if figure.kind != "month"]
    for place in places.tolist():
        first = int(months.first_month[place])
        evidence = portfolio.evidence_of(place)
        statement = settle(portfolio.terms[place], evidence, portfolio.last_days[place])
        rows = [[getattr(month, name) for name in money] for month in statement.months]
        largest = max((abs(amount) for row in rows for amount in row), default=0)
        if largest >= LIMIT:
            problem = Problem(
                table="Placements", found=f"figures up to {in_words(largest)}",
                expected=f"less than {in_words(LIMIT)}, the most that a portfolio's figures can"
                " hold",
                remedy="Look for a price, a fee or a claim with too many digits.", code=NUM,
            )  # fmt: skip
            problems.append(ContractProblem(portfolio.names[place], problem))
            continue
        for name, amounts in zip(money, zip(*rows, strict=True), strict=False):
            figures[name][first : first + len(rows)] = amounts
    if problems:
        raise PortfolioProblem(problems)
