"""The input sheets of the template: Terms, Placements, Carers and Claims, each an Excel table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlpbr.contract.evidence import COLUMNS, EvidenceColumn
from xlpbr.contract.library import TERM_HEADINGS, terms_table
from xlpbr.contract.terms import TERMS, Term
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.page import (
    TemplatePage,
    fit_row,
    introduce,
    print_on_a4,
    put,
    set_widths,
)
from xlpbr.workbook.template.plan import (
    AUDIT_COLUMNS,
    FIRST_TABLE_ROW,
    SPARE_TABLE_ROWS,
    TABLE_HEADING_ROW,
    TABLE_NAMES,
    TemplatePlan,
    input_headings,
)

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
"""The days that an input cell takes: anything else is a slip of the keyboard."""

_DEAREST_WEEK = 20_000
"""Pounds: a price above this is more likely to be a year's."""
_A_WEEK = "In pounds a WEEK, not a year: decisions often quote prices a year."

LONGEST_MESSAGE = 255
LONGEST_TITLE = 32

ILLUSTRATIONS: Mapping[str, str] = {
    "Placements": "Illustration, not a real child",
    "Carers": "Illustration, not a real household",
    "Claims": "Illustration, not a real invoice",
}
"""What the Note of every sample row says."""

_PURPOSES: Mapping[str, tuple[str, str]] = {
    "Placements": (
        "Input: one row for each placement of a child with a family. Write a pseudonym such as"
        " C01, never a name. Prices are pounds a WEEK; decisions often quote a year.",
        "A child may have several rows, one after the other. Leave Ended on blank while the child"
        " is still there; its day is not counted, the day of the move is.",
    ),
    "Carers": (
        "Input: one row for each foster carer household, with the day on which the panel approved"
        " it and the child whom it enables to move.",
        "A household is paid for once, at its first approval, and only if its child stands in"
        " Placements. Write pseudonyms, never names.",
    ),
    "Claims": (
        "Input: one row for each invoice of the provider. In Month, type any day of the month that"
        " it is for, such as 01/04/2026; the cell shows Apr 2026.",
        "Statement takes these as invoiced to date; Reconcile compares them with what was payable,"
        " month by month.",
    ),
}

_IN_A_BOOK: Mapping[str, str] = {
    "Carers": "A household is paid for once, at its first approval, and only if its child stands"
    " among the placements. Write pseudonyms, never names.",
    "Claims": "The statement takes these as invoiced to date; the reconciliation compares them with"
    " what was payable, month by month.",
}
"""The second sentence where the sheets have other names and some may be left out."""

_WIDTHS = {
    "Child": 12, "Type": 12, "Residential weekly cost": 16, "Family weekly cost": 15,
    "Moved on": 14, "Ended on": 14, "Agreed": 11, "Household": 16, "Approved on": 16,
    "Month": 15, "Invoiced": 18, "Agreed by and on": 26, "Evidence": 34, "Panel reference": 30,
    "Invoice number": 22, "Date of invoice": 16, "Paid on": 16,
}  # fmt: skip
_TABLE_WIDTH, _LONG_TABLE_WIDTH = 152, 196
"""What the columns of an input sheet are wide together, so that a page is filled both ways."""
_LONG_TABLE = 35
_MOST_ROWS_ON_A_PAGE = 45
_TERM_WIDTHS = (23, 46, 15, 22, 84)

_KIND_OF_CELL = {
    "text": "text", "date": "date", "month": "month", "price": "money", "amount": "money",
    "option": "text", "yes_no": "text",
}  # fmt: skip


def write_terms(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Terms sheet: every term with its value, unit, clause and reading."""
    introduce(
        page,
        "Terms",
        "Input: fill in the column Value. The names in the column Term are how the functions find"
        " a value: leave them as they are.",
        "A blank value means the default. Clause says where the value is from; Reading says how"
        " open wording is read and why.",
    )
    styles = page.styles
    set_widths(page, _TERM_WIDTHS)
    rows = terms_table(plan.contract)[1:]
    input_style = styles.cell("text", "input", text_wrap=True, indent=1)
    add_input_table(page, "Terms", TERM_HEADINGS, len(rows))
    label = styles.cell("text", bold=True, indent=1)
    wrapped = styles.cell("wrapped", valign="vcenter", indent=1)
    by_kind = {
        kind: styles.cell(kind, "input", align="left", indent=1)
        for kind in ("money", "rate", "count", "date")
    }
    for row, (term, values) in enumerate(zip(TERMS, rows, strict=True), start=FIRST_TABLE_ROW):
        put(page, row, 1, values[0], label)
        put(page, row, 2, values[1], by_kind.get(term.kind, input_style))
        for column in (3, 4, 5):
            put(page, row, column, values[column - 1], wrapped)
        page.sheet.data_validation(row - 1, 1, row - 1, 1, _rule_of_term(term))
        fit_row(page, row, *zip(map(str, values), _TERM_WIDTHS, strict=True))
    page.sheet.freeze_panes(TABLE_HEADING_ROW, 1)
    print_on_a4(page, plan.title, heading_row=TABLE_HEADING_ROW)


def write_evidence(page: TemplatePage, plan: TemplatePlan, table: str) -> None:
    """Write an input sheet: a table with blank rows, and sample rows where they are wanted."""
    first, second = _PURPOSES[table]
    introduce(page, table, first, _IN_A_BOOK.get(table, second) if plan.book else second)
    styles = page.styles
    columns = (*COLUMNS[table], *AUDIT_COLUMNS[table])
    headings = input_headings(table)
    set_widths(page, widths_of_columns(plan, table))
    sample = plan.contract.sample.get(table, ()) if plan.sample else ()
    if sample:
        notice = "The rows below are illustrations, as the column Note says. Clear them first."
        put(page, TABLE_HEADING_ROW - 1, 1, notice, styles.strong)
    heading_style = styles.column_heading(indent=1)
    cell_styles = [
        styles.cell(kind, "input") if kind == "money" else styles.cell(kind, "input", indent=1)
        for kind in kinds_of_columns(table)
    ]
    last_row = TABLE_HEADING_ROW + plan.table_rows[table]
    page.sheet.add_table(
        TABLE_HEADING_ROW - 1, 0, last_row - 1, len(headings) - 1,
        {
            "name": TABLE_NAMES[table], "style": None,
            "columns": [
                {"header": heading, "header_format": heading_style, "format": style}
                for heading, style in zip(headings, cell_styles, strict=True)
            ],
        },
    )  # fmt: skip
    page.sheet.set_row(TABLE_HEADING_ROW - 1, 33)
    for row in range(FIRST_TABLE_ROW, last_row + 1):
        index = row - FIRST_TABLE_ROW
        values: Sequence[Any] = [None] * len(headings)
        if index < len(sample):
            values = [*(sample[index].get(heading) for heading in headings[:-1])]
            values = [*values, ILLUSTRATIONS[table]]
        for column, (value, style) in enumerate(zip(values, cell_styles, strict=True), start=1):
            put(page, row, column, value, style)
    _check_entries(page, columns, last_row + SPARE_TABLE_ROWS)
    page.sheet.freeze_panes(TABLE_HEADING_ROW, 1)
    # A short table has no second page of empty rows.
    pages = 1 if plan.table_rows[table] <= _MOST_ROWS_ON_A_PAGE else 0
    print_on_a4(page, plan.title, heading_row=TABLE_HEADING_ROW, pages_tall=pages)


def widths_of_columns(plan: TemplatePlan, table: str) -> list[float]:
    """The widths of the columns of an input sheet."""
    if table == "Terms":
        return list(_TERM_WIDTHS)
    widths: list[float] = [_WIDTHS[heading] for heading in input_headings(table)[:-1]]
    long = plan.table_rows[table] > _LONG_TABLE
    # Note takes what the others leave.
    return [*widths, (_LONG_TABLE_WIDTH if long else _TABLE_WIDTH) - sum(widths)]


def kinds_of_columns(table: str) -> list[str]:
    """What kind of cell each column of an evidence table has, Note included."""
    if table == "Terms":
        return []
    columns = (*COLUMNS[table], *AUDIT_COLUMNS[table])
    return [*(_KIND_OF_CELL[column.kind] for column in columns), "text"]


def _check_entries(page: TemplatePage, columns: Sequence[EvidenceColumn], last_row: int) -> None:
    for index, column in enumerate(columns):
        rule = _rule_of_column(columns, column)
        page.sheet.data_validation(FIRST_TABLE_ROW - 1, index, last_row - 1, index, rule)


def _rule_of_term(term: Term) -> dict[str, Any]:
    """The validation of a term's value."""
    message = term.meaning
    with_options = "\n".join(
        [term.meaning, *(f"{option}: {text}" for option, text in term.options.items())]
    )
    if len(with_options) <= LONGEST_MESSAGE:
        message = with_options
    rule = messages(term.label, message)
    if term.kind == "option":
        options = list(term.options)
        return {**rule, "validate": "list", "source": options, **refusal(_one_of(options))}
    if term.kind == "date":
        return {**rule, **a_date()}
    if term.kind in ("money", "rate", "count"):
        least = term.least or 0
        between = {"criteria": "between", "minimum": least, "maximum": term.most}
        limits = between if term.most is not None else {"criteria": ">=", "value": least}
        kind = "integer" if term.kind == "count" else "decimal"
        what = "a whole number" if term.kind == "count" else "a number"
        bounds = f"{least} or more" if term.most is None else f"from {least} to {term.most}"
        refused = refusal(f"Give {what}, {bounds}, or leave the cell blank.")
        return {**rule, "validate": kind, **limits, **refused}
    return {**rule, "validate": "any"}


def _rule_of_column(columns: Sequence[EvidenceColumn], column: EvidenceColumn) -> dict[str, Any]:
    """The validation of a column of an input table."""
    says_itself = column.kind in ("option", "month", "price") or not column.unit
    title = column.heading if says_itself else f"{column.heading} ({column.unit})"
    rule = messages(title, column.meaning)
    if any(column in audit for audit in AUDIT_COLUMNS.values()):
        rule = messages(title, f"{column.meaning} For the audit: no figure comes from it.")
    if column.kind in ("option", "yes_no"):
        options = list(column.options)
        blank = "not agreed yet" if column.kind == "yes_no" else options[0]
        message = f"{column.meaning} Blank means {blank}."
        return {
            **rule, "input_message": message, "validate": "list", "source": options,
            **refusal(_one_of(options)),
        }  # fmt: skip
    if column.heading == "Ended on":
        moved_on = column_letter([other.heading for other in columns].index("Moved on") + 1)
        return {
            **rule, "validate": "date", "criteria": ">=",
            "value": f"={moved_on}{FIRST_TABLE_ROW}",
            **refusal("Give a date such as 01/09/2025, on or after Moved on, or leave it blank."),
        }  # fmt: skip
    if column.kind in ("date", "month"):
        return {**rule, **a_date()}
    if column.kind == "price":
        return {**rule, **a_weekly_price(column.meaning)}
    if column.kind == "amount":
        refused = refusal("Give an amount in pounds; a credit is below 0.")
        most = 10**12
        return {
            **rule, "validate": "decimal", "criteria": "between", "minimum": -most,
            "maximum": most, **refused,
        }  # fmt: skip
    return {**rule, "validate": "any"}


def a_weekly_price(meaning: str) -> dict[str, Any]:
    """A price from 0 that looks like a week's.

    Only a warning, so that a dear placement can be entered. A price below 0 that is let through
    gives an error in every figure, and the checks name it.
    """
    return {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": _DEAREST_WEEK,
        "input_message": f"{meaning} {_A_WEEK}",
        "error_type": "warning", "error_title": "Is this right?",
        "error_message": "Is this a yearly price? Prices are pounds a week. A price is 0 or"
        " more, without text.",
    }  # fmt: skip


def add_input_table(page: TemplatePage, table: str, headings: Sequence[str], rows: int) -> None:
    """Make so many rows a table under its headings; the values are put into it afterwards."""
    style = page.styles.column_heading(indent=1)
    page.sheet.add_table(
        TABLE_HEADING_ROW - 1, 0, TABLE_HEADING_ROW - 1 + rows, len(headings) - 1,
        {
            "name": TABLE_NAMES[table], "style": None, "autofilter": False,
            "columns": [{"header": heading, "header_format": style} for heading in headings],
        },
    )  # fmt: skip


def messages(title: str, message: str) -> dict[str, Any]:
    """What Excel says beside a cell that is chosen."""
    return {"input_title": title[:LONGEST_TITLE], "input_message": message}


def refusal(message: str) -> dict[str, Any]:
    """What Excel says of an entry that it does not take."""
    return {"error_title": "This cannot be used", "error_message": message}


def _one_of(options: Sequence[str]) -> str:
    return f"Choose one of: {', '.join(options)}."


def a_date() -> dict[str, Any]:
    """The validation of a date."""
    return {
        "validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY,
        **refusal("Give a date such as 01/09/2025, between 1990 and 2100."),
    }  # fmt: skip
