"""A book whose amounts and dates are texts: the plain formulas read what the functions read."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import xlsxwriter

from xlpbr.workbook.ooxml.book import cells_of, open_book


def book_of_texts(path):
    placements = [
        ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
        ["C-01", "£7,000.00", 1400, "01/03/2026", None],
        ["C02\u200b", 7076.92, "1,425", datetime(2026, 4, 4), "2026-06-15"],
        ["C03", 4561.80 * 1.025, 0, datetime(2026, 3, 1), "8-Mar-2026"],
        ["C04", 368000.26 / 52, 0, datetime(2026, 3, 1), datetime(2026, 5, 31)],
    ]
    tables = {
        "T": [
            ["Term", "Value"], ["Starts on", "01/09/2025"], ["Ends on", "31 August 2026"],
            ["Fee", "£599,800"], ["Fee months", 12], ["Contract maximum", "£1,000,000"],
            ["Carer fee", "£10,000.00"], ["Bonus threshold", "£100,000"], ["Bonus rate", "10%"],
        ],
        "P": placements,
        "C": [["Household", "Approved on", "Child"], ["H1", "05/03/2026", "C\u201101"],
              ["H1\ufeff", "06/05/2026", "C02"]],
        "K": [["Month", "Invoiced"], ["March 2026", "£20,000.00"], [202604, "1,000"],
              ["31/10/2026", 1.5]],
    }  # fmt: skip
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, place, value)
                    elif value is not None:
                        sheet.write(number, place, value)
    return path


@pytest.mark.slow
def test_every_figure_agrees_and_nothing_shows_an_error(xlpbr, tmp_path):
    book, out = book_of_texts(tmp_path / "book.xlsx"), tmp_path / "out.xlsx"
    status, _, said = xlpbr(
        "attach", book, "-o", out, "--terms", "T!A1:B9", "--placements", "P!A1:E5",
        "--carers", "C!A1:C3", "--claims", "K!A1:B4",
    )  # fmt: skip
    assert (status, "No column Agreed: every row counts as agreed." in said) == (0, True)
    shown = cells_of(open_book(out), "PBR Checks")
    by_label = {cell.value: shown[row, 2].value for (row, column), cell in shown.items()
                if column == 1 and (row, 2) in shown and isinstance(cell.value, str)}  # fmt: skip
    assert by_label["Figures that agree"] == "12 of 12"
    assert by_label["Cells that show an error"] == "0 on 14 sheets"
    # The spellings are listed, so it is not green.
    assert by_label["All checks"].startswith("NOT CLEAR: the figures agree")
