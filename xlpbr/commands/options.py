"""What the commands share: the options that many have, and the outputs that none writes.

Those that change a workbook write another one, or the workbook itself with a dated copy beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from xlpbr import cells
from xlpbr.commands import terminal
from xlpbr.errors import CellError, FileProblem
from xlpbr.tables.declared import ASSUMPTIONS, TABLES
from xlpbr.workbook.files.names import refuse_name
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


def _together(*options: Callable[[Any], Any]) -> Callable[[_Command], _Command]:
    """Options that belong together, in the order in which the help lists them."""
    return lambda command: reduce(lambda done, option: option(done), reversed(options), command)


def _where(table: str, help_text: str) -> Callable[[_Command], _Command]:
    return click.option(f"--{table.lower()}", metavar="WHERE", help=help_text)


workbook_tables = _together(
    click.argument("file", type=click.Path(path_type=Path)),
    *(_where(table, _WHERE.format(table, "A4:H40")) for table in TABLES),
)
"""The workbook and where its tables are."""

tables_of_every_workbook = _together(
    *(_where(table, f"Where the {table} table is in every workbook.") for table in TABLES)
)
"""Where the tables are in every workbook of a folder."""

assumptions_option = _where(ASSUMPTIONS, _WHERE.format(ASSUMPTIONS, "A4:B18"))
"""Where the assumptions are."""

as_at_option = click.option(
    "--as-at",
    type=DAY,
    help="The last day to count; if left out, the workbook's own As at, or the end of the last"
    " month that was claimed or agreed.",
)
"""The day up to which things are known."""

since_option = click.option(
    "--since",
    type=click.Path(path_type=Path),
    help="Add what changed in the tables since an older workbook; the workbook itself for what"
    " changed since its last month was agreed.",
)
"""The state that a report is held against."""

form_options = _together(
    click.option(
        "--json", "form", flag_value="json", help="Print JSON, with the count of rows read."
    ),
    click.option("--csv", "form", flag_value="csv", help="Print comma-separated values."),
)
"""How a table is printed."""


_replace_option = click.option(
    "--replace", is_flag=True, help="Replace the output file if it exists."
)

output_file = _together(
    click.option(
        "-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write."
    ),
    _replace_option,
)
"""The file to write, and whether one that is there may be replaced."""

written_to = _together(
    click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write."),
    click.option(
        "--in-place", is_flag=True, help="Change the workbook itself; a dated copy is kept."
    ),
    _replace_option,
    *(
        click.option(f"--allow-{name}", is_flag=True, help=text)
        for name, text in ALLOWANCES.items()
    ),
)
"""The file to write: another one, or the workbook itself with a dated copy beside it."""


def refuse_output(
    output: Path, *, replace: bool, suffix: str = ".xlsx", source: Path | None = None
) -> None:
    """Refuse an output that would replace a file unasked, or that Excel would not open."""
    refuse_name(output)
    if output.suffix.casefold() != suffix.casefold():
        name = f"{output.stem or output.name}{suffix.split(maxsplit=1)[0]}"
        raise FileProblem(f"{output} must end in {suffix}; name it {name}, for example.")
    # An output that is the input is refused for that, where it is written.
    if output.exists() and not replace and not (source and output.samefile(source)):
        raise FileProblem(
            f"{output} is there already. Choose another name, or add --replace to replace it."
        )


def there(file: Path) -> Path | None:
    """A file that is there; None for one that is not."""
    return file if file.exists() else None


def refuse_no_workbook(file: Path) -> None:
    """Refuse what is no workbook for us as what it is, not for its output's ending."""
    if file.suffix.casefold() not in _ENDINGS:
        close_archive(open_archive(file))


def written(file: Path, options: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
    """The file to write, and how; the options that say so are taken out."""
    output, in_place, replace = (options.pop(name) for name in ("output", "in_place", "replace"))
    allow = {name for name in ALLOWANCES if options.pop(f"allow_{name.replace('-', '_')}")}
    if in_place == (output is not None):
        raise click.UsageError("Give -o with the file to write, or --in-place, not both.")
    refuse_no_workbook(file)
    if output is not None:
        refuse_output(output, replace=replace, suffix=file.suffix, source=there(file))
    return output or file, {"allow": frozenset(allow), "in_place": in_place}


def say_kept(copy: Path | None) -> None:
    """Say where the workbook of before is, where it was changed in place."""
    if copy is not None:
        terminal.say(f"The workbook as it was is kept as {copy.name} beside it.")
