"""What ``xlpbr install calc`` does: the functions as an extension of a person's own LibreOffice.

LibreOffice's own program for extensions puts it in and takes it out, so nothing else of the
person's settings is touched.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import xlpbr
from xlpbr.errors import FileProblem
from xlpbr.udfs.calc import registration
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.pdf import run_program

TIME_LIMIT = 180
"""Seconds; LibreOffice's first start on a slow computer takes some."""

KNOWS_PLAIN_NAMES = (25, 2)
"""The line of LibreOffice from which a workbook's ``PBR_`` names are known when it is opened."""

_PROGRAMS = ("unopkg.com", "unopkg")


def install(profile: Path | None = None) -> Iterator[str]:
    """Put the functions into LibreOffice, and say each step when it is done.

    A version that is there already is replaced.

    Args:
        profile: the folder of settings; by default the person's own.

    Raises:
        FileProblem: LibreOffice is missing, its Python is too old, or it refuses the extension.
    """
    program = _program()
    yield f"Found LibreOffice: {program.parent}."
    with calc_engine.running(program) as calc:
        found = _version_in(calc)
        version, python = calc.version, ".".join(map(str, calc.python))
        knows_names = calc.line >= KNOWS_PLAIN_NAMES
    if found != xlpbr.__version__:
        raise FileProblem(
            f"LibreOffice {version} does not run the functions: PBR_VERSION shows {found!r},"
            f" not {xlpbr.__version__!r}. Nothing was installed."
        )
    yield f"LibreOffice {version} runs the functions with its Python {python}."
    with tempfile.TemporaryDirectory(prefix="xlpbr-", ignore_cleanup_errors=True) as folder:
        extension = Path(folder) / "xlpbr.oxt"
        write_extension(extension)
        # LibreOffice's program reads it, under whatever account that runs.
        Path(folder).chmod(0o755)
        _manage(program, profile, "add", "--force", str(extension))
    if not is_installed(program, profile):
        raise FileProblem(
            "LibreOffice took the extension but does not list it; start LibreOffice, look under"
            " Tools, Extensions, and run the command again."
        )
    yield f"Installed the extension xlpbr {xlpbr.__version__}; your other settings are as before."
    if not knows_names:
        yield (
            f"LibreOffice {version} knows the functions when you type them, and in its own files."
            " It does not find them in an Excel workbook that it opens: that takes LibreOffice"
            " 25.2 or later, or xlpbr recalc --engine calc."
        )
    yield (
        "Start LibreOffice Calc: Insert, Function, Financial lists them."
        " xlpbr install calc --remove takes the extension out again."
    )


def uninstall(profile: Path | None = None) -> Iterator[str]:
    """Take the functions out of LibreOffice, and say so.

    Args:
        profile: the folder of settings; by default the person's own.

    Raises:
        FileProblem: LibreOffice is missing or refuses.
    """
    program = _program()
    if not is_installed(program, profile):
        yield "The extension xlpbr is not installed in this LibreOffice; nothing was changed."
        return
    _manage(program, profile, "remove", registration.IDENTIFIER)
    yield "Took the extension xlpbr out of LibreOffice; your other settings are as before."


def write_extension(target: Path) -> None:
    """Write the extension as a file that LibreOffice's Extensions dialog takes as well."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in registration.extension_members().items():
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def is_installed(program: Path, profile: Path | None = None) -> bool:
    """Whether LibreOffice lists the extension as registered."""
    listed = _manage(program, profile, "list")
    _, found, after = listed.partition(f"Identifier: {registration.IDENTIFIER}\n")
    own = after.partition("Identifier: ")[0]
    return bool(found) and "is registered: yes" in own and "is registered: no" not in own


def _program() -> Path:
    program = calc_engine.find_calc()
    if program is None:
        raise FileProblem(calc_engine.NOT_INSTALLED)
    return program


def _version_in(calc: calc_engine.Calc) -> object:
    book = calc_engine.open_new(calc)
    calc_engine.put(calc, book, [("Sheet1", "A1", [[{"formula": "PBR_VERSION()"}]])])
    return calc_engine.read(calc, book, [("Sheet1", "A1")])[0][0][0]


def _manage(program: Path, profile: Path | None, *words: str) -> str:
    """What LibreOffice's program for extensions says."""
    manager = next(
        (place for name in _PROGRAMS if (place := program.with_name(name)).is_file()), None
    )
    if manager is None:
        raise FileProblem(
            f"{program.parent} has no unopkg, LibreOffice's program for extensions; install"
            " LibreOffice in full."
        )
    command = [str(manager), *words]
    if profile is not None:
        command.append(f"-env:UserInstallation={profile.resolve().as_uri()}")
    status, said, complained = run_program(
        command,
        TIME_LIMIT,
        f"LibreOffice took more than {TIME_LIMIT} seconds over its extensions. Close it, with its"
        " quickstarter, and try again.",
        env=calc_engine.environment_for_it(),
    )
    if status:
        lines = (line.strip() for line in (complained or said).splitlines())
        reason = next(filter(None, lines), "no reason")
        raise FileProblem(
            f"LibreOffice did not change its extensions: {reason.removeprefix('ERROR: ')} Close"
            " LibreOffice, with its quickstarter, and try again as yourself."
        )
    return said
