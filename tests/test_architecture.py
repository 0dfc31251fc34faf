"""Who may import whom: the floors of the house, walked in the source."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = {"xlpbr": ROOT / "xlpbr", "xlpbr.udfs": ROOT / "udfs", "xlpbr.workbook": ROOT / "workbook"}

FLOORS: list[set[str]] = [
    {"xlpbr.errors"},
    {"xlpbr.money", "xlpbr.periods"},
    {"xlpbr.rules", "xlpbr.terms", "xlpbr.evidence", "xlpbr.cells"},
    {"xlpbr.readers", "xlpbr.assumptions"},
    {"xlpbr.contracts"},
    {
        "xlpbr.statement",
        "xlpbr.ranges",
        "xlpbr.names",
        "xlpbr.term_rows",
        "xlpbr.tables",
        "xlpbr.assumption_rows",
    },
    {"xlpbr.fast_compiled", "xlpbr.fast_numpy", "xlpbr.fast_settlement"},
    {
        "xlpbr.readings",
        "xlpbr.reconcile",
        "xlpbr.workings",
        "xlpbr.checks",
        "xlpbr.executors",
        "xlpbr.scenarios",
        "xlpbr.scenario_plan",
        "xlpbr.scenario_columns",
        "xlpbr.forecast",
        "xlpbr.portfolio_columns",
        "xlpbr.portfolio_tables",
        "xlpbr.portfolio_settlement",
        "xlpbr.portfolio",
    },
    {"xlpbr.catalogue", "xlpbr.arguments", "xlpbr.spills", "xlpbr.functions"},
    {"xlpbr.udfs", "xlpbr.workbook"},
    {
        "xlpbr.terminal",
        "xlpbr.demonstration",
        "xlpbr.command_options",
        "xlpbr.command_records",
        "xlpbr.edit_options",
        "xlpbr.edit_commands",
        "xlpbr.host_commands",
        "xlpbr.forecast_commands",
        "xlpbr.portfolio_commands",
        "xlpbr.commands",
        "xlpbr.cli",
    },
]
ON_COLUMNS = {
    "xlpbr.fast_compiled": {"numpy", "numba"},
    "xlpbr.fast_numpy": {"numpy"},
    "xlpbr.fast_settlement": {"numpy", "numba"},
    "xlpbr.scenario_columns": {"numpy"},
    "xlpbr.portfolio_columns": {"numpy", "pandas"},
    "xlpbr.portfolio_tables": {"numpy", "pandas"},
    "xlpbr.portfolio_settlement": {"numpy", "pandas"},
    "xlpbr.portfolio": {"numpy", "pandas"},
    "xlpbr.executors": {"dask", "distributed"},
}
"""The modules for large numbers, and the packages that they alone may import."""
CALCULATIONS = set().union(*FLOORS[:9]) - set(ON_COLUMNS)
NO_NETWORK = {
    "socket", "urllib", "http", "httpx", "requests", "ftplib", "smtplib", "ssl", "asyncio",
    "distributed",
}  # fmt: skip
NEEDS_THE_NETWORK = {
    "xlpbr.udfs.server_sign_in": {"httpx"},  # asks the council's own issuer for its keys
    "xlpbr.executors": {"distributed"},  # the cluster whose address a person gives
}


def test_the_page_of_the_house_names_every_module_of_the_floors():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    own = set().union(*FLOORS) - {"xlpbr.udfs", "xlpbr.workbook"}
    assert {name for name in own if f"`{name.removeprefix('xlpbr.')}`" not in page} == set()


def module_names() -> dict[str, Path]:
    found = {}
    for package, folder in HOUSE.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join([package, *parts]).removesuffix(".__init__")] = path
    return found


MODULES = module_names()


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
    return {
        module if module.partition(".")[0] == "xlpbr" else module.partition(".")[0]
        for module in found
    } - {"__future__"}


IMPORTS = {name: imports_of(name) for name in MODULES}
OURS = {
    name: {module for module in imports if module.startswith("xlpbr")}
    for name, imports in IMPORTS.items()
}


def floor_of(name: str) -> int:
    """The floor of a module; ``xlpbr`` itself, which holds the version, is below all."""
    if name == "xlpbr":
        return -1
    for number, floor in enumerate(FLOORS):
        if name in floor or any(name.startswith(f"{whole}.") for whole in floor):
            return number
    raise AssertionError(f"{name} stands on no floor: add it to FLOORS")


def test_every_module_was_seen():
    counts = {package: len(list(folder.rglob("*.py"))) for package, folder in HOUSE.items()}
    assert len(MODULES) == sum(counts.values())
    assert counts["xlpbr"] >= 21
    assert counts["xlpbr.udfs"] >= 3
    assert counts["xlpbr.workbook"] >= 14
    assert set().union(*FLOORS) <= set(MODULES)
    # The walk sees imports inside functions too.
    assert "xlpbr.workbook.recalculate" in IMPORTS["xlpbr.edit_commands"]


def test_the_parts_of_a_package_know_no_whole_workbook():
    parts = [name for name in MODULES if name.startswith("xlpbr.workbook.parts.")]
    assert len(parts) >= 40
    allowed = {"xlpbr", "xlpbr.errors", "xlpbr.workbook.addresses"}
    for name in parts:
        wrong = {one for one in OURS[name] if not one.startswith("xlpbr.workbook.parts")} - allowed
        assert wrong == set(), name


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_from_its_floor_and_those_beneath(name):
    wrong = {module for module in OURS[name] if floor_of(module) > floor_of(name)}
    assert wrong == set()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_modules_that_are_there(name):
    assert OURS[name] <= set(MODULES)


def test_no_module_imports_itself_by_a_detour():
    order = list(TopologicalSorter(OURS).static_order())
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
    loaded = loaded_by("import xlpbr.functions")
    outside = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"xlpbr"}
    assert outside == set()
    assert loaded >= CALCULATIONS


def test_the_version_is_said_without_loading_the_rest():
    code = "sys.argv = ['xlpbr', '--version']\nfrom xlpbr.cli import main\nmain()"
    ours = {
        name for name in loaded_by(code) if name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert ours == {"xlpbr", "xlpbr.cli"}
