"""Single scenarios: drawn the same both ways, settled to the penny as the core settles them."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.forecast_cases import KNOWN, assumed, contract, placed, random_cases
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import READINGS
from xlpbr.forecast import columns as scenario_columns
from xlpbr.forecast import scenarios
from xlpbr.forecast.plan import KNOWN as KNOWN_RULES
from xlpbr.forecast.plan import scenario_plan_of
from xlpbr.forecast.run import checked_plan, last_known_day, scenario_evidence
from xlpbr.money import to_pence
from xlpbr.periods import FAR, edate
from xlpbr.settlement.bonus import measured, threshold_and_rate
from xlpbr.settlement.statement import settle

SLOWLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

PLAN = checked_plan(contract(), KNOWN, assumed(), date(2026, 9, 30))


# -- the uniform numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "seed", [0, 1, 7, 2**31, 2**32 - 1, 2**32, 2**32 + 5, 2**53 - 1]
)  # fmt: skip
@pytest.mark.parametrize("block", [0, 1, 2, 999])
def test_both_ways_draw_the_same_uniform_numbers(seed, block):
    start = scenarios.block_seed(seed, block)
    plain = random.Random(start)
    theirs = np.random.RandomState(scenario_columns.words_of(start)).random_sample(700)
    assert [plain.random() for _ in range(700)] == theirs.tolist()


def test_the_rows_are_the_same_however_they_are_asked_for():
    whole = list(scenarios.rows_of_draws(PLAN, 5, 0, 2_100))
    assert len({tuple(row) for row in whole}) == 2_100
    for first, last in ((0, 1), (999, 1_001), (1_000, 1_003), (1_850, 2_100), (37, 2_050)):
        assert list(scenarios.rows_of_draws(PLAN, 5, first, last)) == whole[first:last]
        columns = list(scenario_columns.blocks_of_draws(PLAN.width, 5, first, last))
        assert np.concatenate(columns).tolist() == whole[first:last]
    other = list(scenarios.rows_of_draws(PLAN, 6, 0, 10))
    assert other != whole[:10]


# -- what is drawn ----------------------------------------------------------------------------


def test_what_is_drawn_keeps_to_the_assumptions():
    last = PLAN.terms.ends_on
    ways = set()
    for row in scenarios.rows_of_draws(PLAN, 3, 0, 400):
        drawn = scenarios.scenario_of(PLAN, row)
        assert len(drawn.children) <= 12
        for known, day in zip(PLAN.uncertain, drawn.ended, strict=True):
            moved_on = PLAN.evidence.placements[known.index].moved_on
            assert moved_on is not None
            if day != FAR:
                assert max(PLAN.as_at + timedelta(days=1), moved_on).toordinal() < day
                assert day <= last.toordinal()
        for child in drawn.children:
            day = date.fromordinal(child.moved_on)
            period = PLAN.periods[child.month]
            assert period.first <= day <= period.last
            assert date(2026, 10, 1) <= day <= last
            assert 600_000 <= child.residential <= 820_000
            assert 120_000 <= child.family <= 199_999
            assert child.households in (1, 2)
            if child.ended != FAR:
                assert child.moved_on < child.ended <= last.toordinal()
            ways.add((child.reunified, child.households, child.ended == FAR))
    assert len(ways) == 8


def test_the_children_who_are_known_to_have_an_end_keep_it():
    assert len(PLAN.known) == 12  # the one that is not agreed counts for nothing
    assert len(PLAN.uncertain) == 11
    assert [KNOWN.placements[one.index].child for one in PLAN.known if one.ended != FAR] == ["C11"]


@pytest.mark.parametrize("mean", [Fraction(0), Fraction(1, 3), Fraction(5, 2), Fraction(40)])
def test_the_number_of_moves_is_poissons(mean):
    plan = scenario_plan_of(
        contract(ends_on=date(2027, 2, 28)), KNOWN, assumed(moves_a_month=mean, children=60),
        date(2026, 9, 30),
    )  # fmt: skip
    expected = [
        math.fsum(
            math.exp(-float(mean) + count * math.log(float(mean)) - math.lgamma(count + 1))
            if mean
            else float(count == 0)
            for count in range(most + 1)
        )
        for most in range(60)
    ]
    assert len(plan.open_months) == 5
    for month in plan.open_months:
        assert month.reached == pytest.approx(expected, abs=1e-12)


def test_a_part_of_a_month_has_as_many_fewer_moves():
    plan = scenario_plan_of(contract(), KNOWN, assumed(), date(2026, 10, 24))
    october, *_, february = plan.open_months
    assert (date.fromordinal(october.first_day), october.length) == (date(2026, 10, 25), 7)
    assert october.reached[0] == pytest.approx(math.exp(-2.5 * 7 / 31), abs=1e-15)
    assert february.length == 20
    assert february.reached[0] == pytest.approx(math.exp(-2.5 * 20 / 28), abs=1e-15)


def test_of_a_running_month_only_the_rest_is_left():
    evidence = Evidence((placed("C01", date(2026, 1, 20)),))
    plan = scenario_plan_of(contract(), evidence, assumed(), date(2026, 3, 10))
    (known,) = plan.uncertain
    table = known.break_downs
    assert table is not None
    # The second month runs from 20 February to 19 March: 28 days, of which 19 are over.
    first = Fraction(1, 10) * (1 - Fraction(19, 28)) / (1 - Fraction(1, 10) * Fraction(19, 28))
    assert table.reached[0] == float(first)
    assert (date.fromordinal(table.first_days[0]), table.lengths[0]) == (date(2026, 3, 11), 9)
    assert date.fromordinal(table.first_days[1]) == date(2026, 3, 20)
    second = 1 - (1 - first) * (1 - Fraction(1, 10))
    assert table.reached[1] == float(second)
    third = 1 - (1 - second) * (1 - Fraction(1, 20))
    assert table.reached[2] == float(third)


def test_a_certain_break_down_comes_in_the_first_month_of_a_placement():
    sure = assumed(break_down_early=Fraction(1))
    plan = checked_plan(contract(), KNOWN, sure, date(2026, 9, 30))
    ends = set()
    for row in scenarios.rows_of_draws(plan, 1, 0, 300):
        for child in scenarios.scenario_of(plan, row).children:
            moved_on = date.fromordinal(child.moved_on)
            last = edate(moved_on, 1).toordinal()
            # A placement whose first month reaches beyond the programme may end after it.
            if child.ended == FAR:
                assert last > plan.last_day
            else:
                assert child.moved_on < child.ended <= last
            ends.add(child.ended - child.moved_on)
    assert {1, 28, 30} <= ends


# -- settled ----------------------------------------------------------------------------------


def agree(plan, number, seed, outcome):
    """A scenario as evidence, settled by the core, against an outcome."""
    evidence = scenarios.evidence_of(plan, scenarios.draw_one(plan, seed, number))
    statement = settle(plan.terms, evidence)
    assert outcome.saving_to_date == [month.saving_to_date for month in statement.months]
    assert outcome.payable_to_date == [month.payable_to_date for month in statement.months]
    last = statement.months[-1]
    assert outcome.fee_earned == (last.fee_to_date == last.entitlement_to_date)
    terms = plan.terms
    most = {m.month: terms.in_force("contract_maximum", m.period.last) for m in statement.months}
    assert outcome.maximum_binds == any(
        most[month.month] is not None
        and (
            month.held_back > 0
            if terms.maximum_reading == "hard_stop"
            else month.payable_to_date > to_pence(most[month.month])
        )
        for month in statement.months
    )
    measures = [month.bonus_measures for month in statement.months if month.bonus_measures]
    threshold, rate = threshold_and_rate(terms)
    if threshold is None or rate is None or not measures:
        assert not outcome.threshold_passed
    else:
        saving = Fraction(measured(terms, measures[0]), 100)
        whole = terms.bonus_shape == "whole"
        assert outcome.threshold_passed == (saving >= threshold if whole else saving > threshold)


def outcomes(columns):
    """Columns as the plain outcomes that they should be."""
    return [
        scenarios.Outcome(saved, paid, earned, passed, binds)
        for saved, paid, earned, passed, binds in zip(
            columns.saving_to_date.tolist(), columns.payable_to_date.tolist(),
            columns.fee_earned.tolist(), columns.threshold_passed.tolist(),
            columns.maximum_binds.tolist(), strict=True,
        )
    ]  # fmt: skip


@pytest.mark.slow
@SLOWLY
@given(random_cases(), st.integers(0, 2**53 - 1), st.integers(0, 1_200))
def test_a_scenario_is_settled_as_the_core_settles_it(case, seed, first):
    terms, evidence, assumptions, as_at = case
    day = as_at or last_known_day(terms, evidence, assumptions)
    plan = scenario_plan_of(terms, evidence, assumptions, day, most_children=6)
    found = scenarios.settle_range(plan, seed, first, first + 4)
    for number, outcome in enumerate(found, start=first):
        agree(plan, number, seed, outcome)
    if plan.fits_columns:
        columns = scenario_columns.settle_range_on_columns(
            plan, seed, first, first + 4, compiled=False
        )
        assert outcomes(columns) == found


TOGETHER = [
    {"fee_reading": "no_catch_up", "savings_reading": "cumulative", "pro_rata_basis": "days"},
    {"fee_reading": "up_to_cap", "fee_period": "annual", "vat_reading": "inclusive"},
    {"bonus_counts": "foster", "bonus_measure": "accumulated", "bonus_shape": "whole"},
    {"bonus_counts": "foster", "bonus_measure": "lower", "maximum_reading": "warn"},
    {"contract_maximum": Fraction("612345.675"), "carer_fee": Fraction("9999.995")},
    {"contract_maximum": None, "bonus_threshold": None, "bonus_rate": None},
]
OF_A_LIFE = {"cohort_size": 21, "phase_starts_on": date(2026, 3, 1)}
"""What some of the readings cannot do without."""

ALONE = [{term.field_name: option} for term in READINGS for option in term.options]


@pytest.mark.parametrize("readings", ALONE + TOGETHER, ids=str)
def test_many_scenarios_of_each_reading_both_ways(readings):
    plan = checked_plan(contract(**OF_A_LIFE, **readings), KNOWN, assumed(), date(2026, 9, 30))
    assert plan.fits_columns == KNOWN_RULES.cover(plan.terms, KNOWN)
    found = scenarios.settle_range(plan, 9, 950, 1_070)
    for compiled in (False, None) if plan.fits_columns else ():
        columns = scenario_columns.settle_range_on_columns(plan, 9, 950, 1_070, compiled=compiled)
        assert outcomes(columns) == found
    for number in (950, 999, 1_000, 1_001, 1_069):
        agree(plan, number, 9, found[number - 950])


@pytest.mark.parametrize("price", [Fraction("7000.125"), Fraction(50_000, 7)], ids=str)
def test_prices_finer_than_a_penny_are_exact_both_ways(price):
    finer = Evidence((*KNOWN.placements[:4], placed("C99", date(2026, 3, 2),
                      residential_weekly=price)))  # fmt: skip
    plan = checked_plan(contract(), finer, assumed(), date(2026, 9, 30))
    found = scenarios.settle_range(plan, 1, 0, 60)
    for number, outcome in enumerate(found):
        agree(plan, number, 1, outcome)
    columns = scenario_columns.settle_range_on_columns(plan, 1, 0, 60)
    assert outcomes(columns) == found


def test_amounts_beyond_the_columns_are_exact_in_plain_numbers():
    huge = Evidence((placed("C01", date(2026, 3, 2), residential_weekly=Fraction(10**15)),))
    plan = checked_plan(contract(), huge, assumed(), date(2026, 9, 30))
    assert not plan.fits_columns
    for number, outcome in enumerate(scenarios.settle_range(plan, 1, 0, 20)):
        agree(plan, number, 1, outcome)


def test_a_scenario_as_evidence_names_every_child_once():
    taken = Evidence((*KNOWN.placements, placed("drawn 1", date(2026, 4, 1))))
    found = scenario_evidence(contract(), taken, assumed(), 4, as_at=date(2026, 9, 30), seed=2)
    names = [placement.child.casefold() for placement in found.placements]
    assert len(set(names)) == len(names) > len(taken.placements)
    assert len({household.household for household in found.households}) == len(found.households)
    drawn = [
        one for one in found.placements if one.child not in {p.child for p in taken.placements}
    ]
    assert {household.child for household in found.households} <= {one.child for one in drawn}


def test_the_last_month_of_the_calendar():
    terms = contract(starts_on=date(9999, 11, 20), ends_on=date(9999, 12, 31))
    evidence = Evidence((placed("C01", date(9999, 11, 25)),))
    assumptions = assumed(first_month=date(9999, 11, 1), break_down_early=Fraction(1, 2))
    plan = checked_plan(terms, evidence, assumptions, date(9999, 11, 24))
    for number, outcome in enumerate(scenarios.settle_range(plan, 1, 0, 30)):
        agree(plan, number, 1, outcome)
