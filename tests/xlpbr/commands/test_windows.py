"""What people on Windows meet, as far as any system shows it: paths, names, code pages, locks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.support.all_commands import RUN, books_for
from tests.support.systems import on_windows
from xlpbr import errors
from xlpbr.commands import demo as demonstration
from xlpbr.contract.library import load_contract
from xlpbr.errors import FileProblem
from xlpbr.workbook.files.names import name_for_file, why_not_on_windows

NAMES = (
    "Budget 2026-27 - Copy.xlsx",
    "Budget 2026-27 - Copy (2).xlsx",
    "Budget 2026-27-LAPTOP-7Q2K.xlsx",
    "PbR [draft] & O'Neill's 100% £.xlsx",
    "Finanzplan Zoë – Entwurf.xlsx",
    "#1 = the +best @book.xlsx",
    "Budget (1).xlsx",
    "Budget%20of%20100%25#2.xlsx",
    "Budget-FINANCE-PC07 (Conflicted copy 2026-11-30).xlsx",
    "Budget 26-27 v1.0...xlsx",
    "BUDGET.XLSX",
    f"{'Payment by results children in residential care ' * 4}2026.xlsx",
)
"""Names that people, Explorer and OneDrive give."""

PLACES = (
    r"C:\Users\Jane Smith\OneDrive - Anytown Council\Budget 2026-27 - Copy.xlsx",
    r"\\anyfile01\finance$\Children's\PbR\Budget [draft].xlsx",
    r"\\?\C:\very\long\Budget.xlsx",
    "Z:Budget.xlsx",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_workbook_of_any_name_is_read_and_a_copy_of_any_name_is_written(
    xlpbr, make_workbook, sample, tmp_path, name
):
    folder = tmp_path / "OneDrive - Anytown Council" / "Children's PbR"
    folder.mkdir(parents=True)
    formula = {"Own!A1": "=PBR_FEE_CAP(100,50)"}
    path = Path(shutil.move(make_workbook(sample, formulas=formula), folder / name))
    status, out, err = xlpbr("check", path, "--json")
    assert status in (0, 1), err
    assert name.replace("\\", "\\\\") in out
    target = path.with_name(f"new {name}"[-200:])
    status, _, err = xlpbr("recalc", path, "-o", target)
    assert (status, f"Wrote {target}." in err or str(target) in err) == (0, True), err
    assert openpyxl.load_workbook(target, data_only=True)["Own"]["A1"].value == 50
    status, _, err = xlpbr("recalc", path, "-o", target)
    assert (status, f"{target} is there already." in err) == (2, True)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", [("statement",), ("check",), ("recalc", "-o", "out.xlsx")])
def test_a_path_of_windows_stands_whole_in_what_is_said(xlpbr, monkeypatch, tmp_path, place, words):
    monkeypatch.chdir(tmp_path)
    command, *rest = words
    status, out, err = xlpbr(command, place, *rest)
    assert (status, out) == (2, "")
    assert place in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("place", PLACES)
def test_a_folder_of_windows_that_is_not_there_is_named_whole(xlpbr, place, make_workbook, sample):
    if os.name != "posix":
        pytest.skip("such a folder may be there")
    path = make_workbook(sample)
    target = Path(f"/none/{place}")
    status, _, err = xlpbr("recalc", path, "-o", target)
    assert status == 2
    assert "does not exist" in err


@pytest.mark.slow
@pytest.mark.parametrize("page", ["cp1252", "cp850", "cp437"])
def test_a_code_page_stops_no_command(make_workbook, life, sample, tmp_path, page):
    commands = books_for(make_workbook, life, sample, tmp_path)
    listed = tmp_path / "commands.json"
    listed.write_text(json.dumps(commands), encoding="utf-8")
    done = said_under(page, listed, code=RUN, cwd=tmp_path)
    assert done.returncode == 0
    said, out = done.stderr.decode(page), done.stdout.decode(page)
    assert said.count("\x00") == len(commands)
    assert "£10,000.00" in out
    # What the page lacks is written out, so that a person can tell one child from another.
    assert "\\u5bb6" in out
    assert "\ufffd" not in out + said


@pytest.mark.slow
@pytest.mark.parametrize("page", ["cp850", "ascii"])
@pytest.mark.parametrize(
    "words",
    [("doctor",), ("--help",), ("terms", "plymouth-l04-2526"), ("statement", "none \u2013 £.xlsx")],
    ids=lambda words: words[0],
)
def test_a_code_page_stops_no_other_command(page, words):
    done = said_under(page, *words)
    assert done.returncode == (2 if "none" in words[-1] else 0)
    assert (done.stdout + done.stderr).decode(page)


def said_under(
    page: str,
    *words: object,
    code: str = "from xlpbr import cli; cli.main()",
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """A command in a window that is set to a code page."""
    environment = {**os.environ, "PYTHONIOENCODING": page, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True, env=environment, check=False, cwd=cwd,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr.decode(page)
    return done


def test_a_workbook_that_excel_has_open_is_read_and_not_written(
    xlpbr, make_workbook, sample, tmp_path
):
    path = make_workbook(sample, "Budget - Copy.xlsx", formulas={"Own!A1": "=PBR_FEE_CAP(100,50)"})
    owner = path.with_name(f"~${path.name}")
    name = b"Jane Smith"
    owner.write_bytes(bytes([len(name)]) + name.ljust(164))
    assert xlpbr("statement", path, "--json")[0] == 0
    before = path.read_bytes()
    status, _, err = xlpbr("recalc", path, "--in-place")
    assert (status, "is open in Excel (by Jane Smith)" in err) == (2, True)
    assert path.read_bytes() == before
    status, _, err = xlpbr("statement", owner)
    assert status == 2
    assert "give Budget - Copy.xlsx instead" in err


@pytest.fixture
def windows(monkeypatch):
    """What is refused on Windows alone is refused here too."""
    monkeypatch.setattr(errors, "WINDOWS", True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CON.xlsx", "Windows keeps the name CON for a device"),
        ("nul.old.xlsx", "Windows keeps the name nul for a device"),
        ("Com7 .xlsx", "Windows keeps the name Com7 for a device"),
        ("Q1: March.xlsx", "its name holds :, which Windows does not take"),
        ("what?.xlsx", "its name holds ?, which Windows does not take"),
        ("a|b.xlsx", "its name holds |, which Windows does not take"),
        (
            "tab\there.xlsx",
            "its name holds a character that is not seen, which Windows does not take",
        ),
    ],
)
def test_a_name_that_windows_does_not_take_is_refused_there(
    xlpbr, windows, make_workbook, sample, tmp_path, name, said
):
    target = tmp_path / name
    status, _, err = xlpbr("report", make_workbook(sample), "-o", target)
    assert status == 2
    assert said in err
    assert "choose another name for the output. [name]" in err
    assert not target.exists()


@pytest.mark.parametrize(
    "name", ["Console.xlsx", "com10.xlsx", "Budget (1).xlsx", "auxiliary.xlsx", *NAMES]
)
def test_other_names_are_not_refused(windows, name):
    assert why_not_on_windows(Path(name)) is None


@pytest.mark.parametrize("name", ["Budget.", "Budget "])
def test_a_name_that_windows_would_cut_is_refused(windows, name):
    assert "ends in a blank or a dot" in str(why_not_on_windows(Path(name)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plymouth-l04-2526", "plymouth-l04-2526"),
        ("Cheshire: East/2026?", "Cheshire- East-2026-"),
        ("..\\..\\boot", "-..-boot"),
        ("con", "contract con"),
        ("LPT1.pbr", "contract LPT1.pbr"),
        (" . ", "contract"),
        ("", "contract"),
        ("x" * 300, "x" * 80),
        ("Zoë – £", "Zoë – £"),
    ],
)
def test_a_name_that_is_made_of_a_contract_is_taken_everywhere(windows, text, name):
    assert name_for_file(text) == name
    assert why_not_on_windows(Path(f"{name}.xlsx")) is None


@pytest.mark.slow
def test_the_demonstration_of_a_contract_of_any_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demonstration, "find_libreoffice", lambda: None)
    text = (CONTRACTS / "cheshire-east-2026.toml").read_text(encoding="utf-8")
    file = tmp_path / "own.toml"
    own = re.sub("^name = .*$", 'name = "Cheshire: East/2026?"', text, count=1, flags=re.MULTILINE)
    file.write_text(own, encoding="utf-8")
    demonstration.demonstrate(load_contract(str(file)), tmp_path / "demo")
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [
        "Cheshire- East-2026--calculated.xlsx", "Cheshire- East-2026--report.xlsx",
        "Cheshire- East-2026-.xlsx", "budget.xlsx",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_made_is_said(xlpbr, tmp_path):
    (tmp_path / "demo").write_bytes(b"a file")
    status, out, err = xlpbr("demo", "-o", tmp_path / "demo")
    assert (status, out) == (2, "")
    assert err.startswith(f"The folder {tmp_path / 'demo'} cannot be made: ")
    assert err.endswith("Give another with -o.\n")


def test_a_path_that_is_too_long_for_windows_is_said(
    xlpbr, windows, make_workbook, sample, tmp_path
):
    book = make_workbook(sample)
    folder = tmp_path.joinpath(*["Children's Services Finance Payment by results"] * 6)
    status, _, err = xlpbr("statement", folder / "Budget.xlsx")
    assert status == 2
    count = len(str(folder / "Budget.xlsx"))
    assert f"cannot be found: with its folders it has {count} characters" in err
    assert "Windows takes 259 unless it is set up for more" in err
    status, _, err = xlpbr("recalc", book, "-o", folder / "out.xlsx")
    assert status == 2
    assert "cannot be written: with its folders it has " in err
    # A path with the mark for long ones, or a short one, is just not there.
    for path in (f"\\\\?\\{folder}", "none.xlsx"):
        assert errors.too_long_for_windows(str(path)) == ""


def test_a_file_that_excel_holds_is_not_replaced_and_nothing_is_left(
    xlpbr, make_workbook, sample, tmp_path, monkeypatch
):
    path = make_workbook(sample, formulas={"Own!A1": "=PBR_FEE_CAP(100,50)"})
    target = tmp_path / "out.xlsx"
    target.write_bytes(b"the old one")
    before = path.read_bytes()

    def held(self: Path, target: Path) -> Path:
        raise PermissionError(13, "The process cannot access the file", str(target))

    monkeypatch.setattr(Path, "replace", held)
    for words in (("recalc", path, "-o", target, "--replace"), ("recalc", path, "--in-place")):
        status, _, err = xlpbr(*words)
        assert status == 2
        assert "it is open in another program or its folder is read-only" in err
        assert "close it there and try again" in err
    assert (path.read_bytes(), target.read_bytes()) == (before, b"the old one")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["budget.xlsx", "out.xlsx"]


def test_a_demonstration_that_excel_holds_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(demonstration, "new_workbook", lambda _, path, **__: path.write_bytes(b"1"))
    contract = load_contract("cheshire-east-2026")
    (tmp_path / f"{contract.name}.xlsx").write_bytes(b"changed by hand")
    (tmp_path / f"~${contract.name}.xlsx").write_bytes(b"\x04Jane")
    with pytest.raises(FileProblem, match=r"is open in Excel \(by Jane\)"):
        demonstration.demonstrate(contract, tmp_path)
    assert (tmp_path / f"{contract.name}.xlsx").read_bytes() == b"changed by hand"


CONTRACTS = Path(__file__).parents[3] / "xlpbr" / "contract" / "built_in"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_contract_is_read_whatever_the_line_ends_and_with_a_mark(
    xlpbr, tmp_path, encoding, newline
):
    text = (CONTRACTS / "plymouth-l04-2526.toml").read_text(encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(text, encoding=encoding, newline=newline)
    assert load_contract(str(file)) == load_contract("plymouth-l04-2526")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_list_of_formulas_is_read_whatever_the_line_ends_and_with_a_mark(
    xlpbr, make_workbook, sample, tmp_path, encoding, newline
):
    listed, target = tmp_path / "formulas.csv", tmp_path / "out.xlsx"
    text = 'Cell,Formula\n"Own!B1","=PBR_FEE_CAP(100,50)"\n\nOwn!B2,"=PBR_FEE_CAP(7,50)"\n'
    listed.write_text(text, encoding=encoding, newline=newline)
    path = make_workbook(sample, formulas={"Own!A1": ("1+1", 2)})
    status, _, err = xlpbr("insert", path, "--from", listed, "-o", target)
    assert status == 0, err
    shown = openpyxl.load_workbook(target, data_only=True)["Own"]
    assert [shown["B1"].value, shown["B2"].value] == [50, 7]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_list_in_another_encoding_is_told_how_to_be_saved(
    xlpbr, make_workbook, sample, tmp_path, encoding
):
    listed = tmp_path / "formulas.csv"
    listed.write_text('Cell,Formula\nOwn!B1,"=""£""&PBR_FEE_CAP(1,2)"\n', encoding=encoding)
    path = make_workbook(sample)
    status, _, err = xlpbr("insert", path, "--from", listed, "-o", tmp_path / "out.xlsx")
    assert status == 2
    assert "save it in Excel as CSV UTF-8" in err


@on_windows
def test_a_workbook_on_a_share_is_read_and_a_copy_is_written_there(
    xlpbr, make_workbook, sample, tmp_path
):
    share = Path(rf"\\localhost\{tmp_path.drive[0]}$")
    if not share.exists():
        pytest.skip("this computer shares no drive with itself")
    path = make_workbook(sample, formulas={"Own!A1": "=PBR_FEE_CAP(100,50)"})
    there = share / path.relative_to(path.anchor)
    assert xlpbr("statement", there, "--json")[0] == 0
    target = there.with_name("out.xlsx")
    status, _, err = xlpbr("recalc", there, "-o", target)
    assert (status, f"Wrote {target}." in err or str(target) in err) == (0, True), err
    assert openpyxl.load_workbook(target, data_only=True)["Own"]["A1"].value == 50


@on_windows
def test_a_file_that_another_program_has_open_is_not_replaced(
    xlpbr, make_workbook, sample, tmp_path
):
    path = make_workbook(sample, formulas={"Own!A1": "=PBR_FEE_CAP(100,50)"})
    target = tmp_path / "out.xlsx"
    target.write_bytes(b"the old one")
    with target.open("rb"):
        status, _, err = xlpbr("recalc", path, "-o", target, "--replace")
    assert (status, "it is open in another program" in err) == (2, True)
    assert target.read_bytes() == b"the old one"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["budget.xlsx", "out.xlsx"]
