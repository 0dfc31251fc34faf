"""Names of files that Windows takes: told before anything is written, and made of other texts.

A name that Windows does not take would be a sentence of the system about a missing file, or write
to a device.
"""

from __future__ import annotations

import re
from pathlib import Path

from xlpbr import errors
from xlpbr.errors import FileProblem

_LONGEST_MADE = 80
"""Characters of a name that is made of another text."""

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def name_for_file(text: str) -> str:
    """A name, without its ending, that every system takes, as near to a text as can be."""
    name = _NOT_IN_NAMES.sub("-", text).strip(" .")[:_LONGEST_MADE].rstrip(" .")
    if not name:
        return "contract"
    return f"contract {name}" if _DEVICES.fullmatch(name) else name


def refuse_name(path: Path) -> None:
    """Refuse a file that is to be written under a name that Windows does not take, on Windows.

    Raises:
        FileProblem: it is such a name (code ``name``).
    """
    wrong = why_not_on_windows(path)
    if wrong:
        raise FileProblem(
            f"{path} cannot be written: {wrong}; choose another name for the output.", "name"
        )


def why_not_on_windows(path: Path) -> str | None:
    """What is wrong with the name of a file that is to be written, on Windows; None if nothing."""
    if not errors.WINDOWS:
        return None
    found = _NOT_IN_NAMES.search(path.name)
    if found:
        letter = found[0][0] if found[0][0].isprintable() else "a character that is not seen"
        return f"its name holds {letter}, which Windows does not take in a name"
    if path.name.endswith((" ", ".")):
        return "its name ends in a blank or a dot, which Windows cuts off"
    if _DEVICES.fullmatch(path.name):
        return f"Windows keeps the name {path.name.partition('.')[0].strip()} for a device"
    return None
