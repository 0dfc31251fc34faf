"""The workbooks of a folder by their names; what another program keeps beside them is left out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.zip.archive import close_archive

SHEETS = (
    "Summary",
    "Contracts",
    "Financial years",
    "Years by contract",
    "Providers",
    "Months",
    "Files",
)
"""The sheets of the workbook that is written; a book with these is no input."""

_ENDINGS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
"""Workbooks; what is read of them are .xlsx and .xlsm, and the others are refused by name."""

_NOT_WORKBOOKS = ("~$", "._", ".~")
"""How the names begin of what Excel, macOS and LibreOffice keep beside a workbook."""


@dataclass(frozen=True, slots=True)
class BookFile:
    """A workbook of the folder.

    Attributes:
        number: its place in the list of files.
        name: its path within the folder, with ``/`` between its parts.
        path: the file.
        content: its bytes, for a worker that may not see the folder; None to read the file.
    """

    number: int
    name: str
    path: Path
    content: bytes | None = None


def find_books(folder: Path, output: Path) -> tuple[BookFile, ...]:
    """The workbooks of a folder and of the folders in it, in the order of their names.

    Args:
        folder: the folder.
        output: the file to be written; an earlier one of it is no input.

    Raises:
        FileProblem: it is no folder, a folder in it cannot be read, or it holds no workbook.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise FileProblem(f"{folder} {what}; give the folder that holds the workbooks.")
    found = sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in _files_of(folder)
        if path.suffix.casefold() in _ENDINGS
        and not path.name.startswith(_NOT_WORKBOOKS)
        and not (_is_file(path, output) and is_portfolio(path))
    )
    if not found:
        raise FileProblem(
            f"{folder} holds no workbook (.xlsx or .xlsm); give the folder that holds them."
        )
    return tuple(BookFile(number, name, path) for number, (name, path) in enumerate(found))


def refuse_input(files: Iterable[BookFile], output: Path) -> None:
    """Refuse an output that is one of the workbooks to be settled, before any work is done."""
    for file in files:
        if _is_file(file.path, output):
            raise FileProblem(
                f"{output} is one of the workbooks of the folder; choose another name for the "
                "output.",
                "target-is-input",
            )


def is_portfolio(path: Path) -> bool:
    """Whether a file is the workbook of a portfolio that was settled before."""
    try:
        book = open_book(path)
    except FileProblem:
        return False
    close_archive(book.archive)
    return tuple(sheet.name for sheet in book.sheets) == SHEETS


def _files_of(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise FileProblem(
            f"{error.filename} cannot be read: {error.strerror}. Ask for access, or leave it out."
        ) from error

    for place, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(place, name) for name in names)


def _is_file(path: Path, output: Path) -> bool:
    return output.exists() and path.samefile(output)
