"""VBA run by LibreOffice: what the cells of a workbook show when its macros are allowed.

LibreOffice knows much of VBA, but neither ``Application.Caller`` nor ``Range.Value2``; and an
error value of VBA shows as the text ``Error 2015``. The workbook is opened by a macro in a profile
of its own, and the macro writes down what the cells show.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

from xlpbr.workbook.libreoffice.pdf import find_libreoffice

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LIBRARY = 'xmlns:library="http://openoffice.org/2000/library"'

_SETTINGS = f"""{_HEAD}<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="UseLocking" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""

_MACRO = """
Sub Note(target, text)
    f = FreeFile
    Open target For Append As #f
    Print #f, text
    Close #f
End Sub
Sub Main(source, target, sheetName, rows, columns)
    Dim load(1) As New com.sun.star.beans.PropertyValue
    load(0).Name = "Hidden" : load(0).Value = True
    load(1).Name = "MacroExecutionMode" : load(1).Value = 4
    On Error Resume Next
    doc = StarDesktop.loadComponentFromURL(source, "_blank", 0, load())
    doc.calculateAll()
    sheet = doc.Sheets.getByName(sheetName)
    For r = 0 To CInt(rows) - 1
        For c = 0 To CInt(columns) - 1
            Note target, sheet.getCellByPosition(c, r).String
        Next c
    Next r
    doc.close(True)
    StarDesktop.terminate()
End Sub
"""


def shown_by_libreoffice(
    book: Path, sheet: str, rows: int, columns: int, folder: Path
) -> list[list[str]]:
    """What the first cells of a sheet show, row by row.

    Args:
        book: the workbook; only read.
        sheet: the sheet's name.
        rows: how many rows.
        columns: how many columns.
        folder: an empty folder for the profile and the answer.
    """
    profile, target = folder / "profile", folder / "shown.txt"
    command = [
        str(_program()), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--invisible",
        "--norestore", "--nologo", "--nodefault",
    ]  # fmt: skip
    _write_settings(profile)
    # The first start fills the profile's macros, over what stands there, so they are written
    # after it. It may end at once with 81, which asks to be started again.
    convert = [*command, "--convert-to", "csv", "--outdir", str(folder / "unused"), str(book)]
    if _run(convert) == 81:
        _run(convert)
    _write_macro(profile)
    script = f"macro:///Standard.Run.Main({book.as_uri()},{target},{sheet},{rows},{columns})"
    _run([*command, script])
    lines = iter(target.read_text(encoding="utf-8").splitlines())
    return [[next(lines) for _ in range(columns)] for _ in range(rows)]


def _program() -> Path:
    office = find_libreoffice()
    assert office is not None
    beside = office.resolve().with_name("soffice.bin")
    return beside if beside.exists() else office


def _run(command: list[str]) -> int:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(90)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _write_settings(profile: Path) -> None:
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")


def _write_macro(profile: Path) -> None:
    basic = profile / "user" / "basic"
    (basic / "script.xlc").write_text(
        f"{_part('library:libraries', 'libraries')}<library:libraries {_LIBRARY}"
        ' xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<library:library library:name="Standard" xlink:type="simple" library:link="false"'
        ' xlink:href="$(USER)/basic/Standard/script.xlb/"/></library:libraries>',
        encoding="utf-8",
    )
    (basic / "Standard" / "script.xlb").write_text(
        f'{_part("library:library", "library")}<library:library {_LIBRARY} library:name="Standard"'
        ' library:readonly="false" library:passwordprotected="false">'
        '<library:element library:name="Run"/></library:library>',
        encoding="utf-8",
    )
    (basic / "Standard" / "Run.xba").write_text(
        f'{_part("script:module", "module")}<script:module script:name="Run"'
        ' xmlns:script="http://openoffice.org/2000/script" script:language="StarBasic">'
        f"{escape(_MACRO)}</script:module>",
        encoding="utf-8",
    )


def _part(root: str, kind: str) -> str:
    """How a file of macros begins."""
    known = "-//OpenOffice.org//DTD OfficeDocument 1.0//EN"
    return f'{_HEAD}<!DOCTYPE {root} PUBLIC "{known}" "{kind}.dtd">\n'
