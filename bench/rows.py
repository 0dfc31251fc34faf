"""A line of the results, the medians behind it, and the machine that it was measured on."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

RUNS = 5
PACKAGES = (
    "xlpbr", "formulas", "openpyxl", "XlsxWriter", "numpy", "numba", "pandas", "pyarrow",
    "distributed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the results.

    Attributes:
        work: what was done.
        measured: which figure of it, and against what.
        figure: what was found, such as ``12.3 x`` or ``4.1 ms``.
        to_reach: the bound; empty where the figure is shown for information.
        reached: whether the bound was kept; None without a bound.
    """

    work: str
    measured: str
    figure: str
    to_reach: str = ""
    reached: bool | None = None


def at_least(work: str, measured: str, ratio: float, bound: float) -> Row:
    """A ratio that is to be so large."""
    return Row(work, measured, f"{ratio:,.1f} x", f"{bound:,g} x or more", ratio >= bound)


def at_most(work: str, measured: str, figure: float, bound: float, unit: str) -> Row:
    """A figure that is to be so small."""
    return Row(
        work, measured, f"{figure:,.2f} {unit}", f"{bound:,g} {unit} or less", figure <= bound
    )


def seconds(function: Callable[[], Any]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def median_seconds(function: Callable[[], Any], runs: int = RUNS) -> float:
    """The median of so many calls."""
    return statistics.median(seconds(function) for _ in range(runs))


def medians_in_turn(functions: Sequence[Callable[[], Any]], runs: int = RUNS) -> list[float]:
    """The median of each function, called in turn: what else runs falls on all alike."""
    took = [[seconds(function) for function in functions] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*took, strict=True)]


def machine() -> list[tuple[str, str]]:
    """The machine and the versions, each with what it is."""
    found = [
        ("Processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("Memory", _memory()),
        ("System", f"{platform.system()} {platform.release()}"),
        ("Python", sys.version.split()[0]),
    ]
    for package in PACKAGES:
        try:
            found.append((package, metadata.version(package)))
        except metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return "unknown"
    return f"{pages / 2**30:.0f} GB"
