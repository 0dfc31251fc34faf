"""Tables and PBR formulas put into a workbook that is being made: ``xlpbr.write``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import pandas as pd

from xlpbr import cells
from xlpbr.api.inputs import rows_of
from xlpbr.api.sheets import Area, OpenSheet, open_sheet
from xlpbr.cells import Rows
from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.tables.headings import nearest
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, OFFICE_JS
from xlpbr.workbook.calculate.arrays_arising import arrays_in
from xlpbr.workbook.ooxml.addresses import (
    LAST_COLUMN,
    LAST_ROW,
    cell_address,
    column_letter,
    quoted_sheet,
    split_area,
)
from xlpbr.workbook.ooxml.sheet.typed_formulas import stored_formula
from xlpbr.workbook.port.host_names import calls, in_host_form, plain

_LIKE_OURS = re.compile(r"(?<![\w.])(PBR_\w+)\s*\(", re.IGNORECASE)
_FIRST_CALL = re.compile(r"=\s*(?:_xldudf_)?(PBR_\w+)\s*\(", re.IGNORECASE)
_RANGE = re.compile(r"[:\[#{]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31

NO_VALUE_IN_OPENPYXL = (
    "openpyxl stores no value beside a formula: the cell shows one after Excel has calculated it,"
    " or after xlpbr recalc."
)
NO_MARK_IN_OPENPYXL = (
    "openpyxl stores no mark of a dynamic array, which the functions of an Office add-in need: save"
    " the workbook and run xlpbr port on it with --to lite or --to server."
)
NO_VALUE_GIVEN = (
    "No last value was given: the cell shows one after Excel has calculated it, or after xlpbr"
    " recalc."
)


@dataclass(frozen=True, slots=True)
class Written:
    """What ``xlpbr.write`` wrote.

    Attributes:
        address: the cells, as a formula on any sheet names them, such as ``Terms!$A$1:$E$39``.
        formula: the formula as it is stored; None for a table.
        has_value: whether the cells show something before they are calculated: always for a table,
            for a formula where a last value was stored.
        note: what to know of it, in a sentence; empty where there is nothing.
    """

    address: str
    formula: str | None = None
    has_value: bool = True
    note: str = ""


def write(
    into: Any,
    what: Any,
    sheet: str,
    at: str = "A1",
    *,
    host: str = "classic",
    value: Any = None,
    replace: bool = False,
) -> Written:
    """Put a table or a PBR formula into a workbook that you are making.

    The cells are written into the object that you give, and nothing is saved: that is for you.
    Never give the file of somebody else to openpyxl to be saved again: charts, drop-downs and last
    values get lost. ``xlpbr insert`` and ``xlpbr attach`` edit such a file without loss.

    Money is written as numbers with two places, days as dates, and a text as a text, also where it
    starts with =, +, - or @.

    A formula is stored as Excel 365 stores it: XlsxWriter marks it as a dynamic array formula; with
    openpyxl, which stores no such mark, one in which arrays arise is an array formula of the old
    kind and shows braces.

    Args:
        into: an openpyxl workbook, an XlsxWriter workbook, or a pandas ExcelWriter of either
            engine.
        what: a data frame or rows; a settled contract, portfolio or forecast, which stand for their
            ``to_frame()``; or a formula such as "=PBR_FEE_CAP(B2,C2,D2)".
        sheet: the name of the sheet; it is added where it is not there.
        at: the first cell. For a formula that fills several cells without ``value``, all of them,
            such as "A1:P20".
        host: where the formula is to run, which decides how Excel stores its name: ``classic`` and
            ``calc`` plainly, ``lite`` and ``server`` with ``_xldudf_`` before it.
        value: what the formula shows before it is calculated: a value, or a table for one that
            fills several cells. XlsxWriter stores it; openpyxl stores no value beside a formula
            and only takes from it how many cells are filled.
        replace: whether cells that hold something may be written over.

    Returns:
        The address for other formulas, and whether the cells show a value.

    Raises:
        FileProblem: a workbook, a sheet's name, a place, a formula or a table that cannot be used,
            or cells that hold something.

    Example:
        >>> import openpyxl, xlpbr
        >>> book = openpyxl.Workbook()
        >>> terms = xlpbr.write(book, xlpbr.terms("plymouth-l04-2526"), "Terms")
        >>> terms.address
        'Terms!$A$1:$E$39'
        >>> formula = f"=INDEX({terms.address},9,2)-PBR_FEE_CAP(45000,349883.33,310000)"
        >>> done = xlpbr.write(book, formula, "Left", host="lite")
        >>> done.formula
        '=INDEX(Terms!$A$1:$E$39,9,2)-_xldudf_PBR_FEE_CAP(45000,349883.33,310000)'
        >>> done.has_value
        False
    """
    area = _area(at)
    _refuse_name(sheet)
    target = open_sheet(into.book if isinstance(into, pd.ExcelWriter) else into, sheet)
    if isinstance(what, str):
        return _write_formula(target, _checked(what, host), area, value, replace=replace)
    rows = _rows(what)
    area = _grown(sheet, area, rows)
    _refuse_held(target, area, replace=replace)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            heading = rows[0][across] if down else None
            target.put(area[0] + down, area[1] + across, cell, heading)
    return Written(_absolute(sheet, area))


def _rows(what: Any) -> Rows:
    """A table as rows: headings first."""
    rows = rows_of("what", what.to_frame() if hasattr(what, "to_frame") else what)
    if not rows or not rows[0]:
        raise FileProblem("what: nothing found; expected a table or a formula.")
    return rows


def _write_formula(
    target: OpenSheet, formula: str, area: Area, value: Any, *, replace: bool
) -> Written:
    is_table = (
        value is not None and not pd.api.types.is_scalar(value) and not isinstance(value, CellError)
    )
    last: Rows | None = _rows(value) if is_table else None if value is None else [[value]]
    if last is not None:
        area = _grown(target.name, area, last)
    several = (area[0], area[1]) != (area[2], area[3])
    filling = [name for name in calls(formula) if _may_fill(name, formula)]
    first = _FIRST_CALL.match(formula)
    is_filled_by_first = first is not None and first[1].upper() in filling
    if is_filled_by_first and not several and last is None and target.needs_size:
        raise FileProblem(
            f"{target.name}: openpyxl must be told how many cells {filling[0]} fills: give"
            ' all of them, such as at="A1:P20", or give value.'
        )
    _refuse_held(target, area, replace=replace)
    arrays = arrays_in(None, (target.name, area[:2]), formula[1:])
    stored = target.put_formula(area, formula, last, several or bool(filling) or arrays.may_arise)
    note = "" if stored else NO_VALUE_IN_OPENPYXL if target.needs_size else NO_VALUE_GIVEN
    if target.needs_size and OFFICE_JS in formula:
        note = f"{note} {NO_MARK_IN_OPENPYXL}"
    return Written(_absolute(target.name, area), formula, stored, note)


def _may_fill(name: str, formula: str) -> bool:
    """Whether a function gives a table, or as many values as the ranges that it is given."""
    gives = get_type_hints(FUNCTIONS[name].call)["return"]
    return bool(gives == Rows or (gives is Any and _RANGE.search(formula)))


def _checked(formula: str, host: str) -> str:
    """A formula as the host stores it."""
    if not formula.startswith("="):
        raise FileProblem(
            f"what: found the text {cells.shown(formula)}; expected a table, or a formula that"
            " starts with =."
        )
    if host not in OF_WORKBOOKS:
        raise FileProblem(f"host: found {host!r}; expected one of: {', '.join(OF_WORKBOOKS)}.")
    known = calls(formula)
    for name in _LIKE_OURS.findall(formula):
        if name.upper() not in FUNCTIONS:
            near = nearest(name, FUNCTIONS)
            hint = f" Did you mean {near}?" if near else ""
            raise FileProblem(f"what: there is no function {name.upper()}.{hint}")
    if not known:
        raise FileProblem(f"what: the formula {cells.shown(formula)} calls no PBR_ function.")
    try:
        stored = stored_formula(formula[1:])
    except ValueError as error:
        raise FileProblem(
            f"what: the formula {cells.shown(formula)} cannot be written here: {error}."
        ) from None
    return f"={in_host_form(plain(stored), HOSTS[host].prefix)}"


def _area(at: str) -> Area:
    try:
        return split_area(at)
    except (ValueError, AttributeError):
        raise FileProblem(f"at: found {at!r}; expected a cell such as B4.") from None


def _refuse_name(sheet: str) -> None:
    wrong = (
        not isinstance(sheet, str) or not sheet.strip() or len(sheet) > _LONGEST_NAME
        or _NOT_IN_A_NAME.search(sheet) or sheet[0] == "'" or sheet[-1] == "'"
    )  # fmt: skip
    if wrong:
        raise FileProblem(
            f"sheet: found {sheet!r}; expected a name of 1 to 31 characters without [ ] : * ? / \\"
            " and no apostrophe at either end."
        )


def _grown(sheet: str, area: Area, rows: Sequence[Sequence[Any]]) -> Area:
    """The cells that a table fills from the first cell on."""
    top, left = area[:2]
    bottom, right = top + len(rows) - 1, left + len(rows[0]) - 1
    if bottom > LAST_ROW or right > LAST_COLUMN:
        raise FileProblem(
            f"{sheet}: the table has {len(rows):,} rows and {len(rows[0]):,} columns; from"
            f" {column_letter(left)}{top} on a sheet has room for fewer."
        )
    return top, left, bottom, right


def _refuse_held(target: OpenSheet, area: Area, *, replace: bool) -> None:
    if replace:
        return
    for row in range(area[0], area[2] + 1):
        for column in range(area[1], area[3] + 1):
            if target.holds(row, column):
                raise FileProblem(
                    f"{cell_address(target.name, row, column)} holds something already. Choose"
                    " another place, or give replace=True."
                )


def _absolute(sheet: str, area: Area) -> str:
    first = f"${column_letter(area[1])}${area[0]}"
    last = f"${column_letter(area[3])}${area[2]}"
    return (
        f"{quoted_sheet(sheet)}!{first}"
        if first == last
        else f"{quoted_sheet(sheet)}!{first}:{last}"
    )
