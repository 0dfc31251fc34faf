"""The commands of what both parties agree: agree writes a month, changes says what came since.

Each reads, settles and says what it did; it holds no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlpbr import cells
from xlpbr.commands import terminal
from xlpbr.commands.edit import say_last_values, say_unproved
from xlpbr.commands.options import (
    MONTH,
    as_at_option,
    form_options,
    output_file,
    refuse_no_workbook,
    refuse_output,
    tables_of_every_workbook,
    there,
    workbook_tables,
)
from xlpbr.commands.records import day_to_count, mention, read, refuse_blocking
from xlpbr.commands.terminal import Form
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import FileProblem
from xlpbr.money import in_words
from xlpbr.periods import day_in_words, month_in_words, month_of
from xlpbr.settlement.changes import changes_between
from xlpbr.workbook.ooxml.edit.program import ALLOWANCES, PROTECTED_SHEET, SIGNED
from xlpbr.workbook.read.contract_tables import ContractRecords, ContractTables

if TYPE_CHECKING:
    from xlpbr.contract.snapshot import Snapshot
    from xlpbr.workbook.agreed.since import Since


@click.command()
@workbook_tables
@click.option(
    "--month", required=True, type=MONTH, help="The month to agree: 'Mar 2026' or any day in it."
)
@click.option("--council", default="", help="Who signs for the council.")
@click.option("--provider", default="", help="Who signs for the provider.")
@click.option("--reference", default="", help="Where the signature is kept.")
@output_file
@click.option("--allow-signed", is_flag=True, help=ALLOWANCES[SIGNED])
@click.option("--allow-protected-sheet", is_flag=True, help=ALLOWANCES[PROTECTED_SHEET])
def agree(
    file: Path,
    month: date,
    council: str,
    provider: str,
    reference: str,
    output: Path,
    replace: bool,
    allow_signed: bool,
    allow_protected_sheet: bool,
    **places: str | None,
) -> None:
    """Write a month as both parties agree it into a copy of a workbook.

    The copy keeps a snapshot of the tables, for: xlpbr changes
    """
    from xlpbr.workbook.agreed.agree import agree as agree_month

    refuse_no_workbook(file)
    refuse_output(output, replace=replace, suffix=file.suffix, source=there(file))
    found, records = read(file, places)
    refuse_blocking(found, records.blocking)
    with terminal.progress(f"Calculating {output.name}"):
        done = agree_month(
            found,
            records,
            month,
            output,
            agreed_on=date.today(),
            council=council,
            provider=provider,
            reference=reference,
            allow={
                name
                for name, is_allowed in (
                    (SIGNED, allow_signed),
                    (PROTECTED_SHEET, allow_protected_sheet),
                )
                if is_allowed
            },
        )
    first, last = done.cells
    terminal.say(
        f"{month_in_words(month)} is agreed at {in_words(done.payable + done.adjustment)}: payable"
        f" {in_words(done.payable)}, adjustment {in_words(done.adjustment)}. It stands in {first}"
        f" to {last.rpartition('!')[2]}."
    )
    for notice in done.notices:
        terminal.say(notice)
    if done.refreshed:
        one = done.refreshed == 1
        cells = "1 cell" if one else f"{done.refreshed} cells"
        terminal.say(f"{cells} with a formula {'shows its' if one else 'show their'} new value.")
    say_last_values(done.kept)
    if done.unproved:
        say_unproved(done.unproved)
    terminal.say(
        f"Wrote {output}, with a snapshot of its tables. SHA-256 of the snapshot: {done.sha256}"
    )
    mention(found, records.problems)


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path), required=False)
@tables_of_every_workbook
@click.option("--month", type=MONTH, help="The last month whose amounts count; all if left out.")
@click.option(
    "--snapshot",
    type=MONTH,
    help="With one workbook: the month whose snapshot is meant; the one agreed last if left out.",
)
@as_at_option
@form_options
def changes(
    old: Path,
    new: Path | None,
    month: date | None,
    snapshot: date | None,
    as_at: date | None,
    form: Form | None,
    **places: str | None,
) -> None:
    """Print what changed in the tables, and the pounds by cause.

    OLD is the workbook of before and NEW the one of now. With one workbook: what changed in it
    since a month was agreed with xlpbr agree.
    """
    from xlpbr.functions.changed_tables import (
        all_in_words,
        amounts_by_heading,
        cells_and_pounds,
        changed_cells,
        pounds_by_cause,
    )
    from xlpbr.workbook.agreed.snapshots import snapshot_of

    if new is not None and snapshot is not None:
        raise click.UsageError("--snapshot works only with one workbook.")
    found, records = read(old if new is None else new, places)
    refuse_blocking(found, records.blocking)
    kept = None if new is not None else snapshot_of(found.book, snapshot)
    before, since = _state_before(kept, old, places)
    after = records.terms.record, records.evidence.record
    _refuse_month(month, after[0])
    as_at = day_to_count(found, records, as_at, month)
    changed = changes_between(before, after, as_at, month)
    if form:
        terminal.show(
            cells_and_pounds(changed),
            form,
            title="",
            kinds=[],
            about={
                "since": since,
                "snapshot_sha256": None if kept is None else kept.sha256,
                "file": found.book.path.name,
                "sha256": found.book.sha256,
                "as_at": as_at.isoformat(),
                "month": None if month is None else f"{month:%Y-%m}",
                "before": amounts_by_heading(changed.before),
                "after": amounts_by_heading(changed.after),
                "difference": amounts_by_heading(changed.difference),
                "carried": cells.pounds(changed.difference.carried),
            },
        )
    elif not changed.causes:
        terminal.say(f"Nothing changed since {since}.")
    else:
        terminal.show(
            changed_cells(changed),
            title=f"What changed since {since}",
            kinds=["text"] * 6,
        )
        terminal.show(
            pounds_by_cause(changed),
            title=f"What each change is worth{_up_to(as_at, month)}",
            kinds=["text", "money", "money", "money"],
        )
        terminal.say(f"All changes together: {all_in_words(changed)}")
    if kept is not None and not form:
        terminal.say(f"SHA-256 of the snapshot: {kept.sha256}")
    mention(found, records.problems)


def changed_since(
    since: Path,
    found: ContractTables,
    records: ContractRecords,
    as_at: date | None,
    places: Mapping[str, str | None],
) -> Since:
    """What changed in a workbook's tables since an older one, or since its own snapshot.

    Args:
        since: the older workbook, or the workbook itself.
        found: the workbook's tables.
        records: what they say.
        as_at: the last day to count.
        places: by table, in small letters, where the person says it is.
    """
    from xlpbr.workbook.agreed.since import Since
    from xlpbr.workbook.agreed.snapshots import snapshot_of

    is_itself = since.exists() and since.samefile(found.book.path)
    kept = snapshot_of(found.book) if is_itself else None
    before, name = _state_before(kept, since, places)
    after = records.terms.record, records.evidence.record
    changed = changes_between(before, after, as_at)
    return Since(name, changed, None if is_itself else since)


def _state_before(
    kept: Snapshot | None, old: Path, places: Mapping[str, str | None]
) -> tuple[tuple[ContractTerms, Evidence], str]:
    """The tables of before, and what they are called: of a snapshot, or of an older workbook.

    Args:
        kept: the snapshot, where there is one.
        old: the older workbook, which is read where there is none.
        places: by table, in small letters, where the person says it is.
    """
    if kept is not None:
        agreed = f"{month_in_words(kept.month)} was agreed on {day_in_words(kept.agreed_on)}"
        return kept.tables(), agreed
    tables, records = read(old, places)
    if records.blocking:
        terminal.say(f"In {old.name}:")
    refuse_blocking(tables, records.blocking)
    return (records.terms.record, records.evidence.record), old.name


def _refuse_month(month: date | None, terms: ContractTerms) -> None:
    first, last = month_of(terms.starts_on), month_of(terms.last_day)
    if month is not None and not first <= month <= last:
        raise FileProblem(
            f"{month_in_words(month)} is not in the statement, which runs from"
            f" {month_in_words(first)} to {month_in_words(last)}; give a month of these."
        )


def _up_to(as_at: date, month: date | None) -> str:
    return f", to date at {month_in_words(month) if month else day_in_words(as_at)}"
