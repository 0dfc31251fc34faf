"""LibreOffice and the extension in it, looked at in its files: it is not started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import xlpbr
from xlpbr.doctor.computer import Computer
from xlpbr.doctor.findings import Finding, look, missing, there
from xlpbr.workbook.libreoffice.engine import PROGRAM_FOLDER, can_run_python, find_calc
from xlpbr.workbook.libreoffice.setup import KNOWS_PLAIN_NAMES

HOST = "calc"

_SETTINGS = (
    # Two numbers in one file, the first alone in the other.
    *((name, re.compile(r"^ProductKey=LibreOffice (\d+)\.(\d+)", re.MULTILINE))
      for name in ("bootstraprc", "bootstrap.ini")),
    *((name, re.compile(r"^UpdateID=LibreOffice_(\d+)", re.MULTILINE))
      for name in ("versionrc", "version.ini")),
)  # fmt: skip
_VERSION = re.compile(r"<version\s+value=\"([^\"]+)\"")


def calc_findings(computer: Computer) -> Iterator[Finding]:
    """Whether LibreOffice is there with its Python, and the extension in it."""
    program = find_calc(computer.environment)
    if program is None:
        yield missing(
            HOST, "LibreOffice", "LibreOffice was not found.",
            "Install LibreOffice 25.2 or later from libreoffice.org or by IT. If it is there in an"
            f" unusual place, set the variable {PROGRAM_FOLDER} to its program folder.",
        )  # fmt: skip
        return
    version = _version(program.parent)
    line = ".".join(map(str, version))
    yield there(HOST, "LibreOffice", f"LibreOffice {line}".rstrip() + f": {program.parent}")
    if version and version < KNOWS_PLAIN_NAMES[: len(version)]:
        oldest = ".".join(map(str, KNOWS_PLAIN_NAMES))
        yield look(
            HOST, "version", f"LibreOffice {line} does not find the functions in Excel workbooks.",
            f"Install LibreOffice {oldest} or later, or use xlpbr recalc --engine calc.",
        )  # fmt: skip
    if can_run_python(program):
        yield there(HOST, "Python in it", "LibreOffice has its own Python.")
    else:
        yield missing(
            HOST, "Python in it", "LibreOffice cannot run Python.",
            "Install LibreOffice in full; on Debian and Ubuntu: apt install python3-uno.",
        )  # fmt: skip
    yield _extension(computer)


def _version(folder: Path) -> tuple[int, ...]:
    """The first numbers of its version, where its files say so; else none."""
    for name, wanted in _SETTINGS:
        with suppress(OSError):
            text = (folder / name).read_text(encoding="utf-8", errors="replace")
            if found := wanted.search(text):
                return tuple(map(int, found.groups()))
    return ()


def profile_of(computer: Computer) -> Path:
    """The folder of a person's settings of LibreOffice."""
    if computer.is_windows:
        return computer.app_data / "LibreOffice" / "4"
    if computer.platform == "darwin":
        return computer.home / "Library" / "Application Support" / "LibreOffice" / "4"
    own = computer.environment.get("XDG_CONFIG_HOME")
    return (Path(own) if own else computer.home / ".config") / "libreoffice" / "4"


def _extension(computer: Computer) -> Finding:
    versions = extension_versions(profile_of(computer))
    if xlpbr.__version__ in versions:
        return there(HOST, "extension", f"The extension xlpbr {xlpbr.__version__} is installed.")
    if versions:
        return missing(
            HOST, "extension",
            f"The extension is xlpbr {versions[-1]}, and this is {xlpbr.__version__}.",
            "Close LibreOffice and run: xlpbr install calc",
        )  # fmt: skip
    return missing(
        HOST, "extension", "The functions are not installed in your LibreOffice.",
        "Close LibreOffice and run: xlpbr install calc",
    )  # fmt: skip


def extension_versions(profile: Path) -> list[str]:
    """The versions of the extension that lie among those of a person's LibreOffice."""
    found = []
    packages = profile / "user" / "uno_packages" / "cache" / "uno_packages"
    for about in sorted(packages.glob("*/xlpbr.oxt/description.xml")):
        with suppress(OSError):
            text = about.read_text(encoding="utf-8", errors="replace")
            found += _VERSION.findall(text)
    return found
