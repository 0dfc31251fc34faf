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
        if_missing: what it means that a table lacks the column, where it may.
        options: the texts allowed, the default first.
    """

    heading: str
    kind: ColumnKind
    unit: str
    meaning: str
    required: bool = False
    heading_required: bool = True
    if_missing: str = ""
    options: tuple[str, ...] = ()
    field_name: str = ""

    @property
    def is_remark(self) -> bool:
        """Whether no figure comes from it: the checks read it, and nothing else."""
        return not self.heading_required and not self.if_missing


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
        if_missing="every child counts as foster",
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
        options=("yes", "no", "disputed"), heading_required=False,
        if_missing="every row counts as agreed",
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
        "Invoiced", "amount", "£", "The amount on the invoice, without VAT.", required=True
    )
    row: int = 0
    number: str = field(
        default="",
        metadata={
            "declared": EvidenceColumn(
                "Invoice number", "text", "number", "The number on the provider's invoice.",
                heading_required=False,
            )
        },
    )  # fmt: skip


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


NOTED: Mapping[str, tuple[EvidenceColumn, ...]] = MappingProxyType(
    {
        "Placements": (
            EvidenceColumn(
                "Agreed by and on", "text", "", "Who agreed the row for each party, and when."
            ),
            EvidenceColumn(
                "Evidence", "text", "", "Where the evidence is kept: a file or a case reference."
            ),
        ),
        "Carers": (
            EvidenceColumn(
                "Panel reference", "text", "", "The reference of the panel's minute or decision."
            ),
        ),
        "Claims": (
            # Not "Invoice date": where Invoiced is missing, that would be taken for its slip.
            EvidenceColumn("Date of invoice", "date", "", "The date on the provider's invoice."),
            EvidenceColumn(
                "Paid on", "date", "", "The day of the payment; blank while it is not paid."
            ),
        ),
    }
)
"""Columns that an auditor asks for. No figure comes from them."""


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
