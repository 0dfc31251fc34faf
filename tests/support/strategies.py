"""Random contracts and evidence for the property tests, and how they look as cells."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.support.brute_force import (
    WRITTEN_FOR,
    CarerRow,
    ClaimRow,
    Contract,
    Evidence,
    PlacementRow,
)
from xlpbr.contract.known_rules import KnownRules
from xlpbr.contract.terms import READINGS

FIRST_DAY = date(2023, 12, 1)
EXCEL_DAY_ZERO = date(1899, 12, 30)

OPTIONS = {term.label: tuple(term.options) for term in READINGS if term.field_name in WRITTEN_FOR}
"""Every option of the readings of the first edition, as they are declared."""


def options_known_to(rules: KnownRules) -> dict[str, tuple[str, ...]]:
    """Those that one place works with; what it does with others is in ``test_new_rule``."""
    return {
        term.label: tuple(one for one in term.options if one in rules.allowed[term.field_name])
        for term in READINGS
        if term.label in OPTIONS
    }


def field_name(term: str) -> str:
    """The brute-force contract's field for a term: "Fee reading" is ``fee_reading``."""
    return term.lower().replace(" ", "_")


DRAWN = {term: field_name(term) for term in OPTIONS if field_name(term) in WRITTEN_FOR}
"""The readings that are drawn here; ``tests.support.life`` draws lives with every reading."""


def pounds(most: int) -> st.SearchStrategy[float]:
    """Whole pence, as the float that a cell holds."""
    return st.integers(0, most * 100).map(lambda pence: pence / 100)


def weekly_prices() -> st.SearchStrategy[float]:
    """Weekly prices; some carry fractions of a penny, some have sevenths that round to a half."""
    return st.one_of(
        st.integers(0, 900_000).map(lambda pence: pence / 100),
        st.integers(0, 90_000_000).map(lambda parts: parts / 10_000),
        st.integers(0, 2_000).map(lambda steps: steps * 0.035).map(lambda x: round(x, 3)),
    )


def days(first: date, last: date) -> st.SearchStrategy[date]:
    return st.dates(min_value=first, max_value=max(first, last))


@st.composite
def start_days(draw: st.DrawFn) -> date:
    """Any day, with the last days of months, which EDATE clips, drawn often."""
    day = draw(days(date(2024, 1, 1), date(2027, 12, 31)))
    if draw(st.booleans()):
        wanted = draw(st.sampled_from([1, 28, 29, 30, 31]))
        while (day + timedelta(days=1)).month == day.month and day.day < wanted:
            day += timedelta(days=1)
        if wanted == 1:
            day = day.replace(day=1)
    return day


def around_an_anniversary(starts_on: date, months: int, offset: int) -> date:
    """A day about so many months after the start, where whole months begin and end."""
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    day = date(year, month + 1, 1) + timedelta(days=starts_on.day - 1 + offset)
    return max(day, starts_on)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    starts_on = draw(start_days())
    ends_on = draw(
        st.one_of(
            st.integers(0, 560).map(lambda length: starts_on + timedelta(days=length)),
            st.builds(
                lambda months, offset: around_an_anniversary(starts_on, months, offset),
                st.integers(0, 18),
                st.integers(-4, 1),
            ),
        )
    )
    with_bonus = draw(st.booleans())
    threshold = draw(st.one_of(st.just(0.0), pounds(20_000), pounds(900_000)))
    named = {name: draw(st.sampled_from(OPTIONS[term])) for term, name in DRAWN.items()}
    return Contract(
        starts_on=starts_on,
        ends_on=ends_on,
        fee=draw(pounds(900_000)),
        fee_months=draw(st.none() | st.integers(1, 24)),
        carer_fee=draw(st.sampled_from([0.0, 10_000.0, 9_999.99])),
        bonus_threshold=threshold if with_bonus else None,
        bonus_rate=draw(st.sampled_from([0.0, 0.1, 0.125, 0.333, 1.0])) if with_bonus else None,
        contract_maximum=draw(st.none() | pounds(1_000_000)),
        vat_rate=draw(st.sampled_from([0.2, 0.05, 0.175, 0.0])),
        **named,
    )


@st.composite
def children_rows(draw: st.DrawFn, child: str, contract: Contract) -> list[PlacementRow]:
    """One to three rows of a child that follow each other and do not overlap."""
    earliest = contract.starts_on - timedelta(days=90)
    latest = contract.ends_on + timedelta(days=60)
    if draw(st.integers(0, 9)) == 0:
        return [PlacementRow(child, draw(st.none() | weekly_prices()), None, None)]
    number = draw(st.integers(1, 3))
    marks = sorted(draw(st.lists(days(earliest, latest), min_size=2 * number, max_size=2 * number)))
    if draw(st.booleans()):
        for n in range(1, number):
            marks[2 * n] = marks[2 * n - 1]  # the next placement begins on the day the last ended
    rows = []
    for n in range(number):
        moved_on, ended_on = marks[2 * n], marks[2 * n + 1]
        still_in_place = n == number - 1 and draw(st.booleans())
        rows.append(
            PlacementRow(
                child,
                draw(weekly_prices()),
                draw(weekly_prices()),
                moved_on,
                None if still_in_place else ended_on,
                draw(st.sampled_from([True, True, True, False])),
                draw(st.sampled_from(["foster", "foster", "reunified"])),
            )
        )
    return rows


@st.composite
def evidence_of(draw: st.DrawFn, contract: Contract, most_children: int = 4) -> Evidence:
    names = [f"C{n}" for n in range(1, draw(st.integers(0, most_children)) + 1)]
    placements = [row for name in names for row in draw(children_rows(name, contract))]
    around = days(contract.starts_on - timedelta(days=40), contract.ends_on + timedelta(days=40))
    carers = draw(
        st.lists(
            st.builds(
                CarerRow,
                st.sampled_from(["H1", "H2", "h2 ", "H3"]),
                around,
                st.sampled_from([*names, "c1", "not in the cohort"]),
            ),
            max_size=5,
        )
    )
    claims = draw(st.lists(st.builds(ClaimRow, around, pounds(100_000)), max_size=5))
    order = random.Random(draw(st.integers(0, 10_000)))
    order.shuffle(placements)
    return Evidence(placements, carers, claims)


@st.composite
def cases(draw: st.DrawFn, most_children: int = 4) -> tuple[Contract, Evidence, date | None]:
    """A contract, its evidence and a day to which the statement is drawn up."""
    contract = draw(contracts())
    evidence = draw(evidence_of(contract, most_children))
    around = days(contract.starts_on - timedelta(days=3), contract.ends_on + timedelta(days=40))
    return contract, evidence, draw(st.none() | around)


def terms_table(contract: Contract) -> list[list]:
    """The Terms table of a contract; what is None is left blank."""
    rows: list[list] = [
        ["Term", "Value"],
        ["Starts on", contract.starts_on],
        ["Ends on", contract.ends_on],
        ["Fee", contract.fee],
        ["Fee months", contract.fee_months],
        ["Carer fee", contract.carer_fee],
        ["Bonus threshold", contract.bonus_threshold],
        ["Bonus rate", contract.bonus_rate],
        ["Contract maximum", contract.contract_maximum],
        ["VAT rate", contract.vat_rate],
    ]
    rows += [[term, getattr(contract, name)] for term, name in DRAWN.items()]
    return rows


def placements_table(rows: list[PlacementRow]) -> list[list]:
    heading = [
        "Child",
        "Type",
        "Residential weekly cost",
        "Family weekly cost",
        "Moved on",
        "Ended on",
        "Agreed",
    ]
    return [
        heading,
        *(
            [
                row.child,
                row.type,
                row.before_weekly,
                row.after_weekly,
                row.moved_on,
                row.ended_on,
                "yes" if row.agreed else "no",
            ]
            for row in rows
        ),
    ]


def carers_table(rows: list[CarerRow]) -> list[list]:
    return [
        ["Household", "Approved on", "Child"],
        *([row.household, row.approved_on, row.child] for row in rows),
    ]


def claims_table(rows: list[ClaimRow]) -> list[list]:
    return [["Month", "Invoiced"], *([row.month, row.invoiced] for row in rows)]


def tables(contract: Contract, evidence: Evidence) -> tuple[list, list, list, list]:
    """Terms, placements, carers and claims as PBR_STATEMENT takes them."""
    return (
        terms_table(contract),
        placements_table(evidence.placements),
        carers_table(evidence.carers),
        claims_table(evidence.claims),
    )


def serial(day: date) -> int:
    """The day as Excel counts it in the 1900 system."""
    return (day - EXCEL_DAY_ZERO).days
