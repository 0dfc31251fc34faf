"""475 payments that a real payment-by-results scheme made, worked out again.

The data (tests/data/mssp_2021.csv) are described in tests/data/README.md. Each payment is
compared twice: exactly, to the penny, with the rule written out here in fractions; and with
the figure that was published. The published benchmarks, expenditures and payments are whole
dollars, so the second comparison can be no better than their rounding: half a dollar in each
of the two inputs, of which up to 73.5% is shared, and half a dollar in the payment itself. The
data agree within $1.20. That one bound is about the published figures; it is no tolerance of
the functions, which are held to the penny.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import formualizer as fz
import pytest

from xlpbr import functions
from xlpbr.udfs.embedded import register

DATA = Path(__file__).resolve().parents[2] / "data" / "mssp_2021.csv"
PRECISION_OF_THE_PUBLISHED_DATA = Fraction("1.20")


@dataclass(frozen=True)
class Payment:
    organisation: str
    benchmark: Decimal
    expenditure: Decimal
    minimum_savings_rate: Decimal
    sharing_rate: Decimal
    withheld: Decimal
    cap_rate: Decimal
    paid: Decimal

    @property
    def saving(self) -> Decimal:
        return self.benchmark - self.expenditure

    @property
    def minimum(self) -> Decimal:
        return times(self.minimum_savings_rate, self.benchmark)

    @property
    def rate(self) -> Decimal:
        return times(self.sharing_rate, 1 - self.withheld)

    @property
    def cap(self) -> Decimal:
        return times(self.cap_rate, self.benchmark)


def times(a: Decimal, b: Decimal) -> Decimal:
    """The exact product: with 60 digits none of these is rounded."""
    with localcontext() as context:
        context.prec = 60
        return a * b


def load() -> list[Payment]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return [
            Payment(
                row["aco_id"],
                *(
                    Decimal(row[column])
                    for column in (
                        "benchmark",
                        "expenditure",
                        "minimum_savings_rate",
                        "sharing_rate",
                        "withheld",
                        "cap_rate",
                        "paid",
                    )
                ),
            )
            for row in csv.DictReader(file)
        ]


PAYMENTS = load()


def to_the_penny(pounds: Fraction) -> Fraction:
    """Half away from zero; no payment is negative."""
    return Fraction((pounds * 200 + 1) // 2, 100)


def by_the_rule(payment: Payment) -> Fraction:
    """The scheme's rule in exact fractions, sharing nothing with the functions."""
    benchmark = Fraction(payment.benchmark)
    saving = benchmark - Fraction(payment.expenditure)
    if saving <= 0 or saving < Fraction(payment.minimum_savings_rate) * benchmark:
        return Fraction(0)
    share = saving * Fraction(payment.sharing_rate) * (1 - Fraction(payment.withheld))
    return to_the_penny(min(share, Fraction(payment.cap_rate) * benchmark))


def as_float(pounds: Fraction) -> float:
    """Whole pence as the float that a cell holds."""
    pence = pounds * 100
    assert pence.denominator == 1
    return int(pence) / 100


def test_the_data_are_all_there() -> None:
    assert len(PAYMENTS) == 475
    assert len({payment.organisation for payment in PAYMENTS}) == 475
    paid = [payment for payment in PAYMENTS if payment.paid]
    below_the_minimum = [p for p in PAYMENTS if not p.paid and p.saving > 0]
    assert (len(paid), len(below_the_minimum)) == (274, 111)
    assert sum(payment.paid for payment in PAYMENTS) == 1_959_433_483


def test_every_payment_to_the_penny() -> None:
    wrong = []
    for payment in PAYMENTS:
        got = functions.pbr_threshold_bonus(
            payment.saving, payment.minimum, payment.rate, payment.cap, "whole"
        )
        expected = as_float(by_the_rule(payment))
        if got != expected:
            wrong.append(f"{payment.organisation}: {got!r}, expected {expected!r}")
    assert wrong == []


def test_every_payment_through_the_cap_as_a_maximum() -> None:
    """The share first, then what the cap lets through: the same pennies by another way."""
    wrong = []
    for payment in PAYMENTS:
        share = functions.pbr_threshold_bonus(
            payment.saving, payment.minimum, payment.rate, None, "whole"
        )
        got = functions.pbr_contract_cap(share, payment.cap)
        expected = as_float(by_the_rule(payment))
        if got != expected:
            wrong.append(f"{payment.organisation}: {got!r}, expected {expected!r}")
    assert wrong == []


def test_every_payment_as_published() -> None:
    wrong = []
    for payment in PAYMENTS:
        got = functions.pbr_threshold_bonus(
            payment.saving, payment.minimum, payment.rate, payment.cap, "whole"
        )
        difference = Fraction(repr(got)) - Fraction(payment.paid)
        if abs(difference) > PRECISION_OF_THE_PUBLISHED_DATA:
            wrong.append(f"{payment.organisation}: {got!r}, published {payment.paid}")
    assert wrong == []


def test_every_payment_through_cells() -> None:
    """A sheet with a row for each organisation and the formula filled down."""
    workbook = fz.Workbook()
    workbook.add_sheet("Payments")
    register(workbook)
    for row, payment in enumerate(PAYMENTS, start=1):
        inputs = (payment.saving, payment.minimum, payment.rate, payment.cap)
        for column, value in enumerate(inputs, start=1):
            workbook.set_value("Payments", row, column, float(value))
        formula = f'=PBR_THRESHOLD_BONUS(A{row},B{row},C{row},D{row},"whole")'
        workbook.set_formula("Payments", row, 5, formula)
    workbook.evaluate_all()
    got = [workbook.get_value("Payments", row, 5) for row in range(1, len(PAYMENTS) + 1)]
    assert got == [as_float(by_the_rule(payment)) for payment in PAYMENTS]


@pytest.mark.parametrize("shape", ["column", "row"])
def test_savings_of_one_agreement_in_one_call(shape: str) -> None:
    """Organisations under the same threshold, rate and cap, as one range of savings."""
    savings = [payment.saving for payment in PAYMENTS]
    first = PAYMENTS[0]
    terms = (first.minimum, first.rate, first.cap, "whole")
    one_by_one = [functions.pbr_threshold_bonus(saving, *terms) for saving in savings]
    assert any(one_by_one)
    if shape == "column":
        got = functions.pbr_threshold_bonus([[saving] for saving in savings], *terms)
        assert got == [[bonus] for bonus in one_by_one]
    else:
        assert functions.pbr_threshold_bonus([savings], *terms) == [one_by_one]
