"""What a contract's life adds: children who leave, prices, costs, outcomes, what was agreed.

Each table may be left out; then nothing of the kind happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from xlpbr.contract.columns import EvidenceColumn, column
from xlpbr.contract.terms import declared_in

_CHILD = "A pseudonym as in Placements, never a name."


@dataclass(frozen=True, slots=True)
class CohortChild:
    """One child of the cohort. Where there is a cohort, only its children count."""

    child: str = column("Child", "text", "pseudonym", _CHILD, required=True)
    leaves_on: date | None = column(
        "Leaves care on", "date", "date",
        "The day the child leaves care, such as the 18th birthday; that day is not counted.",
        None, heading_required=False,
    )  # fmt: skip
    row: int = 0


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The prices of one child from a day on, in exact pounds a week; None leaves a price as is."""

    child: str = column("Child", "text", "pseudonym", _CHILD, required=True)
    starts_on: date = column(
        "From", "date", "date", "The first day of the new price.", required=True
    )
    residential_weekly: Fraction | None = column(
        "Residential weekly cost", "price", "£ a week",
        "What the home would cost from that day; blank: as before.",
        None, heading_required=False, if_missing="no residential price changes",
    )  # fmt: skip
    family_weekly: Fraction | None = column(
        "Family weekly cost", "price", "£ a week",
        "What the family placement costs from that day; blank: as before.",
        None, heading_required=False, if_missing="no family price changes",
    )  # fmt: skip
    row: int = 0


@dataclass(frozen=True, slots=True)
class FurtherCost:
    """A further cost of one child's move, in exact pounds; below 0 it is a further saving."""

    child: str = column("Child", "text", "pseudonym", _CHILD, required=True)
    starts_on: date = column(
        "From", "date", "date", "The first day of the cost, or the day of a single one.",
        required=True,
    )  # fmt: skip
    last_day: date | None = column(
        "To", "date", "date", "The last day of a weekly cost; blank: it goes on.",
        None, heading_required=False, if_missing="each weekly cost goes on",
    )  # fmt: skip
    weekly: Fraction | None = column(
        "Weekly", "amount", "£ a week", "What it costs a week; below 0 for a further saving.",
        None, heading_required=False, if_missing="there is no weekly cost",
    )  # fmt: skip
    once: Fraction | None = column(
        "Once", "amount", "£", "What it costs once, on the first day.",
        None, heading_required=False, if_missing="there is no single cost",
    )  # fmt: skip
    what: str = column(
        "What", "text", "words", "What it is for: notice, respite, set-up, an allowance.",
        "", heading_required=False,
    )  # fmt: skip
    agreed: bool = column(
        "Agreed", "yes_no", "yes or no", "Whether both parties agree the row; only yes counts.",
        True, options=("yes", "no", "disputed"), heading_required=False,
        if_missing="every row counts as agreed",
    )  # fmt: skip
    row: int = 0


@dataclass(frozen=True, slots=True)
class OutcomeRate:
    """The price of an outcome while it holds, in exact pounds a child."""

    outcome: str = column("Outcome", "text", "name", "What the outcome is called.", required=True)
    weeks: int = column(
        "Weeks", "weeks", "weeks", "How many weeks the family placement must last.", required=True
    )
    price: Fraction = column(
        "Price", "fee", "£ a child", "What is paid for each child who reaches it.", required=True
    )
    starts_on: date | None = column(
        "From", "date", "date", "The first day of this price; blank: from the start.",
        None, heading_required=False,
    )  # fmt: skip
    last_day: date | None = column(
        "To", "date", "date", "The last day of this price; blank: it goes on.",
        None, heading_required=False,
    )  # fmt: skip
    row: int = 0


@dataclass(frozen=True, slots=True)
class AgreedMonth:
    """What both parties signed for a month, in exact pounds."""

    month: date = column("Month", "month", "month", "The month: any day in it.", required=True)
    payable: Fraction = column(
        "Payable", "amount", "£", "What was payable for the month as signed.", required=True
    )
    adjustment: Fraction | None = column(
        "Adjustment", "amount", "£", "What was carried from earlier months; blank: nothing.",
        None, heading_required=False,
    )  # fmt: skip
    agreed_on: date | None = column(
        "Agreed on", "date", "date", "The day on which it was signed.",
        None, heading_required=False, is_remark=True,
    )  # fmt: skip
    council: str = column(
        "Council", "text", "name", "Who signed for the council.",
        "", heading_required=False, is_remark=True,
    )  # fmt: skip
    provider: str = column(
        "Provider", "text", "name", "Who signed for the provider.",
        "", heading_required=False, is_remark=True,
    )  # fmt: skip
    reference: str = column(
        "Reference", "text", "reference", "Where the signature is kept.",
        "", heading_required=False, is_remark=True,
    )  # fmt: skip
    row: int = 0


@dataclass(frozen=True, slots=True)
class BudgetYear:
    """The budget of a financial year, in exact pounds; the year by its first day, 1 April."""

    year: date = column(
        "Year", "year", "year", "The financial year: 2025/26, or a date in it.", required=True
    )
    saving: Fraction | None = column("Saving", "amount", "£", "The saving in the budget.", None)
    cost: Fraction | None = column(
        "Cost", "amount", "£", "What the contract was to cost in the budget.", None
    )
    row: int = 0


LifeRecord = CohortChild | PriceChange | FurtherCost | OutcomeRate | AgreedMonth | BudgetYear

LIFE_RECORDS: Mapping[str, type[LifeRecord]] = MappingProxyType(
    {
        "Cohort": CohortChild,
        "Prices": PriceChange,
        "Costs": FurtherCost,
        "Rates": OutcomeRate,
        "Agreed": AgreedMonth,
        "Budget": BudgetYear,
    }
)
"""What a row of each optional table becomes, by the table's name."""

LIFE_COLUMNS: Mapping[str, tuple[EvidenceColumn, ...]] = MappingProxyType(
    {table: declared_in(record) for table, record in LIFE_RECORDS.items()}
)
"""The columns of each optional table, by its name."""
