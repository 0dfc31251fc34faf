"""The command that forecasts a contract: forecast.

It holds no rule. Imports ``forecast``, ``spills``, ``executors``, ``command_options``,
``command_records``, ``terminal`` and click.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

import xlpbr
from xlpbr import spills, terminal
from xlpbr.cells import Cell, Rows
from xlpbr.command_options import DAY, form_options, workbook_tables
from xlpbr.command_records import mention, read, refuse_blocking, rows_read
from xlpbr.executors import executor_of, run_in_order
from xlpbr.forecast import MOST_SCENARIOS, MOST_SEED, Forecast
from xlpbr.forecast import forecast as forecast_of
from xlpbr.periods import day_in_words
from xlpbr.terminal import Form

_AHEAD = 32
"""Chunks that are handed out before the first of them is waited for."""

_FIRST = ("Saving to date", "Payable to date", "Net saving to date", "Net saving")
_ON_A_NARROW_TERMINAL = (
    "Month",
    *(f"{figure}, 50th percentile" for figure in _FIRST),
    *(f"{figure}, {edge}th percentile" for figure in _FIRST for edge in (10, 90)),
)


@click.command()
@workbook_tables
@click.option(
    "--assumptions",
    metavar="WHERE",
    help="Where Assumptions is: a table, a name, or cells such as 'Sheet!A4:B18'.",
)
@click.option(
    "--scenarios", type=click.IntRange(1, MOST_SCENARIOS), default=10_000, show_default=True,
    help="How many scenarios are drawn.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0, MOST_SEED), default=1, show_default=True,
    help="Where the random numbers start: the same seed gives the same figures.",
)  # fmt: skip
@click.option(
    "--as-at", type=DAY,
    help="The last day that is known; the day before the first month of moves if left out.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1), help="Processes of this computer; 1 if left out."
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler whose workers settle.")
@form_options
def forecast(
    file: Path,
    assumptions: str | None,
    scenarios: int,
    seed: int,
    as_at: date | None,
    workers: int | None,
    scheduler: str | None,
    form: Form | None,
    **places: str | None,
) -> None:
    """Print what a contract may save and pay, and what moves the result most."""
    if workers is not None and scheduler is not None:
        raise click.UsageError("--workers are of this computer; a --scheduler has its own.")
    found, records = read(file, {**places, "assumptions": assumptions or "PbrAssumptions"})
    assumed = records.assumptions
    assert assumed is not None, "a workbook without Assumptions is refused when it is read"
    problems = (*records.problems, *records.assumption_problems)
    refuse_blocking(found, [problem for problem in problems if problem.code is not None])
    with (
        terminal.progress(f"Settling {scenarios:,} scenarios of {file.name}"),
        executor_of(scheduler, workers) as executor,
    ):
        settled = forecast_of(
            records.terms.record, records.evidence.record, assumed.record,
            as_at=as_at, scenarios=scenarios, seed=seed,
            run=partial(run_in_order, executor, ahead=_AHEAD),
        )  # fmt: skip
    if form == "csv":
        _show(settled, spills.forecast_table(settled), form)
    elif form == "json":
        about = {
            "file": file.name,
            "sha256": found.book.sha256,
            "xlpbr": xlpbr.__version__,
            "contract": settled.terms.contract,
            "as_at": settled.as_at.isoformat(),
            "scenarios": scenarios,
            "seed": seed,
            "rows_read": rows_read(records.all_counts),
            "problems": len(problems),
            "chances": dict(spills.forecast_chances(settled)),
            "sensitivities": _sensitivities(settled),
        }
        _show(settled, spills.forecast_months(settled), form, about)
    else:
        _show_to_a_person(settled)
    mention(found, problems)


def _show(settled: Forecast, rows: Rows, form: Form, about: dict[str, Any] | None = None) -> None:
    terminal.show(
        rows,
        form,
        title=f"Forecast {settled.terms.contract}, {settled.scenarios:,} scenarios from seed"
        f" {settled.seed}, known to {day_in_words(settled.as_at)}",
        kinds=["month", *["money"] * (len(rows[0]) - 1)],
        first=_ON_A_NARROW_TERMINAL,
        about=about,
    )


def _show_to_a_person(settled: Forecast) -> None:
    _show(settled, spills.forecast_months(settled), "table")
    chances = spills.forecast_chances(settled)
    terminal.show(
        [["Chance", "Share"], *([label, _share(at)] for label, at in chances)],
        "table",
        title="Chances",
        kinds=["text", "text"],
    )
    headings, *rows = spills.forecast_sensitivities(settled)
    if not settled.sensitivities:
        terminal.say(f"{spills.NOTHING_UNCERTAIN}: the figures are those of the statement.")
        return
    terminal.show(
        [headings, *([label, f"{low:g}", f"{high:g}", *nets] for label, low, high, *nets in rows)],
        "table",
        title="One assumption at a time, from low to high",
        kinds=["text", "text", "text", "money", "money", "money"],
    )


def _share(chance: Cell) -> str:
    return f"{chance:.1%}" if isinstance(chance, float) else str(chance)


def _sensitivities(settled: Forecast) -> list[dict[str, Cell]]:
    headings, *rows = spills.forecast_sensitivities(settled)
    if not settled.sensitivities:
        return []
    return [dict(zip(headings, row, strict=True)) for row in rows]


COMMANDS = (forecast,)
"""The commands, as the command line lists them."""
