"""PBR_STATEMENT, month by month."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction

from tests.support.life.amounts import NOTHING, exact, penny, total
from tests.support.life.bonus import bonus
from tests.support.life.breakdowns import break_downs
from tests.support.life.carers import households_due
from tests.support.life.days import last_of_month, month_of, months_between
from tests.support.life.fee import entitlement, fee_of_month
from tests.support.life.outcomes import outcomes
from tests.support.life.savings import counted, in_place, running_totals, saved_between
from tests.support.life.tables import AgreedMonth, Life
from tests.support.life.terms import (
    amount_on,
    last_day,
    last_day_of_all,
    measured_on,
    option,
    starts_on,
)

HEADINGS = [
    "Month",
    "Children in family placements",
    "Saving",
    "Saving to date",
    "Fee entitlement to date",
    "Fee",
    "Fee to date",
    "Carer fees",
    "Outcome fees",
    "Bonus",
    "Reimbursed",
    "Held back",
    "Payable",
    "Payable to date",
    "Adjustment",
    "To invoice",
    "Invoiced to date",
    "Balance",
    "Net saving to date",
]


@dataclass(frozen=True)
class Month:
    """A row of the statement: the month, a count, and exact pounds of whole pence."""

    month: date
    children: int
    saving: Fraction
    saving_to_date: Fraction
    entitlement: Fraction
    fee: Fraction
    fee_to_date: Fraction
    carer_fees: Fraction
    outcome_fees: Fraction
    bonus: Fraction
    reimbursed: Fraction
    held_back: Fraction
    payable: Fraction
    payable_to_date: Fraction
    adjustment: Fraction
    to_invoice: Fraction
    invoiced_to_date: Fraction
    balance: Fraction
    net_saving: Fraction


def let_through(amounts: list[Fraction], maximum: Fraction | None, paid: Fraction) -> Fraction:
    """What of the amounts, in their order, may be paid before the total reaches the maximum."""
    if maximum is None:
        return total(amounts)
    passed = NOTHING
    for amount in amounts:
        passed += min(amount, max(NOTHING, maximum - paid - passed))
    return passed


def agreed_of(life: Life, month: date) -> list[AgreedMonth]:
    """What was agreed for a month: no row, one, or several that are added up."""
    return [row for row in life.agreed if month_of(row.month) == month]


def agreed_payable(life: Life, month: date) -> Fraction:
    return penny(total([exact(row.payable) for row in agreed_of(life, month)]))


def agreed_sum(life: Life, month: date) -> Fraction:
    """Payable and Adjustment as agreed: exactly what was to be invoiced."""
    rows = agreed_of(life, month)
    return penny(total([exact(row.payable) + exact(row.adjustment) for row in rows]))


def invoiced_by(life: Life, month: date) -> Fraction:
    end = last_day_of_all(life)
    everything = last_day(life) == end and month == month_of(end)
    rows = [c for c in life.claims if everything or month_of(c.month) <= month]
    return penny(total([exact(claim.invoiced) for claim in rows]))


def period_end(life: Life, month: date) -> date:
    return min(last_of_month(month), last_day(life))


def carer_fee(life: Life, day: date) -> Fraction:
    return amount_on(life, "Carer fee", day) or NOTHING


def statement(life: Life) -> list[Month]:
    """The rows of the statement; none where it is drawn up to a day before the start."""
    if last_day(life) < starts_on(life):
        return []
    totals = running_totals(life)
    reached, broken, due = outcomes(life), break_downs(life), households_due(life)
    fees: dict[date, Fraction] = {}
    rows: list[Month] = []
    saving_to_date = reimbursed_to_date = payable_to_date = carried = NOTHING
    for month in months_between(starts_on(life), last_day(life)):
        first, end = max(month, starts_on(life)), period_end(life, month)
        saving = saved_between(totals, first, end)
        saving_to_date += saving
        fee = fee_of_month(life, end, saving, saving_to_date, fees)
        fees[end] = fee
        fee_to_date = total(list(fees.values()))
        carer_fees = penny(total([carer_fee(life, day) for day, _ in due if first <= day <= end]))
        outcome_fees = penny(total([one.price for one in reached if first <= one.day <= end]))
        is_measured = first <= measured_on(life) <= end
        extra = bonus(life, totals) if is_measured else NOTHING
        back = total([one.amount for one in broken if first <= one.day <= end])
        back = min(back, fee_to_date - reimbursed_to_date)
        reimbursed_to_date += back

        amounts = [-back, fee, carer_fees, outcome_fees, extra]
        maximum = amount_on(life, "Contract maximum", end)
        if option(life, "Maximum reading") == "warn":
            maximum = None
        payable = let_through(amounts, maximum, payable_to_date)
        payable_to_date += payable

        to_invoice = payable + carried
        if agreed_of(life, month):
            to_invoice = agreed_sum(life, month)
        invoiced = invoiced_by(life, month)
        rows.append(
            Month(
                month,
                sum(1 for row in counted(life) if in_place(life, row, end)),
                saving,
                saving_to_date,
                entitlement(life, end),
                fee,
                fee_to_date,
                carer_fees,
                outcome_fees,
                extra,
                back,
                total(amounts) - payable,
                payable,
                payable_to_date,
                carried,
                to_invoice,
                invoiced,
                payable_to_date - invoiced,
                saving_to_date - payable_to_date,
            )
        )
        carried = payable + carried - to_invoice
    return rows


def as_cells(rows: list[Month]) -> list[list[object]]:
    """The rows under their headings, as a sheet holds them: the month, and float pounds."""
    values = [[getattr(row, one.name) for one in fields(row)] for row in rows]
    return [HEADINGS, *([row[0], *(float(value) for value in row[1:])] for row in values)]
