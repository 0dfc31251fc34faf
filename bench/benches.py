"""Which benches there are, and one of them measured.

They stand apart from ``__main__``, which a process of its own cannot import.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from bench.rows import Row

ROOT = Path(__file__).resolve().parent.parent

FIRST = (
    "portfolio_speed", "portfolio_life", "forecast", "cluster", "statement", "reading", "edit",
    "large_books", "growth", "hosts", "start", "waiting",
)  # fmt: skip
"""The benches in the order of the page; any other that has a ``measure`` follows."""


def benches() -> list[str]:
    """The modules that measure something, in the order of the page."""
    found = {
        path.stem
        for path in (ROOT / "bench").glob("*.py")
        if re.search(r"^def measure\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    return [name for name in FIRST if name in found] + sorted(found - set(FIRST))


def measured(name: str) -> tuple[str, list[Row]]:
    """What a bench is for, and its lines."""
    module = importlib.import_module(f"bench.{name}")
    return (module.__doc__ or name).partition("\n\n")[0], module.measure()
