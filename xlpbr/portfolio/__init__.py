"""Many contracts at once: the settlement on whole columns, to the same penny as one by one.

Comes in: tables of many contracts as data frames. Goes out: their statements as one data frame.
What the columns do not know is settled contract by contract by ``settlement``.

There are three ways of settling because each is worth it: ``settle`` is the rule that people read
and knows no limit; a million placements over 36 months are added up 40 times as fast as by pandas
with numpy alone, and 405 times with numba, which is an extra (docs/house/performance.md). A test
holds the three to the same penny.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlpbr.portfolio.settle import PortfolioProblem as PortfolioProblem
    from xlpbr.portfolio.settle import settle_contracts as settle_contracts
    from xlpbr.portfolio.settle import settle_many as settle_many

_OFFERED = ("PortfolioProblem", "settle_contracts", "settle_many")


def __getattr__(name: str) -> Any:
    """What scripts ask for; it needs pandas, so it is loaded then."""
    if name in _OFFERED:
        return getattr(import_module("xlpbr.portfolio.settle"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
