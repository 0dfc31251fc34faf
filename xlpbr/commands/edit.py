"""The commands that change a copy of a workbook, or the workbook itself: attach, insert, recalc.

Each says what it did and holds no rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from xlpbr import cells
from xlpbr.commands import terminal
from xlpbr.commands.options import say_kept, workbook_tables, written, written_to
from xlpbr.contract.library import load_contract
from xlpbr.errors import CellError, some
from xlpbr.udfs.hosts import OF_WORKBOOKS


@click.command()
@workbook_tables
@click.option("--contract", help="Whose terms apply: a built-in contract or a TOML file.")
@click.option(
    "--sheets",
    help="The sheets to add, such as Placements,Costs,Statement; if left out, all but the"
    " optional tables.",
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="'BOOK=OURS'",
    help="A heading in the workbook, and the heading it stands for; can be given several times.",
)
@click.option(
    "--host",
    type=click.Choice(OF_WORKBOOKS),
    help="Where the functions will run; for lite the workbook gets their code as well.",
)
@written_to
def attach(
    file: Path,
    contract: str | None,
    sheets: str | None,
    mapped: tuple[str, ...],
    host: str | None,
    **options: Any,
) -> None:
    """Add the PBR sheets of a contract to a workbook; everything else stays as it is."""
    from xlpbr.workbook.attach.attach import attach as attach_sheets

    target, how = written(file, options)
    with terminal.progress(f"Adding sheets to {file.name}"):
        done = attach_sheets(
            file,
            target,
            contract=None if contract is None else load_contract(contract),
            sheets=None if sheets is None else [name.strip() for name in sheets.split(",")],
            places={name.capitalize(): place for name, place in options.items()},
            headings=_headings(mapped),
            host=host,
            **how,
        )
    terminal.say(f"Added {len(done.sheets)} sheets to {target}: {', '.join(done.sheets)}.")
    if done.added:
        terminal.say(f"Added because the others need them: {', '.join(done.added)}.")
    for notice in done.notices:
        terminal.say(notice)
    say_kept(done.kept)
    terminal.say(f"To take them out again: xlpbr detach {target.name} -o OUT{target.suffix}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@written_to
def detach(file: Path, **options: Any) -> None:
    """Take the PBR sheets out of a workbook again."""
    from xlpbr.workbook.attach.attach import detach as detach_sheets
    from xlpbr.workbook.attach.attach import typed_into
    from xlpbr.workbook.ooxml.book import open_book

    target, how = written(file, options)
    with terminal.progress(f"Taking sheets out of {file.name}"):
        book = open_book(file)
        typed = typed_into(book)
        done = detach_sheets(book, target, **how)
    wrote = "" if how["in_place"] else f"; wrote {target}"
    if done.sheets:
        count = _counted(len(done.sheets), "sheet")
        terminal.say(f"Took {count} out of {file}{wrote}: {', '.join(done.sheets)}.")
    else:
        terminal.say(f"{file} had no PBR sheet any more; what else came with them is out{wrote}.")
    for sheet in typed:
        still = file.name if done.kept is None else done.kept.name
        terminal.say(f"What was typed into {sheet} went with it; it is in {still} still.")
    if done.exact:
        terminal.say("It is now the same file, byte for byte, as before they were attached.")
    else:
        terminal.say("What was changed elsewhere since they were attached stays as it is.")
        _say_snapshots(target)
    say_kept(done.kept)


def _say_snapshots(path: Path) -> None:
    """Say that a workbook keeps tables as they were agreed, which are about single children."""
    from xlpbr.workbook.agreed.snapshots import count_snapshots
    from xlpbr.workbook.ooxml.book import open_book

    count = count_snapshots(open_book(path))
    if count:
        terminal.say(
            f"It keeps {_counted(count, 'snapshot')} of the tables as they were when a month was"
            " agreed. To take them out: in Excel File, Info, Check for Issues, Inspect Document,"
            " Custom XML Data."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("cell", required=False)
@click.argument("formula", required=False)
@click.option(
    "--from",
    "listed",
    type=click.Path(path_type=Path),
    help="A CSV file with the columns Cell and Formula, for many at once.",
)
@click.option("--over", is_flag=True, help="Write over cells that hold something.")
@click.option("--errors", is_flag=True, help="Insert a formula even if it shows an error.")
@written_to
def insert(
    file: Path,
    cell: str | None,
    formula: str | None,
    listed: Path | None,
    over: bool,
    errors: bool,
    **options: Any,
) -> None:
    """Put a PBR_ formula into a cell of a workbook, with the value that it shows.

    For example: xlpbr insert budget.xlsx "'Forecast'!D12" "=PBR_FEE_CAP(C12,E12,F12)" -o new.xlsx
    """
    from xlpbr.workbook.attach.insert import insert as insert_formulas
    from xlpbr.workbook.attach.insert import read_formulas
    from xlpbr.workbook.libreoffice.compare import compare_with_calc

    if (listed is None) == (cell is None or formula is None) or (listed and cell):
        raise click.UsageError("Give a cell and a formula, or --from with a CSV file.")
    formulas = [(cell or "", formula or "")] if listed is None else read_formulas(listed)
    target, how = written(file, options)
    with terminal.progress(f"Calculating {file.name}"):
        done = insert_formulas(
            file, formulas, target, over=over, errors=errors, compare=compare_with_calc, **how
        )
    for address, value in done.cells:
        terminal.say(f"{address} shows {_shown(value)}.")
    if done.refreshed:
        one = done.refreshed == 1
        count = _counted(done.refreshed, "other cell")
        terminal.say(
            f"{count} that {'depends' if one else 'depend'} on"
            f" {'it' if len(done.cells) == 1 else 'them'}"
            f" {'shows its' if one else 'show their'} new value."
        )
    say_last_values(done.kept)
    if done.compared:
        terminal.say(f"LibreOffice Calc shows the same in {some(done.compared)}.")
    for reason, addresses in _by_reason(done.unproved).items():
        say_unproved(addresses, f", and {reason}")
    for notice in done.notices:
        terminal.say(notice)
    say_kept(done.copy)
    terminal.say(f"Wrote {target}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    type=click.Choice(["embedded", "calc"]),
    default="embedded",
    show_default=True,
    help="What calculates: the engine that comes with xlpbr, or an installed LibreOffice.",
)
@written_to
def recalc(file: Path, engine: str, **options: Any) -> None:
    """Calculate a workbook's PBR_ formulas and write a copy that shows the values."""
    if engine == "calc":
        from xlpbr.workbook.libreoffice.recalculate import recalculate_with_calc as recalculate
    else:
        from xlpbr.workbook.calculate.recalculate import recalculate

    target, how = written(file, options)
    with terminal.progress(f"Calculating {file.name}"):
        done = recalculate(file, target, **how)
    if not done.written and not done.functions:
        terminal.say(f"{file.name} has nothing to calculate; {target} is a plain copy.")
    else:
        shows = "shows another value" if done.written < 2 else "show another value"
        terminal.say(
            f"Calculated {_counted(done.functions, 'PBR_ formula')};"
            f" {_counted(done.written, 'cell') if done.written else 'no cell'} of {target} {shows}."
        )
    say_last_values(done.kept)
    if done.unproved:
        say_unproved(done.unproved)
    say_kept(done.copy)


def _headings(mapped: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """What headings of the book mean; one that stands in several tables may be given for each."""
    headings: dict[str, tuple[str, ...]] = {}
    for pair in mapped:
        of_book, equals, ours = pair.partition("=")
        if not equals or not of_book.strip():
            raise click.UsageError(
                f"--map {pair!r} needs the book's heading, =, and ours, such as"
                " 'Weekly rate=Residential weekly cost'."
            )
        name = of_book.strip()
        headings[name] = (*headings.get(name, ()), ours.strip())
    return headings


def _shown(value: Any) -> str:
    if isinstance(value, CellError):
        return value.code
    return "an empty cell" if cells.is_blank(value) else cells.shown(value)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def say_last_values(kept: Any) -> None:
    """One line for each reason, so that a large book does not fill the screen."""
    for reason, addresses in _by_reason(kept).items():
        keep = "keeps its last value" if len(addresses) == 1 else "keep their last value"
        terminal.say(f"{_counted(len(addresses), 'formula')} {keep} ({some(addresses)}): {reason}.")


def say_unproved(addresses: Sequence[str], why: str = "") -> None:
    """Say which new values rest on functions that nothing in the workbook proves."""
    one = len(addresses) == 1
    terminal.say(
        f"{_counted(len(addresses), 'formula')} {'is' if one else 'are'} not proved"
        f" ({some(addresses)}): {'it uses' if one else 'they use'} functions beside the PBR_ ones"
        f" that no other formula of the workbook shows to be right here{why}. Look at"
        f" {'it' if one else 'them'} in Excel."
    )


def _by_reason(kept: Any) -> Mapping[str, list[str]]:
    by_reason: dict[str, list[str]] = {}
    for formula in kept:
        by_reason.setdefault(formula.reason, []).append(formula.address)
    return by_reason
