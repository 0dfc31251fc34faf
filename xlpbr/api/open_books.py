"""A workbook that is open in openpyxl or in Excel, as a temporary copy of its cells.

The one reader of workbooks reads a file; so the cells, tables, names and merged areas of the open
one are written into a file of their own. Nothing is written to the workbook or over its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table, TableColumn

from xlpbr.errors import FileProblem, Problem
from xlpbr.workbook.ooxml.addresses import split_area

NOT_CALCULATED = (
    "openpyxl holds a formula or its value, not both: give xlpbr.read the path of the file as Excel"
    " saved it, or open it with data_only=True."
)
"""What to do about a formula in a workbook that openpyxl opened with its formulas."""

_DATA_ONLY = Problem(
    table="Terms",
    found="a workbook that openpyxl opened with data_only=True",
    expected="the file's path",
    remedy="A formula that was never calculated looks blank in it, and sheets of xlpbr that read"
    " others are not checked for being up to date. Give xlpbr.read the path to have both checked.",
)

_NO_MERGED_CELLS = Problem(
    table="Terms",
    found="a workbook whose merged cells xlwings does not tell here",
    expected="a workbook that is open in Excel on this computer, or the file's path",
    remedy="What is merged over several rows is read in its first row alone; the others look blank."
    " Give xlpbr.read the path if there are merged cells.",
)


@dataclass(frozen=True, slots=True)
class CopiedBook:
    """What is to be known of a copy: how the workbook is called, and what cannot be seen in it."""

    name: str
    notes: tuple[Problem, ...] = ()


def is_open_book(source: object) -> bool:
    """Whether something is a workbook that is open in openpyxl or in Excel."""
    return _is_openpyxl(source) or (hasattr(source, "sheets") and hasattr(source, "names"))


def _is_openpyxl(source: object) -> bool:
    return hasattr(source, "worksheets") and hasattr(source, "defined_names")


def copy_cells(source: Any, target: Path) -> CopiedBook:
    """Write the cells of an open workbook into a file.

    Raises:
        FileProblem: it was opened so that its tables are not in it.
    """
    copy = Workbook()
    copy.remove(copy.active)
    copy.iso_dates = True  # a day stays a day, and is no price because of its serial number
    done = _from_openpyxl(source, copy) if _is_openpyxl(source) else _from_excel(source, copy)
    if not copy.worksheets:
        raise FileProblem(f"{done.name} has no sheet with cells.")
    copy.save(target)
    return done


def _put(sheet: Any, row: int, column: int, value: Any, *, as_text: bool = False) -> None:
    """Write a value into the copy; a text stays a text, whatever it starts with."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, timedelta):
        value = value / timedelta(days=1)
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
    cell = sheet.cell(row, column)
    cell.value = value
    if as_text and isinstance(value, str):
        cell.data_type = "s"


# openpyxl -------------------------------------------------------------------------------------


def _from_openpyxl(source: Any, copy: Any) -> CopiedBook:
    if getattr(source, "read_only", False) or getattr(source, "write_only", False):
        raise FileProblem(
            "The workbook is open in openpyxl read-only or write-only, which leaves out its tables."
            " Give xlpbr.read the path of the file, or open it without read_only."
        )
    if source.epoch == CALENDAR_MAC_1904:
        copy.epoch = CALENDAR_MAC_1904
    for sheet in source.worksheets:
        of_copy = copy.create_sheet(sheet.title)
        for cell in _filled(sheet):
            formula = cell.data_type == "f"
            value = cell.value
            if formula and not isinstance(value, str):
                value = getattr(value, "text", None) or "=0"  # an array formula, a data table
            elif not formula and type(value).__name__ == "CellRichText":
                value = str(value)
            _put(
                of_copy, cell.row, cell.column, value, as_text=cell.data_type in ("s", "inlineStr")
            )
        for area in sheet.merged_cells.ranges:
            of_copy.merge_cells(area.coord)
        for number, row in sheet.row_dimensions.items():
            if row.hidden:
                of_copy.row_dimensions[number].hidden = True
        for table in sheet.tables.values():
            _add_table(of_copy, table.displayName, table.ref, table.headerRowCount != 0,
                       table.totalsRowCount or 0)  # fmt: skip
        for name, defined in sheet.defined_names.items():
            of_copy.defined_names[name] = DefinedName(name, attr_text=defined.attr_text)
    for name, defined in source.defined_names.items():
        copy.defined_names[name] = DefinedName(name, attr_text=defined.attr_text)
    notes = (_DATA_ONLY,) if source.data_only else ()
    return CopiedBook("The openpyxl workbook", notes)


def _filled(sheet: Any) -> Iterator[Any]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                yield cell


def _add_table(sheet: Any, name: str, area: str, has_heading: bool, totals: int) -> None:
    """Add an Excel table; its headings are read from its cells, not from its list of columns."""
    table = Table(name=name, displayName=name, ref=area, headerRowCount=1 if has_heading else 0)
    table.totalsRowCount = totals
    _, first, _, last = split_area(area)
    table.tableColumns = [
        TableColumn(id=number, name=f"Column{number}") for number in range(1, last - first + 2)
    ]
    sheet.add_table(table)


# Excel, through xlwings -----------------------------------------------------------------------


def _from_excel(source: Any, copy: Any) -> CopiedBook:
    notes: tuple[Problem, ...] = ()
    for sheet in source.sheets:
        of_copy = copy.create_sheet(sheet.name)
        used = sheet.used_range
        top, left = used.row, used.column
        # Without err_to_str an error would come as a blank cell.
        rows = used.options(ndim=2, err_to_str=True).value
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                if value not in (None, ""):
                    _put(of_copy, top + down, left + across, value, as_text=_is_plain_text(value))
        try:
            for area in _merged(sheet, used, rows):
                of_copy.merge_cells(area)
        except NotImplementedError:  # xlwings has engines that read without Excel
            notes = (_NO_MERGED_CELLS,)
        for table in sheet.tables:
            area = table.range.address.replace("$", "")
            _add_table(of_copy, table.name, area, bool(table.show_headers),
                       1 if table.show_totals else 0)  # fmt: skip
    for name in source.names:
        sheet_name, _, plain = name.name.rpartition("!")
        defined = DefinedName(plain, attr_text=str(name.refers_to).removeprefix("="))
        sheet_name = sheet_name.removeprefix("'").removesuffix("'").replace("''", "'")
        where = copy[sheet_name] if sheet_name in copy.sheetnames else copy
        where.defined_names[plain] = defined
    return CopiedBook(str(source.name), notes)


def _is_plain_text(value: object) -> bool:
    return isinstance(value, str) and not value.startswith("#")


def _merged(sheet: Any, used: Any, rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The merged areas; each has its value in its first cell."""
    if used.merge_cells is False:
        return
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            if value in (None, ""):
                continue
            cell = sheet.range((used.row + down, used.column + across))
            area = cell.merge_area.address.replace("$", "")
            if ":" in area:
                yield area
