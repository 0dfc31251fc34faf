"""Who may calculate next: a share for each person, and a slot that only short calls take."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

SHORT_BYTES = 65_536
"""The body of a request that takes next to no time, unless what it asks for plays scenarios."""


class Slots:
    """The calls that one worker calculates at the same time.

    A person who is signed in takes at most half of them, rounded up, so that nobody waits for one
    other person alone. One slot more is for short calls: a cell that asks for little does not wait
    behind forecasts.
    """

    def __init__(self, at_once: int) -> None:
        """Give out so many slots, and one for short calls."""
        self._any = anyio.Semaphore(at_once)
        self._short = anyio.Semaphore(1)
        self._share = (at_once + 1) // 2
        self._people: dict[str, tuple[anyio.Semaphore, int]] = {}

    @asynccontextmanager
    async def taken(self, person: str, *, short: bool) -> AsyncIterator[None]:
        """A slot, once there is one.

        Args:
            person: who asks; empty where nobody signs in.
            short: whether the call takes next to no time.
        """
        if short:
            async with self._short:
                yield
        elif not person:
            async with self._any:
                yield
        else:
            async with self._of(person) as own, own, self._any:
                yield

    @asynccontextmanager
    async def _of(self, person: str) -> AsyncIterator[anyio.Semaphore]:
        """A person's share; forgotten when nothing of theirs is left."""
        share, users = self._people.get(person, (anyio.Semaphore(self._share), 0))
        self._people[person] = (share, users + 1)
        try:
            yield share
        finally:
            share, users = self._people.pop(person)
            if users > 1:
                self._people[person] = (share, users - 1)
