"""What the commands share: the options that many have, and the outputs that none writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from xlpbr import cells
from xlpbr.errors import CellError, FileProblem

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _CalendarOption(click.ParamType[date]):
    """A day or a month as a person types it: 31/10/2026, 31 Oct 2026, 2026-10-31, Oct 2026."""

    def __init__(self, name: str, read: Callable[[Any], date]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        try:
            return self.read(value)
        except CellError as error:
            self.fail(error.message, param, ctx)


DAY = _CalendarOption("date", cells.day)
"""A day as a person types it."""

MONTH = _CalendarOption("month", cells.month)
"""A month as a person types it, or any day in it."""


def workbook_tables(command: _Command) -> _Command:
    """The workbook and where its tables are."""
    for table in ("Claims", "Carers", "Placements", "Terms"):
        command = click.option(
            f"--{table.lower()}",
            metavar="WHERE",
            help=f"Where the {table} table is: its name, or cells such as 'Sheet!A4:H40'.",
        )(command)
    return click.argument("file", type=click.Path(path_type=Path))(command)


def as_at_option(command: _Command) -> _Command:
    """The day up to which things are known."""
    return click.option(
        "--as-at", type=DAY, help="The last day to count; the end of the programme if left out."
    )(command)


def form_options(command: _Command) -> _Command:
    """How a table is printed."""
    command = click.option("--csv", "form", flag_value="csv", help="Print comma-separated values.")(
        command
    )
    return click.option(
        "--json", "form", flag_value="json", help="Print JSON, with the count of rows read."
    )(command)


def output_file(command: _Command) -> _Command:
    """The file to write, and whether one that is there may be replaced."""
    command = click.option("--replace", is_flag=True, help="Replace the output file if it exists.")(
        command
    )
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write."
    )(command)


def refuse_output(
    output: Path, *, replace: bool, suffix: str = ".xlsx", source: Path | None = None
) -> None:
    """Refuse an output that would replace a file unasked, or that Excel would not open."""
    if output.suffix.casefold() != suffix.casefold():
        raise FileProblem(f"{output} must end in {suffix}.")
    # An output that is the input is refused for that, where it is written.
    if output.exists() and not replace and not (source and output.samefile(source)):
        raise FileProblem(
            f"{output} is there already. Choose another name, or add --replace to replace it."
        )


def there(file: Path) -> Path | None:
    """A file that is there; None for one that is not."""
    return file if file.exists() else None
