"""The VBA of a classic workbook: a wrapper for each function, and what the wrappers need.

What they need stands in the ``.bas`` files beside this module: it reads ranges, makes true errors
of marked texts, keeps and shows the reasons of errors, and describes the functions to Excel. The
reasons stand in the memory of Excel while the workbook is open.

The wrappers are the text that xlwings generates, with four changes: ranges are read in VBA, where
that is quick; the connection to Python is kept from call to call; what comes back as a marked text
becomes a true Excel error, also inside a range; and the reason of every error is kept.

The module of xlwings itself is taken over with two changes, so that no file beside a workbook and
none in the folder that Excel works in is run: see ``module_of_xlwings``.
"""

from __future__ import annotations

import importlib
import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from types import ModuleType, SimpleNamespace

import xlwings

import xlpbr
from xlpbr.errors import FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import MAX_HELP, WorksheetFunction
from xlpbr.udfs.classic import functions as classic
from xlpbr.udfs.classic.cells import ERROR_NUMBERS, REASON_FOLLOWS

PYTHON_MODULE = "xlpbr.udfs.classic"
WRAPPERS = "xlwings_udfs"
"""The module that xlwings' own Import Functions would write."""

HELPERS = "xlpbr_excel"
"""The module, and the file of its text, that the wrappers need."""

_WINDOWS_ONLY = ("pythoncom", "pywintypes", "win32com", "win32com.client")
_WIDEST_LINE = 1000
"""VBA takes lines of up to 1,023 characters."""


def vba_modules() -> dict[str, str]:
    """The standard modules of a classic workbook by name: their text, lines ending as VBA's do."""
    return {
        WRAPPERS: _as_vba(wrappers()),
        HELPERS: _as_vba(f"{_helpers()}\n{_descriptions()}"),
    }


def vba_of_workbook() -> str:
    """The code of the workbook itself, without its attributes."""
    return _as_vba(_beside("ThisWorkbook"))


def module_of_xlwings(text: str) -> str:
    """The module xlwings with nothing taken from the folder of the workbook or Excel's current one.

    Python is started with ``-c``, which puts the current folder first where modules are looked for;
    xlwings puts it there once more for a setting PYTHONPATH that is empty. And xlwings reads a file
    ``xlwings.conf`` beside the workbook, which can name any program as the Python to start.

    Args:
        text: the module as xlwings ships it, lines ending in LF or CRLF.

    Raises:
        FileProblem: it is another text than the changes were written for.
    """
    for old, new in _OF_XLWINGS:
        text = _replaced(text, old, new)
    return text


_NO_CURRENT_FOLDER = "sys.path[:]=filter(None,sys.path);"
"""Python, within quotes of VBA and of the command line, so without any itself."""

_OF_XLWINGS = (
    ('-c ""import sys, os;"', f'-c ""import sys;{_NO_CURRENT_FOLDER}import os;"'),
    (
        ");import xlwings; xlwings.serve(",
        f");{_NO_CURRENT_FOLDER}import xlwings; xlwings.serve(",
    ),
    ('If source = "" Or source = "directory" Then', 'If source = "directory" Then'),
)
"""What stands in the module of xlwings, and what is put in its place."""


class _VbaText(Template):
    """VBA with places to fill in, each a word after a per cent sign, which VBA has no use for."""

    delimiter = "%"


def _helpers() -> str:
    errors = [
        f'        Case "{code}": ErrorOf = CVErr({number})'
        for code, number in ERROR_NUMBERS.items()
    ]
    return _VbaText(_beside(HELPERS)).substitute(
        errors="\n".join(errors),
        value_error=ERROR_NUMBERS["#VALUE!"],
        name_error=ERROR_NUMBERS["#NAME?"],
        reason_follows=ord(REASON_FOLLOWS),
        category=classic.CATEGORY,
        python_module=PYTHON_MODULE,
    )


def _beside(name: str) -> str:
    return (Path(__file__).parent / f"{name}.bas").read_text(encoding="ascii")


def wrappers() -> str:
    """The wrappers of all functions, from xlwings' generator.

    Raises:
        FileProblem: xlwings generates other text than the changes were written for.
    """
    text = generated()
    for function in FUNCTIONS.values():
        text = _adapted(text, function)
    heading = (
        f'Attribute VB_Name = "{WRAPPERS}"\n'
        "'Made by xlpbr from what xlwings generates. Import Functions would replace it: the\n"
        "'functions would still work, but show their errors as texts.\n"
        '#Const App = "Microsoft Excel"\n'
    )
    return heading + text


def generated() -> str:
    """What xlwings generates for the functions, unchanged."""
    out = io.StringIO()
    with _windows_only_modules():
        udfs = importlib.import_module("xlwings.udfs")
        registered = SimpleNamespace(
            **{
                name: classic.bind(function, udfs.xlfunc, udfs.xlarg, udfs.xlret)
                for name, function in FUNCTIONS.items()
            }
        )
        workbook = SimpleNamespace(Name="workbook.xlsm")
        generate: Callable[..., None] = udfs.generate_vba_wrapper
        generate(PYTHON_MODULE, registered, out, workbook)
    return out.getvalue()


@contextmanager
def _windows_only_modules() -> Iterator[None]:
    """Let xlwings' generator be imported where there is no Windows, and leave no trace of that.

    The generator needs nothing of Windows, but stands in a module that imports it.
    """
    if sys.platform == "win32":
        yield
        return
    before = {name: sys.modules.get(name) for name in (*_WINDOWS_ONLY, "xlwings.udfs")}
    for name in _WINDOWS_ONLY:
        sys.modules[name] = ModuleType(name)
    vars(sys.modules["pythoncom"])["CoInitialize"] = None
    vars(sys.modules["win32com.client"])["Dispatch"] = None
    sys.modules.pop("xlwings.udfs", None)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _adapted(text: str, function: WorksheetFunction) -> str:
    """The text with one function's wrapper changed."""
    name = function.name
    names = [argument.name for argument in function.arguments]
    counts = "ThisWorkbook.Date1904"
    called = f'XLPy.CallUDF("{PYTHON_MODULE}", "{name}", '
    given = ", ".join([*names, counts])
    readers = {"table": "TableOf"}
    reads = (
        f"{HELPERS}.{readers.get(one.declared.shape, 'CellsOf')}({one.name})"
        for one in function.arguments
    )
    read = ", ".join([*reads, counts])
    # Neither the workbook nor the calling cell is handed over: each would cost several calls back
    # from Python into Excel, and no function asks for them.
    text = _replaced(
        text,
        f"{name} = {called}Array({given}), ThisWorkbook, Application.Caller)\n",
        f'{name} = {HELPERS}.ResultOf("{name}", {HELPERS}.AnswerOf("{name}", Array({read})))\n',
    )
    return _replaced(
        text,
        f"{name} = Err.Description\n",
        f'{name} = {HELPERS}.NotReached("{name}", Err.Description)\n',
    )


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise FileProblem(
            f"The installed xlwings {xlwings.__version__} generates other VBA than xlpbr"
            f" {xlpbr.__version__} was made for: not found once, {old.strip()}. Install the"
            " xlwings that xlpbr asks for: python -m pip install --upgrade xlpbr."
        )
    return text.replace(old, new)


def _descriptions() -> str:
    """The procedure that tells Excel's function wizard what each function and argument is."""
    lines = ["Public Sub DescribeFunctions()", "    Dim saved As Boolean"]
    lines += ["    saved = ThisWorkbook.Saved"]
    for function in FUNCTIONS.values():
        helps = [_literal(argument.help[:MAX_HELP]) for argument in function.arguments]
        lines += [f'    Describe "{function.name}", {_literal(function.help[:MAX_HELP])}, _']
        each_on_its_line = ", _\n            ".join(helps)
        lines += [f"        Array({each_on_its_line})"]
    lines += ["    ThisWorkbook.Saved = saved", "End Sub", ""]
    return "\n".join(lines)


def _literal(text: str) -> str:
    """A text in VBA, in plain characters: others depend on the code page of the computer."""
    plain = '"' + text.replace('"', '""') + '"'
    spelt = re.sub(r"[^\x20-\x7e]", lambda found: f'" & ChrW$({ord(found[0])}) & "', plain)
    return spelt.removeprefix('"" & ').removesuffix(' & ""')


def _as_vba(text: str) -> str:
    lines = text.splitlines()
    assert text.isascii()
    assert all(len(line) <= _WIDEST_LINE for line in lines)
    return "\r\n".join(lines) + "\r\n"
