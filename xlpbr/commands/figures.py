"""The commands that print figures of a workbook: its statement, and what lies behind it.

Each reads, settles and shows the rows that the function of the same name spills; it holds no rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

import xlpbr
from xlpbr import cells, money
from xlpbr.cells import Rows
from xlpbr.commands import terminal
from xlpbr.commands.options import MONTH, as_at_option, form_options, workbook_tables
from xlpbr.commands.records import (
    day_to_count,
    mention,
    problem_in_words,
    read,
    refuse_blocking,
    rows_read,
)
from xlpbr.commands.terminal import Form
from xlpbr.functions import spills
from xlpbr.periods import day_in_words, month_in_words
from xlpbr.settlement.readings import value_readings
from xlpbr.settlement.statement import FIGURE_BY_HEADING, Statement, settle
from xlpbr.workbook.read.contract_tables import ContractRecords, ContractTables

_month_option = click.option(
    "--month", required=True, type=MONTH, help="The month: 'Mar 2026' or any day in it."
)

INVOICE_KINDS = ("text", "month", "text", "money", "money", "money")
INVOICE_GROUPS = (("Line", "Net", "VAT", "Gross"), ("Working",), ("For month",))
_LINES_GROUPS = (
    ("Child", "What", "Days", "Weekly", "Amount"),
    ("From",),
    ("To",),
    ("Residential weekly cost", "Family weekly cost", "Weekly"),
)
_READINGS_GROUPS = (
    ("Reading", "If it is read instead", "Payable", "Difference"),
    ("As it is read now",),
)
_YEARS_GROUPS = (
    ("Financial year", "Saving", "Payable"),
    ("Payable", "Invoiced", "Accrual"),
    ("Saving", "Budget saving", "Saving against budget"),
    ("Payable", "Budget cost", "Cost against budget"),
    ("Full-year effect",),
)
"""The columns that stay or go together on a narrow terminal, the most wanted first."""


@click.command()
@workbook_tables
@as_at_option
@form_options
def statement(file: Path, as_at: date | None, form: Form | None, **places: str | None) -> None:
    """Print the monthly statement of a workbook."""
    with _settled(file, places, as_at) as (settled, about):
        terminal.show_statement(
            spills.statement_table(settled),
            form,
            title=f"Statement {_title(settled)}",
            about=about,
        )


@click.command()
@workbook_tables
@as_at_option
@form_options
def readings(file: Path, as_at: date | None, form: Form | None, **places: str | None) -> None:
    """Print what each open reading of the contract is worth."""
    with _settled(file, places, as_at) as (settled, about):
        title = f"Value of the open readings {_title(settled)}"
        if form:
            terminal.show(
                spills.readings_table(settled),
                form,
                title=title,
                kinds=["text", "text", "text", "money", "money"],
                about=about,
            )
        else:
            show_readings(settled, title=title)


@click.command()
@workbook_tables
@_month_option
@as_at_option
@form_options
def explain(
    file: Path, month: date, as_at: date | None, form: Form | None, **places: str | None
) -> None:
    """Print how each figure of a month was worked out."""
    with _settled(file, places, as_at, month) as (settled, about):
        rows = spills.explain_month(settled, month)
        terminal.show(
            rows if form else _amounts_in_words(rows),
            form,
            title=f"{month_in_words(month)}: how the figures came about",
            kinds=["text", "text", "text", "count"],
            about=about,
        )


@click.command()
@workbook_tables
@_month_option
@as_at_option
@form_options
def invoice(
    file: Path, month: date, as_at: date | None, form: Form | None, **places: str | None
) -> None:
    """Print what is to be invoiced for a month, line by line, with VAT."""
    with _settled(file, places, as_at, month) as (settled, about):
        terminal.show(
            spills.invoice_of_month(settled, month),
            form,
            title=f"To invoice for {month_in_words(month)}",
            kinds=INVOICE_KINDS,
            groups=INVOICE_GROUPS,
            about=about,
        )


@click.command()
@workbook_tables
@_month_option
@as_at_option
@form_options
def lines(
    file: Path, month: date, as_at: date | None, form: Form | None, **places: str | None
) -> None:
    """Print the saving of a month line by line: each placement, price and further cost."""
    with _settled(file, places, as_at, month) as (settled, about):
        terminal.show(
            spills.lines_of_month(settled, month),
            form,
            title=f"Saving of {month_in_words(month)}, line by line",
            kinds=["text", "text", "date", "date", "count", "price", "price", "price", "money"],
            groups=_LINES_GROUPS,
            about=about,
        )


@click.command()
@workbook_tables
@as_at_option
@form_options
def children(file: Path, as_at: date | None, form: Form | None, **places: str | None) -> None:
    """Print the saving of each child in each month."""
    with _settled(file, places, as_at) as (settled, about):
        terminal.show_months(
            spills.children_table(settled),
            form,
            title=f"Saving of each child {_title(settled)}",
            before=2,
            about=about,
        )


@click.command()
@workbook_tables
@as_at_option
@form_options
def years(file: Path, as_at: date | None, form: Form | None, **places: str | None) -> None:
    """Print the statement by financial years, beside the budget."""
    with _settled(file, places, as_at) as (settled, about):
        rows = spills.years_table(settled)
        terminal.show(
            rows,
            form,
            title=f"Financial years {_title(settled)}",
            kinds=["text", *["money"] * (len(rows[0]) - 1)],
            groups=_YEARS_GROUPS,
            about=about,
        )


def show_readings(settled: Statement, *, title: str, most: int | None = None) -> None:
    """Print for a person what each open reading is worth, in words, the dearest first.

    Args:
        settled: the statement.
        title: what the table is.
        most: the width that is not passed, where there is one.
    """
    from xlpbr.workbook.template.readings import in_words

    values = value_readings(settled.terms, settled.evidence, settled.as_at)
    now = {value.term.label: in_words(value.term, value.option) for value in values if value.in_use}
    worth = sorted(
        (value for value in values if value.difference), key=lambda value: -abs(value.difference)
    )
    if worth:
        terminal.show(
            [
                ["Reading", "As it is read now", "If it is read instead", "Payable", "Difference"],
                *(
                    [
                        value.term.label,
                        now[value.term.label],
                        in_words(value.term, value.option),
                        cells.pounds(value.payable),
                        cells.pounds(value.difference),
                    ]
                    for value in worth
                ),
            ],
            title=title,
            kinds=["text", "text", "text", "money", "money"],
            groups=_READINGS_GROUPS,
            most=most,
        )
    else:
        terminal.say_below(title, most=most, style="bold")
    terminal.say_below(
        f"Payable as it is read now: {money.in_words(settled.payable)}. Each reading is tried"
        " alone.",
        most=most,
    )
    matter = {value.term.label for value in worth}
    idle = list(dict.fromkeys(value.term.label for value in values))
    without = ", ".join(label for label in idle if label not in matter)
    if without:
        terminal.say_below(f"Without effect to this day: {without}.", most=most)


@contextmanager
def _settled(
    file: Path,
    places: Mapping[str, str | None],
    as_at: date | None,
    month: date | None = None,
) -> Iterator[tuple[Statement, dict[str, Any]]]:
    """A workbook's contract settled, and what a machine is told of it; what to look at is said."""
    found, records = read(file, places)
    refuse_blocking(found, records.blocking)
    as_at = day_to_count(found, records, as_at, month)
    settled = settle(records.terms.record, records.evidence.record, as_at)
    yield settled, _about(found, records, settled)
    mention(found, records.problems)


def _title(settled: Statement) -> str:
    return f"{settled.terms.contract} to {day_in_words(settled.as_at)}".strip()


def _about(found: ContractTables, records: ContractRecords, settled: Statement) -> dict[str, Any]:
    return {
        "file": found.book.path.name,
        "sha256": found.book.sha256,
        "xlpbr": xlpbr.__version__,
        "contract": settled.terms.contract,
        "as_at": settled.as_at.isoformat(),
        "rows_read": rows_read(records.row_counts),
        "problems": len(records.problems),
        "notes": [problem_in_words(found, problem) for problem in records.problems],
    }


def _amounts_in_words(rows: Rows) -> Rows:
    """The lines of a month with each amount in its own unit: pounds, or a count."""
    headings, *body = rows
    return [
        headings,
        *(
            [
                clause,
                figure,
                working,
                terminal.cell_in_words(amount, FIGURE_BY_HEADING[figure].kind),
            ]
            for clause, figure, working, amount in body
        ),
    ]
