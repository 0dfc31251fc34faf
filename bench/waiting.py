"""What a person waits for: a new workbook with sample rows, its recalculation and its report.

    python -m bench --only waiting

Each is a command of its own; said is the least processor time of some runs, with all that it
loads, and how often openpyxl would load and save the same workbook in that time, without
calculating anything. All are run in turn, so that what else the machine does falls on all alike.
Two workbooks made from the same contract are asserted to be the same bytes, and
recalculation of one to change no cell.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.rows import Row, at_most

RUNS = 3
BOUND = 1.2
AGAINST_OPENPYXL = {"new --sample": 2.5, "recalc": 2.5, "report": 1.5}
CONTRACT = "plymouth-l04-2526"


_BY_OPENPYXL = "import openpyxl, sys; openpyxl.load_workbook(sys.argv[1]).save(sys.argv[2])"


def processor_seconds(*arguments: object) -> tuple[float, str]:
    """The processor time that a command took, and what it printed."""
    program = str(next(Path(sys.executable).parent.glob("xlpbr*")))
    return seconds_of([program, *map(str, arguments)])


def seconds_of(words: list[str]) -> tuple[float, str]:
    """The same for any program."""
    before = os.times()
    done = subprocess.run(words, capture_output=True, check=True, text=True)
    after = os.times()
    took = after.children_user + after.children_system
    return took - before.children_user - before.children_system, done.stdout + done.stderr


def measure() -> list[Row]:
    """The lines for ``python -m bench``."""
    took: dict[str, list[float]] = {command: [] for command in AGAINST_OPENPYXL}
    plain = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first = folder / "0.xlsx"
        processor_seconds("new", CONTRACT, "--sample", "-o", first)
        for run in range(1, RUNS + 1):
            book, calculated, report = (
                folder / f"{run}{kind}.xlsx" for kind in ("", "-calculated", "-report")
            )
            seconds, _ = processor_seconds("new", CONTRACT, "--sample", "-o", book)
            assert book.read_bytes() == first.read_bytes()
            took["new --sample"].append(seconds)
            seconds, said = processor_seconds("recalc", book, "-o", calculated)
            assert f"no cell of {calculated} shows another value" in said, said
            took["recalc"].append(seconds)
            seconds, _ = processor_seconds("report", book, "-o", report)
            took["report"].append(seconds)
            saved = folder / f"{run}-saved.xlsx"
            words = [sys.executable, "-c", _BY_OPENPYXL, str(book), str(saved)]
            plain.append(seconds_of(words)[0])
            assert saved.exists()
    rows = []
    for command, found in took.items():
        work = f"the sample workbook, xlpbr {command}"
        ratio, bound = min(found) / min(plain), AGAINST_OPENPYXL[command]
        rows += [
            at_most(work, "against openpyxl, which loads and saves it", ratio, bound, "x"),
            at_most(work, f"processor time, least of {RUNS} runs", min(found), BOUND, "s"),
        ]
    return rows
