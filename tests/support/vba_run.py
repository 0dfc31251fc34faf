"""The VBA of a classic workbook run by pyOpenVBA's interpreter, with what it asks for counted.

What needs Windows is made up: the library of xlwings, which starts Python and hands out the
connection, and the variables of the environment. All else is the text of the workbook: the wrapper
of a function, what it calls, and the module of xlwings with its settings.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from xlpbr.workbook.hosts.classic_book import settings_for, vba_project, write_settings

NO_KEPT_CONNECTION = {"If Not python Is Nothing Then": "If False Then"}
"""A change of the macros after which every call makes a connection, as xlwings' own wrapper."""

_STAND_INS = """
Public looked_up As Long
Public connected As Long
Public called As Long
Public ends_at As Long
Public files As String

Public Function CallerOfTest() As Object
    Set CallerOfTest = ThisWorkbook.Worksheets(1).Range("A1")
End Function

Public Function EnvironOfTest(ByVal name As String) As String
    EnvironOfTest = "C:\\Users\\Jane"
End Function

Public Function AttributesOfTest(ByVal path As String) As Long
    files = files & path & vbLf
    Err.Raise 53
End Function

Public Function LoadLibraryOfTest(ByVal path As String) As Long
    LoadLibraryOfTest = 1
End Function

Public Sub EndAt(ByVal number As Long)
    ends_at = number
End Sub

Public Function ActivateOfTest(ByRef result As Variant, ByVal command As String, _
        ByVal mode As Long) As Long
    connected = connected + 1
    Set result = New PythonOfTest
End Function
"""

_PYTHON = """
Public Function CallUDF(module_name, function_name, arguments)
    called = called + 1
    If called = ends_at Then
        Err.Raise 462, , "The remote server machine does not exist or is unavailable"
    End If
    CallUDF = module_name & " " & function_name & " " & UBound(arguments)
End Function
"""

_FITTED = {
    # Of xlwings: what reaches Windows.
    "Environ(": "EnvironOfTest(",
    "WScript.ExpandEnvironmentStrings(": "(",
    "GetAttr(": "AttributesOfTest(",
    "LoadLibrary(": "LoadLibraryOfTest(",
    "XLPyDLLActivateAuto(XLPy,": "ActivateOfTest(XLPy,",
    # Of the interpreter: what it does not know.
    "Application.Caller": "CallerOfTest()",
    "ThisWorkbook.Date1904": "False",
    "xlpbr_excel.": "",
    'GetConfig("SHOW CONSOLE", False) = True': 'CBool(GetConfig("SHOW CONSOLE", False))',
}
_GET_CONFIG = re.compile(r"(?m)^(Function GetConfig\(.*)$")
_REMARK_OF_DIRECTIVE = re.compile(r"(?m)^(\s*#(?:If|Const)[^'\n\r]*?)\s*'[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Macros:
    """The macros of a workbook, ready to be run."""

    excel: Any

    def run(self, name: str, *arguments: Any) -> Any:
        """What a procedure gives."""
        return self.excel.run(name, *arguments)

    def count(self, what: str) -> int:
        """How often something was asked for: ``looked_up``, ``connected``, ``called``."""
        return int(self.excel.evaluate(what))

    def files(self) -> list[str]:
        """Which files were looked for, none of which is there."""
        return sorted(set(str(self.excel.evaluate("files")).split()))

    def end_python_at(self, call: int) -> None:
        """Let the connection be lost at a call, counted from the first of all."""
        self.excel.run("EndAt", call)


def small_book(path: Path) -> Path:
    """Write a workbook with the macros and settings of a classic one, and next to nothing else."""
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Statement")
    write_settings(book, settings_for(Path("python"), "linux"))
    book.add_vba_project(io.BytesIO(vba_project(2)), is_stream=True)
    book.close()
    return path


def macros_of(book: Path, *, changed: dict[str, str] | None = None) -> Macros:
    """The macros of a classic workbook.

    Args:
        book: the workbook; only read.
        changed: what is replaced in their text besides, for a trial.
    """
    # pyOpenVBA's Excel takes two seconds to load, which other tests need not wait for.
    from pyopenvba import ExcelFile, VBAModuleKind  # noqa: PLC0415
    from pyopenvba.apps.excel import ExcelApplication  # noqa: PLC0415

    excel = ExcelApplication.open(book, with_vba=False)
    excel.add_module(_STAND_INS, name="StandIns")
    excel.add_module(_PYTHON, name="PythonOfTest", kind="class")
    with ExcelFile(book) as opened:
        for module in opened.vba_project().modules:
            if module.kind is VBAModuleKind.standard:
                excel.add_module(_fitted(module.source, changed or {}), name=module.name)
    return Macros(excel)


def _fitted(text: str, changed: dict[str, str]) -> str:
    text = _REMARK_OF_DIRECTIVE.sub(r"\1", text)
    for old, new in (_FITTED | changed).items():
        text = text.replace(old, new)
    return _GET_CONFIG.sub("\\1\n    looked_up = looked_up + 1", text.replace("\r\n", "\n"))
