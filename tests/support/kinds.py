"""The kinds of tests: which need a program, which are slow, and which take too long unmarked.

Time is processor time, with that of processes that a test waits for: a busy machine adds little
to it. What a fixture takes before the test does not count. A test that took too long is run once
more: what it was the first to load or to compile is there then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).resolve().parents[1] / "programs"
MOST_SECONDS = 2.0
"""What a test that is not marked may take in CI: twice what it should, as machines differ."""

_running: list[pytest.Item] = []


def mark(item: pytest.Item) -> None:
    """Mark a test that needs a program by the folder in which it stands or by its fixture."""
    if PROGRAMS in item.path.parents or "calc" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.program)


def is_quick(item: pytest.Item) -> bool:
    """Whether ``make test`` runs it."""
    return not any(item.get_closest_marker(kind) for kind in ("program", "slow"))


@contextmanager
def running(item: pytest.Item) -> Iterator[None]:
    """Remember which test runs, for what asks from within it."""
    _running.append(item)
    try:
        yield
    finally:
        _running.pop()


def running_is_quick() -> bool:
    """Whether a test runs now that needs no program by its marks."""
    return bool(_running) and _running[-1].get_closest_marker("program") is None


def processor_seconds() -> float:
    """What this process and the processes that it waited for have taken."""
    return sum(os.times()[:4])


def complaint(item: pytest.Item, seconds: float) -> str:
    """In CI, what to do about a quick test that took too long; empty where all is well."""
    if not os.environ.get("CI") or not is_quick(item) or seconds <= MOST_SECONDS:
        return ""
    return (
        f"{item.nodeid} took {seconds:.1f} seconds of processor time; a test that is not marked may"
        f" take {MOST_SECONDS:.0f} s. Make it faster, or mark it @pytest.mark.slow."
    )
