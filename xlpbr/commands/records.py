"""What the commands that read a contract share: its records, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from xlpbr.commands import terminal
from xlpbr.errors import Problem
from xlpbr.periods import day_in_words, month_end, month_of
from xlpbr.settlement.as_at import default_as_at
from xlpbr.tables.headings import RowCount
from xlpbr.workbook.read.contract_tables import (
    ContractRecords,
    ContractTables,
    read_records,
    read_tables,
    where_and_heading,
)
from xlpbr.workbook.read.own_sheets import as_at_of

PROBLEMS_IN_THE_DATA = 1


def read(file: Path, places: Mapping[str, str | None]) -> tuple[ContractTables, ContractRecords]:
    """The tables of a workbook and what they say.

    Args:
        file: the workbook.
        places: by table, in small letters, where the person says it is.
    """
    with terminal.progress(f"Reading {file.name}"):
        found = read_tables(file, {name.capitalize(): place for name, place in places.items()})
        return found, read_records(found)


def day_of_workbook(
    found: ContractTables, given: date | None, sheet: str = "Statement"
) -> date | None:
    """The last day to count: the one that is given, or the workbook's own As at, which is said.

    Args:
        found: the workbook.
        given: what the person said on the command line.
        sheet: whose As at it is: Statement or Forecast.
    """
    own = as_at_of(found.book, sheet)
    if own is None or own[0] == given:
        return given
    day, cell = own
    if given is not None:
        terminal.say(
            f"{cell} says As at {day_in_words(day)}; here it is {day_in_words(given)}, as --as-at"
            " says."
        )
        return given
    terminal.say(f"As at {day_in_words(day)}, as {cell} says; --as-at takes another day.")
    return day


def day_to_count(
    found: ContractTables,
    records: ContractRecords,
    given: date | None,
    month: date | None = None,
) -> date:
    """The last day to count of a contract whose tables can be settled, which is said.

    The one that is given; without it the workbook's own As at; without that the default day, or
    the end of a later month that is asked for.
    """
    day = day_of_workbook(found, given)
    if day is not None:
        return day
    terms = records.terms.record
    if month is not None and not month_of(terms.starts_on) <= month <= terms.last_day:
        # It is refused, and no figure is given; the whole programme is what may be asked for.
        return terms.last_day
    default = default_as_at(terms, records.evidence.record)
    day, reason = default.day, default.reason
    if month is not None and month_of(day) < month <= terms.last_day:
        day, reason = min(month_end(month), terms.last_day), "the end of the month asked for"
    terminal.say(f"As at {day_in_words(day)}, {reason}; --as-at takes another day.")
    return day


def refuse_blocking(found: ContractTables, blocking: Collection[Problem]) -> None:
    """List every problem that stops the figures, and stop."""
    if not blocking:
        return
    for problem in blocking:
        terminal.say(problem_in_words(found, problem))
    stop = "1 problem stops" if len(blocking) == 1 else f"{len(blocking)} problems stop"
    terminal.say(f"{stop} the figures. Correct the cells above and run the command again.")
    raise click.exceptions.Exit(PROBLEMS_IN_THE_DATA)


def mention(found: ContractTables, problems: Collection[Problem]) -> None:
    """List what a person should look at, where it does not stop the figures."""
    for problem in problems:
        terminal.say(problem_in_words(found, problem))
    count = len(problems)
    if count:
        things = "1 thing" if count == 1 else f"{count} things"
        terminal.say(f"{things} to look at, listed above; the figures stand.")


def problem_in_words(found: ContractTables, problem: Problem) -> str:
    """A problem in one line, with the cell where it is."""
    return f"{where_and_heading(found, problem)}: {problem.sentence}"


def rows_read(counts: Iterable[RowCount]) -> list[dict[str, Any]]:
    """What became of the rows of each table, for a machine."""
    return [asdict(count) for count in counts]


def rows_in_words(counts: Iterable[RowCount]) -> list[str]:
    """The same for a person, a line for each table."""
    return [
        f"{count.table}: {count.found} {'row' if count.found == 1 else 'rows'}"
        f" = {count.used} used + {count.refused} refused + {count.blank} blank."
        for count in counts
    ]
