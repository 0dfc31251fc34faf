"""What commands that change a workbook share: the file to write, and what may be passed over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from xlpbr.commands import terminal
from xlpbr.commands.options import refuse_output, there

_Command = TypeVar("_Command", bound=Callable[..., Any])

_ALLOWED = {
    "signed": "Change a signed workbook all the same; its signature becomes void.",
    "locked-structure": "Add or take out sheets even if the workbook's structure is locked.",
    "protected-sheet": "Change locked cells of a protected sheet.",
}
"""What may be passed over, and what its option says."""

_ENDINGS = {".xlsx", ".xlsm"}


def written_to(command: _Command) -> _Command:
    """The file to write: another one, or the workbook itself with a dated copy beside it."""
    for name, help_text in reversed(_ALLOWED.items()):
        command = click.option(f"--allow-{name}", is_flag=True, help=help_text)(command)
    command = click.option("--replace", is_flag=True, help="Replace the output file if it exists.")(
        command
    )
    command = click.option(
        "--in-place", is_flag=True, help="Change the workbook itself; a dated copy is kept."
    )(command)
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), help="The file to write."
    )(command)


def output_target(file: Path, output: Path | None, *, in_place: bool, replace: bool) -> Path:
    """The file to write."""
    from xlpbr.workbook.ooxml.zip.archive import close_archive, open_archive

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
    return frozenset(name for name in _ALLOWED if options.pop(f"allow_{name.replace('-', '_')}"))


def say_kept(copy: Path | None) -> None:
    """Say where the workbook of before is, where it was changed in place."""
    if copy is not None:
        terminal.say(f"The workbook as it was is kept as {copy.name} beside it.")
