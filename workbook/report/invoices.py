"""The reconciliation of the report: what is payable for each month against the claims."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from xlpbr.contract.evidence import Claim
from xlpbr.money import Pence, in_words, to_pence, to_pounds
from xlpbr.periods import month_in_words
from xlpbr.settlement.reconcile import Amount, Difference, reconcile
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Of, ReportColumn, Value
from xlpbr.workbook.report.summary import first_to_last

RECONCILIATION_TABLE = "Reconciliation"
RECONCILIATION_COLUMNS = (
    ReportColumn("Month", 28, "month"),
    ReportColumn("Payable", 17, "money"),
    ReportColumn("Invoiced", 17, "money"),
    ReportColumn("Invoiced less payable", 17, "money"),
    ReportColumn("Status", 17),
)


def reconciliation_lines(report: Report) -> list[str]:
    """How to read the table."""
    if report.source.rows["Claims"] is None:
        return ["No claims were given, so there is nothing to hold the amounts payable against."]
    lines = [
        "Invoiced less payable is above £0 where too much was invoiced. Months in which"
        " nothing was payable and nothing invoiced are left out."
    ]
    lines += _up_to_the_last_claim(report)
    later = _later_claims(report)
    if later and not report.is_public:
        total = in_words(to_pence(sum((claim.invoiced for claim in later), Fraction(0))))
        lines.append(f"Claims for months after those of the statement are left out: {total}.")
    if report.is_public:
        lines.append("Months are taken together where single months may not be shown.")
    return lines


def _up_to_the_last_claim(report: Report) -> list[str]:
    """To which month the sheet goes, and what is payable for the months after it."""
    last = _last_claimed(report)
    if last is None:
        return ["No month up to the day of this report is claimed yet."]
    months = report.statement.months
    after = [month for month in months if month.month > last]
    line = f"Months go to the last that was claimed, {month_in_words(last)}."
    if not after:
        return [line]
    span = first_to_last(after[0].month, after[-1].month)
    if report.is_public:
        return [f"{line} Nothing is claimed yet for {span}."]
    payable = in_words(sum(month.payable for month in after))
    return [f"{line} Payable and not claimed yet, for {span}: {payable}."]


def _last_claimed(report: Report) -> date | None:
    """The last month of the statement for which a claim counts; None where none does."""
    months = report.statement.months
    claimed = [claim.month for claim in _claims(report)]
    if not claimed or max(claimed) < months[0].month:
        return None
    return min(max(claimed), months[-1].month)


def reconciliation_rows(report: Report) -> list[list[Value]]:
    """Each month with something payable or invoiced, and the total."""
    if report.source.rows["Claims"] is None:
        return [["no claims were given", *[NOT_APPLICABLE] * 4]]
    if report.is_public:
        return _rows_of_blocks(report)
    *rows, total = [_row(found) for found in _differences(report)]
    # Without a row the total of nothing would be called agreed.
    return [*rows, total] if rows else [["no month is claimed", *[NOT_APPLICABLE] * 4]]


def _row(found: Difference) -> list[Value]:
    key = found.key
    label = Of("month", key) if isinstance(key, date) else Of("text", key)
    return [label, found.ours, found.theirs, found.difference, found.status]


def _differences(report: Report) -> list[Difference]:
    claims = _claims(report)
    claimed = {claim.month for claim in claims}
    last = _last_claimed(report)
    ours = [
        Amount(month.month, to_pounds(month.payable))
        for month in report.statement.months
        if last is not None and month.month <= last and (month.payable or month.month in claimed)
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
    reached = end = 0
    last = _last_claimed(report)
    for block in report.shown.blocks:
        reached = block.stop
        if last is None or months[block[0]].month > last:
            continue
        end = block.stop
        shown = figures[block[-1]]
        payable, invoiced = shown["payable_to_date"] or 0, shown["invoiced_to_date"]
        ours = payable - payable_before
        theirs = None if invoiced is None or invoiced_before is None else invoiced - invoiced_before
        payable_before, invoiced_before = payable, invoiced
        if ours or theirs != 0:
            label = first_to_last(months[block[0]].month, months[block[-1]].month)
            rows.append(_row_of_amounts(label, ours, theirs))
    if last is None:
        return [["no month is claimed", *[NOT_APPLICABLE] * 4]]
    if reached < len(months) and months[reached].month <= last:
        label = first_to_last(months[reached].month, months[-1].month)
        rows.append(_row_of_amounts(label, None, None))
    if not end:
        return [*rows, _row_of_amounts("Total", None, None)]
    total = "Total" if end == len(months) else f"Total to {month_in_words(months[end - 1].month)}"
    return [*rows, _row_of_amounts(total, payable_before, invoiced_before)]


def _row_of_amounts(label: str, ours: Pence | None, theirs: Pence | None) -> list[Value]:
    if ours is None or theirs is None:
        return [Of("text", label), ours, theirs, None, SUPPRESSED]
    name = [Amount(label, to_pounds(ours))]
    other = [Amount(label, to_pounds(theirs))] if theirs or not ours else []
    found = reconcile(name, other, Fraction(0))[0]
    return [Of("text", label), ours, theirs, found.difference, found.status]
