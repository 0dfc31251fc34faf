"""What asks the server that a module has started."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.server_process import RunningServer


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=30) as found:
        yield found
