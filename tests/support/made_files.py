"""Every workbook that xlpbr writes in a test, held against the rules of Excel's file format.

All of them are written by ``write_safely``, so the look is taken there, before the file is moved
into its place. What an edited workbook broke before the edit is not held against the edit.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.support.file_rules import broken_rules
from xlpbr.workbook.files import safe_writing

_ENDINGS = (".xlsx", ".xlsm")
_MOST_BYTES = 8_000_000
"""What larger workbooks are made for is not their form; reading them would take seconds."""


def hold_rules_against_every_file() -> None:
    """From now on let a workbook that breaks a rule fail the test that makes it."""
    replace = safe_writing._replace

    def looked_at(
        place: Path,
        write: Callable[[Path], None],
        ready: Callable[[], None],
        inputs: Sequence[Path],
        **rest: Any,
    ) -> Path | None:
        def write_and_look(temporary: Path) -> None:
            write(temporary)
            if place.suffix.casefold() in _ENDINGS:
                _look(temporary, inputs)

        return replace(place, write_and_look, ready, inputs, **rest)

    safe_writing._replace = looked_at


def _look(path: Path, inputs: Sequence[Path]) -> None:
    if not zipfile.is_zipfile(path) or _size(path) > _MOST_BYTES:
        return
    before: list[str] = []
    try:
        found = broken_rules(path)
        if found:
            before = [one for source in inputs for one in broken_rules(source)]
    except Exception:
        if inputs:
            return  # Made by another program, in a form that the rules do not read.
        raise
    new = [one for one in found if one not in before]
    assert not new, f"{len(new)} places break a rule of Excel's file format: {new[:5]}"


def _size(path: Path) -> int:
    with zipfile.ZipFile(path) as package:
        return sum(member.file_size for member in package.infolist())
