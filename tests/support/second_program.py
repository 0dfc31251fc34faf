"""A workbook calculated by LibreOffice, a second spreadsheet program, for comparison."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.needed import need_libreoffice

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


def calculated_by_libreoffice(path: Path, folder: Path) -> Path:
    """The workbook with every formula calculated anew, as LibreOffice saves it."""
    office = need_libreoffice()
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        ALWAYS_RECALCULATE, encoding="utf-8"
    )
    subprocess.run(
        [
            str(office), f"-env:UserInstallation={profile.as_uri()}", "--headless",
            "--convert-to", "xlsx", "--outdir", str(folder / "out"), str(path),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return folder / "out" / path.name
