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
from xlpbr.settlement.statement import FIGURE_BY_HEADING, Statement, settle
from xlpbr.workbook.read.contract_tables import ContractRecords, ContractTables

_month_option = click.option(
    "--month", required=True, type=MONTH, help="The month: 'Mar 2026' or any day in it."
)

_INVOICE_FIRST = ("Line", "Net", "Gross", "VAT", "Working", "For month")
_LINES_FIRST = (
    "Child", "Amount", "What", "Days", "Weekly", "From", "To", "Family weekly cost",
    "Residential weekly cost",
)  # fmt: skip
_YEARS_FIRST = (
    "Financial year", "Saving", "Payable", "Invoiced", "Accrual", "Saving against budget",
    "Cost against budget", "Full-year effect", "Budget saving", "Budget cost",
)  # fmt: skip
"""The headings to keep on a narrow terminal, the most wanted first."""


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
        terminal.show(
            spills.readings_table(settled),
            form,
            title=f"Value of the open readings {_title(settled)}",
            kinds=["text", "text", "text", "money", "money"],
            about=about,
        )


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
            kinds=["text", "month", "text", "money", "money", "money"],
            first=_INVOICE_FIRST,
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
            first=_LINES_FIRST,
            about=about,
        )


@click.command()
@workbook_tables
@as_at_option
@form_options
def children(file: Path, as_at: date | None, form: Form | None, **places: str | None) -> None:
    """Print the saving of each child in each month."""
    with _settled(file, places, as_at) as (settled, about):
        (child, total, *months), *rows = spills.children_table(settled)
        terminal.show(
            [[child, total, *months], *rows],
            form,
            title=f"Saving of each child {_title(settled)}",
            kinds=["text", "money", *["money"] * len(months)],
            # On a narrow terminal the latest months are wanted most.
            first=[child, total, *reversed(months)],
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
            first=_YEARS_FIRST,
            about=about,
        )


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
