"""Two writers of one workbook at once: one saves, the other is refused, and nothing is lost."""

from __future__ import annotations

import os
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from tests.hard import packages
from tests.hard.kill_part import budget
from tests.hard.results import Run
from tests.support.edits import edit
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

RACES = 200
REFUSALS = {"busy", "changed-since-read"}


def run_writers(run: Run, folder: Path) -> None:
    """Let two processes that read the same workbook save it in place at the same moment."""
    folder.mkdir(parents=True)
    source = budget(folder / "source.xlsx", 200)
    content = source.read_bytes()
    context = get_context("fork" if hasattr(os, "fork") else "spawn")
    for number in range(RACES):
        place = folder / f"race{number}"
        place.mkdir()
        target = place / "budget.xlsx"
        target.write_bytes(content)
        barrier, answers = context.Barrier(2), context.Queue()
        writers = [
            context.Process(target=_writer, args=(target, float(n), barrier, answers))
            for n in (1, 2)
        ]
        for writer in writers:
            writer.start()
        said = dict(answers.get(timeout=60) for _ in writers)
        for writer in writers:
            writer.join()
        _check(run, number, target, said, source)


def _writer(target: Path, value: float, barrier: Barrier, answers: Queue) -> None:
    book = open_book(target)
    barrier.wait()
    try:
        changes = Changes(cells={"Budget": {(1, 5): CellChange(value, None)}})
        edit(book, changes, target, in_place=True)
    except FileProblem as problem:
        answers.put((value, problem.code))
    except BaseException as error:  # anything else is what is looked for
        answers.put((value, f"{type(error).__name__}: {error}"))
    else:
        answers.put((value, "saved"))


def _check(run: Run, number: int, target: Path, said: dict[float, str], source: Path) -> None:
    run.count("races of two writers")
    saved = [value for value, answer in said.items() if answer == "saved"]
    for answer in said.values():
        run.count_in("writers", answer)
        if answer != "saved" and answer not in REFUSALS:
            run.fail(f"race {number}: {answer}")
    if len(saved) != 1:
        run.fail(f"race {number}: {len(saved)} writers saved: {said}")
        return
    wanted = target.with_name("wanted.xlsx")
    changes = Changes(cells={"Budget": {(1, 5): CellChange(saved[0], None)}})
    edit(open_book(source), changes, wanted)
    if packages.sha256(target) != packages.sha256(wanted):
        run.fail(f"race {number}: the file is not what the writer saved")
    if list(target.parent.glob(".~xlpbr-*")):
        run.fail(f"race {number}: a temporary file or a lock is left")
