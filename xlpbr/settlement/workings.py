"""How a month's figures came about: each a line with its clause and its working.

The amounts are those of the statement; the workings are the actual numbers, as a person would write
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xlpbr.contract.known_rules import LIFE_OPTIONS, LIFE_TERMS, known_rules
from xlpbr.contract.terms import ContractTerms, ReimbursementShape
from xlpbr.money import Pence, in_words, price_in_words, to_pence, to_pounds
from xlpbr.periods import (
    ONE_DAY,
    Period,
    complete_months,
    day_in_words,
    last_day_of_term,
    month_end,
    months_counted,
    months_to_reach,
)
from xlpbr.settlement import rules
from xlpbr.settlement.bonus import measured, threshold_and_rate
from xlpbr.settlement.break_downs import BreakDown
from xlpbr.settlement.carers import carer_fee_on
from xlpbr.settlement.counted import CountedPlacement, counted_costs, counted_placements
from xlpbr.settlement.fee import (
    earned_by_the_year,
    fee_without_vat,
    fees_that_held,
    share_of,
    without_vat,
)
from xlpbr.settlement.lines import SavingLine, lines_of_cost, lines_of_placement
from xlpbr.settlement.statement import FIGURES, Figure, MonthStatement, Statement

KNOWN = known_rules(*LIFE_TERMS, **LIFE_OPTIONS)
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
    unknown = ", ".join(KNOWN.unknown_in(statement.terms, statement.evidence))
    return [
        WorkingLine(
            clause_of(statement.terms, figure),
            figure,
            f"not explained here: {unknown}" if unknown else _WORKINGS[figure.field_name](month),
            getattr(month.now, figure.field_name),
        )
        for figure in FIGURES
        if figure.kind != "month"
    ]


def clause_of(terms: ContractTerms, figure: Figure) -> str:
    """The clause behind a figure, or the table that it comes from."""
    term = _CLAUSE_TERMS.get(figure.field_name)
    return terms.clause_of(term) if term else _CLAUSE_TABLES[figure.field_name]


_CLAUSE_TERMS: Mapping[str, str] = {
    "children": "Cohort size",
    "saving": "Savings reading",
    "saving_to_date": "Savings reading",
    "entitlement_to_date": "Fee",
    "fee": "Fee reading",
    "fee_to_date": "Fee reading",
    "carer_fees": "Carer fee",
    "bonus": "Bonus threshold",
    "reimbursed": "Break-down reimbursement",
    "held_back": "Contract maximum",
    "payable": "Contract maximum",
    "payable_to_date": "Contract maximum",
    "net_saving_to_date": "Savings reading",
}
"""The term whose clause stands behind each figure; the others come from a table."""

_CLAUSE_TABLES: Mapping[str, str] = {
    "outcome_fees": "Rates table",
    "adjustment": "Agreed table",
    "to_invoice": "Agreed table",
    "invoiced_to_date": "Claims table",
    "balance": "Claims table",
}


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
    terms, evidence = month.terms, month.statement.evidence
    parts: list[str] = []
    for placement in counted_placements(terms, evidence):
        parts.extend(_saving_of(placement, month.now.period))
    for cost in counted_costs(terms, evidence):
        parts.extend(map(_cost_in_words, lines_of_cost(cost, month.now.period)))
    if not parts:
        return "no agreed placement had days in the month"
    if len(parts) == 1:
        return parts[0]
    return f"{'; '.join(parts)}; together {in_words(month.now.saving)}"


def _saving_of(placement: CountedPlacement, period: Period) -> list[str]:
    """One placement's saving: the days of the month, or running totals where the penny needs it."""
    lines = list(lines_of_placement(placement, period))
    child = placement.placement.child
    exact = all(rules.saving_to_date(line.weekly, line.day_count) == line.amount for line in lines)
    if exact or len(placement.spans) > 1:
        return [f"{child}: {_days_in_words(line, len(lines) > 1)}" for line in lines]
    (line,) = lines
    ended_on = placement.placement.ended_on
    so_far = rules.days_in_placement(placement.counts_from, ended_on, line.days.last)
    before = so_far - line.day_count
    total, less = (rules.saving_to_date(line.weekly, days) for days in (so_far, before))
    return [
        f"{child}: {price_in_words(line.weekly)} / 7 x {so_far} days so far = {in_words(total)},"
        f" less {in_words(less)} for the {before} before = {in_words(line.amount)}"
    ]


def _days_in_words(line: SavingLine, with_its_day: bool) -> str:
    """A weekly saving times its days; where prices change, from when it holds."""
    days = "day" if line.day_count == 1 else "days"
    since = f" from {day_in_words(line.days.first)}" if with_its_day else ""
    rounded = rules.saving_to_date(line.weekly, line.day_count) == line.amount
    penny = "" if rounded else ", with the penny of the row's running total"
    return (
        f"{price_in_words(line.weekly)} / 7 x {line.day_count} {days}{since}"
        f" = {in_words(line.amount)}{penny}"
    )


def _cost_in_words(line: SavingLine) -> str:
    """A further cost of a move, as what it takes off the saving."""
    if not line.day_count:
        return (
            f"{line.child}, {line.what}, once on {day_in_words(line.days.first)}:"
            f" {in_words(line.amount)}"
        )
    once = -to_pounds(line.amount) + line.weekly * line.day_count / rules.DAYS_IN_WEEK
    added = f" and {in_words(-to_pence(once))} once" if abs(once) >= 1 else ""
    days = "day" if line.day_count == 1 else "days"
    return (
        f"{line.child}, {line.what}: {price_in_words(line.weekly)} / 7 x {line.day_count} {days}"
        f"{added} = {in_words(line.amount)}"
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
    ahead = terms.fee_reading == "up_to_cap"
    until = day
    if ahead and (terms.fee_period == "annual" or terms.unused_fee == "lapses"):
        until = earned_by_the_year(terms, day)
    elif ahead:
        in_force = without_vat(terms, terms.in_force("fee", day))
        return f"{in_words(to_pence(in_force))}: the whole fee, from the first month"
    if terms.varied("fee"):
        return f"{_varied_fee(terms, fee, until)} = {earned}"
    if terms.fee_period == "annual":
        return f"{amount} a year x {_years(terms.starts_on, until)} = {earned}"
    return f"{amount} x {_share(terms, until)} = {earned}"


def _varied_fee(terms: ContractTerms, fee: Fraction, until: date) -> str:
    """Each fee with the share of the schedule over the days that it holds."""
    parts = []
    for amount, before, last in fees_that_held(terms, fee):
        if before >= until or last < terms.starts_on:
            continue
        a_year = " a year" if terms.fee_period == "annual" else ""
        share = _share_at(terms, min(last, until))
        if before >= terms.starts_on:
            share = f"({share} less {_share_at(terms, before)})"
            a_year += f" from {day_in_words(before + ONE_DAY)}"
        parts.append(f"{in_words(to_pence(amount))}{a_year} x {share}")
    return " + ".join(parts)


def _share_at(terms: ContractTerms, day: date) -> str:
    if terms.fee_period == "annual":
        return _years(terms.starts_on, min(day, terms.ends_on))
    return _share(terms, day)


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
        drawn_from = share_of(terms, now.saving_to_date) - fees_before
        saving = (
            f"saving to date {_shared(terms, now.saving_to_date)} less fee before"
            f" {in_words(fees_before)} = {in_words(drawn_from)}"
        )
    else:
        drawn_from = share_of(terms, now.saving)
        saving = f"saving of the month {_shared(terms, now.saving)}"
    less = (
        f"entitlement before {in_words(month.to_date_before('entitlement_to_date'))}"
        if terms.fee_reading == "no_catch_up"
        else f"fee before {in_words(fees_before)}"
    )
    lost = now.entitlement_to_date - fees_before - now.ceiling
    if lost and terms.unused_fee == "lapses" and terms.fee_reading != "no_catch_up":
        less = f"{less} less {in_words(lost)} that lapsed on 31 March"
    limit = (
        f"entitlement to date {in_words(now.entitlement_to_date)} less {less}"
        f" = {in_words(now.ceiling)}"
    )
    floor = "below £0.00, so " if min(drawn_from, now.ceiling) < 0 else ""
    return f"the lower of {saving} and {limit}: {floor}{in_words(now.fee)}"


def _shared(terms: ContractTerms, saving: Pence) -> str:
    """A saving, and the share of it that the fee may take where that is not all."""
    if terms.fee_share == 1:
        return in_words(saving)
    share = in_words(share_of(terms, saving))
    return f"{in_words(saving)} x {_plain(terms.fee_share * 100)}% = {share}"


def _carer_fees(month: _Month) -> str:
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


def _outcome_fees(month: _Month) -> str:
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


def _reimbursed(month: _Month) -> str:
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


def _bonus(month: _Month) -> str:
    terms, measures = month.terms, month.now.bonus_measures
    needed, share = threshold_and_rate(terms)
    if needed is None or share is None:
        return "the contract has no bonus"
    if measures is None:
        return f"measured once, on {day_in_words(terms.bonus_day)}"
    saving = in_words(measured(terms, measures))
    threshold = in_words(to_pence(needed))
    rate = f"{_plain(share * 100)}%"
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


def _held_back(month: _Month) -> str:
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


def _payable(month: _Month) -> str:
    return f"{_owed(month.now)}; less held back {in_words(month.now.held_back)}"


def _invoiced(month: _Month) -> str:
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


def _less(first: str, second: str) -> Callable[[_Month], str]:
    def working(month: _Month) -> str:
        left, right = getattr(month.now, first), getattr(month.now, second)
        return f"{in_words(left)} - {in_words(right)} = {in_words(left - right)}"

    return working


def _adjustment(month: _Month) -> str:
    before = month.before
    if before is None or not month.now.adjustment:
        return "nothing is carried from earlier months"
    return (
        f"month before: payable {in_words(before.payable)} + adjustment"
        f" {in_words(before.adjustment)} - to invoice {in_words(before.to_invoice)}"
        f" = {in_words(month.now.adjustment)}"
    )


def _to_invoice(month: _Month) -> str:
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


def _balance(month: _Month) -> str:
    balance = month.now.balance
    meaning = "agreed"
    if balance:
        meaning = "still to invoice" if balance > 0 else "to be reimbursed"
    last = month.now.period.last
    if last < min(month_end(last), month.terms.last_day):
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
    "outcome_fees": _outcome_fees,
    "bonus": _bonus,
    "reimbursed": _reimbursed,
    "held_back": _held_back,
    "payable": _payable,
    "payable_to_date": _to_date("payable", "payable_to_date"),
    "adjustment": _adjustment,
    "to_invoice": _to_invoice,
    "invoiced_to_date": _invoiced,
    "balance": _balance,
    "net_saving_to_date": _less("saving_to_date", "payable_to_date"),
}
