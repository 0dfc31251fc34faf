"""The VBA project of a classic workbook: xlwings' own modules and those of xlpbr.

This is the only module that knows pyOpenVBA.

xlwings ships a workbook that works without its add-in. Its modules are taken over, so that the VBA
is always that of the installed xlwings: the two must be of one version.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlwings
from xlsxwriter import Workbook

from xlpbr.errors import FileProblem
from xlpbr.udfs.classic.vba import vba_modules, vba_of_workbook

_STANDALONE = Path(xlwings.__file__).parent / "quickstart_standalone.xlsm"
_FROM_XLWINGS = {"xlwings": "standard", "Dictionary": "other"}
"""The modules of that workbook that are needed, with their kind."""

_WORKBOOK = "ThisWorkbook"
_PART = "xl/vbaProject.bin"


def vba_project(sheets: int) -> bytes:
    """The VBA project of a workbook, as the part ``xl/vbaProject.bin`` holds it.

    The code names of the sheets are Sheet1, Sheet2 and so on, in their order, and that of the
    workbook is ThisWorkbook; the workbook must give its sheets the same.

    Args:
        sheets: how many sheets the workbook has.

    Raises:
        FileProblem: pyOpenVBA is not installed, or xlwings is of a version that was not foreseen.
    """
    with TemporaryDirectory() as folder:
        with_macros = Path(folder) / "sheets.xlsm"
        with Workbook(str(with_macros)) as blank:
            for _ in range(sheets):
                blank.add_worksheet()
        with _opened(with_macros) as book:
            project = book.add_vba_project()
            kinds = _pyopenvba().VBAModuleKind
            for name, text, kind in [
                *_modules_of_xlwings(),
                *((name, text, "standard") for name, text in vba_modules().items()),
            ]:
                project.add_module(name, text, kind=kinds[kind])
            project.get_module(_WORKBOOK).body = vba_of_workbook()
            book.save()
        with zipfile.ZipFile(with_macros) as package:
            return package.read(_PART)


def _modules_of_xlwings() -> Iterator[tuple[str, str, str]]:
    with _opened(_STANDALONE) as book:
        for name, kind in _FROM_XLWINGS.items():
            lines = book.get_module(name).splitlines()
            yield name, "\r\n".join(lines) + "\r\n", kind


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with _pyopenvba().ExcelFile(path) as book:
        yield book


def _pyopenvba() -> Any:
    try:
        return import_module("pyopenvba")
    except ImportError:
        raise FileProblem(
            "A workbook with macros needs the package pyOpenVBA, which is not installed. Run:"
            " python -m pip install pyOpenVBA"
        ) from None
