"""A forecast of a contract with all that its life adds: each scenario is the statement's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.support.forecast_cases import assumed, contract, placed, shares
from tests.support.life.as_ranges import given as given_tables
from tests.support.life.as_ranges import optional
from tests.support.life.random_lives import lives
from tests.xlpbr.forecast.test_scenarios import agree, outcomes
from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import CohortChild, FurtherCost, OutcomeRate, PriceChange
from xlpbr.contract.terms import Variation
from xlpbr.errors import CellError
from xlpbr.forecast import columns as scenario_columns
from xlpbr.forecast import scenarios
from xlpbr.forecast.plan import KNOWN, scenario_plan_of, varied
from xlpbr.forecast.run import checked_plan, forecast, scenario_evidence
from xlpbr.periods import FAR, edate, month_of
from xlpbr.settlement.statement import settle
from xlpbr.tables.evidence import read_contract

SLOWLY = settings(
    deadline=None, max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

DAY = timedelta(days=1)


def records_of(life):
    tables = optional(life)
    del tables["budget"]
    try:
        return read_contract(*given_tables(life), **tables)
    except CellError:  # a variation that leaves half a bonus
        reject()


def still_in_place(draw, terms, known):
    """The same life with more children still in place, some of them at new prices or leaving."""
    last = {}
    for placement in known.placements:
        if placement.moved_on is not None:
            rows = last.setdefault(placement.child, [])
            rows.append(placement)
    days = st.integers(-60, (terms.ends_on - terms.starts_on).days + 20)
    around = days.map(lambda count: terms.starts_on + count * DAY)
    prices, cohort = list(known.prices), {row.child: row for row in known.cohort}
    placements = list(known.placements)
    for child, rows in last.items():
        if not draw(st.booleans()):
            continue
        newest = max(rows, key=lambda row: row.moved_on)
        place = next(at for at, row in enumerate(placements) if row is newest)
        placements[place] = replace(newest, ended_on=None, agreed=True)
        if draw(st.booleans()):
            price = Fraction(draw(st.integers(0, 90_000_000)), 10_000)
            prices.append(PriceChange(child, draw(around), price, draw(st.none() | st.just(price))))
        if cohort:
            leaves_on = max(newest.moved_on, draw(around)) if draw(st.booleans()) else None
            cohort[child] = CohortChild(child, leaves_on)
    by_day = {(row.child, row.starts_on): row for row in prices}
    return replace(
        known, placements=tuple(placements), prices=tuple(by_day.values()),
        cohort=tuple(cohort.values()),
    )  # fmt: skip


@st.composite
def cases(draw):
    """A random life, and assumptions that fit it."""
    terms, known = records_of(draw(lives(most_children=4)))
    known = still_in_place(draw, terms, known)
    months = (terms.ends_on.year - terms.starts_on.year) * 12
    months += terms.ends_on.month - terms.starts_on.month
    first_month = edate(month_of(terms.starts_on), draw(st.integers(0, max(1, months // 2))))
    as_at = first_month + draw(st.sampled_from([-1, -1, 0, 12, -40])) * DAY
    chances = st.sampled_from([Fraction(1, 9), Fraction(1, 4), Fraction(1, 30), Fraction(0)])
    low, high = sorted((draw(st.integers(0, 900_000)), draw(st.integers(0, 900_000))))
    assumptions = Assumptions(
        children=draw(st.sampled_from([4, 2, 0])),
        first_month=first_month,
        moves_a_month=draw(st.sampled_from([Fraction(1, 3), Fraction(4)])),
        residential_low=Fraction(low, 100),
        residential_likely=Fraction(high, 100),
        residential_high=Fraction(high, 100),
        family_likely=Fraction(draw(st.integers(0, 200_000)), 100),
        break_down_early=draw(chances),
        break_down_middle=draw(chances),
        break_down_late=draw(chances),
        share_reunified=draw(shares()),
        households=draw(st.sampled_from([Fraction(0), Fraction(2, 3), Fraction(2)])),
    )
    return scenario_plan_of(terms, known, assumptions, as_at, most_children=5)


@pytest.mark.slow
@SLOWLY
@given(cases(), st.integers(0, 2**53 - 1))
def test_each_scenario_of_a_random_life_is_the_statements(plan, seed):
    found = scenarios.settle_range(plan, seed, 0, 6)
    for number, outcome in enumerate(found):
        agree(plan, number, seed, outcome)
    if plan.fits_columns:
        for compiled in (False, None):
            columns = scenario_columns.settle_range_on_columns(plan, seed, 0, 6, compiled=compiled)
            assert outcomes(columns) == found


OTHERWISE = {
    "children": 3, "moves_a_month": Fraction(3, 2), "first_month": date(2027, 1, 1),
    "residential_high": Fraction(9_999), "family_likely": Fraction(2_500),
    "break_down_early": Fraction(2, 9), "break_down_middle": Fraction(2, 9),
    "break_down_late": Fraction(2, 9), "share_reunified": Fraction(1, 3),
    "households": Fraction(5, 3),
}  # fmt: skip


@pytest.mark.slow
@SLOWLY
@given(cases(), st.sets(st.sampled_from(sorted(OTHERWISE)), min_size=1))
def test_a_plan_under_other_assumptions_is_the_plan_that_they_would_make(plan, names):
    other = replace(plan.assumptions, **{name: OTHERWISE[name] for name in names})
    anew = scenario_plan_of(plan.terms, plan.evidence, other, plan.as_at)
    assert varied(plan, other) == replace(anew, width=plan.width)


# -- one by one -------------------------------------------------------------------------------

SEPTEMBER = date(2026, 9, 30)
CHILD = placed("C01", date(2026, 3, 2))


def everything_breaks_down(**changed):
    return assumed(**{"children": 3, "break_down_early": Fraction(1), **changed})


def evidences(terms, evidence, assumptions, count=40):
    return [
        scenario_evidence(terms, evidence, assumptions, number, as_at=SEPTEMBER)
        for number in range(count)
    ]


def test_everything_of_the_second_edition_is_known():
    assert KNOWN.unknown == []
    assert KNOWN.varies
    assert KNOWN.tables >= {"cohort", "prices", "costs", "rates", "signed"}


def test_a_drawn_break_down_says_what_it_is():
    stray = Evidence((replace(CHILD, ended_because="planned move"),))
    drawn = evidences(contract(), stray, assumed(children=0, break_down_middle=Fraction(1, 2)))
    ended = [one.placements[0] for one in drawn if one.placements[0].ended_on]
    assert ended
    assert {one.ended_because for one in ended} == {"broke down"}


def test_a_child_who_leaves_care_does_not_break_down_afterwards():
    leaves_on = date(2026, 11, 10)
    evidence = Evidence((CHILD,), cohort=(CohortChild("C01", leaves_on),))
    drawn = evidences(contract(), evidence, assumed(children=0, break_down_middle=Fraction(1, 2)))
    ends = {one.placements[0].ended_on for one in drawn}
    assert None in ends
    assert len(ends) > 5
    assert all(SEPTEMBER < day < leaves_on for day in ends if day is not None)
    for one in drawn:
        assert settle(contract(), one).months[-1].children == 0


def test_a_child_who_has_left_care_is_certain():
    evidence = Evidence((CHILD,), cohort=(CohortChild("C01", date(2026, 10, 1)),))
    sure = assumed(children=0, break_down_middle=Fraction(1))
    assert checked_plan(contract(), evidence, sure, SEPTEMBER).is_certain


def test_children_to_come_are_children_of_the_cohort():
    evidence = Evidence((CHILD,), cohort=(CohortChild("C01"), CohortChild("drawn 1")))
    drawn = evidences(contract(), evidence, assumed(), 5)
    for one in drawn:
        assert len(one.agreed) == len(one.placements) > 1
        assert len({row.child.casefold() for row in one.cohort}) == len(one.cohort)
    without = evidences(contract(), Evidence((CHILD,)), assumed(), 5)
    assert [one.cohort for one in without] == [()] * 5


def test_a_change_of_price_is_no_move():
    """The break-down clock runs from the move, and a price of next year is known."""
    change = PriceChange("C01", date(2026, 11, 1), Fraction(9_000), None)
    evidence = Evidence((CHILD,), prices=(change,))
    likely = assumed(children=0, break_down_middle=Fraction(1, 5))
    plan = checked_plan(contract(), evidence, likely, SEPTEMBER)
    plain = checked_plan(contract(), Evidence((CHILD,)), likely, SEPTEMBER)
    assert plan.known[0].break_downs == plain.known[0].break_downs
    for number, outcome in enumerate(scenarios.settle_range(plan, 1, 0, 30)):
        agree(plan, number, 1, outcome)
    rarely = forecast(contract(), evidence, replace(likely, break_down_middle=Fraction(0)))
    usual = forecast(contract(), Evidence((CHILD,)), replace(likely, break_down_middle=Fraction(0)))
    assert rarely.months[-1].saving_to_date.mean > usual.months[-1].saving_to_date.mean


def test_a_name_that_costs_and_prices_know_is_not_given_to_a_child_to_come():
    cost = FurtherCost("Drawn 1", date(2026, 10, 1), weekly=Fraction(900))
    evidence = Evidence((CHILD,), costs=(cost,), prices=(PriceChange("drawn 2", SEPTEMBER),))
    for one in evidences(contract(), evidence, assumed(), 5):
        assert not {row.child.casefold() for row in one.placements} & {"drawn 1", "drawn 2"}


@pytest.mark.parametrize("shape", ["straight_line", "whole"])
@pytest.mark.parametrize("window", ["move", "phase"])
def test_break_downs_that_are_drawn_are_paid_back(shape, window):
    terms = contract(
        break_down_reimbursement=shape, break_down_window=window, cohort_size=21,
        phase_starts_on=date(2026, 3, 1),
    )  # fmt: skip
    few = {"scenarios": 300, "as_at": SEPTEMBER}
    found = forecast(terms, Evidence((CHILD,)), everything_breaks_down(), **few)
    nothing = forecast(contract(), Evidence((CHILD,)), everything_breaks_down(), **few)
    paid, without = (one.months[-1].payable_to_date.mean for one in (found, nothing))
    assert paid < without


def test_outcomes_that_last_are_paid_in_scenarios():
    rates = (OutcomeRate("13 weeks", 13, Fraction(6_000)),)
    lasting = assumed(
        break_down_early=Fraction(0), break_down_middle=Fraction(0), break_down_late=Fraction(0),
    )  # fmt: skip
    terms = contract(fee=Fraction(0), carer_fee=Fraction(0), bonus_rate=None)
    found = forecast(terms, Evidence(rates=rates), lasting, as_at=SEPTEMBER, scenarios=50)
    assert found.months[-1].payable_to_date.mean > 0
    assert found.months[-1].payable_to_date.mean % 1 == 0
    statement = settle(
        terms, scenario_evidence(terms, Evidence(rates=rates), lasting, 0, as_at=SEPTEMBER)
    )
    assert statement.payable % 600_000 == 0


def test_what_was_terminated_is_forecast_to_that_day():
    terms = contract(terminated_on=date(2026, 11, 15))
    found = forecast(terms, Evidence((CHILD,)), assumed(), as_at=SEPTEMBER, scenarios=50)
    assert found.months[-1].month == date(2026, 11, 1)
    assert found.threshold_passed == 0
    early = contract(terminated_on=date(2026, 9, 15))
    assert forecast(early, Evidence((CHILD,)), assumed(), as_at=SEPTEMBER).certain


def test_a_fee_that_begins_later_and_a_maximum_that_is_lowered():
    day = date(2026, 6, 1)
    terms = contract(
        fee=Fraction(0), contract_maximum=None,
        variations=(
            Variation("contract_maximum", day, Fraction(10_000)),
            Variation("fee", day, Fraction(700_000)),
        ),
    )  # fmt: skip
    found = forecast(terms, Evidence((CHILD,)), assumed(), as_at=SEPTEMBER, scenarios=50)
    assert found.fee_earned is not None
    assert found.maximum_binds == 1


def test_a_scenario_far_away_is_none():
    plan = checked_plan(contract(), Evidence((CHILD,)), assumed(children=0), SEPTEMBER)
    drawn = [scenarios.draw_one(plan, 1, number).ended for number in range(60)]
    assert 10 < drawn.count((FAR,)) < 60
    assert all(day <= plan.last_day for (day,) in drawn if day != FAR)


def test_a_row_beside_one_that_is_still_in_place_goes_to_settle():
    """A row that ended on the day of its move may stand beside another of the child."""
    beside = placed("C01", date(2026, 10, 20), ended_on=date(2026, 10, 20))
    terms = contract(break_down_reimbursement="whole", cohort_size=21)
    plan = checked_plan(terms, Evidence((CHILD, beside)), assumed(), SEPTEMBER)
    assert plan.by_settle
    for number, outcome in enumerate(scenarios.settle_range(plan, 1, 0, 20)):
        agree(plan, number, 1, outcome)
