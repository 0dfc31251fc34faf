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

_WRITTEN_NOW = 0
_ANY_FORMULA = "=0"
_CALLED = re.compile(r"[^\s()+\-*/^&=<>,;:{}]+\(")


class QuickSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas are prepared as by XlsxWriter, but only those that need it.

    Where another version of XlsxWriter prepares them otherwise, this does nothing.
    """

    def _prepare_formula(self, formula: str, *options: Any, **more: Any) -> str:
        if (
            not (options or more or self.use_future_functions)
            and formula.startswith("=")
            and _called_in(formula)[0]
        ):
            return formula[1:].removesuffix("}")
        prepared: str = super()._prepare_formula(formula, *options, **more)
        return prepared

    def _write_formula(self, row: int, col: int, formula: str, *options: Any, **more: Any) -> int:
        # XlsxWriter also looks in each formula for functions that may fill several cells.
        if self.use_future_functions or not formula.startswith("=") or not _called_in(formula)[1]:
            return int(super()._write_formula(row, col, formula, *options, **more))
        done = int(super()._write_formula(row, col, _ANY_FORMULA, *options, **more))
        if done == _WRITTEN_NOW:
            cell = self.table[row][col]
            self.table[row][col] = cell._replace(formula=formula[1:].removesuffix("}"))
        return done


def _called_in(formula: str) -> tuple[bool, bool]:
    """Whether XlsxWriter would store a formula as it is, and write it as an ordinary one."""
    calls = set(_CALLED.findall(formula))
    return all(map(_is_stored_as_written, calls)), all(map(_is_ordinary, calls))


@cache
def _is_ordinary(call: str) -> bool:
    """Whether XlsxWriter writes a formula with the call as an ordinary one."""
    trial = Worksheet()
    trial._write_formula(0, 0, f"={call}")
    return type(trial.table[0][0]).__name__ == "Formula" and _is_stored_as_written(call)


@cache
def _is_stored_as_written(call: str) -> bool:
    """Whether XlsxWriter leaves the name of a function as it is."""
    stored: str = Worksheet()._prepare_formula(f"={call}")
    return stored == call
