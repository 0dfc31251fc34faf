"""A table of a portfolio's workbook, written row by row: it may have a million rows.

A sheet is begun as those of a report; its rows are not kept in memory, so they are no Excel table,
but have filter buttons and a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs

from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.report.page import ReportColumn, ReportPage, alignment, clean_text

Cell = int | date | str | None
"""What stands in a row: pence or a count by its column's kind, a day, a text, or nothing."""

LAST_ROW = 1_048_576
_WIDE = 170
_A3 = 8
_CENTIMETRE = 0.4


def write_rows(
    page: ReportPage,
    row: int,
    name: str,
    rows: Iterable[Sequence[Cell]],
    *,
    totals: Sequence[Cell] | None = None,
    frozen: int = 1,
) -> int:
    """Headings, rows and totals of a sheet; the row after them.

    Args:
        page: the sheet.
        row: the heading row, counted from 0.
        name: the name that headings and rows get in the workbook.
        rows: the rows, each as wide as the columns.
        totals: a last row, which the filters leave where it is; None for none.
        frozen: how many columns stay in sight, and are printed on every page.
    """
    formats = {column: _format(page, column.kind) for column in page.columns}
    page.sheet.set_default_row(LINE_HEIGHT + 3)
    page.set_height(row, [column.heading for column in page.columns], bold=True, above=1)
    for number, column in enumerate(page.columns):
        style = page.styles.column_heading(**alignment(column.kind))
        page.sheet.write_string(row, number, column.heading, style)
    last = row
    for last, values in enumerate(rows, start=row + 1):
        _write_row(page, last, values, formats)
    page.sheet.autofilter(row, 0, max(last, row + 1), len(page.columns) - 1)
    page.sheet.freeze_panes(row + 1, frozen)
    page.sheet.repeat_rows(row)
    page.sheet.set_margins(left=_CENTIMETRE, right=_CENTIMETRE, top=0.75, bottom=0.75)
    if page.width > _WIDE:
        page.sheet.set_paper(_A3)
    page.workbook.define_name(name, f"={_area(page, row, last)}")
    if totals is None:
        return last + 1
    strong = {column: _format(page, column.kind, bold=True, top=2) for column in page.columns}
    _write_row(page, last + 1, totals, strong)
    return last + 2


def _area(page: ReportPage, first: int, last: int) -> str:
    return f"'{page.sheet.get_name()}'!{xl_range_abs(first, 0, last, len(page.columns) - 1)}"


def _format(page: ReportPage, kind: str, **more: Any) -> Format:
    return page.styles.cell(kind, **{"valign": "vcenter", **alignment(kind), **more})


def _write_row(
    page: ReportPage, row: int, values: Sequence[Cell], formats: dict[ReportColumn, Format]
) -> None:
    # This comes before the row's cells, which go to disk.
    page.set_height(row, values, above=1)
    for number, (column, value) in enumerate(zip(page.columns, values, strict=True)):
        style = formats[column]
        if value is None or value == "":
            page.sheet.write_blank(row, number, None, style)
        elif isinstance(value, str):
            page.sheet.write_string(row, number, clean_text(value), style)
        elif isinstance(value, date):
            page.sheet.write_datetime(row, number, value, style)
        else:
            # The nearest float to the amount, as reading it back gives the same pence.
            page.sheet.write_number(
                row, number, value / 100 if column.kind == "money" else value, style
            )
