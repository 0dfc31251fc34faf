"""The workbooks that the long proof works on: the project's corpus, and any folder besides."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.support import corpus
from tests.support.corpus.entry import Entry

_ENDINGS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"}


@dataclass(frozen=True, slots=True)
class Workbook:
    """One workbook.

    Attributes:
        path: the file.
        entry: what is expected of it; None for a workbook of somebody else's.
    """

    path: Path
    entry: Entry | None

    @property
    def name(self) -> str:
        """Its name for a report."""
        return self.path.name


def workbooks(folder: Path, *, slow: bool = True, only: str = "") -> list[Workbook]:
    """The corpus, made into a folder, and the workbooks of the folder in ``CORPUS``.

    Args:
        folder: where the corpus is made.
        slow: whether its large workbooks are made too.
        only: a piece of a name; workbooks without it are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for entry in corpus.entries(slow=slow):
        if only in entry.name:
            path = folder / entry.name
            entry.make(path)
            found.append(Workbook(path, entry))
    foreign = os.environ.get("CORPUS")
    if foreign:
        found += [
            Workbook(path, None)
            for path in sorted(Path(foreign).rglob("*"))
            if path.suffix.lower() in _ENDINGS
            and not path.name.startswith("~$")
            and only in path.name
        ]
    return found


def accepted(found: list[Workbook]) -> list[Workbook]:
    """Those that are not expected to be refused unread."""
    return [book for book in found if book.entry is None or book.entry.refused_code is None]
