"""How the macros of a workbook start Python, and how often: their VBA and its command are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.vba_run import NO_KEPT_CONNECTION, macros_of, small_book
from xlpbr.errors import FileProblem
from xlpbr.udfs.classic import vba as classic_vba

pytestmark = pytest.mark.slow

OURS = classic_vba._NO_CURRENT_FOLDER
BESIDE_THE_WORKBOOK = ("fractions", "xlwings", "xlpbr", "numpy", "pandas", "win32com", "pythoncom")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    return small_book(tmp_path_factory.mktemp("started") / "contract.xlsm")


@pytest.fixture
def hostile(tmp_path) -> Path:
    """A folder in which whatever is imported says so, and stops Python."""
    text = "import sys; sys.stdout.write('hostile ' + __name__); sys.stdout.flush(); sys.exit(1)"
    for name in {*sys.stdlib_module_names, *BESIDE_THE_WORKBOOK}:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def started(command: str, folder: Path) -> str:
    """What Python says that is started in a folder by a command of the VBA.

    In place of xlwings' server, which needs Windows, it loads what the server would.
    """
    found = re.fullmatch(r'cmd\.exe +/K ""pythonw" -B -c "(.*)""', command)
    assert found is not None, command
    code = found[1].replace('\\"', '"').replace("\\\\", "\\")
    served = "xlwings.serve('$(CLSID)')"
    assert code.endswith(served)
    code = code.replace(
        served,
        "import xlpbr.udfs.classic.functions, fractions, decimal, statistics; print('ready')",
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTHON")},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.stdout.strip() + done.stderr.strip()


def test_no_module_beside_the_workbook_is_run(book, hostile):
    assert started(macros_of(book).run("XLPyCommand"), hostile) == "ready"


def test_the_command_of_xlwings_itself_would_run_them(book, hostile):
    """Without our two changes a module of the folder is run, and with each of them alone too."""
    without = macros_of(book, changed={OURS: ""}).run("XLPyCommand")
    assert started(without, hostile).startswith("hostile ")
    first_alone = macros_of(book, changed={f");{OURS}": ");"}).run("XLPyCommand")
    assert started(first_alone, hostile).startswith("hostile ")
    second_alone = macros_of(book, changed={f"import sys;{OURS}": "import sys;"}).run("XLPyCommand")
    assert started(second_alone, hostile).startswith("hostile ")


def test_no_settings_beside_the_workbook_are_read(book):
    macros = macros_of(book)
    macros.run("XLPyCommand")
    assert macros.files() == [r"C:\Users\Jane\.xlwings\xlwings.conf"]
    ours, stock = ('If source = "directory" Then', 'If source = "" Or source = "directory" Then')
    theirs = macros_of(book, changed={ours: stock})
    theirs.run("XLPyCommand")
    # The folder of the workbook is cut off at its last backslash, which there is none of here.
    assert r"\xlwings.conf" in theirs.files()


def test_the_settings_are_looked_up_once_and_not_at_every_call(book):
    macros = macros_of(book)
    answers = [macros.run("PBR_VERSION") for _ in range(50)]
    assert answers == ["xlpbr.udfs.classic PBR_VERSION 0"] * 50
    assert macros.count("called") == 50
    assert macros.count("connected") == 1
    for_one = macros.count("looked_up")
    assert 10 <= for_one <= 20

    direct = macros_of(book, changed=NO_KEPT_CONNECTION)
    for _ in range(50):
        direct.run("PBR_VERSION")
    assert direct.count("looked_up") == 50 * for_one


def test_a_python_that_was_restarted_is_connected_anew(book):
    macros = macros_of(book)
    macros.run("PBR_VERSION")
    macros.end_python_at(2)
    assert macros.run("PBR_VERSION") == "xlpbr.udfs.classic PBR_VERSION 0"
    assert macros.count("connected") == 2
    assert macros.count("called") == 3


def test_a_python_that_cannot_be_reached_is_asked_for_once_in_a_call(book):
    macros = macros_of(book)
    macros.end_python_at(1)
    assert str(macros.run("PBR_VERSION")) == "Error 2029"
    assert macros.count("connected") == 1
    assert macros.run("PBR_VERSION") == "xlpbr.udfs.classic PBR_VERSION 0"


def test_another_xlwings_is_refused():
    with pytest.raises(FileProblem, match=r"generates other VBA.*not found once, -c"):
        classic_vba.module_of_xlwings("Function XLPyCommand()\nEnd Function\n")
