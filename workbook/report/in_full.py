"""The rows of the Summary that only the full report has.

The invoice of the month, the financial year beside its budget, what is disputed, and the outlook.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.money import Pence, in_words
from xlpbr.periods import day_in_words, month_in_words
from xlpbr.settlement.invoice import invoice_lines
from xlpbr.settlement.statement import Statement, settle
from xlpbr.settlement.years import financial_years, year_in_words
from xlpbr.workbook.report.disputes import AtStake, at_stake, disputed_rows
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.one_month import SHARED_SHEET, month_of_detail
from xlpbr.workbook.report.page import NOT_APPLICABLE, Of, Value

OUTLOOK = "if every placement in place stays as it is and nothing else happens"
"""What an outlook assumes; it stands in every sentence that gives a figure of one."""


def rows_in_full(report: Report) -> Iterator[list[Value]]:
    """Measure, value, in words, clause; none in a public version."""
    if report.is_public:
        return
    outlook = settle(report.terms, report.evidence)
    yield _invoice(report)
    yield from _year(report, outlook)
    yield _disputed(report, outlook)
    if outlook.as_at > report.statement.as_at:
        yield _to_the_end(report, outlook)


def _invoice(report: Report) -> list[Value]:
    index = month_of_detail(report)
    month, total = report.statement.months[index], invoice_lines(report.statement, index)[-1]
    name = month_in_words(month.month)
    agreed = "" if month.agreed is None else " The month is agreed: this is what was signed."
    return [
        f"Invoice for {name}", Of("money", total.net),
        f"{in_words(total.net)} without VAT, VAT {in_words(total.vat)}, together"
        f" {in_words(total.gross)}; its lines are on the sheet {SHARED_SHEET}.{agreed}",
        "Agreed table" if month.agreed is not None else _clause_of(report, "VAT reading"),
    ]  # fmt: skip


def _year(report: Report, outlook: Statement) -> Iterator[list[Value]]:
    """The financial year of the report's day, to date, and the whole of it against the budget."""
    year = financial_years(report.statement)[-1]
    (whole,) = (one for one in financial_years(outlook) if one.first_day == year.first_day)
    name, day = year_in_words(year.first_day), day_in_words(report.statement.as_at)
    yield [
        f"{name}, saving to {day}", Of("money", year.saving),
        _against_budget(name, year.budget_saving, whole.saving, "saving"), "Budget table",
    ]  # fmt: skip
    yield [
        f"{name}, payable to {day}", Of("money", year.payable),
        f"{_against_budget(name, year.budget_cost, whole.payable, 'cost')} Accrual on"
        f" {day}: {in_words(year.accrual)}.",
        "Budget table",
    ]  # fmt: skip


def _against_budget(year: str, budget: Pence | None, whole: Pence, what: str) -> str:
    in_all = f"Outlook for all of {year}, {OUTLOOK}: {in_words(whole)}"
    if budget is None:
        return f"{in_all}. There is no budget for the year."
    if whole == budget:
        return f"{in_all}, as in the budget."
    side = "above" if whole > budget else "below"
    return (
        f"{in_all}, {in_words(abs(whole - budget))} {side} the budget's {what} of"
        f" {in_words(budget)}."
    )


def _disputed(report: Report, outlook: Statement) -> list[Value]:
    tables = disputed_rows(report.source.rows)
    count = sum(map(len, tables.values()))
    if not count:
        return ["Disputed, at stake", Of("money", 0), "No row is disputed.", "Agreed column"]
    where = ", ".join(f"{table} {len(rows)}" for table, rows in tables.items())
    rows = "1 row is" if count == 1 else f"{count} rows are"
    start = f"{rows} disputed and do{'es' if count == 1 else ''} not count ({where})."
    stake = at_stake(report.statement, tables)
    if stake is None:
        return [
            "Disputed, at stake", NOT_APPLICABLE,
            f"{start} What is at stake cannot be said: as they stand, the rows cannot be settled.",
            "Agreed column",
        ]  # fmt: skip
    counted = "it" if count == 1 else "they"
    ahead = ""
    if outlook.as_at > report.statement.as_at:
        to_come = at_stake(outlook, tables)
        ahead = "" if to_come is None else (
            f" By {day_in_words(outlook.as_at)}, {OUTLOOK}: {_changes(to_come)}."
        )  # fmt: skip
    return [
        "Disputed, at stake", Of("money", stake.payable),
        f"{start} If {counted} did, to {day_in_words(report.statement.as_at)}:"
        f" {_changes(stake)}.{ahead}",
        "Agreed column",
    ]  # fmt: skip


def _changes(stake: AtStake) -> str:
    return f"{_change(stake.payable)} payable and {_change(stake.saving)} saved"


def _change(pence: Pence) -> str:
    return f"{in_words(abs(pence))} {'less' if pence < 0 else 'more'}"


def _clause_of(report: Report, label: str) -> str:
    return report.text(report.terms.clause_of(label))


def _to_the_end(report: Report, outlook: Statement) -> list[Value]:
    last = outlook.months[-1]
    return [
        f"Outlook to {day_in_words(outlook.as_at)}: payable", Of("money", last.payable_to_date),
        f"An outlook, not a figure to date: {OUTLOOK}, {in_words(last.saving_to_date)} is saved,"
        f" {in_words(last.payable_to_date)} is payable and the council keeps"
        f" {in_words(last.net_saving_to_date)}.",
        _clause_of(report, "Ends on"),
    ]  # fmt: skip
