"""The fee: what is earned of it, what limits it in a month, and what it is drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import assert_never

from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, to_pence, to_pounds
from xlpbr.periods import ONE_DAY, financial_year_end
from xlpbr.settlement import rules


def fee_without_vat(terms: ContractTerms) -> Fraction:
    """The fee that is earned, in exact pounds: without VAT where the fee holds it."""
    return without_vat(terms, terms.fee)


def without_vat(terms: ContractTerms, fee: Fraction) -> Fraction:
    """A fee in exact pounds, without the VAT that it may hold."""
    match terms.vat_reading:
        case "net" | "exempt":
            return fee
        case "inclusive":
            return to_pounds(to_pence(fee / (1 + terms.vat_rate)))
        case other:
            assert_never(other)


def fee_entitlement(terms: ContractTerms, fee: Fraction, day: date) -> Pence:
    """What of the fee is earned at the end of a day of the programme.

    Args:
        terms: the contract's terms.
        fee: the fee without VAT; where it varies, its value before the first variation.
        day: the day.
    """
    if terms.unused_fee == "lapses" and terms.fee_reading == "up_to_cap":
        return to_pence(scheduled(terms, fee, earned_by_the_year(terms, day)))
    if not terms.varied("fee"):
        return to_pence(fee * earned_of_fee(terms, day))
    match terms.fee_period, terms.fee_reading:
        case "programme", "up_to_cap":
            return to_pence(without_vat(terms, terms.in_force("fee", day)))
        case "annual", "up_to_cap":
            return to_pence(scheduled(terms, fee, earned_by_the_year(terms, day)))
        case _:
            return to_pence(scheduled(terms, fee, day))


def earned_by_the_year(terms: ContractTerms, day: date) -> date:
    """The last day that is earned ahead of: the 31 March of a day's year, or Ends on before it."""
    return min(terms.ends_on, financial_year_end(day))


def scheduled(terms: ContractTerms, fee: Fraction, day: date) -> Fraction:
    """What the schedule has earned at the end of a day: each fee over the days that it holds."""
    return sum(
        (
            amount * (share_of_schedule(terms, min(last, day)) - share_of_schedule(terms, before))
            for amount, before, last in fees_that_held(terms, fee)
            if before < day
        ),
        Fraction(0),
    )


def fees_that_held(terms: ContractTerms, fee: Fraction) -> Iterator[tuple[Fraction, date, date]]:
    """Each fee without VAT, the day before its first day and its last day."""
    variations = terms.varied("fee")
    amounts = [fee, *(without_vat(terms, one.value) for one in variations)]
    before = [date.min, *(one.starts_on - ONE_DAY for one in variations)]
    yield from zip(amounts, before, [*before[1:], date.max], strict=True)


def share_of_schedule(terms: ContractTerms, day: date) -> Fraction:
    """The share of the schedule that has passed at the end of a day; of an annual fee, years."""
    if day < terms.starts_on:
        return Fraction(0)
    match terms.fee_period:
        case "annual":
            return rules.years_earned(terms.starts_on, terms.ends_on, day)
        case "programme":
            pass
        case other_period:
            assert_never(other_period)
    if terms.fee_months is None:
        return rules.share_between(terms.starts_on, terms.ends_on, day, terms.pro_rata_basis)
    return rules.share_over_months(terms.starts_on, terms.fee_months, day, terms.pro_rata_basis)


def earned_of_fee(terms: ContractTerms, day: date) -> Fraction:
    """The share of the fee that is earned at the end of a day; above 1 for fees of many years."""
    match terms.fee_reading:
        case "catch_up" | "no_catch_up":
            return share_of_schedule(terms, day)
        case "up_to_cap":
            pass
        case other_reading:
            assert_never(other_reading)
    match terms.fee_period:
        case "annual":
            return share_of_schedule(terms, earned_by_the_year(terms, day))
        case "programme":
            return Fraction(1)
        case other_period:
            assert_never(other_period)


def fee_ceiling(
    terms: ContractTerms, entitled: Pence, entitled_before: Pence, fees: Pence
) -> Pence:
    """Fee reading: what limits the fee of a month beside the saving, in pence."""
    match terms.fee_reading:
        case "catch_up" | "up_to_cap":
            return entitled - fees
        case "no_catch_up":
            return entitled - entitled_before
        case other:
            assert_never(other)


def lapsed(terms: ContractTerms, fee: Fraction, day: date, fees_before_the_year: Pence) -> Pence:
    """Unused fee: what was earned and not drawn by the 31 March before a day, in pence.

    It is lost: the ceiling of the year's months does not hold it.
    """
    match terms.unused_fee:
        case "carries":
            return 0
        case "lapses":
            if terms.fee_reading == "no_catch_up":
                return 0
            before = financial_year_end(day).replace(year=financial_year_end(day).year - 1)
            return to_pence(scheduled(terms, fee, before)) - fees_before_the_year
        case other:
            assert_never(other)


def fee_drawn_from(terms: ContractTerms, saving: Pence, saved: Pence, fees: Pence) -> Pence:
    """Savings reading: which saving the fee of a month is drawn from, in pence.

    Args:
        terms: the contract's terms, whose Fee share may leave a part of the saving alone.
        saving: the saving of the month.
        saved: the saving to date.
        fees: the fee to date before the month.
    """
    match terms.savings_reading:
        case "month":
            return share_of(terms, saving)
        case "cumulative":
            return share_of(terms, saved) - fees
        case other:
            assert_never(other)


def share_of(terms: ContractTerms, saving: Pence) -> Pence:
    """What of a saving the fee may take, rounded to the penny."""
    return saving if terms.fee_share == 1 else to_pence(terms.fee_share * to_pounds(saving))
