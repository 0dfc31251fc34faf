"""Tables for a person's terminal and for machines: the same rows, three ways."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlpbr import money
from xlpbr.cells import Cell, Rows, number
from xlpbr.periods import month_of
from xlpbr.settlement.statement import FIGURES

Form = Literal["json", "csv"]
"""How a table is printed for a machine."""

_STATEMENT_FIRST = (
    "Month", "Payable", "Saving", "To invoice", "Fee", "Balance", "Payable to date", "Carer fees",
    "Bonus", "Reimbursed", "Outcome fees", "Adjustment", "Saving to date", "Held back",
)  # fmt: skip
"""The headings of a statement to keep on a narrow terminal, the most wanted first."""

_OF_SOME_CONTRACTS = (
    "Carer fees", "Outcome fees", "Bonus", "Reimbursed", "Held back", "Adjustment"
)  # fmt: skip
"""The columns of a statement that a person is spared where every figure in them is 0.00."""

_WIDTH_OF_A_FILE = 320
"""How wide a table may be when it goes into a file or another program."""

_WIDEST_TEXT = 18
"""How much of a text has room without a break where columns are chosen."""

_NOT_SEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What steers a terminal, or turns round the order of what is read; tabs and line ends are kept."""

_TEXT_THAT_A_SPREADSHEET_RUNS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    r"""A text in which every character that is not seen is written out, such as ``\u001b``.

    A name in a workbook may hold what clears a terminal or turns a figure round.
    """
    return _NOT_SEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _for_machines(text: str) -> None:
    """Write to the output in UTF-8, whatever the terminal is set to."""
    _take_any_character()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)


def _take_any_character() -> None:
    """Let a character that the terminal's code page lacks be written out, not stop the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def console(*, errors: bool = False) -> Console:
    """The terminal; as wide as a table needs where the output is not a terminal."""
    _take_any_character()
    stream = sys.stderr if errors else sys.stdout
    return Console(
        file=stream,
        width=None if stream.isatty() else _WIDTH_OF_A_FILE,
        highlight=False,
        emoji=False,
        soft_wrap=errors,
    )


@contextmanager
def progress(message: str) -> Iterator[None]:
    """Say what is going on while it goes on, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    with console(errors=True).status(escape(harmless(message))):
        yield


def say(message: str) -> None:
    """A line for the person, beside the output."""
    console(errors=True).print(harmless(message), markup=False)


def show_statement(
    rows: Rows, form: Form | None = None, *, title: str, about: dict[str, Any] | None = None
) -> None:
    """Print a statement; to a person without the columns in which every figure is 0.00.

    Args:
        rows: the statement, its headings first.
        form: json or csv for machines; None for a person.
        title: what it is.
        about: what else a machine is told, in JSON.
    """
    left_out = [] if form else _columns_of_nothing(rows)
    kept = [place for place, heading in enumerate(rows[0]) if heading not in left_out]
    show(
        [[row[place] for place in kept] for row in rows],
        form,
        title=title,
        kinds=[FIGURES[place].kind for place in kept],
        first=_STATEMENT_FIRST,
        about=about,
    )
    if left_out:
        alike = "" if "To invoice" not in left_out else " To invoice is Payable in every month."
        zero = ", ".join(heading for heading in left_out if heading != "To invoice")
        console().print(f"Not shown, because 0.00 in every month: {zero}.{alike}", markup=False)


def _columns_of_nothing(rows: Rows) -> list[str]:
    """The headings under which a statement has nothing that is not said elsewhere in it."""
    places = {str(heading): place for place, heading in enumerate(rows[0])}
    nothing = [
        heading
        for heading in _OF_SOME_CONTRACTS
        if not any(row[places[heading]] for row in rows[1:])
    ]
    to_invoice, payable = places["To invoice"], places["Payable"]
    if "Adjustment" in nothing and all(row[to_invoice] == row[payable] for row in rows[1:]):
        nothing.append("To invoice")
    return nothing


def show(
    rows: Rows,
    form: Form | None = None,
    *,
    title: str,
    kinds: Sequence[str],
    first: Sequence[Cell] = (),
    about: dict[str, Any] | None = None,
) -> None:
    """Print a table with its heading row.

    Args:
        rows: the heading row and the rows under it.
        form: json or csv for machines; None for a person.
        title: what the table is.
        kinds: for each column money, price, count, month, date or text.
        first: the headings to keep where the terminal is too narrow for all.
        about: what else a machine is told, in JSON.
    """
    if form == "json":
        told = {**(about or {}), "headings": list(map(_for_json, rows[0]))}
        told["rows"] = as_records(rows)
        # Written out, these stay the same characters to who reads the JSON.
        _for_machines(harmless(json.dumps(told, indent=2, ensure_ascii=False)) + "\n")
    elif form == "csv":
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerows([_for_csv(cell) for cell in row] for row in rows)
        _for_machines(harmless(lines.getvalue()))
    else:
        _show_table(rows, title, kinds, first)


def as_records(rows: Rows) -> list[dict[str, Any]]:
    """The rows under their headings, as JSON has them."""
    headings, *body = rows
    return [
        {_for_json(heading): _for_json(cell) for heading, cell in zip(headings, row, strict=True)}
        for row in body
    ]


def _for_json(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell


def _for_csv(cell: Cell) -> Any:
    # A text that a spreadsheet would run as a formula is kept a text by an apostrophe.
    if isinstance(cell, str) and cell.startswith(_TEXT_THAT_A_SPREADSHEET_RUNS):
        return f"'{cell}"
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else repr(cell)
    return _for_json(cell)


def _show_table(rows: Rows, title: str, kinds: Sequence[str], first: Sequence[Cell]) -> None:
    screen = console()
    headings = rows[0]
    widths = [_width(rows, index, kind) for index, kind in enumerate(kinds)]
    chosen = list(range(len(headings)))
    if first and _needed(widths, chosen) > screen.width:
        chosen = [index for index in chosen if headings[index] in first]
        while len(chosen) > 2 and _needed(widths, chosen) > screen.width:
            chosen.remove(max(chosen, key=lambda index: first.index(headings[index])))
    table = Table(
        title=escape(harmless(title)), title_justify="left", title_style="bold", header_style="bold"
    )
    for index in chosen:
        # A figure is never cut: its column is as wide as it, and only headings wrap.
        fixed = kinds[index] != "text"
        table.add_column(
            cell_in_words(headings[index], "month"),
            justify="right" if kinds[index] in ("money", "price", "count") else "left",
            width=widths[index] if fixed else None,
            overflow="fold",
        )
    for row in rows[1:]:
        table.add_row(*(escape(cell_in_words(row[index], kinds[index])) for index in chosen))
    screen.print(table)
    left_out = len(headings) - len(chosen)
    if left_out:
        screen.print(
            f"{left_out} more columns do not fit here: widen the window, or use --csv or --json."
        )


def _width(rows: Rows, index: int, kind: str) -> int:
    """How wide a column must be: its longest figure, and the longest word of its heading."""
    words = map(len, cell_in_words(rows[0][index], "month").split())
    figures = (len(cell_in_words(row[index], kind)) for row in rows[1:])
    widest = max(*words, *figures, 1)
    return min(widest, _WIDEST_TEXT) if kind == "text" else widest


def _needed(widths: Sequence[int], chosen: Iterable[int]) -> int:
    return 1 + sum(widths[index] + 3 for index in chosen)


def cell_in_words(cell: Cell, kind: str) -> str:
    """A cell as a person writes it: pounds and pence, a count, a month, a day or a text."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, date):
        is_month = cell == month_of(cell) and kind != "date"
        return f"{cell:%b %Y}" if is_month else f"{cell:%d %b %Y}"
    if isinstance(cell, float):
        if kind == "price":
            return money.price_in_words(number(cell))
        if kind == "money":
            return money.in_words(money.to_pence(number(cell)))
        return f"{cell:g}"
    return harmless(str(cell))
