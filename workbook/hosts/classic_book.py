"""The template workbook for Excel on Windows: with its macros and xlwings' settings inside.

This is the only module that knows pyOpenVBA.

xlwings ships a workbook that works without its add-in. Its modules are taken over, so that the VBA
is always that of the installed xlwings: the two must be of one version. What is changed in them
says ``xlpbr.udfs.classic.vba``.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path, PureWindowsPath
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import xlwings
from xlsxwriter import Workbook

import xlpbr
from xlpbr.contract.library import Contract
from xlpbr.errors import FileProblem
from xlpbr.udfs.classic.vba import (
    PYTHON_MODULE,
    module_of_xlwings,
    vba_modules,
    vba_of_workbook,
)
from xlpbr.workbook.look.styles import Styles
from xlpbr.workbook.template.write import new_workbook

SETTINGS_SHEET = "xlwings.conf"
"""The name by which xlwings finds the settings of a workbook."""

_STANDALONE = Path(xlwings.__file__).parent / "quickstart_standalone.xlsm"
_FROM_XLWINGS = {"xlwings": "standard", "Dictionary": "other"}
"""The modules of that workbook that are needed, with their kind."""

_WORKBOOK = "ThisWorkbook"
_PART = "xl/vbaProject.bin"
_STORAGE = "VBA"

_NOT_COMPILED = bytes.fromhex("cc61 ffff 00 0000")
"""The header of compiled code, of a version that no Excel has, and nothing behind it: so a program
other than Excel writes it (MS-OVBA, 2.3.4.1)."""


def new_classic_workbook(contract: Contract, path: Path, *, sample: bool = False) -> None:
    """Write the template workbook of a contract with macros, calculated.

    Args:
        contract: the contract.
        path: the .xlsm file to write; an older one is replaced when the new one is whole.
        sample: whether illustrative rows are written, each marked as such.

    Raises:
        FileProblem: the file cannot be written or is not named .xlsm, pyOpenVBA is not installed,
            or xlwings is of a version that was not foreseen.
    """
    if path.suffix.lower() != ".xlsm":
        raise FileProblem(
            f"{path.name}: a workbook with macros must be named .xlsm, or Excel does not open it."
            f" Write to {path.with_suffix('.xlsm').name}."
        )
    new_workbook(contract, path, sample=sample, finish=add_macros)


def add_macros(book: Workbook) -> None:
    """Add the macros, and xlwings' settings as the last sheet, to a workbook that is being written.

    Raises:
        FileProblem: pyOpenVBA is not installed, or xlwings is of a version that was not foreseen.
    """
    write_settings(book, settings_for(Path(sys.executable), sys.platform))
    book.add_vba_project(io.BytesIO(vba_project(len(book.worksheets()))), is_stream=True)


def settings_for(python: Path, platform: str, home: str | None = None) -> dict[str, str]:
    """The rows of the sheet xlwings.conf.

    Where the workbook is made on Windows it names this very Python; a folder of the user's own is
    written as %USERPROFILE%, so that it fits colleagues with the same installation. Elsewhere
    no Python is named, and the one that ``xlpbr install classic`` has noted is taken.
    """
    named = {}
    if platform == "win32":
        place, profile = PureWindowsPath(python), PureWindowsPath(home or Path.home())
        if place.is_relative_to(profile):
            place = PureWindowsPath("%USERPROFILE%") / place.relative_to(profile)
        named["Interpreter_Win"] = str(place)
    return {
        **named,
        "PYTHONPATH": "",
        "UDF Modules": PYTHON_MODULE,
        # A file beside the workbook that is named as a Python module is would be run in its place.
        "ADD_WORKBOOK_TO_PYTHONPATH": "false",
    }


def write_settings(book: Workbook, settings: Mapping[str, str]) -> None:
    """Add the sheet xlwings.conf as the last one."""
    styles = Styles(book)
    sheet = book.add_worksheet(SETTINGS_SHEET)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 60)
    for row, (key, value) in enumerate(settings.items()):
        sheet.write_string(row, 0, key, styles.strong)
        if value:
            sheet.write_string(row, 1, value, styles.plain)
    first = len(settings) + 1
    for row, note in enumerate(_notes(), start=first):
        sheet.merge_range(row, 0, row, 1, note, styles.prose)
        sheet.set_row(row, 15 * (1 + len(note) // 95))


def _notes() -> list[str]:
    text = (Path(__file__).parent / "classic" / "notes.txt").read_text(encoding="utf-8")
    filled = Template(text).substitute(xlwings=xlwings.__version__)
    return [f"Made by xlpbr {xlpbr.__version__}.", *filled.splitlines()]


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
        pyopenvba = _pyopenvba()
        with pyopenvba.ExcelFile(with_macros) as book, pyopenvba.ExcelFile(_STANDALONE) as theirs:
            project = book.add_vba_project()
            for name, kind in _FROM_XLWINGS.items():
                text = theirs.get_module(name)
                text = module_of_xlwings(text) if name == "xlwings" else text
                text = "\r\n".join([*text.splitlines(), ""])
                project.add_module(name, text, kind=pyopenvba.VBAModuleKind[kind])
            for name, text in vba_modules().items():
                project.add_module(name, text, kind=pyopenvba.VBAModuleKind["standard"])
            project.get_module(_WORKBOOK).body = vba_of_workbook()
            _without_compiled_code(project)
            book.save()
        with zipfile.ZipFile(with_macros) as package:
            return _made_elsewhere(package.read(_PART))


def _without_compiled_code(project: Any) -> None:
    """Have every module written as text alone: a sheet brings what some Excel made of its text."""
    for module in project.modules:
        module.body = module.body  # What is set is written anew.


def _made_elsewhere(project: bytes) -> bytes:
    """The project with the header that says that no Excel compiled it.

    Under the number of its own version Excel would take what follows, which is empty, for the
    compiled code.
    """
    storage = import_module("pyopenvba.cfb").CFB.from_bytes(project)
    storage.write_stream_in_storage(_STORAGE, "_VBA_PROJECT", _NOT_COMPILED)
    rewritten: bytes = storage.to_bytes()
    return rewritten


def _pyopenvba() -> Any:
    try:
        return import_module("pyopenvba")
    except ImportError:
        raise FileProblem(
            "A workbook with macros needs the package pyOpenVBA, which is not installed. Run:"
            " python -m pip install pyOpenVBA"
        ) from None
