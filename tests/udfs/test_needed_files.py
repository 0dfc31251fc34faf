"""What a workbook for Lite and a private Calc carry: all that the functions load, and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import xlpbr
from xlpbr.contract.library import CONTRACT_NAMES, EXAMPLE_NAMES
from xlpbr.udfs.calc import registration
from xlpbr.udfs.needed_files import needed_files

LOADED = """\
import json, sys
for name in ("numpy", "pandas"):
    sys.modules[name] = None
import {entry}
print(json.dumps([name for name in sys.modules if name.partition(".")[0] == "xlpbr"]))
"""


def modules(files: dict[str, str]) -> set[str]:
    names = {name.removesuffix(".py") for name in files if name.endswith(".py")}
    return {name.removesuffix("/__init__").replace("/", ".") for name in names}


@pytest.mark.parametrize("entry", ["xlpbr.udfs.lite", "xlpbr.udfs.calc.functions"])
def test_the_modules_are_those_that_python_loads(entry):
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(entry=entry)],
        env=os.environ | {"XLWINGS_LICENSE_KEY": "noncommercial"},
        capture_output=True,
        text=True,
        check=True,
    )
    files = needed_files(entry)
    assert modules(files) == set(json.loads(done.stdout))
    assert set(files) - {name for name in files if name.endswith(".py")} == {
        *(f"xlpbr/contract/built_in/{name}.toml" for name in CONTRACT_NAMES),
        *(f"xlpbr/contract/examples/{name}.toml" for name in EXAMPLE_NAMES),
    }
    assert list(files) == sorted(files)


def test_calc_has_its_components_beside_what_they_need():
    files = registration.component_files("component.py", "worker.py")
    beside = {name: text for name, text in files.items() if not name.startswith("pythonpath/")}
    assert set(beside) == {"component.py", "worker.py"}
    assert b"class _Worker" in beside["worker.py"]
    path = {name.removeprefix("pythonpath/") for name in files} - set(beside)
    needed = needed_files("xlpbr.udfs.calc.functions", "xlpbr.udfs.formula_calls")
    assert path == set(needed)


def test_what_is_only_for_speed_or_for_types_stays_and_what_is_loaded_late_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    package = tmp_path / "trial"
    package.mkdir()
    for name, text in {
        "__init__": (
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from xlpbr.trial.late import given as given\n"
        ),
        "late": "given = 1\n",
        "quick": "",
        "typed": "",
        "slow": "",
        "plain": "import xlpbr.trial.slow\n",
        "entry": (
            "if TYPE_CHECKING:\n    from xlpbr.trial import typed\n"
            "try:\n    from xlpbr.trial import quick\n"
            "except ImportError:\n    from xlpbr.trial import plain\n"
            "def call():\n    from xlpbr.trial import given\n"
        ),
    }.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(xlpbr, "__path__", [*xlpbr.__path__, str(tmp_path)])
    files = needed_files("xlpbr.trial.entry")
    assert {name.removeprefix("xlpbr/trial/") for name in files} == {
        *("__init__.py", "entry.py", "late.py", "plain.py", "slow.py", "xlpbr/__init__.py"),
    }
    assert "xlpbr/trial/late.py" not in needed_files("xlpbr.trial.plain")
    del sys.modules["xlpbr.trial"]
