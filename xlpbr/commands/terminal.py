"""Tables for a person's terminal and for machines: the same rows, three ways."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TextIO

from xlpbr import money
from xlpbr.cells import Cell, Rows, number, pounds
from xlpbr.commands.columns import Column, needed, that_fit, widths_of
from xlpbr.periods import month_of
from xlpbr.settlement.statement import FIGURES

if TYPE_CHECKING:
    from rich.console import Console

Form = Literal["json", "csv"]
"""How a table is printed for a machine."""

_OF_PAYABLE = ("Fee", "Carer fees", "Outcome fees", "Bonus", "Reimbursed", "Held back", "Payable")
_STATEMENT_GROUPS = (
    ("Month", "Saving", "Payable"),
    ("Payable", "Adjustment", "To invoice"),
    _OF_PAYABLE,
    ("Saving to date", "Payable to date", "Net saving to date"),
    ("Payable to date", "Invoiced to date", "Balance"),
    (*_OF_PAYABLE, "Fee entitlement to date", "Fee to date"),
    ("Children in family placements",),
)
"""What stays or goes together in a statement on a narrow terminal: each sum with its parts."""

_OF_SOME_CONTRACTS = (
    "Carer fees", "Outcome fees", "Bonus", "Reimbursed", "Held back", "Adjustment"
)  # fmt: skip
"""The columns of a statement that a person is spared where every figure in them is 0.00."""

_WIDTH_OF_A_FILE = 320
"""How wide a table may be when it goes into a file or another program."""

_WIDTH_UNKNOWN = 80
"""How wide a terminal is taken to be that does not say it."""

_MOST_NAMED = 9
"""More columns than this that are left out are not all named."""

_OPTIONS_WITH_ALL = "--csv or --json"

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


def console(*, errors: bool = False, most: int | None = None) -> Console:
    """The terminal; as wide as a table needs where the output is not a terminal.

    Args:
        errors: whether it is what is said beside the output.
        most: the width that is not passed, where there is one.
    """
    # Most of what is said needs no more than a line; what draws tables takes its time to load.
    from rich.console import Console

    _take_any_character()
    stream = sys.stderr if errors else sys.stdout
    screen = Console(
        file=stream,
        width=None if stream.isatty() else _width_elsewhere(),
        highlight=False,
        emoji=False,
        soft_wrap=errors,
    )
    if most is not None and screen.width > most:
        screen.width = most
    return screen


def _width_elsewhere() -> int:
    """How wide the output is where it goes into a file or another program."""
    return _width_asked_for() or _WIDTH_OF_A_FILE


def _width_asked_for() -> int | None:
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdecimal() and int(asked) > 0 else None


@contextmanager
def progress(message: str) -> Iterator[None]:
    """Say what is going on while it goes on, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    _take_any_character()
    room = _columns_of_terminal(sys.stderr) - 1
    line = f"{harmless(message)} ..."
    sys.stderr.write(line if len(line) <= room else f"{line[: room - 3]}...")
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write(f"\r{' ' * room}\r")
        sys.stderr.flush()


def say(message: str) -> None:
    """A line for the person, beside the output; on a terminal it wraps between words."""
    _take_any_character()
    width = _columns_of_terminal(sys.stderr) if sys.stderr.isatty() else None
    for line in harmless(message).split("\n"):
        sys.stderr.write(f"{line if width is None else _between_words(line, width)}\n")
    sys.stderr.flush()


def _columns_of_terminal(stream: TextIO) -> int:
    """How wide a terminal is; ``COLUMNS`` says it where it is set."""
    try:
        found = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        found = 0
    return _width_asked_for() or found or _WIDTH_UNKNOWN


def _between_words(line: str, width: int) -> str:
    """A line in lines that are not too long; a path, or another long word, stays whole."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def show_statement(
    rows: Rows,
    form: Form | None = None,
    *,
    title: str,
    about: dict[str, Any] | None = None,
    most: int | None = None,
    all_in: str = _OPTIONS_WITH_ALL,
) -> None:
    """Print a statement; to a person without the columns in which every figure is 0.00.

    Args:
        rows: the statement, its headings first.
        form: json or csv for machines; None for a person.
        title: what it is.
        about: what else a machine is told, in JSON.
        most: the width that is not passed, where there is one.
        all_in: where every column is printed.
    """
    left_out = [] if form else _columns_of_nothing(rows)
    kept = [place for place, heading in enumerate(rows[0]) if heading not in left_out]
    show(
        [[row[place] for place in kept] for row in rows],
        form,
        title=title,
        kinds=[FIGURES[place].kind for place in kept],
        groups=_STATEMENT_GROUPS,
        about=about,
        most=most,
        all_in=all_in,
    )
    if left_out:
        alike = "" if "To invoice" not in left_out else " To invoice is Payable in every month."
        zero = ", ".join(heading for heading in left_out if heading != "To invoice")
        say_below(f"Not shown, because 0.00 in every month: {zero}.{alike}", most=most)
    otherwise = [] if form else _agreed_otherwise(rows)
    if otherwise:
        say_below(
            f"Agreed with other figures than those of now: {', '.join(otherwise)}. To invoice stays"
            " as it was agreed; the difference comes into a later Adjustment.",
            most=most,
        )


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


def _agreed_otherwise(rows: Rows) -> list[str]:
    """The months of a statement in which Payable and Adjustment are not To invoice."""
    places = [rows[0].index(heading) for heading in ("Payable", "Adjustment", "To invoice")]
    months = []
    for row in rows[1:]:
        payable, adjustment, to_invoice = (_pence(row[place]) for place in places)
        if payable + adjustment != to_invoice:
            months.append(cell_in_words(row[0], "month"))
    return months


def show_months(
    rows: Rows,
    form: Form | None = None,
    *,
    title: str,
    before: int,
    about: dict[str, Any] | None = None,
) -> None:
    """Print amounts with a column for each month; months without room stand added up in one.

    Args:
        rows: the heading row and the rows under it: texts, totals, then the months in their order.
        form: json or csv for machines; None for a person.
        title: what the table is.
        before: how many columns stand before the months; all but the first are amounts.
        about: what else a machine is told, in JSON.
    """
    months = len(rows[0]) - before

    def kinds(table: Rows) -> list[str]:
        return ["text", *["money"] * (len(table[0]) - 1)]

    table, added_up = rows, 0
    if not form:
        width = console().width
        while added_up < months and needed(columns_of(table, kinds(table))) > width:
            # One month alone has no need to be added up.
            added_up = min(max(added_up + 1, 2), months)
            table = _with_months_added_up(rows, before, added_up)
    show(table, form, title=title, kinds=kinds(table), about=about)
    if added_up:
        say_below(f"Months are added up for want of width; {_OPTIONS_WITH_ALL} has each.")


def _with_months_added_up(rows: Rows, before: int, count: int) -> Rows:
    """A table with the first months in one column, to the penny."""
    headings, *body = rows
    behind = before + count
    last = headings[behind - 1]
    return [
        [*headings[:before], f"To {cell_in_words(last, 'month')}", *headings[behind:]],
        *(
            [*row[:before], pounds(sum(map(_pence, row[before:behind]))), *row[behind:]]
            for row in body
        ),
    ]


def _pence(cell: Cell) -> int:
    return money.to_pence(number(cell))


def show(
    rows: Rows,
    form: Form | None = None,
    *,
    title: str,
    kinds: Sequence[str],
    groups: Sequence[Sequence[str]] = (),
    about: dict[str, Any] | None = None,
    most: int | None = None,
    all_in: str = _OPTIONS_WITH_ALL,
) -> None:
    """Print a table with its heading row.

    Args:
        rows: the heading row and the rows under it.
        form: json or csv for machines; None for a person.
        title: what the table is.
        kinds: for each column money, price, count, month, date or text.
        groups: the headings that stay or go together where the terminal is too narrow for all,
            the most wanted first; the first group always stays.
        about: what else a machine is told, in JSON.
        most: the width that is not passed, where there is one.
        all_in: where every column is printed.
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
        left_out = _show_table(columns_of(rows, kinds), title, groups, most)
        if left_out:
            names = _named(left_out)
            say_below(f"Left out for want of width: {names}; {all_in} has all.", most=most)


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


def columns_of(rows: Rows, kinds: Sequence[str]) -> list[Column]:
    """The columns of a table in words.

    Args:
        rows: the heading row and the rows under it.
        kinds: the kind of each column, as ``show`` has them.
    """
    headings, *body = rows
    return [
        Column(
            cell_in_words(heading, "month"),
            tuple(cell_in_words(row[place], kinds[place]) for row in body),
            kinds[place],
        )
        for place, heading in enumerate(headings)
    ]


def _show_table(
    columns: Sequence[Column],
    title: str,
    groups: Sequence[Sequence[str]],
    most: int | None,
) -> list[str]:
    """Print the columns that have room; the headings of those that have none."""
    screen = console(most=most)
    chosen = that_fit(columns, groups, screen.width)
    widths = widths_of(chosen, screen.width)
    # A figure is never cut: on a terminal that is too narrow for the least, the lines go on.
    screen.width = max(screen.width, needed(chosen))
    if title:
        say_below(title, most=most, style="bold")
    from rich.markup import escape
    from rich.table import Table

    table = Table(header_style="bold")
    for column, width in zip(chosen, widths, strict=True):
        table.add_column(
            column.heading,
            justify="left" if column.is_left else "right",
            width=width,
            overflow="fold",
        )
    for row in zip(*(column.cells for column in chosen), strict=True):
        table.add_row(*map(escape, row))
    screen.print(table)
    return [column.heading for column in columns if column not in chosen]


def _named(headings: Sequence[str]) -> str:
    between = "; " if any("," in heading for heading in headings) else ", "
    if len(headings) <= _MOST_NAMED:
        return between.join(headings)
    more = len(headings) - _MOST_NAMED + 1
    return f"{between.join(headings[: _MOST_NAMED - 1])} and {more} more"


def say_below(line: str, *, most: int | None = None, style: str | None = None) -> None:
    """A line of the output above or below a table.

    Args:
        line: what is said.
        most: the width that is not passed, where there is one.
        style: how it looks, as rich names it.
    """
    screen = console(most=most)
    text = _between_words(harmless(line), screen.width)
    screen.print(text, markup=False, style=style, soft_wrap=True)


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
