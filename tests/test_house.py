"""Who may import whom: the order of the folders, walked in the source."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = {"xlpbr": ROOT / "xlpbr", "xlpbr.udfs": ROOT / "udfs", "xlpbr.workbook": ROOT / "workbook"}

ORDER: list[set[str]] = [
    {"xlpbr.errors", "xlpbr.money", "xlpbr.periods", "xlpbr.cells", "xlpbr.executors"},
    {"xlpbr.contract"},
    {"xlpbr.contracts"},
    {"xlpbr.settlement"},
    {"xlpbr.tables"},
    {"xlpbr.portfolio"},
    {"xlpbr.forecast"},
    {"xlpbr.functions"},
    {"xlpbr.udfs"},
    {"xlpbr.workbook.files", "xlpbr.workbook.look"},
    {"xlpbr.workbook.ooxml"},
    {"xlpbr.workbook.ours"},
    {"xlpbr.workbook.read"},
    {"xlpbr.workbook.calculate"},
    {
        "xlpbr.workbook.template",
        "xlpbr.workbook.port",
        "xlpbr.workbook.lite",
        "xlpbr.workbook.sample_budget",
    },
    {
        "xlpbr.workbook.agreed",
        "xlpbr.workbook.attach",
        "xlpbr.workbook.hosts",
        "xlpbr.workbook.libreoffice",
    },
    {"xlpbr.workbook.acceptance", "xlpbr.workbook.disclosure"},
    {"xlpbr.workbook.report"},
    {"xlpbr.workbook.portfolio"},
    {"xlpbr.api", "xlpbr.doctor"},
    {"xlpbr.commands"},
    {"xlpbr.cli"},
]
"""The order of the folders: each imports only from those before it, and from its own.

Those that stand together do not know each other, but for the first, the values.
"""

EDITOR = "xlpbr.workbook.ooxml"
IN_THE_EDITOR: list[set[str]] = [
    {"xml", "addresses"},
    {"zip"},
    {"parts"},
    {"styles", "sheet"},
    {"book"},
    {"edit"},
]
"""The order within the editor of packages, by the same rule."""

ON_COLUMNS = {
    "xlpbr.portfolio.numba_loops": {"numpy", "numba"},
    "xlpbr.portfolio.numpy_loops": {"numpy"},
    "xlpbr.portfolio.settlement": {"numpy", "numba"},
    "xlpbr.forecast.column_sums": {"numpy"},
    "xlpbr.forecast.columns": {"numpy"},
    "xlpbr.forecast.numba_draws": {"numpy", "numba"},
    "xlpbr.portfolio.chains": {"numpy"},
    "xlpbr.portfolio.clauses": {"numpy"},
    "xlpbr.portfolio.columns": {"numpy", "pandas"},
    "xlpbr.portfolio.table_columns": {"numpy", "pandas"},
    "xlpbr.portfolio.tables": {"numpy", "pandas"},
    "xlpbr.portfolio.rows": {"numpy", "pandas"},
    "xlpbr.portfolio.settle": {"numpy", "pandas"},
    "xlpbr.executors": {"dask", "distributed"},
}
"""The modules for large numbers, and the packages that they alone may import."""
NO_NETWORK = {
    "socket", "urllib", "http", "httpx", "requests", "ftplib", "smtplib", "ssl", "asyncio",
    "distributed",
}  # fmt: skip
NEEDS_THE_NETWORK = {
    "xlpbr.udfs.server.sign_in": {"httpx"},  # asks the council's own issuer for its keys
    "xlpbr.executors": {"distributed"},  # the cluster whose address a person gives
}


def module_names() -> dict[str, Path]:
    found = {}
    for package, folder in HOUSE.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join([package, *parts]).removesuffix(".__init__")] = path
    return found


MODULES = module_names()
ROOTS = {path.parent for path in MODULES.values()}


def imports_of(name: str) -> set[str]:
    """The modules that a module imports, ours by their full name, others by their first."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {module for module in inner if module in MODULES} or {str(node.module)}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found |= {word.value for word in node.args if isinstance(word, ast.Constant)}
    return {
        module if module.partition(".")[0] == "xlpbr" else module.partition(".")[0]
        for module in found
    } - {"__future__"}


IMPORTS = {name: imports_of(name) for name in MODULES}
OURS = {
    name: {module for module in imports if module.startswith("xlpbr")}
    for name, imports in IMPORTS.items()
}


def place_of(name: str) -> tuple[int, str]:
    """Where a module's folder stands in the order, and which folder it is."""
    for number, folders in enumerate(ORDER):
        for folder in folders:
            if name == folder or name.startswith(f"{folder}."):
                return number, folder
    if name in ("xlpbr", "xlpbr.workbook"):
        return -1, name  # the version, and what the folders are for; the door has its own test
    raise AssertionError(f"{name} stands in no folder of ORDER: add it")


OF_COMMANDS = {"xlpbr.settlement.as_at"}
"""Calculations of the commands, which no function of a cell does."""

CALCULATIONS = {name for name in MODULES if 0 <= place_of(name)[0] <= 7} - set(ON_COLUMNS)


def test_every_module_was_seen():
    counts = {package: len(list(folder.rglob("*.py"))) for package, folder in HOUSE.items()}
    assert len(MODULES) == sum(counts.values())
    assert counts["xlpbr"] >= 40
    assert counts["xlpbr.udfs"] >= 20
    assert counts["xlpbr.workbook"] >= 130
    folders = {name.rpartition(".")[0] for name in MODULES} - {"", "xlpbr", "xlpbr.workbook"}
    assert set().union(*ORDER) <= folders | set(MODULES)
    # The walk sees imports inside functions too, and what is loaded by its name.
    assert "xlpbr.portfolio.settle" in IMPORTS["xlpbr.portfolio"]
    assert "xlpbr.workbook.calculate.recalculate" in IMPORTS["xlpbr.commands.edit"]


def test_the_door_opens_on_the_public_names_and_nothing_comes_through_it_but_the_version():
    places = {place_of(module)[1] for module in OURS["xlpbr"]}
    assert places == {"xlpbr.api", "xlpbr.contracts", "xlpbr.errors"}
    through = set()
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "xlpbr":
                names = {alias.name for alias in node.names}
                through |= {name for name in names if f"xlpbr.{name}" not in MODULES}
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "xlpbr":
                through.add(node.attr)
    assert through == {"__version__"}


@pytest.mark.parametrize("name", [name for name in MODULES if name != "xlpbr"])
def test_a_module_imports_only_from_folders_before_its_own(name):
    number, folder = place_of(name)
    wrong = set()
    for module in OURS[name]:
        theirs, other = place_of(module)
        if other != folder and (theirs > number or (theirs == number and number > 0)):
            wrong.add(module)
    assert wrong == set()


def test_the_editor_knows_nothing_of_the_rest():
    inside = [name for name in MODULES if name.startswith(EDITOR)]
    assert len(inside) >= 50
    for name in inside:
        wrong = {one for one in OURS[name] if not one.startswith(EDITOR)} - {"xlpbr.errors"}
        assert wrong == set(), name
        lines = MODULES[name].read_text(encoding="utf-8").splitlines()
        said = " ".join(line for line in lines if "xlpbr.workbook.ooxml" not in line)
        said = said.replace("xlpbr.errors", "").casefold()
        # Names and options of ours are handed in by the callers.
        assert not {word for word in ("pbr", "--allow") if word in said}, name


def test_a_part_of_the_editor_imports_only_from_parts_before_it():
    order = {part: number for number, parts in enumerate(IN_THE_EDITOR) for part in parts}
    for name in MODULES:
        if name.startswith(f"{EDITOR}."):
            here = name.removeprefix(f"{EDITOR}.").partition(".")[0]
            theirs = {
                one.removeprefix(f"{EDITOR}.").partition(".")[0]
                for one in OURS[name]
                if one.startswith(f"{EDITOR}.")
            }
            wrong = {there for there in theirs - {here} if order[there] >= order[here]}
            assert wrong == set(), name


ONE_WAY_OR_THE_OTHER = {"add_savings", "add_chains", "settle_months"}
"""The loops, compiled or not: either module is taken for the other."""


@pytest.mark.parametrize("folder", sorted(ROOTS))
def test_a_name_means_one_thing_within_a_folder(folder):
    found = Counter(
        node.name
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("__")
    )
    assert {name for name, count in found.items() if count > 1} <= ONE_WAY_OR_THE_OTHER


@pytest.mark.parametrize("folder", sorted(ROOTS))
def test_every_folder_says_what_it_is_for(folder):
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))


def test_every_folder_is_installed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    assert set(listed["tool"]["setuptools"]["packages"]) == packages


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_modules_that_are_there(name):
    assert OURS[name] <= set(MODULES)


def test_no_module_imports_itself_by_a_detour():
    # What the door offers is loaded when it is asked for; others take the version from it.
    order = list(TopologicalSorter(OURS | {"xlpbr": set()}).static_order())
    assert len(order) == len(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("xlpbr.udfs")])
def test_a_host_needs_no_workbook(name):
    assert not any(module.startswith("xlpbr.workbook") for module in OURS[name])


@pytest.mark.parametrize("name", sorted(CALCULATIONS))
def test_the_calculations_import_no_other_package(name):
    assert {
        module
        for module in IMPORTS[name]
        if not module.startswith("xlpbr") and module not in sys.stdlib_module_names
    } == set()


@pytest.mark.parametrize("name", sorted(ON_COLUMNS))
def test_the_calculations_on_columns_import_few_other_packages(name):
    outside = {module for module in IMPORTS[name] if not module.startswith("xlpbr")}
    assert outside - set(sys.stdlib_module_names) <= ON_COLUMNS[name]


@pytest.mark.parametrize("name", MODULES)
def test_no_module_reaches_for_the_network(name):
    assert IMPORTS[name] & NO_NETWORK == NEEDS_THE_NETWORK.get(name, set())


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after some code, beyond a bare one's."""
    script = (
        "import sys, json; before = set(sys.modules)\n"
        + code
        + ("\nprint(json.dumps(sorted(set(sys.modules) - before)))")
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_functions_load_no_other_package():
    loaded = loaded_by(f"import xlpbr.functions, {', '.join(sorted(OF_COMMANDS))}")
    outside = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"xlpbr"}
    assert outside == set()
    assert loaded >= CALCULATIONS - {"xlpbr.contracts", "xlpbr.portfolio"}  # doors for scripts
    assert not loaded_by("import xlpbr.functions") & OF_COMMANDS


def test_the_version_is_said_without_loading_the_rest():
    code = "sys.argv = ['xlpbr', '--version']\nfrom xlpbr.cli import main\nmain()"
    ours = {
        name for name in loaded_by(code) if name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert ours == {"xlpbr", "xlpbr.cli"}
