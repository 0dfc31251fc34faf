"""What all public reports of a contract together leave open of the children's prices.

An attacker who knows every date, the terms, the rounding and any one child's price tries to narrow
down what each child, and each group of children up to the cut-off, saves a week. The least and the
most that fit the published figures must stay apart: see ``tests/support/price_attack.py``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from tests.support.golden import sample_source
from tests.support.price_attack import TOP, Floats, Knowledge
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.life import CohortChild, FurtherCost, PriceChange
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.disclosure.rules import Shown, show_everything, show_publicly
from xlpbr.workbook.read.contract_tables import records_of

OPEN_BY = 0.25
"""By what share of a child's price it must stay open, upwards and downwards."""

KINDS = ("foster", "kinship", "reunified")

_TRIED = 25
"""How many single children and how many groups, those that look narrowest, are tried."""


def agreed_of(statement: Statement) -> list[Placement]:
    """The placements that count, of children of the cohort where there is one."""
    evidence = statement.evidence
    leaves = {one.child: one.leaves_on or date.max for one in evidence.cohort}
    found = [p for p in evidence.placements if p.agreed and p.moved_on is not None]
    if not leaves:
        return found
    return [
        replace(p, ended_on=None if end == date.max else end)
        for p in found
        if p.child in leaves
        for end in [min(p.ended_on or date.max, leaves[p.child])]
    ]


def days_between(placement: Placement, first: date, last: date) -> int:
    """The days of a placement in a period, the day of the move counted, that of the end not."""
    assert placement.moved_on is not None
    start = max(placement.moved_on, first)
    end = last if placement.ended_on is None else min(last, placement.ended_on - timedelta(1))
    return max(0, (end - start).days + 1)


def price_on(evidence: Evidence, placement: Placement, day: date) -> Fraction:
    """What a week saves on a day, after the changes of price up to then."""
    home, family = placement.residential_weekly, placement.family_weekly
    for change in sorted(evidence.prices, key=lambda change: change.starts_on):
        after_the_move = placement.moved_on < change.starts_on <= day
        if change.child == placement.child and after_the_move:
            home = home if change.residential_weekly is None else change.residential_weekly
            family = family if change.family_weekly is None else change.family_weekly
    return home - family


class Unknowns:
    """What an attacker does not know: the price of each placement at its move, and each cost.

    The share by which a price changed is known; so is every cost where the attacker knows costs.
    """

    def __init__(self, statement: Statement, *, costs_known: bool) -> None:
        evidence = statement.evidence
        self.placements = agreed_of(statement)
        moved = {p.child for p in self.placements}
        self.costs = [cost for cost in evidence.costs if cost.agreed and cost.child in moved]
        self.costs_known = costs_known
        self.starts_on, self.last = statement.terms.starts_on, statement.as_at
        number = (self.last - self.starts_on).days + 1
        self.days = [self.starts_on + timedelta(n) for n in range(number)]
        columns = [self._by_day(evidence, p) for p in self.placements]
        self.spent = [self._cost_by_day(cost) for cost in self.costs]
        prices = [float(p.weekly_saving) for p in self.placements]
        names = [p.child for p in self.placements]
        self.count = len(columns)
        if not costs_known:
            columns += [-column for column in self.spent]
            prices += [float(cost.weekly or cost.once) for cost in self.costs]
            names += [cost.child for cost in self.costs]
        self.prices, self.names = np.array(prices), names
        self.running = np.array([np.concatenate([[0.0], np.cumsum(one)]) for one in columns])

    def _by_day(self, evidence: Evidence, placement: Placement) -> Floats:
        base = placement.weekly_saving
        return np.array(
            [
                float(price_on(evidence, placement, day) / base) / 7
                if days_between(placement, day, day)
                else 0.0
                for day in self.days
            ]
        )

    def _cost_by_day(self, cost: FurtherCost) -> Floats:
        last = cost.last_day or date.max
        if cost.once:
            return np.array([float(day == cost.starts_on) for day in self.days])
        return np.array([float(cost.starts_on <= day <= last) / 7 for day in self.days])

    def saved(self, first: date, end: date, kinds: tuple[str, ...] = KINDS) -> Floats:
        """How often each unknown stands in the saving of a period, of some kinds of placement."""
        start, stop = ((day - self.starts_on).days for day in (first, end + timedelta(1)))
        row = self.running[:, stop] - self.running[:, start]
        return row * self._of(kinds)

    def known_costs(self, first: date, end: date, kinds: tuple[str, ...] = KINDS) -> float:
        """What the attacker adds to a saving of a period: the costs that are known."""
        if not self.costs_known:
            return 0.0
        start, stop = ((day - self.starts_on).days for day in (first, end + timedelta(1)))
        with_type = {p.child for p in self.placements if p.type in kinds}
        return sum(
            float(cost.weekly or cost.once) * float(column[start:stop].sum())
            for cost, column in zip(self.costs, self.spent, strict=True)
            if cost.child in with_type
        )

    def yearly(self, day: date, kinds: tuple[str, ...]) -> tuple[Floats, float]:
        """How often each unknown stands in the run rate of a day, and the known costs in it."""
        row = self.saved(day, day, kinds) * 365
        known = 0.0
        for number, cost in enumerate(self.costs):
            is_open = cost.last_day is None and not cost.once and cost.starts_on <= day
            if self.costs_known:
                with_type = {p.child for p in self.placements if p.type in kinds}
                if is_open and cost.child in with_type:
                    known += float(cost.weekly) * 365 / 7
            elif not is_open:
                row[self.count + number] = 0.0
        return row, known

    def _of(self, kinds: tuple[str, ...]) -> Floats:
        with_type = {p.child for p in self.placements if p.type in kinds}
        factors = [float(p.type in kinds) for p in self.placements]
        if not self.costs_known:
            factors += [float(cost.child in with_type) for cost in self.costs]
        return np.array(factors)


def known_from(reports: Sequence[Shown], *, costs_known: bool = False) -> Knowledge:
    """What the reports of a contract, month by month, tell together."""
    rows, low, high = [], [], []
    last = reports[-1]
    statement = last.statement
    unknowns = Unknowns(statement, costs_known=costs_known)

    def tell(row: Sequence[float] | Floats, least: float, most: float) -> None:
        rows.append(np.array(row, dtype=float))
        low.append(least)
        high.append(most)

    penny = 0.01 * (len(unknowns.placements) + len(unknowns.costs))
    months, starts_on = statement.months, statement.terms.starts_on
    for index, figures in enumerate(last.figures):
        for name, first in (
            ("saving_to_date", starts_on), ("saving", months[index].period.first),
        ):  # fmt: skip
            if figures[name]:
                end = months[index].period.last
                value = figures[name] / 100 + unknowns.known_costs(first, end)
                tell(unknowns.saved(first, end), value - penny, value + penny)
    for shown in reports:
        terms = shown.statement.terms
        counted = ("foster",) if terms.bonus_counts == "foster" else KINDS
        if shown.run_rate and terms.bonus_threshold is not None:
            row, known = unknowns.yearly(shown.statement.as_at, counted)
            value = shown.run_rate / 100 + known
            tell(row, value - 0.01, value + 0.01)
        for bonus in (f["bonus"] for f in shown.figures if f["bonus"]):
            # The bonus tells what it was measured by, where that is one saving and not the lower.
            value, day = (
                float(terms.bonus_threshold) + bonus / 100 / float(terms.bonus_rate),
                (terms.bonus_day),
            )
            if terms.bonus_measure == "run_rate":
                row, known = unknowns.yearly(day, counted)
                tell(row, value + known - 0.2, value + known + 0.2)
            elif terms.bonus_measure == "accumulated":
                by_phase = terms.bonus_savings == "phase"
                first = (terms.phase_starts_on or starts_on) if by_phase else starts_on
                value += unknowns.known_costs(first, day, counted)
                tell(unknowns.saved(first, day, counted), value - 0.2 - penny, value + 0.2 + penny)
    for row, least, most in _from_fees(last, unknowns.saved, unknowns.known_costs):
        tell(row, least - penny, most + penny)
    shape = (len(rows), len(unknowns.prices))
    return Knowledge(np.array(rows).reshape(shape), np.array(low), np.array(high), unknowns.prices)


def _from_fees(
    shown: Shown, saved: Callable[[date, date], Floats], costs: Callable[[date, date], float]
) -> Iterator[tuple[Floats, float, float]]:
    """What the fees say for certain of the savings of the months between.

    They are at least so much where the fee is limited, and at most so much where it never is. A
    limit of nought tells nothing: a month may have cost more than it saved.
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
                days = months[m].period.first, months[m].period.last
                if limited and step > 0:
                    yield saved(*days), step + costs(*days), no_end
                if free:
                    yield saved(*days), -no_end, step + costs(*days)
            continue
        for m in block[:-1]:
            days = months[m + 1].period.first, months[end].period.last
            if fee > entitled[m]:
                yield saved(*days), fee - entitled[m] + costs(*days), no_end
            if free:
                days = start, months[m].period.last
                yield saved(*days), -no_end, entitled[m] - fee_before + costs(*days)


def every_report(terms: ContractTerms, evidence: Evidence, cut_off: int) -> list[Shown]:
    """The public report of each month of the programme, and of all of it."""
    whole = settle(terms, evidence)
    return [
        show_publicly(settle(terms, evidence, month.period.last), cut_off) for month in whole.months
    ]


def assert_prices_stay_open(
    reports: Sequence[Shown], cut_off: int, rng: random.Random
) -> tuple[float, float]:
    """That no price and no group's sum is narrowed down; how open the narrowest are, as shares.

    Neither for an attacker who knows no cost, nor for one who knows all of them.
    """
    found = [
        _narrowest(reports, cut_off, rng, costs_known=costs_known)
        for costs_known in ((False, True) if reports[-1].statement.evidence.costs else (False,))
    ]
    return min(one for one, _ in found), min(other for _, other in found)


def _narrowest(
    reports: Sequence[Shown], cut_off: int, rng: random.Random, *, costs_known: bool
) -> tuple[float, float]:
    unknowns = Unknowns(reports[-1].statement, costs_known=costs_known)
    known = known_from(reports, costs_known=costs_known)
    names, count = unknowns.names, unknowns.count
    children = sorted(set(names))
    of_child = {c: [n for n, name in enumerate(names) if name == c] for c in children}
    placed = {c: [n for n in of_child[c] if n < count] for c in children}
    narrowest_child = narrowest_group = float("inf")
    if not len(known.rows):
        return narrowest_child, narrowest_group
    for told in (None, *rng.sample(children, min(3, len(children)))):
        given = of_child[told] if told else []
        others = [n for n in range(len(names)) if n not in given]
        singles = np.eye(len(names))[others]
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
        wanted_of = np.zeros((len(found), len(names)))
        for row, group in zip(wanted_of, found, strict=True):
            row[[n for child in group for n in placed[child]]] = 1.0
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


@pytest.mark.parametrize("published", ["saving_to_date", "saving", "run rates"])
def test_the_attack_finds_prices_where_every_month_is_published(published: str) -> None:
    """Each kind of figure is enough by itself, of a programme whose public reports are safe."""
    terms, evidence = random_programme(random.Random(0))
    public = every_report(terms, evidence, 5)
    assert_prices_stay_open(public, 5, random.Random(0))
    reports = []
    for shown in (show_everything(one.statement) for one in public):
        figures = tuple(
            {name: value if name == published else None for name, value in month.items()}
            for month in shown.figures
        )
        run_rate = shown.run_rate if published == "run rates" else None
        reports.append(replace(shown, cut_off=5, figures=figures, run_rate=run_rate))
    with pytest.raises(AssertionError, match=r"a price of [\d.]+ is between"):
        assert_prices_stay_open(reports, 5, random.Random(0))


@pytest.mark.parametrize("reading", ["no_catch_up", "catch_up"])
def test_the_attack_finds_one_child_behind_a_fee(reading: str) -> None:
    """All of £23,333 was earned in January, where one child saved; or £21,600 in February."""
    terms = ContractTerms(
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), fee_reading=reading,
        fee=Fraction(280_000 if reading == "no_catch_up" else 600_000),
    )  # fmt: skip
    january, february = date(2026, 1, 2), date(2026, 2, 2)
    if reading == "no_catch_up":
        one, nine = (january, None), (february, None)
    else:
        one, nine = (february, None), (january, date(2026, 2, 1))
    placements = tuple(
        _placement(f"C{n}", 5_600.0, *days, n, False) for n, days in enumerate([one, *[nine] * 9])
    )
    shown = show_everything(settle(terms, Evidence(placements), date(2026, 2, 28)))
    nothing = dict.fromkeys(shown.figures[0])
    fee = nothing | {"fee_to_date": shown.figures[1]["fee_to_date"]}
    reports = [replace(shown, cut_off=5, run_rate=None, figures=(nothing, fee))]
    with pytest.raises(AssertionError, match=r"a price of 5600.0 is between 5[45]\d\d"):
        assert_prices_stay_open(reports, 5, random.Random(0))


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


def random_life(rng: random.Random) -> tuple[ContractTerms, Evidence]:
    """A programme whose prices change, with further costs, and children who leave care."""
    terms, evidence = random_programme(rng)
    placements = evidence.placements
    if rng.random() < 0.6:
        # All stay who came on one of two days: then there are months that may be shown.
        days = [terms.starts_on + timedelta(rng.choice([0, 14, 61])) for _ in range(2)]
        first = {p.child: p for p in reversed(placements)}
        placements = tuple(
            replace(p, moved_on=rng.choice(days), ended_on=None) for p in first.values()
        )
        terms = replace(terms, starts_on=terms.starts_on.replace(day=1))
    children = sorted({p.child for p in placements})
    length = (terms.ends_on - terms.starts_on).days
    some_day = terms.starts_on + timedelta(rng.randrange(length))
    terms = replace(
        terms,
        bonus_measured_on=rng.choice([None, None, some_day, _month_end(some_day)]),
        phase_starts_on=terms.starts_on + timedelta(rng.randrange(60)),
        bonus_savings=rng.choice(["programme", "phase"]),
        run_rate_year="days_365",
        fee_share=Fraction(rng.choice([1, 1, "0.5"])),
    )
    if terms.bonus_day < terms.phase_starts_on:
        terms = replace(terms, bonus_savings="programme")
    turn = date(2026, rng.choice([1, 4, 4, 6]), 1)
    risen = rng.choice([0.0, 0.3, 1.0, 1.0])
    shares = rng.choice([[1.05], [1.05, 1.03], [0.93, 1.05, 1.2]])
    prices = []
    for child in children:
        if rng.random() >= risen:
            continue
        first = next(p for p in placements if p.child == child)
        share = Fraction(str(rng.choice(shares)))
        family = first.family_weekly * share
        prices.append(PriceChange(child, turn, first.weekly_saving * share + family, family))
    costs = []
    spent = rng.choice([0.0, 0.2, 1.0])
    kinds = rng.choice([["notice"], ["once"], ["open"], ["notice", "once", "open", "later"]])
    for child in children:
        if rng.random() >= spent:
            continue
        moved_on = next(p.moved_on for p in placements if p.child == child)
        kind = rng.choice(kinds)
        amount = Fraction(rng.randrange(20_000, 600_000), 100)
        if kind == "once":
            costs.append(FurtherCost(child, moved_on, None, None, amount))
        elif kind == "open":
            costs.append(FurtherCost(child, moved_on, None, amount / 10))
        else:
            start = moved_on + timedelta(0 if kind == "notice" else rng.choice([31, 90]))
            costs.append(FurtherCost(child, start, start + timedelta(27), amount))
    cohort = ()
    if rng.random() < 0.5:
        cohort = tuple(
            CohortChild(child, turn if rng.random() < 0.1 else None)
            for child in children
            if rng.random() < 0.95
        )
        leaves = {one.child: one.leaves_on or date.max for one in cohort}
        placements = tuple(p for p in placements if p.moved_on <= leaves.get(p.child, date.max))
    return terms, Evidence(placements, cohort=cohort, prices=tuple(prices), costs=tuple(costs))


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)


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


@pytest.mark.parametrize("seed", range(3))
def test_a_few_lives_keep_their_prices_open(seed: int) -> None:
    rng = random.Random(1_000 + seed)
    terms, evidence = random_life(rng)
    assert_prices_stay_open(every_report(terms, evidence, 5), 5, rng)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 40))
def test_hundreds_of_lives_keep_their_prices_open(seed: int) -> None:
    rng = random.Random(2_000 + seed)
    for _ in range(10):
        terms, evidence = random_life(rng)
        cut_off = rng.choice([2, 3, 5, 5, 8])
        assert_prices_stay_open(every_report(terms, evidence, cut_off), cut_off, rng)


def all_at_once(number: int) -> tuple[ContractTerms, tuple[Placement, ...]]:
    """Children who all move in on the first day of June 2026."""
    terms, _ = six_in_june()
    return terms, tuple(
        _placement(f"C{n}", 5_000.0 + n, date(2026, 6, 1), None, n + 1, False)
        for n in range(number)
    )


def shown_savings(terms: ContractTerms, evidence: Evidence) -> list[bool]:
    shown = every_report(terms, evidence, 5)[-1]
    return [figures["saving_to_date"] is not None for figures in shown.figures]


def test_prices_of_all_that_rise_by_one_share_hide_no_month() -> None:
    terms, placements = all_at_once(7)
    prices = tuple(
        PriceChange(p.child, date(2026, 9, 1), p.weekly_saving * Fraction("1.05"), Fraction(0))
        for p in placements
    )
    assert all(shown_savings(terms, Evidence(placements, prices=prices)))


def test_one_child_s_change_of_price_is_not_shown() -> None:
    terms, placements = all_at_once(20)
    prices = (PriceChange("C3", date(2026, 9, 1), Fraction(6_500), None),)
    shown = shown_savings(terms, Evidence(placements, prices=prices))
    assert shown == [True] * 5 + [False] * 7


def test_one_child_s_cost_is_not_shown() -> None:
    """June and July have the same prices, so that the difference would be the cost."""
    terms, placements = all_at_once(20)
    costs = (FurtherCost("C3", date(2026, 7, 6), None, None, Fraction(1_500)),)
    shown = shown_savings(terms, Evidence(placements, costs=costs))
    assert shown == [True] * 3 + [False] * 9


@pytest.mark.parametrize("cut_off", [2, 3, 5])
def test_the_sample_with_its_life_keeps_its_prices_open(cut_off: int) -> None:
    records = records_of(sample_source(with_life=True).rows)
    reports = every_report(records.terms.record, records.evidence.record, cut_off)
    assert any(figures["saving_to_date"] for figures in reports[-1].figures)
    assert_prices_stay_open(reports, cut_off, random.Random(cut_off))
