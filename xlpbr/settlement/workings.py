"""How a month's figures came about: each a line with its clause and its working.

The amounts are those of the statement; the workings are the actual numbers, as a person would write
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr.contract.known_rules import known_rules
from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, in_words, price_in_words, to_pence
from xlpbr.periods import (
    Period,
    complete_months,
    day_in_words,
    financial_year_end,
    last_day_of_term,
    month_end,
    months_counted,
    months_to_reach,
)
from xlpbr.settlement import rules
from xlpbr.settlement.statement import (
    FIGURES,
    Figure,
    MonthStatement,
    Statement,
    counted_from,
    fee_without_vat,
    measured,
)

KNOWN = known_rules()
"""What the lines below can put into words."""


@dataclass(frozen=True, slots=True)
class WorkingLine:
    """One figure of a month: the clause behind it, its heading, the working and the amount."""

    clause: str
    figure: Figure
    working: str
    amount: int


@dataclass(frozen=True, slots=True)
class _Month:
    statement: Statement
    now: MonthStatement
    before: MonthStatement | None

    @property
    def terms(self) -> ContractTerms:
        return self.statement.terms

    def to_date_before(self, field_name: str) -> Pence:
        return getattr(self.before, field_name) if self.before else 0


def explain(statement: Statement, index: int) -> list[WorkingLine]:
    """The lines of one month, in the order of the statement's columns.

    Where the terms hold what these lines do not know, each says so instead of how it came about.

    Args:
        statement: a settled contract.
        index: which of its months, counted from 0.
    """
    month = _Month(
        statement, statement.months[index], statement.months[index - 1] if index else None
    )
    unknown = ", ".join(KNOWN.unknown_in(statement.terms))
    return [
        WorkingLine(
            _clause(statement.terms, figure),
            figure,
            f"not explained here: {unknown}" if unknown else _WORKINGS[figure.field_name](month),
            getattr(month.now, figure.field_name),
        )
        for figure in FIGURES
        if figure.kind != "month"
    ]


def _clause(terms: ContractTerms, figure: Figure) -> str:
    term = _CLAUSE_TERMS.get(figure.field_name)
    return terms.clause_of(term) if term else "Claims table"


_CLAUSE_TERMS: Mapping[str, str] = {
    "children": "Cohort size",
    "saving": "Savings reading",
    "saving_to_date": "Savings reading",
    "entitlement_to_date": "Fee",
    "fee": "Fee reading",
    "fee_to_date": "Fee reading",
    "carer_fees": "Carer fee",
    "bonus": "Bonus threshold",
    "held_back": "Contract maximum",
    "payable": "Contract maximum",
    "payable_to_date": "Contract maximum",
    "net_saving_to_date": "Savings reading",
}
"""The term whose clause stands behind each figure; what is invoiced comes from the claims."""


def _plain(value: Fraction) -> str:
    """A count or share as a person writes it, to four places where it does not end."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def _children(month: _Month) -> str:
    last = month.now.period.last
    names = sorted(
        placement.child
        for placement in month.statement.evidence.agreed
        if rules.in_place(placement.moved_on, placement.ended_on, last)
    )
    if not names:
        return f"no agreed placement in place at the end of {day_in_words(last)}"
    return f"in place at the end of {day_in_words(last)}: {', '.join(names)}"


def _saving(month: _Month) -> str:
    parts = []
    for placement in month.statement.evidence.agreed:
        if placement.moved_on is None:
            continue
        start = counted_from(month.terms, placement)
        so_far = rules.days_in_placement(start, placement.ended_on, month.now.period.last)
        before = 0
        if month.before is not None:
            last = month.before.period.last
            before = rules.days_in_placement(start, placement.ended_on, last)
        if so_far > before:
            parts.append(
                f"{placement.child}: {_saving_of(placement.weekly_saving, so_far, before)}"
            )
    if not parts:
        return "no agreed placement had days in the month"
    if len(parts) == 1:
        return parts[0]
    return f"{'; '.join(parts)}; together {in_words(month.now.saving)}"


def _saving_of(weekly: Fraction, so_far: int, before: int) -> str:
    """One child's saving: the days of the month, or two running totals where the penny needs it."""
    days = so_far - before
    total, less = rules.saving_to_date(weekly, so_far), rules.saving_to_date(weekly, before)
    saved = in_words(total - less)
    if rules.saving_to_date(weekly, days) == total - less:
        return f"{price_in_words(weekly)} / 7 x {days} {'day' if days == 1 else 'days'} = {saved}"
    return (
        f"{price_in_words(weekly)} / 7 x {so_far} days so far = {in_words(total)},"
        f" less {in_words(less)} for the {before} before = {saved}"
    )


def _to_date(part: str, total: str) -> Callable[[_Month], str]:
    def working(month: _Month) -> str:
        before, now = month.to_date_before(total), getattr(month.now, part)
        after = getattr(month.now, total)
        return f"{in_words(before)} before + {in_words(now)} this month = {in_words(after)}"

    return working


def _entitlement(month: _Month) -> str:
    terms, day = month.terms, month.now.period.last
    fee = fee_without_vat(terms)
    amount = in_words(to_pence(fee))
    if terms.vat_reading == "inclusive":
        amount = f"{amount} (the fee of {in_words(to_pence(terms.fee))} without VAT)"
    earned = in_words(month.now.entitlement_to_date)
    if terms.fee_period == "annual":
        until = day
        if terms.fee_reading == "up_to_cap":
            until = min(terms.ends_on, financial_year_end(day))
        return f"{amount} a year x {_years(terms.starts_on, until)} = {earned}"
    if terms.fee_reading == "up_to_cap":
        return f"{amount}: the whole fee, from the first month"
    return f"{amount} x {_share(terms, day)} = {earned}"


def _years(starts_on: date, day: date) -> str:
    """The years earned at a day, as ``(1 year + 7 of 12 months) to 31 Mar 2027``."""
    complete, begun_on = rules.year_begun(starts_on, day)
    so_far = months_counted(Period(begun_on, day))
    term = months_counted(Period(begun_on, last_day_of_term(begun_on, rules.MONTHS_IN_YEAR)))
    begun = f"{_plain(min(so_far, term))} of {_plain(term)} months"
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
    return f"{_plain(months_counted(so_far))} of {_plain(months_counted(term))} months"


def _fee(month: _Month) -> str:
    terms, now = month.terms, month.now
    fees_before = month.to_date_before("fee_to_date")
    if terms.savings_reading == "cumulative":
        drawn_from = now.saving_to_date - fees_before
        saving = (
            f"saving to date {in_words(now.saving_to_date)} less fee before"
            f" {in_words(fees_before)} = {in_words(drawn_from)}"
        )
    else:
        drawn_from = now.saving
        saving = f"saving of the month {in_words(drawn_from)}"
    less = (
        f"entitlement before {in_words(month.to_date_before('entitlement_to_date'))}"
        if terms.fee_reading == "no_catch_up"
        else f"fee before {in_words(fees_before)}"
    )
    limit = (
        f"entitlement to date {in_words(now.entitlement_to_date)} less {less}"
        f" = {in_words(now.ceiling)}"
    )
    floor = "below £0.00, so " if min(drawn_from, now.ceiling) < 0 else ""
    return f"the lower of {saving} and {limit}: {floor}{in_words(now.fee)}"


def _carer_fees(month: _Month) -> str:
    count, price = month.now.households, in_words(to_pence(month.terms.carer_fee))
    if not count:
        return "no household of the cohort first approved in the month"
    unit = "household" if count == 1 else "households"
    return f"{count} {unit} x {price} = {in_words(month.now.carer_fees)}"


def _bonus(month: _Month) -> str:
    terms, measures = month.terms, month.now.bonus_measures
    if terms.bonus_threshold is None or terms.bonus_rate is None:
        return "the contract has no bonus"
    if measures is None:
        return f"measured once, on {day_in_words(terms.ends_on)}"
    saving = in_words(measured(terms, measures))
    threshold = in_words(to_pence(terms.bonus_threshold))
    rate = f"{_plain(terms.bonus_rate * 100)}%"
    name = {
        "run_rate": f"run rate {saving}",
        "accumulated": f"saving to date {saving}",
        "lower": (
            f"the lower of run rate {in_words(measures.run_rate)} and saving to date"
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
    owed = now.fee + now.carer_fees + now.bonus
    return (
        f"fee {in_words(now.fee)} + carer fees {in_words(now.carer_fees)}"
        f" + bonus {in_words(now.bonus)} = {in_words(owed)}"
    )


def _held_back(month: _Month) -> str:
    terms = month.terms
    if terms.contract_maximum is None:
        return "the contract has no maximum"
    maximum = to_pence(terms.contract_maximum)
    if terms.maximum_reading == "warn":
        return f"nothing is held back at the maximum of {in_words(maximum)}"
    paid = month.to_date_before("payable_to_date")
    headroom = (
        f"headroom {in_words(maximum)} less payable before {in_words(paid)}"
        f" = {in_words(maximum - paid)}"
    )
    return f"{_owed(month.now)}; {headroom}; above it {in_words(month.now.held_back)}"


def _payable(month: _Month) -> str:
    return f"{_owed(month.now)}; less held back {in_words(month.now.held_back)}"


def _invoiced(month: _Month) -> str:
    last, claims = month.now.month, month.statement.evidence.claims
    if month.now.period.last == month.terms.ends_on:
        return f"{_claims(len(claims))}: all of them, because the programme ends"
    return (
        f"{_claims(sum(claim.month <= last for claim in claims))} for this month or an earlier one"
    )


def _claims(count: int) -> str:
    return f"{count} {'claim' if count == 1 else 'claims'}"


def _less(first: str, second: str) -> Callable[[_Month], str]:
    def working(month: _Month) -> str:
        left, right = getattr(month.now, first), getattr(month.now, second)
        return f"{in_words(left)} - {in_words(right)} = {in_words(left - right)}"

    return working


def _balance(month: _Month) -> str:
    balance = month.now.balance
    meaning = "agreed"
    if balance:
        meaning = "still to invoice" if balance > 0 else "to be reimbursed"
    last = month.now.period.last
    if last < min(month_end(last), month.terms.ends_on):
        meaning = f"{meaning} so far; claims are for the whole month, which is not over"
    return f"{_less('payable_to_date', 'invoiced_to_date')(month)}: {meaning}"


_WORKINGS: Mapping[str, Callable[[_Month], str]] = {
    "children": _children,
    "saving": _saving,
    "saving_to_date": _to_date("saving", "saving_to_date"),
    "entitlement_to_date": _entitlement,
    "fee": _fee,
    "fee_to_date": _to_date("fee", "fee_to_date"),
    "carer_fees": _carer_fees,
    "bonus": _bonus,
    "held_back": _held_back,
    "payable": _payable,
    "payable_to_date": _to_date("payable", "payable_to_date"),
    "invoiced_to_date": _invoiced,
    "balance": _balance,
    "net_saving_to_date": _less("saving_to_date", "payable_to_date"),
}
