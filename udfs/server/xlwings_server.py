"""xlwings Server as it is used here: its client JavaScript, its metadata, its security headers.

xlwings Server is a program for whole projects: it takes functions, pages and settings from names
such as ``custom_functions`` and from the folder it is started in. Here it is given this project's
functions and settings, and nothing of the folder. The calls themselves do not go through it: it
runs them where it also answers everyone else, so that no time limit could hold, gives 500 for a
request that is wrong, and writes messages, which quote cells, into the log.

Must be imported before xlwings is.
"""

from __future__ import annotations

import importlib
import os
import sys
import tomllib
import types
from pathlib import Path
from typing import Any

ICONS = Path(__file__).parent / "icons"

LICENCE_KEY = "XLWINGS_LICENSE_KEY"
NONCOMMERCIAL = "noncommercial"

WITH_MESSAGE = ("#VALUE!", "#NUM!", "#N/A")
"""The errors that reach Excel with their message; ``pages/errors.js`` makes them of the answer."""

# Names that xlwings Server would take its own parts from, where somebody has modules called so;
# and two large packages that xlwings loads where they are installed and that no function needs.
_NOT_TAKEN = ("models", "routers", "auth", "numpy", "pandas")


def _prepared() -> types.ModuleType:
    """The module in which xlwings finds the functions, with everything set for its import."""
    os.environ.setdefault(LICENCE_KEY, NONCOMMERCIAL)
    os.environ["XLWINGS_ON_SERVER"] = "true"
    settings = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    # A folder without Python files: nothing is taken from the folder that the server starts in.
    for name, value in {**settings, "PROJECT_DIR": str(ICONS)}.items():
        os.environ[f"XLWINGS_{name}"] = value
    for name in _NOT_TAKEN:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    office_js = importlib.import_module("xlpbr.udfs.office_js")
    functions = types.ModuleType("custom_functions", "The functions of xlpbr.")
    vars(functions).update(office_js.bound_functions(WITH_MESSAGE))
    sys.modules["custom_functions"] = functions
    sys.modules["custom_scripts"] = types.ModuleType("custom_scripts", "xlpbr has no scripts.")
    return functions


FUNCTIONS_MODULE = _prepared()
"""The functions as xlwings registers them, as members of a module."""

_server = importlib.import_module("xlwings_server.main")
_headers = importlib.import_module("xlwings_server.security_headers")
_config = importlib.import_module("xlwings_server.config")

app: Any = _server.app
"""The application of xlwings Server, for its static files, its metadata and its JavaScript."""

static_folder: Path = _config.PACKAGE_DIR / "static"
"""The JavaScript for Excel, Office.js among it."""


def security_headers() -> dict[str, str]:
    """The headers that xlwings Server sets, which follow OWASP and let Excel on the web in."""
    found: dict[str, str] = _headers.resolve_security_headers(excel_online=True, cdn_officejs=False)
    return found


def client_settings(*, with_sign_in: bool) -> dict[str, Any]:
    """What xlwings' JavaScript reads on the page."""
    return {
        **_config.settings.jsconfig,
        "authProviders": ["entraid"] if with_sign_in else [],
    }


def office_js_path() -> str:
    """The address of Office.js under ``/static``."""
    found = sorted(static_folder.glob("vendor/office-js/*/dist/office.js"))
    if not found:
        raise FileNotFoundError(f"{static_folder} holds no Office.js")
    return f"/static/{found[-1].relative_to(static_folder).as_posix()}"
