"""Random lives of contracts, with every option, and nothing in them that would be an error.

A life is drawn from one number. Hypothesis would vary the parts of a large example that it has
already seen, and hardly try a new one; a failing life is made small by ``smallest`` instead.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import cast

from hypothesis import strategies as st

from tests.support.life.days import DAY, edate, last_of_month, month_of, months_between, year_name
from tests.support.life.draws import Draws
from tests.support.life.random_terms import FOCUSES, random_terms
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


def placements_of(draw: Draws, child: str, agreement: Terms, marks: list[date]) -> list[Placement]:
    """One to three placements of a child that follow each other; or one that is still to come."""
    first = cast(date, agreement.values["Starts on"])
    last = cast(date, agreement.values["Ends on"])
    window = cast(int, agreement.values.get("Break-down months", 12))
    if draw.one_in(12):
        price = None if draw.one_in(2) else draw.weekly_price()
        return [Placement(child, price, None, None, agreed=draw.mostly("yes", "no"))]
    moved_on = draw.day(first, first + (last - first) / 3)
    if draw.one_in(3):
        moved_on = draw.near(marks, first - timedelta(days=100), last + timedelta(days=20))
    rows = []
    number = draw.number(1, 3)
    for n in range(number):
        soonest = moved_on + (DAY if n else 0 * DAY)  # no two placements of a child end on one day
        weeks = [moved_on + 7 * weeks * DAY for weeks in (1, 4, 13)]
        turns = [edate(moved_on, window), *weeks, *marks]
        ended_on: date | None = draw.near(turns, soonest, soonest + timedelta(days=400))
        if n == number - 1 and draw.one_in(2):
            ended_on = None
        because = draw.mostly("", "broke down", "planned move", "left care") if ended_on else ""
        rows.append(
            Placement(
                child,
                draw.weekly_price(),
                draw.family_price(),
                moved_on,
                ended_on,
                draw.mostly("foster", "kinship", "reunified"),
                draw.mostly("yes", "yes", "yes", "yes", "no", "disputed", ""),
                because,
            )
        )
        if ended_on is None:
            break
        moved_on = ended_on + draw.of(0, 1, draw.number(0, 40)) * DAY
    return rows


def prices_of(draw: Draws, child: str, marks: list[date]) -> list[Price]:
    """Up to three changes of price on days of their own; each changes one price or both."""
    around = (min(marks) - timedelta(days=60), max(marks) + timedelta(days=10))
    rows = []
    for start in draw.days_apart(marks, *around, 3):
        which = draw.of("both", "residential", "family")
        residential = draw.weekly_price() if which != "family" else None
        family = draw.family_price() if which != "residential" else None
        rows.append(Price(child, start, residential, family))
    return rows


def cost_of(draw: Draws, child: str, marks: list[date]) -> Cost:
    starts = draw.near(marks, min(marks) - timedelta(days=40), max(marks) + timedelta(days=10))
    ends = None if draw.one_in(2) else draw.near(marks, starts, starts + timedelta(days=120))
    weekly, once = draw.of((1, 0), (1, 0), (0, 1), (1, 1))
    return Cost(
        child,
        starts,
        ends,
        draw.cost() if weekly else None,
        draw.cost() if once else None,
        draw.of("notice weeks", "respite", "set-up"),
        draw.mostly("yes", "yes", "no", ""),
    )


def rates(draw: Draws, focus: str, marks: list[date]) -> list[Rate]:
    """Outcomes at 13, 26, 52 and fewer weeks; the price of one may change on a day."""
    rows = []
    for weeks in draw.some((1, 4, 13, 26, 52), 1 if focus == "outcomes" else 0, 3):
        name, price = f"{weeks} weeks", draw.pounds(1, 12_000)
        starts = draw.near(marks, min(marks) - timedelta(days=30), max(marks))
        if draw.one_in(2):
            rows.append(Rate(name, weeks, price, draw.of(None, starts)))
            continue
        change = starts + draw.number(0, 200) * DAY
        again = change + draw.of(1, 1, 10) * DAY
        until = None if draw.one_in(2) else draw.day(again, again + timedelta(days=300))
        rows.append(Rate(name, weeks, price, starts, change))
        rows.append(Rate(name.upper(), weeks, draw.pounds(1, 12_000), again, until))
    return rows


def cohort(draw: Draws, placements: list[Placement], marks: list[date]) -> list[CohortChild]:
    """All children or some; one may leave care on any day from its last move."""
    names = sorted({row.child for row in placements})
    if not names or draw.one_in(2):
        return []
    rows = []
    for name in names if draw.one_in(2) else draw.some(names, 1, len(names)):
        own = [row for row in placements if row.child == name]
        earliest = max((row.moved_on for row in own if row.moved_on), default=min(marks))
        ends = [row.ended_on for row in own if row.ended_on]
        leaves = draw.near([earliest, *ends, *ends], earliest, max(*marks, earliest) + 30 * DAY)
        rows.append(CohortChild(name, leaves if draw.one_in(2) else None))
    return rows


def agreed_months(draw: Draws, life: Life) -> list[AgreedMonth]:
    """Months that were agreed: as they are payable now, or otherwise, most in one run."""
    settled = {row.month: float(row.payable) for row in statement(life)}
    months = sorted(settled)
    if not months:
        return [AgreedMonth(draw.day(date(2024, 1, 1), date(2027, 1, 1)), 100.0)]
    until = draw.number(0, len(months))
    chosen = months[draw.number(0, until) : until]
    if draw.one_in(3):
        chosen.append(draw.of(edate(months[-1], 1), months[0] - DAY))
    rows = []
    for month in chosen:
        if draw.one_in(10):
            continue
        payable = settled.get(month, 0.0)
        if draw.one_in(2):
            payable = draw.pounds(-20_000, 100_000)
        rows.append(AgreedMonth(month, payable, draw.mostly(None, 0.0, 250.25, -1_000.0)))
        if draw.one_in(10):
            rows.append(AgreedMonth(last_of_month(month), 12.34))
    return rows


def carers(draw: Draws, focus: str, children: list[str], marks: list[date]) -> list[Carer]:
    around = (min(marks) - timedelta(days=10), max(marks) + timedelta(days=40))
    rows = []
    for _ in range(draw.number(3 if focus == "carers" else 0, 6)):
        household = draw.of("H1", "H2", "h2 ", "H3", "H4")
        approved_on = draw.of(draw.day(min(marks), max(marks)), draw.near(marks, *around))
        rows.append(Carer(household, approved_on, draw.of(*children, *children, "")))
    return rows


def budget(draw: Draws, first: date, last: date) -> list[BudgetYear]:
    """No row, one or two for each financial year, written in two ways."""
    names = sorted({year_name(month) for month in months_between(month_of(first), last)})
    rows = []
    for name in names:
        for _ in range(draw.number(0, 2)):
            written = draw.of(name, name.replace("/", "-"))
            rows.append(BudgetYear(written, draw.pounds(0, 90_000), draw.pounds(0, 90_000)))
    return rows


def life_of_seed(seed: int, most_children: int = 6) -> Life:
    """A contract with all its tables, in any order of rows, drawn up to any day."""
    draw = Draws(seed)
    focus = draw.of(*FOCUSES)
    agreement = random_terms(draw, focus)
    first = cast(date, agreement.values["Starts on"])
    last = cast(date, agreement.values["Ends on"])
    marks = days_that_matter(agreement)
    how_many = 0 if draw.one_in(20) else draw.number(1, most_children)
    names = [f"C{n}" for n in range(1, how_many + 1)]
    placements = [row for name in names for row in placements_of(draw, name, agreement, marks)]

    turns = [row.moved_on for row in placements if row.moved_on]
    turns += [row.ended_on for row in placements if row.ended_on]
    others = [*names, *(f"{name.lower()} " for name in names[:2]), "C99"]
    prices: list[Price] = []
    for name in draw.some([*names, "C99"], 0, 4):
        own = [row.moved_on for row in placements if row.child == name and row.moved_on]
        prices += prices_of(draw, name, [first, last, *own])
    about = [first, last, *turns]
    costs = [cost_of(draw, draw.of(*others), about) for _ in range(draw.number(0, 4))]
    around = (first - timedelta(days=40), last + timedelta(days=40))
    claims = [
        Claim(draw.day(*around), draw.pounds_up_to(1_000, 100_000))
        for _ in range(draw.number(0, 5))
    ]
    as_at = draw.near([first, *marks], first - timedelta(days=3), last + timedelta(days=40))
    life = Life(
        agreement,
        draw.shuffled(placements),
        tuple(carers(draw, focus, others, about[:6])),
        tuple(claims),
        tuple(cohort(draw, placements, [first, last])),
        draw.shuffled(prices),
        tuple(costs),
        draw.shuffled(rates(draw, focus, [first, last])),
        (),
        tuple(budget(draw, first, last)),
        as_at if draw.one_in(6 if focus == "bonus" else 3) else None,
    )
    if focus != "ledger" and draw.one_in(2):
        return life
    return dataclasses.replace(life, agreed=draw.shuffled(agreed_months(draw, life)))


def lives(most_children: int = 6) -> st.SearchStrategy[Life]:
    """Lives of contracts; a seed that failed is kept and tried again first."""
    return st.integers(0, 2**40).map(lambda seed: life_of_seed(seed, most_children))
