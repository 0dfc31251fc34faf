"""What the commands share: the options that many have, and the outputs that none writes.

Those that change a workbook write another one, or the workbook itself with a dated copy beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from xlpbr import cells
from xlpbr.commands import terminal
from xlpbr.errors import CellError, FileProblem
from xlpbr.tables.declared import ASSUMPTIONS, TABLES
from xlpbr.workbook.ooxml.edit.program import ALLOWANCES
from xlpbr.workbook.ooxml.zip.archive import close_archive, open_archive

_Command = TypeVar("_Command", bound=Callable[..., Any])

_WHERE = "Where the {} table is: its name, or cells such as 'Sheet!{}'."
_ENDINGS = {".xlsx", ".xlsm"}


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
    for table in reversed(TABLES):
        command = _where(command, table, _WHERE.format(table, "A4:H40"))
    return click.argument("file", type=click.Path(path_type=Path))(command)


def tables_of_every_workbook(command: _Command) -> _Command:
    """Where the tables are in every workbook of a folder."""
    for table in reversed(TABLES):
        command = _where(command, table, f"Where the {table} table is in every workbook.")
    return command


def assumptions_option(command: _Command) -> _Command:
    """Where the assumptions are."""
    return _where(command, ASSUMPTIONS, _WHERE.format(ASSUMPTIONS, "A4:B18"))


def _where(command: _Command, table: str, help_text: str) -> _Command:
    return click.option(f"--{table.lower()}", metavar="WHERE", help=help_text)(command)


def as_at_option(command: _Command) -> _Command:
    """The day up to which things are known."""
    return click.option(
        "--as-at",
        type=DAY,
        help="The last day to count; if left out, the workbook's own As at, or the end of the"
        " programme.",
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
    command = _replace_option(command)
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write."
    )(command)


def _replace_option(command: _Command) -> _Command:
    return click.option("--replace", is_flag=True, help="Replace the output file if it exists.")(
        command
    )


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


def written_to(command: _Command) -> _Command:
    """The file to write: another one, or the workbook itself with a dated copy beside it."""
    for name, help_text in reversed(tuple(ALLOWANCES.items())):
        command = click.option(f"--allow-{name}", is_flag=True, help=help_text)(command)
    command = _replace_option(command)
    command = click.option(
        "--in-place", is_flag=True, help="Change the workbook itself; a dated copy is kept."
    )(command)
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), help="The file to write."
    )(command)


def output_target(file: Path, output: Path | None, *, in_place: bool, replace: bool) -> Path:
    """The file to write."""
    if in_place == (output is not None):
        raise click.UsageError("Give -o with the file to write, or --in-place, not both.")
    if file.suffix.casefold() not in _ENDINGS:
        # What is no workbook for us is refused as what it is, not for its output's ending.
        close_archive(open_archive(file))
    if output is None:
        return file
    refuse_output(output, replace=replace, suffix=file.suffix, source=there(file))
    return output


def allowed(options: dict[str, Any]) -> frozenset[str]:
    """The allowances that were given; they are taken out of the options."""
    return frozenset(name for name in ALLOWANCES if options.pop(f"allow_{name.replace('-', '_')}"))


def say_kept(copy: Path | None) -> None:
    """Say where the workbook of before is, where it was changed in place."""
    if copy is not None:
        terminal.say(f"The workbook as it was is kept as {copy.name} beside it.")
