"""What the start of a command loads: itself, and not what other commands or programs need."""

import json
import subprocess
import sys

import pytest

from xlpbr.commands.main import commands

BIG = {"formualizer", "numba", "numpy", "openpyxl", "pandas", "pyarrow", "xlsxwriter", "xlwings"}
"""Packages each of which takes longer to load than all of ours together."""

OF_THE_NETWORK = {"asyncio", "http", "socket", "ssl", "urllib.request"}
OF_OTHERS = {"xlpbr.commands.doctor", "xlpbr.commands.forecast", "xlpbr.commands.hosts"}


def loaded_by(*words):
    """The modules that are there once a command has run."""
    code = (
        "import json, sys\n"
        f"sys.argv = ['xlpbr', *{words!r}]\n"
        "from xlpbr.cli import main\n"
        "try:\n    main()\nexcept SystemExit as left:\n    assert not left.code\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "words", [["--help"], ["statement", "--help"], ["contracts"], ["terms", "plymouth-l04-2526"]]
)
def test_a_command_loads_no_big_package_that_it_does_not_need(words):
    loaded = loaded_by(*words)
    assert loaded & (BIG | OF_THE_NETWORK) == set()
    assert not {name for name in loaded if name.startswith("xlpbr.workbook.libreoffice")}


@pytest.mark.parametrize("words", [["statement", "--help"], ["contracts"]])
def test_a_command_does_not_load_the_modules_of_others(words):
    assert not loaded_by(*words) & OF_OTHERS


def test_each_command_is_found_by_its_name_and_listed():
    context = commands.make_context("xlpbr", ["--help"], resilient_parsing=True)
    names = commands.list_commands(context)
    assert len(names) == len(set(names)) == 26
    assert [commands.get_command(context, name).name for name in names] == names
    assert commands.get_command(context, "nothing") is None
