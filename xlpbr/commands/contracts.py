"""The commands that show what is known of contracts: their names, and their terms."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from xlpbr.cells import Rows
from xlpbr.commands import terminal
from xlpbr.commands.options import form_options
from xlpbr.commands.terminal import Form
from xlpbr.contract.library import (
    CONTRACT_NAMES,
    EXAMPLE_NAMES,
    load_contract,
    rates_table,
    terms_table,
    titles,
)
from xlpbr.periods import day_in_words

_TERMS_GROUPS = (("Term", "Value", "From", "Unit", "Reading"), ("Clause",))
"""The columns that stay or go together on a narrow terminal, the most wanted first."""


@click.command()
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


@click.command()
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


def _for_a_person(rows: Rows) -> Rows:
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> Any:
    if isinstance(cell, float):
        return f"{cell:,.2f}" if cell >= 1000 else f"{cell:g}"
    return day_in_words(cell) if isinstance(cell, date) else cell
