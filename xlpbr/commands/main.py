"""The commands: from a workbook to a statement, a report or a list of problems.

Each command reads, settles and shows; it holds no rule. Exit status 0; 1 for problems in the data,
all of them listed; 2 for a call that cannot be carried out.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click

import xlpbr
from xlpbr.cells import Rows
from xlpbr.commands import terminal
from xlpbr.commands.options import (
    as_at_option,
    form_options,
    output_file,
    refuse_output,
    since_option,
    there,
    workbook_tables,
)
from xlpbr.commands.records import (
    PROBLEMS_IN_THE_DATA,
    day_to_count,
    mention,
    read,
    refuse_blocking,
    rows_in_words,
    rows_read,
)
from xlpbr.commands.terminal import Form
from xlpbr.contract.library import (
    CONTRACT_NAMES,
    EXAMPLE_NAMES,
    load_contract,
    rates_table,
    terms_table,
    titles,
)
from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import spills
from xlpbr.periods import day_in_words
from xlpbr.settlement.statement import settle
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, in_words
from xlpbr.workbook.read.contract_tables import where

WRONG_CALL = 2

_CUT_OFF = 5
"""Counts from 1 to this are suppressed in a public report, unless another is given."""

_CHECK_GROUPS = (("Where", "Found", "Expected", "What to do"), ("Column",), ("Table", "Row"))
_TERMS_GROUPS = (("Term", "Value", "From", "Unit", "Reading"), ("Clause",))
"""The columns that stay or go together on a narrow terminal, the most wanted first."""


def run() -> int:
    """Run the command that was typed; every problem becomes one line and an exit status."""
    try:
        status = commands.main(prog_name="xlpbr", standalone_mode=False)
    except click.Abort:
        terminal.say("Stopped; nothing was written.")
        return WRONG_CALL
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG_CALL
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        called = context.command_path if context else "xlpbr"
        message = error.format_message().rstrip(".")
        terminal.say(f"{message}. See: {called} --help")
        return WRONG_CALL
    except FileProblem as problem:
        terminal.say(f"{problem} [{problem.code}]" if problem.code else str(problem))
        return WRONG_CALL
    except CellError as error:
        # What is wrong in the data has been listed by now: the call asks for what is not there.
        terminal.say(f"{error.code} {error.message}")
        return WRONG_CALL
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        # What a file gives has its own sentence; this is the rest, such as a temporary folder.
        at = f" ({error.filename})" if error.filename else ""
        terminal.say(
            f"The computer says: {error.strerror or error}{at}. Look whether the disk has room and"
            " whether you may write there, and run the command again."
        )
        return WRONG_CALL
    # A command that leaves early gives its exit status; the others give nothing.
    return status if isinstance(status, int) else 0


_ELSEWHERE: Mapping[str, str] = {
    command: module
    for module, named in {
        "figures": ("statement", "readings", "explain", "invoice", "lines", "children", "years"),
        "edit": ("attach", "detach", "insert", "recalc"),
        "agree": ("agree", "changes"),
        "hosts": ("install", "port", "serve"),
        "forecast": ("forecast",),
        "portfolio": ("portfolio",),
        "acceptance": ("acceptance",),
        "doctor": ("doctor",),
    }.items()
    for command in named
}
"""The commands that stand in other modules of this folder, each with its module."""


class _Commands(click.Group):
    """The commands; the module of one is loaded when it is named or listed.

    Most of the time that a command takes to start would go into the modules of the others.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click asks
        return sorted({*self.commands, *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ELSEWHERE and cmd_name not in self.commands:
            module = import_module(f"xlpbr.commands.{_ELSEWHERE[cmd_name]}")
            self.add_command(getattr(module, cmd_name))
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(xlpbr.__version__, prog_name="xlpbr", message="%(prog)s %(version)s")
def commands() -> None:
    """Payment-by-results contracts in Excel: statements and reports, right to the penny."""


@commands.command()
@workbook_tables
@form_options
def check(file: Path, form: Form | None, **places: str | None) -> None:
    """List every problem in a workbook's tables."""
    found, records = read(file, places)
    problems = records.all_problems
    headings, *rows = spills.problems_table(problems)
    located = [
        [where(found, problem), *row] for problem, row in zip(problems, rows, strict=False)
    ] or [["", *row] for row in rows]
    terminal.show(
        [["Where", *headings], *located],
        form,
        title=f"Problems in {file.name}",
        kinds=["text", "text", "count", "text", "text", "text", "text"],
        groups=_CHECK_GROUPS,
        about={"file": file.name, "rows_read": rows_read(records.all_counts)},
    )
    if not form:
        for line in rows_in_words(records.all_counts):
            terminal.say(line)
    if problems:
        raise click.exceptions.Exit(PROBLEMS_IN_THE_DATA)


@commands.command()
@form_options
def contracts(form: Form | None) -> None:
    """List the built-in contracts and the examples."""
    known = titles()
    terminal.show(
        [
            ["Contract", "Kind", "Title"],
            *([name, "built in", known[name]] for name in CONTRACT_NAMES),
            *([name, "example", known[name]] for name in EXAMPLE_NAMES),
        ],
        form,
        title="The contracts",
        kinds=["text", "text", "text"],
    )
    if not form:
        terminal.say("An example holds what is published of a contract; the rest stays blank.")


@commands.command()
@click.argument("contract")
@form_options
def terms(contract: str, form: Form | None) -> None:
    """Print the terms of a contract with their clauses.

    CONTRACT is a built-in contract, an example or a TOML file.
    """
    known = load_contract(contract)
    table, rates = terms_table(known), rates_table(known)
    about: dict[str, Any] = {
        "contract": known.name, "source": known.source, "notes": list(known.notes)
    }  # fmt: skip
    if known.rates:
        about["rates"] = terminal.as_records(rates)
    terminal.show(
        table if form else _for_a_person(table),
        form,
        title=known.title,
        kinds=["text"] * len(table[0]),
        groups=_TERMS_GROUPS,
        about=about,
    )
    if not form:
        if known.rates:
            terminal.show(_for_a_person(rates), title="Rates", kinds=["text"] * len(rates[0]))
        terminal.say(f"Source: {known.source}")
        for note in known.notes:
            terminal.say(f"- {note}")


@commands.command()
@click.argument("contract")
@output_file
@click.option("--sample", is_flag=True, help="Fill in sample rows, marked as illustrations.")
@click.option(
    "--host",
    type=click.Choice(OF_WORKBOOKS),
    help=f"Where the functions run: {in_words(OF_WORKBOOKS)}.",
)
@click.option(
    "--lite-embed/--lite-require",
    default=True,
    show_default=True,
    help="With --host lite: put the functions into the workbook, or name a released xlpbr.",
)
def new(
    contract: str, output: Path, replace: bool, sample: bool, host: str | None, lite_embed: bool
) -> None:
    """Make the template workbook of a contract.

    CONTRACT is a built-in contract or a TOML file.
    """
    from xlpbr.workbook.hosts.new import new_book

    refuse_output(output, replace=replace, suffix=HOSTS[host].suffix if host else ".xlsx")
    with terminal.progress(f"Making {output.name}"):
        new_book(load_contract(contract), output, host, sample=sample, lite_embed=lite_embed)
    terminal.say(f"Made {output}.")


@commands.command()
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


@commands.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("demo"), show_default=True,
    help="The folder to write to.",
)  # fmt: skip
@click.argument("contract", default=CONTRACT_NAMES[0])
def demo(output: Path, contract: str) -> None:
    """Make a contract's workbook and report with sample rows, and check them."""
    from xlpbr.commands.demo import demonstrate

    demonstrate(load_contract(contract), output)


def _for_a_person(rows: Rows) -> Rows:
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> Any:
    if isinstance(cell, float):
        return f"{cell:,.2f}" if cell >= 1000 else f"{cell:g}"
    return day_in_words(cell) if isinstance(cell, date) else cell
