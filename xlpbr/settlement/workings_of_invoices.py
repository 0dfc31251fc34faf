"""How what is to be invoiced for a month, and what was, came about, in words."""

from __future__ import annotations

from xlpbr.money import in_words, price_in_words
from xlpbr.periods import month_end
from xlpbr.settlement.month_explained import MonthExplained, difference_in_words


def invoiced_in_words(month: MonthExplained) -> str:
    """The claims so far, and those for the month with their numbers."""
    last, claims = month.now.month, month.statement.evidence.claims
    of_month = [
        f"{claim.number or 'without a number'} {price_in_words(claim.invoiced)}"
        for claim in claims
        if claim.month == last
    ]
    these = f"; for this month: {', '.join(of_month)}" if of_month else ""
    if month.now.period.last == month.terms.last_day:
        return f"{_claims(len(claims))}: all of them, because the programme ends{these}"
    count = _claims(sum(claim.month <= last for claim in claims))
    return f"{count} for this month or an earlier one{these}"


def _claims(count: int) -> str:
    return f"{count} {'claim' if count == 1 else 'claims'}"


def adjustment_in_words(month: MonthExplained) -> str:
    """What is carried from the months that were agreed."""
    before = month.before
    if before is None or not month.now.adjustment:
        return "nothing is carried from earlier months"
    return (
        f"month before: payable {in_words(before.payable)} + adjustment"
        f" {in_words(before.adjustment)} - to invoice {in_words(before.to_invoice)}"
        f" = {in_words(month.now.adjustment)}"
    )


def to_invoice_in_words(month: MonthExplained) -> str:
    """What is payable, or agreed, with what is carried."""
    now = month.now
    if now.agreed is not None:
        carried = now.to_invoice - now.agreed
        return (
            f"agreed: payable {in_words(now.agreed)} + adjustment {in_words(carried)}"
            f" = {in_words(now.to_invoice)}"
        )
    return (
        f"payable {in_words(now.payable)} + adjustment {in_words(now.adjustment)}"
        f" = {in_words(now.to_invoice)}"
    )


def balance_in_words(month: MonthExplained) -> str:
    """What is payable and not invoiced, and what is to be done about it."""
    balance = month.now.balance
    meaning = "agreed"
    if balance:
        meaning = "still to invoice" if balance > 0 else "to be reimbursed"
    last = month.now.period.last
    if last < min(month_end(last), month.terms.last_day):
        meaning = f"{meaning} so far; claims are for the whole month, which is not over"
    return f"{difference_in_words('payable_to_date', 'invoiced_to_date')(month)}: {meaning}"
