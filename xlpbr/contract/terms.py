"""The terms of a contract: each declared once, with label, unit, options and default.

The order of the fields is the order of the Terms table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

MOST_YEARS = 50
"""A longer programme is a slip of the year; it would give thousands of months."""

Basis = Literal["months", "days", "whole_months"]
Shape = Literal["excess", "whole"]
FeeReading = Literal["catch_up", "no_catch_up", "up_to_cap"]
SavingsReading = Literal["month", "cumulative"]
FeePeriod = Literal["programme", "annual"]
BonusMeasure = Literal["run_rate", "accumulated", "lower"]
BonusCounts = Literal["family", "foster"]
MaximumReading = Literal["hard_stop", "warn"]
VatReading = Literal["net", "inclusive", "exempt"]

Kind = Literal["text", "date", "month", "money", "rate", "share", "number", "count", "option"]


@dataclass(frozen=True, slots=True)
class Term:
    """What a row of the Terms table, or of a table read like it, may hold.

    Attributes:
        label: the name in the column ``Term``.
        kind: how the value is read.
        unit: the unit as a person writes it.
        meaning: what it is, in a sentence.
        options: for a reading, each option with its meaning, the default first.
        required: whether it must be given.
        least: the smallest number allowed.
        most: the largest number allowed.
    """

    label: str
    kind: Kind
    unit: str
    meaning: str
    options: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    least: int | None = None
    most: int | None = None
    field_name: str = ""


def declared_in(record: type) -> tuple[Any, ...]:
    """What is declared of the fields of a record, each with its field's name, in their order."""
    return tuple(
        replace(one.metadata["declared"], field_name=one.name)
        for one in fields(record)
        if one.metadata
    )


def term_field(default: Any, label: str, kind: Kind, unit: str, meaning: str, **more: Any) -> Any:
    """A field that a row of the Terms table, or of a table read like it, fills."""
    return field(default=default, metadata={"declared": Term(label, kind, unit, meaning, **more)})


def _reading(label: str, meaning: str, **options: str) -> Any:
    # The first option is the default, so that the two cannot disagree.
    return term_field(next(iter(options)), label, "option", "option", meaning, options=options)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """The terms of one contract, read and checked. Money is exact pounds, rates are fractions."""

    contract: str = term_field("", "Contract", "text", "text", "The contract's short name.")
    commissioner: str = term_field("", "Commissioner", "text", "text", "Who pays: the council.")
    provider: str = term_field("", "Provider", "text", "text", "Who is paid by results.")
    decision_reference: str = term_field(
        "", "Decision reference", "text", "text", "The published decision that the terms are from."
    )
    cohort_size: int | None = term_field(
        None, "Cohort size", "count", "children", "How many children were agreed.", least=0
    )
    starts_on: date = term_field(
        date.min, "Starts on", "date", "date",
        "First day of the programme; the fee is earned from here.", required=True,
    )  # fmt: skip
    ends_on: date = term_field(
        date.max, "Ends on", "date", "date",
        "Last day of the programme; the bonus is measured here.", required=True,
    )  # fmt: skip
    fee: Fraction = term_field(Fraction(0), "Fee", "money", "£", "The fixed fee.", least=0)
    fee_months: int | None = term_field(
        None, "Fee months", "count", "months",
        "Months over which the fee is earned, from Starts on; blank: to Ends on.", least=1,
    )  # fmt: skip
    pro_rata_basis: Basis = _reading(
        "Pro rata basis",
        "How a part of the fee's term is counted.",
        months="each calendar month counts by the share of its days",
        days="each day counts the same",
        whole_months="only complete months count",
    )
    fee_reading: FeeReading = _reading(
        "Fee reading",
        "What the fee of a month is limited by, beside the saving.",
        catch_up="what is earned to date and not invoiced yet",
        no_catch_up="what is earned in the month itself",
        up_to_cap="the whole fee, from the first month",
    )
    savings_reading: SavingsReading = _reading(
        "Savings reading",
        "Which savings the fee of a month is drawn from.",
        month="the savings of the month",
        cumulative="the savings to date less the fee to date",
    )
    fee_period: FeePeriod = _reading(
        "Fee period",
        "What the fee is for.",
        programme="the whole programme",
        annual="each year",
    )
    carer_fee: Fraction = term_field(
        Fraction(0), "Carer fee", "money", "£ a household",
        "For each approved foster carer household.", least=0,
    )  # fmt: skip
    bonus_threshold: Fraction | None = term_field(
        None, "Bonus threshold", "money", "£", "The bonus is earned on savings above this.", least=0
    )
    bonus_rate: Fraction | None = term_field(
        None, "Bonus rate", "rate", "fraction",
        "The share of those savings that is paid.", least=0, most=1,
    )  # fmt: skip
    bonus_measure: BonusMeasure = _reading(
        "Bonus measure",
        "Which savings are held against the threshold.",
        run_rate="the yearly saving of the placements in place on Ends on",
        accumulated="the saving to date on Ends on",
        lower="the lower of the two",
    )
    bonus_shape: Shape = _reading(
        "Bonus shape",
        "Which part of the savings earns the rate.",
        excess="the part above the threshold",
        whole="all of it, once the threshold is reached",
    )
    bonus_counts: BonusCounts = _reading(
        "Bonus counts",
        "Whose savings count for the bonus.",
        family="foster placements and reunified children",
        foster="foster placements only",
    )
    contract_maximum: Fraction | None = term_field(
        None, "Contract maximum", "money", "£", "The most that the contract pays.", least=0
    )
    maximum_reading: MaximumReading = _reading(
        "Maximum reading",
        "What happens at the contract maximum.",
        hard_stop="what would pass it is held back",
        warn="nothing is held back; the checks say by how much it is passed",
    )
    vat_reading: VatReading = _reading(
        "VAT reading",
        "Whether the fee holds VAT.",
        net="the fee is without VAT",
        inclusive="the fee holds VAT, which is taken out first",
        exempt="no VAT applies",
    )
    vat_rate: Fraction = term_field(
        Fraction(1, 5), "VAT rate", "rate", "fraction",
        "The rate that is taken out under inclusive.", least=0, most=1,
    )  # fmt: skip
    clauses: Mapping[str, str] = field(default_factory=dict)

    def clause_of(self, label: str) -> str:
        """The clause that the terms name for a term; the term itself where they name none."""
        return self.clauses.get(label) or f"Terms: {label}"


TERMS: tuple[Term, ...] = declared_in(ContractTerms)
"""Every term, in the order of the Terms table."""

READINGS: tuple[Term, ...] = tuple(term for term in TERMS if term.kind == "option")
"""The terms whose wording is open: those with named options."""

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {term.label: getattr(ContractTerms(), term.field_name) for term in TERMS if not term.required}
)
"""The value of each term that may be left blank."""
