"""Processes killed while they save: the file is then the old one or the new one, whole.

The children are forked, so that thousands can be started; it runs where there is ``os.fork``.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import xlsxwriter

from tests.hard import packages
from tests.hard.results import Run
from tests.support.edits import edit
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

IN_PLACE_EACH = 4
"""One kill in so many is made while the workbook is edited in place."""


def budget(path: Path, rows: int) -> Path:
    """A workbook of so many rows, to be saved over and over."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Budget")
    for row in range(rows):
        sheet.write_row(row, 0, [f"C{row}", row * 1.25, row % 7])
    book.close()
    return path


def save(source: Path, target: Path, value: float, *, in_place: bool = False) -> None:
    """Save the budget with another figure in its first row."""
    changes = Changes(cells={"Budget": {(1, 5): CellChange(value, None)}})
    edit(open_book(source), changes, target, in_place=in_place)


def run_kills(run: Run, folder: Path, number: int, seed: int) -> None:
    """Kill so many saves at times drawn at random, and look at the file after each."""
    chance = random.Random(seed)
    run.figures["seed"] = seed
    for size, rows in (("small", 50), ("large", 4_000)):
        place = folder / size
        place.mkdir(parents=True)
        source = budget(place / "source.xlsx", rows)
        versions = [place / f"version{n}.xlsx" for n in (0, 1)]
        for n, version in enumerate(versions):
            save(source, version, float(n))
        started = time.monotonic()
        save(source, place / "timed.xlsx", 0.0)
        once = time.monotonic() - started
        known = [packages.sha256(path) for path in (*versions, source)]
        for kill in range(number // 2):
            in_place = kill % IN_PLACE_EACH == 0
            _one_kill(run, place, known, once * 2.2 * chance.random(), in_place=in_place)


def _one_kill(run: Run, place: Path, known: list[str], delay: float, *, in_place: bool) -> None:
    source, target = place / "source.xlsx", place / "live" / "budget.xlsx"
    target.parent.mkdir(exist_ok=True)
    if in_place or not target.exists():
        target.write_bytes(source.read_bytes())

    def loop() -> None:
        if in_place:
            save(target, target, 1.0, in_place=True)
            return
        count = 0
        while True:
            count += 1
            save(source, target, float(count % 2))

    _killed(loop, delay)
    run.count("kills")
    left = _files_of_ours(target)
    run.count("kills that left a temporary file or a lock", 1 if left else 0)
    digest = packages.sha256(target)
    names = ["the new file", "the new file", "the old file"]
    if digest in known:
        said = names[known.index(digest)] if in_place else "a whole file"
        run.count_in("in place" if in_place else "copy", said)
    else:
        run.fail(f"a kill after {delay:.4f} s left a file that is neither old nor new")
        target.unlink()
    if packages.sha256(source) != known[2]:
        run.fail("a kill changed the file that was only read")
    for copy in target.parent.glob("*.xlsx"):
        if copy != target and not copy.name.startswith("."):
            if packages.sha256(copy) not in known:
                run.fail(f"a dated copy is not the old file: {copy.name}")
            copy.unlink()
    try:
        save(source, target, 1.0)
    except FileProblem as problem:
        run.fail(f"the save after a kill was refused: {problem}")
    if left := _files_of_ours(target):
        run.fail(f"after the next save there is still {left[0].name}")


def _killed(act: Callable[[], None], delay: float) -> None:
    """Run something in a child and kill it after a while."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            act()
        os._exit(0)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _files_of_ours(target: Path) -> list[Path]:
    return list(target.parent.glob(".~xlpbr-*"))
