"""The server over HTTP on loopback: every function, what Excel and the task pane ask for."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.host_matrix import LEFT_OUT, Case, cases, problems
from tests.support.needed import ROOT
from tests.support.node.runs import request, request_of, shown
from tests.support.server_process import CALL, RunningServer, running_server
from xlpbr import __version__, cells
from xlpbr.cells import serial_of
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.errors import NA, NUM, VALUE, CellError
from xlpbr.functions import FUNCTIONS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    # The time limit has tests of its own; here a busy machine must not reach it.
    with running_server(tmp_path_factory.mktemp("server"), {"SECONDS": 300}) as found:
        yield found


def answer_to(client: Any, case: Case, blank: Any) -> list[list[Any]]:
    """What the cells show for what the server answers, a marked reason as the page reads it."""
    answer = client.post(CALL, json=request_of(case, blank))
    if answer.status_code == 400:
        return [[marked(answer.json()["detail"])[0]]]
    assert answer.status_code == 200, (case.name, answer.text)
    return shown(answer.json())


def marked(reason: str) -> tuple[str, str]:
    """The error that a reason is of, and the reason without its mark."""
    for code in (NUM, NA):
        if reason.startswith(f"{code} "):
            return code, reason.removeprefix(f"{code} ")
    return VALUE, reason


@pytest.mark.slow
def test_every_case_of_the_matrix_is_what_the_core_gives(client):
    assert problems("server", lambda case: answer_to(client, case, None)) == []


@pytest.mark.slow
def test_a_blank_cell_may_come_as_an_empty_text(client):
    chosen = [case for case in cases() if case.kind == "blank"]
    assert len(chosen) > 100
    for case in chosen:
        assert answer_to(client, case, "") == answer_to(client, case, None), case.name


def error_of(case: Case) -> CellError | None:
    """The core's error for the whole of a case, if that is what it gives."""
    try:
        result = FUNCTIONS[case.function].call(*map(as_handed_over, case.arguments))
    except CellError as error:
        return error
    return result if isinstance(result, CellError) else None


@pytest.mark.slow
def test_an_error_of_the_whole_comes_with_its_message_and_is_not_tried_again(client):
    assert 400 not in retry_codes(client)
    wrong = [(case, error) for case in cases() if (error := error_of(case)) is not None]
    with_message = [(case, error) for case, error in wrong if error.code in (VALUE, NUM, NA)]
    assert len(with_message) > 150
    for case, error in with_message:
        answer = client.post(CALL, json=request_of(case))
        assert answer.status_code == 400, case.name
        assert answer.json().keys() == {"detail"}
        assert marked(answer.json()["detail"]) == (error.code, error.message), case.name
    # What only passes an error of a cell on has nothing to say, and Excel has no such word.
    others = [case for case, error in wrong if error.code not in (VALUE, NUM, NA)]
    for case in others:
        assert client.post(CALL, json=request_of(case)).status_code == 200, case.name


def as_handed_over(value: Any) -> Any:
    """Cells as they come out of a request: a date its serial, a range of one cell that cell."""
    if value is LEFT_OUT:
        return None
    if isinstance(value, list | tuple):
        rows = [[as_handed_over(cell) for cell in cells.rows([row])[0]] for row in value]
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows
    return float(serial_of(value)) if isinstance(value, dt.date) else value


def retry_codes(client: Any) -> list[int]:
    page = client.get("/taskpane").text
    config = re.search(r'<script id="config"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert config is not None
    found: list[int] = json.loads(config[1])["customFunctionsRetryCodes"]
    return found


def test_errors_in_a_range_are_true_error_values_for_excel(client):
    prices = [[7000], ["tbc"], [-1]]
    rest = [[[1400]], [[46082]], [[""]], [[46082]], [[46112]]]
    column = client.post(CALL, json=request("PBR_SAVING", prices, *rest))
    assert column.json() == {
        "result": [
            [24800.0],
            [{"type": "Error", "errorType": "Value"}],
            [{"type": "Error", "errorType": "Num"}],
        ]
    }
    passed_on = {"type": "Error", "errorType": "Div0", "basicValue": "#DIV/0!"}
    answer = client.post(CALL, json=request("PBR_CONTRACT_CAP", [[passed_on]], [[1]]))
    assert answer.json() == {"result": [[{"type": "Error", "errorType": "Div0"}]]}


@pytest.mark.slow
def test_the_first_call_after_the_start_is_answered(tmp_path):
    with running_server(tmp_path) as server, httpx.Client(base_url=server.address) as client:
        answer = client.post(
            CALL, json=request("PBR_FEE_CAP", [[45000]], [[349883.33]], [[310000]])
        )
    assert answer.json() == {"result": [[39883.33]]}


def test_excel_is_told_of_every_function_with_its_help(client):
    meta = client.get("/xlwings/custom-functions-meta.json").json()
    told = {function["id"]: function for function in meta["functions"]}
    assert set(told) == set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        found = told[name]
        # No namespace: a workbook stores the plain name behind _xldudf_.
        assert found["name"] == name
        assert found["description"] == function.help
        assert [
            (one["name"], one["description"], one.get("optional", False))
            for one in found["parameters"]
        ] == [(one.name, one.help, not one.required) for one in function.arguments]


def test_the_client_javascript_registers_every_function_and_calls_this_server(client):
    answer = client.get("/xlwings/custom-functions-code.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    for name in FUNCTIONS:
        assert f'CustomFunctions.associate("{name}", {name});' in answer.text
    assert f'window.location.origin + "{CALL}"' in answer.text
    assert "placeholder" not in answer.text.replace("substitutes the placeholder_*", "")


def test_the_catalogue_is_that_of_the_functions(client):
    found = client.get("/xlpbr/catalogue.json").json()
    assert found["version"] == __version__
    assert [function["name"] for function in found["functions"]] == list(FUNCTIONS)
    saving = found["functions"][0]
    declared = FUNCTIONS["PBR_SAVING"]
    assert saving["signature"] == declared.signature
    assert saving["help"] == declared.help
    assert saving["notes"] == declared.notes
    assert saving["clause"] == "Plymouth L04 25/26, 7 para 7"
    assert saving["elementwise"] is True
    assert saving["arguments"][3] == {
        "name": "ended_on",
        "help": "The date it ended",
        "unit": "date",
        "shape": "cells",
        "required": True,
        "default": "still in place",
    }
    assert saving["examples"] == [
        {"formula": example.formula, "shows": example.shows} for example in declared.examples
    ]


def test_the_contracts_are_the_built_in_ones(client):
    found = client.get("/xlpbr/contracts.json").json()
    assert [contract["name"] for contract in found] == list(CONTRACT_NAMES)
    for contract in found:
        built_in = load_contract(contract["name"])
        assert contract["title"] == built_in.title
        assert contract["source"] == built_in.source
        assert contract["notes"] == list(built_in.notes)
        rows = [
            [cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in row]
            for row in terms_table(built_in)
        ]
        assert contract["terms"] == rows
    terms = {row[0]: row[1] for row in found[0]["terms"]}
    assert terms["Starts on"] == "2025-09-01"


def test_the_check_finds_what_pbr_check_finds(client, sample):
    tables = json.loads(json.dumps(sample, default=serial_of))
    assert client.post("/xlpbr/check", json={"tables": tables}).json()["problems"] == []

    headings = tables["Placements"][0]
    tables["Placements"][2][headings.index("Moved on")] = "31/02/2026"
    tables["Claims"][1][1] = "#DIV/0!"
    found = client.post("/xlpbr/check", json={"tables": tables}).json()
    table = FUNCTIONS["PBR_CHECK"].call(*tables.values())
    assert [[p["found"], p["expected"], p["remedy"]] for p in found["problems"]] == [
        row[3:] for row in table[1:]
    ]
    assert [p["where"] for p in found["problems"]] == ["Placements, row 2", "Claims, row 1"]
    assert found["problems"][0]["column"] == "Moved on"
    assert '"31/02/2026"' in found["problems"][0]["sentence"]
    assert found["rows"] == {
        name: sum(any(cell not in (None, "") for cell in row) for row in rows[1:])
        for name, rows in tables.items()
    }


def test_the_check_takes_tables_that_are_left_out(client, sample):
    tables = json.loads(json.dumps(sample, default=serial_of))
    both = {name: tables[name] for name in ("Terms", "Placements")}
    found = client.post("/xlpbr/check", json={"tables": both})
    assert found.json()["problems"] == []
    assert set(found.json()["rows"]) == {"Terms", "Placements"}
    for name in both:
        less = {other: rows for other, rows in both.items() if other != name}
        answer = client.post("/xlpbr/check", json={"tables": less})
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith(f"{name}: nothing found")


def test_the_task_pane_is_served_with_all_that_it_loads(client):
    page = client.get("/taskpane.html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text == client.get("/taskpane").text
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert any(path.endswith("/office.js") for path in loaded)
    assert "/xlwings/custom-functions-code.js" in loaded
    for path in loaded:
        assert client.get(path).status_code == 200, path
    assert "{{" not in page.text[page.text.index("<html") :]
    # Nothing is loaded from anywhere else.
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]*"', page.text) == []


def test_only_what_is_needed_of_xlwings_server_is_there(client):
    for path in (
        *("/xlwings/alert", "/xlwings/custom-scripts-meta.json", "/xlwings/pyodide.json"),
        *("/docs", "/openapi.json", "/socket.io/", "/favicon.ico", "/xlpbr/icons/other.png"),
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.json() == {"detail": "There is nothing at this address."}
    assert client.post("/xlwings/custom-scripts-call/x", json={}).status_code == 404
    assert client.get(CALL).status_code == 405


def test_it_says_that_it_is_well(client):
    assert client.get("/").json() == {"status": "ok", "version": __version__}


IN_A_PROCESS = """
import importlib.abc, json, sys

class Looked(importlib.abc.MetaPathFinder):
    names = []
    def find_spec(self, name, path=None, target=None):
        self.names.append(name)

from xlpbr.udfs.server import app, answers, xlwings_server
from xlpbr.udfs.server.requests import function_call
from xlpbr.udfs.server.settings import DEFAULT_LIMITS
body = json.dumps({"func_name": "PBR_CONTRACT_CAP", "runtime": "1.4",
                   "args": [[[1.0] * 5] * 1000, None, [[""]]]}).encode()
answers.result_of(function_call(body, DEFAULT_LIMITS))
sys.meta_path.insert(0, Looked())
answer = json.loads(answers.result_of(function_call(body, DEFAULT_LIMITS)))
print(json.dumps({
    "looked": Looked.names,
    "cells": sum(map(len, answer["result"])),
    "large": [name for name in ("numpy", "pandas") if sys.modules.get(name)],
}))
"""


@pytest.mark.slow
def test_a_call_looks_for_no_module_and_needs_no_pandas():
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found = json.loads(done.stdout.splitlines()[-1])
    # xlwings by itself looks for Pyodide once for every cell, which takes most of a call.
    assert found == {"looked": [], "cells": 5000, "large": []}
