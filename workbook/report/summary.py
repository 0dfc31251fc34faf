"""The Summary: each figure of the position beside what it means, built from what may be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, in_words, to_pence
from xlpbr.periods import day_in_words, month_in_words
from xlpbr.settlement import workings
from xlpbr.settlement.bonus import has_bonus, threshold_and_rate
from xlpbr.settlement.fee import without_vat
from xlpbr.settlement.statement import FIGURE_BY_HEADING
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.in_full import rows_in_full
from xlpbr.workbook.report.life import break_downs_in_words, life_rows, outcomes_in_words
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Of, Value
from xlpbr.workbook.report.readings import reading_rows_of_summary

ILLUSTRATION = "ILLUSTRATION: made from sample rows, not from real children"
"""What a report says that is made of sample rows."""

_YEARLY = "the yearly saving of the placements in place"


def measure_in_words(terms: ContractTerms) -> str:
    """What the bonus is measured by, in a sentence; an option without words of its own by name."""
    to_date = "the saving to date"
    if terms.bonus_savings == "phase" and terms.phase_starts_on is not None:
        to_date = f"the saving from {day_in_full(terms.phase_starts_on)}"
    words = {
        "run_rate": _YEARLY,
        "accumulated": to_date,
        "lower": f"the lower of {_YEARLY} and {to_date}",
    }
    return words.get(terms.bonus_measure, f'the measure "{terms.bonus_measure}"')


def day_in_full(day: date) -> str:
    """A date in running text: ``31 October 2026``."""
    return f"{day.day} {day:%B %Y}"


def first_to_last(first: date, last: date) -> str:
    """A month, or the first and the last of several."""
    if first == last:
        return month_in_words(first)
    return f"{month_in_words(first)} to {month_in_words(last)}"


def counted(number: int | None, one: str, many: str) -> str:
    """A number with its noun: ``1 child``, ``12 children``, ``no child``, ``[c] children``."""
    if number is None:
        return f"{SUPPRESSED} {many}"
    if number == 0:
        return f"no {one}"
    return f"{number} {one if number == 1 else many}"


def pounds_in_words(pence: Pence | None) -> str:
    """An amount in running text; ``[c]`` where it is suppressed."""
    return SUPPRESSED if pence is None else in_words(pence)


def notices(report: Report) -> list[str]:
    """What a reader must know before any figure, at the head of the Summary."""
    found = [ILLUSTRATION] if report.is_illustration else []
    if report.looks_ahead:
        found.append(
            f"This report looks ahead. Figures after {day_in_full(report.prepared_on)} assume that"
            " the placements in place stay as they are and that nothing else happens."
        )
    if report.is_cut:
        last = report.last_shown.statement.as_at
        found.append(
            f"The last month for which figures may be shown is {last:%B %Y}: since then too little"
            " has changed for the figures to protect single children."
        )
    elif report.statement.months and report.last_shown.last_month is None:
        found.append(
            "There is no month yet for which figures may be shown: too little has happened for"
            " them to protect single children."
        )
    return found


def nothing_yet(report: Report) -> str:
    """Why there is no figure; empty where there is a month to settle."""
    if report.statement.months:
        return ""
    if report.day < report.terms.starts_on:
        return (
            f"The programme starts on {day_in_full(report.terms.starts_on)}, after the day of"
            " this report. There is no month to settle yet."
        )
    return (
        "The first month of the programme is not over yet. The public version shows only months"
        " that are over."
    )


def summary_rows(report: Report) -> list[list[Value]]:
    """The position, a row for each figure: measure, value, in words, clause.

    Figures to date stand at the end of the last month for which they may be shown.
    """
    if missing := nothing_yet(report):
        return [["Months settled", Of("count", 0), missing, NOT_APPLICABLE]]
    position = report.position
    return [
        *_position_rows(position),
        *rows_in_full(position),
        *_clause_rows(position),
        *reading_rows_of_summary(position),
        *life_rows(position),
    ]


def _position_rows(report: Report) -> Iterator[list[Value]]:
    """What was saved, what is payable and invoiced, and what the council keeps."""
    figure = _Latest.of(report)
    children, saving, payable, net = _position(report)
    day = day_in_words(report.statement.as_at)
    yield figure.row("children", f"Children in families on {day}", children)
    yield figure.row("saving_to_date", f"Saving to {day}", saving)
    yield figure.row("payable_to_date", f"Payable to {day}", payable)
    yield figure.row("invoiced_to_date", f"Invoiced to {day}", "Claims for months up to that day.")
    yield figure.row("balance", f"Payable less invoiced on {day}", _balance(report))
    yield figure.row("net_saving_to_date", f"Net saving to {day}", net)


def _balance(report: Report) -> str:
    balance = report.shown.latest("balance")
    if not balance:
        return "Nothing is left to invoice." if balance == 0 else "What is left to invoice."
    return "Still to invoice." if balance > 0 else "Below £0: to be reimbursed or credited."


def _clause_rows(report: Report) -> Iterator[list[Value]]:
    """What each clause of the contract comes to."""
    figure, terms, evidence = _Latest.of(report), report.terms, report.evidence
    day = day_in_words(report.statement.as_at)
    yield figure.row(
        "entitlement_to_date", f"Fee entitlement to {day}",
        FIGURE_BY_HEADING["Fee entitlement to date"].meaning,
    )  # fmt: skip
    yield figure.row("fee_to_date", f"Fee to {day}", _fee(report))
    yield figure.total(
        "carer_fees", f"Carer fees to {day}",
        "For all carer households that have fallen due so far.",
    )  # fmt: skip
    if evidence.rates:
        yield figure.total("outcome_fees", f"Outcome fees to {day}", outcomes_in_words(report))
    bonus, run_rate = _bonus(report)
    yield figure.total("bonus", "Bonus", bonus)
    if has_bonus(terms):
        yield [
            f"Run rate on {day}", Of("money", report.shown.run_rate), run_rate,
            report.text(terms.clause_of("Bonus measure")),
        ]  # fmt: skip
    yield figure.total("reimbursed", f"Paid back to {day}", break_downs_in_words(report))
    yield figure.total("held_back", f"Held back to {day}", _maximum(report))


@dataclass(frozen=True, slots=True)
class _Latest:
    """The figures of the last month, each with its clause."""

    report: Report
    lines: Mapping[str, workings.WorkingLine]

    @classmethod
    def of(cls, report: Report) -> _Latest:
        months = report.statement.months
        lines = workings.explain(report.statement, len(months) - 1)
        return cls(report, {line.figure.field_name: line for line in lines})

    def row(self, field_name: str, measure: str, words: str) -> list[Value]:
        """A figure as it stands in the last month."""
        line = self.lines[field_name]
        value = Of(line.figure.kind, self.report.shown.latest(field_name))
        return [measure, value, words, self.report.text(line.clause)]

    def total(self, field_name: str, measure: str, words: str) -> list[Value]:
        """A figure of single months, added up."""
        value = Of("money", self.report.shown.total(field_name))
        return [measure, value, words, self.report.text(self.lines[field_name].clause)]


def _say(report: Report, so_far: str, to_come: str) -> str:
    """The one wording for a day that has passed, the other for one that is still to come."""
    return to_come if report.looks_ahead else so_far


def _position(report: Report) -> Iterator[str]:
    """The children, the saving, what is payable and what the council keeps, a sentence each."""
    shown, day = report.shown, day_in_full(report.statement.as_at)
    children = shown.latest("children")
    verb = _say(report, "was" if children in (0, 1) else "were", "will be")
    cohort = report.cohort_size
    of_cohort = f" (of the {cohort} agreed)" if cohort and children is not None else ""
    yield (
        f"By {day}, {counted(children, 'child', 'children')} {verb} living in families{of_cohort}."
    )
    yield _saved(report, shown.latest("saving_to_date"))
    yield _payable_in_words(report)
    net = shown.latest("net_saving_to_date")
    if net is None:
        yield f"What the council keeps after paying is {SUPPRESSED}."
    elif net < 0:
        costs = _say(report, "So far the contract costs", "By then the contract will have cost")
        yield f"{costs} {in_words(-net)} more than it {_say(report, 'has', 'will have')} saved."
    else:
        keeps = _say(report, "keeps", "would keep")
        saved = _say(report, "was saved", "will have been saved")
        yield f"After paying that, the council {keeps} {in_words(net)} of what {saved}."


def _saved(report: Report, saving: Pence | None) -> str:
    if saving is None or saving > 0:
        return f"The council {_say(report, 'saved', 'will have saved')} {pounds_in_words(saving)}."
    if saving == 0:
        return f"The council {_say(report, 'has saved nothing yet', 'will have saved nothing')}."
    cost = _say(report, "So far the placements cost", "By then the placements will have cost")
    return f"{cost} {in_words(-saving)} more than the residential homes did."


def _payable_in_words(report: Report) -> str:
    """What is payable in all, and what of it has been invoiced."""
    payable, balance = (report.shown.latest(name) for name in ("payable_to_date", "balance"))
    verb, remains = _say(report, "is", "will be"), _say(report, "is still", "will remain")
    start = (
        f"Nothing {verb} payable"
        if payable == 0
        else f"{pounds_in_words(payable)} {verb} payable in all"
    )
    if report.source.rows["Claims"] is None:
        return f"{start}. No invoices were given."
    if balance is None or payable is None:
        return f"{start}; what has been invoiced is {SUPPRESSED}."
    invoiced = payable - balance
    if balance < 0:
        return (
            f"{start}: {in_words(invoiced)} has been invoiced, {in_words(-balance)} too much,"
            " which is to be reimbursed."
        )
    if payable == 0:
        return f"{start}, and nothing has been invoiced."
    if balance == 0:
        return f"{start}, and all of it has been invoiced."
    if invoiced == 0:
        return f"{start}; none of it has been invoiced yet."
    return (
        f"{start}: {in_words(invoiced)} has been invoiced, {in_words(balance)} {remains} to be"
        " invoiced."
    )


def _fee(report: Report) -> str:
    terms, last = report.terms, report.statement.months[-1]
    # Where the fee varies, the one in force on the day; what it was is said elsewhere.
    whole = to_pence(without_vat(terms, terms.in_force("fee", report.statement.as_at)))
    if not whole and not last.entitlement_to_date:
        return "The contract has no fixed fee."
    name = "yearly fee" if terms.fee_period == "annual" else "fee"
    net = " without VAT" if terms.vat_reading == "inclusive" else ""
    amount = f"{name} of {in_words(whole)}{net}"
    fee = report.shown.latest("fee_to_date")
    is_earned = _say(report, "is earned", "will have been earned")
    covered = _say(report, "is covered by savings and", "will be covered by savings and")
    if (
        terms.fee_period == "programme"
        and last.entitlement_to_date == whole
        and not terms.varied("fee")
    ):
        earned = f"The {amount} {is_earned} in full"
    else:
        earned = f"Of the {amount}, {in_words(last.entitlement_to_date)} {is_earned} by time"
    if fee is None:
        return f"{earned}; {SUPPRESSED} of it {covered} payable."
    if fee == last.entitlement_to_date:
        return f"{earned}, and all of it {covered} payable."
    cover = _say(report, "cover only", "will cover only")
    is_payable = _say(report, "is", "will be")
    return f"{earned}, but savings {cover} {in_words(fee)} of it, which {is_payable} payable."


def _bonus(report: Report) -> tuple[str, str]:
    """What is to be said of the bonus, and of the run rate beside it."""
    terms, shown = report.terms, report.shown
    needed, _ = threshold_and_rate(terms)
    if needed is None or not has_bonus(terms):
        return "The contract has no bonus.", ""
    threshold, day = to_pence(needed), day_in_full(terms.bonus_day)
    run_rate = _run_rate(report, threshold)
    measured = [
        index
        for index, month in enumerate(report.statement.months)
        if month.bonus_measures is not None
    ]
    if measured:
        return _measured_bonus(report, shown.figures[measured[0]]["bonus"], threshold), run_rate
    if terms.bonus_day > terms.last_day:
        return (
            f"There is no bonus: it would have been measured on {day}, and the contract was ended"
            " before that day.",
            run_rate,
        )
    return (
        f"The bonus is measured once, on {day}, by {measure_in_words(terms)};"
        f" the threshold is {in_words(threshold)}.",
        run_rate,
    )


def _measured_bonus(report: Report, bonus: Pence | None, threshold: Pence) -> str:
    terms = report.terms
    measured, is_due = _say(report, "measured", "to be measured"), _say(report, "is", "would be")
    on_day = f"{measured} on {day_in_full(terms.bonus_day)}"
    if bonus is None:
        return f"The bonus, {on_day}, is {SUPPRESSED}."
    what = f"{on_day}, {measure_in_words(terms)}"
    of_threshold = f"the threshold of {in_words(threshold)}"
    if bonus == 0:
        passes = _say(report, "does not pass", "would not pass")
        return f"No bonus {is_due} due: {what} {passes} {of_threshold}."
    passes = _say(report, "passes", "would pass")
    return f"A bonus of {in_words(bonus)} {is_due} due: {what} {passes} {of_threshold}."


def _run_rate(report: Report, threshold: Pence) -> str:
    rate, day = report.shown.run_rate, day_in_full(report.statement.as_at)
    whose = "foster placements" if report.terms.bonus_counts == "foster" else "placements"
    save = _say(report, "save", "would save")
    start = f"The {whose} in place on {day} {save} {pounds_in_words(rate)} a year"
    # Beside another measure, or after the day, it would contradict the bonus.
    decides = report.terms.bonus_measure == "run_rate"
    if rate is None or not decides or report.statement.as_at > report.terms.bonus_day:
        return f"{start}."
    distance = rate - threshold
    if distance == 0:
        return f"{start}, exactly the threshold."
    side = "above" if distance > 0 else "below"
    return f"{start}, {in_words(abs(distance))} {side} the threshold."


def _maximum(report: Report) -> str:
    terms, shown = report.terms, report.shown
    in_force = terms.in_force("contract_maximum", report.statement.as_at)
    if in_force is None:
        return "No contract maximum is stated."
    maximum = to_pence(in_force)
    name = f"The contract maximum of {in_words(maximum)}"
    payable, held_back = shown.latest("payable_to_date"), shown.total("held_back")
    is_so = _say(report, "is", "would be")
    if payable is None or held_back is None:
        return f"{name} leaves {SUPPRESSED} to be paid."
    if held_back:
        return f"{name} {is_so} reached: {in_words(held_back)} {is_so} held back."
    if payable > maximum:
        return (
            f"{name} {is_so} passed by {in_words(payable - maximum)}; nothing is held back, as the"
            " maximum is read as a warning."
        )
    holds = _say(report, "holds", "would hold")
    return f"{name} {holds} nothing back; {in_words(maximum - payable)} of it {is_so} left."
