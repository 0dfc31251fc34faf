"""Work in a thread of its own, stopped when it takes too long.

The functions are plain Python, so that an exception raised inside their thread stops them at the
next step; what is not Python would go on until it returns.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import anyio
import anyio.to_thread

Result = TypeVar("Result")

_SECONDS_TO_THE_NEXT_TRY = 0.05


class TookTooLong(Exception):
    """The work was stopped because its time was over."""


class _Stopped(BaseException):
    """Raised inside the thread of work whose time is over."""


async def within(
    seconds: float, threads: anyio.CapacityLimiter, work: Callable[[], Result]
) -> Result:
    """Run work in a thread and give its result, or stop it; return when it has ended.

    Args:
        seconds: how long it may take.
        threads: how many threads there may be.
        work: plain Python without effects that stopping it would leave half done.

    Raises:
        TookTooLong: its time was over.
    """
    stoppable = _Stoppable(work)

    async def stop_in_time() -> None:
        await anyio.sleep(seconds)
        # Python passes over an exception that is raised while it clears an object away, so that
        # one may be lost.
        while True:
            stoppable.stop()
            await anyio.sleep(_SECONDS_TO_THE_NEXT_TRY)

    error: Exception | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_in_time)
        try:
            result = await anyio.to_thread.run_sync(stoppable.run, limiter=threads)
        except Exception as raised:
            # Past the group, which would put it into a group of exceptions.
            error = raised
        tasks.cancel_scope.cancel()
    if error is not None:
        raise error
    return result


class _Stoppable(Generic[Result]):
    """Work that another thread can stop while it runs, and not before or after."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._is_over = False
        self._is_sent = False

    def run(self) -> Result:
        """Run the work in the thread that calls this.

        Raises:
            TookTooLong: it was stopped.
        """
        try:
            try:
                self._begin()
                return self._work()
            finally:
                self._end()
        except _Stopped:
            self._end()
            raise TookTooLong from None

    def _begin(self) -> None:
        with self._lock:
            if self._is_over:
                raise _Stopped
            self._thread = threading.get_ident()

    def _end(self) -> None:
        """Let nothing that was sent, and has not arrived, reach the next work of this thread."""
        while True:
            try:
                with self._lock:
                    self._thread = None
                break
            except _Stopped:
                continue
        if not self._is_sent:
            return
        # One at most is on its way, and one that is sent now takes its place. To call it back
        # instead would leave Python looking for it at every step from then on.
        with contextlib.suppress(_Stopped):
            _raise_inside(threading.get_ident())
            while True:
                time.sleep(0)

    def stop(self) -> None:
        """Raise inside the work's thread, when the work runs; keep it from starting otherwise."""
        with self._lock:
            self._is_over = True
            if self._thread is not None:
                self._is_sent = True
                _raise_inside(self._thread)


def _raise_inside(thread: int) -> None:
    """Raise what stops a thread at its next step."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_Stopped))
