"""The monthly statement: terms and evidence in, one record a month out.

``settle`` is the readable specification of a statement. What counts is in ``counted``; the rules of
the fee, the carers, the outcomes, the break-downs and the bonus are in modules of their names, and
each clause by itself is in ``rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, assert_never

from xlpbr.contract.evidence import Claim, Evidence
from xlpbr.contract.life import AgreedMonth
from xlpbr.contract.terms import ContractTerms, declared_in
from xlpbr.money import Pence, to_pence
from xlpbr.periods import Period, month_of
from xlpbr.settlement import rules
from xlpbr.settlement.bonus import BonusMeasures, bonus_measures, bonus_on_measures, has_bonus
from xlpbr.settlement.break_downs import BreakDown, break_downs
from xlpbr.settlement.carers import DueHousehold, carer_fees, due_households
from xlpbr.settlement.counted import Counted, count
from xlpbr.settlement.fee import (
    fee_ceiling,
    fee_drawn_from,
    fee_entitlement,
    fee_without_vat,
    lapsed,
)
from xlpbr.settlement.outcomes import AchievedOutcome, achieved_outcomes, outcome_fees

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
    """The figures of one month, in whole pence; the fields from ``period`` are how they came."""

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
    carer_fees: Pence = _figure(
        "Carer fees", "For the carer households that fall due in the month."
    )
    outcome_fees: Pence = _figure(
        "Outcome fees", "For the children who have lasted so many weeks in the month."
    )
    bonus: Pence = _figure("Bonus", "The threshold bonus, in the month in which it is measured.")
    reimbursed: Pence = _figure(
        "Reimbursed", "What the provider pays back for the break-downs of the month."
    )
    held_back: Pence = _figure("Held back", "What the contract maximum does not let through.")
    payable: Pence = _figure(
        "Payable",
        "Fee, carer fees, outcome fees and bonus, less what is reimbursed and held back.",
    )
    payable_to_date: Pence = _figure("Payable to date", "All that is payable so far.")
    adjustment: Pence = _figure(
        "Adjustment", "What is carried from earlier months that were agreed at other figures."
    )
    to_invoice: Pence = _figure(
        "To invoice", "Payable and Adjustment; of a month that is agreed, what was agreed."
    )
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
    households: tuple[DueHousehold, ...]
    outcomes: tuple[AchievedOutcome, ...]
    break_downs: tuple[BreakDown, ...]
    bonus_measures: BonusMeasures | None
    agreed: Pence | None

    @property
    def owed(self) -> Pence:
        """What is owed before the contract maximum."""
        return self.payable + self.held_back


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
    """The statement of every month from the start to the last day that counts.

    That is the earliest of Ends on, Terminated on and ``as_at``, which cuts days and not knowledge:
    later rows of the tables are known.

    Args:
        terms: the contract's terms.
        evidence: what happened, as far as it is known.
        as_at: the last day of the statement; None for the whole programme.
    """
    return settle_counted(terms, evidence, count(terms, evidence, as_at))


def settle_counted(terms: ContractTerms, evidence: Evidence, what: Counted) -> Statement:
    """The statement of what was counted before, by these terms or others of the same programme.

    Args:
        terms: the contract's terms.
        evidence: what happened, as for ``settle``.
        what: what of it counts up to the last day.
    """
    counted, costs = what.placements, what.costs
    fee = fee_without_vat(terms)
    due = due_households(terms, evidence)
    achieved = achieved_outcomes(terms, evidence, counted)
    broken = break_downs(terms, counted)
    invoiced_by_month = _invoiced_to_date(terms, evidence.claims, what.periods)
    signed = agreed_figures(evidence.signed)
    months: list[MonthStatement] = []
    saved = paid = held = fees = entitled = reimbursed_before = carried = 0
    fees_before_the_year = 0
    for period, saving, invoiced in zip(what.periods, what.savings, invoiced_by_month, strict=True):
        month = month_of(period.first)
        saved += saving
        if month.month == 4:
            fees_before_the_year = fees
        entitled_before, entitled = entitled, fee_entitlement(terms, fee, period.last)
        ceiling = fee_ceiling(terms, entitled, entitled_before, fees)
        ceiling -= lapsed(terms, fee, period.last, fees_before_the_year)
        month_fee = max(0, min(fee_drawn_from(terms, saving, saved, fees), ceiling))
        fees += month_fee
        households = tuple(one for one in due if one.due_on in period)
        fee_for_carers = carer_fees(terms, households)
        outcomes = tuple(one for one in achieved if one.achieved_on in period)
        fee_for_outcomes = outcome_fees(outcomes)
        measures = None
        if terms.bonus_day in period and has_bonus(terms):
            measures = bonus_measures(terms, counted, costs)
        bonus = 0 if measures is None else bonus_on_measures(terms, measures)
        of_month = tuple(one for one in broken if one.ended_on in period)
        # What the limit of the month cuts is not carried.
        reimbursed = min(sum(one.reimbursed for one in of_month), fees - reimbursed_before)
        reimbursed_before += reimbursed
        owed = (-reimbursed, month_fee, fee_for_carers, fee_for_outcomes, bonus)
        maximum = maximum_that_holds_back(terms, period.last)
        headroom = None if maximum is None else maximum - paid
        let_through = sum(rules.within_headroom(owed, headroom))
        held = sum(owed) - let_through
        paid += let_through
        agreed = signed.get(month)
        to_invoice = let_through + carried if agreed is None else agreed.to_invoice
        months.append(
            MonthStatement(
                month=month,
                children=sum(one.in_place(period.last) for one in counted),
                saving=saving,
                saving_to_date=saved,
                entitlement_to_date=entitled,
                fee=month_fee,
                fee_to_date=fees,
                carer_fees=fee_for_carers,
                outcome_fees=fee_for_outcomes,
                bonus=bonus,
                reimbursed=reimbursed,
                held_back=held,
                payable=let_through,
                payable_to_date=paid,
                adjustment=carried,
                to_invoice=to_invoice,
                invoiced_to_date=invoiced,
                balance=paid - invoiced,
                net_saving_to_date=saved - paid,
                period=period,
                ceiling=ceiling,
                households=households,
                outcomes=outcomes,
                break_downs=of_month,
                bonus_measures=measures,
                agreed=None if agreed is None else agreed.payable,
            )
        )
        carried += let_through - to_invoice
    return Statement(terms, evidence, what.last_day, tuple(months))


@dataclass(frozen=True, slots=True)
class AgreedFigures:
    """What was signed for a month, in pence: its payable, and what was carried to it."""

    payable: Pence
    adjustment: Pence

    @property
    def to_invoice(self) -> Pence:
        """What was signed in all."""
        return self.payable + self.adjustment


def agreed_figures(signed: Iterable[AgreedMonth]) -> dict[date, AgreedFigures]:
    """By month what was signed; several rows of a month are added up."""
    payable: dict[date, Fraction] = {}
    adjustment: dict[date, Fraction] = {}
    for row in signed:
        payable[row.month] = payable.get(row.month, Fraction(0)) + row.payable
        added = row.adjustment or Fraction(0)
        adjustment[row.month] = adjustment.get(row.month, Fraction(0)) + added
    return {
        month: AgreedFigures(to_pence(amount), to_pence(adjustment[month]))
        for month, amount in payable.items()
    }


def maximum_that_holds_back(terms: ContractTerms, day: date) -> Pence | None:
    """The contract maximum in force on a day, to the penny; None where nothing is held back."""
    maximum: Fraction | None = terms.in_force("contract_maximum", day)
    if maximum is None:
        return None
    match terms.maximum_reading:
        case "hard_stop":
            # What is owed is whole pence, so it can be rounded before it is held against that.
            return to_pence(maximum)
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
        ends = period.last == terms.last_day
        while waiting and (ends or waiting[-1].month <= period.first):
            invoiced += waiting.pop().invoiced
        to_date.append(to_pence(invoiced))
    return to_date
