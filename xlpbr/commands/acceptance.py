"""The command that makes the workbook by which a host is tried where no one of us can go."""

from __future__ import annotations

from pathlib import Path

import click

from xlpbr.commands import terminal
from xlpbr.commands.options import output_file, refuse_output
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, in_words


@click.command()
@click.option(
    "--host",
    required=True,
    type=click.Choice(OF_WORKBOOKS),
    help=f"Where the functions run: {in_words(OF_WORKBOOKS)}.",
)
@output_file
def acceptance(host: str, output: Path, replace: bool) -> None:
    """Make a workbook that says whether the functions are right where it is opened."""
    from xlpbr.workbook.acceptance.write import new_acceptance_workbook

    refuse_output(output, replace=replace, suffix=HOSTS[host].suffix)
    with terminal.progress(f"Making {output.name}"):
        count = new_acceptance_workbook(host, output)
    terminal.say(
        f"Made {output} with {count:,} cases. Open it with {HOSTS[host].title}, let it calculate"
        " everything (Excel: Ctrl+Alt+F9; LibreOffice: Ctrl+Shift+F9), read its first sheet, and"
        " send the line under Result with your report."
    )
