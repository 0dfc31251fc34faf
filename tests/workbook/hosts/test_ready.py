"""The workbooks in workbook/ready are those that xlpbr makes today."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import pytest

from docs.generators.ready import FOLDER, ReadyWorkbook, make, ready_workbooks
from xlpbr import __version__

READY = list(ready_workbooks())


def parts_of(path: Path) -> list[tuple[str, tuple[int, ...], int, bytes]]:
    """Name, time, way of packing and content of every part, in order.

    That is the whole file but for the packed bytes, which differ between versions of zlib.
    """
    with zipfile.ZipFile(path) as package:
        return [
            (one.filename, one.date_time, one.compress_type, package.read(one))
            for one in package.infolist()
        ]


@pytest.mark.slow
@pytest.mark.parametrize("one", READY, ids=lambda one: one.name)
def test_a_ready_workbook_is_not_stale(one: ReadyWorkbook, tmp_path: Path) -> None:
    if one.host == "classic" and sys.platform == "win32":
        pytest.skip("on Windows a workbook with macros names the Python that made it")
    made = tmp_path / one.name
    make(one, made)
    got, expected = parts_of(made), parts_of(FOLDER / one.name)
    assert [part[0] for part in got] == [part[0] for part in expected]
    stale = [ours[0] for ours, theirs in zip(got, expected, strict=True) if ours != theirs]
    assert not stale, f"{one.name}: {stale} are stale; if that is meant: make ready"


@pytest.mark.parametrize("one", READY, ids=lambda one: one.name)
def test_a_ready_workbook_says_which_version_made_it(one: ReadyWorkbook) -> None:
    with zipfile.ZipFile(FOLDER / one.name) as package:
        assert f"Made by xlpbr {__version__} " in package.read("docProps/core.xml").decode()


def test_the_folder_holds_these_workbooks_and_its_page_names_them_all() -> None:
    names = {one.name for one in READY}
    assert len(names) == 8
    assert {path.name for path in FOLDER.iterdir()} == {*names, "README.md"}
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(([^()/]+\.xls[xm])\)", page)) == names
