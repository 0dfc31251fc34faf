"""What people on Windows meet, as far as any system shows it: paths, names, code pages, locks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

NAMES = (
    "Budget 2026-27 - Copy.xlsx",
    "Budget 2026-27 - Copy (2).xlsx",
    "Budget 2026-27-LAPTOP-7Q2K.xlsx",
    "PbR [draft] & O'Neill's 100% £.xlsx",
    "Finanzplan Zoë – Entwurf.xlsx",
    "#1 = the +best @book.xlsx",
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
    assert err.startswith(f"{place}: ") or place in err
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
@pytest.mark.parametrize("page", ["cp1252", "cp850"])
@pytest.mark.parametrize("words", [("check",), ("explain", "--month", "Mar 2026")])
def test_a_code_page_stops_no_command_that_reads(make_workbook, sample, page, words):
    sample["Placements"][1][0] = "AB\u20111 Zo\u00eb \u5bb6"
    command, *rest = words
    done = said_under(page, command, make_workbook(sample), *rest)
    assert done.returncode in (0, 1)
    assert done.stdout.decode(page)


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


def said_under(page: str, *words: object) -> subprocess.CompletedProcess[bytes]:
    """A command in a window that is set to a code page."""
    environment = {**os.environ, "PYTHONIOENCODING": page, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", "from xlpbr import cli; cli.main()", *map(str, words)],
        capture_output=True, env=environment, check=False,
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
