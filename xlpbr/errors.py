"""What goes wrong, in words for the person at the sheet.

``CellError`` is what a worksheet function gives instead of a figure, ``Problem`` is one entry of
``PBR_CHECK``, ``FileProblem`` stops a command.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

VALUE = "#VALUE!"
NUM = "#NUM!"
NA = "#N/A"

EXCEL_ERRORS = frozenset(
    {
        "#NULL!",
        "#DIV/0!",
        VALUE,
        "#REF!",
        "#NAME?",
        NUM,
        NA,
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#BUSY!",
        "#UNKNOWN!",
    }
)
"""Every error value that an Excel cell can show."""


class CellError(Exception):
    """An Excel error value with its reason.

    Attributes:
        code: the error as the cell shows it, such as ``#VALUE!``.
        message: what is wrong, where, what was found and what to do, in one sentence or two.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep the code that the cell shows and the reason for it."""
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[CellError], tuple[str, str]]:
        # Without this it could not come back from another process.
        return CellError, (self.code, self.message)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CellError):
            return NotImplemented
        return (self.code, self.message) == (other.code, other.message)

    def __hash__(self) -> int:
        return hash((self.code, self.message))


class FileProblem(Exception):
    """A file, a sheet or a command that cannot be used; one line that says what to do.

    Attributes:
        code: a short word for the kind of problem, for scripts, such as ``signed``; empty
            where no script would ask.
    """

    def __init__(self, sentence: str, code: str = "") -> None:
        """Keep the sentence for the person and the code for a script."""
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing in the data that a person should look at.

    Attributes:
        table: the name of the table, such as Placements.
        row: the row under the heading row, counted from 1; None when it is about the table.
        column: the heading, or for the terms the term.
        found: what stands there, as text.
        expected: what should stand there.
        remedy: what to do.
        code: the Excel error that the figures show because of it; None when the figures
            can be worked out all the same.
        other_row: the other row of the table that ``found`` or ``expected`` speaks of.
    """

    table: str
    row: int | None = None
    column: str = ""
    found: str
    expected: str
    remedy: str
    code: str | None = None
    other_row: int | None = None

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, without the place."""
        return f"found {self.found}; expected {self.expected}. {self.remedy}"

    def as_error(self) -> CellError:
        """The error that a cell shows for this problem."""
        place = self.table if self.row is None else f"{self.table}, row {self.row}"
        if self.column:
            place = f"{place}, {self.column}"
        return CellError(self.code or VALUE, f"{place}: {self.sentence}")


def all_of(names: Iterable[str]) -> str:
    """Names as a sentence lists them: ``A``, ``A and B``, ``A, B and C``."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def some(names: Sequence[str], most: int = 5) -> str:
    """The first few of some names, and how many there are beyond them: ``A, B and 3 more``."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


WINDOWS = os.name == "nt"
LONGEST_PATH = 259
"""Characters of a path with its folders on Windows, unless the computer is set up for longer."""


def too_long_for_windows(path: str) -> str:
    """What to do about a path that Windows does not take for its length; empty for any other.

    Windows says only that such a file, or its folder, is not there.
    """
    if not WINDOWS or len(path) <= LONGEST_PATH or path.startswith("\\\\?\\"):
        return ""
    return (
        f"with its folders it has {len(path)} characters, and Windows takes {LONGEST_PATH} unless"
        " it is set up for more; check it, or use a shorter name or a folder nearer to the drive"
    )
