"""The workbook for xlwings Lite: its parts, and its own code run under Pyodide."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from packaging.requirements import Requirement

import xlpbr
from tests.support.host_matrix import cases, expected, problems
from tests.support.needed import ROOT, need_libreoffice
from tests.support.node.runs import (
    NOT_IN_LITE,
    request,
    request_of,
    run_on_pyodide,
    run_on_python,
    shown,
)
from tests.support.templates import template
from tests.udfs.test_office_js import with_serials
from xlpbr.cells import serial_of
from xlpbr.contract.library import CONTRACT_NAMES, EXAMPLE_NAMES, load_contract, terms_table
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.needed_files import needed_files
from xlpbr.workbook.calculate.engine_formulas import calls_a_function
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.hosts.lite_book import new_lite_workbook
from xlpbr.workbook.libreoffice.pdf import find_libreoffice
from xlpbr.workbook.lite.code import ENTRY, main_from_wheel, main_with_code, requirements
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.port.rewrite import port

CONTRACT = "plymouth-l04-2526"
WE = "{http://schemas.microsoft.com/office/webextensions/webextension/2010/11}"
WETP = "{http://schemas.microsoft.com/office/webextensions/taskpanes/2010/11}"
EXTENSION_PART = "xl/webextensions/webextension1.xml"
PANES_PART = "xl/webextensions/taskpanes.xml"
LEADS = "http://schemas.microsoft.com/office/2011/relationships"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DYNAMIC = "{http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def lite_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lite") / "plymouth.xlsx"
    new_lite_workbook(load_contract(CONTRACT), path, sample=True)
    return path


def part(path: Path, name: str) -> ET.Element:
    with zipfile.ZipFile(path) as package:
        return ET.fromstring(package.read(name))


def carried(path: Path) -> dict[str, Any]:
    """What xlwings Lite finds in a workbook: each value is kept as JSON."""
    properties = part(path, EXTENSION_PART).iter(f"{WE}property")
    return {entry.attrib["name"]: json.loads(entry.attrib["value"]) for entry in properties}


# -- the code --------------------------------------------------------------------------------


def test_the_code_is_found_by_its_imports_and_needs_xlwings_alone():
    files = needed_files(ENTRY)
    modules = {name for name in files if name.endswith(".py")}
    assert {"xlpbr/__init__.py", "xlpbr/udfs/lite.py", "xlpbr/functions/clauses.py"} <= modules
    assert not any("workbook" in name or "command" in name or "classic" in name for name in modules)
    assert set(files) - modules == {
        *(f"xlpbr/contract/built_in/{name}.toml" for name in CONTRACT_NAMES),
        *(f"xlpbr/contract/examples/{name}.toml" for name in EXAMPLE_NAMES),
    }
    imported = {
        name.partition(".")[0]
        for module in modules
        for node in ast.walk(ast.parse(files[module]))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"xlpbr", "xlwings"}


def test_main_shows_every_file_as_it_is_under_a_short_explanation():
    main = main_with_code()
    tree = ast.parse(main)
    held = {
        ast.literal_eval(node.targets[0].slice): ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
    }
    assert held == needed_files(ENTRY)
    for name, text in held.items():
        folder, _, rest = name.removeprefix("xlpbr/").partition("/")
        source = ROOT / "udfs" / rest if folder == "udfs" else ROOT / name
        assert text == source.read_text(encoding="utf-8")
        assert text in main
    explained = str(ast.get_docstring(tree))
    assert len(explained.splitlines()) < 25
    assert f"xlpbr {xlpbr.__version__}" in explained
    assert all(name in explained for name in FUNCTIONS)


def test_a_text_that_could_not_stand_as_it_is_is_refused(monkeypatch):
    monkeypatch.setattr(
        "xlpbr.workbook.lite.code.needed_files",
        lambda _: {"xlpbr/odd.py": "a = '''b'''"},
    )
    with pytest.raises(ValueError, match=r"xlpbr/odd\.py holds '''"):
        main_with_code()


def test_what_is_asked_for_is_xlwings_and_without_the_code_this_version():
    assert [str(one) for one in asked_for(embed=True)] == ["xlwings<1.0.0,>=0.37.8"]
    xlwings, ours = asked_for(embed=False)
    assert (xlwings.name, str(ours)) == ("xlwings", f"xlpbr=={xlpbr.__version__}")
    assert len(main_from_wheel().splitlines()) < 25


def asked_for(*, embed: bool) -> list[Requirement]:
    lines = requirements(embed=embed).splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_the_package_asks_for_xlwings_alone_where_lite_runs():
    # formualizer has no build for WebAssembly: asked for there, nothing could be installed.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(entry) for entry in project["dependencies"]]
    there = {"sys_platform": "emscripten"}
    wanted = [one.name for one in asked if one.marker is None or one.marker.evaluate(there)]
    assert wanted == ["xlwings"]


# -- the code at work ------------------------------------------------------------------------

WHERE = """
import importlib, sys

answer = {"first": sys.modules["xlpbr"].__file__}


async def main():
    importlib.reload(sys.modules["main"])
    answer["second"] = sys.modules["xlpbr"].__file__
    body = {"func_name": "PBR_VERSION", "args": [], "client": "Office.js", "version": "",
            "runtime": "1.4", "date_format": None, "culture_info_name": "en-GB"}
    answer["again"] = await call(body)
"""


@pytest.fixture(scope="module")
def pyodide(lite_book: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every case of the matrix, called in the code that the workbook carries."""
    return run_on_pyodide(
        tmp_path_factory.mktemp("pyodide"),
        [request_of(case) for case in cases()],
        files={"main.py": carried(lite_book)["main.py"]},
        script=WHERE,
    )


def test_the_workbooks_code_gives_what_the_core_gives_under_pyodide(pyodide):
    assert pyodide["platform"] == "emscripten"
    assert pyodide["xlwings"] == "0.37.8"
    assert len(pyodide["results"]) == len(cases()) > 1000
    assert {case.function for case in cases()} == set(FUNCTIONS)
    for case, answer in zip(cases(), pyodide["results"], strict=True):
        assert shown(answer) == expected(with_serials(case)), case.name


def test_what_differs_under_pyodide_is_said_in_the_matrix(pyodide):
    names = [case.name for case in cases()]
    found = dict(zip(names, pyodide["results"], strict=True))
    assert problems("lite", lambda case: shown(found[case.name])) == []


def test_nothing_but_xlwings_is_loaded_under_pyodide(pyodide):
    tops = {name.partition(".")[0] for name in pyodide["loaded"]}
    assert not tops & set(NOT_IN_LITE)
    assert {name for name in pyodide["loaded"] if name.startswith("xlpbr.workbook")} == set()
    assert {function["name"] for function in pyodide["meta"]["functions"]} == set(FUNCTIONS)


def test_a_changed_main_is_taken_anew(pyodide):
    found = pyodide["script"]
    assert found["first"] != found["second"]
    for file in (found["first"], found["second"]):
        assert Path(file).parent.parent.name.startswith("xlpbr-")
    assert found["again"] == {"result": [[xlpbr.__version__]]}


def test_the_workbooks_code_runs_under_this_python_too(lite_book, tmp_path):
    calls = [
        request("PBR_TERMS", [[CONTRACT]]),
        request("PBR_FEE_CAP", [[1000.0], [2500.0]], [[500.0], [4000.0]], None),
    ]
    answers = run_on_python(
        tmp_path,
        calls,
        module="main",
        files={"main.py": carried(lite_book)["main.py"]},
        hidden=NOT_IN_LITE,
    )["results"]
    assert answers[1] == {"result": [[500.0], [2500.0]]}
    wanted = [row[:1] for row in terms_table(load_contract(CONTRACT))]
    assert [row[:1] for row in answers[0]["result"]] == wanted


def test_the_package_itself_runs_under_pyodide(tmp_path):
    wheel = as_wheel(tmp_path)
    calls = [request_of(case) for case in cases()[:: len(cases()) // 40]]
    answer = run_on_pyodide(tmp_path, calls, files={"main.py": main_from_wheel()}, wheels=[wheel])
    for case, one in zip(cases()[:: len(cases()) // 40], answer["results"], strict=True):
        assert shown(one) == expected(with_serials(case)), case.name
    assert {function["name"] for function in answer["meta"]["functions"]} == set(FUNCTIONS)
    assert not {name.partition(".")[0] for name in answer["loaded"]} & set(NOT_IN_LITE)


def as_wheel(folder: Path) -> Path:
    """The package as it is installed, packed as a wheel, without what it asks for."""
    source, installed = folder / "source", folder / "installed"
    for name in ("xlpbr", "udfs", "workbook"):
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--no-build-isolation", "--no-compile", "--target", str(installed),
            str(source),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    wheel = folder / f"xlpbr-{xlpbr.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as package:
        for file in sorted(installed.rglob("*")):
            package.write(file, file.relative_to(installed))
    return wheel


# -- the workbook ----------------------------------------------------------------------------


def test_the_workbook_leads_to_the_add_in_and_its_files(lite_book):
    with zipfile.ZipFile(lite_book) as package:
        assert package.testzip() is None
        names = package.namelist()
    assert len(names) == len(set(names))
    types = {
        entry.attrib["PartName"]: entry.attrib["ContentType"]
        for entry in part(lite_book, "[Content_Types].xml")
        if "PartName" in entry.attrib
    }
    assert types[f"/{EXTENSION_PART}"] == "application/vnd.ms-office.webextension+xml"
    assert types[f"/{PANES_PART}"] == "application/vnd.ms-office.webextensiontaskpanes+xml"
    leads = {entry.attrib["Type"]: entry.attrib for entry in part(lite_book, "_rels/.rels")}
    assert leads[f"{LEADS}/webextensiontaskpanes"]["Target"] == PANES_PART
    (lead,) = part(lite_book, "xl/webextensions/_rels/taskpanes.xml.rels")
    assert lead.attrib["Type"] == f"{LEADS}/webextension"
    assert lead.attrib["Target"] == "webextension1.xml"
    (pane,) = part(lite_book, PANES_PART)
    assert pane.attrib["visibility"] == "1"
    assert [one.attrib[RELATION] for one in pane] == [lead.attrib["Id"]]
    extension = part(lite_book, EXTENSION_PART)
    reference = extension.find(f"{WE}reference")
    assert reference is not None
    assert reference.attrib["id"] == "wa200008175"
    assert reference.attrib["storeType"] == "OMEX"
    assert [child.tag.removeprefix(WE) for child in extension] == [
        "reference", "alternateReferences", "properties", "bindings", "snapshot",
    ]  # fmt: skip


def test_the_workbook_carries_main_and_requirements(lite_book):
    found = carried(lite_book)
    assert found["main.py"] == main_with_code()
    assert found["requirements.txt"] == requirements(embed=True)
    assert found["Office.AutoShowTaskpaneWithDocument"] is True


def test_formulas_are_stored_as_office_js_functions_store_them(lite_book, tmp_path_factory):
    book = open_book(lite_book)
    plain = open_book(template(tmp_path_factory, CONTRACT))
    calls = 0
    for info in book.sheets:
        marks = {
            cell.attrib["r"]: cell.attrib.get("cm")
            for cell in part(lite_book, info.part).iter(f"{SHEET}c")
        }
        for (row, column), cell in cells_of(book, info.name).items():
            before = cells_of(plain, info.name)[(row, column)]
            assert cell.value == before.value
            if before.formula is None or not calls_a_function(before.formula):
                assert cell.formula == before.formula
                continue
            calls += 1
            assert cell.formula == before.formula.replace("PBR_", "_xldudf_PBR_")
            mark = marks[f"{column_letter(column)}{row}"]
            assert mark is not None
            assert is_dynamic_array(lite_book, int(mark))
    assert calls == 18


def is_dynamic_array(path: Path, mark: int) -> bool:
    """Whether the mark of a cell, counted from 1, says that its formula may spill."""
    metadata = part(path, "xl/metadata.xml")
    (entry,) = metadata.findall(f"{SHEET}cellMetadata/{SHEET}bk")[mark - 1]
    types = metadata.findall(f"{SHEET}metadataTypes/{SHEET}metadataType")
    assert types[int(entry.attrib["t"]) - 1].attrib["name"] == "XLDAPR"
    (held,) = metadata.findall(f"{SHEET}futureMetadata[@name='XLDAPR']/{SHEET}bk")[
        int(entry.attrib["v"])
    ].iter(f"{DYNAMIC}dynamicArrayProperties")
    return held.attrib["fDynamic"] == "1"


def test_xlpbr_calculates_the_workbook_and_finds_its_last_values(lite_book):
    book = open_book(lite_book)
    compared = 0
    errors: set[tuple[str, int]] = set()
    for sheet, values in calculate(lite_book).items():
        there = cells_of(book, sheet)
        for position, value in values.items():
            if position in there and value not in ("", None):
                stored = there[position].value
                if isinstance(value, CellError):
                    # The message of a stored error says its cell; the error is its code.
                    assert isinstance(stored, CellError), (sheet, position)
                    assert stored.code == value.code, (sheet, position)
                    errors.add((sheet, position[1]))
                    continue
                # The engine takes a small number for a date where a date went into it.
                number = serial_of(value) if isinstance(value, date) else value
                assert stored == number, (sheet, position)
                compared += 1
    # The chart of what was measured draws no months to come.
    assert errors == {("Statement", 22)}
    assert compared > 500


def test_the_same_workbook_is_the_same_file(lite_book, tmp_path):
    again = tmp_path / "again.xlsx"
    new_lite_workbook(load_contract(CONTRACT), again, sample=True)
    assert again.read_bytes() == lite_book.read_bytes()


def test_the_workbook_ports_there_and_back(lite_book, tmp_path):
    there, back = tmp_path / "calc.xlsx", tmp_path / "lite.xlsx"
    port(lite_book, "calc", there)
    assert carried(there)["main.py"] == main_with_code()
    with zipfile.ZipFile(there) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any(b"_xldudf_" in package.read(name) for name in sheets)
    port(there, "lite", back)
    assert back.read_bytes() == lite_book.read_bytes()


def test_without_the_code_the_workbook_asks_for_the_package(tmp_path):
    path = tmp_path / "asks.xlsx"
    new_lite_workbook(load_contract("cheshire-east-2026"), path, embed=False)
    found = carried(path)
    assert found["requirements.txt"] == requirements(embed=False)
    assert found["main.py"] == main_from_wheel()
    assert "FILES" not in found["main.py"]


def test_libreoffice_opens_the_workbook_and_keeps_its_formulas(lite_book, tmp_path):
    # Without the functions it shows #NAME? in their cells; their names stay as they were stored.
    need_libreoffice()
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [
            str(find_libreoffice()), f"-env:UserInstallation={profile}", "--headless",
            "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(lite_book),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    ours, theirs = open_book(lite_book), open_book(tmp_path / "out" / lite_book.name)
    assert [info.name for info in theirs.sheets] == [info.name for info in ours.sheets]
    compared = 0
    for sheet in ("Terms", "Placements", "Carers", "Claims"):
        there = cells_of(theirs, sheet)
        for position, cell in cells_of(ours, sheet).items():
            if cell.formula is None and cell.value not in ("", None):
                assert there[position].value == cell.value, (sheet, position)
                compared += 1
    assert compared > 200
    names = {
        formula.partition("(")[0].casefold()
        for sheet in theirs.sheets
        for formula in (cell.formula for cell in cells_of(theirs, sheet.name).values())
        if formula is not None and "pbr_" in formula.casefold() and formula.casefold()[0] == "_"
    }
    assert "_xldudf_pbr_statement" in names
