"""What goes into the temporary copy for Calc, and a LibreOffice that cannot; none is needed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import xlsxwriter

from tests.support.systems import on_posix
from xlpbr.errors import FileProblem
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.copy import for_calc, reference_in
from xlpbr.workbook.libreoffice.recalculate import compares_texts_of_a_table
from xlpbr.workbook.ooxml.book import open_book

# -- the copy for Calc -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "copied"),
    [
        ("PBR_X(A1)", "PBR_X(A1)"),
        ("PBR_FEE_CAP(A1,-B1,,3)", "F(C(A1),-B1,,3)"),
        ("_xldudf_PBR_FEE_CAP( A1 ,$B$2:B9)", "F(C( A1 ),C($B$2:B9))"),
        ("PBR_FEE_CAP('My, (sheet)'!A:H,T[[#All],[it''s, x]])", None),
        ("PBR_FEE_CAP(IF(A1>2,B1,3),CHOOSE(2,A1,4))", "F(IF(A1>2,C(B1),3),CHOOSE(2,C(A1),4))"),
        ("SUM([0]!PBR_FEE_CAP(1,INDEX(A1:B9,2,1)))", "SUM(F(1,C(INDEX(A1:B9,2,1))))"),
        ('PBR_FEE_CAP(INDEX({1,2},1),"PBR_FEE_CAP(A1)")', 'F(INDEX({1,2},1),"PBR_FEE_CAP(A1)")'),
        ("PBR_FEE_CAP(PBR_FEE_CAP(A1,2),[1]Other!A1)", "F(F(C(A1),2),[1]Other!A1)"),
        ("PBR_FEE_CAP(Plan[#All],Plan[One])", "F(C(S!D1:E3),C(Plan[One]))"),
        ('IF(B1="PBR_FEE_CAP(A1)",A1,B1)', 'IF(B1="PBR_FEE_CAP(A1)",A1,B1)'),
    ],
)
def test_references_are_handed_over_as_the_cells_that_they_are(
    formula: str, copied: str | None, tmp_path: Path
):
    plan = {"name": "Plan", "columns": [{"header": "One"}, {"header": "Two"}]}
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as made:
        made.add_worksheet("S").add_table("D1:E3", plan)
    book = open_book(tmp_path / "book.xlsx")
    found = for_calc(formula, partial(reference_in, book))
    short = found.replace("ORG.XLPBR.UDFS.PBR_CELLS", "C").replace(
        "ORG.XLPBR.UDFS.PBR_FEE_CAP", "F"
    )
    if copied is None:
        copied = "F(C('My, (sheet)'!A:H),C(T[[#All],[it''s, x]]))"
    assert short == copied


@pytest.mark.parametrize(
    ("formula", "compares"),
    [
        ('PBR_TERMS("x")', False),
        ('IFERROR(PBR_CHECK(A1:B2,C1:D2),"")', False),
        ('INDEX(PBR_TERMS("x"),10,2)="a"', False),
        ('INDEX(_xldudf_PBR_TERMS("x"),0,2)="a"', True),
        ('VLOOKUP("a",PBR_TERMS("x"),2,0)', True),
        ("ROWS(PBR_CHECK(A1:B2,C1:D2))=2", False),
        ('PBR_STATEMENT(PBR_TERMS("x"),A1:B2)', False),
        ("_xlfn._xlws.SORT(PBR_CHECK(A1:B2,C1:D2))", True),
        ("PBR_SAVING(1,2,3,4,5,6)=7", False),
    ],
)
def test_formulas_that_compare_texts_within_a_table(formula: str, compares: bool):
    assert compares_texts_of_a_table(formula) is compares


# -- a LibreOffice that cannot ----------------------------------------------------------------


@pytest.mark.parametrize("broken", ["missing", "no python"])
def test_a_libreoffice_that_cannot_is_named(
    broken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    if broken == "no python":
        (tmp_path / "soffice.bin").write_text("#!/bin/sh\n", encoding="utf-8")
    monkeypatch.setenv("XLPBR_LIBREOFFICE", str(tmp_path))
    with pytest.raises(FileProblem, match="Calc with its Python, which was not found"):
        _start()


@on_posix
def test_a_program_that_ends_at_once_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    program = tmp_path / "soffice.bin"
    program.write_text("#!/bin/sh\necho 'ImportError: no module' >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "pythonloader.py").touch()
    monkeypatch.setenv("XLPBR_LIBREOFFICE", str(tmp_path))
    with pytest.raises(FileProblem, match="does not run xlpbr: ImportError: no module"):
        _start()


def _start() -> None:
    with calc_engine.running():
        pytest.fail("it started")
