"""What happened: placements, carer households and claims, one record a row.

Each column is declared once, with the field it fills.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from xlpbr import cells
from xlpbr.contract.columns import EvidenceColumn, column
from xlpbr.contract.life import (
    LIFE_COLUMNS,
    AgreedMonth,
    BudgetYear,
    CohortChild,
    FurtherCost,
    OutcomeRate,
    PriceChange,
)
from xlpbr.contract.terms import declared_in

PlacementType = Literal["foster", "kinship", "reunified"]
EndedBecause = Literal["broke down", "planned move", "left care"]


@dataclass(frozen=True, slots=True)
class Placement:
    """One child's move to a family. Prices are exact pounds a week."""

    child: str = column(
        "Child", "text", "pseudonym", "A pseudonym for the child, never a name.", required=True
    )
    type: PlacementType = column(
        "Type", "option", "option",
        "Foster care, kinship care with family or friends, or reunified with the family.",
        options=("foster", "kinship", "reunified"), heading_required=False,
        if_missing="every child counts as foster",
    )  # fmt: skip
    residential_weekly: Fraction | None = column(
        "Residential weekly cost", "price", "£ a week", "What the residential home cost."
    )
    family_weekly: Fraction | None = column(
        "Family weekly cost", "price", "£ a week", "What the family placement costs."
    )
    moved_on: date | None = column(
        "Moved on", "date", "date", "The day of the move; blank while it is planned."
    )
    ended_on: date | None = column(
        "Ended on", "date", "date", "The day it broke down or ended; blank while in place."
    )
    agreed: bool = column(
        "Agreed", "yes_no", "yes or no", "Whether both parties agree the row; only yes counts.",
        options=("yes", "no", "disputed"), heading_required=False,
        if_missing="every row counts as agreed",
    )  # fmt: skip
    row: int = 0
    ended_because: EndedBecause = column(
        "Ended because", "option", "option",
        "Why it ended; read only where Ended on is given.",
        "broke down", options=("broke down", "planned move", "left care"), heading_required=False,
    )  # fmt: skip

    @property
    def weekly_saving(self) -> Fraction:
        """What a week in the family saves, in exact pounds; below 0 where it costs more."""
        return (self.residential_weekly or Fraction(0)) - (self.family_weekly or Fraction(0))


@dataclass(frozen=True, slots=True)
class Household:
    """One foster carer household, approved at panel for a child of the cohort."""

    household: str = column(
        "Household", "text", "pseudonym", "A pseudonym for the household.", required=True
    )
    approved_on: date | None = column(
        "Approved on", "date", "date", "The day of the panel's approval; blank while it is awaited."
    )
    child: str = column(
        "Child", "text", "pseudonym", "The child of the cohort whom it enables to move."
    )
    row: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What the provider invoiced for a month, in exact pounds."""

    month: date = column(
        "Month", "month", "month", "The month that was invoiced: any day in it.", required=True
    )
    invoiced: Fraction = column(
        "Invoiced", "amount", "£", "The amount on the invoice, without VAT.", required=True
    )
    row: int = 0
    number: str = column(
        "Invoice number", "text", "number", "The number on the provider's invoice.",
        "", heading_required=False, is_remark=True,
    )  # fmt: skip
    vat: Fraction | None = column(
        "VAT", "amount", "£", "The VAT on the invoice; no figure comes from it.",
        None, heading_required=False, is_remark=True,
    )  # fmt: skip


EvidenceRecord = Placement | Household | Claim


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that happened, as far as it is known."""

    placements: tuple[Placement, ...] = ()
    households: tuple[Household, ...] = ()
    claims: tuple[Claim, ...] = ()
    cohort: tuple[CohortChild, ...] = ()
    prices: tuple[PriceChange, ...] = ()
    costs: tuple[FurtherCost, ...] = ()
    rates: tuple[OutcomeRate, ...] = ()
    signed: tuple[AgreedMonth, ...] = ()
    budget: tuple[BudgetYear, ...] = ()

    @property
    def agreed(self) -> tuple[Placement, ...]:
        """The placements that count: those that both parties agree, of children of the cohort.

        One of a child who leaves care before it ended ends on that day, and is no break-down.
        """
        agreed = (placement for placement in self.placements if placement.agreed)
        if not self.cohort:
            return tuple(agreed)
        leaving = self.leaving_days
        return tuple(
            _until_the_child_leaves(placement, leaving[cells.key(placement.child)])
            for placement in agreed
            if cells.key(placement.child) in leaving
        )

    @property
    def leaving_days(self) -> dict[str, date | None]:
        """By the key of each child's name in the cohort, the day on which it leaves care."""
        days: dict[str, date | None] = {}
        for child in self.cohort:
            name = cells.key(child.child)
            days[name] = min(
                (day for day in (days.get(name), child.leaves_on) if day is not None), default=None
            )
        return days


def _until_the_child_leaves(placement: Placement, leaves_on: date | None) -> Placement:
    if leaves_on is None or placement.moved_on is None:
        return placement
    if placement.ended_on is not None and placement.ended_on < leaves_on:
        return placement
    return replace(placement, ended_on=leaves_on, ended_because="left care")


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

ALL_COLUMNS: Mapping[str, tuple[EvidenceColumn, ...]] = MappingProxyType(
    {**COLUMNS, **LIFE_COLUMNS}
)
"""The columns of every table of records, the optional ones last."""

PRICES = tuple(column for column in COLUMNS["Placements"] if column.kind == "price")
"""The columns of a placement's prices: the residential home, the family."""
