"""Which cell formats show dates."""

from __future__ import annotations

import zipfile

import pytest
import xlsxwriter

from xlpbr.workbook.ooxml.styles.date_formats import date_formats, is_date_code


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd/mm/yyyy", True),
        ("mmm yyyy", True),
        ("MMM-YY", True),
        ("[$-809]d mmmm yyyy;@", True),
        ('#,##0.00 "days"', False),
        ("£#,##0.00;[Red]-£#,##0.00", False),
        ("0.00\\d", False),
        ("_d0_y", False),
        ("[h]:mm", False),
        ("General", False),
        ("@", False),
        ("", False),
    ],
)
def test_a_code(code, is_date):
    assert is_date_code(code) == is_date


def test_the_formats_of_a_workbook(tmp_path):
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for row, code in enumerate(("0.00", "d mmm yyyy", 14, "#,##0")):
        sheet.write(row, 0, 45000, book.add_format({"num_format": code}))
    book.close()
    with zipfile.ZipFile(path) as package:
        assert date_formats(package.read("xl/styles.xml")) == {2, 3}
