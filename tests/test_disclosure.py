"""The public version: what it suppresses, and attempts to work the suppressed figures back.

The attacker of these tests knows the contract and every identity of the statement, and guesses
right in which months the fee equals the saving and in which it is limited. The attempt is an
exact elimination: every sum over months that the published cells determine must belong to
enough children or households.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from xlpbr.workbook.disclosure import Shown, show_everything, show_publicly

from tests.strategies import cases, tables
from xlpbr.contracts import load_contract, sample_table, terms_table
from xlpbr.evidence import Claim, Evidence, Household, Placement
from xlpbr.functions import read_contract
from xlpbr.statement import FIGURES, Statement, settle
from xlpbr.terms import ContractTerms

MONEY = [figure.field_name for figure in FIGURES if figure.kind == "money"]

Unknown = tuple[str, int]
Equation = tuple[dict[Unknown, Fraction], Fraction]


# The attempt.


def identities(statement: Statement) -> list[Equation]:
    """What always holds between the figures, as sums of unknowns that equal a number."""
    found: list[Equation] = []

    def equal(right: int | Fraction = 0, **terms: tuple[int, int]) -> None:
        row = {(name, index): Fraction(factor) for name, (index, factor) in terms.items()}
        found.append((row, Fraction(right)))

    def to_date(part: str, total: str, index: int) -> None:
        row = {(total, index): Fraction(1), (part, index): Fraction(-1)}
        if index:
            row[total, index - 1] = Fraction(-1)
        found.append((row, Fraction(0)))

    price = statement.terms.carer_fee * 100
    for m in range(len(statement.months)):
        to_date("saving", "saving_to_date", m)
        to_date("fee", "fee_to_date", m)
        to_date("payable", "payable_to_date", m)
        to_date("invoice", "invoiced_to_date", m)
        equal(payable=(m, 1), fee=(m, -1), carer_fees=(m, -1), bonus=(m, -1), held_back=(m, 1))
        equal(balance=(m, 1), payable_to_date=(m, -1), invoiced_to_date=(m, 1))
        equal(net_saving_to_date=(m, 1), saving_to_date=(m, -1), payable_to_date=(m, 1))
        if price.denominator == 1 and price:
            row = {("carer_fees", m): Fraction(1), ("households", m): Fraction(-price)}
            found.append((row, Fraction(0)))
    return found


def guesses(statement: Statement) -> list[Equation]:
    """In which months the fee is the saving, and in which it is limited; all guessed right."""
    found: list[Equation] = []
    cumulative = statement.terms.savings_reading == "cumulative"
    one = Fraction(1)
    for m, month in enumerate(statement.months):
        drawn = month.saving
        if cumulative:
            drawn = month.saving_to_date - (month.fee_to_date - month.fee)
        if month.fee == drawn < month.ceiling:
            if cumulative:
                found.append(({("fee_to_date", m): one, ("saving_to_date", m): -one}, Fraction(0)))
            else:
                found.append(({("fee", m): one, ("saving", m): -one}, Fraction(0)))
        elif month.fee == month.ceiling and statement.terms.fee_reading == "no_catch_up":
            found.append(({("fee", m): one}, Fraction(month.fee)))
        elif month.fee == month.ceiling:
            found.append(({("fee_to_date", m): one}, Fraction(month.entitlement_to_date)))
        else:
            found.append(({("fee", m): one}, Fraction(month.fee)))
    return found


def published(shown: Shown) -> dict[Unknown, Fraction]:
    return {
        (name, index): Fraction(value)
        for index, month in enumerate(shown.figures)
        for name, value in month.items()
        if value is not None
    }


def eliminate(
    equations: Iterable[Equation], known: Mapping[Unknown, Fraction], last: str
) -> dict[Unknown, dict[Unknown, Fraction]]:
    """The equations solved for as many unknowns as can be; those of ``last`` come last."""

    def order(unknown: Unknown) -> tuple[bool, str, int]:
        return unknown[0] == last, *unknown

    pivots: dict[Unknown, dict[Unknown, Fraction]] = {}
    for terms, _ in equations:
        row = {unknown: factor for unknown, factor in terms.items() if unknown not in known}
        while row:
            pivot = min(row, key=order)
            if pivot not in pivots:
                pivots[pivot] = {u: factor / row[pivot] for u, factor in row.items()}
                break
            _subtract(row, pivots[pivot], row[pivot])
    for pivot in sorted(pivots, key=order, reverse=True):
        for other in [u for u in pivots[pivot] if u != pivot and u in pivots]:
            _subtract(pivots[pivot], pivots[other], pivots[pivot][other])
    return pivots


def sums_that_follow(
    equations: Iterable[Equation], known: Mapping[Unknown, Fraction], wanted: str
) -> list[frozenset[int]]:
    """The sums of a figure over months that the equations determine, as sets of months."""
    pivots = eliminate(equations, known, wanted)
    found = [
        frozenset(index for _, index in row) for pivot, row in pivots.items() if pivot[0] == wanted
    ]
    return found + [frozenset([index]) for name, index in known if name == wanted]


def _subtract(
    row: dict[Unknown, Fraction], other: Mapping[Unknown, Fraction], times: Fraction
) -> None:
    for unknown, factor in other.items():
        left = row.get(unknown, Fraction(0)) - times * factor
        if left:
            row[unknown] = left
        else:
            row.pop(unknown, None)


# Who stands behind a sum, counted day by day and not as the project counts it.


def days_of(statement: Statement, months: Iterable[int]) -> list[date]:
    found = []
    for index in months:
        period = statement.months[index].period
        found += [period.first + timedelta(n) for n in range(period.days)]
    return found


def on_day(placement: Placement, day: date) -> bool:
    if not placement.agreed or placement.moved_on is None or day < placement.moved_on:
        return False
    return placement.ended_on is None or day < placement.ended_on


def savers(statement: Statement, months: Iterable[int]) -> set[str]:
    days = days_of(statement, months)
    return {
        placement.child.casefold()
        for placement in statement.evidence.placements
        if placement.weekly_saving and any(on_day(placement, day) for day in days)
    }


def movers(statement: Statement, months: range) -> tuple[set[str], set[str]]:
    """Whose saving a day changed, and who came or went, from the day before to the last day."""
    days = days_of(statement, months)
    first = days[0] != statement.terms.starts_on
    days = [days[0] - timedelta(1), *days] if first else days
    saving, place = set(), set()
    for child in {p.child.casefold() for p in statement.evidence.placements}:
        own = [p for p in statement.evidence.placements if p.child.casefold() == child]
        by_day = [[p for p in own if on_day(p, day)] for day in days]
        start = [] if first else [(0, Fraction(0))]
        states = start + [(len(here), sum(p.weekly_saving for p in here)) for here in by_day]
        if len({money for _, money in states}) > 1:
            saving.add(child)
        if len({count for count, _ in states}) > 1:
            place.add(child)
    return saving, place


def households(statement: Statement, months: Iterable[int]) -> int:
    days = set(days_of(statement, months))
    cohort = {p.child.casefold() for p in statement.evidence.placements if p.agreed}
    first: dict[str, date] = {}
    for row in statement.evidence.households:
        if row.approved_on is not None and row.child.casefold() in cohort:
            name = row.household.casefold()
            first[name] = min(first.get(name, date.max), row.approved_on)
    return sum(day in days for day in first.values())


def assert_nothing_worked_back(shown: Shown) -> None:
    statement, cut_off = shown.statement, shown.cut_off
    assert cut_off is not None
    known = published(shown)
    equations = identities(statement) + guesses(statement)

    def enough(count: int) -> bool:
        return count == 0 or count > cut_off

    for months in sums_that_follow(equations, known, "saving"):
        assert enough(len(savers(statement, months))), f"saving of months {sorted(months)}"
    priced = bool(statement.terms.carer_fee)
    for months in sums_that_follow(equations, known, "carer_fees") if priced else []:
        assert enough(households(statement, months)), f"carer fees of months {sorted(months)}"
    for index, month in enumerate(statement.months):
        outside = (statement.terms.cohort_size or 0) - month.children
        if ("children", index) in known:
            assert enough(month.children)
            assert outside < 0 or enough(outside)
    ends = [index for index in range(len(statement.months)) if ("saving_to_date", index) in known]
    for before, end in zip([-1, *ends], ends, strict=False):
        saving, place = movers(statement, range(before + 1, end + 1))
        assert enough(len(saving))
        assert enough(len(place))
    assert_no_suppressed_cell_follows(shown)


def assert_no_suppressed_cell_follows(shown: Shown) -> None:
    """No single suppressed cell follows from the published ones by the identities alone."""
    statement = shown.statement
    known = published(shown)
    equal_fees = [
        ({("fee", m): Fraction(1), ("saving", m): Fraction(-1)}, Fraction(0))
        for m, month in enumerate(statement.months)
        if month.fee == month.saving < month.ceiling
    ]
    pivots = eliminate(identities(statement) + equal_fees, known, "")
    follow = [unknown for unknown, row in pivots.items() if len(row) == 1]
    for name, index in follow:
        if name in MONEY:
            # That an amount is nought tells nothing of anyone.
            assert not getattr(statement.months[index], name), f"{name} of month {index}"
        elif name == "households":
            count = statement.months[index].households
            assert not 1 <= count <= (shown.cut_off or 0), f"households of month {index}"


# Contracts in which something happens.


@st.composite
def busy_cases(draw: st.DrawFn) -> tuple[ContractTerms, Evidence, date | None]:
    """A programme with up to 24 children who move in waves, some of whom come back."""
    starts_on = date(2025, 4, draw(st.sampled_from([1, 1, 10, 30])))
    ends_on = starts_on + timedelta(days=draw(st.integers(150, 560)))
    terms = ContractTerms(
        starts_on=starts_on,
        ends_on=ends_on,
        cohort_size=draw(st.none() | st.integers(10, 26)),
        fee=Fraction(draw(st.sampled_from([0, 150_000, 599_800, 3_000_000]))),
        fee_months=draw(st.sampled_from([None, 6, 12])),
        fee_reading=draw(st.sampled_from(["catch_up", "no_catch_up", "up_to_cap"])),
        savings_reading=draw(st.sampled_from(["month", "cumulative"])),
        carer_fee=Fraction(draw(st.sampled_from([0, 10_000]))),
        bonus_threshold=Fraction(draw(st.sampled_from([0, 1_000_000, 3_000_000]))),
        bonus_rate=Fraction(1, 10),
        bonus_measure=draw(st.sampled_from(["run_rate", "accumulated", "lower"])),
        bonus_counts=draw(st.sampled_from(["family", "foster"])),
        contract_maximum=draw(st.sampled_from([None, Fraction(400_000), Fraction(1_000_000)])),
        maximum_reading=draw(st.sampled_from(["hard_stop", "warn"])),
    )
    waves = draw(st.lists(st.integers(-20, 560), min_size=1, max_size=5))
    placements, homes = [], []
    for number in range(draw(st.integers(0, 24))):
        moved_on = starts_on + timedelta(draw(st.sampled_from(waves)) + draw(st.integers(0, 40)))
        stays = draw(st.sampled_from([None, None, None, 20, 90]))
        cost = Fraction(draw(st.integers(500_000, 800_000)), 100)
        family = draw(st.sampled_from([Fraction(1_425), Fraction(310), cost, Fraction(9_000)]))
        placements.append(
            Placement(
                f"C{number}",
                draw(st.sampled_from(["foster", "foster", "reunified"])),
                cost,
                family,
                moved_on,
                None if stays is None else moved_on + timedelta(stays),
                draw(st.sampled_from([True, True, True, False])),
                number + 1,
            )
        )
        if draw(st.booleans()):
            homes.append(Household(f"H{number}", moved_on - timedelta(20), f"C{number}", number))
    evidence = Evidence(tuple(placements), tuple(homes))
    months = settle(terms, evidence).months
    claimed = draw(st.integers(0, len(months)))
    claims = [
        Claim(month.month, Fraction(month.payable, 100), row)
        for row, month in enumerate(months[:claimed])
    ]
    evidence = dataclasses.replace(evidence, claims=tuple(claims))
    as_at = draw(st.none() | st.integers(0, 560).map(lambda n: starts_on + timedelta(n)))
    return terms, evidence, as_at


@settings(max_examples=2500, deadline=None)
@given(busy_cases(), st.sampled_from([2, 5, 5, 8]))
def test_busy_programmes_cannot_be_worked_back(
    case: tuple[ContractTerms, Evidence, date | None], cut_off: int
) -> None:
    assert_nothing_worked_back(show_publicly(settle(*case), cut_off))


@settings(max_examples=2500, deadline=None)
@given(cases(most_children=9), st.integers(2, 5))
def test_any_contract_cannot_be_worked_back(case, cut_off: int) -> None:
    contract, evidence, as_at = case
    statement = settle(*read_contract(*tables(contract, evidence)), as_at)
    assert_nothing_worked_back(show_publicly(statement, cut_off))


def built_in(name: str, as_at: date | None = None) -> Statement:
    contract = load_contract(name)
    evidence = [sample_table(contract, table) for table in ("Placements", "Carers", "Claims")]
    return settle(*read_contract(terms_table(contract), *evidence), as_at)


DAYS = [None, date(2026, 10, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 1, 15)]


@pytest.mark.parametrize("as_at", DAYS)
@pytest.mark.parametrize("cut_off", [2, 3, 5, 10])
@pytest.mark.parametrize("name", ["plymouth-l04-2526", "cheshire-east-2026"])
def test_the_built_in_samples_cannot_be_worked_back(
    name: str, cut_off: int, as_at: date | None
) -> None:
    assert_nothing_worked_back(show_publicly(built_in(name, as_at), cut_off))
