"""Every sheet can be read by everyone, on the screen and on paper: order, headings, letters."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl

from tests.support.opened import opened
from tests.support.report_book import (
    FRONT,
    MAIN,
    ON_SHARED,
    SHARED,
    parts_of,
    sheets_of,
    table_of,
    table_row,
    tables_of,
)


def test_each_sheet_has_a_title_in_a1_and_its_marked_tables_without_gaps(either: Path) -> None:
    book = opened(either)
    assert book.sheetnames == sheets_of(either)
    names = set()
    for sheet in book:
        assert isinstance(sheet["A1"].value, str)
        assert not sheet.merged_cells.ranges
        end = 0
        for table in tables_of(sheet):
            names.add(table.displayName)
            cells = list(sheet[table.ref])
            assert all(isinstance(cell.value, str) for cell in cells[0])
            assert len({cell.value for cell in cells[0]}) == len(cells[0])
            assert all(any(cell.value not in (None, "") for cell in row) for row in cells)
            if sheet.title != "Chart data":
                assert all(cell.value not in (None, "") for row in cells for cell in row), (
                    sheet.title
                )
            # On the sheet that tables share, a blank row parts each from what is above it.
            parted = 0
            for row in range(end + 1, cells[0][0].row):
                parted += not (sheet.cell(row, 1).value or sheet.cell(row, 2).value)
            assert parted == (sheet.title == SHARED), f"{sheet.title} has an empty row too much"
            end = cells[-1][0].row
    shared = len(ON_SHARED) - 1 if SHARED in book.sheetnames else 0
    assert len(names) == len(sheets_of(either)) + shared


def test_the_cursor_is_in_a1_and_the_summary_is_open(either: Path) -> None:
    book = opened(either)
    assert book.active.title == "Summary"
    for sheet in book:
        # Of a sheet with headings that stay each pane has a cell that is its first.
        frozen = sheet.freeze_panes
        firsts = {"A1", frozen, "B1", f"A{frozen[1:]}"} if frozen else {"A1"}
        assert {found.activeCell or "A1" for found in sheet.sheet_view.selection} <= firsts
        assert bool(sheet.sheet_view.tabSelected) == (sheet.title == "Summary")


def test_headings_of_the_annex_stay_in_sight(either: Path) -> None:
    for sheet in opened(either):
        table = tables_of(sheet)[0]
        first = sheet[table.ref][0][0].row + 1
        wanted = None if sheet.title in (*FRONT, "Annex") else f"A{first}"
        if sheet.title == SHARED:
            # No heading is that of all its tables: its title and its link stay.
            wanted = "A4"
        if sheet.title in ("Statement", "Children", "Forecast", "Chart data"):
            wanted = f"B{first}"
        assert sheet.freeze_panes == wanted, sheet.title


def test_the_contents_lead_to_every_sheet_and_back(either: Path) -> None:
    book = opened(either)
    sheet = book["Annex"]
    links = [cell.hyperlink.location for (cell, *_) in sheet.iter_rows(max_col=1) if cell.hyperlink]
    others = [name for name in sheets_of(either) if name != "Annex"]
    assert links == [f"'{name}'!A1" for name in ("Summary", *others)]
    for name in others:
        assert book[name]["A2"].hyperlink.location == "'Annex'!A1", name


def test_the_committee_s_pages_come_first_a_page_each_and_the_annex_is_called_one(
    either: Path,
) -> None:
    book = openpyxl.load_workbook(either)
    assert book.sheetnames[:4] == [*FRONT, "Annex"]
    assert book.sheetnames[-1] == "Chart data"
    for sheet in book:
        is_front = sheet.title in FRONT
        if is_front:
            # One page: where nothing is written, Excel fits to one across and one down.
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.page_setup.fitToWidth in (None, 1)
            assert sheet.page_setup.fitToHeight in (None, 1)
        is_called = sheet.title if is_front or sheet.title == "Annex" else f"Annex: {sheet.title}"
        assert sheet.oddHeader.right.text == is_called


def test_tabs_have_the_colour_of_their_kind_and_the_contents_say_it(either: Path) -> None:
    book = opened(either)
    heading, *rows = table_of(either, "Annex")
    assert heading == ["Sheet", "Colour of its tab", "What it shows"]
    tabs = {row[0]: (row[1], book[row[0]].sheet_properties.tabColor.rgb) for row in rows}
    assert len({colour for _, colour in tabs.values()}) == len(set(tabs.values())) == 4
    (table,) = book["Annex"].tables.values()
    for name, kind, _ in list(book["Annex"][table.ref])[1:]:
        assert kind.border.left.style == "thick"
        assert kind.border.left.color.rgb == tabs[name.value][1]


def test_letters_are_large_enough_and_without_serifs(either: Path) -> None:
    fonts = ET.fromstring(parts_of(either)["xl/styles.xml"]).find(f"{MAIN}fonts")
    assert fonts is not None
    assert {font.find(f"{MAIN}name").get("val") for font in fonts} == {"Calibri"}
    assert min(float(font.find(f"{MAIN}sz").get("val")) for font in fonts) >= 11


def test_text_stands_left_and_wraps_and_numbers_stand_right(either: Path) -> None:
    book = opened(either)
    for sheet in book:
        for row in [row for table in tables_of(sheet) for row in list(sheet[table.ref])[1:]]:
            for cell in row:
                if isinstance(cell.value, int | float):
                    assert cell.alignment.horizontal == "right"
                elif isinstance(cell.value, datetime) or cell.hyperlink:
                    assert cell.alignment.horizontal in ("left", None)
                elif cell.value is not None:
                    assert cell.alignment.wrap_text
                    short = cell.value in ("[c]", "[z]")
                    assert cell.alignment.horizontal == "left" or short


def test_every_sheet_prints_on_a4_with_its_heading_repeated(either: Path) -> None:
    book = openpyxl.load_workbook(either)  # its own: asking for a width makes a column
    for sheet in book:
        table = tables_of(sheet)[-1]
        heading = table_row(sheet, table)
        assert sheet.print_title_rows == f"${heading}:${heading}"
        stays = sheet.title in ("Statement", "Children", "Forecast", "Chart data")
        assert sheet.print_title_cols == ("$A:$A" if stays else None)
        assert sheet.page_setup.paperSize == 9
        upright = sheet.title in ("Summary", "Charts")
        assert sheet.page_setup.orientation == ("portrait" if upright else "landscape")
        across = 2 if sheet.title == "Statement" else 1
        assert (sheet.page_setup.fitToWidth or 1) == across or sheet.title == "Children"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "Page &P of &N" in (sheet.oddFooter.right.text or "").replace("&[Page]", "&P")
        assert all(sheet.column_dimensions[c.column_letter].width for c in sheet[table.ref][0])


def test_rows_are_high_enough_for_their_text(either: Path) -> None:
    """Fifteen points a line, for a text that surely does not fit into fewer lines."""
    book = opened(either)
    for sheet in book:
        widths = {
            column: group.width
            for group in sheet.column_dimensions.values()
            for column in range(group.min, group.max + 1)
        }
        for row in [row for table in tables_of(sheet) for row in list(sheet[table.ref])[1:]]:
            for cell in row:
                width = widths[cell.column]
                length = len(cell.value) if isinstance(cell.value, str) else 0
                assert sheet.row_dimensions[cell.row].height >= 15 * (0.75 * length / width)
