"""A sheet that XlsxWriter writes, with formulas taken as they are where nothing need be changed.

XlsxWriter looks in every formula for each of some thirty newer functions, which Excel stores under
another name. That takes most of the time in which a template is written, and hardly a formula of it
calls one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from xlsxwriter.worksheet import Worksheet

_CALLED = re.compile(r"[^\s()+\-*/^&=<>,;:{}]+\(")


class QuickSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas are prepared as by XlsxWriter, but only those that need it.

    Where another version of XlsxWriter prepares them otherwise, this does nothing.
    """

    def _prepare_formula(self, formula: str, *options: Any, **more: Any) -> str:
        if (
            not (options or more or self.use_future_functions)
            and formula.startswith("=")
            and all(map(_is_stored_as_written, _CALLED.findall(formula)))
        ):
            return formula[1:].removesuffix("}")
        prepared: str = super()._prepare_formula(formula, *options, **more)
        return prepared


@cache
def _is_stored_as_written(call: str) -> bool:
    """Whether XlsxWriter leaves the name of a function as it is."""
    stored: str = Worksheet()._prepare_formula(f"={call}")
    return stored == call
