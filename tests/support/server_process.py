"""A server of its own process on loopback, for the tests and for ``bench/server_load.py``."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.needed import ROOT, need

PATIENCE_SECONDS = 60
CALL = "/xlwings/custom-functions-call"
CALLS = "/xlpbr/calls"

SERVE = """
import sys
from xlpbr.udfs.server.serve import serve
serve(sys.argv[1], int(sys.argv[2]), workers=int(sys.argv[3]))
"""


@dataclass
class RunningServer:
    """A server that answers.

    Attributes:
        address: where.
        log_file: what it wrote to its log.
        process: its process; the parent of its workers.
        said: the sentences that it said when it started.
    """

    address: str
    log_file: Path
    process: subprocess.Popen[str]
    said: list[str]

    @property
    def log(self) -> str:
        """What it wrote to its log so far."""
        return self.log_file.read_text(encoding="utf-8")


@contextmanager
def running_server(
    folder: Path,
    settings: Mapping[str, Any] | None = None,
    *,
    workers: int = 1,
    port: int = 0,
) -> Iterator[RunningServer]:
    """Start a server on loopback, wait until it answers, and stop it at the end.

    Args:
        folder: for its log.
        settings: by name, without ``XLPBR_SERVER_``.
        workers: processes that answer.
        port: the port; 0 for one that the system chooses.
    """
    need(
        "xlwings Server",
        present=importlib.util.find_spec("xlwings_server") is not None,
        remedy="Install it with: pip install 'xlpbr[server]'.",
        program=False,
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XL")}
    ours = {f"XLPBR_SERVER_{name}": str(value) for name, value in (settings or {}).items()}
    log_file = folder / "server.log"
    with log_file.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", SERVE, "127.0.0.1", str(port), str(workers)],
            cwd=ROOT,
            env=kept | ours,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        assert first.startswith("The server answers at http://127.0.0.1:"), (
            first + log_file.read_text(encoding="utf-8")
        )
        address = first.split()[4].rstrip(".")
        said = [first]
        reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        reader.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(address, timeout=5):
                    break
            except OSError:
                assert process.poll() is None, log_file.read_text(encoding="utf-8")
                assert time.monotonic() < deadline, log_file.read_text(encoding="utf-8")
                time.sleep(0.05)
        yield RunningServer(address, log_file, process, said)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
