"""The clauses beside the fee on columns: bonus, carers, outcomes, break-downs, agreed months.

Amounts are whole pence, days are ``date.toordinal()``. What few rows have is asked of the core,
contract by contract: outcomes that last, break-downs that are paid back, months that are agreed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.life import AgreedMonth, OutcomeRate
from xlpbr.contract.terms import ContractTerms
from xlpbr.money import to_pence
from xlpbr.periods import FAR
from xlpbr.portfolio.chains import ChainRows
from xlpbr.portfolio.numpy_loops import I64, Flags, offsets
from xlpbr.portfolio.settlement import (
    MonthColumns,
    PlacementColumns,
    SavingColumns,
    month_number,
)
from xlpbr.settlement import rules
from xlpbr.settlement.bonus import BonusMeasures, bonus_on_measures, has_bonus
from xlpbr.settlement.break_downs import break_downs
from xlpbr.settlement.carers import carer_fee_on
from xlpbr.settlement.counted import CountedPlacement, PriceSpan
from xlpbr.settlement.outcomes import achieved_outcomes, outcome_fees
from xlpbr.settlement.statement import agreed_figures


@dataclass(frozen=True, slots=True, eq=False)
class PlacementRows:
    """The placements that count and have moved, in any order.

    Attributes:
        contract: the place of the contract.
        child: one number for each child of a contract.
        weekly: pence a week; 0 where the rows of ``chains`` have its savings.
        moved: the day of the move.
        ended: the day it ended on, or its child left care; FAR while in place.
        foster: whether it is a foster placement.
        broke_down: whether it ended because it broke down.
    """

    contract: I64
    child: I64
    weekly: I64
    moved: I64
    ended: I64
    foster: Flags
    broke_down: Flags


def days_of(months: MonthColumns, place: int) -> Iterator[tuple[int, date]]:
    """The periods of a contract, each with its last day."""
    first, stop = months.first_month[place : place + 2].tolist()
    for period in range(first, stop):
        yield period, date.fromordinal(int(months.period_end[period]))


# -- the bonus ---------------------------------------------------------------------------------


def bonuses(
    contracts: Sequence[ContractTerms | None],
    months: MonthColumns,
    saving: SavingColumns,
    placements: PlacementColumns,
    chained: tuple[I64, ChainRows],
) -> tuple[I64, I64]:
    """The bonus of each contract, and in which of its periods it is owed; -1 in none."""
    first_chain, chains = chained
    bonus = np.zeros(len(contracts), np.int64)
    month = np.full(len(contracts), -1, np.int64)
    day, phase, foster_only = _measures_of(contracts, months)
    measured = np.flatnonzero(day > 0)
    weekly, accumulated = saving.in_place.copy(), saving.accumulated.copy()
    last = np.append(months.period_end, 0)[months.first_month[1:] - 1]
    opens = np.array([0 if one is None else one.starts_on.toordinal() for one in contracts])
    # Where it is measured on the last day from the first, the loops have done it.
    otherwise = (day > 0) & ((day != last) | (phase > opens))
    if otherwise.any():
        group = np.repeat(np.arange(len(contracts)), np.diff(placements.first_row))
        some = np.flatnonzero(otherwise[group])
        group = group[some]
        pence = np.where(
            placements.foster[some] | ~foster_only[group], placements.weekly_saving[some], 0
        )
        start, ended = placements.start[some], placements.ended[some]
        there = (start <= day[group]) & (ended > day[group])
        by_day, by_phase = (
            (pence * np.maximum(np.minimum(ended, until) - start, 0) + 3) // 7
            for until in (day[group] + 1, phase[group])
        )
        weekly[otherwise] = _by_group(np.where(there, pence, 0), group, len(contracts))[otherwise]
        accumulated[otherwise] = _by_group(by_day - by_phase, group, len(contracts))[otherwise]
    if len(chains):
        group = chains.contract
        counts = chains.foster | ~foster_only[group]
        there = counts & (chains.start <= day[group]) & (chains.ended > day[group])
        saved = chains.saved_before(day[group] + 1) - chains.saved_before(phase[group])
        in_place = offsets(np.where(there, chains.in_place, 0))
        since = offsets(np.where(counts, saved, 0))
        weekly += np.diff(in_place[first_chain])
        accumulated += np.diff(since[first_chain])
    for place in measured.tolist():
        terms = contracts[place]
        assert terms is not None, "it is measured"
        ends = months.period_end[months.first_month[place] : months.first_month[place + 1]]
        month[place] = np.searchsorted(ends, day[place])
        yearly = rules.run_rate([Fraction(int(weekly[place]), 100)], terms.run_rate_year)
        measures = BonusMeasures(yearly, int(accumulated[place]))
        bonus[place] = bonus_on_measures(terms, measures)
    return bonus, month


def _measures_of(
    contracts: Sequence[ContractTerms | None], months: MonthColumns
) -> tuple[I64, I64, Flags]:
    """By contract the day of the measure, the first day that counts, and whether only foster does.

    The day is 0 where there is no bonus, or the statement does not reach it.
    """
    day, phase = np.zeros(len(contracts), np.int64), np.zeros(len(contracts), np.int64)
    foster_only = np.zeros(len(contracts), np.bool_)
    first, stop = months.first_month[:-1].tolist(), months.first_month[1:].tolist()
    for place, terms in enumerate(contracts):
        if terms is None or first[place] == stop[place] or not has_bonus(terms):
            continue
        measured_on = terms.bonus_day.toordinal()
        if measured_on > months.period_end[stop[place] - 1]:
            continue
        since = terms.starts_on
        if terms.bonus_savings == "phase" and terms.phase_starts_on is not None:
            since = max(since, terms.phase_starts_on)
        day[place], phase[place] = measured_on, since.toordinal()
        foster_only[place] = terms.bonus_counts == "foster"
    return day, phase, foster_only


def _by_group(values: I64, group: I64, groups: int) -> I64:
    """The sums of each group; the rows of a group stand together."""
    total = offsets(values)
    ends = np.searchsorted(group, np.arange(groups + 1))
    found: I64 = total[ends[1:]] - total[ends[:-1]]
    return found


# -- carers ------------------------------------------------------------------------------------


def carer_fees_due(
    contracts: Sequence[ContractTerms | None], months: MonthColumns, due: tuple[I64, I64]
) -> I64:
    """The fees of the households that fall due in each period, each at the fee of its day."""
    contract, day = due
    starts = np.array([FAR if one is None else one.starts_on.toordinal() for one in contracts])
    opens = np.minimum(starts, date.max.toordinal())
    since = month_number(day) - month_number(opens[contract])
    month = months.first_month[contract] + since
    counts = (day >= starts[contract]) & (month < months.first_month[contract + 1])
    contract, month, day = contract[counts], month[counts], day[counts]
    counts = day <= months.period_end[month]
    contract, month, day = contract[counts], month[counts], day[counts]
    found = np.zeros(len(months.period_end), np.int64)
    varied = np.array([one is not None and bool(one.varied("carer_fee")) for one in contracts])
    households = np.bincount(month, minlength=len(months.period_end))
    for at, place in dict(zip(month.tolist(), contract.tolist(), strict=True)).items():
        terms = contracts[place]
        if terms is not None and not varied[place]:
            found[at] = to_pence(terms.carer_fee * int(households[at]))
    amounts: dict[int, Fraction] = {}
    for row in np.flatnonzero(varied[contract]).tolist():
        terms = contracts[int(contract[row])]
        assert terms is not None, "it varies"
        fee = carer_fee_on(terms, date.fromordinal(int(day[row])))
        amounts[int(month[row])] = amounts.get(int(month[row]), Fraction(0)) + fee
    for at, amount in amounts.items():
        found[at] = to_pence(amount)
    return found


# -- outcomes that last, and break-downs -------------------------------------------------------


def lasting_and_broken(
    contracts: Sequence[ContractTerms | None],
    months: MonthColumns,
    rates: Mapping[int, tuple[OutcomeRate, ...]],
    placements: PlacementRows,
    rows: I64,
    first_row: I64,
) -> tuple[I64, I64]:
    """Outcome fees of each period, and what its break-downs are worth, as the core has them.

    Args:
        contracts: the terms; None for a contract that is settled elsewhere.
        months: the periods.
        rates: the rates of the contracts that have some.
        placements: the placements of all contracts.
        rows: which of them count, contract after contract.
        first_row: offsets into ``rows`` by contract.
    """
    fees, paid_back = (np.zeros(len(months.period_end), np.int64) for _ in range(2))
    for place, terms in enumerate(contracts):
        if terms is None:
            continue
        if place not in rates and terms.break_down_reimbursement == "none":
            continue
        own = rows[int(first_row[place]) : int(first_row[place + 1])]
        periods = list(days_of(months, place))
        ends = [day for _, day in periods]
        if place in rates and periods:
            counted = [_counted(placements, row) for row in own.tolist()]
            achieved = achieved_outcomes(terms, Evidence(rates=rates[place]), counted)
            before = date.min
            for (period, _), last in zip(periods, ends, strict=True):
                fees[period] = outcome_fees(
                    one for one in achieved if before < one.achieved_on <= last
                )
                before = last
        if terms.break_down_reimbursement != "none" and periods:
            broken = own[placements.broke_down[own]].tolist()
            found = break_downs(terms, [_counted(placements, row) for row in broken])
            before = date.min
            for (period, _), last in zip(periods, ends, strict=True):
                paid_back[period] = sum(
                    one.reimbursed for one in found if before < one.ended_on <= last
                )
                before = last
    return fees, paid_back


def _counted(placements: PlacementRows, row: int) -> CountedPlacement:
    """A placement as the core counts it; its prices matter for nothing here."""
    moved_on = date.fromordinal(int(placements.moved[row]))
    ended = int(placements.ended[row])
    nothing = Fraction(0)
    placement = Placement(
        str(int(placements.child[row])),
        "foster",
        nothing,
        nothing,
        moved_on,
        None if ended >= FAR else date.fromordinal(ended),
        agreed=True,
        ended_because="broke down" if placements.broke_down[row] else "planned move",
    )
    return CountedPlacement(placement, moved_on, moved_on, (PriceSpan(moved_on, nothing, nothing),))


# -- months that are agreed --------------------------------------------------------------------


def ledgers(
    months: MonthColumns, payable: I64, signed: Mapping[int, tuple[AgreedMonth, ...]]
) -> tuple[I64, I64]:
    """What is carried to each period from months agreed otherwise, and what is to be invoiced."""
    adjustment, to_invoice = np.zeros_like(payable), payable.copy()
    for place, agreed in signed.items():
        figures = agreed_figures(agreed)
        carried = 0
        for period, day in days_of(months, place):
            adjustment[period] = carried
            found = figures.get(day.replace(day=1))
            owed = int(payable[period]) + carried
            to_invoice[period] = owed if found is None else found.to_invoice
            carried = owed - int(to_invoice[period])
    return adjustment, to_invoice
