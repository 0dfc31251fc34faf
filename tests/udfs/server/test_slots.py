"""Who calculates next, in what order: tried with work that ends when the test says so."""

from __future__ import annotations

import anyio
import pytest

from xlpbr.udfs.server.slots import Slots

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def ask(slots, person, short, started, go):
    async with slots.taken(person, short=short):
        started.append(person)
        await go.wait()


async def settled():
    """Let all tasks go on as far as they can."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


async def test_a_short_call_does_not_wait_behind_long_ones():
    slots, started, go = Slots(2), [], anyio.Event()
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask, slots, "", False, started, go)
        await settled()
        assert started == ["", ""]
        async with slots.taken("", short=True):
            pass
        go.set()
    assert len(started) == 5


async def test_a_person_takes_no_more_than_half():
    slots, started, go = Slots(4), [], anyio.Event()
    async with anyio.create_task_group() as tasks:
        for person in ("ann", "ann", "ann", "ann", "bob", "cleo"):
            tasks.start_soon(ask, slots, person, False, started, go)
        await settled()
        assert sorted(started) == ["ann", "ann", "bob", "cleo"]
        go.set()
    assert started.count("ann") == 4
    # Nobody is remembered who asks for nothing.
    assert slots._people == {}


async def test_a_call_that_fails_gives_its_slot_back():
    slots = Slots(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            async with slots.taken("ann", short=False):
                raise ValueError("no")
    assert slots._people == {}
