"""What a contract may cost and save: what is assumed is drawn thousands of times and settled.

Comes in: terms, evidence and assumptions. Goes out: months, chances and percentiles. A scenario is
settled by the contract's own rules, on columns or, where those do not know a rule, one by one.

Scenarios are drawn and settled plainly where numpy is not installed, 3,512 a second, against 79,523
on columns and 130,747 with numba (docs/house/performance.md). The figures are the same.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlpbr.forecast.run import forecast as forecast
    from xlpbr.forecast.run import scenario_evidence as scenario_evidence

_OFFERED = ("forecast", "scenario_evidence")


def __getattr__(name: str) -> Any:
    """What scripts call, loaded when it is asked for."""
    if name in _OFFERED:
        return getattr(import_module("xlpbr.forecast.run"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
