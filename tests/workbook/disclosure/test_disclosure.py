"""The public version: what it suppresses, and attempts to work the suppressed figures back.

The attacker of these tests knows the contract and every identity of the statement, and guesses
right in which months the fee equals the saving and in which it is limited. The attempt is an
exact elimination: every sum over months that the published cells determine must belong to
enough children or households.
"""

from __future__ import annotations

import dataclasses
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.samples import sample_table
from tests.support.strategies import cases, options_known_to, tables
from xlpbr.contract.evidence import COLUMNS, Claim, Evidence, Household, Placement
from xlpbr.contract.known_rules import KnownRules
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.contract.life import AgreedMonth, OutcomeRate
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import FileProblem
from xlpbr.settlement.statement import FIGURES, Statement, settle
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.disclosure import rules as disclosure_rules
from xlpbr.workbook.disclosure.rules import (
    KNOWN,
    Shown,
    keeps_order,
    show_last_month,
    show_publicly,
)
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report.facts import ReportSource
from xlpbr.workbook.report.write import write_report

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
        equal(
            payable=(m, 1), fee=(m, -1), carer_fees=(m, -1), outcome_fees=(m, -1), bonus=(m, -1),
            reimbursed=(m, 1), held_back=(m, 1),
        )  # fmt: skip
        equal(to_invoice=(m, 1), payable=(m, -1), adjustment=(m, -1))
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
    cohort = {p.child.casefold() for p in statement.evidence.placements}
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
    assert_no_price_follows(shown, [shown])
    assert_no_suppressed_cell_follows(shown)


def assert_no_price_follows(last: Shown, reports: Iterable[Shown]) -> None:
    """Who knows every date, and holds all reports together, solves no price of a few children.

    The unknowns are the weekly savings of the placements; each sum of months that follows from
    the last report, and each report's run rate, is an equation. Placements with the same days
    in every equation are one unknown: their sum is what follows.
    """
    statement, terms = last.statement, last.statement.terms
    cut_off = last.cut_off
    assert cut_off is not None
    found = [p for p in statement.evidence.placements if p.agreed and p.weekly_saving]
    one = Fraction(1)
    sums: list[dict[int, Fraction]] = []
    pivots = eliminate(identities(statement) + guesses(statement), published(last), "saving")
    months = [
        {index: factor for (_, index), factor in row.items()}
        for pivot, row in pivots.items()
        if pivot[0] == "saving"
    ]
    months += [{index: one} for name, index in published(last) if name == "saving"]
    for row in months:
        days = {index: days_of(statement, [index]) for index in row}
        sums.append(
            {
                n: sum(
                    factor * sum(on_day(placement, day) for day in days[index])
                    for index, factor in row.items()
                )
                for n, placement in enumerate(found)
            }
        )
    for shown in reports:
        if shown.run_rate is not None and terms.bonus_threshold is not None:
            counted = ("foster",) if terms.bonus_counts == "foster" else ("foster", "reunified")
            day = shown.statement.as_at
            sums.append(
                {n: one for n, p in enumerate(found) if p.type in counted and on_day(p, day)}
            )
    columns = [tuple(row.get(n, 0) for row in sums) for n in range(len(found))]
    of_class: dict[Unknown, set[str]] = {}
    for n, placement in enumerate(found):
        name = (repr(columns[n]), 0)
        of_class.setdefault(name, set()).add(placement.child.casefold())
    equations = []
    for row in sums:
        by_class = {(repr(columns[n]), 0): Fraction(w) for n, w in row.items() if w}
        equations.append((by_class, Fraction(0)))
    for row in eliminate(equations, {}, "").values():
        if len(row) == 1:
            (name,) = row
            assert len(of_class[name]) > cut_off, f"the price of {of_class[name]} follows"


def every_month_end(statement: Statement) -> list[date]:
    """The days of all monthly reports up to a statement's day."""
    return [month.period.last for month in statement.months]


def assert_reports_belong_together(statement: Statement, cut_off: int) -> None:
    """All monthly reports together show no more than the last, and nothing can be worked back."""
    terms, evidence = statement.terms, statement.evidence
    reports = [
        show_publicly(settle(terms, evidence, day), cut_off) for day in every_month_end(statement)
    ]
    union: dict[Unknown, Fraction] = {}
    for number, earlier in enumerate(reports):
        figures = published(earlier)
        for later in reports[number + 1 :]:
            assert figures.items() <= published(later).items(), "an earlier report shows more"
        assert figures.items() <= published(reports[-1]).items()
        union.update(figures)
    if not reports:
        return
    assert union == published(reports[-1])
    assert_nothing_worked_back(reports[-1])
    assert_no_price_follows(reports[-1], reports)
    assert_run_rates_differ_by_enough(reports)


def assert_run_rates_differ_by_enough(reports: list[Shown]) -> None:
    """No two run rates, from whichever reports, differ by the placements of a few children."""
    found = []
    for shown in reports:
        terms, day = shown.statement.terms, shown.statement.as_at
        counted = ("foster",) if terms.bonus_counts == "foster" else ("foster", "reunified")
        if shown.run_rate is not None and terms.bonus_threshold is not None:
            found.append(
                {
                    (p.child.casefold(), p.row)
                    for p in shown.statement.evidence.placements
                    if p.type in counted and p.weekly_saving and on_day(p, day)
                }
            )
    for number, one in enumerate(found):
        for other in found[:number]:
            children = {child for child, _ in one ^ other}
            assert not 1 <= len(children) <= (reports[0].cut_off or 0), f"{children} differ"


def assert_no_suppressed_cell_follows(shown: Shown) -> None:
    """No single suppressed cell follows, by the identities alone or with a right guess of a fee.

    Who guesses that the fee was the saving in each month so far says thereby that the fee to date
    is the saving to date: that is the guess in other words, and what it makes of the savings is
    held by ``sums_that_follow``. So such a fee, and what is paid with it, may follow from the guess
    where the saving to date is shown; from the published cells alone it may not.
    """
    statement = shown.statement
    known = published(shown)
    equal_fees = [
        ({("fee", m): Fraction(1), ("saving", m): Fraction(-1)}, Fraction(0))
        for m, month in enumerate(statement.months)
        if month.fee == month.saving < month.ceiling
    ]
    alone = cells_that_follow(identities(statement), known)
    guessed = {m for equation, _ in equal_fees for name, m in equation if name == "fee"}
    by_guess = cells_that_follow(identities(statement) + equal_fees, known)
    for name, index in sorted(alone | by_guess):
        if (name, index) not in alone and says_the_guess(shown, name, index, guessed):
            continue
        if name in MONEY:
            # That an amount is £0, or the same as in a month that is shown, tells nothing:
            # what came between belongs to no one.
            same = {known.get((name, m)) for m in range(len(statement.months))}
            value = getattr(statement.months[index], name)
            assert value in {0, *same}, f"{name} of month {index}"
        elif name == "households":
            count = len(statement.months[index].households)
            assert not 1 <= count <= (shown.cut_off or 0), f"households of month {index}"


def cells_that_follow(
    equations: Iterable[Equation], known: Mapping[Unknown, Fraction]
) -> set[Unknown]:
    """The single cells that equations determine from what is known."""
    return {unknown for unknown, row in eliminate(equations, known, "").items() if len(row) == 1}


def says_the_guess(shown: Shown, name: str, index: int, guessed: set[int]) -> bool:
    """Whether a cell is of a fee that is the shown saving, month for month, by the guess alone."""
    if (
        name not in ("fee_to_date", "payable_to_date")
        or shown.figures[index]["saving_to_date"] is None
    ):
        return False
    starts = [-1, *(m for m in range(index) if shown.figures[m]["fee_to_date"] is not None)]
    return set(range(starts[-1] + 1, index + 1)) <= guessed


# Contracts in which something happens.

OPTIONS = options_known_to(KNOWN)


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
        fee_reading=draw(st.sampled_from(OPTIONS["Fee reading"])),
        savings_reading=draw(st.sampled_from(OPTIONS["Savings reading"])),
        carer_fee=Fraction(draw(st.sampled_from([0, 10_000]))),
        bonus_threshold=Fraction(draw(st.sampled_from([0, 1_000_000, 3_000_000]))),
        bonus_rate=Fraction(1, 10),
        bonus_measure=draw(st.sampled_from(OPTIONS["Bonus measure"])),
        bonus_counts=draw(st.sampled_from(OPTIONS["Bonus counts"])),
        contract_maximum=draw(st.sampled_from([None, Fraction(400_000), Fraction(1_000_000)])),
        maximum_reading=draw(st.sampled_from(OPTIONS["Maximum reading"])),
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


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(busy_cases(), st.sampled_from([2, 5, 5, 8]))
def test_busy_programmes_cannot_be_worked_back(
    case: tuple[ContractTerms, Evidence, date | None], cut_off: int
) -> None:
    assert_nothing_worked_back(show_publicly(settle(*case), cut_off))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(cases(most_children=9), st.integers(2, 5))
def test_any_contract_cannot_be_worked_back(case, cut_off: int) -> None:
    contract, evidence, as_at = case
    statement = settle(*read_contract(*tables(contract, evidence)), as_at)
    assume(KNOWN.cover(statement.terms))
    assert_nothing_worked_back(show_publicly(statement, cut_off))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(busy_cases(), st.sampled_from([2, 5, 5, 8]))
def test_monthly_reports_of_busy_programmes_cannot_be_subtracted(
    case: tuple[ContractTerms, Evidence, date | None], cut_off: int
) -> None:
    terms, evidence, _ = case
    assert_reports_belong_together(settle(terms, evidence), cut_off)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(cases(most_children=9), st.integers(2, 4))
def test_monthly_reports_of_any_contract_cannot_be_subtracted(case, cut_off: int) -> None:
    contract, evidence, _ = case
    statement = settle(*read_contract(*tables(contract, evidence)))
    assume(KNOWN.cover(statement.terms))
    assert_reports_belong_together(statement, cut_off)


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


@pytest.mark.parametrize("cut_off", [2, 3, 5, 10])
@pytest.mark.parametrize("name", ["plymouth-l04-2526", "cheshire-east-2026"])
def test_monthly_reports_of_the_built_in_samples_cannot_be_subtracted(
    name: str, cut_off: int
) -> None:
    assert_reports_belong_together(built_in(name), cut_off)


def test_three_monthly_reports_of_the_sample_do_not_give_a_child_s_price() -> None:
    """Once the three showed three ends, and their second difference x 7 / 19 was C11's price.

    By April only six children had moved. Who knows one of the six has the sum of five.
    """
    days = [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)]
    reports = [show_publicly(built_in("plymouth-l04-2526", day), 5) for day in days]
    ends = [
        {
            f"{month.month:%b}": figures["saving_to_date"]
            for month, figures in zip(shown.statement.months, shown.figures, strict=True)
            if figures["saving_to_date"]
        }
        for shown in reports
    ]
    assert ends == [
        {},
        {"Jul": 84_708_727},
        {"Jul": 84_708_727},
    ]


def test_a_month_that_is_not_over_is_never_published() -> None:
    inside, before = (
        show_publicly(built_in("plymouth-l04-2526", day), 5)
        for day in (date(2026, 8, 30), date(2026, 7, 31))
    )
    assert inside == before
    for day in (date(2025, 9, 1), date(2025, 9, 29)):
        assert show_publicly(built_in("plymouth-l04-2526", day), 5).figures == ()
    last = few_children(6)
    ends_inside = dataclasses.replace(last.terms, ends_on=date(2026, 12, 10))
    assert len(show_publicly(settle(ends_inside, last.evidence), 5).figures) == 12


def test_the_position_of_the_last_month_that_is_shown_is_that_of_its_own_report() -> None:
    shown = show_publicly(built_in("plymouth-l04-2526"), 5)
    assert shown.latest("saving_to_date") is None
    position = show_last_month(shown)
    assert position.statement.as_at == date(2026, 7, 31)
    assert position == show_publicly(built_in("plymouth-l04-2526", date(2026, 7, 31)), 5)
    months = len(position.figures)
    assert position.figures == shown.figures[:months]
    assert show_last_month(position) is position


def test_what_comes_on_one_day_but_for_a_few_does_not_give_the_few_away() -> None:
    """Eight come on the first and one on the fifteenth; a level month would leave the one."""
    terms = ContractTerms(
        starts_on=date(2026, 3, 1), ends_on=date(2026, 8, 31), fee=Fraction(600_000)
    )
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000 + n), Fraction(1_400),
            date(2026, 3, 15 if n == 8 else 1), None, True, n,
        )
        for n in range(9)
    )  # fmt: skip
    shown = show_publicly(settle(terms, Evidence(placements)), 5)
    assert suppressed(shown, "saving_to_date") == ["Apr 26", "May 26", "Jun 26", "Jul 26", "Aug 26"]


# What is shown of the sample and in the cases that decide.


def suppressed(shown: Shown, name: str) -> list[str]:
    return [
        f"{month.month:%b %y}"
        for month, figures in zip(shown.statement.months, shown.figures, strict=True)
        if figures[name] is None
    ]


def test_the_sample_shows_months_in_which_enough_children_moved() -> None:
    shown = show_publicly(built_in("plymouth-l04-2526"), 5)
    before_july = ["Feb 26", "Mar 26", "Apr 26", "May 26", "Jun 26"]
    after = ["Aug 26", "Sep 26", "Oct 26", "Nov 26", "Dec 26", "Jan 27", "Feb 27"]
    for name in ("saving_to_date", "children", "fee_to_date"):
        assert suppressed(shown, name) == [*before_july, *after]
    assert suppressed(shown, "saving") == [*before_july, "Jul 26", *after]
    assert suppressed(shown, "payable_to_date") == ["Jan 26", *before_july, *after]
    assert suppressed(shown, "payable") == ["Jan 26", *before_july, "Jul 26", *after]
    assert suppressed(shown, "entitlement_to_date") == []
    assert suppressed(shown, "bonus") == ["Feb 27"]
    assert shown.run_rate is None
    # Nothing that happened after July is published: four children moved since.
    july = show_last_month(shown)
    assert july.latest("children") == 10
    assert july.latest("saving_to_date") == 84_708_727
    assert july.latest("payable_to_date") == 61_981_667
    assert july.total("carer_fees") == 7_000_000
    assert july.latest("bonus") == 0
    assert july.run_rate is None
    # Of the months of that run not all are invoiced.
    assert july.latest("invoiced_to_date") is None
    assert july.latest("balance") is None
    assert not july.other_readings


def test_what_was_invoiced_is_shown_where_the_claims_cover_whole_runs() -> None:
    statement = built_in("plymouth-l04-2526", date(2026, 10, 31))
    claims = tuple(
        Claim(month.month, Fraction(month.payable, 100), 1) for month in statement.months
    )
    evidence = dataclasses.replace(statement.evidence, claims=claims)
    shown = show_publicly(settle(statement.terms, evidence, date(2026, 7, 31)), 5)
    assert shown.latest("invoiced_to_date") == 61_981_667
    assert shown.latest("balance") == 0
    assert_nothing_worked_back(shown)


def few_children(count: int, **more: object) -> Statement:
    """So many foster children who all move on the second day of a year without a carer fee."""
    terms = ContractTerms(
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), fee=Fraction(600_000), **more
    )
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000), Fraction(1_400), date(2026, 1, 2), None, True, n
        )
        for n in range(count)
    )
    return settle(terms, Evidence(placements))


def test_no_other_reading_is_valued_where_one_was_not_thought_through(monkeypatch) -> None:
    statement = few_children(7)
    assert show_publicly(statement, 5).other_readings
    fewer = {**KNOWN.allowed, "fee_reading": frozenset({"catch_up"})}
    monkeypatch.setattr(disclosure_rules, "KNOWN", KnownRules(fewer))
    assert not show_publicly(statement, 5).other_readings
    with pytest.raises(FileProblem, match='No public version can be made under Fee reading "up_'):
        show_publicly(few_children(7, fee_reading="up_to_cap"), 5)


@pytest.mark.parametrize(
    ("count", "hidden"), [(0, False), (1, True), (5, True), (6, True), (7, False)]
)
def test_savings_are_shown_where_more_than_the_cut_off_are_left_when_one_is_known(
    count: int, hidden: bool
) -> None:
    shown = show_publicly(few_children(count), 5)
    for name in ("children", "saving", "saving_to_date", "fee_to_date", "payable_to_date"):
        assert bool(suppressed(shown, name)) == hidden, name


def test_the_children_who_are_still_in_homes_are_a_count_too() -> None:
    assert show_publicly(few_children(7, cohort_size=13), 5).latest("children") == 7
    assert show_publicly(few_children(7, cohort_size=7), 5).latest("children") == 7
    assert show_publicly(few_children(7, cohort_size=12), 5).latest("children") is None


def moved(name: str, day: date, ended_on: date | None = None) -> Placement:
    return Placement(
        name, "foster", Fraction(7_000), Fraction(1_400), day, ended_on, True, 1, "other"
    )


def shown_after_one(reading: str, fee: int = 600_000) -> Shown:
    """Ten children, nine of whom come a month later, to the end of that month."""
    later = [moved(f"C{n}", date(2026, 2, 2 + n)) for n in range(9)]
    return shown_in_february(reading, fee, [moved("C9", date(2026, 1, 2)), *later])


def shown_in_february(reading: str, fee: int, placements: Iterable[Placement]) -> Shown:
    """What is shown of a programme of 2026 to the end of its second month."""
    terms = ContractTerms(
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), fee=Fraction(fee),
        fee_reading=reading,
    )  # fmt: skip
    return show_publicly(settle(terms, Evidence(tuple(placements)), date(2026, 2, 28)), 5)


def test_the_fee_is_hidden_where_it_would_leave_one_child_s_saving() -> None:
    """With no catching up the rest is known."""
    shown = {reading: shown_after_one(reading) for reading in ("catch_up", "no_catch_up")}
    assert suppressed(shown["catch_up"], "fee_to_date") == ["Jan 26"]
    assert shown["no_catch_up"].latest("saving_to_date") is not None
    assert suppressed(shown["no_catch_up"], "fee_to_date") == ["Jan 26", "Feb 26"]
    assert suppressed(shown["no_catch_up"], "payable_to_date") == ["Jan 26", "Feb 26"]


def test_a_guess_that_the_fee_was_the_saving_tells_no_more_than_itself() -> None:
    """The guess is right here, and says that the fee to date is the saving to date."""
    shown = shown_after_one("no_catch_up", 2_760_000)
    assert all(month.fee == month.saving < month.ceiling for month in shown.statement.months)
    assert shown.latest("saving_to_date") is not None
    assert suppressed(shown, "fee_to_date") == ["Jan 26", "Feb 26"]
    assert_nothing_worked_back(shown)


def test_a_fee_that_follows_from_more_than_such_a_guess_is_worked_back() -> None:
    """The attempt would see it: a fee to date in what is payable, and one of a limited month."""
    shown = shown_after_one("no_catch_up", 2_760_000)
    payable = with_figures(shown, "payable_to_date", [1])
    with pytest.raises(AssertionError, match="fee_to_date of month 1"):
        assert_no_suppressed_cell_follows(payable)
    nine = [moved(f"C{n}", date(2026, 1, 2), date(2026, 2, 1)) for n in range(9)]
    limited = shown_in_february("no_catch_up", 600_000, [*nine, moved("C9", date(2026, 2, 2))])
    first, last = limited.statement.months
    assert first.fee == first.ceiling < first.saving
    assert last.fee == last.saving < last.ceiling
    hidden = dataclasses.replace(limited, figures=({}, {}))
    given_away = with_figures(hidden, "saving_to_date", [0, 1])
    with pytest.raises(AssertionError, match="fee of month 0"):
        assert_no_suppressed_cell_follows(with_figures(given_away, "fee_to_date", [1]))


def with_figures(shown: Shown, name: str, months: Iterable[int]) -> Shown:
    """The same with a figure of some months shown."""
    figures = [dict(month) for month in shown.figures]
    for index in months:
        figures[index][name] = getattr(shown.statement.months[index], name)
    return dataclasses.replace(shown, figures=tuple(figures))


def test_what_is_payable_is_shown_where_no_fee_is_paid_for_the_few_households() -> None:
    """It would follow from the fee to date, and tells of no household."""
    terms = {"bonus_threshold": Fraction(0)}
    without = few_children(7, **terms)
    homes = Household("H0", date(2026, 1, 2), "C0", 1), Household("H1", date(2026, 1, 3), "C1", 2)
    evidence = dataclasses.replace(without.evidence, households=homes)
    shown = show_publicly(settle(without.terms, evidence), 5)
    assert suppressed(shown, "payable_to_date") == []
    assert_nothing_worked_back(shown)
    paid = dataclasses.replace(without.terms, carer_fee=Fraction(10_000))
    assert suppressed(show_publicly(settle(paid, evidence), 5), "payable_to_date")


def test_the_bonus_is_hidden_where_few_children_are_counted_or_left_out() -> None:
    def with_bonus(counts: str, reunified: int) -> Shown:
        statement = few_children(
            8, bonus_threshold=Fraction(100_000), bonus_rate=Fraction(1, 10), bonus_counts=counts
        )
        placements = tuple(
            dataclasses.replace(placement, type="reunified") if n < reunified else placement
            for n, placement in enumerate(statement.evidence.placements)
        )
        return show_publicly(settle(statement.terms, Evidence(placements)), 5)

    assert with_bonus("family", 2).latest("bonus") is not None
    assert with_bonus("foster", 0).latest("bonus") is not None
    for left_out in (2, 5, 6):
        shown = with_bonus("foster", left_out)
        assert shown.latest("bonus") is None
        assert shown.run_rate is None
        assert shown.latest("payable_to_date") is None


def test_a_bonus_of_zero_is_hidden_too_where_few_are_counted() -> None:
    """It would tell that the savings of the few do not reach the threshold."""
    terms: dict[str, object] = {
        "bonus_threshold": Fraction(100_000_000), "bonus_rate": Fraction(1, 10),
        "bonus_counts": "foster",
    }  # fmt: skip
    statement = few_children(8, **terms)
    placements = tuple(
        dataclasses.replace(placement, type="reunified" if n < 2 else "foster")
        for n, placement in enumerate(statement.evidence.placements)
    )
    shown = show_publicly(settle(statement.terms, Evidence(placements)), 5)
    assert shown.latest("saving_to_date") is not None
    assert shown.latest("bonus") is None
    assert shown.latest("payable_to_date") is None
    assert suppressed(shown, "bonus") == ["Dec 26"]


def test_a_cut_off_below_two_protects_no_one() -> None:
    with pytest.raises(ValueError, match="cut_off is 1"):
        show_publicly(few_children(3), 1)


# The workbook that is published.


@pytest.fixture(scope="module")
def published_report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shown]:
    """The public report of the sample, whose texts name children and households."""
    contract = load_contract("plymouth-l04-2526")
    terms = terms_table(contract)
    for row in terms[1:]:
        if row[0] in ("Provider", "Fee"):
            row[3] = "7 para 2 (agreed for C03 and h02)"
            row[4] = "As the carers H01 of c01 said."
    rows = {
        "Terms": terms,
        "Assumptions": None,
        **{one: sample_table(contract, one) for one in COLUMNS},
    }
    source = ReportSource(
        rows, file_name="Budget C07.xlsx", sha256="0" * 64, places={"Placements": "sheet of C01"}
    )
    target = tmp_path_factory.mktemp("public") / "report.xlsx"
    write_report(
        records_of(rows), source, target, as_at=date(2026, 10, 31), prepared_by="Carer of C02",
        prepared_on=date(2026, 11, 21), public=True,
    )  # fmt: skip
    return target, show_publicly(built_in("plymouth-l04-2526", date(2026, 10, 31)), 5)


def parts_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def test_no_child_and_no_household_is_named_anywhere(published_report) -> None:
    path, shown = published_report
    evidence = shown.statement.evidence
    names = {p.child for p in evidence.placements} | {h.household for h in evidence.households}
    assert len(names) == 21
    addresses = re.compile(r'\b(?:r|ref|sqref|spans)="[^"]*"|<c:f>[^<]*</c:f>|>[^<]*!\$[^<]*<')
    for part, content in parts_of(path).items():
        text = addresses.sub("", content)
        found = [name for name in names if re.search(rf"\b{name}\b", text, re.IGNORECASE)]
        assert not found, f"{part} names {found}"
    # The name of a file may hold a person's: only its SHA-256 is published.
    texts = parts_of(path)["xl/sharedStrings.xml"]
    assert "Budget C07" not in texts
    assert "Source file" not in texts
    assert "0" * 64 in texts


def test_no_suppressed_amount_stands_anywhere(published_report) -> None:
    path, shown = published_report
    public, secret = set(), set()
    for month, figures in zip(shown.statement.months, shown.figures, strict=True):
        for name in MONEY:
            value = figures[name]
            (public if value is not None else secret).add(getattr(month, name))
    for placement in shown.statement.evidence.placements:
        for price in (placement.residential_weekly, placement.family_weekly):
            secret.add(int((price or 0) * 100))
        secret.add(int(placement.weekly_saving * 100))
    secret = {abs(value) for value in secret - public if abs(value) > 5}
    assert len(secret) > 60
    for part, content in parts_of(path).items():
        numbers = {round(float(found) * 100) for found in re.findall(r"<v>([\d.]+)</v>", content)}
        # Numbers of cells with text are places in the list of texts, whole pounds at most.
        written = {
            int(found.replace(",", "").replace(".", ""))
            for found in re.findall(r"£([\d,]+\.\d\d)", content)
        }
        assert not secret & written, part
        assert not {number for number in secret & numbers if number % 100}, part


def test_no_cell_shows_a_count_up_to_the_cut_off(published_report) -> None:
    path, _ = published_report
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                is_number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
                if is_number and "%" not in cell.number_format:
                    assert not 1 <= cell.value <= 5, f"{sheet.title}!{cell.coordinate}"


# What a contract's life adds: outcomes, money paid back, agreed months.


def seven_and_more(
    number: int = 7, ended: int = 0, rates: tuple[OutcomeRate, ...] = (), **terms: object
) -> tuple[ContractTerms, Evidence]:
    """So many children who came on 1 June 2026, some of whom broke down on 1 September."""
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000 + n), Fraction(1_400), date(2026, 6, 1),
            date(2026, 9, 1) if n < ended else None, True, n + 1,
        )
        for n in range(number)
    )  # fmt: skip
    given = {
        "starts_on": date(2026, 4, 1), "ends_on": date(2027, 3, 31), "fee": Fraction(600_000),
        **terms,
    }  # fmt: skip
    return ContractTerms(**given), Evidence(placements, rates=rates)


def shown_figures(terms: ContractTerms, evidence: Evidence, field_name: str) -> list[int | None]:
    shown = show_publicly(settle(terms, evidence), 5)
    return [figures[field_name] for figures in shown.figures]


def test_outcome_fees_are_shown_where_enough_children_reached_each_outcome() -> None:
    """One of seven left early; with six more of its kind, and one outcome that only one reached."""
    rates = (OutcomeRate("13 weeks", 13, Fraction(6_000)),)
    terms, evidence = seven_and_more(7, rates=rates)
    # 13 weeks from 1 June are complete on 30 August.
    assert shown_figures(terms, evidence, "outcome_fees")[4] == 7 * 600_000
    few = dataclasses.replace(evidence, placements=evidence.placements[:5])
    assert shown_figures(terms, few, "outcome_fees")[4] is None
    early = dataclasses.replace(
        evidence.placements[0], child="C99", moved_on=date(2026, 4, 20), row=99
    )
    one_before = dataclasses.replace(evidence, placements=(*evidence.placements, early))
    assert None in shown_figures(terms, one_before, "outcome_fees")


@pytest.mark.parametrize(("ended", "is_shown"), [(0, True), (3, False), (7, True)])
def test_what_is_paid_back_is_shown_where_enough_children_broke_down(
    ended: int, is_shown: bool
) -> None:
    terms, evidence = seven_and_more(
        20, ended, break_down_reimbursement="straight_line", break_down_amount=Fraction(10_000),
        fee=Fraction(6_000_000),
    )  # fmt: skip
    reimbursed = shown_figures(terms, evidence, "reimbursed")
    assert (reimbursed[5] is not None) == is_shown
    if ended == 7:
        assert reimbursed[5] == sum(
            b.reimbursed for b in settle(terms, evidence).months[5].break_downs
        )


def test_what_agreed_months_carry_is_hidden_once_it_is_not_nought() -> None:
    terms, evidence = seven_and_more()
    months = settle(terms, evidence).months
    as_payable = tuple(
        AgreedMonth(month.month, Fraction(month.payable, 100)) for month in months[:4]
    )
    same = dataclasses.replace(evidence, signed=as_payable)
    assert shown_figures(terms, same, "adjustment") == [0] * 12
    assert shown_figures(terms, same, "to_invoice") == [month.payable for month in months]
    less = dataclasses.replace(as_payable[3], payable=as_payable[3].payable - 700)
    other = dataclasses.replace(evidence, signed=(*as_payable[:3], less))
    assert shown_figures(terms, other, "adjustment") == [0] * 3 + [None] * 9
    assert shown_figures(terms, other, "to_invoice")[3:] == [None] * 9


def test_no_public_version_is_made_where_an_unused_fee_lapses() -> None:
    terms, evidence = seven_and_more(unused_fee="lapses")
    with pytest.raises(
        FileProblem, match='No public version can be made under Unused fee "lapses"'
    ):
        show_publicly(settle(terms, evidence), 5)


def test_what_depends_on_the_order_in_a_run_is_not_shown() -> None:
    """No more is paid back than the fee to date: in the midst of a run that would tell the fee."""
    terms, evidence = seven_and_more(
        8, 7, break_down_reimbursement="whole", break_down_amount=Fraction(1_000_000)
    )
    statement = settle(terms, evidence)
    cut = next(index for index, month in enumerate(statement.months) if month.break_downs)
    assert statement.months[cut].reimbursed < 7 * 100_000_000
    assert keeps_order(statement, range(cut, cut + 1))
    assert not keeps_order(statement, range(cut - 1, cut + 1))
    assert keeps_order(statement, range(cut + 1, cut + 3))


def workings_of_all_on_one_day(
    folder: Path, terms: dict[str, object], price: int, invoiced: int
) -> list[list[str]]:
    """The public workings of 60 children who come on one day, 20 of whom break down on another.

    Every month is shown, and all that may be paid is for enough of them. That nobody is named in
    any part of the workbook is held here.
    """
    first, last = date(2026, 4, 1), date(2027, 3, 31)
    headings = ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"]
    rows: dict[str, list[list[object]] | None] = {
        "Terms": [
            ["Term", "Value"], ["Starts on", first], ["Ends on", last],
            *([term, value] for term, value in terms.items()),
        ],
        "Placements": [
            headings,
            *(
                [f"C{n:02}", 7_000, 1_400, first, date(2026, 9, 1) if n < 20 else None]
                for n in range(60)
            ),
        ],
        "Carers": [
            ["Household", "Approved on", "Child"],
            *([f"H{n:02}", date(2026, 5, 4), f"C{n:02}"] for n in range(20)),
        ],
        "Claims": [["Month", "Invoiced", "Invoice number"], [first, invoiced, "INV-77"]],
        "Rates": [["Outcome", "Weeks", "Price"], ["13 weeks", 13, price]],
        "Assumptions": None,
    }  # fmt: skip
    target = folder / "public.xlsx"
    source = ReportSource(rows, file_name="book.xlsx", sha256="0" * 64)
    write_report(
        records_of(rows), source, target, as_at=date(2026, 10, 31), prepared_by="-",
        prepared_on=date(2026, 11, 21), public=True,
    )  # fmt: skip
    for part, content in parts_of(target).items():
        # The address of a cell such as C26 is no child.
        told = re.sub(r'\b(?:r|ref|sqref|topLeftCell|activeCell)="[A-Z\d: ]*"', "", content)
        assert not re.search(r"\b[CH]\d\d\b(?!:)|INV-77", told), part
    book = openpyxl.load_workbook(target)
    return [[str(cell.value) for cell in row] for row in book["Workings"].iter_rows()]


BREAK_DOWNS = {"Break-down reimbursement": "whole", "Break-down amount": 500}


def test_the_public_workings_name_nobody(tmp_path: Path) -> None:
    terms = {"Fee": 6_000_000, "Carer fee": 1_000, **BREAK_DOWNS}
    workings = workings_of_all_on_one_day(tmp_path, terms, price=100, invoiced=1_000)
    for figure in ("Carer fees", "Outcome fees", "Reimbursed"):
        assert any(row[1] == figure and "in the public version" in row[4] for row in workings)


def test_the_public_workings_name_nobody_for_whom_nothing_is_paid(tmp_path: Path) -> None:
    """Households, outcomes and claims of £0 stand in a full working by their names."""
    terms = {"Fee": 6_000_000, "Carer fee": 0, **BREAK_DOWNS, "Break-down amount": 0}
    workings = workings_of_all_on_one_day(tmp_path, terms, price=0, invoiced=0)
    carer_fees = {row[4] for row in workings if row[1] == "Carer fees"}
    assert carer_fees == {"the contract pays no carer fee"}
    for figure in ("Outcome fees", "Reimbursed", "Invoiced to date"):
        assert any(row[1] == figure and "in the public version" in row[4] for row in workings)
