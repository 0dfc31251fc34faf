"""The example of docs/house/ooxml.md, run on workbooks that others made."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.support.corpus import CORPUS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "house" / "ooxml.md"
(CODE,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
MADE = {entry.name: entry.make for entry in CORPUS}


@pytest.mark.parametrize("name", ["xw-charts.xlsx", "xml-map.xlsx", "pivot.xlsx"])
def test_the_example_edits_a_foreign_workbook(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    MADE[name](tmp_path / "budget.xlsx")
    exec(compile(CODE, PAGE.name, "exec"), {})
    assert capsys.readouterr().out == "('xl/worksheets/sheet1.xml',) 1250.5\n"
    with (
        zipfile.ZipFile("budget.xlsx") as before,
        zipfile.ZipFile("budget with the figure.xlsx") as after,
    ):
        assert before.namelist() == after.namelist()
        differ = [part for part in before.namelist() if before.read(part) != after.read(part)]
    assert differ == ["xl/worksheets/sheet1.xml"]


def test_the_example_is_ten_lines():
    lines = [line for line in CODE.splitlines() if line.strip()]
    assert len(lines) == 10
