"""The commands that change a copy of a workbook, or the workbook itself: attach, insert, recalc.

Each says what it did and holds no rule. Imports ``command_options``, ``terminal``, ``contracts``
and ``errors``; what a single command needs is imported when that command runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from xlpbr import cells, terminal
from xlpbr.command_options import refuse_output, there, workbook_tables
from xlpbr.contracts import load_contract
from xlpbr.errors import CellError

_Command = TypeVar("_Command", bound=Callable[..., Any])

_ALLOWED = {
    "signed": "Edit a signed workbook all the same; its signature is void then.",
    "locked-structure": "Add or take out sheets although the workbook's structure is locked.",
    "protected-sheet": "Change locked cells of a protected sheet.",
}
"""What may be passed over, and what its option says."""

_ENDINGS = {".xlsx", ".xlsm"}
_MOST_NAMED = 5


def _written_to(command: _Command) -> _Command:
    """The file to write: another one, or the workbook itself with a dated copy beside it."""
    for name, help_text in reversed(_ALLOWED.items()):
        command = click.option(f"--allow-{name}", is_flag=True, help=help_text)(command)
    command = click.option(
        "--replace", is_flag=True, help="Replace the output file if it is there already."
    )(command)
    command = click.option(
        "--in-place", is_flag=True, help="Change the workbook itself; a dated copy is kept."
    )(command)
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), help="The file to write."
    )(command)


@click.command()
@workbook_tables
@click.option("--contract", help="Whose terms apply: a built-in contract or a TOML file.")
@click.option(
    "--sheets",
    help="The sheets to add, such as Terms,Placements,Statement; all if left out.",
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="'BOOK=OURS'",
    help="A heading of the book and the heading that is meant; may be given several times.",
)
@_written_to
def attach(
    file: Path,
    contract: str | None,
    sheets: str | None,
    mapped: tuple[str, ...],
    output: Path | None,
    in_place: bool,
    replace: bool,
    **options: Any,
) -> None:
    """Add the PBR sheets of a contract to a workbook; all else in it stays as it is."""
    from xlpbr.workbook.attach import attach as attach_sheets

    target = _target(file, output, in_place=in_place, replace=replace)
    allow = _allowed(options)
    with terminal.progress(f"Adding sheets to {file.name}"):
        done = attach_sheets(
            file,
            target,
            contract=None if contract is None else load_contract(contract),
            sheets=None if sheets is None else [name.strip() for name in sheets.split(",")],
            places={name.capitalize(): place for name, place in options.items()},
            headings=_headings(mapped),
            allow=allow,
            in_place=in_place,
        )
    terminal.say(f"Added {len(done.sheets)} sheets to {target}: {', '.join(done.sheets)}.")
    if done.added:
        terminal.say(f"Added because the others need them: {', '.join(done.added)}.")
    for notice in done.notices:
        terminal.say(notice)
    _say_kept(done.kept)
    terminal.say(f"To take them out again: xlpbr detach {target.name} -o OUT{target.suffix}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@_written_to
def detach(file: Path, output: Path | None, in_place: bool, replace: bool, **options: Any) -> None:
    """Take the PBR sheets out of a workbook again."""
    from xlpbr.workbook.attach import typed_into
    from xlpbr.workbook.book import open_book
    from xlpbr.workbook.package import detach as detach_sheets

    target = _target(file, output, in_place=in_place, replace=replace)
    with terminal.progress(f"Taking sheets out of {file.name}"):
        book = open_book(file)
        typed = typed_into(book)
        done = detach_sheets(book, target, allow=_allowed(options), in_place=in_place)
    wrote = "" if in_place else f"; wrote {target}"
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
    _say_kept(done.kept)


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
@click.option("--errors", is_flag=True, help="Insert a formula that shows an error all the same.")
@_written_to
def insert(
    file: Path,
    cell: str | None,
    formula: str | None,
    listed: Path | None,
    over: bool,
    errors: bool,
    output: Path | None,
    in_place: bool,
    replace: bool,
    **options: Any,
) -> None:
    """Put a PBR_ formula into a cell of a workbook, with the value that it shows.

    For example: xlpbr insert budget.xlsx "'Forecast'!D12" "=PBR_FEE_CAP(C12,E12,F12)" -o new.xlsx
    """
    from xlpbr.workbook.insertion import insert as insert_formulas
    from xlpbr.workbook.insertion import read_formulas

    if (listed is None) == (cell is None or formula is None) or (listed and cell):
        raise click.UsageError("Give a cell and a formula, or --from with a CSV file.")
    formulas = [(cell or "", formula or "")] if listed is None else read_formulas(listed)
    target = _target(file, output, in_place=in_place, replace=replace)
    with terminal.progress(f"Calculating {file.name}"):
        done = insert_formulas(
            file,
            formulas,
            target,
            over=over,
            errors=errors,
            allow=_allowed(options),
            in_place=in_place,
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
    _say_last_values(done.kept)
    _say_kept(done.copy)
    terminal.say(f"Wrote {target}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@_written_to
def recalc(file: Path, output: Path | None, in_place: bool, replace: bool, **options: Any) -> None:
    """Calculate a workbook's PBR_ formulas and write a copy that shows the values."""
    from xlpbr.workbook.recalculate import recalculate

    target = _target(file, output, in_place=in_place, replace=replace)
    with terminal.progress(f"Calculating {file.name}"):
        done = recalculate(file, target, allow=_allowed(options), in_place=in_place)
    if not done.written:
        terminal.say(f"{file.name} has nothing to calculate; {target} is a plain copy.")
    else:
        terminal.say(
            f"Calculated {done.functions} PBR_ formulas; {done.written} cells of {target} show"
            " their value."
        )
    _say_last_values(done.kept)
    _say_kept(done.copy)


COMMANDS = (attach, detach, insert, recalc)
"""The commands, as the command line lists them."""


def _target(file: Path, output: Path | None, *, in_place: bool, replace: bool) -> Path:
    """The file to write."""
    from xlpbr.workbook.parts.archive import close_archive, open_archive

    if in_place == (output is not None):
        raise click.UsageError("Give -o with the file to write, or --in-place, not both.")
    if file.suffix.casefold() not in _ENDINGS:
        # What is no workbook for us is refused as what it is, not for its output's ending.
        close_archive(open_archive(file))
    if output is None:
        return file
    refuse_output(output, replace=replace, suffix=file.suffix, source=there(file))
    return output


def _allowed(options: dict[str, Any]) -> frozenset[str]:
    """The allowances that were given; they are taken out of the options."""
    return frozenset(name for name in _ALLOWED if options.pop(f"allow_{name.replace('-', '_')}"))


def _headings(mapped: tuple[str, ...]) -> Mapping[str, str]:
    headings = {}
    for pair in mapped:
        of_book, equals, ours = pair.partition("=")
        if not equals or not of_book.strip():
            raise click.UsageError(
                f"--map {pair!r} needs the book's heading, =, and ours, such as"
                " 'Weekly rate=Residential weekly cost'."
            )
        headings[of_book.strip()] = ours.strip()
    return headings


def _shown(value: Any) -> str:
    if isinstance(value, CellError):
        return value.code
    return "an empty cell" if cells.is_blank(value) else cells.shown(value)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _say_last_values(kept: Any) -> None:
    """One line for each reason, so that a large book does not fill the screen."""
    by_reason: dict[str, list[str]] = {}
    for formula in kept:
        by_reason.setdefault(formula.reason, []).append(formula.address)
    for reason, addresses in by_reason.items():
        named = ", ".join(addresses[:_MOST_NAMED])
        if len(addresses) > _MOST_NAMED:
            named += f" and {len(addresses) - _MOST_NAMED} more"
        keep = "keeps its last value" if len(addresses) == 1 else "keep their last value"
        terminal.say(f"{_counted(len(addresses), 'formula')} {keep} ({named}): {reason}.")


def _say_kept(copy: Path | None) -> None:
    if copy is not None:
        terminal.say(f"The workbook as it was is kept as {copy.name} beside it.")
