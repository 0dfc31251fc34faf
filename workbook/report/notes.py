"""The Notes sheet: what the figures mean, the rules of counting, the shorthand."""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr import cells
from xlpbr.periods import day_in_words
from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.disclosure.other_prices import CHANGE_LEFT_OPEN
from xlpbr.workbook.report.children_and_years import has_years
from xlpbr.workbook.report.facts import Report
from xlpbr.workbook.report.life import NOTHING_BACK
from xlpbr.workbook.report.page import NOT_APPLICABLE, SUPPRESSED, Value
from xlpbr.workbook.report.publishing import months_shown
from xlpbr.workbook.report.summary import first_to_last


def note_rows(report: Report) -> list[list[Value]]:
    """Each note with its heading."""
    figures: list[list[Value]] = [[figure.heading, figure.meaning] for figure in FIGURES]
    return [*_shorthand(report), *figures, *_rules(report), *_about_the_contract(report)]


def _shorthand(report: Report) -> Iterator[list[Value]]:
    yield [NOT_APPLICABLE, "Not applicable: there is nothing to say in this cell."]
    cut_off = report.shown.cut_off
    if cut_off is None:
        return
    yield [
        SUPPRESSED,
        f"Suppressed. A count from 1 to {cut_off} of children or carer households, or an amount"
        " that belongs to so few or would let such a count or amount be worked back.",
    ]
    yield [
        "What is protected",
        "From all public versions of this contract together, nobody who knows every date, the"
        " terms, by which shares prices changed, and one child's price, can narrow the price of"
        " another child, or what its further costs were, down to less than"
        f" {float(CHANGE_LEFT_OPEN):.0%} above and below it, nor the sum of a group of up to"
        f" {cut_off} children to less than {float(CHANGE_LEFT_OPEN):.0%} of one child's price.",
    ]
    yield [
        "How figures are suppressed",
        "Months are taken together until, in no combination of the sums that are shown,"
        f" {cut_off + 1} children are nearly all of it; so each further sum needs about"
        f" {cut_off + 2} children more. And in each run more than {cut_off} children saved and,"
        f" where anything changed, it changed for more than {cut_off} children. Savings and fee to"
        " date are shown at the end of such a run, a month's own figures only where the run is"
        " that one month, and the fee only where it tells no more than the savings. A change of a"
        " price and a further cost are a change of what the child saves. Amounts payable"
        f" need more than {cut_off} carer households that fell due in the run as well, or none,"
        " since their fee is known; so do outcome fees and what is paid back for break-downs. What"
        " is carried from agreed months is shown until it is not £0 for the first time. What"
        " was invoiced is shown where the claims cover whole runs, and a financial year where it"
        " follows from figures to date that are shown. Where other readings would let a figure be"
        " worked back, only the total of the reading in use is shown.",
    ]
    shown = months_shown(report.shown)
    yield ["Months that are shown", f"{shown[0].upper()}{shown[1:]}"]
    yield [
        "Months at the end",
        "A run closes at the first month-end at which it may be shown. Months after the last run"
        " are suppressed until enough has changed. A month that is not over is left out.",
    ]
    yield [
        "Earlier and later versions",
        "What is shown of a month depends on that month and those before it. A later public"
        " version made from the same rows with the same cut-off shows all that an earlier one"
        " shows, and more months.",
    ]
    yield ["Runs of months for amounts payable", _runs(report)]
    years = "" if has_years(report) else " the financial years,"
    yield [
        "What is left out",
        f"Rows about single children, their names and dates, the invoice,{years} and the problems"
        " in the data. They are in the full report.",
    ]


def _runs(report: Report) -> str:
    months = report.statement.months
    names = (
        first_to_last(months[block[0]].month, months[block[-1]].month)
        + (" together" if len(block) > 1 else "")
        for block in report.shown.blocks
    )
    return "; ".join(names) or "none"


def _which_count(report: Report) -> str:
    rows = report.source.rows["Placements"] or [[]]
    headings = {cells.key(cell) for cell in rows[0] if isinstance(cell, str)}
    if "agreed" in headings:
        return "Only rows that both parties agree: those that say yes in the column Agreed."
    return (
        "Every row: the table has no column Agreed, so nothing here says that both parties agree."
    )


def _rules(report: Report) -> Iterator[list[Value]]:
    yield [
        "Days",
        "The day of the move counts, the day on which a placement ends does not. A day saves a"
        " seventh of the weekly difference. Days before the programme starts never count.",
    ]
    yield [
        "Rounding",
        "Amounts are exact until each is rounded once to the penny, half a penny away from zero."
        " Months are differences of rounded totals to date, so they always add up.",
    ]
    yield ["Placements that count", _which_count(report)]
    yield from _rules_of_the_life(report)
    yield [
        "Values only",
        "This workbook holds values: no formulas, no macros and no links to other files. The"
        " SHA-256 on the Annex tells whether a workbook is the one that the figures come from.",
    ]


def _rules_of_the_life(report: Report) -> Iterator[list[Value]]:
    """The rules that depend on the terms, or on a table that may be left out."""
    terms, evidence = report.terms, report.evidence
    linked = ""
    if terms.carer_fee_counts == "linked":
        linked = " and its child has a row among the placements, agreed or not"
        if evidence.cohort:
            linked = " and its child is in the table Cohort"
    due = "at its first approval"
    if terms.carer_fee_due == "moved":
        due = "on the later of its approval and its child's first move"
    yield [
        "Carer households",
        f"A household counts once, {due}, if that is in the programme{linked}.",
    ]
    year = "52 weeks at their weekly saving"
    if terms.run_rate_year == "days_365":
        year = "365 days at their daily saving"
    yield [
        "Run rate",
        f"The yearly saving of the placements in place on a day: {year}, at that day's prices, less"
        " the weekly costs without an end.",
    ]
    if evidence.cohort:
        yield [
            "Cohort",
            "Only placements of the children in the table Cohort count. On the day on which a child"
            " leaves care its saving stops, as the home would have ended as well; that is no"
            " break-down.",
        ]
    if evidence.prices:
        yield [
            "Prices that change",
            "A placement starts with the prices of its own row; each later row of the table Prices"
            " replaces them from its day on. Each placement is one total, rounded once, so that a"
            " change moves no penny of the days before it.",
        ]
    if evidence.costs:
        yield [
            "Further costs",
            "Agreed costs of a child that has moved are taken off the saving: a weekly cost by a"
            " seventh for each day from its first to its last, a single one on its day.",
        ]
    if evidence.rates:
        whose = "of each placement by itself"
        if terms.outcome_clock == "child":
            whose = "of all placements of the child together"
        yield [
            "Outcome fees",
            f"Paid once for each child and outcome, when the days {whose} complete the weeks, at"
            " the price that holds on that day.",
        ]
    yield ["Break-downs", _rule_of_break_downs(report)]
    if evidence.signed:
        yield [
            "Agreed months",
            "Of a month that is agreed exactly what was signed is to be invoiced. What is found out"
            " later about it comes into the next month that is not agreed.",
        ]


def _rule_of_break_downs(report: Report) -> str:
    terms = report.terms
    if terms.break_down_reimbursement == "none":
        return " ".join(NOTHING_BACK)
    window = f"{terms.break_down_months} months from the move"
    if terms.break_down_window == "phase" and terms.phase_starts_on is not None:
        window = f"{day_in_words(terms.phase_starts_on)} to {day_in_words(terms.ends_on)}"
    part = "the part of the amount for the days of the window that are left"
    if terms.break_down_reimbursement == "whole":
        part = "the whole amount"
    amount = "the Break-down amount"
    if terms.break_down_amount is None and terms.cohort_size:
        size = "Cohort size" if report.cohort_size is None else f"the {terms.cohort_size} children"
        amount = f"the fee without VAT shared by {size}"
    return (
        f"For a placement that broke down within its window, {window}, {part} is paid back. The"
        f" amount of a child is {amount}; no more than that is paid back for one child in all, and"
        " in a month no more than the fee to date less what was paid back before."
    )


def _about_the_contract(report: Report) -> Iterator[list[Value]]:
    contract = report.contract
    if contract is None:
        return
    yield ["Source of the built-in terms", contract.source]
    for note in contract.notes:
        yield ["About the decision", note]
    for figure in contract.stated:
        yield [
            "Stated in the decision",
            f"{figure.what}: {figure.amount} (clause {figure.clause}). Not used in any figure.",
        ]
