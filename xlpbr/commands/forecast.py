"""The command that forecasts a contract: forecast.

It holds no rule.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

import xlpbr
from xlpbr.cells import Cell, Rows
from xlpbr.commands import terminal
from xlpbr.commands.options import DAY, assumptions_option, form_options, workbook_tables
from xlpbr.commands.records import (
    day_of_workbook,
    mention,
    read,
    refuse_blocking,
    rows_read,
)
from xlpbr.commands.terminal import Form
from xlpbr.executors import executor_of, run_in_order
from xlpbr.forecast.run import (
    MOST_SCENARIOS,
    MOST_SEED,
    SENSITIVITY_SCENARIOS,
    Forecast,
    Sensitivity,
)
from xlpbr.forecast.run import forecast as forecast_of
from xlpbr.functions import spills
from xlpbr.periods import day_in_words

_AHEAD = 32
"""Chunks that are handed out before the first of them is waited for."""

_AT_THE_END = (("Saving", 1), ("Payable", 5), ("Net saving", 9))
"""The figures of the whole programme, and where each begins in the row Total."""

_MEASURES = ("10th percentile", "50th percentile", "90th percentile", "mean")
_MONTHS_GROUPS = (
    ("Month", "Payable to date, 50th percentile"),
    ("Net saving to date, 50th percentile",),
    ("Payable to date, 10th percentile", "Payable to date, 90th percentile"),
    ("Net saving to date, 10th percentile", "Net saving to date, 90th percentile"),
    ("Saving to date, 50th percentile",),
    ("Saving to date, 10th percentile", "Saving to date, 90th percentile"),
    *((f"{figure}, 50th percentile",) for figure, _ in _AT_THE_END),
)
_FIGURES_GROUPS = (("Figure", "50th percentile"), ("10th percentile", "90th percentile"), ("mean",))
_TRIALS_GROUPS = (
    ("What moves the net saving most", "Low", "High", "Difference"),
    ("Net saving at low", "Net saving at high"),
)
"""The columns that stay or go together on a narrow terminal, the most wanted first."""

_HOW_TO_READ = (
    "10th percentile: in 1 scenario of 10 the figure was this or less. 50th: the middle. 90th: in"
    " 9 of 10 it was this or less.",
    "Net saving is saving less payable. Each column has its own order, so percentiles do not add"
    " up; means do.",
)


@click.command()
@workbook_tables
@assumptions_option
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
    help="The last day that is known; if left out, the day before the first month of moves.",
)  # fmt: skip
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="How many processes of this computer to use; 1 if left out.",
)
@click.option("--scheduler", metavar="ADDRESS", help="The address of a Dask scheduler to use.")
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
        raise click.UsageError(
            "Give --workers for this computer, or --scheduler, which has its own workers; not both."
        )
    found, records = read(file, {**places, "assumptions": assumptions or "PbrAssumptions"})
    assumed = records.assumptions
    assert assumed is not None, "a workbook without Assumptions is refused when it is read"
    problems = records.all_problems
    refuse_blocking(found, [problem for problem in problems if problem.code is not None])
    as_at = day_of_workbook(found, as_at, "Forecast")
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
        _show(spills.forecast_table(settled), form)
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
            "sensitivities": terminal.as_records(spills.forecast_sensitivities(settled))
            if settled.sensitivities
            else [],
        }
        _show(spills.forecast_months(settled), form, about)
    else:
        _show_to_a_person(settled)
    mention(found, problems)


def _show(rows: Rows, form: Form | None = None, about: dict[str, Any] | None = None) -> None:
    terminal.show(
        rows,
        form,
        title="Month by month",
        kinds=["month", *["money"] * (len(rows[0]) - 1)],
        groups=_MONTHS_GROUPS,
        about=about,
    )


def _show_to_a_person(settled: Forecast) -> None:
    months = spills.forecast_months(settled)
    total = months[-1]
    terminal.show(
        [
            ["Figure", *_MEASURES],
            *([figure, *total[first : first + 4]] for figure, first in _AT_THE_END),
        ],
        title=f"Forecast {settled.terms.contract}: the whole programme, to"
        f" {day_in_words(settled.terms.ends_on)}",
        kinds=["text", *["money"] * 4],
        groups=_FIGURES_GROUPS,
    )
    terminal.say_below(
        f"{settled.scenarios:,} scenarios from seed {settled.seed}, known to"
        f" {day_in_words(settled.as_at)}; what comes after is drawn."
    )
    for line in (*_HOW_TO_READ, ""):
        terminal.say_below(line)
    _show(months[:-1])
    terminal.show(
        [
            ["Chance", "In scenarios"],
            *([label, _share(at)] for label, at in spills.forecast_chances(settled)),
        ],
        title="Chances",
        kinds=["text", "count"],
    )
    if settled.terms.contract_maximum is not None:
        terminal.say_below("The maximum binds: more is owed than the contract maximum.")
        terminal.say_below("")
    if settled.sensitivities:
        _show_trials(settled)
    elif settled.certain:
        terminal.say(
            f"{spills.NOTHING_UNCERTAIN}: the figures are those of the statement. To forecast, fill"
            " in the table Assumptions."
        )
    else:
        terminal.say(f"{spills.NOTHING_MOVES_IT}: the net saving stays as it is.")


def _show_trials(settled: Forecast) -> None:
    headings, *rows = spills.forecast_sensitivities(settled)
    table = [
        headings,
        *(
            [label, _tried(one, low), _tried(one, high), *nets]
            for one, (label, low, high, *nets) in zip(settled.sensitivities, rows, strict=True)
        ),
    ]
    kinds = ["text", "count", "count", "money", "money", "money"]
    few = min(settled.scenarios, SENSITIVITY_SCENARIOS)
    terminal.show(
        table,
        title=f"One assumption at a time, from low to high: mean net saving of {few:,} scenarios",
        kinds=kinds,
        groups=_TRIALS_GROUPS,
    )


def _tried(one: Sensitivity, value: Cell) -> str:
    """A value that was tried, as its kind is written: pounds, a percentage or a number."""
    assert isinstance(value, float), "what is tried is a number"
    if one.kind == "money":
        return terminal.cell_in_words(value, "money")
    return f"{value:.2%}" if one.kind == "share" else f"{value:g}"


def _share(chance: Cell) -> str:
    """A share of the scenarios; 0% and 100% only where it is none and all of them."""
    if not isinstance(chance, float):
        return str(chance)
    if 0 < chance < 0.0005:
        return "under 0.1%"
    return "over 99.9%" if 0.9995 <= chance < 1 else f"{chance:.1%}"
