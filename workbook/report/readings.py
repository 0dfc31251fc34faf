"""What the open wording is worth: the page of the readings that matter, and all in the annex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xlpbr.contract.terms import READINGS, Term
from xlpbr.money import Pence, in_words
from xlpbr.periods import day_in_words
from xlpbr.settlement import readings
from xlpbr.settlement.statement import settle
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.in_full import OUTLOOK
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Of, ReportColumn, Value

WORTH_SHEET = "Readings"
"""The committee's page of the readings that matter."""
ALL_READINGS_SHEET = "Readings in full"


def reading_rows(report: Report) -> list[list[Value]]:
    """What each option of the open wording would pay; only what may be shown."""
    report = report.position
    payable_in_use = report.shown.latest("payable_to_date")
    if payable_in_use is None:
        nothing = "the total payable may not be shown"
        return [
            ["All terms", "as in use", nothing, "yes", SUPPRESSED, NOT_APPLICABLE, NOT_APPLICABLE]
        ]
    statement = report.statement
    return [
        [
            value.term.label,
            value.option,
            _meaning(report, value.term, value.option, value.payable),
            "yes" if value.in_use else "no",
            value.payable,
            value.difference,
            report.text(statement.terms.clause_of(value.term.label)),
        ]
        for value in report.readings
        if value.in_use or report.shown.other_readings
    ]


def options_not_tried(report: Report) -> list[str]:
    """The options that cannot be tried, each with the term that it would need."""
    terms, evidence = report.terms, report.evidence
    return [
        f"{term.label} {option}: it needs the term {missing}"
        for term in READINGS
        if readings.options_to_try(term, terms, evidence)
        for option in term.options
        if (missing := readings.missing_for(term.field_name, option, terms))
    ]


def _meaning(report: Report, term: Term, option: str, payable: Pence) -> str:
    """What an option means and, where the contract maximum stops its total, the whole of it."""
    meaning = term.options[option]
    statement = report.statement
    terms = statement.terms
    has_maximum = terms.contract_maximum is not None or terms.varied("contract_maximum")
    if report.is_public or not has_maximum:
        return meaning
    change: dict[str, Any] = {term.field_name: option}
    tried = replace(statement.terms, **change)
    if tried.maximum_reading == "warn":
        return meaning
    without = replace(tried, maximum_reading="warn")
    whole = settle(without, statement.evidence, statement.as_at).payable
    if whole == payable:
        return meaning
    return f"{meaning}; stopped at the contract maximum, without it {in_words(whole)}"


def reading_rows_of_summary(report: Report) -> Iterator[list[Value]]:
    """The reading that is worth most, and how many others would change what is payable."""
    measure = "What readings may change"
    if not report.shown.other_readings:
        words = f"What the other readings of the contract would change is {SUPPRESSED}."
        yield [measure, SUPPRESSED, words, NOT_APPLICABLE]
        return
    worth = [one for one in worths(report) if one.to_date]
    if not worth:
        words = "No other reading of the open wording would change the total payable on this day."
        yield [measure, Of("money", 0), words, NOT_APPLICABLE]
        return
    first = max(worth, key=lambda one: abs(one.to_date))
    count = "1 other reading" if len(worth) == 1 else f"{len(worth)} other readings"
    change = f"{in_words(abs(first.to_date))} {'more' if first.to_date > 0 else 'less'}"
    yield [
        measure, Of("money", first.to_date),
        f"{count} of the open wording would change the total payable on this day. Most of all"
        f' "{first.term.label}" as {first.option} ({first.term.options[first.option]}): {change}.'
        f" See the sheet {WORTH_SHEET}.",
        report.text(report.terms.clause_of(first.term.label)),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worth:
    """What an option would change, in pence; in outlook None where nothing is to come."""

    term: Term
    option: str
    payable: Pence
    to_date: Pence
    in_outlook: Pence | None

    @property
    def most(self) -> Pence:
        """The greater of the two changes, without its sign."""
        return max(abs(self.to_date), abs(self.in_outlook or 0))


def worths(report: Report) -> list[Worth]:
    """The options that change what is payable to date or in outlook, the dearest first."""
    report = report.position
    to_come = {
        (value.term.label, value.option): value.difference for value in report.readings_to_the_end
    }
    found = [
        Worth(
            value.term, value.option, value.payable, value.difference,
            to_come.get((value.term.label, value.option)),
        )
        for value in report.readings
    ]  # fmt: skip
    return sorted((one for one in found if one.most), key=lambda one: -one.most)


def worth_columns(report: Report) -> Sequence[ReportColumn]:
    """The columns of the readings that matter; a public version may only say how they are read."""
    report = report.position
    if not report.shown.other_readings:
        return (
            ReportColumn("Reading", 30),
            ReportColumn("As it is read now", 70),
            ReportColumn("Code", 24),
            ReportColumn("Clause", 24),
        )
    outlook = []
    if report.readings_to_the_end:
        end = day_in_words(report.terms.last_day)
        outlook = [ReportColumn(f"Change in outlook to {end}", 19, "money")]
    return (
        ReportColumn("Reading", 24),
        ReportColumn("As it is read now", 36),
        ReportColumn("If it is read instead", 38),
        ReportColumn("Code", 15),
        ReportColumn(f"Change to {day_in_words(report.statement.as_at)}", 18, "money"),
        *outlook,
        ReportColumn("Clause", 16),
    )


def worth_rows(report: Report) -> list[list[Value]]:
    """Each reading that would change what is payable; in words, with the code beside."""
    report = report.position
    terms = report.terms
    if not report.shown.other_readings:
        return [
            [
                term.label, _begun(term.options[option]), option,
                report.text(terms.clause_of(term.label)),
            ]
            for term in READINGS
            if readings.options_to_try(term, terms, report.evidence)
            and (option := getattr(terms, term.field_name))
        ]  # fmt: skip
    rows: list[list[Value]] = [
        [
            one.term.label,
            _begun(one.term.options[getattr(terms, one.term.field_name)]),
            _begun(_meaning(report, one.term, one.option, one.payable)),
            one.option,
            one.to_date,
            *([] if one.in_outlook is None else [one.in_outlook]),
            report.text(terms.clause_of(one.term.label)),
        ]
        for one in worths(report)
    ]
    amounts: list[Value] = [Of("money", 0)] * (2 if report.readings_to_the_end else 1)
    nothing: list[Value] = ["None", "each as it is", "no other reading changes what is payable"]
    return rows or [[*nothing, NOT_APPLICABLE, *amounts, NOT_APPLICABLE]]


def worth_lines(report: Report) -> list[str]:
    """To which day, how to read the table, and in one line the readings without effect."""
    report = report.position
    if not report.statement.months:
        return ["There is no month yet, so that no reading changes what is payable."]
    day = day_in_words(report.statement.as_at)
    if not report.shown.other_readings:
        return [
            f"How the open wording is read up to {day}. What other readings would pay is left out:"
            " with it, suppressed figures could be worked back."
        ]
    effect = {one.term.label for one in worths(report)}
    tried = {value.term.label: None for value in report.readings}
    without = [label for label in tried if label not in effect]
    payable = report.shown.latest("payable_to_date")
    totals = [value.payable for value in report.readings]
    return [
        "How much more or less would be payable if one term were read another way, each way tried"
        " alone; the greatest change first.",
        *(
            [
                f"To {day}: {in_words(payable)} as read now, at least {in_words(min(totals))} and"
                f" at most {in_words(max(totals))}."
            ]
            if payable is not None and totals
            else []
        ),
        *_outlook_line(report),
        f"Without effect: {', '.join(without)}."
        if without
        else "Each reading changes what is payable.",
    ]


def _outlook_line(report: Report) -> list[str]:
    to_come = [value.payable for value in report.readings_to_the_end]
    if not to_come:
        return []
    end = day_in_words(report.terms.last_day)
    as_read = next(value.payable for value in report.readings_to_the_end if value.in_use)
    return [
        f"In outlook to {end}, {OUTLOOK}: {in_words(as_read)} as read now, at least"
        f" {in_words(min(to_come))} and at most {in_words(max(to_come))}."
    ]


def _begun(words: str) -> str:
    """The words of an option as a cell begins them; a sign such as the x of "x 52" stays."""
    return words if words[1:2] == " " else f"{words[:1].upper()}{words[1:]}"
