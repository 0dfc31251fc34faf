"""Whether the fee of a run of months tells more of their savings than their sum does."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from xlpbr.money import Pence
from xlpbr.settlement.fee import fee_ceiling, fee_drawn_from, share_of
from xlpbr.settlement.statement import Statement
from xlpbr.workbook.disclosure.other_prices import PLAUSIBLE_CHANGE
from xlpbr.workbook.disclosure.people import Counted, amounts


def fee_keeps_savings(statement: Statement, counted: Counted, block: range) -> bool:
    """Whether the fee of a block tells no more about its months than their savings together.

    It does not where the fee is the same whatever the other prices are that the savings leave
    open, or where it is the saving itself under all of them. The fee never falls when a month
    saves more, so the least and the most that the months may have saved decide.
    """
    if len(block) == 1:
        return True
    months, terms = [statement.months[index] for index in block], statement.terms
    parts = [
        [amount * 100 for _, amount in amounts(counted, month.period)]
        for month in (statement.months[index] for index in block)
    ]
    open_by = [ceil(PLAUSIBLE_CHANGE * sum(map(abs, month))) for month in parts]
    least = [month.saving - by for month, by in zip(months, open_by, strict=True)]
    most = [month.saving + by for month, by in zip(months, open_by, strict=True)]
    # Where the entitlement can fall, what is saved late may never be drawn.
    catches_up = terms.fee_reading in ("catch_up", "up_to_cap") and _never_falls(statement, block)
    # No month can have cost more than it saved, whatever the other prices and costs are.
    is_saved = all(part > 0 for month in parts for part in month) or min(least) >= 0
    if catches_up and is_saved:
        if terms.savings_reading == "cumulative":
            # The fee to date is the saving to date or the entitlement to date, whichever is less.
            return True
        # The whole is known. What is saved early is caught up, so the least fee comes with the
        # least in all months but the first; and it is never more than the whole.
        whole = sum(month.saving for month in months)
        least[0] = whole - sum(least[1:])
        lowest, drawn = _fee_to_date(statement, block, least)
        highest, _ = _fee_to_date(statement, block, most)
        return lowest == min(highest, drawn)
    lowest, least_drawn = _fee_to_date(statement, block, least)
    highest, most_drawn = _fee_to_date(statement, block, most)
    return lowest == highest or (lowest == least_drawn and highest == most_drawn)


def _never_falls(statement: Statement, block: range) -> bool:
    """Whether the entitlement to date rises or stays from month to month of a block."""
    found = [statement.months[index].entitlement_to_date for index in block]
    if block[0]:
        found.insert(0, statement.months[block[0] - 1].entitlement_to_date)
    return found == sorted(found)


def _fee_to_date(
    statement: Statement, block: range, savings: Sequence[Pence]
) -> tuple[Pence, Pence]:
    """The fee to date after a block with other savings, and the fee that would draw them whole."""
    terms = statement.terms
    saved = entitled = fees = 0
    if block[0]:
        last = statement.months[block[0] - 1]
        saved, entitled, fees = (
            last.saving_to_date, last.entitlement_to_date, last.fee_to_date,
        )  # fmt: skip
    cumulative = terms.savings_reading == "cumulative"
    drawn = (
        share_of(terms, saved + sum(savings))
        if cumulative
        else fees + sum(share_of(terms, saving) for saving in savings)
    )
    for index, saving in zip(block, savings, strict=True):
        saved += saving
        entitled_before, entitled = entitled, statement.months[index].entitlement_to_date
        ceiling = fee_ceiling(terms, entitled, entitled_before, fees)
        fees += max(0, min(fee_drawn_from(terms, saving, saved, fees), ceiling))
    return fees, drawn
