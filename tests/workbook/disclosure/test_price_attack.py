"""What all public reports of a contract together leave open of the children's prices.

An attacker who knows every date, the terms, the rounding and any one child's price tries to narrow
down what each child, and each group of children up to the cut-off, saves a week. The least and the
most that fit the published figures must stay apart: see ``tests/support/price_attack.py``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from tests.support.price_attack import TOP, Knowledge
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.disclosure.rules import Shown, show_publicly

OPEN_BY = 0.25
"""By what share of a child's price it must stay open, upwards and downwards."""

_TRIED = 25
"""How many single children and how many groups, those that look narrowest, are tried."""


def agreed_of(statement: Statement) -> list[Placement]:
    return [p for p in statement.evidence.placements if p.agreed and p.moved_on is not None]


def days_between(placement: Placement, first: date, last: date) -> int:
    """The days of a placement in a period, the day of the move counted, that of the end not."""
    assert placement.moved_on is not None
    start = max(placement.moved_on, first)
    end = last if placement.ended_on is None else min(last, placement.ended_on - timedelta(1))
    return max(0, (end - start).days + 1)


def known_from(reports: Sequence[Shown]) -> Knowledge:
    """What the reports of a contract, month by month, tell together."""
    rows, low, high = [], [], []
    last = reports[-1]
    statement = last.statement
    placements = agreed_of(statement)
    prices = np.array([float(p.weekly_saving) for p in placements])

    def tell(row: Sequence[float], least: float, most: float) -> None:
        rows.append(np.array(row, dtype=float))
        low.append(least)
        high.append(most)

    def saved(first: date, end: date) -> list[float]:
        return [days_between(p, first, end) / 7 for p in placements]

    penny = 0.01 * len(placements)
    months, starts_on = statement.months, statement.terms.starts_on
    for index, figures in enumerate(last.figures):
        for name, first in (
            ("saving_to_date", starts_on), ("saving", months[index].period.first),
        ):  # fmt: skip
            if figures[name]:
                value = figures[name] / 100
                tell(saved(first, months[index].period.last), value - penny, value + penny)
    for shown in reports:
        terms = shown.statement.terms
        if shown.run_rate and terms.bonus_threshold is not None:
            counted = ("foster",) if terms.bonus_counts == "foster" else ("foster", "reunified")
            day = shown.statement.as_at
            row = [365 / 7 * days_between(p, day, day) * (p.type in counted) for p in placements]
            tell(row, shown.run_rate / 100 - 0.01, shown.run_rate / 100 + 0.01)
    for row, least, most in _from_fees(last, saved):
        tell(row, least - penny, most + penny)
    shape = (len(rows), len(placements))
    return Knowledge(np.array(rows).reshape(shape), np.array(low), np.array(high), prices)


def _from_fees(
    shown: Shown, saved: Callable[[date, date], list[float]]
) -> Iterator[tuple[list[float], float, float]]:
    """What the fees say for certain of the savings of the months between.

    They are at least so much where the fee is limited, and at most so much where it never is.
    """
    statement, terms = shown.statement, shown.statement.terms
    months = statement.months
    ends = [m for m, figures in enumerate(shown.figures) if figures["fee_to_date"] is not None]
    no_end = float("inf")
    for before, end in zip([-1, *ends], ends, strict=False):
        block = range(before + 1, end + 1)
        if len(block) == 1 or any(months[m].saving < 0 for m in block):
            continue
        fee_before = months[before].fee_to_date / 100 if before >= 0 else 0.0
        start = months[block[0]].period.first
        fee = months[end].fee_to_date / 100
        whole = months[end].saving_to_date - (months[before].saving_to_date if before >= 0 else 0)
        free = months[end].fee_to_date - (months[before].fee_to_date if before >= 0 else 0) == whole
        entitled = {m: months[m].entitlement_to_date / 100 for m in block}
        entitled_before = months[before].entitlement_to_date / 100 if before >= 0 else 0.0
        if terms.savings_reading == "cumulative":
            continue
        if terms.fee_reading == "no_catch_up":
            steps = np.diff([entitled_before, *entitled.values()])
            limited = abs(fee - fee_before - steps.sum()) < 0.005
            for m, step in zip(block, steps, strict=True):
                row = saved(months[m].period.first, months[m].period.last)
                if limited:
                    yield row, step, no_end
                if free:
                    yield row, -no_end, step
            continue
        for m in block[:-1]:
            yield (
                saved(months[m + 1].period.first, months[end].period.last),
                fee - entitled[m], no_end,
            )  # fmt: skip
            if free:
                row = saved(start, months[m].period.last)
                yield row, -no_end, entitled[m] - fee_before


def every_report(terms: ContractTerms, evidence: Evidence, cut_off: int) -> list[Shown]:
    """The public report of each month of the programme, and of all of it."""
    whole = settle(terms, evidence)
    return [
        show_publicly(settle(terms, evidence, month.period.last), cut_off) for month in whole.months
    ]


def assert_prices_stay_open(
    reports: Sequence[Shown], cut_off: int, rng: random.Random
) -> tuple[float, float]:
    """That no price and no group's sum is narrowed down; how open the narrowest are, as shares."""
    placements = agreed_of(reports[-1].statement)
    known = known_from(reports)
    children = sorted({p.child for p in placements})
    of_child = {c: [n for n, p in enumerate(placements) if p.child == c] for c in children}
    narrowest_child = narrowest_group = float("inf")
    if not len(known.rows):
        return narrowest_child, narrowest_group
    for told in (None, *rng.sample(children, min(3, len(children)))):
        given = of_child[told] if told else []
        others = [n for n in range(len(placements)) if n not in given]
        singles = np.eye(len(placements))[others]
        order = np.argsort(known.openness(singles, given) / known.prices[others])
        for wanted in singles[order[:_TRIED]]:
            price = float(wanted @ known.prices)
            least, most = known.range_of(wanted, given)
            open_by = min(price - least, most - price) / price
            assert open_by >= OPEN_BY - 1e-6, f"a price of {price} is between {least} and {most}"
            narrowest_child = min(narrowest_child, open_by)
        found = list(groups_of([c for c in children if c != told], cut_off, rng))
        if not found:
            continue
        wanted_of = np.zeros((len(found), len(placements)))
        for row, group in zip(wanted_of, found, strict=True):
            row[[n for child in group for n in of_child[child]]] = 1.0
        largest = np.array([max(known.prices[np.flatnonzero(row)]) for row in wanted_of])
        order = np.argsort(known.openness(wanted_of, given) / largest)
        for number in order[:_TRIED]:
            least, most = known.range_of(wanted_of[number], given)
            open_by = (most - least) / 2 / largest[number]
            assert open_by >= OPEN_BY - 1e-6, f"the sum of {found[number]}: {least} to {most}"
            narrowest_group = min(narrowest_group, open_by)
    return narrowest_child, narrowest_group


def groups_of(
    children: Sequence[str], cut_off: int, rng: random.Random
) -> Iterator[tuple[str, ...]]:
    """All groups of two children up to the cut-off; where there are too many, a sample of each."""
    for size in range(2, cut_off + 1):
        every = combinations(children, size)
        if len(children) <= 14:
            yield from every
        else:
            yield from {tuple(sorted(rng.sample(list(children), size))) for _ in range(600)}


# The attack itself.


def test_the_attack_solves_what_can_be_solved() -> None:
    rows = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 1.0]])
    prices = np.array([5_000.0, 6_000.0, 4_000.0])
    known = Knowledge(rows, rows @ prices - 0.01, rows @ prices + 0.01, prices)
    third = known.range_of(np.array([0.0, 0.0, 1.0]))
    assert third == pytest.approx((4_000, 4_000), abs=0.05)
    assert known.range_of(np.array([1.0, 0.0, 0.0])) == pytest.approx((0, 11_000), abs=0.05)
    first, second = np.eye(3)[:2]
    assert known.range_of(first, [1]) == pytest.approx((5_000, 5_000), abs=0.05)
    nothing = Knowledge(rows[:0], np.zeros(0), np.zeros(0), prices)
    assert nothing.range_of(first + second) == (0, 2 * TOP)


def test_the_attack_finds_one_child_in_two_months() -> None:
    """Four of six came on one day: with June and July, who knows the fifth has the sixth."""
    terms, evidence = six_in_june()
    statement = settle(terms, evidence)
    placements = agreed_of(statement)
    prices = np.array([float(p.weekly_saving) for p in placements])
    rows = np.array(
        [
            [days_between(p, month.period.first, month.period.last) / 7 for p in placements]
            for month in statement.months[2:4]
        ]
    )
    sums = np.array([month.saving / 100 for month in statement.months[2:4]])
    known = Knowledge(rows, sums - 0.06, sums + 0.06, prices)
    least, most = known.range_of(np.eye(6)[5])
    assert (least, most) == pytest.approx((3_434.50, 7_434.64), abs=1)
    assert known.range_of(np.eye(6)[5], [4]) == pytest.approx((prices[5], prices[5]), abs=1)


# What is published.


def six_in_june(more: int = 0) -> tuple[ContractTerms, Evidence]:
    """Four children who came on 10 June 2026, two who came later, and some more on the tenth."""
    terms = ContractTerms(
        starts_on=date(2026, 4, 1), ends_on=date(2027, 3, 31), fee=Fraction(599_800),
        fee_months=12, carer_fee=Fraction(10_000), contract_maximum=Fraction(1_000_000),
    )  # fmt: skip
    came = [(5_600.10, 10), (5_799.70, 10), (5_700.05, 10), (5_699.65, 10), (5_012.34, 12)]
    came += [(6_432.10, 20), *[(5_500.25 + 37 * n, 10) for n in range(more)]]
    return terms, Evidence(
        tuple(
            _placement(f"C{n}", saving, date(2026, 6, day), None, n + 1, False)
            for n, (saving, day) in enumerate(came)
        )
    )


@pytest.mark.parametrize("more", [0, 1, 2, 4, 8, 16])
def test_months_that_differ_by_few_children_are_not_shown_together(more: int) -> None:
    """However many came on the tenth: June and July together would leave the other two."""
    terms, evidence = six_in_june(more)
    reports = every_report(terms, evidence, 5)
    shown = [f["saving_to_date"] for f in reports[-1].figures if f["saving_to_date"]]
    assert len(shown) == (1 if more else 0)
    assert_prices_stay_open(reports, 5, random.Random(more))


def test_a_child_who_is_nearly_all_of_a_sum_is_not_shown() -> None:
    """One child's price is £9,000 and those of eleven others are £40: the sum is the one."""
    terms, _ = six_in_june()
    placements = tuple(
        _placement(f"C{n}", 9_000.0 if n == 0 else 40.0, date(2026, 6, 1), None, n + 1, False)
        for n in range(12)
    )
    shown = show_publicly(settle(terms, Evidence(placements)), 5)
    assert not any(figures["saving_to_date"] for figures in shown.figures)


def test_all_who_come_on_one_day_are_shown_in_every_month() -> None:
    terms, _ = six_in_june()
    placements = tuple(
        _placement(f"C{n}", 5_000.0 + n, date(2026, 6, 1), None, n + 1, False) for n in range(7)
    )
    reports = every_report(terms, Evidence(placements), 5)
    assert all(figures["saving_to_date"] is not None for figures in reports[-1].figures)
    assert_prices_stay_open(reports, 5, random.Random(0))


# Programmes.


def random_programme(rng: random.Random) -> tuple[ContractTerms, Evidence]:
    """A programme of up to 40 children; in many of them the moves are clustered on the first."""
    starts_on = date(2025, 4, rng.choice([1, 1, 1, 15]))
    months = rng.choice([9, 12, 18, 24])
    ends_on = date(2025 + (2 + months) // 12, (2 + months) % 12 + 1, 28)
    terms = ContractTerms(
        starts_on=starts_on,
        ends_on=ends_on,
        fee=Fraction(rng.choice([0, 150_000, 600_000, 3_000_000])),
        fee_reading=rng.choice(["catch_up", "no_catch_up", "up_to_cap"]),
        savings_reading=rng.choice(["month", "month", "cumulative"]),
        bonus_threshold=Fraction(1_000_000),
        bonus_rate=Fraction(1, 10),
        bonus_measure=rng.choice(["run_rate", "accumulated", "lower"]),
        bonus_counts=rng.choice(["family", "foster"]),
    )
    on_the_first = rng.choice([0.0, 0.5, 0.9, 1.0])
    stays = rng.choice([0.0, 0.2, 0.5])
    waves = [rng.randrange(months) for _ in range(rng.randint(1, 4))]
    spread = rng.choice([0.1, 0.3, 0.6])
    placements = []
    for number in range(rng.randint(4, 40)):
        month = rng.choice(waves) if rng.random() < 0.7 else rng.randrange(months)
        day = 1 if rng.random() < on_the_first else rng.randint(1, 28)
        moved_on = date(2025 + (3 + month) // 12, (3 + month) % 12 + 1, day)
        ended_on = None
        if rng.random() < stays:
            ended_on = moved_on + timedelta(rng.choice([10, 30, 61, 92, 200]))
            if rng.random() < on_the_first:
                ended_on = ended_on.replace(day=1)
                ended_on = None if ended_on <= moved_on else ended_on
        saving = round(5_500 * (1 + spread * rng.uniform(-1, 1)), 2)
        placements.append(
            _placement(f"C{number}", saving, moved_on, ended_on, number + 1, rng.random() < 0.1)
        )
        if ended_on is not None and rng.random() < 0.4:
            again = ended_on + timedelta(rng.choice([0, 0, 14]))
            saving = round(saving * 1.03, 2)
            placements.append(_placement(f"C{number}", saving, again, None, 100 + number, False))
    return terms, Evidence(tuple(placements))


def _placement(
    child: str, saving: float, moved_on: date, ended_on: date | None, row: int, reunified: bool
) -> Placement:
    family = Fraction(1_000)
    cost = Fraction(str(saving)) + family
    kind = "reunified" if reunified else "foster"
    return Placement(child, kind, cost, family, moved_on, ended_on, True, row)


@pytest.mark.parametrize("seed", range(4))
def test_a_few_programmes_keep_their_prices_open(seed: int) -> None:
    rng = random.Random(seed)
    terms, evidence = random_programme(rng)
    assert_prices_stay_open(every_report(terms, evidence, 5), 5, rng)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 50))
def test_hundreds_of_programmes_keep_their_prices_open(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(10):
        terms, evidence = random_programme(rng)
        cut_off = rng.choice([2, 3, 5, 5, 8])
        assert_prices_stay_open(every_report(terms, evidence, cut_off), cut_off, rng)
