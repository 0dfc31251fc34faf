"""The demonstration: a contract's workbook with sample rows, calculated, checked and reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from xlpbr.commands import terminal
from xlpbr.commands.figures import INVOICE_GROUPS, INVOICE_KINDS, show_readings
from xlpbr.contract.library import Contract
from xlpbr.errors import FileProblem
from xlpbr.functions import spills
from xlpbr.periods import day_in_words, month_in_words, month_of
from xlpbr.settlement.statement import settle
from xlpbr.workbook.calculate.recalculate import calculate, recalculate
from xlpbr.workbook.calculate.verification import Verification, verify
from xlpbr.workbook.files.names import name_for_file
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.libreoffice.pdf import find_libreoffice
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.read.contract_tables import read_records, read_tables
from xlpbr.workbook.read.own_sheets import as_at_of
from xlpbr.workbook.report.write import write_reports
from xlpbr.workbook.sample_budget import write_sample_budget
from xlpbr.workbook.template.write import new_workbook

BUDGET = "budget.xlsx"
"""The budget book beside the contract's workbook, as README.md calls it."""

_WIDTH = 100
"""What is printed fits this many columns, also where the output is no terminal."""


def demonstrate(contract: Contract, folder: Path) -> None:
    """Make, calculate, check and report the workbook of a contract, and show what came out.

    Beside it stands a budget book as a council keeps one, for what is done inside such a book.

    Raises:
        FileProblem: a formula of the workbook differs from the functions called directly.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(
            f"The folder {folder} cannot be made: {error.strerror or error}. Give another with -o."
        ) from None
    name = name_for_file(contract.name)
    made, calculated = folder / f"{name}.xlsx", folder / f"{name}-calculated.xlsx"
    report = folder / f"{name}-report.xlsx"
    with terminal.progress(f"Making {made.name}"):
        _make(made, lambda path: new_workbook(contract, path, sample=True))
        _make(folder / BUDGET, lambda path: write_sample_budget(contract, path))
    with terminal.progress("Calculating its formulas with the embedded engine"):
        recalculate(made, calculated)
        checked = verify(open_book(calculated), calculate(calculated))
    _refuse_differences(checked)
    found = read_tables(calculated, {})
    records = read_records(found)
    own = as_at_of(found.book)
    # All that is shown is of the day that the workbook shows: the report and the figures below.
    day = records.terms.record.last_day if own is None else own[0]
    with terminal.progress(f"Writing {report.name}"):
        written = write_reports(
            found,
            records,
            report,
            as_at=day,
            prepared_by="not stated",
            public_cut_off=None,
            pdf=find_libreoffice() is not None,
        )
    settled = settle(records.terms.record, records.evidence.record, day)
    terminal.show_statement(
        spills.statement_table(settled),
        title=f"{contract.title}: monthly statement to {day_in_words(day)} (illustrations, no real"
        " children)",
        most=_WIDTH,
        all_in="xlpbr statement --csv",
    )
    terminal.say_below("")
    show_readings(settled, title=f"Value of the open readings to {day_in_words(day)}", most=_WIDTH)
    terminal.say(
        f"Checked: {checked.formulas:,} formulas, {checked.compared:,} cells; every one equals the"
        " function called directly."
    )
    terminal.say_below("")
    month = month_of(day)
    terminal.show(
        spills.invoice_of_month(settled, month),
        title=f"The sheet Month: to be invoiced for {month_in_words(month)}",
        kinds=INVOICE_KINDS,
        groups=INVOICE_GROUPS,
        most=_WIDTH,
    )
    reports = report.name if len(written) == 1 else f"{report.stem}.pdf and .xlsx"
    terminal.say(f"Open first: {calculated}")
    terminal.say("  Month      what to meet over: the invoice, the children, what is disputed")
    terminal.say("  Statement  every month to that day; Checks works the figures out again")
    terminal.say(f"Then: {reports}, as it can be sent")
    terminal.say(f"And: {BUDGET}, a council's own budget book, to try xlpbr attach and insert on")


def _make(made: Path, write: Callable[[Path], None]) -> None:
    """Make a workbook anew; one that was changed by hand since is kept under another name."""
    with TemporaryDirectory() as folder:
        fresh = Path(folder) / made.name
        write(fresh)
        content = fresh.read_bytes()
    if made.is_file() and made.read_bytes() == content:
        return
    kept = write_safely(made, lambda path: path.write_bytes(content), keep_copy=True)
    if kept is not None:
        terminal.say(f"{made.name} had been changed;\nit is kept as {kept.name}.")


def _refuse_differences(checked: Verification) -> None:
    if checked.different:
        raise FileProblem(
            f"{len(checked.different)} of {checked.compared} cells differ from the functions"
            f" called directly, the first {checked.different[0]}. Please report this."
        )
