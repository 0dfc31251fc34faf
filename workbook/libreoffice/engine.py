"""A private LibreOffice Calc: started, asked and ended by this program, with nothing left behind.

It has a profile and a folder of its own, so that neither a LibreOffice that is open nor its
settings are touched, runs no macros and follows no links.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlpbr.errors import CellError, FileProblem
from xlpbr.udfs.calc import registration
from xlpbr.workbook.libreoffice.pdf import find_libreoffice, kill_with_children, start_program
from xlpbr.workbook.ooxml.addresses import split_area

NOT_INSTALLED = (
    "This needs LibreOffice Calc with its Python, which was not found. Install LibreOffice"
    " (on Debian and Ubuntu also python3-uno), or name its program folder in XLPBR_LIBREOFFICE."
)
TIME_LIMIT = 120.0
"""Seconds for one request; a workbook of ten thousand formulas takes less than one."""

PROGRAM_FOLDER = "XLPBR_LIBREOFFICE"
"""The variable that names LibreOffice's program folder."""

_WORKER_FILE = "worker.py"
_WORKER = "org.xlpbr.calc.Worker"
_ASK_AT_START = (
    '<item oor:path="/org.openoffice.Office.Jobs/Jobs"><node oor:name="xlpbr" oor:op="replace">'
    f'<prop oor:name="Service"><value>{_WORKER}</value></prop></node></item>\n'
    '<item oor:path="/org.openoffice.Office.Jobs/Events"><node oor:name="OnStartApp"'
    ' oor:op="fuse"><node oor:name="JobList"><node oor:name="xlpbr" oor:op="replace">'
    '<prop oor:name="AdminTime"><value>2020-01-01T00:00:00,00Z</value></prop>'
    "</node></node></node></item>\n"
)
_NOT_FOR_IT = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "DISPLAY", "WAYLAND_DISPLAY")

CalcValue = float | str | bool | CellError
"""What a cell of Calc shows; an empty cell shows an empty text."""


@dataclass(frozen=True, slots=True)
class Calc:
    """A private Calc that runs.

    Attributes:
        process: LibreOffice.
        folder: its folder, which goes when it ends.
        version: the version of LibreOffice, such as ``25.2.3.2``.
        python: the version of the Python inside it.
    """

    process: subprocess.Popen[bytes]
    folder: Path
    version: str
    python: tuple[int, ...]

    @property
    def line(self) -> tuple[int, int]:
        """The line of LibreOffice, such as 25.2."""
        first, second = self.version.split(".")[:2]
        return int(first), int(second)


def find_calc(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The program of LibreOffice that can be asked: named in the environment, else the usual one.

    Where LibreOffice is started by a script, that is the program behind the script.
    """
    folder = environment.get(PROGRAM_FOLDER)
    started_by = Path(folder) / "soffice" if folder else find_libreoffice(environment)
    if started_by is None:
        return None
    behind = started_by.resolve().with_name("soffice.bin")
    if behind.is_file():
        return behind
    return started_by.resolve() if started_by.exists() else None


@contextmanager
def running(program: Path | None = None) -> Iterator[Calc]:
    """A private Calc with the functions in it; ended, whatever happens.

    Args:
        program: LibreOffice's program; by default the one that is found.

    Raises:
        FileProblem: LibreOffice is not installed, does not start, or its Python cannot run xlpbr.
    """
    found = program or find_calc()
    if found is None or not can_run_python(found):
        raise FileProblem(NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="xlpbr-calc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _prepare(folder)
        try:
            process, about = _started(found, folder)
            try:
                yield Calc(process, folder, about["libreoffice"], tuple(about["python"]))
            finally:
                _end(process)
        finally:
            _remove_pipe(folder)


def open_in(calc: Calc, path: Path) -> int:
    """Open a copy of a workbook, which calculates it anew; its number.

    Raises:
        FileProblem: LibreOffice cannot open it or takes too long.
    """
    number: int = _ask(calc.process, "open", address=path.resolve().as_uri())
    return number


def mark_blanks(calc: Calc) -> None:
    """From now on a 0 that a function is given is a 0: blank cells are told by ``PBR_CELLS``.

    For copies of ``copy_for_calc`` only; in a workbook as it stands a 0 may be a blank cell.
    """
    _ask(calc.process, "mark blanks")


def open_new(calc: Calc) -> int:
    """Open a new workbook with the sheet Sheet1; its number."""
    number: int = _ask(calc.process, "open", address="private:factory/scalc")
    return number


def close(calc: Calc, book: int) -> None:
    """Close a workbook."""
    _ask(calc.process, "close", book=book)


def calculate_cells(calc: Calc, book: int) -> None:
    """Calculate every formula of a workbook anew."""
    _ask(calc.process, "calculate", book=book)


def read(calc: Calc, book: int, areas: Sequence[tuple[str, str]]) -> list[list[list[CalcValue]]]:
    """What some areas show.

    Args:
        calc: the private Calc.
        book: the workbook's number.
        areas: sheets and rectangles such as ``B2:D9``.

    Returns:
        For each area its rows. An error that Excel lacks is a ``CellError`` with Calc's own code,
        such as ``Err:504``.
    """
    found = _ask(calc.process, "read", book=book, areas=[_corners(*area) for area in areas])
    return [_from_calc(rows) for rows in found]


def put(calc: Calc, book: int, values: Sequence[tuple[str, str, Sequence[Sequence[Any]]]]) -> None:
    """Put values into cells; what stood there goes, an array formula only as a whole.

    Args:
        calc: the private Calc.
        book: the workbook's number.
        values: sheets, rectangles and rows of cell values; a text that starts with ``=`` is a
            formula as Calc writes it where it stands in a dictionary under ``formula``.
    """
    areas = [
        [*_corners(sheet, area), [[_for_calc(cell) for cell in row] for row in rows]]
        for sheet, area, rows in values
    ]
    _ask(calc.process, "put", book=book, areas=areas)


def spills(
    calc: Calc, book: int, places: Sequence[tuple[str, tuple[int, int]]]
) -> list[list[list[CalcValue]]]:
    """All that some array formulas give, however many cells they fill in the workbook.

    Calc itself fills the cells that the workbook says and no others.
    """
    asked = [[sheet, *position] for sheet, position in places]
    return [_from_calc(rows) for rows in _ask(calc.process, "spills", book=book, places=asked)]


def refill(calc: Calc, book: int, areas: Sequence[tuple[str, str]]) -> None:
    """Let the array formulas in the first cells of some areas fill those areas."""
    _ask(calc.process, "refill", book=book, areas=[_corners(*area) for area in areas])


def errors_given(calc: Calc, book: int, place: tuple[str, tuple[int, int]]) -> list[CellError]:
    """The errors that the PBR_ functions in a formula give of themselves, with their reasons."""
    sheet, position = place
    found = _ask(calc.process, "errors", book=book, place=[sheet, *position])
    return [CellError(code, message) for code, message in found]


def private_files() -> dict[str, bytes]:
    """The files of a private Calc by their place in its folder, but for what names the folder."""
    return {
        "types.idl": registration.types().encode(),
        "profile/user/registrymodifications.xcu": registration.private_settings(
            _ASK_AT_START
        ).encode(),
    } | registration.component_files(registration.FUNCTIONS_FILE, _WORKER_FILE)


def can_run_python(program: Path) -> bool:
    """Whether LibreOffice can load what is written in Python; without, it would wait for ever."""
    return sys.platform == "darwin" or any(program.parent.glob("*pythonloader*"))


def _prepare(folder: Path) -> None:
    address = f"{folder.as_uri()}/"
    files = private_files()
    services = {**registration.FUNCTIONS_COMPONENT, _WORKER_FILE: (_WORKER, _WORKER)}
    files["xlpbr.components"] = registration.components(services, address).encode()
    files["unorc"] = registration.bootstrap(address).encode()
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (folder / "temporary").mkdir()


def _started(program: Path, folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    for attempt in (1, 2):
        began = time.monotonic()
        process = _start(program, folder)
        try:
            about: dict[str, Any] = _ask(process, "about")
        except FileProblem as problem:
            _end(process)
            # LibreOffice may end when it has only just made its profile; once in many starts
            # it ends by a fault of its own.
            if attempt == 1 and time.monotonic() - began < TIME_LIMIT:
                continue
            raise FileProblem(_why_not(program, folder, problem)) from None
        except BaseException:
            _end(process)
            raise
        return process, about
    raise AssertionError("unreachable")


def environment_for_it() -> dict[str, str]:
    """The variables without those that lead LibreOffice or its own Python elsewhere."""
    return {name: value for name, value in os.environ.items() if name not in _NOT_FOR_IT}


def _start(program: Path, folder: Path) -> subprocess.Popen[bytes]:
    here = {"HOME": "", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "", "TMPDIR": "temporary"}
    environment = environment_for_it() | {name: str(folder / one) for name, one in here.items()}
    environment |= {"SAL_USE_VCLPLUGIN": "svp", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        str(program),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        f"-env:PKG_UserUnoFile={(folder / 'unorc').as_uri()}",
        "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault",
    ]  # fmt: skip
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (folder / "said").open("ab") as said:
        return start_program(command, stderr=said, env=environment, cwd=folder, **pipes)


def _why_not(program: Path, folder: Path, problem: FileProblem) -> str:
    said = (folder / "said").read_text(encoding="utf-8", errors="replace")
    reason = next((line for line in reversed(said.splitlines()) if "Error" in line), str(problem))
    return (
        f"{program} was started, but does not run xlpbr: {reason.strip().rstrip('.')}. It takes a"
        " LibreOffice whose Python is 3.11 or later; on Debian and Ubuntu install python3-uno."
    )


def _ask(process: subprocess.Popen[bytes], request: str, **given: Any) -> Any:
    """Ask the worker and wait for its answer; Calc is ended where it takes too long."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the private Calc was started without its pipes")
    late = threading.Event()

    def too_late() -> None:
        late.set()
        kill_with_children(process)

    clock = threading.Timer(TIME_LIMIT, too_late)
    clock.start()
    try:
        process.stdin.write(json.dumps({"do": request, **given}).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except OSError:
        line = b""
    finally:
        clock.cancel()
    if late.is_set():
        raise FileProblem(
            f"LibreOffice took more than {TIME_LIMIT:.0f} seconds and was ended. Close other"
            " programs and try again."
        )
    if not line:
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        raise FileProblem(f"LibreOffice ended before it answered (status {process.poll()}).")
    answer = json.loads(line)
    if "problem" in answer:
        raise FileProblem(f"LibreOffice could not {request} the workbook: {answer['problem']}.")
    return answer["answer"]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let Calc end by itself, and end it where it does not."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        pass
    finally:
        kill_with_children(process)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _remove_pipe(folder: Path) -> None:
    """Remove the pipe by which LibreOffice is reached; it leaves it behind where it is killed."""
    if sys.platform == "win32":
        return
    profile = (folder / "profile").as_uri().encode("utf-16-le")
    # LibreOffice writes the digest without leading zeros.
    digest = "".join(f"{byte:x}" for byte in hashlib.md5(profile, usedforsecurity=False).digest())
    for place in ("/tmp", "/var/tmp"):
        pipe = Path(place) / f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{digest}"
        with suppress(OSError):
            pipe.unlink()


def _corners(sheet: str, area: str) -> list[Any]:
    return [sheet, *split_area(area)]


def _from_calc(rows: list[list[Any]]) -> list[list[CalcValue]]:
    return [
        [
            CellError(cell["error"], f"the cell shows {cell['error']}")
            if isinstance(cell, dict)
            else cell
            for cell in row
        ]
        for row in rows
    ]


def _for_calc(value: Any) -> Any:
    return {"error": value.code} if isinstance(value, CellError) else value
