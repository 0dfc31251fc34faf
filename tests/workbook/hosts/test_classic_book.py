"""The workbook for Excel on Windows: its macros, its settings and its sheets."""

from __future__ import annotations

import importlib
import io
import re
import zipfile
from pathlib import Path

import olefile
import openpyxl
import pytest
from oletools.olevba import VBA_Parser, decompress_stream
from pyopenvba import ExcelFile

from tests.conftest import CONTRACT
from tests.support.host_books import converted
from tests.support.templates import template
from xlpbr.contract.library import load_contract
from xlpbr.errors import FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.classic.vba import vba_modules, vba_of_workbook
from xlpbr.workbook.hosts import classic_book
from xlpbr.workbook.hosts.classic_book import new_classic_workbook, settings_for
from xlpbr.workbook.read.own_sheets import SHEETS


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("classic") / "contract.xlsm"
    new_classic_workbook(load_contract(CONTRACT), path, sample=True)
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    return template(tmp_path_factory, CONTRACT)


def macros(path: Path) -> dict[str, str]:
    """The modules of a workbook as olevba reads them."""
    parser = VBA_Parser(str(path))
    try:
        return {name: code for _, _, name, code in parser.extract_all_macros()}
    finally:
        parser.close()


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("Attribute VB_")]


def test_the_modules_read_back_as_they_were_written(made):
    found = macros(made)
    for name, text in vba_modules().items():
        assert lines(found[f"{name}.bas"]) == lines(text)
    assert lines(found["ThisWorkbook.cls"]) == lines(vba_of_workbook())
    wrappers = found["xlwings_udfs.bas"]
    for function in FUNCTIONS.values():
        assert wrappers.count(f"Function {function.name}(") == 1


def test_the_modules_of_xlwings_are_those_of_the_installed_xlwings(made):
    theirs = macros(classic_book._STANDALONE)
    found = macros(made)
    assert lines(found["Dictionary.cls"]) == lines(theirs["Dictionary.cls"])
    pairs = zip(lines(theirs["xlwings.bas"]), lines(found["xlwings.bas"]), strict=True)
    changed = [ours.strip() for stock, ours in pairs if stock != ours]
    assert len(changed) == 2
    assert changed[0].startswith("tail = ")
    assert changed[1] == 'If source = "directory" Then'
    assert 'XLPyDLLName As String = "xlwings64-' in found["xlwings.bas"]


def test_the_macros_are_text_alone_which_every_excel_compiles_anew(made):
    """The header says that no Excel made them; nothing compiled follows, in any module."""
    with zipfile.ZipFile(made) as package:
        project = olefile.OleFileIO(io.BytesIO(package.read("xl/vbaProject.bin")))
    assert project.openstream(["VBA", "_VBA_PROJECT"]).read().hex() == "cc61ffff000000"
    assert not [path for path in project.listdir() if path[-1].startswith("__SRP_")]
    modules = [path[1] for path in project.listdir() if path[0] == "VBA"]
    modules = [name for name in modules if name not in ("_VBA_PROJECT", "dir")]
    # The sheets with that of the settings, the workbook, and four modules of code.
    assert len(modules) == len(SHEETS) + 1 + 1 + 4
    for name in modules:
        text = decompress_stream(bytearray(project.openstream(["VBA", name]).read()))
        assert text.startswith(b"Attribute VB_Name = "), name


def test_every_sheet_has_its_module_and_every_module_its_sheet(made):
    with ExcelFile(made) as book:
        modules = book.module_names()
        assert book.validate() == []
    with zipfile.ZipFile(made) as package:
        workbook = package.read("xl/workbook.xml").decode()
        count = len(re.findall("<sheet ", workbook))
        codes = [
            re.search(
                '<sheetPr[^>]*codeName="([^"]+)"',
                package.read(f"xl/worksheets/sheet{number}.xml").decode(),
            )
            for number in range(1, count + 1)
        ]
    assert 'codeName="ThisWorkbook"' in workbook
    named = [code[1] for code in codes if code]
    assert named == [f"Sheet{number}" for number in range(1, count + 1)]
    own = {"ThisWorkbook", "xlwings", "Dictionary", "xlwings_udfs", "xlpbr_excel"}
    assert set(modules) == own | set(named)


def test_the_package_says_that_it_has_macros(made):
    with zipfile.ZipFile(made) as package:
        types = package.read("[Content_Types].xml").decode()
    assert "application/vnd.ms-excel.sheet.macroEnabled.main+xml" in types
    assert "application/vnd.ms-office.vbaProject" in types


def test_the_sheets_are_those_of_the_template(made, plain):
    with zipfile.ZipFile(made) as ours, zipfile.ZipFile(plain) as theirs:
        sheets = [name for name in theirs.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(SHEETS)
        for name in sheets:
            code = ' codeName="Sheet' + re.sub(r"\D", "", name) + '"'
            found = ours.read(name).decode()
            assert code in found
            without = found.replace(code, "").replace("<sheetPr/>", "")
            assert without == theirs.read(name).decode()
        for name in ("xl/metadata.xml", "xl/tables/table1.xml", "xl/charts/chart1.xml"):
            assert ours.read(name) == theirs.read(name)


def test_the_settings_stand_where_xlwings_looks_for_them(made):
    sheet = openpyxl.load_workbook(made)["xlwings.conf"]
    rows = [(key.value, value.value) for key, value in sheet["A1:B4"]]
    assert rows == [
        ("PYTHONPATH", None),
        ("UDF Modules", "xlpbr.udfs.classic"),
        ("ADD_WORKBOOK_TO_PYTHONPATH", "false"),
        (None, None),
    ]
    assert "xlpbr install classic" in str(sheet["A7"].value)


def test_on_windows_the_settings_name_this_python():
    home = r"C:\Users\Jane"
    own = settings_for(Path(r"C:\Users\Jane\venv\Scripts\python.exe"), "win32", home)
    assert own["Interpreter_Win"] == r"%USERPROFILE%\venv\Scripts\python.exe"
    shared = settings_for(Path(r"D:\Python\python.exe"), "win32", home)
    assert shared["Interpreter_Win"] == r"D:\Python\python.exe"
    assert next(iter(shared)) == "Interpreter_Win"
    assert "Interpreter_Win" not in settings_for(Path("/usr/bin/python"), "linux")


@pytest.mark.slow
def test_the_same_contract_gives_the_same_file(made, tmp_path):
    again = tmp_path / "again.xlsm"
    new_classic_workbook(load_contract(CONTRACT), again, sample=True)
    assert again.read_bytes() == made.read_bytes()


def test_the_commands_read_it(made, xlpbr):
    status, out, _ = xlpbr("statement", made, "--csv")
    assert status == 0
    assert out.startswith("Month,Children in family placements,")
    # Two of the sample's rows are disputed.
    status, out, _ = xlpbr("check", made)
    assert status == 1
    assert "disputed" in out


@pytest.mark.program
def test_libreoffice_opens_it(made, tmp_path):
    """The sheets and what is typed in them; the functions are for Excel."""
    found = openpyxl.load_workbook(converted(made, tmp_path, "xlsx"))
    wanted = openpyxl.load_workbook(made)
    assert found.sheetnames == wanted.sheetnames
    seen = 0
    for name in ("Terms", "Placements", "Carers", "Claims", "xlwings.conf"):
        for row in wanted[name].iter_rows():
            for cell in row:
                if cell.value is not None and cell.data_type != "f":
                    assert found[name][cell.coordinate].value == cell.value
                    seen += 1
    assert seen > 200


@pytest.mark.parametrize("name", ["contract.xlsx", "contract"])
def test_another_name_is_refused(tmp_path, name):
    with pytest.raises(FileProblem, match=r"named \.xlsm.*Write to contract\.xlsm"):
        new_classic_workbook(load_contract(CONTRACT), tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_without_pyopenvba_it_says_what_to_install(tmp_path, monkeypatch):
    real = importlib.import_module

    def missing(name, *rest):
        if name == "pyopenvba":
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(classic_book, "import_module", missing)
    with pytest.raises(FileProblem, match="pip install pyOpenVBA"):
        new_classic_workbook(load_contract(CONTRACT), tmp_path / "contract.xlsm")
    assert not list(tmp_path.iterdir())
