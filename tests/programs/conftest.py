"""The programs that several modules here use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browser import started_chromium
from tests.support.server_process import RunningServer, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The server of xlpbr on this computer, with its settings as they come."""
    with running_server(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module: while it runs, no test may start a loop of asyncio."""
    with started_chromium() as found:
        yield found
