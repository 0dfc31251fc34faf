"""The guides as a test reads them: what a section says to type, to run, and what then stands there.

The signs are few, and a reader of the page sees them as plain text:

- ``**Type on the sheet Prices:**`` with a table. Its first column is the row; a cell in italics
  stands there already, an empty one is left alone, ``(clear)`` is emptied, and the rest is typed.
  With the headings Cell and Type it names single cells.
- ``**The sheet Month shows:**`` with a table: a label, what it showed before (Before) and shows
  now (Now), and the difference; or only what it shows now.
- ``**The sheet Month says:**`` with a quotation, each line the whole text of a cell.
- Lines of commands, and ``**It says:**`` with a quotation, each line a part of what they print.
- ``**Open the workbook NAME.xlsx.**``
- A picture after a remark that names what is in it: ``<!-- picture of Prices!A5:E10 -->``, or
  ``<!-- picture of Month -->`` for all that is printed of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guide"

_TYPE = re.compile(r"\*\*Type on the sheet ([\w ]+):\*\*")
_SHOWS = re.compile(r"\*\*The sheet ([\w ]+) shows:\*\*")
_SAYS = re.compile(r"\*\*The sheet ([\w ]+) says:\*\*")
_PRINTS = "**It says:**"
_OPEN = re.compile(r"\*\*Open the workbook (\S+\.xlsx)\.\*\*")
_PICTURE_OF = re.compile(r"<!-- picture of (\w+)(?:!(\w+:\w+))? -->")
_PICTURE = re.compile(r"!\[[^\]]+\]\(\.\./pictures/([\w-]+\.png)\)")
_COMMAND = " " * 4 + "xlpbr "
_AMOUNT = re.compile(r"-?£[\d,]+(?:\.\d\d)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """Rows to type into a sheet: what stands under each heading, in the words of the page."""

    line: int
    sheet: str
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sheet must show now: figures by their label."""

    line: int
    sheet: str
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """Texts that a sheet must show, or that the last commands must have printed."""

    line: int
    sheet: str
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Run:
    """A command to run."""

    line: int
    command: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook to go on with."""

    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an area of a sheet as it is now; without an area, of what is printed of it."""

    line: int
    name: str
    sheet: str
    area: str


Step = Typed | Shown | Said | Run | Opened | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a guide.

    Attributes:
        title: its heading.
        steps: what is to be done and seen, in its order.
        amounts: every amount in pounds that stands outside its steps, with its line.
    """

    title: str
    steps: Sequence[Step]
    amounts: Sequence[tuple[int, str]]


def sections_of(text: str) -> list[Section]:
    """The sections of a page, from its first heading of the second order on."""
    lines = list(enumerate(text.splitlines(), start=1))
    starts = [index for index, (_, line) in enumerate(lines) if line.startswith("## ")]
    return [
        _section(lines[start:end])
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]


def before_the_sections(text: str) -> Section:
    """What a page says before its first section."""
    lines = list(enumerate(text.splitlines(), start=1))
    return _section(list(takewhile(lambda line: not line[1].startswith("## "), lines)))


def _section(lines: list[tuple[int, str]]) -> Section:
    steps = list(_steps(lines))
    of_steps = {number for step in steps for number in _lines_of(step, dict(lines))}
    amounts = [
        (number, amount)
        for number, line in lines
        if number not in of_steps
        for amount in _AMOUNT.findall(line)
    ]
    return Section(lines[0][1].strip("# "), steps, amounts)


def _steps(lines: list[tuple[int, str]]) -> Iterator[Step]:
    by_number = dict(lines)
    area = ("", "")
    for number, line in lines:
        if found := _TYPE.fullmatch(line):
            yield Typed(number, found[1], _table(by_number, number))
        elif found := _SHOWS.fullmatch(line):
            yield Shown(number, found[1], _table(by_number, number))
        elif found := _SAYS.fullmatch(line):
            yield Said(number, found[1], _quoted(by_number, number))
        elif line == _PRINTS:
            yield Said(number, "", _quoted(by_number, number))
        elif line.startswith(_COMMAND):
            yield Run(number, line.strip())
        elif found := _OPEN.search(line):
            yield Opened(number, found[1])
        elif found := _PICTURE_OF.fullmatch(line):
            area = (found[1], found[2] or "")
        elif found := _PICTURE.fullmatch(line):
            if not area[0]:
                raise ValueError(f"line {number}: the page does not say what {found[1]} is of")
            yield Picture(number, found[1], *area)
            area = ("", "")
        elif line.startswith("**") and line.endswith(":**"):
            raise ValueError(f"line {number}: {line} is no step that is known")


def _block(lines: Mapping[int, str], number: int, start: str) -> list[tuple[int, str]]:
    """The lines that start so, after a line and the blank ones behind it."""
    first = number + 1
    while lines.get(first) == "":
        first += 1
    found = []
    while lines.get(first, "").startswith(start):
        found.append((first, lines[first]))
        first += 1
    if not found:
        raise ValueError(f"line {number}: nothing follows {lines[number]}")
    return found


def _table(lines: Mapping[int, str], number: int) -> list[dict[str, str]]:
    headings, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")]
                          for _, line in _block(lines, number, "|"))  # fmt: skip
    return [dict(zip(headings, row, strict=True)) for row in rows]


def _quoted(lines: Mapping[int, str], number: int) -> list[str]:
    return [line.removeprefix(">").strip() for _, line in _block(lines, number, ">")
            if line != ">"]  # fmt: skip


def _lines_of(step: Step, lines: Mapping[int, str]) -> Iterator[int]:
    """The lines whose amounts a step holds itself."""
    yield step.line
    if isinstance(step, Typed | Shown | Said):
        start = ">" if isinstance(step, Said) else "|"
        yield from (number for number, _ in _block(lines, step.line, start))
