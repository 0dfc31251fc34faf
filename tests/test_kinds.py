"""Quick and slow tests together are all tests, and a test that takes too long is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needed import need_libreoffice

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def chosen_by(target: str) -> list[str]:
    """The words with which a target of the Makefile calls pytest."""
    found = re.search(rf"^{target}:.*\n\t\$\(PYTEST\)(.*)$", MAKEFILE, re.MULTILINE)
    quick = re.search(r"^QUICK := (.*)$", MAKEFILE, re.MULTILINE)
    assert found is not None
    assert quick is not None
    expression = re.fullmatch(r' -m "(.*)"', found[1].replace("$(QUICK)", quick[1]))
    return ["-m", expression[1]] if expression else []


def collected(words: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *words],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.findall(r"^tests/[\w/]+\.py::.+$", done.stdout, re.MULTILINE)
    assert len(set(found)) == len(found)
    return set(found)


@pytest.mark.slow
def test_quick_tests_and_the_rest_are_all_tests():
    _, chosen = chosen_by("test")
    every, quick, rest = (
        collected(words) for words in ([], ["-m", chosen], ["-m", f"not ({chosen})"])
    )
    assert quick | rest == every
    assert quick & rest == set()
    assert len(quick) > 4000
    assert len(rest) > 200
    assert not [name for name in quick if name.startswith("tests/programs/")]


def test_ci_runs_both():
    assert chosen_by("test-all") == []
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("make ")] == ["make test", "make test-all"]
    assert "export CI=true" in lines


BUSY = """
import pytest
from tests.support import kinds

kinds.MOST_SECONDS = 0.05

def work():
    until = kinds.processor_seconds() + 0.1
    while kinds.processor_seconds() < until:
        pass

@pytest.fixture(scope="module")
def world():
    work()

def test_long(): work()
def test_short(world): pass
@pytest.mark.slow
def test_marked(): work()
@pytest.mark.program
def test_with_a_program(): work()
def test_wrong():
    work()
    assert False
"""


@pytest.mark.slow
@pytest.mark.parametrize("ci", [True, False])
def test_in_ci_a_test_that_takes_too_long_unmarked_fails_and_is_named(tmp_path, monkeypatch, ci):
    monkeypatch.setenv("CI", "true" if ci else "")
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import pytest_runtest_call\n", encoding="utf-8"
    )
    (tmp_path / "test_busy.py").write_text(BUSY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f"{1 + ci} failed, {4 - ci} passed" in done.stdout
    said = re.search(
        r"^test_busy.py::test_long took 0\.\d seconds of .* mark it", done.stdout, re.M
    )
    assert bool(said) == ci
    assert "test_wrong took" not in done.stdout


def test_a_quick_test_may_ask_for_no_program():
    with pytest.raises(pytest.fail.Exception, match=r"needs LibreOffice: mark it @pytest.mark"):
        need_libreoffice()


def test_no_test_measures_time():
    timed = re.compile(r"\b(perf_counter|process_time|monotonic)(_ns)?\(\) - ")
    found = {
        path.name
        for path in (ROOT / "tests").rglob("test_*.py")
        if timed.search(path.read_text(encoding="utf-8"))
    }
    assert found == set()
