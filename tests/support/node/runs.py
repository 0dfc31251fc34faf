"""Sessions of custom functions for the tests, and the cells of the matrix as Excel sends them."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.host_matrix import LEFT_OUT, Case
from tests.support.needed import ROOT, need, need_node_package
from xlpbr import cells
from xlpbr.errors import CellError

WASM = ROOT / "build" / "wasm"
WASM_WHEEL = WASM / "xlwings-0.37.8-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
FETCH_WHEEL = (
    "python -m pip download --no-deps --only-binary=:all: --python-version 3.14"
    " --platform pyemscripten_2026_0_wasm32 --dest build/wasm xlwings==0.37.8"
)
SESSION = Path(__file__).with_name("session.py")
PYODIDE_RUN = Path(__file__).with_name("pyodide_run.mjs")

LICENCE = {"XLWINGS_LICENSE_KEY": "noncommercial", "XLWINGS_ON_SERVER": "true"}
"""What the add-in sets before xlwings is imported; the tests are no commercial use."""

NOT_IN_LITE = ("numpy", "pandas", "formualizer", "click", "rich", "xlsxwriter", "openpyxl")
"""Packages that a project has here and that what Lite runs must do without."""

ERROR_TYPES = {
    "#NULL!": "Null", "#DIV/0!": "Div0", "#VALUE!": "Value", "#REF!": "Ref", "#NAME?": "Name",
    "#NUM!": "Num", "#N/A": "NotAvailable", "#SPILL!": "Spill", "#CALC!": "Calc",
}  # fmt: skip
"""Excel's words for its errors, as its documentation for JavaScript has them."""


def request(name: str, *arguments: Any, runtime: str = "1.4") -> dict[str, Any]:
    """What xlwings' client sends for one cell; an argument is rows, or None for one left out."""
    return {
        "client": "Office.js",
        "func_name": name,
        "args": list(arguments),
        "caller_address": "[budget.xlsx]Sheet1!B21",
        "session_id": "1",
        "culture_info_name": "en-GB",
        "date_format": "dd/mm/yyyy",
        "version": "0.37.8",
        "runtime": runtime,
    }


def request_of(case: Case, blank: Any = None) -> dict[str, Any]:
    """A case of the matrix as Excel sends it: one cell is a range of one, a date its serial.

    Args:
        case: the case.
        blank: what stands for a blank cell: JavaScript's null, or an empty text.
    """
    return request(case.function, *(_argument(value, blank) for value in case.arguments))


def _argument(value: Any, blank: Any) -> Any:
    if value is LEFT_OUT:
        return None
    if not isinstance(value, list | tuple):
        return [[_sent(value, blank)]]
    rows = [row if isinstance(row, list | tuple) else [row] for row in value]
    return [[_sent(cell, blank) for cell in row] for row in rows]


def _sent(value: Any, blank: Any) -> Any:
    if value is None:
        return blank
    if isinstance(value, CellError):
        return {
            "type": "Error",
            "errorType": ERROR_TYPES[value.code],
            "basicType": "Error",
            "basicValue": value.code,
        }
    if isinstance(value, dt.date):
        return float(cells.serial_of(value))
    return value


def shown(answer: Mapping[str, Any]) -> list[list[Any]]:
    """What the cells show for an answer: as ``host_matrix.sheet_form``."""
    if "error" in answer:
        # Excel shows what xlwings' client throws, which is always this error, with the message.
        assert answer["kind"] == "XlwingsError", answer
        return [["#VALUE!"]]
    return [[_cell_shown(cell) for cell in row] for row in answer["result"]]


def _cell_shown(cell: Any) -> Any:
    if isinstance(cell, dict):
        if cell["type"] == "Error":
            codes = {error_type: code for code, error_type in ERROR_TYPES.items()}
            return codes[cell["errorType"]]
        assert cell == {
            "type": "FormattedNumber",
            "basicValue": cell["basicValue"],
            "numberFormat": "dd/mm/yyyy",
        }
        return float(cell["basicValue"])
    assert cell is not None
    return cell if isinstance(cell, bool | str) else float(cell)


def run_on_python(
    folder: Path,
    calls: Sequence[Mapping[str, Any]],
    *,
    module: str = "xlpbr.udfs.lite",
    files: Mapping[str, str] | None = None,
    hidden: Sequence[str] = (),
    script: str = "",
) -> dict[str, Any]:
    """A session under this Python, in a process of its own."""
    job = _job(calls, module, files, script) | {"hidden": list(hidden)}
    command = [sys.executable, str(SESSION)]
    return _run(command, folder, job)


def run_on_pyodide(
    folder: Path,
    calls: Sequence[Mapping[str, Any]],
    *,
    module: str = "main",
    files: Mapping[str, str] | None = None,
    wheels: Sequence[Path] = (),
    script: str = "",
) -> dict[str, Any]:
    """A session under Pyodide in Node, with xlwings' own wheel for it."""
    pyodide = need_node_package("pyodide")
    need("xlwings for WebAssembly", present=WASM_WHEEL.is_file(), remedy=f"Run: {FETCH_WHEEL}")
    node = shutil.which("node")
    need("Node.js", present=node is not None, remedy="Install Node.js with npm.")
    job = _job(calls, module, files, script) | {
        "wheels": [str(WASM_WHEEL), *map(str, wheels)],
    }
    return _run([str(node), str(PYODIDE_RUN), str(pyodide), str(SESSION)], folder, job)


def _job(
    calls: Sequence[Mapping[str, Any]],
    module: str,
    files: Mapping[str, str] | None,
    script: str,
) -> dict[str, Any]:
    return {
        "module": module,
        "files": dict(files or {}),
        "env": LICENCE,
        "calls": list(calls),
        "script": script,
    }


def _run(command: Sequence[str], folder: Path, job: Mapping[str, Any]) -> dict[str, Any]:
    job_file, answer_file = folder / "job.json", folder / "answer.json"
    job_file.write_text(json.dumps(job), encoding="utf-8")
    done = subprocess.run(
        [*command, str(job_file), str(answer_file)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **job["env"]},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found: dict[str, Any] = json.loads(answer_file.read_text(encoding="utf-8"))
    return found
