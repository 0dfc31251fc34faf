"""The README tried as a newcomer does: every command in its order, in an empty folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent

SETS_UP = ("python -m venv ", ".venv\\Scripts\\", "python -m pip install ", "make test")
"""What sets up an environment, which ``tests/test_wheel.py`` tries, or tests the house."""

FINDS_SOMETHING = "xlpbr check contract.xlsx"
"""The one command that ends with 1: the sample has something to look at."""


def lines_of(text: str) -> Iterator[str]:
    """The lines that a reader copies, without what is said beside them."""
    outside = re.sub(r"<!-- functions: start -->.*<!-- functions: end -->", "", text, flags=re.S)
    for line in outside.splitlines():
        if line.startswith("    "):
            yield re.sub(r" {2,}\S.*", "", line.strip())


def test_every_command_of_the_readme_works_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xlpbr: Callable[..., tuple[int, str, str]]
):
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {}
    ran = 0
    for command in lines_of((ROOT / "README.md").read_text(encoding="utf-8")):
        if command.startswith(SETS_UP):
            continue
        if command == "make demo":
            # The same as the command beside it, which comes next: once is enough.
            assert what_make_runs("demo") == "xlpbr demo -o demo"
        elif command.startswith("cd "):
            monkeypatch.chdir(Path(command.removeprefix("cd ")))
        elif command.startswith("mkdir "):
            Path(command.removeprefix("mkdir ")).mkdir()
        elif command.startswith("xlpbr "):
            status, out, err = xlpbr(*shlex.split(command)[1:])
            wanted = 1 if command == FINDS_SOMETHING else 0
            assert status == wanted, f"{command}\n{out}\n{err}"
            ran += 1
        else:
            exec(command, known)
    assert ran > 20
    assert known["settled"].payable
    assert (Path("budget-again.xlsx").read_bytes()) == Path("budget.xlsx").read_bytes()


def what_make_runs(target: str) -> str:
    """The command behind a target of make, of which there is one."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (command,) = re.findall(rf"^{target}:.*\n\t\$\(BIN\)/(xlpbr .*)$", makefile, re.MULTILINE)
    return str(command)
