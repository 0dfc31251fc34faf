"""Random lives of contracts, with every option, and nothing in them that would be an error."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.support.life.days import DAY, edate, month_of, months_between, year_name
from tests.support.life.statement import statement
from tests.support.life.tables import (
    AgreedMonth,
    BudgetYear,
    Carer,
    Claim,
    CohortChild,
    Cost,
    Life,
    Placement,
    Price,
    Rate,
    Terms,
    Variation,
)
from tests.support.life.terms import OPTIONS

LONGEST = 730
"""Days of the longest programme."""


def pounds(least: int, most: int) -> st.SearchStrategy[float]:
    """Whole pence, as the float that a cell holds."""
    return st.integers(least * 100, most * 100).map(lambda pence: pence / 100)


def some_pounds(most: int) -> st.SearchStrategy[float]:
    """Whole pence above 0."""
    return st.integers(1, most * 100).map(lambda pence: pence / 100)


def weekly_prices() -> st.SearchStrategy[float]:
    """Weekly prices; some carry fractions of a penny, some have sevenths that round to a half."""
    return st.one_of(
        st.integers(200_000, 900_000).map(lambda pence: pence / 100),
        st.integers(200_000, 900_000).map(lambda pence: pence / 100),
        st.integers(0, 90_000_000).map(lambda parts: parts / 10_000),
        st.integers(0, 2_000).map(lambda steps: round(steps * 0.035, 3)),
    )


def family_prices() -> st.SearchStrategy[float]:
    return st.one_of(pounds(200, 2_000), st.integers(0, 20_000_000).map(lambda n: n / 10_000))


def days(first: date, last: date) -> st.SearchStrategy[date]:
    return st.dates(min_value=first, max_value=max(first, last))


def one_in(
    times: int, rare: st.SearchStrategy[Any], usual: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """The rare one once in so many times."""
    return st.sampled_from([usual] * (times - 1) + [rare]).flatmap(lambda chosen: chosen)


def mostly(usual: object, *others: object) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual, usual, usual, *others])


@st.composite
def programmes(draw: st.DrawFn) -> tuple[date, date]:
    """Starts on and Ends on: any days, often with whole months or with the last day of a month."""
    first = draw(days(date(2023, 12, 1), date(2027, 12, 31)))
    if draw(st.booleans()):
        wanted = draw(st.sampled_from([1, 1, 28, 29, 30, 31]))
        first = first.replace(day=1)
        while first.day < wanted and (first + DAY).month == first.month:
            first += DAY
    if draw(st.booleans()):
        length = draw(one_in(4, st.integers(0, 150), st.integers(150, LONGEST)))
        return first, first + timedelta(days=length)
    months = draw(one_in(4, st.integers(1, 9), st.integers(9, 23)))
    return first, max(first, edate(first, months) - draw(st.integers(-1, 2)) * DAY)


@st.composite
def variations(draw: st.DrawFn, first: date, last: date) -> tuple[Variation, ...]:
    """Up to three changes of each term that may vary, with a blank now and then."""
    values = {
        "Fee": pounds(0, 900_000),
        "Carer fee": st.sampled_from([0.0, 5_000.0, 9_999.99, 12_000.0]),
        "Bonus threshold": pounds(0, 400_000),
        "Bonus rate": st.sampled_from([0.0, 0.05, 0.125, 0.2]),
        "Contract maximum": pounds(0, 900_000),
        "Break-down amount": pounds(0, 40_000),
    }
    around = days(first - timedelta(days=20), last + timedelta(days=20))
    rows = []
    for term in draw(st.lists(st.sampled_from(sorted(values)), unique=True, max_size=4)):
        for start in draw(st.lists(around, unique=True, min_size=1, max_size=3)):
            blank = draw(mostly(False, False, True))
            rows.append(Variation(term, start, None if blank else draw(values[term])))
    return tuple(draw(st.permutations(rows)))


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    first, last = draw(programmes())
    chosen: dict[str, object] = {"Starts on": first, "Ends on": last}
    for term, options in OPTIONS.items():
        chosen[term] = draw(st.sampled_from([*options, *options, None]))
    chosen |= {
        "Fee": draw(one_in(12, st.none(), pounds(0, 60_000) | pounds(60_000, 900_000))),
        "Fee months": draw(one_in(2, st.none(), st.integers(1, 24))),
        "Fee share": draw(mostly(None, 0.25, 0.5, 0.333, 1)),
        "Carer fee": draw(st.sampled_from([None, 10_000.0, 9_999.99])),
        "Contract maximum": draw(
            one_in(2, st.none(), pounds(0, 100_000) | pounds(50_000, 1_000_000))
        ),
        "VAT rate": draw(st.sampled_from([None, 0.2, 0.05, 0.175, 0])),
        "Cohort size": draw(st.integers(1, 21)),
        "Break-down months": draw(st.none() | st.integers(1, 18)),
        "Break-down amount": draw(mostly(None, 28_561.9, 0.0, 1_234.56)),
    }
    if draw(mostly(True, True, False)):
        chosen["Bonus threshold"] = draw(st.just(0.0) | pounds(0, 100_000) | pounds(0, 900_000))
        chosen["Bonus rate"] = draw(st.sampled_from([0.1, 0.125, 0.333, 1.0, 0.0]))
    if draw(st.booleans()):
        chosen["Bonus measured on"] = draw(days(first, last))
    if draw(mostly(False, False, False, True)):
        chosen["Terminated on"] = draw(days(first, last))
    by_phase = "phase" in (chosen["Break-down window"], chosen["Bonus savings"])
    if by_phase or draw(st.booleans()):
        measured = chosen.get("Bonus measured on", last)
        assert isinstance(measured, date)
        chosen["Phase starts on"] = draw(days(first, measured))
    varied = draw(st.just(()) | variations(first, last))
    return Terms({term: value for term, value in chosen.items() if value is not None}, varied)


@st.composite
def placements_of(draw: st.DrawFn, child: str, first: date, last: date) -> list[Placement]:
    """One to three placements of a child that follow each other; or one that is still to come."""
    if draw(st.integers(0, 11)) == 0:
        agreed = draw(mostly("yes", "no"))
        return [Placement(child, draw(st.none() | weekly_prices()), None, None, agreed=agreed)]
    rows = []
    earliest, latest = first - timedelta(days=100), last + timedelta(days=20)
    early = days(first, first + (last - first) / 3)
    moved_on = draw(one_in(3, days(earliest, latest), early))
    number = draw(st.integers(1, 3))
    for n in range(number):
        lasted = draw(st.integers(0, 30) | st.integers(1, 400))
        if n:  # no two placements of a child end on one day
            lasted = max(lasted, 1)
        still_in_place = n == number - 1 and draw(st.booleans())
        ended_on = None if still_in_place else moved_on + timedelta(days=lasted)
        because = draw(mostly("", "broke down", "planned move", "left care")) if ended_on else ""
        rows.append(
            Placement(
                child,
                draw(weekly_prices()),
                draw(family_prices()),
                moved_on,
                ended_on,
                draw(mostly("foster", "kinship", "reunified")),
                draw(mostly("yes", "yes", "yes", "no", "disputed", "")),
                because,
            )
        )
        if ended_on is None:
            break
        moved_on = ended_on + draw(st.integers(0, 40)) * DAY
    return rows


@st.composite
def prices_of(draw: st.DrawFn, child: str, first: date, last: date) -> list[Price]:
    """Up to three changes of price on days of their own; each changes one price or both."""
    around = days(first - timedelta(days=60), last + timedelta(days=10))
    rows = []
    for start in draw(st.lists(around, unique=True, max_size=3)):
        which = draw(st.sampled_from(["both", "residential", "family"]))
        residential = draw(weekly_prices()) if which != "family" else None
        family = draw(family_prices()) if which != "residential" else None
        rows.append(Price(child, start, residential, family))
    return rows


@st.composite
def costs_of(draw: st.DrawFn, child: str, first: date, last: date) -> Cost:
    starts = draw(days(first - timedelta(days=40), last + timedelta(days=10)))
    ends = draw(st.none() | st.integers(0, 120).map(lambda n: starts + n * DAY))
    amounts = some_pounds(6_000) | some_pounds(500).map(lambda amount: -amount)
    weekly, once = draw(st.sampled_from([(1, 0), (1, 0), (0, 1), (1, 1)]))
    return Cost(
        child,
        starts,
        ends,
        draw(amounts) if weekly else None,
        draw(amounts) if once else None,
        draw(st.sampled_from(["notice weeks", "respite", "set-up"])),
        draw(mostly("yes", "yes", "no", "")),
    )


@st.composite
def rates(draw: st.DrawFn, first: date, last: date) -> list[Rate]:
    """Outcomes at 13, 26, 52 and fewer weeks; the price of one may change on a day."""
    rows = []
    for weeks in draw(st.lists(st.sampled_from([1, 4, 13, 26, 52]), unique=True, max_size=3)):
        name, price = f"{weeks} weeks", some_pounds(12_000)
        starts = draw(st.none() | days(first - timedelta(days=30), last))
        if starts is None or draw(st.booleans()):
            rows.append(Rate(name, weeks, draw(price), starts))
            continue
        change = starts + draw(st.integers(0, 200)) * DAY
        gap = draw(st.sampled_from([1, 1, 10]))
        again = change + gap * DAY
        until = draw(st.none() | days(again, again + timedelta(days=300)))
        rows.append(Rate(name, weeks, draw(price), starts, change))
        rows.append(Rate(name.upper(), weeks, draw(price), again, until))
    return rows


@st.composite
def agreed_months(draw: st.DrawFn, life: Life) -> list[AgreedMonth]:
    """Months that were agreed: as they are payable now, or otherwise, most in one run."""
    settled = {row.month: float(row.payable) for row in statement(life)}
    months = sorted(settled)
    if not months:
        return [AgreedMonth(draw(days(date(2024, 1, 1), date(2027, 1, 1))), 100.0)]
    until = draw(st.integers(0, len(months)))
    chosen = months[draw(st.integers(0, until)) : until]
    outside = st.sampled_from([edate(months[-1], 1), months[0] - DAY])
    chosen += draw(st.lists(outside, max_size=1))
    rows = []
    for month in chosen:
        if draw(st.integers(0, 9)) == 0:
            continue
        payable = settled.get(month, 0.0)
        if draw(st.booleans()):
            payable = draw(pounds(-20_000, 100_000))
        rows.append(AgreedMonth(month, payable, draw(mostly(None, 0.0, 250.25, -1_000.0))))
        if draw(st.integers(0, 9)) == 0:
            rows.append(AgreedMonth(month + 9 * DAY, 12.34))
    return rows


@st.composite
def lives(draw: st.DrawFn, most_children: int = 6) -> Life:
    """A contract with all its tables, in any order of rows, drawn up to any day."""
    agreement = draw(terms())
    first, last = agreement.values["Starts on"], agreement.values["Ends on"]
    assert isinstance(first, date)
    assert isinstance(last, date)
    how_many = draw(one_in(20, st.just(0), st.integers(1, most_children)))
    names = [f"C{n}" for n in range(1, how_many + 1)]
    placements = [row for name in names for row in draw(placements_of(name, first, last))]

    others = [*names, *(f"{name.lower()} " for name in names[:2]), "C99"]
    priced = draw(st.lists(st.sampled_from([*names, "C99"]), unique=True, max_size=4))
    prices = [row for name in priced for row in draw(prices_of(name, first, last))]
    costed = draw(st.lists(st.sampled_from(others), max_size=4))
    costs = [draw(costs_of(name, first, last)) for name in costed]

    cohort: list[CohortChild] = []
    if names and draw(st.booleans()):
        some = st.lists(st.sampled_from(names), unique=True, min_size=1)
        in_cohort: list[str] = draw(one_in(2, some, st.just(names)))
        for name in in_cohort:
            moves = [row.moved_on for row in placements if row.child == name and row.moved_on]
            earliest = max(moves, default=first)
            leaves = draw(one_in(3, days(earliest, last + timedelta(days=30)), st.none()))
            cohort.append(CohortChild(name, leaves))

    around = days(first - timedelta(days=40), last + timedelta(days=40))
    inside = days(first, last)
    carers = draw(
        st.lists(
            st.builds(
                Carer,
                st.sampled_from(["H1", "H2", "h2 ", "H3"]),
                inside | around,
                st.sampled_from([*others, ""]),
            ),
            max_size=5,
        )
    )
    claims = draw(st.lists(st.builds(Claim, around, pounds(0, 100_000)), max_size=5))
    budget = [
        BudgetYear(draw(st.sampled_from([name, name.replace("/", "-")])), *amounts)
        for name in sorted({year_name(month) for month in months_between(month_of(first), last)})
        for amounts in draw(st.lists(st.tuples(pounds(0, 90_000), pounds(0, 90_000)), max_size=2))
    ]
    life = Life(
        agreement,
        tuple(draw(st.permutations(placements))),
        tuple(carers),
        tuple(claims),
        tuple(cohort),
        tuple(draw(st.permutations(prices))),
        tuple(costs),
        tuple(draw(st.permutations(draw(rates(first, last))))),
        (),
        tuple(budget),
        draw(one_in(3, days(first - timedelta(days=3), last + timedelta(days=40)), st.none())),
    )
    if draw(st.booleans()):
        return life
    return dataclasses.replace(life, agreed=tuple(draw(agreed_months(life))))
