"""One sheet of the report: a title in A1, lines of text, one marked table of values.

Nothing here knows the contract. Text is only ever written as text, so nothing from a source becomes
a formula or a link.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlpbr import cells
from xlpbr.money import to_pounds
from xlpbr.workbook.look.styles import WORKING_FILL, Styles
from xlpbr.workbook.look.text_width import LINE_HEIGHT, TALLEST_ROW, lines_needed, text_width

SUPPRESSED = "[c]"
NOT_APPLICABLE = "[z]"

PAGE_LYING, PAGE_UPRIGHT = 0.62, 1.38
"""What a page lying down, and one that stands, is high, of its width between the margins."""

PIXELS_LYING = 1_026
"""What a page lying down is wide between the margins at full size; nothing is made larger."""

MOST_CHARACTERS = 32_767
"""What a cell holds."""

_INDENT = 2.2
"""What an indent and the cell's own margins take of a column's width, in digits."""

_CUT = " [the rest is cut: a cell holds no more]"
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMBERS = frozenset({"money", "pounds", "count", "number", "rate"})
_PIXELS_A_CHARACTER = 7
_FIRST_PAGE = 0.95
"""What the first of several pages beside each other surely shows of its part of the table."""
PIXELS_A_POINT = 4 / 3
_PAPER_A4 = 9
_TOTAL = {"bold": True, "bg_color": WORKING_FILL}
"""How a row of totals differs from the others."""
_BANNER = 1.2
"""How much wider a banner's letters are than those of running text."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of a table: its heading, its width in characters and the kind of its cells."""

    heading: str
    width: float
    kind: str = "wrapped"


@dataclass(frozen=True, slots=True)
class Of:
    """A value whose kind is not that of its column.

    Kinds are money (in pence), pounds (exact), count, number, rate, date, month, text and blank.
    """

    kind: str
    value: int | Fraction | date | str | None


BLANK = Of("blank", "")
"""An empty cell, for the points that a chart leaves out: it would draw a text as a zero."""

Value = int | Fraction | date | str | Of | None
"""What stands in a table; None is suppressed."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What every page carries: the names at its head and foot, and a notice above the head."""

    header: str
    footer: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A sheet with its title, and how wide its table is."""

    workbook: Workbook
    sheet: Worksheet
    styles: Styles
    columns: tuple[ReportColumn, ...]
    pages_across: int = 1
    heights: dict[int, float] = field(default_factory=dict)
    """The rows that are higher than others, in points."""

    @property
    def width(self) -> float:
        """The width of the table in characters."""
        return sum(column.width for column in self.columns)

    @property
    def pixels(self) -> int:
        """The width of the table on the screen."""
        return width_on_screen(self.columns)

    @property
    def text_across(self) -> float:
        """How wide running text is: as the table, or as what prints of it on the first page."""
        return self.width / self.pages_across * (1 if self.pages_across == 1 else _FIRST_PAGE)

    def pixels_above(self, row: int) -> int:
        """How high the rows above a row are on the screen."""
        points = sum(self.heights.get(above, LINE_HEIGHT) for above in range(row))
        return int(points * PIXELS_A_POINT)

    def set_points(self, row: int, points: float) -> None:
        """Make a row so many points high."""
        self.heights[row] = points
        self.sheet.set_row(row, points)

    def write_link(self, row: int, words: str, sheet: str) -> int:
        """A line that leads to another sheet; the next row."""
        self.sheet.write_url(row, 0, f"internal:'{sheet}'!A1", self.styles.back, string=words)
        return row + 1

    def write_banner(self, row: int, text: str, look: Mapping[str, Any]) -> int:
        """A sentence over the width of the table on a ground of its own; the next row."""
        style = self.styles.make(bold=True, font_size=12, **look)
        for piece in _broken(clean_text(text), self.width / _BANNER):
            self.sheet.write_string(row, 0, piece, style)
            for column in range(1, len(self.columns)):
                self.sheet.write_blank(row, column, None, style)
            self.set_points(row, LINE_HEIGHT + 5)
            row += 1
        return row

    def write_lines(
        self, row: int, lines: Iterable[str], *, strong: bool = False, column: int = 0
    ) -> int:
        """Running text above the table, broken where the table or the page ends; the next row."""
        style = self.styles.strong if strong else self.styles.plain
        before = sum(one.width for one in self.columns[:column])
        for line in lines:
            for piece in _broken(clean_text(line), self.text_across - before):
                self.sheet.write_string(row, column, piece, style)
                row += 1
        return row

    def write_labelled(self, row: int, label: str, text: str) -> int:
        """A line of a bold label and its text; the next row."""
        pieces = _broken(clean_text(text) or "not given", self.width - text_width(label) - 4)
        strong, plain = self.styles.strong, self.styles.plain
        self.sheet.write_rich_string(row, 0, strong, f"{label}: ", plain, pieces[0], plain)
        return self.write_lines(row + 1, pieces[1:])

    def write_table(
        self, row: int, name: str, rows: Sequence[Sequence[Value]], *, filters: bool = False
    ) -> int:
        """The marked table of a sheet under its heading row; the row after it.

        Args:
            row: the heading row, counted from 0.
            name: the table's name in the workbook.
            rows: at least one row of values, each as wide as the columns.
            filters: whether the headings have filter buttons.
        """
        formats = _Formats(self.styles)
        headings = [
            {"header": column.heading, "header_format": formats.heading(column.kind)}
            for column in self.columns
        ]
        self.set_height(row, [column.heading for column in self.columns], bold=True)
        last = row + len(rows)
        self.sheet.add_table(
            row, 0, last, len(self.columns) - 1,
            {"name": name, "columns": headings, "style": None, "autofilter": filters},
        )  # fmt: skip
        for below, values in enumerate(rows, start=1):
            self.set_height(row + below, values)
            is_total = _label_of(values[0]).startswith("Total")
            for number, (column, value) in enumerate(zip(self.columns, values, strict=True)):
                _write_value(self, row + below, number, formats, column.kind, value, is_total)
        self.sheet.repeat_rows(row)
        return last + 1

    def set_height(
        self,
        row: int,
        values: Sequence[Value],
        *,
        bold: bool = False,
        above: int = 0,
    ) -> None:
        """Make a row high enough for its wrapped text: not every program does so by itself.

        Args:
            row: the row, counted from 0.
            values: its cells.
            bold: whether the text is bold.
            above: a row of no more lines than this keeps the height that all rows have.
        """
        most = _most_lines(self.columns, values, bold)
        if most > above:
            self.set_points(row, _points_of(most))


def width_on_screen(columns: Iterable[ReportColumn]) -> int:
    """How many pixels columns take beside each other."""
    return sum(int(column.width * _PIXELS_A_CHARACTER + 0.5) + 5 for column in columns)


def points_of_rows(columns: Sequence[ReportColumn], rows: Iterable[Sequence[Value]]) -> float:
    """How high the rows of a table are under columns of some widths, in points."""
    return sum(_points_of(_most_lines(columns, values, bold=False)) for values in rows)


def _most_lines(columns: Sequence[ReportColumn], values: Sequence[Value], bold: bool) -> int:
    """How many lines the cell of a row has that has most."""
    most = 1
    for column, value in zip(columns, values, strict=True):
        text = value.value if isinstance(value, Of) else value
        if isinstance(text, str):
            most = max(most, _lines_of_text(text, column.width - _INDENT, bold))
    return most


def _points_of(lines: int) -> float:
    return min(TALLEST_ROW, LINE_HEIGHT * lines + 3)


def clean_text(text: str) -> str:
    """A text as a cell can hold it: no control characters, not longer than a cell."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", lines)
    # A cell's length is counted in units of two bytes; some characters take two of them.
    units = kept.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return kept
    return units[: 2 * (MOST_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def new_page(
    workbook: Workbook,
    styles: Styles,
    name: str,
    title: str,
    columns: Iterable[ReportColumn],
    frame: PageFrame,
    *,
    upright: bool = False,
    called: str = "",
    pages_across: int = 1,
) -> ReportPage:
    """A sheet with its columns and, in A1, its title, ready for A4 paper.

    Args:
        workbook: the workbook.
        styles: its formats.
        name: the sheet's name.
        title: its title.
        columns: the columns of its table.
        frame: what its pages carry.
        upright: whether the paper stands; else it lies on its side.
        called: what the head of its pages calls it; its name where that is empty.
        pages_across: over how many pages beside each other the table goes.
    """
    page = ReportPage(workbook, workbook.add_worksheet(name), styles, tuple(columns), pages_across)
    for number, column in enumerate(page.columns):
        page.sheet.set_column(number, number, column.width)
    if not upright:
        page.sheet.set_landscape()
    page.sheet.set_paper(_PAPER_A4)
    page.sheet.fit_to_pages(pages_across, 0)
    page.sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
    notice = f"{_in_margin(frame.notice)}\n" if frame.notice else ""
    page.sheet.set_header(f"&L{notice}{_in_margin(frame.header)}&R{_in_margin(called or name)}")
    page.sheet.set_footer(f"&L{_in_margin(frame.footer)}&RPage &P of &N")
    page.sheet.hide_gridlines(2)
    page.set_points(0, 24)
    page.sheet.write_string(0, 0, clean_text(title), page.styles.title)
    return page


def _broken(text: str, width: float) -> list[str]:
    """A text in lines that fit a width."""
    characters = int(width * len(text) / max(1.0, text_width(text)))
    return textwrap.wrap(text, max(20, min(characters, int(width * 1.25)))) or [""]


class _Formats(dict[tuple[str, bool, bool], Format]):
    """The formats of a table's cells by kind, whether they hold text, and are of a total."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles

    def __missing__(self, wanted: tuple[str, bool, bool]) -> Format:
        kind, is_text, is_total = wanted
        more = {**alignment(kind), **(_TOTAL if is_total else {})}
        if is_text:
            made = self._styles.cell("wrapped", **more)
        else:
            number = "money" if kind == "pounds" else kind
            made = self._styles.cell(number, valign="top", **more)
        self[wanted] = made
        return made

    def heading(self, kind: str) -> Format:
        """The format of a heading above cells of a kind."""
        return self._styles.column_heading(**alignment(kind))


def _label_of(value: Value) -> str:
    text = value.value if isinstance(value, Of) else value
    return text if isinstance(text, str) else ""


def alignment(kind: str) -> dict[str, Any]:
    """Numbers stand at the right; text a little off the line before it."""
    return {"align": "right"} if kind in _NUMBERS else {"align": "left", "indent": 1}


@lru_cache(maxsize=4096)
def _lines_of_text(text: str, room: float, bold: bool) -> int:
    return lines_needed(clean_text(text), room, bold=bold)


def _write_value(
    page: ReportPage,
    row: int,
    column: int,
    formats: _Formats,
    kind: str,
    value: Value,
    is_total: bool,
) -> None:
    if isinstance(value, Of):
        kind, value = value.kind, value.value
    if kind == "blank":
        page.sheet.write_blank(row, column, None, formats["text", True, False])
        return
    if value is None:
        value = SUPPRESSED
    style = formats[kind, isinstance(value, str), is_total]
    if isinstance(value, str):
        page.sheet.write_string(row, column, clean_text(value), style)
    elif isinstance(value, date):
        page.sheet.write_datetime(row, column, value, style)
    else:
        exact = to_pounds(int(value)) if kind == "money" else Fraction(value)
        page.sheet.write_number(row, column, cells.plain_number(exact), style)


def _in_margin(text: str) -> str:
    """A text for the head or foot of a page, where an ampersand begins a code."""
    return clean_text(textwrap.shorten(text, 90, placeholder="…")).replace("&", "&&")
