"""The VBA of a classic workbook at work in LibreOffice's VBA."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from pyopenvba import ExcelFile, VBAModuleKind

from tests.support.needed import need_libreoffice
from tests.support.vba_office import shown_by_libreoffice
from xlpbr.udfs.classic.cells import ERROR_NUMBERS
from xlpbr.workbook.hosts.classic_book import vba_project

_PYTHON = """
Public Function XLPy() As Object
    Set XLPy = New AnswerOfPython
End Function
"""

_ANSWERS = """
Public Function CallUDF(module_name, function_name, args)
    Dim table
    Select Case function_name
        Case "PBR_VERSION"
            CallUDF = UBound(args) & " " & args(0)
        Case "PBR_TERMS", "PBR_FEE_CAP"
            CallUDF = args(0)
        Case "PBR_RECONCILE"
            table = args(0)
            CallUDF = UBound(table, 1) - LBound(table, 1) + 1
        Case "PBR_SAVING"
            CallUDF = TypeName(args(0)) & " " & TypeName(args(1)) & " " & TypeName(args(2)) & _
                " " & TypeName(args(3)) & " " & TypeName(args(4))
        Case "PBR_CONTRACT_CAP"
            CallUDF = TypeName(args(2)) & IsEmpty(args(2)) & args(2)
        Case "PBR_CLAWBACK"
            CallUDF = Array("one", "#NUM!" & ChrW$(160) & "why", 3)
        Case "PBR_RUN_RATE"
            Err.Raise 1000, , "Unexpected Python Error: Traceback (most recent call last):" & _
                vbCrLf & "  File here" & vbCrLf & "ModuleNotFoundError: No module named 'xlpbr'"
        Case Else
            Err.Raise 1000, , "Could not load" & vbCrLf & "the library"
    End Select
End Function
"""

_FOR_LIBREOFFICE = {
    ".Value2": ".Value",
    "Application.Caller": "CallerOfTest()",
    "ThisWorkbook.Date1904": "False",
}
"""What LibreOffice's VBA does not know."""

_CALLER = """
Public Function CallerOfTest() As Object
    Set CallerOfTest = ThisWorkbook.Worksheets("Probe").Range("A1")
End Function
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> list[list[str]]:
    """What LibreOffice shows for formulas whose wrappers run, Python's answers being made up."""
    need_libreoffice()
    folder = tmp_path_factory.mktemp("vba")
    path = folder / "probe.xlsm"
    book = xlsxwriter.Workbook(path)
    data, probe = book.add_worksheet("Data"), book.add_worksheet("Probe")
    for row, code in enumerate(ERROR_NUMBERS):
        data.write_string(row, 0, f"{code}\u00a0the reason")
    data.write_string(len(ERROR_NUMBERS), 0, "plain")
    data.write_string(len(ERROR_NUMBERS) + 1, 0, "#REF! no mark")
    data.write_number(0, 1, 1234.56789, book.add_format({"num_format": "[$£-809]#,##0.00"}))
    data.write_number(1, 1, 46082, book.add_format({"num_format": "dd/mm/yyyy"}))
    last = len(ERROR_NUMBERS) + 2
    probe.write_array_formula(0, 1, last - 1, 1, f"{{=PBR_FEE_CAP(Data!A1:A{last},1)}}")
    probe.write_array_formula(0, 2, 0, 4, "{=PBR_CLAWBACK(1,2,3)}")
    formulas = (
        "=PBR_VERSION()",
        "=PBR_TERMS(Data!A3)",
        "=PBR_TERMS(Data!B1)*100000",
        "=PBR_SAVING(Data!B1,7,Data!B2,Data!B9,Data!A16,1)",
        "=PBR_RECONCILE(Data!A:B,1)",
        "=PBR_CONTRACT_CAP(1,2)",
        "=PBR_RUN_RATE(1,2,3,4,5)",
        "=PBR_OUTCOME_FEE(1,2,3,4)",
    )
    for row, formula in enumerate(formulas):
        probe.write_formula(row, 0, formula)
    book.add_vba_project(io.BytesIO(vba_project(2)), is_stream=True)
    book.close()
    _fit_for_libreoffice(path)
    return shown_by_libreoffice(path, "Probe", last, 5, folder)


def _fit_for_libreoffice(path: Path) -> None:
    with ExcelFile(path) as book:
        project = book.vba_project()
        # Of xlwings' two modules the one needs Windows, and the other LibreOffice cannot read.
        project.delete_module("Dictionary")
        project.get_module("xlwings").body = _PYTHON.replace("\n", "\r\n")
        project.get_module("ThisWorkbook").body = "\r\n"
        for name in ("xlpbr_excel", "xlwings_udfs"):
            module = project.get_module(name)
            for excel, office in _FOR_LIBREOFFICE.items():
                module.body = module.body.replace(excel, office)
        helpers = project.get_module("xlpbr_excel")
        assert "NotReached = CVErr(2029)" in helpers.body
        assert "ShortOf(what), 0, 0" in helpers.body
        helpers.body = helpers.body.replace(
            "NotReached = CVErr(2029)", 'NotReached = CVErr(2029) & ": " & ShortOf(what)'
        )
        project.add_module("Caller", _CALLER.replace("\n", "\r\n"))
        answers = _ANSWERS.replace("\n", "\r\n")
        project.add_module("AnswerOfPython", answers, kind=VBAModuleKind.other)
        book.save()


def test_marked_texts_become_errors_in_a_range_and_others_stay(shown):
    column = [row[1] for row in shown]
    assert column == [*(f"Error {number}" for number in ERROR_NUMBERS.values()), "plain",
                      "#REF! no mark"]  # fmt: skip


def test_a_row_of_one_dimension_keeps_its_shape(shown):
    assert shown[0][2:] == ["one", "Error 2036", "3"]


def test_single_results_and_the_last_argument_of_a_call(shown):
    assert shown[0][0] == "0 False"
    assert shown[1][0] == "Error 2015"


def test_cells_arrive_as_their_kind(shown):
    assert shown[2][0] == "123456789"
    assert shown[3][0] == "Double Double Date Empty String"


def test_a_whole_column_is_read_down_to_the_last_row_in_use(shown):
    assert shown[4][0] == str(len(ERROR_NUMBERS) + 2)


def test_an_argument_left_out_is_empty(shown):
    assert shown[5][0] == "EmptyTrue"


def test_where_python_is_not_reached_the_cell_shows_name_and_no_traceback_is_kept(shown):
    assert shown[6][0] == "Error 2029: ModuleNotFoundError: No module named 'xlpbr'"
    assert shown[7][0] == "Error 2029: Could not load the library"
