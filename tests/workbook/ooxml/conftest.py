"""A workbook with one of everything, for the tests of what is read and of what is written."""

import datetime
import random

import pytest
import xlsxwriter


@pytest.fixture
def varied(tmp_path):
    """A workbook with one of everything, by XlsxWriter."""
    path = tmp_path / "varied.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    bold = book.add_format({"bold": True})
    date = book.add_format({"num_format": "dd/mm/yyyy"})
    numbers = random.Random(7)
    for row in range(30):
        sheet.write_number(row, 0, numbers.uniform(-1e6, 1e6))
        sheet.write_number(row, 1, numbers.randrange(10**9) / 100)
        sheet.write_string(row, 2, f"child {row} <&> é £ _x0041_")
        sheet.write_boolean(row, 3, row % 2 == 0)
        sheet.write_datetime(row, 4, datetime.datetime(2024, 1, 1 + row), date)
        sheet.write_formula(row, 5, f"=A{row + 1}*2", None, row * 1.5)
        sheet.write_formula(row, 6, f'=IF(A{row + 1}>0,"up","down")', None, "up")
        sheet.write_blank(row, 7, None, bold)
    sheet.write_rich_string("J1", "bold ", bold, "and", " plain")
    for row, code in enumerate(["#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"]):
        sheet.write_formula(row, 8, "=NA()", None, code)
    sheet.write_array_formula("K1:K3", "{=A1:A3*2}", None, 5)
    sheet.write_dynamic_array_formula("L1:L2", "=SORT(A1:A2)", None, 6)
    sheet.write_string("M1", "two\nlines\ttab")
    book.add_worksheet("Other one").write("A1", 1)
    book.close()
    return path
