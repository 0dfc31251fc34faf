"""The names that Excel allows for sheets and for defined names."""

from __future__ import annotations

import re

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import area_of

LONGEST_SHEET_NAME = 31
LONGEST_DEFINED_NAME = 255

_NOT_IN_A_SHEET_NAME = re.compile(r"[:\\/?*\[\]\x00-\x1f]")
_DEFINED_NAME = re.compile(r"[^\W\d][\w.\\?]*|\\[\w.\\?]*")
_ROWS_AND_COLUMNS = re.compile(r"R\d*(C\d*)?|C\d*", re.IGNORECASE)


def refuse_sheet_name(name: str) -> None:
    """Refuse a name that Excel does not allow for a sheet.

    Raises:
        FileProblem: code ``bad-name``; the sentence says which rule it breaks.
    """
    length = len(name.encode("utf-16-le", "surrogatepass")) // 2
    found = _NOT_IN_A_SHEET_NAME.search(name)
    if not name.strip():
        reason = "it is empty"
    elif length > LONGEST_SHEET_NAME:
        reason = f"it has {length} characters and Excel allows {LONGEST_SHEET_NAME}"
    elif found:
        reason = f"it holds the character {found[0]!r}"
    elif name.startswith("'") or name.endswith("'"):
        reason = "it starts or ends with an apostrophe"
    elif name.casefold() == "history":
        reason = "Excel keeps that name for itself"
    else:
        return
    raise FileProblem(
        f"A sheet cannot be called {name!r}: {reason}; give it another name.", "bad-name"
    )


def refuse_defined_name(name: str) -> None:
    """Refuse a name that Excel does not allow for a defined name.

    Raises:
        FileProblem: code ``bad-name``; the sentence says which rule it breaks.
    """
    if len(name) > LONGEST_DEFINED_NAME:
        reason = f"it has {len(name)} characters and Excel allows {LONGEST_DEFINED_NAME}"
    elif not _DEFINED_NAME.fullmatch(name):
        reason = (
            "it must start with a letter or an underscore, and hold only letters, digits, "
            "full stops and underscores"
        )
    elif area_of(name) or _ROWS_AND_COLUMNS.fullmatch(name):
        reason = "Excel would take it for the address of a cell"
    elif name.casefold() in {"true", "false"}:
        reason = "Excel would take it for a value"
    else:
        return
    raise FileProblem(f"A name cannot be {name!r}: {reason}; choose another name.", "bad-name")
