"""The Summary's sentences and key figures, built from what may be shown.

Imports ``money``, ``periods``, ``readings``, ``statement``, ``workings`` and ``report_facts``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xlpbr import readings, workings
from xlpbr.money import Pence, in_words, to_pence
from xlpbr.statement import fee_without_vat
from xlpbr.workbook.report_facts import Report
from xlpbr.workbook.report_page import SUPPRESSED, Of, Value

MEASURE_WORDS = {
    "run_rate": "the yearly saving of the placements in place",
    "accumulated": "the saving to date",
    "lower": "the lower of the yearly saving of the placements in place and the saving to date",
}
"""What each measure of the bonus is, in a sentence."""


def day_in_full(day: date) -> str:
    """A date in running text: ``31 October 2026``."""
    return f"{day.day} {day:%B %Y}"


def counted(number: int | None, one: str, many: str) -> str:
    """A number with its noun: ``1 child``, ``12 children``, ``no child``, ``[c] children``."""
    if number is None:
        return f"{SUPPRESSED} {many}"
    if number == 0:
        return f"no {one}"
    return f"{number} {one if number == 1 else many}"


def pounds(pence: Pence | None) -> str:
    """An amount in running text; ``[c]`` where it is suppressed."""
    return SUPPRESSED if pence is None else in_words(pence)


def sentences(report: Report) -> list[str]:
    """The position in sentences, one a line."""
    if not report.statement.months:
        return [
            f"The programme starts on {day_in_full(report.terms.starts_on)}, after the day of"
            " this report. There is no month to settle yet."
        ]
    return [
        *_position(report),
        _fee(report),
        *_bonus(report),
        _maximum(report),
        *_readings(report),
    ]


def _position(report: Report) -> Iterator[str]:
    shown, day = report.shown, day_in_full(report.statement.as_at)
    children = shown.latest("children")
    verb = "was" if children in (0, 1) else "were"
    cohort = report.cohort_size
    of_cohort = f" (of the {cohort} agreed)" if cohort and children is not None else ""
    yield (
        f"By {day}, {counted(children, 'child', 'children')} {verb} living in families{of_cohort}."
    )
    yield f"{_saved(shown.latest('saving_to_date'))} {_owes(report)}"
    net = shown.latest("net_saving_to_date")
    if net is None:
        yield f"What the council keeps after paying is {SUPPRESSED}."
    elif net < 0:
        yield f"So far the contract costs {in_words(-net)} more than it has saved."
    else:
        yield f"After paying that, the council keeps {in_words(net)} of what was saved."


def _saved(saving: Pence | None) -> str:
    if saving is None or saving > 0:
        return f"The council saved {pounds(saving)} and"
    if saving == 0:
        return "The council has saved nothing yet and"
    return (
        f"So far the placements cost {in_words(-saving)} more than the residential homes did."
        " The council"
    )


def _owes(report: Report) -> str:
    payable, balance = (report.shown.latest(name) for name in ("payable_to_date", "balance"))
    if payable == 0 and balance == 0:
        return "owes nothing."
    owed = "owes nothing" if payable == 0 else f"owes {pounds(payable)}"
    if report.source.claims is None:
        return f"{owed}. No invoices were given."
    if balance is None and payable == 0:
        return f"{owed}. What was invoiced is {SUPPRESSED}."
    if balance is None:
        return f"{owed}, of which {SUPPRESSED} is still to be invoiced or to be paid back."
    if balance == 0:
        return f"{owed}, all of which is invoiced."
    if balance < 0:
        return f"{owed}; {in_words(-balance)} too much was invoiced and is to be reimbursed."
    if balance == payable:
        return f"{owed}, none of which is invoiced yet."
    return f"{owed}, of which {in_words(balance)} is still to be invoiced."


def _fee(report: Report) -> str:
    terms, last = report.terms, report.statement.months[-1]
    whole = to_pence(fee_without_vat(terms))
    if not whole:
        return "The contract has no fixed fee."
    name = "yearly fee" if terms.fee_period == "annual" else "fee"
    without_vat = " without VAT" if terms.vat_reading == "inclusive" else ""
    amount = f"{name} of {in_words(whole)}{without_vat}"
    fee = report.shown.latest("fee_to_date")
    if terms.fee_period == "programme" and last.entitlement_to_date == whole:
        earned = f"The {amount} is earned in full"
    else:
        earned = f"Of the {amount}, {in_words(last.entitlement_to_date)} is earned by time"
    if fee is None:
        return f"{earned}; {SUPPRESSED} of it is covered by savings and payable."
    if fee == last.entitlement_to_date:
        return f"{earned}, and all of it is covered by savings and payable."
    return f"{earned}, but savings cover only {in_words(fee)} of it, which is payable."


def _bonus(report: Report) -> Iterator[str]:
    terms, last, shown = report.terms, report.statement.months[-1], report.shown
    if terms.bonus_threshold is None or terms.bonus_rate is None:
        yield "The contract has no bonus."
        return
    threshold = to_pence(terms.bonus_threshold)
    if last.bonus_measures is not None:
        bonus = shown.latest("bonus")
        if bonus is None:
            yield f"The bonus, measured on {day_in_full(terms.ends_on)}, is {SUPPRESSED}."
        elif bonus == 0:
            yield (
                f"No bonus is due: measured on {day_in_full(terms.ends_on)},"
                f" {MEASURE_WORDS[terms.bonus_measure]} does not pass the threshold of"
                f" {in_words(threshold)}."
            )
        else:
            yield (
                f"A bonus of {in_words(bonus)} is due: measured on {day_in_full(terms.ends_on)},"
                f" {MEASURE_WORDS[terms.bonus_measure]} passes the threshold of"
                f" {in_words(threshold)}."
            )
    else:
        yield (
            f"The bonus is measured once, on {day_in_full(terms.ends_on)}, by"
            f" {MEASURE_WORDS[terms.bonus_measure]}; the threshold is {in_words(threshold)}."
        )
    if terms.bonus_measure != "accumulated":
        yield _run_rate(report, threshold)


def _run_rate(report: Report, threshold: Pence) -> str:
    rate, day = report.shown.run_rate, day_in_full(report.statement.as_at)
    whose = "foster placements" if report.terms.bonus_counts == "foster" else "placements"
    start = f"The {whose} in place on {day} save {pounds(rate)} a year"
    if rate is None:
        return f"{start}."
    distance = rate - threshold
    if distance == 0:
        return f"{start}, exactly the threshold."
    side = "above" if distance > 0 else "below"
    return f"{start}, {in_words(abs(distance))} {side} the threshold."


def _maximum(report: Report) -> str:
    terms, shown = report.terms, report.shown
    if terms.contract_maximum is None:
        return "No contract maximum is stated."
    maximum = to_pence(terms.contract_maximum)
    name = f"The contract maximum of {in_words(maximum)}"
    payable, held_back = shown.latest("payable_to_date"), shown.total("held_back")
    if payable is None or held_back is None:
        return f"{name} leaves {SUPPRESSED} to be paid."
    if held_back:
        return f"{name} is reached: {in_words(held_back)} is held back."
    if payable > maximum:
        return (
            f"{name} is passed by {in_words(payable - maximum)}; nothing is held back, as the"
            " maximum is read as a warning."
        )
    return f"{name} holds nothing back; {in_words(maximum - payable)} of it is left."


def _readings(report: Report) -> Iterator[str]:
    if not report.shown.other_readings:
        yield f"What the other readings of the contract would change is {SUPPRESSED}."
        return
    statement = report.statement
    values = readings.value_readings(statement.terms, statement.evidence, statement.as_at)
    differing = [value for value in values if value.difference]
    if not differing:
        yield "No other reading of the open wording would change the total payable on this day."
        return
    labels = {value.term.label for value in differing}
    yield (
        f"{counted(len(labels), 'term', 'terms').capitalize()} with open wording"
        f" {'matters' if len(labels) == 1 else 'matter'} to the total payable on this day:"
    )
    for value in differing:
        change = "more" if value.difference > 0 else "less"
        yield (
            f"- {value.term.label} read as {value.option}:"
            f" {in_words(abs(value.difference))} {change}."
        )


def key_figures(report: Report) -> list[list[Value]]:
    """The figures of the last month and the totals: measure, value, meaning, clause."""
    statement, shown, terms = report.statement, report.shown, report.terms
    if not statement.months:
        return [["Months settled", Of("count", 0), "None before the programme starts.", "-"]]
    lines = {
        line.figure.field_name: line
        for line in workings.explain(statement, len(statement.months) - 1)
    }

    def latest(field_name: str) -> list[Value]:
        line = lines[field_name]
        value = Of(line.figure.kind, shown.latest(field_name))
        return [line.figure.heading, value, line.figure.meaning, report.text(line.clause)]

    def total(field_name: str, meaning: str) -> list[Value]:
        line = lines[field_name]
        value = Of("money", shown.total(field_name))
        return [f"{line.figure.heading} to date", value, meaning, report.text(line.clause)]

    rows = [
        latest("children"),
        latest("saving_to_date"),
        latest("entitlement_to_date"),
        latest("fee_to_date"),
        total("carer_fees", "For all carer households approved so far."),
        latest("bonus"),
        total("held_back", "All that the contract maximum did not let through."),
        latest("payable_to_date"),
        latest("invoiced_to_date"),
        latest("balance"),
        latest("net_saving_to_date"),
    ]
    if terms.bonus_threshold is not None:
        rows.append(
            [
                "Run rate",
                Of("money", shown.run_rate),
                "Yearly saving of the counted placements in place on the last day.",
                report.text(terms.clause_of("Bonus measure")),
            ]
        )
    return rows
