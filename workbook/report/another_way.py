"""The report's figures worked out another way: day by day, from the rows of the tables alone.

Nothing here uses the sums of ``settle`` or its records of what counts. The fee and the bonus are
taken from the statement; what is held back is worked out again from both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, to_pence, to_pounds
from xlpbr.periods import ONE_DAY, last_day_of_term
from xlpbr.settlement.counted import name_key
from xlpbr.settlement.statement import Statement

_DAYS_IN_WEEK = 7


def saving_again(statement: Statement) -> Pence:
    """The saving to date: each placement and each cost, day after day, rounded once a row."""
    return sum(_saved_by_row(statement, row) for row in _counting(statement.evidence)) - sum(
        _cost_of_each_row(statement)
    )


def _counting(evidence: Evidence) -> list[Placement]:
    """The agreed placements that have moved, of children of the cohort where there is one."""
    cohort = {name_key(row.child) for row in evidence.cohort}
    return [
        row
        for row in evidence.placements
        if row.agreed and row.moved_on is not None and (not cohort or name_key(row.child) in cohort)
    ]


def _leaves_on(evidence: Evidence, row: Placement) -> date:
    days = [
        child.leaves_on
        for child in evidence.cohort
        if name_key(child.child) == name_key(row.child) and child.leaves_on is not None
    ]
    return min(days, default=date.max)


def _end_of(evidence: Evidence, row: Placement) -> date:
    """The first day on which a placement no longer counts."""
    return min(row.ended_on or date.max, _leaves_on(evidence, row))


def _saved_by_row(statement: Statement, row: Placement) -> Pence:
    moved_on, evidence = row.moved_on or date.max, statement.evidence
    last = min(statement.as_at, _end_of(evidence, row) - ONE_DAY)
    turns: dict[date, list[Any]] = {}
    for change in evidence.prices:
        if name_key(change.child) == name_key(row.child) and change.starts_on > moved_on:
            turns.setdefault(change.starts_on, []).append(change)
    home, family = row.residential_weekly or Fraction(0), row.family_weekly or Fraction(0)
    # How many days each weekly saving counted, so that the sum is of few exact numbers.
    days: dict[Fraction, int] = {}
    for day in _each_day(moved_on, last):
        for change in turns.get(day, ()):
            home = home if change.residential_weekly is None else change.residential_weekly
            family = family if change.family_weekly is None else change.family_weekly
        if day >= statement.terms.starts_on:
            days[home - family] = days.get(home - family, 0) + 1
    return to_pence(sum((price * count for price, count in days.items()), Fraction(0)) / 7)


def _each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _cost_of_each_row(statement: Statement) -> Iterator[Pence]:
    """What each agreed cost of a child that has moved comes to."""
    moved = {name_key(row.child) for row in _counting(statement.evidence)}
    for cost in statement.evidence.costs:
        if not cost.agreed or name_key(cost.child) not in moved:
            continue
        first = max(cost.starts_on, statement.terms.starts_on)
        last = min(cost.last_day or date.max, statement.as_at)
        days = sum(1 for _ in _each_day(first, last))
        once = statement.terms.starts_on <= cost.starts_on <= statement.as_at
        weekly = (cost.weekly or Fraction(0)) * days / _DAYS_IN_WEEK
        yield to_pence(weekly + ((cost.once or Fraction(0)) if once else 0))


def payable_again(statement: Statement) -> Pence:
    """What is payable to date: the statement's fee and bonus with all else counted again."""
    paid = 0
    carers, outcomes = _carer_fees(statement), outcome_fees_again(statement)
    reimbursed = reimbursed_again(statement)
    for month, households, children, back in zip(
        statement.months, carers, outcomes, reimbursed, strict=True
    ):
        owed = month.fee + households + children + month.bonus
        maximum: Fraction | None = _in_force(statement.terms, "contract_maximum", month.period.last)
        if maximum is not None and statement.terms.maximum_reading == "hard_stop":
            owed = min(owed, max(0, to_pence(maximum) - (paid - back)))
        paid += owed - back
    return paid


def _in_force(terms: ContractTerms, field_name: str, day: date) -> Any:
    """A term's value on a day: that of the last variation up to then."""
    value = getattr(terms, field_name)
    for one in sorted(terms.variations, key=lambda one: one.starts_on):
        if one.field_name == field_name and one.starts_on <= day:
            value = one.value
    return value


def _by_month(statement: Statement, due: list[tuple[date, Fraction]]) -> list[Pence]:
    """Amounts that fall due on days, added up and rounded month by month."""
    return [
        to_pence(
            sum(
                (amount for day, amount in due if month.period.first <= day <= month.period.last),
                Fraction(0),
            )
        )
        for month in statement.months
    ]


def _carer_fees(statement: Statement) -> list[Pence]:
    """The carer fees of each month, household by household from the rows of Carers."""
    terms, evidence = statement.terms, statement.evidence
    children = {name_key(row.child) for row in evidence.cohort or evidence.placements}
    approved: dict[str, date] = {}
    falls_due: dict[str, date] = {}
    for row in evidence.households:
        household, child = name_key(row.household), name_key(row.child)
        if row.approved_on is None:
            continue
        if terms.carer_fee_counts == "linked" and child not in children:
            continue
        approved[household] = min(approved.get(household, date.max), row.approved_on)
        day = row.approved_on
        if terms.carer_fee_due == "moved":
            moves = [
                one.moved_on
                for one in _counting(evidence)
                if child and name_key(one.child) == child and one.moved_on is not None
            ]
            day = max(day, min(moves, default=date.max))
        falls_due[household] = min(falls_due.get(household, date.max), day)
    return _by_month(
        statement,
        [
            (day, _in_force(terms, "carer_fee", day))
            for household, day in falls_due.items()
            if approved[household] >= terms.starts_on
        ],
    )


def outcome_fees_again(statement: Statement) -> list[Pence]:
    """The outcome fees of each month: days in a family counted one after the other."""
    terms, evidence = statement.terms, statement.evidence
    days_of: dict[str, list[list[date]]] = {}
    for row in sorted(_counting(evidence), key=lambda row: row.moved_on or date.max):
        last = min(_end_of(evidence, row) - ONE_DAY, terms.last_day)
        stay = list(_each_day(row.moved_on or date.max, last))
        stays = days_of.setdefault(name_key(row.child), [])
        if stays and terms.outcome_clock == "child":
            stays[0].extend(stay)
        else:
            stays.append(stay)
    due = []
    weeks_of = {name_key(rate.outcome): rate.weeks for rate in evidence.rates}
    for outcome, weeks in weeks_of.items():
        for stays in days_of.values():
            reached = [
                stay[weeks * _DAYS_IN_WEEK - 1]
                for stay in stays
                if len(stay) >= weeks * _DAYS_IN_WEEK
            ]
            for day in sorted(reached)[:1]:
                due += [
                    (day, rate.price)
                    for rate in evidence.rates
                    if name_key(rate.outcome) == outcome
                    and (rate.starts_on or date.min) <= day <= (rate.last_day or date.max)
                ]
    return _by_month(statement, due)


def reimbursed_again(statement: Statement) -> list[Pence]:
    """What is paid back in each month: the days left of each window counted."""
    terms = statement.terms
    found = [0] * len(statement.months)
    if terms.break_down_reimbursement == "none":
        return found
    used: dict[str, Pence] = {}
    before = 0
    broken = sorted(
        (row for row in _counting(statement.evidence) if _broke_down(statement, row)),
        key=lambda row: (row.ended_on, row.moved_on),
    )
    for index, month in enumerate(statement.months):
        owed = 0
        for row in broken:
            ended_on = row.ended_on or date.max
            if not month.period.first <= ended_on <= month.period.last:
                continue
            first, last = _window(terms, row.moved_on or date.max)
            if not first <= ended_on <= last:
                continue
            amount, child = _amount(terms, ended_on), name_key(row.child)
            share = Fraction(1)
            if terms.break_down_reimbursement == "straight_line":
                share = Fraction((last - ended_on).days + 1, (last - first).days + 1)
            back = min(to_pence(amount * share), max(0, to_pence(amount) - used.get(child, 0)))
            used[child] = used.get(child, 0) + back
            owed += back
        found[index] = min(owed, month.fee_to_date - before)
        before += found[index]
    return found


def _broke_down(statement: Statement, row: Placement) -> bool:
    return (
        row.ended_on is not None
        and row.ended_because == "broke down"
        and row.ended_on < _leaves_on(statement.evidence, row)
        and row.ended_on >= statement.terms.starts_on
    )


def _window(terms: ContractTerms, moved_on: date) -> tuple[date, date]:
    if terms.break_down_window == "phase":
        return terms.phase_starts_on or terms.starts_on, terms.ends_on
    try:
        return moved_on, last_day_of_term(moved_on, terms.break_down_months)
    except OverflowError:
        return moved_on, date.max


def _amount(terms: ContractTerms, day: date) -> Fraction:
    """What a break-down on a day is worth: as the terms say, or the fee shared by the cohort."""
    given: Fraction | None = _in_force(terms, "break_down_amount", day)
    if given is not None:
        return given
    fee: Fraction = _in_force(terms, "fee", day)
    if terms.vat_reading == "inclusive":
        fee = to_pounds(to_pence(fee / (1 + terms.vat_rate)))
    return fee / (terms.cohort_size or 1)


def carried_again(statement: Statement) -> Pence:
    """What was invoiced to date had every month been invoiced as the statement says.

    Each month that is not agreed makes good what the agreed ones left; so the sum comes from the
    rows of Agreed and what is payable.
    """
    invoiced = payable = 0
    for month in statement.months:
        payable += month.payable
        signed = [row for row in statement.evidence.signed if row.month == month.month]
        if not signed:
            invoiced = payable
            continue
        invoiced += to_pence(sum((row.payable for row in signed), Fraction(0)))
        invoiced += to_pence(sum((row.adjustment or Fraction(0) for row in signed), Fraction(0)))
    return invoiced
