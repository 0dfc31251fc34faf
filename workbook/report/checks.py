"""The Checks sheet: rows accounted for, figures worked out another way, problems in the data."""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.known_rules import LIFE_OPTIONS, LIFE_TERMS, known_rules
from xlpbr.money import Pence, in_words, to_pence, to_pounds
from xlpbr.settlement.statement import Statement
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.report.another_way import (
    carried_again,
    outcome_fees_again,
    payable_again,
    reimbursed_again,
    saving_again,
)
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import SUPPRESSED, ReportPage, Value

ANOTHER_WAY = "Worked out another way"

_PROBLEM = "Problem in the data"
_FAULT = "no: report this as a fault"

KNOWN = known_rules(*LIFE_TERMS, **LIFE_OPTIONS)
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


def mark_checks(page: ReportPage, first: int, last: int) -> None:
    """Give the rows that a person should look at the colour of what they say in words.

    Args:
        page: the sheet.
        first: the first row of the table under its headings.
        last: its last row.
    """
    look, result = page.styles, column_letter(len(page.columns))
    for says, style in (
        (f'${result}{first + 1}="{_FAULT}"', look.wrong_row),
        (f'$A{first + 1}="{_PROBLEM}"', look.warned_row),
    ):
        page.sheet.conditional_format(
            first, 0, last, len(page.columns) - 1,
            {"type": "formula", "criteria": f"={says}", "format": style},
        )  # fmt: skip


def faults(report: Report) -> int:
    """How many checks say that a figure is wrong."""
    return sum(row[-1] == _FAULT for row in check_rows(report))


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
    for table in ("Terms", *ALL_COLUMNS):
        if table not in given:
            yield ["Rows accounted for", table, "no table", "the table is optional", "yes"]


def _agreement_rows(report: Report) -> Iterator[list[Value]]:
    """The statement held against figures that are worked out without it, and against limits."""
    statement, shown = report.last_shown.statement, report.last_shown
    if not statement.months:
        return
    if unknown := KNOWN.unknown_in(statement.terms, statement.evidence):
        yield [
            ANOTHER_WAY, "Statement", "not checked", "the figures worked out another way",
            f"This check does not know {' and '.join(unknown)}: check the figures by hand.",
        ]  # fmt: skip
        return
    for heading, field_name, stated, expected, how in _worked_out_again(report):
        to_date = field_name.endswith("to_date")
        told = shown.latest(field_name) if to_date else shown.total(field_name)
        is_shown = told is not None
        yield [
            ANOTHER_WAY,
            f"Statement, {heading}",
            in_words(stated) if is_shown else SUPPRESSED,
            f"{in_words(expected) if is_shown else SUPPRESSED}: {how}",
            "yes" if stated == expected else _FAULT,
        ]
    for limit, kept in _limits(statement).items():
        yield ["Limits kept", "Statement, Fee", "every month", limit, "yes" if kept else _FAULT]


def _worked_out_again(report: Report) -> Iterator[tuple[str, str, Pence, Pence, str]]:
    """Each figure that is worked out another way: heading, field, stated, expected, how."""
    statement, terms = report.last_shown.statement, report.terms
    last, months = statement.months[-1], statement.months
    yield (
        "Saving to date", "saving_to_date", last.saving_to_date, saving_again(statement),
        "each placement's and each cost's days one by one",
    )  # fmt: skip
    if statement.evidence.rates:
        yield (
            "Outcome fees, in all", "outcome_fees", sum(month.outcome_fees for month in months),
            sum(outcome_fees_again(statement)), "the days of each child in a family counted",
        )  # fmt: skip
    if terms.break_down_reimbursement != "none":
        yield (
            "Reimbursed, in all", "reimbursed", sum(month.reimbursed for month in months),
            sum(reimbursed_again(statement)), "the days left of each window counted",
        )  # fmt: skip
    yield (
        "Payable to date", "payable_to_date", last.payable_to_date, payable_again(statement),
        _HOW_PAYABLE,
    )  # fmt: skip
    if statement.evidence.signed:
        yield (
            "To invoice, in all", "to_invoice", sum(month.to_invoice for month in months),
            carried_again(statement),
            "what was signed for the agreed months, and all that is payable at each month that is"
            " not agreed",
        )  # fmt: skip


_HOW_PAYABLE = (
    "the statement's fee and bonus, and all else counted again from the tables, month by month up"
    " to the maximum"
)


def _limits(statement: Statement) -> dict[str, bool]:
    """What the fee must keep to, and whether it does."""
    months, terms = statement.months, statement.terms
    highest_earned = 0
    within = True
    for month in months:
        # A varied fee may be lowered; what was drawn before is not taken back.
        highest_earned = max(highest_earned, month.entitlement_to_date)
        within = within and 0 <= month.fee_to_date <= highest_earned and month.fee >= 0
    of_share = "" if terms.fee_share == 1 else "its share of "

    def share(saving: Pence) -> Pence:
        return max(0, to_pence(terms.fee_share * to_pounds(saving)))

    if terms.savings_reading == "month":
        saving = f"never above {of_share}the saving of the month"
        covered = all(month.fee <= share(month.saving) for month in months)
    else:
        saving = f"never above {of_share}the highest saving to date"
        highest = max(month.saving_to_date for month in months)
        covered = months[-1].fee_to_date <= share(highest)
    return {"never above the fee entitlement to date": within, saving: covered}


def _problem_rows(report: Report) -> Iterator[list[Value]]:
    if report.is_public:
        for table in ("Terms", *ALL_COLUMNS):
            yield [
                "Problems in the data", table, "not shown in the public version",
                "see the full report", "see the full report",
            ]  # fmt: skip
        return
    for problem in report.problems:
        yield [
            _PROBLEM,
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
