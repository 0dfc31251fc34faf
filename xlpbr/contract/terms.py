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
UnusedFee = Literal["carries", "lapses"]
CarerFeeCounts = Literal["linked", "any"]
CarerFeeDue = Literal["approved", "moved"]
BonusSavings = Literal["programme", "phase"]
RunRateYear = Literal["days_365", "weeks_52"]
BreakDownReimbursement = Literal["none", "straight_line", "whole"]
ReimbursementShape = Literal["straight_line", "whole"]
BreakDownWindow = Literal["move", "phase"]
OutcomeClock = Literal["placement", "child"]

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


@dataclass(frozen=True, slots=True)
class Variation:
    """A term's value from a day on; the variations of a contract are in the order of time."""

    field_name: str
    starts_on: date
    value: Any


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
        run_rate="the yearly saving of the placements in place on the day of the measure",
        accumulated="the saving to date on the day of the measure",
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
        family="foster and kinship placements, and reunified children",
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
        "The rate on an invoice; under inclusive it is taken out of the fee first.",
        least=0, most=1,
    )  # fmt: skip
    fee_share: Fraction = term_field(
        Fraction(1), "Fee share", "rate", "fraction",
        "The share of the savings that the fee may take.", least=0, most=1,
    )  # fmt: skip
    unused_fee: UnusedFee = _reading(
        "Unused fee",
        "What becomes of a fee that is earned and not drawn by 31 March.",
        carries="it can still be drawn later",
        lapses="it is lost on 31 March",
    )
    carer_fee_counts: CarerFeeCounts = _reading(
        "Carer fee counts",
        "For which households the carer fee is paid.",
        linked="those whose child is in the cohort",
        any="every approved household",
    )
    carer_fee_due: CarerFeeDue = _reading(
        "Carer fee due",
        "When the carer fee is due.",
        approved="on the day of the approval",
        moved="on the later of the approval and the child's first move",
    )
    bonus_measured_on: date | None = term_field(
        None, "Bonus measured on", "date", "date",
        "The day on which the bonus is measured; blank: Ends on.",
    )  # fmt: skip
    bonus_savings: BonusSavings = _reading(
        "Bonus savings",
        "From when the accumulated saving of the bonus counts.",
        programme="from Starts on",
        phase="from Phase starts on",
    )
    run_rate_year: RunRateYear = _reading(
        "Run rate year",
        "How a weekly saving becomes a yearly one.",
        days_365="x 365 / 7",
        weeks_52="x 52",
    )
    break_down_reimbursement: BreakDownReimbursement = _reading(
        "Break-down reimbursement",
        "What the provider pays back when a placement breaks down, beside the savings that stop.",
        none="nothing",
        straight_line="the part of the amount for the days of the window that are left",
        whole="the whole amount",
    )
    break_down_window: BreakDownWindow = _reading(
        "Break-down window",
        "In which time a break-down is paid back.",
        move="so many months from the move",
        phase="from Phase starts on to Ends on",
    )
    break_down_months: int = term_field(
        12, "Break-down months", "count", "months",
        "Whole months of the window from the move.", least=1,
    )  # fmt: skip
    break_down_amount: Fraction | None = term_field(
        None, "Break-down amount", "money", "£ a child",
        "What a break-down is worth; blank: the fee without VAT / Cohort size.", least=0,
    )  # fmt: skip
    phase_starts_on: date | None = term_field(
        None, "Phase starts on", "date", "date",
        "The first day of the phase that bonus or break-downs are counted in.",
    )  # fmt: skip
    outcome_clock: OutcomeClock = _reading(
        "Outcome clock",
        "Whose weeks an outcome is measured by.",
        placement="each placement by itself",
        child="all placements of the child together",
    )
    terminated_on: date | None = term_field(
        None, "Terminated on", "date", "date",
        "The last day that counts, where the contract was ended early.",
    )  # fmt: skip
    programme_months: int | None = term_field(
        None, "Programme months", "count", "months",
        "The months that the contract states; only checked against its dates.", least=1,
    )  # fmt: skip
    clauses: Mapping[str, str] = field(default_factory=dict)
    variations: tuple[Variation, ...] = ()

    @property
    def last_day(self) -> date:
        """The last day that counts: Ends on, or Terminated on where that is given."""
        ends = self.terminated_on
        return self.ends_on if ends is None else min(self.ends_on, ends)

    @property
    def bonus_day(self) -> date:
        """The day on which the bonus is measured."""
        return self.ends_on if self.bonus_measured_on is None else self.bonus_measured_on

    def in_force(self, field_name: str, day: date) -> Any:
        """The value of a term at a day, after its variations up to then."""
        value = getattr(self, field_name)
        for variation in self.variations:
            if variation.field_name == field_name and variation.starts_on <= day:
                value = variation.value
        return value

    def varied(self, field_name: str) -> tuple[Variation, ...]:
        """The variations of one term, in the order of time."""
        return tuple(one for one in self.variations if one.field_name == field_name)

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

VARYING: Mapping[str, Term] = MappingProxyType(
    {
        term.field_name: term
        for term in TERMS
        if term.field_name
        in (
            "fee",
            "carer_fee",
            "bonus_threshold",
            "bonus_rate",
            "contract_maximum",
            "break_down_amount",
        )
    }
)
"""The terms that a variation may change from a day on, by field."""
