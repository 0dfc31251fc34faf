"""What is the same in every scenario of a forecast: the known, and the tables to draw from.

Day numbers are those of ``date.toordinal``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.known_rules import known_rules
from xlpbr.contract.terms import ContractTerms
from xlpbr.forecast.chances import (
    BreakDowns,
    OpenMonth,
    Price,
    known_break_downs,
    open_months_of,
    price_of,
    reached_by_new,
)
from xlpbr.money import Pence, to_pence
from xlpbr.periods import FAR, Period, days_in_month, edate, month_end, month_of, months_of
from xlpbr.settlement import rules
from xlpbr.settlement.carers import due_households
from xlpbr.settlement.counted import counted_from
from xlpbr.settlement.fee import fee_entitlement, fee_without_vat
from xlpbr.settlement.statement import maximum_that_holds_back

KNOWN = known_rules()
"""What scenarios are settled by in whole numbers and columns; others go through ``settle``."""

DRAWS_OF_A_CHILD = 6
"""Day, residential price, family price, break-down, type, household."""

_LARGEST = 2**61


@dataclass(frozen=True, slots=True)
class Known:
    """An agreed placement that has moved.

    Attributes:
        index: where it stands among the placements of the evidence.
        weekly: what a week saves, in exact pounds.
        foster: whether it is a foster placement.
        start: the first day that counts.
        ended: the day on which it ended; FAR while in place.
        totals: its saving to the end of each month, as it is known.
        break_downs: when it may break down; None where its end is known.
    """

    index: int
    weekly: Fraction
    foster: bool
    start: int
    ended: int
    totals: tuple[Pence, ...]
    break_downs: BreakDowns | None


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
        known: the agreed placements that have moved.
        uncertain: those of them that may break down.
        saved: what they save to the end of each month, as they are known.
        foster_saved: what the foster placements among them save to the end.
        in_place: the weekly saving of those in place at the end that count for the bonus, in
            parts of a penny.
        parts: so many parts make a penny; 1 where no price is finer.
        approved: households of known placements, approved in each month.
        open_months: the months in which children may move, in the order of time.
        break_downs: the chance of a break-down by the end of each month of a new placement.
        residential: the residential price of a child to come.
        family: the family price.
        share_reunified: the chance that a child to come is reunified.
        households: carer households that each move brings for certain.
        household_more: the chance of one more.
        width: uniform numbers in a row.
        entitlement: the fee that is earned by the end of each month.
        maximum: the most that is paid; None where nothing is held back.
        warned_maximum: the contract's maximum, whether it holds back or not.
        least_passing: the least measured saving that passes the threshold; None without a bonus.
        by_settle: whether the terms hold what only ``settle`` knows.
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
    foster_saved: Pence
    in_place: int
    parts: int
    approved: tuple[int, ...]
    open_months: tuple[OpenMonth, ...]
    break_downs: tuple[float, ...]
    residential: Price
    family: Price
    share_reunified: float
    households: int
    household_more: float
    width: int
    entitlement: tuple[Pence, ...]
    maximum: Pence | None
    warned_maximum: Pence | None
    least_passing: Pence | None
    by_settle: bool

    @property
    def foster_only(self) -> bool:
        """Whether only foster placements count for the bonus."""
        return self.terms.bonus_counts == "foster"

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
    def fits_columns(self) -> bool:
        """Whether the rules are known, and amounts whole pence and far from what int64 ends at."""
        if self.by_settle:
            return False
        rows = len(self.known) + self.assumptions.children
        prices: list[Fraction] = [abs(one.weekly * 100) for one in self.known]
        prices.append(Fraction(max(self.residential.high, self.family.high)))
        days = max(self.last_day - self.ends[0] + 62, rules.DAYS_IN_YEAR)
        carers = self.terms.carer_fee * 100 * self.most_households
        dearest: Fraction = max(prices)
        sums = max(math.ceil(dearest) * rows * days, self.entitlement[-1], carers.numerator)
        ceiling = max(self.warned_maximum or 0, self.least_passing or 0)
        return self.parts == 1 and max(sums * (4 * len(self.ends) + 2), ceiling) < _LARGEST

    @property
    def most_households(self) -> int:
        """The most carer households that can be approved in all."""
        return sum(self.approved) + self.assumptions.children * (self.households + 1)

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
    width: int | None = None,
) -> ScenarioPlan:
    """Everything that does not change from scenario to scenario.

    Args:
        terms: the contract's terms.
        evidence: what is known.
        assumptions: what is assumed.
        as_at: the last day that is known.
        most_children: for how many children to come there are uniform numbers in a row.
        width: the uniform numbers in a row, as another plan has them on whose draws this one is.
    """
    periods = tuple(months_of(Period(terms.starts_on, terms.ends_on)))
    ends = tuple(period.last.toordinal() for period in periods)
    months = [month_of(period.first) for period in periods]
    known = tuple(
        _known(terms, assumptions, placement, index, as_at, ends)
        for index, placement in enumerate(evidence.placements)
        if placement.agreed
        and placement.moved_on is not None
        and placement.moved_on <= terms.ends_on
    )
    counted = [one for one in known if one.foster or terms.bonus_counts != "foster"]
    parts = math.lcm(*((one.weekly * 100).denominator for one in known))
    open_months = tuple(open_months_of(assumptions, periods, as_at))
    fee = fee_without_vat(terms)
    approvals = [one.due_on for one in due_households(terms, evidence)]
    children = assumptions.children if most_children is None else most_children
    uncertain = tuple(one for one in known if one.break_downs is not None)
    most = None if terms.contract_maximum is None else to_pence(terms.contract_maximum)
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
        saved=tuple(sum(one.totals[month] for one in known) for month in range(len(ends))),
        foster_saved=sum(one.totals[-1] for one in known if one.foster),
        in_place=sum(int(one.weekly * 100 * parts) for one in counted if one.ended > ends[-1]),
        parts=parts,
        approved=tuple(sum(day in period for day in approvals) for period in periods),
        open_months=open_months,
        break_downs=reached_by_new(assumptions, len(periods)),
        residential=price_of(assumptions.residential),
        family=price_of(assumptions.family),
        share_reunified=float(assumptions.share_reunified),
        households=math.floor(assumptions.households),
        household_more=float(assumptions.households % 1),
        width=width
        if width is not None
        else len(uncertain) + len(open_months) + DRAWS_OF_A_CHILD * children,
        entitlement=tuple(fee_entitlement(terms, fee, period.last) for period in periods),
        maximum=maximum_that_holds_back(terms, terms.starts_on),
        warned_maximum=most,
        least_passing=_least_passing(terms),
        by_settle=not KNOWN.cover(terms, evidence),
    )


def _length_of_next(month: date) -> int:
    try:
        return days_in_month(edate(month, 1))
    except OverflowError:  # the calendar ends with the year 9999
        return 31


def _least_passing(terms: ContractTerms) -> Pence | None:
    if terms.bonus_threshold is None or terms.bonus_rate is None:
        return None
    threshold = terms.bonus_threshold * 100
    return math.ceil(threshold) if terms.bonus_shape == "whole" else math.floor(threshold) + 1


def _known(
    terms: ContractTerms,
    assumptions: Assumptions,
    placement: Placement,
    index: int,
    as_at: date,
    ends: Sequence[int],
) -> Known:
    start = counted_from(terms, placement).toordinal()
    ended = FAR if placement.ended_on is None else placement.ended_on.toordinal()
    weekly = placement.weekly_saving
    totals = tuple(
        rules.saving_to_date(weekly, max(0, min(end, ended - 1) - start + 1)) for end in ends
    )
    may_break_down = None
    if placement.ended_on is None and placement.moved_on is not None:
        may_break_down = known_break_downs(assumptions, placement.moved_on, as_at, ends[-1])
    foster = placement.type == "foster"
    return Known(index, weekly, foster, start, ended, totals, may_break_down)
