"""The Checks sheet: rows accounted for, figures worked out another way, problems in the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from xlpbr.contract.known_rules import known_rules
from xlpbr.money import Pence, in_words, to_pence
from xlpbr.periods import ONE_DAY, month_of
from xlpbr.settlement.counted import name_key
from xlpbr.settlement.statement import Statement
from xlpbr.tables.declared import TABLES
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import SUPPRESSED, Value

ANOTHER_WAY = "Worked out another way"

_FAULT = "no: report this as a fault"

KNOWN = known_rules()
"""What the figures are worked out another way for."""


def check_lines(report: Report) -> list[str]:
    """Which of the checks are independent."""
    lines = [
        f'The checks called "{ANOTHER_WAY}" are independent of the months\' sums: they start'
        " from the placements and households again. The others count rows and hold the statement"
        " against its limits.",
        "Rows of a table are counted from the first row under its heading row.",
    ]
    if report.is_cut:
        lines.append(f"Amounts are those to {report.last_shown.statement.as_at:%B %Y}.")
    return lines


def check_rows(report: Report) -> list[list[Value]]:
    """Each check: what, where, found, expected, the result or what to do."""
    return [*_row_count_rows(report), *_agreement_rows(report), *_problem_rows(report)]


def _row_count_rows(report: Report) -> Iterator[list[Value]]:
    for count in report.row_counts:
        hidden = report.is_public and count.table != "Terms"
        place = "" if report.is_public else report.source.places.get(count.table, "")
        found = (
            f"{SUPPRESSED} rows"
            if hidden
            else f"{count.found} rows: {count.used} used, {count.refused} refused,"
            f" {count.blank} blank"
        )
        adds_up = count.found == count.used + count.refused + count.blank
        yield [
            "Rows accounted for",
            f"{count.table} ({place})" if place else count.table,
            found,
            "found = used + refused + blank",
            "yes" if adds_up else _FAULT,
        ]
    given = {count.table for count in report.row_counts}
    for table in TABLES:
        if table not in given:
            yield ["Rows accounted for", table, "no table", "the table is optional", "yes"]


def _agreement_rows(report: Report) -> Iterator[list[Value]]:
    """The statement held against figures that are worked out without it, and against limits."""
    statement, shown = report.last_shown.statement, report.last_shown
    if not statement.months:
        return
    if unknown := KNOWN.unknown_in(statement.terms):
        yield [
            ANOTHER_WAY, "Statement", "not checked", "the figures worked out another way",
            f"This check does not know {' and '.join(unknown)}: check the figures by hand.",
        ]  # fmt: skip
        return
    for heading, field_name, how, expected in (
        ("Saving to date", "saving_to_date", "each placement's days at once", _saving(statement)),
        ("Payable to date", "payable_to_date", _HOW_PAYABLE, _payable_again(statement)),
    ):
        stated: Pence = getattr(statement.months[-1], field_name)
        is_shown = shown.latest(field_name) is not None
        yield [
            ANOTHER_WAY,
            f"Statement, {heading}",
            in_words(stated) if is_shown else SUPPRESSED,
            f"{in_words(expected) if is_shown else SUPPRESSED}: {how}",
            "yes" if stated == expected else _FAULT,
        ]
    for limit, kept in _limits(statement).items():
        yield ["Limits kept", "Statement, Fee", "every month", limit, "yes" if kept else _FAULT]


_HOW_PAYABLE = (
    "the statement's fee to date and bonus, and the carer fee for each household counted again,"
    " up to the maximum"
)


def _saving(statement: Statement) -> Pence:
    """The saving to date, placement by placement over its whole stay."""
    total, terms = 0, statement.terms
    for placement in statement.evidence.agreed:
        if placement.moved_on is None:
            continue
        first = max(placement.moved_on, terms.starts_on)
        last = min(statement.as_at, (placement.ended_on or date.max) - ONE_DAY)
        days = max(0, (last - first).days + 1)
        total += to_pence(placement.weekly_saving * days / 7)
    return total


def _payable_again(statement: Statement) -> Pence:
    """What is payable to date, from the households and the fee and bonus to date."""
    terms, months = statement.terms, statement.months
    cohort = {name_key(placement.child) for placement in statement.evidence.placements}
    approved: dict[str, date] = {}
    for row in sorted(
        (row.approved_on, row.household)
        for row in statement.evidence.households
        if row.approved_on is not None and name_key(row.child) in cohort
    ):
        approved.setdefault(name_key(row[1]), row[0])
    days = [day for day in approved.values() if terms.starts_on <= day <= statement.as_at]
    by_month = Counter(month_of(day) for day in days)
    carer_fees = sum(to_pence(terms.carer_fee * count) for count in by_month.values())
    owed = months[-1].fee_to_date + carer_fees + sum(month.bonus for month in months)
    if terms.contract_maximum is None or terms.maximum_reading == "warn":
        return owed
    return min(owed, to_pence(terms.contract_maximum))


def _limits(statement: Statement) -> dict[str, bool]:
    """What the fee must keep to, and whether it does."""
    months, terms = statement.months, statement.terms
    within = all(
        month.fee >= 0 and month.fee_to_date <= month.entitlement_to_date for month in months
    )
    if terms.savings_reading == "month":
        saving = "never above the saving of the month"
        covered = all(month.fee <= max(0, month.saving) for month in months)
    else:
        saving = "never above the highest saving to date"
        highest = max(month.saving_to_date for month in months)
        covered = months[-1].fee_to_date <= max(0, highest)
    return {"never above the fee entitlement to date": within, saving: covered}


def _problem_rows(report: Report) -> Iterator[list[Value]]:
    if report.is_public:
        for table in TABLES:
            yield [
                "Problems in the data", table, "not shown in the public version",
                "see the full report", "see the full report",
            ]  # fmt: skip
        return
    for problem in report.problems:
        yield [
            "Problem in the data",
            report.source.where(problem),
            problem.found,
            problem.expected,
            problem.remedy,
        ]
    if report.no_forecast:
        yield [
            "No forecast", report.source.places.get("Assumptions", "Assumptions"),
            report.no_forecast, "assumptions that fit the programme and the day of the report",
            "Correct the assumptions, or clear them.",
        ]  # fmt: skip
    if not report.problems:
        yield ["Problems in the data", "All tables", "no problems", "no problems", "Nothing to do."]
