"""What a contract's life adds to the Summary: rows of a figure and a sentence with the numbers.

Children who leave, prices that change, further costs, variations and agreed months have rows of
their own; outcomes and break-downs say how their figures came about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xlpbr.contract.terms import VARYING, ContractTerms, Variation
from xlpbr.errors import some
from xlpbr.money import in_words, price_in_words
from xlpbr.periods import ONE_DAY, day_in_words, month_in_words
from xlpbr.settlement.bonus import saved_by
from xlpbr.settlement.counted import counted_costs, counted_placements, name_key
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Of, Value

NOTHING_BACK = (
    "Break-down reimbursement is none: when a placement breaks down, its saving stops on that day"
    " and nothing is paid back.",
    "The savings of other children can fill the fee's schedule again, so that a break-down may cost"
    " the provider nothing.",
)
"""What the reading ``none`` of the break-down clause means, plainly."""


MOST_NAMED = 8
"""Children, or costs, that a sentence names; how many more there are is counted."""


def life_rows(report: Report) -> Iterator[list[Value]]:
    """What happened in the contract's life up to the day: measure, value, words, clause."""
    terms = report.terms
    yield from _variations(report)
    if terms.terminated_on is not None:
        yield [
            "Ended early", Of("date", terms.terminated_on),
            "The contract was ended early:"
            f" {day_in_words(terms.terminated_on)} is the last day that counts.",
            _clause(report, "Terminated on"),
        ]  # fmt: skip
    if not report.is_public:
        yield from _leavers(report)
        yield from _prices(report)
        yield from _costs(report)
        yield from _agreed_months(report)
    elif report.evidence.prices or report.evidence.costs:
        yield [
            "Prices and further costs", NOT_APPLICABLE,
            "Prices that changed and further costs of moves are part of the savings that are"
            " shown.", NOT_APPLICABLE,
        ]  # fmt: skip


def _clause(report: Report, label: str) -> str:
    return report.text(report.terms.clause_of(label)) or NOT_APPLICABLE


def _variations(report: Report) -> Iterator[list[Value]]:
    terms, day = report.terms, report.statement.as_at
    for one in terms.variations:
        if one.starts_on <= terms.starts_on:
            continue
        holds = "is" if one.starts_on <= day else "will be"
        before = _in_force_in_words(terms, one.field_name, one.starts_on - ONE_DAY)
        term, now = VARYING[one.field_name], _value_in_words(one)
        kind = "rate" if term.kind == "rate" else "pounds"
        since = day_in_words(one.starts_on)
        yield [
            f"{term.label} from {since}",
            NOT_APPLICABLE if one.value is None else Of(kind, one.value),
            f"From {since} the {term.label} {holds} {now}; before it was {before}.",
            _clause(report, term.label),
        ]


def _in_force_in_words(terms: ContractTerms, field_name: str, day: date) -> str:
    return _value_in_words(Variation(field_name, day, terms.in_force(field_name, day)))


def _value_in_words(one: Variation) -> str:
    if one.value is None:
        return "not given"
    if VARYING[one.field_name].kind == "rate":
        return f"{float(one.value * 100):.6g}%"
    return price_in_words(one.value)


def _leavers(report: Report) -> Iterator[list[Value]]:
    day = report.statement.as_at
    left = sorted(
        (child.leaves_on, child.child)
        for child in report.evidence.cohort
        if child.leaves_on is not None and child.leaves_on <= day
    )
    if left:
        names = some([f"{child} on {day_in_words(leaves)}" for leaves, child in left], MOST_NAMED)
        yield [
            "Children who left care", Of("count", len(left)),
            f"Left care, so that savings stopped on that day: {names}.", "Cohort table",
        ]  # fmt: skip


def _prices(report: Report) -> Iterator[list[Value]]:
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
    days_in_words = some([day_in_words(one) for one in sorted(changes)], MOST_NAMED)
    names = some(list(changed.values()), MOST_NAMED)
    yield [
        "Children whose prices changed", Of("count", len(changed)),
        f"The prices of {children} changed on {days_in_words}: {names}. Days before a change keep"
        " their prices.", "Prices table",
    ]  # fmt: skip


def _costs(report: Report) -> Iterator[list[Value]]:
    day = report.statement.as_at
    costs = counted_costs(report.terms, report.evidence)
    # Below 0: a cost takes off what the placements saved.
    total = saved_by((), costs, day)
    counted = [cost for cost in costs if cost.cost_to_date(day)]
    if not counted:
        return
    parts = [
        f"{cost.cost.child}, {cost.cost.what or 'further cost'}: {in_words(cost.cost_to_date(day))}"
        for cost in counted
    ]
    more = len(parts) - MOST_NAMED
    named = "; ".join([*parts[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
    effect = "are taken off" if total <= 0 else "are added to"
    yield [
        f"Further costs to {day_in_words(day)}", Of("money", abs(total)),
        f"Further costs of moves, {in_words(abs(total))} so far, {effect} the saving: {named}.",
        "Costs table",
    ]  # fmt: skip


def outcomes_in_words(report: Report) -> str:
    """Which outcomes were reached so far, and what their fees come to."""
    if report.is_public:
        shown = report.shown.total("outcome_fees")
        return f"Outcome fees come to {SUPPRESSED if shown is None else in_words(shown)}."
    found: dict[str, int] = {}
    for month in report.statement.months:
        for one in month.outcomes:
            found[one.outcome] = found.get(one.outcome, 0) + 1
    total = sum(month.outcome_fees for month in report.statement.months)
    if not found:
        return "No outcome of the table Rates has been reached yet."
    counts = ", ".join(f"{name} by {count}" for name, count in found.items())
    return f"Outcome fees of {in_words(total)} are due so far: {counts}."


def break_downs_in_words(report: Report) -> str:
    """What break-downs cost the provider, with the break-downs that are inside their window."""
    return " ".join(_break_downs(report))


def _break_downs(report: Report) -> Iterator[str]:
    terms, day = report.terms, report.statement.as_at
    if report.is_public:
        if terms.break_down_reimbursement == "none":
            yield from NOTHING_BACK
        else:
            shown = report.shown.total("reimbursed")
            paid_back = SUPPRESSED if shown is None else in_words(shown)
            yield f"For break-downs {paid_back} is paid back."
        return
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
        for one in inside[:MOST_NAMED]
    )
    if len(inside) > MOST_NAMED:
        parts += f"; and {len(inside) - MOST_NAMED} more"
    cut = sum(one.reimbursed for one in inside) - total
    limit = f"; {in_words(cut)} less, as no more than the fee to date is paid back" if cut else ""
    yield f"For break-downs {in_words(total)} is paid back: {parts}{limit}."


def _agreed_months(report: Report) -> Iterator[list[Value]]:
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
    yield [
        "Agreed months", Of("count", len(agreed)),
        f"{start} {'; '.join(parts) or 'Nothing is carried to later months'}.", "Agreed table",
    ]  # fmt: skip
