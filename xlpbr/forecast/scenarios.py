"""What may come, drawn and settled scenario by scenario in plain whole numbers.

Scenario ``i`` of a seed is row ``i % 1000`` of block ``i // 1000`` of uniform numbers, so that it
is the same however many are drawn and wherever. Only comparisons, ``+ - * /`` and square roots
are done on these: the columns of ``columns`` give the same bits.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import assert_never

from xlpbr.contract.evidence import Evidence, Household, Placement
from xlpbr.contract.life import CohortChild
from xlpbr.forecast.chances import Price
from xlpbr.forecast.known import Known
from xlpbr.forecast.payments import reimbursed_on
from xlpbr.forecast.plan import DRAWS_OF_A_CHILD, ScenarioPlan
from xlpbr.money import Pence, round_half_away
from xlpbr.periods import FAR
from xlpbr.settlement import rules
from xlpbr.settlement.bonus import BonusMeasures, bonus_on_measures, measured, passes_threshold
from xlpbr.settlement.counted import name_key
from xlpbr.settlement.fee import fee_ceiling, fee_drawn_from
from xlpbr.settlement.statement import settle

BLOCK = 1_000
"""Scenarios that share one start of the random numbers."""

PERCENTILES = (10, 50, 90)


@dataclass(frozen=True, slots=True)
class Child:
    """A child to come, as one scenario draws it; prices in pence a week."""

    month: int
    moved_on: int
    residential: Pence
    family: Pence
    ended: int
    reunified: bool
    households: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one scenario draws: when each uncertain known placement ends, and who comes."""

    ended: tuple[int, ...]
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario settled.

    Attributes:
        saving_to_date: at the end of each month.
        payable_to_date: at the end of each month.
        fee_earned: whether the fee is fully earned at the end.
        threshold_passed: whether the measured saving passes the bonus threshold.
        maximum_binds: whether more is owed than the contract maximum.
    """

    saving_to_date: list[Pence]
    payable_to_date: list[Pence]
    fee_earned: bool
    threshold_passed: bool
    maximum_binds: bool


# -- the uniform numbers -----------------------------------------------------------------------


def rows_of_draws(plan: ScenarioPlan, seed: int, first: int, last: int) -> Iterator[list[float]]:
    """The uniform numbers of the scenarios from ``first`` up to but not including ``last``."""
    for block in range(first // BLOCK, (last - 1) // BLOCK + 1):
        draw = random.Random(block_seed(seed, block)).random
        skipped = max(0, first - block * BLOCK)
        for _ in range(skipped * plan.width):
            draw()
        for _ in range(skipped, min(BLOCK, last - block * BLOCK)):
            yield [draw() for _ in range(plan.width)]


def block_seed(seed: int, block: int) -> int:
    """What the random numbers of a block of scenarios start from."""
    return seed | block << 64


# -- one scenario ------------------------------------------------------------------------------


def scenario_of(plan: ScenarioPlan, row: Sequence[float]) -> Scenario:
    """What a scenario draws, from its row of uniform numbers."""
    ended = []
    for u, known in zip(row, plan.uncertain, strict=False):
        break_downs = known.break_downs
        assert break_downs is not None, "it is uncertain"
        reached = break_downs.reached
        month = bisect_right(reached, u)
        day = FAR
        if month < len(reached):
            before = reached[month - 1] if month else 0.0
            within = int((u - before) / (reached[month] - before) * break_downs.lengths[month])
            day = break_downs.first_days[month] + min(within, break_downs.lengths[month] - 1) + 1
        ended.append(day if day <= plan.last_day and day < known.leaves else FAR)
    return Scenario(tuple(ended), tuple(_children(plan, row, len(ended))))


def _children(plan: ScenarioPlan, row: Sequence[float], at: int) -> Iterator[Child]:
    left = plan.assumptions.children
    base = at + len(plan.open_months)
    for number, month in enumerate(plan.open_months):
        moves = min(left, bisect_right(month.reached, row[at + number]))
        left -= moves
        for _ in range(moves):
            u = row[base : base + DRAWS_OF_A_CHILD]
            base += DRAWS_OF_A_CHILD
            moved_on = month.first_day + min(int(u[0] * month.length), month.length - 1)
            yield Child(
                month.index,
                moved_on,
                _drawn_price(plan.residential, u[1]),
                _drawn_price(plan.family, u[2]),
                _drawn_end(plan, month.index, moved_on, u[3]),
                u[4] < plan.share_reunified,
                plan.households + (u[5] < plan.household_more),
            )
        if not left:
            return


def _drawn_price(price: Price, u: float) -> Pence:
    """A price to the penny, from a triangle whose peak is the likely one."""
    if u < price.turn:
        return int(price.low + math.sqrt(u * price.rise) + 0.5)
    return int(price.high - math.sqrt((1.0 - u) * price.fall) + 0.5)


def _drawn_end(plan: ScenarioPlan, month: int, moved_on: int, u: float) -> int:
    """The day on which a placement that began on a day of a month ended; FAR where it lasts."""
    reached = plan.break_downs
    lasted = bisect_right(reached, u)
    if month + lasted >= len(reached):
        return FAR
    before = reached[lasted - 1] if lasted else 0.0
    day = moved_on - plan.month_firsts[month] + 1
    first, after = (
        plan.month_firsts[of] + min(day, plan.month_lengths[of]) - 1
        for of in (month + lasted, month + lasted + 1)
    )
    within = int((u - before) / (reached[lasted] - before) * (after - first))
    ended = first + min(within, after - first - 1) + 1
    return ended if ended <= plan.last_day else FAR


def evidence_of(plan: ScenarioPlan, scenario: Scenario) -> Evidence:
    """A scenario as evidence, for ``settle``."""
    placements = list(plan.evidence.placements)
    for known, day in zip(plan.uncertain, scenario.ended, strict=True):
        if day != FAR:
            placements[known.index] = replace(
                placements[known.index],
                ended_on=date.fromordinal(day),
                ended_because="broke down",
            )
    households, cohort = list(plan.evidence.households), list(plan.evidence.cohort)
    taken = _names_in(plan.evidence)
    for number, child in enumerate(scenario.children, start=1):
        name = _free_name(f"Drawn {number}", taken)
        placements.append(
            Placement(
                name,
                "reunified" if child.reunified else "foster",
                Fraction(child.residential, 100),
                Fraction(child.family, 100),
                date.fromordinal(child.moved_on),
                None if child.ended == FAR else date.fromordinal(child.ended),
                agreed=True,
                row=len(placements) + 1,
            )
        )
        if plan.evidence.cohort:
            cohort.append(CohortChild(name, row=len(cohort) + 1))
        for more in range(1, child.households + 1):
            household = _free_name(f"Drawn {number} household {more}", taken)
            approved_on = date.fromordinal(child.moved_on)
            households.append(Household(household, approved_on, name, len(households) + 1))
    return replace(
        plan.evidence,
        placements=tuple(placements),
        households=tuple(households),
        cohort=tuple(cohort),
    )


def _names_in(evidence: Evidence) -> set[str]:
    """What every child and household that is known is matched by."""
    of_children = (evidence.placements, evidence.cohort, evidence.prices, evidence.costs)
    named = {name_key(row.child) for rows in of_children for row in rows}
    return named | {name_key(row.household) for row in evidence.households}


def _free_name(name: str, taken: set[str]) -> str:
    while name_key(name) in taken:
        name += "'"
    taken.add(name_key(name))
    return name


# -- settled -----------------------------------------------------------------------------------


def settle_scenario(plan: ScenarioPlan, scenario: Scenario) -> Outcome:
    """A scenario settled by the contract's rules; the pennies are those of ``settle``."""
    if plan.by_settle:
        return _as_settled(plan, scenario)
    found = _Sums(plan)
    for known, day in zip(plan.uncertain, scenario.ended, strict=True):
        if day != FAR:
            found.take_break_down(known, day)
    for child in scenario.children:
        found.add_child(child)
    return _paid(plan, found)


def _as_settled(plan: ScenarioPlan, scenario: Scenario) -> Outcome:
    """A scenario as ``settle`` has it: a thousand of them take seconds."""
    months = settle(plan.terms, evidence_of(plan, scenario)).months
    measures = next(
        (month.bonus_measures for month in months if month.bonus_measures is not None), None
    )
    return Outcome(
        saving_to_date=[month.saving_to_date for month in months],
        payable_to_date=[month.payable_to_date for month in months],
        fee_earned=months[-1].fee_to_date == months[-1].entitlement_to_date,
        threshold_passed=measures is not None
        and passes_threshold(plan.terms, measured(plan.terms, measures)),
        maximum_binds=any(
            month.held_back > 0 if plan.payments.holds_back else month.payable_to_date > limit
            for month, limit in zip(months, plan.payments.limits, strict=True)
        ),
    )


class _Sums:
    """What one scenario adds up to, month by month; starts from what is known."""

    def __init__(self, plan: ScenarioPlan) -> None:
        self.plan = plan
        self.saved = list(plan.saved)
        self.in_place = plan.bonus.in_place
        self.accumulated = plan.bonus.accumulated
        self.carer_fees = list(plan.payments.carer_fees)
        self.outcome_fees = list(plan.payments.outcome_fees)
        self.paid_back = list(plan.payments.paid_back)

    def take_break_down(self, known: Known, day: int) -> None:
        """A known placement that breaks down on a day."""
        plan, bonus = self.plan, self.plan.bonus
        total, month = known.saved_before(day), bisect_left(plan.ends, day)
        for later in range(month, len(self.saved)):
            self.saved[later] += total - known.totals[later]
        if plan.counts_for_bonus(known) and day <= bonus.day:
            self.in_place -= known.weekly_on(bonus.day) * (bonus.parts // known.parts)
            self.accumulated += _accrued(plan, known, day) - _accrued(plan, known, known.ended)
        for outcome in known.outcomes:
            if day <= outcome.day:
                self.outcome_fees[outcome.month] -= outcome.price
        self._pay_back(month, day, known.window, known.paid_back_before)

    def add_child(self, child: Child) -> None:
        """A child to come."""
        plan, bonus, payments = self.plan, self.plan.bonus, self.plan.payments
        weekly = child.residential - child.family
        _add_saving(plan.ends, self.saved, child, weekly)
        if not (child.reunified and plan.foster_only):
            if child.moved_on <= bonus.day < child.ended:
                self.in_place += weekly * bonus.parts
            until = min(child.ended, bonus.day + 1)
            self.accumulated += _child_saved(weekly, child.moved_on, until)
            self.accumulated -= _child_saved(weekly, child.moved_on, min(until, bonus.phase))
        if child.households:
            fee = payments.carer_fee.on(child.moved_on)
            self.carer_fees[child.month] += fee * child.households
        for outcome in payments.outcomes:
            day = child.moved_on + outcome.days - 1
            if day < child.ended and day <= plan.last_day:
                self.outcome_fees[bisect_left(plan.ends, day)] += outcome.price.on(day)
        if child.ended != FAR and payments.break_down_amount is not None:
            month = bisect_left(plan.ends, child.ended)
            self._pay_back(month, child.ended, plan.window_of_move(child.moved_on), 0)

    def _pay_back(self, month: int, day: int, window: tuple[int, int], before: Pence) -> None:
        shape = self.plan.terms.break_down_reimbursement
        if shape != "none" and day >= self.plan.first_day:
            payments = self.plan.payments
            self.paid_back[month] += reimbursed_on(payments, shape, day, window, before)


def _accrued(plan: ScenarioPlan, known: Known, ended: int) -> Pence:
    """What a known placement saves of what is accumulated for the bonus, if it ends on a day."""
    until = min(ended, plan.bonus.day + 1)
    return known.saved_before(until) - known.saved_before(min(until, plan.bonus.phase))


def _child_saved(weekly: Pence, moved_on: int, day: int) -> Pence:
    """What the days before a day save; see ``_add_saving``."""
    return (weekly * max(0, day - moved_on) + 3) // 7


def _add_saving(ends: Sequence[int], saved: list[Pence], child: Child, weekly: Pence) -> None:
    """Add what a child saves to the end of each month.

    A running total is (pence a week x days + 3) // 7: with 7, which is odd, there is no half.
    """
    last_growing = bisect_left(ends, child.ended - 1, child.month)
    constant = weekly * (1 - child.moved_on) + 3
    for month in range(child.month, last_growing):
        saved[month] += (weekly * ends[month] + constant) // 7
    total = (weekly * (child.ended - child.moved_on) + 3) // 7
    for month in range(last_growing, len(ends)):
        saved[month] += total


def _paid(plan: ScenarioPlan, found: _Sums) -> Outcome:
    """What is paid month by month: as ``settle`` has it, on running totals."""
    terms, payments = plan.terms, plan.payments
    bonus, passed = 0, False
    if plan.bonus.month is not None:
        measures = BonusMeasures(run_rate_of(plan, found.in_place), found.accumulated)
        bonus = bonus_on_measures(terms, measures)
        passed = measured(terms, measures) >= (plan.bonus.least_passing or 0)
    fees = paid = before = earned_before = fees_before_the_year = reimbursed = 0
    payable = []
    binds = False
    for month, (to_date, earned, limit) in enumerate(
        zip(found.saved, payments.entitlement, payments.limits, strict=True)
    ):
        if payments.year_begins[month]:
            fees_before_the_year = fees
        ceiling = fee_ceiling(terms, earned, earned_before, fees)
        if payments.earned_before is not None:
            ceiling -= payments.earned_before[month] - fees_before_the_year
        drawn_from = fee_drawn_from(terms, to_date - before, to_date, fees)
        fee = max(0, min(drawn_from, ceiling))
        fees += fee
        back = min(found.paid_back[month], fees - reimbursed)
        reimbursed += back
        due = fee + (bonus if month == plan.bonus.month else 0)
        due += round_half_away(found.carer_fees[month], payments.carer_fee.parts)
        due += round_half_away(found.outcome_fees[month], payments.outcome_parts)
        let_through = due
        if payments.holds_back:
            # What is paid back makes room below the maximum, before anything is held to it.
            let_through = min(due, max(0, limit - paid + back))
        paid += let_through - back
        binds = binds or (let_through < due if payments.holds_back else paid > limit)
        payable.append(paid)
        before, earned_before = to_date, earned
    return Outcome(
        saving_to_date=found.saved,
        payable_to_date=payable,
        fee_earned=fees == payments.entitlement[-1],
        threshold_passed=passed,
        maximum_binds=binds,
    )


def run_rate_of(plan: ScenarioPlan, in_place: int) -> Pence:
    """The yearly saving of a weekly one in parts of a penny."""
    match plan.terms.run_rate_year:
        case "days_365":
            return round_half_away(
                in_place * rules.DAYS_IN_YEAR, plan.bonus.parts * rules.DAYS_IN_WEEK
            )
        case "weeks_52":
            return round_half_away(in_place * rules.WEEKS_IN_YEAR, plan.bonus.parts)
        case other:
            assert_never(other)


def settle_range(plan: ScenarioPlan, seed: int, first: int, last: int) -> list[Outcome]:
    """The scenarios from ``first`` up to but not including ``last``, settled."""
    return [
        settle_scenario(plan, scenario_of(plan, row))
        for row in rows_of_draws(plan, seed, first, last)
    ]


def draw_one(plan: ScenarioPlan, seed: int, number: int) -> Scenario:
    """The scenario of a number, counted from 0."""
    return scenario_of(plan, next(rows_of_draws(plan, seed, number, number + 1)))


# -- many scenarios ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over all scenarios: nearest-rank percentiles and the mean, in pence."""

    p10: Pence
    p50: Pence
    p90: Pence
    mean: Pence


@dataclass(frozen=True, slots=True)
class Summary:
    """Many scenarios together.

    Attributes:
        months: for each month the spread of saving, payable and net saving in it, and of the
            three to date.
        fee_earned: in how many scenarios the fee is fully earned.
        threshold_passed: in how many the bonus threshold is passed.
        maximum_binds: in how many the contract maximum binds.
    """

    months: tuple[tuple[Spread, ...], ...]
    fee_earned: int
    threshold_passed: int
    maximum_binds: int


def rank(percent: int, count: int) -> int:
    """Which value in order, counted from 0, is a percentile: the nearest rank."""
    return -(-percent * count // 100) - 1


def summary_of(outcomes: Sequence[Outcome]) -> Summary:
    """The spread of every figure over some settled scenarios."""
    savings = list(zip(*(outcome.saving_to_date for outcome in outcomes), strict=True))
    payables = list(zip(*(outcome.payable_to_date for outcome in outcomes), strict=True))
    months = []
    nothing = (0,) * len(outcomes)
    for month, (saved, paid) in enumerate(zip(savings, payables, strict=True)):
        saved_before = savings[month - 1] if month else nothing
        paid_before = payables[month - 1] if month else nothing
        saving, payable = _less(saved, saved_before), _less(paid, paid_before)
        figures = (saving, payable, _less(saving, payable), saved, paid, _less(saved, paid))
        months.append(tuple(map(_spread, figures)))
    return Summary(
        tuple(months),
        sum(outcome.fee_earned for outcome in outcomes),
        sum(outcome.threshold_passed for outcome in outcomes),
        sum(outcome.maximum_binds for outcome in outcomes),
    )


def _less(values: Sequence[Pence], others: Sequence[Pence]) -> list[Pence]:
    return [value - other for value, other in zip(values, others, strict=True)]


def _spread(values: Sequence[Pence]) -> Spread:
    in_order = sorted(values)
    low, middle, high = (in_order[rank(percent, len(in_order))] for percent in PERCENTILES)
    return Spread(low, middle, high, round_half_away(sum(in_order), len(in_order)))
