"""What is the same in every scenario of a forecast: the known, and the tables to draw from.

Day numbers are those of ``date.toordinal``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.known_rules import LIFE_OPTIONS, LIFE_TERMS, known_rules
from xlpbr.contract.terms import ContractTerms
from xlpbr.forecast.chances import (
    OpenMonth,
    Price,
    known_break_downs,
    open_months_of,
    price_of,
    reached_by_new,
)
from xlpbr.forecast.known import (
    Known,
    follow_each_other,
    known_placements,
    last_day_to_break_down,
)
from xlpbr.forecast.payments import PaymentPlan, payment_plan_of
from xlpbr.money import Pence
from xlpbr.periods import Period, days_in_month, edate, month_end, month_of, months_of
from xlpbr.settlement import rules
from xlpbr.settlement.bonus import bonus_measures, threshold_and_rate
from xlpbr.settlement.break_downs import break_downs
from xlpbr.settlement.counted import (
    CountedCost,
    CountedPlacement,
    counted_costs,
    counted_placements,
    name_key,
)
from xlpbr.settlement.outcomes import achieved_outcomes

KNOWN = known_rules(*LIFE_TERMS, **LIFE_OPTIONS)
"""What scenarios are settled by in whole numbers and columns; others go through ``settle``."""

DRAWS_OF_A_CHILD = 6
"""Day, residential price, family price, break-down, type, household."""

_LARGEST = 2**61


@dataclass(frozen=True, slots=True)
class BonusPlan:
    """How the bonus is measured, and what the known placements bring to it.

    Attributes:
        day: the day of the measure.
        month: which month of the programme holds it; None where the bonus is never measured.
        phase: the first day from which the accumulated saving counts.
        in_place: the weekly saving of the known placements in place on the day, less the open
            costs, in parts of a penny; only of what counts for the bonus.
        parts: so many parts make a penny; 1 where no price is finer.
        accumulated: what the known placements and costs have saved since ``phase`` by the day.
        least_passing: the least measured saving that passes the threshold; None without a bonus.
    """

    day: int
    month: int | None
    phase: int
    in_place: int
    parts: int
    accumulated: Pence
    least_passing: Pence | None


@dataclass(frozen=True, slots=True)
class ScenarioPlan:
    """What is the same in every scenario of a forecast.

    Attributes:
        terms: the contract's terms.
        evidence: what is known.
        assumptions: what is assumed.
        as_at: the last day that is known.
        periods: the months of the programme.
        ends: the last day of each month.
        month_firsts: the first day of the calendar month of each, and of one more.
        month_lengths: the days of each of these.
        known: the placements that count and have moved.
        uncertain: those of them that may break down.
        saved: what they save to the end of each month, less the costs, as they are known.
        bonus: how the bonus is measured.
        payments: what is paid whatever is drawn.
        open_months: the months in which children may move, in the order of time.
        break_downs: the chance of a break-down by the end of each month of a new placement.
        residential: the residential price of a child to come.
        family: the family price.
        share_reunified: the chance that a child to come is reunified.
        households: carer households that each move brings for certain.
        household_more: the chance of one more.
        width: uniform numbers in a row.
        by_settle: whether there is what only ``settle`` knows.
    """

    terms: ContractTerms
    evidence: Evidence
    assumptions: Assumptions
    as_at: date
    periods: tuple[Period, ...]
    ends: tuple[int, ...]
    month_firsts: tuple[int, ...]
    month_lengths: tuple[int, ...]
    known: tuple[Known, ...]
    uncertain: tuple[Known, ...]
    saved: tuple[Pence, ...]
    bonus: BonusPlan
    payments: PaymentPlan
    open_months: tuple[OpenMonth, ...]
    break_downs: tuple[float, ...]
    residential: Price
    family: Price
    share_reunified: float
    households: int
    household_more: float
    width: int
    by_settle: bool

    @property
    def foster_only(self) -> bool:
        """Whether only foster placements count for the bonus."""
        return self.terms.bonus_counts == "foster"

    @property
    def first_day(self) -> int:
        """The first day of the programme."""
        return self.periods[0].first.toordinal()

    @property
    def last_day(self) -> int:
        """The last day of the programme."""
        return self.ends[-1]

    @property
    def is_certain(self) -> bool:
        """Whether every scenario is the same."""
        assumed = self.assumptions
        moves = assumed.children and assumed.moves_a_month and self.open_months
        return not moves and not any(
            known.break_downs is not None and any(known.break_downs.reached)
            for known in self.uncertain
        )

    @property
    def has_fee(self) -> bool:
        """Whether the contract has a fee at any time."""
        varied = (one.value for one in self.terms.varied("fee"))
        return any((self.terms.fee, *varied))

    @property
    def fits_columns(self) -> bool:
        """Whether the rules are known, and amounts are far from what int64 ends at."""
        if self.by_settle:
            return False
        rows = len(self.known) + self.assumptions.children
        prices = [Fraction(max(self.residential.high, self.family.high))]
        prices += [Fraction(max(map(abs, one.span_weekly)), one.parts) for one in self.known]
        days = max(self.last_day - self.ends[0] + 62, rules.DAYS_IN_YEAR)
        parts = max(self.bonus.parts, *(one.parts for one in self.known), 1)
        paid, terms = self.payments, self.terms
        carers = max(paid.carer_fee.values) * self.most_households + sum(paid.carer_fees)
        outcomes = sum(max(one.price.values) for one in paid.outcomes) * rows
        amount = paid.break_down_amount
        back = 0 if amount is None else max(amount.values) * (days + 366 * 50)
        sums = max(
            math.ceil(max(prices)) * rows * days * parts, abs(self.bonus.in_place) * days,
            *map(abs, self.saved), *paid.entitlement,
            carers, outcomes + sum(paid.outcome_fees), 2 * back,
        )  # fmt: skip
        share = terms.fee_share.numerator + terms.fee_share.denominator
        least = abs(self.bonus.least_passing or 0)
        limits = [limit for limit in paid.limits if limit < _LARGEST]
        ceiling = max(*limits, least, 0)
        return max(sums * (4 * len(self.ends) + 2) * share, ceiling) < _LARGEST

    @property
    def most_households(self) -> int:
        """The most carer households that can be approved in all."""
        return sum(self.payments.approved) + self.assumptions.children * (self.households + 1)

    def window_of_move(self, moved_on: int) -> tuple[int, int]:
        """The window of a child to come in which a break-down is paid back."""
        windows = self.payments.windows
        return (moved_on, windows[moved_on - self.first_day]) if windows else self.payments.phase

    def counts_for_bonus(self, known: Known) -> bool:
        """Whether a known placement counts for the bonus."""
        return known.foster or not self.foster_only


def scenario_plan_of(
    terms: ContractTerms,
    evidence: Evidence,
    assumptions: Assumptions,
    as_at: date,
    *,
    most_children: int | None = None,
) -> ScenarioPlan:
    """Everything that does not change from scenario to scenario.

    Args:
        terms: the contract's terms.
        evidence: what is known.
        assumptions: what is assumed.
        as_at: the last day that is known.
        most_children: for how many children to come there are uniform numbers in a row.
    """
    periods = tuple(months_of(Period(terms.starts_on, terms.last_day)))
    ends = tuple(period.last.toordinal() for period in periods)
    months = [month_of(period.first) for period in periods]
    counted, costs = counted_placements(terms, evidence), counted_costs(terms, evidence)
    achieved = achieved_outcomes(terms, evidence, counted)
    broken = break_downs(terms, counted)
    payments = payment_plan_of(terms, evidence, periods, achieved, broken)
    known = known_placements(
        terms,
        evidence,
        counted,
        assumptions,
        as_at,
        periods,
        achieved=achieved,
        outcome_parts=payments.outcome_parts,
        broken=broken,
    )
    open_months = tuple(open_months_of(assumptions, periods, as_at))
    children = assumptions.children if most_children is None else most_children
    uncertain = tuple(one for one in known if one.break_downs is not None)
    return ScenarioPlan(
        terms=terms,
        evidence=evidence,
        assumptions=assumptions,
        as_at=as_at,
        periods=periods,
        ends=ends,
        month_firsts=(
            *(month.toordinal() for month in months),
            month_end(months[-1]).toordinal() + 1,
        ),
        month_lengths=(*map(days_in_month, months), _length_of_next(months[-1])),
        known=known,
        uncertain=uncertain,
        saved=tuple(
            sum(one.totals[month] for one in known)
            - sum(cost.cost_to_date(period.last) for cost in costs)
            for month, period in enumerate(periods)
        ),
        bonus=_bonus_plan(terms, counted, costs, periods, known),
        payments=payments,
        open_months=open_months,
        break_downs=reached_by_new(assumptions, len(periods)),
        **_of_children_to_come(assumptions),
        width=len(uncertain) + len(open_months) + DRAWS_OF_A_CHILD * children,
        by_settle=not (KNOWN.cover(terms, evidence) and follow_each_other(known)),
    )


def _of_children_to_come(assumptions: Assumptions) -> dict[str, Any]:
    """What is assumed of each child to come, as a plan has it."""
    return {
        "residential": price_of(assumptions.residential),
        "family": price_of(assumptions.family),
        "share_reunified": float(assumptions.share_reunified),
        "households": math.floor(assumptions.households),
        "household_more": float(assumptions.households % 1),
    }


def varied(plan: ScenarioPlan, assumptions: Assumptions) -> ScenarioPlan:
    """The plan under other assumptions, on the same draws.

    What is known stays; when known placements may break down and how many children may move is
    told anew only where that is assumed otherwise.
    """
    known, break_downs, open_months = plan.known, plan.break_downs, plan.open_months
    if _chances(assumptions) != _chances(plan.assumptions):
        known = tuple(_breaking_down(one, plan, assumptions) for one in known)
        break_downs = reached_by_new(assumptions, len(plan.periods))
    if _moves_assumed(assumptions) != _moves_assumed(plan.assumptions):
        open_months = tuple(open_months_of(assumptions, plan.periods, plan.as_at))
    return replace(
        plan,
        assumptions=assumptions,
        known=known,
        uncertain=tuple(one for one in known if one.break_downs is not None),
        open_months=open_months,
        break_downs=break_downs,
        **_of_children_to_come(assumptions),
    )


def _chances(assumptions: Assumptions) -> tuple[Fraction, ...]:
    return (
        assumptions.break_down_early, assumptions.break_down_middle, assumptions.break_down_late
    )  # fmt: skip


def _moves_assumed(assumptions: Assumptions) -> tuple[Fraction | None, date | None, int]:
    return assumptions.moves_a_month, assumptions.first_month, assumptions.children


def _breaking_down(one: Known, plan: ScenarioPlan, assumptions: Assumptions) -> Known:
    if one.break_downs is None:
        return one
    last_day = last_day_to_break_down(plan.last_day, one.leaves)
    moved_on = date.fromordinal(one.moved_on)
    found = known_break_downs(assumptions, moved_on, plan.as_at, last_day)
    return replace(one, break_downs=found)


def _length_of_next(month: date) -> int:
    try:
        return days_in_month(edate(month, 1))
    except OverflowError:  # the calendar ends with the year 9999
        return 31


def _bonus_plan(
    terms: ContractTerms,
    counted: tuple[CountedPlacement, ...],
    costs: tuple[CountedCost, ...],
    periods: tuple[Period, ...],
    known: tuple[Known, ...],
) -> BonusPlan:
    day = terms.bonus_day
    number = day.toordinal()
    foster_only = terms.bonus_counts == "foster"
    fostered = {name_key(one.placement.child) for one in counted if one.placement.type == "foster"}
    open_costs = [
        cost.open_weekly_on(day) * 100
        for cost in costs
        if not foster_only or name_key(cost.cost.child) in fostered
    ]
    counting = [one for one in known if one.foster or not foster_only]
    parts = math.lcm(
        *(one.parts for one in counting), *(weekly.denominator for weekly in open_costs)
    )
    in_place = sum(one.weekly_on(number) * (parts // one.parts) for one in counting)
    in_place -= sum(int(weekly * parts) for weekly in open_costs)
    threshold, rate = threshold_and_rate(terms)
    phase = terms.starts_on
    if terms.bonus_savings == "phase" and terms.phase_starts_on is not None:
        phase = max(phase, terms.phase_starts_on)
    has_bonus = threshold is not None and rate is not None
    month = next((at for at, period in enumerate(periods) if day in period), None)
    return BonusPlan(
        day=number,
        month=month if has_bonus else None,
        phase=phase.toordinal(),
        in_place=in_place,
        parts=parts,
        accumulated=bonus_measures(terms, counted, costs).accumulated if has_bonus else 0,
        least_passing=_least_passing(terms, threshold)
        if has_bonus and threshold is not None
        else None,
    )


def _least_passing(terms: ContractTerms, threshold: Fraction) -> Pence:
    pence = threshold * 100
    return math.ceil(pence) if terms.bonus_shape == "whole" else math.floor(pence) + 1
