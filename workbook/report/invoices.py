"""The reconciliation of the report: what is payable for each month against the claims."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from xlpbr.contract.evidence import Claim
from xlpbr.money import Pence, in_words, to_pence, to_pounds
from xlpbr.periods import month_in_words
from xlpbr.settlement.reconcile import Amount, Difference, reconcile
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Of, Value
from xlpbr.workbook.report.summary import first_to_last


def reconciliation_lines(report: Report) -> list[str]:
    """How to read the table."""
    if report.source.rows["Claims"] is None:
        return ["No claims were given, so there is nothing to hold the amounts payable against."]
    lines = [
        "Invoiced less payable is above nought where too much was invoiced. Months in which"
        " nothing was payable and nothing invoiced are left out."
    ]
    later = _later_claims(report)
    if later and not report.is_public:
        total = in_words(to_pence(sum((claim.invoiced for claim in later), Fraction(0))))
        lines.append(f"Claims for months after those of the statement are left out: {total}.")
    if report.is_public:
        lines.append("Months are taken together where single months may not be shown.")
    return lines


def reconciliation_rows(report: Report) -> list[list[Value]]:
    """Each month with something payable or invoiced, and the total."""
    if report.source.rows["Claims"] is None:
        return [["no claims were given", *[NOT_APPLICABLE] * 4]]
    if report.is_public:
        return _rows_of_blocks(report)
    return [_row(found) for found in _differences(report)]


def _row(found: Difference) -> list[Value]:
    key = found.key
    label = Of("month", key) if isinstance(key, date) else Of("text", key)
    return [label, found.ours, found.theirs, found.difference, found.status]


def _differences(report: Report) -> list[Difference]:
    claims = _claims(report)
    claimed = {claim.month for claim in claims}
    ours = [
        Amount(month.month, to_pounds(month.payable))
        for month in report.statement.months
        if month.payable or month.month in claimed
    ]
    return reconcile(ours, [Amount(claim.month, claim.invoiced) for claim in claims], Fraction(0))


def _claims(report: Report) -> list[Claim]:
    """The claims that the statement counts: those up to its last month, at the end all of them."""
    months = report.statement.months
    last = months[-1].month if months else date.min
    if months and months[-1].period.last == report.terms.last_day:
        last = date.max
    return sorted(
        (claim for claim in report.evidence.claims if claim.month <= last),
        key=lambda claim: claim.month,
    )


def _later_claims(report: Report) -> list[Claim]:
    counted = _claims(report)
    return [claim for claim in report.evidence.claims if claim not in counted]


def _rows_of_blocks(report: Report) -> list[list[Value]]:
    """One row for each run of months that is shown, as the differences of figures to date."""
    months, figures = report.statement.months, report.shown.figures
    rows: list[list[Value]] = []
    payable_before: Pence = 0
    invoiced_before: Pence | None = 0
    reached = 0
    for block in report.shown.blocks:
        end, reached = figures[block[-1]], block.stop
        payable, invoiced = end["payable_to_date"] or 0, end["invoiced_to_date"]
        ours = payable - payable_before
        theirs = None if invoiced is None or invoiced_before is None else invoiced - invoiced_before
        payable_before, invoiced_before = payable, invoiced
        if ours or theirs != 0:
            label = first_to_last(months[block[0]].month, months[block[-1]].month)
            rows.append(_row_of_amounts(label, ours, theirs))
    if reached < len(months):
        label = first_to_last(months[reached].month, months[-1].month)
        rows.append(_row_of_amounts(label, None, None))
    shown = report.last_shown
    rows.append(
        _row_of_amounts(
            f"Total to {month_in_words(shown.statement.as_at)}" if report.is_cut else "Total",
            shown.latest("payable_to_date"),
            shown.latest("invoiced_to_date"),
        )
    )
    return rows


def _row_of_amounts(label: str, ours: Pence | None, theirs: Pence | None) -> list[Value]:
    if ours is None or theirs is None:
        return [Of("text", label), ours, theirs, None, SUPPRESSED]
    name = [Amount(label, to_pounds(ours))]
    other = [Amount(label, to_pounds(theirs))] if theirs or not ours else []
    found = reconcile(name, other, Fraction(0))[0]
    return [Of("text", label), ours, theirs, found.difference, found.status]
