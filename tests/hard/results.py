"""The figures of a run, kept in ``build/hard`` for the report."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent.parent / "build" / "hard"


@dataclass(slots=True)
class Run:
    """One part of the proof while it runs.

    Attributes:
        part: its name.
        command: what makes it again.
        figures: what was counted.
        failures: what must not be, a sentence each; empty where all is well.
    """

    part: str
    command: str
    figures: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def count(self, figure: str, number: int = 1) -> None:
        """Add to a figure."""
        self.figures[figure] = self.figures.get(figure, 0) + number

    def count_in(self, figure: str, key: str, number: int = 1) -> None:
        """Add to one entry of a figure that has several, such as refusals by code."""
        entries = self.figures.setdefault(figure, {})
        entries[key] = entries.get(key, 0) + number

    def fail(self, sentence: str) -> None:
        """Note what must not be."""
        self.failures.append(sentence)


@contextmanager
def recorded(part: str, command: str) -> Iterator[Run]:
    """Keep the figures of a part when it is over, with its time."""
    run = Run(part, command)
    started = time.monotonic()
    yield run
    run.figures["seconds"] = round(time.monotonic() - started)
    save(run)


def save(run: Run) -> Path:
    """Write the figures of a part."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{run.part}.json"
    content = {
        "part": run.part,
        "command": run.command,
        "date": date.today().isoformat(),
        "machine": f"{platform.system()}, Python {platform.python_version()}",
        "figures": run.figures,
        "failures": run.failures,
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load(part: str) -> Mapping[str, Any] | None:
    """The figures of a part; None where it was not run."""
    path = FOLDER / f"{part}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
