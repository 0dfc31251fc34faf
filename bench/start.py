"""How long ``xlpbr --version`` takes to start, against a bare ``python -c pass``.

    python -m bench --only start

Both are started in turn, so that what else the machine does falls on both alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import xlpbr
from bench.rows import Row, at_most

RUNS = 30
BOUND = 2.5


def seconds(command: list[str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return time.perf_counter() - started, done.stdout


def measure() -> list[Row]:
    folder = Path(sys.executable).parent
    program = str(next(folder.glob("xlpbr*")))
    bare, version = [], []
    for _ in range(RUNS):
        bare.append(seconds([sys.executable, "-c", "pass"])[0])
        taken, printed = seconds([program, "--version"])
        assert printed.strip() == f"xlpbr {xlpbr.__version__}"
        version.append(taken)
    plain, ours = statistics.median(bare), statistics.median(version)
    work = "the start of xlpbr --version"
    return [
        at_most(work, "against python -c pass", ours / plain, BOUND, "x"),
        Row(work, f"median of {RUNS}", f"{ours * 1000:.0f} ms"),
        Row(work, "python -c pass", f"{plain * 1000:.0f} ms"),
    ]
