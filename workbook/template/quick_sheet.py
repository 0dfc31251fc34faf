"""A sheet that XlsxWriter writes, with formulas taken as they are where nothing need be changed.

XlsxWriter looks in every formula for each of some thirty newer functions, which Excel stores under
another name. That takes most of the time in which a template is written, and hardly a formula of it
calls one.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlpbr.workbook.ooxml.addresses import column_letter

_DIGITS_ALIKE = str.maketrans("123456789", "000000000")
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

    def _write_formula(
        self, row: int, col: int, formula: str, cell_format: Format | None = None, value: Any = 0
    ) -> int:
        # XlsxWriter also looks in each formula for functions that may fill several cells.
        if (
            self.use_future_functions
            or self.constant_memory
            or not formula.startswith("=")
            or not _called_in(formula)[1]
        ):
            return int(super()._write_formula(row, col, formula, cell_format, value))
        if self._check_dimensions(row, col):
            return -1
        self.table[row][col] = _one_cell("=0")._replace(
            formula=formula[1:].removesuffix("}"), format=cell_format, value=value
        )
        return 0

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        # Most cells have a format, and a formula or nothing: those are put together at once.
        kind = type(cell)
        if cell.format is None or (kind is not _FORMULA and kind is not _BLANK):
            super()._write_cell(row, col, cell)
            return
        told = f'r="{column_letter(col + 1)}{row + 1}" s="{cell.format._get_xf_index()}"'
        if kind is _BLANK:
            self.fh.write(f"<c {told}/>")
            return
        formula, value = self._escape_data(cell.formula), cell.value
        if isinstance(value, str):
            # An empty one is none, but for what is told to be a text of no characters.
            told += "" if value == "" else ' t="e"' if value in _ERRORS else ' t="str"'
            value = self._escape_data(value)
        elif isinstance(value, bool):
            told, value = f'{told} t="b"', int(value)
        self.fh.write(f"<c {told}><f>{formula}</f><v>{value}</v></c>")


def _called_in(formula: str) -> tuple[bool, bool]:
    """Whether XlsxWriter would store a formula as it is, and write it as an ordinary one."""
    # The formulas of a column differ in their digits only, and no name that is looked for has any.
    return _called_in_form(formula.translate(_DIGITS_ALIKE))


@lru_cache(maxsize=4096)
def _called_in_form(formula: str) -> tuple[bool, bool]:
    calls = set(_CALLED.findall(formula))
    return all(map(_is_stored_as_written, calls)), all(map(_is_ordinary, calls))


def _blank_kind() -> type:
    """What XlsxWriter keeps of a cell with a format alone."""
    trial = Worksheet()
    trial.write_blank(0, 0, None, Format())
    return type(trial.table[0][0])


@cache
def _one_cell(formula: str) -> Any:
    """What XlsxWriter keeps of a cell with a formula."""
    trial = Worksheet()
    trial._write_formula(0, 0, formula)
    return trial.table[0][0]


_FORMULA, _BLANK = type(_one_cell("=0")), _blank_kind()
_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
)  # fmt: skip
"""The errors that XlsxWriter stores as such; another it stores as a text."""


@cache
def _is_ordinary(call: str) -> bool:
    """Whether XlsxWriter writes a formula with the call as an ordinary one."""
    return type(_one_cell(f"={call}")) is type(_one_cell("=0")) and _is_stored_as_written(call)


@cache
def _is_stored_as_written(call: str) -> bool:
    """Whether XlsxWriter leaves the name of a function as it is."""
    stored: str = Worksheet()._prepare_formula(f"={call}")
    return stored == call
