"""The mark of a sheet that a program added: a hidden name that only that sheet knows.

Such a name is kept when Excel saves the workbook. Which name it is, the program says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlpbr.workbook.ooxml.parts.workbook_part import DefinedName, ListedSheet, WorkbookPart

_TEXT = re.compile(r'"([0-9]+) (.+) ([0-9A-Za-z-]+)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class MarkedSheet:
    """A sheet that the program added.

    Attributes:
        sheet: the sheet as the workbook lists it.
        key: what the sheet is for the program, such as ``Statement``.
        attachment: the id of the attachment with which it came.
    """

    sheet: ListedSheet
    key: str
    attachment: str


def mark_of(mark: str, sheet: str, sheet_id: int, key: str, attachment: str) -> DefinedName:
    """The name that marks a sheet as added.

    Args:
        mark: the hidden name.
        sheet: the sheet's name in the workbook.
        sheet_id: its number in the workbook.
        key: what the sheet is for the program.
        attachment: the id of the attachment: letters, digits and hyphens.
    """
    quoted = key.replace('"', '""')
    return DefinedName(mark, f'"{sheet_id} {quoted} {attachment}"', sheet, hidden=True)


def marked_sheets(workbook: WorkbookPart, mark: str) -> tuple[MarkedSheet, ...]:
    """The sheets that carry their own mark, in the order of the marks.

    A sheet that somebody copied carries the mark of the sheet that it was copied from, with
    that one's number, and is not among them: it is theirs.
    """
    found = []
    for name in workbook.names:
        text = _TEXT.fullmatch(name.text.strip())
        if name.name.casefold() != mark or name.sheet is None or text is None:
            continue
        for sheet in workbook.sheets[name.sheet : name.sheet + 1]:
            if sheet.sheet_id == int(text[1]):
                found.append(MarkedSheet(sheet, text[2].replace('""', '"'), text[3]))
    return tuple(found)
