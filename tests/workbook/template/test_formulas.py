"""The formulas of the template: within Excel's limits, and old enough for Excel 2013."""

import dataclasses
import re
import zipfile
from datetime import date
from html import unescape

import pytest
from openpyxl.formula import Tokenizer

from tests.support.opened import opened as read_by_openpyxl
from tests.support.template_book import (
    MAIN,
    SPILLS,
    formulas_of,
    problems_corner,
    with_sample,
    with_terms,
    xml_of,
)
from xlpbr.contract.library import load_contract
from xlpbr.functions.catalogue import FUNCTIONS
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.write import write_template

EXCEL_2013 = {
    "ABS", "AGGREGATE", "AND", "COUNT", "COUNTA", "COUNTBLANK", "COUNTIF", "COUNTIFS", "DATE",
    "DATEVALUE", "DAY", "EDATE", "EOMONTH", "FIND", "IF", "IFERROR", "INDEX", "INT", "ISERROR",
    "ISNUMBER", "ISTEXT", "LARGE", "LEFT", "LEN", "LOG10", "LOWER", "MATCH", "MAX", "MID", "MIN",
    "MOD", "MONTH", "N", "NA", "NOT", "OR", "REPT", "RIGHT", "ROUND", "ROWS", "SIGN", "SMALL",
    "SUBSTITUTE", "SUM", "SUMIFS", "SUMPRODUCT", "TEXT", "TRIM", "UNICHAR", "VALUE", "YEAR",
}  # fmt: skip


def test_excels_limits_are_kept(opened, books):
    for key, book in opened.items():
        rules, formulas = 0, 0
        for sheet in book:
            assert len(sheet.title) <= 31
            for rule in sheet.data_validations.dataValidation:
                rules += 1
                assert len(rule.promptTitle or "") <= 32
                assert len(rule.errorTitle or "") <= 32
                assert len(rule.prompt or "") <= 255
                assert len(rule.error or "") <= 255
                assert len(rule.formula1 or "") <= 255
            for formula in formulas_of(sheet).values():
                formulas += 1
                assert len(formula) <= 8192
        with zipfile.ZipFile(books[key]) as archive:
            for number in range(1, len(SHEETS) + 1):
                # As it stands in the file: Excel counts the codes too, which openpyxl takes out.
                part = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
                texts = dict(re.findall("<odd(Header|Footer)>(.*?)</odd", part))
                assert set(texts) == {"Header", "Footer"}
                assert all(0 < len(unescape(text)) <= 255 for text in texts.values())
        assert rules > 100
        assert formulas > 5_000


@pytest.mark.slow
def test_native_formulas_need_no_newer_excel_than_2013(opened):
    used = set()
    for book in opened.values():
        for sheet in book:
            # A formula that is filled down differs in its rows alone, and is taken apart once.
            alike = {re.sub(r"\d+", "1", text): text for text in formulas_of(sheet).values()}
            for formula in alike.values():
                # Excel stores its own AGGREGATE (2010) and UNICHAR (2013) with the mark of a newer
                # function.
                known = formula.replace("_xlfn.AGGREGATE", "").replace("_xlfn.UNICHAR", "")
                assert "_xlfn" not in known
                used |= {
                    token.value.rstrip("(").removeprefix("_xlfn.")
                    for token in Tokenizer(formula).items
                    if token.type == "FUNC" and token.subtype == "OPEN"
                }
    called = {name for name in used if name.startswith("PBR_")}
    assert called == {
        "PBR_STATEMENT", "PBR_READINGS", "PBR_RECONCILE", "PBR_EXPLAIN", "PBR_FORECAST",
        "PBR_CHECK", "PBR_VERSION", "PBR_INVOICE", "PBR_LINES", "PBR_CHILDREN", "PBR_YEARS",
        "PBR_CHANGES",
    }  # fmt: skip
    assert called <= set(FUNCTIONS)
    assert used - called <= EXCEL_2013


def test_each_function_is_called_once_as_a_dynamic_array(plymouth):
    for sheet, corner in {**SPILLS, "Checks": problems_corner(
        load_contract("plymouth-l04-2526"), sample=True
    )}.items():  # fmt: skip
        root = xml_of(plymouth, f"xl/worksheets/sheet{SHEETS.index(sheet) + 1}.xml")
        arrays = [cell for cell in root.iter(f"{MAIN}c") if cell.find(f"{MAIN}f[@t='array']")
                  is not None]  # fmt: skip
        # The statement and the readings stand there to date, and to the end as the outlook.
        outlook = {"Statement": ["AA23"], "Readings": ["O8"]}.get(sheet, [])
        assert [cell.get("r") for cell in arrays] == [corner, *outlook]
        assert arrays[0].get("cm") == "1"


def test_the_statement_says_what_is_assumed_of_months_to_come(opened):
    for book in opened.values():
        assert book["Statement"]["E5"].value == "Outlook to"
        assert book["Statement"]["F5"].value == (
            "Outlook: as if every placement in place stays as it is and nothing else happens."
        )
        for sheet in book:
            for formula in formulas_of(sheet).values():
                assert not re.search(r"\b(TODAY|NOW|OFFSET|INDIRECT|RAND)\(", formula)


def test_texts_of_the_contract_are_never_formulas(tmp_path):
    bad = '=HYPERLINK("http://example.org","x")'
    contract = with_sample(
        with_terms(load_contract("plymouth-l04-2526"), Provider=bad, Commissioner="+1"),
        Placements=[{"Child": "@c", "Moved on": date(2026, 1, 1)}],
    )
    contract = dataclasses.replace(contract, title="=1+1 & more", notes=("-2",), source=bad)
    path = tmp_path / "book.xlsx"
    write_template(contract, path, sample=True)
    book = read_by_openpyxl(path)
    assert book["Terms"]["B8"].value == bad
    assert book["Terms"]["B8"].data_type == "s"
    assert book["Placements"]["A6"].data_type == "s"
    assert book["Statement"]["G2"].data_type == "s"
    assert "HYPERLINK" not in str([formulas_of(sheet) for sheet in book])
    assert book["Statement"].oddHeader.left.text == "=1+1 && more"


def test_excel_takes_the_last_values_as_they_are(plymouth):
    calculation = xml_of(plymouth, "xl/workbook.xml").find(f"{MAIN}calcPr")
    assert calculation.get("fullCalcOnLoad") is None
    assert calculation.get("calcMode") in (None, "auto")
