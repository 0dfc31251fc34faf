"""The Notes sheet: what the figures mean, the rules of counting, the shorthand."""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr import cells
from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.disclosure.other_prices import CHANGE_LEFT_OPEN
from xlpbr.workbook.report.facts import Report
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
        "From all public versions of this contract together, nobody who knows every date, the terms"
        " and one child's price can narrow the price of another child down to less than"
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
        " that one month, and the fee only where it tells no more than the savings. Amounts payable"
        f" need more than {cut_off} carer households approved in the run as well, or none, since"
        " their fee is known. What was invoiced is shown where the claims cover whole runs. Where"
        " other readings would let a figure be worked back, only the total of the reading in use"
        " is shown.",
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
    yield [
        "What is left out",
        "Rows about single children, their names and dates, and the problems in the data. They are"
        " in the full report.",
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
        "Amounts are exact until each is rounded once to the penny, half a penny away from nought."
        " Months are differences of rounded totals to date, so they always add up.",
    ]
    yield ["Placements that count", _which_count(report)]
    yield [
        "Carer households",
        "A household counts once, at its first approval, if that is in the programme and its child"
        " has a row among the placements, agreed or not.",
    ]
    yield [
        "Run rate",
        "The yearly saving of the placements in place on a day: 365 days at their daily saving.",
    ]
    yield [
        "Values only",
        "This workbook holds values: no formulas, no macros and no links to other files. The"
        " SHA-256 on the Cover tells whether a workbook is the one that the figures come from.",
    ]


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
