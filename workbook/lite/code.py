"""The code that a workbook for xlwings Lite carries: its ``main.py`` and ``requirements.txt``."""

from __future__ import annotations

from pathlib import Path
from string import Template

import xlpbr
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.needed_files import needed_files

ENTRY = "xlpbr.udfs.lite"
"""The module in which xlwings Lite finds the functions."""

XLWINGS = "xlwings>=0.37.8,<1.0.0"
"""The oldest xlwings with which the functions were tried, and the next that may break them."""

_QUOTES = "'''"

_IMPORT = f"from {ENTRY} import *  # noqa: E402, F403\n"


def main_with_code() -> str:
    """The ``main.py`` that holds the source of everything the functions need."""
    files = needed_files(ENTRY)
    about = _about("rules_in_here.md", files=len(files))
    sections = [_section(name, text) for name, text in files.items()]
    return "\n\n".join([about, text_of("unpack.txt"), *sections, f"unpack()\n\n{_IMPORT}"])


def main_from_wheel() -> str:
    """The ``main.py`` that imports the functions from the installed package."""
    return "\n".join([_about("rules_from_wheel.md"), _IMPORT])


def requirements(*, embed: bool) -> str:
    """The ``requirements.txt``: xlwings, and xlpbr itself where the workbook does not hold it."""
    wanted = [XLWINGS] if embed else [XLWINGS, f"xlpbr=={xlpbr.__version__}"]
    return "\n".join(["# What the functions of this workbook need.", *wanted, ""])


def _about(where: str, **facts: object) -> str:
    facts |= {"version": xlpbr.__version__, "count": len(FUNCTIONS), "names": ", ".join(FUNCTIONS)}
    rules = Template(text_of(where)).substitute(facts).rstrip("\n")
    return f'"""{Template(text_of("about.md")).substitute(facts, where=rules)}"""\n'


def text_of(name: str) -> str:
    """A file of this folder."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _section(name: str, text: str) -> str:
    """A file as a text in Python that shows it as it is."""
    if _QUOTES in text:
        raise ValueError(f"{name} holds {_QUOTES}, within which it would have to stand")
    return f'# ==== {name} ====\n\nFILES["{name}"] = r{_QUOTES}{text}{_QUOTES}\n'
