"""What is to be invoiced for a month, line by line, with VAT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, in_words, price_in_words, to_pence, to_pounds
from xlpbr.periods import day_in_words, month_in_words
from xlpbr.settlement.carers import carer_fee_on
from xlpbr.settlement.statement import MonthStatement, Statement


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice, in pence; for a deduction the amounts are below 0."""

    line: str
    month: date
    working: str
    net: Pence
    vat: Pence

    @property
    def gross(self) -> Pence:
        """Net and VAT together."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class _Net:
    line: str
    month: date
    working: str
    net: Pence


TOTAL = "Total"


def invoice_lines(statement: Statement, index: int) -> list[InvoiceLine]:
    """The lines of one month's invoice, and a line Total; lines of £0.00 are left out.

    The VAT of the total is rounded once, and that of the lines are differences of rounded running
    totals, so that they add up.

    Args:
        statement: a settled contract.
        index: which of its months, counted from 0.
    """
    now, rate = statement.months[index], vat_rate(statement.terms)
    lines = []
    so_far = vat_so_far = 0
    for line in _net_lines(statement, index):
        if not line.net:
            continue
        so_far += line.net
        vat = to_pence(rate * to_pounds(so_far))
        lines.append(InvoiceLine(line.line, line.month, line.working, line.net, vat - vat_so_far))
        vat_so_far = vat
    working = f"to invoice for {month_in_words(now.month)}"
    return [*lines, InvoiceLine(TOTAL, now.month, working, so_far, vat_so_far)]


def vat_rate(terms: ContractTerms) -> Fraction:
    """The VAT that an invoice carries."""
    match terms.vat_reading:
        case "net" | "inclusive":
            return terms.vat_rate
        case "exempt":
            return Fraction(0)
        case other:
            assert_never(other)


def _net_lines(statement: Statement, index: int) -> Iterator[_Net]:
    now = statement.months[index]
    yield from _earned(statement, now)
    yield from _taken_off(now)
    yield from _carried_to(statement, index)
    if now.agreed is not None:
        yield _Net(
            "Carried to the next month",
            now.month,
            f"agreed to invoice {in_words(now.to_invoice)} less payable {in_words(now.payable)}"
            f" less adjustment {in_words(now.adjustment)}",
            now.to_invoice - now.payable - now.adjustment,
        )


def _earned(statement: Statement, now: MonthStatement) -> Iterator[_Net]:
    yield _Net(
        "Fee",
        now.month,
        f"saving of the month {in_words(now.saving)}; still to draw of the fee"
        f" {in_words(now.ceiling)}",
        now.fee,
    )
    so_far, before = Fraction(0), 0
    for household in now.households:
        price = carer_fee_on(statement.terms, household.due_on)
        so_far += price
        yield _Net(
            "Carer fee",
            now.month,
            f"{household.household}, due on {day_in_words(household.due_on)}:"
            f" {price_in_words(price)}",
            to_pence(so_far) - before,
        )
        before = to_pence(so_far)
    so_far, before = Fraction(0), 0
    for outcome in now.outcomes:
        so_far += outcome.price
        yield _Net(
            "Outcome fee",
            now.month,
            f"{outcome.child}, {outcome.outcome}: {outcome.weeks} weeks complete on"
            f" {day_in_words(outcome.achieved_on)}: {price_in_words(outcome.price)}",
            to_pence(so_far) - before,
        )
        before = to_pence(so_far)
    yield _Net(
        "Bonus", now.month, f"measured on {day_in_words(statement.terms.bonus_day)}", now.bonus
    )


def _taken_off(now: MonthStatement) -> Iterator[_Net]:
    for one in now.break_downs:
        yield _Net(
            "Reimbursement",
            now.month,
            f"{one.child} broke down on {day_in_words(one.ended_on)}:"
            f" {price_in_words(one.amount)} for {day_in_words(one.window.first)} to"
            f" {day_in_words(one.window.last)}",
            -one.reimbursed,
        )
    yield _Net(
        "Held back at the maximum",
        now.month,
        f"payable to date {in_words(now.payable_to_date)}",
        -now.held_back,
    )
    yield _Net(
        "Reimbursement above the fee to date",
        now.month,
        f"no more is paid back than the fee to date, {in_words(now.fee_to_date)}",
        sum(one.reimbursed for one in now.break_downs) - now.reimbursed,
    )


def _carried_to(statement: Statement, index: int) -> Iterator[_Net]:
    """What is carried from the agreed months just before, and what of it was invoiced already."""
    now = statement.months[index]
    first = index
    while first > 0 and statement.months[first - 1].agreed is not None:
        first -= 1
    found = 0
    for month in statement.months[first:index]:
        if month.agreed is None:
            continue
        difference = month.payable - month.agreed
        found += difference
        yield _Net(
            "Adjustment",
            month.month,
            f"{month_in_words(month.month)}: payable is now {in_words(month.payable)};"
            f" {in_words(month.agreed)} was agreed",
            difference,
        )
    yield _Net(
        "Adjustments already invoiced",
        now.month,
        f"carried to the month {in_words(now.adjustment)} less the adjustments above"
        f" {in_words(found)}",
        now.adjustment - found,
    )
