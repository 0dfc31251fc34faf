"""The command that writes the report workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xlpbr.commands import terminal
from xlpbr.commands.options import (
    as_at_option,
    output_file,
    refuse_output,
    since_option,
    there,
    workbook_tables,
)
from xlpbr.commands.records import day_to_count, mention, read, refuse_blocking
from xlpbr.settlement.statement import settle

_CUT_OFF = 5
"""Counts from 1 to this are suppressed in a public report, unless another is given."""


@click.command()
@workbook_tables
@output_file
@as_at_option
@click.option("--public", is_flag=True, help="Leave out what could point to a single child.")
@click.option(
    "--cut-off",
    type=click.IntRange(min=2),
    help=f"With --public: counts from 1 to this are not shown; {_CUT_OFF} if left out.",
)
@since_option
@click.option("--pdf", is_flag=True, help="Also write the report as a PDF beside it.")
@click.option(
    "--prepared-by",
    default="not stated",
    show_default=True,
    help="Who prepared the report, for its cover.",
)
def report(
    file: Path,
    output: Path,
    replace: bool,
    as_at: date | None,
    public: bool,
    cut_off: int | None,
    since: Path | None,
    pdf: bool,
    prepared_by: str,
    **places: str | None,
) -> None:
    """Write the report workbook: values only, ready to be sent."""
    from xlpbr.commands.agree import changed_since
    from xlpbr.workbook.disclosure.rules import show_publicly
    from xlpbr.workbook.report.publishing import before_publishing
    from xlpbr.workbook.report.write import write_reports

    if cut_off is not None and not public:
        raise click.UsageError("--cut-off works only with --public.")
    if since is not None and public:
        raise click.UsageError("--since shows single children; leave it out with --public.")
    refuse_output(output, replace=replace, source=there(file))
    if pdf:
        refuse_output(output.with_suffix(".pdf"), replace=replace, suffix=".pdf")
    found, records = read(file, places)
    refuse_blocking(found, records.blocking)
    as_at = day_to_count(found, records, as_at)
    changed = None if since is None else changed_since(since, found, records, as_at, places)
    with terminal.progress(f"Writing {output.name}"):
        written = write_reports(
            found,
            records,
            output,
            as_at=as_at,
            prepared_by=prepared_by,
            public_cut_off=(cut_off or _CUT_OFF) if public else None,
            pdf=pdf,
            since=changed,
        )
    for path in written:
        terminal.say(f"Wrote {path}.")
    if public:
        settled = settle(records.terms.record, records.evidence.record, as_at)
        for line in before_publishing(show_publicly(settled, cut_off or _CUT_OFF)):
            terminal.say(line)
    mention(found, records.problems)
