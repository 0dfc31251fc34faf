"""The functions as Office.js functions: what xlwings Lite and xlwings Server share.

Each session runs in a process of its own, because xlwings must see its licence key, and must not
see pandas, when it is first imported.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import Any

import pytest

from tests.support.host_matrix import Case, cases, expected, problems
from tests.support.node.runs import LICENCE, NOT_IN_LITE, request, request_of, run_on_python, shown
from xlpbr import cells
from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.functions import FUNCTIONS

os.environ.setdefault("XLWINGS_LICENSE_KEY", LICENCE["XLWINGS_LICENSE_KEY"])
from xlwings import XlwingsError

from xlpbr.udfs import lite
from xlpbr.udfs.office_js import from_office_js, to_office_js

BRITISH = "dd/mm/yyyy"


MODULES_TO_THE_FIRST_RESULT = 900


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every case of the matrix, a blank cell as null, without numpy and pandas."""
    folder = tmp_path_factory.mktemp("office_js")
    return run_on_python(folder, [request_of(case) for case in cases()], hidden=NOT_IN_LITE)


def by_name(answers: dict[str, Any]) -> dict[str, Any]:
    """The answer to each case of the matrix, by the name of the case."""
    names = [case.name for case in cases()]
    return dict(zip(names, answers["results"], strict=True))


def with_serials(case: Case) -> Case:
    """A case as Excel hands it to JavaScript, where a date cell is the number that it holds."""

    def plain(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [plain(cell) for cell in value]
        return float(cells.serial_of(value)) if isinstance(value, dt.date) else value

    return replace(case, arguments=tuple(map(plain, case.arguments)))


@pytest.mark.slow
def test_every_case_gives_what_the_core_gives_for_the_same_cells(answers):
    assert len(answers["results"]) == len(cases()) > 1000
    for case, answer in zip(cases(), answers["results"], strict=True):
        assert shown(answer) == expected(with_serials(case)), case.name


@pytest.mark.slow
def test_what_differs_from_the_core_is_said_in_the_matrix(answers):
    found = by_name(answers)
    assert problems("lite", lambda case: shown(found[case.name])) == []


@pytest.mark.slow
def test_a_blank_cell_may_come_as_an_empty_text(answers, tmp_path):
    chosen = [case for case in cases() if case.kind == "blank"]
    assert len(chosen) > 100
    again = run_on_python(tmp_path, [request_of(case, blank="") for case in chosen])
    first = by_name(answers)
    assert again["results"] == [first[case.name] for case in chosen]


@pytest.mark.slow
def test_excel_is_told_of_each_function_what_the_catalogue_says(answers):
    meta = answers["meta"]
    assert meta["allowErrorForDataTypeAny"] is True
    told = {function["name"]: function for function in meta["functions"]}
    assert set(told) == set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        assert told[name]["id"] == name
        assert told[name]["description"] == function.help
        assert told[name]["result"] == {"dimensionality": "matrix", "type": "any"}
        parameters = told[name]["parameters"]
        assert [parameter["name"] for parameter in parameters] == [
            argument.name for argument in function.arguments
        ]
        for parameter, argument in zip(parameters, function.arguments, strict=True):
            assert parameter["description"] == argument.help
            assert parameter.get("optional", False) is not argument.required
            assert parameter["dimensionality"] == "matrix"


@pytest.mark.slow
def test_an_error_with_a_message_is_thrown_and_others_are_values(tmp_path):
    calls = [
        request("PBR_FEE_CAP", [["tbc"]], [[5.0]], None),
        request("PBR_CONTRACT_CAP", [[1.0]], [[-5.0]], None),
        request("PBR_TERMS", [["somewhere"]]),
        request("PBR_PRO_RATA", [[100.0], ["tbc"]], [[45901.0]], [[12.0]], [[46112.0]], None),
        request("PBR_FEE_CAP", [[1.0]]),
    ]
    thrown, number, unknown, in_its_cell, too_few = run_on_python(tmp_path, calls)["results"]
    assert thrown == {
        "error": 'savings: found "tbc"; expected a number',
        "kind": "XlwingsError",
    }
    assert number == {"result": [[{"type": "Error", "errorType": "Num"}]]}
    assert unknown == {"result": [[{"type": "Error", "errorType": "NotAvailable"}]]}
    assert in_its_cell == {"result": [[58.33], [{"type": "Error", "errorType": "Value"}]]}
    assert too_few == {
        "error": "expected PBR_FEE_CAP(savings, fee_to_date, [invoiced_before])",
        "kind": "XlwingsError",
    }


@pytest.mark.slow
def test_an_excel_too_old_for_errors_as_values_gets_no_text_in_their_place(tmp_path):
    calls = [
        request("PBR_TERMS", [["somewhere"]], runtime="1.3"),
        request("PBR_PRO_RATA", [[1.0], ["x"]], [[45901]], [[12]], [[46112]], None, runtime="1.2"),
        request("PBR_STATEMENT", [["Term", "Value"]], [["Child"]], None, None, None, runtime="1.1"),
    ]
    answers = run_on_python(tmp_path, calls)["results"]
    assert [answer["kind"] for answer in answers] == ["XlwingsError"] * 3
    assert answers[0]["error"].startswith('#N/A contract: found "somewhere"')
    assert answers[1]["error"] == '#VALUE! amount: found "x"; expected a number'


@pytest.mark.slow
def test_dates_come_with_the_format_of_the_persons_excel(answers):
    statement = next(
        answer["result"]
        for case, answer in zip(cases(), answers["results"], strict=True)
        if case.function == "PBR_STATEMENT" and "result" in answer
    )
    assert statement[1][0] == {
        "type": "FormattedNumber",
        "basicValue": 46023.0,
        "numberFormat": BRITISH,
    }
    month = [[dt.date(2025, 9, 1)]]
    assert to_office_js(month, 1.4, None) == [[45901.0]]
    assert to_office_js(month, 1.3, BRITISH) == [[45901.0]]
    # Excel counts a 29 February 1900, so that 1 March 1900 is day 61 and the day before is 59.
    assert to_office_js(dt.date(1900, 2, 28), 1.4, None) == [[59.0]]


def test_every_error_of_excel_goes_in_and_comes_out_as_itself():
    codes = EXCEL_ERRORS - {"#UNKNOWN!"}
    for code in sorted(codes):
        sent = to_office_js([[1.0, CellError(code, "why")]], 1.4, BRITISH)[0][1]
        assert from_office_js([[sent]]) == [[CellError(code, f"the cell shows {code}")]]
        named = {"type": "Error", "errorType": "Whatever", "basicValue": code}
        assert from_office_js(named) == CellError(code, f"the cell shows {code}")
    new = {"type": "Error", "errorType": "Python", "basicValue": "#PYTHON!"}
    assert from_office_js(new) == CellError("#VALUE!", "the cell shows #VALUE!")


def test_what_excel_sends_becomes_cell_values():
    formatted = {"type": "Double", "basicValue": 45901, "numberFormat": BRITISH}
    assert from_office_js([[formatted, "", None, True, "x", 2, 0.5]]) == [
        [45901, None, None, True, "x", 2, 0.5]
    ]
    assert from_office_js([1.0, ""]) == [[1.0, None]]
    assert from_office_js(((1.0,), ("",))) == [[1.0], [None]]
    assert from_office_js(7) == 7
    picture = from_office_js({"type": "WebImage", "address": "https://example.org"})
    assert picture.code == "#VALUE!"
    assert "plain value" in picture.message


def test_what_the_core_gives_becomes_rows():
    assert to_office_js("=SUM(A1)", 1.4, BRITISH) == [["=SUM(A1)"]]
    assert to_office_js([[None, True, "#1", 3]], 1.4, BRITISH) == [["", True, "#1", 3]]
    with pytest.raises(XlwingsError, match=r"^why$"):
        to_office_js([[CellError("#VALUE!", "why")]], 1.4, BRITISH)
    with pytest.raises(XlwingsError, match=r"^#NUM! why$"):
        to_office_js([[1.0], [CellError("#NUM!", "why")]], 1.3, BRITISH)


# What xlwings asks of each cell is answered once; the stock functions are still as they were.
# How often Pyodide is looked for is counted in 500 cells.
LOOKUP = """
import builtins, inspect
from xlwings import utils
from xlwings.pro import udfs_officejs

stock = {
    name: name in dir(module)
    for module, name in ((utils, "is_jsnull"), (udfs_officejs, "js_to_none"))
}
uses = [
    "js_to_none(" in inspect.getsource(udfs_officejs.to_scalar),
    "is_jsnull" in inspect.getsource(__import__("xlwings.pro._xlofficejs").pro._xlofficejs),
]


def stock_js_to_none(value):
    try:
        from pyodide.ffi import JsNull

        if isinstance(value, JsNull):
            return None
    except ImportError:
        pass
    return value


def looks(ask):
    found, real = [], builtins.__import__

    def counting(name, *rest):
        found.append(name)
        return real(name, *rest)

    builtins.__import__ = counting
    try:
        for _ in range(500):
            ask(1.0)
    finally:
        builtins.__import__ = real
    return len(found)


asked = [looks(stock_js_to_none), looks(udfs_officejs.js_to_none), looks(utils.is_jsnull)]
answer = {"stock": stock, "uses": uses, "asked": asked}
"""


@pytest.mark.slow
def test_xlwings_looks_for_pyodide_once_and_not_for_every_cell(tmp_path):
    found = run_on_python(tmp_path, [], script=LOOKUP)["script"]
    assert found["stock"] == {"is_jsnull": True, "js_to_none": True}
    assert found["uses"] == [True, True]
    assert found["asked"] == [500, 0, 0]


# A column of 10,000 rows through xlwings and straight.
COLUMN = """
from xlpbr.functions import FUNCTIONS

N = 10_000
column = lambda *values: [[values[row % len(values)]] for row in range(N)]
money = column(1234.56, 99.99, 0.0, 45000.28)
COLUMNS = {
    "PBR_SAVING": [column(7000.49, 6512.7), column(1400.12, 900.0), column(46082.0, 46100.0),
                   column("", 46210.0), [[46082.0]], [[46142.0]]],
    "PBR_FEE_CAP": [money, [[float(1000 * row)] for row in range(N)], None],
    "PBR_CONTRACT_CAP": [money, [[9000000.0]], None],
    "PBR_RUN_RATE": [column(7000.49, 6512.7), column(1400.12, 900.0), column(46082.0, 46100.0),
                     column("", 46210.0), [[46142.0]]],
}
blanks = lambda value: [[None if cell == "" else cell for cell in row] for row in value]
answer = {}


async def main():
    for name, sent in COLUMNS.items():
        cells = [None if value is None else blanks(value) for value in sent]
        body = {"func_name": name, "client": "Office.js", "version": "", "runtime": "1.4",
                "date_format": "dd/mm/yyyy", "culture_info_name": "en-GB"}
        result = FUNCTIONS[name].call(*cells)
        answered = await call({**body, "args": sent})
        rows = result if isinstance(result, list) else [[result]]
        answer[name] = answered == {"result": rows}
"""


@pytest.mark.slow
def test_a_column_through_xlwings_is_what_the_plain_call_gives(tmp_path):
    found = run_on_python(tmp_path, [], script=COLUMN)["script"]
    assert len(found) == 4
    assert all(found.values()), found


# xlwings' own conversion of results asks pandas about every cell; ours never does.
NO_PANDAS = """
from xlwings.pro import _xlofficejs


class Asked:
    def __getattr__(self, name):
        raise AssertionError(f"asked for {name}")


assert _xlofficejs.pd is not None and _xlofficejs.np is not None
_xlofficejs.pd = _xlofficejs.np = Asked()


answer = {}


async def main():
    body = {"client": "Office.js", "version": "", "runtime": "1.4", "date_format": "dd/mm/yyyy",
            "culture_info_name": "en-GB", "func_name": "PBR_SAVING"}
    args = [[[7000.0], [6000.0]], [[1400.0]], [[46082.0]], [[None]], [[46082.0]], [[46112.0]]]
    answer.update(await call({**body, "args": args}))
"""


@pytest.mark.slow
def test_neither_pandas_nor_numpy_is_on_the_path_of_a_call(tmp_path):
    pytest.importorskip("pandas")
    found = run_on_python(tmp_path, [], script=NO_PANDAS)
    assert found["script"] == {"result": [[24800.0], [20371.43]]}
    assert "pandas" in found["loaded"]


def test_the_first_call_needs_little_beside_xlwings(tmp_path):
    call = request("PBR_FEE_CAP", [[1000.0]], [[500.0]], None)
    answer = run_on_python(tmp_path, [call], hidden=NOT_IN_LITE)
    assert answer["results"] == [{"result": [[500.0]]}]
    assert not {"pandas", "numpy"} & set(answer["loaded"])
    # How long it takes is measured by bench/hosts.py; this is what it would be longer by.
    assert not {name for name in answer["loaded"] if name.startswith("xlpbr.workbook")}
    assert answer["modules to first result"] < MODULES_TO_THE_FIRST_RESULT


def test_the_module_names_its_functions_for_xlwings_to_find():
    assert set(lite.__all__) == set(FUNCTIONS)
    for name in FUNCTIONS:
        assert getattr(lite, name).__xlfunc__["name"] == name
