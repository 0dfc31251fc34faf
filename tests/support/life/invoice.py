"""PBR_INVOICE: what is to be invoiced for a month, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.support.life.amounts import NOTHING, penny, total
from tests.support.life.breakdowns import break_downs
from tests.support.life.carers import households_due
from tests.support.life.days import month_of
from tests.support.life.outcomes import outcomes
from tests.support.life.statement import (
    Month,
    agreed_of,
    agreed_payable,
    carer_fee,
    statement,
)
from tests.support.life.tables import Life
from tests.support.life.terms import option, vat_rate

CARRIED = "Carried to the next month"
ALREADY = "Adjustments already invoiced"
ABOVE = "Reimbursement above the fee to date"
HELD_BACK = "Held back at the maximum"
KINDS = (
    "Fee",
    "Carer fee",
    "Outcome fee",
    "Bonus",
    "Reimbursement",
    HELD_BACK,
    ABOVE,
    "Adjustment",
    ALREADY,
    CARRIED,
    "Total",
)
"""What a line may be."""


@dataclass(frozen=True)
class Line:
    """A line of an invoice, in exact pounds of whole pence; who is the household or the child."""

    kind: str
    for_month: date
    who: str
    net: Fraction


def vat_of_lines(life: Life, nets: list[Fraction]) -> list[Fraction]:
    """The VAT of each line: the differences of what is rounded on the running total."""
    rate = NOTHING if option(life, "VAT reading") == "exempt" else vat_rate(life)
    vats, net = [], NOTHING
    for amount in nets:
        vats.append(penny(rate * (net + amount)) - penny(rate * net))
        net += amount
    return vats


def agreed_run(life: Life, rows: list[Month], month: date) -> list[Month]:
    """The unbroken run of agreed months just before a month, in time."""
    run: list[Month] = []
    for row in reversed([row for row in rows if row.month < month]):
        if not agreed_of(life, row.month):
            break
        run.insert(0, row)
    return run


def invoice(life: Life, month: date) -> list[Line]:
    """The lines of a month of the statement that are not 0.00, and the Total behind them."""
    rows = statement(life)
    own = next(row for row in rows if row.month == month)
    lines = [Line("Fee", month, "", own.fee)]
    for day, household in households_due(life):
        if month_of(day) == month:
            lines.append(Line("Carer fee", month, household, penny(carer_fee(life, day))))
    for one in outcomes(life):
        if month_of(one.day) == month:
            lines.append(Line("Outcome fee", month, one.child, penny(one.price)))
    lines.append(Line("Bonus", month, "", own.bonus))
    due = NOTHING
    for broken in break_downs(life):
        if month_of(broken.day) == month:
            lines.append(Line("Reimbursement", month, broken.child, -broken.amount))
            due += broken.amount
    lines.append(Line(HELD_BACK, month, "", -own.held_back))
    lines.append(Line(ABOVE, month, "", due - own.reimbursed))
    found_later = NOTHING
    for row in agreed_run(life, rows, month):
        difference = row.payable - agreed_payable(life, row.month)
        lines.append(Line("Adjustment", row.month, "", difference))
        found_later += difference
    lines.append(Line(ALREADY, month, "", own.adjustment - found_later))
    if agreed_of(life, month):
        carried = own.to_invoice - own.payable - own.adjustment
        lines.append(Line(CARRIED, month, "", carried))
    lines = [line for line in lines if line.net != 0]
    return [*lines, Line("Total", month, "", total([line.net for line in lines]))]
