"""What is done once on a computer so that Excel on Windows finds the functions."""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path, PureWindowsPath

from xlpbr.errors import FileProblem
from xlpbr.udfs.hosts import OF_WORKBOOKS, in_words

_INTERPRETER = "INTERPRETER_WIN"
_CONDA = "CONDA PATH"
_ADDIN_INSTALLED = "Successfully installed the xlwings add-in"

Run = Callable[[Sequence[str]], str]
"""Runs a program and gives what it says."""


def _run(words: Sequence[str]) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, errors="replace", check=False, timeout=120
    )
    return f"{done.stdout}\n{done.stderr}".strip()


def xlwings_version() -> str:
    """The version of xlwings that is installed, read from its package without loading it."""
    return metadata.version("xlwings")


def _user_settings() -> Path:
    # xlwings brings pandas with it, and half a second.
    import xlwings  # noqa: PLC0415

    return Path(xlwings.USER_CONFIG_FILE)


@dataclass(frozen=True, slots=True)
class Computer:
    """The computer, as far as the installation asks about it.

    Attributes:
        platform: as ``sys.platform`` has it.
        python: the Python that runs xlpbr, and shall run the functions.
        folder: where that Python is installed.
        settings: the user's settings of xlwings.
        has_pywin32: whether Python can talk to Excel.
        encoding: how VBA reads a text file.
        run: runs a program.
    """

    platform: str = sys.platform
    python: Path = Path(sys.executable)
    folder: Path = Path(sys.prefix)
    settings: Path = field(default_factory=_user_settings)
    has_pywin32: bool = importlib.util.find_spec("win32com") is not None
    encoding: str = "mbcs" if sys.platform == "win32" else "utf-8"
    run: Run = _run


def install(computer: Computer | None = None) -> Iterator[str]:
    """Do what must be done once, and say each step as it is done.

    Nothing that stands in the user's settings of xlwings is changed or lost.

    Args:
        computer: the computer; this one unless another is given.

    Yields:
        A sentence for each step.

    Raises:
        FileProblem: this is not Windows, something of xlwings is missing, or a step failed.
    """
    here = computer or Computer()
    _refuse_other_systems(here)
    yield _found_python(here)
    yield _install_addin(here)
    yield _note_python(here)
    yield (
        "Done. Close Excel. Make a workbook with: xlpbr new CONTRACT --host classic -o FILE.xlsm."
        " When Excel opens it, press Enable content; a file that came by e-mail or from the"
        " internet must first be unblocked in its properties."
    )


def _refuse_other_systems(here: Computer) -> None:
    if here.platform == "win32":
        return
    others = in_words(name for name in OF_WORKBOOKS if name != "classic")
    system = {"darwin": "a Mac", "linux": "Linux"}.get(here.platform, here.platform)
    raise FileProblem(
        "xlpbr install classic is for Windows: classic xlwings reaches Excel through COM, which"
        f" only Windows has, and this is {system}. Elsewhere choose another host: {others}."
    )


def _found_python(here: Computer) -> str:
    """Check that this Python can serve Excel."""
    if not here.has_pywin32:
        raise FileProblem(
            f"{here.python} lacks pywin32, by which xlwings reaches Excel. Run:"
            f' "{here.python}" -m pip install pywin32. Then run xlpbr install classic again.'
        )
    missing = libraries_missing(here)
    if missing:
        raise FileProblem(
            f"{' and '.join(missing)} of xlwings {'is' if len(missing) == 1 else 'are'} missing in"
            f" {here.folder}, where Excel looks. Either pip said Defaulting to user installation:"
            " then install xlpbr in an environment of its own (py -m venv). Or a virus scanner took"
            " the file away: ask IT to allow it, and run:"
            f' "{here.python}" -m pip install --force-reinstall xlwings=={xlwings_version()}'
        )
    return f"Python: {here.python}, with xlwings {xlwings_version()} and pywin32."


def _install_addin(here: Computer) -> str:
    said = here.run(
        [str(here.python), "-c", "from xlwings.cli import main; main()", "addin", "install"]
    )
    if _ADDIN_INSTALLED not in said:
        what = said.splitlines()[-1] if said else "xlwings said nothing"
        raise FileProblem(
            f"The add-in of xlwings could not be installed: {what}. Close every window of Excel and"
            " run xlpbr install classic again."
        )
    return "Add-in: Excel has the tab xlwings from its next start."


def _note_python(here: Computer) -> str:
    """Name this Python in the user's settings, unless they name one already."""
    named, is_this = named_python(here)
    python = str(here.python)
    if is_this:
        return f"Settings: {here.settings} names this Python already."
    if named:
        return (
            f"Settings: {here.settings} names another Python, {named}. It is kept, because"
            " other workbooks may need it. Workbooks that xlpbr makes on this computer name"
            " their Python themselves, on the sheet xlwings.conf."
        )
    try:
        line = f'"{_INTERPRETER}","{python}"\r\n'.encode(here.encoding)
    except UnicodeEncodeError:
        raise FileProblem(
            f"{python}: Excel cannot read a setting with these characters. Install Python in a"
            " folder with plain letters, such as C:\\Python, and xlpbr with it."
        ) from None
    _append(here.settings, line)
    return f"Settings: {here.settings} now names this Python, for every workbook that names none."


def named_python(here: Computer) -> tuple[str, bool]:
    """The Python that the user's settings of xlwings name, and whether it is this one.

    Raises:
        FileProblem: the settings cannot be read.
    """
    named = _settings(here)
    is_this = _same(named.get(_INTERPRETER), str(here.python)) or _same(
        _of_conda(named), str(here.folder)
    )
    return named.get(_INTERPRETER) or named.get(_CONDA, ""), is_this


def libraries_missing(here: Computer) -> list[str]:
    """The libraries of xlwings that Excel would look for in vain."""
    names = [f"xlwings{bits}-{xlwings_version()}.dll" for bits in (64, 32)]
    return [name for name in names if not (here.folder / name).is_file()]


def _settings(here: Computer) -> dict[str, str]:
    """What the user's settings say; the first line of a key counts, as in VBA."""
    try:
        text = here.settings.read_bytes().decode(here.encoding, errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unusable(here.settings, error) from None
    found: dict[str, str] = {}
    for row in csv.reader(text.splitlines()):
        if len(row) >= 2:
            found.setdefault(row[0].strip().upper(), row[1].strip())
    return found


def _of_conda(named: dict[str, str]) -> str:
    """The folder of the conda environment that the settings name; empty where they name none."""
    path, environment = named.get(_CONDA, ""), named.get("CONDA ENV", "")
    if not path or not environment or named.get(_INTERPRETER):
        return ""
    if environment == "base":
        return path
    return environment if "\\" in environment else f"{path}\\envs\\{environment}"


def _same(one: str | None, other: str) -> bool:
    return bool(one) and PureWindowsPath(str(one)) == PureWindowsPath(other)


def _append(path: Path, line: bytes) -> None:
    """Add a line to a file; it is written beside its place and moved in when it is whole."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_bytes() if path.exists() else b""
        if before and not before.endswith(b"\n"):
            before += b"\r\n"
        beside.write_bytes(before + line)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unusable(path, error) from None


def _unusable(path: Path, error: OSError) -> FileProblem:
    return FileProblem(f"{path}: cannot be used ({error.strerror}). Nothing in it was changed.")
