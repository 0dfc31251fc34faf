"""Which cell formats lock a cell once its sheet is protected.

Works on the bytes of the styles part.
"""

from __future__ import annotations

from collections.abc import Callable

from xlpbr.workbook.ooxml.xml.splice import as_utf8, elements

_FALSE = {"0", "false", "off"}


def locks(styles: bytes | None) -> Callable[[int], bool]:
    """Whether a format, by its number, locks the cells that have it.

    A format that says nothing of it locks, as in Excel.

    Args:
        styles: the styles part; None where the workbook has none.
    """
    if styles is None:
        return lambda _: True
    path = "styleSheet/cellXfs/xf"
    found = elements(as_utf8(styles)[0], path, f"{path}/protection")
    unlocked = {
        entry.parent
        for entry in found[f"{path}/protection"]
        if entry.attributes.get("locked") in _FALSE
    }
    return lambda number: number not in unlocked
