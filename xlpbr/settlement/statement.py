"""The monthly statement: terms and evidence in, one record a month out.

``settle`` is the readable specification of a statement; each rule that it applies is in ``rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, assert_never

from xlpbr import cells
from xlpbr.contract.evidence import Claim, Evidence, Placement
from xlpbr.contract.terms import ContractTerms, declared_in
from xlpbr.money import Pence, to_pence, to_pounds
from xlpbr.periods import Period, financial_year_end, month_of, months_of
from xlpbr.settlement import rules

FigureKind = Literal["month", "count", "money"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One column of the statement: its heading, its kind and what it means."""

    heading: str
    kind: FigureKind
    meaning: str
    field_name: str = ""


def _figure(heading: str, meaning: str, kind: FigureKind = "money") -> Any:
    return field(metadata={"declared": Figure(heading, kind, meaning)})


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthStatement:
    """The figures of one month, in whole pence; the last four fields are what they came from."""

    month: date = _figure("Month", "First day of the calendar month.", "month")
    children: int = _figure(
        "Children in family placements", "Agreed placements in place at the period's end.", "count"
    )
    saving: Pence = _figure("Saving", "What the agreed placements saved in the month.")
    saving_to_date: Pence = _figure("Saving to date", "All savings up to the period's end.")
    entitlement_to_date: Pence = _figure(
        "Fee entitlement to date", "What of the fee is earned by the period's end."
    )
    fee: Pence = _figure("Fee", "What may be invoiced of the fee for the month.")
    fee_to_date: Pence = _figure("Fee to date", "All fees up to the period's end.")
    carer_fees: Pence = _figure("Carer fees", "For the carer households approved in the month.")
    bonus: Pence = _figure("Bonus", "The threshold bonus, in the month that the programme ends.")
    held_back: Pence = _figure("Held back", "What the contract maximum does not let through.")
    payable: Pence = _figure("Payable", "Fee, carer fees and bonus less what is held back.")
    payable_to_date: Pence = _figure("Payable to date", "All that is payable so far.")
    invoiced_to_date: Pence = _figure(
        "Invoiced to date",
        "Claims for this month or an earlier one; in the programme's last month all of them.",
    )
    balance: Pence = _figure(
        "Balance", "Payable less invoiced to date: above 0 still to invoice, below 0 due back."
    )
    net_saving_to_date: Pence = _figure(
        "Net saving to date", "Saving to date less payable to date: what the council keeps."
    )
    period: Period
    ceiling: Pence
    households: int
    bonus_measures: BonusMeasures | None


@dataclass(frozen=True, slots=True)
class BonusMeasures:
    """The two savings that a bonus may be measured by, in pence."""

    run_rate: Pence
    accumulated: Pence


FIGURES: tuple[Figure, ...] = declared_in(MonthStatement)
"""The columns of the statement, in their order."""

FIGURE_BY_HEADING: Mapping[str, Figure] = MappingProxyType(
    {figure.heading: figure for figure in FIGURES}
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A contract settled month by month up to a day."""

    terms: ContractTerms
    evidence: Evidence
    as_at: date
    months: tuple[MonthStatement, ...]

    @property
    def payable(self) -> Pence:
        """Total payable; 0 before the programme starts."""
        return self.months[-1].payable_to_date if self.months else 0


def settle(terms: ContractTerms, evidence: Evidence, as_at: date | None = None) -> Statement:
    """The statement of every month from the start to the earlier of Ends on and ``as_at``.

    Args:
        terms: the contract's terms.
        evidence: placements, carer households and claims.
        as_at: the last day that is known; None for the whole programme.
    """
    last_day = terms.ends_on if as_at is None else min(as_at, terms.ends_on)
    agreed = evidence.agreed
    periods = list(months_of(Period(terms.starts_on, last_day)))
    savings = _monthly_savings(terms, agreed, periods)
    fee = fee_without_vat(terms)
    approvals = approvals_that_count(evidence)
    invoiced_by_month = _invoiced_to_date(terms, evidence.claims, periods)
    maximum = maximum_that_holds_back(terms)
    months: list[MonthStatement] = []
    saved = paid = held = fees = entitled = 0
    for period, saving, invoiced in zip(periods, savings, invoiced_by_month, strict=True):
        saved += saving
        entitled_before, entitled = entitled, fee_entitlement(terms, fee, period.last)
        ceiling = fee_ceiling(terms, entitled, entitled_before, fees)
        month_fee = max(0, min(fee_drawn_from(terms, saving, saved, fees), ceiling))
        fees += month_fee
        households = [day for day in approvals if day in period]
        carer_fees = rules.outcome_fee(terms.carer_fee, households, period)
        measures = None
        if period.last == terms.ends_on and terms.bonus_rate is not None:
            measures = bonus_measures(terms, agreed, saved)
        bonus = 0 if measures is None else bonus_on_measures(terms, measures)
        owed = (month_fee, carer_fees, bonus)
        headroom = None if maximum is None else maximum - paid
        let_through = sum(rules.within_headroom(owed, headroom))
        held = sum(owed) - let_through
        paid += let_through
        months.append(
            MonthStatement(
                month=month_of(period.first),
                children=sum(rules.in_place(p.moved_on, p.ended_on, period.last) for p in agreed),
                saving=saving,
                saving_to_date=saved,
                entitlement_to_date=entitled,
                fee=month_fee,
                fee_to_date=fees,
                carer_fees=carer_fees,
                bonus=bonus,
                held_back=held,
                payable=let_through,
                payable_to_date=paid,
                invoiced_to_date=invoiced,
                balance=paid - invoiced,
                net_saving_to_date=saved - paid,
                period=period,
                ceiling=ceiling,
                households=len(households),
                bonus_measures=measures,
            )
        )
    return Statement(terms, evidence, last_day, tuple(months))


def fee_ceiling(
    terms: ContractTerms, entitled: Pence, entitled_before: Pence, fees: Pence
) -> Pence:
    """Fee reading: what limits the fee of a month beside the saving, in pence."""
    match terms.fee_reading:
        case "catch_up" | "up_to_cap":
            return entitled - fees
        case "no_catch_up":
            return entitled - entitled_before
        case other:
            assert_never(other)


def fee_drawn_from(terms: ContractTerms, saving: Pence, saved: Pence, fees: Pence) -> Pence:
    """Savings reading: which saving the fee of a month is drawn from, in pence."""
    match terms.savings_reading:
        case "month":
            return saving
        case "cumulative":
            return saved - fees
        case other:
            assert_never(other)


def counted_from(terms: ContractTerms, placement: Placement) -> date:
    """The first day that a placement's saving counts; it must have moved."""
    if placement.moved_on is None:
        raise ValueError("the child has not moved")
    return max(placement.moved_on, terms.starts_on)


def placement_saving(terms: ContractTerms, placement: Placement, period: Period) -> Pence:
    """What one placement saved in a period of the programme."""
    if placement.moved_on is None:
        return 0
    return rules.saving(
        placement.weekly_saving, counted_from(terms, placement), placement.ended_on, period
    )


def _monthly_savings(
    terms: ContractTerms, agreed: Iterable[Placement], periods: list[Period]
) -> list[Pence]:
    savings = [0] * len(periods)
    for placement in agreed:
        if placement.moved_on is None:
            continue
        start, ended_on, weekly = (
            counted_from(terms, placement), placement.ended_on, placement.weekly_saving,
        )  # fmt: skip
        before = 0
        for index, period in enumerate(periods):
            if period.last < start:
                continue
            days = rules.days_in_placement(start, ended_on, period.last)
            to_date = rules.saving_to_date(weekly, days)
            savings[index] += to_date - before
            before = to_date
            if ended_on is not None and ended_on <= period.last:
                break
    return savings


def fee_without_vat(terms: ContractTerms) -> Fraction:
    """The fee that is earned, in exact pounds: without VAT where the fee holds it."""
    match terms.vat_reading:
        case "net" | "exempt":
            return terms.fee
        case "inclusive":
            return to_pounds(to_pence(terms.fee / (1 + terms.vat_rate)))
        case other:
            assert_never(other)


def fee_entitlement(terms: ContractTerms, fee: Fraction, day: date) -> Pence:
    """What of the fee is earned at the end of a day of the programme."""
    return to_pence(fee * earned_of_fee(terms, day))


def earned_of_fee(terms: ContractTerms, day: date) -> Fraction:
    """The share of the fee that is earned at the end of a day; above 1 for fees of many years."""
    match terms.fee_reading:
        case "catch_up" | "no_catch_up":
            whole = False
        case "up_to_cap":
            whole = True
        case other_reading:
            assert_never(other_reading)
    match terms.fee_period:
        case "annual":
            earned_by = min(terms.ends_on, financial_year_end(day)) if whole else day
            return rules.years_earned(terms.starts_on, terms.ends_on, earned_by)
        case "programme":
            pass
        case other_period:
            assert_never(other_period)
    if whole:
        return Fraction(1)
    if terms.fee_months is None:
        return rules.share_between(terms.starts_on, terms.ends_on, day, terms.pro_rata_basis)
    return rules.share_over_months(terms.starts_on, terms.fee_months, day, terms.pro_rata_basis)


def approvals_that_count(evidence: Evidence) -> list[date]:
    """The first approval of each household whose child has a row in the placements.

    The row need not be agreed: the household was approved whatever becomes of the child's move.
    """
    cohort = {name_key(placement.child) for placement in evidence.placements}
    first: dict[str, date] = {}
    for household in evidence.households:
        if household.approved_on is None or name_key(household.child) not in cohort:
            continue
        name = name_key(household.household)
        first[name] = min(first.get(name, date.max), household.approved_on)
    return sorted(first.values())


def name_key(name: str) -> str:
    """What children and households are matched by: see ``xlpbr.cells.key``."""
    return cells.key(name)


def bonus_measures(
    terms: ContractTerms, agreed: Iterable[Placement], saved: Pence
) -> BonusMeasures:
    """The run rate and the saving to date on the last day of the programme."""
    counted = tuple(agreed)
    match terms.bonus_counts:
        case "family":
            pass
        case "foster":
            counted = tuple(placement for placement in counted if placement.type == "foster")
            whole = Period(terms.starts_on, terms.ends_on)
            saved = sum(placement_saving(terms, placement, whole) for placement in counted)
        case other:
            assert_never(other)
    run_rate = rules.run_rate(
        placement.weekly_saving
        for placement in counted
        if rules.in_place(placement.moved_on, placement.ended_on, terms.ends_on)
    )
    return BonusMeasures(run_rate, saved)


def measured(terms: ContractTerms, measures: BonusMeasures) -> Pence:
    """The saving that is held against the threshold."""
    match terms.bonus_measure:
        case "run_rate":
            return measures.run_rate
        case "accumulated":
            return measures.accumulated
        case "lower":
            return min(measures.run_rate, measures.accumulated)
        case other:
            assert_never(other)


def passes_threshold(terms: ContractTerms, savings: Pence) -> bool:
    """Whether a measured saving is one that a bonus is paid on, where the rate is above 0."""
    if terms.bonus_threshold is None or terms.bonus_rate is None:
        return False
    match terms.bonus_shape:
        case "excess":
            return to_pounds(savings) > terms.bonus_threshold
        case "whole":
            return to_pounds(savings) >= terms.bonus_threshold
        case other:
            assert_never(other)


def bonus_on_measures(terms: ContractTerms, measures: BonusMeasures) -> Pence:
    """The bonus on the measured saving."""
    if terms.bonus_threshold is None or terms.bonus_rate is None:
        return 0
    return rules.threshold_bonus(
        to_pounds(measured(terms, measures)),
        [(terms.bonus_threshold, terms.bonus_rate)],
        shape=terms.bonus_shape,
    )


def maximum_that_holds_back(terms: ContractTerms) -> Pence | None:
    """The contract maximum to the penny; None where nothing is held back."""
    if terms.contract_maximum is None:
        return None
    match terms.maximum_reading:
        case "hard_stop":
            # What is owed is whole pence, so it can be rounded before it is held against that.
            return to_pence(terms.contract_maximum)
        case "warn":
            return None
        case other:
            assert_never(other)


def _invoiced_to_date(
    terms: ContractTerms, claims: Iterable[Claim], periods: Iterable[Period]
) -> list[Pence]:
    """For each month, the claims for it or an earlier one; once the programme ends, all claims."""
    waiting = sorted(claims, key=lambda claim: claim.month, reverse=True)
    invoiced = Fraction(0)
    to_date = []
    for period in periods:
        ends = period.last == terms.ends_on
        while waiting and (ends or waiting[-1].month <= period.first):
            invoiced += waiting.pop().invoiced
        to_date.append(to_pence(invoiced))
    return to_date
