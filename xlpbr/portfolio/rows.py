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

from xlpbr.contract.evidence import ALL_COLUMNS, Evidence
from xlpbr.contract.known_rules import LIFE_OPTIONS, LIFE_TERMS, known_rules
from xlpbr.contract.life import AgreedMonth, OutcomeRate
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, FileProblem, Problem
from xlpbr.money import Pence, in_words, round_half_away, to_pence
from xlpbr.periods import financial_year_end
from xlpbr.portfolio.chains import ChainRows, in_order
from xlpbr.portfolio.clauses import (
    PlacementRows,
    bonuses,
    carer_fees_due,
    days_of,
    lasting_and_broken,
    ledgers,
)
from xlpbr.portfolio.numpy_loops import I64, Flags
from xlpbr.portfolio.settlement import (
    EPOCH,
    LIMIT,
    NO_MAXIMUM,
    MonthColumns,
    PlacementColumns,
    RuleColumns,
    add_chains,
    bonus_periods,
    month_columns,
    month_number,
    saving_columns,
    settle_columns,
)
from xlpbr.portfolio.tables import ContractProblem
from xlpbr.settlement.fee import earned_of_fee, fee_entitlement, fee_without_vat, scheduled
from xlpbr.settlement.statement import FIGURES, maximum_that_holds_back, settle

KNOWN = known_rules(*LIFE_TERMS, **LIFE_OPTIONS)
"""What the columns know, with numpy or compiled; other contracts are left to ``settle``."""

_MOST_A_WEEK: Pence = 10**8
_MOST: Pence = 10**13
"""Amounts above these, £1m a week and £100bn, are left to ``settle``, which has no limit."""

_MOST_SAVED: Pence = 10**15
_MOST_A_HOUSEHOLD: Pence = 10**9
_MOST_PARTS = 10_000
"""A share of the savings that is finer is left to ``settle``."""

_MOST_SHOWN = 20
_OF_16_BITS = 2**16


class PortfolioProblem(FileProblem):
    """All that is wrong in the tables of a portfolio.

    Attributes:
        problems: each problem with its contract, in the order of the tables and their rows.
    """

    def __init__(self, problems: Iterable[ContractProblem]) -> None:
        """Keep the problems; the text shows the first of them."""
        order = {table: place for place, table in enumerate(("Terms", *ALL_COLUMNS))}
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
        placements: each agreed move.
        chains: the prices that change, and the costs.
        due: contract and day of each household whose fee falls due.
        claims: contract, month and pence of each claim.
        rates: by the place of a contract, its rates.
        signed: by the place of a contract, the months that were agreed.
    """

    names: tuple[str, ...]
    terms: Sequence[ContractTerms]
    last_days: Sequence[date]
    evidence_of: Callable[[int], Evidence]
    finer: Flags
    placements: PlacementRows
    chains: Sequence[ChainRows]
    due: tuple[I64, I64]
    claims: tuple[I64, I64, I64]
    rates: Mapping[int, tuple[OutcomeRate, ...]]
    signed: Mapping[int, tuple[AgreedMonth, ...]]


def settle_portfolio(portfolio: PortfolioColumns) -> pd.DataFrame:
    """A row for each contract and month: the contract and the figures of the statement."""
    terms, last_days = portfolio.terms, portfolio.last_days
    starts = np.array([one.starts_on.toordinal() for one in terms], np.int64)
    months = month_columns(
        [(one.starts_on, last) for one, last in zip(terms, last_days, strict=True)]
    )
    by_settle = portfolio.finer | _out_of_the_common(portfolio, starts)
    ends_now = np.array(
        [one.last_day == last for one, last in zip(terms, last_days, strict=True)], np.bool_
    )
    common = [one if not by_settle[place] else None for place, one in enumerate(terms)]
    counts = ~by_settle & (np.diff(months.first_month) > 0)
    placements, rows = _placement_columns(portfolio, starts, counts)
    chains, first_chain = _chains_in_order(portfolio.chains, counts)
    foster_only = np.array([one.bonus_counts == "foster" for one in terms], np.bool_)
    saving = saving_columns(placements, months, foster_only)
    add_chains(first_chain, chains, months, saving.saving_to_date)
    bonus, bonus_month = bonuses(common, months, saving, placements, (first_chain, chains))
    outcome_fees, paid_back = lasting_and_broken(
        common, months, portfolio.rates, portfolio.placements, rows, placements.first_row
    )
    rules = RuleColumns(
        _entitlements(common, months),
        carer_fees_due(common, months, portfolio.due),
        bonus,
        np.array([one.fee_reading == "no_catch_up" for one in terms], np.bool_),
        np.array([one.savings_reading == "cumulative" for one in terms], np.bool_),
        np.array([_maximum(one) for one in terms], np.int64),
        bonus_month=bonus_month,
        maximum_by_period=_varied_maximum(common, months),
        outcome_fees=outcome_fees,
        paid_back=paid_back,
        earned_before=_earned_before(common, months),
        lapses=np.array([one is not None and lapses(one) for one in common], np.bool_),
        share=np.array([1 if o is None else o.fee_share.numerator for o in common], np.int64),
        share_parts=np.array(
            [1 if one is None else one.fee_share.denominator for one in common], np.int64
        ),
    )
    settled = settle_columns(months, saving.saving_to_date, rules)
    of_month = np.zeros(len(months.period_end), np.int64)
    groups, periods = bonus_periods(months, rules)
    of_month[periods] = bonus[groups]
    invoiced = _invoiced_to_date(portfolio.claims, starts, months, by_settle, ends_now)
    adjustment, to_invoice = ledgers(months, settled.payable, portfolio.signed)
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
        "outcome_fees": outcome_fees,
        "bonus": of_month,
        "reimbursed": settled.reimbursed,
        "held_back": settled.held_back,
        "payable": settled.payable,
        "payable_to_date": settled.payable_to_date,
        "adjustment": adjustment,
        "to_invoice": to_invoice,
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
    found = np.array([not _is_common(terms) for terms in portfolio.terms], np.bool_)
    for place, rates in portfolio.rates.items():
        found[place] |= any(abs(rate.price * 100) > _MOST_A_HOUSEHOLD for rate in rates)
    for place, signed in portfolio.signed.items():
        amounts = [row.payable for row in signed]
        amounts += [row.adjustment for row in signed if row.adjustment is not None]
        found[place] |= any(abs(amount * 100) > _MOST for amount in amounts)
    placements = portfolio.placements
    lasts = np.array([day.toordinal() for day in portfolio.last_days], np.int64)
    saved = np.zeros(len(found))
    days = np.maximum(lasts - starts + 1, 0)
    for contract, weekly in (
        (placements.contract, placements.weekly),
        *((part.contract, part.weekly) for part in portfolio.chains),
    ):
        found[contract[np.abs(weekly) > _MOST_A_WEEK]] = True
        most = np.zeros(len(found), np.int64)
        np.maximum.at(most, contract, np.minimum(np.abs(weekly), _MOST_A_WEEK))
        rows = np.bincount(contract, minlength=len(found))
        # As floats: these products may pass int64, and need not be exact.
        saved += most.astype(np.float64) * rows * days / 7
    for part in portfolio.chains:
        saved += np.bincount(part.contract, np.abs(part.base) / 7, minlength=len(found))
    found |= saved > _MOST_SAVED
    claimed_in, _, pence = portfolio.claims
    found[claimed_in[np.abs(pence) > _MOST]] = True
    return found


def is_known(terms: ContractTerms, evidence: Evidence | None = None) -> bool:
    """Whether the columns know everything in some terms, and of what happened."""
    return KNOWN.cover(terms, evidence)


def _is_common(terms: ContractTerms) -> bool:
    """Whether the rules of a contract are known, and its amounts neither large nor below 0."""

    def within(name: str, least: Pence, most: Pence | None) -> bool:
        values = [getattr(terms, name)]
        if terms.variations:
            values += [one.value for one in terms.varied(name)]
        return all(
            value is None or (least <= value * 100 and (most is None or value * 100 <= most))
            for value in values
        )

    return (
        is_known(terms)
        and within("fee", 0, _MOST)
        and within("carer_fee", 0, _MOST_A_HOUSEHOLD)
        and within("break_down_amount", 0, _MOST_A_HOUSEHOLD)
        and within("contract_maximum", 0, None)
        and within("bonus_threshold", 0, None)
        and within("bonus_rate", 0, 100)
        and within("fee_share", 0, 100)
        and terms.fee_share.denominator <= _MOST_PARTS
    )


def by_contract(contract: I64, contracts: int) -> I64:
    """The order of rows in which those of a contract stand together, each as before."""
    # Numbers of 16 bits are sorted by their digits, many times as fast.
    short = contract.astype(np.uint16) if contracts <= _OF_16_BITS else contract
    return np.argsort(short, kind="stable")


def _chains_in_order(chains: Sequence[ChainRows], counts: Flags) -> tuple[ChainRows, I64]:
    """The rows of the contracts that count, one contract after the other, and their offsets."""
    contract = np.concatenate([part.contract for part in chains])
    rows = np.flatnonzero(counts[contract])
    found = in_order(chains, rows[by_contract(contract[rows], len(counts))])
    return found, np.searchsorted(found.contract, np.arange(len(counts) + 1))


def _placement_columns(
    portfolio: PortfolioColumns, starts: I64, counts: Flags
) -> tuple[PlacementColumns, I64]:
    """The placements of the contracts that count, contract after contract, and which rows."""
    given = portfolio.placements
    rows = np.flatnonzero(counts[given.contract])
    if (np.diff(given.contract[rows]) < 0).any():
        rows = rows[by_contract(given.contract[rows], len(starts))]
    contract = given.contract[rows]
    found = PlacementColumns(
        np.searchsorted(contract, np.arange(len(starts) + 1)),
        given.weekly[rows],
        np.maximum(given.moved[rows], starts[contract]),
        given.ended[rows],
        given.foster[rows],
    )
    return found, rows


def _maximum(terms: ContractTerms) -> Pence:
    maximum = maximum_that_holds_back(terms, terms.starts_on)
    return NO_MAXIMUM if maximum is None else min(NO_MAXIMUM, maximum)


def _varied_maximum(contracts: Sequence[ContractTerms | None], months: MonthColumns) -> I64 | None:
    """The maximum in force at the end of each period; None where none varies."""
    varied = [
        (place, terms)
        for place, terms in enumerate(contracts)
        if terms is not None and terms.varied("contract_maximum")
    ]
    if not varied:
        return None
    fixed = [NO_MAXIMUM if terms is None else _maximum(terms) for terms in contracts]
    found = np.repeat(np.array(fixed, np.int64), np.diff(months.first_month))
    for place, terms in varied:
        for period, day in days_of(months, place):
            held = maximum_that_holds_back(terms, day)
            found[period] = NO_MAXIMUM if held is None else min(NO_MAXIMUM, held)
    return found


def lapses(terms: ContractTerms) -> bool:
    """Whether what of the fee is not drawn by 31 March is lost."""
    return terms.unused_fee == "lapses" and terms.fee_reading != "no_catch_up"


def _earned_before(contracts: Sequence[ContractTerms | None], months: MonthColumns) -> I64 | None:
    """What was earned by the 31 March before each period; None where no fee lapses."""
    found = None
    for place, terms in enumerate(contracts):
        if terms is None or not lapses(terms):
            continue
        if found is None:
            found = np.zeros(len(months.period_end), np.int64)
        fee = fee_without_vat(terms)
        by_year: dict[date, Pence] = {}
        for period, day in days_of(months, place):
            ends = financial_year_end(day)
            if ends not in by_year:
                before = ends.replace(year=ends.year - 1)
                by_year[ends] = to_pence(scheduled(terms, fee, before))
            found[period] = by_year[ends]
    return found


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
        if terms.varied("fee") or lapses(terms):
            fee = fee_without_vat(terms)
            for period, day in days_of(months, place):
                found[period] = fee_entitlement(terms, fee, day)
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
