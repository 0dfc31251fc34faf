"""The code that a workbook for xlwings Lite carries: its ``main.py`` and ``requirements.txt``."""

from __future__ import annotations

import xlpbr
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.needed_files import needed_files

ENTRY = "xlpbr.udfs.lite"
"""The module in which xlwings Lite finds the functions."""

XLWINGS = "xlwings>=0.37.8,<1.0.0"
"""The oldest xlwings with which the functions were tried, and the next that may break them."""

_QUOTES = "'''"

_ABOUT = """\
# Payment by results: xlpbr {version}

The `PBR_` functions of this workbook, {count} of them, run in this add-in on this computer.

- **What leaves the computer:** nothing. The code opens no network connection and no file of
  yours; a function sees the cells that its formula names, and gives a result back.
- **What it needs:** xlwings, which the add-in installs. Neither numpy nor pandas.
{where}
- **Licence:** MIT, © 2026 The xlpbr founders. The add-in itself has its maker's licence.

The functions: {names}.
"""

_IN_HERE = """\
- **Where the rules are:** below, in full, as the {files} files of xlpbr that the functions use;
  each starts at a line `# ==== name ====`. `xlpbr new ... --host lite` of the same version writes
  this very text, so that a text compare shows whether anything was changed.
- **How it starts:** `unpack`, just below, puts the files into the add-in's memory (not onto the
  disk), and the last line of this file imports the functions from there."""

_FROM_WHEEL = """\
- **Where the rules are:** in the Python package xlpbr {version}, which the add-in fetches as
  `requirements.txt` says. This file only imports the functions from it."""

_UNPACK = '''\
import sys
import tempfile
from pathlib import Path

FILES = {}


def unpack():
    """Put the files into the add-in's memory, and let Python import them from there."""
    folder = Path(tempfile.mkdtemp(prefix="xlpbr-"))
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    # What an earlier run of this file imported is forgotten.
    for name in [name for name in sys.modules if name.split(".")[0] == "xlpbr"]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
'''

_IMPORT = f"from {ENTRY} import *  # noqa: E402, F403\n"


def main_with_code() -> str:
    """The ``main.py`` that holds the source of everything the functions need."""
    files = needed_files(ENTRY)
    about = _about(_IN_HERE.format(files=len(files)))
    sections = [_section(name, text) for name, text in files.items()]
    return "\n\n".join([about, _UNPACK, *sections, f"unpack()\n\n{_IMPORT}"])


def main_from_wheel() -> str:
    """The ``main.py`` that imports the functions from the installed package."""
    return "\n".join([_about(_FROM_WHEEL.format(version=xlpbr.__version__)), _IMPORT])


def requirements(*, embed: bool) -> str:
    """The ``requirements.txt``: xlwings, and xlpbr itself where the workbook does not hold it."""
    wanted = [XLWINGS] if embed else [XLWINGS, f"xlpbr=={xlpbr.__version__}"]
    return "\n".join(["# What the functions of this workbook need.", *wanted, ""])


def _about(where: str) -> str:
    text = _ABOUT.format(
        version=xlpbr.__version__, count=len(FUNCTIONS), where=where, names=", ".join(FUNCTIONS)
    )
    return f'"""{text}"""\n'


def _section(name: str, text: str) -> str:
    """A file as a text in Python that shows it as it is."""
    if _QUOTES in text:
        raise ValueError(f"{name} holds {_QUOTES}, within which it would have to stand")
    return f'# ==== {name} ====\n\nFILES["{name}"] = r{_QUOTES}{text}{_QUOTES}\n'
