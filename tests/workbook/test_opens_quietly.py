"""Every kind of workbook that xlpbr makes opens in openpyxl without a warning.

A warning says that something is left out: what a council then saves from Python would lack it.
"""

from __future__ import annotations

import shutil
import warnings
import zipfile

import openpyxl
import pytest

from tests.support.portfolio_folder_books import folder_of
from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS

CONTRACT = CONTRACT_NAMES[0]


def warned(path):
    """What openpyxl says about a workbook in each way of loading it."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for way in ({}, {"data_only": True}, {"read_only": True}, {"keep_vba": True}):
            openpyxl.load_workbook(path, **way).close()
    return sorted({str(one.message) for one in found})


@pytest.fixture
def book(tmp_path, tmp_path_factory):
    return shutil.copy(template(tmp_path_factory, CONTRACT), tmp_path / "contract.xlsx")


@pytest.mark.parametrize("contract", CONTRACT_NAMES)
@pytest.mark.parametrize("sample", [True, False])
def test_a_template_opens_quietly(tmp_path_factory, contract, sample):
    assert warned(template(tmp_path_factory, contract, sample=sample)) == []


@pytest.mark.slow
@pytest.mark.parametrize("host", OF_WORKBOOKS)
def test_a_workbook_for_a_host_opens_quietly(xlpbr, tmp_path, host):
    path = tmp_path / f"contract{HOSTS[host].suffix}"
    assert xlpbr("new", CONTRACT, "--host", host, "--sample", "-o", path)[0] == 0
    assert warned(path) == []


MADE_FROM_IT = {
    "report": ("report", "{book}", "-o", "{out}"),
    "public report": ("report", "{book}", "-o", "{out}", "--public"),
    "recalc": ("recalc", "{book}", "-o", "{out}"),
    "port": ("port", "{book}", "--to", "lite", "-o", "{out}"),
    "values": ("port", "{book}", "--to", "values", "--allow-protected-sheet", "-o", "{out}"),
    "attach": ("attach", "{budget}", "--contract", CONTRACT, "-o", "{out}"),
    "insert": ("insert", "{budget}", "Budget!Z9", "=PBR_FEE_CAP(1,2,3)", "-o", "{out}"),
    "portfolio": ("portfolio", "{folder}", "-o", "{out}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", MADE_FROM_IT)
def test_what_a_command_makes_opens_quietly(xlpbr, book, tmp_path, kind):
    budget = openpyxl.Workbook()
    budget.active.title = "Budget"
    budget.save(tmp_path / "budget.xlsx")
    places = {
        "book": book, "budget": tmp_path / "budget.xlsx", "out": tmp_path / "out.xlsx",
        "folder": folder_of(tmp_path / "contracts", 2),
    }  # fmt: skip
    words = [word.format_map(places) for word in MADE_FROM_IT[kind]]
    status, out, err = xlpbr(*words)
    assert status == 0, out + err
    assert warned(tmp_path / "out.xlsx") == []


def test_what_is_printed_is_read_and_is_whole_columns(tmp_path_factory):
    """Excel prints whole columns down to the last row in use, and a part of them in full.

    Where workings to the right are longer than the page, its last row is said.
    """
    path = template(tmp_path_factory, CONTRACT)
    printed = {
        sheet.title: sheet.print_area for sheet in openpyxl.load_workbook(path) if sheet.print_area
    }
    assert printed == {
        "Month": "'Month'!$A$1:$J$47",  # one page, to be signed
        "Statement": "'Statement'!$A$1:$S$1048576",
        "Children": "'Children'!$A$1:$T$1048576",
        "Readings": "'Readings'!$A$1:$F$30",
        "Reconcile": "'Reconcile'!$A$1:$J$1048576",
        "Changes": "'Changes'!$A$1:$I$1048576",
        "Explain": "'Explain'!$A$1:$D$24",
        "Forecast": "'Forecast'!$A$1:$M$1048576",
        "Checks": "'Checks'!$A$1:$F$1048576",
    }
    with zipfile.ZipFile(path) as package:
        names = package.read("xl/workbook.xml").decode()
    assert names.count('name="_xlnm.Print_Area" localSheetId=') == 9
