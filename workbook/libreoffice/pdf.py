"""A workbook as pages: LibreOffice makes the PDF, where it is installed.

Each run has a profile of its own, so that neither a LibreOffice that is open nor its settings are
touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from xlpbr.errors import FileProblem
from xlpbr.workbook.files.safe_writing import write_safely

NOT_INSTALLED = (
    "The PDF needs LibreOffice, which was not found."
    " Install LibreOffice (Calc), then run the command again."
)
TIME_LIMIT = 180
"""Seconds; a report takes a few, the first start of LibreOffice some more."""

_NAMES = ("soffice", "libreoffice")
_START_AGAIN = 81
"""What LibreOffice answers when it has only just made its profile."""

# Tagged, so that a screen reader finds the tables; with the sheets as bookmarks.
_FILTER = (
    'pdf:calc_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"},'
    '"ExportBookmarks":{"type":"boolean","value":"true"}}'
)


def to_pdf(workbook: Path, target: Path) -> None:
    """Write a workbook as a PDF of A4 pages, every sheet in its order.

    Args:
        workbook: the workbook, with its page set-up.
        target: the PDF to write; it is moved into place when it is whole.

    Raises:
        FileProblem: LibreOffice is not installed, took too long or could not read the workbook;
            or the target cannot be written.
    """
    program = find_libreoffice()
    if program is None:
        raise FileProblem(NOT_INSTALLED)
    if not workbook.is_file():
        raise FileProblem(f"{workbook}: no such file.")
    with tempfile.TemporaryDirectory(prefix="xlpbr-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        made = _convert(program, workbook, folder)
        write_safely(target, partial(shutil.copyfile, made), inputs=[workbook])


def find_libreoffice(environment: Mapping[str, str] = os.environ) -> Path | None:
    """LibreOffice's program on the path, else where its installer usually puts it."""
    for name in _NAMES:
        found = shutil.which(name, path=environment.get("PATH", ""))
        if found is not None:
            return Path(found)
    return next((place for place in _usual_places(environment) if place.is_file()), None)


def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
    if sys.platform == "win32":
        for variable in ("ProgramFiles", "ProgramFiles(x86)"):
            if folder := environment.get(variable):
                yield Path(folder) / "LibreOffice" / "program" / "soffice.exe"
    elif sys.platform == "darwin":
        home = environment.get("HOME", "")
        for folder in ("/Applications", f"{home}/Applications"):
            yield Path(folder) / "LibreOffice.app" / "Contents" / "MacOS" / "soffice"
    else:
        yield from Path("/opt").glob("libreoffice*/program/soffice")


def _convert(program: Path, workbook: Path, folder: Path) -> Path:
    """The PDF of a workbook in a temporary folder."""
    # A name of our own: the file's may hold what the program takes for something else.
    source = folder / f"workbook{workbook.suffix}"
    shutil.copyfile(workbook, source)
    pages = folder / "pages"
    command = [
        str(program),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless", "--norestore", "--nologo", "--nolockcheck",
        "--convert-to", _FILTER, "--outdir", str(pages), str(source),
    ]  # fmt: skip
    for _ in range(2):
        status, *_ = run_program(
            command,
            TIME_LIMIT,
            f"{workbook} could not be made into a PDF: LibreOffice took more than {TIME_LIMIT}"
            " seconds. Close other programs and try again.",
        )
        if status != _START_AGAIN:
            break
    made = pages / "workbook.pdf"
    if status or not made.is_file() or not made.stat().st_size:
        raise FileProblem(
            f"{workbook} could not be made into a PDF: LibreOffice ended without one"
            f" (status {status}). Open the workbook there and export it by hand."
        )
    return made


def run_program(
    command: Sequence[str], seconds: float, too_late: str, **options: Any
) -> tuple[int, str, str]:
    """Run a program to its end: its exit status, and what it says on its two outputs.

    Args:
        command: the program and its words.
        seconds: the time limit, at which it and all that it started are ended.
        too_late: what is said then.
        options: more for ``subprocess.Popen``.

    Raises:
        FileProblem: it cannot be started, or takes too long.
    """
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    process = start_program(command, stdin=subprocess.DEVNULL, **pipes, **options)
    try:
        said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise FileProblem(too_late) from None
    finally:
        if process.poll() is None:
            kill_with_children(process)
            process.wait()
    out, err = (one.decode(errors="replace") for one in said)
    return process.returncode, out, err


def start_program(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program in a group of its own; Windows ends the whole tree without one.

    Raises:
        FileProblem: it cannot be started.
    """
    try:
        return subprocess.Popen(command, start_new_session=sys.platform != "win32", **options)
    except OSError as error:
        raise FileProblem(f"{command[0]} could not be started: {error.strerror}.") from error


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and what it has started.

    Except on Windows it must have been started in a session of its own.
    """
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
        )
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
