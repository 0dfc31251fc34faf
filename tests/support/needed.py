"""What some tests need besides Python: skipped by name where it is missing, and failed in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import kinds
from xlpbr.workbook.libreoffice.pdf import find_libreoffice

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "build" / "npm" / "node_modules"
"""Where ``make test`` puts what tests need from npm."""

CALC_REMEDY = (
    "Install LibreOffice 25.2 with python3-uno; .ci/run shows how on Debian. XLPBR_LIBREOFFICE may"
    " name its program folder."
)
"""How to get the LibreOffice in which the functions run."""


def need(what: str, *, present: bool, remedy: str, program: bool = True) -> None:
    """Skip a test whose program is missing, and say how to get it; fail it where all must run.

    A test that is not marked ``program`` may not ask for one: ``make test`` runs it everywhere.
    """
    if program and kinds.running_is_quick():
        pytest.fail(f"This test needs {what}: mark it @pytest.mark.program.")
    if present:
        return
    if os.environ.get("XLPBR_REQUIRE_HOSTS"):
        pytest.fail(f"XLPBR_REQUIRE_HOSTS is set, and {what} is missing. {remedy}")
    pytest.skip(f"{what} is not installed. {remedy}")


def need_libreoffice() -> Path:
    """A LibreOffice of any line: its program."""
    found = find_libreoffice()
    need(
        "LibreOffice",
        present=found is not None,
        remedy="Install LibreOffice Calc; .ci/run shows how on Debian.",
    )
    return Path(found or "")


def need_node_package(name: str) -> Path:
    """A package from npm: its folder."""
    folder = NODE_MODULES / name
    need(
        f"the npm package {name}",
        present=folder.is_dir(),
        remedy="Install Node.js with npm and run make test, which fetches it.",
    )
    return folder
