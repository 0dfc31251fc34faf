"""How long ``xlpbr --version`` takes to start, against a bare ``python -c pass``.

Run with the Python of an environment in which xlpbr is installed:

    python bench/start.py

Both are started in turn, so that what else the machine does falls on both alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import xlpbr

RUNS = 30
BOUND = 2.5


def seconds(command: list[str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return time.perf_counter() - started, done.stdout


def main() -> None:
    folder = Path(sys.executable).parent
    program = str(next(folder.glob("xlpbr*")))
    bare, version = [], []
    for _ in range(RUNS):
        bare.append(seconds([sys.executable, "-c", "pass"])[0])
        taken, printed = seconds([program, "--version"])
        assert printed.strip() == f"xlpbr {xlpbr.__version__}"
        version.append(taken)
    ratio = statistics.median(version) / statistics.median(bare)
    print(f"python -c pass:   {statistics.median(bare) * 1000:6.1f} ms (median of {RUNS})")
    print(f"xlpbr --version:  {statistics.median(version) * 1000:6.1f} ms (median of {RUNS})")
    print(f"ratio:            {ratio:6.2f} (to reach: {BOUND} or less)")


if __name__ == "__main__":
    main()
