"""The input sheets of the template: the terms, and what happened, each an Excel table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter.format import Format

from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import terms_table
from xlpbr.contract.terms import TERMS, VARYING, Term
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.page import TemplatePage, refusal
from xlpbr.workbook.template.plan import (
    AUDIT_COLUMNS,
    FIRST_TABLE_ROW,
    TABLE_HEADING_ROW,
    TABLE_NAMES,
    TERMS_HEADINGS,
    VARIATION_ROWS,
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
    "Cohort": "Illustration, not a real child",
    "Prices": "Illustration, not a real price",
    "Costs": "Illustration, not a real cost",
    "Rates": "Illustration, not a real rate",
    "Agreed": "Illustration, not a real signature",
    "Budget": "Illustration, not a real budget",
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
    "Cohort": (
        "Input (may stay empty): one row for each child that the contract is for. Once there is a"
        " row, only placements of these children count.",
        "Example: C03 turns 18 on 10 January 2027, so Leaves care on is 10/01/2027. Its saving"
        " stops with the day before, and it is no break-down.",
    ),
    "Prices": (
        "Input (may stay empty): one row for each change of a child's prices after its move, such"
        " as every 1 April. Prices are pounds a WEEK.",
        "Example: the home of C01 costs 7,289.23 a week from 1 April 2026. Write C01, 01/04/2026"
        " and 7289.23; Family weekly cost stays blank: as before.",
    ),
    "Costs": (
        "Input (may stay empty): one row for each further cost of a child's move, such as notice"
        " weeks, respite or setting up. It is taken off the saving.",
        "Example: the old home of C05 is paid for four weeks' notice. Write C05, 13/04/2026,"
        " 10/05/2026 and 6550 under Weekly. What is paid once goes under Once.",
    ),
    "Rates": (
        "Input (may stay empty): one row for each price of an outcome: so much for each child whose"
        " family placement has lasted so many weeks.",
        "Example: £6,000 for each child after 13 weeks. Write Settled, 13 and 6000. A price that"
        " changes has a row for each price, with From and To.",
    ),
    "Agreed": (
        "Input (may stay empty): one row for each month that both parties have signed. Its figures"
        " never change again.",
        "Example: for April 2026, £131,187.17 is signed. Write 01/04/2026 and 131187.17. What is"
        " found out later comes into the next month that is not agreed.",
    ),
    "Budget": (
        "Input (may stay empty): one row for each financial year in the council's budget. Only the"
        " sheet Years shows it.",
        "Example: for 1 April 2026 to 31 March 2027 the budget has a saving of £2,900,000. Write"
        " 2026/27 and 2900000.",
    ),
}

_IN_A_BOOK: Mapping[str, str] = {
    "Carers": "A household is paid for once, at its first approval, and only if its child stands"
    " among the placements. Write pseudonyms, never names.",
    "Claims": "The statement takes these as invoiced to date; the reconciliation compares them with"
    " what was payable, month by month.",
    "Budget": "Example: for 1 April 2026 to 31 March 2027 the budget has a saving of £2,900,000."
    " Write 2026/27 and 2900000.",
}
"""The second sentence where the sheets have other names and some may be left out."""

_WIDTHS = {
    "Child": 12, "Type": 12, "Residential weekly cost": 16, "Family weekly cost": 15,
    "Moved on": 14, "Ended on": 14, "Agreed": 11, "Household": 16, "Approved on": 16,
    "Month": 15, "Invoiced": 18, "Agreed by and on": 26, "Evidence": 34, "Panel reference": 30,
    "Invoice number": 22, "Date of invoice": 16, "Paid on": 16, "Ended because": 15, "VAT": 14,
    "Leaves care on": 17, "From": 14, "To": 14, "Weekly": 15, "Once": 15, "What": 34,
    "Outcome": 22, "Weeks": 11, "Price": 15, "Payable": 16, "Adjustment": 16, "Agreed on": 14,
    "Council": 21, "Provider": 21, "Reference": 16, "Year": 14, "Saving": 18, "Cost": 18,
}  # fmt: skip
_TABLE_WIDTH, _LONG_TABLE_WIDTH = 152, 196
"""What the columns of an input sheet are wide together, so that a page is filled both ways."""
_LONG_TABLE = 35
_MOST_ROWS_ON_A_PAGE = 45
_TERM_WIDTHS = (25, 26, 13, 13, 17, 48)
"""Narrow enough for an upright page, on which all terms stand."""

_BELOW_0 = {
    "Invoiced": "; a credit is below 0",
    "Weekly": "; a further saving is below 0",
    "Once": "; a further saving is below 0",
}
"""What an amount below 0 is, where that has a name."""

_NOT_BEFORE = {"Ended on": "Moved on", "To": "From"}
"""The columns of dates that may not lie before another one's."""

_KIND_OF_CELL = {
    "text": "text", "date": "date", "month": "month", "price": "money", "amount": "money",
    "option": "text", "yes_no": "text", "year": "text", "fee": "money", "weeks": "count",
}  # fmt: skip


def write_terms(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Terms sheet: every term with its value, unit, clause and reading."""
    page.introduce(
        "Terms",
        "Input: fill in the column Value. Leave the names in the column Term as they are: the"
        " functions find each value by its name.",
        "A blank value means the default. Clause: where the value is from. Reading: how open"
        " wording is read, and why. A term that changes: at the foot.",
    )
    styles = page.styles
    page.set_widths(_TERM_WIDTHS)
    rows = [[*row[:2], None, *row[2:]] for row in terms_table(plan.contract)[1:]]
    input_style = styles.cell("text", "input", text_wrap=True, indent=1)
    add_input_table(
        page, plan, "Terms", TERMS_HEADINGS, plan.table_rows["Terms"], pages_tall=1, upright=True
    )
    label = styles.cell("text", bold=True, indent=1)
    wrapped = styles.cell("wrapped", valign="vcenter", indent=1)
    by_kind = {
        kind: styles.cell(kind, "input", align="left", indent=1)
        for kind in ("money", "rate", "count", "date")
    }
    for row, (term, values) in enumerate(zip(TERMS, rows, strict=True), start=FIRST_TABLE_ROW):
        page.put(row, 1, values[0], label)
        page.put(row, 2, values[1], by_kind.get(term.kind, input_style))
        page.put(row, 3, None, by_kind["date"] if term.field_name in VARYING else wrapped)
        for column in (4, 5, 6):
            page.put(row, column, values[column - 1], wrapped)
        page.check_entry((row, 2), _rule_of_term(term))
        page.fit_row(row, *zip(map(str, values), _TERM_WIDTHS, strict=True))
    _write_variations(page, FIRST_TABLE_ROW + len(TERMS), input_style, by_kind)


def _write_variations(
    page: TemplatePage, first_row: int, text: Format, by_kind: Mapping[str, Format]
) -> None:
    """Write the rows in which a term may stand again, with another value from a day on."""
    varying = [term.label for term in VARYING.values()]
    last_row = first_row + VARIATION_ROWS - 1
    explained = (
        "To change a term from a day on: choose it in Term, and give its new Value and From."
    )
    look = page.styles.cell("text", "input", bold=True, indent=1)
    value = page.styles.cell("number", "input", align="left", indent=1)
    for row in range(first_row, last_row + 1):
        for column, style in enumerate((look, value, by_kind["date"], text, text, text), start=1):
            page.put(row, column, None, style)
    page.check_entries(
        (first_row, 1), (last_row, 1),
        {**messages("Term", f"{explained} Its first row holds until then."), "validate": "list",
         "source": varying, **refusal(_one_of(varying))},
    )  # fmt: skip
    page.check_entries(
        (first_row, 2), (last_row, 2),
        {**messages("Value", "The new value: pounds, or a rate such as 0.1 or 10%."),
         "validate": "decimal", "criteria": ">=", "value": 0,
         **refusal("Give a number, 0 or more, or leave the cell blank.")},
    )  # fmt: skip
    page.check_entries(
        (FIRST_TABLE_ROW, 3), (last_row, 3),
        {**messages("From", "The day from which this row's value holds; blank: from the start."
                    f" Only for: {', '.join(varying)}."), **a_date()},
    )  # fmt: skip


def write_evidence(page: TemplatePage, plan: TemplatePlan, table: str) -> None:
    """Write an input sheet: a table with blank rows, and sample rows where they are wanted."""
    first, second = _PURPOSES[table]
    page.introduce(table, first, _IN_A_BOOK.get(table, second) if plan.book else second)
    styles = page.styles
    columns = (*ALL_COLUMNS[table], *AUDIT_COLUMNS[table])
    headings = input_headings(table)
    page.set_widths(widths_of_columns(plan, table))
    sample = plan.contract.sample.get(table, ()) if plan.sample else ()
    if sample:
        notice = "The rows below are illustrations, as the column Note says. Clear them first."
        page.put(TABLE_HEADING_ROW - 1, 1, notice, styles.strong)
    cell_styles = [
        styles.cell(kind, "input") if kind == "money" else styles.cell(kind, "input", indent=1)
        for kind in kinds_of_columns(table)
    ]
    rows = plan.table_rows[table]
    # A short table has no second page of empty rows.
    pages = 1 if rows <= _MOST_ROWS_ON_A_PAGE else 0
    add_input_table(page, plan, table, headings, rows, cell_styles, pages_tall=pages)
    page.sheet.set_row(TABLE_HEADING_ROW - 1, 33)
    entries: list[list[Any]] = [
        [*(one.get(heading) for heading in headings[:-1]), ILLUSTRATIONS[table]] for one in sample
    ]
    entries += [[None] * len(headings)] * (rows - len(entries))
    for row, values in enumerate(entries, start=FIRST_TABLE_ROW):
        for column, (value, style) in enumerate(zip(values, cell_styles, strict=True), start=1):
            page.put(row, column, value, style)
    last_row = TABLE_HEADING_ROW - 1 + plan.prepared_rows(table)
    for index, declared in enumerate(columns):
        rule = _rule_of_column(columns, declared)
        page.sheet.data_validation(FIRST_TABLE_ROW - 1, index, last_row, index, rule)


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
    columns = (*ALL_COLUMNS[table], *AUDIT_COLUMNS[table])
    return [*(_KIND_OF_CELL[column.kind] for column in columns), "text"]


def _rule_of_term(term: Term) -> dict[str, Any]:
    """The validation of a term's value."""
    with_options = "\n".join(
        [term.meaning, *(f"{option}: {text}" for option, text in term.options.items())]
    )
    fits = len(with_options) <= LONGEST_MESSAGE
    rule = messages(term.label, with_options if fits else term.meaning)
    if term.kind == "option":
        options = list(term.options)
        return {**rule, "validate": "list", "source": options, **refusal(_one_of(options))}
    if term.kind == "date":
        return {**rule, **a_date()}
    if term.kind in ("money", "rate", "count"):
        return {**rule, **a_number(term, "a number, ")}
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
    if column.heading in _NOT_BEFORE:
        first = _NOT_BEFORE[column.heading]
        letter = column_letter([other.heading for other in columns].index(first) + 1)
        return {
            **rule, "validate": "date", "criteria": ">=",
            "value": f"={letter}{FIRST_TABLE_ROW}",
            **refusal(f"Give a date such as 01/09/2025, on or after {first}, or leave it blank."),
        }  # fmt: skip
    if column.kind in ("date", "month"):
        return {**rule, **a_date()}
    if column.kind == "price":
        return {**rule, **a_weekly_price(column.meaning)}
    if column.kind in ("fee", "weeks"):
        whole = column.kind == "weeks"
        return {
            **rule, "validate": "integer" if whole else "decimal", "criteria": ">=",
            "value": 1 if whole else 0,
            **refusal("Give a whole number of weeks." if whole else "Give pounds, 0 or more."),
        }  # fmt: skip
    if column.kind == "amount":
        refused = refusal(f"Give an amount in pounds{_BELOW_0.get(column.heading, '')}.")
        most = 10**12
        return {
            **rule, "validate": "decimal", "criteria": "between", "minimum": -most,
            "maximum": most, **refused,
        }  # fmt: skip
    return {**rule, "validate": "any"}


def a_number(term: Term, what: str = "", bounds: str = "") -> dict[str, Any]:
    """A number within the limits of a term; what it is and its bounds as the refusal says them."""
    least, most = term.least or 0, term.most
    limits: dict[str, Any] = {"criteria": ">=", "value": least}
    said = f"{least} or more"
    if most is not None:
        limits = {"criteria": "between", "minimum": least, "maximum": most}
        said = f"from {least} to {most}"
    whole = term.kind == "count"
    what = "a whole number, " if whole else what
    return {
        "validate": "integer" if whole else "decimal", **limits,
        **refusal(f"Give {what}{bounds or said}, or leave the cell blank."),
    }  # fmt: skip


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


def add_input_table(
    page: TemplatePage,
    plan: TemplatePlan,
    table: str,
    headings: Sequence[str],
    rows: int,
    looks: Sequence[Format] = (),
    *,
    pages_tall: int = 0,
    upright: bool = False,
) -> None:
    """Make so many rows a table under its headings; the values are put into it afterwards.

    The headings stay in sight, and stand on each page that is printed. Where the columns have
    looks of their own, the table can grow, and has filter buttons.
    """
    page.sheet.freeze_panes(TABLE_HEADING_ROW, 1)
    page.print_on_a4(
        plan.title, heading_row=TABLE_HEADING_ROW, pages_tall=pages_tall, upright=upright
    )
    text = page.styles.column_heading(indent=1)
    # A heading stands over its numbers, and leaves room for the filter button beside it.
    number = page.styles.column_heading(align="right", indent=2 if looks else 0)
    kinds = kinds_of_columns(table) if table in ALL_COLUMNS else [""] * len(headings)
    columns = [
        {"header": heading, "header_format": number if kind in ("money", "count") else text}
        for heading, kind in zip(headings, kinds, strict=True)
    ]
    if looks:
        columns = [{**one, "format": look} for one, look in zip(columns, looks, strict=True)]
    page.sheet.add_table(
        TABLE_HEADING_ROW - 1, 0, TABLE_HEADING_ROW - 1 + rows, len(headings) - 1,
        {
            "name": TABLE_NAMES[table], "style": None, "autofilter": bool(looks),
            "columns": columns,
        },
    )  # fmt: skip


def messages(title: str, message: str) -> dict[str, Any]:
    """What Excel says beside a cell that is chosen."""
    return {"input_title": title[:LONGEST_TITLE], "input_message": message}


def _one_of(options: Sequence[str]) -> str:
    return f"Choose one of: {', '.join(options)}."


def a_date() -> dict[str, Any]:
    """The validation of a date."""
    return {
        "validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY,
        **refusal("Give a date such as 01/09/2025, between 1990 and 2100."),
    }  # fmt: skip
