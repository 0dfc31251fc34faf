"""Workbooks that XlsxWriter makes: charts, tables, drop-downs, spilling formulas and more."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.corpus.entry import Entry
from tests.support.corpus.parts import MADE_AT

Book = Any  # XlsxWriter has no types
Sheet = Any

MONTHS = ["April", "May", "June", "July", "August", "September"]
SPENT = [52_500.0, 48_120.5, 51_999.99, 47_250.25, 45_010.0, 44_875.75]


def small_picture(red: int, green: int, blue: int) -> io.BytesIO:
    """A picture of 8 by 8 points in one colour, as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", checksum)

    rows = (b"\0" + bytes([red, green, blue]) * 8) * 8
    header = struct.pack(">2L5B", 8, 8, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def spending(sheet: Sheet) -> None:
    """Two columns of figures under headings with a total."""
    sheet.write_row("A1", ["Month", "Spent"])
    for row, (month, spent) in enumerate(zip(MONTHS, SPENT, strict=True), 1):
        sheet.write(row, 0, month)
        sheet.write(row, 1, spent)
    sheet.write("A8", "Total")
    sheet.write_formula("B8", "=SUM(B2:B7)", None, sum(SPENT))


def _charts(book: Book, sheet: Sheet) -> None:
    spending(sheet)
    places = {"column": "D2", "line": "D18", "pie": "L2", "scatter": "L18", "doughnut": "T2"}
    for kind, place in places.items():
        chart = book.add_chart({"type": kind})
        chart.add_series(
            {
                "name": "=Data!$B$1",
                "categories": "=Data!$A$2:$A$7",
                "values": "=Data!$B$2:$B$7",
                "data_labels": {"value": True, "num_format": "#,##0"},
                "gap": 80,
                "fill": {"color": "#1F6F78"},
                "points": [{"fill": {"color": "#AA3355"}}] if kind == "pie" else None,
                "trendline": {"type": "linear"} if kind == "scatter" else None,
            }
        )
        chart.set_title({"name": f"Spent by month ({kind})", "name_font": {"size": 11}})
        chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"dash_type": "dash"}}})
        sheet.insert_chart(place, chart, {"description": "Spending by month"})
    chart_sheet = book.add_chartsheet("Chart of spending")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Data!$B$2:$B$7"})
    chart_sheet.set_chart(chart)
    after = book.add_worksheet("After the chart")
    after.write("A1", 1)


def _sparklines(_: Book, sheet: Sheet) -> None:
    sheet.write_row("A1", SPENT)
    sheet.add_sparkline("G1", {"range": "Data!A1:F1", "markers": True, "high_point": True})
    sheet.add_sparkline("H1", {"range": "Data!A1:F1", "type": "column", "style": 12})


def _pictures(book: Book, sheet: Sheet) -> None:
    spending(sheet)
    picture = {"image_data": small_picture(30, 110, 120)}
    sheet.insert_image("D2", "crest.png", picture)
    sheet.insert_textbox("D8", "Figures are provisional", {"fill": {"color": "#FFF2CC"}})
    background = book.add_worksheet("Background")
    background.set_background(small_picture(240, 240, 250))
    background.write("A1", "Council crest behind")
    header = book.add_worksheet("Header")
    options = {"image_left": "crest.png", "image_data_left": small_picture(10, 10, 10)}
    header.set_header("&L&G&RConfidential", options)
    header.write("A1", 3.5)


def _in_cell_pictures(_: Book, sheet: Sheet) -> None:
    spending(sheet)
    sheet.embed_image("D2", "a.png", {"image_data": small_picture(200, 30, 30)})
    sheet.embed_image("D3", "b.png", {"image_data": small_picture(30, 200, 30)})


def _tables(book: Book, sheet: Sheet) -> None:
    sheet.write("A1", "Placements by provider")
    rows: list[list[Any]] = [
        [provider, cost, None]
        for provider, cost in zip(("North", "Harbour", "NA", "Oak"), SPENT, strict=False)
    ]
    sheet.add_table(
        "A3:C8",
        {
            "name": "Costs",
            "data": rows,
            "total_row": True,
            "style": "Table Style Medium 4",
            "columns": [
                {"header": "Provider", "total_string": "Total"},
                {"header": "Weekly", "total_function": "sum", "total_value": sum(SPENT[:4])},
                {"header": "Yearly", "formula": "=[@Weekly]*52", "total_function": "average"},
            ],
        },
    )
    filtered = book.add_worksheet("Filtered")
    for row, (month, spent) in enumerate(zip(MONTHS, SPENT, strict=True), 1):
        filtered.write_row(row, 0, [month, spent])
        if spent < 48_000:
            filtered.set_row(row, None, None, {"hidden": True})
    filtered.write_row("A1", ["Month", "Spent"])
    filtered.autofilter("A1:B7")
    filtered.filter_column("B", "x >= 48000")
    plain = book.add_worksheet("No headings")
    plain.add_table("B2:C4", {"header_row": False, "data": [[1, 2], [3, 4], [5, 6]]})


def _conditional_formats(book: Book, sheet: Sheet) -> None:
    spending(sheet)
    red = book.add_format({"font_color": "#9C0006", "bg_color": "#FFC7CE"})
    sheet.conditional_format(
        "B2:B7", {"type": "cell", "criteria": ">", "value": 50_000, "format": red}
    )
    sheet.conditional_format("B2:B7", {"type": "3_color_scale"})
    bars = {"type": "data_bar", "data_bar_2010": True, "bar_negative_color": "#FF0000"}
    sheet.conditional_format("B2:B7", bars)
    sheet.conditional_format("B2:B7", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.conditional_format("A2:A7", {"type": "duplicate", "format": red})
    sheet.conditional_format("A2:B7", {"type": "formula", "criteria": "=$B2>1", "format": red})


def _validations(book: Book, sheet: Sheet) -> None:
    spending(sheet)
    sheet.data_validation("A2:A7", {"validate": "list", "source": MONTHS})
    sheet.data_validation(
        "B2:B7",
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": 1_000_000,
            "input_title": "Spent",
            "input_message": "Pounds, without VAT",
            "error_title": "Not an amount",
        },
    )
    sheet.data_validation("D2", {"validate": "custom", "value": "=LEN(D2)<10"})
    book.define_name("Data!Months", "=Data!$A$2:$A$7")


def _notes(book: Book, sheet: Sheet) -> None:
    bold, italic = book.add_format({"bold": True}), book.add_format({"italic": True})
    sheet.write_rich_string("A1", "Saved ", bold, "so far", " (", italic, "draft", ")")
    sheet.write_rich_string("A2", bold, "Total", " of the year ", italic, "net")
    sheet.write_comment("A1", "Checked with the provider", {"author": "Finance"})
    sheet.write_comment("B2", "£ per week", {"visible": True, "color": "#FFFFCC"})
    sheet.write("B2", 5250)
    sheet.write_url("C1", "https://example.org/contract?a=1&b=2", None, "The contract")
    sheet.write_url("C2", "internal:'Data'!A1", None, "Top")
    sheet.insert_button("E2", {"macro": "Recalculate", "caption": "Recalculate"})
    sheet.insert_checkbox("G2", False)


def _dynamic_arrays(_: Book, sheet: Sheet) -> None:
    spending(sheet)
    sheet.write_dynamic_array_formula("D2:D7", "=_xlfn._xlws.SORT(B2:B7)", None, min(SPENT))
    for row, value in enumerate(sorted(SPENT)[1:], 2):
        sheet.write_number(row, 3, value)
    sheet.write_dynamic_array_formula("E2", "=_xlfn.XLOOKUP(A2,A2:A7,B2:B7)", None, SPENT[0])
    sheet.write_array_formula("F2:F3", "{=B2:B3*2}", None, SPENT[0] * 2)
    sheet.write_number("F3", SPENT[1] * 2)
    sheet.write_formula("G2", "=_xlfn.CONCAT(A2:A3)", None, "AprilMay")


def _layout(book: Book, sheet: Sheet) -> None:
    spending(sheet)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area("A1:B8")
    sheet.set_footer("&CPage &P of &N")
    sheet.set_tab_color("#1F6F78")
    sheet.set_h_pagebreaks([4])
    grouped = book.add_worksheet("Grouped")
    for row in range(20):
        options = {"level": 1 + row % 2, "hidden": row % 2 == 1} if row % 5 else {}
        grouped.set_row(row, 18, None, options)
        grouped.write(row, 0, row)
    grouped.set_column("C:F", 9, None, {"level": 1, "hidden": True})
    grouped.set_column("G:G", 9, None, {"collapsed": True})
    grouped.merge_range("H1:J2", "Merged over two rows")
    split = book.add_worksheet("Split")
    split.split_panes(15, 8.43)
    split.set_zoom(85)
    split.hide_gridlines(2)
    hidden = book.add_worksheet("Hidden")
    hidden.hide()
    hidden.write("A1", "kept out of sight")
    very = book.add_worksheet("Very hidden")
    very.very_hidden()
    sheet.ignore_errors({"number_stored_as_text": "A1:B8"})


def _dates_from_1904(_: Book, sheet: Sheet) -> None:
    sheet.write("A1", "Moved on")
    sheet.write_datetime("A2", datetime(2025, 4, 1))
    sheet.write_formula("A3", "=A2+30", None, 44_316)


def _by_hand(book: Book, sheet: Sheet) -> None:
    spending(sheet)
    book.set_calc_mode("manual")


def _properties(book: Book, sheet: Sheet) -> None:
    spending(sheet)
    book.set_custom_property("Classification", "OFFICIAL-SENSITIVE")
    book.set_custom_property("Reviewed", datetime(2026, 3, 1))
    book.set_custom_property("Checked", True)
    book.define_name("Year", "=2026")
    book.define_name("Gone", "=#REF!")
    book.define_name("Data!Local", "=Data!$B$2")


def _inline_texts(_: Book, sheet: Sheet) -> None:
    for row in range(300):
        sheet.write_row(row, 0, [f"Row {row} <&> text", row / 7, row % 2 == 0])


def _book(name: str, *features: str, **options: Any) -> Callable[..., Entry]:
    def entry(fill: Callable[[Book, Sheet], None]) -> Entry:
        def make(path: Path) -> None:
            book = xlsxwriter.Workbook(
                path, {"default_date_format": "dd/mm/yyyy", "in_memory": True} | options
            )
            book.set_properties({"created": MADE_AT})
            fill(book, book.add_worksheet("Data"))
            book.close()

        return Entry(name, make, features)

    return entry


ENTRIES = [
    _book("xw-charts.xlsx", "charts with formatting", "chart sheet")(_charts),
    _book("xw-sparklines.xlsx", "sparklines (x14)")(_sparklines),
    _book("xw-pictures.xlsx", "pictures", "text box", "background image", "picture in header")(
        _pictures
    ),
    _book("xw-in-cell-pictures.xlsx", "in-cell rich data (richData, vm)")(_in_cell_pictures),
    _book("xw-tables.xlsx", "tables with totals, calculated columns, filters", "filtered rows")(
        _tables
    ),
    _book("xw-conditional-formats.xlsx", "conditional formats", "data bars (x14)", "icon sets")(
        _conditional_formats
    ),
    _book("xw-validations.xlsx", "validations", "local name")(_validations),
    _book("xw-notes.xlsx", "comments", "rich text", "links", "button (VML)", "check box in a cell")(
        _notes
    ),
    _book("xw-dynamic-arrays.xlsx", "dynamic-array marks", "array formulas", "new functions")(
        _dynamic_arrays
    ),
    _book(
        "xw-layout.xlsx", "frozen panes", "grouped and hidden rows", "merged cells", "hidden sheets"
    )(_layout),
    _book("xw-1904.xlsx", "dates from 1904", date_1904=True)(_dates_from_1904),
    _book("xw-manual.xlsx", "manual calculation")(_by_hand),
    _book("xw-properties.xlsx", "custom properties", "defined names with errors")(_properties),
    _book("xw-inline-texts.xlsx", "texts in their cells (inlineStr)", constant_memory=True)(
        _inline_texts
    ),
]
