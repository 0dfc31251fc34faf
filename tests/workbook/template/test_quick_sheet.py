"""Formulas that are written as they are, and ranges that are as wide as what fills them."""

from __future__ import annotations

from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.template.page import NoCharacters
from xlpbr.workbook.template.quick_sheet import QuickSheet

FORMULAS = [
    "=SUM(A1:B2)", "{=SUM(A1:B2)}", "SUM(A1)", "=SUM(A1)}", "=UNIQUE(A1:A9)", "=1+SORT(A1:A9)",
    '=IF(A1="FILTER(x",1,2)', "=_xlfn.XLOOKUP(1,A:A,B:B)+FILTER(A:A,1)", "=XLOOKUP(1,A:A,B:B)",
    "=-MAP(A1:A3,LAMBDA(x,x))", "=(SEQUENCE(3))", "=A.FILTER(1)", "=MYFILTER(1)", "=XSINGLE(1)",
    "='It''s (new)'!A1+SWITCH(A1,1,2)", "=TRUE", '="("', "=CONCAT(A1)", "=BYROW (A1)",
    "=_xlfn.SINGLE(A1:A3)", "=_xlfn.UNICHAR(160)", "=A1",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_prepared_as_by_xlsxwriter(formula):
    assert QuickSheet()._prepare_formula(formula) == Worksheet()._prepare_formula(formula)
    assert QuickSheet()._prepare_formula(formula, True) == Worksheet()._prepare_formula(
        formula, True
    )


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_written_as_by_xlsxwriter(formula):
    quick, stock = QuickSheet(), Worksheet()
    for sheet in (quick, stock):
        assert sheet.write_formula(3, 2, formula, None, "shown") == 0
        assert sheet.write_formula(-1, 2, formula) == -1
    assert quick.table == stock.table
    assert quick.has_dynamic_arrays == stock.has_dynamic_arrays
    assert type(quick.table[3][2]) is type(stock.table[3][2])


@pytest.mark.parametrize(
    "value",
    ["", NoCharacters(), "a & b", "#N/A", "#SPILL!", 0, -1.5, 0.1 + 0.2, 1e300, True, False, "<&>"],
)
def test_a_cell_is_stored_as_by_xlsxwriter(value, tmp_path):
    stored = []
    for kind in (QuickSheet, Worksheet):
        path = tmp_path / f"{kind.__name__}.xlsx"
        with Workbook(str(path)) as workbook:
            sheet, style = workbook.add_worksheet("S", kind), workbook.add_format({"bold": True})
            sheet.write_formula(0, 0, '=IF(A9<1,"a & b",B9)', style, value)
            sheet.write_formula(1, 27, "=A1", None, value)
            sheet.write_formula(2, 0, "=SEQUENCE(2)", style, 1)
            sheet.write_blank(3, 2, None, style)
            sheet.write(4, 0, 1.5, style)
            sheet.write(4, 1, "<a>", style)
        with ZipFile(path) as package:
            stored.append(package.read("xl/worksheets/sheet1.xml"))
    assert stored[0] == stored[1]


def test_newer_functions_are_looked_for_where_the_workbook_asks_for_it():
    quick, stock = QuickSheet(), Worksheet()
    quick.use_future_functions = stock.use_future_functions = True
    for formula in ("=SUM(A1)", "=CONCAT(A1)", "=STDEV.S(A1:A3)"):
        assert quick._prepare_formula(formula) == stock._prepare_formula(formula)


@pytest.mark.slow
@pytest.mark.parametrize("sample", [True, False])
@pytest.mark.parametrize("contract", CONTRACT_NAMES)
def test_recalculation_leaves_a_new_workbook_as_it_is(contract, sample, tmp_path, tmp_path_factory):
    book = template(tmp_path_factory, contract, sample=sample)
    done = recalculate(book, tmp_path / "calculated.xlsx")
    assert (done.written, done.kept) == (0, ())
