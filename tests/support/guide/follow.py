"""A guide followed step by step: typed into Calc, run as commands, and held to what is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.support.guide import typed_book
from tests.support.guide.pages import Opened, Picture, Run, Said, Section, Shown, Typed
from tests.support.guide.typed_book import TypedBook
from xlpbr.workbook.libreoffice.engine import Calc
from xlpbr.workbook.ooxml.addresses import Area, column_letter, split_area

Grid = list[list[str]]
Runs = Callable[..., tuple[int, str, str]]
"""Runs a command: its words; its exit status, what it prints, and what it says beside."""

Draws = Callable[["Followed", Picture], None]

_CLEAR = "(clear)"
_ITALIC = re.compile(r"\*([^*]+)\*")
_PLACED = re.compile(r"(.+) \((.+)\)")
_MONEY = re.compile(r"-?£[\d,]+(?:\.\d\d)?")
FIRST_ROW = "First row"
_NONE = "none"


@dataclass(slots=True)
class Followed:
    """How far a guide has been followed.

    Attributes:
        calc: the Calc that is typed into.
        folder: where the workbooks are.
        run: runs a command there.
        made: the workbook as xlpbr made it.
        book: the workbook that is open.
        name: the name of its file.
        printed: what the last commands printed.
        amounts: every amount that was typed, shown or printed so far.
        shown_before: what the sheets to be compared showed before the last typing.
    """

    calc: Calc
    folder: Path
    run: Runs
    made: Path | None = None
    book: TypedBook | None = None
    name: str = ""
    printed: str = ""
    amounts: set[str] = field(default_factory=set)
    shown_before: dict[str, Grid] = field(default_factory=dict)


def open_book_of(so_far: Followed, name: str) -> None:
    """Open a workbook of the folder; the first is the one that xlpbr made."""
    if so_far.book is not None:
        typed_book.close(so_far.book)
    so_far.made = so_far.made or so_far.folder / name
    so_far.book = typed_book.open_typed(so_far.calc, so_far.folder / name, made_as=so_far.made)
    so_far.name = name


def follow(section: Section, so_far: Followed, draw: Draws) -> None:
    """Do what a section says, and hold every word of it that can be held.

    Raises:
        AssertionError: something else stands there than the page says.
    """
    compared = {
        step.sheet for step in section.steps if isinstance(step, Shown) and "Before" in step.rows[0]
    }
    for step in section.steps:
        match step:
            case Typed():
                _type(so_far, step, compared)
            case Shown():
                _compare(so_far, step)
            case Said():
                _find(so_far, step)
            case Run():
                _run(so_far, step)
            case Opened():
                open_book_of(so_far, step.name)
            case Picture():
                draw(so_far, step)
    told = {abs(_pounds(amount)) for amount in so_far.amounts}
    untold = [(line, one) for line, one in section.amounts if abs(_pounds(one)) not in told]
    assert untold == [], f"{section.title}: amounts that no step has shown (line, amount): {untold}"


def _type(so_far: Followed, step: Typed, compared: Iterable[str]) -> None:
    book = _opened(so_far)
    grid = typed_book.shown(book, step.sheet)
    entries = []
    for row in step.rows:
        if "Cell" in row:
            top, left, *_ = split_area(row["Cell"])
            entries.append((step.sheet, (top, left), row["Type"]))
            continue
        number = int(row["Row"])
        cells = {heading: text for heading, text in row.items() if heading != "Row" and text}
        places = _columns(grid, list(row)[1:], step)
        for heading, text in cells.items():
            there = grid[number - 1][places[heading] - 1]
            if standing := _ITALIC.fullmatch(text):
                where = f"line {step.line}: {step.sheet}!{column_letter(places[heading])}{number}"
                assert there == standing[1], f"{where} shows {there!r}, not {standing[1]!r}"
            else:
                entries.append(
                    (step.sheet, (number, places[heading]), "" if text == _CLEAR else text)
                )
        if not any(_ITALIC.fullmatch(text) for text in cells.values()):
            first = min(places.values()) - 1
            assert not any(grid[number - 1]), f"line {step.line}: row {number} is not empty"
            assert grid[number - 2][first], f"line {step.line}: row {number} is not the next one"
            grid[number - 1][first] = "typed"
    so_far.shown_before = {name: typed_book.shown(book, name) for name in compared}
    typed_book.type_all(book, entries)
    so_far.amounts |= {amount for *_, text in entries for amount in _MONEY.findall(text)}


def _columns(grid: Grid, headings: Sequence[str], step: Typed) -> dict[str, int]:
    for row in grid:
        if all(heading in row for heading in headings):
            return {heading: row.index(heading) + 1 for heading in headings}
    raise AssertionError(f"line {step.line}: {step.sheet} has no row of the headings {headings}")


def _compare(so_far: Followed, step: Shown) -> None:
    now = typed_book.shown(_opened(so_far), step.sheet)
    said, found = [], []
    for row in step.rows:
        (_, label), *_ = row.items()
        got = {"Now": figure(now, label)}
        if "Before" in row:
            got["Before"] = figure(so_far.shown_before[step.sheet], label)
        if "Difference" in row:
            got["Difference"] = _difference(got["Before"], got["Now"])
        said.append({"": label} | {heading: row[heading] for heading in got})
        found.append({"": label} | got)
        so_far.amounts |= {one for one in got.values() if _MONEY.fullmatch(one)}
    assert said == found, f"line {step.line}, sheet {step.sheet}"


def _find(so_far: Followed, step: Said) -> None:
    if step.sheet:
        cells = {cell for row in typed_book.shown(_opened(so_far), step.sheet) for cell in row}
        missing = [text for text in step.texts if text not in cells]
        there = sorted(cells, key=len)[-12:]
    else:
        printed = " ".join(so_far.printed.split())
        missing = [text for text in step.texts if text not in printed]
        there = [so_far.printed]
    assert missing == [], f"line {step.line}: not said, but: {there}"
    so_far.amounts |= {amount for text in step.texts for amount in _MONEY.findall(text)}


def _run(so_far: Followed, step: Run) -> None:
    if so_far.book is not None:
        typed_book.save(so_far.book, so_far.folder / so_far.name)
    status, printed, beside = so_far.run(*shlex.split(step.command)[1:])
    so_far.printed = f"{printed}\n{beside}"
    found_something = {1} if " check " in step.command else set()
    assert status in {0} | found_something, f"line {step.line}: {status}: {so_far.printed}"


def _opened(so_far: Followed) -> TypedBook:
    assert so_far.book is not None, "no workbook is open: the page must say which to open"
    return so_far.book


def figure(grid: Grid, label: str) -> str:
    """What a sheet shows for a label.

    Args:
        grid: what the sheet shows.
        label: ``Total, Net`` is what stands in the row of Total under the heading Net;
            ``Adjustment (Apr 2026), Net`` the same in the row that has both; ``Payable`` is what
            stands beside it; ``First row`` is what the first row says.

    Returns:
        What stands there; ``none`` where there is no such row.
    """
    if label == FIRST_ROW:
        return next(cell for cell in grid[0][1:] if cell)
    name, _, heading = label.rpartition(", ") if ", " in label else (label, "", "")
    placed = _PLACED.fullmatch(name)
    wanted = set(placed.groups()) if placed else {name}
    for number, row in enumerate(grid):
        if not wanted <= set(row):
            continue
        left = row.index(placed[1] if placed else name)
        if not heading:
            beside = next((cell for cell in row[left + 1 :] if cell), "")
            if beside:
                return beside
            continue
        for above in reversed(grid[:number]):
            columns = [at for at, cell in enumerate(above) if cell == heading and at >= left]
            if columns:
                return row[columns[0]] or _NONE
    return _NONE


def _difference(before: str, now: str) -> str:
    change = _pounds(now) - _pounds(before)
    return f"{'-' if change < 0 else ''}£{abs(change):,.2f}"


def _pounds(shown: str) -> Decimal:
    return Decimal(0) if shown == _NONE else Decimal(re.sub(r"[£,]", "", shown))


def cells_of_picture(so_far: Followed, picture: Picture) -> tuple[Area, Grid]:
    """The corners of what a picture is of, and what the cells there show now."""
    book = _opened(so_far)
    area = (
        split_area(picture.area) if picture.area else typed_book.printed_area(book, picture.sheet)
    )
    top, left, bottom, right = area
    grid = typed_book.shown(book, picture.sheet)
    return area, [row[left - 1 : right] for row in grid[top - 1 : bottom]]
