"""What the open wording is worth: the rows of the sheet Readings and the Summary's lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from xlpbr.contract.terms import READINGS
from xlpbr.money import in_words
from xlpbr.settlement import readings
from xlpbr.settlement.readings import ReadingValue
from xlpbr.settlement.statement import settle
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Value


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
            _meaning(report, value),
            "yes" if value.in_use else "no",
            value.payable,
            value.difference,
            report.text(statement.terms.clause_of(value.term.label)),
        ]
        for value in _values(report)
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


def _values(report: Report) -> list[ReadingValue]:
    statement = report.statement
    return readings.value_readings(statement.terms, statement.evidence, statement.as_at)


def _meaning(report: Report, value: ReadingValue) -> str:
    """What an option means and, where the contract maximum stops its total, the whole of it."""
    meaning = value.term.options[value.option]
    statement = report.statement
    terms = statement.terms
    has_maximum = terms.contract_maximum is not None or terms.varied("contract_maximum")
    if report.is_public or not has_maximum:
        return meaning
    change: dict[str, Any] = {value.term.field_name: value.option}
    tried = replace(statement.terms, **change)
    if tried.maximum_reading == "warn":
        return meaning
    without = replace(tried, maximum_reading="warn")
    payable = settle(without, statement.evidence, statement.as_at).payable
    if payable == value.payable:
        return meaning
    return f"{meaning}; stopped at the contract maximum, without it {in_words(payable)}"


def reading_sentences(report: Report) -> Iterator[str]:
    """What other options would change, one line for each amount of a term."""
    if not report.shown.other_readings:
        yield f"What the other readings of the contract would change is {SUPPRESSED}."
        return
    found: dict[tuple[str, int], list[str]] = {}
    for value in _values(report):
        if value.difference:
            option = f"{value.option} ({value.term.options[value.option]})"
            found.setdefault((value.term.label, value.difference), []).append(option)
    if not found:
        yield "No other reading of the open wording would change the total payable on this day."
        return
    one = "1 other reading of the open wording"
    many = f"{len(found)} other readings of the open wording"
    yield f"{one if len(found) == 1 else many} would change the total payable on this day:"
    for (label, difference), options in found.items():
        change = f"{in_words(abs(difference))} {'more' if difference > 0 else 'less'}"
        yield f'- If "{label}" were {" or ".join(options)}: {change}.'
