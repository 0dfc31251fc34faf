"""Workbooks with every feature that a council's budget can have, made when they are needed.

Nothing of other people's is kept here: XlsxWriter, openpyxl and LibreOffice make some, the rest is
made of parts written by hand as Excel writes them. All but LibreOffice's are the same bytes each
time. ``CORPUS`` lists them with what each has and whether it must be refused.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.corpus import (
    cells_and_names,
    containers,
    data_features,
    drawings,
    libraries,
    protection,
    refused,
    sizes,
    xlsxwriter_books,
)
from tests.support.corpus.entry import Entry
from xlpbr.workbook.libreoffice.pdf import find_libreoffice

CORPUS: list[Entry] = [
    *xlsxwriter_books.ENTRIES,
    *cells_and_names.ENTRIES,
    *drawings.ENTRIES,
    *data_features.ENTRIES,
    *protection.ENTRIES,
    *containers.ENTRIES,
    *libraries.ENTRIES,
    *sizes.ENTRIES,
    *refused.ENTRIES,
]


def make_corpus(folder: Path, *, slow: bool = True) -> list[Path]:
    """Write the workbooks of the corpus into a folder.

    Args:
        folder: where; it is made where it is missing.
        slow: whether the large ones are made too.

    Returns:
        The files in the order of the list; without LibreOffice, those that it makes are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for entry in entries(slow=slow):
        path = folder / entry.name
        entry.make(path)
        made.append(path)
    return made


def entries(*, slow: bool = True) -> list[Entry]:
    """The workbooks that can be made on this computer."""
    office = find_libreoffice() is not None
    return [
        entry
        for entry in CORPUS
        if (office or not entry.needs_libreoffice) and (slow or not entry.slow)
    ]
