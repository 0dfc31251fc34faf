"""A session of xlwings' custom functions, as the add-in runs one: import, call, call again.

Runs by itself under Python (``session.py JOB ANSWER``), or within Pyodide (``pyodide_run.mjs``).
The job: ``module`` with the functions, ``files`` to import from, ``hidden`` packages that are to
be missing, ``env``, ``calls`` (what xlwings' client sends for each cell) and a ``script`` that may
put something into ``answer``.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

_state = {}


def start(module):
    """Import xlwings and the module with the functions, and say how long each took."""
    began = time.perf_counter()
    _state["xlwings"] = __import__("xlwings")
    _state["server"] = __import__("xlwings.server").server
    with_xlwings = time.perf_counter()
    _state["module"] = __import__(module, fromlist=["*"])
    _state["seconds"] = {
        "xlwings": with_xlwings - began,
        "functions": time.perf_counter() - with_xlwings,
    }


async def call(request):
    """One cell's call: its rows, or the message that the cell shows."""
    try:
        return {"result": await _state["server"].custom_functions_call(request, _state["module"])}
    except Exception as error:
        return {"error": str(error), "kind": type(error).__name__}


async def run_script(script):
    """Run the job's own Python with what a session has at hand."""
    names = {**_state, "call": call, "answer": None}
    exec(script, names)
    if "main" in names:  # what a script does with calls
        await names["main"]()
    _state["answer"] = names["answer"]


def summary():
    """What there is to know of the session."""
    return {
        "python": sys.version.split()[0],
        "platform": sys.platform,
        "xlwings": _state["xlwings"].__version__,
        "loaded": sorted(name for name, module in sys.modules.items() if module is not None),
        "meta": _state["server"].custom_functions_meta(_state["module"]),
        "seconds": _state["seconds"],
        "modules to first result": _state.get("modules"),
        "script": _state.get("answer"),
    }


def _run_by_itself(job_file, answer_file):
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    os.environ.update(job["env"])
    for package in job["hidden"]:
        sys.modules[package] = None
    folder = Path(answer_file).parent
    for name, text in job["files"].items():
        (folder / name).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))

    async def calls():
        found = []
        for number, request in enumerate(job["calls"]):
            found.append(await call(request))
            if number == 0:
                _state["modules"] = len(sys.modules)
        if job["script"]:
            await run_script(job["script"])
        return found

    start(job["module"])
    results = asyncio.run(calls())
    answer = json.dumps({**summary(), "results": results})
    Path(answer_file).write_text(answer, encoding="utf-8")


if __name__ == "__main__":
    _run_by_itself(*sys.argv[1:])
