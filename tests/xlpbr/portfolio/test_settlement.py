"""The fast settlement against the rules and the statement, to the penny, with and without numba."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.support import strategies
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, CellError
from xlpbr.money import to_pence, to_pounds
from xlpbr.periods import FAR, Period, edate, months_of
from xlpbr.portfolio import numpy_loops as fast_numpy
from xlpbr.portfolio import settlement as fast
from xlpbr.portfolio.rows import KNOWN
from xlpbr.portfolio.settlement import MonthColumns, PlacementColumns, RuleColumns
from xlpbr.settlement import rules
from xlpbr.settlement.bonus import BonusMeasures, bonus_measures, bonus_on_measures, measured
from xlpbr.settlement.counted import counted_from, counted_placements
from xlpbr.settlement.statement import MonthStatement, settle

BOTH = pytest.mark.parametrize("compiled", [False, True])
Contract = tuple[ContractTerms, Evidence, date]


def numbers(values: list[int]) -> np.ndarray:
    return np.array(values, np.int64)


def flags(values: list[bool]) -> np.ndarray:
    return np.array(values, np.bool_)


def day_number(day: date | None) -> int:
    return FAR if day is None else day.toordinal()


def placement_columns(contracts: list[Contract]) -> PlacementColumns:
    first_row, rows = [0], []
    for terms, evidence, _ in contracts:
        for placement in evidence.agreed:
            moved = placement.moved_on is not None
            rows.append(
                (
                    int(placement.weekly_saving * 100),
                    counted_from(terms, placement).toordinal() if moved else FAR,
                    day_number(placement.ended_on),
                    placement.type == "foster",
                )
            )
        first_row.append(len(rows))
    weekly, start, ended, foster = zip(*rows, strict=True) if rows else ([], [], [], [])
    return PlacementColumns(
        numbers(first_row), numbers(weekly), numbers(start), numbers(ended), flags(foster)
    )


def settled(contracts: list[Contract], compiled: bool) -> list[dict[str, list[int]]]:
    """The figures of each contract by the fast way; what it is given comes from ``settle``."""
    statements = [settle(*contract).months for contract in contracts]
    months = fast.month_columns([(c.starts_on, min(c.ends_on, day)) for c, _, day in contracts])
    savings = fast.saving_columns(
        placement_columns(contracts),
        months,
        flags([terms.bonus_counts == "foster" for terms, _, _ in contracts]),
        compiled=compiled,
    )
    bonus = np.zeros(len(contracts), np.int64)
    for group, (terms, _, as_at) in enumerate(contracts):
        if as_at >= terms.ends_on:
            one = slice(group, group + 1)
            held = fast.measured_savings(terms, savings.run_rate[one], savings.accumulated[one])
            bonus[one] = fast.threshold_bonuses(terms, held)
    every: list[MonthStatement] = [month for months in statements for month in months]
    found = fast.settle_columns(
        months,
        savings.saving_to_date,
        RuleColumns(
            numbers([month.entitlement_to_date for month in every]),
            numbers([month.carer_fees for month in every]),
            bonus,
            flags([terms.fee_reading == "no_catch_up" for terms, _, _ in contracts]),
            flags([terms.savings_reading == "cumulative" for terms, _, _ in contracts]),
            numbers([maximum_of(terms) for terms, _, _ in contracts]),
        ),
        compiled=compiled,
    )
    return [
        {
            "saving_to_date": savings.saving_to_date[first:stop].tolist(),
            "children": savings.children[first:stop].tolist(),
            "bonus": [*[0] * (stop - first - 1), int(bonus[group])] if stop > first else [],
            **{name: getattr(found, name)[first:stop].tolist() for name in found.__slots__},
        }
        for group, (first, stop) in enumerate(
            zip(months.first_month[:-1], months.first_month[1:], strict=True)
        )
    ]


def maximum_of(terms: ContractTerms) -> int:
    if terms.contract_maximum is None or terms.maximum_reading != "hard_stop":
        return fast.NO_MAXIMUM
    return to_pence(terms.contract_maximum)


def expected_of(contracts: list[Contract]) -> list[dict[str, list[int]]]:
    names = ("saving_to_date", "children", "bonus", *fast.SettledColumns.__slots__)
    return [
        {name: [getattr(month, name) for month in settle(*one).months] for name in names}
        for one in contracts
    ]


# -- random portfolios ------------------------------------------------------------------------


@st.composite
def placements(draw: st.DrawFn, contract: strategies.Contract) -> Placement:
    around = st.integers(-60, 620).map(lambda days: contract.starts_on + timedelta(days=days))
    moved_on = draw(st.none() | around) if draw(st.integers(0, 9)) == 0 else draw(around)
    ended_on = None
    if moved_on is not None and draw(st.booleans()):
        ended_on = moved_on + timedelta(days=draw(st.integers(0, 500)))
    return Placement(
        child="C",
        type=draw(st.sampled_from(["foster", "reunified"])),
        residential_weekly=Fraction(draw(st.integers(0, 900_000)), 100),
        family_weekly=Fraction(draw(st.integers(0, 900_000)), 100),
        moved_on=moved_on,
        ended_on=ended_on,
        agreed=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def random_contracts(draw: st.DrawFn) -> Contract:
    drawn = draw(strategies.contracts())
    given = {
        name: getattr(drawn, name)
        for name in (
            "starts_on", "ends_on", "fee_months", *strategies.DRAWN.values(),
        )
    }  # fmt: skip
    money = ("fee", "carer_fee", "bonus_threshold", "bonus_rate", "contract_maximum", "vat_rate")
    for name in money:
        amount = getattr(drawn, name)
        given[name] = None if amount is None else Fraction(str(amount))
    last = drawn.ends_on + timedelta(days=draw(st.integers(-200, 40)))
    as_at = max(last, drawn.starts_on - timedelta(days=2))
    evidence = Evidence(tuple(draw(st.lists(placements(drawn), max_size=5))))
    terms = ContractTerms(**given)
    assume(KNOWN.cover(terms))
    return terms, evidence, as_at


STARTS_MID_MONTH = ContractTerms(
    starts_on=date(2025, 1, 31),
    ends_on=date(2025, 3, 14),
    fee=Fraction(1000),
    bonus_threshold=Fraction(100),
    bonus_rate=Fraction(1, 8),
    contract_maximum=Fraction(1000005, 1000),
)
ONE_DAY = ContractTerms(
    starts_on=date(2025, 2, 28), ends_on=date(2025, 2, 28), fee=Fraction(10), bonus_counts="foster",
    bonus_threshold=Fraction(0), bonus_rate=Fraction(1),
)  # fmt: skip


def placed(moved_on: date | None, ended_on: date | None, weekly: str = "700.03") -> Placement:
    return Placement("C", "foster", Fraction(weekly), Fraction(0), moved_on, ended_on, True)


EDGES = [
    (
        STARTS_MID_MONTH,
        Evidence(
            (
                placed(date(2024, 12, 1), date(2025, 1, 31)),  # ended on the first day
                placed(date(2024, 12, 1), date(2025, 1, 5)),  # ended before it
                placed(date(2025, 2, 3), date(2025, 2, 3)),  # ended on the day of the move
                placed(None, None),
                placed(date(2025, 2, 3), None, "-812.36"),
                placed(date(2025, 3, 14), None),  # the last day
                placed(date(2025, 3, 15), None),  # the day after it, in the same month
                placed(date(2025, 2, 1), date(2025, 3, 14)),
                placed(date(2025, 2, 1), date(2025, 3, 15)),
            )
        ),
        date(2026, 1, 1),
    ),
    (
        ONE_DAY,
        Evidence((placed(date(2025, 2, 28), None), placed(date(2020, 1, 1), None))),
        date.max,
    ),
    (ONE_DAY, Evidence(), date.max),
    (ONE_DAY, Evidence((placed(date(2025, 2, 28), None),)), date(2025, 2, 27)),
]


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.lists(random_contracts(), max_size=4))
@example(EDGES)
@example([])
def test_every_figure_is_the_statements(contracts: list[Contract]) -> None:
    expected = expected_of(contracts)
    assert settled(contracts, compiled=False) == expected
    assert settled(contracts, compiled=True) == expected


@settings(max_examples=50, deadline=None)
@given(random_contracts())
@example(EDGES[0])
def test_the_bonus_is_measured_as_the_statement_measures_it(contract: Contract) -> None:
    terms, evidence, _ = contract
    expected = bonus_measures(terms, counted_placements(terms, evidence), ())
    for compiled in (False, True):
        found = fast.saving_columns(
            placement_columns([contract]),
            fast.month_columns([(terms.starts_on, terms.ends_on)]),
            flags([terms.bonus_counts == "foster"]),
            compiled=compiled,
        )
        assert (found.run_rate[0], found.accumulated[0]) == (
            expected.run_rate,
            expected.accumulated,
        )
        assert fast.measured_savings(terms, found.run_rate, found.accumulated).tolist() == [
            measured(terms, expected)
        ]


# -- groups of every size ---------------------------------------------------------------------


def wide_groups(sizes: list[int], months: int = 30) -> tuple[PlacementColumns, MonthColumns]:
    random = np.random.default_rng(sum(sizes))
    rows = sum(sizes)
    opens, last = date(2024, 2, 10), edate(date(2024, 2, 10), months)
    start = opens.toordinal() + random.integers(0, 30 * months, rows)
    ended = start + random.integers(-3, 400, rows)
    ended[random.random(rows) < 0.5] = FAR
    return (
        PlacementColumns(
            np.cumsum([0, *sizes]),
            random.integers(-9_000, 900_000, rows),
            start,
            ended,
            random.random(rows) < 0.5,
        ),
        fast.month_columns([(opens, last)] * len(sizes)),
    )


@BOTH
def test_a_group_larger_than_a_block_is_added_up_in_parts(compiled: bool) -> None:
    """Twice the 16 bits that hold the residues of a part, beside groups without rows."""
    sizes = [0, 3, 2 * fast_numpy.BLOCK + 1_500, 0, 40]
    columns, months = wide_groups(sizes)
    for only in (False, True):
        found = fast.saving_columns(columns, months, flags([only] * len(sizes)), compiled=compiled)
        length = len(months.period_end) // len(sizes)
        for group, (first, stop) in enumerate(
            zip(columns.first_row[:-1], columns.first_row[1:], strict=True)
        ):
            own = slice(group * length, (group + 1) * length)
            ends = months.period_end[own]
            start, ended = columns.start[first:stop, None], columns.ended[first:stop, None]
            days = np.maximum(np.minimum(ends + 1, ended) - start, 0)
            to_date = (columns.weekly_saving[first:stop, None] * days + 3) // 7
            assert (found.saving_to_date[own] == to_date.sum(axis=0)).all()
            there = (start <= ends) & (ended > ends)
            assert (found.children[own] == there.sum(axis=0)).all()
            counts = columns.foster[first:stop] | (not only)
            assert found.accumulated[group] == to_date[counts, -1].sum()
            weekly = columns.weekly_saving[first:stop][counts & there[:, -1]]
            assert found.run_rate[group] == rules.run_rate(map(to_pounds, weekly.tolist()))


def test_many_groups_come_in_blocks_with_every_row_once() -> None:
    first_row = np.cumsum([0, *[0] * 25_000, 9_999, 1, 1, 30_000, 7, *[1] * 12_000])
    blocks = list(fast_numpy.blocks(first_row))
    covered = [row for _, rows in blocks for row in (rows.start, rows.stop)]
    assert covered[0] == 0
    assert covered[-1] == first_row[-1]
    assert covered[1:-1:2] == covered[2::2]
    assert max(rows.stop - rows.start for _, rows in blocks) <= fast_numpy.BLOCK
    assert max(groups.stop - groups.start for groups, _ in blocks) <= fast_numpy.BLOCK
    assert {g for groups, _ in blocks for g in (groups.start, groups.stop)} >= {
        0, len(first_row) - 1,
    }  # fmt: skip


@BOTH
def test_columns_that_refuse_writing_or_lie_apart_are_read(compiled: bool) -> None:
    columns, months = wide_groups([50, 50], months=5)
    expected = fast.saving_columns(columns, months, flags([True, False]), compiled=compiled)
    weekly = columns.weekly_saving.copy()
    weekly.flags.writeable = False
    apart = np.repeat(columns.start, 2)[::2]
    found = fast.saving_columns(
        PlacementColumns(columns.first_row, weekly, apart, columns.ended, columns.foster),
        months, flags([True, False]), compiled=compiled,
    )  # fmt: skip
    for name in expected.__slots__:
        assert (getattr(found, name) == getattr(expected, name)).all()


# -- months -----------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.dates(), st.integers(-40, 900)).filter(
            lambda pair: date.min.toordinal() <= pair[0].toordinal() + pair[1] <= FAR
        ),
        max_size=4,
    )
)
@example([(date(1, 1, 1), 0), (date(9998, 12, 31), 365), (date(2024, 2, 29), 0)])
def test_month_columns_are_the_months_of_the_core(pairs: list[tuple[date, int]]) -> None:
    latest = date.max.toordinal()
    spans = [(a, date.fromordinal(min(a.toordinal() + days, latest))) for a, days in pairs]
    periods = [list(months_of(Period(*span))) for span in spans]
    found = fast.month_columns(spans)
    assert np.diff(found.first_month).tolist() == [len(one) for one in periods]
    assert found.period_end.tolist() == [p.last.toordinal() for one in periods for p in one]


# -- the bonus and the maximum ----------------------------------------------------------------

AMOUNTS = st.integers(-(10**12), 10**12)
FRACTIONS = st.fractions(0, 1, max_denominator=10**6) | st.sampled_from(
    [Fraction(1, 3), Fraction(1, 8), Fraction("0.333"), Fraction(1), Fraction(0)]
)
THRESHOLDS = st.fractions(0, 4_000_000, max_denominator=10**5) | st.sampled_from(
    [Fraction(0), Fraction(3_000_000), Fraction("1234.565"), Fraction(10**18), Fraction(1, 10**18)]
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    THRESHOLDS, FRACTIONS | st.just(Fraction(1, 10**17 + 3)),
    st.sampled_from(strategies.OPTIONS["Bonus shape"]),
    st.lists(AMOUNTS | st.integers(-500, 500), max_size=6), st.integers(-3, 3),
)  # fmt: skip
@example(Fraction(10**18), Fraction(0), "excess", [1], 0)
@example(Fraction(10**18), Fraction(1), "whole", [0], 0)
def test_threshold_bonuses_are_the_cores(
    threshold: Fraction, rate: Fraction, shape: str, amounts: list[int], beside: int
) -> None:
    terms = ContractTerms(bonus_threshold=threshold, bonus_rate=rate, bonus_shape=shape)
    at_threshold = min(int(threshold * 100) + beside, 2**61)
    every = [*amounts, at_threshold]
    expected = [bonus_on_measures(terms, BonusMeasures(one, one)) for one in every]
    assert fast.threshold_bonuses(terms, numbers(every)).tolist() == expected


def test_without_a_threshold_or_rate_there_is_no_bonus() -> None:
    for terms in (
        ContractTerms(bonus_rate=Fraction(1)),
        ContractTerms(bonus_threshold=Fraction(1)),
    ):
        assert fast.threshold_bonuses(terms, numbers([10**9])).tolist() == [0]
    some = ContractTerms(bonus_threshold=Fraction(1), bonus_rate=Fraction(1))
    assert fast.threshold_bonuses(some, numbers([])).tolist() == []


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 60_000), min_size=1, max_size=8),
    st.fractions(0, 1_000, max_denominator=2_000)
    | st.sampled_from([Fraction("0.005"), Fraction("10.015")]),
)
def test_a_maximum_may_be_rounded_to_the_penny_first(owed: list[int], maximum: Fraction) -> None:
    """What the core lets through, amount by amount, is the lower of owed and rounded maximum."""
    let_through = rules.contract_cap(map(to_pounds, owed), maximum, Fraction(0))
    last_days = [edate(date(2025, 1, 1), number) for number in range(1, len(owed) + 1)]
    months = fast.month_columns([(date(2025, 1, 1), last_days[-1] - timedelta(days=1))])
    none, no = np.zeros(len(owed), np.int64), flags([False])
    for compiled in (False, True):
        found = fast.settle_columns(
            months, none,
            RuleColumns(none, numbers(owed), numbers([0]), no, no, numbers([to_pence(maximum)])),
            compiled=compiled,
        )  # fmt: skip
        assert found.payable.tolist() == let_through
        assert (found.held_back + found.payable).tolist() == owed


# -- refusals ---------------------------------------------------------------------------------


def one_placement(weekly: int, start: date, rows: int = 1) -> PlacementColumns:
    every = np.ones(rows, np.int64)
    return PlacementColumns(
        numbers([0, rows]), every * weekly, every * start.toordinal(), every * FAR, every > 0
    )


@BOTH
def test_savings_too_large_to_add_up_are_refused_with_the_limit(compiled: bool) -> None:
    months = fast.month_columns([(date(2025, 1, 1), date(2026, 12, 31))])
    limit = (2**62 - 1) // (10 * 731)
    largest = one_placement(limit, date(2025, 1, 1), rows=10)
    found = fast.saving_columns(largest, months, flags([False]), compiled=compiled)
    assert found.saving_to_date[-1] == 10 * ((limit * 730 + 3) // 7)
    assert found.run_rate[0] == (10 * limit * 365 + 3) // 7
    for weekly in (limit + 1, -limit - 1, 2**62, -(2**62)):
        with pytest.raises(CellError) as refused:
            fast.saving_columns(
                one_placement(weekly, date(2025, 1, 1), rows=10), months, flags([False]),
                compiled=compiled,
            )  # fmt: skip
        assert refused.value.code == NUM
        assert "at most £6,308,736,003,320.64 a week for 10 placements" in refused.value.message
        assert "over 730 days" in refused.value.message


@BOTH
def test_amounts_too_large_to_add_up_are_refused_with_the_limit(compiled: bool) -> None:
    months = fast.month_columns([(date(2025, 1, 1), date(2025, 2, 28))])
    none, no = numbers([0, 0]), flags([False])
    rules_with = RuleColumns(none, numbers([0, 10**18]), none[:1], no, no, numbers([10]))
    with pytest.raises(CellError) as refused:
        fast.settle_columns(months, none, rules_with, compiled=compiled)
    assert refused.value == CellError(
        NUM,
        "The carer fees of a month are too large to add up exactly: found "
        "£10,000,000,000,000,000.00; expected at most £4,611,686,018,427,387.90 over 2 months.",
    )


@BOTH
def test_a_start_before_the_first_month_is_a_mistake_of_the_caller(compiled: bool) -> None:
    months = fast.month_columns([(date(2025, 1, 10), date(2025, 2, 28))])
    with pytest.raises(ValueError, match="starts before the first month"):
        fast.saving_columns(
            one_placement(700, date(2024, 12, 31)), months, flags([False]), compiled=compiled
        )


@BOTH
def test_periods_that_are_not_calendar_months_are_a_mistake_of_the_caller(compiled: bool) -> None:
    weeks = MonthColumns(numbers([0, 3]), date(2025, 1, 7).toordinal() + 7 * np.arange(3))
    with pytest.raises(ValueError, match="not its calendar months"):
        fast.saving_columns(
            one_placement(700, date(2025, 1, 1)), weeks, flags([False]), compiled=compiled
        )


def test_without_numba_the_numpy_way_is_taken() -> None:
    script = (
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np; from datetime import date\n"
        "from xlpbr.portfolio import settlement as fast\n"
        "months = fast.month_columns([(date(2025, 1, 1), date(2025, 1, 31))])\n"
        "one = np.array([0, 1]); day = np.array([date(2025, 1, 1).toordinal()])\n"
        "rows = fast.PlacementColumns(one, np.array([700]), day, day + 7, day > 0)\n"
        "print(fast.saving_columns(rows, months, day > 0).saving_to_date[0])\n"
        "try: fast.saving_columns(rows, months, day > 0, compiled=True)\n"
        "except ImportError as problem: print(problem)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "700",
        'the compiled loops need numba: pip install "xlpbr[fast]"',
    ]
