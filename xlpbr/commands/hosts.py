"""The commands that bring the functions to where a person works: install, serve, port.

Each says what it did and holds no rule.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlpbr.commands import terminal
from xlpbr.commands.options import say_kept, written, written_to
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, PORT_TARGETS

_INSTALLED = tuple(name for name in OF_WORKBOOKS if HOSTS[name].is_installed)


@click.command()
@click.argument("host", type=click.Choice(_INSTALLED))
@click.option("--remove", is_flag=True, help="Take it out again; for calc only.")
def install(host: str, remove: bool) -> None:
    """Set up Excel on Windows (classic) or LibreOffice (calc), once."""
    if remove and host != "calc":
        raise click.UsageError(
            "--remove is for calc only; to take out xlwings, run: xlwings addin remove"
        )
    if host == "classic":
        from xlpbr.udfs.classic import setup as classic_setup

        steps = classic_setup.install()
    else:
        from xlpbr.workbook.libreoffice import setup as calc_setup

        steps = calc_setup.uninstall() if remove else calc_setup.install()
    for step in steps:
        terminal.say(step)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "host",
    required=True,
    type=click.Choice(PORT_TARGETS),
    help="The host to write the formulas for; values replaces them with their last values.",
)
@written_to
def port(file: Path, host: Any, **options: Any) -> None:
    """Write a copy of a workbook whose PBR_ formulas work in another host."""
    from xlpbr.workbook.port.rewrite import port as port_formulas

    target, how = written(file, options)
    with terminal.progress(f"Rewriting the formulas of {file.name}"):
        done = port_formulas(file, host, target, **how)
    for sentence in done.sentences:
        terminal.say(sentence)
    say_kept(done.copy)
    terminal.say(f"Wrote {target}.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port; 0 for any that is free.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="How many processes answer.",
)
@click.option(
    "--certificate",
    type=click.Path(path_type=Path),
    help="A TLS certificate (PEM), if no proxy handles TLS.",
)
@click.option("--key", type=click.Path(path_type=Path), help="The key of the certificate.")
def serve(host: str, port: int, workers: int, certificate: Path | None, key: Path | None) -> None:
    """Run the server for xlwings Server; a council finds its steps in docs/guide/server.md."""
    from xlpbr.udfs.server import refuse_missing_package

    refuse_missing_package()
    from xlpbr.udfs.server.serve import serve as run_server

    run_server(host, port, workers=workers, certificate=certificate, key=key, say=terminal.say)
