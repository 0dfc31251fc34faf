"""Pages without LibreOffice: where it is looked for, its time limit, and what is then said."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.golden import FOLDER
from xlpbr.errors import FileProblem
from xlpbr.workbook.libreoffice import pdf

REPORT = FOLDER / "report.xlsx"

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="uses a shell script")


def test_without_libreoffice_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "find_libreoffice", lambda: None)
    with pytest.raises(FileProblem, match=r"Install LibreOffice \(Calc\), then run the command"):
        pdf.to_pdf(REPORT, tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_found_where_the_path_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_usual_places", lambda _: iter(()))
    assert pdf.find_libreoffice({"PATH": ""}) is None


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("win32", {"ProgramFiles": "{}"}, "LibreOffice/program/soffice.exe"),
        ("darwin", {"HOME": "{}"}, "Applications/LibreOffice.app/Contents/MacOS/soffice"),
    ],
)
def test_it_is_found_where_its_installer_puts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict, place: str
) -> None:
    program = tmp_path / place
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(pdf.sys, "platform", platform)
    given = {name: value.format(tmp_path) for name, value in environment.items()}
    assert pdf.find_libreoffice({"PATH": "", **given}) == program


def stand_in(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in LibreOffice's place."""
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(pdf, "find_libreoffice", lambda: program)
    return program


@on_posix
def test_at_the_time_limit_everything_that_it_started_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, f'sleep 60 & echo $! > "{tmp_path}/child"; wait', monkeypatch)
    monkeypatch.setattr(pdf, "TIME_LIMIT", 3)
    with pytest.raises(FileProblem, match="took more than 3 seconds"):
        pdf.to_pdf(REPORT, tmp_path / "report.pdf")
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    for _ in range(50):
        if not is_running(child):
            break
        time.sleep(0.1)
    assert not is_running(child)
    assert not (tmp_path / "report.pdf").exists()


def is_running(process: int) -> bool:
    found = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return bool(found.stdout.strip()) and not found.stdout.strip().startswith("Z")


@on_posix
def test_a_first_start_that_only_makes_the_profile_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "started"
    stand_in(
        tmp_path,
        f'if [ ! -e "{mark}" ]; then touch "{mark}"; exit 81; fi\n'
        'while [ "$1" != "--outdir" ]; do shift; done\n'
        'mkdir -p "$2"; printf "%%PDF-made" > "$2/workbook.pdf"',
        monkeypatch,
    )
    pdf.to_pdf(REPORT, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_text(encoding="utf-8") == "%PDF-made"


@on_posix
def test_no_pages_is_a_plain_sentence_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, "exit 0", monkeypatch)
    target = tmp_path / "report.pdf"
    target.write_text("the old one", encoding="utf-8")
    with pytest.raises(FileProblem, match="LibreOffice ended without one"):
        pdf.to_pdf(REPORT, target)
    assert target.read_text(encoding="utf-8") == "the old one"


def test_a_workbook_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_libreoffice", lambda: Path(os.devnull))
    with pytest.raises(FileProblem, match="no such file"):
        pdf.to_pdf(tmp_path / "missing.xlsx", tmp_path / "report.pdf")
