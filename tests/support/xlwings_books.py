"""A workbook that is open in Excel, as far as xlwings' objects tell it: made of an openpyxl one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlpbr.workbook.ooxml.addresses import column_letter, split_area


def _address(area: tuple[int, int, int, int]) -> str:
    first = f"${column_letter(area[1])}${area[0]}"
    last = f"${column_letter(area[3])}${area[2]}"
    return first if first == last else f"{first}:{last}"


@dataclass
class Options:
    value: Any


@dataclass
class Range:
    """Some cells of a sheet, as ``xlwings.Range`` has them."""

    sheet: Any
    area: tuple[int, int, int, int]

    @property
    def row(self):
        return self.area[0]

    @property
    def column(self):
        return self.area[1]

    @property
    def address(self):
        return _address(self.area)

    def options(self, *, ndim=None, err_to_str=False):
        first_row, first_column, last_row, last_column = self.area

        def value(cell):
            # Excel hands over an error as a number, of which xlwings makes None or its text.
            return None if cell.data_type == "e" and not err_to_str else cell.value

        rows = [
            [value(self.sheet.cell(row, column)) for column in range(first_column, last_column + 1)]
            for row in range(first_row, last_row + 1)
        ]
        assert ndim == 2
        return Options(rows)

    @property
    def merge_cells(self):
        areas = self.sheet.merged_cells.ranges
        return None if areas else False  # Excel says neither yes nor no of cells of both kinds

    @property
    def merge_area(self):
        for area in self.sheet.merged_cells.ranges:
            found = split_area(area.coord)
            if found[0] <= self.row <= found[2] and found[1] <= self.column <= found[3]:
                return Range(self.sheet, found)
        return self


@dataclass
class Table:
    name: str
    range: Range
    show_headers: bool
    show_totals: bool


@dataclass
class Name:
    name: str
    refers_to: str


@dataclass
class Sheet:
    of: Any

    @property
    def name(self):
        return self.of.title

    @property
    def used_range(self):
        return Range(self.of, split_area(self.of.dimensions))

    def range(self, place):
        return Range(self.of, (*place, *place))

    @property
    def tables(self):
        return [
            Table(table.displayName, Range(self.of, split_area(table.ref)),
                  table.headerRowCount != 0, bool(table.totalsRowCount))
            for table in self.of.tables.values()
        ]  # fmt: skip


@dataclass
class Book:
    """What ``xlwings.Book`` gives of a workbook."""

    of: Any
    name: str = "Budget 2026.xlsx"

    @property
    def sheets(self):
        return [Sheet(sheet) for sheet in self.of.worksheets]

    @property
    def names(self):
        found = [
            Name(name, f"={defined.attr_text}") for name, defined in self.of.defined_names.items()
        ]
        for sheet in self.of.worksheets:
            title = sheet.title.replace("'", "''")
            found += [
                Name(f"'{title}'!{name}", f"={defined.attr_text}")
                for name, defined in sheet.defined_names.items()
            ]
        return found
