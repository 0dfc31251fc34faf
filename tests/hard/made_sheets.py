"""The sheets that are added in the trials: by XlsxWriter, with what our reports have."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

NAMES = ("PBR trial", "PBR trial notes")


def make_sheets(path: Path, factor: float = 1.0) -> Path:
    """Write a workbook of two sheets with styles, a table, a chart and rules."""
    book = xlsxwriter.Workbook(path)
    sheet, notes = (book.add_worksheet(name) for name in NAMES)
    bold = book.add_format({"bold": True, "bg_color": "#1F6F78", "font_color": "#FFFFFF"})
    pounds = book.add_format({"num_format": '"£"#,##0.00', "border": 1})
    rows = [[f"Month {n}", round(1000.25 * n * factor, 2)] for n in range(1, 7)]
    columns = [{"header": "Month"}, {"header": "Payable", "format": pounds}]
    sheet.add_table("A3:B9", {"name": "PbrTrial", "data": rows, "columns": columns})
    sheet.write("A1", "Payable by month", bold)
    sheet.write_formula("B11", "=SUM(B4:B9)", pounds, sum(row[1] for row in rows))
    sheet.data_validation("D4", {"validate": "list", "source": ["yes", "no"]})
    sheet.conditional_format("B4:B9", {"type": "cell", "criteria": ">", "value": 3000,
                                       "format": bold})  # fmt: skip
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {"categories": f"='{NAMES[0]}'!$A$4:$A$9", "values": f"='{NAMES[0]}'!$B$4:$B$9"}
    )
    sheet.insert_chart("F3", chart)
    notes.write("A1", "Notes", bold)
    notes.write_comment("A1", "What was agreed")
    notes.write_formula("A2", f"='{NAMES[0]}'!B11", pounds, sum(row[1] for row in rows))
    notes.write_dynamic_array_formula("C2:C7", f"='{NAMES[0]}'!B4:B9*2", None, rows[0][1] * 2)
    for row, entry in enumerate(rows[1:], 2):
        notes.write_number(row, 2, entry[1] * 2)
    book.close()
    return path
