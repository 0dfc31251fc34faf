"""What ``xlpbr install classic`` does, on a computer that is made up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import xlwings

from xlpbr.errors import FileProblem
from xlpbr.udfs.classic.setup import Computer, install

PYTHON = Path(r"C:\Python\python.exe")
SAID = "Successfully installed the xlwings add-in!"


class Excel:
    """What stands for xlwings' own installer: it notes how it was called."""

    def __init__(self, says: str = SAID) -> None:
        self.says = says
        self.called: list[list[str]] = []

    def __call__(self, words) -> str:
        self.called.append(list(words))
        return self.says


@pytest.fixture
def windows(tmp_path):
    """A computer with Windows, where all of xlwings is there."""
    folder = tmp_path / "python"
    folder.mkdir()
    for bits in (64, 32):
        (folder / f"xlwings{bits}-{xlwings.__version__}.dll").touch()

    def make(**changed) -> Computer:
        known = {
            "platform": "win32",
            "python": PYTHON,
            "folder": folder,
            "settings": tmp_path / "user" / ".xlwings" / "xlwings.conf",
            "has_pywin32": True,
            "encoding": "cp1252",
            "run": Excel(),
        }
        return Computer(**{**known, **changed})

    return make


def test_every_step_is_said(windows):
    excel = Excel()
    computer = windows(run=excel)
    said = list(install(computer))
    assert [step.partition(":")[0] for step in said[:3]] == ["Python", "Add-in", "Settings"]
    assert said[3].startswith("Done. Close Excel.")
    assert "xlpbr new CONTRACT --host classic" in said[3]
    assert excel.called == [
        [str(PYTHON), "-c", "from xlwings.cli import main; main()", "addin", "install"]
    ]
    assert computer.settings.read_bytes() == b'"INTERPRETER_WIN","C:\\Python\\python.exe"\r\n'


def test_a_second_time_changes_nothing(windows):
    computer = windows()
    list(install(computer))
    before = computer.settings.read_bytes()
    said = list(install(computer))
    assert "names this Python already" in said[2]
    assert computer.settings.read_bytes() == before


def test_settings_that_stand_there_are_kept(windows):
    computer = windows()
    computer.settings.parent.mkdir(parents=True)
    kept = '"LICENSE_KEY","gold"\r\n"PYTHONPATH","C:\\Jos\u00e9"\r\n"odd line'.encode("cp1252")
    computer.settings.write_bytes(kept)
    list(install(computer))
    assert computer.settings.read_bytes() == (
        kept + b'\r\n"INTERPRETER_WIN","C:\\Python\\python.exe"\r\n'
    )
    assert [path.name for path in computer.settings.parent.iterdir()] == ["xlwings.conf"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('"INTERPRETER_WIN","D:\\Other\\python.exe"\n', "D:\\Other\\python.exe"),
        ('"Interpreter_Win","D:\\Other\\python.exe"\n', "D:\\Other\\python.exe"),
        ('"CONDA PATH","C:\\conda"\n"CONDA ENV","work"\n', "C:\\conda"),
    ],
)
def test_another_python_is_kept_and_said(windows, line, named):
    computer = windows()
    computer.settings.parent.mkdir(parents=True)
    computer.settings.write_text(line, encoding="utf-8")
    said = list(install(computer))
    assert f"names another Python, {named}. It is kept" in said[2]
    assert computer.settings.read_text(encoding="utf-8") == line


def test_the_same_python_in_other_letters_is_known(windows):
    computer = windows()
    computer.settings.parent.mkdir(parents=True)
    computer.settings.write_text('"INTERPRETER_WIN","c:\\python\\PYTHON.exe"\n', encoding="utf-8")
    assert "names this Python already" in list(install(computer))[2]


@pytest.mark.parametrize(
    ("environment", "folder"),
    [("base", r"C:\conda"), ("work", r"C:\conda\envs\work"), (r"D:\env\work", r"D:\env\work")],
)
def test_an_environment_of_conda_is_known(windows, monkeypatch, environment, folder):
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    computer = windows(folder=Path(folder))
    computer.settings.parent.mkdir(parents=True)
    text = f'"CONDA PATH","C:\\conda"\n"CONDA ENV","{environment}"\n'
    computer.settings.write_text(text, encoding="utf-8")
    assert "names this Python already" in list(install(computer))[2]
    assert computer.settings.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("platform", "words"), [("linux", "this is Linux"), ("darwin", "this is a Mac")]
)
def test_elsewhere_it_says_why_it_cannot(windows, platform, words):
    computer = windows(platform=platform)
    with pytest.raises(FileProblem, match=f"COM, which only Windows has, and {words}.*lite"):
        list(install(computer))
    assert not computer.settings.exists()
    assert computer.run.called == []


@pytest.mark.skipif(sys.platform == "win32", reason="this test is about other systems")
def test_this_computer_is_looked_at_where_none_is_given():
    with pytest.raises(FileProblem, match="is for Windows"):
        next(install())


def test_what_is_missing_is_said_with_what_to_do(windows, tmp_path):
    with pytest.raises(FileProblem, match="pip install pywin32"):
        list(install(windows(has_pywin32=False)))
    with pytest.raises(
        FileProblem, match=r"xlwings64-.*\.dll and xlwings32-.*missing.*py -m venv.*scanner"
    ):
        list(install(windows(folder=tmp_path)))


def test_a_failed_installation_of_the_addin_is_said_and_changes_no_settings(windows):
    excel = Excel("one\nError: Failed to install the add-in: If Excel is running, quit Excel")
    computer = windows(run=excel)
    with pytest.raises(FileProblem, match=r"could not be installed: Error: Failed.*Close every"):
        list(install(computer))
    assert not computer.settings.exists()
    with pytest.raises(FileProblem, match="xlwings said nothing"):
        list(install(windows(run=Excel(""))))


def test_a_path_that_excel_cannot_read_is_refused(windows):
    python = Path("C:\\Zo\u0142\u0105\\python.exe")
    with pytest.raises(FileProblem, match="Install Python in a folder with plain letters"):
        list(install(windows(python=python)))


def test_settings_that_cannot_be_read_are_left(windows, tmp_path):
    folder = tmp_path / "conf"
    folder.mkdir()
    with pytest.raises(FileProblem, match=r"cannot be used .*Nothing in it was changed"):
        list(install(windows(settings=folder)))
