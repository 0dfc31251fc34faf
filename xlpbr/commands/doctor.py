"""The command that says what is there and what is missing on a person's computer."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

import xlpbr
from xlpbr.commands import terminal
from xlpbr.commands.terminal import Form

if TYPE_CHECKING:
    from xlpbr.doctor.computer import Computer
    from xlpbr.doctor.findings import Finding

_WIDTH = 79
_WORDS = {"there": "there", "missing": "MISSING", "look": "look"}
_HEADINGS = ("Host", "What", "State", "Found", "To do")


@click.command()
@click.option("--json", "form", flag_value="json", help="Print JSON.")
def doctor(form: Form | None) -> None:
    """Say what is there and what is missing for each host, and what to do.

    Nothing is changed, and nothing is asked over the network.
    """
    from xlpbr.doctor.computer import Computer
    from xlpbr.doctor.hosts import findings

    computer = Computer()
    found = findings(computer)
    if form:
        rows = [
            [one.host, one.what, one.state, one.found, one.to_do]
            for of_host in found.values()
            for one in of_host
        ]
        terminal.show(
            [list(_HEADINGS), *rows],
            form,
            title="",
            kinds=["text"] * len(_HEADINGS),
            about={"xlpbr": xlpbr.__version__, "system": computer.system},
        )
        return
    screen = terminal.console()
    for line in said_line_by_line(computer, found):
        screen.print(terminal.harmless(line), markup=False, soft_wrap=True)


def said_line_by_line(computer: Computer, found: dict[str, list[Finding]]) -> Iterator[str]:
    """What was found, for a person, in lines of less than 80 columns."""
    from xlpbr.doctor.hosts import title_of

    yield f"xlpbr {xlpbr.__version__} on {computer.system}. Nothing was changed."
    for name, of_host in found.items():
        yield ""
        yield from textwrap.wrap(f"{title_of(name)}: {_in_short(of_host)}", _WIDTH)
        for one in of_host:
            yield from _wrapped(one.found, f"  {_WORDS[one.state]:<8} ")
            if one.to_do:
                yield from _wrapped(one.to_do, f"{'':11}To do: ")


def _in_short(of_host: Sequence[Finding]) -> str:
    lost = sum(one.state == "missing" for one in of_host)
    to_see = sum(one.state == "look" for one in of_host)
    if lost:
        return "1 thing is missing" if lost == 1 else f"{lost} things are missing"
    return f"nothing is missing; {to_see} to look at" if to_see else "all is there"


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=" " * 11, break_on_hyphens=False
    )
