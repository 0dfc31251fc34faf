"""The command that lists every problem in a workbook's tables."""

from __future__ import annotations

from pathlib import Path

import click

from xlpbr.commands import terminal
from xlpbr.commands.options import form_options, workbook_tables
from xlpbr.commands.records import PROBLEMS_IN_THE_DATA, read, rows_in_words, rows_read
from xlpbr.commands.terminal import Form
from xlpbr.functions import spills
from xlpbr.workbook.read.contract_tables import where

_CHECK_GROUPS = (("Where", "Found", "Expected", "What to do"), ("Column",), ("Table", "Row"))
"""The columns that stay or go together on a narrow terminal, the most wanted first."""


@click.command()
@workbook_tables
@form_options
def check(file: Path, form: Form | None, **places: str | None) -> None:
    """List every problem in a workbook's tables."""
    found, records = read(file, places)
    problems = records.all_problems
    headings, *rows = spills.problems_table(problems)
    located = [
        [where(found, problem), *row] for problem, row in zip(problems, rows, strict=False)
    ] or [["", *row] for row in rows]
    terminal.show(
        [["Where", *headings], *located],
        form,
        title=f"Problems in {file.name}",
        kinds=["text", "text", "count", "text", "text", "text", "text"],
        groups=_CHECK_GROUPS,
        about={"file": file.name, "rows_read": rows_read(records.all_counts)},
    )
    if not form:
        for line in rows_in_words(records.all_counts):
            terminal.say(line)
    if problems:
        raise click.exceptions.Exit(PROBLEMS_IN_THE_DATA)
