"""The functions in a person's own LibreOffice, put in and taken out, with a profile of the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.needed import CALC_REMEDY, need
from xlpbr import __version__
from xlpbr.doctor.libreoffice import extension_versions
from xlpbr.errors import FileProblem
from xlpbr.udfs.calc import functions as calc
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice import setup as calc_setup

SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items'
    ' xmlns:oor="http://openoffice.org/2001/registry"><item'
    ' oor:path="/org.openoffice.UserProfile/Data"><prop oor:name="givenname" oor:op="fuse">'
    "<value>Priya</value></prop></item></oor:items>\n"
)
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A profile with settings of a person; LibreOffice's extensions are not for root."""
    program = calc_engine.find_calc()
    present = program is not None and any(program.parent.glob("*pythonloader*"))
    need("LibreOffice with python3-uno", present=present, remedy=CALC_REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="xlpbr-profile-"))
    (folder / "user").mkdir()
    (folder / "user/registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    if os.geteuid() == 0:
        need("setpriv", present=shutil.which("setpriv") is not None, remedy="It is in util-linux.")
        subprocess.run(["chown", "-R", "nobody:nogroup", str(folder)], check=True)
        monkeypatch.setenv("HOME", str(folder))
        run = calc_setup.run_program

        def as_nobody(command: Any, *rest: Any, **options: Any) -> Any:
            return run([*AS_NOBODY, *command], *rest, **options)

        monkeypatch.setattr(calc_setup, "run_program", as_nobody)
    yield folder
    shutil.rmtree(folder)


def test_installing_and_removing_says_each_step_and_keeps_the_persons_settings(profile: Path):
    said = list(calc_setup.install(profile))
    program = calc_engine.find_calc()
    assert program is not None
    assert said[0] == f"Found LibreOffice: {program.parent}."
    assert "runs the functions with its Python 3." in said[1]
    assert said[2].startswith("Installed the extension xlpbr")
    assert "Insert, Function, Financial" in said[-1]
    assert "Priya" in (profile / "user/registrymodifications.xcu").read_text(encoding="utf-8")
    assert calc_setup.is_installed(program, profile)
    assert extension_versions(profile) == [__version__]
    assert _shown_by(program, profile) == f"{__version__};5600;error"
    # Again: it replaces what is there.
    assert list(calc_setup.install(profile)) == said
    assert list(calc_setup.uninstall(profile)) == [
        "Took the extension xlpbr out of LibreOffice; your other settings are as before."
    ]
    assert not calc_setup.is_installed(program, profile)
    assert extension_versions(profile) == []
    assert "nothing was changed" in "".join(calc_setup.uninstall(profile))
    assert "Priya" in (profile / "user/registrymodifications.xcu").read_text(encoding="utf-8")


def _shown_by(program: Path, profile: Path) -> str:
    """What LibreOffice with that profile shows in a row of a workbook that it opens."""
    path = profile / "book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    prefix = f"={calc.SERVICE.upper()}."
    sheet["A1"] = f"{prefix}PBR_VERSION()"
    sheet["B1"] = f'{prefix}PBR_SAVING(7000,1400,"1 Mar 2026","8 Mar 2026",46082,46112)'
    sheet["C1"] = f'=IFERROR({prefix[1:]}PBR_TERMS("none"),"error")'
    book.save(path)
    command = [
        str(program),
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76",
        "--outdir", str(profile), str(path),
    ]  # fmt: skip
    for _ in range(2):
        # After its extensions have changed, LibreOffice may ask to be started again.
        calc_setup.run_program(command, 120, "LibreOffice took too long.")
    return (profile / "book.csv").read_text(encoding="utf-8").strip()


def test_a_refusal_of_libreoffice_is_one_sentence(
    profile: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    broken = tmp_path / "broken.oxt"
    broken.write_bytes(b"no extension")
    program = calc_engine.find_calc()
    assert program is not None
    with pytest.raises(FileProblem, match="LibreOffice did not change its extensions") as refused:
        calc_setup._manage(program, profile, "add", str(broken))
    assert "Traceback" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_libreoffice_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(calc_setup.calc_engine, "find_calc", lambda: None)
    with pytest.raises(FileProblem, match="needs LibreOffice Calc with its Python"):
        list(calc_setup.install())
