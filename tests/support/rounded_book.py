"""A book with a PBR_ formula and precision as displayed, for both ways of calculating."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from tests.support.corpus.parts import read_parts, write_zip

_WHY = "the workbook rounds each figure to what its format shows (precision as displayed)"

LAST_VALUES = {(1, 1): 1233.25, (2, 1): 1233.0, (3, 1): 1234.0, (4, 1): 2467.0}
"""What Excel shows: the call in whole pounds, although the saving has pennies."""

REASON = {"S!A2": _WHY, "S!A3": _WHY, "S!A4": _WHY}
"""What is said of each formula."""


def rounded_book(path: Path, full_precision: str = "0") -> Path:
    """Write the book; ``full_precision`` as its file says it, 0 for figures that are rounded."""
    with xlsxwriter.Workbook(path) as book:
        pounds = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("S")
        for (row, column), value in LAST_VALUES.items():
            formula = {2: "=PBR_FEE_CAP(A1,5000)", 3: "=A2+1", 4: "=SUM(A2:A3)"}.get(row)
            if formula is None:
                sheet.write_number(row - 1, column - 1, value)
            else:
                sheet.write_formula(row - 1, column - 1, formula, pounds, value)
    parts = read_parts(path)
    text = parts["xl/workbook.xml"].decode()
    assert "<calcPr " in text
    text = text.replace("<calcPr ", f'<calcPr fullPrecision="{full_precision}" ')
    write_zip(path, {**parts, "xl/workbook.xml": text.encode()})
    return path
