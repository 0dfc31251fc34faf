"""What the server answers: the result of a call, the catalogue, the contracts, the problems.

Values in, JSON out; knows nothing of the network.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import asdict
from functools import cache
from typing import Any

from xlpbr import __version__
from xlpbr.cells import Rows, is_blank
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.errors import CellError, Problem
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import WorksheetFunction
from xlpbr.tables import checks
from xlpbr.tables import evidence as tables
from xlpbr.tables import terms as term_rows
from xlpbr.tables.declared import OPTIONAL
from xlpbr.udfs.server.json_bytes import as_json
from xlpbr.udfs.server.requests import BAD_REQUEST, FunctionCall, Refused
from xlpbr.udfs.server.xlwings_server import FUNCTIONS_MODULE

# After server_project, which sets what xlwings reads when it is imported.
import xlwings  # isort: skip
from xlwings import server as xlwings_server  # isort: skip


def result_of(call: FunctionCall) -> bytes:
    """The result of a call as Excel's JavaScript takes it.

    Raises:
        Refused: 400 with the message of an error of the whole, marked as ``to_office_js`` says;
            the client shows it in the cell and does not ask again.
    """
    data = {
        "client": "Office.js",
        "version": xlwings.__version__,
        "func_name": call.function,
        "args": call.arguments,
        "runtime": call.runtime,
        "date_format": call.date_format,
        "culture_info_name": call.culture,
    }
    try:
        result = _finished(xlwings_server.custom_functions_call(data, FUNCTIONS_MODULE))
    except xlwings.XlwingsError as error:
        raise Refused(BAD_REQUEST, str(error)) from None
    return as_json({"result": result})


def _finished(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing, as the functions are plain ones."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise RuntimeError("a function waited for something")


@cache
def catalogue() -> bytes:
    """Every function with its help, for the task pane."""
    functions = [_described(function) for function in FUNCTIONS.values()]
    return as_json({"version": __version__, "functions": functions})


def _facts(of: object, *names: str) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}


def _described(function: WorksheetFunction) -> dict[str, Any]:
    return {
        **_facts(
            function, "name", "signature", "help", "notes", "returns", "clause", "elementwise"
        ),
        "arguments": [
            {**_facts(argument, "name", "required"), **asdict(argument.declared)}
            for argument in function.arguments
        ],
        "examples": list(map(asdict, function.examples)),
    }


@cache
def contracts() -> bytes:
    """The built-in contracts with their terms, for the task pane."""
    return as_json(
        [
            {**_facts(contract, "name", "title", "source", "notes"), "terms": terms_table(contract)}
            for contract in map(load_contract, CONTRACT_NAMES)
        ]
    )


def problems_in(given: dict[str, Rows]) -> bytes:
    """Every problem in a contract's tables, as PBR_CHECK finds them, and how many rows there are.

    Raises:
        Refused: 400 where a table is an error as a whole.
    """
    try:
        evidence, _ = tables.read_evidence(
            given["Placements"],
            given.get("Carers"),
            given.get("Claims"),
            **{table.casefold(): given.get(table) for table in OPTIONAL},
        )
        found = checks.problems_of(term_rows.read_terms(given["Terms"]), evidence)
    except CellError as error:
        raise Refused(BAD_REQUEST, str(error)) from None
    return as_json(
        {
            "problems": [_problem(problem) for problem in found],
            "rows": {name: _rows_used(rows) for name, rows in given.items()},
        }
    )


def _problem(problem: Problem) -> dict[str, str]:
    row = "" if problem.row is None else f", row {problem.row}"
    facts = _facts(problem, "column", "found", "expected", "remedy", "sentence")
    return {"where": f"{problem.table}{row}", **facts}


def _rows_used(rows: Rows) -> int:
    """The rows under the heading row that hold something."""
    return sum(any(not is_blank(cell) for cell in row) for row in rows[1:])
