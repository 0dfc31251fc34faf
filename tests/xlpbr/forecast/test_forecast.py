"""The forecast: certain figures are the statement's, uncertain ones agree with the theory."""

from __future__ import annotations

import math
import pickle
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from statistics import stdev

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support import strategies
from tests.support.forecast_cases import KNOWN, assumed, contract, placed, random_cases
from tests.support.samples import sample_table
from xlpbr import functions
from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.library import assumptions_table, load_contract, terms_table
from xlpbr.errors import CellError
from xlpbr.executors import run_in_order
from xlpbr.forecast import columns as scenario_columns
from xlpbr.forecast import run as module
from xlpbr.forecast import scenarios
from xlpbr.forecast.run import checked_plan, forecast, last_known_day
from xlpbr.functions import spills
from xlpbr.money import round_half_away
from xlpbr.settlement.statement import settle

SLOWLY = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
SEPTEMBER = date(2026, 9, 30)
FIGURES = [field for _, field in spills.FORECAST_FIGURES]


def six_of(saved: list[int], paid: list[int], month: int) -> list[int]:
    saved_before = saved[month - 1] if month else 0
    paid_before = paid[month - 1] if month else 0
    saving, payable = saved[month] - saved_before, paid[month] - paid_before
    return [saving, payable, saving - payable, saved[month], paid[month],
            saved[month] - paid[month]]  # fmt: skip


# -- nothing uncertain ------------------------------------------------------------------------


@pytest.mark.slow
@SLOWLY
@given(strategies.cases())
def test_where_nothing_is_uncertain_it_is_the_statement(case):
    found, evidence, as_at = case
    terms, placements, carers, _ = strategies.tables(found, evidence)
    nothing = [["Assumption", "Value"], ["Children still to move", 0]]
    statement = functions.pbr_statement(terms, placements, carers)
    table = functions.pbr_forecast(terms, placements, nothing, as_at, 37, 5, carers)
    at = {heading: index for index, heading in enumerate(statement[0])}
    months = table[1 : len(statement)]
    assert [row[0] for row in months] == [row[0] for row in statement[1:]]
    for row, stated in zip(months, statement[1:], strict=True):
        for first, heading in ((1, "Saving"), (5, "Payable"), (13, "Saving to date"),
                               (17, "Payable to date"), (21, "Net saving to date")):  # fmt: skip
            assert row[first : first + 4] == [stated[at[heading]]] * 4
        net = round(stated[at["Saving"]] * 100) - round(stated[at["Payable"]] * 100)
        assert row[9:13] == [net / 100] * 4
    total = table[len(statement)]
    assert total[0] == "Total"
    assert total[1:5] == total[13:17] == months[-1][13:17]
    assert table[-1][0] == "Nothing is uncertain"
    chances = [row[1] for row in table[len(statement) + 1 : len(statement) + 4]]
    assert all(chance in (0.0, 1.0) or str(chance).startswith("no ") for chance in chances)


def test_children_who_cannot_break_down_and_do_not_come_are_certain():
    still = assumed(
        moves_a_month=Fraction(0), break_down_early=Fraction(0), break_down_middle=Fraction(0),
        break_down_late=Fraction(0),
    )  # fmt: skip
    found = forecast(contract(), KNOWN, still)
    months = settle(contract(), KNOWN).months
    assert found.sensitivities == ()
    for month, stated in zip(found.months, months, strict=True):
        spread = month.payable_to_date
        assert {spread.p10, spread.p50, spread.p90, spread.mean} == {stated.payable_to_date}


def test_a_chance_that_no_scenario_meets_is_still_uncertain():
    rare = Fraction(1, 10**9)
    once = assumed(children=0, break_down_early=rare, break_down_middle=rare, break_down_late=rare)
    found = forecast(contract(), KNOWN, once, as_at=SEPTEMBER, scenarios=10)
    assert not found.certain
    assert spills.forecast_table(found)[-1][0] == "No assumption moves it by itself"


# -- means against the closed form -------------------------------------------------------------


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    length = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - first).days
    return first.replace(day=min(day.day, length))


def chance_of(assumptions: Assumptions, month: int) -> float:
    early, middle = assumptions.break_down_early, assumptions.break_down_middle
    return float(early if month <= 3 else middle if month <= 12 else assumptions.break_down_late)


def saved_days(assumptions: Assumptions, moved_on: date, known_to: date, last: date) -> float:
    """How many days from the day after ``known_to`` a placement is expected to save."""
    expected, lasting, month = 0.0, 1.0, 0
    while True:
        month += 1
        first, after = later(moved_on, month - 1), later(moved_on, month)
        if first > last:
            return expected
        if after <= known_to:
            continue
        length, chance = (after - first).days, chance_of(assumptions, month)
        over = max(0, (known_to - first).days + 1)
        if over >= length:
            continue
        # Having lasted so far, it is in place on the j-th day of its month with this chance.
        so_far = 1 - chance * over / length
        for place in range(over, length):
            if first + timedelta(days=place) <= last:
                expected += lasting * (1 - chance * place / length) / so_far
        lasting *= (1 - chance) / so_far


def at_least(count: int, mean: float) -> float:
    """The chance that a Poisson number is at least so many."""
    return 1 - math.fsum(
        math.exp(-mean + less * math.log(mean) - math.lgamma(less + 1)) for less in range(count)
    )


def expected_saving(terms, evidence, assumptions, as_at) -> tuple[float, float]:
    """The expected saving in pence to the end, and the expected number of moves."""
    saving = 0.0
    for placement in evidence.placements:
        known = [day for day in days(placement.moved_on, terms.ends_on) if day <= as_at]
        count = len([day for day in known if day >= terms.starts_on])
        rest = saved_days(assumptions, placement.moved_on, as_at, terms.ends_on)
        saving += float(placement.weekly_saving) * 100 / 7 * (count + rest)
    weekly = (sum(assumptions.residential) - sum(assumptions.family)) / 3
    moves = so_far = 0.0
    for first in [later(assumptions.first_month, number) for number in range(60)]:
        whole = (later(first, 1) - first).days
        open_days = [
            day
            for day in days(first, later(first, 1) - timedelta(days=1))
            if as_at < day <= terms.ends_on
        ]
        if not open_days:
            continue
        mean = float(assumptions.moves_a_month) * len(open_days) / whole
        # The j-th child moves in this month where the count passes j in it.
        here = math.fsum(
            at_least(child, so_far + mean) - (at_least(child, so_far) if so_far else 0)
            for child in range(1, assumptions.children + 1)
        )
        so_far += mean
        moves += here
        per_day = [
            saved_days(assumptions, day, day - timedelta(days=1), terms.ends_on)
            for day in open_days
        ]
        saving += here * math.fsum(per_day) / len(per_day) * float(weekly) * 100 / 7
    return saving, moves


PLAIN = contract(
    fee=Fraction(0), bonus_threshold=None, bonus_rate=None, contract_maximum=None,
    starts_on=date(2026, 1, 1), ends_on=date(2027, 2, 14),
)  # fmt: skip
PLACED = Evidence((
    placed("C01", date(2026, 1, 20)), placed("C02", date(2026, 5, 31)),
    placed("C03", date(2026, 8, 31), family_weekly=Fraction(900)),
))  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("evidence", "changed", "as_at"),
    [
        (Evidence(), {"children": 400}, SEPTEMBER),
        (Evidence(), {"children": 400, "households": Fraction(0)}, date(2026, 10, 21)),
        (Evidence(), {"children": 5, "break_down_early": Fraction(1, 3)}, SEPTEMBER),
        (Evidence(), {"children": 3, "first_month": date(2026, 2, 1)}, date(2026, 1, 31)),
        (PLACED, {"children": 0}, date(2026, 9, 3)),
        (PLACED, {"children": 6, "residential_low": Fraction(0)}, date(2026, 10, 15)),
    ],
)
def test_means_agree_with_the_closed_form(evidence, changed, as_at):
    assumptions = assumed(**changed)
    count = 6_000
    plan = checked_plan(PLAIN, evidence, assumptions, as_at)
    found = forecast(PLAIN, evidence, assumptions, as_at=as_at, scenarios=count, seed=11)
    columns = scenario_columns.settle_range_on_columns(plan, 11, 0, count, compiled=False)
    saving, moves = expected_saving(PLAIN, evidence, assumptions, as_at)
    fees = moves * float(assumptions.households * PLAIN.carer_fee * 100)
    last = found.months[-1]
    for spread, values, theory in (
        (last.saving_to_date, columns.saving_to_date[:, -1].tolist(), saving),
        (last.payable_to_date, columns.payable_to_date[:, -1].tolist(), fees),
    ):
        error = stdev(values) / math.sqrt(count)
        assert abs(spread.mean - theory) <= 4 * error + 1, (spread.mean, theory, error)
    assert saving > 10_000_000  # the theory is of real amounts


@pytest.mark.slow
def test_the_mean_run_rate_of_foster_placements_agrees_too():
    terms = replace(
        PLAIN, bonus_threshold=Fraction(0), bonus_rate=Fraction(1), bonus_counts="foster",
        carer_fee=Fraction(0),
    )  # fmt: skip
    assumptions = assumed(children=400, break_down_early=Fraction(0),
                          break_down_middle=Fraction(0), break_down_late=Fraction(0))  # fmt: skip
    count = 6_000
    found = forecast(terms, Evidence(), assumptions, scenarios=count)
    plan = checked_plan(terms, Evidence(), assumptions, SEPTEMBER)
    columns = scenario_columns.settle_range_on_columns(plan, 1, 0, count, compiled=False)
    moves = float(assumptions.moves_a_month) * (4 + 14 / 28)
    weekly = float(sum(assumptions.residential) - sum(assumptions.family)) / 3
    theory = moves * (1 - float(assumptions.share_reunified)) * weekly * 100 * 365 / 7
    error = stdev(columns.payable_to_date[:, -1].tolist()) / math.sqrt(count)
    assert abs(found.months[-1].payable_to_date.mean - theory) <= 4 * error


# -- the same figures, however it runs ---------------------------------------------------------


@pytest.mark.slow
@SLOWLY
@given(random_cases())
def test_both_ways_give_the_same_forecast(case):
    terms, evidence, assumptions, as_at = case
    plain = forecast(terms, evidence, assumptions, as_at=as_at, scenarios=40, way="plain")
    day = as_at or last_known_day(terms, evidence, assumptions)
    if checked_plan(terms, evidence, assumptions, day).fits_columns:
        columns = forecast(terms, evidence, assumptions, as_at=as_at, scenarios=40, way="columns")
        assert columns == plain


@pytest.mark.slow
def test_chunks_workers_and_ways_change_nothing():
    def run(scenarios: int = 2_500, **how) -> module.Forecast:
        return forecast(contract(), KNOWN, assumed(), scenarios=scenarios, seed=3, **how)

    usual = run()
    assert usual == run(way="plain")
    assert usual == run(way="compiled")
    for at_once in (333, 1_000, 1_001, 10**6):
        assert run(at_once=at_once) == usual
    few = run(50)
    assert run(50, at_once=1, way="columns") == run(50, at_once=13, way="plain") == few
    with ThreadPoolExecutor(2) as executor:
        assert run(run=executor.map, at_once=600) == usual
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert run(run=executor.map, at_once=600) == usual
        assert run(50, run=partial(run_in_order, executor, ahead=2), at_once=20, way="plain") == few
    assert forecast(contract(), KNOWN, assumed(), scenarios=2_500, seed=4) != usual


def test_the_first_scenarios_of_many_are_those_of_few():
    plan = checked_plan(contract(), KNOWN, assumed(), SEPTEMBER)
    many = scenario_columns.settle_range_on_columns(plan, 1, 0, 5_000, compiled=False)
    few = scenario_columns.settle_range_on_columns(plan, 1, 0, 1_000, compiled=False)
    assert (many.saving_to_date[:1_000] == few.saving_to_date).all()
    assert (many.payable_to_date[:1_000] == few.payable_to_date).all()
    assert len({tuple(row) for row in many.saving_to_date.tolist()}) > 4_900


def test_a_plan_can_be_sent_to_a_worker():
    plan = checked_plan(contract(), KNOWN, assumed(), SEPTEMBER)
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_small_work_is_done_in_plain_numbers_and_large_in_columns():
    plan = checked_plan(contract(), KNOWN, assumed(), SEPTEMBER)
    assert module._way_for(plan, 20) == "plain"
    assert module._way_for(plan, 1_000) == "columns"
    assert module._way_for(plan, 1_000_000) == "compiled"
    huge = Evidence((placed("C01", date(2026, 3, 2), residential_weekly=Fraction(10**15)),))
    plan = checked_plan(contract(), huge, assumed(), SEPTEMBER)
    assert module._way_for(plan, 1_000_000) == "plain"


# -- percentiles, chances and what moves the result ---------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 9, 10, 11, 61])
def test_percentiles_means_and_chances_by_brute_force(count):
    plan = checked_plan(contract(), KNOWN, assumed(), SEPTEMBER)
    settled = scenarios.settle_range(plan, 8, 0, count)
    for way in ("plain", "columns"):
        found = forecast(contract(), KNOWN, assumed(), scenarios=count, seed=8, way=way)
        for index, month in enumerate(found.months):
            every = zip(
                *(six_of(one.saving_to_date, one.payable_to_date, index) for one in settled),
                strict=True,
            )
            for field, values in zip(FIGURES, every, strict=True):
                spread = getattr(month, field)
                for share, at in ((10, spread.p10), (50, spread.p50), (90, spread.p90)):
                    # The least value at or below which there are at least so many of them.
                    assert at == min(
                        value
                        for value in values
                        if sum(other <= value for other in values) * 100 >= share * count
                    )
                assert spread.mean == round_half_away(sum(values), count)
        assert found.fee_earned == Fraction(sum(one.fee_earned for one in settled), count)
        assert found.threshold_passed == Fraction(
            sum(one.threshold_passed for one in settled), count
        )
        assert found.maximum_binds == Fraction(sum(one.maximum_binds for one in settled), count)


def test_the_chances_lie_between_none_and_all():
    found = forecast(contract(fee=Fraction(700_000)), KNOWN, assumed(), scenarios=2_000)
    assert 0 < found.threshold_passed < 1
    assert 0 < found.maximum_binds < 1
    none = forecast(
        contract(fee=Fraction(0), bonus_threshold=None, bonus_rate=None, contract_maximum=None),
        KNOWN, assumed(), scenarios=20,
    )  # fmt: skip
    assert (none.fee_earned, none.threshold_passed, none.maximum_binds) == (None, None, None)
    middle = none.months[-1].saving_to_date.p50
    dear = contract(fee=Fraction(middle, 100), contract_maximum=None)
    assert 0 < forecast(dear, KNOWN, assumed(), scenarios=2_000).fee_earned < 1


@pytest.mark.slow
def test_what_moves_the_result_is_what_a_forecast_with_it_gives():
    terms = contract()
    found = forecast(terms, KNOWN, assumed(), scenarios=700, seed=2)
    shown = {one.label: one for one in found.sensitivities}
    sizes = [abs(one.difference) for one in found.sensitivities]
    assert sizes == sorted(sizes, reverse=True)
    assert "Share reunified" not in shown  # it changes nothing where both types count
    assert "First month of moves" not in shown

    def net(**changed) -> int:
        few = forecast(terms, KNOWN, assumed(**changed), scenarios=200, seed=2)
        return few.months[-1].net_saving_to_date.mean

    for label, field in (
        ("Moves a month", "moves_a_month"),
        ("Break-down chance a month, months 1 to 3", "break_down_early"),
        ("Carer households a move", "households"),
    ):
        value = getattr(assumed(), field)
        one = shown[label]
        assert (one.low, one.high) == (value * 3 / 4, value * 5 / 4)
        assert (one.net_at_low, one.net_at_high) == (
            net(**{field: one.low}), net(**{field: one.high}),
        )  # fmt: skip
    cost = shown["Residential weekly cost"]
    assert (cost.low, cost.high) == (6_000, 8_200)
    at_low, at_high = (
        dict.fromkeys(("residential_low", "residential_likely", "residential_high"), price)
        for price in (cost.low, cost.high)
    )
    assert (cost.net_at_low, cost.net_at_high) == (net(**at_low), net(**at_high))
    assert cost.difference > 0 > shown["Family weekly cost"].difference
    children = shown["Children still to move"]
    assert (children.low, children.high) == (9, 15)
    assert children.difference != 0


def test_the_share_of_reunified_children_moves_a_bonus_on_foster_placements():
    terms = contract(bonus_counts="foster", bonus_threshold=Fraction(100_000))
    found = forecast(terms, KNOWN, assumed(share_reunified=Fraction(9, 10)), scenarios=300)
    (one,) = [one for one in found.sensitivities if one.label == "Share reunified"]
    assert (one.low, one.high) == (Fraction(27, 40), 1)
    assert one.net_at_low < one.net_at_high


# -- the last day that is known ----------------------------------------------------------------


@pytest.mark.slow
def test_the_last_day_that_is_known_where_none_is_given():
    assert last_known_day(contract(), KNOWN, assumed()) == SEPTEMBER
    assert last_known_day(contract(), KNOWN, assumed(first_month=None)) == date(2026, 11, 30)
    assert last_known_day(contract(), Evidence(), Assumptions()) == date(2025, 9, 14)
    found = forecast(contract(), KNOWN, assumed(), scenarios=50)
    assert found.as_at == SEPTEMBER
    assert found == forecast(contract(), KNOWN, assumed(), as_at=SEPTEMBER, scenarios=50)


# -- the function ------------------------------------------------------------------------------

PLYMOUTH = load_contract("plymouth-l04-2526")
TERMS, PLACEMENTS, CARERS = (
    terms_table(PLYMOUTH), sample_table(PLYMOUTH, "Placements"), sample_table(PLYMOUTH, "Carers"),
)  # fmt: skip
ASSUMPTIONS = assumptions_table(PLYMOUTH)


def changed(label: str, value: object) -> list[list[object]]:
    return [row if row[0] != label else [label, value, *row[2:]] for row in ASSUMPTIONS]


def test_the_table_that_the_function_spills():
    table = functions.pbr_forecast(TERMS, PLACEMENTS, ASSUMPTIONS, None, 400, 1, CARERS)
    assert {len(row) for row in table} == {25}
    assert table[0][:6] == [
        "Month", "Saving, 10th percentile", "Saving, 50th percentile", "Saving, 90th percentile",
        "Saving, mean", "Payable, 10th percentile",
    ]  # fmt: skip
    assert table[0][-4:] == [
        "Net saving to date, 10th percentile", "Net saving to date, 50th percentile",
        "Net saving to date, 90th percentile", "Net saving to date, mean",
    ]  # fmt: skip
    assert [row[0] for row in table[1:19]] == [
        date(2025 + (8 + number) // 12, (8 + number) % 12 + 1, 1) for number in range(18)
    ]
    assert table[19][0] == "Total"
    assert [row[0] for row in table[20:23]] == [
        "Chance that the fee is fully earned",
        "Chance that the bonus threshold is passed",
        "Chance that the maximum binds",
    ]
    assert all(0 <= row[1] <= 1 and row[2:] == [""] * 23 for row in table[20:23])
    assert table[23][:7] == [
        "What moves the net saving most", "Low", "High", "Net saving at low",
        "Net saving at high", "Difference", "",
    ]  # fmt: skip
    assert len(table) > 26
    assert all(round(row[4] - row[3], 2) == row[5] for row in table[24:])
    # What is known is certain, and what is not ranges.
    assert table[13][1] == table[13][3]
    assert table[18][13] < table[18][14] < table[18][15]
    same = functions.pbr_forecast(TERMS, PLACEMENTS, ASSUMPTIONS, "30/09/2026", "400", 1.0, CARERS)
    assert same == table


def test_what_the_terms_do_not_have_is_said():
    bare = [["Term", "Value"], ["Starts on", "1/9/2025"], ["Ends on", "28/2/2027"]]
    table = functions.pbr_forecast(bare, PLACEMENTS, ASSUMPTIONS, None, 20)
    said = [row[1] for row in table if str(row[0]).startswith("Chance")]
    assert said == ["no fee in the terms", "no bonus in the terms", "no maximum in the terms"]


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"scenarios": 0}, "#NUM!",
         "scenarios: found 0; expected a whole number from 1 to 100,000"),
        ({"scenarios": 100_001}, "#NUM!",
         "scenarios: found 100,001; expected a whole number from 1 to 100,000"),
        ({"scenarios": "many"}, "#VALUE!", 'scenarios: found "many"; expected a number'),
        ({"scenarios": 2.5}, "#NUM!", "scenarios: found 2.5; expected a whole number"),
        ({"seed": -1}, "#NUM!",
         "seed: found -1; expected a whole number from 0 to 9,007,199,254,740,991"),
        ({"as_at": "October"}, "#VALUE!",
         'as_at: found "October"; expected a date such as 01/09/2025'),
        ({"as_at": "31/10/2026"}, "#NUM!",
         "Assumptions, First month of moves: found October 2026; expected a month that ends after"
         " As at, 31 Oct 2026. Correct one of the two."),
        ({"assumptions": changed("First month of moves", "Mar 2027")}, "#NUM!",
         "Assumptions, First month of moves: found March 2027; expected a month of the programme,"
         " September 2025 to February 2027. Correct the month, or Starts on and Ends on in"
         " Terms."),
        ({"assumptions": changed("Share reunified", 1.5)}, "#NUM!",
         "Assumptions, row 13, Share reunified: found 1.5; expected a share from 0 to 1, such as"
         " 0.05 or 5%. Write it as a fraction or a percentage: 1.5%."),
        ({"assumptions": changed("Moves a month", None)}, "#VALUE!",
         "Assumptions, Moves a month: found nothing; expected a number. Enter Moves a month: How"
         " many of them move in a month, on average."),
        ({"assumptions": changed("Moves a month", CellError("#N/A", ""))}, "#N/A",
         "Assumptions, row 3, Moves a month: found #N/A; expected a value, not an error. Correct"
         " the formula in the cell."),
        ({"assumptions": ASSUMPTIONS[1:]}, "#VALUE!", None),
        ({"assumptions": None}, "#VALUE!",
         'Assumptions, Assumption: found no such heading; expected the heading "Assumption" in the'
         " first row. Add the column, or choose the range with its heading row."),
        ({"assumptions": changed("Children still to move", 1_000), "scenarios": 100_000}, "#NUM!",
         "scenarios: found 100,000; expected a whole number from 1 to 3,944"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_an_error_that_says_so(given, code, message):
    call = {"terms": TERMS, "placements": PLACEMENTS, "assumptions": ASSUMPTIONS, **given}
    with pytest.raises(CellError) as caught:
        functions.pbr_forecast(**call)
    assert caught.value.code == code
    if message is not None:
        assert caught.value.message == message


def test_negative_prices_are_refused_wherever_they_stand():
    for label in ("Residential weekly cost, low", "Family weekly cost, likely"):
        with pytest.raises(CellError, match="from 0 to 1,000,000"):
            functions.pbr_forecast(TERMS, PLACEMENTS, changed(label, -5))
    dear = [PLACEMENTS[0], [*PLACEMENTS[1]], *PLACEMENTS[2:]]
    dear[1][2] = -7000
    with pytest.raises(CellError, match="Placements, row 1, Residential weekly cost"):
        functions.pbr_forecast(TERMS, dear, ASSUMPTIONS)


def test_more_than_memory_holds_is_refused():
    with pytest.raises(CellError, match=r"scenarios: found 1,000,000 over 601 months; expected"):
        forecast(
            contract(ends_on=date(2075, 9, 14)), KNOWN, assumed(), scenarios=1_000_000,
        )  # fmt: skip
    with pytest.raises(CellError, match="scenarios: found 0; expected a whole number from 1"):
        forecast(contract(), KNOWN, assumed(), scenarios=0)


def test_the_example_of_the_documentation():
    said = (Path(__file__).resolve().parents[3] / "docs" / "guide" / "forecast.md").read_text(
        encoding="utf-8"
    )
    table = functions.pbr_forecast(TERMS, PLACEMENTS, ASSUMPTIONS, None, None, None, CARERS)
    total, moves = table[19], table[24]
    for name, first in (("Saving", 1), ("Payable", 5), ("Net saving", 9)):
        figures = " | ".join(f"£{pounds:,.2f}" for pounds in total[first : first + 4])
        assert f"| {name} | {figures} |" in said
    assert [row[1] for row in table[20:23]] == [1.0, 0.999, 0.195]
    assert "binds in 19.5% of them" in said
    assert moves[:3] == ["Moves a month", 1.5, 2.5]
    assert f"from £{moves[3]:,.2f} to £{moves[4]:,.2f}." in " ".join(said.split())


def test_the_guides_name_what_is_there():
    guide = Path(__file__).resolve().parents[3] / "docs" / "guide" / "forecast.md"
    named = re.findall(r"`(xlpbr(?:\.\w+)+)\.(\w+)\(", guide.read_text(encoding="utf-8"))
    assert named
    for place, name in named:
        assert callable(getattr(import_module(place), name))
