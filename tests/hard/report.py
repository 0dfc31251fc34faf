"""The page of the long proof, ``docs/house/reliability.md``, from the figures in ``build/hard``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.hard import results

TARGET = Path(__file__).resolve().parent.parent.parent / "docs" / "house" / "reliability.md"

PARTS: Mapping[str, tuple[str, str]] = {
    "corpus": (
        "Every kind of workbook",
        "Workbooks with every feature that a council's book can have are made and edited: sheets "
        "added, replaced and removed, a cell set, a contract attached and detached. Parts that "
        "were not to change are compared as compressed bytes. Each output is judged by the Open "
        "XML validator (newly invalid findings count) and by LibreOffice (same values as before).",
    ),
    "edits": (
        "Single cells",
        "Random cells are changed at random. A reader that shares no code with xlpbr must see "
        "this cell changed and no other, and no other part of the package.",
    ),
    "kill": (
        "Killed while saving",
        "A process that saves is killed at a random moment. The file must then be the old one or "
        "the new one, by its SHA-256, and the next save must clear what was left behind.",
    ),
    "faults": (
        "Failures of the disk, and two writers",
        "Every call that a save makes on the disk is made to fail once in each way: disk full, "
        "input/output error, no permission, stopped by the person. Then two processes save the "
        "same workbook at the same moment.",
    ),
    "fuzz": (
        "Spoilt files",
        "Workbooks are spoilt at random, in their bytes and in their XML, then read and edited in "
        "a process with 1 GB of memory and 10 seconds. It must refuse with a sentence or edit; "
        "LibreOffice must open an output where it could open the input.",
    ),
    "dirty": (
        "Dirty tables",
        "Right tables are made dirty as people make them dirty. The figures must be right, or a "
        "problem must name the row. The right figures are worked out day by day by other code.",
    ),
}


def write() -> Path:
    """Write the report of the parts that were run.

    Returns:
        The report.
    """
    lines = [
        "# How reliable the editing of workbooks is",
        "",
        "Measured figures. `make hard` measures them again and writes this page; "
        "`make hard CORPUS=folder` adds workbooks of your own.",
    ]
    for part, (title, what) in PARTS.items():
        found = results.load(part)
        lines += ["", f"## {title}", "", what, ""]
        lines += _of(found) if found else ["Not yet run."]
        again = results.load(f"{part}-some")
        if again is not None:
            lines += ["", "Run again on some, after the program was mended:", "", *_of(again)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return TARGET


def _of(found: Mapping[str, Any]) -> list[str]:
    lines = [f"`{found['command']}` ({found['date']}, {found['machine']})", ""]
    lines += ["| What | Number |", "|---|---|"]
    lines += [f"| {name} | {_shown(value)} |" for name, value in found["figures"].items()]
    lines.append(f"| **failures** | **{len(found['failures']):,}** |")
    if found["failures"]:
        lines += ["", *(f"- {failure}" for failure in found["failures"][:20])]
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {number:,}" for name, number in sorted(value.items()))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
