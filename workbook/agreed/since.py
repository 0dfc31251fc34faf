"""What changed in a workbook's tables since an earlier state, and what that state is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlpbr.settlement.changes import ChangedTables


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since an earlier state of the tables.

    Attributes:
        name: what a person calls that state: a workbook's name, or a month that was agreed.
        changes: what changed.
        source: the workbook that it was read from, where that is another one.
    """

    name: str
    changes: ChangedTables
    source: Path | None = None
