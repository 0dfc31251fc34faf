"""One sheet of the template: constants, formulas with their last value, and how it prints.

Rows and columns count from 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlpbr import cells
from xlpbr.contract.evidence import COLUMNS
from xlpbr.contract.library import SAMPLE_NOTE_HEADING
from xlpbr.errors import CellError
from xlpbr.workbook.look.styles import WRONG_INK, Styles
from xlpbr.workbook.look.text_width import lines_needed
from xlpbr.workbook.ooxml.addresses import LAST_ROW, column_letter
from xlpbr.workbook.ooxml.book import CellValue, Position
from xlpbr.workbook.template.plan import TABLE_NAMES

A4 = 9
LINE_HEIGHT = 15
"""Points that a line of text takes."""
_TALLEST_ROW = 409
"""Points: Excel takes no taller row."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]|_x(?=[0-9A-Fa-f]{4}_)")
"""A character that a workbook stores as its number, or what would be taken for one stored so."""
_MARGIN = 1.5
"""What of a column's width is left blank beside its text, indent included."""

_ALLOWED_WHEN_PROTECTED = {
    "objects": True, "format_columns": True, "format_rows": True,
    "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """A sheet that is being written.

    Attributes:
        name: the sheet's name.
        sheet: XlsxWriter's sheet.
        styles: the workbook's formats.
        values: the last value of each formula cell and of each cell that a formula fills;
            None while they are not known.
    """

    name: str
    sheet: Worksheet
    styles: Styles
    values: Mapping[Position, CellValue] | None


class NoCharacters(str):
    """An empty last value that XlsxWriter stores as a text: it takes a plain one for none."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return 0


def put(page: TemplatePage, row: int, column: int, value: Any, style: Format) -> None:
    """Write a constant. A text is written as a text, whatever it starts with."""
    place = (row - 1, column - 1)
    if value is None or value == "":
        page.sheet.write_blank(*place, None, style)
    elif isinstance(value, bool):
        page.sheet.write_boolean(*place, value, style)
    elif isinstance(value, str):
        page.sheet.write_string(*place, value, style)
    elif isinstance(value, date):
        page.sheet.write_datetime(*place, datetime.combine(value, time.min), style)
    elif isinstance(value, CellError):
        page.sheet.write_formula(*place, f"={value.code}", style, value.code)
    else:
        page.sheet.write_number(*place, value, style)


def put_row(
    page: TemplatePage, row: int, column: int, values: Sequence[Any], style: Format
) -> None:
    """Write constants side by side in one style."""
    for offset, value in enumerate(values):
        put(page, row, column + offset, value, style)


def put_formula(page: TemplatePage, row: int, column: int, formula: str, style: Format) -> None:
    """Write a formula with its last value."""
    page.sheet.write_formula(
        row - 1, column - 1, formula, style, _stored(page, _last_value(page, row, column))
    )


def read_from_book(
    page: TemplatePage, row: int, column: int, formula: str, value: Any, style: Format
) -> None:
    """Write a formula that reads another sheet of the book that the sheets are added to.

    While the last values are not known, the workbook stands alone: the value takes the formula's
    place, as a formula where a constant would lose digits or be an empty cell.
    """
    blank = value is None or value == ""
    if page.values is not None:
        page.sheet.write_formula(row - 1, column - 1, formula, style, _stored(page, value))
    elif blank:
        page.sheet.write_formula(row - 1, column - 1, '=""', style)
    elif isinstance(value, float):
        page.sheet.write_formula(row - 1, column - 1, f"={value!r}", style)
    else:
        put(page, row, column, value, style)


def spill(
    page: TemplatePage,
    row: int,
    column: int,
    formula: str,
    rows: int,
    style_of: Sequence[Callable[[int], Format]],
) -> None:
    """Write a formula that fills a table, with the last value of each of its cells.

    Args:
        page: the sheet.
        row: the row of the formula, in which the headings come to stand.
        column: its column.
        formula: the formula.
        rows: how many rows are prepared for it, the heading row included.
        style_of: for each column the style of a cell, by its row under the formula's.
    """
    height = _filled_rows(page, row, column)
    for down in range(max(rows, height)):
        for across, style in enumerate(style_of):
            page.sheet.write_blank(row + down - 1, column + across - 1, None, style(down))
    last_column = column if height == 1 else column + len(style_of) - 1
    page.sheet.write_dynamic_array_formula(
        row - 1, column - 1, row + height - 2, last_column - 1,
        formula, style_of[0](0), _stored(page, _last_value(page, row, column)),
    )  # fmt: skip
    # XlsxWriter fills the rest of an array's cells with 0; their last values take its place.
    for down in range(height):
        for across in range(last_column - column + 1):
            if (down, across) != (0, 0):
                value = _last_value(page, row + down, column + across)
                put(page, row + down, column + across, value, style_of[across](down))


def _last_value(page: TemplatePage, row: int, column: int) -> CellValue:
    value = None if page.values is None else page.values.get((row, column))
    return float(cells.serial_of(value)) if isinstance(value, date) else value


def _stored(page: TemplatePage, value: CellValue) -> Any:
    """A last value as XlsxWriter takes it."""
    if value is None or value == "":
        # As Excel stores it, and other than a formula that was never calculated.
        return "" if page.values is None else NoCharacters()
    if isinstance(value, str):
        # XlsxWriter writes the control characters of a last value as they are.
        return _CONTROL.sub(lambda found: f"_x{ord(found[0][0]):04X}_{found[0][1:]}", value)
    return value.code if isinstance(value, CellError) else value


def _filled_rows(page: TemplatePage, row: int, column: int) -> int:
    """How many rows a formula filled below and with its own."""
    if page.values is None or isinstance(page.values.get((row, column)), CellError):
        return 1
    height = 1
    while (row + height, column) in page.values:
        height += 1
    return height


def set_widths(page: TemplatePage, widths: Sequence[float], first_column: int = 1) -> None:
    """Set the widths of columns that stand side by side."""
    for column, width in enumerate(widths, start=first_column):
        page.sheet.set_column(column - 1, column - 1, width)


def fit_row(page: TemplatePage, row: int, *texts_and_widths: tuple[str, float]) -> None:
    """Make a row as high as its longest text needs, wrapped to the width of its column.

    Not every program fits a row to wrapped text when it opens a file.
    """
    lines = max(lines_needed(text, width - _MARGIN) for text, width in texts_and_widths)
    page.sheet.set_row(row - 1, min(LINE_HEIGHT * lines + 1, _TALLEST_ROW))


def print_on_a4(
    page: TemplatePage,
    title: str,
    *,
    heading_row: int | None,
    last_column: int | None = None,
    pages_tall: int = 0,
) -> None:
    """Set a sheet up for A4 landscape, one page wide.

    Args:
        page: the sheet.
        title: the contract's title, for the header.
        heading_row: the row that is repeated on every page.
        last_column: the last column that is printed, where workings stand to the right of it.
        pages_tall: how many pages it must fit on; 0 for as many as it takes.
    """
    sheet = page.sheet
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, pages_tall)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.set_header(f"&L{title.replace('&', '&&')[:200]}&R&A")
    sheet.set_footer("&Lxlpbr&RPage &P of &N")
    if heading_row is not None:
        sheet.repeat_rows(heading_row - 1)
    if last_column is not None:
        sheet.print_area(f"A1:{column_letter(last_column)}{LAST_ROW}")
    sheet.hide_gridlines(2)


def protect(page: TemplatePage) -> None:
    """Protect a sheet of formulas, without a password; its input cells stay open.

    Neighbouring formulas differ on purpose there, so Excel is told not to mark them for it.
    """
    page.sheet.protect("", _ALLOWED_WHEN_PROTECTED)
    page.sheet.ignore_errors({"formula_differs": "A1:AZ400", "formula_range": "A1:AZ400"})


_ILLUSTRATED = "ILLUSTRATION: figures from sample rows, not from real children."
_ENTERED = "Figures from the rows entered in the input sheets."


def introduce_results(
    page: TemplatePage, title: str, *sentences: str, tables: Iterable[str] = COLUMNS
) -> None:
    """Write the title of a sheet of results, under it whose figures they are, and what it is for.

    Whether sample rows are left is looked up in the Notes of the input tables, so that the warning
    goes with them.
    """
    sample_rows = "+".join(
        f'COUNTIF({TABLE_NAMES[table]}[{SAMPLE_NOTE_HEADING}],"Illustration*")' for table in tables
    )
    # Neither text is empty: an empty last value is stored as if never calculated.
    formula = f'=IF({sample_rows}>0,"{_ILLUSTRATED}","{_ENTERED}")'
    introduce(page, title, "", *sentences)
    put_formula(page, 2, 1, formula, page.styles.muted)
    warning = page.styles.workbook.add_format({"bold": True, "font_color": WRONG_INK})
    page.sheet.conditional_format(
        1, 0, 1, 0,
        {"type": "text", "criteria": "begins with", "value": "ILLUSTRATION", "format": warning},
    )  # fmt: skip


def introduce(page: TemplatePage, title: str, *sentences: str) -> None:
    """Write a sheet's title in A1 and what it is for under it."""
    put(page, 1, 1, title, page.styles.title)
    for row, sentence in enumerate(sentences, start=2):
        put(page, row, 1, sentence, page.styles.muted)
