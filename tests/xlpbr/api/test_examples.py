"""Every public name has an example, and every example and the guide show what is shown."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

import xlpbr
from xlpbr.errors import CellError, FileProblem

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs" / "guide" / "python.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_UDIFF
MODULES = sorted(
    f"xlpbr.api.{path.stem}"
    for path in (ROOT / "xlpbr" / "api").glob("*.py")
    if path.stem[0] != "_"
)
FUNCTIONS = [
    name
    for name in xlpbr.__all__
    if name not in ("contracts", CellError.__name__, FileProblem.__name__)
]


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pd.option_context("display.width", 100, "display.max_columns", 20):
        yield


def run(test):
    results = doctest.DocTestRunner(optionflags=OPTIONS).run(test)
    return results.failed, results.attempted


@pytest.mark.parametrize("name", ["xlpbr", *MODULES])
def test_the_examples_show_what_they_say(name):
    module = import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=False).find(module, name):
        assert run(test)[0] == 0, test.name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_name_has_an_example(name):
    function = getattr(xlpbr, name)
    text = inspect.getdoc(function)
    assert "Example:" in text
    if ">>>" not in text:
        other = re.search(r"See ``(\w+)``, which is what comes back", text)[1]
        assert ">>>" in inspect.getdoc(getattr(sys.modules[function.__module__], other))
    for what in ("Args:", "Raises:"):
        assert what in text
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"^ +{parameter}: ", text, re.MULTILINE), parameter


@pytest.mark.slow
def test_the_guide_shows_what_comes_out():
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```pycon\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 10
    # A line of comment keeps the numbers of the lines as the page has them.
    code = "\n".join(blocks)
    test = doctest.DocTestParser().get_doctest(code, {}, "python.md", str(GUIDE), 0)
    failed, attempted = run(test)
    assert failed == 0
    assert attempted >= 20


def test_the_guide_names_every_public_name():
    text = GUIDE.read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"xlpbr.{name}" not in text] == []


def test_the_names_that_a_type_checker_sees_are_those_that_are_loaded():
    tree = ast.parse((ROOT / "xlpbr" / "__init__.py").read_text(encoding="utf-8"))
    shown = next(node for node in tree.body if isinstance(node, ast.If))
    names = {
        alias.asname: str(node.module)
        for node in shown.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }
    homes = {name: home for name, home in xlpbr._HOMES.items() if name != "contracts"}
    assert names == homes | {"contracts": "xlpbr"}
    assert sorted(xlpbr.__all__) == xlpbr.__all__ == sorted(names)
    assert {*xlpbr.__all__, "__version__"} <= set(dir(xlpbr))
    for name in xlpbr.__all__:
        assert getattr(xlpbr, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'sette'"):
        xlpbr.sette  # noqa: B018


def test_nothing_is_loaded_before_it_is_asked_for():
    code = (
        "import sys; before = set(sys.modules); import xlpbr; dir(xlpbr)\n"
        "loaded = {name for name in set(sys.modules) - before}\n"
        "assert loaded == {'xlpbr'}, loaded\n"
        "xlpbr.contracts.CONTRACT_NAMES\n"
        "assert 'pandas' not in sys.modules and 'xlpbr.api' not in sys.modules\n"
        "xlpbr.terms\n"
        "assert 'pandas' in sys.modules and 'openpyxl' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
