"""The tables of a contract as frozen records of plain Python values, as a person fills them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Number = int | float | Decimal


@dataclass(frozen=True)
class Variation:
    """A row of the Terms table with a From: the value that holds from that day; None is a blank."""

    term: str
    starts: date
    value: Number | None


@dataclass(frozen=True)
class Terms:
    """The terms by their label; what is missing or None has its default."""

    values: dict[str, object] = field(default_factory=dict)
    variations: tuple[Variation, ...] = ()


@dataclass(frozen=True)
class Placement:
    child: str
    residential: Number | None
    family: Number | None
    moved_on: date | None
    ended_on: date | None = None
    kind: str = "foster"
    agreed: str = "yes"
    because: str = ""


@dataclass(frozen=True)
class Carer:
    household: str
    approved_on: date
    child: str = ""


@dataclass(frozen=True)
class Claim:
    month: date
    invoiced: Number


@dataclass(frozen=True)
class CohortChild:
    child: str
    leaves_on: date | None = None


@dataclass(frozen=True)
class Price:
    child: str
    starts: date
    residential: Number | None = None
    family: Number | None = None


@dataclass(frozen=True)
class Cost:
    child: str
    starts: date
    ends: date | None = None
    weekly: Number | None = None
    once: Number | None = None
    what: str = ""
    agreed: str = "yes"


@dataclass(frozen=True)
class Rate:
    outcome: str
    weeks: int
    price: Number
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class AgreedMonth:
    month: date
    payable: Number
    adjustment: Number | None = None


@dataclass(frozen=True)
class BudgetYear:
    year: str
    saving: Number
    cost: Number


@dataclass(frozen=True)
class Life:
    """All tables of a contract, and the day up to which its figures are drawn up."""

    terms: Terms
    placements: tuple[Placement, ...] = ()
    carers: tuple[Carer, ...] = ()
    claims: tuple[Claim, ...] = ()
    cohort: tuple[CohortChild, ...] = ()
    prices: tuple[Price, ...] = ()
    costs: tuple[Cost, ...] = ()
    rates: tuple[Rate, ...] = ()
    agreed: tuple[AgreedMonth, ...] = ()
    budget: tuple[BudgetYear, ...] = ()
    as_at: date | None = None
