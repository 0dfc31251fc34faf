"""What stands around the code says what is so: the lock, the changelog, the workflow, the forms."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import click
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from xlpbr import __version__
from xlpbr.commands import main

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def wanted(extra: str) -> list[Requirement]:
    """What an extra needs, with what the extras inside it need."""
    found = []
    for line in PROJECT["optional-dependencies"][extra]:
        one = Requirement(line)
        ours = one.name == PROJECT["name"]
        found += [need for name in one.extras for need in wanted(name)] if ours else [one]
    return found


def test_the_lock_has_what_the_tests_need_and_nothing_that_does_not_fit():
    lines = (ROOT / "requirements" / "dev.lock").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(re.sub(r"\s*#.*", "", line)) for line in lines if line[:1] not in "#"]
    locked = {canonicalize_name(one.name): str(one.specifier) for one in pinned}
    assert all(re.fullmatch(r"==[\w.!+]+", version) for version in locked.values())
    needs = [Requirement(line) for line in PROJECT["dependencies"]] + wanted("test")
    for need in needs:
        version = locked[canonicalize_name(need.name)].removeprefix("==")
        assert need.specifier.contains(version), f"{need} is locked at {version}: run make lock"
    assert "://" not in "\n".join(lines)


def test_the_changelog_tells_of_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(__version__)} - \d{{4}}-\d\d-\d\d", versions[1])
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_workflow_runs_what_this_repository_has():
    text = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert set(jobs) == {"linux", "windows", "wheel"}
    steps = " ".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    for script in (".ci/run", "requirements/dev.lock", "docs/generators/generate.py"):
        assert script in text
        assert (ROOT / script).exists()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)", steps):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_forms_can_be_shown():
    named = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FORMS]
    forms = [form for form in named if "body" in form]
    assert len(forms) == 2
    for form in forms:
        assert {"name", "description", "body"} <= set(form)
        asked = [field for field in form["body"] if field["type"] != "markdown"]
        assert len({field["id"] for field in asked}) == len(asked)
        assert all(field["attributes"]["label"] for field in asked)


def test_the_hooks_before_a_commit_fetch_nothing():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    assert {hook["language"] for hook in config["repos"][0]["hooks"]} == {"system"}


POSIX_ALONE = re.compile(
    r"\.(symlink_to|hardlink_to|mkfifo|fork|getuid|geteuid|killpg|umask)\(|os\.(symlink|link)\b(?!\")"
    r"|\.chmod\(|['\"](/tmp|/dev/)|import (resource|pwd|fcntl|pty|termios|tty|grp)\b"
    r"|signal\.SIG(KILL|ALRM|STOP|CONT|USR\d|HUP)|send_signal\(|os\.(kill|openpty|setsid|getpgid|uname)\("
)
"""What Windows has not, or takes otherwise."""
GUARD = re.compile(r"posix|win32|mkfifo|importorskip|need\(|setattr\(os", re.IGNORECASE)
NEVER_ON_WINDOWS = {"programs", "hard", "support"}
"""Folders whose tests need a program that is looked for first, or that run on Linux alone."""


def assuming_posix(text: str) -> list[str]:
    """The tests of a module that use what Windows has not, and do not say so."""
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
            if POSIX_ALONE.search(source) and not GUARD.search(source):
                found.append(node.name)
    return found


def test_no_test_assumes_posix_without_saying_so():
    tests = ROOT / "tests"
    found = {
        f"{path.relative_to(tests).as_posix()}: {name}"
        for path in tests.rglob("*.py")
        if path.relative_to(tests).parts[0] not in NEVER_ON_WINDOWS
        for name in assuming_posix(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_a_test_that_assumes_posix_is_found():
    body = "def test_a(tmp_path):\n    (tmp_path / 'l').symlink_to(tmp_path)\n"
    assert assuming_posix(body) == ["test_a"]
    assert assuming_posix(f"@on_posix\n{body}") == []
    assert assuming_posix("def test_a():\n    open('/tmp/x')\n") == ["test_a"]


def test_the_workflow_runs_every_test_on_windows():
    workflow = yaml.safe_load(
        (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    )
    steps = [step.get("run", "") for step in workflow["jobs"]["windows"]["steps"]]
    assert workflow["jobs"]["windows"]["runs-on"].startswith("windows")
    assert [step for step in steps if "pytest" in step] == ["python -m pytest -n auto"]


OPENS = re.compile(r"\b(?:open|fdopen|read_text|write_text)\(")
"""What a module has that reads or writes a text; others need not be taken apart."""
WRITTEN_HERE = ("xlpbr", "udfs", "workbook", "tests", "docs", "bench")


def without_an_encoding(text: str) -> list[int]:
    """The lines on which a text is read or written as the system would have it.

    On Windows that is a code page, which lacks many letters of names.
    """
    if not OPENS.search(text):
        return []
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if takes_the_encoding_of_the_system(call)]


def takes_the_encoding_of_the_system(call: ast.Call) -> bool:
    """Whether a call reads or writes a text and says no encoding."""
    of_an_object = isinstance(call.func, ast.Attribute)
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    given = {one.arg: one.value for one in call.keywords}
    if "encoding" in given or None in given:
        return False
    if name in ("read_text", "write_text"):
        return not (name == "read_text" and call.args)
    if name == "open" and of_an_object:
        # What else can be opened, such as a part of a package, is given no mode.
        return is_a_mode_of_texts(given.get("mode", next(iter(call.args), None)))
    if name in ("open", "fdopen"):
        return (len(call.args) < 2 and "mode" not in given) or is_a_mode_of_texts(
            given.get("mode", call.args[1] if len(call.args) > 1 else None)
        )
    return False


def is_a_mode_of_texts(node: ast.expr | None) -> bool:
    """Whether a word is how a file of text is opened, such as ``w``."""
    value = getattr(node, "value", None)
    return isinstance(value, str) and re.fullmatch(r"[rwxa]\+?t?", value) is not None


def test_every_text_is_read_and_written_in_an_encoding_that_is_said():
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{line}"
        for folder in WRITTEN_HERE
        for path in (ROOT / folder).rglob("*.py")
        for line in without_an_encoding(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_a_text_in_no_said_encoding_is_found():
    for line in (
        "open('x')", "open('x', 'w')", "p.open('w')", "p.read_text()", "p.write_text('a')",
    ):  # fmt: skip
        assert without_an_encoding(line) == [1], line
    for line in (
        "open('x', 'rb')", "p.open('rb')", "p.read_text(encoding='utf-8')", "package.open(name)",
        "p.read_text('utf-8')", "p.write_text('a', encoding='utf-8')", "zipfile.open('part.xml')",
        "os.open(path, os.O_RDONLY)",
    ):  # fmt: skip
        assert without_an_encoding(line) == [], line


RESERVED = re.compile(
    r"""(?:tmp_path|folder|path\.parent)\s*/\s*f?["'][^"'/{}]*[:*?<>|][^"']*["']"""
)
"""A file that a test makes under a name that Windows does not take."""


def test_no_test_makes_a_file_that_windows_cannot_hold():
    tests = ROOT / "tests"
    found = {
        f"{path.relative_to(tests).as_posix()}: {line}"
        for path in tests.rglob("*.py")
        if path.relative_to(tests).parts[0] not in NEVER_ON_WINDOWS
        and path.name != "test_habits.py"
        for line in RESERVED.findall(path.read_text(encoding="utf-8"))
    }
    assert found == set()
    assert RESERVED.search('tmp_path / "a:b.xlsx"')


def test_a_person_s_window_is_tried_on_windows():
    workflow = yaml.safe_load(
        (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    )
    (typed,) = (step for step in workflow["jobs"]["wheel"]["steps"] if step.get("shell") == "cmd")
    assert typed["if"] == "runner.os == 'Windows'"
    page, path, *commands = typed["run"].splitlines()
    assert (page, path.startswith("set ")) == ("chcp 850", True)
    # A batch file goes on after a line that fails, unless it is told not to.
    assert all(command.endswith(" || exit /b 1") for command in commands)
    known = set(main.commands.list_commands(click.Context(main.commands)))
    assert {words[1] for words in map(str.split, commands) if words[0] == "xlpbr"} <= known
