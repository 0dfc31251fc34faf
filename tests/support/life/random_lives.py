"""Random lives of contracts, with every option, and nothing in them that would be an error."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import cast

from hypothesis import strategies as st

from tests.support.life.days import DAY, edate, last_of_month, month_of, months_between, year_name
from tests.support.life.draws import (
    days,
    family_prices,
    mostly,
    near,
    one_in,
    pounds,
    some_pounds,
    weekly_prices,
)
from tests.support.life.random_terms import FOCUSES, terms
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
)


def days_that_matter(agreement: Terms) -> list[date]:
    """The dates among the terms, the days of variations, and the first 31 March."""
    dates = [value for value in agreement.values.values() if isinstance(value, date)]
    year_end = date(min(dates).year + 1, 3, 31)
    return [*dates, year_end, *(row.starts for row in agreement.variations)]


@st.composite
def placements_of(
    draw: st.DrawFn, child: str, agreement: Terms, marks: list[date]
) -> list[Placement]:
    """One to three placements of a child that follow each other; or one that is still to come."""
    first = cast(date, agreement.values["Starts on"])
    last = cast(date, agreement.values["Ends on"])
    window = cast(int, agreement.values.get("Break-down months", 12))
    if draw(st.integers(0, 11)) == 0:
        agreed = draw(mostly("yes", "no"))
        return [Placement(child, draw(st.none() | weekly_prices()), None, None, agreed=agreed)]
    rows = []
    earliest, latest = first - timedelta(days=100), last + timedelta(days=20)
    early = days(first, first + (last - first) / 3)
    moved_on = draw(one_in(3, near(marks, earliest, latest), early))
    number = draw(st.integers(1, 3))
    for n in range(number):
        shortest = 1 if n else 0  # no two placements of a child end on one day
        soonest = moved_on + shortest * DAY
        weeks = [moved_on + 7 * weeks * DAY for weeks in (1, 4, 13)]
        turns = [edate(moved_on, window), *weeks, *marks]
        ends = near(turns, soonest, soonest + timedelta(days=500))
        still_in_place = n == number - 1 and draw(st.booleans())
        ended_on = None if still_in_place else draw(ends)
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
def prices_of(draw: st.DrawFn, child: str, marks: list[date]) -> list[Price]:
    """Up to three changes of price on days of their own; each changes one price or both."""
    around = near(marks, min(marks) - timedelta(days=60), max(marks) + timedelta(days=10))
    rows = []
    for start in draw(st.lists(around, unique=True, max_size=3)):
        which = draw(st.sampled_from(["both", "residential", "family"]))
        residential = draw(weekly_prices()) if which != "family" else None
        family = draw(family_prices()) if which != "residential" else None
        rows.append(Price(child, start, residential, family))
    return rows


@st.composite
def costs_of(draw: st.DrawFn, child: str, marks: list[date]) -> Cost:
    starts = draw(near(marks, min(marks) - timedelta(days=40), max(marks) + timedelta(days=10)))
    ends = draw(st.none() | near(marks, starts, starts + timedelta(days=120)))
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
def rates(draw: st.DrawFn, focus: str, marks: list[date]) -> list[Rate]:
    """Outcomes at 13, 26, 52 and fewer weeks; the price of one may change on a day."""
    rows = []
    least = 1 if focus == "outcomes" else 0
    some = st.lists(st.sampled_from([1, 4, 13, 26, 52]), unique=True, min_size=least, max_size=3)
    for weeks in draw(some):
        name, price = f"{weeks} weeks", some_pounds(12_000)
        starts = draw(st.none() | near(marks, min(marks) - timedelta(days=30), max(marks)))
        if starts is None or draw(st.booleans()):
            rows.append(Rate(name, weeks, draw(price), starts))
            continue
        change = starts + draw(st.integers(0, 200)) * DAY
        again = change + draw(st.sampled_from([1, 1, 10])) * DAY
        until = draw(st.none() | days(again, again + timedelta(days=300)))
        rows.append(Rate(name, weeks, draw(price), starts, change))
        rows.append(Rate(name.upper(), weeks, draw(price), again, until))
    return list(draw(st.permutations(rows)))


@st.composite
def cohorts(draw: st.DrawFn, placements: list[Placement], marks: list[date]) -> list[CohortChild]:
    """All children or some; one may leave care on any day from its last move."""
    names = sorted({row.child for row in placements})
    if not names or draw(st.booleans()):
        return []
    some = st.lists(st.sampled_from(names), unique=True, min_size=1)
    rows = []
    for name in names if draw(st.booleans()) else draw(some):
        own = [row for row in placements if row.child == name]
        earliest = max((row.moved_on for row in own if row.moved_on), default=min(marks))
        ends = [row.ended_on for row in own if row.ended_on]
        leaves = near([earliest, *ends, *marks], earliest, max(*marks, earliest) + 30 * DAY)
        rows.append(CohortChild(name, draw(one_in(3, leaves, st.none()))))
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
            rows.append(AgreedMonth(last_of_month(month), 12.34))
    return rows


@st.composite
def carers(draw: st.DrawFn, focus: str, children: list[str], marks: list[date]) -> list[Carer]:
    around = near(marks, min(marks) - timedelta(days=10), max(marks) + timedelta(days=40))
    inside = days(min(marks), max(marks))
    households = st.sampled_from(["H1", "H2", "h2 ", "H3", "H4"])
    row = st.builds(Carer, households, inside | around, st.sampled_from([*children, ""]))
    return draw(st.lists(row, min_size=3 if focus == "carers" else 0, max_size=6))


@st.composite
def budgets(draw: st.DrawFn, first: date, last: date) -> list[BudgetYear]:
    """No row, one or two for each financial year, written in two ways."""
    names = sorted({year_name(month) for month in months_between(month_of(first), last)})
    rows = []
    for name in names:
        for _ in range(draw(st.integers(0, 2))):
            written = draw(st.sampled_from([name, name.replace("/", "-")]))
            rows.append(BudgetYear(written, draw(pounds(0, 90_000)), draw(pounds(0, 90_000))))
    return rows


@st.composite
def lives(draw: st.DrawFn, most_children: int = 6) -> Life:
    """A contract with all its tables, in any order of rows, drawn up to any day."""
    focus = draw(st.sampled_from(FOCUSES))
    agreement = draw(terms(focus))
    first = cast(date, agreement.values["Starts on"])
    last = cast(date, agreement.values["Ends on"])
    marks = days_that_matter(agreement)
    how_many = draw(one_in(20, st.just(0), st.integers(1, most_children)))
    names = [f"C{n}" for n in range(1, how_many + 1)]
    placements = [row for name in names for row in draw(placements_of(name, agreement, marks))]

    turns = [row.moved_on for row in placements if row.moved_on]
    turns += [row.ended_on for row in placements if row.ended_on]
    others = [*names, *(f"{name.lower()} " for name in names[:2]), "C99"]
    prices: list[Price] = []
    for name in draw(st.lists(st.sampled_from([*names, "C99"]), unique=True, max_size=4)):
        own = [row.moved_on for row in placements if row.child == name and row.moved_on]
        prices += draw(prices_of(name, [first, last, *own]))
    costed = draw(st.lists(st.sampled_from(others), max_size=4))
    costs = [draw(costs_of(name, [first, last, *turns])) for name in costed]
    cohort = draw(cohorts(placements, [first, last]))
    households = draw(carers(focus, others, [first, last, *turns[:4]]))
    around = days(first - timedelta(days=40), last + timedelta(days=40))
    claims = draw(st.lists(st.builds(Claim, around, pounds(0, 100_000)), max_size=5))
    as_at = near([first, *marks], first - timedelta(days=3), last + timedelta(days=40))
    life = Life(
        agreement,
        tuple(draw(st.permutations(placements))),
        tuple(households),
        tuple(claims),
        tuple(cohort),
        tuple(draw(st.permutations(prices))),
        tuple(costs),
        tuple(draw(rates(focus, [first, last]))),
        (),
        tuple(draw(budgets(first, last))),
        draw(one_in(6 if focus == "bonus" else 3, as_at, st.none())),
    )
    if focus != "ledger" and draw(st.booleans()):
        return life
    return dataclasses.replace(life, agreed=tuple(draw(agreed_months(life))))
