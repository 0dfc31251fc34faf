"""What the pages name is there: files, modules, functions, commands, options, and where links lead.

A page names a thing in backticks; a command also on an indented line of its own. The changelog and
the measurements tell of another day, so their names are not held to this one; their links are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from tests.test_house import MODULES
from xlpbr.commands.main import commands

ROOT = Path(__file__).resolve().parent.parent
TOP = {"bench", "docs", "tests", "udfs", "workbook", "xlpbr", ".ci", ".github"}
PAGES = sorted(
    path
    for path in [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "workbook").rglob("*.md"),
        *(ROOT / ".github").rglob("*.md"),
    ]
)
OF_TODAY = [path for path in PAGES if path.name not in ("CHANGELOG.md", "performance.md")]

SUFFIXES = "csv html js json md pbr png py sh tex toml txt user uk xlsm xlsx xml parquet service"
"""How a dotted word ends that names no Python: a file, an address, a right of a sign-in."""

LIBRARIES = {"pd", "np"}
"""The short names of libraries in code for people."""

FILES_OF_OTHERS = {"main.py", "udfs.py", "workbook.py"}
"""Files that an add-in or a finance team has."""

NOWHERE = click.Context(commands)

NOT_OURS = {"access_as_user"}
"""Names that other programs and services have for their own things."""


def named_in(text: str) -> Iterator[str]:
    """What a page has in backticks, but for whole blocks of code."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return (found.strip() for found in re.findall(r"`([^`\n]+)`", outside))


def calls_in(text: str) -> Iterator[str]:
    """Commands in backticks and those on lines of their own."""
    yield from (name for name in named_in(text) if name.startswith("xlpbr "))
    lines = (re.sub(r"\s{2,}.*", "", line.strip()) for line in re.findall(r"^ {4}.*", text, re.M))
    yield from (line for line in lines if line.startswith("xlpbr "))


@cache
def source() -> str:
    """Everything that people wrote as code, pages of the pane and data of tests with it."""
    folders = ("bench", "docs/generators", "tests", "udfs", "workbook", "xlpbr")
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".js", ".toml", ".bas") and path.name != Path(__file__).name
    )


def missing_path(name: str) -> bool:
    """Whether this is a path from the top of the repository at which nothing is."""
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", name):
        return False
    first, slash, _ = name.partition("/")
    if first not in TOP or not slash:
        bare = re.fullmatch(r"\w+\.(py|js)", name) and name not in FILES_OF_OTHERS
        return bool(bare) and not any(next((ROOT / top).rglob(name), None) for top in TOP)
    path = ROOT / name
    # NAME.toml stands for the file of any name.
    return not (path.parent if path.stem.isupper() else path).exists()


def missing_dotted_name(name: str) -> bool:
    """Whether this is the name of a module, or of something in one, that is not there."""
    found = re.fullmatch(r"([A-Za-z_]\w*(?:\.\w+)+)(?::(\w+))?(\(.*\))?", name)
    if not found or name.rpartition(".")[2] in SUFFIXES.split():
        return False
    dotted = ".".join(filter(None, found.groups()[:2]))
    first, _, rest = dotted.partition(".")
    if first.isupper():
        return False  # a function of Excel, such as ERROR.TYPE
    if first == "xlpbr":
        return not _is_there(dotted)
    ours = [module for module in MODULES if module.rpartition(".")[2] == first]
    if ours and any(_is_there(f"{module}.{rest}") for module in ours):
        return False
    if first in LIBRARIES or find_spec(first) is not None:
        return False
    # It may be what a record has, such as statement.payable, or a name of another program.
    of_a_record = first in words_of_the_code() and rest.rpartition(".")[2] in defined_in_the_code()
    return not of_a_record and dotted not in source()


def _is_there(dotted: str) -> bool:
    """Whether a module of ours has that name, or something in one has it."""
    inside: list[str] = []
    module = dotted
    while module and module not in MODULES:
        module, _, last = module.rpartition(".")
        inside.insert(0, last)
    if not module or not inside:
        return bool(module)
    text = MODULES[module].read_text(encoding="utf-8")
    # Read, not imported: half of the modules need a package that is big or not there.
    return all(
        re.search(rf'^\s*(?:(?:def|class) {last}\b|{last}\s*[:=])|"{last}"', text, re.MULTILINE)
        for last in inside
    )


@cache
def words_of_the_code() -> set[str]:
    """Every word in the code and the data."""
    return set(re.findall(r"\w+", source()))


@cache
def defined_in_the_code() -> set[str]:
    """The names of functions and of the fields of records."""
    return set(re.findall(r"^\s*(?:def |Public Sub )?(\w+)(?:\(|: )", source(), re.MULTILINE))


def missing_word(name: str) -> bool:
    """Whether this is written like a name of Python, and no code has it."""
    word = name.removeprefix("@").removesuffix("()")
    like_python = (
        re.fullmatch(r"_?[a-z]+(_[a-z0-9]+)+|_[a-z]+|(?:[A-Z][a-z]+){2,}", word) or word != name
    )
    if not re.fullmatch(r"\w+", word) or not like_python or word in NOT_OURS:
        return False
    return word not in words_of_the_code()


def missing_command(call: str) -> bool:
    """Whether this calls a command, an option or a target of make that is not there."""
    words = call.split()
    if words[0] == "make" and len(words) > 1:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        return re.search(rf"^{re.escape(words[1])}:", makefile, re.M) is None
    if words[:2] == ["python", "-m"] and words[2].partition(".")[0] in TOP:
        place = ROOT / words[2].replace(".", "/")
        return not (place.with_suffix(".py").exists() or (place / "__main__.py").exists())
    if re.fullmatch(r"--[a-z]+(-[a-z]+)*", words[0]):
        known = set().union(*map(_options, map(_command, commands.list_commands(NOWHERE))))
        return words[0] not in known | {"--version", "--help"}
    if words[0] != "xlpbr" or len(words) < 2 or not re.fullmatch(r"[a-z]+", words[1]):
        return False
    command = _command(words[1])
    options = set(re.findall(r"(?<![\w-])--[a-z-]+\w", call))
    return command is None or not options <= _options(command)


def _command(name: str) -> click.Command | None:
    return commands.get_command(NOWHERE, name)


def _options(command: click.Command) -> set[str]:
    return {
        word
        for parameter in command.params
        for word in (*parameter.opts, *parameter.secondary_opts)
    }


CHECKS: list[Callable[[str], bool]] = [missing_path, missing_dotted_name, missing_word]


@pytest.mark.parametrize("page", OF_TODAY, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = {name for name in named_in(text) if any(check(name) for check in CHECKS)}
    missing |= {call for call in [*named_in(text), *calls_in(text)] if missing_command(call)}
    assert missing == set()


@pytest.mark.parametrize(
    ("check", "there", "gone"),
    [
        (missing_path, "xlpbr/contract/terms.py", "xlpbr/terms.py"),
        (missing_path, "tests/examples/", "tests/corpus"),
        (missing_path, "xlpbr/contract/built_in/NAME.toml", "xlpbr/contracts/NAME.toml"),
        (missing_path, "office_js.py", "readers.py"),
        (missing_dotted_name, "xlpbr.forecast.scenario_evidence(a, b)", "xlpbr.forecast.scenario"),
        (missing_dotted_name, "xlpbr.portfolio.settle_many", "xlpbr.classic.settle_many"),
        (missing_dotted_name, "cells.number", "cells.decimal"),
        (missing_dotted_name, "statement.payable", "statement.owing"),
        (missing_dotted_name, "concurrent.futures", "readers.number_of"),
        (missing_word, "ContractTerms", "ContractWords"),
        (missing_word, "_reading", "_readingly"),
        (missing_word, "settle_many", "settle_several"),
        (missing_word, "@worksheet_function", "@excel_function"),
        (missing_command, "xlpbr new CONTRACT --sample", "xlpbr new CONTRACT --samples"),
        (missing_command, "xlpbr check FILE", "xlpbr cheque FILE"),
        (missing_command, "--lite-require", "--lite-requires"),
        (missing_command, "make hard CORPUS=folder", "make soft"),
        (missing_command, "python -m tests.hard corpus", "python -m tests.soft"),
    ],
)
def test_what_is_not_there_is_found(check: Callable[[str], bool], there: str, gone: str) -> None:
    assert (check(there), check(gone)) == (False, True)


# Where links lead.


@cache
def anchors_of(path: Path) -> set[str]:
    """The places in a page that a link can name, as the site and the code hosts make them."""
    headings = re.findall(r"^#{1,6} +(.+?)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (unicodedata.normalize("NFKD", heading).lower() for heading in headings)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", text)).strip("-") for text in plain}


def dead_links(page: Path) -> list[str]:
    """The links of a page to a file or a heading that is not there."""
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        place, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", place):
            continue
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            dead.append(link)
    return dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_link_of_a_page_is_dead(page: Path) -> None:
    assert dead_links(page) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading\n[a](page.md#a-heading) [b](#a-heading) [c](gone.md) [d](#gone) [e](https://x)",
        encoding="utf-8",
    )
    assert dead_links(page) == ["gone.md", "#gone"]
