"""What the editor of packages is told of xlpbr: its marks in workbooks, and how it saves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xlpbr
from xlpbr.workbook.files.safe_writing import refuse_open, write_safely
from xlpbr.workbook.ooxml.edit.program import (
    LOCKED_STRUCTURE,
    PROTECTED_SHEET,
    SIGNED,
    Program,
)


def save(
    source: Path,
    target: Path,
    write: Callable[[Path], None],
    *,
    in_place: bool,
    before_move: Callable[[], None],
) -> Path | None:
    """Save what was made of a workbook that no other program has open.

    In place, a dated copy of it is kept beside it.

    Raises:
        FileProblem: the workbook is open in another program, or the target cannot be written.
    """
    refuse_open(source)
    return write_safely(
        target,
        write,
        inputs=(source,),
        in_place=in_place,
        keep_copy=in_place,
        before_move=before_move,
    )


XLPBR = Program(
    name="xlpbr",
    version=xlpbr.__version__,
    save=save,
    sheet_mark="_xlpbr_added",
    record="urn:xlpbr:attachment:1",
    names=frozenset({"PbrAsAt"}),
    remedies={
        SIGNED: ", or add --allow-signed",
        LOCKED_STRUCTURE: ", make a workbook beside it with xlpbr new, or add"
        " --allow-locked-structure",
        PROTECTED_SHEET: ", or give --allow-protected-sheet to change it all the same",
    },
)
"""The marks stand in people's workbooks, so they never change."""
