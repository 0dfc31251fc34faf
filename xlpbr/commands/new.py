"""The commands that make a contract's workbook: by itself, and with all that follows from it."""

from __future__ import annotations

from pathlib import Path

import click

from xlpbr.commands import terminal
from xlpbr.commands.options import output_file, refuse_output
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, in_words


@click.command()
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


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("demo"), show_default=True,
    help="The folder to write to.",
)  # fmt: skip
@click.argument("contract", default=CONTRACT_NAMES[0])
def demo(output: Path, contract: str) -> None:
    """Make a contract's workbook and report with sample rows, and check them."""
    from xlpbr.commands.demo import demonstrate

    demonstrate(load_contract(contract), output)
