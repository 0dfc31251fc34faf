"""The program on whose behalf workbooks are edited: what it leaves in them, and how it saves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

SIGNED = "signed"
LOCKED_STRUCTURE = "locked-structure"
PROTECTED_SHEET = "protected-sheet"

ALLOWANCES: Mapping[str, str] = {
    SIGNED: "Change a signed workbook all the same; its signature becomes void.",
    LOCKED_STRUCTURE: "Add or take out sheets even if the workbook's structure is locked.",
    PROTECTED_SHEET: "Change locked cells of a protected sheet.",
}
"""What an edit passes over only when it is told to, each with what is done then, as a sentence."""


class Save(Protocol):
    """Writes a file so that the old one stays whole until the new one is."""

    def __call__(
        self,
        source: Path,
        target: Path,
        write: Callable[[Path], None],
        *,
        in_place: bool,
        before_move: Callable[[], None],
    ) -> Path | None:
        """Save what was made of a workbook.

        Args:
            source: the workbook; never written over but in place.
            target: where the file shall stand.
            write: writes and checks the whole file at the path that it is given.
            in_place: whether the target is the workbook itself; a copy of it is kept then.
            before_move: called just before the new file takes its place; what it raises stops that.

        Returns:
            The copy of the old file, where one was kept.

        Raises:
            FileProblem: the target cannot be written; it is as it was before.
        """


@dataclass(frozen=True, slots=True)
class Program:
    """The program that edits.

    Attributes:
        name: what it calls itself, in messages and in its record: one small word.
        version: its version, for the record.
        save: how it saves a file.
        sheet_mark: the hidden name that marks a sheet which it added, in small letters.
        record: the namespace of the record from which ``detach`` gives a workbook back.
        names: the defined names that it gives; any other is a person's own.
        remedies: by what an edit passes over only when told (``ALLOWANCES``), what a person can
            also do, as the end of a sentence: ", or add" an option of the program.
    """

    name: str
    version: str
    save: Save
    sheet_mark: str
    record: str
    names: frozenset[str] = frozenset()
    remedies: Mapping[str, str] = field(default_factory=dict)
