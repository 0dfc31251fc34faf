"""How what is payable for a month came about: each payment beside the fee, and their sum."""

from __future__ import annotations

from fractions import Fraction

from xlpbr.contract.terms import ContractTerms, ReimbursementShape
from xlpbr.money import Pence, in_words, price_in_words, to_pence
from xlpbr.periods import Period, day_in_words
from xlpbr.settlement import rules
from xlpbr.settlement.bonus import measured, threshold_and_rate
from xlpbr.settlement.break_downs import BreakDown
from xlpbr.settlement.carers import carer_fee_on
from xlpbr.settlement.month_explained import MonthExplained, plain
from xlpbr.settlement.statement import MonthStatement


def carer_fees_in_words(month: MonthExplained) -> str:
    """The fees for the households that fall due, by name."""
    due = month.now.households
    if not due:
        return "no household falls due in the month"
    names = ", ".join(f"{one.household} on {day_in_words(one.due_on)}" for one in due)
    prices = [carer_fee_on(month.terms, one.due_on) for one in due]
    fees = in_words(month.now.carer_fees)
    if len(set(prices)) > 1:
        return f"{names}: {' + '.join(price_in_words(price) for price in prices)} = {fees}"
    unit = "household" if len(due) == 1 else "households"
    return f"{names}: {len(due)} {unit} x {price_in_words(prices[0])} = {fees}"


def outcome_fees_in_words(month: MonthExplained) -> str:
    """The fees for the outcomes that children completed, by name."""
    if not month.statement.evidence.rates:
        return "the contract has no rates for outcomes"
    achieved = month.now.outcomes
    if not achieved:
        return "no child completed the weeks of an outcome in the month"
    parts = [
        f"{one.child}, {one.outcome}: {one.weeks} weeks complete on"
        f" {day_in_words(one.achieved_on)}: {price_in_words(one.price)}"
        for one in achieved
    ]
    together = f"; together {in_words(month.now.outcome_fees)}" if len(parts) > 1 else ""
    return f"{'; '.join(parts)}{together}"


def reimbursed_in_words(month: MonthExplained) -> str:
    """What is paid back for the placements that broke down, by name."""
    terms, now = month.terms, month.now
    if terms.break_down_reimbursement == "none":
        return "the terms ask for no reimbursement"
    if not now.break_downs:
        return "no placement broke down in the month within its window"
    parts = "; ".join(_break_down(terms, one) for one in now.break_downs)
    owed = sum(one.reimbursed for one in now.break_downs)
    if owed > now.reimbursed:
        return (
            f"{parts}; together {in_words(owed)}, but no more than the fee to date less what was"
            f" reimbursed before: {in_words(now.reimbursed)}"
        )
    return parts if len(now.break_downs) == 1 else f"{parts}; together {in_words(owed)}"


def _break_down(terms: ContractTerms, one: BreakDown) -> str:
    amount, window = _price_or_penny(one.amount), one.window
    days = Period(one.ended_on, window.last).days
    whole = rules.reimbursement(one.amount, window, one.ended_on, "whole")
    share = f"{amount} x {days} of {window.days} days left of the window"
    if terms.break_down_reimbursement == "whole":
        share = f"the whole amount of {amount}, in the window"
    limit = (
        ""
        if one.reimbursed == _unlimited(terms, one)
        else (f", at most {in_words(whole)} for one child in all")
    )
    return (
        f"{one.child} broke down on {day_in_words(one.ended_on)}: {share}"
        f" {day_in_words(window.first)} to {day_in_words(window.last)}{limit}"
        f" = {in_words(one.reimbursed)}"
    )


def _unlimited(terms: ContractTerms, one: BreakDown) -> Pence:
    shape: ReimbursementShape = (
        "whole" if terms.break_down_reimbursement == "whole" else "straight_line"
    )
    return rules.reimbursement(one.amount, one.window, one.ended_on, shape)


def _price_or_penny(pounds: Fraction) -> str:
    """An amount in words: exactly where it ends, else to the penny and said so."""
    exact = price_in_words(pounds)
    return exact if (pounds * 10**6).denominator == 1 else f"about {in_words(to_pence(pounds))}"


def bonus_in_words(month: MonthExplained) -> str:
    """The bonus on what it is measured by, above the threshold."""
    terms, measures = month.terms, month.now.bonus_measures
    needed, share = threshold_and_rate(terms)
    if needed is None or share is None:
        return "the contract has no bonus"
    if measures is None:
        return f"measured once, on {day_in_words(terms.bonus_day)}"
    saving = in_words(measured(terms, measures))
    threshold = in_words(to_pence(needed))
    rate = f"{plain(share * 100)}%"
    to_date = "saving to date"
    if terms.bonus_savings == "phase" and terms.phase_starts_on is not None:
        to_date = f"saving from {day_in_words(terms.phase_starts_on)}"
    yearly = "run rate" if terms.run_rate_year == "days_365" else "run rate of 52 weeks"
    name = {
        "run_rate": f"{yearly} {saving}",
        "accumulated": f"{to_date} {saving}",
        "lower": (
            f"the lower of {yearly} {in_words(measures.run_rate)} and {to_date}"
            f" {in_words(measures.accumulated)}"
        ),
    }[terms.bonus_measure]
    whose = " of foster placements" if terms.bonus_counts == "foster" else ""
    if not month.now.bonus:
        return f"{name}{whose}: nothing to pay against the threshold of {threshold}"
    bonus = in_words(month.now.bonus)
    if terms.bonus_shape == "whole":
        return f"{rate} x {name}{whose}, which reaches {threshold} = {bonus}"
    return f"{rate} x ({name}{whose} less threshold {threshold}) = {bonus}"


def _owed(now: MonthStatement) -> str:
    parts = f"fee {in_words(now.fee)} + carer fees {in_words(now.carer_fees)}"
    if now.outcome_fees:
        parts += f" + outcome fees {in_words(now.outcome_fees)}"
    parts += f" + bonus {in_words(now.bonus)}"
    if now.reimbursed:
        parts += f" - reimbursed {in_words(now.reimbursed)}"
    return f"{parts} = {in_words(now.owed)}"


def held_back_in_words(month: MonthExplained) -> str:
    """What is above the contract maximum."""
    terms = month.terms
    in_force = terms.in_force("contract_maximum", month.now.period.last)
    if in_force is None:
        return "the contract has no maximum"
    maximum = to_pence(in_force)
    if terms.maximum_reading == "warn":
        return f"nothing is held back at the maximum of {in_words(maximum)}"
    paid = month.to_date_before("payable_to_date")
    headroom = (
        f"headroom {in_words(maximum)} less payable before {in_words(paid)}"
        f" = {in_words(maximum - paid)}"
    )
    return f"{_owed(month.now)}; {headroom}; above it {in_words(month.now.held_back)}"


def payable_in_words(month: MonthExplained) -> str:
    """The sum of what is owed, less what is held back."""
    return f"{_owed(month.now)}; less held back {in_words(month.now.held_back)}"
