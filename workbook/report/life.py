"""What a contract's life adds to the Summary, in sentences with the actual numbers.

Children who leave, prices that change, further costs, outcomes, break-downs, variations and agreed
months.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xlpbr.contract.terms import VARYING, ContractTerms, Variation
from xlpbr.money import in_words, price_in_words
from xlpbr.periods import ONE_DAY, day_in_words, month_in_words
from xlpbr.settlement.bonus import saved_by
from xlpbr.settlement.counted import counted_costs, counted_placements, name_key
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import SUPPRESSED

NOTHING_BACK = (
    "Break-down reimbursement is none: when a placement breaks down, its saving stops on that day"
    " and nothing is paid back.",
    "The savings of other children can fill the fee's schedule again, so that a break-down may cost"
    " the provider nothing.",
)
"""What the reading ``none`` of the break-down clause means, plainly."""


def life_sentences(report: Report) -> Iterator[str]:
    """What happened in the contract's life up to the report's day, a line each."""
    yield from _variations(report.terms, report.statement.as_at)
    if report.terms.terminated_on is not None:
        yield (
            f"The contract was ended early: {day_in_words(report.terms.terminated_on)} is the last"
            " day that counts."
        )
    if report.is_public:
        yield from _public_sentences(report)
        return
    yield from _leavers(report)
    yield from _prices(report)
    yield from _costs(report)
    yield from _outcomes(report)
    yield from _break_downs(report)
    yield from _agreed_months(report)


def _public_sentences(report: Report) -> Iterator[str]:
    terms, evidence = report.terms, report.evidence
    if evidence.prices or evidence.costs:
        yield (
            "Prices that changed and further costs of moves are part of the savings that are shown."
        )
    if evidence.rates:
        total = report.shown.total("outcome_fees")
        yield f"Outcome fees come to {SUPPRESSED if total is None else in_words(total)}."
    if terms.break_down_reimbursement == "none":
        yield from NOTHING_BACK
    else:
        total = report.shown.total("reimbursed")
        yield (f"For break-downs {SUPPRESSED if total is None else in_words(total)} is paid back.")


def _variations(terms: ContractTerms, day: date) -> Iterator[str]:
    for one in terms.variations:
        if one.starts_on <= terms.starts_on:
            continue
        holds = "is" if one.starts_on <= day else "will be"
        before = _in_force_in_words(terms, one.field_name, one.starts_on - ONE_DAY)
        label, now = VARYING[one.field_name].label, _value_in_words(one)
        yield (
            f"From {day_in_words(one.starts_on)} the {label} {holds} {now}; before it was {before}."
        )


def _in_force_in_words(terms: ContractTerms, field_name: str, day: date) -> str:
    return _value_in_words(Variation(field_name, day, terms.in_force(field_name, day)))


def _value_in_words(one: Variation) -> str:
    if one.value is None:
        return "not given"
    if VARYING[one.field_name].kind == "rate":
        return f"{float(one.value * 100):.6g}%"
    return price_in_words(one.value)


def _leavers(report: Report) -> Iterator[str]:
    day = report.statement.as_at
    left = sorted(
        (child.leaves_on, child.child)
        for child in report.evidence.cohort
        if child.leaves_on is not None and child.leaves_on <= day
    )
    if left:
        names = ", ".join(f"{child} on {day_in_words(leaves)}" for leaves, child in left)
        yield f"Left care, so that savings stopped on that day: {names}."


def _prices(report: Report) -> Iterator[str]:
    day, evidence = report.statement.as_at, report.evidence
    changed: dict[str, str] = {}
    changes: set[date] = set()
    for placement in counted_placements(report.terms, evidence):
        for span, days in list(placement.spans_until(day))[1:]:
            if span.starts_on == days.first:
                changed[name_key(placement.placement.child)] = placement.placement.child
                changes.add(span.starts_on)
    if not changed:
        return
    children = "1 child" if len(changed) == 1 else f"{len(changed)} children"
    days_in_words = ", ".join(day_in_words(one) for one in sorted(changes))
    yield (
        f"The prices of {children} changed on {days_in_words}: {', '.join(changed.values())}. Days"
        " before a change keep their prices."
    )


def _costs(report: Report) -> Iterator[str]:
    day = report.statement.as_at
    costs = counted_costs(report.terms, report.evidence)
    # Below 0: a cost takes off what the placements saved.
    total = saved_by((), costs, day)
    counted = [cost for cost in costs if cost.cost_to_date(day)]
    if not counted:
        return
    parts = "; ".join(
        f"{cost.cost.child}, {cost.cost.what or 'further cost'}: {in_words(cost.cost_to_date(day))}"
        for cost in counted
    )
    effect = "are taken off" if total <= 0 else "are added to"
    yield (f"Further costs of moves, {in_words(abs(total))} so far, {effect} the saving: {parts}.")


def _outcomes(report: Report) -> Iterator[str]:
    if not report.evidence.rates:
        return
    found: dict[str, int] = {}
    for month in report.statement.months:
        for one in month.outcomes:
            found[one.outcome] = found.get(one.outcome, 0) + 1
    total = sum(month.outcome_fees for month in report.statement.months)
    if not found:
        yield "No outcome of the table Rates has been reached yet."
        return
    counts = ", ".join(f"{name} by {count}" for name, count in found.items())
    yield f"Outcome fees of {in_words(total)} are due so far: {counts}."


def _break_downs(report: Report) -> Iterator[str]:
    terms, day = report.terms, report.statement.as_at
    broken = [
        (one.placement.ended_on, one.placement.child)
        for one in counted_placements(terms, report.evidence)
        if one.placement.ended_on is not None
        and one.placement.ended_because == "broke down"
        and terms.starts_on <= one.placement.ended_on <= day
    ]
    if terms.break_down_reimbursement == "none":
        yield from NOTHING_BACK
        if broken:
            placements = "1 placement has" if len(broken) == 1 else f"{len(broken)} placements have"
            yield f"{placements} broken down so far."
        return
    total = sum(month.reimbursed for month in report.statement.months)
    inside = [one for month in report.statement.months for one in month.break_downs]
    if not inside:
        yield (
            "Nothing is paid back for break-downs so far: no placement broke down within its"
            " window."
        )
        return
    parts = "; ".join(
        f"{one.child} broke down on {day_in_words(one.ended_on)}, in the window"
        f" {day_in_words(one.window.first)} to {day_in_words(one.window.last)}:"
        f" {in_words(one.reimbursed)}"
        for one in inside
    )
    cut = sum(one.reimbursed for one in inside) - total
    limit = f"; {in_words(cut)} less, as no more than the fee to date is paid back" if cut else ""
    yield f"For break-downs {in_words(total)} is paid back: {parts}{limit}."


def _agreed_months(report: Report) -> Iterator[str]:
    months = report.statement.months
    agreed = [month for month in months if month.agreed is not None]
    if not agreed:
        return
    count = "1 month is" if len(agreed) == 1 else f"{len(agreed)} months are"
    signed = sum(month.to_invoice for month in agreed)
    now = sum(month.payable for month in agreed)
    start = (
        f"{count} agreed, the last {month_in_words(agreed[-1].month)}: {in_words(signed)} was"
        f" agreed to be invoiced, and {in_words(now)} is payable for them as the tables stand now."
    )
    last = months[-1]
    left = last.payable + last.adjustment - last.to_invoice
    adjusted = [month for month in months if month.agreed is None and month.adjustment]
    parts = [
        f"{month_in_words(month.month)} is adjusted by {in_words(month.adjustment)}"
        for month in adjusted
    ]
    if left:
        parts.append(f"{in_words(left)} is carried beyond the last month")
    yield f"{start} {'; '.join(parts) or 'Nothing is carried to later months'}."
