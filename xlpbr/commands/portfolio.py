"""The command that settles a folder of contracts: portfolio.

It holds no rule.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from xlpbr.commands import terminal
from xlpbr.commands.options import (
    DAY,
    output_file,
    refuse_output,
    tables_of_every_workbook,
)
from xlpbr.errors import FileProblem
from xlpbr.executors import executor_of

if TYPE_CHECKING:
    from xlpbr.workbook.portfolio.folder import SettledFolder

FILES_NOT_SETTLED = 1

_NEEDED = ("numpy", "pandas", "pyarrow")
_ENDINGS = (".xlsx", ".parquet")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@output_file
@click.option(
    "--as-at",
    type=DAY,
    help="The last day to count; if left out, each workbook's own As at, and for one without it the"
    " programme's end.",
)
@tables_of_every_workbook
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="How many processes of this computer to use; 1 if left out.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="The address of a Dask scheduler to use instead."
)
def portfolio(
    folder: Path,
    output: Path,
    replace: bool,
    as_at: date | None,
    workers: int | None,
    scheduler: str | None,
    **places: str | None,
) -> None:
    """Settle every workbook in a folder, with sums over contracts, years and providers.

    The output is a workbook (.xlsx) or the month rows alone (.parquet).
    """
    if workers is not None and scheduler is not None:
        raise click.UsageError(
            "Give --workers for this computer, or --scheduler, which has its own workers; not both."
        )
    suffix = output.suffix if output.suffix.casefold() in _ENDINGS else ".xlsx or .parquet"
    refuse_output(output, replace=replace, suffix=suffix)
    _refuse_without_packages()
    from xlpbr.workbook.portfolio.files import find_books, refuse_input
    from xlpbr.workbook.portfolio.folder import settled_folder

    files = find_books(folder, output)
    refuse_input(files, output)
    with ExitStack() as until_written:
        with (
            _bar(f"Settling {folder.name}", len(files)) as advance,
            executor_of(scheduler, workers) as executor,
        ):
            settled = until_written.enter_context(
                settled_folder(
                    folder, files, as_at,
                    places={table.capitalize(): place for table, place in places.items()},
                    executor=executor, send=scheduler is not None, on_files=advance,
                )
            )  # fmt: skip
        # The workers have ended: who stops the command from here on stops it before it has written.
        if settled.settled:
            _write(settled, output)
    _say(settled, output)


def _refuse_without_packages() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise FileProblem(
            f"A portfolio needs {' and '.join(missing)}, which is not installed. Run: "
            'python -m pip install "xlpbr[portfolio]"'
        )


@contextmanager
def _bar(message: str, files: int) -> Iterator[Callable[[int], None]]:
    """A bar that goes forward with the files that are done, on a terminal only."""
    screen = terminal.console(errors=True)
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TextColumn("files"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(
        *columns, console=screen, transient=True, disable=not screen.is_terminal
    ) as progress:
        task = progress.add_task(message, total=files)
        yield lambda done: progress.advance(task, done)


def _write(settled: SettledFolder, output: Path) -> None:
    if output.suffix.casefold() == ".parquet":
        from xlpbr.workbook.portfolio.parquet import write_months

        write_months(settled, output)
    else:
        from xlpbr.workbook.portfolio.book import write_portfolio

        write_portfolio(settled, output, prepared_on=date.today())


def _say(settled: SettledFolder, output: Path) -> None:
    """List what was not settled, and say what was."""
    if settled.not_settled:
        terminal.say("Not settled:")
    for outcome in settled.not_settled:
        for finding in outcome.findings:
            place = f", {finding.place}" if finding.place else ""
            named = finding.sentence.startswith(outcome.name)
            terminal.say(
                finding.sentence if named else f"{outcome.name}{place}: {finding.sentence}"
            )
    noted = [outcome for outcome in settled.outcomes if outcome.is_settled and outcome.notes]
    if noted:
        terminal.say("Settled, with something to know:")
    for outcome in noted:
        terminal.say(f"{outcome.name}: {' '.join(outcome.notes)}")
    left_out, files = len(settled.not_settled), len(settled.files)
    if not settled.settled:
        terminal.say(
            f"None of {files} {'file' if files == 1 else 'files'} was settled; nothing was written."
        )
    else:
        terminal.say(f"Wrote {output}: {files - left_out} of {files} files settled.")
    if left_out:
        if settled.settled:
            terminal.say(
                "What is not settled is in no figure. Correct it, or take a file without a "
                "contract out of the folder, and run again with --replace."
            )
        raise click.exceptions.Exit(FILES_NOT_SETTLED)
