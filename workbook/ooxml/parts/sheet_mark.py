"""The mark of a sheet that xlpbr added: a hidden name that only that sheet knows.

Such a name is kept when Excel saves the workbook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlpbr.workbook.ooxml.parts.workbook_edit import NewName
from xlpbr.workbook.ooxml.parts.workbook_part import ListedSheet, WorkbookPart

MARK = "_xlpbr_added"

_TEXT = re.compile(r'"([0-9]+) (.+) ([0-9A-Za-z-]+)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class MarkedSheet:
    """A sheet that xlpbr added.

    Attributes:
        sheet: the sheet as the workbook lists it.
        key: which of the template's sheets it is, such as ``Statement``.
        attachment: the id of the attachment with which it came.
    """

    sheet: ListedSheet
    key: str
    attachment: str


def mark_of(sheet: str, sheet_id: int, key: str, attachment: str) -> NewName:
    """The name that marks a sheet as added.

    Args:
        sheet: its name in the workbook.
        sheet_id: its number in the workbook.
        key: which of the template's sheets it is.
        attachment: the id of the attachment: letters, digits and hyphens.
    """
    quoted = key.replace('"', '""')
    return NewName(MARK, f'"{sheet_id} {quoted} {attachment}"', sheet, hidden=True)


def marked_sheets(workbook: WorkbookPart) -> tuple[MarkedSheet, ...]:
    """The sheets that carry their own mark, in the order of the marks.

    A sheet that somebody copied carries the mark of the sheet that it was copied from, with
    that one's number, and is not among them: it is theirs.
    """
    found = []
    for name in workbook.names:
        text = _TEXT.fullmatch(name.text.strip())
        if name.name.casefold() != MARK or name.sheet is None or text is None:
            continue
        for sheet in workbook.sheets[name.sheet : name.sheet + 1]:
            if sheet.sheet_id == int(text[1]):
                found.append(MarkedSheet(sheet, text[2].replace('""', '"'), text[3]))
    return tuple(found)
