"""The functions as classic xlwings registers them on Windows.

Off Windows xlwings' decorators do nothing, so a fresh interpreter is given stand-ins for the
Windows packages and xlwings' own decorators.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from xlpbr import __version__, functions
from xlpbr.functions import FUNCTIONS

ON_WINDOWS = r"""
import json, sys, types

class Anything(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})

for name in ("pythoncom", "pywintypes", "win32com", "win32com.client", "win32com.server",
             "win32com.server.util", "win32com.server.dispatcher", "win32com.server.policy",
             "win32api", "win32con", "win32timezone"):
    sys.modules[name] = Anything(name)
import xlwings
from xlwings import udfs
xlwings.func, xlwings.arg, xlwings.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret
from xlpbr.udfs import classic

def plain(value):
    return json.loads(json.dumps(value, default=str))

def outcome(name, *arguments):
    try:
        return plain(getattr(classic, name)(*arguments))
    except Exception as error:
        return f"{type(error).__name__}: {error}"

registered = {
    name: {key: plain(value) for key, value in vars(classic)[name].__xlfunc__.items()}
    for name in vars(classic) if name.startswith("PBR_")
}
blank = [[None]]
print(json.dumps({
    "registered": registered,
    "calls": {
        "fee": outcome("PBR_FEE_CAP", [[1.0], [2.0]], [[1.0], [5.0]], blank),
        "one": outcome("PBR_FEE_CAP", [[45000.0]], [[349883.33]], [[310000.0]]),
        "left out": outcome("PBR_FEE_CAP", [[45000.0]], [[349883.33]]),
        "version": outcome("PBR_VERSION"),
        "error cell": outcome("PBR_FEE_CAP", [["#DIV/0!"]], [[1.0]], blank),
        "wrong": outcome("PBR_CONTRACT_CAP", [[1.0]], [[-5.0]], blank),
        "in its cell": outcome("PBR_PRO_RATA", [[100.0], ["tbc"]], [["1 Sep 2025"]], [[12.0]],
                               [["31 Aug 2026"]], blank),
        "alone": outcome("PBR_PRO_RATA", [["tbc"]], [["1 Sep 2025"]], [[12.0]],
                         [["31 Aug 2026"]], blank),
        "terms": outcome("PBR_TERMS", [["plymouth-l04-2526"]])[8][:2],
    },
}))
"""


@pytest.fixture(scope="module")
def classic():
    done = subprocess.run(
        [sys.executable, "-c", ON_WINDOWS],
        cwd=Path(__file__).resolve().parent.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_function_is_registered_under_its_name(classic):
    assert set(classic["registered"]) == set(FUNCTIONS)
    for name, found in classic["registered"].items():
        assert found["name"] == name
        assert not found["sub"]
        assert found["category"] == "Payment by results"
        assert found["ret"]["doc"] == FUNCTIONS[name].help


def test_every_argument_is_registered_with_its_help_and_as_rows(classic):
    seen = 0
    for name, found in classic["registered"].items():
        declared = FUNCTIONS[name].arguments
        assert [argument["name"] for argument in found["args"]] == [a.name for a in declared]
        for argument, wanted in zip(found["args"], declared, strict=True):
            assert argument["doc"] == wanted.help
            assert ("optional" in argument) == (not wanted.required)
            assert argument["options"] == {"ndim": 2, "err_to_str": True}
            assert not argument["vba"]
            seen += 1
    assert seen == sum(len(function.arguments) for function in FUNCTIONS.values()) >= 50


def test_a_call_gives_the_values_of_the_functions(classic):
    calls = classic["calls"]
    assert calls["fee"] == [[1.0], [2.0]] == functions.pbr_fee_cap([[1.0], [2.0]], [[1.0], [5.0]])
    assert calls["one"] in (39883.33, [[39883.33]])
    assert calls["left out"] in (45000.0, [[45000.0]])
    assert calls["version"] == __version__
    assert calls["terms"] == ["Fee", 599800.0]


def test_an_error_raises_or_stands_in_its_cell(classic):
    calls = classic["calls"]
    assert calls["error cell"].startswith("CellError: #DIV/0!")
    assert calls["wrong"] == "CellError: #NUM! maximum: found -5; expected 0 or more"
    assert calls["alone"] == 'CellError: #VALUE! amount: found "tbc"; expected a number'
    assert calls["in its cell"] == [[100.0], ["#VALUE!"]]
