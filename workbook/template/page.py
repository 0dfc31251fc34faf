"""One sheet of the template: constants, formulas with their last value, and how it prints.

Rows and columns count from 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlpbr import cells
from xlpbr.contract.library import SAMPLE_NOTE_HEADING
from xlpbr.errors import CellError
from xlpbr.workbook.look.styles import WRONG_INK, Styles
from xlpbr.workbook.look.text_width import LINE_HEIGHT, TALLEST_ROW, lines_needed
from xlpbr.workbook.ooxml.addresses import LAST_ROW, column_letter, quoted_sheet
from xlpbr.workbook.ooxml.book import CellValue, Position
from xlpbr.workbook.template.plan import TABLE_NAMES

A4 = 9
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]|_x(?=[0-9A-Fa-f]{4}_)")
"""A character that a workbook stores as its number, or what would be taken for one stored so."""
_MARGIN = 1.5
"""What of a column's width is left blank beside its text, indent included."""

_USUAL_WIDTH = 8.43

_IN_HEADER = 120
"""Characters of a title at the head of a page: doubled, if all are ampersands, Excel takes them."""

_ILLUSTRATED = "ILLUSTRATION: figures from sample rows, not from real children."
_ENTERED = "Figures from the rows entered in the input sheets."

_ALL_FORMULAS = "A1:GZ400"

_ALLOWED_WHEN_PROTECTED = {
    "objects": True, "format_columns": True, "format_rows": True,
    "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip


class NoCharacters(str):
    """An empty last value that XlsxWriter stores as a text: it takes a plain one for none."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """A sheet that is being written.

    Attributes:
        sheet: XlsxWriter's sheet.
        styles: the workbook's formats.
        values: the last value of each formula cell and of each cell that a formula fills;
            None while they are not known.
        evidence_tables: the input tables of what happened that the workbook has.
        widths: the widths that columns were given, by their number.
    """

    sheet: Worksheet
    styles: Styles
    values: Mapping[Position, CellValue] | None
    evidence_tables: tuple[str, ...] = ()
    widths: dict[int, float] = field(default_factory=dict)
    _spilling: list[tuple[Any, ...]] = field(default_factory=list, repr=False)

    @property
    def workbook(self) -> Workbook:
        """The workbook that is being written."""
        return self.styles.workbook

    def put(self, row: int, column: int, value: Any, style: Format) -> None:
        """Write a constant. A text is written as a text, whatever it starts with."""
        place = (row - 1, column - 1)
        if value is None or value == "":
            self.sheet.write_blank(*place, None, style)
        elif isinstance(value, bool):
            self.sheet.write_boolean(*place, value, style)
        elif isinstance(value, str):
            self.sheet.write_string(*place, value, style)
        elif isinstance(value, date):
            self.sheet.write_datetime(*place, datetime.combine(value, time.min), style)
        elif isinstance(value, CellError):
            self.sheet.write_formula(*place, f"={value.code}", style, value.code)
        else:
            self.sheet.write_number(*place, value, style)

    def put_row(self, row: int, column: int, values: Sequence[Any], style: Format) -> None:
        """Write constants side by side in one style."""
        for offset, value in enumerate(values):
            self.put(row, column + offset, value, style)

    def put_formula(self, row: int, column: int, formula: str, style: Format) -> None:
        """Write a formula with its last value."""
        self.sheet.write_formula(
            row - 1, column - 1, formula, style, self._stored(self._last_value(row, column))
        )

    def show(self, values: Mapping[Position, CellValue]) -> None:
        """Give a sheet that was written without last values those that its formulas have.

        Args:
            values: as the attribute.
        """
        shown = replace(self, values=values)
        for spilling in self._spilling:
            shown.spill(*spilling)
        for row, columns in self.sheet.table.items():
            for column, cell in columns.items():
                if hasattr(cell, "formula"):
                    value = shown._stored(shown._last_value(row + 1, column + 1))
                    columns[column] = cell._replace(value=value)

    def read_from_book(
        self, row: int, column: int, formula: str, value: Any, style: Format
    ) -> None:
        """Write a formula that reads another sheet of the book that the sheets are added to.

        While the last values are not known, the workbook stands alone: the value takes the
        formula's place, as a formula where a constant would lose digits or be an empty cell.
        """
        blank = value is None or value == ""
        if self.values is not None:
            self.sheet.write_formula(row - 1, column - 1, formula, style, self._stored(value))
        elif blank:
            self.sheet.write_formula(row - 1, column - 1, '=""', style)
        elif isinstance(value, float):
            self.sheet.write_formula(row - 1, column - 1, f"={value!r}", style)
        else:
            self.put(row, column, value, style)

    def spill(
        self,
        row: int,
        column: int,
        formula: str,
        rows: int,
        style_of: Sequence[Callable[[int], Format]],
    ) -> None:
        """Write a formula that fills a table, with the last value of each of its cells.

        Args:
            row: the row of the formula, in which the headings come to stand.
            column: its column.
            formula: the formula.
            rows: how many rows are prepared for it, the heading row included.
            style_of: for each column the style of a cell, by its row under the formula's.
        """
        if self.values is None:
            self._spilling.append((row, column, formula, rows, style_of))
        height = self._filled_rows(row, column)
        for down in range(max(rows, height)):
            for across, style in enumerate(style_of):
                self.sheet.write_blank(row + down - 1, column + across - 1, None, style(down))
        last_column = column if height == 1 else self._last_filled(row, column, len(style_of))
        self.sheet.write_dynamic_array_formula(
            row - 1, column - 1, row + height - 2, last_column - 1,
            formula, style_of[0](0), self._stored(self._last_value(row, column)),
        )  # fmt: skip
        # XlsxWriter fills the rest of an array's cells with 0; their last values take its place.
        for down in range(height):
            for across in range(last_column - column + 1):
                if (down, across) != (0, 0):
                    value = self._last_value(row + down, column + across)
                    self.put(row + down, column + across, value, style_of[across](down))

    def put_input(
        self,
        place: Position,
        label: str,
        kind: str,
        value: Any,
        rule: Mapping[str, Any],
        *,
        hint: str = "",
        **look: Any,
    ) -> None:
        """Write an input of a sheet of results, its label in column A and a hint to its right."""
        row, column = place
        self.put(row, 1, f"{label} (Input)", self.styles.strong)
        self.put(row, column, value, self.styles.cell(kind, "input", bold=True, **look))
        if hint:
            self.put(row, column + 1, hint, self.styles.remark)
        self.check_entry(place, {"input_title": label, **rule})

    def check_entry(self, place: Position, rule: dict[str, Any]) -> None:
        """Give a cell a validation."""
        row, column = place[0] - 1, place[1] - 1
        self.sheet.data_validation(row, column, row, column, rule)

    def check_entries(self, first: Position, last: Position, rule: dict[str, Any]) -> None:
        """Give an area of cells a validation."""
        self.sheet.data_validation(first[0] - 1, first[1] - 1, last[0] - 1, last[1] - 1, rule)

    def mark(
        self,
        first: Position,
        last: Position,
        rule: str | Mapping[str, Any],
        look: Format,
        *,
        alone: bool = False,
    ) -> None:
        """Give cells a look under a rule; a text is a formula, as the first cell would have it.

        A cell whose look stands ``alone`` takes no further one.
        """
        if isinstance(rule, str):
            rule = {"type": "formula", "criteria": f"={rule}"}
        self.sheet.conditional_format(
            first[0] - 1, first[1] - 1, last[0] - 1, last[1] - 1,
            {**rule, "format": look, "stop_if_true": alone},
        )  # fmt: skip

    def set_widths(self, widths: Sequence[float], first_column: int = 1) -> None:
        """Set the widths of columns that stand side by side."""
        for column, width in enumerate(widths, start=first_column):
            self.sheet.set_column(column - 1, column - 1, width)
            self.widths[column] = width

    def left_edge(self, column: int) -> float:
        """How far a column stands to the right, in the width of columns."""
        return sum(self.widths.get(before, _USUAL_WIDTH) for before in range(1, column))

    def join(self, row: int, first_column: int, last_column: int, style: Format) -> None:
        """Make cells side by side one, whose text then has their width."""
        self.sheet.merge_range(row - 1, first_column - 1, row - 1, last_column - 1, "", style)

    def fit_row(self, row: int, *texts_and_widths: tuple[str, float]) -> None:
        """Make a row as high as its longest text needs, wrapped to the width of its column.

        Not every program fits a row to wrapped text when it opens a file.
        """
        lines = max(lines_needed(text, width - _MARGIN) for text, width in texts_and_widths)
        self.sheet.set_row(row - 1, min(LINE_HEIGHT * lines + 1, TALLEST_ROW))

    def print_on_a4(
        self,
        title: str,
        *,
        heading_row: int | None,
        last_column: int | None = None,
        last_row: int = LAST_ROW,
        pages_tall: int = 0,
        upright: bool = False,
    ) -> None:
        """Set a sheet up for A4 landscape, one page wide.

        Args:
            title: the contract's title, for the header.
            heading_row: the row that is repeated on every page.
            last_column: the last column that is printed, where workings stand to the right of it.
            last_row: the last row that is printed, where the page is laid out as one.
            pages_tall: how many pages it must fit on; 0 for as many as it takes.
            upright: whether it is printed in portrait.
        """
        sheet = self.sheet
        if upright:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, pages_tall)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        # Cut before its ampersands are doubled: half a pair would take the next code with it.
        sheet.set_header(f"&L{title[:_IN_HEADER].replace('&', '&&')}&R&A")
        sheet.set_footer("&Lxlpbr&RPage &P of &N")
        if heading_row is not None:
            sheet.repeat_rows(heading_row - 1)
        if last_column is not None:
            # Whole columns: Excel prints them down to the last row in use. The sheet's own
            # print_area would write them as $A:$F, which not every program reads.
            self.workbook.define_name(
                f"{quoted_sheet(sheet.name)}!_xlnm.Print_Area",
                f"={quoted_sheet(sheet.name)}!$A$1:${column_letter(last_column)}${last_row}",
            )
        sheet.hide_gridlines(2)

    def protect(self) -> None:
        """Protect a sheet of formulas, without a password; its input cells stay open.

        Neighbouring formulas differ on purpose there, so Excel is told not to mark them for it.
        """
        self.sheet.protect("", _ALLOWED_WHEN_PROTECTED)
        self.sheet.ignore_errors({"formula_differs": _ALL_FORMULAS, "formula_range": _ALL_FORMULAS})

    def introduce_results(self, title: str, *sentences: str, tables: Iterable[str] = ()) -> None:
        """Write the title of a sheet of results, whose figures they are, and what it is for.

        Whether sample rows are left is looked up in the Notes of the input tables, and of the
        further ``tables``, so that the warning goes with them.
        """
        sample_rows = "+".join(
            f'COUNTIF({TABLE_NAMES[table]}[{SAMPLE_NOTE_HEADING}],"Illustration*")'
            for table in (*self.evidence_tables, *tables)
        )
        # Neither text is empty: an empty last value is stored as if never calculated.
        formula = f'=IF({sample_rows}>0,"{_ILLUSTRATED}","{_ENTERED}")'
        self.introduce(title, "", *sentences)
        self.put_formula(2, 1, formula, self.styles.muted)
        warning = self.workbook.add_format({"bold": True, "font_color": WRONG_INK})
        self.mark((2, 1), (2, 1), begins_with("ILLUSTRATION"), warning)

    def introduce(self, title: str, *sentences: str) -> None:
        """Write a sheet's title in A1 and what it is for under it."""
        self.put(1, 1, title, self.styles.title)
        for row, sentence in enumerate(sentences, start=2):
            self.put(row, 1, sentence, self.styles.muted)

    def _last_value(self, row: int, column: int) -> CellValue:
        value = None if self.values is None else self.values.get((row, column))
        return float(cells.serial_of(value)) if isinstance(value, date) else value

    def _stored(self, value: CellValue) -> Any:
        """A last value as XlsxWriter takes it."""
        if value is None or value == "":
            # As Excel stores it, and other than a formula that was never calculated.
            return "" if self.values is None else NoCharacters()
        if isinstance(value, str):
            # XlsxWriter writes the control characters of a last value as they are.
            return _CONTROL.sub(lambda found: f"_x{ord(found[0][0]):04X}_{found[0][1:]}", value)
        return value.code if isinstance(value, CellError) else value

    def _last_filled(self, row: int, column: int, width: int) -> int:
        """The last column that a formula filled, of so many that are prepared.

        A larger area would show #N/A in programs that keep to it.
        """
        values = self.values or {}
        following = range(column + 1, column + width)
        return next((end - 1 for end in following if (row, end) not in values), following.stop - 1)

    def _filled_rows(self, row: int, column: int) -> int:
        """How many rows a formula filled below and with its own."""
        if self.values is None or isinstance(self.values.get((row, column)), CellError):
            return 1
        height = 1
        while (row + height, column) in self.values:
            height += 1
        return height


def refusal(message: str) -> dict[str, Any]:
    """What Excel says of an entry that it does not take."""
    return {"error_title": "This cannot be used", "error_message": message}


NOT_ZERO: Mapping[str, Any] = {"type": "cell", "criteria": "!=", "value": 0}
"""The rule for cells that count what should not be there."""


def begins_with(word: str) -> dict[str, Any]:
    """The rule for cells whose text begins with a word."""
    return {"type": "text", "criteria": "begins with", "value": word}
