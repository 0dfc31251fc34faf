"""What happened: placements, carer households and claims, one record a row.

Each column is declared once, with the field it fills.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from xlpbr.contract.terms import declared_in

ColumnKind = Literal["text", "date", "month", "price", "amount", "option", "yes_no"]


@dataclass(frozen=True, slots=True)
class EvidenceColumn:
    """One column of an evidence table.

    Attributes:
        heading: the heading that it is found by.
        kind: how its cells are read.
        unit: the unit as a person writes it.
        meaning: what belongs in it, in a sentence.
        required: whether a row must have it.
        heading_required: whether the table must have it.
        options: the texts allowed, the default first.
    """

    heading: str
    kind: ColumnKind
    unit: str
    meaning: str
    required: bool = False
    heading_required: bool = True
    options: tuple[str, ...] = ()
    field_name: str = ""


def _column(heading: str, kind: ColumnKind, unit: str, meaning: str, **more: Any) -> Any:
    return field(metadata={"declared": EvidenceColumn(heading, kind, unit, meaning, **more)})


@dataclass(frozen=True, slots=True)
class Placement:
    """One child's move to a family. Prices are exact pounds a week."""

    child: str = _column(
        "Child", "text", "pseudonym", "A pseudonym for the child, never a name.", required=True
    )
    type: Literal["foster", "reunified"] = _column(
        "Type", "option", "option", "Foster care, or reunified with the family.",
        options=("foster", "reunified"), heading_required=False,
    )  # fmt: skip
    residential_weekly: Fraction | None = _column(
        "Residential weekly cost", "price", "£ a week", "What the residential home cost."
    )
    family_weekly: Fraction | None = _column(
        "Family weekly cost", "price", "£ a week", "What the family placement costs."
    )
    moved_on: date | None = _column(
        "Moved on", "date", "date", "The day of the move; blank while it is planned."
    )
    ended_on: date | None = _column(
        "Ended on", "date", "date", "The day it broke down or ended; blank while in place."
    )
    agreed: bool = _column(
        "Agreed", "yes_no", "yes or no", "Whether both parties agree the row; only yes counts.",
        options=("yes", "no"), heading_required=False,
    )  # fmt: skip
    row: int = 0

    @property
    def weekly_saving(self) -> Fraction:
        """What a week in the family saves, in exact pounds; below 0 where it costs more."""
        return (self.residential_weekly or Fraction(0)) - (self.family_weekly or Fraction(0))


@dataclass(frozen=True, slots=True)
class Household:
    """One foster carer household, approved at panel for a child of the cohort."""

    household: str = _column(
        "Household", "text", "pseudonym", "A pseudonym for the household.", required=True
    )
    approved_on: date | None = _column(
        "Approved on", "date", "date", "The day of the panel's approval; blank while it is awaited."
    )
    child: str = _column(
        "Child", "text", "pseudonym", "The child of the cohort whom it enables to move."
    )
    row: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What the provider invoiced for a month, in exact pounds."""

    month: date = _column(
        "Month", "month", "month", "The month that was invoiced: any day in it.", required=True
    )
    invoiced: Fraction = _column(
        "Invoiced", "amount", "£", "The amount on the invoice.", required=True
    )
    row: int = 0


EvidenceRecord = Placement | Household | Claim


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that happened, as far as it is known."""

    placements: tuple[Placement, ...] = ()
    households: tuple[Household, ...] = ()
    claims: tuple[Claim, ...] = ()

    @property
    def agreed(self) -> tuple[Placement, ...]:
        """The placements that both parties agree; only these count."""
        return tuple(placement for placement in self.placements if placement.agreed)


COLUMNS: Mapping[str, tuple[EvidenceColumn, ...]] = MappingProxyType(
    {
        "Placements": declared_in(Placement),
        "Carers": declared_in(Household),
        "Claims": declared_in(Claim),
    }
)
"""The columns of each evidence table, by its name."""

PRICES = tuple(column for column in COLUMNS["Placements"] if column.kind == "price")
"""The columns of a placement's prices: the residential home, the family."""
