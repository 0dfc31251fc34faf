"""The end of a program that was started, with all that it has started itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and what it has started.

    Except on Windows it must have been started in a session of its own.
    """
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
        )
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
