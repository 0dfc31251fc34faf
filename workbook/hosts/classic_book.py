"""The template workbook for Excel on Windows: with its macros and xlwings' settings inside."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

import xlwings
from xlsxwriter import Workbook

import xlpbr
from xlpbr.contract.library import Contract
from xlpbr.errors import FileProblem
from xlpbr.udfs.classic.vba import PYTHON_MODULE
from xlpbr.workbook.hosts.classic_project import vba_project
from xlpbr.workbook.look.styles import Styles
from xlpbr.workbook.template.write import new_workbook

SETTINGS_SHEET = "xlwings.conf"
"""The name by which xlwings finds the settings of a workbook."""

_NOTES = (
    "The rows above tell xlwings how to reach Python. They stand in the first two columns, without"
    " an empty row between them.",
    "If the functions show #NAME?: allow macros for this workbook (File, Info, Enable content). In"
    " a command window run: xlpbr install classic. Then close Excel and open the workbook again.",
    "To read the reason of an error, select the cell: it stands at the foot of the window. The"
    " macro ThisWorkbook.ListErrors lists every error (Alt+F8).",
    "Interpreter_Win: the Python that has xlpbr. Where Python stands elsewhere on another computer,"
    " delete that whole row there: the Python that xlpbr install classic has noted for the user is"
    " taken.",
    f"The macros of this workbook go with xlwings {xlwings.__version__} and no other version. After"
    f" an update of xlwings run: python -m pip install xlwings=={xlwings.__version__}",
)


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
    settings = settings_for(Path(sys.executable), sys.platform)

    def finish(book: Workbook) -> None:
        write_settings(book, settings)
        book.add_vba_project(io.BytesIO(vba_project(len(book.worksheets()))), is_stream=True)

    new_workbook(contract, path, sample=sample, finish=finish)


def settings_for(python: Path, platform: str, home: str | None = None) -> dict[str, str]:
    """The rows of the sheet xlwings.conf.

    Where the workbook is made on Windows it names this very Python; a folder of the user's own is
    written as %USERPROFILE%, so that it fits colleagues with the same installation. Elsewhere
    no Python is named, and the one that ``xlpbr install classic`` has noted is taken.
    """
    named = {}
    if platform == "win32":
        named["Interpreter_Win"] = _by_profile(str(python), home or str(Path.home()))
    return {
        **named,
        "PYTHONPATH": "",
        "UDF Modules": PYTHON_MODULE,
        # A file beside the workbook that is named as a Python module is would be run in its place.
        "ADD_WORKBOOK_TO_PYTHONPATH": "false",
    }


def _by_profile(python: str, home: str) -> str:
    place, profile = PureWindowsPath(python), PureWindowsPath(home)
    if not place.is_relative_to(profile):
        return python
    return str(PureWindowsPath("%USERPROFILE%") / place.relative_to(profile))


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
    for row, note in enumerate((f"Made by xlpbr {xlpbr.__version__}.", *_NOTES), start=first):
        sheet.merge_range(row, 0, row, 1, note, styles.prose)
        sheet.set_row(row, 15 * (1 + len(note) // 95))
