"""The VBA of a classic workbook: its text; tests/programs/test_vba.py runs it."""

from __future__ import annotations

import re
import sys

import pytest

from xlpbr.errors import FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.classic import vba as classic_vba
from xlpbr.udfs.classic.cells import ERROR_NUMBERS


@pytest.fixture(scope="module")
def modules():
    return classic_vba.vba_modules()


def wrapper_of(text: str, name: str) -> list[str]:
    found = re.search(rf"^Function {name}\(.*?^End Function", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[0].splitlines()


def test_each_wrapper_is_that_of_xlwings_with_two_lines_changed(modules):
    ours, theirs = modules["xlwings_udfs"], classic_vba.generated()
    for name in FUNCTIONS:
        mine, original = wrapper_of(ours, name), wrapper_of(theirs, name)
        assert len(mine) == len(original)
        changed = [pair for pair in zip(original, mine, strict=True) if pair[0] != pair[1]]
        assert len(changed) == 2
        assert f'xlpbr_excel.ResultOf("{name}", xlpbr_excel.AnswerOf("{name}", ' in changed[0][1]
        assert changed[1][0].strip() == f"{name} = Err.Description"
        assert (
            changed[1][1].strip() == f'{name} = xlpbr_excel.NotReached("{name}", Err.Description)'
        )


def test_a_wrapper_reads_tables_and_cells_each_in_their_way(modules):
    lines = wrapper_of(modules["xlwings_udfs"], "PBR_EXPLAIN")
    assert lines[0] == (
        "Function PBR_EXPLAIN(terms, placements, month, Optional carers, Optional claims,"
        " Optional as_at, Optional cohort, Optional prices, Optional costs, Optional rates,"
        " Optional agreed)"
    )
    call = (
        'xlpbr_excel.AnswerOf("PBR_EXPLAIN", Array(xlpbr_excel.TableOf(terms),'
        " xlpbr_excel.TableOf(placements), xlpbr_excel.CellsOf(month), xlpbr_excel.TableOf(carers),"
        " xlpbr_excel.TableOf(claims), xlpbr_excel.CellsOf(as_at), xlpbr_excel.TableOf(cohort),"
        " xlpbr_excel.TableOf(prices), xlpbr_excel.TableOf(costs), xlpbr_excel.TableOf(rates),"
        " xlpbr_excel.TableOf(agreed), ThisWorkbook.Date1904))"
    )
    assert any(call in line for line in lines)


def test_python_is_reached_in_one_place_which_keeps_the_connection(modules):
    """What follows ``#Else`` is for programs other than Excel."""
    in_excel = [
        line for name in FUNCTIONS for line in wrapper_of(modules["xlwings_udfs"], name)[:4]
    ]
    assert not [line for line in in_excel if "XLPy" in line]
    assert modules["xlpbr_excel"].count("XLPy") == 1


def test_every_error_has_its_number(modules):
    found = dict(re.findall(r'Case "(#[^"]+)": ErrorOf = CVErr\((\d+)\)', modules["xlpbr_excel"]))
    assert {code: int(number) for code, number in found.items()} == ERROR_NUMBERS
    assert found["#VALUE!"] == "2015"
    assert found["#NUM!"] == "2036"
    assert found["#N/A"] == "2042"


def test_every_function_and_argument_is_described(modules):
    text = modules["xlpbr_excel"]
    for function in FUNCTIONS.values():
        assert f'    Describe "{function.name}", ' in text
        for told in (function.help, *(argument.help for argument in function.arguments)):
            assert classic_vba._literal(told) in text


def test_a_text_in_vba_is_plain():
    assert classic_vba._literal('a "b" £5') == '"a ""b"" " & ChrW$(163) & "5"'
    assert classic_vba._literal("£") == "ChrW$(163)"
    assert classic_vba._literal("") == '""'


def test_no_name_of_an_argument_is_a_word_of_vba():
    words = {
        "end", "date", "type", "to", "next", "loop", "select", "case", "set", "let", "get", "in",
        "is", "as", "and", "or", "not", "if", "then", "else", "for", "each", "do", "while", "with",
        "on", "by", "dim", "const", "call", "sub", "function", "string", "long", "double", "name",
        "print", "open", "close", "input", "line", "stop", "new", "me", "nothing", "true", "false",
    }  # fmt: skip
    names = {argument.name for one in FUNCTIONS.values() for argument in one.arguments}
    assert not names & words
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,254}", name) for name in names)


def test_another_xlwings_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(classic_vba, "generated", lambda: "Function PBR_SAVING()\nEnd Function\n")
    with pytest.raises(FileProblem, match=r"generates other VBA.*pip install --upgrade xlpbr"):
        classic_vba.wrappers()


def test_generating_leaves_no_trace_of_windows():
    classic_vba.generated()
    assert not {"pythoncom", "pywintypes", "win32com", "xlwings.udfs"} & set(sys.modules)
