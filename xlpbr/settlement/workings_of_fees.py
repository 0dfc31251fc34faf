"""How the entitlement to date and the fee of a month came about, in words."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, in_words, to_pence
from xlpbr.periods import (
    ONE_DAY,
    Period,
    complete_months,
    day_in_words,
    last_day_of_term,
    months_counted,
    months_to_reach,
)
from xlpbr.settlement import rules
from xlpbr.settlement.fee import (
    earned_by_the_year,
    fee_without_vat,
    fees_that_held,
    share_of,
    without_vat,
)
from xlpbr.settlement.month_explained import MonthExplained, plain


def entitlement_in_words(month: MonthExplained) -> str:
    """The fee earned to date: the fee times the share of its term."""
    terms, day = month.terms, month.now.period.last
    fee = fee_without_vat(terms)
    amount = in_words(to_pence(fee))
    if terms.vat_reading == "inclusive":
        amount = f"{amount} (the fee of {in_words(to_pence(terms.fee))} without VAT)"
    earned = in_words(month.now.entitlement_to_date)
    ahead = terms.fee_reading == "up_to_cap"
    until = day
    if ahead and (terms.fee_period == "annual" or terms.unused_fee == "lapses"):
        until = earned_by_the_year(terms, day)
    elif ahead:
        in_force = without_vat(terms, terms.in_force("fee", day))
        return f"{in_words(to_pence(in_force))}: the whole fee, from the first month"
    if terms.varied("fee"):
        return f"{_varied_fee(terms, fee, until)} = {earned}"
    if terms.fee_period == "annual":
        return f"{amount} a year x {_years(terms.starts_on, until)} = {earned}"
    return f"{amount} x {_share(terms, until)} = {earned}"


def _varied_fee(terms: ContractTerms, fee: Fraction, until: date) -> str:
    """Each fee with the share of the schedule over the days that it holds."""
    parts = []
    for amount, before, last in fees_that_held(terms, fee):
        if before >= until or last < terms.starts_on:
            continue
        a_year = " a year" if terms.fee_period == "annual" else ""
        share = _share_at(terms, min(last, until))
        if before >= terms.starts_on:
            share = f"({share} less {_share_at(terms, before)})"
            a_year += f" from {day_in_words(before + ONE_DAY)}"
        parts.append(f"{in_words(to_pence(amount))}{a_year} x {share}")
    return " + ".join(parts)


def _share_at(terms: ContractTerms, day: date) -> str:
    if terms.fee_period == "annual":
        return _years(terms.starts_on, min(day, terms.ends_on))
    return _share(terms, day)


def _years(starts_on: date, day: date) -> str:
    """The years earned at a day, as ``(1 year + 7 of 12 months) to 31 Mar 2027``."""
    complete, begun_on = rules.year_begun(starts_on, day)
    so_far = months_counted(Period(begun_on, day))
    term = months_counted(Period(begun_on, last_day_of_term(begun_on, rules.MONTHS_IN_YEAR)))
    begun = f"{plain(min(so_far, term))} of {plain(term)} months"
    unit = "year" if complete == 1 else "years"
    share = f"({complete} {unit} + {begun})" if so_far > 0 else f"{complete} {unit}"
    return f"{share} to {day_in_words(day)}"


def _share(terms: ContractTerms, day: date) -> str:
    """The earned share of the fee's term at a day, as ``7 of 12 months``."""
    start = terms.starts_on
    if terms.fee_months is None:
        last_day, months = terms.ends_on, months_to_reach(start, terms.ends_on)
    else:
        last_day, months = last_day_of_term(start, terms.fee_months), terms.fee_months
    so_far, term = Period(start, min(day, last_day)), Period(start, last_day)
    if terms.pro_rata_basis == "days":
        return f"{so_far.days} of {term.days} days"
    if terms.pro_rata_basis == "whole_months":
        complete = months if day >= last_day else complete_months(start, day)
        return f"{complete} of {months} complete months"
    return f"{plain(months_counted(so_far))} of {plain(months_counted(term))} months"


def fee_in_words(month: MonthExplained) -> str:
    """The fee of the month: the lower of the saving and what is earned and not drawn."""
    terms, now = month.terms, month.now
    fees_before = month.to_date_before("fee_to_date")
    if terms.savings_reading == "cumulative":
        drawn_from = share_of(terms, now.saving_to_date) - fees_before
        saving = (
            f"saving to date {_shared(terms, now.saving_to_date)} less fee before"
            f" {in_words(fees_before)} = {in_words(drawn_from)}"
        )
    else:
        drawn_from = share_of(terms, now.saving)
        saving = f"saving of the month {_shared(terms, now.saving)}"
    less = (
        f"entitlement before {in_words(month.to_date_before('entitlement_to_date'))}"
        if terms.fee_reading == "no_catch_up"
        else f"fee before {in_words(fees_before)}"
    )
    lost = now.entitlement_to_date - fees_before - now.ceiling
    if lost and terms.unused_fee == "lapses" and terms.fee_reading != "no_catch_up":
        less = f"{less} less {in_words(lost)} that lapsed on 31 March"
    limit = (
        f"entitlement to date {in_words(now.entitlement_to_date)} less {less}"
        f" = {in_words(now.ceiling)}"
    )
    floor = "below £0.00, so " if min(drawn_from, now.ceiling) < 0 else ""
    return f"the lower of {saving} and {limit}: {floor}{in_words(now.fee)}"


def _shared(terms: ContractTerms, saving: Pence) -> str:
    """A saving, and the share of it that the fee may take where that is not all."""
    if terms.fee_share == 1:
        return in_words(saving)
    share = in_words(share_of(terms, saving))
    return f"{in_words(saving)} x {plain(terms.fee_share * 100)}% = {share}"
