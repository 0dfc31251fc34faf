"""The template workbook for xlwings Lite: it carries the code of the functions.

The formulas are stored as Office.js functions store them, which ``port`` sees to. The code stands
in a web-extension part, where the add-in keeps the code of every workbook.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from xlpbr.contract.library import Contract
from xlpbr.workbook.lite.parts import parts_with_code
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.edit.package import Changes, edit
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.port.rewrite import port
from xlpbr.workbook.template.write import new_workbook


def new_lite_workbook(
    contract: Contract, path: Path, *, sample: bool = False, embed: bool = True
) -> None:
    """Write the template workbook of a contract for xlwings Lite, calculated.

    Args:
        contract: the contract.
        path: the .xlsx file to write; an older one is replaced when the new one is whole.
        sample: whether illustrative rows are written, each marked as such.
        embed: whether the workbook holds the source of the functions; if not, it asks the add-in
            for the released package of this version.

    Raises:
        FileProblem: the file cannot be written.
    """
    with TemporaryDirectory() as folder:
        plain, stored = Path(folder) / "plain.xlsx", Path(folder) / "stored.xlsx"
        new_workbook(contract, plain, sample=sample)
        port(plain, "lite", stored)
        put_code_in(stored, path, embed=embed)


def put_code_in(stored: Path, target: Path, *, embed: bool = True) -> None:
    """Write a copy of a workbook that carries the code of the functions.

    Args:
        stored: the workbook, its formulas as xlwings Lite has them.
        target: the file to write.
        embed: whether the copy holds the source of the functions.

    Raises:
        FileProblem: the file cannot be written.
    """
    book = open_book(stored)
    edit(book, Changes(beside=parts_with_code(book, embed=embed)), target, program=XLPBR)
    close_archive(book.archive)
