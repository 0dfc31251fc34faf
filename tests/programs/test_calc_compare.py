"""Formulas that nothing in a book proves, held against LibreOffice Calc."""

from __future__ import annotations

import zipfile

import pytest
import xlsxwriter

from tests.support.needed import CALC_REMEDY, need
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.compare import compare_with_calc
from xlpbr.workbook.ooxml.book import open_book

RIGHT = {
    "B1": ("=SUM(A1:A3)+PBR_FEE_CAP(1,2)", 31.0),
    "B2": ("=ROUND(PBR_FEE_CAP(A2,8000)/3,2)", 3.33),
    "B3": ('=SUM(SUMIF(D1:D3,{"n1","n2"},A1:A3))+PBR_FEE_CAP(1,2)', 31.0),
    "B4": ("=SUM(PBR_CONTRACT_CAP(A1:A3,15)*2)", 30.0),
    "B5": ('=IF(PBR_FEE_CAP(1,2)=1,"",2)', ""),
    "B7": ("=AND(PBR_CONTRACT_CAP(A1:A3,15)>0)", False),
    "B8": ("=OR(PBR_CONTRACT_CAP(A1:A3,15)>0)", True),
    "B6": ('=VALUE(PBR_FEE_CAP(7,9))&"x"', "7x"),
}
OTHERWISE = {
    "C1": ('=SUM(SUMIF(D1:D3,{"n1","n2"},A1:A3))+PBR_FEE_CAP(1,2)', 1.0),
    "C3": ("=AND(PBR_CONTRACT_CAP(A1:A3,15)>0)", True),
    "C2": ("=SUM(VALUE(A1:A3))+PBR_FEE_CAP(1,2)", 1.0),
}
UNSURE = {
    "E1": ("=NOSUCHFUNCTION(PBR_FEE_CAP(1,2))", 1.0),
    "E2": ("=RAND()*PBR_FEE_CAP(1,2)", 0.5),
}


@pytest.fixture(scope="module", autouse=True)
def _calc():
    program = calc_engine.find_calc()
    present = program is not None and any(program.parent.glob("*pythonloader*"))
    need("LibreOffice with python3-uno", present=present, remedy=CALC_REMEDY)


def _mark_truths(path, of_cells):
    """Let cells with 1 and 0 hold TRUE and FALSE, which XlsxWriter writes in no array formula."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    for cell in of_cells:
        part = "xl/worksheets/sheet1.xml"
        parts[part] = parts[part].replace(f'r="{cell}"', f'r="{cell}" t="b"')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)


def test_what_calc_makes_of_them(tmp_path):
    path = tmp_path / "book.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("S")
    sheet.write_column("A1", [0, 10, 20])
    sheet.write_column("D1", ["n0", "n1", "n2"])
    # What others read is held to what the book shows, here a figure that Calc would not make.
    sheet.write_formula("A4", "=A3+1", None, 500)
    asked = {**RIGHT, **OTHERWISE, **UNSURE, "F1": ("=ROUND(A4*PBR_FEE_CAP(1,2),0)", 500.0)}
    for cell, (formula, value) in asked.items():
        sheet.write_dynamic_array_formula(
            f"{cell}:{cell}", formula, None, value + 0 if value in (True, False) else value
        )
    made.close()
    _mark_truths(path, [cell for cell, (_, value) in asked.items() if isinstance(value, bool)])
    places = {("S", (int(cell[1]), " ABCDEF".index(cell[0]))): cell for cell in asked}
    found = compare_with_calc(open_book(path), list(places))
    different = {places[place]: value for place, value in found.different.items()}
    assert different == {"C1": 31.0, "C2": 31.0, "C3": 0.0}
    assert {places[place]: why for place, why in found.not_compared.items()} == {
        "E1": "LibreOffice Calc does not know all that it uses",
        "E2": "LibreOffice Calc gives another value than Excel for RAND",
    }


def test_where_libreoffice_is_missing_nothing_is_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(calc_engine, "find_calc", lambda: None)
    path = tmp_path / "book.xlsx"
    xlsxwriter.Workbook(path).close()
    found = compare_with_calc(open_book(path), [("Sheet1", (1, 1))])
    assert found.not_compared == {
        ("Sheet1", (1, 1)): "LibreOffice, which would be the second to calculate it, is not"
        " installed"
    }
