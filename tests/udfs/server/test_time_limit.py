"""Work with a time limit: stopped in its thread, and nothing else with it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from xlpbr.udfs.server.time_limit import TookTooLong, within


def run(work: Callable[[], Any], seconds: float = 5.0, times: int = 1) -> list[Any]:
    """What becomes of the same work, several times in the same few threads."""

    async def main() -> list[Any]:
        threads = anyio.CapacityLimiter(2)
        results: list[Any] = []
        for _ in range(times):
            try:
                results.append(await within(seconds, threads, work))
            except Exception as error:
                results.append(error)
        assert threads.borrowed_tokens == 0
        return results

    found: list[Any] = anyio.run(main)
    return found


def test_work_gives_its_result():
    assert run(lambda: 7) == [7]


def test_an_error_of_the_work_is_handed_on():
    def wrong() -> None:
        raise ValueError("wrong")

    (error,) = run(wrong)
    assert isinstance(error, ValueError)
    assert str(error) == "wrong"


def test_work_that_takes_too_long_is_stopped():
    steps = [0]
    stopped = threading.Event()

    def endless() -> None:
        try:
            while True:
                steps[0] += 1
        except Exception:  # what catches every error must not catch the stop
            steps[0] = -1
        finally:
            stopped.set()

    (error,) = run(endless, seconds=0.1)  # it would never come back by itself
    assert isinstance(error, TookTooLong)
    assert stopped.is_set()
    reached = steps[0]
    time.sleep(0.05)
    assert steps[0] == reached > 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_work_is_stopped_although_the_first_stop_is_lost():
    lost = threading.Event()

    class ClearedAway:
        """Python passes over every error that is raised while this goes."""

        def __del__(self) -> None:
            try:
                until = time.perf_counter() + 5
                while time.perf_counter() < until:
                    pass
            except BaseException:
                lost.set()
                raise

    def endless() -> None:
        ClearedAway()
        until = time.perf_counter() + 20
        while time.perf_counter() < until:
            pass

    (error,) = run(endless, seconds=0.1)
    assert lost.is_set()
    assert isinstance(error, TookTooLong)


def test_a_stop_at_the_very_end_reaches_no_other_work():
    # Work that ends just when its time does, over and over in the same threads.
    def short() -> int:
        until = time.perf_counter() + 0.002
        while time.perf_counter() < until:
            pass
        return 1

    results = run(short, seconds=0.002, times=300)
    assert len(results) == 300
    assert all(result == 1 or isinstance(result, TookTooLong) for result in results)
    assert run(short, seconds=5, times=20) == [1] * 20


STOPPED_AND_PROFILED = """
import sys, time
import anyio
from xlpbr.udfs.server.time_limit import TookTooLong, within

def short():
    until = time.perf_counter() + 0.002
    while time.perf_counter() < until:
        pass

async def main():
    threads = anyio.CapacityLimiter(1)
    for _ in range(300):
        try:
            await within(0.002, threads, short)
        except TookTooLong:
            pass

anyio.run(main)
sys.setprofile(lambda *_: None)
(lambda: None)()
sys.setprofile(None)
print("done")
"""


def test_a_stop_leaves_nothing_behind_that_python_goes_on_looking_for():
    # Python 3.11 never comes back from a function under a profiler while it looks for a stop that
    # was called back.
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_AND_PROFILED],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "done\n"
