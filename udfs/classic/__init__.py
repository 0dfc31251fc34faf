"""Classic xlwings: the functions in Excel on Windows, with Python on the same computer.

Comes in: what COM hands over. Goes out: arrays that VBA hands to Excel. xlwings finds the
functions as members of this folder, whose name, ``xlpbr.udfs.classic``, stands in the settings of
workbooks.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def _functions() -> dict[str, Any]:
    # Loaded when asked for: what is set up for this host needs no xlwings.
    bound: dict[str, Any] = import_module("xlpbr.udfs.classic.functions").BOUND
    return bound


def __getattr__(name: str) -> Any:
    """A function by its name in Excel."""
    if name.startswith("PBR_") and name in (bound := _functions()):
        return bound[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The names of the functions too: xlwings lists the members to find them."""
    return sorted({*globals(), *_functions()})
