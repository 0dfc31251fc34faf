"""Contracts and assumptions for the tests of the forecast, one by one and at random."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from tests.support import strategies
from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.periods import month_of
from xlpbr.tables.evidence import read_contract

Case = tuple[ContractTerms, Evidence, Assumptions, date | None]


def assumed(**changed: object) -> Assumptions:
    """Twelve children to come from October 2026, with every chance in use."""
    values: dict[str, object] = {
        "children": 12,
        "first_month": date(2026, 10, 1),
        "moves_a_month": Fraction(5, 2),
        "residential_low": Fraction(6000),
        "residential_likely": Fraction("7000.5"),
        "residential_high": Fraction(8200),
        "family_low": Fraction(1200),
        "family_likely": Fraction(1400),
        "family_high": Fraction("1999.99"),
        "break_down_early": Fraction(1, 10),
        "break_down_middle": Fraction(1, 20),
        "break_down_late": Fraction(1, 50),
        "share_reunified": Fraction(1, 4),
        "households": Fraction(13, 10),
    }
    return Assumptions(**{**values, **changed})  # type: ignore[arg-type]


def placed(child: str, moved_on: date, **more: object) -> Placement:
    values = {
        "type": "foster",
        "residential_weekly": Fraction("7076.92"),
        "family_weekly": Fraction(1425),
        "ended_on": None,
        "agreed": True,
    }
    return Placement(child=child, moved_on=moved_on, **{**values, **more})  # type: ignore[arg-type]


def contract(**changed: object) -> ContractTerms:
    """A year and a half with a fee, carer fees, a bonus and a maximum."""
    values: dict[str, object] = {
        "contract": "test",
        "starts_on": date(2025, 9, 15),
        "ends_on": date(2027, 2, 20),
        "fee": Fraction(599_800),
        "carer_fee": Fraction(10_000),
        "bonus_threshold": Fraction(3_000_000),
        "bonus_rate": Fraction(1, 10),
        "contract_maximum": Fraction(1_000_000),
    }
    return ContractTerms(**{**values, **changed})  # type: ignore[arg-type]


KNOWN = Evidence(
    (
        *(
            placed(f"C{number:02}", date(2026, 1, 31) + timedelta(days=17 * number))
            for number in range(1, 11)
        ),
        placed("C11", date(2026, 5, 31), ended_on=date(2026, 7, 1)),
        placed("C12", date(2026, 6, 1), agreed=False),
        placed("C13", date(2026, 11, 30), type="reunified"),
    )
)


def shares() -> st.SearchStrategy[Fraction]:
    return st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 7), Fraction(3, 100)])


@st.composite
def random_cases(draw: st.DrawFn) -> Case:
    """A random contract with its evidence, and assumptions that fit it."""
    found, evidence, as_at = draw(strategies.cases(most_children=3))
    terms, known = read_contract(*strategies.tables(found, evidence))
    months = (terms.ends_on.year - terms.starts_on.year) * 12
    months += terms.ends_on.month - terms.starts_on.month
    later = draw(st.integers(0, months))
    year, month = divmod(terms.starts_on.year * 12 + terms.starts_on.month - 1 + later, 12)
    first_month = date(year, month + 1, 1)
    if as_at is not None and month_of(as_at) >= first_month:
        as_at = first_month - timedelta(days=1) if draw(st.booleans()) else first_month
    prices = [Fraction(draw(st.integers(0, 900_000)), 100) for _ in range(6)]
    residential, family = sorted(prices[:3]), sorted(prices[3:])
    return (
        terms,
        known,
        Assumptions(
            children=draw(st.integers(0, 5)),
            first_month=first_month,
            moves_a_month=draw(st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(4)])),
            residential_low=residential[0],
            residential_likely=residential[1],
            residential_high=residential[2],
            family_low=family[0],
            family_likely=family[1],
            family_high=family[2],
            break_down_early=draw(shares()),
            break_down_middle=draw(shares()),
            break_down_late=draw(shares()),
            share_reunified=draw(shares()),
            households=draw(st.sampled_from([Fraction(0), Fraction(2, 3), Fraction(2)])),
        ),
        as_at,
    )
