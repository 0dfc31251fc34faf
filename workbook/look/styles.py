"""How the project's sheets look: colours, number formats and widths, each named once.

Meaning is always told in words as well; colour only helps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

FONT = "Calibri"
FONT_SIZE = 11

INK = "#1B2733"
HEADING_FILL = "#1F3A5F"
HEADING_INK = "#FFFFFF"
INPUT_FILL = "#FFF7D6"
WORKING_FILL = "#EEF1F4"
OUTPUT_FILL = "#E6F2EA"
RULE = "#B8C2CC"
MUTED = "#4A5866"
WRONG_FILL = "#FBE3E0"
WRONG_INK = "#8B1A10"
WARNED_FILL = "#FFE3A3"
WARNED_INK = "#5A3A00"
"""Amber: the figures hold, and something that touches money is open. Red: a figure is wrong."""
LINK_INK = "#1A4C8B"

SAVING_COLOUR = "#1F6F8B"
FEE_COLOUR = "#C8553D"
THRESHOLD_COLOUR = "#6B4E9B"
PAYABLE_COLOUR = "#1F3A5F"
MAXIMUM_COLOUR = "#8B1A10"
"""Lines in charts; each also has a dash or marker of its own."""

MONEY = '"£"#,##0.00;-"£"#,##0.00;"£"0.00'
"""Pounds with the sign as text: currency formats lose pence on some hosts.

Its minus says that an amount is below 0: a red one on the fill of results would be hard to read.
"""
WHOLE_POUNDS = '"£"#,##0;-"£"#,##0'
COUNT = "#,##0"
NUMBER = "#,##0.00##"
RATE = "0.00##%"
CHANCE = "0.0%"
"""The chance of something, in a forecast."""
DATE = "dd mmm yyyy"
MONTH = "mmm yyyy"

NUMBER_FORMATS = {
    "money": MONEY, "whole_pounds": WHOLE_POUNDS, "count": COUNT, "rate": RATE,
    "number": NUMBER, "date": DATE, "month": MONTH,
}  # fmt: skip
"""The number format of each kind of cell."""

FILLS = {"input": INPUT_FILL, "working": WORKING_FILL, "output": OUTPUT_FILL}
"""The fill of each role; the role is always told in words as well."""

TABS = {"input": "#E8B931", "output": "#3D9A5F", "check": "#7A4EA3", "guide": "#1F3A5F"}
"""The colour of the tab of each kind of sheet: stronger than the fills, which stand behind text."""

FILLED_ROW = {"bg_color": OUTPUT_FILL, "border": 1, "border_color": RULE}
TOTAL_ROW = {"bg_color": OUTPUT_FILL, "bold": True, "top": 1, "bottom": 1, "border_color": INK}
"""What rows of figures and of totals look like, for conditional formats."""


@dataclass(frozen=True)
class Styles:
    """The cell formats of one workbook, made when first asked for."""

    workbook: Workbook
    _made: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict, repr=False)

    def make(self, **properties: Any) -> Format:
        """A format in the house's font with these properties."""
        base = {
            "font_name": FONT, "font_size": FONT_SIZE, "font_color": INK, "valign": "vcenter",
        }  # fmt: skip
        look = {**base, **properties}
        key = tuple(look.items())
        if key not in self._made:
            self._made[key] = self.workbook.add_format(look)
        return self._made[key]

    @cached_property
    def title(self) -> Format:
        """A sheet's title, in A1."""
        return self.make(bold=True, font_size=16, font_color=HEADING_FILL)

    @cached_property
    def subtitle(self) -> Format:
        """A section's title within a sheet."""
        return self.make(bold=True, font_size=12, font_color=HEADING_FILL)

    @cached_property
    def plain(self) -> Format:
        """Running text on one line."""
        return self.make()

    @cached_property
    def remark(self) -> Format:
        """A remark to the right of a cell."""
        return self.make(font_color=MUTED, indent=1)

    @cached_property
    def strong(self) -> Format:
        """A label before running text."""
        return self.make(bold=True)

    @cached_property
    def link(self) -> Format:
        """A cell of a table that leads to another sheet."""
        return self.make(
            font_color=LINK_INK, underline=1, border=1, border_color=RULE, valign="top",
            align="left", indent=1,
        )  # fmt: skip

    @cached_property
    def back(self) -> Format:
        """A link in running text."""
        return self.make(font_color=LINK_INK, underline=1)

    @cached_property
    def prose(self) -> Format:
        """Running text that wraps."""
        return self.make(text_wrap=True, valign="top")

    @cached_property
    def muted(self) -> Format:
        """A remark beside what matters."""
        return self.make(font_color=MUTED)

    @cached_property
    def heading(self) -> Format:
        """The heading row of a table."""
        return self.column_heading()

    @cached_property
    def heading_right(self) -> Format:
        """The heading of a column of numbers."""
        return self.column_heading(align="right")

    def column_heading(self, **more: Any) -> Format:
        """A heading of a table with further properties."""
        return self.make(
            bold=True, font_color=HEADING_INK, bg_color=HEADING_FILL, text_wrap=True,
            border=1, border_color=RULE, valign="vcenter", **more,
        )  # fmt: skip

    def cell(self, kind: str, role: str = "plain", **more: Any) -> Format:
        """A cell of a table.

        Args:
            kind: money, whole_pounds, count, number, rate, date, month, text or wrapped.
            role: input (unlocked), working, output or plain.
            more: further properties.
        """
        properties: dict[str, Any] = {"border": 1, "border_color": RULE}
        if role in FILLS:
            properties["bg_color"] = FILLS[role]
        if role == "input":
            properties["locked"] = False
        return self.bare(kind, **properties, **more)

    def bare(self, kind: str, **more: Any) -> Format:
        """A cell without border or fill, for rows that are filled only when there is a figure."""
        properties: dict[str, Any] = {}
        if kind in NUMBER_FORMATS:
            properties["num_format"] = NUMBER_FORMATS[kind]
            properties["align"] = "left" if kind in ("date", "month") else "right"
        if kind == "wrapped":
            properties.update(text_wrap=True, valign="top")
        return self.make(**{**properties, **more})

    @cached_property
    def filled_row(self) -> Format:
        """What a row of figures looks like once it holds something (for conditional formats)."""
        return self.workbook.add_format(FILLED_ROW)

    @cached_property
    def heading_row(self) -> Format:
        """A heading once it holds something (for conditional formats)."""
        return self.workbook.add_format(
            {"bg_color": HEADING_FILL, "font_color": HEADING_INK, "border": 1, "border_color": RULE}
        )

    @cached_property
    def boxed(self) -> Format:
        """A row of remarks once it holds something (for conditional formats)."""
        return self.workbook.add_format({"border": 1, "border_color": RULE})

    @cached_property
    def total_row(self) -> Format:
        """A row of totals (for conditional formats)."""
        return self.workbook.add_format(TOTAL_ROW)

    @cached_property
    def quiet_row(self) -> Format:
        """A row in which nothing happened (for conditional formats)."""
        return self.workbook.add_format({"font_color": MUTED, "border": 1, "border_color": RULE})

    @cached_property
    def in_use(self) -> Format:
        """A row that is the one in use (for conditional formats)."""
        return self.workbook.add_format({"bold": True})

    @cached_property
    def wrong(self) -> Format:
        """What a cell looks like that needs a look (for conditional formats)."""
        return self.workbook.add_format(
            {"bg_color": WRONG_FILL, "font_color": WRONG_INK, "bold": True}
        )

    @cached_property
    def warned(self) -> Format:
        """What a cell looks like that says something is open (for conditional formats)."""
        return self.workbook.add_format(
            {"bg_color": WARNED_FILL, "font_color": WARNED_INK, "bold": True}
        )

    @cached_property
    def clear(self) -> Format:
        """What a cell looks like that says all is well (for conditional formats)."""
        return self.workbook.add_format({"bg_color": OUTPUT_FILL, "bold": True})

    @cached_property
    def warned_row(self) -> Format:
        """A row that says what is open (for conditional formats)."""
        look = {"bg_color": WARNED_FILL, "font_color": WARNED_INK}
        return self.workbook.add_format({**look, "border": 1, "border_color": RULE})

    @cached_property
    def wrong_row(self) -> Format:
        """A row that says what is wrong (for conditional formats)."""
        look = {"bg_color": WRONG_FILL, "font_color": WRONG_INK}
        return self.workbook.add_format({**look, "border": 1, "border_color": RULE})
